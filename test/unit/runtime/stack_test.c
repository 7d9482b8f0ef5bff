/* stack_test.c - stacks in segments: growth, what survives it, limits, giving back.
 *
 * Built with -fsplit-stack (GM_SPLIT_STACK), as compiled Go is. The goroutines' functions call
 * nothing of the C library on their own stacks; results go through global variables.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include "child.h"
#include "gc/gc.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

#define NOINLINE __attribute__((noinline))

/* Frames and segments are many times larger under a sanitizer, the limit is the same. */
#ifdef GM_SANITIZED
enum { DEEPEST = 1000000, STRESSED = 2000 };
#else
enum { DEEPEST = 10000000, STRESSED = 20000 };
#endif

static int done;
static void finish(void) {
    __atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}
static void wait_until(int want) {
    while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < want) gm_yield();
}

static void run(void (*fn)(void *), void *arg) {
    done = 0;
    gm_go_start(fn, arg, 0);
    wait_until(1);
}

/* --- depth --- */

static NOINLINE int64_t depth(int64_t n) {
    volatile int64_t keep = n;
    if (n == 0) return 0;
    return depth(n - 1) + 1 + (keep - n);
}

static int64_t result;

static void go_deep(void *arg) {
    int64_t r = depth((intptr_t)arg);
    __atomic_fetch_add(&result, r, __ATOMIC_SEQ_CST);
    finish();
}

static void recursion_goes_deep(void **state) {
    (void)state;
    for (int64_t n = 1; n <= DEEPEST; n *= 10) {
        result = 0;
        run(go_deep, (void *)n);
        assert_int_equal(result, n);
    }
}

static void many_goroutines_go_deep(void **state) {
    (void)state;
    enum { N = 1000 };
    done = 0;
    result = 0;
    for (intptr_t i = 0; i < N; i++) gm_go_start(go_deep, (void *)(i % 100 * 50), 0);
    wait_until(N);
    assert_int_equal(result, N / 100 * 50 * (99 * 100 / 2));
}

/* --- what crosses the boundary of two segments --- */

struct pair {
    int64_t a, b;
};
struct mixed {
    int64_t a;
    double b;
};
struct large {
    int64_t v[9];
};

static NOINLINE int64_t many(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f,
                             int64_t g, int64_t h, int64_t i) {
    __asm__ volatile("" ::: "memory");
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}

static NOINLINE double floats(double a, double b, double c, double d, double e, double f, double g,
                              double h, double i, double j) {
    __asm__ volatile("" ::: "memory");
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}

static NOINLINE struct pair two(int64_t a, int64_t b) {
    __asm__ volatile("" ::: "memory");
    return (struct pair){b, a};
}

static NOINLINE struct mixed mix(int64_t a, double b) {
    __asm__ volatile("" ::: "memory");
    return (struct mixed){a + 1, b + 1};
}

static NOINLINE double _Complex both(double a) {
    __asm__ volatile("" ::: "memory");
    return a + 2 * a * 1.0i;
}

static NOINLINE struct large by_memory(struct large in, int64_t x) {
    __asm__ volatile("" ::: "memory");
    for (int i = 0; i < 9; i++) in.v[i] += x;
    return in;
}

static NOINLINE int64_t big_frame(int64_t x) {
    volatile char room[20000];
    room[0] = (char)x;
    room[19999] = (char)(x + 1);
    return room[0] + room[19999];
}

static int bad;
#define CHECK(c)                                                                                   \
    do {                                                                                           \
        if (!(c)) __atomic_fetch_add(&bad, 1, __ATOMIC_SEQ_CST);                                   \
    } while (0)

