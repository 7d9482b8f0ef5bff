/* fault_test.c - the system refusing: every call of os/ failing at the n-th time, little address space, a
 * wish beyond all memory, a limit below the live heap. Each ends well or in the documented fatal
 * error, in a child process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>

#include "child.h"
#include "world_double.h"

static const uint8_t word_bits[] = {1};
static const gm_type ptr_type = {.size = 8, .ptrdata = 8, .kind = GM_POINTER, .gcdata = word_bits};
static void *root[4];

static int fail_at, calls;
static bool fail_nth(enum gm_os_call call, size_t bytes) {
    (void)call, (void)bytes;
    return ++calls == fail_at;
}

static __attribute__((noinline)) void start(void) {
    WORLD_DOUBLE_START();
    gm_register_roots(root, &ptr_type, 4);
}

/* Small and large objects, several kinds of pattern, collections. */
static __attribute__((noinline)) int small_program(void) {
    void **head = NULL;
    for (int i = 0; i < 8000; i++) {
        void **n = gm_newarray(&ptr_type, 1 + i % 70);
        n[0] = head;
        head = i % 1000 ? n : NULL;
        if (i % 500 == 0) root[0] = gm_newarray(&ptr_type, 50000);
        if (i % 100 == 0) root[1] = gm_alloc_noscan(100 * (size_t)i);
    }
    gm_gc();
    return 0;
}

static int (*program)(void);
static int start_and_run(void) {
    start();
    return program();
}

static int run(int (*f)(void)) {
    program = f;
    return in_child(start_and_run);
}

static void every_call_may_fail(void **state) {
    (void)state;
    gm_os_fault_hook = fail_nth;
    fail_at = 0;
    int fatal = 0, good = 0, not_begun = 0;
    for (fail_at = 1; fail_at < 40; fail_at++) {
        int status = run(small_program);
        if (status == 2) {
            fatal++;
            if (!strstr(child_text, "fatal error: out of memory") ||
                !strstr(child_text, "cannot allocate"))
                fail_msg("call %d: %s", fail_at, child_text);
        } else if (status == 1) {
            not_begun++; /* gm_heap_init said so */
        } else if (status == 0) {
            good++;
        } else {
            fail_msg("call %d: status %d: %s", fail_at, status, child_text);
        }
    }
    gm_os_fault_hook = NULL;
    assert_true(not_begun >= 2);
    assert_true(fatal > 1);
    assert_true(good > 3);
}

static int fill_up(void) {
    void **head = NULL;
    for (int i = 0; i < 1 << 20; i++) {
        void **n = gm_newarray(&ptr_type, 4000);
        n[0] = head;
        root[0] = head = n;
    }
    return 3;
}

static void address_space_may_be_scarce(void **state) {
    (void)state;
    SKIP_UNDER_SANITIZERS();
    struct rlimit old, r;
    getrlimit(RLIMIT_AS, &old);
    r = old;
    r.rlim_cur = (rlim_t)1 << 30;
    setrlimit(RLIMIT_AS, &r);
    int status = run(small_program);
    assert_int_equal(status, 0);
    status = run(fill_up);
    setrlimit(RLIMIT_AS, &old);
    assert_int_equal(status, 2);
    assert_non_null(strstr(child_text, "out of memory: cannot allocate 32768-byte block"));
    assert_non_null(strstr(child_text, "MiB that the process may have (ulimit -v)"));
}

static int beyond_all(void) {
    root[0] = gm_alloc_noscan((size_t)1 << 46);
    return 0;
}

static void impossible_wishes_say_so(void **state) {
    (void)state;
    assert_int_equal(run(beyond_all), 2);
    assert_non_null(strstr(child_text, "cannot allocate 70368744177664-byte block"));
}

static int more_than_the_limit(void) {
    void **head = NULL;
    for (int i = 0; i < 20000; i++) {
        void **n = gm_newarray(&ptr_type, 500);
        n[0] = head;
        root[0] = head = n;
    }
    int n = 0;
    for (; head; head = head[0]) n++;
    return n == 20000 ? 0 : 3;
}

static void a_limit_below_the_live_heap_is_survived(void **state) {
    (void)state;
    setenv("GOMEMLIMIT", "20MiB", 1);
    int status = run(more_than_the_limit);
    unsetenv("GOMEMLIMIT");
    assert_int_equal(status, 0);
}

static int garbage_under_a_limit(void) {
    for (int i = 0; i < 3000; i++) {
        root[i % 4] = gm_alloc_noscan(1 << 20);
        memset(root[i % 4], 1, 1 << 20);
    }
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    return st.sys - st.heap_released < 32 << 20 ? 0 : 3;
}

static void a_limit_is_kept_without_gogc(void **state) {
    (void)state;
    setenv("GOMEMLIMIT", "32MiB", 1);
    setenv("GOGC", "off", 1);
    int status = run(garbage_under_a_limit);
    unsetenv("GOMEMLIMIT");
    unsetenv("GOGC");
    assert_int_equal(status, 0);
}

static int nothing(void) {
    return 0;
}

static void malformed_settings_are_refused(void **state) {
    (void)state;
    setenv("GOMEMLIMIT", "12parsecs", 1);
    int status = run(nothing);
    unsetenv("GOMEMLIMIT");
    assert_int_equal(status, 2);
    assert_non_null(strstr(child_text, "malformed GOMEMLIMIT"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_may_fail),
        cmocka_unit_test(address_space_may_be_scarce),
        cmocka_unit_test(impossible_wishes_say_so),
        cmocka_unit_test(a_limit_below_the_live_heap_is_survived),
        cmocka_unit_test(a_limit_is_kept_without_gogc),
        cmocka_unit_test(malformed_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
