/* pacer.c - when to collect, and how much an allocation must help: the pacer of Go 1.19.
 *
 * The goal is the size at which a cycle should end: what was alive, plus GOGC percent of that and
 * of stacks and roots, but a megabyte more than what was alive at least; or less, if GOMEMLIMIT says
 * so. The trigger lies below it by the runway: how
 * much the program will allocate while a cycle marks at its share of a quarter, judged by the ratio
 * of allocation to marking ("cons/mark") of the last cycles; but never in the first 70 % of the
 * way, nor in the last 5 %. Should the program allocate faster than foreseen, assists make up for
 * it: each byte owes so much scan work that the rest of the work is done when the goal is reached. How much there is
 * to do is judged by the share of the heap that the last cycles scanned, so that a heap that grows is reckoned with. A
 * cycle that has reached its goal holds allocation up until it ends.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gc/gc.h"
#include "gc/pacer.h"
#include "heap/span.h"
#include "sched/world.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "upcall.h"

static const int64_t MIN_HEAP = 4 << 20;  /* at GOGC=100 */
static const int64_t LEAST_WAY = 1 << 20; /* from one cycle to the next goal, whatever GOGC says */

int64_t gm_trigger_bytes, gm_goal_bytes;

enum { HISTORY = 4 };
static const double SHARE = 0.25;

static struct {
    gm_mutex lock;
    int percent;
    uint64_t marked, stack_bytes, root_bytes;
    uint64_t scan_work;        /* of the last cycle */
    double cons_mark[HISTORY]; /* bytes allocated for each byte scanned, at equal shares of time */
    double scanned[HISTORY]; /* bytes scanned for each byte of the heap as it was at the trigger */
    uint32_t cycles;
    bool concurrent; /* the last cycle was */
    int64_t live_at_mark;
    bool first;                      /* no cycle was done yet */
    bool begun;                      /* the environment was read */
    bool percent_given, limit_given; /* by the program, before: that counts */
    uint64_t inuse_at_end;           /* bytes of spans at the end of the last cycle, and its goal */
    int64_t last_goal;
} pacer = {.percent = 100, .first = true};

bool gm_gc_is_off(void) {
    return pacer.percent < 0 && gm_memory_limit == INT64_MAX;
}

/* --- the environment --- */

static int read_gogc(void) {
    const char *s = getenv("GOGC");
    if (!s || !*s) return 100;
    if (strcmp(s, "off") == 0) return -1;
    char *end;
    long v = strtol(s, &end, 10);
    return *end == 0 && v >= INT32_MIN && v <= INT32_MAX ? (int)v : 100;
}

/* A number of bytes with an optional unit: B, KiB, MiB, GiB, TiB. */
static bool parse_bytes(const char *s, int64_t *bytes) {
    static const char *const units[] = {"", "B", "KiB", "MiB", "GiB", "TiB"};
    static const int shifts[] = {0, 0, 10, 20, 30, 40};
    if (!isdigit((unsigned char)*s)) return false;
    char *end;
    unsigned long long v = strtoull(s, &end, 10);
    for (int i = 0; i < 6; i++) {
        if (strcmp(end, units[i]) != 0) continue;
        if (v > (unsigned long long)INT64_MAX >> shifts[i]) return false;
        *bytes = (int64_t)(v << shifts[i]);
        return true;
    }
    return false;
}

void gm_pacer_init(void) {
    pacer.begun = true;
    if (!pacer.percent_given) pacer.percent = read_gogc();
    const char *s = getenv("GOMEMLIMIT");
    int64_t limit = INT64_MAX;
    if (s && *s && strcmp(s, "off") != 0 && !parse_bytes(s, &limit)) {
        gm_os_printf("GOMEMLIMIT=%s\n", s);
        gm_fatal("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`");
    }
    if (!pacer.limit_given) gm_memory_limit = limit;
    gm_pacer_commit();
}

/* --- goal and trigger --- */

static int64_t percent_goal(void) {
    if (pacer.percent < 0) return INT64_MAX;
    double base = (double)pacer.marked + (double)pacer.stack_bytes + (double)pacer.root_bytes;
    double goal = (double)pacer.marked + base * pacer.percent / 100;
    double least = (double)MIN_HEAP * pacer.percent / 100;
    double near = (double)pacer.marked + (double)LEAST_WAY;
    if (goal < least) goal = least;
    if (goal < near) goal = near;
    return goal > 1e18 ? INT64_MAX : (int64_t)goal;
}

