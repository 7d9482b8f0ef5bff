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
/* The thread may be away for a while, and does not touch the heap meanwhile; the P stays with it, a goroutine's too, so it comes back
 * as soon as the world goes on, whatever it has locked. Nothing without a P. */
void gm_away_enter(void);
void gm_away_leave(void);
/* A lock under which the program's functions or the C library are called. Where threads are stopped by signal, those may wait
 * for what a stopped thread holds: so who has the lock, or waits for it, is away meanwhile, and no stop waits for it. What the first
 * returns is for the second. */
static inline bool gm_lock_away(gm_mutex *m) {
    const gm_p *p = gm_getp();
    bool away = gm_by_signal && p && !p->held;
    if (away) gm_away_enter();
    gm_mutex_lock(m);
    return away;
}
static inline void gm_unlock_away(gm_mutex *m, bool away) {
    gm_mutex_unlock(m);
    if (away) gm_away_leave();
}
/* A point at which the thread or goroutine may be stopped. */
void gm_safepoint(void);
/* In the middle of long work of the runtime for compiled Go, which holds nothing: stops if the world is to stop,
 * yields if that was asked for. */
void gm_give_way(void);

#endif