static NOINLINE void calls(int64_t x) {
    CHECK(many(x, 1, 2, 3, 4, 5, 6, 7, 8) == x + 2 + 6 + 12 + 20 + 30 + 42 + 56 + 72);
    double y = (double)x;
    CHECK(floats(y, 1, 2, 3, 4, 5, 6, 7, 8, 9) == y + 2 + 6 + 12 + 20 + 30 + 42 + 56 + 72 + 90);
    struct pair p = two(x, x + 5);
    CHECK(p.a == x + 5 && p.b == x);
    struct mixed m = mix(x, y);
    CHECK(m.a == x + 1 && m.b == y + 1);
    CHECK(__real__ both(y) == y && __imag__ both(y) == 2 * y);
    struct large in = {{1, 2, 3, 4, 5, 6, 7, 8, 9}}, out = by_memory(in, x);
    for (int i = 0; i < 9; i++) CHECK(out.v[i] == in.v[i] + x);
    CHECK(big_frame(x & 7) == 2 * (x & 7) + 1);
}

/* The calls at every distance from the end of a segment. */
static NOINLINE int64_t step_down(int64_t n) {
    volatile int64_t pad[3] = {n, n, n};
    calls(n);
    if (n == 0) return 0;
    return step_down(n - 1) + pad[0] - pad[2] + 1;
}

static void call_everywhere(void *arg) {
    CHECK(step_down((intptr_t)arg) == (intptr_t)arg);
    finish();
}

static void parameters_and_results_cross(void **state) {
    (void)state;
    bad = 0;
    for (intptr_t n = 0; n < 200; n += 7) run(call_everywhere, (void *)n);
    run(call_everywhere, (void *)5000);
    assert_int_equal(bad, 0);
}

static void stress_changes_nothing(void **state) {
    (void)state;
    __atomic_store_n(&gm_stack_stress, 1, __ATOMIC_RELAXED);
    bad = 0;
    for (intptr_t n = 0; n < 100; n += 7) run(call_everywhere, (void *)n);
    result = 0;
    run(go_deep, (void *)STRESSED);
    __atomic_store_n(&gm_stack_stress, 0, __ATOMIC_RELAXED);
    assert_int_equal(result, STRESSED);
    assert_int_equal(bad, 0);
}

/* --- a child that borrows its parent's stack --- */

struct results {
    uintptr_t r1, err;
};
struct results borrow(uintptr_t trap, uintptr_t flags) __asm__("syscall$rawVforkSyscall")
    __attribute__((returns_twice));
intptr_t gm_raw_syscall(uintptr_t trap, uintptr_t a1, uintptr_t a2, uintptr_t a3, uintptr_t a4,
                        uintptr_t a5, uintptr_t a6);

static NOINLINE int64_t end_deep(int64_t n) {
    volatile int64_t keep = n;
    if (n == 0) return gm_raw_syscall(SYS_exit_group, 7, 0, 0, 0, 0, 0);
    return end_deep(n - 1) + keep;
}

static NOINLINE void fork_here(void) {
    volatile char room[600];
    room[0] = room[599] = 1;
    gm_pin();
    struct results r = borrow(SYS_clone, SIGCHLD | CLONE_VFORK | CLONE_VM);
    if (r.r1 == 0) end_deep(500 + room[0]);
    gm_g *g = gm_getg();
    uintptr_t at = (uintptr_t)room;
    CHECK(at >= g->seg->lo && at < g->seg->hi && g->limit == g->seg->limit);
    CHECK(gm_get_limit() == g->limit || g->preempt);
    gm_unpin();
    int status = 0;
    CHECK(gm_raw_syscall(SYS_wait4, r.r1, (uintptr_t)&status, 0, 0, 0, 0) == (intptr_t)r.r1);
    CHECK(status == 7 << 8 && room[599] == 1);
}

static NOINLINE int64_t fork_below(int64_t n) {
    volatile int64_t keep = n;
    if (n % 5 == 0) fork_here();
    if (n == 0) return 0;
    return fork_below(n - 1) + 1 + keep - n;
}

static void fork_at_depths(void *arg) {
    CHECK(fork_below((intptr_t)arg) == (intptr_t)arg);
    finish();
}

