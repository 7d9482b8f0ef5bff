/* edges.h - what leads where in the heap, one step at a time: for pictures of it. See edges.c. */
#ifndef GM_GC_EDGES_H
#define GM_GC_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <golem.h>

#include "heap/span.h"

/* All of this: world stopped, or no world left but the caller, after gm_reach_begin or gm_reach_here. What is told are objects that
 * were reached, by the addresses of their first bytes. */

/* The object that w points into. False: none that was reached. */
bool gm_edge_target(uintptr_t w, uintptr_t *base);

/* What the object leads to, with the offset of the word that does; -1: not known. */
typedef void gm_edge_fn(void *arg, intptr_t offset, uintptr_t target);
void gm_edges_each(uintptr_t base, gm_edge_fn *fn, void *arg);
/* The type of its values, where the heap knows it: of all C's objects but words, and of large ones. Or NULL. */
const gm_type *gm_edge_type(uintptr_t base);

/* Roots, but for stacks. */
enum gm_root_kind {
    GM_ROOT_MEMORY,    /* a word of registered memory, at `about` */
    GM_ROOT_GUESS,     /* the same of memory that is searched conservatively */
    GM_ROOT_FINALIZER, /* needed by a finalizer, cleanup or the like of the object at `about` */
    GM_ROOT_QUEUE,     /* finalizers that are due */
    GM_ROOT_POOL,      /* pools of C programs */
    GM_ROOT_CALLBACK   /* shown by the program's callbacks */
};
typedef void gm_root_fn(void *arg, enum gm_root_kind kind, uintptr_t about, uintptr_t target);
void gm_edges_roots(gm_root_fn *fn, void *arg);
/* Words of a stack, any of which may be anything. */
void gm_edges_guess(const void *lo, const void *hi, gm_root_fn *fn, void *arg);

#endif
