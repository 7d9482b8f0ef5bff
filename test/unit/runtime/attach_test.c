/* attach_test.c - threads that come and go while everything else happens: collections, goroutines,
 * signals at any instruction, the end of collection and its beginning anew.
 *
 * What each thread makes hangs on its own stack alone, so a stack that a collection does not look at is
 * found out at once: freed objects are overwritten (clobberfree). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <golem.h>

#include "child.h"
#include "list.h"
#include "os/os.h"
#include "sched/proc.h"

enum { HOPPERS = 6 };

static uint32_t stop, damaged, caught, passed_on;
static uint64_t hops;
static gm_chan *talk;

static bool stopped(void) {
    return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}
static void add(uint32_t *n) {
    __atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}
static uint64_t load(const uint32_t *n) {
    return __atomic_load_n(n, __ATOMIC_ACQUIRE);
}
static void rest(long ns) {
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void check_list(const node *list, uint64_t seed) {
    if (!is_list(list, seed)) add(&damaged);
}

/* One visit to the library: a list, a collection or a wait in the middle of it, a word to a goroutine. */
static void visit(uint64_t seed) {
    node *list = make_list(seed);
    if (seed % 64 == 0) gm_gc();
    if (seed % 3 == 0) {
        gm_block_enter();
        rest(1000);
        gm_block_leave();
    }
    if (seed % 5 == 0) gm_chan_try_send(talk, &list);
    gm_safepoint();
    make_list(seed + 1);
    check_list(list, seed);
}