static void children_borrow_any_segment(void **state) {
    (void)state;
    bad = 0;
    run(fork_at_depths, (void *)300);
    assert_int_equal(bad, 0);
}

/* --- yielding and being scanned on a later segment --- */

static NOINLINE int64_t yield_deep(int64_t n) {
    volatile int64_t keep = n;
    if (n % 64 == 0) gm_yield();
    if (n == 0) return 0;
    return yield_deep(n - 1) + 1 + keep - n;
}

static void go_deep_yielding(void *arg) {
    CHECK(yield_deep((intptr_t)arg) == (intptr_t)arg);
    finish();
}

static void goroutines_yield_on_any_segment(void **state) {
    (void)state;
    bad = 0;
    done = 0;
    for (intptr_t i = 0; i < 50; i++) gm_go_start(go_deep_yielding, (void *)(i * 100), 0);
    wait_until(50);
    assert_int_equal(bad, 0);
}

enum { MARKS = 3000 };
static gm_mutex lock;
static gm_g *parked;

static NOINLINE int64_t mark_and_park(int64_t n) {
    volatile uintptr_t mark = 0xabcd000000000000u + (uintptr_t)n;
    int64_t r = 0;
    if (n > 0) {
        r = mark_and_park(n - 1);
    } else {
        gm_mutex_lock(&lock);
        __atomic_store_n(&parked, gm_getg(), __ATOMIC_RELEASE);
        gm_park_unlock(&lock, GM_WAIT_SEM);
    }
    return r + (int64_t)(mark & 0xffff);
}

static void park_deep(void *arg) {
    (void)arg;
    CHECK(mark_and_park(MARKS) == (int64_t)MARKS * (MARKS + 1) / 2);
    finish();
}

static char seen[MARKS + 1];
/* Other functions' frames: not for the sanitizers. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static void look(void *arg, const void *lo,
                                                                          const void *hi) {
    (void)arg;
    for (const uintptr_t *p = lo; (const void *)(p + 1) <= hi; p++)
        if (*p >> 48 == 0xabcd && (*p & 0xffffffff) <= MARKS) seen[*p & 0xffffffff] = 1;
}

static void every_segment_is_scanned(void **state) {
    (void)state;
    bad = done = 0;
    gm_go_start(park_deep, NULL, 0);
    while (!__atomic_load_n(&parked, __ATOMIC_SEQ_CST)) gm_yield();
    gm_mutex_lock(&lock);
    gm_mutex_unlock(&lock);
    gm_world_stop("test");
    uint32_t jobs = gm_scan_begin(look, NULL);
    for (uint32_t i = 0; i < jobs; i++) gm_scan_job(i, look, NULL);
    gm_scan_rest(look, NULL);
    gm_world_start();
    int missing = 0;
    for (int i = 0; i <= MARKS; i++) missing += !seen[i];
    assert_int_equal(missing, 0);
    gm_ready(parked);
    wait_until(1);
    assert_int_equal(bad, 0);
}

/* --- unwinding --- */

static int frames;
static _Unwind_Reason_Code count_frame(struct _Unwind_Context *c, void *arg) {
    (void)arg;
    if (_Unwind_GetIP(c)) frames++;
    return _URC_NO_REASON;
}
static void unwind_here(void *arg) {
    _Unwind_Backtrace(count_frame, arg);
}

static NOINLINE int64_t unwind_deep(int64_t n) {
    volatile int64_t keep = n;
    if (n == 0) {
        gm_systemstack(unwind_here, NULL);
        return 0;
    }
    return unwind_deep(n - 1) + keep - n + 1;
}

static void count_frames(void *arg) {
    unwind_deep((intptr_t)arg);
    finish();
}

