/* parse_fuzz.c - libFuzzer's entry to the compiler's front: any bytes must parse to a tree that can
 * be walked and printed, without a crash, a leak or an endless loop.
 *
 * `make fuzz` builds it with clang's -fsanitize=fuzzer,address,undefined and the files of
 * compiler/base and compiler/syntax.
 */
#include "input.h"

/* What the later passes may ask of an expression. */
static void touch_expr(const Node *n) {
    if (!n) return;
    Pos from = start_pos(n), to = end_pos(n);
    if (n->kind != N_BADEXPR && !pos_known(from)) abort();
    if (!pos_known(to)) abort();
    if (!*expr_str(n) && n->kind != N_BASICLIT) abort();
}

static void touch_exprs(const NodeList *l) {
    for (int i = 0; i < l->n; i++) touch_expr(l->v[i]);
}

static void touch_stmts(const NodeList *l) {
    for (int i = 0; i < l->n; i++) {
        const Node *s = l->v[i];
        end_pos(s);
        switch (s->kind) {
        case N_BLOCK: touch_stmts(&s->block.stmts); break;
        case N_EXPRSTMT: touch_expr(s->unary.x); break;
        case N_ASSIGN:
            touch_exprs(&s->assign.lhs);
            touch_exprs(&s->assign.rhs);
            break;
        case N_RETURN: touch_exprs(&s->ret.results); break;
        case N_IF:
            touch_expr(s->if_.cond);
            if (s->if_.then) touch_stmts(&s->if_.then->block.stmts);
            break;
        case N_FOR: touch_stmts(&s->for_.body->block.stmts); break;
        case N_RANGE:
            touch_expr(s->range.x);
            touch_stmts(&s->range.body->block.stmts);
            break;
        default: break;
        }
    }
}

static void touch_decl(const Node *d) {
    end_pos(d);
    switch (d->kind) {
    case N_CONST:
    case N_VAR:
        touch_expr(d->var.typ);
        touch_exprs(&d->var.values);
        break;
    case N_TYPE: touch_expr(d->typedecl.typ); break;
    case N_FUNC:
        touch_expr(d->func.typ);
        if (d->func.body) touch_stmts(&d->func.body->block.stmts);
        break;
    default: break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    File *f = fuzz_parse(data, size);
    if (!f->pkgname && error_count() == 0) abort();
    for (int i = 0; i < f->decls.n; i++) touch_decl(f->decls.v[i]);
    diag_flush(fuzz_null(), true);
    base_reset();
    return 0;
}
