/* misuse_test.c - what a program that is new to the library does wrong ends in an error that names it, or is
 * forgiven as golem.h promises: calls too early or from threads that nobody attached, sizes that cannot be,
 * threads that end without a word, waits outside blocking regions, two users of one library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <golem.h>

#include "child.h"

typedef struct node {
    struct node *next;
    long value;
} node;
GM_DEFINE_TYPE(node_type, node, next);
typedef struct small {
    char text[5];
} small;
GM_DEFINE_PLAIN_TYPE(small_type, small);

static void nothing(void *arg) {
    (void)arg;
}

/* --- errors that name the call --- */

static void (*volatile the_call)(void);

static void call_new(void) {
    gm_new(&node_type);
}
static void call_noscan(void) {
    gm_alloc_noscan(8);
}
static void call_gc(void) {
    gm_gc();
}
static void call_weak(void) {
    gm_weak_make(NULL);
}
static void call_go(void) {
    gm_go(nothing, NULL, 0);
}
static void call_stats(void) {
    gm_mem_stats st;
    gm_read_mem_stats(&st);
}
static void call_procs(void) {
    gm_gomaxprocs(2);
}
static void call_pool(void) {
    gm_pool_new(NULL);
}
static void call_try_lock(void) {
    gm_mu m = {0};
    gm_mu_try_lock(&m);
}
static const struct {
    void (*call)(void);
    const char *name;
} calls[] = {{call_new, "gm_new"},
             {call_noscan, "gm_alloc_noscan"},
             {call_gc, "gm_gc"},
             {call_weak, "gm_weak_make"},
             {call_go, "gm_go"},
             {call_stats, "gm_read_mem_stats"},
             {gm_shutdown, "gm_shutdown"},
             {gm_yield, "gm_yield"},
             {call_procs, "gm_gomaxprocs"},
             {call_pool, "gm_pool_new"},
             {call_try_lock, "gm_mu_try_lock"}};
enum { CALLS = sizeof calls / sizeof *calls };

static int too_early(void) {
    the_call();
    return 0;
}

static void *foreign(void *arg) {
    (void)arg;
    the_call();
    return NULL;
}

static int run_foreign(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, foreign, NULL) != 0) return 1;
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    return 0;
}

static int not_attached(void) {
    return gm_init(0) ? run_foreign() : 1;
}

static int forgiven(void) {
    if (!gm_init(0)) return 1;
    gm_attach_foreign_threads(true);
    return run_foreign();
}

static void expect(int (*f)(void), const char *name, const char *what) {
    char want[160];
    snprintf(want, sizeof want, "fatal error: %s: %s", name, what);
    int status = in_child(f);
    if (status != 2 || !strstr(child_text, want))
        fail_msg("want %s; status %d: %s", want, status, child_text);
}

static void calls_without_a_thread_are_named(void **state) {
    (void)state;
    for (int i = 0; i < CALLS; i++) {
        the_call = calls[i].call;
        expect(too_early, calls[i].name, "called before gm_init");
        expect(not_attached, calls[i].name, "the calling thread is not attached");
        if (the_call != gm_shutdown) assert_int_equal(in_child(forgiven), 0);
    }
}

/* What may be called before gm_init holds afterwards, whatever the environment says. */
static node *early;
static int set_early(void) {
    setenv("GOGC", "70", 1);
    setenv("GOMEMLIMIT", "1GiB", 1);
    gm_gc_set_percent(50);
    gm_gc_set_memory_limit((int64_t)2 << 30);
    gm_register_roots(&early, &gm_pointer_type, 1);
    if (!gm_init(0)) return 1;
    node *n = gm_new(&node_type);
    gm_store(&early, n);
    return gm_gc_set_percent(100) == 50 && gm_gc_set_memory_limit(-1) == (int64_t)2 << 30 ? 0 : 3;
}

static void what_is_set_early_holds(void **state) {
    (void)state;
    assert_int_equal(in_child(set_early), 0);
}

static void ask_negative(void) {
    gm_newarray(&node_type, -1);
}
static void ask_many(void) {
    gm_newarray(&node_type, (intptr_t)1 << 60);
}
static void ask_bytes(void) {
    gm_alloc_noscan(SIZE_MAX - 8);
}
static void ask_raw(void) {
    gm_alloc_noscan_raw(SIZE_MAX);
}
static void ask_again(void) {
    gm_realloc(gm_alloc_noscan(8), SIZE_MAX);
}
static void ask_aligned(void) {
    gm_memalign(64, SIZE_MAX - 8);
}
static void ask_words(void) {
    gm_alloc_conservative((size_t)1 << 62);
}

