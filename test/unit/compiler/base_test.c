/* base_test.c - the compiler's memory, names, maps and diagnostics. */
#include "base/base.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    return 0;
}

static char *flushed(bool all) {
    char *p = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&p, &n);
    diag_flush(f, all);
    fclose(f);
    char *s = xstrdup(p);
    free(p);
    return s;
}

/* --- memory --- */

static void alloc_is_zeroed_and_aligned(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 300000, 1 << 20, 5 << 20};
    for (size_t i = 0; i < 200; i++) {
        size_t n = sizes[i % (sizeof sizes / sizeof *sizes)];
        unsigned char *p = alloc(n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t k = 0; k < n; k++) assert_int_equal(p[k], 0);
        memset(p, 0xaa, n);
    }
}

static void vectors_grow_without_touching_neighbours(void **state) {
    (void)state;
    VEC(int) a = {0}, b = {0};
    for (int i = 0; i < 100000; i++) {
        push(&a, i);
        if (i % 7 == 0) push(&b, -i);
    }
    assert_int_equal(a.n, 100000);
    for (int i = 0; i < a.n; i++) assert_int_equal(a.v[i], i);
    for (int i = 0; i < b.n; i++) assert_int_equal(b.v[i], -7 * i);
}

static void growth_in_place_is_zeroed(void **state) {
    (void)state;
    VEC(long) v = {0};
    push(&v, 1);
    long *first = v.v;
    for (int i = 1; i < 5; i++) push(&v, 1);
    assert_ptr_equal(v.v, first); /* nothing was allocated in between */
    for (int i = v.n; i < v.cap; i++) assert_int_equal(v.v[i], 0);
}

static void texts_grow(void **state) {
    (void)state;
    Buf b = {0};
    assert_string_equal(buf_str(&b), "");
    for (int i = 0; i < 3000; i++) {
        buf_printf(&b, "%d,", i % 10);
        buf_putc(&b, 'x');
        buf_puts(&b, "yz");
        buf_put(&b, "\0w", 2);
    }
    assert_int_equal(b.n, 3000 * 7);
    buf_str(&b);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(b.p[7 * i], '0' + i % 10);
        assert_memory_equal(b.p + 7 * i + 1, ",xyz\0w", 6);
    }
    Buf c = {0};
    buf_printf(&c, "%0500d", 7);
    assert_int_equal(strlen(buf_str(&c)), 500);
}

static void strings_are_formatted_in_the_arena(void **state) {
    (void)state;
    char *a = xprintf("%s-%d", "a", 1), *b = xprintf("%s-%d", "b", 2);
    assert_string_equal(a, "a-1");
    assert_string_equal(b, "b-2");
    assert_string_equal(xstrdup(a), a);
    assert_ptr_not_equal(xstrdup(a), a);
}

/* --- names and maps --- */

static void names_are_equal_when_pointers_are(void **state) {
    (void)state;
    const char *names[20000];
    for (int i = 0; i < 20000; i++) names[i] = intern(xprintf("name%d", i));
    for (int i = 0; i < 20000; i++) {
        char *again = xprintf("name%dtail", i);
        size_t n = strlen(again) - 4;
        assert_ptr_equal(intern_n(again, n), names[i]);
        assert_int_equal(strlen(names[i]), n);
    }
    assert_ptr_not_equal(intern_n("a\0b", 3), intern("a"));
    assert_ptr_equal(intern_n("a\0b", 3), intern_n("a\0b", 3));
    assert_string_equal(intern(""), "");
}

static void maps_keep_order_and_replace(void **state) {
    (void)state;
    Map m = {0};
    static int keys[10000];
    assert_null(map_get(&m, &keys[0]));
    for (int i = 0; i < 10000; i++) map_put(&m, &keys[i], &keys[9999 - i]);
    for (int i = 0; i < 10000; i += 3) map_put(&m, &keys[i], &keys[i]);
    assert_int_equal(m.n, 10000);
    for (int i = 0; i < 10000; i++) {
        assert_ptr_equal(m.keys[i], &keys[i]);
        assert_ptr_equal(m.vals[i], i % 3 ? &keys[9999 - i] : &keys[i]);
        assert_ptr_equal(map_get(&m, &keys[i]), m.vals[i]);
    }
    assert_null(map_get(&m, &m));
    map_put(&m, NULL, &m);
    assert_ptr_equal(map_get(&m, NULL), &m);
}

/* --- diagnostics --- */

static Pos at(int file, int line, int col) {
    return (Pos){(uint32_t)line, (uint16_t)col, (uint16_t)file};
}

