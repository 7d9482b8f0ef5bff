/* build_expr.c - expressions: where values flow. */
#include "escape/build.h"

void esc_discard(Build *e, Node *n) {
    esc_value(e, esc_blank_hole(e->b), n);
}

void esc_discards(Build *e, NodeList l) {
    for (int i = 0; i < l.n; i++) esc_discard(e, l.v[i]);
}

void esc_value_to_heap(Build *e, Node *n, const char *why, Node *where) {
    esc_value(e, esc_note(e->b, esc_heap_hole(e->b), where, why), n);
}

Hole esc_spill(Build *e, Hole k, Node *n, LocKind kind) {
    Loc *l = esc_new_loc(e->b, kind, e->frame, e->loop_depth);
    l->node = n;
    l->at = e->at;
    esc_flow(e->b, esc_addr_of(e->b, k, n, "spill"), l);
    return esc_loc_hole(l);
}

Hole esc_tee(Build *e, const Hole *ks, int n) {
    if (n == 0) return esc_blank_hole(e->b);
    if (n == 1) return ks[0];
    Loc *l = esc_new_loc(e->b, LOC_TEMP, e->frame, e->loop_depth);
    for (int i = 0; i < n; i++) esc_flow(e->b, ks[i], l);
    return esc_loc_hole(l);
}

Hole esc_hold_later(Build *e, Hole k) {
    Loc *l = esc_new_loc(e->b, LOC_TEMP, e->frame, e->loop_depth);
    esc_flow(e->b, k, l);
    return esc_loc_hole(l);
}

/* x.(T): the value is what the interface's data word points to, unless it is the word itself. */
Hole esc_dot_type(Build *e, Hole k, Type *t, Node *where, const char *why) {
    if (!is_interface(t) && !type_is_direct(t)) k = esc_shift(k, 1);
    return esc_note(e->b, k, where, why);
}

Loc *esc_var_loc(Build *e, Obj *o) {
    if (!o->loc) { /* a variable that no list of its function names: treat it as declared here
                        */
        Loc *l = esc_new_loc(e->b, LOC_VAR, o->func ? frame_func(o->func) : e->frame, 1);
        l->var = o;
        o->loc = l;
    }
    return o->loc;
}

static bool is_local_var(const Obj *o) {
    return o && o->kind == OBJ_VAR && !o->is_global && !o->is_field;
}

static bool is_pointer_free(const Node *n) {
    Type *t = n->type;
    return t && t->kind != T_INVALID && t->kind != T_TUPLE && !is_untyped(t) && !has_pointers(t);
}

/* --- pointers hidden in integers: unsafe.Pointer(uintptr expression) --- */

bool esc_is_header_data(const Node *n) {
    n = unparen((Node *)n);
    if (n->kind != N_SELECTOR || !n->selector.sel ||
        strcmp(n->selector.name->ident.name, "Data") != 0)
        return false;
    Type *t = n->selector.sel->recv;
    if (underlying(t)->kind == T_POINTER) t = underlying(t)->pointer.elem;
    if (t->kind != T_NAMED || !t->named.obj->pkg || strcmp(t->named.obj->pkg->path, "reflect") != 0)
        return false;
    const char *name = t->named.obj->name;
    return strcmp(name, "SliceHeader") == 0 || strcmp(name, "StringHeader") == 0;
}

void esc_unsafe_value(Build *e, Hole k, Node *n) {
    n = unparen(n);
    switch (n->kind) {
    case N_CALL:
        if (unparen(n->call.fun)->mode == MODE_TYPE && n->call.args.n == 1 &&
            underlying(n->call.args.v[0]->type)->kind == T_UNSAFEPTR) {
            esc_value(e, k, n->call.args.v[0]);
            return;
        }
        break;
    case N_SELECTOR:
        if (esc_is_header_data(n) && is_pointer(n->selector.sel->recv))
            return esc_value(e, esc_load_from(e->b, k, n, "reflect.Header.Data"), n->selector.x);
        break;
    case N_UNARY:
        if (n->op == OP_ADD || n->op == OP_SUB || n->op == OP_XOR)
            return esc_unsafe_value(e, k, n->unary.x);
        break;
    case N_BINARY:
        if (n->op == OP_SHL || n->op == OP_SHR) {
            esc_unsafe_value(e, k, n->binary.x);
            esc_discard(e, n->binary.y);
            return;
        }
        if (n->op >= OP_ADD && n->op <= OP_ANDNOT) {
            esc_unsafe_value(e, k, n->binary.x);
            esc_unsafe_value(e, k, n->binary.y);
            return;
        }
        break;
    default: break;
    }
    esc_discard(e, n);
}

/* --- composite literals --- */

static void elements(Build *e, Hole k, Node *n, const char *why) {
    for (int i = 0; i < n->complit.elems.n; i++) {
        Node *x = n->complit.elems.v[i];
        esc_value(e, esc_note(e->b, k, n, why), x->kind == N_KEYVALUE ? x->binary.y : x);
    }
}

