/* limits_test.c - the edges of the collector's promises, on the real scheduler: what hangs on objects
 * when there are very many of them, what is withdrawn while a cycle marks, sizes and addresses that
 * no program should name, threads that come and go while the world stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <golem.h>

#include "child.h"
#include "heap/span.h"

typedef struct node {
    struct node *next;
    long value;
    struct node *other;
    long pad;
} node;
GM_DEFINE_TYPE(node_type, node, next, other);

static node *root, *saved;

static void rest(long ns) {
    gm_block_enter();
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
    gm_block_leave();
}

/* Collects, and lets finalizers run, until *n is at least `want`, or for a hundred times. */
static void collect_until(const int *n, int want) {
    for (int i = 0; i < 100 && __atomic_load_n(n, __ATOMIC_SEQ_CST) < want; i++) {
        gm_gc();
        rest(2000000);
    }
}

/* Overwrites what calls have left on the stack. */
static __attribute__((noinline)) void clean_stack(void) {
    char room[16384];
    memset(room, 0, sizeof room);
    __asm__ volatile("" ::"r"(room) : "memory");
}

/* --- finalizers --- */

enum { MANY = 10000 };
static int finalized, order_broken, resurrected;
static uint8_t seen[MANY];

static void in_order(void *obj, void *arg) {
    node *n = obj;
    long i = (long)(intptr_t)arg;
    /* All that it leads to is still whole; its successor was not finalised before it. */
    if (n->value != i || (n->next && (n->next->value != i + 1 || seen[i + 1]))) order_broken++;
    if (seen[i]++) order_broken++;
    __atomic_add_fetch(&finalized, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void make_many(int chain) {
    node *last = NULL;
    for (int i = MANY - 1; i >= 0; i--) {
        node *n = gm_new(&node_type);
        n->value = i;
        n->next = (i + 1) % chain ? last : NULL;
        last = n;
        assert_true(gm_set_finalizer(n, in_order, (void *)(intptr_t)i));
        assert_false(gm_set_finalizer(n, in_order, NULL));
    }
}

static void many_finalizers(int chain) {
    finalized = order_broken = 0;
    memset(seen, 0, sizeof seen);
    make_many(chain);
    clean_stack();
    collect_until(&finalized, MANY - chain);
    assert_int_equal(order_broken, 0);
    assert_in_range(finalized, MANY - chain, MANY);
}

static void ten_thousand_finalizers_run_once(void **state) {
    (void)state;
    SKIP_EXACT_COUNTS();
    many_finalizers(1);
    many_finalizers(20); /* the first of a chain before its next: a collection for each */
}

static void revive(void *obj, void *arg) {
    (void)arg;
    gm_store(&saved, (node *)obj);
    __atomic_add_fetch(&resurrected, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void make_revivable(void) {
    for (int i = 0; i < 30; i++) {
        node *n = gm_new(&node_type), *far = gm_new(&node_type);
        n->value = 77;
        far->value = 78;
        n->next = far;
        gm_set_finalizer(n, revive, NULL);
    }
}

static void the_revived_are_whole_and_finalised_once(void **state) {
    (void)state;
    make_revivable();
    clean_stack();
    collect_until(&resurrected, 25);
    assert_in_range(resurrected, 25, 30);
    int before = resurrected;
    for (int i = 0; i < 3; i++) gm_gc();
    assert_non_null(saved);
    assert_int_equal(saved->value, 77);
    assert_int_equal(saved->next->value, 78);
    gm_store(&saved, NULL);
    for (int i = 0; i < 3; i++) gm_gc();
    rest(2000000);
    assert_in_range(resurrected, before, 30);
}

static int rings;
static void ring_finalizer(void *obj, void *arg) {
    (void)obj, (void)arg;
    __atomic_add_fetch(&rings, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void make_rings(void) {
    for (int i = 0; i < 200; i++) {
        node *a = gm_new(&node_type), *b = gm_new(&node_type);
        a->next = b;
        gm_store(&b->next, i % 2 ? a : b);
        gm_set_finalizer(b, ring_finalizer, NULL);
    }
}

static void rings_are_never_finalised(void **state) {
    (void)state;
    make_rings();
    clean_stack();
    for (int i = 0; i < 4; i++) gm_gc();
    rest(5000000);
    assert_int_equal(rings, 0);
}

/* --- by hand --- */

static void tiny_objects_may_be_freed(void **state) {
    (void)state;
    char *kept[64];
    for (int i = 0; i < 64; i++) {
        kept[i] = gm_alloc_noscan(3);
        memset(kept[i], i, 3);
        gm_free(gm_alloc_noscan(1 + (size_t)i % 15));
    }
    gm_gc();
    for (int i = 0; i < 64; i++) assert_int_equal(kept[i][2], i);
}

/* What waits to be used again is nobody's: neither its next owner, nor a collection in between, nor
 * marks of several cycles make it count as given back. */
static void freed_objects_change_hands(void **state) {
    (void)state;
    enum { N = 3000 };
    static void *held[N];
    gm_register_roots_conservative(held, sizeof held);
    static const size_t sizes[] = {8, 16, 40, 200, 300, 2000};
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < N; i++) {
            size_t n = sizes[i % 6];
            unsigned char *p = i % 12 < 6 ? gm_alloc_noscan(n) : gm_alloc_conservative(n);
            for (size_t k = 0; k < n; k++) assert_int_equal(p[k], 0);
            memset(p, 0, n);
            held[i] = p;
        }
        for (int i = 0; i < N; i++) {
            assert_ptr_equal(gm_find_object(held[i], NULL), held[i]);
            memset(held[i], 0x55, sizes[i % 6]);
            gm_free(held[i]);
        }
        if (round % 3 == 0) gm_gc();
    }
    gm_unregister_roots(held);
}

/* --- withdrawn while a cycle marks --- */

static void *collect_in_thread(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) abort();
    gm_gc();
    gm_detach_thread();
    return NULL;
}

/* Begins a cycle elsewhere and returns while it marks; false: it was over too soon. */
static bool begin_marking(pthread_t *t) {
    uint32_t epoch = __atomic_load_n(&gm_epoch_mark, __ATOMIC_SEQ_CST);
    if (pthread_create(t, NULL, collect_in_thread, NULL)) abort();
    while (__atomic_load_n(&gm_epoch_mark, __ATOMIC_SEQ_CST) == epoch) gm_safepoint();
    gm_safepoint();
    return __atomic_load_n(&gm_marking, __ATOMIC_SEQ_CST);
}

static void join(pthread_t t) {
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
}

static __attribute__((noinline)) void hide(uintptr_t *at, bool pin) {
    node *n = gm_new(&node_type);
    n->value = 4711;
    if (pin) gm_pin_object(n);
    at[0] = pin ? ~(uintptr_t)n : (uintptr_t)n;
}

enum { BALLAST = 16 << 20 };

/* A pointer leaves a root for the stack, when the stacks have been looked at and the root not yet;
 * then the root is taken away. Ballast that is looked at first makes the time for it. */
static bool root_withdrawn(bool precise) {
    size_t bytes = 1 << 20;
    uintptr_t *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(mem != MAP_FAILED);
    if (precise)
        gm_register_roots(mem, &gm_pointer_type, bytes / 8);
    else
        gm_register_roots_conservative(mem, bytes);
    hide(mem + 1000, false);
    clean_stack();
    pthread_t t;
    bool in_time = begin_marking(&t);
    node *held = (node *)mem[1000];
    gm_unregister_roots(mem);
    munmap(mem, bytes);
    join(t);
    gm_gc();
    assert_int_equal(held->value, 4711);
    return in_time;
}

static void roots_may_go_while_marking(void **state) {
    (void)state;
    void *ballast = mmap(NULL, BALLAST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(ballast != MAP_FAILED);
    memset(ballast, 1, BALLAST);
    gm_register_roots_conservative(ballast, BALLAST);
    int in_time = 0;
    for (int i = 0; i < 12; i++) in_time += root_withdrawn(i % 2);
    gm_unregister_roots(ballast);
    munmap(ballast, BALLAST);
    assert_true(in_time > 0);
}

static void pins_may_go_while_marking(void **state) {
    (void)state;
    for (int i = 0; i < 30; i++) {
        uintptr_t hidden;
        hide(&hidden, true);
        clean_stack();
        pthread_t t;
        begin_marking(&t);
        node *held = (node *)~hidden;
        gm_unpin_object(held);
        join(t);
        gm_gc();
        assert_int_equal(held->value, 4711);
    }
}

/* --- weak pointers while others sweep --- */

static uint32_t weak_stop;
static gm_weak *weak[128];

static void *ask_weak(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) abort();
    for (unsigned i = 0; !__atomic_load_n(&weak_stop, __ATOMIC_ACQUIRE); i++) {
        gm_weak *w = __atomic_load_n(&weak[i % 128], __ATOMIC_ACQUIRE);
        node *n = w ? gm_weak_get(w) : NULL;
        if (n && n->value != 12345) abort();
        gm_safepoint();
    }
    gm_detach_thread();
    return NULL;
}

static __attribute__((noinline)) void make_weak(void) {
    for (int i = 0; i < 128; i++) {
        char *big = gm_alloc_conservative(40000); /* a span of its own, which goes with it */
        node *n = (node *)big;
        n->value = 12345;
        gm_weak *w = gm_weak_make(n);
        gm_store(&weak[i], w);
    }
}

static void weak_pointers_are_asked_while_spans_go(void **state) {
    (void)state;
    gm_register_roots(weak, &gm_pointer_type, 128);
    pthread_t t[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&t[i], NULL, ask_weak, NULL), 0);
    for (int i = 0; i < 15; i++) {
        make_weak();
        gm_gc();
    }
    __atomic_store_n(&weak_stop, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++) join(t[i]);
    memset(weak, 0, sizeof weak);
}

/* --- threads that come and go while the world stops --- */

static uint32_t hopping_stop;
static node *hop_root;

static void *hop(void *arg) {
    long n = 0;
    while (!__atomic_load_n(&hopping_stop, __ATOMIC_ACQUIRE)) {
        if (!gm_attach_thread()) abort();
        for (int i = 0; i < 20; i++) {
            node *x = gm_new(&node_type), *y = gm_new(&node_type);
            x->value = n;
            y->value = ~n;
            gm_store(&x->next, y);
            gm_new(&node_type);
            if (x->value != n || x->next->value != ~n) abort();
            gm_store(&hop_root, x);
        }
        gm_detach_thread();
        n++;
    }
    return (void *)(n | (intptr_t)arg);
}

static void threads_come_and_go(void **state) {
    (void)state;
    gm_register_roots(&hop_root, &gm_pointer_type, 1);
    pthread_t t[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&t[i], NULL, hop, NULL), 0);
    for (int i = 0; i < 100; i++) {
        gm_gc();
        if (i % 16 == 0) rest(200000);
    }
    __atomic_store_n(&hopping_stop, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++) join(t[i]);
}

/* --- addresses and sizes --- */

static void any_word_may_be_asked_about(void **state) {
    (void)state;
    uintptr_t odd[] = {0,
                       1,
                       7,
                       4096,
                       gm_heap_base - 1,
                       gm_heap_base,
                       gm_heap_base + 1,
                       gm_heap_base + ((uintptr_t)64 << 20) - 1,
                       gm_heap_base + ((uintptr_t)64 << 20),
                       gm_heap_base + gm_heap_bytes / 2 + 4097,
                       gm_heap_base + gm_heap_bytes - 1,
                       gm_heap_base + gm_heap_bytes,
                       (uintptr_t)INTPTR_MAX,
                       (uintptr_t)INTPTR_MAX + 1,
                       UINTPTR_MAX - 7,
                       UINTPTR_MAX,
                       (uintptr_t)&odd,
                       (uintptr_t)any_word_may_be_asked_about};
    size_t size = 99;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char *base = gm_find_object((void *)odd[i], &size);
        if (base) assert_true(odd[i] - (uintptr_t)base < size);
        assert_true(!base || gm_in_heap(odd[i]));
    }
    /* The same words where the collector finds them: in roots and in an object. */
    gm_register_roots_conservative(odd, sizeof odd);
    uintptr_t *o = gm_alloc_conservative(sizeof odd);
    memcpy(o, odd, sizeof odd);
    gm_register_roots(odd, &gm_pointer_type, sizeof odd / sizeof *odd);
    gm_gc();
    gm_gc();
    assert_memory_equal(o, odd, sizeof odd);
    gm_unregister_roots(odd);
}

