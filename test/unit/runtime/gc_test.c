/* gc_test.c - the collector on one thread: what is reachable survives intact, what is not is freed,
 * finalizers and their order, cleanups, weak pointers, roots, statistics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "heap/span.h"
#include "world_double.h"
#include "scrub.h"

static uint64_t rng_state = 88172645463325252u;
static uint64_t rng(void) {
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

/* A node with its own checksum; pointers at words 0, 1 and 4. */
typedef struct node {
    struct node *left, *right;
    uint64_t value, check;
    struct node *other;
} node;
static const uint8_t node_bits[] = {0x13};
static const gm_type node_type = {
    .size = sizeof(node), .ptrdata = sizeof(node), .kind = GM_STRUCT, .gcdata = node_bits};
static const uint8_t word_bits[] = {1};
static const gm_type ptr_type = {.size = 8, .ptrdata = 8, .kind = GM_POINTER, .gcdata = word_bits};

static void *root[64];

static node *make_node(node *l, node *r) {
    node *n = gm_new(&node_type);
    *n = (node){l, r, rng(), 0, NULL};
    n->check = ~n->value;
    return n;
}

static node *make_tree(int depth) {
    if (depth == 0) return make_node(NULL, NULL);
    node *l = make_tree(depth - 1);
    node *n = make_node(l, make_tree(depth - 1));
    n->other = l;
    return n;
}

static size_t check_tree(const node *n) {
    if (!n) return 0;
    if (n->check != ~n->value) fail_msg("node %p is damaged", (const void *)n);
    return 1 + check_tree(n->left) + check_tree(n->right);
}

static void collect(void) {
    scrub_stack();
    gm_gc();
}

static uint64_t live_objects(void) {
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    return st.heap_objects;
}

static __attribute__((noinline)) void build(int slot, int depth) {
    root[slot] = make_tree(depth);
}

static void reachable_survives(void **state) {
    (void)state;
    collect();
    uint64_t before = live_objects();
    build(0, 14);
    for (int i = 0; i < 3; i++) {
        collect();
        assert_int_equal(check_tree(root[0]), (1 << 15) - 1);
        uint64_t n = live_objects() - before;
        assert_in_range(n, (1 << 15) - 1, (1 << 15) + 50);
    }
    root[0] = NULL;
    collect();
    assert_true(live_objects() < before + 1000);
}

static void garbage_is_reused(void **state) {
    (void)state;
    build(1, 10);
    for (int i = 0; i < 400; i++) build(2, 10);
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    assert_true(st.num_gc > 2);
    assert_true(st.heap_sys < 64 << 20);
    assert_int_equal(check_tree(root[1]), 2047);
    root[1] = root[2] = NULL;
}

/* More cycles than there are epochs. */
static void epochs_come_round(void **state) {
    (void)state;
    build(3, 6);
    for (int i = 0; i < 2 * GM_EPOCH_MAX + 7; i++) {
        build(4, 4);
        collect();
        if (check_tree(root[3]) != 127 || check_tree(root[4]) != 31) fail();
    }
    root[3] = root[4] = NULL;
}

static void large_objects_are_traced(void **state) {
    (void)state;
    enum { N = 200000 };
    node **big = gm_newarray(&ptr_type, N);
    root[5] = big;
    for (int i = 0; i < N; i += 37) big[i] = make_node(NULL, NULL);
    char *raw = gm_alloc_noscan(1 << 20);
    root[6] = raw + 4096; /* an interior pointer keeps the whole */
    memset(raw, 7, 1 << 20);
    collect();
    big = root[5];
    for (int i = 0; i < N; i++) assert_int_equal(check_tree(big[i]), i % 37 == 0);
    assert_int_equal(raw[(1 << 20) - 1], 7);
    root[5] = root[6] = NULL;
}

/* Sizes and patterns of every kind: short masks, long bitmaps, mixed spans, large arrays. */
/* Arrays of some megabytes, whose elements lie across the words and parts in which they are looked at. */
static __attribute__((noinline)) void build_wide(size_t n) {
    node *all = gm_newarray(&node_type, (intptr_t)n);
    for (size_t i = 0; i < n; i++)
        all[i] = (node){make_node(NULL, NULL), make_node(NULL, NULL), i, ~i, make_node(NULL, NULL)};
    root[0] = all;
}

