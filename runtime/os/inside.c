/* inside.c - entering and leaving the library while threads are stopped by signals. See inside.h.
 *
 * What counts and what looks are the same thread, interrupted or not: only the compiler must keep the order.
 */
#include "os/inside.h"

#include "upcall.h"

bool gm_by_signal;
uint32_t gm_stop_wanted;

static void set_count(gm_g *g, uint16_t n) {
    __atomic_store_n(gm_inside_count(g), n, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void look(void) {
    if (__atomic_load_n(&gm_stop_wanted, __ATOMIC_SEQ_CST)) gm_safepoint();
}

gm_g *gm_inside_count_in(void) {
    gm_g *g = gm_getg();
    if (g) set_count(g, *gm_inside_count(g) + 1);
    return g;
}

gm_g *gm_inside_enter(void) {
    gm_g *g = gm_inside_count_in();
    if (g && *gm_inside_count(g) == 1)
        look(); /* there may be a fence. Further in, locks may be held */
    return g;
}

void gm_inside_leave(gm_g *g) {
    set_count(g, *gm_inside_count(g) - 1);
    if (*gm_inside_count(g) == 0) look();
}

uint16_t gm_outside_enter(void) {
    gm_g *g = gm_getg();
    if (!gm_by_signal || !g) return 0;
    uint16_t count = *gm_inside_count(g);
    set_count(g, 0);
    look();
    return count;
}

void gm_outside_leave(uint16_t count) {
    gm_g *g = gm_getg();
    if (!gm_by_signal || !g) return;
    set_count(g, count);
    look();
}
