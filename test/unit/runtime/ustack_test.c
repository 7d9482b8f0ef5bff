/* ustack_test.c - stacks of the program's own: coroutines that the library was told of and others, on one thread and on several;
 * roots that the program shows in the stop.
 *
 * What a coroutine makes hangs on its own stack alone, and freed objects are overwritten (clobberfree), so a stack that
 * is not searched is found out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <golem.h>

#include "child.h"
#include "list.h"

#ifdef GM_TSAN
void *__tsan_create_fiber(unsigned flags);
void *__tsan_get_current_fiber(void);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#endif

enum { SIZE = 256 << 10, COROUTINES = 100, ROUNDS = 20, THREADS = 3 };

/* --- coroutines --- */

typedef struct co {
    ucontext_t here;
    ucontext_t *back;
    gm_stack *stack; /* NULL: the library is not told */
    char *memory;
    uint64_t seed;
    bool collects, done, good;
    void *fiber, *back_fiber;
} co;

static void jump(ucontext_t *from, ucontext_t *to, void *fiber) {
#ifdef GM_TSAN
    __tsan_switch_to_fiber(fiber, 0);
#endif
    (void)fiber;
    swapcontext(from, to);
}

static void resume(co *c) {
    ucontext_t here;
    c->back = &here;
#ifdef GM_TSAN
    c->back_fiber = __tsan_get_current_fiber();
#endif
    if (c->stack) gm_stack_switch(c->stack);
    jump(&here, &c->here, c->fiber);
}

static void give_way(co *c) {
    if (c->stack) gm_stack_switch(NULL);
    jump(&c->here, c->back, c->back_fiber);
}

static void body(unsigned lo, unsigned hi) {
    co *c = (co *)((uintptr_t)hi << 32 | lo);
    c->good = true;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        node *list = make_list(c->seed + round * 1000);
        if (c->collects && round % 4 == 0) gm_gc();
        if (c->stack) give_way(c); /* else nothing here is seen meanwhile */
        make_list(1);
        c->good &= is_list(list, c->seed + round * 1000);
        if (!c->stack) give_way(c);
    }
    c->done = true;
    for (;;) give_way(c);
}

static void start(co *c, uint64_t seed, bool told) {
    *c = (co){.seed = seed, .memory = malloc(SIZE)};
    if (told) c->stack = gm_stack_register(c->memory, SIZE);
#ifdef GM_TSAN
    c->fiber = __tsan_create_fiber(0);
#endif
    getcontext(&c->here);
    c->here.uc_stack.ss_sp = c->memory;
    c->here.uc_stack.ss_size = SIZE;
    makecontext(&c->here, (void (*)(void))body, 2, (unsigned)(uintptr_t)c,
                (unsigned)((uintptr_t)c >> 32));
}

static void end(co *c) {
    if (c->stack) gm_stack_unregister(c->stack);
    free(c->memory);
}

static void begin(void) {
    setenv("GODEBUG", "clobberfree=1", 1);
    if (!gm_init(0)) abort();
}

static int coroutines(bool told) {
    begin();
    static co all[COROUTINES];
    node *mine = make_list(7);
    for (int i = 0; i < COROUTINES; i++) {
        start(&all[i], (uint64_t)i << 32, told);
        all[i].collects = i % 10 == 0;
    }
    bool good = true;
    for (int left = COROUTINES; left;) {
        left = 0;
        for (int i = 0; i < COROUTINES; i++) {
            if (all[i].done) continue;
            resume(&all[i]);
            left++;
            for (int k = 0; k < 200; k++) gm_new(&node_type);
        }
        good &= is_list(mine, 7);
    }
    for (int i = 0; i < COROUTINES; i++) {
        good &= all[i].good;
        end(&all[i]);
    }
    gm_gc();
    return !(good && is_list(mine, 7));
}

static int told(void) {
    return coroutines(true);
}
static int untold(void) {
    return coroutines(false);
}

/* --- several threads, which pass coroutines on --- */