static void wide_arrays_are_traced(void **state) {
    (void)state;
    enum { N = 100000 };
    build_wide(N);
    collect();
    build(1, 10); /* takes what was wrongly freed */
    const node *all = root[0];
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(check_tree(&all[i]), 3);
        assert_int_equal(check_tree(all[i].other), 1);
    }
    root[0] = root[1] = NULL;
}

static void every_kind_of_shape_is_traced(void **state) {
    (void)state;
    static uint8_t bits[4096 / 8];
    for (size_t i = 0; i < sizeof bits; i++) bits[i] = 0x91;
    static gm_type types[20];
    for (int i = 0; i < 20; i++) {
        size_t words = 1 + (size_t)i * i * 9;
        types[i] =
            (gm_type){.size = words * 8, .ptrdata = words * 8, .kind = GM_STRUCT, .gcdata = bits};
    }
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 20; i++) {
            void **p = root[10 + i] = i % 3 ? gm_new(&types[i]) : gm_newarray(&types[i], 3);
            size_t words = types[i].size / 8, n = i % 3 ? 1 : 3;
            for (size_t k = 0; k < n * words; k++)
                if (bits[k % words / 8] >> (k % words & 7) & 1) p[k] = make_node(NULL, NULL);
        }
        collect();
        build(2, 8);
        for (int i = 0; i < 20; i++) {
            void **p = root[10 + i];
            size_t words = types[i].size / 8, n = i % 3 ? 1 : 3;
            for (size_t k = 0; k < n * words; k++)
                if (bits[k % words / 8] >> (k % words & 7) & 1)
                    assert_int_equal(check_tree(p[k]), 1);
        }
    }
    memset(root + 10, 0, 20 * sizeof *root);
}

static void conservative_memory_is_traced(void **state) {
    (void)state;
    void **p = root[7] = gm_alloc_conservative(400);
    for (int i = 0; i < 50; i++)
        p[i] = i % 2 ? (void *)((char *)make_node(NULL, NULL) + 9) : (void *)(uintptr_t)rng();
    collect();
    build(2, 8);
    for (int i = 1; i < 50; i += 2) check_tree((node *)((char *)p[i] - 9));
    static void *extra[4];
    gm_register_roots_conservative(extra, sizeof extra);
    extra[2] = make_tree(5);
    collect();
    build(2, 8);
    assert_int_equal(check_tree(extra[2]), 63);
    gm_unregister_roots(extra);
    root[7] = NULL;
}

/* --- finalizers --- */

static int ran[32], nran;
static void note_run(void *obj, void *arg) {
    (void)obj;
    ran[nran++ % 32] = (int)(intptr_t)arg;
}
static void revive(void *obj, void *arg) {
    ran[nran++ % 32] = (int)(intptr_t)arg;
    root[8] = obj;
}

static __attribute__((noinline)) void finalizer_chain(void) {
    node *c = make_node(NULL, NULL), *b = make_node(c, NULL), *a = make_node(b, NULL);
    assert_true(gm_set_finalizer(a, note_run, (void *)1));
    assert_true(gm_set_finalizer(b, note_run, (void *)2));
    assert_true(gm_set_finalizer(c, note_run, (void *)3));
    assert_false(gm_set_finalizer(c, note_run, (void *)4));
    assert_false(gm_set_finalizer((char *)c + 8, note_run, NULL));
}

static void finalizers_run_in_order(void **state) {
    (void)state;
    nran = 0;
    finalizer_chain();
    for (int i = 1; i <= 3; i++) {
        collect();
        assert_int_equal(nran, i);
        assert_int_equal(ran[i - 1], i);
    }
    collect();
    assert_int_equal(nran, 3);
}

static __attribute__((noinline)) void finalizer_ring(void) {
    node *a = make_node(NULL, NULL), *b = make_node(a, NULL);
    a->left = b;
    gm_set_finalizer(a, note_run, (void *)1);
    gm_set_finalizer(b, note_run, (void *)2);
}

static void rings_are_never_finalised(void **state) {
    (void)state;
    nran = 0;
    finalizer_ring();
    for (int i = 0; i < 4; i++) collect();
    assert_int_equal(nran, 0);
}

static __attribute__((noinline)) void drop_two(void (*finalizer)(void *, void *), intptr_t arg) {
    gm_set_finalizer(make_node(make_node(NULL, NULL), NULL), finalizer, (void *)arg);
}

