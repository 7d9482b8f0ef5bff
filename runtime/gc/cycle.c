/* cycle.c - a collection from beginning to end.
 *
 * A cycle of a program that runs on meanwhile:
 *
 *   1. An allocation passes the trigger (pacer.c), somebody calls gm_gc, or two minutes have gone by. Who decides takes
 *      cycle.lock, and sweeps what is left of the last cycle (sweep.c).
 *   2. The world stops. The allocation caches go back to their spans, pools turn over, the epoch to mark with is
 *      raised, the barrier goes up (barrier.c), roots are counted into jobs (roots.c), and every goroutine counts as
 *      not scanned (sched/scan.c). Stacks of C are scanned on the spot. The world goes on.
 *   3. Workers take root jobs and mark (worker.c, marker.c), a quarter of the processors at most, more where these are
 *      idle. Goroutines are scanned before they run on. Allocations are born marked, and assist: they pay for
 *      what they take by marking, if the workers have not earned enough for them.
 *   4. A worker finds no job, no work and no marker that might have some. It asks the threads of the program to end
 *      the cycle, waits a little for one of them to come to a check (sched/world.c tells why), and ends it itself
 *      if none does.
 *   5. The world stops again. The barrier's buffers are emptied; if that brings more work than fits into the stop,
 *      the world goes on for another try. Else the barrier goes down, the epoch becomes the live one, and every span
 *      is unswept by one addition. The pacer sets the next goal. The world goes on.
 *   6. Spans are swept as allocation wants them, by the workers beside it; finalizers whose objects were found dead run.
 *
 * cycle.lock is held from 1 to the end of 5; the thread that begins a cycle is often not the one that ends it.
 *
 * Stopped (GODEBUG=gcstoptheworld=1, gcstress, no barriers in the program, or no thread for a worker): one stop, in
 * which the workers and the collecting thread mark together.
 */
#include <string.h>

#include "gc/barrier.h"
#include "gc/cycle.h"
#include "gc/ephemeron.h"
#include "gc/gc.h"
#include "gc/marker.h"
#include "gc/pacer.h"
#include "gc/pool.h"
#include "gc/roots.h"
#include "gc/special.h"
#include "gc/sweep.h"
#include "gc/worker.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/inside.h"
#include "os/godebug.h"
#include "sched/block.h"
#include "sched/hold.h"
#include "sched/world.h"
#include "sched/sched.h"
#include "os/tls.h"
#include "upcall.h"

static const int64_t END_BUDGET_NS = 100000; /* marking inside the last stop */

gm_cycle_stats gm_cycles;
uint32_t gm_cycles_begun, gm_cycles_done;
gm_event gm_cycle_ended;

static struct {
    gm_mutex lock;   /* one cycle at a time */
    bool set_up;     /* the settings were read */
    bool ready;      /* cycles may begin; atomic, and cleared under the lock */
    bool barriers;   /* the mutators have write barriers */
    bool background; /* the program runs: threads may be started; atomic */
    gm_cycle_record t;
    int64_t live_at_mark;
    int64_t period, last_end; /* a cycle is due so long after the last one's end */
} cycle = {.barriers = true};

void gm_gc_init(void) {
    if (!cycle.set_up) {
        gm_godebug_init();
        gm_pacer_init();
        gm_cycles.started_at = cycle.last_end = gm_os_nanotime();
        cycle.period = gm_debug.gcperiod * 1000000;
        cycle.set_up = true;
    }
    __atomic_store_n(&cycle.ready, true, __ATOMIC_RELEASE);
}

static bool ready(void) {
    return __atomic_load_n(&cycle.ready, __ATOMIC_ACQUIRE);
}

void gm_cycle_lock(void) {
    if (gm_mutex_trylock(&cycle.lock)) return;
    gm_away_enter();
    gm_mutex_lock(&cycle.lock);
    gm_away_leave();
}

void gm_cycle_unlock(void) {
    gm_mutex_unlock(&cycle.lock);
}

/* Who asked for this stores without barriers from now on: not into a cycle that relies on them. */
void gm_gc_without_barriers(void) {
    gm_cycle_lock();
    cycle.barriers = false;
    gm_cycle_unlock();
}

/* Waits for a running cycle; none begins any more, whoever asks for it: the thread that ends the
 * library's work may go on reading what only its own stack holds. */
void gm_gc_stop(void) {
    gm_cycle_lock();
    __atomic_store_n(&cycle.ready, false, __ATOMIC_RELEASE);
    gm_mutex_unlock(&cycle.lock);
}

void gm_gc_start_background(void) {
    __atomic_store_n(&cycle.background, true, __ATOMIC_RELAXED);
}

