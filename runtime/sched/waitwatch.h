/* waitwatch.h - who wants to know how long goroutines wait for each other (observe/waitprof.c sets it).
 *
 * While both rates are 0, waiting costs one look at them.
 */
#ifndef GM_SCHED_WAITWATCH_H
#define GM_SCHED_WAITWATCH_H

#include <stdint.h>

#include "sched/timer.h"

typedef struct gm_wait_watch {
    int64_t block_rate; /* atomic; not 0: waiting is measured */
    int64_t mutex_rate; /* atomic; not 0: so is letting others wait for a mutex */
    /* By a goroutine that has waited; by one that has let others wait, in sum. On its own stack, without locks. */
    void (*waited)(int64_t ns);
    void (*let_wait)(int64_t ns);
} gm_wait_watch;
extern gm_wait_watch gm_waits;

/* In front of waiting: when it began, or 0. */
static inline int64_t gm_wait_begin(void) {
    if (__builtin_expect(!__atomic_load_n(&gm_waits.block_rate, __ATOMIC_RELAXED), 1)) return 0;
    return gm_nanotime();
}
static inline void gm_wait_end(int64_t began) {
    if (__builtin_expect(began != 0, 0)) gm_waits.waited(gm_nanotime() - began);
}

#endif
