/* gc_mechanisms_test.c - each mechanism of a concurrent cycle by what would be missing without it. The collector's
 * threads are real, but held until the test lets them go (as a fork holds them), so that it is known what is marked when: nothing, but for
 * the stack, which the double of the scheduler scans as the cycle begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include <golem.h>

#include "child.h"
#include "gc/cycle.h"
#include "gc/pacer.h"
#include "gc/sweep.h"
#include "gc/worker.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/godebug.h"
#include "world_double.h"
#include "scrub.h"

enum { MANY = 1 << 16, FAR = INT32_MAX };

static void *held[MANY]; /* a root */

static gm_heap_numbers numbers(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    return n;
}

static void hold_workers(void) {
    gm_workers_fork(GM_FORK_BEFORE);
}

static void let_workers_go(void) {
    gm_workers_fork(GM_FORK_PARENT);
    gm_workers_wake();
}

/* The workers are held. */
static __attribute__((noinline)) void begin_cycle(void) {
    scrub_stack();
    gm_os_clock_ahead += 200 * (int64_t)1000000000;
    gm_cycle_periodic();
    assert_true(gm_marking);
}

static void await_end(void) {
    for (int i = 0; i < 60000 && gm_cycles_done != gm_cycles_begun; i++) usleep(1000);
    assert_int_equal(gm_cycles_done, gm_cycles_begun);
}

/* The double's world does not stop: that the workers' work and the test's do not overlap is by the test's waiting, which
 * the thread sanitizer does not take for an order. */
static void begin_clean(void) {
#ifdef GM_TSAN
    skip();
#endif
    memset(held, 0, sizeof held);
    scrub_stack();
    gm_gc();
}

/* Addresses that the conservative scan does not take for pointers. */
static uintptr_t hide(void *p) {
    return ~(uintptr_t)p;
}
static void *shown(uintptr_t hidden) {
    return (void *)~hidden;
}

static __attribute__((noinline)) uintptr_t make_hidden(void) {
    return hide(gm_alloc_conservative(48));
}

static __attribute__((noinline)) void link_hidden(void **cell, uintptr_t hidden) {
    gm_store(cell, shown(hidden));
}

static __attribute__((noinline)) bool alive(uintptr_t hidden) {
    return gm_find_object(shown(hidden), NULL) != NULL;
}

static __attribute__((noinline)) void put(void **cell, uintptr_t hidden) {
    *cell = shown(hidden);
}

static __attribute__((noinline)) uintptr_t make_large(void) {
    return hide(gm_alloc_noscan(50000));
}

/* --- roots --- */

/* Of a large table, the part that nobody ever wrote to is not read: reading would make the system find memory for it. */
static void what_was_never_touched_is_not_read(void **state) {
    (void)state;
    enum { WORDS = 8 << 20, BYTES = WORDS * 8, SOME = 8 << 20 };
    begin_clean();
    void **table = held[0] = gm_alloc_conservative(BYTES);
    uintptr_t far = make_hidden();
    put(table + WORDS / 3, far);
    gm_gc();
    assert_true(alive(far));
    assert_true(gm_os_resident(table, BYTES) < SOME);
    table[WORDS / 3] = NULL;
    scrub_stack();
    gm_gc();
    assert_false(alive(far));
}

/* --- the barrier --- */

/* The program loads a pointer, that nothing has marked yet, and deletes it from the heap: only its frame, scanned
 * already, has it. The deleted value is shaded. */
static void what_a_store_deletes_is_kept(void **state) {
    (void)state;
    begin_clean();
    uintptr_t target = make_hidden();
    held[0] = gm_alloc_conservative(48);
    put(held[0], target);
    hold_workers();
    begin_cycle();
    link_hidden(held[0], hide(NULL));
    let_workers_go();
    await_end();
    gm_sweep_all();
    assert_true(alive(target));
    begin_clean();
    assert_false(alive(target));
}

/* The other way round: what is stored is shaded, wherever the pointer came from. */
static void what_a_store_inserts_is_kept(void **state) {
    (void)state;
    begin_clean();
    uintptr_t target = make_hidden();
    held[0] = gm_alloc_conservative(48);
    hold_workers();
    begin_cycle();
    link_hidden(held[0], target);
    *(void **)held[0] =
        NULL; /* behind the collector's back, so that only the store before counts */
    let_workers_go();
    await_end();
    gm_sweep_all();
    assert_true(alive(target));
    begin_clean();
    assert_false(alive(target));
}

