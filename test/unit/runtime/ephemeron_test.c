/* ephemeron_test.c - ephemerons in tables and chains, beside the collector; who is told of cycles; regions in which none
 * begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <golem.h>

#include "child.h"
#include "scrub.h"

typedef struct node {
    struct node *next;
    long value;
} node;
GM_DEFINE_TYPE(node_type, node, next);

enum { N = 20000 };
static gm_ephemeron **pairs;
static node **keys;

static node *make(long value) {
    node *n = gm_new(&node_type);
    n->value = value;
    return n;
}

static void collect(void) {
    scrub_stack();
    gm_gc();
    for (long i = 0; i < 20000; i++) {
        node *x = make(-1);
        __asm__ volatile("" : : "r"(x));
    }
}

/* Every second key is kept. Values lead back to their keys, and keep no more than those do. */
static __attribute__((noinline)) void fill(void) {
    gm_store(&pairs, (gm_ephemeron **)gm_newarray(&gm_pointer_type, N));
    gm_store(&keys, (node **)gm_newarray(&gm_pointer_type, N));
    for (long i = 0; i < N; i++) {
        node *key = make(i), *value = make(~i);
        value->next = key;
        gm_store(&pairs[i], gm_ephemeron_new(key, value));
        if (i % 2) gm_store(&keys[i], key);
    }
}

static void values_live_through_keys(void **state) {
    (void)state;
    fill();
    for (int round = 0; round < 3; round++) {
        collect();
        long left = 0;
        for (long i = 0; i < N; i++) {
            node *value = gm_ephemeron_value(pairs[i]);
            if (i % 2) {
                assert_ptr_equal(gm_ephemeron_key(pairs[i]), keys[i]);
                assert_int_equal(value->value, ~i);
                assert_ptr_equal(value->next, keys[i]);
            } else {
                left += value != NULL;
                if (value) assert_int_equal(value->value, ~i);
            }
        }
        assert_true(left <= 20); /* words left on the stack */
    }
    gm_store(&keys, NULL);
    collect();
    long left = 0;
    for (long i = 0; i < N; i++) left += gm_ephemeron_value(pairs[i]) != NULL;
    assert_true(left <= 20);
}

/* Each value is the key of the next, in an order that is the worst for looking at all of them again and again. */
static node *chain;
static __attribute__((noinline)) void make_chain(void) {
    gm_store(&pairs, (gm_ephemeron **)gm_newarray(&gm_pointer_type, N));
    node *key = make(N);
    for (long i = N - 1; i >= 0; i--) {
        node *before = make(i);
        gm_store(&pairs[N - 1 - i], gm_ephemeron_new(before, key));
        key = before;
    }
    gm_store(&chain, key);
}

static void chains_are_followed(void **state) {
    (void)state;
    make_chain();
    for (int round = 0; round < 3; round++) {
        collect();
        for (long i = 0; i < N; i++) {
            assert_int_equal(((node *)gm_ephemeron_key(pairs[i]))->value, N - 1 - i);
            assert_int_equal(((node *)gm_ephemeron_value(pairs[i]))->value, N - i);
        }
    }
    gm_store(&chain, NULL);
    collect();
    long left = 0;
    for (long i = 0; i < N; i++) left += gm_ephemeron_value(pairs[i]) != NULL;
    /* One word on the stack may hold the rest of the chain, but not the beginning. */
    assert_null(gm_ephemeron_value(pairs[N - 1]));
    assert_true(left < N);
}

/* A table that is dropped lets go of the values, whatever its keys do. */
static gm_weak *weak[100];
static __attribute__((noinline)) void make_dropped(void) {
    gm_store(&keys, (node **)gm_newarray(&gm_pointer_type, 100));
    for (int i = 0; i < 100; i++) {
        gm_store(&keys[i], make(i));
        node *value = make(i);
        weak[i] = gm_weak_make(value);
        gm_ephemeron_new(keys[i], value);
    }
}

static void dropped_ephemerons_let_go(void **state) {
    (void)state;
    SKIP_EXACT_COUNTS();
    gm_register_roots(weak, &gm_pointer_type, 100);
    make_dropped();
    collect();
    int kept = 0;
    for (int i = 0; i < 100; i++) kept += gm_weak_get(weak[i]) != NULL;
    assert_true(kept < 20);
}

static long foreign;
static void keys_outside_the_heap_live(void **state) {
    (void)state;
    gm_store(&pairs, (gm_ephemeron **)gm_newarray(&gm_pointer_type, 2));
    gm_store(&pairs[0], gm_ephemeron_new(&foreign, make(4)));
    gm_store(&pairs[1], gm_ephemeron_new(NULL, make(5)));
    collect();
    assert_int_equal(((node *)gm_ephemeron_value(pairs[0]))->value, 4);
    assert_null(gm_ephemeron_value(pairs[1]));
    gm_ephemeron_set(pairs[0], make(6));
    collect();
    assert_int_equal(((node *)gm_ephemeron_value(pairs[0]))->value, 6);
}

/* Two threads look up, replace and drop, while the collector marks. What is found is what was put there. */
enum { SLOTS = 512, STEPS = 150000 };
static gm_ephemeron **table;
static node **strong;