static void a_finalizer_may_revive(void **state) {
    (void)state;
    nran = 0;
    drop_two(revive, 9);
    collect();
    assert_int_equal(nran, 1);
    collect();
    build(2, 8);
    assert_int_equal(check_tree(root[8]), 2);
    root[8] = NULL;
    collect();
    assert_int_equal(nran, 1);
}

static void allocate_and_look(void *obj, void *arg) {
    ran[nran++ % 32] = (int)(intptr_t)arg;
    for (int i = 0; i < 100000; i++) gm_new(&node_type);
    assert_int_equal(check_tree(obj), 2);
}

/* What a finalizer gets is still its own, whatever is allocated meanwhile. */
static void an_object_outlives_its_finalizer(void **state) {
    (void)state;
    nran = 0;
    drop_two(allocate_and_look, 10);
    collect();
    assert_int_equal(nran, 1);
}

static __attribute__((noinline)) void many_finalizers(int n) {
    for (int i = 0; i < n; i++) gm_set_finalizer(make_node(NULL, NULL), note_run, (void *)5);
}

static void ten_thousand_finalizers(void **state) {
    (void)state;
    nran = 0;
    many_finalizers(10000);
    collect();
    collect();
    assert_in_range(nran, 9990, 10000);
}

static void note_cleanup(void *arg) {
    ran[nran++ % 32] = (int)(intptr_t)arg;
}

static __attribute__((noinline)) gm_weak *weak_and_cleanups(void) {
    node *n = make_node(NULL, NULL);
    gm_weak *w = gm_weak_make(n);
    assert_ptr_equal(gm_weak_get(w), n);
    assert_ptr_equal(gm_weak_make(n), w);
    gm_add_cleanup(n, note_cleanup, (void *)20);
    gm_cleanup_stop(n, gm_add_cleanup(n, note_cleanup, (void *)21));
    gm_set_finalizer(n, note_run, (void *)22);
    root[9] = n;
    return w;
}

static __attribute__((noinline)) bool weak_is_alive(void) {
    return gm_weak_get(root[8]) == root[9] && root[9];
}

static void weak_pointers_and_cleanups(void **state) {
    (void)state;
    nran = 0;
    root[8] = weak_and_cleanups();
    collect();
    assert_true(weak_is_alive());
    root[9] = NULL;
    collect();
    assert_null(gm_weak_get(root[8]));
    assert_int_equal(nran, 1);
    assert_int_equal(ran[0], 22);
    collect();
    assert_int_equal(nran, 2);
    assert_int_equal(ran[1], 20);
    root[8] = NULL;
}

static void tuning_is_remembered(void **state) {
    (void)state;
    assert_int_equal(gm_gc_set_percent(50), 100);
    assert_int_equal(gm_gc_set_percent(-5), 50);
    assert_int_equal(gm_gc_set_percent(100), -1);
    int64_t old = gm_gc_set_memory_limit(-1);
    assert_int_equal(gm_gc_set_memory_limit(1 << 30), old);
    assert_int_equal(gm_gc_set_memory_limit(old), 1 << 30);
}

/* Allocation counts to the object. */
static void statistics_are_exact(void **state) {
    (void)state;
    gm_mem_stats a, b;
    gm_read_mem_stats(&a);
    for (int i = 0; i < 1000; i++) gm_new(&node_type);
    gm_alloc_noscan(100000);
    gm_read_mem_stats(&b);
    assert_int_equal(b.mallocs - a.mallocs, 1001);
    assert_int_equal(b.total_alloc - a.total_alloc, 1000 * 48 + 106496);
    assert_int_equal(b.mallocs - b.frees, b.heap_objects);
}

int main(void) {
    WORLD_DOUBLE_START();
    gm_register_roots(root, &ptr_type, 64);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reachable_survives),
        cmocka_unit_test(garbage_is_reused),
        cmocka_unit_test(epochs_come_round),
        cmocka_unit_test(large_objects_are_traced),
        cmocka_unit_test(wide_arrays_are_traced),
        cmocka_unit_test(every_kind_of_shape_is_traced),
        cmocka_unit_test(conservative_memory_is_traced),
        cmocka_unit_test(finalizers_run_in_order),
        cmocka_unit_test(rings_are_never_finalised),
        cmocka_unit_test(a_finalizer_may_revive),
        cmocka_unit_test(an_object_outlives_its_finalizer),
        cmocka_unit_test(ten_thousand_finalizers),
        cmocka_unit_test(weak_pointers_and_cleanups),
        cmocka_unit_test(tuning_is_remembered),
        cmocka_unit_test(statistics_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
