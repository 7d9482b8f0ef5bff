/* print.c - expressions and types as the text of messages.
 *
 * The form is that of Go's compiler: on one line, with one blank around binary operators, and the
 * insides of functions and composite literals as an ellipsis. Parentheses are printed where the
 * source has them (the tree keeps them).
 */
#include "syntax/ast.h"

static void put(Buf *b, const Node *n);

static void put_list(Buf *b, const NodeList *l) {
    for (int i = 0; i < l->n; i++) {
        if (i > 0) buf_puts(b, ", ");
        put(b, l->v[i]);
    }
}

/* Names that share a type are printed before it: a, b int. */
static bool shares_type(const NodeList *l, int i) {
    if (i + 1 >= l->n) return false;
    const Node *f = l->v[i], *g = l->v[i + 1];
    return f->field.name && g->field.name && f->field.typ == g->field.typ;
}

static void put_params(Buf *b, const NodeList *l) {
    buf_putc(b, '(');
    for (int i = 0; i < l->n; i++) {
        const Node *f = l->v[i];
        if (i > 0) buf_puts(b, ", ");
        if (f->field.name) put(b, f->field.name);
        if (shares_type(l, i)) continue;
        if (f->field.name) buf_putc(b, ' ');
        put(b, unparen(f->field.typ));
    }
    buf_putc(b, ')');
}

static void put_signature(Buf *b, const Node *n) {
    const NodeList *r = &n->functype.results;
    put_params(b, &n->functype.params);
    if (r->n == 0) return;
    buf_putc(b, ' ');
    if (r->n == 1 && !r->v[0]->field.name) {
        put(b, r->v[0]->field.typ);
    } else {
        put_params(b, r);
    }
}

static void put_struct(Buf *b, const NodeList *l) {
    buf_puts(b, "struct{");
    for (int i = 0; i < l->n; i++) {
        const Node *f = l->v[i];
        if (f->field.name) put(b, f->field.name);
        if (shares_type(l, i)) {
            buf_puts(b, ", ");
            continue;
        }
        if (f->field.name) buf_putc(b, ' ');
        put(b, f->field.typ);
        if (f->field.tag) {
            buf_putc(b, ' ');
            put(b, f->field.tag);
        }
        if (i + 1 < l->n) buf_puts(b, "; ");
    }
    buf_putc(b, '}');
}

static void put_interface(Buf *b, const NodeList *l) {
    buf_puts(b, "interface{");
    for (int i = 0; i < l->n; i++) {
        const Node *f = l->v[i];
        if (i > 0) buf_puts(b, "; ");
        if (f->field.name) {
            put(b, f->field.name);
            put_signature(b, f->field.typ);
        } else {
            put(b, f->field.typ);
        }
    }
    buf_putc(b, '}');
}

static void put_chan(Buf *b, const Node *n) {
    const Node *e = n->chantype.elem;
    buf_puts(b, n->chantype.dir == CHAN_RECV   ? "<-chan "
                : n->chantype.dir == CHAN_SEND ? "chan<- "
                                               : "chan ");
    /* chan (<-chan T) is not chan<- (chan T) */
    bool paren =
        n->chantype.dir == CHAN_BOTH && e->kind == N_CHANTYPE && e->chantype.dir == CHAN_RECV;
    if (paren) buf_putc(b, '(');
    put(b, e);
    if (paren) buf_putc(b, ')');
}

static void put_slice(Buf *b, const Node *n) {
    put(b, n->slice.x);
    buf_putc(b, '[');
    if (n->slice.lo) put(b, n->slice.lo);
    buf_putc(b, ':');
    if (n->slice.hi) put(b, n->slice.hi);
    if (n->slice.max) {
        buf_putc(b, ':');
        put(b, n->slice.max);
    }
    buf_putc(b, ']');
}

static void put_call(Buf *b, const Node *n) {
    put(b, n->call.fun);
    buf_putc(b, '(');
    put_list(b, &n->call.args);
    buf_puts(b, n->call.dots ? "...)" : ")");
}

