/* worker.c - who marks: background threads, idle processors, allocating threads, waiting callers.
 *
 * The background workers are threads of the collector's own, outside the scheduler: a program of
 * plain C threads has no processors that could be lent to them. Their share is kept by time: while
 * the program can use all its processors, the workers together take a quarter of them, sleeping as
 * needed; for each processor that has nothing to run, one more works without a limit.
 *
 * Root jobs are claimed by counting. Marking is at rest when no job is left, no marker is lent out
 * and no buffer is full; a worker that sees this ends the cycle (cycle.c), which looks again with
 * the world stopped.
 *
 * Assists. Bytes allocated while marking are a debt of the P. It is paid from the credit that the
 * background workers earn beyond need, else by marking, in small steps with a safepoint between
 * them, so that an assist never delays a stop for long.
 */
#include "gc/cycle.h"
#include "gc/marker.h"
#include "gc/pacer.h"
#include "gc/roots.h"
#include "gc/special.h"
#include "gc/sweep.h"
#include "gc/worker.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/inside.h"
#include "sched/block.h"
#include "sched/world.h"
#include "os/tls.h"
#include "upcall.h"

enum { MAX_WORKERS = 32 };
static const int64_t CHUNK = 64 << 10; /* bytes of scan work between two looks around */
static const int64_t ASSIST_CHUNK = 16 << 10;
static const int64_t MOST_AHEAD = 256 << 10; /* bytes of allocation paid for in advance */
static const int64_t SLACK_NS = 100000;      /* beyond the share, before a worker sleeps */

/* How long the end of a cycle may be put off for a thread that waits for a processor, and for one that
 * has one. */
static const int64_t PUT_OFF_NS = 50000000, NEAR_NS = 1000000;

static const int64_t LOOK_AGAIN_NS = 100000000; /* collection is off, or a cycle is under way */

gm_mark_times gm_mark_time;

static struct {
    gm_mutex lock;
    uint32_t threads;
    bool failed;
    /* Atomic, because a worker may still think of the last cycle when the next begins. */
    uint32_t open; /* a cycle marks */
    uint32_t concurrent;
    uint32_t job, jobs;
    uint32_t idle_now; /* workers running on idle processors */
    int64_t began;
    int64_t credit; /* scan work done in the background and not yet used up by debts */
    uint32_t held;  /* atomic, futex: a process is about to fork, no worker begins anything */
    uint32_t busy;  /* atomic: workers that have begun something */
} w;

static bool is_open(void) {
    return __atomic_load_n(&w.open, __ATOMIC_ACQUIRE);
}

static bool is_concurrent(void) {
    return __atomic_load_n(&w.concurrent, __ATOMIC_RELAXED);
}

static bool is_held(void) {
    return __atomic_load_n(&w.held, __ATOMIC_SEQ_CST);
}

static bool jobs_left(void) {
    return __atomic_load_n(&w.job, __ATOMIC_ACQUIRE) < __atomic_load_n(&w.jobs, __ATOMIC_RELAXED);
}

/* --- the common loop --- */

/* A stop waits for threads of the program, which may wait for the processor that a worker has. But
 * marking with the world stopped is the workers' own. */
static void yield_to_stop(void) {
    while (!(is_open() && !is_concurrent()) && gm_yield_to_stop(200000)) {
    }
}

static bool stop_is_wanted(void) {
    return is_concurrent() && __atomic_load_n(gm_stop_flag(), __ATOMIC_RELAXED);
}

static bool claim_job(uint32_t *job) {
    if (!jobs_left()) return false;
    *job = __atomic_fetch_add(&w.job, 1, __ATOMIC_ACQUIRE);
    return *job < __atomic_load_n(&w.jobs, __ATOMIC_RELAXED);
}

bool gm_workers_done(void) {
    return !jobs_left() && gm_scan_left() == 0 && gm_mark_at_rest();
}

/* One root job, or a chunk of marking, less if the world is to stop. False: nothing was done. */
static bool mark_some(gm_marker *m, int64_t chunk) {
    uint32_t job;
    int64_t before = m->scan_work;
    uint64_t objects = m->objects;
    GM_ASSERT(!is_concurrent() || gm_wb_enabled);
    if (claim_job(&job)) {
        gm_roots_mark(m, job);
        return true;
    }
    gm_mark_drain(m, chunk, is_concurrent() ? gm_stop_flag() : NULL);
    return m->scan_work != before || m->objects != objects;
}

static void give_credit(int64_t work) {
    __atomic_fetch_add(&w.credit, work, __ATOMIC_RELAXED);
}

/* A marker for the cycle's own marking. A verifying mark (reach.c) opens the markers as well, after the
 * cycle has closed its own: who comes late must not take part in that one. */