static void traces_pass_from_segment_to_segment(void **state) {
    (void)state;
    frames = 0;
    run(count_frames, (void *)1);
    int base = frames - 2;
    for (intptr_t n = 10; n <= 1000; n *= 10) {
        frames = 0;
        run(count_frames, (void *)n);
        /* two more for each boundary crossed: __morestack, and the function that called it again */
        int extra = frames - base - (int)(n + 1);
        assert_in_range(extra, 0, 2 * 12);
        assert_int_equal(extra % 2, 0);
    }
}

/* --- memory --- */

static gm_g *self;
static size_t size_before, size_deep, size_after;

static void call_gc(void *arg) {
    (void)arg;
    gm_gc();
}

static NOINLINE void collect(void) {
    gm_systemstack(call_gc, NULL);
}

static void grow_and_collect(void *arg) {
    (void)arg;
    self = gm_getg();
    size_before = gm_stack_size(self);
    depth(5000);
    size_deep = gm_stack_size(self);
    for (int i = 0; i < 3; i++) collect();
    size_after = gm_stack_size(self);
    finish();
}

static void collections_give_stacks_back(void **state) {
    (void)state;
    run(grow_and_collect, NULL);
    assert_true(size_deep > 5000 * 32);
    assert_true(size_before < 7 * GM_UNIT);
    assert_true(size_after < 7 * GM_UNIT);
}

static void dead_goroutines_are_used_again(void **state) {
    (void)state;
    uint64_t first = 0;
    for (int round = 0; round < 20; round++) {
        done = 0;
        result = 0;
        for (intptr_t i = 0; i < 500; i++) gm_go_start(go_deep, (void *)(i % 20 * 20), 0);
        wait_until(500);
        if (round == 4) first = gm_stack_in_use();
    }
    assert_true(gm_stack_in_use() < first + first / 2);
}

/* --- the three ways in which segments come --- */

static uint64_t cached_in_all(void) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < gm_sched.made; i++) sum += gm_sched.procs[i]->segs_cached;
    return sum;
}

static void go_deep_once(intptr_t n) {
    done = 0;
    gm_go_start(go_deep, (void *)n, 0);
    wait_until(1);
}

/* Large segments wait for the next who wants one until a cycle has ended; small ones lie in a P's cache. */
static void segments_come_in_three_ways(void **state) {
    (void)state;
    SKIP_UNDER_SANITIZERS(); /* their frames are larger, and so are first segments */
    gm_stacks_give_all();
    gm_gc();
    enum { DEEP = 20000 };
    uint64_t in_use = gm_stack_in_use();
    gm_stack_ways a = gm_seg_ways;
    go_deep_once(DEEP);
    gm_stack_ways b = gm_seg_ways;
    uint64_t large = b.pages - a.pages;
    assert_true(large >= 2);
    assert_int_equal(b.large, a.large);
    assert_true(gm_stack_in_use() >= in_use + DEEP * 32);
    go_deep_once(DEEP);
    gm_stack_ways c = gm_seg_ways;
    assert_int_equal(c.pages, b.pages);
    assert_int_equal(c.large - b.large, large);
    gm_gc();
    while (gm_stacks_trim()) {
    }
    assert_true(gm_stack_in_use() < in_use + DEEP * 32);
    go_deep_once(DEEP);
    assert_true(gm_seg_ways.pages > c.pages);
    assert_int_equal(gm_seg_ways.large, c.large);
    uint64_t cached = cached_in_all(), pooled = gm_seg_ways.pooled;
    for (int i = 0; i < 1000; i++) go_deep_once(100);
    assert_true(cached_in_all() - cached + gm_seg_ways.pooled - pooled >= 1000);
    assert_true(cached_in_all() - cached > 900);
}

/* --- units: goroutines with their first segments --- */

#ifdef GM_TSAN
/* It knows 8128 threads and goroutines at most, and keeps a megabyte for each. */
enum { CROWD = 2000 };
#else
enum { CROWD = 20000 };
#endif
static gm_g *crowd[CROWD];
static int places, waiting;

