/* order.c - the order of evaluation that the language leaves open, as Go's own compiler has it.
 *
 * The specification orders calls, receives and && || within a statement, but not the reads of variables
 * among them. Go's compiler has one rule, and programs have come to rely on it: a statement is evaluated in
 * two phases. First, from left to right and operands before operators, come what has an effect (calls,
 * receives, append, copy) and some other things (len, make, slicing, &&, ...), each into a temporary; then,
 * in one go, all the rest: variables, fields, elements, map entries, arithmetic, conversions, composite
 * literals. So `x + f(&x)` reads x after the call, and `len(s), g()` takes the length before it.
 *
 * This pass says it once for every expression: `early` marks what belongs to the first phase, and
 * `early_inside` the expressions that have such parts. Emission prints what is early ahead of the statement.
 * What has no effect is marked only where something with an effect follows, else nobody could tell.
 *
 * The statement's own expression (the call in `x = f()`, the condition of an if) may be marked as well:
 * whoever prints it knows that nothing follows.
 */
#include "lower/order.h"

#include "lower/borrow.h"

static bool skipped(const Node *n) {
    return !n || n->cval || n->mode == MODE_TYPE || n->mode == MODE_BUILTIN || n->mode == MODE_NIL;
}

static bool is_map_literal(const Node *n) {
    return n->kind == N_COMPLIT && !n->complit.ptr_elided && underlying(n->type)->kind == T_MAP;
}

static bool is_logical(const Node *n) {
    return n->kind == N_BINARY && (n->op == OP_ANDAND || n->op == OP_OROR);
}

static Node *elem_value(Node *e) {
    return e->kind == N_KEYVALUE ? e->binary.y : e;
}

static void add(NodeList *out, Node *n) {
    if (!skipped(n)) push(out, n);
}

void order_operands(Node *n, NodeList *out) {
    switch (n->kind) {
    case N_PAREN:
    case N_STAR:
    case N_UNARY: add(out, n->unary.x); break;
    case N_BINARY:
        add(out, n->binary.x);
        if (!is_logical(n)) add(out, n->binary.y);
        break;
    case N_SELECTOR:
        if (n->selector.sel && n->selector.sel->kind != SEL_METHODEXPR) add(out, n->selector.x);
        break;
    case N_INDEX:
        add(out, n->index.x);
        for (int i = 0; i < n->index.index.n; i++) add(out, n->index.index.v[i]);
        break;
    case N_SLICE:
        add(out, n->slice.x);
        add(out, n->slice.lo);
        add(out, n->slice.hi);
        add(out, n->slice.max);
        break;
    case N_TYPEASSERT: add(out, n->assert_.x); break;
    case N_COMPLIT:
        if (is_map_literal(n)) break;
        for (int i = 0; i < n->complit.elems.n; i++) add(out, elem_value(n->complit.elems.v[i]));
        break;
    case N_CALL:
        add(out, n->call.fun);
        for (int i = 0; i < n->call.args.n; i++) add(out, n->call.args.v[i]);
        break;
    default: break;
    }
}

/* --- what is computed in the first phase --- */

static bool is_addressable(Node *n) {
    n = unparen(n);
    switch (n->kind) {
    case N_IDENT: return n->ident.obj && n->ident.obj->kind == OBJ_VAR;
    case N_STAR: return true;
    case N_SELECTOR:
        if (!n->selector.sel) return n->mode == MODE_VAR;
        return n->selector.sel->kind == SEL_FIELD &&
               (n->selector.sel->indirect || underlying(n->selector.x->type)->kind == T_POINTER ||
                is_addressable(n->selector.x));
    case N_INDEX:
        switch (underlying(n->index.x->type)->kind) {
        case T_SLICE:
        case T_POINTER: return true;
        case T_ARRAY: return is_addressable(n->index.x);
        default: return false;
        }
    default: return false;
    }
}

/* A composite literal of constants, which lies in read-only memory. */
static bool is_constant_literal(Node *n) {
    n = unparen(n);
    if (n->cval || n->mode == MODE_NIL) return true;
    if (n->kind != N_COMPLIT || n->complit.ptr_elided) return false;
    int kind = underlying(n->type)->kind;
    if (kind != T_STRUCT && kind != T_ARRAY) return false;
    for (int i = 0; i < n->complit.elems.n; i++)
        if (!is_constant_literal(elem_value(n->complit.elems.v[i]))) return false;
    return true;
}

static bool becomes_interface(Node *n) {
    n = unparen(n);
    return n->conv && is_interface(n->conv) && !is_interface(n->type) && !is_constant_literal(n);
}

/* Whether n is copied where its address is needed. */
static bool needs_copy(Node *n) {
    return !is_addressable(n) && !is_constant_literal(n);
}

