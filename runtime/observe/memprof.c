/* memprof.c - the profile of the heap: which calls allocated what, and what of it is still there.
 *
 * The heap hands over a sample now and then (heap.h). Its call stack's bucket counts it, and a record on the object
 * (gc/special.c) has the bucket count it again when the object is found dead.
 *
 * Frees are found out by sweeping, long after the object died, while allocations are known at once. A picture
 * of both would show garbage as if it were in use, the more the later in a cycle. So nothing is shown before the collection
 * that follows it has been swept: what is allocated before the marking of cycle c+1 ends, and what the sweep after it
 * finds dead, come into sight together, when the next marking ends (or as soon as all is swept). There are three sets of counters
 * that come up one after the other: of the number c of collections that have ended, allocations count into c+2, frees
 * into c+1, and c is added to what is shown.
 *
 * All counters are changed by atomic operations.
 */
#include "observe/memprof.h"

#include "gc/cycle.h"
#include "gc/special.h"
#include "gc/sweep.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "sched/world.h"

static void count(uint64_t *n) {
    __atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}

/* The set that comes up after so many more collections. */
static unsigned set_after(unsigned collections) {
    return (__atomic_load_n(&gm_sweep_gen, __ATOMIC_RELAXED) / 2 + collections) % 3;
}

static void on_free(void *bucket) {
    count(&((gm_bucket *)bucket)->coming[set_after(1)].frees);
}

static void on_sample(void *obj, size_t size, const gm_type *type) {
    gm_bucket *b = gm_bucket_here(GM_PROFILE_MEMORY, size, type);
    count(&b->coming[set_after(2)].allocs);
    gm_special_sample(obj, on_free, b);
}

/* --- bringing up --- */

static void move(uint64_t *to, uint64_t *from) {
    __atomic_fetch_add(to, __atomic_exchange_n(from, 0, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
}

static void show(unsigned set) {
    for (gm_bucket *b = gm_buckets(GM_PROFILE_MEMORY); b; b = b->next) {
        move(&b->shown.allocs, &b->coming[set].allocs);
        move(&b->shown.frees, &b->coming[set].frees);
    }
}

static bool nothing_shown(void) {
    for (gm_bucket *b = gm_buckets(GM_PROFILE_MEMORY); b; b = b->next)
        if (__atomic_load_n(&b->shown.allocs, __ATOMIC_RELAXED)) return false;
    return true;
}

void gm_mem_profile_flush(void) {
    show(set_after(0));
    if (gm_sweep_done()) show(set_after(1));
    if (!nothing_shown()) return;
    for (unsigned set = 0; set < 3; set++) show(set);
}

static void on_cycle(enum gm_cycle_event event, void *arg) {
    (void)arg;
    if (event == GM_CYCLE_ENDS) show(set_after(0));
}

gm_mem_counts gm_mem_profile_read(const gm_bucket *b) {
    /* frees first: never more than allocations */
    uint64_t frees = __atomic_load_n(&b->shown.frees, __ATOMIC_ACQUIRE);
    return (gm_mem_counts){__atomic_load_n(&b->shown.allocs, __ATOMIC_RELAXED), frees};
}

/* --- the rate --- */

void gm_mem_profile_begin(const int64_t *rate) {
    gm_on_cycle(on_cycle, NULL);
    gm_heap_sample(rate, on_sample);
}

static void flush(gm_mcache *c, void *arg) {
    (void)arg;
    gm_mcache_flush(c);
}

static void flush_all(void *arg) {
    (void)arg;
    gm_world_stop("heap profile's rate");
    gm_each_mcache(flush, NULL);
    gm_world_start();
}

void gm_mem_profile_rate_changed(void) {
    gm_systemstack(flush_all, NULL);
}
