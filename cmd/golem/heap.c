/* heap.c - golem heap: reads a snapshot of the heap and says what holds the memory.
 *
 * Without more it prints the types with what would come free without their objects, and from the variables and stacks on who holds most
 * alone. -path and -type show the shortest way to an object, and whether cutting one edge of it frees the object. -diff compares two
 * snapshots by type and by holder.
 */
#define _GNU_SOURCE
#include "heap.h"

#include <errno.h>
#include <stdlib.h>

char *heap_bytes(uint64_t n) {
    if (n < 10000) return xprintf("%llu B", (unsigned long long)n);
    if (n < 10000000) return xprintf("%.1f kB", (double)n / 1000);
    return xprintf("%.1f MB", (double)n / 1000000);
}

/* --- by type --- */

static int by_kept(const void *a, const void *b) {
    const HeapRow *x = a, *y = b;
    if (x->kept != y->kept) return x->kept < y->kept ? 1 : -1;
    return x->type < y->type ? -1 : 1;
}

HeapRows heap_rows(const HeapGraph *h) {
    int ntypes = h->s->types.n;
    uint64_t *kept = alloc((size_t)ntypes * sizeof *kept);
    HeapRow *by_type = alloc((size_t)ntypes * sizeof *by_type);
    heap_kept_by_type(h, kept);
    for (uint32_t v = h->first; v < h->n; v++) {
        HeapRow *r = &by_type[heap_type(h, v)];
        r->count++;
        r->bytes += h->size[v];
    }
    HeapRows rows = {0};
    for (int i = 0; i < ntypes; i++) {
        if (!by_type[i].count) continue;
        by_type[i].type = (uint32_t)i;
        by_type[i].kept = kept[i];
        push(&rows, by_type[i]);
    }
    if (rows.n) qsort(rows.v, (size_t)rows.n, sizeof *rows.v, by_kept);
    return rows;
}

static void print_rows(const HeapGraph *h, int most) {
    HeapRows rows = heap_rows(h);
    printf("%12s %12s %12s  %s\n", "retained", "bytes", "objects", "type");
    for (int i = 0; i < rows.n && (most <= 0 || i < most); i++)
        printf("%12s %12s %12llu  %s\n", heap_bytes(rows.v[i].kept), heap_bytes(rows.v[i].bytes),
               (unsigned long long)rows.v[i].count, h->s->types.v[rows.v[i].type].label);
    if (most > 0 && rows.n > most) printf("%d more types (-n 0 shows all)\n", rows.n - most);
}

/* --- who holds whom --- */

static int by_hold(const void *a, const void *b) {
    const HeapHold *x = a, *y = b;
    if (x->kept != y->kept) return x->kept < y->kept ? 1 : -1;
    return strcmp(x->label, y->label);
}

/* Of goroutines the number does not count. */
static const char *holder(const HeapGraph *h, uint32_t v) {
    const char *label = heap_label(h, v);
    const char *rest = strncmp(label, "goroutine ", 10) == 0 ? strchr(label, '[') : NULL;
    return rest ? intern(xprintf("goroutine %s", rest)) : label;
}

HeapHolds heap_holds(const HeapGraph *h, const HeapChildren *c, uint32_t node) {
    HeapHolds holds = {0};
    Map known = {0};
    for (uint32_t i = c->from[node]; i < c->from[node + 1]; i++) {
        uint32_t v = c->node[i];
        const char *label = v < h->first ? holder(h, v) : heap_label(h, v);
        intptr_t at = (intptr_t)map_get(&known, label);
        if (!at) {
            push(&holds, ((HeapHold){.label = label, .node = v}));
            at = holds.n;
            map_put(&known, label, (void *)at);
        }
        HeapHold *hold = &holds.v[at - 1];
        hold->count++;
        hold->kept += h->kept[v];
        if (h->kept[v] > h->kept[hold->node]) hold->node = v;
    }
    if (holds.n) qsort(holds.v, (size_t)holds.n, sizeof *holds.v, by_hold);
    return holds;
}