/* The one component of structs of one field and arrays of one element. */
static Type *sole_component(Type *t) {
    for (;;) {
        Type *u = underlying(t);
        if (u->kind == T_STRUCT && u->struct_.fields.n == 1)
            t = u->struct_.fields.v[0]->type;
        else if (u->kind == T_ARRAY && u->array.len == 1)
            t = u->array.elem;
        else
            return u;
    }
}

/* Whether converting a t to an interface takes the value by its address. */
static bool boxed_by_address(Type *t) {
    if (is_untyped(t)) t = default_type(t);
    if (is_interface(t) || t->kind == T_TUPLE) return false;
    int64_t size = type_size(t);
    int kind = sole_component(t)->kind;
    if (kind == T_STRING || kind == T_SLICE) return false;
    if (size == 2 && type_align(t) == 2) return false;
    return !((size == 4 || size == 8) && type_align(t) == size && !has_pointers(t));
}

/* Whether a map hands its keys over by address; some others are copied into a word. */
static bool key_by_address(Type *map) {
    enum { BY_VALUE_MAX = 128 };
    Type *m = underlying(map), *k = m->map.key;
    if (type_size(m->map.elem) > BY_VALUE_MAX) return true;
    int kind = underlying(k)->kind;
    if (kind == T_STRING || kind == T_POINTER || kind == T_CHAN || kind == T_UNSAFEPTR)
        return false;
    return !is_integer(k) || type_size(k) < 4;
}

/* string(b) somewhere in a key: no copy is made for it (borrow.c), so the entry is read at once. */
static bool holds_borrowed_string(Node *key) {
    key = unparen(key);
    if (is_bytes_to_string(key)) return true;
    if (key->kind != N_COMPLIT || key->complit.ptr_elided) return false;
    for (int i = 0; i < key->complit.elems.n; i++)
        if (holds_borrowed_string(elem_value(key->complit.elems.v[i]))) return true;
    return false;
}

static bool is_map_entry(Node *n) {
    return n->kind == N_INDEX && underlying(n->index.x->type)->kind == T_MAP;
}

static bool is_aggregate(Type *t) {
    int kind = underlying(t)->kind;
    return kind == T_STRUCT || kind == T_ARRAY;
}

/* Calls that only compute, yet in the first phase. */
static bool is_early_builtin(int b) {
    switch (b) {
    case B_LEN:
    case B_CAP:
    case B_COMPLEX:
    case B_REAL:
    case B_IMAG:
    case B_MAKE:
    case B_NEW:
    case B_MIN:
    case B_MAX: return true;
    default: return false;
    }
}

static bool has_effect(Node *n) {
    if (n->kind == N_UNARY) return n->op == OP_RECV;
    if (n->kind != N_CALL || n->call.fun->mode == MODE_TYPE) return false;
    switch (n->call.builtin - 1) {
    case B_UNSAFE_ADD:
    case B_UNSAFE_SLICE:
    case B_UNSAFE_SLICEDATA:
    case B_UNSAFE_STRING:
    case B_UNSAFE_STRINGDATA: return false;
    default: return !is_early_builtin(n->call.builtin - 1);
    }
}

/* Whether n is copied by itself if something with an effect follows. */
static bool is_early_kind(Node *n) {
    switch (n->kind) {
    case N_CALL:
        if (n->call.fun->mode == MODE_TYPE)
            return underlying(n->type)->kind == T_SLICE && is_string(n->call.args.v[0]->type);
        return is_early_builtin(n->call.builtin - 1);
    case N_BINARY: return is_logical(n);
    case N_SLICE: return true;
    case N_TYPEASSERT: return !type_is_direct(n->type);
    case N_INDEX: return is_map_entry(n) && holds_borrowed_string(n->index.index.v[0]);
    case N_COMPLIT: {
        if (!is_map_literal(n)) return false;
        for (int i = 0; i < n->complit.elems.n; i++) {
            Node *e = n->complit.elems.v[i];
            if (!is_constant_literal(e->binary.x) || !is_constant_literal(e->binary.y)) return true;
        }
        return false;
    }
    default: return false;
    }
}

/* Whether operand x of n is copied because of what n does with it. */
static bool copied_operand(Node *n, Node *x) {
    switch (n->kind) {
    case N_BINARY:
        return (n->op == OP_EQ || n->op == OP_NE) && is_aggregate(x->type) && needs_copy(x);
    case N_SLICE: return x != n->slice.x && unparen(x)->kind != N_IDENT;
    case N_INDEX:
        return is_map_entry(n) && x == n->index.index.v[0] && key_by_address(n->index.x->type) &&
               (needs_copy(x) || becomes_interface(x));
    case N_CALL:
        return n->call.fun->mode == MODE_TYPE && is_interface(n->type) &&
               boxed_by_address(x->type) && needs_copy(x);
    default: return false;
    }
}

