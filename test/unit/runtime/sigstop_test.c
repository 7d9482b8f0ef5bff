/* sigstop_test.c - GM_STOP_BY_SIGNAL: threads that ask for nothing are stopped wherever they are: in loops, in malloc, in stores, on
 * stacks of their own; and while all that goes on, others collect and processes fork.
 *
 * Freed objects are overwritten (clobberfree), so an object that a stop loses is found out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include <golem.h>

#include "child.h"
#include "list.h"
#include "os/inside.h"

enum { SLOTS = 64, ROUNDS = 25, SIGNAL_STACK = 128 << 10 };

static node *shared[SLOTS]; /* a root: each leads to a list of LIST nodes */
typedef struct word {
    uint64_t bits;
} word;
static word boxed[SLOTS];
static uint32_t stop, damaged, passes[16];

static inline void *unbox(uint64_t bits) {
    return (void *)(bits ^ 0x5555555555555555u);
}
static inline uint64_t box(node *n) {
    return (uint64_t)n ^ 0x5555555555555555u;
}
GM_DEFINE_VALUE_TYPE(word_type, word, unbox, bits);

static bool stopped(void) {
    return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static void check_node(const node *n) {
    if (n && n->check != ~n->value) __atomic_fetch_add(&damaged, 1, __ATOMIC_RELAXED);
}

static void check_list(const node *n) {
    for (int i = 0; n && i < 2 * LIST; i++, n = gm_load(&n->next)) check_node(n);
}

/* --- what threads are about when they are stopped --- */

/* No call at all: what it has taken out of the shared slots hangs on its registers alone. */
static void spin_in_loop(uint64_t *state) {
    node *mine = gm_exchange(&shared[next_random(state) % SLOTS], NULL);
    for (int i = 0; i < 20000; i++) {
        node *n = mine;
        for (int k = 0; n && k < LIST; k++, n = n->next)
            if (n->check != ~n->value) check_node(n);
    }
    gm_store(&shared[next_random(state) % SLOTS], mine);
}

/* Pointers go round between slots: a store that is cut from its barrier loses one. */
static void move_about(uint64_t *state) {
    for (int i = 0; i < 2000; i++) {
        node **from = &shared[next_random(state) % SLOTS],
             **to = &shared[next_random(state) % SLOTS];
        node *a = gm_load(from), *b = gm_load(to);
        gm_store(from, b);
        gm_store(to, a);
        check_node(a);
        node *want = b;
        if (!gm_cas(to, &want, a)) check_node(want);
        check_node(gm_exchange(from, a));
    }
}

static void move_boxed(uint64_t *state) {
    for (int i = 0; i < 2000; i++) {
        uint64_t *from = &boxed[next_random(state) % SLOTS].bits;
        uint64_t *to = &boxed[next_random(state) % SLOTS].bits;
        uint64_t a = gm_load(from), b = gm_load(to);
        gm_store_value(from, b, unbox);
        gm_cas_value(to, &b, a, unbox);
        check_node(unbox(gm_load(to)));
    }
}

static void allocate(uint64_t *state) {
    for (int i = 0; i < 50; i++) {
        node *list = make_list(*state);
        gm_store(&shared[next_random(state) % SLOTS], list);
        check_list(list);
    }
    uint64_t *slot = &boxed[next_random(state) % SLOTS].bits;
    gm_store_value(slot, box(make_list(*state)), unbox);
}

/* With locks of the C library. */
static void use_malloc(uint64_t *state) {
    node *mine = make_list(*state);
    for (int i = 0; i < 500; i++) {
        void *p = malloc(next_random(state) % 3000 + 1), *q = malloc(100000);
        memset(p, 1, 1);
        __asm__ volatile("" : : "r"(q) : "memory");
        free(q);
        free(p);
    }
    check_list(mine);
}

static void copy_and_free(uint64_t *state) {
    node **some = gm_newarray(&gm_pointer_type, 200);
    gm_copy_values(&gm_pointer_type, some, shared, SLOTS);
    gm_copy_values(&gm_pointer_type, some + 100, some, SLOTS);
    for (int i = 0; i < 100; i++) gm_free(gm_alloc_noscan_raw(next_random(state) % 200));
    gm_weak *w = gm_weak_make(some[3] ? (void *)some[3] : some);
    check_list(some[next_random(state) % SLOTS]);
    if (gm_weak_get(w) != some) check_node(gm_weak_get(w));
    gm_block_enter();
    nanosleep(&(struct timespec){.tv_nsec = 1000}, NULL);
    gm_block_leave();
}

/* Coroutines on stacks of the thread's own. */
typedef struct co {
    ucontext_t here, back;
    gm_stack *stack;
    uint64_t state;
    char memory[64 << 10];
} co;
static __thread co *current;

static void co_body(void) {
    for (;;) {
        node *mine = make_list(current->state);
        for (int i = 0; i < 2000; i++) check_list(mine);
        gm_stack_switch(NULL);
        swapcontext(&current->here, &current->back);
        check_list(mine);
    }
}

static void on_own_stack(uint64_t *state) {
    if (!current) {
        co *c = calloc(1, sizeof *c);
        c->stack = gm_stack_register(c->memory, sizeof c->memory);
        getcontext(&c->here);
        c->here.uc_stack.ss_sp = c->memory;
        c->here.uc_stack.ss_size = sizeof c->memory;
        makecontext(&c->here, co_body, 0);
        current = c;
    }
    current->state = *state;
    node *mine = make_list(*state);
    gm_stack_switch(current->stack);
    swapcontext(&current->back, &current->here);
    check_list(mine);
}

/* More than is copied in one piece: the thread stops between two. */
static void copy_long(uint64_t *state) {
    enum { MANY = 40000 };
    node **some = gm_newarray(&gm_pointer_type, MANY), **more = gm_newarray(&gm_pointer_type, MANY);
    for (int i = 0; i < MANY; i += 100) gm_store(&some[i], make_list(*state + (uint64_t)i));
    for (int i = 0; i < 10; i++) {
        gm_copy_values(&gm_pointer_type, more, some, MANY);
        gm_copy_values(&gm_pointer_type, more + 1, more, MANY - 1);
        gm_copy_values(&gm_pointer_type, some, NULL, MANY);
        gm_copy_values(&gm_pointer_type, some, more + 1, MANY - 1);
    }
    for (int i = 0; i < MANY; i += 100) check_list(some[i]);
}

/* A list on the stack that the program gave its signals, another on that of what the signal met. */
static void in_handler(int signo) {
    node *mine = make_list((uint64_t)signo);
    for (int i = 0; i < 20000; i++) check_list(mine);
}

static void on_signal_stack(uint64_t *state) {
    stack_t before, own = {.ss_sp = malloc(SIGNAL_STACK), .ss_size = SIGNAL_STACK};
    sigaltstack(&own, &before);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = in_handler, .sa_flags = SA_ONSTACK}, NULL);
    node *mine = make_list(*state);
    raise(SIGUSR1);
    check_list(mine);
    sigaltstack(&before, NULL);
    free(own.ss_sp);
}

