/* roots.h - what marking starts from: registered roots and stacks (roots.c). */
#ifndef GM_GC_ROOTS_H
#define GM_GC_ROOTS_H

#include "gc/marker.h"
#include "os/sync.h"

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

/* World stopped: calls fn for each piece of registered memory: words [lo, hi), which are those of an array of elem from word `from` on;
 * NULL: may be anything. */
void gm_roots_each(void (*fn)(void *arg, const gm_type *elem, size_t from, const uintptr_t *lo,
                              const uintptr_t *hi),
                   void *arg);
/* World stopped: what the program's callbacks show. */
void gm_roots_call(gm_marker *m);

void gm_roots_fork(enum gm_fork_step step); /* around a fork; so in the other headers here */

#endif