static struct {
    pthread_mutex_t lock;
    co *ready[COROUTINES];
    int n, left;
    bool good;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .good = true};

static co *take(void) {
    gm_block_enter();
    pthread_mutex_lock(&pool.lock);
    gm_block_leave();
    co *c = pool.n ? pool.ready[0] : NULL;
    if (c) memmove(pool.ready, pool.ready + 1, (size_t)--pool.n * sizeof *pool.ready);
    pthread_mutex_unlock(&pool.lock);
    return c;
}

static bool put(co *c) {
    gm_block_enter();
    pthread_mutex_lock(&pool.lock);
    gm_block_leave();
    if (c && c->done) {
        pool.good &= c->good;
        pool.left--;
    } else if (c) {
        pool.ready[pool.n++] = c;
    }
    bool more = pool.left > 0;
    pthread_mutex_unlock(&pool.lock);
    return more;
}

static void *run_some(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) abort();
    node *mine = make_list(9);
    co *c;
    do {
        c = take();
        if (c)
            resume(c);
        else
            gm_new(&node_type);
        if (!is_list(mine, 9)) abort();
    } while (put(c));
    gm_detach_thread();
    return NULL;
}

static int passed_on(void) {
    begin();
    static co all[COROUTINES];
    for (int i = 0; i < COROUTINES; i++) {
        start(&all[i], (uint64_t)i << 32, true);
        all[i].collects = i % 10 == 0;
        pool.ready[pool.n++] = &all[i];
    }
    pool.left = COROUTINES;
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, run_some, NULL);
    gm_block_enter();
    for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
    gm_block_leave();
    for (int i = 0; i < COROUTINES; i++) end(&all[i]);
    return !pool.good;
}

/* --- registering and withdrawing while collections run --- */

static uint32_t stop;

static void *churn_stacks(void *arg) {
    char *memory = arg;
    gm_stack *s[64];
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        for (int i = 0; i < 64; i++) {
            s[i] = gm_stack_register(memory + i * 1024, 1024);
            gm_stack_set_sp(s[i], memory + i * 1024 + 512);
        }
        for (int i = 0; i < 64; i++) gm_stack_unregister(s[i]);
    }
    return NULL;
}

static int churned(void) {
    begin();
    pthread_t t[2];
    char *memory[2];
    for (int i = 0; i < 2; i++) {
        memory[i] = calloc(64, 1024);
        pthread_create(&t[i], NULL, churn_stacks, memory[i]);
    }
    /* what was put on a stack that has not run yet counts from the given address up */
    void *put[4] = {NULL, NULL, make_list(5), NULL};
    void **fresh = malloc(sizeof put);
    memcpy(fresh, put, sizeof put);
    gm_stack *s = gm_stack_register(fresh, sizeof put);
    gm_stack_set_sp(s, fresh + 1);
    memset(put, 0, sizeof put);
    for (int i = 0; i < 100; i++) {
        make_list(1);
        gm_gc();
    }
    bool good = is_list(fresh[2], 5);
    gm_stack_unregister(s);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    gm_block_enter();
    for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
    gm_block_leave();
    return !good;
}

/* --- bounds alone --- */

static ucontext_t main_context, loose_context;
static bool loose_good;
static char *loose_memory;
#ifdef GM_TSAN
static void *main_fiber, *loose_fiber;
#else
static void *const main_fiber = NULL, *const loose_fiber = NULL;
#endif

static void loose_body(void) {
    node *list = make_list(3);
    gm_gc();
    gm_block_enter();
    gm_block_leave();
    make_list(4);
    loose_good = is_list(list, 3);
    gm_stack_bounds(loose_memory, SIZE); /* the same again */
    gm_gc();
    loose_good &= is_list(list, 3);
    gm_stack_switch(NULL);
    jump(&loose_context, &main_context, main_fiber);
}