static bool enlist(gm_g *g, void *arg) {
    (void)arg;
    crowd[__atomic_fetch_add(&places, 1, __ATOMIC_SEQ_CST)] = g;
    __atomic_fetch_add(&waiting, 1, __ATOMIC_SEQ_CST);
    return true;
}

static void park_in_crowd(void *arg) {
    (void)arg;
    gm_park(enlist, NULL, GM_WAIT_SEM);
    finish();
}

static void gather(int n) {
    done = places = waiting = 0;
    for (int i = 0; i < n; i++) gm_go_start(park_in_crowd, NULL, 0);
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) < n) gm_yield();
}

static void disperse(int from, int n, int step) {
    int want = __atomic_load_n(&done, __ATOMIC_SEQ_CST);
    for (int i = from; i < n; i += step, want++) gm_ready(crowd[i]);
    wait_until(want);
}

static void dead_goroutines_are_given_back(void **state) {
    (void)state;
    for (int i = 0; i < 10; i++) collect();
    uint64_t before = gm_stack_in_use();
    for (int round = 0; round < 3; round++) {
        gather(CROWD);
        uint64_t most = gm_stack_in_use();
        assert_true(most - before > (uint64_t)CROWD * 2048);
        /* every other one keeps its slab, and all of them their memory */
        disperse(0, CROWD, 2);
        for (int i = 0; i < 3; i++) collect();
        disperse(1, CROWD, 2);
        uint64_t last = gm_stack_in_use();
        for (int i = 0; i < 10; i++) {
            collect();
            assert_true(gm_stack_in_use() <= last);
            last = gm_stack_in_use();
        }
        assert_true(last < before + (most - before) / 4);
    }
}

static NOINLINE int64_t park_at(int64_t n) {
    volatile int64_t keep = n;
    if (n > 0) return park_at(n - 1) + 1 + keep - n;
    gm_park(enlist, NULL, GM_WAIT_SEM);
    return 0;
}

static void park_deep_in_crowd(void *arg) {
    CHECK(park_at((intptr_t)arg) == (intptr_t)arg);
    finish();
}

/* Segments of all sizes. */
static void segments_of_the_dead_are_given_back(void **state) {
    (void)state;
    enum { N = 2000 };
    bad = 0;
    done = places = waiting = 0;
    for (intptr_t i = 0; i < N; i++) gm_go_start(park_deep_in_crowd, (void *)(i % 10 * 100), 0);
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) < N) gm_yield();
    uint64_t most = gm_stack_in_use();
    assert_true(most > (uint64_t)N * 450 * 32);
    disperse(0, N, 1);
    /* as long as it takes: the alarm ends what never comes */
    while (gm_stack_in_use() > most / 4) collect();
    assert_int_equal(bad, 0);
}

static void collect_often(void *arg) {
    while (!__atomic_load_n((int *)arg, __ATOMIC_SEQ_CST)) {
        collect();
        gm_yield();
    }
    finish();
}

/* Slabs go back while others are carved and goroutines end. */
static void crowds_come_and_go_beside_collections(void **state) {
    (void)state;
    int stop = 0;
    gather(0);
    gm_go_start(collect_often, &stop, 0);
    for (int round = 0; round < 10; round++) {
        int n = round % 2 ? CROWD : CROWD / 10;
        gather(n);
        disperse(0, n, 1);
    }
    done = 0;
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    wait_until(1);
}

static uintptr_t local_at;

static void note_local(void *arg) {
    (void)arg;
    volatile char room[3000];
    for (size_t i = 0; i < sizeof room; i++) room[i] = 1;
    local_at = (uintptr_t)__builtin_frame_address(0);
    finish();
}

static void run_reserved(size_t size) {
    done = 0;
    assert_non_null(gm_go_start_reserved(note_local, NULL, size));
    wait_until(1);
    /* the goroutine counts before it has ended */
    for (int i = 0; i < 100; i++) gm_yield();
}

