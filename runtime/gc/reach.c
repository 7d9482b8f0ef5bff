/* reach.c - marking that changes nothing: what is reachable, with the world stopped.
 *
 * Marks go to a map of their own (gm_check_arena), so the heap stays as it is, nothing is freed, and
 * the caller chooses which stacks count. Those who ask for it are GODEBUG=gccheckmark, which compares with
 * the marks of the collection that is just ending, the search for goroutines that wait for ever
 * (observe/leak.c), the account of memory (observe/account.c), and snapshots of the heap (observe/snapwalk.c).
 */
#include "gc/cycle.h"
#include "gc/gc.h"
#include "gc/marker.h"
#include "gc/roots.h"
#include "gc/sweep.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "sched/world.h"
#include "os/fatal.h"
#include "upcall.h"

static struct {
    size_t bytes;
    gm_mark_sums kept;  /* the look does not count as the cycle's work */
    uintptr_t *reached; /* objects that were watched and reached */
    size_t nreached;
} look;

static bool open_map(void) {
    look.bytes = gm_heap_bytes / 16;
    look.kept = gm_mark_total;
    uint8_t *map = gm_os_map(look.bytes);
    __atomic_store_n(&gm_check_arena, map, __ATOMIC_RELEASE);
    return map != NULL;
}

static void close_map(void) {
    uint8_t *map = gm_check_arena;
    if (!map) return;
    gm_check_arena = NULL;
    gm_mark_total = look.kept;
    gm_os_unmap(map, look.bytes);
}

static void mark_roots(void) {
    gm_marker *m = gm_marker_get();
    uint32_t jobs = gm_roots_begin();
    for (uint32_t i = 0; i < jobs; i++) gm_roots_mark(m, i);
    if (!gm_check_strict) gm_roots_call(m);
    gm_marker_put(m);
}

void gm_reach_drain(void) {
    do {
        gm_marker *m = gm_marker_get();
        gm_mark_drain(m, INT64_MAX, NULL);
        gm_marker_put(m);
    } while (!gm_mark_at_rest());
}

/* Stacks are left out: while the program ran on, old words on them may have come back to light
 * that lead to objects which are rightly dead. */
void gm_check_marks(void) {
    if (!open_map()) gm_fatal("no memory for gccheckmark");
    gm_check_strict = true;
    mark_roots();
    gm_reach_drain();
    gm_check_strict = false;
    close_map();
}

bool gm_reach_here(void) {
    if (!open_map()) return false;
    mark_roots();
    gm_reach_drain();
    return true;
}

bool gm_reach_begin(const char *why) {
    gm_cycle_lock();
    gm_sweep_all();
    gm_world_stop(why);
    if (gm_reach_here()) return true;
    gm_world_start();
    gm_cycle_unlock();
    return false;
}

void gm_reach_forget(void) {
    close_map();
}

void gm_reach_end(void) {
    close_map();
    gm_world_start();
    gm_cycle_unlock();
}

void gm_reach_at(const void *lo, const void *hi) {
    gm_marker *m = gm_marker_get();
    gm_mark_conservative(m, lo, hi);
    gm_marker_put(m);
}

bool gm_reach_has(const gm_span *s, uint32_t i) {
    return gm_check_arena[s->marks - gm_mark_arena + i] == GM_CHECK_SEEN;
}

/* --- watching --- */

bool gm_reach_watch(const void *p, uintptr_t *base) {
    gm_span *s = gm_span_of((uintptr_t)p);
    if (!s || s->state != GM_SPAN_HEAP) return false;
    uint32_t i = gm_span_index(s, (uintptr_t)p);
    if (i >= s->nelems) return false;
    uint8_t *seen = &gm_check_arena[s->marks - gm_mark_arena + i];
    if (*seen == GM_CHECK_SEEN) return false;
    *seen = GM_CHECK_WATCHED;
    *base = s->base + (size_t)i * s->elem_size;
    return true;
}

void gm_reach_note_in(uintptr_t *room) {
    look.reached = room;
    look.nreached = 0;
}

void gm_check_reached(uintptr_t base) {
    look.reached[look.nreached++] = base;
}

uintptr_t gm_reach_reached(void) {
    return look.nreached ? look.reached[--look.nreached] : 0;
}
