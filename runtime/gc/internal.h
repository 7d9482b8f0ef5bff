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

void gm_debug_init(void);

/* --- roots.c --- */

/* World stopped, or the lists locked by gm_roots_begin. Marks what a job leads to; jobs are
 * numbered from 0. */
uint32_t gm_roots_begin(void); /* returns the number of jobs, fixed until gm_roots_end */
void gm_roots_mark(gm_marker *m, uint32_t job);
void gm_roots_end(void);
uint64_t gm_roots_bytes(void); /* size of registered roots, for the pacer */
/* Words of all stacks, world stopped. Returns how many bytes were looked at. */
uint64_t gm_stacks_mark(gm_marker *m);

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

/* --- sweep.c --- */

/* Sweeps one span somewhere. False: nothing is left to sweep. */
bool gm_sweep_one(void);
void gm_sweep_all(void);
void gm_sweep_begin(void); /* after mark termination */
/* Has it been swept already, or wait until it is. */
void gm_sweep_ensure(gm_span *s);
extern uint64_t gm_swept_free_objects, gm_swept_free_bytes; /* ever freed, objects of all sizes */
extern uint64_t gm_swept_class_frees[];                     /* by size class */

/* --- pacer.c --- */

extern int64_t gm_live_bytes; /* the heap as the pacer sees it: allocated since, and live before */
extern int64_t gm_trigger_bytes; /* a cycle starts here */
extern int64_t gm_goal_bytes;
void gm_pacer_init(void);
/* After mark termination. */
void gm_pacer_cycle_done(uint64_t marked, uint64_t stack_bytes, uint64_t root_bytes);
void gm_pacer_commit(void); /* recomputes goal and trigger */
int gm_pacer_percent(void);
int64_t gm_pacer_limit(void);

/* --- cycle.c --- */

enum gm_cycle_why { GM_CYCLE_HEAP, GM_CYCLE_FORCED, GM_CYCLE_PERIODIC, GM_CYCLE_STRESS };

typedef struct gm_cycle_stats {
    uint32_t num_gc, num_forced;
    uint64_t pause_total, pause_ns[256], pause_end[256];
    uint64_t last_gc; /* wall time */
    int64_t gc_cpu_ns, started_at;
} gm_cycle_stats;
extern gm_cycle_stats gm_cycles;

#endif