/* By which word of node it holds v, if that is one step. */
static const char *step_text(const HeapGraph *h, uint32_t node, uint32_t v) {
    for (uint64_t e = h->g.from[node]; e < h->g.from[node + 1]; e++)
        if (h->g.to[e] == v) return heap_edge(h, node, e);
    return " ...";
}

static void print_hold(const HeapGraph *h, const HeapChildren *c, uint32_t node, int depth) {
    enum { DEPTH = 12, SHARE = 20, LINES = 5 };
    HeapHolds holds = heap_holds(h, c, node);
    for (int i = 0; i < holds.n && i < (depth ? LINES : 2 * LINES); i++) {
        const HeapHold *hold = &holds.v[i];
        if (hold->kept * SHARE < h->kept[0]) break;
        const char *by = node && hold->count == 1 ? step_text(h, node, hold->node) : "";
        char *many = hold->count > 1 ? xprintf("%llu x ", (unsigned long long)hold->count) : "";
        const char *label = hold->count > 1 ? hold->label : heap_label(h, hold->node);
        printf("%12s %*s%s%s%s%s\n", heap_bytes(hold->kept), 2 * depth, "", by, *by ? " -> " : "",
               many, label);
        if (hold->count == 1 && depth < DEPTH) print_hold(h, c, hold->node, depth + 1);
    }
}

/* --- the way to an object --- */

typedef VEC(uint32_t) Nodes;

static Nodes way_to(const HeapGraph *h, uint32_t node) {
    Nodes back = {0}, way = {0};
    for (uint32_t v = node; v != 0 && v != NO_NODE; v = h->parent[v]) push(&back, v);
    for (int i = back.n; i-- > 0;) push(&way, back.v[i]);
    return way;
}

static void print_step(const HeapGraph *h, uint32_t v, const char *how) {
    printf("  %s%s", how + (*how == ' '), *how ? " -> " : "");
    printf("%s 0x%llx (%s, retains %s)\n", heap_label(h, v),
           (unsigned long long)h->s->address[v - h->first], heap_bytes(h->size[v]),
           heap_bytes(h->kept[v]));
}

/* For each node of the way whether other edges lead to it than the way's, but for such that come from behind it. */
static bool *other_edges(const HeapGraph *h, const Nodes *way) {
    bool *on_way = alloc(h->n), *other = alloc(h->n);
    for (int i = 0; i < way->n; i++) on_way[way->v[i]] = true;
    for (uint32_t i = 0; i < h->count; i++) {
        uint32_t u = h->order[i];
        for (uint64_t e = h->g.from[u]; e < h->g.from[u + 1]; e++) {
            uint32_t v = h->g.to[e];
            if (on_way[v] && e != h->edge[v] && !heap_dominates(h, v, u)) other[v] = true;
        }
    }
    return other;
}

/* The last edge without which the object would be free. */
static void print_cut(const HeapGraph *h, const Nodes *way, uint32_t node) {
    const bool *other = other_edges(h, way);
    for (int i = way->n; i-- > 0;) {
        uint32_t v = way->v[i], from = h->parent[v];
        if (from == 0 || !heap_dominates(h, v, node) || other[v]) continue;
        printf("  cut: without %s%s it would be free\n", heap_label(h, from),
               heap_edge(h, from, h->edge[v]));
        return;
    }
    printf("  no single edge holds it: there are other ways\n");
}

static void print_way(const HeapGraph *h, uint32_t node) {
    enum { FIRST = 24, LAST = 8 };
    Nodes way = way_to(h, node);
    printf("%s 0x%llx:\n", heap_label(h, node), (unsigned long long)h->s->address[node - h->first]);
    if (way.n && way.v[0] < h->first)
        printf("  %s%s\n", heap_label(h, way.v[0]),
               h->sources.v[way.v[0] - 1].guess ? " (found conservatively)" : "");
    for (int i = 1; i < way.n; i++) {
        if (i == FIRST && way.n > FIRST + LAST) {
            printf("  ... %d more ...\n", way.n - FIRST - LAST);
            i = way.n - LAST;
        }
        print_step(h, way.v[i], heap_edge(h, way.v[i - 1], h->edge[way.v[i]]));
    }
    print_cut(h, &way, node);
}

