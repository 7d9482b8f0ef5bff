/* const_test.c - exact constants: literals, arithmetic, rounding to Go's types, printing. */
#include "types/const.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static Str str(const char *s) {
    return (Str){s, strlen(s)};
}

static Const *lit(LitKind kind, const char *text) {
    Const *c = const_from_literal(kind, str(text));
    if (!c) fail_msg("%s is no literal", text);
    return c;
}

static Const *num(const char *text) {
    return lit(strpbrk(text, ".eEpP") && text[1] != 'x' ? LIT_FLOAT
               : strpbrk(text, "pP")                    ? LIT_FLOAT
                                                        : LIT_INT,
               text);
}

static void prints(const Const *c, const char *want) {
    assert_non_null(c);
    assert_string_equal(const_str(c), want);
}

static void same(const Const *a, const Const *b) {
    if (!const_compare(a, OP_EQ, b)) fail_msg("%s is not %s", const_str(a), const_str(b));
}

static Const *op(const Const *x, Op o, const Const *y) {
    return const_binary(x, o, y, false);
}

static void integer_literals(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"0", "0"},
        {"123", "123"},
        {"0x_Ff", "255"},
        {"0b1_01", "5"},
        {"0o17", "15"},
        {"017", "15"},
        {"1_000_000", "1000000"},
        {"0XAB", "171"},
        {"340282366920938463463374607431768211456", "340282366920938463463374607431768211456"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        prints(lit(LIT_INT, cases[i].text), cases[i].want);
    assert_null(const_from_literal(LIT_INT, str("0x")));
    assert_null(const_from_literal(LIT_INT, str("08")));
}

static void float_literals(void **state) {
    (void)state;
    same(lit(LIT_FLOAT, "0.25"), op(const_i64(1), OP_DIV, const_i64(4)));
    same(lit(LIT_FLOAT, "1e3"), const_i64(1000));
    same(lit(LIT_FLOAT, ".5e-1"), op(const_i64(1), OP_DIV, const_i64(20)));
    same(lit(LIT_FLOAT, "0x1p-2"), lit(LIT_FLOAT, "0.25"));
    same(lit(LIT_FLOAT, "0x1.8p1"), const_i64(3));
    same(lit(LIT_FLOAT, "1_0.2_5"), lit(LIT_FLOAT, "10.25"));
    prints(lit(LIT_FLOAT, "1e1000"), "1e+1000");
    prints(lit(LIT_FLOAT, "1e-1000"), "1e-1000");
    prints(lit(LIT_FLOAT, "2.5"), "2.5");
    prints(lit(LIT_FLOAT, "1e+500000000"), "1e+500000000");
    assert_null(const_from_literal(LIT_FLOAT, str("1e+5000000000")));
}

static void other_literals(void **state) {
    (void)state;
    prints(lit(LIT_IMAG, "2i"), "(0 + 2i)");
    prints(lit(LIT_IMAG, "010i"), "(0 + 10i)");
    prints(lit(LIT_IMAG, "0x10i"), "(0 + 16i)");
    prints(lit(LIT_RUNE, "'a'"), "97");
    prints(lit(LIT_RUNE, "'\\n'"), "10");
    prints(lit(LIT_RUNE, "'\\u20ac'"), "8364");
    prints(lit(LIT_RUNE, "'€'"), "8364");
    prints(lit(LIT_RUNE, "'\\xff'"), "255");
    prints(lit(LIT_RUNE, "'\\''"), "39");
    Str s = const_string_val(lit(LIT_STRING, "\"a\\x00b\\101\\u00e9\\U0001F600\\\"\""));
    assert_int_equal(s.n, 11);
    assert_memory_equal(s.p, "a\0bA\xc3\xa9\xf0\x9f\x98\x80\"", 11);
    s = const_string_val(lit(LIT_STRING, "`a\r\n\\n`"));
    assert_int_equal(s.n, 4);
    assert_memory_equal(s.p, "a\n\\n", 4);
}

static void arithmetic_is_exact(void **state) {
    (void)state;
    Const *third = op(const_i64(1), OP_DIV, const_i64(3));
    same(op(third, OP_MUL, const_i64(3)), const_i64(1));
    same(op(num("0.1"), OP_ADD, num("0.2")), num("0.3"));
    prints(const_binary(const_i64(-7), OP_DIV, const_i64(2), true), "-3");
    prints(const_binary(const_i64(-7), OP_REM, const_i64(2), true), "-1");
    prints(op(const_i64(-7), OP_DIV, const_i64(2)), "-3.5");
    assert_null(op(const_i64(1), OP_DIV, const_i64(0)));
    assert_null(const_binary(const_i64(1), OP_REM, const_i64(0), true));
    /* a number too large for a rational falls back to 512 bits and stays an integer */
    Const *big = op(num("1e2000"), OP_MUL, num("1e2000"));
    assert_int_equal(const_kind(big), CONST_FLOAT);
    prints(big, "1e+4000");
    same(op(big, OP_DIV, big), const_i64(1));
}