/* --- who is told of cycles: records are chained for good, and used again; fn NULL: free --- */

typedef struct listener {
    gm_cycle_fn *fn;
    void *arg;
    struct listener *next;
} listener;
static listener *listeners;
static gm_mutex listeners_lock; /* a leaf but for the program's function */

static void call_listeners(enum gm_cycle_event event) {
    if (!__atomic_load_n(&listeners, __ATOMIC_ACQUIRE)) return;
    bool away = gm_lock_away(&listeners_lock);
    for (const listener *l = listeners; l; l = l->next)
        if (l->fn) l->fn(event, l->arg);
    gm_unlock_away(&listeners_lock, away);
}

static listener *find_listener(gm_cycle_fn *fn, void *arg) {
    listener *l = listeners;
    while (l && (l->fn != fn || (fn && l->arg != arg))) l = l->next;
    return l;
}

void gm_on_cycle(gm_cycle_fn *fn, void *arg) {
    gm_need_thread("gm_on_cycle");
    GM_INSIDE();
    bool away = gm_lock_away(&listeners_lock);
    listener *l = find_listener(NULL, NULL);
    if (!l) {
        l = gm_persistent_alloc(sizeof *l, 8);
        l->next = listeners;
        __atomic_store_n(&listeners, l, __ATOMIC_RELEASE);
    }
    l->fn = fn;
    l->arg = arg;
    gm_unlock_away(&listeners_lock, away);
}

bool gm_off_cycle(gm_cycle_fn *fn, void *arg) {
    gm_need_thread("gm_off_cycle");
    GM_INSIDE();
    bool away = gm_lock_away(&listeners_lock);
    listener *l = find_listener(fn, arg);
    if (l) l->fn = NULL;
    gm_unlock_away(&listeners_lock, away);
    return l != NULL;
}

/* --- the steps, world stopped --- */

static void flush_cache(gm_mcache *c, void *arg) {
    (void)arg;
    gm_mcache_flush(c);
    c->assist_credit = 0;
}

void (*gm_up_pool_cleanup)(void);

/* Where threads are stopped by signal, stores of C are calls at all times: no stop cuts those in two. */
static void raise_barrier(bool on) {
    __atomic_store_n(&gm_wb_enabled, on, __ATOMIC_SEQ_CST);
    __atomic_store_n(&gm_store_guard, on || gm_by_signal, __ATOMIC_SEQ_CST);
}

static void open_marking(bool concurrent) {
    int64_t from = gm_os_nanotime();
    gm_each_mcache(flush_cache, NULL);
    gm_freed_forget();
    gm_pools_turn();
    if (gm_up_pool_cleanup) gm_up_pool_cleanup();
    gm_mark_reset();
    int64_t flushed = gm_os_nanotime();
    cycle.t.caches_ns = flushed - from;
    if (gm_epoch_live == GM_EPOCH_MAX) gm_epoch_live = 1;
    __atomic_store_n(&gm_epoch_mark, gm_epoch_live + 1, __ATOMIC_RELAXED);
    cycle.live_at_mark = gm_live_bytes;
    gm_pacer_mark_begin();
    gm_ephemerons_begin();
    gm_mark_open();
    raise_barrier(concurrent);
    uint32_t jobs = gm_roots_begin();
    jobs += gm_stacks_begin();
    if (!concurrent) gm_stacks_rest();
    gm_workers_begin(jobs, concurrent);
    cycle.t.roots_ns = gm_os_nanotime() - flushed;
}

/* Marking is closed. */
static void make_live(void) {
    raise_barrier(false);
    gm_tell(GM_TRACE_GC_END, NULL, 0, 0);
    gm_workers_end();
    gm_scan_check();
    if (gm_debug.gccheckmark) gm_check_marks();
    gm_each_mcache(flush_cache, NULL);
    gm_freed_forget();
    __atomic_store_n(&gm_epoch_live, gm_epoch_mark, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_sweep_gen, gm_sweep_gen + 2, __ATOMIC_RELEASE);
    gm_sweep_begin();
}

/* --- accounts --- */

static void note_pause(int64_t ns) {
    uint32_t i = gm_cycles.num_gc % 256;
    gm_cycles.pause_ns[i] = (uint64_t)ns;
    gm_cycles.pause_end[i] = (uint64_t)gm_os_walltime();
    gm_cycles.pause_total += (uint64_t)ns;
}

