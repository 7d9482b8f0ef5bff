/* lang_value_test.c - strings, slices, hashing, itabs and number conversions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lang/print.h"
#include "sched/sched.h"

static gm_string str(const char *s) {
    return gm_cstr(s);
}

#define ASSERT_TEXT(s, text)                                                                       \
    do {                                                                                           \
        gm_string s_ = (s);                                                                        \
        assert_int_equal(s_.n, strlen(text));                                                      \
        assert_memory_equal(s_.p, text, strlen(text));                                             \
    } while (0)

/* --- strings --- */

static void concatenation(void **state) {
    (void)state;
    char buf[32];
    static const char rest[] = "a tail that is far too long for the buffer";
    gm_string parts[3] = {str("ab"), str(""), str("cde")};
    ASSERT_TEXT(gm_concat(NULL, parts, 3), "abcde");
    gm_string r = gm_concat(buf, parts, 3);
    assert_ptr_equal(r.p, buf);
    assert_int_equal(gm_concat(NULL, parts + 1, 1).n, 0);
    /* a lone operand is shared, unless its bytes stand on this stack and the result may leave it */
    assert_ptr_equal(gm_concat(buf, parts, 2).p, parts[0].p);
    char local[4] = "xyz";
    gm_string one[2] = {{(uint8_t *)local, 3}, {NULL, 0}};
    assert_ptr_equal(gm_concat(buf, one, 2).p, local);
    parts[1] = str(rest);
    r = gm_concat(buf, parts, 3);
    assert_ptr_not_equal(r.p, buf);
    assert_int_equal(r.n, 5 + (gm_int)strlen(rest));
}

static void comparison(void **state) {
    (void)state;
    assert_true(gm_string_cmp(str("a"), str("b")) < 0);
    assert_true(gm_string_cmp(str("b"), str("a")) > 0);
    assert_true(gm_string_cmp(str("ab"), str("a")) > 0);
    assert_true(gm_string_cmp(str(""), str("a")) < 0);
    assert_true(gm_string_cmp(str("\xff"), str("a")) > 0);
    assert_int_equal(gm_string_cmp(str("abc"), str("abc")), 0);
    assert_int_equal(gm_string_cmp((gm_string){NULL, 0}, (gm_string){NULL, 0}), 0);
}

static void runes(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        int n;
        int32_t rune[4];
        int step[4];
    } cases[] = {
        {"a\xc3\xa4\xe2\x82\xac", 3, {'a', 0xe4, 0x20ac}, {1, 2, 3}},
        {"\xf0\x9f\x98\x80", 1, {0x1f600}, {4}},
        {"\xc0\x80", 2, {0xfffd, 0xfffd}, {1, 1}},                               /* overlong */
        {"\xe0\x80\x80", 3, {0xfffd, 0xfffd, 0xfffd}, {1, 1, 1}},                /* overlong */
        {"\xed\xa0\x80", 3, {0xfffd, 0xfffd, 0xfffd}, {1, 1, 1}},                /* surrogate */
        {"\xf4\x90\x80\x80", 4, {0xfffd, 0xfffd, 0xfffd, 0xfffd}, {1, 1, 1, 1}}, /* too large */
        {"\xe2\x82", 2, {0xfffd, 0xfffd}, {1, 1}},                               /* cut off */
        {"\xef\xbf\xbd", 1, {0xfffd}, {3}},                                      /* U+FFFD itself */
        {"\xff", 1, {0xfffd}, {1}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        gm_string s = str(cases[c].bytes);
        gm_int at = 0;
        for (int i = 0; i < cases[c].n; i++) {
            int32_t r;
            gm_int next = gm_decode_rune(s, at, &r);
            assert_int_equal(r, cases[c].rune[i]);
            assert_int_equal(next - at, cases[c].step[i]);
            at = next;
        }
        assert_int_equal(at, s.n);
        gm_slice list = gm_runes_from_string(s);
        assert_int_equal(list.len, cases[c].n);
        assert_memory_equal(list.p, cases[c].rune, (size_t)list.len * 4);
    }
    /* every rune survives encoding and decoding; what is none becomes U+FFFD */
    for (int32_t r = 0; r <= 0x110000; r++) {
        bool bad = r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff);
        char buf[32];
        int32_t back;
        gm_string s = gm_string_from_rune(buf, r);
        assert_int_equal(gm_decode_rune(s, 0, &back), s.n);
        assert_int_equal(back, bad ? 0xfffd : r);
    }
    ASSERT_TEXT(gm_string_from_rune(NULL, -1), "\xef\xbf\xbd");
    ASSERT_TEXT(gm_string_from_rune(NULL, 1ll << 40), "\xef\xbf\xbd");
    int32_t list[] = {'a', 0x20ac, -5};
    ASSERT_TEXT(gm_string_from_runes(NULL, (gm_slice){list, 3, 3}), "a\xe2\x82\xac\xef\xbf\xbd");
}

