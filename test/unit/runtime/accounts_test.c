/* accounts_test.c - the two accounts of pages, by their figures: what allocation has swept before it takes fresh pages,
 * and what it releases before it has the system back more. No collector's thread runs, and collection is off but where
 * a cycle is asked for: nothing else sweeps or releases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>

#include "child.h"
#include "gc/cycle.h"
#include "gc/sweep.h"
#include "heap/span.h"
#include "os/godebug.h"
#include "world_double.h"
#include "scrub.h"

enum { MANY = 8192, PAGE = 8192, FAR = INT32_MAX /* GOGC: no cycle by itself */ };

/* Where objects are held; a root. */
static void *held[MANY];

static gm_heap_numbers numbers(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    return n;
}

/* Pages of one object each. */
static void hold_pages(int from, int to) {
    for (int i = from; i < to; i++) held[i] = gm_alloc_noscan_raw(PAGE);
}

static void drop(int from, int to) {
    memset(held + from, 0, (size_t)(to - from) * sizeof *held);
}

/* A cycle after which nothing is swept yet (the period is 0). */
static void cycle(void) {
    scrub_stack();
    gm_cycle_periodic();
}

static void begin_clean(void) {
    drop(0, MANY);
    cycle();
    gm_sweep_all();
    gm_retain_goal = INT64_MAX;
}

/* --- reclaim --- */

static void pages_are_swept_for_before_they_are_taken(void **state) {
    (void)state;
    begin_clean();
    hold_pages(0, 4000);
    drop(0, 4000);
    cycle();
    uint64_t before = numbers().heap_inuse;
    gm_reclaim_account a = gm_reclaim;
    for (int i = 0; i < 2000; i++) held[i] = gm_alloc_noscan_raw(4096);
    assert_in_range(gm_reclaim.wanted - a.wanted, 1000, 1001);
    assert_int_equal(gm_reclaim.freed - a.freed, gm_reclaim.wanted - a.wanted);
    assert_int_equal(gm_reclaim.credit, 0);
    assert_true(numbers().heap_inuse <= before);
}

static void what_came_free_beyond_is_credit(void **state) {
    (void)state;
    begin_clean();
    held[0] = gm_alloc_noscan_raw(100 * PAGE);
    drop(0, 1);
    hold_pages(1, 200);
    drop(1, 200);
    cycle();
    gm_reclaim_account a = gm_reclaim;
    for (int i = 0; i < 80; i++) {
        held[i] = gm_alloc_noscan_raw(28672); /* seven pages: two objects */
        held[i] = NULL;
        uint64_t wanted = gm_reclaim.wanted - a.wanted, freed = gm_reclaim.freed - a.freed;
        assert_int_equal(gm_reclaim.credit, freed - wanted);
        if (wanted <= 100) assert_int_equal(gm_reclaim.spans - a.spans, wanted ? 1 : 0);
        assert_true(freed >= wanted);
    }
    assert_true(gm_reclaim.wanted - a.wanted > 100);
    assert_true(gm_reclaim.spans - a.spans > 1);
}

/* Where nothing can be reclaimed, an allocation is not held up by more than a handful of spans, and owes the pages. */
static void what_is_not_found_is_owed(void **state) {
    (void)state;
    begin_clean();
    hold_pages(0, 4000);
    held[5000] = gm_alloc_noscan_raw(16384); /* of a class that is swept after these */
    drop(5000, 5001);
    cycle();
    gm_reclaim_account a = gm_reclaim;
    held[4000] = gm_alloc_noscan_raw(4096);
    assert_int_equal(gm_reclaim.credit, -1);
    assert_in_range(gm_reclaim.spans - a.spans, 100, 200);
    for (int i = 4001; i < 4000 + 2 * 60; i++) held[i] = gm_alloc_noscan_raw(4096);
    assert_false(gm_sweep_one()); /* they have swept it all, and found what there was */
    assert_int_equal(gm_reclaim.freed - a.freed, 2);
}

/* --- scavenge --- */

/* Bytes of the heap's range that are backed by memory. */
static size_t resident(void) {
    static unsigned char in[1 << 20];
    size_t bytes = numbers().reserved_in_use, sum = 0;
    for (size_t at = 0; at < bytes; at += sizeof in * 4096) {
        size_t n = bytes - at < sizeof in * 4096 ? bytes - at : sizeof in * 4096;
        assert_int_equal(mincore((void *)(gm_heap_base + at), n, in), 0);
        for (size_t i = 0; i < n / 4096; i++) sum += in[i] & 1;
    }
    return sum * 4096;
}

static void touch(int from, int to, size_t n) {
    for (int i = from; i < to; i++)
        if (held[i]) memset(held[i], 1, n);
}

/* 16 MiB of pages in use and as many holes of one page between them. */
static void make_holes(void) {
    hold_pages(0, 4096);
    touch(0, 4096, PAGE);
    for (int i = 0; i < 4096; i += 2) held[i] = NULL;
    cycle();
    gm_sweep_all();
}

static int64_t retained(void) {
    gm_heap_numbers n = numbers();
    return (int64_t)(n.heap_inuse + n.free - n.released);
}

