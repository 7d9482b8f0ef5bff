/* cycle.h - a collection from beginning to end, for those who ask for one or tell of it (cycle.c).
 *
 * Locks of the collector, in order: the cycle's (one at a time), roots, specials, then the leaves, those of the heap and
 * of the lists of work.
 */
#ifndef GM_GC_CYCLE_H
#define GM_GC_CYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "os/sync.h"

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
    int64_t stop_work; /* bytes scanned while the world stood still; concurrent cycles */
    int tries;         /* at ending: stops */
} gm_cycle_record;

/* Of the cycle that ends, for those whom gm_on_cycle has called for it. */
const gm_cycle_record *gm_cycle_ending(void);

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

#endif