static void bytes(void **state) {
    (void)state;
    char buf[32];
    memset(buf, 'x', sizeof buf);
    gm_slice b = gm_bytes_from_string(buf, str("abc"));
    assert_ptr_equal(b.p, buf);
    assert_int_equal(b.cap, 32);
    assert_int_equal(buf[3], 0);
    b = gm_bytes_from_string(NULL, str("hello"));
    assert_int_equal(b.len, 5);
    assert_int_equal(b.cap, 8);
    assert_memory_equal(b.p, "hello\0\0\0", 8);
    assert_int_equal(gm_bytes_from_string(NULL, str("")).len, 0);
    assert_non_null(gm_bytes_from_string(NULL, str("")).p); /* empty, not nil */
    ASSERT_TEXT(gm_string_from_bytes(NULL, "q", 1), "q");
    ASSERT_TEXT(gm_string_from_bytes(NULL, "qr", 2), "qr");
}

/* --- slices --- */

static gm_type plain(size_t size) {
    return (gm_type){.size = size, .align = 1, .field_align = 1, .kind = GM_ARRAY};
}

static void growth(void **state) {
    (void)state;
    /* capacities that Go 1.19 shows when elements of these sizes are appended one by one */
    static const struct {
        size_t size;
        gm_int caps[16];
    } cases[] = {
        {8, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 848, 1280, 1792, 2560, 3408, 5120}},
        {1, {8, 16, 32, 64, 128, 256, 512, 896, 1408, 2048, 3072, 4096, 5376}},
        {24, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 853, 1365, 2048}},
        {5, {1, 3, 6, 12, 25, 51, 102, 204, 409, 819, 1228, 1894, 2713}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        gm_type t = plain(cases[c].size);
        gm_slice s = {NULL, 0, 0};
        char value[24] = "abcdefghijklmnopqrstuvw";
        for (int i = 0; i < 16 && cases[c].caps[i]; i++) {
            do s = gm_append(&t, s, value, 1);
            while (s.len < s.cap);
            assert_int_equal(s.cap, cases[c].caps[i]);
        }
        for (gm_int i = 0; i < s.len; i++)
            assert_memory_equal((char *)s.p + (size_t)i * t.size, value, t.size);
    }
    gm_type word = plain(8);
    gm_slice s = gm_growslice(&word, (gm_slice){NULL, 0, 0}, 5);
    assert_int_equal(s.cap, 6);
    assert_int_equal(s.len, 0);
    gm_type none = plain(0);
    s = gm_growslice(&none, (gm_slice){NULL, 3, 3}, 9);
    assert_int_equal(s.cap, 9);
}