/* The heap may take what the limit leaves beside everything else, less some room for error. */
static int64_t limit_goal(void) {
    if (gm_memory_limit == INT64_MAX) return INT64_MAX;
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    int64_t backed_free = (int64_t)(n.free - n.released);
    int64_t others = (int64_t)n.footprint - backed_free - (int64_t)n.heap_inuse;
    int64_t goal = gm_memory_limit - (others > 0 ? others : 0);
    goal -= goal / 33; /* 3 % */
    /* A heap that does not fit still grows by a twentieth between two cycles, so that the work of
     * collecting it stays in proportion to what is allocated. */
    int64_t least = (int64_t)(pacer.marked + pacer.marked / 20) + (256 << 10);
    return goal > least ? goal : least;
}

static double worst(const double *history) {
    double most = 0;
    for (int i = 0; i < HISTORY; i++)
        if (history[i] > most) most = history[i];
    return most;
}

static int64_t trigger_for(int64_t goal) {
    int64_t marked = (int64_t)pacer.marked, way = goal - marked;
    if (pacer.first && goal <= MIN_HEAP) return goal / 8 * 7; /* nothing is known yet */
    if (!pacer.concurrent || way <= 0 || goal == INT64_MAX) return goal;
    int64_t least = marked + (int64_t)((double)way * 0.7);
    int64_t most = marked + (int64_t)((double)way * 0.95);
    if (goal > MIN_HEAP && goal - MIN_HEAP > most) most = goal - MIN_HEAP;
    double runway = worst(pacer.cons_mark) * (1 - SHARE) / SHARE * (double)pacer.scan_work;
    int64_t trigger = runway < (double)goal ? goal - (int64_t)runway : least;
    if (trigger < least) trigger = least;
    return trigger < most ? trigger : most;
}

bool gm_over_goal(size_t n) {
    int64_t goal = __atomic_load_n(&gm_goal_bytes, __ATOMIC_RELAXED);
    return __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED) + (int64_t)n >= goal;
}

/* What the heap may retain of the system's memory: a tenth more than what its spans will take at the goal, judged by
 * what they took for the last one. Without a last cycle or a goal nothing is known. */
static int64_t retain_goal(int64_t goal) {
    if (pacer.first || pacer.last_goal <= 0 || goal == INT64_MAX || pacer.last_goal == INT64_MAX)
        return INT64_MAX;
    double spans = (double)pacer.inuse_at_end / (double)pacer.last_goal;
    double retain = (double)goal * (spans > 1 ? spans : 1) * 1.1;
    return retain > 1e18 ? INT64_MAX : (int64_t)retain;
}

static void commit_locked(void) {
    int64_t goal = percent_goal(), limit = limit_goal();
    if (limit < goal) goal = limit;
    __atomic_store_n(&gm_retain_goal, retain_goal(goal), __ATOMIC_RELAXED);
    __atomic_store_n(&gm_goal_bytes, goal, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_trigger_bytes, trigger_for(goal), __ATOMIC_RELAXED);
}

void gm_pacer_commit(void) {
    gm_mutex_lock(&pacer.lock);
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
}

void gm_pacer_mark_begin(void) {
    pacer.live_at_mark = gm_live_bytes;
}

double gm_pacer_assist_ratio(int64_t work_done) {
    double all = (double)pacer.live_at_mark, expected = worst(pacer.scanned) * all;
    double left = expected - (double)work_done;
    int64_t live = __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED);
    double room = (double)(gm_goal_bytes - live);
    /* More to do than foreseen, or nothing known yet: plan for all of the heap. */
    if (left < expected / 8 + 1000) left = all > (double)work_done ? all - (double)work_done : 1000;
    if (room < 1000) room = 1000;
    double ratio = left / room;
    return ratio < 0.001 ? 0.001 : ratio > 1000 ? 1000 : ratio;
}