static void put_assign(Buf *b, const Node *n) {
    put_list(b, &n->assign.lhs);
    buf_printf(b, " %s%s= ", n->assign.define ? ":" : "", op_str(n->op));
    put_list(b, &n->assign.rhs);
}

static void put(Buf *b, const Node *n) {
    switch ((NodeKind)n->kind) {
    case N_IDENT: buf_puts(b, n->ident.name); break;
    case N_BASICLIT: buf_put(b, n->lit.text.p, n->lit.text.n); break;
    case N_FUNCLIT:
        put(b, n->funclit.typ);
        buf_puts(b, n->funclit.body->block.stmts.n ? " {…}" : " {}");
        break;
    case N_COMPLIT:
        if (n->complit.typ) put(b, n->complit.typ);
        buf_puts(b, n->complit.elems.n ? "{…}" : "{}");
        break;
    case N_PAREN:
        buf_putc(b, '(');
        put(b, n->paren.x);
        buf_putc(b, ')');
        break;
    case N_SELECTOR:
        put(b, n->selector.x);
        buf_putc(b, '.');
        put(b, n->selector.name);
        break;
    case N_INDEX:
        put(b, n->index.x);
        buf_putc(b, '[');
        put_list(b, &n->index.index);
        buf_putc(b, ']');
        break;
    case N_SLICE: put_slice(b, n); break;
    case N_TYPEASSERT:
        put(b, n->assert_.x);
        buf_puts(b, ".(");
        if (n->assert_.typ) {
            put(b, n->assert_.typ);
        } else {
            buf_puts(b, "type");
        }
        buf_putc(b, ')');
        break;
    case N_CALL: put_call(b, n); break;
    case N_STAR:
        buf_putc(b, '*');
        put(b, n->unary.x);
        break;
    case N_UNARY:
        buf_puts(b, op_str(n->op));
        put(b, n->unary.x);
        break;
    case N_BINARY:
        put(b, n->binary.x);
        buf_printf(b, " %s ", op_str(n->op));
        put(b, n->binary.y);
        break;
    case N_KEYVALUE:
        put(b, n->binary.x);
        buf_puts(b, ": ");
        put(b, n->binary.y);
        break;
    case N_ARRAYTYPE:
        buf_putc(b, '[');
        put(b, n->arraytype.len);
        buf_putc(b, ']');
        put(b, n->arraytype.elem);
        break;
    case N_SLICETYPE:
        buf_puts(b, "[]");
        put(b, n->arraytype.elem);
        break;
    case N_ELLIPSIS:
        buf_puts(b, "...");
        if (n->unary.x) put(b, n->unary.x);
        break;
    case N_STRUCTTYPE: put_struct(b, &n->structtype.fields); break;
    case N_FUNCTYPE:
        buf_puts(b, "func");
        put_signature(b, n);
        break;
    case N_INTERFACETYPE: put_interface(b, &n->interfacetype.elems); break;
    case N_MAPTYPE:
        buf_puts(b, "map[");
        put(b, n->maptype.key);
        buf_putc(b, ']');
        put(b, n->maptype.val);
        break;
    case N_CHANTYPE: put_chan(b, n); break;
    /* simple statements */
    case N_EXPRSTMT: put(b, n->unary.x); break;
    case N_ASSIGN: put_assign(b, n); break;
    case N_INCDEC:
        put(b, n->unary.x);
        buf_printf(b, "%s%s", op_str(n->op), op_str(n->op));
        break;
    case N_SEND:
        put(b, n->binary.x);
        buf_puts(b, " <- ");
        put(b, n->binary.y);
        break;
    default: buf_puts(b, "<bad expr>"); break;
    }
}

char *expr_str(const Node *n) {
    Buf b = {0};
    put(&b, n);
    return buf_str(&b);
}

char *exprs_str(const NodeList *l) {
    Buf b = {0};
    put_list(&b, l);
    return buf_str(&b);
}
