/* borrow.c - conversions between strings and bytes whose result dies before anybody could change what it was
 * made from: they share its memory instead of copying it.
 *
 *   m[string(b)], m[T{string(b)}]   a key that is only looked up; the entry is then read at once (order.c)
 *   string(b) == s, < ...           nothing comes between
 *   switch string(b)                where every case is a constant: no code runs before the last comparison
 *   "x" + string(b)                 copied into the sum; a part that is never empty keeps it from being the sum
 *   range []byte(s)                 the loop only reads
 *   append(x, []byte(s)...), copy(x, []byte(s))
 */
#include "lower/borrow.h"

bool is_bytes_to_string(Node *n) {
    n = unparen(n);
    return n->kind == N_CALL && n->call.fun->mode == MODE_TYPE && !n->cval && is_string(n->type) &&
           n->call.args.n == 1 && n->call.args.v[0]->type && is_bytes(n->call.args.v[0]->type);
}

static bool is_string_to_bytes(Node *n) {
    n = unparen(n);
    return n->kind == N_CALL && n->call.fun->mode == MODE_TYPE && is_bytes(n->type) &&
           n->call.args.n == 1 && n->call.args.v[0]->type && is_string(n->call.args.v[0]->type);
}

static void borrow(Node *n, bool (*fits)(Node *)) {
    if (!n || !fits(n)) return;
    n = unparen(n);
    if (!n->conv) n->borrowed = true;
}

static void borrow_key(Node *key) {
    borrow(key, is_bytes_to_string);
    key = unparen(key);
    if (key->kind != N_COMPLIT || key->complit.ptr_elided) return;
    int kind = underlying(key->type)->kind;
    if (kind != T_STRUCT && kind != T_ARRAY) return;
    for (int i = 0; i < key->complit.elems.n; i++) {
        Node *e = key->complit.elems.v[i];
        borrow_key(e->kind == N_KEYVALUE ? e->binary.y : e);
    }
}

static bool is_sum(Node *n) {
    return n->kind == N_BINARY && n->op == OP_ADD && !n->cval && is_string(n->type);
}

static bool has_text(Node *n) {
    n = unparen(n);
    if (n->cval) return const_kind(n->cval) == CONST_STRING && const_string_val(n->cval).n > 0;
    return is_sum(n) && (has_text(n->binary.x) || has_text(n->binary.y));
}

static void borrow_parts(Node *n) {
    n = unparen(n);
    if (is_sum(n)) {
        borrow_parts(n->binary.x);
        borrow_parts(n->binary.y);
    } else {
        borrow(n, is_bytes_to_string);
    }
}

static bool all_constant(NodeList *cases) {
    for (int i = 0; i < cases->n; i++)
        for (int k = 0; k < cases->v[i]->case_.exprs.n; k++)
            if (!cases->v[i]->case_.exprs.v[k]->cval) return false;
    return true;
}

static void binary(Node *n) {
    switch (n->op) {
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        borrow(n->binary.x, is_bytes_to_string);
        borrow(n->binary.y, is_bytes_to_string);
        break;
    case OP_ADD:
        if (is_sum(n) && has_text(n)) borrow_parts(n);
        break;
    default: break;
    }
}

static void call(Node *n) {
    int b = n->call.builtin - 1;
    if (n->call.args.n != 2) return;
    if (b == B_COPY || (b == B_APPEND && n->call.dots))
        borrow(n->call.args.v[1], is_string_to_bytes);
}

static void look(Node *n, void *ctx);

/* An entry that is assigned keeps its key. */
static void look_left(NodeList *lhs) {
    for (int i = 0; i < lhs->n; i++) walk_children(unparen(lhs->v[i]), look, NULL);
}

static void look(Node *n, void *ctx) {
    if (n->kind <= N_KEYVALUE && (!n->type || n->mode == MODE_TYPE) && n->kind != N_KEYVALUE)
        return;
    switch (n->kind) {
    case N_BINARY: binary(n); break;
    case N_CALL: call(n); break;
    case N_INDEX:
        if (n->index.x->type && underlying(n->index.x->type)->kind == T_MAP)
            borrow_key(n->index.index.v[0]);
        break;
    case N_SWITCH:
        if (n->switch_.tag && all_constant(&n->switch_.cases))
            borrow(n->switch_.tag, is_bytes_to_string);
        break;
    case N_RANGE: borrow(n->range.x, is_string_to_bytes); break;
    case N_INCDEC: walk_children(unparen(n->unary.x), look, ctx); return;
    case N_ASSIGN:
        look_left(&n->assign.lhs);
        for (int i = 0; i < n->assign.rhs.n; i++) look(n->assign.rhs.v[i], ctx);
        return;
    case N_FUNCLIT: return; /* its body is a function of its own */
    default: break;
    }
    walk_children(n, look, ctx);
}

void borrow_package(Package *p) {
    for (int i = 0; i < p->all_funcs.n; i++)
        if (p->all_funcs.v[i]->body) look(p->all_funcs.v[i]->body, NULL);
    for (int i = 0; i < p->init_order.n; i++) look(p->init_order.v[i].rhs, NULL);
}