static gm_marker *marker_of_cycle(void) {
    gm_marker *m = gm_marker_get();
    if (!m || is_open()) return m;
    gm_marker_put(m);
    return NULL;
}

/* Takes part as long as there is work, and waits for more while others still have some. */
void gm_workers_help(void) {
    while (!gm_workers_done()) {
        gm_marker *m = marker_of_cycle();
        if (!m) return;
        while (mark_some(m, CHUNK) && !stop_is_wanted()) {
        }
        gm_marker_put(m);
        yield_to_stop();
        __atomic_fetch_add(&gm_mark_idle, 1, __ATOMIC_RELAXED);
        for (int i = 0; i < 200 && !gm_mark_work_left() && !gm_workers_done(); i++) gm_os_pause();
        __atomic_fetch_sub(&gm_mark_idle, 1, __ATOMIC_RELAXED);
    }
}

/* --- background workers --- */

static double share(void) {
    return 0.25 * gm_procs();
}

/* Whether worker i may work now, and as what. */
enum role { ROLE_NONE, ROLE_BACKGROUND, ROLE_IDLE };

static enum role role_of(uint32_t i) {
    if (!is_concurrent()) return ROLE_IDLE;
    int idle = (int)__atomic_load_n(&w.idle_now, __ATOMIC_RELAXED);
    if (idle < gm_idle_procs()) return ROLE_IDLE;
    return i < share() && idle < share() ? ROLE_BACKGROUND : ROLE_NONE;
}

/* Nanoseconds that the background must sleep to keep to its share. */
static int64_t overdrawn(void) {
    double per_ns = share();
    double allowed =
        (double)(gm_os_nanotime() - __atomic_load_n(&w.began, __ATOMIC_RELAXED)) * per_ns +
        (double)SLACK_NS;
    double over = (double)__atomic_load_n(&gm_mark_time.background, __ATOMIC_RELAXED) - allowed;
    if (over <= 0) return 0;
    return over / per_ns > 2e6 ? 2000000 : (int64_t)(over / per_ns) + 1;
}

static bool work_in_sight(void) {
    return jobs_left() || gm_mark_work_left();
}

/* Works in a role until the role, the time or the work runs out. */
static void work_as(enum role role) {
    gm_marker *m = marker_of_cycle();
    if (!m) return;
    gm_tell(GM_TRACE_WORKER, NULL, 0, 0);
    int64_t from = gm_os_nanotime();
    if (role == ROLE_IDLE) __atomic_fetch_add(&w.idle_now, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 8; i++) {
        int64_t before = m->scan_work;
        bool some = mark_some(m, CHUNK);
        gm_heap_touch_ahead();
        give_credit(m->scan_work - before);
        if (!some || stop_is_wanted()) break;
        if (role == ROLE_IDLE && is_concurrent() &&
            (int)__atomic_load_n(&w.idle_now, __ATOMIC_RELAXED) > gm_idle_procs())
            break;
    }
    gm_marker_put(m);
    if (role == ROLE_IDLE) __atomic_fetch_sub(&w.idle_now, 1, __ATOMIC_RELAXED);
    int64_t *sum = role == ROLE_IDLE ? &gm_mark_time.idle : &gm_mark_time.background;
    __atomic_fetch_add(sum, gm_os_nanotime() - from, __ATOMIC_RELAXED);
    gm_tell(GM_TRACE_WORKER_END, NULL, 0, 0);
}

/* Marking is done. A thread of the program ends the cycle, if one comes to it in time: see world.c for
 * the reason. False: somebody else must. */
static bool end_by_mutator(void) {
    static uint32_t asking;
    if (__atomic_exchange_n(&asking, 1, __ATOMIC_ACQUIRE)) return true;
    bool ended = false;
    if (gm_ask_to_end()) {
        int64_t now = gm_os_nanotime(), latest = now + PUT_OFF_NS, until = latest;
        while (!ended && now < until) {
            uint32_t seen = gm_event_read(&gm_cycle_ended);
            if (until == latest && gm_end_is_near()) until = now + NEAR_NS;
            ended = !is_open() || !gm_workers_done();
            if (!ended) gm_event_wait(&gm_cycle_ended, seen, NEAR_NS / 4);
            now = gm_os_nanotime();
        }
    }
    __atomic_store_n(&asking, 0, __ATOMIC_RELEASE);
    return ended;
}

/* Nothing found: perhaps all is done, perhaps others will share. */
static void wait_for_work(uint32_t seen) {
    if (is_concurrent() && gm_workers_done() && !end_by_mutator() && gm_up_cycle_end()) return;
    __atomic_fetch_add(&gm_mark_idle, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 500 && !gm_mark_work_left() && is_open(); i++) gm_os_pause();
    if (!gm_mark_work_left() && is_open()) gm_event_wait(&gm_background, seen, 50000);
    __atomic_fetch_sub(&gm_mark_idle, 1, __ATOMIC_RELAXED);
}

