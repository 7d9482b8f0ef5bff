/* sched_api_test.c - golem/sched.h as a C program uses it, through golem.h alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <golem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

GM_DEFINE_PLAIN_TYPE(long_type, long);

typedef struct node {
    struct node *next;
    long value;
} node;
GM_DEFINE_TYPE(node_type, node, next);

static gm_chan *chans[8];
static gm_wait_group group;
static gm_mu mu;
static long sum;

/* --- workers --- */

static void work(void *arg) {
    gm_chan *jobs = arg;
    long mine = 0;
    for (long job; gm_chan_recv(jobs, &job);) mine += job;
    gm_mu_lock(&mu);
    sum += mine;
    gm_mu_unlock(&mu);
    gm_wait_group_done(&group);
}

static void workers_share_jobs(void **state) {
    (void)state;
    sum = 0;
    chans[0] = gm_chan_make(&long_type, 16);
    gm_wait_group_add(&group, 8);
    for (int i = 0; i < 8; i++) assert_true(gm_go(work, chans[0], 0));
    for (long job = 1; job <= 5000; job++) assert_true(gm_chan_send(chans[0], &job));
    assert_true(gm_chan_close(chans[0]));
    assert_false(gm_chan_close(chans[0]));
    gm_wait_group_wait(&group);
    assert_int_equal(sum, 5000L * 5001 / 2);
    long job = 1;
    assert_false(gm_chan_send(chans[0], &job));
    assert_int_equal(gm_chan_try_send(chans[0], &job), GM_CHAN_CLOSED);
    assert_int_equal(gm_chan_try_recv(chans[0], &job), GM_CHAN_CLOSED);
}

/* --- a large stack, objects on it --- */

static __attribute__((noinline)) long deep(long n) {
    char room[1024];
    memset(room, (int)n, sizeof room);
    if (n == 0) return room[5];
    return deep(n - 1) + room[7] - (char)n + 1;
}

static void go_deep(void *arg) {
    node *list = NULL;
    for (long i = 0; i < 1000; i++) {
        node *n = gm_new(&node_type);
        n->value = i;
        n->next = list;
        list = n;
        if (i % 250 == 0) gm_yield();
    }
    long depth = deep((long)(intptr_t)arg);
    for (node *n = list; n; n = n->next) depth += n->value;
    gm_chan_send(chans[1], &depth);
}

static void stacks_are_as_large_as_asked(void **state) {
    (void)state;
    chans[1] = gm_chan_make(&long_type, 0);
    for (int i = 0; i < 10; i++) assert_true(gm_go(go_deep, (void *)(intptr_t)6000, 8 << 20));
    for (int i = 0; i < 10; i++) {
        long depth;
        gm_gc();
        assert_true(gm_chan_recv(chans[1], &depth));
        assert_int_equal(depth, 6000 + 1000L * 999 / 2);
    }
    assert_false(gm_go(go_deep, NULL, (size_t)1 << 48));
}

/* --- select --- */

static void feed(void *arg) {
    long k = (long)(intptr_t)arg;
    for (long i = 0; i < 1000; i++) gm_chan_send(chans[k], &k);
    gm_chan_close(chans[k]);
}

static void select_serves_all(void **state) {
    (void)state;
    long count[6] = {0};
    for (int i = 2; i < 6; i++) {
        chans[i] = gm_chan_make(&long_type, i % 3);
        gm_go(feed, (void *)(intptr_t)i, 0);
    }
    chans[6] = gm_chan_make(&long_type, 5000);
    long open = 4, value[6], out = 9, sent = 0;
    gm_select_case cases[5];
    for (int i = 0; i < 4; i++) cases[i] = (gm_select_case){chans[i + 2], &value[i], false, false};
    cases[4] = (gm_select_case){chans[6], &out, true, false};
    while (open) {
        int i = gm_select_cases(cases, 5, true);
        if (i == 4) {
            assert_true(cases[4].ok);
            if (++sent == 100) cases[4].chan = NULL;
        } else if (cases[i].ok) {
            assert_int_equal(value[i], i + 2);
            count[i]++;
        } else {
            cases[i].chan = NULL;
            open--;
        }
    }
    for (int i = 0; i < 4; i++) assert_int_equal(count[i], 1000);
    assert_int_equal(gm_chan_length(chans[6]), sent);
    assert_int_equal(gm_chan_capacity(chans[6]), 5000);
    cases[4] = (gm_select_case){chans[6], &out, true, true};
    gm_chan_close(chans[6]);
    assert_int_equal(gm_select_cases(cases, 5, true), 4);
    assert_false(cases[4].ok);
    cases[4].chan = NULL;
    assert_int_equal(gm_select_cases(cases, 5, false), -1);
}

/* --- blocking, sleeping, threads of the program --- */

static void nap(void *arg) {
    usleep((useconds_t)(intptr_t)arg);
}

static void block_a_while(void *arg) {
    gm_blocking(nap, arg);
    gm_wait_group_done(&group);
}

