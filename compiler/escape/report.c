/* report.c - the lines of -m, as Go's compiler words them. */
#include "escape/graph.h"

enum {
    MAX_VAR = 128 << 10, /* as Go 1.27: ir.MaxStackVarSize */
    MAX_IMPLICIT = 64 << 10
}; /* bytes: explicit variables; new, &T{}, make, closures */

/* --- expressions, printed as Go's compiler prints its own tree: conversions made explicit are
 * shown, parentheses are put where precedence wants them, literals are shortened --- */

static int precedence(const Node *n) {
    if (n->kind == N_BINARY) {
        if (n->op == OP_OROR) return 1;
        if (n->op == OP_ANDAND) return 2;
        if (n->op <= OP_GE) return 4;
        return n->op <= OP_XOR ? 5 : 6;
    }
    return n->kind == N_STAR || n->kind == N_UNARY ? 7 : 8;
}

static void print(Buf *b, const Node *n, const Package *pkg, int prec);

static void print_list(Buf *b, const NodeList *l, const Package *pkg) {
    for (int i = 0; i < l->n; i++) {
        if (i) buf_puts(b, ", ");
        print(b, l->v[i], pkg, 0);
    }
}

static void print_call(Buf *b, const Node *n, const Package *pkg) {
    const Node *fun = unparen(n->call.fun);
    if (fun->mode == MODE_TYPE) {
        bool bare = n->type->kind < T_NBASIC || n->type->kind == T_NAMED;
        buf_printf(b, bare ? "%s(" : "(%s)(", type_str_wide(n->type, pkg));
        print_list(b, &n->call.args, pkg);
        buf_putc(b, ')');
        return;
    }
    Builtin which = n->call.builtin ? (Builtin)(n->call.builtin - 1) : B_RECOVER;
    if (which == B_NEW || which == B_MAKE) {
        buf_printf(
            b, "%s(%s", which == B_NEW ? "new" : "make",
            type_str_wide(which == B_NEW ? underlying(n->type)->pointer.elem : n->type, pkg));
        bool map_hint = which == B_MAKE && underlying(n->type)->kind == T_MAP;
        for (int i = 1; i < n->call.args.n && !(map_hint && n->call.args.v[i]->cval); i++) {
            buf_puts(b, ", ");
            print(b, n->call.args.v[i], pkg, 0);
        }
        buf_putc(b, ')');
        return;
    }
    print(b, fun, pkg, 8);
    buf_putc(b, '(');
    print_list(b, &n->call.args, pkg);
    buf_puts(b, n->call.dots ? "...)" : ")");
}

static void print_slice(Buf *b, const Node *n, const Package *pkg) {
    print(b, n->slice.x, pkg, 8);
    buf_putc(b, '[');
    if (n->slice.lo) print(b, n->slice.lo, pkg, 0);
    buf_putc(b, ':');
    if (n->slice.hi) print(b, n->slice.hi, pkg, 0);
    if (n->slice.full) buf_putc(b, ':');
    if (n->slice.max) print(b, n->slice.max, pkg, 0);
    buf_putc(b, ']');
}

static void print(Buf *b, const Node *node, const Package *pkg, int prec) {
    const Node *n = unparen((Node *)node);
    if (n->cval || n->mode == MODE_TYPE) {
        buf_puts(b, n->mode == MODE_TYPE && n->type ? type_str_wide(n->type, pkg) : expr_str(n));
        return;
    }
    if (prec > precedence(n)) {
        buf_putc(b, '(');
        print(b, n, pkg, 0);
        buf_putc(b, ')');
        return;
    }
    switch (n->kind) {
    case N_FUNCLIT: buf_puts(b, "func literal"); break;
    case N_COMPLIT:
        buf_printf(
            b, "%s%s{%s}", n->complit.ptr_elided ? "&" : "",
            type_str_wide(n->complit.ptr_elided ? underlying(n->type)->pointer.elem : n->type, pkg),
            n->complit.elems.n ? "..." : "");
        break;
    case N_SELECTOR:
        print(b, n->selector.x, pkg, 8);
        buf_printf(b, ".%s", n->selector.name->ident.name);
        break;
    case N_INDEX:
        print(b, n->index.x, pkg, 8);
        buf_putc(b, '[');
        print_list(b, &n->index.index, pkg);
        buf_putc(b, ']');
        break;
    case N_SLICE: print_slice(b, n, pkg); break;
    case N_TYPEASSERT:
        print(b, n->assert_.x, pkg, 8);
        buf_printf(b, ".(%s)", n->assert_.typ ? type_str_wide(n->assert_.typ->type, pkg) : "type");
        break;
    case N_CALL: print_call(b, n, pkg); break;
    case N_STAR:
        buf_putc(b, '*');
        print(b, n->unary.x, pkg, 8);
        break;
    case N_UNARY:
        buf_puts(b, op_str(n->op));
        print(b, n->unary.x, pkg, 8);
        break;
    case N_BINARY:
        print(b, n->binary.x, pkg, precedence(n));
        buf_printf(b, " %s ", op_str(n->op));
        print(b, n->binary.y, pkg, precedence(n) + 1);
        break;
    default: buf_puts(b, expr_str(n));
    }
}

