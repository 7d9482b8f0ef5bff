/* heap.h - golem heap: what holds the memory (heap.c, heappage.c, heapchrome.c). */
#ifndef GOLEM_HEAP_H
#define GOLEM_HEAP_H

#include "heapgraph.h"

/* Objects of one type. */
typedef struct HeapRow {
    uint32_t type;
    uint64_t count, bytes, kept;
} HeapRow;
typedef VEC(HeapRow) HeapRows;
/* Those that the most memory would come free with, first. */
HeapRows heap_rows(const HeapGraph *h);

/* What a node dominates, by what it is: children with one label are one line. */
typedef struct HeapHold {
    const char *label;
    uint32_t node; /* the largest of them */
    uint64_t count, kept;
} HeapHold;
typedef VEC(HeapHold) HeapHolds;
HeapHolds heap_holds(const HeapGraph *h, const HeapChildren *c, uint32_t node);

char *heap_bytes(uint64_t n); /* "1.5 MB" */

/* Both: false: it could not be written. */
bool heap_page(const HeapGraph *h, const char *snapshot, const char *path);
bool heap_chrome(const HeapGraph *h, const char *path);

int cmd_heap(int argc, char **argv);

#endif
