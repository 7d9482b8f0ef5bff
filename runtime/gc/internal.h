/* internal.h - what the files of the collector share.
 *
 * A cycle: sweep what is left of the last one; stop the world, raise gm_epoch_mark, mark what the
 * roots show; mark on; stop the world, finish, make the new epoch the live one, raise
 * gm_sweep_gen (every span is unswept by that); sweep.
 *
 * Locks, in order: gm_cycle_lock (one cycle at a time), roots, specials, then the leaves, those
 * of the heap and of the lists of work.
 */
#ifndef GM_GC_INTERNAL_H
#define GM_GC_INTERNAL_H

#include "gc/gc.h"
#include "gc/marker.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/godebug.h"
#include "sched/world.h"

/* --- barrier.c --- */

/* Marks what the barrier has noted in this cache: when the buffer is full, and, world stopped, at the end of
 * marking. */
void gm_wb_flush(gm_mcache *c);
/* Shades one object, if marking is under way. */
void gm_shade(const void *p);

/* --- roots.c --- */

/* World stopped: the roots of this cycle. Returns the number of jobs that they make. */
uint32_t gm_roots_begin(void);
/* Marks what a job, numbered from 0, leads to. */
void gm_roots_mark(gm_marker *m, uint32_t job);
uint64_t gm_roots_bytes(void); /* size of registered roots, for the pacer */
/* After gm_roots_begin, marking open: makes every stack one that is not scanned, and marks those that
 * cannot wait. Returns the number of jobs for the others, which follow those of gm_roots_begin. */
uint32_t gm_stacks_begin(void);
/* World stopped: the stacks that no job scans and whose threads have not come to it. */
void gm_stacks_rest(void);
extern uint64_t gm_stack_bytes; /* scanned in this cycle */

/* --- special.c --- */

/* What hangs on single objects. Specials of a span are ordered by address. */
void gm_specials_mark(gm_marker *m);
/* The span is being swept: queues finalizers of dead objects, which keeps them, clears weak
 * pointers and so on. */
void gm_specials_sweep(gm_span *s, uint8_t epoch);
/* Starts the runner if finalizers are queued. Called without locks. */
void gm_finalizers_kick(void);
void gm_finalizer_queue_mark(gm_marker *m);
/* The object is freed by hand: forgets what hangs on it. */
void gm_specials_drop(gm_span *s, uintptr_t obj);

/* --- pool.c --- */

void gm_pools_turn(void); /* world stopped, before marking */
void gm_pools_mark(gm_marker *m);

/* --- sweep.c --- */

/* Sweeps one span somewhere. False: nothing is left to sweep. */
bool gm_sweep_one(void);
void gm_sweep_all(void);
/* Allocation's part of the sweep, so that all is swept before the next cycle is due. */
void gm_sweep_proportional(gm_mcache *c, size_t bytes);
void gm_sweep_begin(void); /* after mark termination */
/* Has it been swept already, or wait until it is. */
void gm_sweep_ensure(gm_span *s);

/* --- pacer.c --- */

extern int64_t gm_trigger_bytes; /* a cycle starts here */
extern int64_t gm_goal_bytes;

typedef struct gm_cycle_result {
    uint64_t marked;      /* bytes of objects found alive or allocated while marking */
    uint64_t scan_work;   /* bytes looked at for pointers */
    uint64_t stack_bytes; /* of stacks and of registered roots, both part of that */
    uint64_t root_bytes;
    double utilization; /* share of the processors that marking took */
    bool concurrent;
} gm_cycle_result;

void gm_pacer_init(void);
void gm_pacer_mark_begin(void);
void gm_pacer_cycle_done(const gm_cycle_result *r);
void gm_pacer_commit(void); /* recomputes goal and trigger */
/* Collection takes too much: assists are off. gc_cpu_ns: all it has taken until now. */
bool gm_pacer_limited(int64_t gc_cpu_ns);
/* Bytes of free memory that the scavenger should give back; negative: none. */
int64_t gm_pacer_surplus(void);
/* With n bytes more, the heap would be as large as it should become. */
bool gm_over_goal(size_t n);
bool gm_gc_is_off(void); /* GOGC=off and no limit */
/* Bytes of scan work owed for each byte allocated while marking, given the work done so far. */
double gm_pacer_assist_ratio(int64_t work_done);

/* --- worker.c: the threads that mark --- */

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

/* --- cycle.c --- */

/* One cycle, for who tells of it. */
typedef struct gm_cycle_record {
    bool forced;
    int procs;
    int64_t t_start, t_mark, t_term, t_end; /* sweep end, marking begins, termination, over */
    int64_t stop1_ns, stop2_ns;             /* of the pauses; concurrent cycles */
    int64_t assist_ns, worker_ns, idle_ns;  /* marking, by who did it */
    int64_t heap_before, heap_at_mark_end, heap_marked, goal;
    uint64_t stack_bytes, root_bytes;
    int64_t wait1_ns, wait2_ns; /* parts of the pauses: until all stood still */
    int64_t caches_ns, roots_ns, finish_ns, live_ns;
    int tries; /* at ending: stops */
} gm_cycle_record;

enum gm_cycle_why { GM_CYCLE_HEAP, GM_CYCLE_FORCED, GM_CYCLE_PERIODIC, GM_CYCLE_STRESS };

/* Keeps collections away, having waited for the end of one; the world can be stopped meanwhile. */
void gm_cycle_lock(void);
void gm_cycle_unlock(void);
/* By a worker in its idle time: a cycle two minutes after the last (GODEBUG=gcperiod=milliseconds), even
 * if little was allocated. Returns how many nanoseconds it may sleep until the next look. */
int64_t gm_cycle_periodic(void);
/* Nanoseconds until such a cycle is due; negative: overdue. */
int64_t gm_cycle_period_left(void);

typedef struct gm_cycle_stats {
    uint32_t num_gc, num_forced;
    uint64_t pause_total, pause_ns[256], pause_end[256];
    uint64_t last_gc; /* wall time */
    int64_t gc_cpu_ns, started_at;
} gm_cycle_stats;
extern gm_cycle_stats gm_cycles;
/* Cycles begun and ended, ever; those who wait for the end wait on gm_cycle_ended. */
extern uint32_t gm_cycles_begun, gm_cycles_done;
extern gm_event gm_cycle_ended;

/* World stopped, marking done: marks again from the roots beside the real marks and reports any object that is
 * reached but not marked (reach.c). */
void gm_check_marks(void);

#endif
