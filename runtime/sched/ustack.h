/* ustack.h - stacks of the program's own, as the rest of the scheduler sees them. See ustack.c. */
#ifndef GM_SCHED_USTACK_H
#define GM_SCHED_USTACK_H

#include <stdbool.h>
#include <stdint.h>

#include <golem/stack.h>

#include "os/sync.h"
#include "upcall.h"

enum gm_stack_state { GM_STACK_FREE, GM_STACK_SUSPENDED, GM_STACK_RUNNING };

struct gm_stack {
    uintptr_t lo, hi;
    uintptr_t sp;      /* suspended: live from here up. Atomic */
    uintptr_t regs[6]; /* suspended: callee-saved registers */
    uint32_t state;    /* atomic */
    uint16_t scan;     /* atomic: in which cycle it was scanned, as of a goroutine */
    gm_stack *next_free;
};

static inline bool gm_stack_holds(const gm_stack *s, uintptr_t sp) {
    return sp - s->lo <= s->hi - s->lo;
}

/* World stopped: the stacks of an attached thread that stands with its stack pointer at sp. */
void gm_thread_stacks_scan(gm_m *m, uintptr_t sp, gm_range_fn *fn, void *arg);
/* World stopped: the number of jobs in which suspended stacks are scanned; and one of them, while others run. */
uint32_t gm_ustacks_begin(void);
void gm_ustacks_scan(uint32_t job, gm_range_fn *fn, void *arg);
/* World stopped, outside a cycle: all of them. */
void gm_ustacks_each(gm_range_fn *fn, void *arg);
void gm_ustacks_fork(enum gm_fork_step step);

#endif
