/* Allocation by size, a thousand objects at a time that then die: by the collector, or given back with free. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined GOLEM
#include <golem.h>
#define ALLOC(n) gm_alloc_noscan_raw(n)
#define FREE(p)  ((void)(p))
#elif defined BOEHM
#include <gc.h>
#define ALLOC(n) GC_MALLOC_ATOMIC(n)
#define FREE(p)  ((void)(p))
#else
#define ALLOC(n) malloc(n)
#define FREE(p)  free(p)
#endif

enum { BATCH = 1000 };
static void *held[BATCH];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(size_t size) {
    long rounds = (1L << 30) / BATCH / (long)(size + 128);
    double from = now();
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < BATCH; i++) {
            held[i] = ALLOC(size);
            *(char *)held[i] = 1;
        }
        for (int i = 0; i < BATCH; i++) FREE(held[i]);
    }
    printf("metric size%zu %f ns\n", size, (now() - from) / (double)(rounds * BATCH));
}

int main(void) {
#if defined GOLEM
    gm_init(0);
    gm_register_roots_conservative(held, sizeof held);
#elif defined BOEHM
    GC_INIT();
#endif
    for (size_t size = 16; size <= 4096; size *= 2) measure(size);
    return 0;
}
