/* timer.h - clocks and timers (timer.c). */
#ifndef GM_SCHED_TIMER_H
#define GM_SCHED_TIMER_H

#include "sched/gmp.h"

int64_t gm_nanotime(void); /* monotonic */
int64_t gm_walltime(void); /* since 1970 */
void gm_sleep(int64_t ns);

/* A timer calls f(arg, seq) on the system stack of the P that finds it due; f must not park. If run is set, it
 * is called instead, with a copy of the timer, on the same stack: for functions of compiled Go. The caller
 * keeps the timer where the collector does not free it while it is set, or in the collected
 * heap: a timer that is set is a root. */
struct gm_timer {
    gm_timers *in; /* the heap that it is in, or NULL */
    int64_t when;
    int64_t period; /* 0: once */
    void *f;        /* void (*)(void *arg, uintptr_t seq), or what run knows */
    void *arg_type; /* Go: of the argument */
    void *arg;
    uintptr_t seq;
    uint64_t index; /* where in that heap */
    void (*run)(const gm_timer *due);
    gm_bubble *bubble; /* whose clock it goes by, or NULL: the system's */
    uint32_t order;    /* among those due at the same time: drawn */
};
void gm_timer_set(gm_timer *t, int64_t when, int64_t period);
/* True: it was set and has not begun to run. */
bool gm_timer_stop(gm_timer *t);
/* When a timer of this period that was due at `when`, not after now, is due again: after now. */
int64_t gm_timer_after(int64_t when, int64_t period, int64_t now);

#endif