static int bounded(void) {
    begin();
    loose_memory = malloc(SIZE);
    node *mine = make_list(8);
#ifdef GM_TSAN
    main_fiber = __tsan_get_current_fiber();
    loose_fiber = __tsan_create_fiber(0);
#endif
    getcontext(&loose_context);
    loose_context.uc_stack.ss_sp = loose_memory;
    loose_context.uc_stack.ss_size = SIZE;
    makecontext(&loose_context, loose_body, 0);
    gm_stack_bounds(loose_memory, SIZE);
    jump(&main_context, &loose_context, loose_fiber);
    gm_gc();
    return !(loose_good && is_list(mine, 8));
}

/* --- roots that the program shows: an interpreter's stack, with plain stores --- */

enum { DEEP = 1000 };
static node **vm_stack;
static size_t vm_depth, calls;

static void show(void *arg, gm_tracer *tracer) {
    calls += arg == &calls;
    gm_trace_values(tracer, &gm_pointer_type, vm_stack, vm_depth);
}

static void show_one(void *arg, gm_tracer *tracer) {
    gm_trace_conservative(tracer, arg, sizeof(void *));
}

static int shown(void) {
    begin();
    vm_stack = malloc(DEEP * sizeof *vm_stack);
    static node *one;
    gm_add_roots_callback(show, &calls);
    gm_add_roots_callback(show_one, &one);
    one = make_list(11);
    bool good = true;
    uint32_t seed = 1;
    for (int i = 0; i < 120000; i++) {
        seed = seed * 1664525 + 1013904223;
        if (vm_depth == 0 || (seed >> 16 & 1 && vm_depth < DEEP)) {
            vm_stack[vm_depth] = make_list(vm_depth);
            vm_depth++;
        } else {
            vm_depth--;
            good &= is_list(vm_stack[vm_depth], vm_depth);
        }
        if (i % 20000 == 0) gm_gc();
    }
    while (vm_depth) {
        vm_depth--;
        good &= is_list(vm_stack[vm_depth], vm_depth);
    }
    good &= is_list(one, 11) && calls >= 3;
    gm_remove_roots_callback(show, &calls);
    size_t before = calls;
    gm_gc();
    return !(good && calls == before && is_list(one, 11));
}

/* --- misuse --- */

static int twice(void) {
    begin();
    static char memory[2][4096];
    gm_stack *s = gm_stack_register(memory[0], 4096);
    gm_stack_switch(s);
    gm_stack_switch(gm_stack_register(memory[1], 4096));
    gm_stack_unregister(s);
    gm_stack_switch(s);
    return 0;
}

static void on_goroutine(void *arg) {
    gm_stack_switch(arg);
}

static int goroutine(void) {
    begin();
    gm_go(on_goroutine, NULL, 0);
    gm_sleep(1000000000);
    return 0;
}

static int none_to_remove(void) {
    begin();
    gm_remove_roots_callback(show, NULL);
    return 0;
}

static void test_told(void **state) {
    (void)state;
    assert_int_equal(in_child(told), 0);
}
static void test_untold(void **state) {
    (void)state;
    assert_int_equal(in_child(untold), 0);
}
static void test_passed_on(void **state) {
    (void)state;
    assert_int_equal(in_child(passed_on), 0);
}
static void test_churned(void **state) {
    (void)state;
    assert_int_equal(in_child(churned), 0);
}
static void test_bounded(void **state) {
    (void)state;
    assert_int_equal(in_child(bounded), 0);
}
static void test_shown(void **state) {
    (void)state;
    assert_int_equal(in_child(shown), 0);
}

static void assert_dies(int (*f)(void), const char *text) {
    assert_int_equal(in_child(f), 2);
    assert_non_null(strstr(child_text, text));
}

static void test_misuse(void **state) {
    (void)state;
    assert_dies(twice, "gm_stack_switch: the stack runs already, or is not registered");
    assert_dies(goroutine, "a goroutine keeps its stack");
    assert_dies(none_to_remove, "gm_remove_roots_callback: there is no such callback");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),      cmocka_unit_test(test_untold),
        cmocka_unit_test(test_passed_on), cmocka_unit_test(test_churned),
        cmocka_unit_test(test_bounded),   cmocka_unit_test(test_shown),
        cmocka_unit_test(test_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
