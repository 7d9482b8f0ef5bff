/* capi_test.c - golem.h as a C program uses it: types from structs, explicit free, pins, pools,
 * copies, finalizers on the library's thread. With the argument "nobarriers", in the mode without
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <pthread.h>

#include <golem.h>
#include <golem/alloc.h>

#include "stress.h"

typedef struct node {
    struct node *next;
    long value;
    struct node *kids[3];
    long check;
    struct node *last;
} node;
GM_DEFINE_TYPE(node_type, node, next, kids, last);

typedef struct wide {
    long head;
    void *far[150];
    long mid[20];
    void *end;
} wide;
GM_DEFINE_TYPE(wide_type, wide, far, end);
GM_DEFINE_PLAIN_TYPE(plain_type, long);

static node *root;
static void *slots[64];

static void masks_cover_the_fields(void **state) {
    (void)state;
    const uint64_t *bits = node_type.gcdata;
    assert_int_equal(bits[0], 0x1 | 0x1c | 0x40);
    bits = wide_type.gcdata;
    for (size_t w = 0; w < sizeof(wide) / 8; w++)
        assert_int_equal(bits[w / 64] >> (w & 63) & 1, (w >= 1 && w <= 150) || w == 171);
    assert_int_equal(plain_type.ptrdata, 0);
    assert_int_equal(plain_type.size, 8);
}

static __attribute__((noinline)) void make_list(long n) {
    gm_store(&root, NULL);
    for (long i = 0; i < n; i++) {
        node *x = gm_new(&node_type);
        x->value = i;
        x->check = ~i;
        x->next = root;
        x->kids[i % 3] = root;
        x->last = x;
        gm_store(&root, x);
    }
}

static void check_list(long n) {
    for (node *x = root; x; x = x->next) {
        n--;
        if (x->value != n || x->check != ~n || x->last != x || x->kids[n % 3] != x->next)
            fail_msg("node %ld is damaged", n);
    }
    assert_int_equal(n, 0);
}

static void lists_survive(void **state) {
    (void)state;
    long n = at_most(300000);
    make_list(n);
    check_list(n);
    gm_gc();
    make_list(1000);
    gm_gc();
    check_list(1000);
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    assert_true(st.num_gc >= 2);
    assert_true(st.heap_objects < 20000);
}

static void wide_objects_are_traced(void **state) {
    (void)state;
    wide *w = gm_new(&wide_type);
    gm_store(&slots[0], w);
    for (int i = 0; i < 150; i++) {
        node *x = gm_new(&node_type);
        x->value = i;
        gm_store(&w->far[i], x);
    }
    w->head = (long)gm_new(&node_type);
    gm_store(&w->end, gm_new(&node_type));
    gm_gc();
    make_list(at_most(20000));
    for (int i = 0; i < 150; i++) assert_int_equal(((node *)w->far[i])->value, i);
    gm_store(&slots[0], NULL);
}

static void freed_objects_are_used_again(void **state) {
    (void)state;
    node *x = gm_new(&node_type);
    x->value = 77;
    gm_free(x);
    gm_mem_stats a, b;
    gm_read_mem_stats(&a);
    bool again = false;
    for (int i = 0; i < 200 && !again; i++) {
        node *y = gm_new(&node_type);
        assert_int_equal(y->value, 0);
        assert_null(y->next);
        again = y == x;
    }
    assert_true(again);
    void *big = gm_alloc_noscan(1 << 20);
    gm_read_mem_stats(&a);
    gm_free(big);
    gm_read_mem_stats(&b);
    assert_int_equal(a.heap_alloc - b.heap_alloc, 1 << 20);
    gm_free(NULL);
}

/* The inlined allocation of compiled code gives the same objects as gm_new. */
static void sites_allocate_inline(void **state) {
    (void)state;
    static gm_site site = {0, &node_type};
    node *last = NULL;
    gm_store(&root, NULL);
    const long n = at_most(50000);
    for (long i = 0; i < n; i++) {
        node *x = gm_new_at(&site);
        size_t size;
        if (x == last || x->next || x->check || gm_find_object(x, &size) != x || size != 64) fail();
        x->value = i;
        x->check = ~i;
        x->next = x->kids[i % 3] = root;
        gm_store(&root, x);
        x->last = last = x;
    }
    gm_gc();
    check_list(n);
    assert_int_not_equal(site.run, 0);
}

/* Once in so many collections the numbers that marks hold begin anew, and sweeping rewrites the marks of what is alive, while others
 * ask what an address leads to. */
enum { FOUND = 3000, MANY_EPOCHS = 260 };
static node *sought[FOUND];
static uint32_t seeking;
static long not_found;

static void *seek(void *arg) {
    for (uint32_t i = 0; __atomic_load_n(&seeking, __ATOMIC_RELAXED); i += 7) {
        node *x = sought[i % FOUND];
        if (gm_find_object(x, NULL) != x) not_found++;
    }
    return arg;
}

