/* heapgraph.c - a snapshot as a graph, and what follows from its shape: who holds whom, how much, and the shortest way to it.
 *
 * Between the beginning of the graph and the objects stand sources, one for each variable, each goroutine, and each other kind of
 * root: so that it can be said what one of them holds alone. Objects to which no root leads (values of ephemerons) hang on
 * a source of their own.
 */
#include "heapgraph.h"

#include <stdlib.h>

static void *room(uint64_t n, size_t size) {
    void *p = calloc(n + 1, size);
    if (!p) fatalf("out of memory");
    return p;
}

/* --- sources --- */

/* Roots of one goroutine follow each other. */
static const SnapGoroutine *goroutine(const Snapshot *s, uint64_t id) {
    static int hint;
    for (int i = 0; i < s->goroutines.n; i++, hint++) {
        if (hint >= s->goroutines.n) hint = 0;
        if (s->goroutines.v[hint].id == id) return &s->goroutines.v[hint];
    }
    return NULL;
}

/* The innermost function of Go that it is in. */
static const SnapName *function_of(const Snapshot *s, const SnapGoroutine *g) {
    for (int i = 0; g && i < g->calls.n; i++) {
        const SnapName *n = snapshot_name(s, g->calls.v[i]);
        if (n && n->go) return n;
    }
    return NULL;
}

static const char *goroutine_label(const Snapshot *s, uint64_t id) {
    const SnapGoroutine *g = goroutine(s, id);
    const SnapName *in = function_of(s, g);
    const SnapName *by = g && !in ? snapshot_name(s, g->go_pc) : NULL;
    return xprintf("goroutine %llu [%s]%s%s", (unsigned long long)id, g ? g->state : "?",
                   in   ? " in "
                   : by ? " started by "
                        : "",
                   in   ? in->name
                   : by ? by->name
                        : "");
}

static const char *source_label(const Snapshot *s, const SnapRoot *r) {
    const SnapName *n;
    switch (r->kind) {
    case ROOT_MEMORY:
    case ROOT_GUESS: n = snapshot_name(s, r->about); return n ? n->name : "registered memory";
    case ROOT_FINALIZER: return "finalizers and cleanups";
    case ROOT_QUEUE: return "finalizers that are due";
    case ROOT_POOL: return "pools";
    case ROOT_CALLBACK: return "the program's callbacks";
    case ROOT_THREAD: return "threads and timers";
    default: return goroutine_label(s, r->goroutine);
    }
}

/* Sources are told apart by their labels. */
static uint32_t source_of(HeapGraph *h, Map *known, const SnapRoot *r) {
    const char *label = intern(source_label(h->s, r));
    void *old = map_get(known, label);
    if (old) return (uint32_t)(uintptr_t)old;
    bool guess = r->kind == ROOT_GUESS || r->kind >= ROOT_STACK;
    push(&h->sources, ((HeapSource){label, guess}));
    map_put(known, label, (void *)(uintptr_t)h->sources.n);
    return (uint32_t)h->sources.n;
}

static uint32_t *find_sources(HeapGraph *h) {
    Map known = {0};
    const Snapshot *s = h->s;
    uint32_t *of = room((uint64_t)s->roots.n, sizeof *of);
    for (int i = 0; i < s->roots.n; i++) of[i] = source_of(h, &known, &s->roots.v[i]);
    return of;
}

/* --- the graph --- */

static void mark_from(const Snapshot *s, uint8_t *seen, uint32_t *stack, uint32_t object) {
    uint32_t depth = 0;
    if (seen[object]) return;
    seen[object] = 1;
    stack[depth++] = object;
    while (depth) {
        uint32_t v = stack[--depth];
        for (uint64_t e = s->from[v]; e < s->from[v + 1]; e++) {
            if (seen[s->to[e]]) continue;
            seen[s->to[e]] = 1;
            stack[depth++] = s->to[e];
        }
    }
}

typedef VEC(uint32_t) LooseObjects;

/* Objects that roots do not lead to, but for those that others among them lead to. */
static LooseObjects find_loose(const Snapshot *s) {
    LooseObjects loose = {0};
    uint8_t *seen = room(s->n, 1);
    uint32_t *stack = room(s->n, sizeof *stack);
    for (int i = 0; i < s->roots.n; i++) mark_from(s, seen, stack, s->roots.v[i].target);
    for (uint32_t v = 0; v < s->n; v++) {
        if (seen[v]) continue;
        push(&loose, v);
        mark_from(s, seen, stack, v);
    }
    free(seen);
    free(stack);
    return loose;
}

