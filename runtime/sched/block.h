/* block.h - giving the P away, or a place to be stopped at (thread.c). */
#ifndef GM_SCHED_BLOCK_H
#define GM_SCHED_BLOCK_H

#include "os/inside.h"
#include "os/sync.h"
#include "sched/gmp.h"

/* Calls fn(arg), which may block in the system, on the system stack, without claim to a P
 * meanwhile. fn must not touch the collected heap except through memory that the goroutine holds.
 */
void gm_blocking(void (*fn)(void *), void *arg);
/* The same as a pair of calls on the goroutine's own stack, for system calls of compiled code. */
void gm_syscall_enter(void);
void gm_syscall_leave(void);
/* For a thread of a C program: it may be away for long, and does not touch the heap meanwhile. */
void gm_block_enter(void);
void gm_block_leave(void);
/* A lock under which the program's functions or the C library are called. Where threads are stopped by signal, those may wait
 * for what a stopped thread holds: so who has the lock, or waits for it, is away meanwhile, and no stop waits for it. What the first
 * returns is for the second. */
static inline bool gm_lock_away(gm_mutex *m) {
    const gm_p *p = gm_getp();
    bool away = gm_by_signal && p && !p->held;
    if (away) gm_block_enter();
    gm_mutex_lock(m);
    return away;
}
static inline void gm_unlock_away(gm_mutex *m, bool away) {
    gm_mutex_unlock(m);
    if (away) gm_block_leave();
}
/* A point at which the thread or goroutine may be stopped. */
void gm_safepoint(void);
/* In the middle of long work of the runtime for compiled Go, which holds nothing: stops if the world is to stop,
 * yields if that was asked for. */
void gm_give_way(void);

#endif