static void account(bool concurrent) {
    gm_cycle_record *t = &cycle.t;
    int64_t marking = t->t_term - t->t_mark;
    t->procs = gm_procs();
    t->worker_ns = __atomic_load_n(&gm_mark_time.background, __ATOMIC_RELAXED);
    t->idle_ns = __atomic_load_n(&gm_mark_time.idle, __ATOMIC_RELAXED);
    t->assist_ns = __atomic_load_n(&gm_mark_time.assist, __ATOMIC_RELAXED);
    t->stack_bytes = gm_stack_bytes;
    t->root_bytes = gm_roots_bytes();
    gm_cycle_result r = {.marked = gm_mark_total.bytes +
                                   (uint64_t)(t->heap_at_mark_end - cycle.live_at_mark),
                         .scan_work = (uint64_t)gm_mark_total.scan_work,
                         .stack_bytes = t->stack_bytes,
                         .root_bytes = t->root_bytes,
                         .concurrent = concurrent};
    double processor_time = (double)(marking > 0 ? marking : 1) * t->procs;
    r.utilization = (double)(t->worker_ns + t->assist_ns + t->idle_ns) / processor_time;
    t->heap_marked = (int64_t)r.marked;
    gm_pacer_cycle_done(&r);
    gm_tell(GM_TRACE_GOAL, NULL, (uint64_t)gm_goal_bytes, 0);
    int64_t stopped = t->stop1_ns + t->stop2_ns;
    gm_cycles.gc_cpu_ns += stopped * t->procs + t->worker_ns + t->assist_ns;
    note_pause(stopped);
    gm_cycles.num_gc++;
    if (t->forced) gm_cycles.num_forced++;
    gm_cycles.last_gc = (uint64_t)gm_os_walltime();
}

const gm_cycle_record *gm_cycle_ending(void) {
    return &cycle.t;
}

/* The world goes on; the caller still holds the cycle. */
static void release_cycle(void) {
    gm_ephemerons_end();
    call_listeners(GM_CYCLE_ENDS);
    __atomic_store_n(&cycle.last_end, gm_os_nanotime(), __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_cycles_done, 1, __ATOMIC_SEQ_CST);
    gm_mutex_unlock(&cycle.lock);
    gm_event_post(&gm_cycle_ended);
    gm_workers_wake(); /* to sweep */
}

/* --- beginning and ending. cycle.lock is held. --- */

/* Somebody wants no cycle now. */
static void give_up(bool world_stopped) {
    if (world_stopped) {
        gm_world_start();
        call_listeners(GM_CYCLE_ENDS);
    }
    gm_mutex_unlock(&cycle.lock);
}

static bool may_be_concurrent(enum gm_cycle_why why) {
    bool workers = __atomic_load_n(&cycle.background, __ATOMIC_RELAXED) && gm_workers_ready();
    return workers && cycle.barriers && !gm_debug.gcstoptheworld && why != GM_CYCLE_STRESS;
}

/* A trace's stops are those that are accounted for, to the nanosecond. */
static void tell_stop(const char *why, int64_t since) {
    gm_tell(GM_TRACE_STOP, NULL, (uint64_t)since, (uintptr_t)why);
}

static void tell_stop_end(int64_t at) {
    gm_tell(GM_TRACE_STOP_END, NULL, (uint64_t)at, 0);
}

/* False: none begins now. */
static __attribute__((noinline)) bool begin_cycle(enum gm_cycle_why why) {
    if (gm_cycle_holds()) {
        give_up(false);
        return false;
    }
    bool concurrent = may_be_concurrent(why);
    gm_cycle_record *t = &cycle.t;
    *t = (gm_cycle_record){
        .forced = why == GM_CYCLE_FORCED,
    };
    call_listeners(GM_CYCLE_BEGINS);
    gm_sweep_all();
    gm_mark_expect(gm_scan_expect());
    int64_t stop = t->t_start = gm_os_nanotime();
    gm_world_stop(NULL);
    tell_stop("GC sweep termination", stop);
    t->wait1_ns = gm_os_nanotime() - stop;
    if (gm_cycle_holds()) {
        give_up(true);
        return false;
    }
    __atomic_fetch_add(&gm_cycles_begun, 1, __ATOMIC_SEQ_CST);
    gm_tell(GM_TRACE_GC_BEGIN, NULL, 0, 0);
    gm_sweep_all();
    t->heap_before = gm_live_bytes;
    t->goal = gm_goal_bytes;
    open_marking(concurrent);
    t->stop_work = __atomic_load_n(&gm_mark_total.scan_work, __ATOMIC_RELAXED);
    t->t_mark = gm_os_nanotime();
    if (concurrent) {
        t->stop1_ns = t->t_mark - stop;
        tell_stop_end(t->t_mark);
        gm_world_start();
        gm_workers_wake();
        return true;
    }
    gm_workers_wake();
    do gm_workers_help();
    while (!gm_mark_close());
    t->t_term = gm_os_nanotime();
    t->heap_at_mark_end = gm_live_bytes;
    make_live();
    t->t_end = gm_os_nanotime();
    t->stop1_ns = t->t_end - stop;
    tell_stop_end(t->t_end);
    account(false);
    gm_stacks_collected();
    gm_world_start();
    release_cycle();
    return true;
}