static void growth_is_released_elsewhere(void **state) {
    (void)state;
    begin_clean();
    gm_scavenge(SIZE_MAX);
    make_holes();
    gm_retain_goal = retained();
    gm_heap_numbers a = numbers();
    size_t in_memory = resident();
    for (int i = 5000; i < 5500; i++) held[i] = gm_alloc_noscan_raw(5 * PAGE); /* fits no hole */
    touch(5000, 5300, 5 * PAGE);
    gm_heap_numbers b = numbers();
    assert_int_equal(b.grown - a.grown, 500 * 5 * PAGE);
    assert_int_equal(b.released_for_growth - a.released_for_growth,
                     2048 * PAGE); /* all there was */
    assert_true(resident() <= in_memory + 64 * PAGE);
}

static void the_longest_runs_go_first_and_leave_credit(void **state) {
    (void)state;
    begin_clean();
    gm_scavenge(SIZE_MAX);
    make_holes();
    for (int i = 3001; i < 3300; i += 2) held[i] = NULL; /* a hole of 300 pages */
    cycle();
    gm_sweep_all();
    gm_retain_goal = retained();
    gm_heap_numbers a = numbers();
    held[5000] = gm_alloc_noscan_raw(400 * PAGE);
    gm_heap_numbers b = numbers();
    assert_int_equal(b.grown - a.grown, 400 * PAGE);
    uint64_t released = b.released_for_growth - a.released_for_growth;
    assert_int_equal(released - b.scavenge_credit, 400 * PAGE);
    /* The hole of 300 is gone: there is no room left in it that memory backs. */
    size_t backed = 0;
    for (uintptr_t at = (uintptr_t)held[2999] + PAGE; at < (uintptr_t)held[3301]; at += 4096) {
        unsigned char in;
        assert_int_equal(mincore((void *)at, 4096, &in), 0);
        backed += in & 1;
    }
    assert_true(backed <= 4);
}

/* One release serves many small growths. */
static void credit_is_spent_by_the_next(void **state) {
    (void)state;
    begin_clean();
    hold_pages(0, 2000);
    touch(0, 2000, PAGE);
    drop(200, 1800);
    cycle();
    gm_sweep_all();
    gm_retain_goal = 0; /* growth is always beyond it */
    gm_heap_numbers a = numbers();
    uint64_t due = 0;
    for (int i = 0; i < 8; i++) {
        held[2000 + i] = gm_alloc_noscan_raw(2001 * PAGE); /* larger than any hole */
        gm_heap_numbers b = numbers();
        due = b.grown - a.grown;
        if (b.free > b.released) {
            assert_int_equal(b.released_for_growth - a.released_for_growth + a.scavenge_credit,
                             due + b.scavenge_credit);
            assert_true(b.scavenge_credit < 64 * PAGE);
        }
    }
    assert_true(due > 0);
}

static void within_the_goal_nothing_is_released(void **state) {
    (void)state;
    begin_clean();
    make_holes();
    gm_retain_goal = retained() + 500 * 2 * PAGE;
    gm_heap_numbers a = numbers();
    for (int i = 5000; i < 5400; i++) held[i] = gm_alloc_noscan_raw(5 * PAGE / 2);
    assert_int_equal(numbers().released_for_growth, a.released_for_growth);
}

/* The memory limit is kept by releasing, too. */
static void a_limit_is_kept_by_releasing(void **state) {
    (void)state;
    begin_clean();
    gm_scavenge(SIZE_MAX);
    make_holes();
    gm_gc_set_memory_limit((int64_t)numbers().footprint + 100 * PAGE);
    for (int i = 5000; i < 5200; i++) held[i] = gm_alloc_noscan_raw(5 * PAGE);
    gm_heap_numbers b = numbers();
    assert_true((int64_t)b.footprint <= gm_gc_set_memory_limit(-1) + 64 * PAGE);
    assert_true(b.released_for_growth > 0);
    gm_gc_set_memory_limit(INT64_MAX);
}

/* What the pacer wants retained: a tenth more than what the spans of the last cycle took for its goal. */
static void the_goal_follows_the_spans(void **state) {
    (void)state;
    begin_clean();
    gm_gc_set_percent(100);
    hold_pages(0, 4000);
    cycle();
    cycle();
    int64_t inuse = (int64_t)numbers().heap_inuse;
    assert_true(gm_retain_goal > 2 * inuse && gm_retain_goal < 2 * inuse * 5 / 4);
    gm_gc_set_percent(-1);
    assert_int_equal(gm_retain_goal, INT64_MAX);
    gm_gc_set_percent(FAR);
}

int main(void) {
    gm_debug.gcperiod = 0;
    WORLD_DOUBLE_START();
    gm_debug.gcstress = 0; /* nor by the number of allocations */
    gm_gc_set_percent(FAR);
    gm_register_roots_conservative(held, sizeof held);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_swept_for_before_they_are_taken),
        cmocka_unit_test(what_came_free_beyond_is_credit),
        cmocka_unit_test(what_is_not_found_is_owed),
        cmocka_unit_test(growth_is_released_elsewhere),
        cmocka_unit_test(the_longest_runs_go_first_and_leave_credit),
        cmocka_unit_test(credit_is_spent_by_the_next),
        cmocka_unit_test(within_the_goal_nothing_is_released),
        cmocka_unit_test(a_limit_is_kept_by_releasing),
        cmocka_unit_test(the_goal_follows_the_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