static void mark_cycle(uint32_t i) {
    while (is_open()) {
        yield_to_stop();
        uint32_t seen = gm_event_read(&gm_background);
        gm_heap_touch_ahead();
        if (!work_in_sight()) {
            wait_for_work(seen);
            continue;
        }
        enum role role = role_of(i);
        int64_t sleep = role == ROLE_BACKGROUND ? overdrawn() : 0;
        if (role == ROLE_NONE) sleep = 1000000;
        if (sleep) {
            gm_event_wait(&gm_background, seen, sleep);
            continue;
        }
        work_as(role);
    }
}

/* Gives surplus memory back at a hundredth of a processor. Returns how long to sleep before the next
 * piece; negative: nothing is left to give. */
static int64_t scavenge_some(void) {
    enum { PIECE = 512 << 10, PAUSE_FACTOR = 99 };
    if (gm_pacer_surplus() < PIECE) return -1;
    int64_t from = gm_os_nanotime();
    if (gm_scavenge(PIECE) == 0) return -1;
    return (gm_os_nanotime() - from) * PAUSE_FACTOR;
}

/* What the first worker does between cycles. Returns how long it may sleep. */
static int64_t chores(void) {
    while (!is_open() && !is_held() && gm_sweep_one()) {
        gm_heap_touch_ahead();
        yield_to_stop();
    }
    while (!is_open() && !is_held() && gm_stacks_trim()) yield_to_stop();
    gm_finalizers_kick();
    int64_t due = gm_cycle_periodic();
    int64_t sleep = is_open() ? -1 : scavenge_some();
    return sleep >= 0 && sleep < due ? sleep : due;
}

/* Who holds the workers reads busy after it has set held, and a worker the other way round. */
static void become_busy(void) {
    for (;;) {
        __atomic_fetch_add(&w.busy, 1, __ATOMIC_SEQ_CST);
        if (!is_held()) return;
        __atomic_fetch_sub(&w.busy, 1, __ATOMIC_SEQ_CST);
        gm_os_futex_wait(&w.held, 1, -1);
    }
}

static void *worker_main(void *arg) {
    gm_os_frames_begin(__builtin_dwarf_cfa());
    uint32_t i = (uint32_t)(uintptr_t)arg;
    for (;;) {
        become_busy();
        uint32_t seen = gm_event_read(&gm_background);
        int64_t sleep = -1;
        if (is_open()) {
            mark_cycle(i);
            sleep = 0;
        } else {
            gm_heap_touch_ahead();
            if (i == 0) sleep = chores();
        }
        __atomic_fetch_sub(&w.busy, 1, __ATOMIC_SEQ_CST);
        if (sleep && !is_open()) gm_event_wait(&gm_background, seen, sleep);
    }
    return NULL;
}

void gm_workers_fork(enum gm_fork_step step) {
    if (step == GM_FORK_BEFORE) {
        enum { LOOK_NS = 20000 };
        __atomic_store_n(&w.held, 1, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&w.busy, __ATOMIC_SEQ_CST)) gm_os_sleep(LOOK_NS);
    }
    gm_mutex_fork(&w.lock, step);
    if (step == GM_FORK_BEFORE) return;
    if (step == GM_FORK_CHILD) w.threads = w.busy = gm_mark_idle = 0;
    __atomic_store_n(&w.held, 0, __ATOMIC_SEQ_CST);
    gm_os_futex_wake(&w.held, MAX_WORKERS);
}

bool gm_workers_ready(void) {
    uint32_t want = (uint32_t)gm_os_cpus();
    if (want > MAX_WORKERS) want = MAX_WORKERS;
    if (__atomic_load_n(&w.threads, __ATOMIC_ACQUIRE) == want) return true;
    bool away = gm_lock_away(&w.lock); /* threads are made under it */
    while (w.threads < want && !w.failed) {
        if (!gm_os_thread_start(worker_main, (void *)(uintptr_t)w.threads))
            w.failed = true;
        else
            __atomic_store_n(&w.threads, w.threads + 1, __ATOMIC_RELEASE);
    }
    gm_unlock_away(&w.lock, away);
    return w.threads > 0;
}

void gm_workers_begin(uint32_t root_jobs, bool concurrent) {
    __atomic_store_n(&gm_mark_time.background, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_mark_time.idle, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_mark_time.assist, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&w.jobs, root_jobs, __ATOMIC_RELAXED);
    __atomic_store_n(&w.credit, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&w.concurrent, concurrent, __ATOMIC_RELAXED);
    __atomic_store_n(&w.began, gm_os_nanotime(), __ATOMIC_RELAXED);
    __atomic_store_n(&w.job, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&w.open, 1, __ATOMIC_RELEASE);
}

