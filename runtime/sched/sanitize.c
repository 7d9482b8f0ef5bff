/* sanitize.c - the calls that sanitize.h promises; nothing at all in an ordinary build. */
#include "sched/sanitize.h"

#ifdef GM_SANITIZED

#include "sched/gmp.h"

#define UNSEEN __attribute__((no_sanitize("address", "thread", "undefined")))

#ifdef GM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* Both halves of the announcement at once: nothing of the program runs between them. */
UNSEEN static void announce(const void *lo, size_t size, const void **old_lo, size_t *old_size) {
    void *fake;
    __sanitizer_start_switch_fiber(&fake, lo, size);
    __sanitizer_finish_switch_fiber(fake, old_lo, old_size);
}

UNSEEN void gm_fiber_to_g(gm_g *g) {
    gm_m *m = gm_getm();
    const void *lo;
    size_t size;
    announce((void *)g->seg->lo, g->seg->hi - g->seg->lo, &lo, &size);
    if (m->system_size) return;
    m->system_lo = lo;
    m->system_size = size;
}

UNSEEN void gm_fiber_to_system(gm_m *m) {
    const void *lo;
    size_t size;
    announce(m->system_lo, m->system_size, &lo, &size);
}

void gm_fiber_end(gm_g *g) {
    (void)g;
}

/* Without a check for stack: called where the current segment is about to be changed. */
UNSEEN __attribute__((no_split_stack)) void gm_unpoison(uintptr_t lo, uintptr_t hi) {
    if (lo < hi) __asan_unpoison_memory_region((void *)lo, hi - lo);
}

#else
#include <sanitizer/tsan_interface.h>

UNSEEN void gm_fiber_to_g(gm_g *g) {
    gm_m *m = gm_getm();
    if (!m->fiber) m->fiber = __tsan_get_current_fiber();
    if (!g->fiber) g->fiber = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(g->fiber, 0);
}

UNSEEN void gm_fiber_to_system(gm_m *m) {
    __tsan_switch_to_fiber(m->fiber, 0);
}

UNSEEN void gm_fiber_end(gm_g *g) {
    if (g->fiber) __tsan_destroy_fiber(g->fiber);
    g->fiber = NULL;
}

#endif
#endif
