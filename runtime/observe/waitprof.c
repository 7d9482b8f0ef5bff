/* waitprof.c - where goroutines wait for each other, and where they let others wait.
 *
 * Blocking is counted where a goroutine waited, for a channel, a mutex or the like; contention where a mutex was released
 * for which others waited. Of short waits only some are recorded, with the weight of those that are not: a wait of ns
 * nanoseconds is recorded with the probability ns / rate, and then counts as rate / ns waits that took as long
 * together as rate; one that is longer than the rate is always recorded. Of mutexes one event in so many is.
 */
#include "observe/waitprof.h"

#include "sched/sched.h"
#include "sched/waitwatch.h"

typedef struct event {
    enum gm_profile_kind kind;
    double count, ns;
} event;

static void record(void *arg) {
    const event *e = arg;
    gm_bucket *b = gm_bucket_here(e->kind, 0, NULL);
    gm_spin_lock(&b->lock);
    b->count += e->count;
    b->ns += e->ns;
    gm_spin_unlock(&b->lock);
}

static void waited(int64_t ns) {
    int64_t rate = __atomic_load_n(&gm_waits.block_rate, __ATOMIC_RELAXED);
    if (ns < 1) ns = 1;
    bool is_short = ns < rate;
    if (rate <= 0 || (is_short && (int64_t)(gm_fastrand64() % (uint64_t)rate) >= ns)) return;
    event e = {.kind = GM_PROFILE_BLOCK,
               .count = is_short ? (double)rate / (double)ns : 1,
               .ns = (double)(is_short ? rate : ns)};
    gm_systemstack(record, &e);
}

static void let_wait(int64_t ns) {
    double rate = (double)__atomic_load_n(&gm_waits.mutex_rate, __ATOMIC_RELAXED);
    event e = {.kind = GM_PROFILE_MUTEX, .count = rate, .ns = rate * (double)ns};
    gm_systemstack(record, &e);
}

void gm_block_profile_rate(int64_t ns) {
    gm_waits.waited = waited;
    __atomic_store_n(&gm_waits.block_rate, ns > 0 ? ns : 0, __ATOMIC_RELEASE);
}

int64_t gm_mutex_profile_fraction(int64_t n) {
    if (n < 0) return __atomic_load_n(&gm_waits.mutex_rate, __ATOMIC_RELAXED);
    gm_waits.let_wait = let_wait;
    return __atomic_exchange_n(&gm_waits.mutex_rate, n, __ATOMIC_RELEASE);
}

gm_wait_counts gm_wait_profile_read(gm_bucket *b) {
    gm_spin_lock(&b->lock);
    gm_wait_counts c = {(int64_t)b->count, (int64_t)b->ns};
    gm_spin_unlock(&b->lock);
    return c;
}
