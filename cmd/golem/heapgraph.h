/* heapgraph.h - a snapshot as a graph: who holds what (heapgraph.c). */
#ifndef GOLEM_HEAPGRAPH_H
#define GOLEM_HEAPGRAPH_H

#include "dominators.h"
#include "snapshot.h"

/* Something outside the heap that holds objects: a variable, a goroutine's stack, all finalizers ... */
typedef struct HeapSource {
    const char *label;
    bool guess; /* found conservatively: it may hold less */
} HeapSource;

/* Node 0 leads to the sources, nodes 1 .. first - 1, and these to objects, from node `first` on. */
typedef struct HeapGraph {
    const Snapshot *s;
    uint32_t first, n;
    VEC(HeapSource) sources; /* that of node i is v[i - 1] */
    FlowGraph g;
    const uint32_t *word; /* of an edge: as in the snapshot; of a source's: the root's index */
    uint32_t *order, *idom, count;
    uint64_t *size, *kept;
    uint32_t *place,
        *span; /* in the tree of dominators: v dominates those placed from place[v] to before place[v] + span[v] */
    uint32_t *parent; /* on a shortest way from node 0 */
    uint64_t *edge;   /* by which that comes */
} HeapGraph;

void heap_graph(const Snapshot *s, HeapGraph *h);
/* "main.cache", "goroutine 7 [chan receive] in main.wait", "main.node" */
const char *heap_label(const HeapGraph *h, uint32_t node);
/* The number of the type of an object's node. */
uint32_t heap_type(const HeapGraph *h, uint32_t node);
/* What leads there, in the words of the language: ".next", "[3].name"; "" if there is nothing to say. */
const char *heap_edge(const HeapGraph *h, uint32_t from, uint64_t edge);
/* Whether all ways to node v lead over u. */
bool heap_dominates(const HeapGraph *h, uint32_t u, uint32_t v);
/* kept[type]: what would be free without all objects of the type; room for all types. */
void heap_kept_by_type(const HeapGraph *h, uint64_t *kept);
/* The nodes that each dominates immediately. */
typedef struct HeapChildren {
    uint32_t *from, *node; /* those of v: node[from[v]] .. node[from[v + 1] - 1] */
} HeapChildren;
HeapChildren heap_children(const HeapGraph *h);

#endif
