/* fault_test.c - the system refusing: every call of os/ failing at the n-th time, little address space, a
 * wish beyond all memory, a limit below the live heap. Each ends well or in the documented fatal
 * error, in a child process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Runs f in a child with its messages collected; returns the exit status, or -signal. */
static char messages[4096];
static int in_child(int (*f)(void)) {
    int p[2];
    assert_int_equal(pipe(p), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(p[1], 2);
        close(p[0]);
        start();
        _exit(f());
    }
    close(p[1]);
    size_t n = 0;
    ssize_t k;
    while (n < sizeof messages - 1 && (k = read(p[0], messages + n, sizeof messages - 1 - n)) > 0)
        n += (size_t)k;
    messages[n] = 0;
    close(p[0]);
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void every_call_may_fail(void **state) {
    (void)state;
    gm_os_fault_hook = fail_nth;
    fail_at = 0;
    int fatal = 0, good = 0;
    for (fail_at = 1; fail_at < 40; fail_at++) {
        int status = in_child(small_program);
        if (status == 2) {
            fatal++;
            if (!strstr(messages, "fatal error: out of memory") ||
                !strstr(messages, "cannot allocate"))
                fail_msg("call %d: %s", fail_at, messages);
        } else if (status == 0) {
            good++;
        } else {
            fail_msg("call %d: status %d: %s", fail_at, status, messages);
        }
    }
    gm_os_fault_hook = NULL;
    assert_true(fatal > 3);
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
    struct rlimit old, r;
    getrlimit(RLIMIT_AS, &old);
    r = old;
    r.rlim_cur = (rlim_t)1 << 30;
    setrlimit(RLIMIT_AS, &r);
    int status = in_child(small_program);
    assert_int_equal(status, 0);
    status = in_child(fill_up);
    setrlimit(RLIMIT_AS, &old);
    assert_int_equal(status, 2);
    assert_non_null(strstr(messages, "out of memory: cannot allocate 32768-byte block"));
}

static int beyond_all(void) {
    root[0] = gm_alloc_noscan((size_t)1 << 46);
    return 0;
}

static void impossible_wishes_say_so(void **state) {
    (void)state;
    assert_int_equal(in_child(beyond_all), 2);
    assert_non_null(strstr(messages, "cannot allocate 70368744177664-byte block"));
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
    int status = in_child(more_than_the_limit);
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
    int status = in_child(garbage_under_a_limit);
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
    int status = in_child(nothing);
    unsetenv("GOMEMLIMIT");
    assert_int_equal(status, 2);
    assert_non_null(strstr(messages, "malformed GOMEMLIMIT"));
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
