/* mutators_test.c - random graph mutators on several threads, on the real scheduler.
 *
 * Every object carries a checksum over its identity; a thread walks random paths through the shared
 * graph, verifies what it meets, makes new objects, relinks old ones, moves pointers through its
 * stack only, and drops roots. An object that was freed while reachable is met with a wrong
 * checksum sooner or later (freed memory is overwritten: GODEBUG=clobberfree=1).
 *
 * MUTATORS_SECONDS makes it run longer.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gc/gc.h"
#include "heap/heap.h"
#include "os/os.h"
#include "sched/sched.h"

enum { ROOTS = 256, THREADS = 3, KINDS = 5 };

typedef struct object {
    uint64_t id, check;
    uint32_t nlinks, kind;
    struct object *link[];
} object;

static const int links_of[KINDS] = {1, 2, 5, 40, 600};
static uint8_t bits[(3 + 600) / 8 + 8];
static gm_type types[KINDS];
static const uint8_t one[] = {1};
static const gm_type ptr_type = {.size = 8, .ptrdata = 8, .kind = GM_POINTER, .gcdata = one};
static object *roots[ROOTS];
static int64_t stop_at;
static uint32_t damaged;
static uint64_t total_steps;

static void make_types(void) {
    memset(bits, 0xff, sizeof bits);
    bits[0] = 0xf8; /* words 0 to 2 are numbers */
    for (int k = 0; k < KINDS; k++) {
        size_t size = sizeof(object) + (size_t)links_of[k] * 8;
        types[k] = (gm_type){.size = size, .ptrdata = size, .kind = GM_STRUCT, .gcdata = bits};
    }
}

static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t check_of(const object *o) {
    return (o->id * 0x9E3779B97F4A7C15u) ^ ((uint64_t)o->nlinks << 32 | o->kind);
}

static void store(object **slot, object *value) {
    if (__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED)) gm_wb_slot(slot, value);
    __atomic_store_n(slot, value, __ATOMIC_RELEASE);
}

static object *load(object **slot) {
    return __atomic_load_n(slot, __ATOMIC_ACQUIRE);
}

static object *make(uint64_t *r) {
    int kind = next(r) % 64 ? (int)(next(r) % 3) : (int)(next(r) % KINDS);
    object *o = gm_new(&types[kind]);
    o->id = next(r);
    o->nlinks = (uint32_t)links_of[kind];
    o->kind = (uint32_t)kind;
    o->check = check_of(o);
    return o;
}

static bool intact(const object *o) {
    if (o->check == check_of(o)) return true;
    if (__atomic_fetch_add(&damaged, 1, __ATOMIC_RELAXED) < 5)
        fprintf(stderr, "object %p is damaged: id %llx check %llx\n", (const void *)o,
                (unsigned long long)o->id, (unsigned long long)o->check);
    return false;
}

static object *walk(object *o, uint64_t *r, int steps) {
    while (o && steps-- > 0) {
        if (!intact(o)) return NULL;
        object *n = load(&o->link[next(r) % o->nlinks]);
        if (!n) break;
        o = n;
    }
    return o && intact(o) ? o : NULL;
}

/* Takes a pointer out of the graph, holds it on the stack only, allocates, and puts it elsewhere.
 */
static void move_link(object *from, object *to, uint64_t *r) {
    object **slot = &from->link[next(r) % from->nlinks];
    object *held = load(slot);
    store(slot, NULL);
    for (int i = 0; i < 3; i++) make(r);
    if (held && intact(held)) store(&to->link[next(r) % to->nlinks], held);
}

static void step(uint64_t *r) {
    object *a = walk(load(&roots[next(r) % ROOTS]), r, (int)(next(r) % 20));
    object *b = walk(load(&roots[next(r) % ROOTS]), r, (int)(next(r) % 20));
    object *fresh = make(r);
    if (a) fresh->link[next(r) % fresh->nlinks] = a;
    switch (next(r) % 8) {
    case 0: store(&roots[next(r) % ROOTS], fresh); break;
    case 1: store(&roots[next(r) % ROOTS], next(r) % 4 ? b : NULL); break;
    case 2:
    case 3:
        if (a && b) move_link(a, b, r);
        break;
    default:
        if (b) store(&b->link[next(r) % b->nlinks], fresh);
        break;
    }
    /* From time to time nearly all of it becomes garbage. */
    if (next(r) % 20000 == 0)
        for (int i = 0; i < ROOTS; i++) store(&roots[i], NULL);
    if (next(r) % 64 == 0) gm_alloc_noscan(next(r) % 5000);
    if (next(r) % 4096 == 0) gm_newarray(&ptr_type, (intptr_t)(next(r) % 20000));
}

static void *mutate(void *arg) {
    uint64_t r = 0x1234567 + 77777 * (uint64_t)(uintptr_t)arg;
    if (!gm_attach_thread()) abort();
    uint64_t n = 0;
    while (gm_os_nanotime() < stop_at && !damaged) {
        for (int i = 0; i < 200; i++) step(&r);
        n += 200;
        gm_safepoint();
    }
    __atomic_fetch_add(&total_steps, n, __ATOMIC_RELAXED);
    gm_detach_thread();
    return NULL;
}

static void threads_share_a_graph(void **state) {
    (void)state;
    const char *s = getenv("MUTATORS_SECONDS");
    stop_at = gm_os_nanotime() + (s ? atoi(s) : 2) * (int64_t)1000000000;
    pthread_t t[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, mutate, (void *)i);
    gm_block_enter();
    for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
    gm_block_leave();
    assert_int_equal(damaged, 0);
    gm_gc();
    uint64_t r = 99;
    for (int i = 0; i < 20000; i++) walk(roots[i % ROOTS], &r, 100);
    assert_int_equal(damaged, 0);
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    printf("%llu steps, %u collections, %llu objects live\n", (unsigned long long)total_steps,
           st.num_gc, (unsigned long long)st.heap_objects);
    assert_true(st.num_gc > 1);
}

int main(void) {
    setenv("GODEBUG", "clobberfree=1", 0);
    setenv("GOGC", "10", 0); /* many cycles: the epochs come round */
    make_types();
    gm_heap_init();
    gm_gc_init();
    gm_sched_init();
    gm_gc_start_background();
    gm_register_roots(roots, &ptr_type, ROOTS);
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_share_a_graph)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
