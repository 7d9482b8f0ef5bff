/* stats.c - runtime.MemStats.
 *
 * Allocation is counted in the caches, by spans when they are taken; what is still unused of the
 * spans in caches is subtracted here, with the world stopped. Frees are counted by the sweep.
 * Objects of the tiny allocator count one each as Go counts them: freed when their block is.
 */
#include <string.h>

#include "os/inside.h"
#include "gc/cycle.h"
#include "gc/pacer.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "sched/world.h"
#include "heap/central.h"
#include "heap/sizeclass.h"
#include "upcall.h"

typedef struct sums {
    uint64_t objects, bytes, tiny, caches;
    uint64_t again,
        again_bytes; /* given back by hand and handed out again: allocated and freed once more each */
    uint64_t class_again[GM_NUM_CLASSES];
    uint64_t class_allocs[GM_NUM_CLASSES];
} sums;

static void add_cache(gm_mcache *c, void *arg) {
    sums *t = arg;
    t->objects += c->alloc_objects;
    t->bytes += c->alloc_bytes;
    t->tiny += c->tiny_count;
    t->caches += c->in_use;
    for (uint32_t i = 0; i < c->nruns; i++) {
        const gm_run *r = &c->runs[i];
        if (!r->span) continue;
        uint64_t run = (uint64_t)(r->end - r->free) / r->size;
        uint64_t unused = run + r->span->nelems - r->span->taken;
        t->objects -= unused;
        t->bytes -= unused * r->size;
        t->class_allocs[gm_shapes[r->span->shape].class] -= unused;
    }
    gm_freed_count(c);
    for (int i = 0; i < GM_NUM_CLASSES; i++) {
        t->class_allocs[i] += c->class_allocs[i];
        t->class_again[i] += c->reused[i];
        t->again += c->reused[i];
        t->again_bytes += c->reused[i] * gm_class_size[i];
    }
}

_Static_assert((int)GM_CACHE_CLASSES >= (int)GM_NUM_CLASSES, "counters of a cache");

static void by_size(gm_mem_stats *st, const sums *t) {
    for (int i = 1; i < 61; i++) {
        st->by_size[i].size = gm_class_size[i];
        st->by_size[i].mallocs = t->class_allocs[i] + t->class_again[i];
        st->by_size[i].frees =
            __atomic_load_n(&gm_freed_by_class[i], __ATOMIC_RELAXED) + t->class_again[i];
    }
}

static void cycles(gm_mem_stats *st) {
    st->next_gc = (uint64_t)__atomic_load_n(&gm_goal_bytes, __ATOMIC_RELAXED);
    st->last_gc = gm_cycles.last_gc;
    st->pause_total_ns = gm_cycles.pause_total;
    memcpy(st->pause_ns, gm_cycles.pause_ns, sizeof st->pause_ns);
    memcpy(st->pause_end, gm_cycles.pause_end, sizeof st->pause_end);
    st->num_gc = gm_cycles.num_gc;
    st->num_forced_gc = gm_cycles.num_forced;
    int64_t elapsed = gm_os_nanotime() - gm_cycles.started_at;
    if (elapsed > 0)
        st->gc_cpu_fraction = (double)gm_cycles.gc_cpu_ns / (double)elapsed / gm_procs();
    st->enable_gc = true;
}

void gm_read_mem_stats(gm_mem_stats *st) {
    gm_need_thread("gm_read_mem_stats");
    GM_INSIDE();
    memset(st, 0, sizeof *st);
    gm_world_stop("reading memory statistics");
    sums t = {0};
    gm_each_mcache(add_cache, &t);
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    st->mallocs = t.objects + t.tiny + t.again;
    st->frees = __atomic_load_n(&gm_freed_objects, __ATOMIC_RELAXED) + t.tiny + t.again;
    st->total_alloc = t.bytes + t.again_bytes;
    st->alloc = st->heap_alloc = t.bytes - __atomic_load_n(&gm_freed_bytes, __ATOMIC_RELAXED);
    st->heap_objects = st->mallocs - st->frees;
    st->heap_inuse = n.heap_inuse;
    st->heap_idle = n.free;
    st->heap_sys = n.heap_inuse + n.free;
    st->heap_released = n.released;
    st->stack_inuse = st->stack_sys = n.stack_inuse + gm_reserved_in_use();
    st->mspan_inuse = n.spans * sizeof(gm_span);
    st->mspan_sys = n.span_bytes;
    st->mcache_inuse = t.caches * sizeof(gm_mcache);
    st->mcache_sys = st->mcache_inuse;
    st->gc_sys = n.mark_bytes + n.table_bytes;
    st->other_sys = n.persistent_bytes + n.other_inuse;
    st->sys =
        st->heap_sys + st->stack_sys + st->mspan_sys + st->mcache_sys + st->gc_sys + st->other_sys;
    by_size(st, &t);
    cycles(st);
    gm_world_start();
}