/* Edges of sources stand in the order of their sources. */
static void add_edges(HeapGraph *h, const uint32_t *source_of_root, const LooseObjects *loose) {
    const Snapshot *s = h->s;
    uint64_t m = h->first - 1 + (uint64_t)s->roots.n + (uint64_t)loose->n + s->from[s->n], at = 0;
    uint64_t *from = room((uint64_t)h->n + 1, sizeof *from);
    uint32_t *to = room(m, sizeof *to), *word = room(m, sizeof *word);
    for (uint32_t v = 1; v < h->first; v++) to[at++] = v;
    uint64_t *next = room(h->first + 1, sizeof *next);
    for (int i = 0; i < s->roots.n; i++) next[source_of_root[i] + 1]++;
    if (loose->n) next[h->first] += (uint64_t)loose->n;
    next[1] = at;
    for (uint32_t v = 2; v <= h->first; v++) next[v] += next[v - 1];
    for (uint32_t v = 1; v < h->first; v++) from[v] = next[v];
    for (int i = 0; i < s->roots.n; i++) {
        uint64_t e = next[source_of_root[i]]++;
        to[e] = h->first + s->roots.v[i].target;
        word[e] = (uint32_t)i;
    }
    for (int i = 0; i < loose->n; i++) {
        uint64_t e = next[h->first - 1]++;
        to[e] = h->first + loose->v[i];
        word[e] = UINT32_MAX;
    }
    at += (uint64_t)s->roots.n + (uint64_t)loose->n;
    for (uint32_t v = 0; v <= s->n; v++) from[h->first + v] = at + s->from[v];
    for (uint64_t e = 0; e < s->from[s->n]; e++) {
        to[at + e] = h->first + s->to[e];
        word[at + e] = s->word[e];
    }
    free(next);
    h->g = (FlowGraph){h->n, from, to};
    h->word = word;
}

static void place_all(HeapGraph *h) {
    h->place = room(h->n, sizeof *h->place);
    h->span = room(h->n, sizeof *h->span);
    uint32_t *next = room(h->n, sizeof *next);
    for (uint32_t i = 0; i < h->count; i++) h->span[h->order[i]] = 1;
    for (uint32_t i = h->count; i-- > 1;) h->span[h->idom[h->order[i]]] += h->span[h->order[i]];
    next[0] = 1;
    for (uint32_t i = 1; i < h->count; i++) {
        uint32_t v = h->order[i], by = h->idom[v];
        h->place[v] = next[by];
        next[by] += h->span[v];
        next[v] = h->place[v] + 1;
    }
    free(next);
}

static void find_ways(HeapGraph *h) {
    h->parent = room(h->n, sizeof *h->parent);
    h->edge = room(h->n, sizeof *h->edge);
    uint32_t *queue = room(h->n, sizeof *queue), head = 0, tail = 0;
    for (uint32_t v = 0; v < h->n; v++) h->parent[v] = NO_NODE;
    queue[tail++] = 0;
    while (head < tail) {
        uint32_t v = queue[head++];
        for (uint64_t e = h->g.from[v]; e < h->g.from[v + 1]; e++) {
            uint32_t to = h->g.to[e];
            if (h->parent[to] != NO_NODE || to == 0) continue;
            h->parent[to] = v;
            h->edge[to] = e;
            queue[tail++] = to;
        }
    }
    free(queue);
}

void heap_graph(const Snapshot *s, HeapGraph *h) {
    *h = (HeapGraph){.s = s};
    uint32_t *source_of_root = find_sources(h);
    LooseObjects loose = find_loose(s);
    if (loose.n) push(&h->sources, ((HeapSource){"the runtime", false}));
    h->first = (uint32_t)h->sources.n + 1;
    h->n = h->first + s->n;
    add_edges(h, source_of_root, &loose);
    free(source_of_root);
    h->order = room(h->n, sizeof *h->order);
    h->idom = room(h->n, sizeof *h->idom);
    h->size = room(h->n, sizeof *h->size);
    h->kept = room(h->n, sizeof *h->kept);
    memcpy(h->size + h->first, s->size, s->n * sizeof *s->size);
    h->count = dominators(&h->g, h->order, h->idom);
    retained_sizes(h->count, h->order, h->idom, h->size, h->kept);
    place_all(h);
    find_ways(h);
}

