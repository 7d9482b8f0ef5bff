/* fault_world_test.c - the system refusing, to a whole program: threads, goroutines, finalizers,
 * pools and weak pointers on the real scheduler. Every call of os/ fails at the n-th time, once or
 * from then on, and each program must end well or in a fatal error that says why: never by a
 * signal, never by waiting for ever. Each runs in a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <golem.h>

#include "child.h"
#include "os/os.h"

typedef struct node {
    struct node *next;
    long value;
    struct node *other;
} node;
GM_DEFINE_TYPE(node_type, node, next, other);

static node *list;
static void *big;
static gm_wait_group group;

/* --- the hook --- */

enum how { ONCE, FOR_GOOD };
static int fail_at, calls;
static enum how how;
static bool said;

static bool refuse(enum gm_os_call call, size_t bytes) {
    (void)call, (void)bytes;
    int n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    bool no = how == ONCE ? n == fail_at : n >= fail_at;
    if (no && !__atomic_exchange_n(&said, true, __ATOMIC_RELAXED)) (void)!write(2, "<refused>", 9);
    return no;
}

/* --- a program --- */

static __attribute__((noinline)) void work_for_a_while(void) {
    for (int i = 0; i < 3000; i++) {
        node *n = gm_new(&node_type);
        n->value = i;
        gm_store(&n->next, i % 500 ? gm_load(&list) : NULL);
        gm_store(&list, n);
        if (i % 100 == 0) gm_store(&big, gm_alloc_noscan(50000 + 1000 * (size_t)i));
        if (i % 300 == 0) gm_store(&big, gm_newarray(&gm_pointer_type, 3000 + i));
    }
}

/* A thread that is refused goes without. */
static void *in_thread(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) return NULL;
    work_for_a_while();
    gm_detach_thread();
    return NULL;
}

static void in_goroutine(void *arg) {
    (void)arg;
    work_for_a_while();
    gm_wait_group_done(&group);
}

static void finalizer(void *obj, void *arg) {
    (void)obj, (void)arg;
}

/* What failed once may be tried again. */
static bool begin(void) {
    return gm_init(0) || (how == ONCE && gm_init(0));
}

static int program(void) {
    if (!begin()) return 1;
    gm_register_roots(&list, &gm_pointer_type, 1);
    gm_register_roots(&big, &gm_pointer_type, 1);
    gm_pool *pool = gm_pool_new(NULL);
    for (int i = 0; i < 100; i++) {
        node *n = gm_new(&node_type);
        gm_set_finalizer(n, finalizer, NULL);
        gm_weak_make(gm_new(&node_type));
        gm_pool_put(pool, gm_new(&node_type));
    }
    pthread_t t;
    bool thread = pthread_create(&t, NULL, in_thread, NULL) == 0;
    for (int i = 0; i < 3; i++) {
        gm_wait_group_add(&group, 1);
        if (!gm_go(in_goroutine, NULL, 0)) gm_wait_group_done(&group);
    }
    work_for_a_while();
    gm_gc();
    gm_wait_group_wait(&group);
    gm_block_enter();
    if (thread) pthread_join(t, NULL);
    gm_block_leave();
    gm_free_os_memory();
    gm_shutdown();
    return 0;
}

/* Tries every n until the program makes fewer calls than that. */
static void refuse_every(enum how which) {
    int fatal = 0, good = 0, not_begun = 0, unused = 0;
    how = which;
    gm_os_fault_hook = refuse;
    for (fail_at = 1; fail_at < 200 && unused < 3; fail_at++) {
        int status = in_child(program);
        if (!strstr(child_text, "<refused>")) unused++;
        if (status == 0)
            good++;
        else if (status == 1)
            not_begun++;
        else if (status == 2 && strstr(child_text, "fatal error: "))
            fatal++;
        else
            fail_msg("call %d: status %d: %s", fail_at, status, child_text);
    }
    gm_os_fault_hook = NULL;
    assert_int_equal(unused, 3);
    assert_true(fatal > 3);
    assert_true(how == ONCE ? not_begun == 0 : not_begun > 3);
    assert_true(good >= 3); /* how many calls are made depends on timing */
}

