/* pacer.h - when a cycle begins, how large the heap may become, what allocation owes (pacer.c). */
#ifndef GM_GC_PACER_H
#define GM_GC_PACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/sync.h"

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
/* What the pacer goes by: of the last cycle, scan_work with stacks and roots in it, and of the worst of the last ones, bytes
 * scanned for each byte of the heap and bytes allocated for each byte scanned. */
typedef struct gm_pacer_figures {
    uint64_t scan_work, stack_bytes, root_bytes;
    double scanned, cons_mark;
} gm_pacer_figures;
void gm_pacer_look(gm_pacer_figures *f);
/* Collection takes too much: assists are off. gc_cpu_ns: all it has taken until now. */
bool gm_pacer_limited(int64_t gc_cpu_ns);
/* Bytes of free memory that the scavenger should give back; negative: none. */
int64_t gm_pacer_surplus(void);
/* With n bytes more, the heap would be as large as it should become. */
bool gm_over_goal(size_t n);
bool gm_gc_is_off(void); /* GOGC=off and no limit */
/* Bytes of scan work owed for each byte allocated while marking, given the work done so far. */
double gm_pacer_assist_ratio(int64_t work_done);

void gm_pacer_fork(enum gm_fork_step step);

#endif