/* Rates are for each second of processor time, so the shares of both sides come in. */
static void note_rates(const gm_cycle_result *r) {
    double used = r->utilization, allocated = (double)(gm_live_bytes - pacer.live_at_mark);
    if (used > 0.95) used = 0.95;
    if (!r->concurrent || r->scan_work == 0 || used <= 0 || pacer.live_at_mark <= 0) return;
    double ratio = allocated * used / ((double)r->scan_work * (1 - used));
    uint32_t i = pacer.cycles++ % HISTORY;
    pacer.cons_mark[i] = ratio > 0 ? ratio : 0;
    pacer.scanned[i] = (double)r->scan_work / (double)pacer.live_at_mark;
}

void gm_pacer_cycle_done(const gm_cycle_result *r) {
    gm_mutex_lock(&pacer.lock);
    note_rates(r);
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    pacer.first = false;
    pacer.inuse_at_end = n.heap_inuse;
    pacer.last_goal = gm_goal_bytes;
    pacer.marked = r->marked;
    pacer.scan_work = r->scan_work;
    pacer.stack_bytes = r->stack_bytes;
    pacer.root_bytes = r->root_bytes;
    pacer.concurrent = r->concurrent;
    gm_live_bytes = (int64_t)r->marked;
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
}

void gm_pacer_look(gm_pacer_figures *f) {
    gm_mutex_lock(&pacer.lock);
    *f = (gm_pacer_figures){pacer.scan_work, pacer.stack_bytes, pacer.root_bytes,
                            worst(pacer.scanned), worst(pacer.cons_mark)};
    gm_mutex_unlock(&pacer.lock);
}

/* --- the limiter ---
 *
 * A heap that does not fit its limit would be collected all the time. A bucket fills with processor
 * time that collection takes and empties with time that it does not; while it is full, allocation
 * does not assist, so that the program gets on, over its limit. */

static struct {
    gm_mutex lock;
    int64_t level, seen_at, seen_gc;
    bool full;
} bucket;

bool gm_pacer_limited(int64_t gc_cpu_ns) {
    enum { EVERY_NS = 10000000 };
    int64_t now = gm_os_nanotime();
    if (now - __atomic_load_n(&bucket.seen_at, __ATOMIC_RELAXED) < EVERY_NS ||
        !gm_mutex_trylock(&bucket.lock))
        return __atomic_load_n(&bucket.full, __ATOMIC_RELAXED);
    int64_t procs = gm_procs(), capacity = procs * 1000000000;
    int64_t all = bucket.seen_at ? (now - bucket.seen_at) * procs : 0;
    int64_t collecting = gc_cpu_ns - bucket.seen_gc;
    bucket.level += 2 * collecting - all;
    if (bucket.level < 0) bucket.level = 0;
    if (bucket.level > capacity) bucket.level = capacity;
    bool full = bucket.level == capacity;
    __atomic_store_n(&bucket.full, full, __ATOMIC_RELAXED);
    bucket.seen_gc = gc_cpu_ns;
    __atomic_store_n(&bucket.seen_at, now, __ATOMIC_RELAXED);
    gm_mutex_unlock(&bucket.lock);
    return full;
}

/* --- what the scavenger may keep --- */

int64_t gm_pacer_surplus(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    int64_t backed = (int64_t)(n.heap_inuse + n.free - n.released);
    int64_t goal = __atomic_load_n(&gm_retain_goal, __ATOMIC_RELAXED);
    if (goal == INT64_MAX) goal = (int64_t)(n.heap_inuse + n.heap_inuse / 10);
    return backed - goal;
}

int gm_gc_percent(void) {
    return __atomic_load_n(&pacer.percent, __ATOMIC_RELAXED);
}

int gm_gc_set_percent(int percent) {
    GM_INSIDE();
    gm_mutex_lock(&pacer.lock);
    int old = pacer.percent;
    pacer.percent = percent < 0 ? -1 : percent;
    if (!pacer.begun) pacer.percent_given = true;
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
    return old;
}

int64_t gm_gc_set_memory_limit(int64_t limit) {
    GM_INSIDE();
    gm_mutex_lock(&pacer.lock);
    int64_t old = gm_memory_limit;
    if (limit >= 0) gm_memory_limit = limit;
    if (limit >= 0 && !pacer.begun) pacer.limit_given = true;
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
    return old;
}

void gm_pacer_fork(enum gm_fork_step step) {
    gm_mutex_fork(&pacer.lock, step);
    gm_mutex_fork(&bucket.lock, step);
}
