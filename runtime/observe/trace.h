/* trace.h - what is told about a cycle: the gctrace line, and the verifying mark. */
#ifndef GM_OBSERVE_TRACE_H
#define GM_OBSERVE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gm_trace_cycle {
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
} gm_trace_cycle;

void gm_trace_print(const gm_trace_cycle *t);
/* GODEBUG=gctrace=2: the parts of the pauses, in microseconds. */
void gm_trace_print_stops(const gm_trace_cycle *t);
/* World stopped, marking done: marks again from the roots beside the real marks and reports any
 * object that is reached but not marked. */
void gm_check_marks(void);

#endif
