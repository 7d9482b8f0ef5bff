/* solve.c - from the graph to what escapes; see graph.h for the algorithm. */
#include "escape/graph.h"

typedef VEC(Loc *) LocStack;

static void enqueue(LocStack *todo, Loc *l) {
    if (l->queued) return;
    l->queued = true;
    push(todo, l);
}

/* Whether c is a literal inside f, at any depth. */
static bool contains(const Func *f, const Func *c) {
    for (c = c->outer; c; c = c->outer)
        if (c == f) return true;
    return false;
}

/* Whether l may live longer than other, so that other's address must not be stored in l unless
 * other is on the heap. */
static bool outlives(const Loc *l, const Loc *other) {
    if (l->escapes) return true;
    if (l->is_result) /* callers may do anything with a result; but a literal called on the spot is
                         its own caller */
        return !(contains(other->func, l->func) && esc_of_func(l->func)->called_directly);
    if (l->func == other->func && l->loop_depth < other->loop_depth) return true;
    return l->func && other->func && contains(l->func, other->func);
}

static void leak_to(Loc *param, const Loc *sink, int derefs) {
    if (!sink->escapes && sink->is_result && sink->func == param->func &&
        sink->result_index < MAX_RESULTS_TAGGED)
        leaks_add(&param->leaks, 1 + sink->result_index, derefs);
    else
        leaks_add(&param->leaks, 0, derefs);
}

static void explain_leak(Batch *b, Loc *root, Loc *l, int derefs) {
    if (b->opt->m < 2 || l->escapes) return;
    notef(esc_loc_pos(l), "parameter %s leaks to %s with derefs=%d:", esc_loc_text(b, l),
          root == &b->heap ? "{heap}" : esc_loc_text(b, root), derefs);
    esc_explain_path(b, root, l);
}

/* Finds the fewest dereferences from every location to root. */
static void walk_from(Batch *b, Loc *root, uint32_t walk, LocStack *queue) {
    LocStack todo = {0};
    root->walk = walk;
    root->derefs = 0;
    root->dst = NULL;
    push(&todo, root);
    while (todo.n) {
        Loc *l = todo.v[--todo.n];
        bool address = l->derefs < 0;
        int derefs = address ? 0 : l->derefs;
        if (outlives(root,
                     l)) { /* root itself too: what a parameter on the heap holds is on the heap */
            if (l->is_param) {
                explain_leak(b, root, l, derefs);
                leak_to(l, root, derefs);
            }
            if (address && !l->escapes) {
                if (b->opt->m >= 2) {
                    notef(esc_loc_pos(l), "%s escapes to heap:", esc_loc_text(b, l));
                    esc_explain_path(b, root, l);
                }
                l->escapes = true;
                enqueue(queue, l);
                continue;
            }
        }
        for (int i = 0; i < l->edges.n; i++) {
            Edge *e = &l->edges.v[i];
            if (e->src->escapes) continue;
            int d = derefs + e->derefs;
            if (e->src->walk == walk && e->src->derefs <= d) continue;
            e->src->walk = walk;
            e->src->derefs = d;
            e->src->dst = l;
            e->src->dst_edge = i;
            push(&todo, e->src);
        }
    }
}

void esc_solve(Batch *b) {
    LocStack queue = {0};
    uint32_t walk = 0;
    for (int i = 0; i < b->locs.n; i++) enqueue(&queue, b->locs.v[i]);
    enqueue(&queue, &b->heap);
    while (queue.n) {
        Loc *root = queue.v[--queue.n];
        root->queued = false;
        walk_from(b, root, ++walk, &queue);
    }
}
