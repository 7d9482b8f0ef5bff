/* dominators.c - who holds whom in a graph: immediate dominators, and what would be free without a node.
 *
 * A node dominates another if every path from the beginning to that leads over it. The algorithm is that of Lengauer and Tarjan (A fast
 * algorithm for finding dominators in a flowgraph, 1979) with path compression: m log n steps however the graph looks; heaps
 * have lists of millions of nodes, on which methods that climb the tree step by step do not end. Nothing here recurses, for the
 * same reason. Nodes are known by their number in the order of a depth-first search.
 */
#include "dominators.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

typedef struct Work {
    const FlowGraph *g;
    uint32_t count;
    uint32_t *number;   /* by node; NO_NODE: not reached */
    uint32_t *node;     /* by number, as all that follow */
    uint32_t *parent;   /* in the tree of the search */
    uint32_t *semi;     /* semidominator */
    uint32_t *idom;     /* immediate dominator */
    uint32_t *ancestor; /* in the forest that is linked so far; NO_NODE: a root */
    uint32_t *label;    /* the node with the least semidominator between it and its ancestor */
    uint32_t *bucket;   /* first of those that it is the semidominator of */
    uint32_t *next;     /* in such a list */
    uint32_t *stack;
    uint64_t *pred_from; /* by number: those that lead to it */
    uint32_t *pred;
} Work;

static uint32_t *array(uint32_t n) {
    uint32_t *a = malloc(((size_t)n + 1) * sizeof *a);
    if (!a) fatalf("out of memory");
    memset(a, 0xff, ((size_t)n + 1) * sizeof *a);
    return a;
}

static void meet(Work *w, uint32_t v, uint32_t parent) {
    uint32_t i = w->count++;
    w->number[v] = i;
    w->node[i] = v;
    w->parent[i] = parent;
    w->semi[i] = w->label[i] = i;
}

static void search(Work *w) {
    uint64_t *at = malloc(((size_t)w->g->n + 1) * sizeof *at);
    if (!at) fatalf("out of memory");
    uint32_t depth = 0;
    meet(w, 0, NO_NODE);
    w->stack[depth++] = 0;
    at[0] = w->g->from[0];
    while (depth) {
        uint32_t i = w->stack[depth - 1], v = w->node[i];
        if (at[i] == w->g->from[v + 1]) {
            depth--;
            continue;
        }
        uint32_t to = w->g->to[at[i]++];
        if (w->number[to] != NO_NODE) continue;
        meet(w, to, i);
        w->stack[depth++] = w->number[to];
        at[w->number[to]] = w->g->from[to];
    }
    free(at);
}

static void turn_round(Work *w) {
    const FlowGraph *g = w->g;
    w->pred_from = calloc((size_t)w->count + 2, sizeof *w->pred_from);
    w->pred = malloc((g->from[g->n] + 1) * sizeof *w->pred);
    if (!w->pred_from || !w->pred) fatalf("out of memory");
    for (uint32_t i = 0; i < w->count; i++)
        for (uint64_t e = g->from[w->node[i]]; e < g->from[w->node[i] + 1]; e++)
            w->pred_from[w->number[g->to[e]] + 2]++;
    for (uint32_t i = 2; i <= w->count + 1; i++) w->pred_from[i] += w->pred_from[i - 1];
    for (uint32_t i = 0; i < w->count; i++)
        for (uint64_t e = g->from[w->node[i]]; e < g->from[w->node[i] + 1]; e++)
            w->pred[w->pred_from[w->number[g->to[e]] + 1]++] = i;
}

/* The node with the least semidominator between v and the root of its tree in the forest. */
static uint32_t least(Work *w, uint32_t v) {
    if (w->ancestor[v] == NO_NODE) return v;
    uint32_t depth = 0;
    for (uint32_t u = v; w->ancestor[w->ancestor[u]] != NO_NODE; u = w->ancestor[u])
        w->stack[depth++] = u;
    while (depth) {
        uint32_t u = w->stack[--depth], above = w->ancestor[u];
        if (w->semi[w->label[above]] < w->semi[w->label[u]]) w->label[u] = w->label[above];
        w->ancestor[u] = w->ancestor[above];
    }
    return w->label[v];
}

static void empty_bucket(Work *w, uint32_t parent) {
    for (uint32_t v = w->bucket[parent]; v != NO_NODE; v = w->next[v]) {
        uint32_t u = least(w, v);
        w->idom[v] = w->semi[u] < w->semi[v] ? u : parent;
    }
    w->bucket[parent] = NO_NODE;
}

static void find(Work *w) {
    for (uint32_t i = w->count - 1; i > 0; i--) {
        for (uint64_t e = w->pred_from[i]; e < w->pred_from[i + 1]; e++) {
            uint32_t semi = w->semi[least(w, w->pred[e])];
            if (semi < w->semi[i]) w->semi[i] = semi;
        }
        w->next[i] = w->bucket[w->semi[i]];
        w->bucket[w->semi[i]] = i;
        w->ancestor[i] = w->parent[i];
        empty_bucket(w, w->parent[i]);
    }
    for (uint32_t i = 1; i < w->count; i++)
        if (w->idom[i] != w->semi[i]) w->idom[i] = w->idom[w->idom[i]];
}

uint32_t dominators(const FlowGraph *g, uint32_t *order, uint32_t *idom) {
    Work w = {.g = g};
    uint32_t **arrays[] = {&w.number,   &w.node,  &w.parent, &w.semi, &w.idom,
                           &w.ancestor, &w.label, &w.bucket, &w.next, &w.stack};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) *arrays[i] = array(g->n);
    search(&w);
    turn_round(&w);
    find(&w);
    for (uint32_t v = 0; v < g->n; v++) idom[v] = NO_NODE;
    for (uint32_t i = 0; i < w.count; i++) order[i] = w.node[i];
    for (uint32_t i = 1; i < w.count; i++) idom[w.node[i]] = w.node[w.idom[i]];
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(*arrays[i]);
    free(w.pred_from);
    free(w.pred);
    return w.count;
}

void retained_sizes(uint32_t count, const uint32_t *order, const uint32_t *idom,
                    const uint64_t *size, uint64_t *kept) {
    for (uint32_t i = 0; i < count; i++) kept[order[i]] = size[order[i]];
    for (uint32_t i = count; i-- > 1;) kept[idom[order[i]]] += kept[order[i]];
}
