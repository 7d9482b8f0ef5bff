/* chain.c - cells that begin a chain.
 *
 * A cell of a linked structure that does not escape (the sentinel of a queue, the head of a list under
 * construction) has its place in the frame, and what its fields point to is a root of the collector for as long as
 * the frame lives. If a loop goes on along the chain while it makes cells or calls something, everything that was
 * ever taken off the chain stays reachable from the first cell. Such a cell is put on the heap: one
 * allocation for each execution, where the loop makes many. What -m says, and what other things may
 * do, stays the same: nothing else depends on the place.
 */
#include "escape/build.h"

/* Whether a value of type t holds a pointer to a cell. */
static bool leads_to(Type *t, Type *cell, int depth) {
    Type *u = underlying(t);
    if (depth > 4) return false;
    switch (u->kind) {
    case T_POINTER: return identical(u->pointer.elem, cell);
    case T_SLICE: return leads_to(u->slice.elem, cell, depth + 1);
    case T_ARRAY: return leads_to(u->array.elem, cell, depth + 1);
    case T_STRUCT:
        for (int i = 0; i < u->struct_.fields.n; i++)
            if (leads_to(u->struct_.fields.v[i]->type, cell, depth + 1)) return true;
        return false;
    default: return false;
    }
}

static Type *cell_type(const Loc *l) {
    Type *t = NULL;
    if (l->escapes || l->is_param || l->is_result) return NULL;
    if (l->kind == LOC_VAR && l->var->addrtaken) t = l->var->type;
    if (l->kind == LOC_NODE && l->node->type && underlying(l->node->type)->kind == T_POINTER)
        t = underlying(l->node->type)->pointer.elem;
    if (!t || underlying(t)->kind != T_STRUCT) return NULL;
    return leads_to(t, t, 0) ? t : NULL;
}

/* --- loops that go on along a chain --- */

typedef struct Loop {
    Map *walked; /* variables: Obj -> Obj */
    VEC(Obj *) moved;
    bool works; /* makes something or calls somebody */
} Loop;

static bool is_loaded(Node *n) {
    n = unparen(n);
    return n->kind == N_SELECTOR || n->kind == N_INDEX || n->kind == N_STAR;
}

static void look_in_loop(Node *n, void *ctx) {
    Loop *l = ctx;
    if (n->kind == N_FUNCLIT) return;
    l->works |= (n->kind == N_CALL && unparen(n->call.fun)->mode != MODE_TYPE) ||
                (n->kind == N_UNARY && n->op == OP_AND && unparen(n->unary.x)->kind == N_COMPLIT);
    if (n->kind == N_ASSIGN && n->op == OP_NONE && n->assign.lhs.n == n->assign.rhs.n)
        for (int i = 0; i < n->assign.lhs.n; i++) {
            Node *x = unparen(n->assign.lhs.v[i]);
            if (x->kind == N_IDENT && x->ident.obj && is_loaded(n->assign.rhs.v[i]))
                push(&l->moved, x->ident.obj);
        }
    walk_children(n, look_in_loop, ctx);
}

static void find_walks(Node *n, void *ctx) {
    if (n->kind == N_FOR || n->kind == N_RANGE) {
        Loop l = {.walked = ctx};
        walk_children(n, look_in_loop, &l);
        for (int i = 0; l.works && i < l.moved.n; i++) map_put(ctx, l.moved.v[i], l.moved.v[i]);
    }
    walk_children(n, find_walks, ctx);
}

/* --- */

/* Whether a variable that is walked along a chain may begin with the address of l. */
static bool holds(Loc *holder, const Loc *l, int depth) {
    for (int i = 0; i < holder->edges.n; i++) {
        Edge *e = &holder->edges.v[i];
        if (e->derefs == -1 && e->src == l) return true;
        if (e->derefs == 0 && depth < 8 && holds(e->src, l, depth + 1)) return true;
    }
    return false;
}

void esc_move_first_cells(Batch *b, Func **fs, int n) {
    Map walked = {0};
    for (int i = 0; i < n; i++)
        if (fs[i]->body) walk_children(fs[i]->body, find_walks, &walked);
    for (int i = 0; walked.n && i < b->locs.n; i++) {
        Loc *l = b->locs.v[i];
        Type *cell = cell_type(l);
        for (int j = 0; cell && j < walked.n; j++) {
            Obj *o = walked.vals[j];
            if (!o->loc || !leads_to(o->type, cell, 0) || !holds(o->loc, l, 0)) continue;
            *(l->kind == LOC_VAR ? &l->var->esc : &l->node->esc) = ESC_HEAP;
            break;
        }
    }
}