typedef void activity(uint64_t *state);
static activity *const activities[] = {spin_in_loop, move_about, move_boxed,
                                       allocate,     use_malloc, copy_and_free,
                                       on_own_stack, copy_long,  on_signal_stack};
enum { ACTIVITIES = sizeof activities / sizeof activities[0] };

static void act(uintptr_t which) {
    uint64_t state = which * 7919 + 1;
    for (uint64_t i = 0; !stopped(); i++) {
        activities[which](&state);
        __atomic_fetch_add(&passes[which], 1, __ATOMIC_RELAXED);
    }
}

static void *in_thread(void *arg) {
    if (!gm_attach_thread()) abort();
    act((uintptr_t)arg);
    if ((uintptr_t)arg % 2) gm_detach_thread(); /* the others end attached */
    return NULL;
}

static void in_goroutine(void *arg) {
    act((uintptr_t)arg);
}

static void *come_and_go(void *arg) {
    for (uint64_t i = 0; !stopped(); i++) {
        if (!gm_attach_thread()) abort();
        check_list(make_list(i));
        gm_detach_thread();
    }
    return arg;
}

static void on_final(void *obj, void *arg) {
    check_node(obj);
    free(malloc(1000)); /* for which a stopped thread may have the lock */
    (void)arg;
}

static void on_cycle(enum gm_cycle_event event, void *arg) {
    (void)event, (void)arg;
    free(malloc(1000));
}

static pthread_t threads[ACTIVITIES + 1];

static void begin(void) {
    const char *given = getenv("GODEBUG");
    char modes[256];
    snprintf(modes, sizeof modes, "%s,clobberfree=1", given ? given : "");
    setenv("GODEBUG", modes, 1);
    if (!gm_init(GM_STOP_BY_SIGNAL)) abort();
    gm_register_roots(shared, &gm_pointer_type, SLOTS);
    for (int i = 0; i < SLOTS; i++) boxed[i].bits = box(NULL);
    gm_register_roots(boxed, &word_type, SLOTS);
    gm_decode_stacks(unbox);
    gm_on_cycle(on_cycle, NULL);
    for (int i = 0; i < SLOTS; i++) gm_store(&shared[i], make_list((uint64_t)i * 100));
}

static void surround(void) {
    for (uintptr_t i = 0; i < ACTIVITIES; i++)
        if (pthread_create(&threads[i], NULL, in_thread, (void *)i)) abort();
    if (pthread_create(&threads[ACTIVITIES], NULL, come_and_go, NULL)) abort();
    for (uintptr_t i = 0; i < 3; i++)
        if (!gm_go(in_goroutine, (void *)(i + 1), 0)) abort();
}

static bool all_have_passed(void) {
    for (int i = 0; i < ACTIVITIES; i++)
        if (!__atomic_load_n(&passes[i], __ATOMIC_RELAXED)) return false;
    return true;
}

/* On a busy machine a thread may not have run at all yet. The alarm ends what never comes. */
static int end(void) {
    while (!all_have_passed()) gm_gc();
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (int i = 0; i <= ACTIVITIES; i++)
        pthread_join(threads[i], NULL); /* no region: it is stopped there */
    return damaged ? 4 : 0;
}