static void copying(void **state) {
    (void)state;
    gm_type byte = plain(1);
    char text[] = "abcdef";
    gm_slice s = {text, 6, 6};
    assert_int_equal(gm_copy(&byte, (gm_slice){text + 1, 3, 5}, text, 6), 3);
    assert_string_equal(text, "aabcef"); /* overlapping */
    assert_int_equal(gm_copy(&byte, s, "", 0), 0);
    s = gm_append(&byte, (gm_slice){text, 2, 6}, "xy", 2);
    assert_ptr_equal(s.p, text);
    assert_string_equal(text, "aaxyef");
    s = gm_append(&byte, s, NULL, 0);
    assert_int_equal(s.len, 4);
    int64_t *made = gm_makeslice(&(gm_type){.size = 8}, 3, 10);
    for (int i = 0; i < 10; i++) assert_int_equal(made[i], 0);
}

/* --- hashing --- */

static void hashes(void **state) {
    (void)state;
    double zero = 0, minus = -0.0, nan = NAN;
    uint8_t mem[200];
    for (int i = 0; i < 200; i++) mem[i] = (uint8_t)i;
    assert_int_equal(gm_f64hash(&zero, 1), gm_f64hash(&minus, 1));
    assert_int_not_equal(gm_f64hash(&nan, 1), gm_f64hash(&nan, 1));
    /* each byte counts, at every length, and so does the length */
    for (size_t n = 1; n <= 200; n++) {
        uintptr_t h = gm_memhash(mem, 7, n);
        assert_int_equal(h, gm_memhash(mem, 7, n));
        assert_int_not_equal(h, gm_memhash(mem, 8, n));
        for (size_t i = 0; i < n; i++) {
            mem[i] ^= 0x10;
            assert_int_not_equal(h, gm_memhash(mem, 7, n));
            mem[i] ^= 0x10;
        }
    }
    uint8_t zeroes[64] = {0};
    for (size_t n = 1; n < 64; n++)
        assert_int_not_equal(gm_hash_bytes(zeroes, n, 3), gm_hash_bytes(zeroes, n - 1, 3));
}

/* Sequential, shifted and sparse keys spread over the bits that choose a group and over those that
 * stand in a control byte. */
static void hash_spreads(void **state) {
    (void)state;
    for (int shift = 0; shift < 56; shift += 4) {
        unsigned groups[1024] = {0}, tags[128] = {0};
        for (uint64_t i = 0; i < 102400; i++) {
            uint64_t h = gm_hash64(i << shift, 0x1234567890abcdef);
            groups[h >> 7 & 1023]++;
            tags[h & 127]++;
        }
        if (shift > 48) continue; /* fewer different keys than draws */
        for (int i = 0; i < 1024; i++) assert_in_range(groups[i], 20, 250);
        for (int i = 0; i < 128; i++) assert_in_range(tags[i], 400, 1300);
    }
}

/* --- itabs --- */

static int method_a, method_b;

static const struct {
    gm_functype f;
    uint8_t name[8];
} func_type = {{{.size = 8, .hash = 9, .kind = GM_FUNC, .str = sizeof(gm_functype)}, 0, 0},
               "\0\6func()"};

/* A type with methods A and B, and one with A alone. */
typedef struct with_methods {
    gm_type t;
    gm_uncommon u;
    gm_method m[2];
    const void *slots[3];
    uint8_t names[32];
} with_methods;
enum {
    SLOTS = offsetof(with_methods, slots),
    NAMES = offsetof(with_methods, names),
    NAME_A = NAMES + 4,
    NAME_B = NAMES + 7
};
#define WITH_METHODS(n)                                                                            \
    {                                                                                              \
        .t = {.size = 8,                                                                           \
              .hash = 10 + n,                                                                      \
              .kind = GM_INT,                                                                      \
              .tflag = GM_TFLAG_UNCOMMON,                                                          \
              .str = NAMES},                                                                       \
        .u = {0, n, n, offsetof(with_methods, m) - offsetof(with_methods, u), 0},                  \
        .m = {{NAME_A, SLOTS, SLOTS + 8, SLOTS + 8}, {NAME_B, SLOTS, SLOTS + 16, SLOTS + 16}},     \
        .slots = {&func_type, &method_a, &method_b}, .names = "\1\2T" #n "\1\1A\1\1B"              \
    }
static const with_methods has_one = WITH_METHODS(1), has_two = WITH_METHODS(2);

