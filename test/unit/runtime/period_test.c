/* period_test.c - a program that allocates nothing is collected all the same, for its age. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <golem.h>
#include <golem/sched.h>

static int finalized, started;

static void finalizer(void *obj, void *arg) {
    (void)obj, (void)arg;
    __atomic_store_n(&finalized, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void drop_objects(void) {
    for (int i = 0; i < 100; i++) gm_set_finalizer(gm_alloc_noscan(64), finalizer, NULL);
}

static void a_goroutine(void *arg) {
    (void)arg;
    __atomic_store_n(&started, 1, __ATOMIC_SEQ_CST);
}

static unsigned collections(void) {
    static gm_mem_stats st;
    gm_read_mem_stats(&st);
    return st.num_gc;
}

/* The goroutine brings the scheduler's monitor; no collection has begun the collector's threads. */
static void cycles_begin_for_their_age(void **state) {
    (void)state;
    drop_objects();
    assert_true(gm_go(a_goroutine, NULL, 0));
    assert_int_equal(collections(), 0);
    gm_block_enter();
    for (int i = 0; i < 3000 && !__atomic_load_n(&finalized, __ATOMIC_SEQ_CST); i++) usleep(10000);
    gm_block_leave();
    assert_true(started);
    assert_true(collections() >= 1);
    assert_true(finalized);
    unsigned now = collections();
    for (int i = 0; i < 3000 && collections() == now; i++) {
        gm_block_enter();
        usleep(10000);
        gm_block_leave();
    }
    assert_true(collections() > now);
}

int main(void) {
    setenv("GODEBUG", "gcperiod=100", 1);
    gm_init(0);
    const struct CMUnitTest tests[] = {cmocka_unit_test(cycles_begin_for_their_age)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
