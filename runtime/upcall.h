/* upcall.h - every call from a lower floor of the runtime to a higher one.
 *
 * The floors are os, heap, sched, gc, chan, observe, lang, front; each uses those before it. Where one must call
 * up, it calls a function named here, and nowhere else: this page is the whole circle.
 */
#ifndef GM_UPCALL_H
#define GM_UPCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <golem/type.h>

#include "os/tls.h"

typedef struct gm_span gm_span;
typedef struct gm_mcache gm_mcache;

/* --- heap -> sched (runtime/sched/attach.c) --- */

/* A thread that is not attached calls the function `who`, which needs one that is: attaches it, if the
 * program asked for that (gm_attach_foreign_threads), or ends the process with an error that names who. */
void gm_up_not_attached(const char *who);
static inline void gm_need_thread(const char *who) {
    if (__builtin_expect(!gm_getp(), 0)) gm_up_not_attached(who);
}

/* --- heap -> gc (runtime/gc) --- */

/* Before memory is taken for an allocation of n bytes on the slow path: may collect, may assist.
 * The caller holds no lock and no unpublished object. */
void gm_up_alloc_begin(size_t n);
/* Sweeps one span that the caller has taken off an unswept list. True: the span had no live object
 * and was given back to the page heap. keep: leave it with the caller even then. */
bool gm_up_sweep_span(gm_span *s, bool keep);
/* npages are wanted and the heap would have to grow: sweep until about as many are free. */
void gm_up_reclaim(size_t npages);
/* gm_heap_touch_ahead has something to do. */
void gm_up_touch_ahead(void);
/* Heap that is live for the pacer has grown (or, negative, an estimate was too high). */
void gm_up_heap_live(int64_t bytes);
/* GOMEMLIMIT, or INT64_MAX. */
int64_t gm_up_memory_limit(void);
/* Statistics: objects were freed other than by sweeping. */
void gm_up_count_freed(uint64_t objects, uint64_t bytes, unsigned class);
/* The object is freed by hand: its span gets swept if that is due, and what hangs on it is dropped.
 */
void gm_up_forget_object(gm_span *s, uintptr_t obj);
/* A P goes away: what its barrier buffer holds must be shaded. */
void gm_up_barrier_flush(gm_mcache *c);

/* --- heap, gc -> sched (runtime/sched/world.c) --- */

/* Stops every goroutine and attached thread at a safepoint (threads inside blocking regions stay
 * there and cannot leave). Calls are serialised; the caller goes on alone, until the matching
 * gm_up_world_start. The caller may be a goroutine on its system stack, an attached thread, or a
 * thread of the collector that the scheduler does not know. why: for traces. */
void gm_up_world_stop(const char *why);
void gm_up_world_start(void);
/* Asks the threads that run goroutines to call gm_cycle_end: the first to pass a check after all of them
 * have been seen on a processor. False: none runs. Called by one thread at a time, none that has a
 * P. */
bool gm_up_ask_to_end(void);
/* All of them have been seen since. */
bool gm_up_end_is_near(void);
/* Not zero while somebody stops the world or has stopped it. */
const uint32_t *gm_up_stop_flag(void);
/* For threads that have no part in the stop: true after about ns if a stop goes on, sooner when it is
 * over; false if there is none, or if the caller is the one who stops. */
bool gm_up_yield_to_stop(int64_t ns);

/* Stacks as roots. World stopped, a cycle begins: every goroutine counts as not scanned. Calls fn for
 * the ranges that must be looked at (conservatively) before the world goes on: stacks and registers
 * of C, the caller's too, and the system stacks of threads inside calls of the runtime. Returns the
 * number of jobs that scan goroutines that stand still, and what else the scheduler keeps for them.
 * A goroutine that no job has come to is scanned before it runs on, by gm_mark_stack. */
