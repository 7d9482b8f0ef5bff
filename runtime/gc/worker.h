/* worker.h - the threads that mark, and what allocation does for them (worker.c). */
#ifndef GM_GC_WORKER_H
#define GM_GC_WORKER_H

#include "heap/mcache.h"
#include "os/sync.h"

/* Starts the threads if need be. False: there are none, and none can be made. */
bool gm_workers_ready(void);
/* World stopped: marking is open, this many root jobs wait. concurrent: workers hold back to their
 * share, and end the cycle by gm_up_cycle_end when nothing is left. */
void gm_workers_begin(uint32_t root_jobs, bool concurrent);
/* After that or gm_workers_end, and after the world was started again if it is: a thread that is woken
 * may take the processor of the one that wakes it. */
void gm_workers_wake(void);
/* The caller marks with the workers until nothing is left anywhere. */
void gm_workers_help(void);
/* The same for somebody who waits for a concurrent cycle: returns when it is over. */
void gm_workers_help_until(uint32_t cycle);
bool gm_workers_done(void); /* no root job and no work is left */
void gm_workers_end(void);
/* An allocation pays its debt while marking. */
void gm_assist(gm_mcache *c);
/* Time spent marking in this cycle, by kind. */
typedef struct gm_mark_times {
    int64_t background, idle, assist;
} gm_mark_times;
extern gm_mark_times gm_mark_time;

/* No worker begins anything until the step after. */
void gm_workers_fork(enum gm_fork_step step);

#endif