int64_t gm_up_gc_tick(void) {
    int64_t left = gm_cycle_period_left();
    if (left > 0) return left;
    bool running = __atomic_load_n(&gm_cycles_begun, __ATOMIC_RELAXED) !=
                   __atomic_load_n(&gm_cycles_done, __ATOMIC_RELAXED);
    if (!running && !gm_gc_is_off() && gm_workers_ready()) gm_event_post(&gm_background);
    return LOOK_AGAIN_NS;
}

void gm_workers_wake(void) {
    gm_event_post(&gm_background);
}

void gm_workers_end(void) {
    __atomic_store_n(&w.open, 0, __ATOMIC_RELEASE);
}

void gm_workers_help_until(uint32_t cycle) {
    while ((int32_t)(__atomic_load_n(&gm_cycles_done, __ATOMIC_ACQUIRE) - cycle) < 0) {
        uint32_t seen = gm_event_read(&gm_cycle_ended);
        if (is_open()) gm_workers_help();
        if ((int32_t)(__atomic_load_n(&gm_cycles_done, __ATOMIC_ACQUIRE) - cycle) >= 0) break;
        gm_event_post(&gm_background); /* a worker ends the cycle */
        gm_event_wait(&gm_cycle_ended, seen, 200000);
    }
}

/* --- assists --- */

static int64_t take_credit(int64_t want) {
    int64_t have = __atomic_load_n(&w.credit, __ATOMIC_RELAXED);
    while (have > 0) {
        int64_t take = have < want ? have : want;
        if (__atomic_compare_exchange_n(&w.credit, &have, have - take, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return take;
    }
    return 0;
}

static int64_t assist_once(int64_t want) {
    gm_marker *m = marker_of_cycle();
    if (!m) return 0;
    int64_t before = m->scan_work;
    if (want > ASSIST_CHUNK) want = ASSIST_CHUNK;
    /* A root job can be long: better left to the workers while there is something else. */
    if (gm_mark_work_left())
        gm_mark_drain(m, want, NULL);
    else
        mark_some(m, want);
    int64_t done = m->scan_work - before;
    gm_marker_put(m);
    return done;
}

static void spin_for_work(void) {
    for (int i = 0; i < 200 && !gm_mark_work_left() && is_open(); i++) gm_os_pause();
}

/* There is nothing to help with: others hold the rest of the work, and share it when they see that somebody waits;
 * they may want this processor, too. False: no need to wait. */
static bool wait_if_over_goal(void) {
    if (!gm_over_goal(0)) return false;
    uint32_t seen = gm_event_read(&gm_cycle_ended);
    __atomic_fetch_add(&gm_mark_idle, 1, __ATOMIC_RELAXED);
    spin_for_work();
    if (!gm_mark_work_left()) {
        gm_away_enter();
        if (is_open()) gm_event_wait(&gm_cycle_ended, seen, 100000);
        gm_away_leave();
    }
    __atomic_fetch_sub(&gm_mark_idle, 1, __ATOMIC_RELAXED);
    return true;
}

void gm_assist(gm_mcache *c) {
    if (is_concurrent() && !work_in_sight() && gm_workers_done()) {
        gm_up_cycle_end();
        return;
    }
    if (!is_concurrent() || c->assist_credit >= 0) return;
    int64_t spent = gm_cycles.gc_cpu_ns +
                    __atomic_load_n(&gm_mark_time.background, __ATOMIC_RELAXED) +
                    __atomic_load_n(&gm_mark_time.assist, __ATOMIC_RELAXED);
    if (gm_pacer_limited(spent)) {
        c->assist_credit = 0;
        return;
    }
    gm_tell(GM_TRACE_ASSIST, NULL, 0, 0);
    int64_t from = gm_os_nanotime();
    double ratio =
        gm_pacer_assist_ratio(__atomic_load_n(&gm_mark_total.scan_work, __ATOMIC_RELAXED));
    int64_t owed = (int64_t)((double)-c->assist_credit * ratio) + 1;
    /* A little ahead, so as not to come here for each span. */
    owed += ASSIST_CHUNK;
    int64_t paid = take_credit(owed);
    double ahead = (double)ASSIST_CHUNK / ratio;
    c->assist_credit = ahead < (double)MOST_AHEAD ? (int64_t)ahead : MOST_AHEAD;
    while (paid < owed && is_open()) {
        int64_t done = assist_once(owed - paid);
        if (done <= 0 && !wait_if_over_goal()) break;
        paid += done;
        gm_safepoint();
    }
    __atomic_fetch_add(&gm_mark_time.assist, gm_os_nanotime() - from, __ATOMIC_RELAXED);
    gm_tell(GM_TRACE_ASSIST_END, NULL, 0, 0);
}