static void *hop(void *arg) {
    stack_t before;
    if (sigaltstack(NULL, &before)) abort();
    for (uint64_t i = (uintptr_t)arg; !stopped(); i += HOPPERS) {
        if (!gm_attach_thread() || !gm_attach_thread()) abort();
        visit(i);
        gm_detach_thread();
        gm_detach_thread();
        stack_t now; /* the library's is gone */
        if (sigaltstack(NULL, &now) || now.ss_flags != before.ss_flags) abort();
        if (!(now.ss_flags & SS_DISABLE) && now.ss_sp != before.ss_sp) abort();
        __atomic_fetch_add(&hops, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void listen_to_all(void *arg) {
    (void)arg;
    for (node *list; gm_chan_recv(talk, &list);) {
        check_list(list, list->value + 1 - LIST);
        add(&passed_on);
    }
}

/* --- signals --- */

/* Without a stack check, as in any program: it may come when a thread is between two stacks. */
__attribute__((no_split_stack)) static void on_signal(int signo) {
    char here[256];
    memset(here, signo, sizeof here);
    __asm__ volatile("" ::"r"(here) : "memory");
    __atomic_fetch_add(&caught, 1, __ATOMIC_RELAXED);
}

static pthread_t hoppers[HOPPERS];

static void *shoot(void *arg) {
    (void)arg;
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGURG};
    for (unsigned i = 0; !stopped(); i++) {
        pthread_kill(hoppers[i % HOPPERS], signals[i % 3]);
        rest(30000);
    }
    return NULL;
}

static void handle(int signo, int flags) {
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = flags};
    sigaction(signo, &sa, NULL);
}

static void begin_hopping(void) {
    talk = gm_chan_make(&gm_pointer_type, 4);
    for (int i = 0; i < 3; i++)
        if (!gm_go(listen_to_all, NULL, 0)) abort();
    for (uintptr_t i = 0; i < HOPPERS; i++)
        if (pthread_create(&hoppers[i], NULL, hop, (void *)(i + 1))) abort();
}

static void end_hopping(void) {
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    gm_block_enter();
    for (int i = 0; i < HOPPERS; i++) pthread_join(hoppers[i], NULL);
    gm_block_leave();
    gm_chan_close(talk);
    while (gm_num_goroutine() > 0) gm_sleep(100000);
    __atomic_store_n(&stop, 0, __ATOMIC_RELEASE);
}

static int under_signals(void) {
    handle(SIGUSR1, SA_ONSTACK | SA_RESTART);
    handle(SIGUSR2, 0);
    handle(SIGPROF, SA_RESTART);
    struct itimerval often = {{0, 500}, {0, 500}};
    setitimer(ITIMER_PROF, &often, NULL);
    if (!gm_init(0)) return 1;
    gm_register_roots(&talk, &gm_pointer_type, 1);
    begin_hopping();
    pthread_t shooter;
    if (pthread_create(&shooter, NULL, shoot, NULL)) return 3;
    node *mine = make_list(12345);
    for (int i = 0; i < 100; i++) {
        gm_gc();
        gm_sleep(3000000);
        check_list(mine, 12345);
    }
    end_hopping();
    gm_block_enter();
    pthread_join(shooter, NULL);
    gm_block_leave();
    gm_shutdown();
    return damaged ? 4 : load(&caught) < 100 ? 5 : hops < 100 ? 6 : load(&passed_on) < 10 ? 7 : 0;
}

/* --- the end, and a new beginning, beside threads that do not care --- */

static int end_and_begin(void) {
    if (!gm_init(0)) return 1;
    gm_register_roots(&talk, &gm_pointer_type, 1);
    begin_hopping();
    for (int i = 0; i < 60; i++) {
        node *mine = make_list(99);
        gm_gc();
        check_list(mine, 99);
        gm_shutdown();
        rest(1000000);
        check_list(mine, 99); /* readable still */
        if (!gm_init(0)) return 3;
    }
    end_hopping();
    gm_shutdown();
    return damaged ? 4 : 0;
}

/* The process ends while goroutines run and threads attach. */
static int end_in_the_middle(void) {
    if (!gm_init(0)) return 1;
    gm_register_roots(&talk, &gm_pointer_type, 1);
    begin_hopping();
    for (int i = 0; i < 5; i++) gm_gc();
    gm_shutdown();
    exit(damaged ? 4 : 0);
}

/* --- --- */

static void expect_good(int (*program)(void)) {
    int status = in_child(program);
    if (status) fail_msg("status %d: %s", status, child_text);
}

static void signals_may_arrive_anywhere(void **state) {
    (void)state;
    expect_good(under_signals);
}

static void collection_may_end_and_begin(void **state) {
    (void)state;
    expect_good(end_and_begin);
}

static void the_process_may_end_at_any_time(void **state) {
    (void)state;
    for (int i = 0; i < 15; i++) expect_good(end_in_the_middle);
}

static void *attach_once(void *arg) {
    if (!gm_attach_thread()) return NULL;
    *(gm_g **)arg = gm_getg();
    gm_detach_thread();
    return arg;
}

static void records_are_used_again(void **state) {
    (void)state;
    assert_true(gm_init(0));
    gm_g *g = NULL, *last = NULL;
    uint32_t before = gm_sched.m_count, others = 0;
    for (int i = 0; i < 200; i++) {
        pthread_t t;
        void *good;
        assert_int_equal(pthread_create(&t, NULL, attach_once, &g), 0);
        gm_block_enter();
        pthread_join(t, &good);
        gm_block_leave();
        assert_non_null(good);
        others += g != last;
        last = g;
    }
    assert_true(gm_sched.m_count <= before + 1);
    assert_true(others <= 2);
    gm_shutdown();
}

/* --- where the frames of a thread begin, which the collector finds out while threads stand there --- */

static uint32_t standing;

/* The whole of a list hangs on the first frame. */
static void *stand(void *arg) {
    node *volatile list;
    if (!gm_attach_thread()) return NULL;
    list = make_list((uintptr_t)arg);
    add(&standing);
    gm_block_enter();
    while (!stopped()) rest(1000000);
    gm_block_leave();
    check_list(list, (uintptr_t)arg);
    return NULL;
}

static int in_first_frames(void) {
    enum { STANDING = 8, SIZE = 1 << 20 };
    if (!gm_init(0)) return 1;
    pthread_t t[STANDING];
    for (uintptr_t i = 0; i < STANDING; i++) {
        pthread_attr_t attr;
        pthread_attr_init(&attr);
        if (i % 2) pthread_attr_setstack(&attr, aligned_alloc(4096, SIZE), SIZE);
        if (pthread_create(&t[i], &attr, stand, (void *)(1 + i))) return 3;
    }
    while (load(&standing) < STANDING) gm_sleep(1000000);
    for (int i = 0; i < 10 || !gm_os_first_frame(gm_os_thread_block()); i++) gm_gc();
    gm_gc();
    for (int i = 0; i < 1000; i++) make_list(0);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    gm_block_enter();
    for (int i = 0; i < STANDING; i++) pthread_join(t[i], NULL);
    gm_block_leave();
    gm_shutdown();
    return damaged ? 4 : 0;
}

static void first_frames_are_seen(void **state) {
    (void)state;
    expect_good(in_first_frames);
}

int main(void) {
    setenv("GODEBUG", "clobberfree=1", 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_may_arrive_anywhere),
        cmocka_unit_test(collection_may_end_and_begin),
        cmocka_unit_test(the_process_may_end_at_any_time),
        cmocka_unit_test(records_are_used_again),
        cmocka_unit_test(first_frames_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