static void objects_are_found_when_epochs_come_round(void **state) {
    (void)state;
    for (int i = 0; i < FOUND; i++) gm_store(&sought[i], (node *)gm_new(&node_type));
    pthread_t t;
    __atomic_store_n(&seeking, 1, __ATOMIC_RELAXED);
    assert_int_equal(pthread_create(&t, NULL, seek, NULL), 0);
    for (int i = 0; i < MANY_EPOCHS; i++) gm_gc();
    __atomic_store_n(&seeking, 0, __ATOMIC_RELAXED);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    assert_int_equal(not_found, 0);
    for (int i = 0; i < FOUND; i++) gm_store(&sought[i], NULL);
}

static __attribute__((noinline)) uintptr_t pinned(void) {
    node *x = gm_new(&node_type);
    x->value = 4711;
    gm_pin_object(x);
    gm_pin_object(x);
    return ~(uintptr_t)x;
}

static void pins_keep(void **state) {
    (void)state;
    uintptr_t hidden = pinned();
    gm_gc();
    make_list(at_most(20000));
    gm_gc();
    assert_int_equal(((node *)~hidden)->value, 4711);
    gm_unpin_object((void *)~hidden);
    gm_gc();
    make_list(at_most(20000));
    assert_int_equal(((node *)~hidden)->value, 4711);
    gm_unpin_object((void *)~hidden);
}

static void *make_pooled(void) {
    node *x = gm_new(&node_type);
    x->value = 1;
    return x;
}

static __attribute__((noinline)) void fill_pool(gm_pool *p) {
    for (int i = 0; i < 50; i++) {
        node *x = gm_new(&node_type);
        x->value = 2;
        gm_pool_put(p, x);
    }
}

static __attribute__((noinline)) int old_ones(gm_pool *p, int n) {
    int old = 0;
    for (int i = 0; i < n; i++) old += ((node *)gm_pool_get(p))->value == 2;
    return old;
}

static void pools_forget_after_two_collections(void **state) {
    (void)state;
    SKIP_UNDER_STRESS();
    gm_pool *p = gm_pool_new(make_pooled);
    fill_pool(p);
    assert_int_equal(old_ones(p, 10), 10);
    gm_gc();
    make_list(5000);
    assert_int_equal(old_ones(p, 10), 10);
    gm_gc();
    assert_int_equal(old_ones(p, 10), 0);
}

static void values_are_copied(void **state) {
    (void)state;
    void **a = gm_newarray(&gm_pointer_type, 40);
    gm_store(&slots[1], (void *)a);
    for (int i = 0; i < 40; i++) {
        node *x = gm_new(&node_type);
        x->value = i;
        gm_store(&a[i], x);
    }
    gm_copy_values(&gm_pointer_type, a, a + 10, 30);
    gm_gc();
    for (int i = 0; i < 30; i++) assert_int_equal(((node *)a[i])->value, i + 10);
    gm_copy_values(&gm_pointer_type, a, NULL, 40);
    for (int i = 0; i < 40; i++) assert_null(a[i]);
    gm_store(&slots[1], NULL);
}

static int finalized;
static int load(const int *n) {
    return __atomic_load_n(n, __ATOMIC_SEQ_CST);
}
static void note(void *obj, void *arg) {
    (void)arg;
    if (((node *)obj)->value == 99) __atomic_fetch_add(&finalized, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void make_finalized(void) {
    for (int i = 0; i < 10; i++) {
        node *x = gm_new(&node_type);
        x->value = 99;
        assert_true(gm_set_finalizer(x, note, NULL));
    }
}

static void finalizers_run_by_themselves(void **state) {
    (void)state;
    make_finalized();
    make_list(1000);
    for (int i = 0; i < 100 && load(&finalized) < 9; i++) {
        gm_gc();
        gm_block_enter();
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        gm_block_leave();
    }
    assert_in_range(load(&finalized), 9, 10);
}

int main(int argc, char **argv) {
    bool plain = argc > 1 && strcmp(argv[1], "nobarriers") == 0;
    if (!gm_init(plain ? GM_NO_BARRIERS : 0)) return 1;
    gm_register_roots(&root, &gm_pointer_type, 1);
    gm_register_roots(slots, &gm_pointer_type, 64);
    gm_register_roots(sought, &gm_pointer_type, FOUND);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_cover_the_fields),
        cmocka_unit_test(lists_survive),
        cmocka_unit_test(wide_objects_are_traced),
        cmocka_unit_test(freed_objects_are_used_again),
        cmocka_unit_test(sites_allocate_inline),
        cmocka_unit_test(objects_are_found_when_epochs_come_round),
        cmocka_unit_test(pins_keep),
        cmocka_unit_test(pools_forget_after_two_collections),
        cmocka_unit_test(values_are_copied),
        cmocka_unit_test(finalizers_run_by_themselves),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gm_shutdown();
    return failed;
}
