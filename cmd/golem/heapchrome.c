/* heapchrome.c - golem heap -chrome: the snapshot in the form of Chrome's .heapsnapshot, which the Memory panel of DevTools opens.
 *
 * That is JSON: a description of the fields, then all nodes and all edges as flat arrays of numbers, names as indices of
 * a table of strings. Edges stand in the order of their nodes; they name their target by its place in the array of nodes. The first node is the
 * root.
 */
#define _GNU_SOURCE
#include "heap.h"

#include <stdlib.h>

/* Fields of a node: see `meta`. */
enum {
    NODE_FIELDS = 7,
    NODE_ARRAY = 1,
    NODE_STRING = 2,
    NODE_OBJECT = 3,
    NODE_CLOSURE = 5,
    NODE_SYNTHETIC = 9
};
enum { EDGE_ELEMENT = 1, EDGE_PROPERTY = 2, EDGE_INTERNAL = 3 };

static const char meta[] =
    "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_"
    "count\","
    "\"trace_node_id\",\"detachedness\"],\"node_types\":[[\"hidden\",\"array\",\"string\","
    "\"object\","
    "\"code\",\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\",\"concatenated string\","
    "\"sliced string\",\"symbol\",\"bigint\",\"object shape\"],\"string\",\"number\",\"number\","
    "\"number\",\"number\",\"number\"],\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"
    "\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\",\"shortcut\","
    "\"weak\"],\"string_or_number\",\"node\"],\"trace_function_info_fields\":[\"function_id\","
    "\"name\",\"script_name\",\"script_id\",\"line\",\"column\"],\"trace_node_fields\":[\"id\","
    "\"function_info_index\",\"count\",\"size\",\"children\"],\"sample_fields\":[\"timestamp_us\","
    "\"last_assigned_id\"],\"location_fields\":[\"object_index\",\"script_id\",\"line\",\"column\"]"
    "},";

typedef struct Strings {
    Map number; /* of an interned text, plus 1 */
    VEC(const char *) list;
} Strings;

static int string(Strings *t, const char *s) {
    s = intern(s);
    intptr_t at = (intptr_t)map_get(&t->number, s);
    if (at) return (int)at - 1;
    push(&t->list, s);
    map_put(&t->number, s, (void *)(intptr_t)t->list.n);
    return t->list.n - 1;
}

static int node_type(const HeapGraph *h, uint32_t v) {
    if (v < h->first) return NODE_SYNTHETIC;
    switch (h->s->types.v[heap_type(h, v)].form) {
    case FORM_SLICE:
    case FORM_TABLE:
    case FORM_BUFFER: return NODE_ARRAY;
    case FORM_STRING: return NODE_STRING;
    case FORM_CODE: return NODE_CLOSURE;
    default: return NODE_OBJECT;
    }
}

static void put_string(FILE *f, const char *s) {
    putc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            fprintf(f, "\\%c", *s);
        else if ((unsigned char)*s < ' ')
            fprintf(f, "\\u%04x", *s);
        else
            putc(*s, f);
    }
    putc('"', f);
}

/* Numbers of nodes have to be odd for objects, as V8's are. */
static void put_nodes(FILE *f, const HeapGraph *h, Strings *t) {
    fputs("\"nodes\":[", f);
    for (uint32_t v = 0; v < h->n; v++)
        fprintf(f, "%s%d,%d,%u,%llu,%llu,0,0\n", v ? "," : "", node_type(h, v),
                string(t, v == 0 ? "" : heap_label(h, v)), 2 * v + 1,
                (unsigned long long)h->size[v],
                (unsigned long long)(h->g.from[v + 1] - h->g.from[v]));
    fputs("],\n", f);
}

static void put_edge(FILE *f, const HeapGraph *h, Strings *t, uint32_t v, uint64_t e) {
    const char *how = v ? heap_edge(h, v, e) : "";
    if (*how == '.' || *how == ' ') how += 1;
    if (!*how)
        fprintf(f, "%d,%llu,", EDGE_ELEMENT, (unsigned long long)(e - h->g.from[v]));
    else
        fprintf(f, "%d,%d,", v < h->first ? EDGE_INTERNAL : EDGE_PROPERTY, string(t, how));
    fprintf(f, "%llu\n", (unsigned long long)h->g.to[e] * NODE_FIELDS);
}

static void put_edges(FILE *f, const HeapGraph *h, Strings *t) {
    bool first = true;
    fputs("\"edges\":[", f);
    for (uint32_t v = 0; v < h->n; v++)
        for (uint64_t e = h->g.from[v]; e < h->g.from[v + 1]; e++, first = false) {
            if (!first) putc(',', f);
            put_edge(f, h, t, v, e);
        }
    fputs("],\n", f);
}

bool heap_chrome(const HeapGraph *h, const char *path) {
    FILE *f = fopen(path, "w");
    if (!f) return false;
    Strings t = {0};
    fputs(meta, f);
    fprintf(f, "\"node_count\":%u,\"edge_count\":%llu,\"trace_function_count\":0},\n", h->n,
            (unsigned long long)h->g.from[h->n]);
    put_nodes(f, h, &t);
    put_edges(f, h, &t);
    fputs("\"trace_function_infos\":[],\"trace_tree\":[],\"samples\":[],\"locations\":[],"
          "\n\"strings\":[",
          f);
    for (int i = 0; i < t.list.n; i++) {
        if (i) fputs(",\n", f);
        put_string(f, t.list.v[i]);
    }
    fputs("]}\n", f);
    bool ok = !ferror(f);
    return fclose(f) == 0 && ok;
}