static void every_byte_leads_to_its_object(void **state) {
    (void)state;
    static const size_t sizes[] = {16, 24, 48, 80, 1152, 9472, 32768, 32769, 40960, 300001};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        char *p = gm_alloc_noscan(sizes[k]);
        size_t size, step = sizes[k] > 5000 ? 7 : 1;
        for (size_t i = 0; i < sizes[k]; i += step) {
            if (gm_find_object(p + i, &size) != p) fail_msg("byte %zu of %zu", i, sizes[k]);
            if (size < sizes[k] || size != gm_round_size(sizes[k])) fail_msg("size %zu", size);
        }
        assert_ptr_not_equal(gm_find_object(p + size, NULL), p);
        assert_ptr_not_equal(gm_find_object(p - 1, NULL), p);
    }
    assert_null(gm_find_object(gm_alloc_noscan(0), NULL));
}

/* Wishes that cannot be granted, each in a process of its own. */

static void (*wish)(void);
static int begin_and_wish(void) {
    if (!gm_init(0)) return 1;
    wish();
    return 0;
}

static void wish_noscan_max(void) {
    gm_alloc_noscan(SIZE_MAX);
}
static void wish_conservative_huge(void) {
    gm_alloc_conservative(SIZE_MAX / 2 + 12345);
}
static void wish_terabytes(void) {
    gm_alloc_noscan_raw((size_t)3 << 40);
}
static void wish_negative(void) {
    gm_newarray(&node_type, -1);
}
static void wish_overflow(void) {
    gm_newarray(&node_type, INTPTR_MAX / 4);
}
static void wish_free_inside(void) {
    gm_free((char *)gm_new(&node_type) + 8);
}
static void wish_free_foreign(void) {
    int x;
    gm_free(&x);
}
static void wish_free_twice(void) {
    void *p = gm_new(&node_type);
    gm_free(p);
    gm_free(p);
}
static void wish_free_noscan_twice(void) {
    void *p = gm_alloc_noscan(8), *q = gm_alloc_noscan(8);
    gm_free(p);
    gm_free(q);
    gm_free(p);
}
static void wish_free_large_twice(void) {
    void *p = gm_alloc_noscan(1 << 20);
    gm_free(p);
    gm_free(p);
}
static void wish_pin_foreign(void) {
    int x;
    gm_pin_object(&x);
}
static void wish_unpin_unpinned(void) {
    gm_unpin_object(gm_new(&node_type));
}

