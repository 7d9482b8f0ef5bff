/* barrier.h - the write barrier for C of the runtime. The whole story: barrier.c. */
#ifndef GM_GC_BARRIER_H
#define GM_GC_BARRIER_H

#include <golem/go.h>

#include "heap/mcache.h"

/* gm_wb_enabled is 1 while marking is under way concurrently. gm_wb_slot: before *slot = newval;
 * shades both. gm_wb_copy_n: before n values at dst are overwritten by those at src (NULL: by
 * zeroes). gm_wb_copy: one value. */
void gm_wb_copy(const gm_type *t, void *dst, const void *src);
/* Before words [from, to) of the array of elem at dst are overwritten. */
void gm_wb_copy_part(const gm_type *elem, void *dst, const void *src, size_t from, size_t to);

/* The same behind the test whether the barrier is on and whether there is a pointer at all. */
static inline bool gm_has_pointers(const gm_type *t) {
    return t->ptrdata != 0;
}
static inline void gm_barrier_n(const gm_type *t, void *dst, const void *src, gm_int n) {
    if (GM_UNLIKELY(gm_wb_enabled) && gm_has_pointers(t)) gm_wb_copy_n(t, dst, src, n);
}
static inline void gm_barrier(const gm_type *t, void *dst, const void *src) {
    if (GM_UNLIKELY(gm_wb_enabled) && gm_has_pointers(t)) gm_wb_copy(t, dst, src);
}

/* --- for the collector --- */

/* Marks what the barrier has noted in this cache: when the buffer is full, and, world stopped, at the end of
 * marking. */
void gm_wb_flush(gm_mcache *c);
/* Shades one object, if marking is under way. */
void gm_shade(const void *p);

#endif