static int find(const uintptr_t *in, int n, uintptr_t want) {
    for (int i = 0; i < n; i++)
        if (in[i] == want) return 1;
    return 0;
}

static void reserved_stacks_are_used_again(void **state) {
    (void)state;
    enum { RUNS = 20 };
    for (size_t size = 5000; size < 50 << 20; size = size * 3 + 1000) {
        /* One that ends late leaves its stack to a later one, so a few may take turns. */
        uintptr_t seen[RUNS];
        int different = 0;
        for (int i = 0; i < RUNS; i++) {
            run_reserved(size);
            if (!find(seen, different, local_at)) seen[different++] = local_at;
        }
        assert_true(different < RUNS / 2);
    }
    assert_null(gm_go_start_reserved(note_local, NULL, SIZE_MAX / 2));
}

/* --- the limit --- */

static void overflow(void *arg) {
    (void)arg;
    depth(INT64_MAX);
}

static void main_overflows(void *arg) {
    overflow(arg);
}

static void main_starts_one_that_overflows(void *arg) {
    gm_go_start(overflow, arg, 0);
    gm_park(NULL, NULL, GM_WAIT_CHAN_RECV);
}

static void (*overflows)(void *);
static size_t overflow_limit;

/* A stack without a limit is to meet this one, not the machine's memory. */
static void limit_memory(void) {
#ifndef GM_SANITIZED
    const struct rlimit most = {(rlim_t)4 << 30, (rlim_t)4 << 30};
    setrlimit(RLIMIT_AS, &most);
#endif
}

static int overflow_program(void) {
    limit_memory();
    gm_stack_set_max(overflow_limit);
    gm_sched_main(overflows, NULL);
}

static void expect_overflow(void (*fn)(void *), size_t limit) {
    overflows = fn;
    overflow_limit = limit;
    assert_int_equal(in_child(overflow_program), 2);
    char want[100];
    snprintf(want, sizeof want, "runtime: goroutine stack exceeds %zu-byte limit\n", limit);
    assert_non_null(strstr(child_text, want));
    assert_non_null(strstr(child_text, "fatal error: stack overflow\n"));
}

static void overflow_is_a_clean_end(void **state) {
    (void)state;
    assert_int_equal(gm_stack_max(), 1000000000);
    for (size_t limit = 1000000; limit <= 50000000; limit *= 7) {
        expect_overflow(main_overflows, limit);
        expect_overflow(main_starts_one_that_overflows, limit);
    }
}

static int begin(void **state) {
    (void)state;
    alarm(300);
    gm_sched_init();
    gm_gc_init();
    return 0;
}

int main(void) {
    const struct CMUnitTest first[] = {cmocka_unit_test(overflow_is_a_clean_end)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recursion_goes_deep),
        cmocka_unit_test(many_goroutines_go_deep),
        cmocka_unit_test(parameters_and_results_cross),
        cmocka_unit_test(stress_changes_nothing),
        cmocka_unit_test(children_borrow_any_segment),
        cmocka_unit_test(goroutines_yield_on_any_segment),
        cmocka_unit_test(every_segment_is_scanned),
        cmocka_unit_test(traces_pass_from_segment_to_segment),
        cmocka_unit_test(collections_give_stacks_back),
        cmocka_unit_test(dead_goroutines_are_used_again),
        cmocka_unit_test(segments_come_in_three_ways),
        cmocka_unit_test(dead_goroutines_are_given_back),
        cmocka_unit_test(segments_of_the_dead_are_given_back),
        cmocka_unit_test(crowds_come_and_go_beside_collections),
        cmocka_unit_test(reserved_stacks_are_used_again),
    };
#ifndef GM_SPLIT_STACK
    print_message("built without stack checks: nothing to test\n");
    (void)first;
    (void)tests;
    (void)begin;
    return 77;
#else
    int failed = cmocka_run_group_tests(first, NULL, NULL);
    return failed + cmocka_run_group_tests(tests, begin, NULL);
#endif
}