static int collect_beside_all(void) {
    begin();
    surround();
    for (int i = 0; i < ROUNDS; i++) {
        gm_set_finalizer(make_list(7), on_final, NULL);
        gm_gc();
        gm_mem_stats st;
        gm_read_mem_stats(&st);
    }
    return end();
}

/* --- fork --- */

static int go_on_in_child(void) {
    for (int i = 0; i < SLOTS; i++) check_list(gm_load(&shared[i]));
    for (int i = 0; i < 2000; i++) check_list(make_list((uint64_t)i));
    pthread_t t;
    if (pthread_create(&t, NULL, come_and_go, NULL)) return 20;
    for (int i = 0; i < 3; i++) gm_gc();
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(t, NULL);
    return damaged ? 21 : 0;
}

static int fork_beside_all(void) {
    begin();
    surround();
    for (int i = 0; i < 6; i++) {
        gm_gc();
        pid_t pid = fork();
        if (pid == 0) {
            alarm(CHILD_SECONDS / 2);
            _exit(go_on_in_child());
        }
        int status;
        waitpid(pid, &status, 0);
        if (status) return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
    }
    return end();
}

/* --- ways into the library that save the registers first: a stop that is wanted just then --- */

enum { ENTERING = 4 };

static void stay_a_little(void) {
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}

static void enter_region(uint64_t i) {
    node *volatile mine = make_list(i);
    gm_block_enter();
    stay_a_little();
    gm_block_leave();
    if (!is_list(mine, i)) __atomic_fetch_add(&damaged, 1, __ATOMIC_RELAXED);
}

static void *enter_in_thread(void *arg) {
    gm_attach_thread();
    for (uint64_t i = 0; !stopped(); i++) enter_region(i);
    gm_detach_thread();
    return arg;
}

static void enter_in_goroutine(void *left) {
    for (uint64_t i = 0; !stopped(); i++) enter_region(i);
    __atomic_fetch_sub((uint32_t *)left, 1, __ATOMIC_RELEASE);
}

static int collect_beside_regions(void) {
    begin();
    static uint32_t left = ENTERING;
    pthread_t t[ENTERING];
    for (int i = 0; i < ENTERING; i++)
        if (pthread_create(&t[i], NULL, enter_in_thread, NULL) ||
            !gm_go(enter_in_goroutine, &left, 0))
            return 9;
    for (int i = 0; i < 1000; i++) gm_gc();
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < ENTERING; i++) pthread_join(t[i], NULL);
    while (__atomic_load_n(&left, __ATOMIC_ACQUIRE)) stay_a_little();
    return damaged ? 4 : 0;
}

/* --- details --- */

static int flag_after_begin(void) {
    if (!gm_init(0)) return 9;
    gm_init(GM_STOP_BY_SIGNAL);
    return 0;
}

static int flag_holds_for_all(void) {
    if (!gm_init(GM_STOP_BY_SIGNAL) || !gm_init(0)) return 9;
    gm_shutdown();
    return gm_by_signal && *gm_inside_count(gm_getg()) == 0 ? 0 : 8;
}

static void *block_the_signal(void *arg) {
    gm_attach_thread();
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    __atomic_store_n((uint32_t *)arg, 1, __ATOMIC_RELEASE);
    for (;;) __asm__ volatile("");
    return NULL;
}

static int deaf_thread(void) {
    if (!gm_init(GM_STOP_BY_SIGNAL)) return 9;
    static uint32_t deaf;
    pthread_t t;
    if (pthread_create(&t, NULL, block_the_signal, &deaf)) return 9;
    while (!__atomic_load_n(&deaf, __ATOMIC_ACQUIRE)) continue;
    alarm(4);
    gm_gc();
    return 0;
}

static void expect_good(int (*program)(void)) {
    int status = in_child(program);
    if (status) fail_msg("status %d: %s", status, child_text);
}

static void threads_are_stopped_anywhere(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    expect_good(collect_beside_all);
}

static void regions_keep_their_stacks(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    expect_good(collect_beside_regions);
}

static void processes_fork(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    expect_good(fork_beside_all);
}

static void the_first_decides(void **state) {
    (void)state;
    expect_good(flag_holds_for_all);
    assert_int_equal(in_child(flag_after_begin), 2);
    assert_non_null(strstr(child_text, "gm_init: GM_STOP_BY_SIGNAL must be asked for"));
}

static void who_does_not_stop_is_named(void **state) {
    (void)state;
    SKIP_WITHOUT_SIGNALS();
    assert_int_equal(in_child(deaf_thread), -SIGALRM);
    assert_non_null(strstr(child_text, "a collection has waited for a second for thread"));
    assert_non_null(strstr(child_text, "SIGURG"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_are_stopped_anywhere),
        cmocka_unit_test(regions_keep_their_stacks),
        cmocka_unit_test(processes_fork),
        cmocka_unit_test(the_first_decides),
        cmocka_unit_test(who_does_not_stop_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