typedef struct inter {
    gm_interfacetype i;
    const void *slot;
    uint8_t names[32];
} inter;
static gm_imethod inter_methods[2];
static inter wants_both = {
    .i = {.t = {.size = 16, .hash = 20, .kind = GM_INTERFACE, .str = offsetof(inter, names)},
          .methods = inter_methods,
          .nmethods = 2,
          .cap = 2},
    .slot = &func_type,
    .names = "\1\1I\1\1A\1\1B"};

static void itabs(void **state) {
    (void)state;
    int32_t type = offsetof(inter, slot), names = offsetof(inter, names);
    inter_methods[0] = (gm_imethod){names + 3, type};
    inter_methods[1] = (gm_imethod){names + 6, type};
    const gm_itab *tab = gm_assert_itab2(&wants_both.i, &has_two.t);
    assert_non_null(tab);
    assert_ptr_equal(tab->fun[0], &method_a);
    assert_ptr_equal(tab->fun[1], &method_b);
    assert_int_equal(tab->hash, has_two.t.hash);
    assert_ptr_equal(gm_getitab(&wants_both.i, &has_two.t), tab);
    assert_null(gm_assert_itab2(&wants_both.i, &has_one.t));
    assert_null(gm_assert_itab2(&wants_both.i, &has_one.t)); /* remembered */
    assert_null(gm_assert_itab2(&wants_both.i, NULL));
    ASSERT_TEXT(gm_missing_method(&wants_both.i, &has_one.t), "B");
}

static void boxes(void **state) {
    (void)state;
    gm_type byte = plain(1), word = plain(8), none = plain(0);
    uint64_t v = 0x1234, zero = 0;
    assert_ptr_equal(gm_box(&byte, &v), &gm_staticuint64s[0x34]);
    assert_ptr_equal(gm_box(&word, &zero), gm_zeroval);
    assert_int_equal(*(uint64_t *)gm_box(&word, &v), 0x1234);
    assert_ptr_not_equal(gm_box(&word, &v), &v);
    assert_non_null(gm_box(&none, &v));
}

/* --- numbers --- */

static void conversions(void **state) {
    (void)state;
    assert_int_equal(gm_f64_to_i64(-1.9), -1);
    assert_int_equal(gm_f64_to_i64(1e300), INT64_MIN);
    assert_int_equal(gm_f64_to_i64(-1e300), INT64_MIN);
    assert_int_equal(gm_f64_to_i64(NAN), INT64_MIN);
    assert_int_equal(gm_f64_to_i64(-0x1p63), INT64_MIN);
    assert_true(gm_f64_to_u64(0x1p63) == 1ull << 63);
    assert_true(gm_f64_to_u64(0x1.fffffffffffffp63) == 0xfffffffffffff800u);
    assert_int_equal(gm_f64_to_i32(-0x1p31), INT32_MIN);
    assert_int_equal(gm_f64_to_i32(2147483647.5), 2147483647);
    assert_int_equal(gm_f64_to_i32(1e10), INT32_MIN);
    assert_int_equal(gm_f64_to_u32(4294967295.0), 4294967295u);
}

static double _Complex make_complex(double re, double im) {
    double _Complex c;
    __real__ c = re;
    __imag__ c = im;
    return c;
}

static void complex_division(void **state) {
    (void)state;
    double _Complex q = gm_cdiv(make_complex(1, 2), make_complex(3, 4));
    assert_true(fabs(__real__ q - 0.44) < 1e-15 && fabs(__imag__ q - 0.08) < 1e-15);
    q = gm_cdiv(make_complex(1, 1), make_complex(0, 0));
    assert_true(isinf(__real__ q) && isinf(__imag__ q));
    q = gm_cdiv(make_complex(1, 1), make_complex(INFINITY, INFINITY));
    assert_true(__real__ q == 0 && __imag__ q == 0);
    q = gm_cdiv(make_complex(INFINITY, 1), make_complex(1, 1));
    assert_true(isinf(__real__ q));
    q = gm_cdiv(make_complex(NAN, NAN), make_complex(1, 1));
    assert_true(isnan(__real__ q) && isnan(__imag__ q));
}