char *esc_ir_str(const Node *n, const Package *pkg) {
    Buf b = {0};
    print(&b, n, pkg, 0);
    return buf_str(&b);
}

/* --- locations --- */

static const char *result_name(const Obj *o, int index) {
    return o->name[0] && strcmp(o->name, "_") != 0 ? o->name : xprintf("~r%d", index);
}

char *esc_loc_text(const Batch *b, const Loc *l) {
    switch ((LocKind)l->kind) {
    case LOC_VAR:
        return (char *)(l->is_result ? result_name(l->var, l->result_index) : l->var->name);
    case LOC_NODE: {
        const Node *n = l->node;
        if (n->kind == N_UNARY) return xprintf("&%s", esc_ir_str(n->unary.x, b->pkg));
        return esc_ir_str(n, b->pkg);
    }
    case LOC_BOX: return esc_ir_str(l->node, b->pkg);
    case LOC_DOTS: return "... argument";
    default: return l == &b->heap ? "{heap}" : "{temp}";
    }
}

Pos esc_loc_pos(const Loc *l) {
    if (pos_known(l->at)) return l->at;
    if (l->kind == LOC_VAR && !l->node) return l->var->pos;
    return l->node ? l->node->pos : (Pos){0};
}

/* --- what must be on the heap whatever flows --- */

static const char *make_reason(const Node *n) {
    if (underlying(n->type)->kind != T_SLICE) return NULL;
    const Node *size = n->call.args.v[n->call.args.n - 1];
    int64_t count, elem = type_size(underlying(n->type)->slice.elem);
    if (!size->cval || !const_to_i64(size->cval, &count)) return "non-constant size";
    return elem && count > MAX_IMPLICIT / elem ? "too large for stack" : NULL;
}

const char *esc_heap_reason(const Loc *l) {
    if (l->kind == LOC_VAR) {
        if (l->is_param || l->is_result || !l->var->type) return NULL;
        return type_size(l->var->type) > MAX_VAR ? "too large for stack" : NULL;
    }
    if (l->kind == LOC_BOX)
        return type_size(l->node->type) > MAX_VAR ? "too large for stack" : NULL;
    if (l->kind != LOC_NODE) return NULL;
    const Node *n = l->node;
    Type *t = n->type;
    bool pointer = n->kind == N_UNARY || (n->kind == N_COMPLIT && n->complit.ptr_elided) ||
                   (n->kind == N_CALL && n->call.builtin - 1 == B_NEW);
    if (pointer)
        return type_size(underlying(t)->pointer.elem) > MAX_IMPLICIT ? "too large for stack" : NULL;
    if (n->kind == N_CALL && n->call.builtin - 1 == B_MAKE) return make_reason(n);
    return NULL;
}

/* --- the lines --- */

/* The field where the result of location l is noted. */
static uint8_t *esc_field(Loc *l) {
    switch ((LocKind)l->kind) {
    case LOC_VAR: return &l->var->esc;
    case LOC_NODE: return &l->node->esc;
    case LOC_BOX: return &l->node->box_esc;
    case LOC_DOTS: return &l->node->dots_esc;
    default: return NULL;
    }
}