/* The literal itself, as a value of its (non-pointer) type t. */
static void literal(Build *e, Hole k, Node *n, Type *t) {
    switch (underlying(t)->kind) {
    case T_ARRAY: elements(e, k, n, "array literal element"); break;
    case T_STRUCT: elements(e, k, n, "struct literal element"); break;
    case T_SLICE: elements(e, esc_spill(e, k, n, LOC_NODE), n, "slice-literal-element"); break;
    case T_MAP:
        esc_spill(e, k, n, LOC_NODE);
        for (int i = 0; i < n->complit.elems.n; i++) {
            Node *x = n->complit.elems.v[i];
            if (x->kind != N_KEYVALUE) continue;
            esc_value_to_heap(e, x->binary.x, "map literal key", n);
            esc_value_to_heap(e, x->binary.y, "map literal value", n);
        }
        break;
    default: break;
    }
}

static void pointer_literal(Build *e, Hole k, Node *where, Node *lit, Type *t) {
    literal(e, esc_spill(e, k, where, LOC_NODE), lit, t);
}

static void complit(Build *e, Hole k, Node *n) {
    if (n->complit.ptr_elided)
        return pointer_literal(e, k, n, n, underlying(n->type)->pointer.elem);
    literal(e, k, n, n->type);
}

/* --- functions as values --- */

static void func_literal(Build *e, Hole k, Node *n) {
    if (n->funclit.func->inlined) return esc_walk_inlined(e, n);
    k = esc_spill(e, k, n, LOC_NODE);
    Closure c = {k, n};
    push(&e->b->closures, c);
    if (n->funclit.func && n->funclit.func->outer) esc_walk_body(e->b, n->funclit.func);
}

/* --- selection, indexing --- */

/* A field reached through a path: one dereference for each pointer on the way. */
static void field(Build *e, Hole k, Node *n) {
    Selection *s = n->selector.sel;
    Type *t = s->recv;
    int derefs = 0;
    for (int i = 0; i < s->npath; i++) {
        Type *u = underlying(t);
        if (u->kind == T_POINTER) {
            derefs++;
            u = underlying(u->pointer.elem);
        }
        if (u->kind != T_STRUCT) break;
        t = u->struct_.fields.v[s->path[i]]->type;
    }
    if (derefs)
        k = esc_note(e->b, esc_shift(k, derefs), n, "dot of pointer");
    else
        k = esc_note(e->b, k, n, "dot");
    esc_value(e, k, n->selector.x);
}

static void selector(Build *e, Hole k, Node *n) {
    Selection *s = n->selector.sel;
    if (!s || s->kind == SEL_METHODEXPR) return;
    if (s->kind == SEL_METHOD) return esc_bound_method(e, k, n);
    field(e, k, n);
}

static void index_expr(Build *e, Hole k, Node *n) {
    Type *t = underlying(n->index.x->type);
    Node *i = n->index.index.n ? n->index.index.v[0] : NULL;
    if (t->kind == T_MAP)
        esc_discard(e, n->index.x);
    else if (t->kind == T_ARRAY)
        esc_value(e, esc_note(e->b, k, n, "fixed-array-index-of"), n->index.x);
    else if (t->kind == T_FUNC)
        return; /* an instantiation */
    else
        esc_value(e, esc_load_from(e->b, k, n, "dot of pointer"), n->index.x);
    if (i) esc_discard(e, i);
}

static void slice_expr(Build *e, Hole k, Node *n) {
    k = esc_note(e->b, k, n, "slice");
    if (underlying(n->slice.x->type)->kind == T_ARRAY) k = esc_addr_of(e->b, k, n, "address-of");
    esc_value(e, k, n->slice.x);
    if (n->slice.lo) esc_discard(e, n->slice.lo);
    if (n->slice.hi) esc_discard(e, n->slice.hi);
    if (n->slice.max) esc_discard(e, n->slice.max);
}

/* --- operators --- */

/* All that is concatenated flows nowhere: the bytes are copied. */
static void concat_parts(Build *e, Node *n) {
    Node *u = unparen(n);
    if (u->kind == N_BINARY && u->op == OP_ADD && !u->cval && !u->conv) {
        concat_parts(e, u->binary.x);
        concat_parts(e, u->binary.y);
        return;
    }
    esc_discard(e, n);
}

static void binary(Build *e, Hole k, Node *n) {
    if (n->op == OP_ADD && is_string(n->type)) {
        esc_spill(e, k, n, LOC_NODE);
        concat_parts(e, n->binary.x);
        concat_parts(e, n->binary.y);
        return;
    }
    esc_discard(e, n->binary.x);
    esc_discard(e, n->binary.y);
}