typedef void gm_range_fn(void *arg, const void *lo, const void *hi);
uint32_t gm_up_stacks_begin(gm_range_fn *fn, void *arg);
/* Any thread, while marking: calls fn for the ranges of one job. */
void gm_up_stacks_job(uint32_t job, gm_range_fn *fn, void *arg);
/* How many goroutines that ran when the cycle began have still to be scanned: by their threads, as soon
 * as these find out that the world goes on, or, world stopped, by gm_up_stacks_rest. */
uint32_t gm_up_stacks_left(void);
void gm_up_stacks_rest(gm_range_fn *fn, void *arg);
/* World stopped, marking is complete. Debug builds: fails if a goroutine was not scanned. */
void gm_up_stacks_check(void);

/* World stopped, after a collection: what else turns over then. */
void gm_up_gc_done(void);

/* Gives some of the memory of dead goroutines and of stacks that shrank back to the page heap, as the last
 * collection found it to spare. Any thread, not under a lock; true: there may be more. */
bool gm_up_stacks_trim(void);
/* All of it at once. No cycle is under way, and none begins. */
void gm_up_stacks_give_all(void);

/* Calls fn(arg) on this thread's system stack; on the spot if that is in use already. fn does not
 * park, but may stop at a safepoint. Goroutines' stacks are small: everything on the slow paths of
 * allocation and of the barrier goes through this. */
void gm_systemstack(void (*fn)(void *), void *arg);

/* Makes the calling thread the first of the scheduler, attached (false: no memory); detaches it. */
bool gm_sched_init(void);
void gm_detach_thread(void);

/* How many Ps may run goroutines (GOMAXPROCS, and attached threads count as one each up to the
 * number of processors); and how many of those are idle now. */
int gm_up_procs(void);
int gm_up_idle_procs(void);

/* The calling thread is about to wait for the collector on a futex of its own, for long: lets go of
 * its P, so that the world can be stopped meanwhile; and takes one again. No-ops on a thread that
 * the scheduler does not know. */
void gm_up_block_enter(void);
void gm_up_block_leave(void);
/* fn(arg) on the stack of the thread, where the caller is not yet, and without a P, for long waits; the
 * caller may come back on another thread. */
void gm_up_away(void (*fn)(void *), void *arg);
/* A point at which the calling thread may be stopped, inside a long run of the collector's. */
void gm_up_safepoint(void);
/* The calling goroutine is pinned to its P (gm_pin): it is not stopped, so no collection begins on it. */
bool gm_up_pinned(void);

/* --- sched -> lang --- */

typedef struct gm_g gm_g;
/* "goroutine 7 [chan receive]:" and the calls of a goroutine that is parked, or of the calling one,
 * to standard error. Missing in programs without the language's floor. */
void gm_up_traceback_g(gm_g *g) __attribute__((weak));
/* Calls a Go func(any, uintptr): the function of a timer of package time. */
void gm_up_call_go_timer(void *f, void *arg_type, void *arg, uintptr_t seq) __attribute__((weak));

/* --- gc -> sched or lang --- */

/* Runs fn(arg) soon on a goroutine (or a thread that may allocate) of the runtime's own, which is
 * created on first use; calls are made one after the other. */
void gm_up_run_finalizer_batch(void (*fn)(void *), void *arg);
/* Makes the call f(obj) of a compiled Go finalizer: f is a Go func value, arg_type the dynamic type
 * of its parameter (an interface type: obj is converted to it), obj_type the type of obj. */
void gm_up_call_go_finalizer(const void *f, const gm_type *arg_type, const gm_type *obj_type,
                             void *obj);
/* An array of an impossible length, or more bytes than there are addresses, was asked for: Go's panic where
 * compiled Go asked, a fatal error that names the function where C did. Does not return. */
void gm_up_bad_size(const char *who, intptr_t n, size_t each) __attribute__((noreturn));
/* "fatal error: msg", traces of goroutines, exit status 2. Does not return. */
void gm_up_fatal(const char *msg) __attribute__((noreturn));

#endif