/* Bytes of what is allocated; -1: known at run time only, or to those who print the C. */
static int64_t size_of(const Loc *l) {
    if (l->kind == LOC_VAR) return type_size(l->var->type);
    if (l->kind == LOC_BOX) return type_size(l->node->type);
    if (l->kind != LOC_NODE) return -1;
    const Node *n = l->node;
    if (n->kind == N_UNARY || (n->kind == N_COMPLIT && n->complit.ptr_elided) ||
        (n->kind == N_CALL && n->call.builtin - 1 == B_NEW))
        return type_size(underlying(n->type)->pointer.elem);
    int64_t count;
    if (n->kind == N_CALL && n->call.builtin - 1 == B_MAKE &&
        underlying(n->type)->kind == T_SLICE) {
        const Node *size = n->call.args.v[n->call.args.n - 1];
        if (size->cval && const_to_i64(size->cval, &count))
            return count * type_size(underlying(n->type)->slice.elem);
    }
    return -1;
}

void esc_report_locs(Batch *b) {
    for (int i = 0; i < b->locs.n; i++) {
        Loc *l = b->locs.v[i];
        uint8_t *esc = esc_field(l);
        if (!esc) continue;
        *esc = l->escapes ? ESC_HEAP : ESC_NONE;
        if (!b->opt->m) continue;
        if (l->kind != LOC_VAR)
            notef(esc_loc_pos(l), l->escapes ? "%s escapes to heap" : "%s does not escape",
                  esc_loc_text(b, l));
        else if (l->escapes)
            notef(esc_loc_pos(l), "moved to heap: %s", esc_loc_text(b, l));
        if (b->opt->m > 2 && l->escapes && size_of(l) >= 0)
            notef(esc_loc_pos(l), "  size of %s: %lld", esc_loc_text(b, l), (long long)size_of(l));
    }
}

/* Parameter `number` (from 1, the receiver included). */
void esc_report_param(Batch *b, Func *f, Obj *param, int number, const Leaks *tag) {
    if (!b->opt->m) return;
    const char *name = param->name[0] ? param->name : xprintf("arg#%d", number);
    Loc *l = param->loc;
    if (f->body && l && l->escapes) return;
    int heap = leaks_get(tag, 0);
    bool none = true;
    for (int i = 0; i <= MAX_RESULTS_TAGGED; i++) none &= leaks_get(tag, i) < 0;
    if (none) notef(param->pos, "%s does not escape", name);
    if (heap >= 0)
        notef(param->pos, heap ? "leaking param content: %s" : "leaking param: %s", name);
    for (int i = 0; i < MAX_RESULTS_TAGGED && i < f->results.n; i++)
        if (leaks_get(tag, 1 + i) >= 0)
            notef(param->pos, "leaking param: %s to result %s level=%d", name,
                  result_name(f->results.v[i], i), leaks_get(tag, 1 + i));
}

/* --- why: -m -m --- */

static char *explain_loc(const Batch *b, const Loc *l) {
    if (l->kind == LOC_TEMP) return l == &b->heap ? "{heap}" : "{temp}";
    return l->kind == LOC_VAR ? esc_loc_text(b, l)
                              : xprintf("{storage for %s}", esc_loc_text(b, l));
}

void esc_explain_flow(const Batch *b, Pos at, const Loc *dst, const Loc *src, int derefs,
                      const Note *notes) {
    char ops[16] = "&";
    if (derefs >= 0) {
        int n = derefs < 15 ? derefs : 15;
        memset(ops, '*', (size_t)n);
        ops[n] = 0;
    }
    notef(at, "  flow: %s = %s%s:", explain_loc(b, dst), ops, explain_loc(b, src));
    for (const Note *n = notes; n; n = n->next)
        if (n->where)
            notef(at, "    from %s (%s) at %s", esc_ir_str(n->where, b->pkg), n->why,
                  pos_str(n->where->pos));
}

void esc_explain_path(const Batch *b, Loc *root, Loc *src) {
    Map visited = {0};
    Pos at = esc_loc_pos(src);
    while (src->dst) {
        if (map_get(&visited, src)) {
            notef(at, "  warning: truncated explanation due to assignment cycle");
            return;
        }
        map_put(&visited, src, src);
        Loc *dst = src->dst;
        Edge *e = &dst->edges.v[src->dst_edge];
        esc_explain_flow(b, at, dst, src, e->derefs, e->notes);
        if (dst == root) return;
        src = dst;
    }
}
