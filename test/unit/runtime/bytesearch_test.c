/* bytesearch_test.c - short texts are found and counted right at every place of a page, also where the next cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sys/mman.h>

#include "lang/bytesearch.h"

enum { PAGE = 4096, LONGEST = 300 };

static uint8_t *pages[3]; /* the first and the last cannot be read */

static gm_int slow_count(const uint8_t *p, gm_int n, uint8_t c) {
    gm_int found = 0;
    for (gm_int i = 0; i < n; i++) found += p[i] == c;
    return found;
}

static gm_int slow_find(const uint8_t *a, gm_int n, const uint8_t *b, gm_int k) {
    for (gm_int i = 0; i + k <= n; i++)
        if (memcmp(a + i, b, (size_t)k) == 0) return i;
    return -1;
}

static void check(const uint8_t *p, gm_int n) {
    static const uint8_t texts[][20] = {"ab",    "aab",          "abba",
                                        "babaa", "abababababab", "bbabbabbabbabbabb"};
    assert_int_equal(gm_count_byte(p, n, 'a'), slow_count(p, n, 'a'));
    assert_int_equal(gm_count_byte(p, n, 'c'), 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gm_int k = (gm_int)strlen((const char *)texts[i]);
        assert_int_equal(gm_find_bytes(p, n, texts[i], k), slow_find(p, n, texts[i], k));
    }
}

static void right_everywhere(void **state) {
    (void)state;
    uint8_t *p = pages[1];
    uint32_t random = 1;
    for (int i = 0; i < PAGE; i++) {
        random = random * 1664525 + 1013904223;
        p[i] = "abb"[(random >> 24) % 3];
    }
    for (gm_int n = 0; n <= LONGEST; n++) {
        check(p, n);
        check(p + PAGE - n, n);
        check(p + PAGE - n - n % 7, n);
        check(p + n, n);
    }
    assert_int_equal(gm_count_byte(NULL, 0, 'a'), 0);
    assert_int_equal(gm_find_bytes(NULL, 0, p, 2), -1);
}

int main(void) {
    uint8_t *p = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 3; i++) pages[i] = p + i * PAGE;
    if (mprotect(pages[1], PAGE, PROT_READ | PROT_WRITE) != 0) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(right_everywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