static int print_path(const HeapGraph *h, const char *text) {
    char *end;
    uint64_t address = strtoull(text, &end, 16);
    uint32_t object = *end ? h->s->n : snapshot_object(h->s, address);
    if (*end || end == text) return misuse("heap -path %s: not an address", text);
    if (object == h->s->n) {
        fprintf(stderr, "golem: heap -path %s: no object is there\n", text);
        return 1;
    }
    print_way(h, h->first + object);
    return 0;
}

/* The objects of the type that hold most. */
static int print_type(const HeapGraph *h, const char *name, int most) {
    Nodes best = {0};
    uint64_t count = 0;
    if (most <= 0) most = 1000;
    for (uint32_t v = h->first; v < h->n; v++) {
        if (strcmp(heap_label(h, v), name) != 0) continue;
        count++;
        int at = best.n;
        if (best.n < most)
            push(&best, v);
        else if (h->kept[best.v[--at]] >= h->kept[v])
            continue;
        for (; at > 0 && h->kept[best.v[at - 1]] < h->kept[v]; at--) best.v[at] = best.v[at - 1];
        best.v[at] = v;
    }
    if (!count) {
        fprintf(stderr, "golem: heap: there is no object of type %s\n", name);
        return 1;
    }
    for (int i = 0; i < best.n; i++) print_way(h, best.v[i]);
    if (count > (uint64_t)best.n)
        printf("%llu more of them (-n 0 shows a thousand)\n",
               (unsigned long long)(count - (uint64_t)best.n));
    return 0;
}

/* --- growth --- */

typedef struct Growth {
    const char *label;
    int64_t count, bytes, old_count, old_bytes;
} Growth;
typedef VEC(Growth) Growths;

static int by_growth(const void *a, const void *b) {
    int64_t x = ((const Growth *)a)->bytes - ((const Growth *)a)->old_bytes;
    int64_t y = ((const Growth *)b)->bytes - ((const Growth *)b)->old_bytes;
    if (x != y) return x < y ? 1 : -1;
    return strcmp(((const Growth *)a)->label, ((const Growth *)b)->label);
}

static Growth *growth_of(Growths *list, Map *known, const char *label) {
    label = intern(label);
    intptr_t at = (intptr_t)map_get(known, label);
    if (!at) {
        push(list, ((Growth){.label = label}));
        at = list->n;
        map_put(known, label, (void *)at);
    }
    return &list->v[at - 1];
}

static void add_growth(Growth *g, uint64_t count, uint64_t bytes, bool old) {
    *(old ? &g->old_count : &g->count) += (int64_t)count;
    *(old ? &g->old_bytes : &g->bytes) += (int64_t)bytes;
}

static void add_types(Growths *list, Map *known, const HeapGraph *h, bool old) {
    HeapRows rows = heap_rows(h);
    for (int i = 0; i < rows.n; i++)
        add_growth(growth_of(list, known, h->s->types.v[rows.v[i].type].label), rows.v[i].count,
                   rows.v[i].bytes, old);
}

/* Who dominates an object immediately, and what is held so. */
static void add_holders(Growths *list, Map *known, const HeapGraph *h, bool old) {
    Map labels = {0};
    for (uint32_t v = h->first; v < h->n; v++) {
        uint32_t by = h->idom[v];
        if (by == NO_NODE || by == 0) continue;
        /* one text for each pair of types; of a source, for each type that it holds */
        uint64_t key = (uint64_t)(by < h->first ? by : h->first + heap_type(h, by)) << 32 |
                       (heap_type(h, v) + 1);
        const char *label = map_get(&labels, (const void *)(uintptr_t)key);
        if (!label) {
            label = intern(xprintf("%s holds %s", holder(h, by), heap_label(h, v)));
            map_put(&labels, (const void *)(uintptr_t)key, (void *)label);
        }
        add_growth(growth_of(list, known, label), 1, h->kept[v], old);
    }
}

