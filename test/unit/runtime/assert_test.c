/* assert_test.c - what the runtime asserts in debug builds: each invariant is violated, in a process of its own, and the
 * assertion is seen. In other builds assertions are nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "child.h"
#include "gc/barrier.h"
#include "gc/gc.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "sched/proc.h"
#include "sched/sched.h"

#ifdef GM_DEBUG

static const uint8_t one_bit = 1;
static const gm_type node = {
    .size = 16, .ptrdata = 8, .align = 8, .field_align = 8, .kind = GM_STRUCT, .gcdata = &one_bit};

static int free_a_listed_span(void) {
    gm_init(0);
    gm_span_free(gm_span_of((uintptr_t)gm_alloc_noscan(1 << 20)));
    return 0;
}

static int overrun_a_run(void) {
    gm_init(0);
    gm_new(&node);
    gm_mcache *c = &gm_getp()->mcache;
    for (uint32_t i = 0; i < c->nruns; i++)
        if (c->runs[i].span) c->runs[i].free = c->runs[i].end + c->runs[i].size;
    gm_mcache_flush(c);
    return 0;
}

static int block_an_idle_p(void) {
    gm_init(0);
    gm_p_block(gm_sched.procs[0]);
    return 0;
}

static int idle_a_p_twice(void) {
    gm_init(0);
    gm_idle_p_put(gm_sched.procs[0]);
    return 0;
}

static int ready_who_runs(void) {
    gm_init(0);
    gm_g running = {.status = GM_G_RUNNING};
    gm_ready(&running);
    return 0;
}

static int lock_against_the_order(void) {
    gm_init(0);
    gm_mutex_lock(&gm_sched.lock);
    gm_mutex_lock(&gm_getp()->timers.lock);
    return 0;
}

static int barrier_while_off(void) {
    void *slot = NULL;
    gm_init(0);
    gm_wb_slot(&slot, gm_new(&node));
    return 0;
}

static void no_range(void *ctx, const void *lo, const void *hi) {
    (void)ctx, (void)lo, (void)hi;
}

static int broken_chain(void) {
    gm_seg first = {.lo = 0x1000, .hi = 0x2000},
           second = {.lo = 0x3000, .hi = 0x5000, .prev = &first};
    gm_g g = {.seg = &second};
    gm_stack_walk(&g, 0x4000, no_range, NULL);
    return 0;
}

static void violations_are_seen(void **state) {
    (void)state;
    static const struct {
        int (*f)(void);
        const char *what;
    } list[] = {
        {free_a_listed_span, "s->list == 0"},           {overrun_a_run, "r->free <= r->end"},
        {block_an_idle_p, "p->status == GM_P_RUNNING"}, {idle_a_p_twice, "p->status != GM_P_IDLE"},
        {ready_who_runs, "g->status == GM_G_WAITING"},  {lock_against_the_order, "rank < m->rank"},
        {barrier_while_off, "gm_wb_enabled"},           {broken_chain, "s->prev->next == s"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        int status = in_child(list[i].f);
        if (status != -SIGABRT || !strstr(child_text, "does not hold: ") ||
            !strstr(child_text, list[i].what))
            fail_msg("violation %zu: status %d: %s", i, status, child_text);
    }
}

#else

static int asked;

static bool ask(void) {
    asked++;
    return false;
}

/* Not even asked. */
static void violations_are_seen(void **state) {
    (void)state;
    GM_ASSERT(ask());
    assert_int_equal(asked, 0);
    (void)ask;
}

#endif

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(violations_are_seen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