static void unary(Build *e, Hole k, Node *n) {
    if (n->op != OP_AND) return esc_discard(e, n->unary.x);
    Node *x = unparen(n->unary.x);
    if (x->kind == N_COMPLIT && !x->complit.ptr_elided) return pointer_literal(e, k, n, x, x->type);
    esc_value(e, esc_addr_of(e->b, k, n, "address-of"), n->unary.x);
}

/* --- conversions --- */

static bool boxes(Type *to, const Node *x) {
    return is_interface(to) && x->type && x->type->kind != T_UNTYPED_NIL &&
           x->type->kind != T_TUPLE && !is_interface(x->type);
}

/* The explicit conversion T(x); `at` is the node whose notes it writes. */
static void conversion(Build *e, Hole k, Node *n) {
    Node *x = n->call.args.v[0];
    Type *to = underlying(n->type), *from = underlying(x->type);
    if (boxes(n->type, x)) {
        if (!type_is_direct(x->type)) k = esc_spill(e, k, n, LOC_BOX);
        esc_value(e, esc_note(e->b, k, n, "interface-converted"), x);
    } else if (to->kind == T_UNSAFEPTR && from->kind == T_UINTPTR) {
        esc_unsafe_value(e, k, x);
    } else if ((is_string(to) && !is_string(from)) || (to->kind == T_SLICE && is_string(from))) {
        esc_spill(e, k, n, LOC_NODE);
        esc_discard(e, x);
    } else if (to->kind == T_ARRAY && from->kind == T_SLICE) {
        esc_value(e, esc_load_from(e->b, k, n, "slice-to-array"), x);
    } else
        esc_value(e, k, x);
}

static void call_value(Build *e, Hole k, Node *n) {
    if (unparen(n->call.fun)->mode == MODE_TYPE) {
        if (n->call.args.n == 1) conversion(e, k, n);
        return;
    }
    esc_call(e, &k, 1, n);
}

/* --- any expression --- */

static void plain_value(Build *e, Hole k, Node *n) {
    if (n->cval || n->mode == MODE_TYPE) return;
    switch (n->kind) {
    case N_IDENT:
        if (is_local_var(n->ident.obj)) esc_flow(e->b, k, esc_var_loc(e, n->ident.obj));
        break;
    case N_COMPLIT: complit(e, k, n); break;
    case N_FUNCLIT: func_literal(e, k, n); break;
    case N_SELECTOR: selector(e, k, n); break;
    case N_INDEX: index_expr(e, k, n); break;
    case N_SLICE: slice_expr(e, k, n); break;
    case N_TYPEASSERT:
        esc_value(e, n->assert_.typ ? esc_dot_type(e, k, n->assert_.typ->type, n, "dot") : k,
                  n->assert_.x);
        break;
    case N_CALL: call_value(e, k, n); break;
    case N_STAR: esc_value(e, esc_load_from(e->b, k, n, "indirection"), n->unary.x); break;
    case N_UNARY: unary(e, k, n); break;
    case N_BINARY: binary(e, k, n); break;
    default: break;
    }
}

void esc_value(Build *e, Hole k, Node *n) {
    if (!n) return;
    n = unparen(n);
    if (n->conv && boxes(n->conv, n)) {
        if (!type_is_direct(n->type)) k = esc_spill(e, k, n, LOC_BOX);
        k = esc_note(e->b, k, n, "interface-converted");
    }
    if (k.derefs >= 0 && is_pointer_free(n)) k.dst = &e->b->blank;
    plain_value(e, k, n);
}

/* --- the left side of an assignment --- */

Hole esc_target(Build *e, Node *n) {
    n = n ? unparen(n) : NULL;
    if (!n) return esc_blank_hole(e->b);
    switch (n->kind) {
    case N_IDENT:
        if (strcmp(n->ident.name, "_") == 0) return esc_blank_hole(e->b);
        return is_local_var(n->ident.obj) ? esc_loc_hole(esc_var_loc(e, n->ident.obj))
                                          : esc_heap_hole(e->b);
    case N_SELECTOR: {
        Selection *s = n->selector.sel;
        if (s && s->kind == SEL_FIELD && !s->indirect && !is_pointer(s->recv))
            return esc_target(e, n->selector.x);
        esc_discard(e, n);
        return esc_heap_hole(e->b);
    }
    case N_INDEX: {
        Type *t = underlying(n->index.x->type);
        Node *i = n->index.index.v[0];
        if (t->kind == T_MAP) {
            esc_discard(e, n->index.x);
            esc_value_to_heap(e, i, "key of map put", n);
            return esc_heap_hole(e->b);
        }
        esc_discard(e, i);
        if (t->kind == T_ARRAY) return esc_target(e, n->index.x);
        esc_discard(e, n->index.x);
        return esc_heap_hole(e->b);
    }
    default: esc_discard(e, n); return esc_heap_hole(e->b);
    }
}
