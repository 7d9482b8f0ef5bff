/* godebug_test.c - the reader of GODEBUG. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "os/godebug.h"

static void last_one_counts(void **state) {
    (void)state;
    gm_godebug v = {.madvdontneed = 1};
    gm_godebug_parse(&v, "gctrace=1,schedseed=7,gctrace=2");
    assert_int_equal(v.gctrace, 2);
    assert_int_equal(v.schedseed, 7);
    assert_int_equal(v.madvdontneed, 1);
}

static void values_are_c_numbers(void **state) {
    (void)state;
    gm_godebug v = {0};
    gm_godebug_parse(&v, "schedseed=0x1f,gcstress=010,preemptstress=-3,gctrace=on");
    assert_int_equal(v.schedseed, 31);
    assert_int_equal(v.gcstress, 8);
    assert_int_equal(v.preemptstress, -3);
    assert_int_equal(v.gctrace, 0);
}

static void others_are_passed_over(void **state) {
    (void)state;
    gm_godebug v = {0};
    gm_godebug_parse(&v, ",,gctrac=1,gctracex=1,=5,gctrace,http2client=0,stackstress=1,");
    assert_int_equal(v.gctrace, 0);
    assert_int_equal(v.stackstress, 1);
    gm_godebug_parse(&v, NULL);
    gm_godebug_parse(&v, "");
    assert_int_equal(v.stackstress, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_one_counts),
        cmocka_unit_test(values_are_c_numbers),
        cmocka_unit_test(others_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
