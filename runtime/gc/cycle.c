/* cycle.c - a collection from beginning to end. */
#include <string.h>

#include "gc/internal.h"
#include "gc/trace.h"
#include "sched/tls.h"
#include "upcall.h"

gm_cycle_stats gm_cycles;

static struct {
    gm_mutex lock; /* one cycle at a time */
    bool ready;
} cycle;

void gm_gc_init(void) {
    if (cycle.ready) return;
    gm_debug_init();
    gm_pacer_init();
    gm_cycles.started_at = gm_os_nanotime();
    cycle.ready = true;
}

/* --- the steps, world stopped --- */

static void flush_cache(gm_mcache *c, void *arg) {
    (void)arg;
    gm_mcache_flush(c);
}

static void begin_marking(void) {
    gm_each_mcache(flush_cache, NULL);
    gm_mark_reset();
    if (gm_epoch_live == GM_EPOCH_MAX) gm_epoch_live = 1;
    __atomic_store_n(&gm_epoch_mark, gm_epoch_live + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_marking, 1, __ATOMIC_RELEASE);
}

static uint64_t mark_roots(gm_marker *m) {
    uint32_t jobs = gm_roots_begin();
    for (uint32_t i = 0; i < jobs; i++) gm_roots_mark(m, i);
    gm_roots_end();
    return gm_stacks_mark(m);
}

static void end_marking(void) {
    gm_each_mcache(flush_cache, NULL);
    __atomic_store_n(&gm_marking, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&gm_epoch_live, gm_epoch_mark, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_sweep_gen, gm_sweep_gen + 2, __ATOMIC_RELEASE);
    gm_sweep_begin();
}

/* --- a cycle with the world stopped throughout --- */

static void note_pause(int64_t from, int64_t to) {
    uint32_t i = gm_cycles.num_gc % 256;
    gm_cycles.pause_ns[i] = (uint64_t)(to - from);
    gm_cycles.pause_end[i] = (uint64_t)gm_os_walltime();
    gm_cycles.pause_total += (uint64_t)(to - from);
}

static __attribute__((noinline)) void collect_stopped(enum gm_cycle_why why) {
    gm_trace_cycle t = {.forced = why == GM_CYCLE_FORCED};
    t.t_start = gm_os_nanotime();
    gm_sweep_all();
    gm_up_world_stop("garbage collection");
    gm_sweep_all();
    t.t_mark = gm_os_nanotime();
    t.heap_before = gm_live_bytes;
    t.goal = gm_goal_bytes;
    begin_marking();
    gm_marker *m = gm_marker_get();
    t.stack_bytes = mark_roots(m);
    gm_mark_drain(m, INT64_MAX, NULL);
    gm_marker_put(m);
    t.t_term = gm_os_nanotime();
    t.root_bytes = gm_roots_bytes();
    t.heap_at_mark_end = gm_live_bytes;
    if (gm_debug.gccheckmark) gm_check_marks();
    end_marking();
    gm_pacer_cycle_done(gm_mark_total.bytes, t.stack_bytes, t.root_bytes);
    gm_up_gc_done();
    t.heap_marked = (int64_t)gm_mark_total.bytes;
    t.t_end = gm_os_nanotime();
    note_pause(t.t_mark, t.t_end);
    gm_cycles.gc_cpu_ns += t.t_end - t.t_start;
    gm_cycles.num_gc++;
    if (t.forced) gm_cycles.num_forced++;
    gm_cycles.last_gc = (uint64_t)gm_os_walltime();
    t.procs = gm_up_procs();
    if (gm_debug.gctrace) gm_trace_print(&t);
    gm_up_world_start();
}

/* --- starting one --- */

/* Waits for a running cycle to end; the world can be stopped meanwhile. */
static void lock_cycle(void) {
    if (gm_mutex_trylock(&cycle.lock)) return;
    gm_up_block_enter();
    gm_mutex_lock(&cycle.lock);
    gm_up_block_leave();
}

static bool heap_is_due(size_t n) {
    return __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED) + (int64_t)n >=
           __atomic_load_n(&gm_trigger_bytes, __ATOMIC_RELAXED);
}

static bool stress_is_due(void) {
    if (!gm_debug.gcstress) return false;
    gm_mcache *c = (gm_mcache *)gm_getp();
    if (--c->stress_left > 0) return false;
    c->stress_left = gm_debug.gcstress;
    return true;
}

void gm_up_alloc_begin(size_t n) {
    if (!cycle.ready) return;
    bool stress = stress_is_due();
    if (!stress && !heap_is_due(n)) return;
    /* If somebody else collects, the memory that is wanted here is granted meanwhile. */
    if (!gm_mutex_trylock(&cycle.lock)) return;
    collect_stopped(stress ? GM_CYCLE_STRESS : GM_CYCLE_HEAP);
    gm_mutex_unlock(&cycle.lock);
    gm_finalizers_kick();
}

void gm_gc(void) {
    lock_cycle();
    collect_stopped(GM_CYCLE_FORCED);
    gm_sweep_all();
    gm_mutex_unlock(&cycle.lock);
    gm_finalizers_kick();
}

void gm_up_heap_live(int64_t bytes) {
    __atomic_fetch_add(&gm_live_bytes, bytes, __ATOMIC_RELAXED);
}

void gm_gc_start_background(void) {}

void gm_free_os_memory(void) {
    gm_gc();
    gm_scavenge(SIZE_MAX);
}
