/* roots_test.c - registered memory: every word of a table that is marked in parts counts, up to the last;
 * what was withdrawn counts no more; places are used again; and it may come and go while a collection marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <golem.h>

#include "gc/marker.h"

typedef struct node {
    struct node *next;
    long value;
} node;
GM_DEFINE_TYPE(node_type, node, next);

enum { WORDS = 3 * GM_OBLET_WORDS + 5, WATCHED = 8 };
static const int place[WATCHED] = {0,
                                   1,
                                   GM_OBLET_WORDS - 1,
                                   GM_OBLET_WORDS,
                                   GM_OBLET_WORDS + 1,
                                   2 * GM_OBLET_WORDS - 1,
                                   3 * GM_OBLET_WORDS,
                                   WORDS - 1};
static void *table[WORDS];
static gm_weak *watch[WATCHED];

static __attribute__((noinline)) void scrub_stack(void) {
    volatile char junk[16384];
    for (size_t i = 0; i < sizeof junk; i++) junk[i] = 0;
}

static __attribute__((noinline)) void fill(void) {
    for (int i = 0; i < WATCHED; i++) {
        node *n = gm_new(&node_type);
        n->value = i;
        gm_store(&table[place[i]], (void *)n);
        gm_store(&watch[i], gm_weak_make(n));
    }
}

static __attribute__((noinline)) int alive(void) {
    int n = 0;
    for (int i = 0; i < WATCHED; i++) n += gm_weak_get(watch[i]) != NULL;
    return n;
}

static int alive_after_gc(void) {
    scrub_stack();
    gm_gc();
    int n = alive();
    scrub_stack();
    return n;
}

static void every_part_counts(void **state) {
    (void)state;
    for (int round = 0; round < 3; round++) {
        gm_register_roots(table, &gm_pointer_type, WORDS);
        fill();
        assert_int_equal(alive_after_gc(), WATCHED);
        gm_unregister_roots(table);
        assert_int_equal(alive_after_gc(), 0);
    }
}

static void every_conservative_part_counts(void **state) {
    (void)state;
    gm_register_roots_conservative(table, sizeof table);
    fill();
    assert_int_equal(alive_after_gc(), WATCHED);
    gm_unregister_roots(table);
    assert_int_equal(alive_after_gc(), 0);
}

static void one_withdrawal_ends_all_of_an_address(void **state) {
    (void)state;
    gm_register_roots(table, &gm_pointer_type, 2);
    gm_register_roots(table, &gm_pointer_type, WORDS);
    gm_unregister_roots(&table[1]); /* was never registered */
    fill();
    assert_int_equal(alive_after_gc(), WATCHED);
    gm_unregister_roots(table);
    assert_int_equal(alive_after_gc(), 0);
    gm_unregister_roots(table);
}

/* Neighbours of a place that is used again stay what they are. */
static void places_are_used_again(void **state) {
    (void)state;
    enum { N = 20000 };
    static void *cells[N];
    for (int i = 0; i < N; i++) gm_register_roots(&cells[i], &gm_pointer_type, 1);
    for (int i = 0; i < N; i += 2) gm_unregister_roots(&cells[i]);
    for (int i = 0; i < N; i++) {
        node *n = gm_new(&node_type);
        n->value = i;
        gm_store(&cells[i], (void *)n);
    }
    for (int i = 0; i < N; i += 4) gm_register_roots(&cells[i], &gm_pointer_type, 1);
    gm_gc();
    for (int i = 0; i < N; i++) {
        if (i % 2 == 0 && i % 4 != 0) continue;
        node *n = gm_load((node **)&cells[i]);
        assert_ptr_equal(gm_find_object(n, NULL), n);
        assert_int_equal(n->value, i);
    }
    for (int i = 0; i < N; i++) gm_unregister_roots(&cells[i]);
}

/* A value moves from one piece of registered memory to the next while collections mark. */
static void roots_come_and_go_while_marking(void **state) {
    (void)state;
    static void *cell[64];
    gm_register_roots(&cell[0], &gm_pointer_type, 1);
    node *first = gm_new(&node_type);
    first->value = 4711;
    gm_store(&cell[0], (void *)first);
    for (int i = 0; i < 200000; i++) {
        int from = i % 64, to = (i + 1) % 64;
        gm_register_roots(&cell[to], &gm_pointer_type, 1);
        gm_store(&cell[to], cell[from]);
        gm_unregister_roots(&cell[from]);
        cell[from] = NULL;
        for (int k = 0; k < 20; k++) gm_new(&node_type);
        if (((node *)cell[to])->value != 4711) fail_msg("lost in round %d", i);
    }
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    assert_true(st.num_gc > 5);
}

int main(void) {
    if (!gm_init(0)) return 1;
    gm_register_roots(watch, &gm_pointer_type, WATCHED);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(every_conservative_part_counts),
        cmocka_unit_test(one_withdrawal_ends_all_of_an_address),
        cmocka_unit_test(places_are_used_again),
        cmocka_unit_test(roots_come_and_go_while_marking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
