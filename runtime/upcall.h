/* upcall.h - every call from a lower floor of the runtime to a higher one.
 *
 * The floors are os, heap, sched, gc, chan, observe, lang, front; each uses those before it. Where an
 * algorithm forces a call upwards, it goes to a function named here, and nowhere else: this page is the
 * whole circle, and test/order.py fails when there is another. (One call is not of our making: every
 * prologue's to __morestack, which is sched's.)
 */
#ifndef GM_UPCALL_H
#define GM_UPCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/fatal.h"

#include "os/tls.h"

typedef struct gm_span gm_span;

/* --- heap -> sched --- */

/* Calls fn(arg) on this thread's system stack; on the spot if that is in use already. fn does not park,
 * but may stop at a safepoint. Reason: goroutines' stacks are small, and what is hungry for stack, the
 * slow paths of allocation first, is not; how a stack is left is sched's business (switch_amd64.S). */
void gm_systemstack(void (*fn)(void *), void *arg);

/* A point at which the thread may be stopped. Reason: clearing a large object takes long. */
void gm_safepoint(void);

/* A thread that is not attached calls the function `who`, which needs one that is: attaches it, if the program
 * asked for that (gm_attach_foreign_threads), or ends the process with an error that names who. Reason: the
 * functions of golem.h stand on all floors. */
void gm_up_not_attached(const char *who);
static inline void gm_need_thread(const char *who) {
    if (__builtin_expect(!gm_getp(), 0)) gm_up_not_attached(who);
}

/* --- heap -> gc --- */

/* Before memory is taken for an allocation of n bytes on the slow path: may collect, may assist. The
 * caller holds no lock and no unpublished object. Reason: allocation is what a collector is paced by. */
void gm_up_alloc_begin(size_t n);

/* Sweeps one span that the caller has taken off an unswept list. True: the span had no live object and was
 * given back to the page heap. keep: leave it with the caller even then. Reason: sweeping is lazy, done by
 * who wants to allocate. */
bool gm_up_sweep_span(gm_span *s, bool keep);

/* npages are wanted and the heap would have to grow: sweep until about as many are free. The same
 * reason. */
void gm_up_reclaim(size_t npages);

/* --- sched -> gc --- */

/* While marking: marks what a stack shows; false: nobody marks. walk calls fn for its pieces; the stack stands still. Reason: a
 * goroutine is scanned before it runs on, and it is the scheduler that runs it (scan.c). */
typedef void gm_range_fn(void *arg, const void *lo, const void *hi);
bool gm_up_mark_stack(void (*walk)(void *stack, gm_range_fn *fn, void *arg), void *stack);

/* While marking: shades the object that p leads to. Reason: a timer that leaves the table, or changes its
 * place there, while the collector looks through it would be missed (timer.c). */
void gm_up_shade(const void *p);

/* Nothing seems left to mark: stops the world and ends the cycle, or finds that more is to be done. False:
 * somebody else is about it. On the system stack. Reason: the last stop is made by a thread that is known
 * to have a processor, at its next check (world.c). */
bool gm_up_cycle_end(void);

/* By the monitor, now and then: wakes the collector's threads if a cycle is due for its age, starting them
 * if there are none yet. Returns how many nanoseconds later to call again at the latest. Reason: a
 * program that never collected has no thread that could watch the clock, but for the monitor. */
int64_t gm_up_gc_tick(void);

/* --- gc -> lang --- */

/* Package sync's, registered at its beginning; called with the world stopped, before marking begins, so that what it drops
 * can be found dead in the same cycle; does not allocate. Reason: sync.Pool drops what nobody used during a cycle. */
extern void (*gm_up_pool_cleanup)(void);

/* --- any -> observe --- */

/* Something happened that belongs into an execution trace; only if gm_tracing is set. Most of it concerns the calling thread's P, or g, a
 * goroutine that the caller has in its hands. Reason: a trace tells of what all floors do, and its form is none of their business. */
enum gm_trace_what {
    GM_TRACE_PROC_START,        /* this thread has taken its P */
    GM_TRACE_PROC_STOP,         /* it gives it up now */
    GM_TRACE_PROC_TAKEN,        /* the P at a was taken from a thread in the system */
    GM_TRACE_PROCS,             /* GOMAXPROCS is a */
    GM_TRACE_GO_CREATE,         /* g is about to be queued up */
    GM_TRACE_GO_CREATE_BLOCKED, /* g waits */
    GM_TRACE_GO_START,          /* this thread is about to run g */
    GM_TRACE_GO_STOP,    /* g yields; a: it was asked to. It stands on its stack, or in a signal */
    GM_TRACE_GO_BLOCK,   /* g waits */
    GM_TRACE_GO_UNBLOCK, /* g may be queued up */
    GM_TRACE_GO_END,     /* g has ended */
    GM_TRACE_SYSCALL_BEGIN, /* g is about to enter the system */
    GM_TRACE_SYSCALL_END,   /* and is back, with a P */
    GM_TRACE_SYSCALL_LOST,  /* and is back, without; it is about to be queued up */
    GM_TRACE_STOP,          /* the world was stopped since a, for the reason at b */
    GM_TRACE_STOP_END,      /* and goes on at a, or 0: now */
    GM_TRACE_GC_BEGIN,      /* marking begins, the world stopped */
    GM_TRACE_GC_END,        /* and is over */
    GM_TRACE_ASSIST,        /* g marks, because it allocates */
    GM_TRACE_ASSIST_END,
    GM_TRACE_SWEEP,     /* this thread sweeps before it allocates */
    GM_TRACE_SWEEP_END, /* a bytes were looked at, b came free */
    GM_TRACE_HEAP,      /* a bytes are in use */
    GM_TRACE_GOAL,      /* of a bytes at most */
    GM_TRACE_WORKER,    /* a thread of the collector begins to mark */
    GM_TRACE_WORKER_END
};
extern uint32_t gm_tracing; /* atomic */
void gm_up_trace(enum gm_trace_what what, gm_g *g, uint64_t a, uint64_t b);
static inline void gm_tell(enum gm_trace_what what, gm_g *g, uint64_t a, uint64_t b) {
    if (__builtin_expect(__atomic_load_n(&gm_tracing, __ATOMIC_RELAXED), 0))
        gm_up_trace(what, g, a, b);
}

/* "fatal error: msg" with the calls that are due, and the end. Reason: os/fatal.h. */
void gm_up_last_words(const char *msg, enum gm_dump_scope scope) __attribute__((noreturn));

#endif
