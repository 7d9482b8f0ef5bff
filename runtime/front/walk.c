/* walk.c - every object of the heap, once, with the world stopped.
 *
 * The cycle is kept away and what is dead is swept, so that a slot that is taken holds an object which the last cycle
 * found alive, or that was allocated since. Runs go back to their spans, for what is left of them counts as taken.
 * Objects that were given back by hand wait on lists (heap/freed.c) in slots that are taken, too: they are noted in a map of
 * their own, a byte for each mark byte.
 */
#include <golem.h>

#include "os/inside.h"
#include "gc/cycle.h"
#include "gc/sweep.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "sched/world.h"
#include "upcall.h"

typedef struct walk {
    gm_walk_fn *fn;
    void *arg;
    uint8_t *waits; /* on a list */
} walk;

static size_t mark_place(const gm_span *s, uint32_t i) {
    return (size_t)(s->marks - gm_mark_arena) + i;
}

static void note(void *obj, void *arg) {
    const walk *w = arg;
    const gm_span *s = gm_span_of((uintptr_t)obj);
    w->waits[mark_place(s, gm_span_index(s, (uintptr_t)obj))] = 1;
}

static void flush(gm_mcache *c, void *arg) {
    (void)arg;
    gm_mcache_flush(c);
}

static void walk_span(const walk *w, const gm_span *s) {
    for (uint32_t i = 0; i < s->nelems; i++) {
        if (!gm_slot_taken(s, i) || w->waits[mark_place(s, i)]) continue;
        void *obj = (void *)(s->base + (size_t)i * s->elem_size);
        w->fn(obj, s->elem_size, gm_object_type(obj), w->arg);
    }
}

static void walk_spans(const walk *w) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    uintptr_t end = gm_heap_base + n.reserved_in_use;
    for (uintptr_t at = gm_heap_base; at < end; at += GM_PAGE_SIZE) {
        const gm_span *s = gm_span_of(at);
        if (!s || s->state != GM_SPAN_HEAP || s->base != at) continue;
        walk_span(w, s);
        at += (s->npages - 1) << GM_PAGE_SHIFT;
    }
}

bool gm_walk_heap(gm_walk_fn *fn, void *arg) {
    gm_need_thread("gm_walk_heap");
    GM_INSIDE();
    size_t bytes = gm_heap_bytes / 16;
    walk w = {fn, arg, gm_os_map(bytes)};
    if (!w.waits) return false;
    gm_cycle_lock();
    gm_sweep_all();
    gm_world_stop("walking the heap");
    gm_sweep_all();
    gm_each_mcache(flush, NULL);
    gm_freed_each(note, &w);
    walk_spans(&w);
    gm_world_start();
    gm_cycle_unlock();
    gm_os_unmap(w.waits, bytes);
    return true;
}
