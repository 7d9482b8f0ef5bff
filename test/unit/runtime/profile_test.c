/* The profile of the heap, from C: at rate 1 counts are exact, at others the estimate is near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <golem.h>
#include <math.h>

#include "observe/memprof.h"

static int64_t rate;

typedef struct totals {
    uint64_t allocs, frees;
} totals;

static totals of_size(size_t size) {
    totals t = {0, 0};
    gm_mem_profile_flush();
    for (const gm_bucket *b = gm_buckets(GM_PROFILE_MEMORY); b; b = b->next) {
        gm_mem_counts c = gm_mem_profile_read(b);
        if (b->size != size) continue;
        t.allocs += c.allocs;
        t.frees += c.frees;
    }
    return t;
}

static void set_rate(int64_t n) {
    rate = n;
    gm_mem_profile_rate_changed();
}

/* What was counted for objects of a size while n of n bytes each were allocated and dropped. */
static totals allocate(size_t size, int n) {
    gm_gc();
    totals before = of_size(size);
    for (int i = 0; i < n; i++) gm_alloc_noscan(size);
    gm_gc();
    totals after = of_size(size);
    return (totals){after.allocs - before.allocs, after.frees - before.frees};
}

static void test_every_object(void **state) {
    (void)state;
    set_rate(1);
    totals t = allocate(48, 10000);
    assert_int_equal(t.allocs, 10000);
    assert_true(t.frees >= 9990 && t.frees <= t.allocs); /* a stale word may keep a few */
    set_rate(0);
    assert_int_equal(allocate(48, 1000).allocs, 0);
}

/* An object of n bytes is sampled with the probability 1 - exp(-n / rate). */
static void near(size_t size, int n) {
    double expected = n * (1 - exp(-(double)size / (double)rate));
    totals t = allocate(size, n);
    double sigmas = fabs((double)t.allocs - expected) / sqrt(expected);
    assert_true(sigmas < 6);
}

static void test_rates(void **state) {
    (void)state;
    set_rate(1024);
    near(32, 200000);
    near(1024, 20000);
    near(2048, 20000);
    near(65536, 200);
    set_rate(0);
}

static void test_given_back(void **state) {
    (void)state;
    set_rate(1);
    gm_gc();
    totals before = of_size(96);
    for (int i = 0; i < 1000; i++) gm_free(gm_alloc_noscan(96));
    gm_gc();
    totals after = of_size(96);
    assert_int_equal(after.allocs - before.allocs, 1000);
    assert_int_equal(after.frees - before.frees, 1000);
    set_rate(0);
}

int main(void) {
    gm_init(0);
    gm_mem_profile_begin(&rate);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_object),
                                       cmocka_unit_test(test_rates),
                                       cmocka_unit_test(test_given_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