static void empty_barrier(gm_mcache *c, void *arg) {
    (void)arg;
    gm_wb_flush(c);
}

/* World stopped. True: marking is complete and closed. */
static bool finish_marking(int64_t deadline) {
    gm_each_mcache(empty_barrier, NULL);
    if (gm_scan_left()) gm_stacks_rest();
    do {
        if (gm_workers_done() && gm_mark_close()) return true;
        gm_marker *m = gm_marker_get();
        if (!m) continue;
        gm_mark_drain(m, 16 << 10, NULL);
        gm_marker_put(m);
    } while (gm_os_nanotime() < deadline);
    return false;
}

bool gm_up_cycle_end(void) {
    static uint32_t ending;
    if (__atomic_exchange_n(&ending, 1, __ATOMIC_ACQUIRE)) return false;
    if (!__atomic_load_n(&gm_marking, __ATOMIC_ACQUIRE) || !gm_workers_done()) {
        __atomic_store_n(&ending, 0, __ATOMIC_RELEASE);
        return false;
    }
    gm_cycle_record *t = &cycle.t;
    int64_t stop = gm_os_nanotime();
    gm_world_stop(NULL);
    tell_stop("GC mark termination", stop);
    int64_t stopped = gm_os_nanotime();
    int64_t work = __atomic_load_n(&gm_mark_total.scan_work, __ATOMIC_RELAXED);
    bool done = finish_marking(stopped + END_BUDGET_NS);
    t->stop_work += __atomic_load_n(&gm_mark_total.scan_work, __ATOMIC_RELAXED) - work;
    int64_t finished = gm_os_nanotime();
    t->tries++;
    t->wait2_ns += stopped - stop;
    t->finish_ns += finished - stopped;
    if (done) {
        t->t_term = stop > t->t_mark ? stop : t->t_mark;
        t->heap_at_mark_end = gm_live_bytes;
        make_live();
        gm_stacks_collected();
        t->t_end = gm_os_nanotime();
        t->live_ns = t->t_end - finished;
        t->stop2_ns += t->t_end - stop;
        tell_stop_end(t->t_end);
        account(true);
    } else {
        t->stop2_ns += finished - stop;
        tell_stop_end(finished);
    }
    __atomic_store_n(&ending, 0, __ATOMIC_RELEASE);
    gm_world_start();
    if (!done) return true;
    release_cycle();
    return true;
}

/* --- deciding --- */

static bool heap_is_due(size_t n) {
    return __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED) + (int64_t)n >=
           __atomic_load_n(&gm_trigger_bytes, __ATOMIC_RELAXED);
}

static bool stress_is_due(gm_mcache *c) {
    if (!gm_debug.gcstress) return false;
    if (--c->stress_left > 0) return false;
    c->stress_left = gm_debug.gcstress;
    return true;
}

/* Somebody else holds the lock and is about to collect. What is wanted here is granted meanwhile,
 * but if that thread must wait for a processor, others could allocate without bound. */
static void wait_for_collector(size_t n) {
    while (gm_over_goal(n) && gm_mutex_is_held(&cycle.lock) &&
           !__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) {
        uint32_t seen = gm_event_read(&gm_cycle_ended);
        gm_away_enter();
        gm_event_wait(&gm_cycle_ended, seen, 100000);
        gm_away_leave();
    }
}

void gm_up_alloc_begin(size_t n) {
    /* A loop that only allocates has no other place where it could be stopped. */
    gm_safepoint();
    if (!ready() || gm_pinned()) return;
    gm_mcache *c = (gm_mcache *)gm_getp();
    gm_tell(GM_TRACE_HEAP, NULL, (uint64_t)__atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED), 0);
    if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) {
        gm_assist(c);
        return;
    }
    gm_finalizers_kick();
    gm_sweep_proportional(c, n > GM_PAGE_SIZE ? n : GM_PAGE_SIZE);
    bool stress = stress_is_due(c);
    if (!stress && !heap_is_due(n)) return;
    if (!gm_mutex_trylock(&cycle.lock)) {
        wait_for_collector(n);
        return;
    }
    if (!ready() || (!stress && !heap_is_due(n))) {
        gm_mutex_unlock(&cycle.lock);
        return;
    }
    begin_cycle(stress ? GM_CYCLE_STRESS : GM_CYCLE_HEAP);
}

