/* stops.c - how long everybody stands still where much must be searched conservatively: a stack of 200,000 frames (45 MB), each with
 * an object, as it is first met and later; a thousand threads that wait in blocking regions. Boehm marks while the program
 * stands, so there it is the time of a collection. NOT_FOR_MALLOC. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 200000, DEEP_STACK = 256 << 20, THREADS = 1000, SMALL_STACK = 64 << 10, TIMES = 9 };

#if defined(GOLEM)
#include <golem.h>
static void start(void) {
    gm_init(0);
}
static void *new_object(void) {
    return gm_alloc_noscan(16);
}
static double collect(void) {
    gm_gc();
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    return (double)st.pause_ns[(st.num_gc + 255) % 256];
}
static void attach(void) {
    if (!gm_attach_thread()) abort();
}
static void region(void *(*fn)(void *), void *arg) {
    gm_block_enter();
    fn(arg);
    gm_block_leave();
}
#else
#define GC_THREADS
#include <gc.h>
static void start(void) {
    GC_INIT();
    GC_disable();
}
static void *new_object(void) {
    return GC_MALLOC_ATOMIC(16);
}
static double collect(void) {
    struct timespec from, to;
    GC_enable();
    clock_gettime(CLOCK_MONOTONIC, &from);
    GC_gcollect();
    clock_gettime(CLOCK_MONOTONIC, &to);
    GC_disable();
    return (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
}
static void attach(void) {}
static void region(void *(*fn)(void *), void *arg) {
    fn(arg);
}
#endif

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(void) {
    double t[TIMES];
    for (int i = 0; i < TIMES; i++) t[i] = collect();
    qsort(t, TIMES, sizeof *t, compare);
    return t[TIMES / 2];
}

/* --- a deep stack --- */

static double first, later;

static __attribute__((noinline)) void measure(void) {
    first = collect();
    later = median();
}

static __attribute__((noinline)) void deep(long frames) {
    void *object = new_object();
    volatile char room[200];
    room[0] = 1;
    if (frames)
        deep(frames - 1);
    else
        measure();
    __asm__ volatile("" : : "r"(object), "r"(room[0]));
}

static void *on_deep_stack(void *arg) {
    attach();
    deep(FRAMES);
    return arg;
}

/* --- many threads --- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t all_wait;

static void *wait_at_gate(void *arg) {
    pthread_barrier_wait(&all_wait);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return arg;
}

static void *waits(void *arg) {
    attach();
    region(wait_at_gate, arg);
    return arg;
}

static void *join(void *thread) {
    pthread_join(*(pthread_t *)thread, NULL);
    return NULL;
}

static pthread_t begin(void *(*fn)(void *), size_t stack) {
    pthread_t t;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, stack);
    if (pthread_create(&t, &attr, fn, NULL) != 0) abort();
    return t;
}

static void *meet(void *arg) {
    pthread_barrier_wait(&all_wait);
    return arg;
}

int main(void) {
    static pthread_t threads[THREADS];
    start();
    pthread_t t = begin(on_deep_stack, DEEP_STACK);
    region(join, &t);
    printf("metric deep_first %.2f ms\nmetric deep %.2f ms\n", first / 1e6, later / 1e6);
    pthread_barrier_init(&all_wait, NULL, THREADS + 1);
    pthread_mutex_lock(&gate);
    for (int i = 0; i < THREADS; i++) threads[i] = begin(waits, SMALL_STACK);
    region(meet, NULL);
    printf("metric threads %.3f ms\n", median() / 1e6);
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < THREADS; i++) region(join, &threads[i]);
}