static void wish_enter_twice(void) {
    gm_block_enter();
    gm_block_enter();
}
static void wish_leave_outside(void) {
    gm_block_leave();
}
static void wish_detach_inside(void) {
    gm_block_enter();
    gm_detach_thread();
}

static void impossible_wishes_are_fatal_errors(void **state) {
    (void)state;
    static const struct {
        void (*f)(void);
        const char *text;
    } wishes[] = {
        {wish_noscan_max, "fatal error: gm_alloc_noscan: 18446744073709551615 bytes"},
        {wish_conservative_huge, "fatal error: gm_alloc_conservative: "},
        {wish_terabytes, "cannot allocate 3298534883328-byte block"},
        {wish_negative, "fatal error: gm_newarray: -"},
        {wish_overflow, "values of"},
        {wish_free_inside, "fatal error: gm_free"},
        {wish_free_foreign, "fatal error: gm_free"},
        {wish_free_twice, "fatal error: gm_free: the object was given back before"},
        {wish_free_noscan_twice, "fatal error: gm_free: the object was given back before"},
        {wish_free_large_twice, "fatal error: gm_free"},
        {wish_pin_foreign, "fatal error: gm_pin_object"},
        {wish_unpin_unpinned, "fatal error: gm_unpin_object"},
        {wish_enter_twice, "fatal error: gm_block_enter"},
        {wish_leave_outside, "fatal error: gm_block_leave"},
        {wish_detach_inside, "fatal error: gm_detach_thread"},
    };
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        wish = wishes[i].f;
        int status = in_child(begin_and_wish);
        if (status != 2 || !strstr(child_text, wishes[i].text))
            fail_msg("wish %zu: status %d: %s", i, status, child_text);
    }
}

static int begin(void **state) {
    (void)state;
    if (!gm_init(0)) return 1;
    gm_register_roots(&root, &gm_pointer_type, 1);
    gm_register_roots(&saved, &gm_pointer_type, 1);
    return 0;
}

int main(void) {
    setenv("GODEBUG", "clobberfree=1", 0);
    const struct CMUnitTest before[] = {cmocka_unit_test(impossible_wishes_are_fatal_errors)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_finalizers_run_once),
        cmocka_unit_test(the_revived_are_whole_and_finalised_once),
        cmocka_unit_test(rings_are_never_finalised),
        cmocka_unit_test(tiny_objects_may_be_freed),
        cmocka_unit_test(freed_objects_change_hands),
        cmocka_unit_test(roots_may_go_while_marking),
        cmocka_unit_test(pins_may_go_while_marking),
        cmocka_unit_test(weak_pointers_are_asked_while_spans_go),
        cmocka_unit_test(threads_come_and_go),
        cmocka_unit_test(any_word_may_be_asked_about),
        cmocka_unit_test(every_byte_leads_to_its_object),
    };
    int failed = cmocka_run_group_tests(before, NULL, NULL); /* before gm_init: they fork */
    return failed + cmocka_run_group_tests(tests, begin, NULL);
}
