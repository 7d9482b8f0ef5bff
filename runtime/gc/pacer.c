/* pacer.c - when to collect: the goal from GOGC and GOMEMLIMIT, and the trigger before it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gc/internal.h"
#include "upcall.h"

static const int64_t MIN_HEAP = 4 << 20; /* at GOGC=100 */

int64_t gm_live_bytes, gm_trigger_bytes, gm_goal_bytes;

static struct {
    gm_mutex lock;
    int percent;
    int64_t limit;
    uint64_t marked, stack_bytes, root_bytes;
} pacer = {.percent = 100, .limit = INT64_MAX};

int gm_pacer_percent(void) {
    return pacer.percent;
}
int64_t gm_pacer_limit(void) {
    return pacer.limit;
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
    pacer.percent = read_gogc();
    const char *s = getenv("GOMEMLIMIT");
    if (s && *s && strcmp(s, "off") != 0 && !parse_bytes(s, &pacer.limit)) {
        gm_os_printf("GOMEMLIMIT=%s\n", s);
        gm_up_fatal("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`");
    }
    gm_pacer_commit();
}

/* --- goal and trigger --- */

static int64_t percent_goal(void) {
    if (pacer.percent < 0) return INT64_MAX;
    double base = (double)pacer.marked + (double)pacer.stack_bytes + (double)pacer.root_bytes;
    double goal = (double)pacer.marked + base * pacer.percent / 100;
    double least = (double)MIN_HEAP * pacer.percent / 100;
    if (goal < least) goal = least;
    return goal > 1e18 ? INT64_MAX : (int64_t)goal;
}

/* The heap may take what the limit leaves beside everything else, less some room for error. */
static int64_t limit_goal(void) {
    if (pacer.limit == INT64_MAX) return INT64_MAX;
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    int64_t mapped = (int64_t)(n.reserved_in_use - n.released);
    int64_t in_heap = gm_live_bytes;
    int64_t spare = (int64_t)n.free - (int64_t)n.released;
    int64_t others = (int64_t)(n.mark_bytes + n.span_bytes + n.table_bytes + n.persistent_bytes);
    int64_t overhead = mapped + others - in_heap - spare;
    if (overhead < 0) overhead = 0;
    int64_t goal = pacer.limit - overhead;
    goal -= goal / 33; /* 3 % */
    return goal > (int64_t)pacer.marked ? goal : (int64_t)pacer.marked;
}

static void commit_locked(void) {
    int64_t goal = percent_goal(), limit = limit_goal();
    if (limit < goal) goal = limit;
    gm_goal_bytes = goal;
    __atomic_store_n(&gm_trigger_bytes, goal, __ATOMIC_RELAXED);
}

void gm_pacer_commit(void) {
    gm_mutex_lock(&pacer.lock);
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
}

void gm_pacer_cycle_done(uint64_t marked, uint64_t stack_bytes, uint64_t root_bytes) {
    gm_mutex_lock(&pacer.lock);
    pacer.marked = marked;
    pacer.stack_bytes = stack_bytes;
    pacer.root_bytes = root_bytes;
    gm_live_bytes = (int64_t)marked;
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
}

int gm_gc_set_percent(int percent) {
    gm_mutex_lock(&pacer.lock);
    int old = pacer.percent;
    pacer.percent = percent < 0 ? -1 : percent;
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
    return old;
}

int64_t gm_gc_set_memory_limit(int64_t limit) {
    gm_mutex_lock(&pacer.lock);
    int64_t old = pacer.limit;
    if (limit >= 0) pacer.limit = limit;
    commit_locked();
    gm_mutex_unlock(&pacer.lock);
    return old;
}