static void *use(void *arg) {
    uint64_t rand = (uintptr_t)arg + 1;
    long bad = 0;
    if (!gm_attach_thread()) return (void *)1;
    for (long i = 0; i < STEPS; i++) {
        rand = rand * 6364136223846793005u + 1442695040888963407u;
        uint32_t at = (rand >> 33) % SLOTS;
        gm_ephemeron *e = gm_load(&table[at]);
        node *value = e ? gm_ephemeron_value(e) : NULL;
        if (value) bad += value->value != ~(long)at || value->next->value != (long)at;
        if (rand >> 62) continue;
        node *key = make(at), *fresh = make(~(long)at);
        fresh->next = key;
        gm_store(&table[at], gm_ephemeron_new(key, fresh));
        if (i % 3 == 0) gm_store(&strong[at], key);
    }
    gm_detach_thread();
    return (void *)bad;
}

static void tables_are_used_while_marking(void **state) {
    (void)state;
    gm_register_roots(&table, &gm_pointer_type, 1);
    gm_register_roots(&strong, &gm_pointer_type, 1);
    gm_store(&table, (gm_ephemeron **)gm_newarray(&gm_pointer_type, SLOTS));
    gm_store(&strong, (node **)gm_newarray(&gm_pointer_type, SLOTS));
    pthread_t t[2];
    for (uintptr_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&t[i], NULL, use, (void *)i), 0);
    for (int i = 0; i < 30; i++) gm_gc();
    gm_block_enter();
    void *bad[2];
    for (int i = 0; i < 2; i++) pthread_join(t[i], &bad[i]);
    gm_block_leave();
    assert_null(bad[0]);
    assert_null(bad[1]);
}

/* --- told of cycles --- */

static long begun, ended;
static void listen(enum gm_cycle_event event, void *arg) {
    __atomic_fetch_add(event == GM_CYCLE_BEGINS ? &begun : &ended, (long)(uintptr_t)arg,
                       __ATOMIC_SEQ_CST);
}

static void listeners_hear_both_ends(void **state) {
    (void)state;
    gm_on_cycle(listen, (void *)1);
    gm_on_cycle(listen, (void *)100);
    for (int i = 0; i < 3; i++) gm_gc();
    assert_true(gm_off_cycle(listen, (void *)100));
    assert_false(gm_off_cycle(listen, (void *)100));
    long b = __atomic_load_n(&begun, __ATOMIC_SEQ_CST);
    assert_true(b >= 303 && __atomic_load_n(&ended, __ATOMIC_SEQ_CST) >= 303);
    gm_gc();
    assert_true(__atomic_load_n(&begun, __ATOMIC_SEQ_CST) - b < 100);
    assert_true(gm_off_cycle(listen, (void *)1));
}

/* --- regions without cycles --- */

static uint32_t cycles(void) {
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    return st.num_gc;
}

static void no_cycle_begins_in_a_region(void **state) {
    (void)state;
    gm_no_cycle_enter();
    gm_no_cycle_enter();
    gm_no_cycle_leave();
    collect(); /* one that is under way may end */
    uint32_t before = cycles();
    for (long i = 0; i < 1000000; i++) {
        node *x = make(i);
        __asm__ volatile("" : : "r"(x));
    }
    gm_gc();
    assert_true(cycles() - before <= 1);
    before = cycles();
    gm_gc();
    assert_int_equal(cycles(), before);
    gm_no_cycle_leave();
    gm_gc();
    assert_true(cycles() > before);
}

static void *ends_inside(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) abort();
    gm_no_cycle_enter();
    return NULL;
}

static void a_thread_that_ends_leaves_its_region(void **state) {
    (void)state;
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, ends_inside, NULL), 0);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    uint32_t before = cycles();
    gm_gc();
    assert_true(cycles() > before);
}

static int leave_too_often(void) {
    if (gm_init(0)) gm_no_cycle_leave();
    return 1;
}

static void leaving_too_often_is_named(void **state) {
    (void)state;
    assert_int_equal(in_child(leave_too_often), 2);
    assert_non_null(strstr(child_text, "gm_no_cycle_leave: not in a region"));
}

int main(void) {
    const struct CMUnitTest before[] = {cmocka_unit_test(leaving_too_often_is_named)};
    int failed = cmocka_run_group_tests(before, NULL, NULL); /* before gm_init: it forks */
    if (!gm_init(0)) return 1;
    gm_register_roots(&pairs, &gm_pointer_type, 1);
    gm_register_roots(&keys, &gm_pointer_type, 1);
    gm_register_roots(&chain, &gm_pointer_type, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_live_through_keys),
        cmocka_unit_test(chains_are_followed),
        cmocka_unit_test(dropped_ephemerons_let_go),
        cmocka_unit_test(keys_outside_the_heap_live),
        cmocka_unit_test(tables_are_used_while_marking),
        cmocka_unit_test(listeners_hear_both_ends),
        cmocka_unit_test(no_cycle_begins_in_a_region),
        cmocka_unit_test(a_thread_that_ends_leaves_its_region),
    };
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
