/* free.c - objects given back by hand, as malloc's are: nanoseconds for an allocation with its free.
 * batches: a thousand small objects, then all of them back; random: a million of mixed sizes, back in random order;
 * replacement: of a million objects one at random makes place for a new one, of another size. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(GOLEM)
#include <golem.h>
static void start(void) {
    gm_init(0);
    gm_gc_set_percent(-1);
}
static void *take(size_t n) {
    return gm_alloc_noscan_raw(n);
}
static void give(void *p) {
    gm_free(p);
}
#elif defined(BOEHM)
#include <gc.h>
static void start(void) {
    GC_INIT();
    GC_disable();
}
static void *take(size_t n) {
    return GC_MALLOC_ATOMIC(n);
}
static void give(void *p) {
    GC_FREE(p);
}
#else
static void start(void) {}
static void *take(size_t n) {
    return malloc(n);
}
static void give(void *p) {
    free(p);
}
#endif

enum { BATCH = 1000, ROUNDS = 10000, LIVE = 1000000, REPLACED = 10000000 };
static void **live;
static uint64_t state = 88172645463325252u, sum;

static uint64_t rnd(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *fresh(size_t n) {
    uint64_t *p = take(n);
    *p = n;
    return p;
}

static void done(void *p) {
    sum += *(uint64_t *)p;
    give(p);
}

static void batches(void) {
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < BATCH; i++) live[i] = fresh(32);
        for (int i = 0; i < BATCH; i++) done(live[i]);
    }
}

static size_t mixed(void) {
    return 16 + rnd() % 240;
}

static void fill(void) {
    for (long i = 0; i < LIVE; i++) live[i] = fresh(mixed());
}

static void empty(void) {
    for (long i = 0; i < LIVE; i++) done(live[i]);
}

static void shuffle(void) {
    for (long i = LIVE - 1; i > 0; i--) {
        long k = (long)(rnd() % (uint64_t)(i + 1));
        void *p = live[i];
        live[i] = live[k];
        live[k] = p;
    }
}

static void replace(void) {
    for (long i = 0; i < REPLACED; i++) {
        void **at = &live[rnd() % LIVE];
        done(*at);
        *at = fresh(mixed());
    }
}

static double timed(void (*work)(void)) {
    double from = now();
    work();
    return now() - from;
}

int main(void) {
    start();
    live = malloc(LIVE * sizeof *live);
    printf("metric batches %.1f ns\n", timed(batches) / ROUNDS / BATCH);
    double random = 0;
    for (int r = 0; r < 5; r++) {
        random += timed(fill);
        shuffle();
        random += timed(empty);
    }
    printf("metric random %.1f ns\n", random / 5 / LIVE);
    fill();
    printf("metric replacement %.1f ns\n", timed(replace) / REPLACED);
    empty();
    printf("%llu\n", (unsigned long long)sum);
}
