/* gc.h - the collector as the floors above see it. */
#ifndef GM_GC_GC_H
#define GM_GC_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <golem.h>

#include "os/sync.h"
#include "upcall.h"

/* Reads GOGC and GOMEMLIMIT; called once after gm_heap_init. */
void gm_gc_init(void);

/* Before the first collection: the program has no write barriers; marking stops the world. */
void gm_gc_without_barriers(void);

/* Starts the collector's background threads, once the program has begun to run. */
void gm_gc_start_background(void);

/* Waits for a running cycle to end; none begins any more. */
void gm_gc_stop(void);

/* GOGC as it is now; negative: off. */
int gm_gc_percent(void);

/* --- finalizers of compiled Go --- */

/* Makes the call f(obj): arg_type is the dynamic type of f's parameter (an interface type: obj is converted to
 * it), obj_type the type of obj. */
typedef void gm_go_finalizer_call(const void *f, const gm_type *arg_type, const gm_type *obj_type,
                                  void *obj);
/* runtime.SetFinalizer with checked arguments: f a Go func value of a function of arg_type, called by
 * call. */
bool gm_set_go_finalizer(void *obj, const gm_type *obj_type, const void *f, const gm_type *arg_type,
                         gm_go_finalizer_call *call);

/* Cleanups of compiled Go, known by a number; 0: obj is no object. System stack. */
uint64_t gm_add_numbered_cleanup(void *obj, void (*fn)(void *arg), void *arg);
void gm_numbered_cleanup_stop(void *obj, uint64_t number);

/* A number that hangs on the object at obj as long as that lives, 0 if none: after it was set to number (0: taken off),
 * if set and there was none, or number is 0. 0, too, if obj is no object. System stack. */
uint64_t gm_object_tag(void *obj, uint64_t number, bool set);

/* --- looking at what is reachable, without consequences (reach.c) --- */

/* Stops the world, why is for traces, and finds what registered memory leads to; on the system stack. False: no memory
 * for that, and the world goes on. */
bool gm_reach_begin(const char *why);
/* The same with the world stopped already, no cycle under way and all swept; it stays so. For a child process, which ends afterwards. */
bool gm_reach_here(void);
void gm_reach_end(void);
/* Gives back the memory for it before that, while the world stands still. */
void gm_reach_forget(void);
/* Whether object i of the span was reached. */
bool gm_reach_has(const gm_span *s, uint32_t i);
/* Words [lo, hi), any of which may point to an object, count as well; gm_reach_drain follows them. */
void gm_reach_at(const void *lo, const void *hi);
void gm_reach_drain(void);
/* Has the object that p points into, which was not reached yet, noted down when it is. False: it was, or there is no
 * such object. *base: the object. */
bool gm_reach_watch(const void *p, uintptr_t *base);
/* Where they are noted: room for all objects that are watched. */
void gm_reach_note_in(uintptr_t *room);
/* Takes one that was reached; 0: none. */
uintptr_t gm_reach_reached(void);

/* --- around a fork (chan/fork.c, which calls them in this order) --- */

void gm_gc_fork_begin(void);
void gm_gc_fork(enum gm_fork_step step);
void gm_gc_fork_end(enum gm_fork_step step);

#endif
