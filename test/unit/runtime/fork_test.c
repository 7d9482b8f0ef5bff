/* fork_test.c - processes that fork while threads and goroutines use the library: parent and child both go on.
 *
 * Freed objects are overwritten (clobberfree), so an object that the child loses is found out. */
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
#include "os/tls.h"

typedef struct node {
    struct node *next;
    uint64_t value;
} node;
GM_DEFINE_TYPE(node_type, node, next);

enum { CHURNERS = 3, LIST = 20000, FORKS = 8 };

static uint32_t stop;
static node *kept; /* a root */
static gm_chan *silent, *echo;

static bool stopped(void) {
    return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

static void rest(long ns) {
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void make_list(void) {
    for (uint64_t i = 0; i < LIST; i++) {
        node *n = gm_new(&node_type);
        n->value = i;
        n->next = i ? kept : NULL;
        gm_store(&kept, n);
    }
}

static bool list_is_whole(void) {
    uint64_t i = LIST;
    for (const node *n = kept; n; n = n->next)
        if (n->value != --i) return false;
    return i == 0;
}

/* --- what others are about when the process forks --- */

static void *churn(void *arg) {
    gm_attach_thread();
    while (!stopped()) {
        for (int i = 0; i < 1000; i++) gm_new(&node_type);
        if (arg) gm_gc();
    }
    gm_detach_thread();
    return NULL;
}

static void *come_and_go(void *arg) {
    (void)arg;
    static node *mine[64];
    for (int i = 0; !stopped(); i++) {
        gm_register_roots(&mine[i % 64], &gm_pointer_type, 1);
        if (!gm_attach_thread()) abort();
        gm_store(&mine[i % 64], (node *)gm_new(&node_type));
        gm_detach_thread();
        gm_unregister_roots(&mine[i % 64]);
    }
    return NULL;
}

static void *wait_for_word(void *arg) {
    (void)arg;
    gm_attach_thread();
    node *n;
    while (gm_chan_recv(silent, &n)) continue;
    gm_detach_thread();
    return NULL;
}

static void wait_too(void *arg) {
    (void)arg;
    node *n;
    while (gm_chan_recv(silent, &n)) continue;
}

static void turn(void *arg) {
    (void)arg;
    while (!stopped()) {
        gm_new(&node_type);
        gm_yield();
    }
}

static void doze(void *arg) {
    (void)arg;
    while (!stopped()) gm_sleep(1000000);
}

static void block(void *arg) {
    (void)arg;
    while (!stopped()) {
        gm_block_enter();
        rest(5000000);
        gm_block_leave();
        gm_yield();
    }
}

/* --- what the child does --- */

static void answer(void *arg) {
    (void)arg;
    for (node *n; gm_chan_recv(echo, &n);) gm_chan_send(echo, &n);
}

static void *alloc_in_thread(void *arg) {
    if (!gm_attach_thread()) return arg;
    for (int i = 0; i < 100000; i++) gm_new(&node_type);
    gm_gc();
    gm_detach_thread();
    return NULL;
}

/* New threads may get the memory of threads that the child lost. A limit left there would be taken for their own. */
enum { NEW_THREADS = 16 };

static void *look_at_limit(void *all_here) {
    uintptr_t limit = *gm_limit_word();
    pthread_barrier_wait(all_here);
    return (void *)limit;
}

static bool threads_begin_without_limits(void) {
    pthread_t t[NEW_THREADS];
    pthread_barrier_t all_here;
    pthread_attr_t like_the_library; /* the C library uses a stack again for one of its size */
    pthread_attr_init(&like_the_library);
    pthread_attr_setstacksize(&like_the_library, 256 << 10);
    pthread_barrier_init(&all_here, NULL, NEW_THREADS);
    for (int i = 0; i < NEW_THREADS; i++)
        if (pthread_create(&t[i], &like_the_library, look_at_limit, &all_here)) abort();
    bool ok = true;
    gm_block_enter();
    for (int i = 0; i < NEW_THREADS; i++) {
        void *limit;
        pthread_join(t[i], &limit);
        ok &= !limit;
    }
    gm_block_leave();
    return ok;
}

static uint32_t finalized;
static void on_final(void *obj, void *arg) {
    (void)obj, (void)arg;
    __atomic_fetch_add(&finalized, 1, __ATOMIC_RELAXED);
}

static __attribute__((noinline)) void drop_some(void) {
    for (int i = 0; i < 100; i++) gm_set_finalizer(gm_new(&node_type), on_final, NULL);
}

/* Attached, outside regions. 0: all is as it should be. */
static int go_on(void) {
    if (gm_num_goroutine() > 1) return 9;
    if (!threads_begin_without_limits()) return 17;
    make_list();
    for (int i = 0; i < 200000; i++) gm_new(&node_type);
    gm_gc();
    if (!list_is_whole()) return 10;
    node *n = kept, *back = NULL;
    if (gm_chan_try_send(silent, &n) != GM_CHAN_WOULD_WAIT) return 11; /* nobody waits */
    if (!gm_go(answer, NULL, 0)) return 12;
    gm_chan_send(echo, &n);
    gm_sleep(1000);
    if (!gm_chan_recv(echo, &back) || back != n) return 13;
    pthread_t t;
    void *result;
    if (pthread_create(&t, NULL, alloc_in_thread, &stop)) return 14;
    gm_block_enter();
    pthread_join(t, &result);
    gm_block_leave();
    if (result) return 15;
    finalized = 0;
    drop_some();
    for (int i = 0; i < 1000 && !__atomic_load_n(&finalized, __ATOMIC_RELAXED); i++) {
        gm_gc();
        gm_sleep(1000000);
    }
    return finalized ? 0 : 16;
}

static int status_of(pid_t pid) {
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void begin(void) {
    setenv("GODEBUG", "clobberfree=1", 1);
    if (!gm_init(0)) abort();
    gm_register_roots(&kept, &gm_pointer_type, 1);
    gm_register_roots(&silent, &gm_pointer_type, 1);
    gm_register_roots(&echo, &gm_pointer_type, 1);
    gm_store(&silent, gm_chan_make(&gm_pointer_type, 0));
    gm_store(&echo, gm_chan_make(&gm_pointer_type, 0));
}

static pthread_t threads[CHURNERS + 3];
static int thread_count;

static void start(void *(*fn)(void *), void *arg) {
    if (pthread_create(&threads[thread_count++], NULL, fn, arg)) abort();
}

static void surround(void) {
    for (int i = 0; i < CHURNERS; i++) start(churn, i ? NULL : &stop);
    start(come_and_go, NULL);
    start(wait_for_word, NULL);
    for (int i = 0; i < 4; i++) gm_go(i < 2 ? turn : wait_too, NULL, 0);
    gm_go(doze, NULL, 0);
    for (int i = 0; i < 4; i++) gm_go(block, NULL, 0);
}

static void join_all(void) {
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    gm_chan_close(silent);
    gm_block_enter();
    for (int i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
    gm_block_leave();
}

/* --- in a region, outside one, from a child --- */

static int fork_attached(void) {
    begin();
    surround();
    int bad = 0;
    for (int i = 0; i < FORKS && !bad; i++) {
        make_list();
        bool region = i % 2;
        gm_block_enter();
        rest(3000000);
        if (!region) gm_block_leave();
        pid_t pid = fork();
        if (!region) gm_block_enter();
        if (pid == 0) {
            alarm(CHILD_SECONDS / 2);
            gm_block_leave();
            int status = list_is_whole() ? go_on() : 20;
            if (status || i) _exit(status);
            /* and once more */
            pid = fork();
            if (pid == 0) _exit(go_on());
            _exit(status_of(pid));
        }
        bad = status_of(pid);
        gm_block_leave();
        if (!list_is_whole()) bad = 30;
    }
    join_all();
    gm_gc();
    return bad;
}

/* --- from a thread that the library does not know, from a goroutine --- */

static void *fork_unattached(void *arg) {
    (void)arg;
    pid_t pid = fork();
    if (pid == 0) {
        alarm(CHILD_SECONDS / 2);
        if (!gm_attach_thread()) _exit(21);
        _exit(list_is_whole() ? go_on() : 22);
    }
    return (void *)(intptr_t)status_of(pid);
}

static int fork_from_strange_thread(void) {
    begin();
    surround();
    make_list();
    void *bad = NULL;
    for (int i = 0; i < FORKS / 2 && !bad; i++) {
        pthread_t t;
        gm_block_enter();
        pthread_create(&t, NULL, fork_unattached, NULL);
        pthread_join(t, &bad);
        gm_block_leave();
    }
    join_all();
    return (int)(intptr_t)bad;
}

static void fork_here(void *arg) {
    gm_chan *result = arg;
    node *mine = gm_new(&node_type);
    mine->value = 4711;
    pid_t pid = fork();
    if (pid == 0) {
        alarm(CHILD_SECONDS / 2);
        int status = go_on();
        _exit(status ? status : mine->value == 4711 ? 0 : 23);
    }
    int64_t bad;
    gm_block_enter();
    bad = status_of(pid);
    gm_block_leave();
    gm_chan_send(result, &bad);
}

static int fork_from_goroutine(void) {
    begin();
    surround();
    static const gm_type word = {.size = 8, .align = 8, .field_align = 8, .kind = GM_INT64};
    gm_chan *result = gm_chan_make(&word, 0);
    int64_t bad = 0;
    for (int i = 0; i < FORKS / 2 && !bad; i++) {
        gm_go(fork_here, result, 0);
        gm_chan_recv(result, &bad);
    }
    join_all();
    return (int)bad;
}

#ifdef GM_TSAN /* its child cannot start threads */
#define RUN(f) (skip(), (void)(f))
#else
#define RUN(f) assert_int_equal(in_child(f), 0)
#endif

static void test_attached(void **state) {
    (void)state;
    RUN(fork_attached);
}
static void test_strange_thread(void **state) {
    (void)state;
    RUN(fork_from_strange_thread);
}
static void test_goroutine(void **state) {
    (void)state;
    RUN(fork_from_goroutine);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_attached),
                                       cmocka_unit_test(test_strange_thread),
                                       cmocka_unit_test(test_goroutine)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
