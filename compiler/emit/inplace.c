/* inplace.c - x = append(x, ...) and x = x[:n] where x is in memory.
 *
 * If there is room, only the new elements and the length are stored: the pointer stays what it is, so the store needs no
 * write barrier. Growth stores the new pointer in the runtime. It must be sure that both sides name one place, and that
 * naming it has no effect: variables, fields and dereferences of such (same_place). What is appended is taken before the
 * place, as Go does; it may be what x itself holds.
 *
 * Variables that only their name reaches are left to the C compiler, which keeps them in registers.
 */
#include "emit/body.h"

static bool same_place(Node *a, Node *b) {
    a = unparen(a);
    b = unparen(b);
    if (a->kind != b->kind || a->conv || b->conv || a->early || b->early) return false;
    switch (a->kind) {
    case N_IDENT:
        return a->ident.obj && a->ident.obj == b->ident.obj && a->ident.obj->kind == OBJ_VAR;
    case N_STAR: return same_place(a->unary.x, b->unary.x);
    case N_SELECTOR: {
        Selection *s = a->selector.sel, *t = b->selector.sel;
        if (!s && !t)
            return a->mode == MODE_VAR &&
                   a->selector.name->ident.obj == b->selector.name->ident.obj;
        return s && t && s->kind == SEL_FIELD && t->kind == SEL_FIELD && s->npath == t->npath &&
               memcmp(s->path, t->path, sizeof *s->path * (size_t)s->npath) == 0 &&
               same_place(a->selector.x, b->selector.x);
    }
    default: return false;
    }
}

static S pointer_to(FuncGen *f, Node *x) {
    return temp_c(f, "gm_slice *", address_of(place(f, x)));
}

static bool append_to(FuncGen *f, Node *x, Node *call) {
    Type *elem = underlying(call->type)->slice.elem;
    int count = call->call.args.n - 1;
    TextList values = {0};
    for (int i = 0; i < count; i++) {
        Node *v = call->call.args.v[i + 1];
        S text = expr_as(f, v, elem);
        push(&values, v->cval ? text : temp(f, elem, text));
    }
    S p = pointer_to(f, x), n = temp_c(f, "gm_int", xprintf("%s->len", p));
    put(f, "if (GM_UNLIKELY((gm_uint)%s + %d > (gm_uint)%s->cap)) gm_grow_in_place(%s, %s, %d);", n,
        count, p, cdesc(elem), p, count);
    for (int i = 0; i < count; i++)
        store(f, xprintf("((%s *)%s->p)[%s + %d]", ctype(elem), p, n, i), false, elem, values.v[i]);
    put(f, "%s->len = %s + %d;", p, n, count);
    return true;
}

static bool append_slice_to(FuncGen *f, Node *x, Node *call) {
    Type *elem = underlying(call->type)->slice.elem;
    Node *y = call->call.args.v[1];
    S src = temp(f, value_type(y), expr_value(f, y));
    S p = pointer_to(f, x);
    put(f, "gm_append_in_place(%s, %lld, %s, %s.p, %s.%s);", cdesc(elem),
        (long long)type_size(elem), p, src, src, is_string(value_type(y)) ? "n" : "len");
    return true;
}

static bool shorten(FuncGen *f, Node *x, Node *n) {
    S hi = temp_c(f, "gm_int", expr_value(f, n->slice.hi));
    S p = pointer_to(f, x);
    put(f, "%s->len = gm_reslice(*%s, 0, %s, 1, %s).len;", p, p, hi, slicing_kind(n, false));
    return true;
}

/* What has no place; and results, which may be volatile where calls are deferred (func.c). */
static bool has_no_plain_place(FuncGen *f, Node *x) {
    x = unparen(x);
    while (x->kind == N_SELECTOR && x->selector.sel) x = unparen(x->selector.x);
    if (x->kind != N_IDENT || (x->ident.obj && x->ident.obj->is_global)) return false;
    if (!x->ident.obj) return true; /* _ */
    Var *v = map_get(&f->vars, x->ident.obj);
    return !v || strncmp(v->name, "gm_result", strlen("gm_result")) == 0;
}

bool assign_in_place(FuncGen *f, Node *x, Node *rhs) {
    x = unparen(x);
    rhs = unparen(rhs);
    if (x->early_inside || rhs->conv || early_name(f, rhs) || has_no_plain_place(f, x))
        return false;
    if (rhs->kind == N_SLICE) {
        if (underlying(x->type)->kind != T_SLICE || rhs->slice.lo || !rhs->slice.hi ||
            rhs->slice.max || rhs->early || !same_place(x, rhs->slice.x))
            return false;
        ahead_inside(f, rhs);
        return shorten(f, x, rhs);
    }
    if (rhs->kind != N_CALL || rhs->call.builtin - 1 != B_APPEND || rhs->call.args.n < 2)
        return false;
    if (!same_place(x, rhs->call.args.v[0])) return false;
    bool plain = !has_pointers(underlying(rhs->type)->slice.elem);
    Node *y = unparen(rhs->call.args.v[1]);
    if (rhs->call.dots && (!plain || made_length(y) || y->mode == MODE_NIL)) return false;
    ahead_inside(f, rhs);
    return rhs->call.dots ? append_slice_to(f, x, rhs) : append_to(f, x, rhs);
}