static int on_attached(void) {
    if (!gm_init(0)) return 1;
    the_call();
    return 0;
}

static void sizes_that_cannot_be_are_named(void **state) {
    (void)state;
    static const struct {
        void (*call)(void);
        const char *name, *what;
    } sizes[] = {
        {ask_negative, "gm_newarray", "-1 values of 16 bytes cannot be allocated"},
        {ask_many, "gm_newarray", "1152921504606846976 values of 16 bytes cannot be allocated"},
        {ask_bytes, "gm_alloc_noscan", "18446744073709551607 bytes cannot be allocated"},
        {ask_raw, "gm_alloc_noscan_raw", "18446744073709551615 bytes cannot be allocated"},
        {ask_again, "gm_realloc", "18446744073709551615 bytes cannot be allocated"},
        {ask_aligned, "gm_memalign", "18446744073709551607 bytes cannot be allocated"},
        {ask_words, "gm_alloc_conservative", "4611686018427387904 bytes cannot be allocated"},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        the_call = sizes[i].call;
        expect(on_attached, sizes[i].name, sizes[i].what);
    }
}

/* --- a stop that waits --- */

static void *allocates(void *arg) {
    bool *done = arg;
    if (!gm_attach_thread()) return NULL;
    gm_gc();
    __atomic_store_n(done, true, __ATOMIC_RELEASE);
    gm_detach_thread();
    return NULL;
}

static int waits_without_a_region(void) {
    bool done = false;
    pthread_t t;
    if (!gm_init(0) || pthread_create(&t, NULL, allocates, &done) != 0) return 1;
    nanosleep(&(struct timespec){.tv_sec = 2}, NULL); /* not in a region: the collection waits */
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    return done ? 0 : 1;
}

static int computes_without_a_safepoint(void) {
    bool done = false;
    pthread_t t;
    if (!gm_init(0) || pthread_create(&t, NULL, allocates, &done) != 0) return 1;
    struct timespec from, now;
    clock_gettime(CLOCK_MONOTONIC, &from);
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec - from.tv_sec < 3);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    return done ? 0 : 1;
}

static void a_slow_stop_says_for_whom_it_waits(void **state) {
    (void)state;
    assert_int_equal(in_child(waits_without_a_region), 0);
    assert_non_null(strstr(child_text, "golem: a collection has waited for a second for thread"));
    assert_non_null(strstr(child_text, "waits in system call"));
    assert_non_null(strstr(child_text, "gm_block_enter"));
    assert_int_equal(in_child(computes_without_a_safepoint), 0);
    assert_non_null(strstr(child_text, "runs, at 0x"));
}

/* --- what is forgiven --- */

static void *ends_attached(void *arg) {
    if (!gm_attach_thread()) abort();
    gm_new(&node_type);
    if (arg) gm_block_enter();
    return NULL;
}

static void threads_that_end_are_detached(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        pthread_t t;
        assert_int_equal(pthread_create(&t, NULL, ends_attached, i % 2 ? &t : NULL), 0);
        gm_block_enter();
        pthread_join(t, NULL);
        gm_block_leave();
        gm_gc(); /* would wait for ever for a thread that is not there */
    }
}

static pthread_key_t users_key;
static int late_allocations;

static void late(void *value) {
    (void)value;
    node *n = gm_new(&node_type);
    n->value = 1;
    late_allocations += (int)n->value;
}

static void *has_destructors(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) abort();
    pthread_setspecific(users_key, &users_key);
    return NULL;
}

/* Its own destructors run while the thread is attached, whether their key is older or newer than the library's. */
static void destructors_may_allocate(void **state) {
    (void)state;
    assert_int_equal(pthread_key_create(&users_key, late), 0);
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, has_destructors, NULL), 0);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    assert_int_equal(late_allocations, 1);
    pthread_key_delete(users_key);
}

static void init_counts(void **state) {
    (void)state;
    assert_true(gm_init(0)); /* the second */
    gm_shutdown();
    node *n = gm_new(&node_type);
    assert_non_null(n);
    gm_gc();
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    assert_true(st.num_gc > 0);
}