static void bits(void **state) {
    (void)state;
    prints(op(const_i64(12), OP_AND, const_i64(10)), "8");
    prints(op(const_i64(12), OP_OR, const_i64(10)), "14");
    prints(op(const_i64(12), OP_XOR, const_i64(10)), "6");
    prints(op(const_i64(12), OP_ANDNOT, const_i64(10)), "4");
    prints(op(const_i64(-1), OP_ANDNOT, const_i64(7)), "-8");
    prints(const_shift(const_i64(1), OP_SHL, 70), "1180591620717411303424");
    prints(const_shift(const_i64(-5), OP_SHR, 1), "-3");
    prints(const_unary(OP_XOR, const_i64(5), 0), "-6");
    prints(const_unary(OP_XOR, const_i64(5), 8), "250");
    prints(const_unary(OP_SUB, num("2.5"), 0), "-2.5");
    assert_int_equal(const_bitlen(const_i64(0)), 0);
    assert_int_equal(const_bitlen(const_i64(255)), 8);
    assert_int_equal(const_bitlen(const_i64(-256)), 9);
}

static void complex_numbers(void **state) {
    (void)state;
    Const *a = const_make_complex(const_i64(1), const_i64(2)),
          *b = const_make_complex(const_i64(3), const_i64(-1));
    prints(op(a, OP_ADD, b), "(4 + 1i)");
    prints(op(a, OP_MUL, b), "(5 + 5i)");
    prints(op(op(a, OP_MUL, b), OP_DIV, b), "(1 + 2i)");
    prints(const_to_int(const_make_complex(const_i64(7), const_i64(0))), "7");
    assert_null(const_to_int(a));
    assert_true(const_compare(a, OP_NE, b));
    assert_null(op(a, OP_DIV, const_make_complex(const_i64(0), const_i64(0))));
}

static void integers_out_of_floats(void **state) {
    (void)state;
    int64_t i;
    uint64_t u;
    prints(const_to_int(num("2.0")), "2");
    assert_null(const_to_int(num("2.5")));
    assert_true(const_to_i64(num("1e18"), &i));
    assert_int_equal(i, 1000000000000000000);
    assert_false(const_to_i64(num("9223372036854775808"), &i));
    assert_true(const_to_i64(const_unary(OP_SUB, num("9223372036854775808"), 0), &i));
    assert_true(i == INT64_MIN);
    assert_true(const_to_u64(num("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_false(const_to_u64(const_i64(-1), &u));
    assert_false(const_to_i64(const_string(str("1")), &i));
}

static void rounding(void **state) {
    (void)state;
    assert_true(const_to_double(num("0.1")) == 0.1);
    assert_true(const_to_float(num("0.1")) == 0.1f);
    assert_true(const_to_double(num("4.9e-324")) == 0x1p-1074);
    assert_true(const_to_double(num("2e-324")) == 0);
    /* a hair over the half between two subnormals: rounding twice would go down */
    assert_true(const_to_double(num("0x1.00000000000000000000000000001p-1075")) == 0x1p-1074);
    assert_true(const_to_double(num("0x1p-1075")) == 0);
    /* just over halfway for float32; as a double first, it would be exactly half, and even */
    Const *c = num("0x1.00000100000000000001p0");
    assert_true(const_to_float(c) == 0x1.000002p0f);
    same(const_round_float(c), num("0x1.000002p0"));
    assert_null(const_round_float(num("3.5e38")));
    assert_non_null(const_round_float(num("3.4e38")));
    assert_null(const_round_double(num("1.8e308")));
    assert_true(isinf(const_to_double(num("1e400"))));
}

static void comparison(void **state) {
    (void)state;
    assert_true(const_compare(const_i64(2), OP_LT, num("2.5")));
    assert_true(const_compare(num("1e400"), OP_GT, num("1e399")));
    assert_true(const_compare(const_string(str("ab")), OP_LT, const_string(str("abc"))));
    assert_true(const_compare(const_string(str("b")), OP_GE, const_string(str("abc"))));
    assert_true(const_compare(const_bool(true), OP_NE, const_bool(false)));
    assert_false(const_compare(const_bool(true), OP_EQ, const_string(str("true"))));
}

static void printing(void **state) {
    (void)state;
    prints(const_bool(true), "true");
    prints(const_string(str("a\"\n\x01é\xff")), "\"a\\\"\\n\\x01é\\xff\"");
    prints(num("123456789.0"), "1.23457e+08");
    prints(num("100000.0"), "100000");
    char x[81] = {0};
    memset(x, 'x', 72);
    assert_int_equal(strlen(const_str(const_string(str(x)))), 74);
    memset(x, 'x', 80);
    char *cut = const_str(const_string(str(x)));
    assert_int_equal(strlen(cut), 74);
    assert_string_equal(cut + 70, "...\"");
    assert_string_equal(const_exact_int(num("2.0")), "2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_literals),
        cmocka_unit_test(float_literals),
        cmocka_unit_test(other_literals),
        cmocka_unit_test(arithmetic_is_exact),
        cmocka_unit_test(bits),
        cmocka_unit_test(complex_numbers),
        cmocka_unit_test(integers_out_of_floats),
        cmocka_unit_test(rounding),
        cmocka_unit_test(comparison),
        cmocka_unit_test(printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