/* --- the walk, from the end of the statement to its beginning --- */

static void mark_early(Node *n) {
    for (; n->kind == N_PAREN; n = n->unary.x) n->early_inside = true;
    n->early = true;
}

static bool visit(Node *n, bool later);

static void visit_alone(Node *n) {
    if (!skipped(n)) visit(n, false);
}

static bool has_marks(const Node *n) {
    return n && (n->early || n->early_inside);
}

static bool visit_entries(Node *n) {
    bool effects = false;
    for (int i = 0; i < n->complit.elems.n; i++) {
        Node *e = n->complit.elems.v[i];
        bool later = skipped(e->binary.y) ? false : visit(e->binary.y, false);
        if (!skipped(e->binary.x)) later = visit(e->binary.x, later);
        effects |= later;
    }
    return effects;
}

/* later: something with an effect follows n. Says the same of what stands before n. */
static bool visit(Node *n, bool later) {
    if (n->kind == N_PAREN) {
        bool before = visit(n->unary.x, later);
        n->early_inside = has_marks(n->unary.x);
        return before;
    }
    n->early = n->early_inside = false;
    bool effect = has_effect(n), own = false;
    if (is_logical(n)) {
        own = !skipped(n->binary.y) && visit(n->binary.y, false);
        n->early_inside = has_marks(n->binary.y);
        effect |= own;
    } else if (is_map_literal(n)) {
        own = visit_entries(n);
        effect |= own;
    }
    bool boxed = n->conv && is_interface(n->conv) && boxed_by_address(n->type) && needs_copy(n);
    n->early = effect || (later && (boxed || is_early_kind(n)));
    NodeList xs = {0};
    order_operands(n, &xs);
    for (int i = xs.n - 1; i >= 0; i--) {
        bool copied = later && copied_operand(n, xs.v[i]);
        later = visit(xs.v[i], later);
        if (copied) mark_early(xs.v[i]);
        n->early_inside |= has_marks(xs.v[i]);
    }
    return later || effect;
}

static void visit_lists(NodeList *first, NodeList *second) {
    bool later = false;
    for (int i = second ? second->n - 1 : -1; i >= 0; i--)
        if (!skipped(second->v[i])) later = visit(second->v[i], later);
    for (int i = first->n - 1; i >= 0; i--)
        if (!skipped(first->v[i])) later = visit(first->v[i], later);
}

static void statement(Node *n, void *ctx);

static void comm(Node *s) {
    if (!s) return;
    if (s->kind == N_SEND) {
        visit_alone(s->binary.x);
        visit_alone(s->binary.y);
        return;
    }
    statement(s, NULL);
}

static void statement(Node *n, void *ctx) {
    (void)ctx;
    switch (n->kind) {
    case N_EXPRSTMT:
    case N_INCDEC:
    case N_GO:
    case N_DEFER: visit_alone(n->unary.x); return;
    case N_SEND: {
        NodeList xs = {0};
        push(&xs, n->binary.x);
        push(&xs, n->binary.y);
        visit_lists(&xs, NULL);
        return;
    }
    case N_ASSIGN: visit_lists(&n->assign.lhs, &n->assign.rhs); return;
    case N_VAR: visit_lists(&n->var.values, NULL); return;
    case N_RETURN: visit_lists(&n->ret.results, NULL); return;
    case N_IF: visit_alone(n->if_.cond); break;
    case N_FOR: visit_alone(n->for_.cond); break;
    case N_SWITCH: visit_alone(n->switch_.tag); break;
    case N_TYPESWITCH: visit_alone(n->typeswitch.x); break;
    case N_CASE:
        for (int i = 0; i < n->case_.exprs.n; i++) visit_alone(n->case_.exprs.v[i]);
        break;
    case N_COMM:
        comm(n->comm.comm);
        for (int i = 0; i < n->comm.body.n; i++) statement(n->comm.body.v[i], NULL);
        return;
    case N_RANGE:
        visit_alone(n->range.x);
        if (!n->range.define) {
            visit_alone(n->range.key);
            visit_alone(n->range.val);
        }
        break;
    default: break;
    }
    if (n->kind > N_FIELD) walk_children(n, statement, NULL);
}

void order_package(Package *p) {
    for (int i = 0; i < p->all_funcs.n; i++)
        if (p->all_funcs.v[i]->body) statement(p->all_funcs.v[i]->body, NULL);
    for (int i = 0; i < p->init_order.n; i++) visit_alone(p->init_order.v[i].rhs);
}