static void print_growths(Growths *list, int most) {
    int shown = 0;
    if (list->n) qsort(list->v, (size_t)list->n, sizeof *list->v, by_growth);
    for (int i = 0; i < list->n && (most <= 0 || shown < most); i++) {
        const Growth *g = &list->v[i];
        int64_t bytes = g->bytes - g->old_bytes, count = g->count - g->old_count;
        if (bytes == 0 && count == 0) continue;
        shown++;
        printf("%s%11s %+12lld %12lld  %s\n", bytes < 0 ? "-" : "+",
               heap_bytes((uint64_t)(bytes < 0 ? -bytes : bytes)), (long long)count,
               (long long)g->count, g->label);
    }
    if (!shown) printf("%12s\n", "nothing");
}

static void print_diff(const HeapGraph *old, const HeapGraph *h, int most) {
    Growths types = {0}, holders = {0};
    Map known_types = {0}, known_holders = {0};
    add_types(&types, &known_types, old, true);
    add_types(&types, &known_types, h, false);
    add_holders(&holders, &known_holders, old, true);
    add_holders(&holders, &known_holders, h, false);
    printf("%12s %12s %12s  by type\n", "growth", "more", "now");
    print_growths(&types, most);
    printf("%12s %12s %12s  by holder (what it alone holds)\n", "growth", "more", "now");
    print_growths(&holders, most);
}

/* --- the command --- */

static void read_graph(const char *path, Snapshot *s, HeapGraph *h) {
    const char *bad = snapshot_read(path, s);
    if (bad) fatalf("%s: %s", path, bad);
    heap_graph(s, h);
}

static void print_summary(const HeapGraph *h, int most) {
    printf("%u objects, %s; the program stood still for %.1f ms\n", h->s->n,
           heap_bytes(h->s->bytes), (double)h->s->fork / 1e6);
    print_rows(h, most);
    HeapChildren c = heap_children(h);
    printf("who holds most alone:\n");
    print_hold(h, &c, 0, 0);
}

int cmd_heap(int argc, char **argv) {
    int most = 10;
    const char *path = NULL, *type = NULL, *diff = NULL, *page = NULL, *chrome = NULL;
    const Flag own[] = {{"n", FLAG_INT, .target = &most},
                        {"path", FLAG_STRING, .target = &path},
                        {"type", FLAG_STRING, .target = &type},
                        {"diff", FLAG_STRING, .target = &diff},
                        {"html", FLAG_STRING, .target = &page},
                        {"chrome", FLAG_STRING, .target = &chrome},
                        {0}};
    const Flag *tables[] = {own, NULL};
    int i = parse_flags(argc, argv, 2, tables, NULL);
    if (i < 0) return 2;
    if (i == argc) return misuse("heap: which snapshot%s?", "");
    if (i + 1 < argc) return misuse("heap: one snapshot, not %s besides", argv[i + 1]);
    Snapshot s = {0}, old = {0};
    HeapGraph h, before;
    if (diff) read_graph(diff, &old, &before);
    read_graph(argv[i], &s, &h);
    if (page && !heap_page(&h, argv[i], page)) fatalf("cannot write %s: %s", page, strerror(errno));
    if (chrome && !heap_chrome(&h, chrome)) fatalf("cannot write %s: %s", chrome, strerror(errno));
    if (diff) print_diff(&before, &h, most);
    if (path) return print_path(&h, path);
    if (type) return print_type(&h, type, most);
    if (!diff && !page && !chrome) print_summary(&h, most);
    return 0;
}
