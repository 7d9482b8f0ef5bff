/* initorder.c - the order in which package variables are initialised, and cycles in it.
 *
 * An initialiser depends on what it mentions, and on what the functions that it mentions mention in
 * turn. Two walks over that graph with functions taken out:
 * - cycles: the nodes are all constants and variables; nodes are removed by number of open
 *   dependencies, then by order of declaration; one that still has some is reported if it is on a
 *   cycle itself;
 * - order: the nodes are the declarations of variables; next is always the earliest that waits for
 *   nothing. Those without initialiser take part, as in Go's compiler: who mentions one comes after
 *   the earlier declarations that wait for nothing.
 */
#include "check/decls.h"

typedef struct GraphNode {
    Obj *obj; /* the first variable of `a, b = f()` in the walk for order */
    int order;
    int waits; /* open dependencies */
    VEC(int) needed_by;
    bool done;
    int stamp; /* last root from which this node was reached */
} GraphNode;

typedef struct Entry {
    int waits, order, node;
} Entry;

typedef struct Graph {
    VEC(GraphNode) nodes;
    Map index; /* Obj or DeclInfo -> 1 + index */
    bool by_decl;
    VEC(Entry) heap;
} Graph;

static void *node_key(const Graph *g, Obj *o) {
    return g->by_decl ? (void *)o->decl_info : (void *)o;
}

static bool is_node(const Graph *g, const Obj *o) {
    if (o->kind == OBJ_CONST) return !g->by_decl;
    return o->kind == OBJ_VAR;
}

static void add_nodes(Graph *g, const ObjList *objects) {
    for (int i = 0; i < objects->n; i++) {
        Obj *o = objects->v[i];
        if (!is_node(g, o) || map_get(&g->index, node_key(g, o))) continue;
        GraphNode n = {.obj = o, .order = o->order, .stamp = -1};
        push(&g->nodes, n);
        map_put(&g->index, node_key(g, o), (void *)(intptr_t)g->nodes.n);
    }
}

/* Adds edges from root to every node that o mentions, directly or through functions. funcs: those
 * already walked for this root. */
static void add_edges(Graph *g, int root, const Obj *o, Map *funcs) {
    const Map *deps = &o->decl_info->deps;
    for (int i = 0; i < deps->n; i++) {
        Obj *d = deps->vals[i];
        if (d->kind == OBJ_FUNC) {
            if (map_get(funcs, d)) continue;
            map_put(funcs, d, d);
            add_edges(g, root, d, funcs);
            continue;
        }
        int to = (int)(intptr_t)map_get(&g->index, node_key(g, d)) - 1;
        if (to < 0 || g->nodes.v[to].stamp == root) continue;
        g->nodes.v[to].stamp = root;
        push(&g->nodes.v[to].needed_by, root);
        g->nodes.v[root].waits++;
    }
}

static bool before(const Entry *a, const Entry *b) {
    return a->waits != b->waits ? a->waits < b->waits : a->order < b->order;
}

static void heap_push(Graph *g, int node) {
    Entry e = {g->nodes.v[node].waits, g->nodes.v[node].order, node};
    push(&g->heap, e);
    Entry *h = g->heap.v;
    for (int i = g->heap.n - 1; i > 0 && before(&h[i], &h[(i - 1) / 2]); i = (i - 1) / 2) {
        Entry t = h[i];
        h[i] = h[(i - 1) / 2];
        h[(i - 1) / 2] = t;
    }
}

static Entry heap_pop(Graph *g) {
    Entry *h = g->heap.v, top = h[0];
    int n = --g->heap.n;
    h[0] = h[n];
    for (int i = 0;;) {
        int k = 2 * i + 1;
        if (k >= n) break;
        if (k + 1 < n && before(&h[k + 1], &h[k])) k++;
        if (!before(&h[k], &h[i])) break;
        Entry t = h[i];
        h[i] = h[k];
        h[k] = t;
        i = k;
    }
    return top;
}

/* The next node to remove, or -1. Entries whose count has changed since are skipped. */
static int next_node(Graph *g) {
    while (g->heap.n > 0) {
        Entry e = heap_pop(g);
        GraphNode *n = &g->nodes.v[e.node];
        if (n->done || n->waits != e.waits) continue;
        n->done = true;
        return e.node;
    }
    return -1;
}

static void build(Graph *g, const ObjList *objects) {
    add_nodes(g, objects);
    for (int i = 0; i < g->nodes.n; i++) {
        Map funcs = {0};
        add_edges(g, i, g->nodes.v[i].obj, &funcs);
    }
    for (int i = 0; i < g->nodes.n; i++) heap_push(g, i);
}

static void release(Graph *g, int node) {
    for (int i = 0; i < g->nodes.v[node].needed_by.n; i++) {
        int by = g->nodes.v[node].needed_by.v[i];
        g->nodes.v[by].waits--;
        if (!g->nodes.v[by].done) heap_push(g, by);
    }
}

/* --- cycles --- */

/* A path of dependencies from `from` to `to`, both ends included, appended in reverse. */
static bool find_path(Obj *from, Obj *to, Map *seen, ObjList *path) {
    if (map_get(seen, from)) return false;
    map_put(seen, from, from);
    const Map *deps = &from->decl_info->deps;
    for (int i = 0; i < deps->n; i++) {
        Obj *d = deps->vals[i];
        if (d == to || find_path(d, to, seen, path)) {
            push(path, d);
            return true;
        }
    }
    return false;
}

static void report_loop(Checker *c, Obj *o) {
    Map seen = {0};
    ObjList path = {0}; /* o, then the objects on the way from its end to its beginning */
    if (!find_path(o, o, &seen, &path)) return;
    if (path.n == 1) {
        err_at(c, o->pos, "initialization cycle: %s refers to itself", o->name);
        return;
    }
    Buf b = {0};
    buf_printf(&b, "initialization cycle for %s", o->name);
    for (int i = path.n - 1; i >= 0; i--) {
        Obj *next = path.v[i];
        buf_printf(&b, "\n\t%s: %s refers to %s", pos_str(o->pos), o->name, next->name);
        o = next;
    }
    err_at(c, o->pos, "%s", buf_str(&b));
}

static bool check_loops(Checker *c) {
    Graph g = {0};
    bool ok = true;
    build(&g, &c->objects);
    for (int n; (n = next_node(&g)) >= 0; release(&g, n)) {
        if (g.nodes.v[n].waits == 0) continue;
        ok = false;
        report_loop(c, g.nodes.v[n].obj);
    }
    return ok;
}

/* --- order --- */

static void list_in_order(Checker *c) {
    Graph g = {.by_decl = true};
    build(&g, &c->objects);
    for (int n; (n = next_node(&g)) >= 0; release(&g, n)) {
        Obj *o = g.nodes.v[n].obj;
        if (!o->decl_info->init) continue;
        InitItem item = {.lhs = o->decl_info->lhs, .rhs = o->decl_info->init, .pos = o->pos};
        if (item.lhs.n == 0) push(&item.lhs, o);
        push(&c->pkg->init_order, item);
    }
}

void check_init_order(Checker *c) {
    if (check_loops(c)) list_in_order(c);
}