static void errors_come_out_in_order_of_position(void **state) {
    (void)state;
    int a = file_add("a.go"), b = file_add("./b.go");
    errorf(at(b, 1, 1), "five");
    errorf(at(a, 10, 2), "four");
    errorf(at(a, 2, 9), "two %d", 2);
    notef(at(a, 3, 1), "three");
    errorf(at(a, 2, 3), "one\n\tmore");
    assert_int_equal(error_count(), 4);
    assert_string_equal(flushed(false), "a.go:2:3: one\n\tmore\na.go:2:9: two 2\na.go:3:1: three\n"
                                        "a.go:10:2: four\n./b.go:1:1: five\n");
    assert_string_equal(flushed(false), "");
    assert_int_equal(error_count(), 4);
}

static void repeats_are_dropped(void **state) {
    (void)state;
    int a = file_add("a.go");
    errorf(at(a, 1, 1), "syntax error: x");
    errorf(at(a, 1, 5), "syntax error: an echo of it");
    errorf(at(a, 1, 6), "undefined: x");
    errorf(at(a, 1, 7), "undefined: x");
    errorf(at(a, 1, 8), "undefined: y");
    errorf(at(a, 1, 9), "undefined: x"); /* not next to its twin when it is reported */
    notef(at(a, 2, 1), "escapes");
    notef(at(a, 2, 1), "escapes");
    notef(at(a, 2, 2), "escapes");
    assert_int_equal(syntax_error_count(), 1);
    assert_string_equal(flushed(false), "a.go:1:1: syntax error: x\na.go:1:6: undefined: x\n"
                                        "a.go:1:8: undefined: y\na.go:2:1: escapes\n"
                                        "a.go:2:2: escapes\n");
}

static void ten_errors_are_enough(void **state) {
    (void)state;
    int a = file_add("a.go");
    for (int i = 12; i > 0; i--) errorf(at(a, i, 1), "e%d", i);
    char *s = flushed(false);
    assert_non_null(strstr(s, "a.go:10:1: e10\na.go:10:1: too many errors\n"));
    assert_null(strstr(s, "e11"));
    for (int i = 12; i > 0; i--) errorf(at(a, i, 1), "e%d", i);
    s = flushed(true);
    assert_non_null(strstr(s, "a.go:12:1: e12\n"));
    assert_null(strstr(s, "too many"));
    for (int i = 9; i > 0; i--) errorf(at(a, i, 1), "e%d", i);
    assert_null(strstr(flushed(false), "too many"));
}

static void floods_are_bounded(void **state) {
    (void)state;
    int a = file_add("a.go");
    for (int i = 1; i <= 200000; i++) errorf(at(a, i, 1), "e");
    assert_int_equal(error_count(), 200000);
    char *s = flushed(true);
    int lines = 0;
    for (; *s; s++) lines += *s == '\n';
    assert_in_range(lines, 1000, 100000);
}

static void unknown_positions_print_no_position(void **state) {
    (void)state;
    errorf((Pos){0}, "alone");
    assert_string_equal(flushed(false), "alone\n");
    assert_false(pos_known((Pos){0}));
}

static void line_directives_change_what_is_shown(void **state) {
    (void)state;
    int a = file_add("a.go");
    file_line_directive(at(a, 5, 1), "x.y", 100, 0);
    file_line_directive(at(a, 9, 20), "z.y", 7, 3);
    assert_string_equal(pos_str(at(a, 4, 9)), "a.go:4:9");
    assert_string_equal(pos_str(at(a, 5, 1)), "x.y:100");
    assert_string_equal(pos_str(at(a, 7, 4)), "x.y:102");
    assert_string_equal(pos_str(at(a, 9, 19)), "x.y:104");
    assert_string_equal(pos_str(at(a, 9, 22)), "z.y:7:5");
    assert_string_equal(pos_str(at(a, 11, 4)), "z.y:9:4");
    assert_string_equal(file_name(a), "a.go");
    assert_true(pos_cmp(at(a, 9, 19), at(a, 9, 22)) < 0);
    errorf(at(a, 9, 22), "second");
    errorf(at(a, 7, 1), "first");
    assert_string_equal(flushed(false), "x.y:102: first\nz.y:7:5: second\n");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(alloc_is_zeroed_and_aligned),
        TEST(vectors_grow_without_touching_neighbours),
        TEST(growth_in_place_is_zeroed),
        TEST(texts_grow),
        TEST(strings_are_formatted_in_the_arena),
        TEST(names_are_equal_when_pointers_are),
        TEST(maps_keep_order_and_replace),
        TEST(errors_come_out_in_order_of_position),
        TEST(repeats_are_dropped),
        TEST(ten_errors_are_enough),
        TEST(floods_are_bounded),
        TEST(unknown_positions_print_no_position),
        TEST(line_directives_change_what_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