static void one_call_may_fail(void **state) {
    (void)state;
    refuse_every(ONCE);
}

static void all_calls_may_fail_from_some_time_on(void **state) {
    (void)state;
    refuse_every(FOR_GOOD);
}

/* --- what says no instead of ending the process --- */

static bool refuse_all(enum gm_os_call call, size_t bytes) {
    (void)call, (void)bytes;
    return true;
}

static void *attach_and_work(void *arg) {
    bool *attached = arg;
    *attached = gm_attach_thread();
    if (*attached) work_for_a_while();
    gm_detach_thread();
    return NULL;
}

static bool attached_in_thread(void) {
    pthread_t t;
    bool attached = false;
    if (pthread_create(&t, NULL, attach_and_work, &attached)) return false;
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    return attached;
}

static void nothing(void *arg) {
    (void)arg;
}

static int refused_politely(void) {
    gm_os_fault_hook = refuse_all;
    if (gm_init(0) || gm_init(GM_NO_BARRIERS)) return 3;
    gm_os_fault_hook = NULL;
    if (!gm_init(0)) return 4;
    gm_register_roots(&list, &gm_pointer_type, 1);
    gm_register_roots(&big, &gm_pointer_type, 1);
    gm_os_fault_hook = refuse_all;
    for (int i = 0; i < 20; i++)
        if (attached_in_thread()) return 5;
    if (gm_go(nothing, NULL, 0)) return 6;
    if (gm_gomaxprocs(8) < 1) return 7;
    gm_os_fault_hook = NULL;
    for (int i = 0; i < 20; i++)
        if (!attached_in_thread()) return 8;
    gm_wait_group_add(&group, 1);
    if (!gm_go(in_goroutine, NULL, 0)) return 9;
    gm_wait_group_wait(&group);
    gm_shutdown();
    return 0;
}

static void beginnings_fail_by_return(void **state) {
    (void)state;
    int status = in_child(refused_politely);
    if (status) fail_msg("status %d: %s", status, child_text);
}

/* --- true limits --- */

static void with_limit(int what, rlim_t bytes, int want, const char *text) {
    struct rlimit old, r;
    getrlimit(what, &old);
    r = old;
    r.rlim_cur = bytes;
    setrlimit(what, &r);
    int status = in_child(program);
    setrlimit(what, &old);
    if (status != want || !strstr(child_text, text)) fail_msg("status %d: %s", status, child_text);
}

static void little_address_space(void **state) {
    (void)state;
    SKIP_UNDER_SANITIZERS();
    with_limit(RLIMIT_AS, (rlim_t)2 << 30, 0, "");
    with_limit(RLIMIT_AS, (rlim_t)1 << 30, 0, "");
}

static void too_little_address_space(void **state) {
    (void)state;
    SKIP_UNDER_SANITIZERS();
    with_limit(RLIMIT_AS, (rlim_t)40 << 20, 1, ""); /* gm_init says so */
}

/* The system counts what is writable: the heap can be reserved, and cannot grow. */
static void little_data(void **state) {
    (void)state;
    SKIP_UNDER_SANITIZERS();
    with_limit(RLIMIT_DATA, (rlim_t)13 << 20, 2, "fatal error: out of memory");
}

static int beyond_the_machine(void) {
    if (!gm_init(0)) return 1;
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    volatile char *p = gm_alloc_noscan_raw((size_t)pages * (size_t)size * 5 / 4);
    p[0] = 1;
    return 0;
}

/* A machine that promises more than it has may grant the wish; it is not touched. */
static void more_than_the_machine_has(void **state) {
    (void)state;
    int status = in_child(beyond_the_machine);
    if (status != 0) {
        assert_int_equal(status, 2);
        assert_non_null(strstr(child_text, "fatal error: out of memory"));
        assert_non_null(strstr(child_text, "cannot allocate"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call_may_fail),
        cmocka_unit_test(all_calls_may_fail_from_some_time_on),
        cmocka_unit_test(beginnings_fail_by_return),
        cmocka_unit_test(little_address_space),
        cmocka_unit_test(too_little_address_space),
        cmocka_unit_test(little_data),
        cmocka_unit_test(more_than_the_machine_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
