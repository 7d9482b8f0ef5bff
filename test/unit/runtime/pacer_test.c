/* pacer_test.c - the pacer against simulated programs: heaps that allocate at some rate while marking
 * proceeds at a quarter of the time. Cycles must end near the goal and not much beyond it, the
 * trigger must stay in its range, goals must follow GOGC and GOMEMLIMIT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gc/pacer.h"
#include "world_double.h"

static const int64_t MB = 1 << 20;

typedef struct program {
    int64_t live;       /* bytes that each cycle finds alive */
    double scan_share;  /* of them, that may hold pointers */
    double alloc_speed; /* bytes allocated in the time that a marker scans one */
} program;

typedef struct outcome {
    int64_t trigger, goal, end;
    double assisted; /* share of the work done by assists */
} outcome;

/* One cycle in steps of 16 KiB of allocation. The mutator has three quarters of the time. */
static outcome run_cycle(const program *p) {
    outcome o = {gm_trigger_bytes, gm_goal_bytes, 0, 0};
    gm_live_bytes = gm_trigger_bytes;
    gm_pacer_mark_begin();
    double work = (double)p->live * p->scan_share, done = 0, by_assist = 0, credit = 0;
    while (done < work) {
        const int64_t step = 16 << 10;
        gm_live_bytes += step;
        double background = (double)step / p->alloc_speed / 3;
        done += background;
        credit += background;
        double owed = (double)step * gm_pacer_assist_ratio((int64_t)done);
        double paid = owed < credit ? owed : credit;
        credit -= paid;
        done += owed - paid;
        by_assist += owed - paid;
        if (gm_live_bytes > 20 * o.goal) fail_msg("the cycle does not end");
    }
    o.end = gm_live_bytes;
    o.assisted = by_assist / work;
    double time_marking = (work - by_assist) + by_assist;
    double time_all = (double)(o.end - o.trigger) / p->alloc_speed + time_marking;
    gm_cycle_result r = {.marked = (uint64_t)(p->live),
                         .scan_work = (uint64_t)work,
                         .utilization = time_marking / time_all,
                         .concurrent = true};
    gm_pacer_cycle_done(&r);
    return o;
}

static outcome settle(const program *p, int cycles) {
    outcome o = {0};
    for (int i = 0; i < cycles; i++) o = run_cycle(p);
    return o;
}

static void reset(int percent, int64_t limit) {
    gm_gc_set_percent(percent);
    gm_gc_set_memory_limit(limit);
}

static void steady_programs_end_at_the_goal(void **state) {
    (void)state;
    static const program programs[] = {
        {40 * MB, 1, 0.05}, {40 * MB, 1, 0.3}, {400 * MB, 0.5, 0.2}, {64 * MB, 0.9, 1}};
    reset(100, INT64_MAX);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        const program *p = &programs[i];
        outcome o = settle(p, 12);
        int64_t way = o.goal - p->live;
        assert_in_range(o.goal, 2 * p->live - MB, 2 * p->live + MB);
        assert_true(o.trigger >= p->live + way * 69 / 100);
        assert_true(o.trigger <= o.goal);
        if (o.end > o.goal + way / 100)
            fail_msg("program %zu ends at %lld MB, goal %lld MB", i, (long long)(o.end / MB),
                     (long long)(o.goal / MB));
    }
}

/* A program that suddenly allocates much faster is held by assists. */
static void assists_hold_a_sudden_burst(void **state) {
    (void)state;
    reset(100, INT64_MAX);
    program calm = {100 * MB, 1, 0.02}, burst = {100 * MB, 1, 3};
    outcome before = settle(&calm, 8);
    outcome o = run_cycle(&burst);
    assert_true(o.assisted > before.assisted);
    assert_true(o.end <= o.goal + o.goal / 100);
}

/* More is alive than foreseen: allocation pays for it before the goal is reached. */
static void a_growing_heap_is_followed(void **state) {
    (void)state;
    reset(100, INT64_MAX);
    program small = {50 * MB, 1, 0.3}, big = {80 * MB, 1, 0.3};
    settle(&small, 6);
    outcome o = run_cycle(&big);
    assert_true(o.end <= o.goal + o.goal / 100);
    o = settle(&big, 4);
    assert_in_range(o.goal, 159 * MB, 161 * MB);
}

static void goals_follow_the_percentage(void **state) {
    (void)state;
    program p = {100 * MB, 1, 0.1};
    static const int percents[] = {10, 50, 100, 200, 400};
    for (int i = 0; i < 5; i++) {
        reset(percents[i], INT64_MAX);
        outcome o = settle(&p, 6);
        int64_t want = 100 * MB + MB * percents[i];
        assert_in_range(o.goal, want - MB, want + MB);
    }
    reset(100, INT64_MAX);
    program tiny = {100 << 10, 1, 0.1};
    assert_int_equal(settle(&tiny, 3).goal, 4 * MB);
    reset(-1, INT64_MAX);
    assert_true(gm_gc_is_off());
    assert_int_equal(gm_trigger_bytes, INT64_MAX);
    reset(100, INT64_MAX);
}

/* However small the heap and the percentage, a megabyte may be allocated from cycle to cycle: else a program whose
 * garbage grows with their number (pools are emptied) would do nothing but collect. */
static void goals_are_never_near(void **state) {
    (void)state;
    static const program small = {256 << 10, 1, 0.1};
    reset(1, INT64_MAX);
    settle(&small, 6);
    assert_in_range(gm_goal_bytes, small.live + MB, small.live + MB + (64 << 10));
    reset(100, INT64_MAX);
}

static void goals_keep_to_the_limit(void **state) {
    (void)state;
    program p = {100 * MB, 1, 0.1};
    reset(100, 150 * MB);
    outcome o = settle(&p, 4);
    assert_true(o.goal < 150 * MB);
    assert_true(o.goal > 120 * MB);
    reset(-1, 150 * MB);
    assert_false(gm_gc_is_off());
    o = settle(&p, 4);
    assert_true(o.goal < 150 * MB);
    reset(100, 50 * MB); /* less than lives: small steps, not none */
    o = settle(&p, 2);
    assert_true(o.goal > 100 * MB && o.goal < 110 * MB);
    reset(100, INT64_MAX);
}

int main(void) {
    WORLD_DOUBLE_START();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_programs_end_at_the_goal),
        cmocka_unit_test(assists_hold_a_sudden_burst),
        cmocka_unit_test(a_growing_heap_is_followed),
        cmocka_unit_test(goals_follow_the_percentage),
        cmocka_unit_test(goals_are_never_near),
        cmocka_unit_test(goals_keep_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