/* A collection that was asked for, in three steps. The goroutine gives its P away while it waits, be it for
 * a cycle that is under way or for its own: others would not get on for the whole of it. So it cannot
 * wait for the lock; once it has the lock, it goes on until marking is open. */
struct forced {
    bool begun, ended;
    uint32_t number;
};

static void try_begin(void *arg) {
    struct forced *f = arg;
    f->begun = gm_mutex_trylock(&cycle.lock);
    if (!f->begun) return;
    if (!ready()) {
        gm_mutex_unlock(&cycle.lock);
        f->ended = true;
        return;
    }
    f->number = __atomic_load_n(&gm_cycles_begun, __ATOMIC_RELAXED) + 1;
    f->begun = begin_cycle(GM_CYCLE_FORCED);
    if (!f->begun) return;
    f->ended = (int32_t)(__atomic_load_n(&gm_cycles_done, __ATOMIC_ACQUIRE) - f->number) >= 0;
}

static void await_turn(void *arg) {
    (void)arg;
    enum { LOOK_AGAIN = 1000000 };
    uint32_t running = __atomic_load_n(&gm_cycles_done, __ATOMIC_ACQUIRE) + 1;
    if (__atomic_load_n(&gm_cycles_begun, __ATOMIC_RELAXED) == running) {
        gm_workers_help_until(running);
        return;
    }
    uint32_t seen = gm_event_read(&gm_cycle_ended);
    if (gm_mutex_is_held(&cycle.lock) || gm_cycle_holds())
        gm_event_wait(&gm_cycle_ended, seen, LOOK_AGAIN);
}

static void await_end(void *arg) {
    gm_workers_help_until(*(uint32_t *)arg);
}

static void settle(void *arg) {
    (void)arg;
    gm_sweep_all();
    while (gm_stacks_trim()) {
    }
    gm_finalizers_kick();
}

void gm_gc(void) {
    gm_need_thread("gm_gc");
    GM_INSIDE();
    if (gm_cycle_held_here()) return;
    struct forced f = {.begun = false};
    for (;;) {
        gm_systemstack(try_begin, &f);
        if (f.begun) break;
        gm_blocking(await_turn, NULL);
    }
    if (!f.ended) gm_blocking(await_end, &f.number);
    gm_systemstack(settle, NULL);
}

int64_t gm_cycle_period_left(void) {
    int64_t last = __atomic_load_n(&cycle.last_end, __ATOMIC_RELAXED);
    return last + cycle.period - gm_os_nanotime();
}

int64_t gm_cycle_periodic(void) {
    int64_t left = gm_cycle_period_left();
    if (left > 0) return left;
    if (gm_gc_is_off() || !gm_mutex_trylock(&cycle.lock)) return cycle.period;
    if (!ready() || gm_cycle_period_left() > 0) {
        gm_mutex_unlock(&cycle.lock);
        return cycle.period;
    }
    begin_cycle(GM_CYCLE_PERIODIC);
    return cycle.period;
}

static void give_stacks_back(void *arg) {
    (void)arg;
    gm_cycle_lock();
    gm_stacks_give_all();
    gm_cycle_unlock();
}

static void give_piece_back(void *arg) {
    enum { PIECE = 4 << 20 };
    *(size_t *)arg = gm_scavenge(PIECE);
}

/* The system takes its time over each piece: between two of them others may stop the world. */
void gm_free_os_memory(void) {
    GM_INSIDE();
    gm_gc();
    gm_systemstack(give_stacks_back, NULL);
    for (size_t given = 1; given > 0; gm_safepoint()) gm_systemstack(give_piece_back, &given);
}

/* --- around a fork --- */

/* Before the world is stopped for it, outside it or in a blocking region: no cycle is under way then, and none of the
 * collector's threads about anything. */
void gm_gc_fork_begin(void) {
    gm_mutex_lock(&cycle.lock);
    gm_workers_fork(GM_FORK_BEFORE);
}

/* World stopped. */
void gm_gc_fork(enum gm_fork_step step) {
    gm_roots_fork(step);
    gm_marker_fork(step);
    gm_pacer_fork(step);
}

/* The world goes on, in the parent or in the child. */
void gm_gc_fork_end(enum gm_fork_step step) {
    gm_workers_fork(step);
    if (step == GM_FORK_CHILD) {
        gm_event_child(&gm_cycle_ended);
        gm_finalizers_child();
    }
    gm_mutex_fork(&cycle.lock, step);
}