/* What is allocated while marking lives to the next cycle, though nothing holds it. */
static void what_is_new_while_marking_is_black(void **state) {
    (void)state;
    begin_clean();
    hold_workers();
    begin_cycle();
    uintptr_t small = make_hidden(), large = make_large();
    let_workers_go();
    await_end();
    gm_sweep_all();
    assert_true(alive(small));
    assert_true(alive(large));
    begin_clean();
    assert_false(alive(small));
}

/* --- assists --- */

static __attribute__((noinline)) void long_list(void) {
    for (int i = 0; i < MANY; i++) {
        void **cell = gm_alloc_conservative(256);
        cell[0] = held[0];
        held[0] = cell;
    }
}

/* With no worker at all, allocation does the marking that it owes: the cycle ends, and near its goal. */
static void allocation_alone_ends_a_cycle_at_its_goal(void **state) {
    (void)state;
    begin_clean();
    long_list();
    gm_gc_set_percent(100);
    gm_gc();
    gm_gc();
    hold_workers();
    begin_cycle();
    uint32_t cycle = gm_cycles_begun;
    int64_t goal = gm_goal_bytes, most = 0;
    while ((int32_t)(gm_cycles_done - cycle) < 0 && most < 3 * goal) {
        gm_alloc_noscan(512);
        if (gm_live_bytes > most) most = gm_live_bytes;
    }
    assert_int_equal(gm_cycles_done, cycle);
    assert_true(most <= goal + goal / 10);
    assert_true(gm_mark_time.assist > 0);
    gm_gc_set_percent(FAR);
    let_workers_go();
    await_end();
}

/* --- what the background does --- */

/* The program does nothing: the spans are swept, and the memory goes back. */
static void the_background_sweeps_and_gives_back(void **state) {
    (void)state;
    begin_clean();
    uint64_t before = numbers().heap_inuse;
    for (int i = 0; i < 4096; i++) held[i] = memset(gm_alloc_noscan(8192), 1, 8192);
    gm_gc_set_percent(
        100); /* not before: allocation would begin cycles, and workers end them in its midst */
    gm_gc();
    memset(held, 0, sizeof held);
    hold_workers();
    begin_cycle();
    let_workers_go();
    await_end();
    for (int i = 0; i < 60000 && numbers().heap_inuse > before + (1 << 20); i++) usleep(1000);
    assert_true(numbers().heap_inuse <= before + (1 << 20));
    for (int i = 0; i < 60000 && gm_pacer_surplus() >= 512 << 10; i++) usleep(1000);
    assert_true(gm_pacer_surplus() < 512 << 10);
    gm_heap_numbers n = numbers();
    assert_true(n.free - n.released < 16 << 20);
    gm_gc_set_percent(FAR);
}

/* --- the clock --- */

static void a_cycle_is_due_two_minutes_after_the_last(void **state) {
    (void)state;
    const int64_t second = 1000000000;
    begin_clean();
    hold_workers();
    uint32_t begun = gm_cycles_begun;
    gm_os_clock_ahead += 110 * second;
    assert_true(gm_cycle_periodic() > 0);
    assert_int_equal(gm_cycles_begun, begun);
    gm_os_clock_ahead += 11 * second;
    gm_cycle_periodic();
    assert_int_equal(gm_cycles_begun, begun + 1);
    let_workers_go();
    await_end();
}

int main(void) {
    WORLD_DOUBLE_START();
    gm_gc_set_percent(FAR);
    gm_register_roots_conservative(held, sizeof held);
    gm_gc_start_background();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_never_touched_is_not_read),
        cmocka_unit_test(what_a_store_deletes_is_kept),
        cmocka_unit_test(what_a_store_inserts_is_kept),
        cmocka_unit_test(what_is_new_while_marking_is_black),
        cmocka_unit_test(allocation_alone_ends_a_cycle_at_its_goal),
        cmocka_unit_test(the_background_sweeps_and_gives_back),
        cmocka_unit_test(a_cycle_is_due_two_minutes_after_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