static void no_barriers_hold_for_both(void **state) {
    (void)state;
    static node *root;
    gm_register_roots(&root, &gm_pointer_type, 1);
    assert_true(gm_init(GM_NO_BARRIERS));
    for (int i = 0; i < 2000000; i++) {
        assert_int_equal(gm_wb_enabled, 0);
        node *n = gm_new(&node_type);
        n->next = root;
        root = i % 1000 ? n : NULL;
    }
    gm_unregister_roots(&root);
    gm_shutdown();
}

/* --- what is promised of memory --- */

static void c_objects_are_aligned(void **state) {
    (void)state;
    for (size_t n = 1; n < 64; n++)
        for (int k = 0; k < 50; k++) {
            size_t size, align = n >= 16 && n % 16 == 0 ? 15 : 7;
            char *p = gm_alloc_noscan(n), *raw = gm_alloc_noscan_raw(n);
            assert_int_equal(((uintptr_t)p | (uintptr_t)raw) & align, 0);
            assert_ptr_equal(gm_find_object(p, &size), p);
            assert_true(size >= n);
        }
    for (int k = 0; k < 50; k++) {
        assert_int_equal((uintptr_t)gm_new(&small_type) & 7, 0);
        assert_int_equal((uintptr_t)gm_newarray(&small_type, 2) & 7, 0);
    }
}

/* Giving one small object back leaves its neighbours alone. */
static void small_objects_are_their_own(void **state) {
    (void)state;
    char *kept[200];
    for (int i = 0; i < 200; i++) {
        char *gone = gm_alloc_noscan(5);
        kept[i] = gm_alloc_noscan(5);
        memcpy(kept[i], "keep", 5);
        gm_free(gone);
    }
    gm_gc();
    for (int i = 0; i < 10000; i++) memset(gm_alloc_noscan(16), 'X', 16);
    for (int i = 0; i < 200; i++) assert_string_equal(kept[i], "keep");
}

/* --- compare-and-swap, exchange --- */

static node *top, *cell;
enum { PUSHES = 200000, PUSHERS = 3 };
static long popped;

static void *push_and_pop(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) abort();
    for (int i = 0; i < PUSHES; i++) {
        node *n = gm_new(&node_type), *seen = gm_load(&top);
        n->value = 1;
        do gm_store(&n->next, seen);
        while (!gm_cas(&top, &seen, n));
        if (i % 64) continue;
        for (node *list = gm_exchange(&top, NULL); list; list = list->next)
            __atomic_fetch_add(&popped, list->value, __ATOMIC_RELAXED);
    }
    gm_detach_thread();
    return NULL;
}

static void shared_stack_loses_nothing(void **state) {
    (void)state;
    gm_register_roots(&top, &gm_pointer_type, 1);
    pthread_t t[PUSHERS];
    for (int i = 0; i < PUSHERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, push_and_pop, NULL), 0);
    gm_block_enter();
    for (int i = 0; i < PUSHERS; i++) pthread_join(t[i], NULL);
    gm_block_leave();
    for (node *n = gm_exchange(&top, NULL); n; n = n->next) popped += n->value;
    assert_int_equal(popped, (long)PUSHES * PUSHERS);
}

static void cas_fails_where_it_must(void **state) {
    (void)state;
    gm_register_roots(&cell, &gm_pointer_type, 1);
    node *a = gm_new(&node_type), *b = gm_new(&node_type), *want = b;
    gm_store(&cell, a);
    assert_false(gm_cas(&cell, &want, b));
    assert_ptr_equal(want, a);
    assert_true(gm_cas(&cell, &want, b));
    assert_ptr_equal(gm_exchange(&cell, a), b);
    assert_ptr_equal(cell, a);
}

int main(void) {
    const struct CMUnitTest before[] = {
        cmocka_unit_test(calls_without_a_thread_are_named),
        cmocka_unit_test(sizes_that_cannot_be_are_named),
        cmocka_unit_test(what_is_set_early_holds),
        cmocka_unit_test(a_slow_stop_says_for_whom_it_waits),
    };
    int failed = cmocka_run_group_tests(before, NULL, NULL); /* before gm_init: they fork */
    if (!gm_init(0)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c_objects_are_aligned),
        cmocka_unit_test(small_objects_are_their_own),
        cmocka_unit_test(threads_that_end_are_detached),
        cmocka_unit_test(destructors_may_allocate),
        cmocka_unit_test(init_counts),
        cmocka_unit_test(cas_fails_where_it_must),
        cmocka_unit_test(shared_stack_loses_nothing),
        cmocka_unit_test(no_barriers_hold_for_both),
    };
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
