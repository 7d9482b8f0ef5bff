/* gc.h - the collector as the floors above see it. */
#ifndef GM_GC_GC_H
#define GM_GC_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <golem.h>

#include "upcall.h"

/* Reads GOGC and GOMEMLIMIT; called once after gm_heap_init. */
void gm_gc_init(void);

/* Before the first collection: the program has no write barriers; marking stops the world. */
void gm_gc_without_barriers(void);

/* Starts the collector's background threads, once the program has begun to run. */
void gm_gc_start_background(void);

/* By the scheduler's monitor, now and then, because a program that never collected has no workers: wakes
 * them if a cycle is due for its age. Returns how many nanoseconds later to call again at the latest. */
int64_t gm_gc_tick(void);
/* Nothing seems left to mark: stops the world and ends the cycle, or finds that more is to be done.
 * False: somebody else is about it. By a worker, by an allocation on its slow path, or by a goroutine
 * that was asked (gm_up_ask_to_end), on its system stack. */
bool gm_cycle_end(void);

/* Waits for a running cycle to end; none begins any more. */
void gm_gc_stop(void);

/* --- the write barrier --- */

/* gm_wb_enabled is 1 while marking is under way concurrently. gm_wb_slot: before *slot = newval;
 * shades both. gm_wb_copy_n: before n values at dst are overwritten by those at src (NULL: by
 * zeroes). gm_wb_copy: one value. */
void gm_wb_copy(const gm_type *t, void *dst, const void *src);
/* Before words [from, to) of the array of elem at dst are overwritten. */
void gm_wb_copy_part(const gm_type *elem, void *dst, const void *src, size_t from, size_t to);
/* While marking: marks what a stack shows. walk calls fn for its pieces; the stack stands still. */
void gm_mark_stack(void (*walk)(void *stack, gm_range_fn *fn, void *arg), void *stack);
/* Shades one object: for the scheduler when it hands a pointer from one stack to another. */
void gm_shade(const void *p);

/* --- finalizers of compiled Go --- */

/* runtime.SetFinalizer with checked arguments: f a Go func value of a function of arg_type. */
bool gm_set_go_finalizer(void *obj, const gm_type *obj_type, const void *f,
                         const gm_type *arg_type);

/* --- looking at what is reachable, without consequences (reach.c) --- */

/* Stops the world, and finds what registered memory leads to; on the system stack. False: no memory
 * for that, and the world goes on. */
bool gm_look_begin(void);
void gm_look_end(void);
/* Words [lo, hi), any of which may point to an object, count as well; gm_look_drain follows them. */
void gm_look_at(const void *lo, const void *hi);
void gm_look_drain(void);
/* Has the object that p points into, which was not reached yet, noted down when it is. False: it was, or there is no
 * such object. *base: the object. */
bool gm_look_watch(const void *p, uintptr_t *base);
/* Where they are noted: room for all objects that are watched. */
void gm_look_note_in(uintptr_t *room);
/* Takes one that was reached; 0: none. */
uintptr_t gm_look_reached(void);

#endif