/* --- print --- */

static void printed(void (*fn)(void), const char *text) {
    int fds[2], saved = dup(2);
    char buf[512];
    assert_int_equal(pipe(fds), 0);
    dup2(fds[1], 2);
    fn();
    dup2(saved, 2);
    close(saved);
    close(fds[1]);
    ssize_t n = read(fds[0], buf, sizeof buf - 1);
    close(fds[0]);
    buf[n > 0 ? n : 0] = 0;
    assert_string_equal(buf, text);
}

static void floats(void) {
    static const double list[] = {0,      -0.0,   1,         -1.5,       3.14159265, 1e100,
                                  1e-100, 1.0e21, 9.9999996, 9.99999949, INFINITY,   -INFINITY};
    gm_print_lock();
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        gm_print_float64(list[i]);
        gm_print_sp();
    }
    gm_print_float64(NAN);
    gm_print_nl();
    gm_print_unlock();
}
static void others(void) {
    gm_print_lock();
    gm_print_int(INT64_MIN);
    gm_print_sp();
    gm_print_uint(UINT64_MAX);
    gm_print_sp();
    gm_print_bool(true);
    gm_print_sp();
    gm_print_complex128(make_complex(1, -2));
    gm_print_sp();
    gm_print_slice((gm_slice){(void *)0xabc, 2, 3});
    gm_print_sp();
    gm_print_eface((gm_eface){NULL, NULL});
    gm_print_sp();
    gm_print_pointer((void *)16);
    gm_print_nl();
    gm_print_unlock();
}

static void print_formats(void **state) {
    (void)state;
    printed(floats,
            "0 -0 1 -1.5 3.14159265 1e+100 1e-100 1e+21 9.9999996 9.99999949 +Inf -Inf NaN\n");
    printed(others, "-9223372036854775808 18446744073709551615 true (1-2i) "
                    "[2/3]0xabc (0x0,0x0) 0x10\n");
}

/* --- names in traces --- */

static void go_names(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"main$f", "main.f"},
        {"main$f$func1$12", "main.f.func1.2"},
        {"main$4T$m", "main.(*T).m"},
        {"main$T$m", "main.T.m"},
        {"net$0http$4Client$Do", "net/http.(*Client).Do"},
        {"github$1com$0a$2b$0c$F", "github.com/a-b/c.F"},
        {"main$glob$1$func1", "main.glob..func1"},
        {"main$4T$m$2fm", "main.(*T).m-fm"},
        {"gopkg$1in$0check$1v1_test$4S$F", "gopkg.in/check%2ev1_test.(*S).F"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buf[100];
        gm_text t = {buf, 0, sizeof buf};
        assert_true(gm_go_name(cases[i][0], &t));
        ASSERT_TEXT(((gm_string){(uint8_t *)buf, (gm_int)t.n}), cases[i][1]);
    }
    char buf[8];
    gm_text t = {buf, 0, sizeof buf};
    assert_false(gm_go_name("memcpy", &t));
    assert_false(gm_go_name("main$f$$defer1", &t));
    assert_false(gm_go_name(NULL, &t));
}

static int setup(void **state) {
    (void)state;
    gm_sched_init();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concatenation), cmocka_unit_test(comparison),
        cmocka_unit_test(runes),         cmocka_unit_test(bytes),
        cmocka_unit_test(growth),        cmocka_unit_test(copying),
        cmocka_unit_test(hashes),        cmocka_unit_test(hash_spreads),
        cmocka_unit_test(itabs),         cmocka_unit_test(boxes),
        cmocka_unit_test(conversions),   cmocka_unit_test(complex_division),
        cmocka_unit_test(print_formats), cmocka_unit_test(go_names),
    };
    return cmocka_run_group_tests_name("values", tests, setup, NULL);
}