static void blocked_goroutines_hold_nobody_up(void **state) {
    (void)state;
    gm_wait_group_add(&group, 20);
    for (int i = 0; i < 20; i++) gm_go(block_a_while, (void *)3000, 0);
    gm_sleep(500000);
    for (int i = 0; i < 5; i++) gm_gc();
    gm_wait_group_wait(&group);
}

/* --- blocking regions of goroutines --- */

enum { LOOPERS = 3, LOCKERS = 6 };
static bool done;
static pthread_mutex_t lock;
static long bad;

static bool is_done(void) {
    return __atomic_load_n(&done, __ATOMIC_ACQUIRE);
}

static void loop_over_regions(void *arg) {
    while (!is_done()) {
        gm_block_enter();
        if (arg) usleep(20);
        gm_block_leave();
    }
    gm_wait_group_done(&group);
}

static void stay_in_region(void *arg) {
    (void)arg;
    gm_block_enter();
    while (!is_done()) usleep(100);
    gm_block_leave();
    gm_wait_group_done(&group);
}

static void end_it(void *arg) {
    for (int i = 0; i < 100; i++) {
        *(node **)arg = gm_new(&node_type);
        gm_yield();
    }
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    gm_wait_group_done(&group);
}

static void with_procs(int procs, void (*test)(void)) {
    int before = gm_gomaxprocs(procs);
    test();
    gm_gomaxprocs(before);
}

/* The one that ends it gets its turn, and so do collections. */
static void run_regions(void) {
    done = false;
    gm_wait_group_add(&group, 2 * LOOPERS + 1);
    for (uintptr_t i = 0; i < LOOPERS; i++) {
        gm_go(loop_over_regions, (void *)i, 0);
        gm_go(stay_in_region, NULL, 0);
    }
    gm_go(end_it, &chans[7], 0);
    for (int i = 0; i < 5; i++) gm_gc();
    gm_wait_group_wait(&group);
}

static void regions_hold_nobody_up(void **state) {
    (void)state;
    with_procs(1, run_regions);
    with_procs(2, run_regions);
}

/* The lock belongs to the thread: on another one the goroutine could not give it back. */
static void lock_in_region(void *arg) {
    for (long i = 0; i < 300; i++) {
        gm_block_enter();
        int failed = pthread_mutex_lock(&lock);
        gm_block_leave();
        node *n = gm_new(&node_type);
        n->value = ++sum;
        if (i % 16 == 0)
            for (volatile long k = 0; k < 1000000; k++) continue;
        failed |= n->value != sum;
        failed |= pthread_mutex_unlock(&lock);
        if (failed) __atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED);
    }
    (void)arg;
    gm_wait_group_done(&group);
}

static void run_lockers(void) {
    sum = 0;
    gm_wait_group_add(&group, LOCKERS);
    for (int i = 0; i < LOCKERS; i++) gm_go(lock_in_region, NULL, 0);
    for (int i = 0; i < 20; i++) gm_gc();
    gm_wait_group_wait(&group);
    assert_int_equal(sum, LOCKERS * 300);
    assert_int_equal(bad, 0);
}

static void locks_may_be_taken_in_regions(void **state) {
    (void)state;
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&lock, &attr);
    with_procs(1, run_lockers);
    with_procs(2, run_lockers);
}

static void *thread(void *arg) {
    if (!gm_attach_thread()) return NULL;
    for (long i = 0; i < 500; i++) {
        gm_new(&node_type);
        gm_chan_send(arg, &i);
    }
    gm_detach_thread();
    return arg;
}

static void threads_and_goroutines_talk(void **state) {
    (void)state;
    sum = 0;
    chans[0] = gm_chan_make(&long_type, 1);
    pthread_t t[3];
    gm_wait_group_add(&group, 2);
    for (int i = 0; i < 2; i++) gm_go(work, chans[0], 0);
    for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, thread, chans[0]);
    void *result[3];
    gm_block_enter();
    for (int i = 0; i < 3; i++) pthread_join(t[i], &result[i]);
    gm_block_leave();
    for (int i = 0; i < 3; i++) assert_ptr_equal(result[i], chans[0]);
    gm_chan_close(chans[0]);
    gm_wait_group_wait(&group);
    assert_int_equal(sum, 3 * 500L * 499 / 2);
}

static void mutex_excludes(void **state) {
    (void)state;
    gm_mu_lock(&mu);
    assert_false(gm_mu_try_lock(&mu));
    gm_mu_unlock(&mu);
    assert_true(gm_mu_try_lock(&mu));
    gm_mu_unlock(&mu);
}

static int begin(void **state) {
    (void)state;
    alarm(120);
    if (!gm_init(0)) return -1;
    gm_register_roots_conservative(chans, sizeof chans);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_share_jobs),
        cmocka_unit_test(stacks_are_as_large_as_asked),
        cmocka_unit_test(select_serves_all),
        cmocka_unit_test(blocked_goroutines_hold_nobody_up),
        cmocka_unit_test(regions_hold_nobody_up),
        cmocka_unit_test(locks_may_be_taken_in_regions),
        cmocka_unit_test(threads_and_goroutines_talk),
        cmocka_unit_test(mutex_excludes),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