/* --- questions --- */

uint32_t heap_type(const HeapGraph *h, uint32_t node) {
    return h->s->type[node - h->first];
}

const char *heap_label(const HeapGraph *h, uint32_t node) {
    if (node == 0) return "all";
    if (node < h->first) return h->sources.v[node - 1].label;
    return h->s->types.v[heap_type(h, node)].label;
}

bool heap_dominates(const HeapGraph *h, uint32_t u, uint32_t v) {
    return h->place[v] - h->place[u] < h->span[u];
}

static const char *field_at(const SnapType *t, uint64_t offset) {
    const SnapField *best = NULL;
    for (int i = 0; i < t->fields.n; i++)
        if (t->fields.v[i].offset <= offset && (!best || t->fields.v[i].offset >= best->offset))
            best = &t->fields.v[i];
    return best ? xprintf(".%s", best->name) : "";
}

static const char *word_of(const SnapType *t, uint64_t size, uint64_t offset) {
    if (t->form == FORM_BUFFER) return "";
    if (t->form != FORM_VALUE && t->form != FORM_SLICE)
        return t->form == -1 ? xprintf("+%llu", (unsigned long long)offset) : "";
    if (!t->size) return "";
    const char *field = field_at(t, offset % t->size);
    bool array = t->form == FORM_SLICE || size >= 2 * t->size;
    if (array) return xprintf("[%llu]%s", (unsigned long long)(offset / t->size), field);
    return *field ? field : xprintf("+%llu", (unsigned long long)offset);
}

/* In which function's frame a word stands, or where in a variable. */
static const char *root_text(const HeapGraph *h, uint32_t root) {
    const SnapRoot *r = &h->s->roots.v[root];
    const SnapName *n =
        r->kind <= ROOT_GUESS || r->kind == ROOT_STACK ? snapshot_name(h->s, r->about) : NULL;
    if (r->kind == ROOT_WAITS) return " waits for";
    if (r->kind == ROOT_FINALIZER)
        return xprintf(" of the object at 0x%llx", (unsigned long long)r->about);
    if (!n) return "";
    if (r->kind != ROOT_STACK)
        return n->offset ? xprintf("+%llu", (unsigned long long)n->offset) : "";
    const char *slash = strrchr(n->file, '/');
    return xprintf(" in the frame of %s (%s:%d)", n->name, slash ? slash + 1 : n->file, n->line);
}

const char *heap_edge(const HeapGraph *h, uint32_t from, uint64_t edge) {
    if (from == 0) return "";
    uint32_t word = h->word[edge];
    if (from < h->first) return word == UINT32_MAX ? "" : root_text(h, word);
    if (word == 0) return "";
    const SnapType *t = &h->s->types.v[heap_type(h, from)];
    return word_of(t, h->size[from], (uint64_t)(word - 1) * 8);
}

HeapChildren heap_children(const HeapGraph *h) {
    HeapChildren c = {room((uint64_t)h->n + 2, sizeof *c.from), room(h->n, sizeof *c.node)};
    for (uint32_t i = 1; i < h->count; i++) c.from[h->idom[h->order[i]] + 2]++;
    for (uint32_t v = 2; v <= h->n + 1; v++) c.from[v] += c.from[v - 1];
    for (uint32_t i = 1; i < h->count; i++)
        c.node[c.from[h->idom[h->order[i]] + 1]++] = h->order[i];
    return c;
}

/* An object counts unless one of its type dominates it. The tree of dominators is walked; open[t]: objects of type t above. */
void heap_kept_by_type(const HeapGraph *h, uint64_t *kept) {
    HeapChildren c = heap_children(h);
    uint32_t *open = room((uint64_t)h->s->types.n, sizeof *open);
    uint32_t *stack = room(h->n, sizeof *stack), *at = room(h->n, sizeof *at), depth = 0;
    stack[depth++] = 0;
    at[0] = c.from[0];
    while (depth) {
        uint32_t v = stack[depth - 1];
        if (at[v] < c.from[v + 1]) {
            uint32_t to = c.node[at[v]++];
            stack[depth++] = to;
            at[to] = c.from[to];
            if (to >= h->first && open[heap_type(h, to)]++ == 0)
                kept[heap_type(h, to)] += h->kept[to];
            continue;
        }
        if (v >= h->first) open[heap_type(h, v)]--;
        depth--;
    }
    free(open);
    free(stack);
    free(at);
    free(c.from);
    free(c.node);
}
