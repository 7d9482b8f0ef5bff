/* hold.c - regions of the program in which no collection begins.
 *
 * They count: for each thread or goroutine, in its record, and all together. The collector looks at the sum with the
 * world stopped, when nobody can be about to enter one.
 */
#include <golem/thread.h>

#include "os/inside.h"
#include "os/fatal.h"
#include "sched/hold.h"
#include "sched/sched.h"
#include "upcall.h"

static uint32_t holds;

uint32_t gm_cycle_holds(void) {
    return __atomic_load_n(&holds, __ATOMIC_ACQUIRE);
}

bool gm_cycle_held_here(void) {
    const gm_g *g = gm_getg();
    return g && g->holds;
}

void gm_no_cycle_enter(void) {
    gm_need_thread("gm_no_cycle_enter");
    GM_INSIDE();
    gm_getg()->holds++;
    __atomic_fetch_add(&holds, 1, __ATOMIC_ACQ_REL);
}

void gm_no_cycle_leave(void) {
    gm_need_thread("gm_no_cycle_leave");
    GM_INSIDE();
    gm_g *g = gm_getg();
    if (g->holds == 0) gm_fatal("gm_no_cycle_leave: not in a region without collections");
    g->holds--;
    __atomic_fetch_sub(&holds, 1, __ATOMIC_ACQ_REL);
}

void gm_holds_end(gm_g *g) {
    if (g->holds) __atomic_fetch_sub(&holds, g->holds, __ATOMIC_ACQ_REL);
    g->holds = 0;
}
