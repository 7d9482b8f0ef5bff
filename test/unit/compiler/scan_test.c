/* scan_test.c - tokens, semicolons, literals, and the errors in them. */
#include "syntax/scan.h"
#include "syntax/unicode.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    return 0;
}

static Buf directives;

static void on_directive(Scanner *s, uint32_t line, uint32_t col, Str text) {
    (void)s;
    buf_printf(&directives, "%u:%u %.*s|", line, col, (int)text.n, text.p);
}

static void put_token(Buf *b, const Scanner *s) {
    switch (s->tok) {
    case T_NAME: buf_printf(b, "name:%s", s->text); break;
    case T_SEMI: buf_printf(b, ";%s", s->text); break;
    case T_LITERAL:
        buf_printf(b, "%c:", "ifgrs"[s->litkind]);
        buf_put(b, s->lit.p, s->lit.n);
        if (s->bad) buf_puts(b, "!");
        break;
    case T_OPERATOR: buf_printf(b, "%s/%d", op_str(s->op), s->prec); break;
    case T_ASSIGNOP: buf_printf(b, "%s=", op_str(s->op)); break;
    case T_INCOP: buf_printf(b, "%s%s", op_str(s->op), op_str(s->op)); break;
    default: buf_puts(b, tok_str(s->tok)); break;
    }
}

/* All tokens of src, separated by blanks. */
static char *tokens_n(const char *src, size_t n) {
    Buf b = {0};
    Scanner s;
    directives = (Buf){0};
    char *exact = malloc(n ? n : 1); /* so that reading past the end is found out */
    memcpy(exact, src, n);
    scan_init(&s, file_add("t.go"), exact, n, on_directive);
    for (;;) {
        scan_next(&s);
        if (s.tok == T_EOF) break;
        if (b.n) buf_putc(&b, ' ');
        put_token(&b, &s);
    }
    free(exact);
    return buf_str(&b);
}

static char *tokens(const char *src) {
    return tokens_n(src, strlen(src));
}

static char *errors(void) {
    char *p = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&p, &n);
    diag_flush(f, true);
    fclose(f);
    char *s = xstrdup(p);
    free(p);
    return s;
}

static void operators(void **state) {
    (void)state;
    assert_string_equal(tokens("+ - * / % & | ^ << >> &^ ! ~"),
                        "+/4 -/4 * //5 %/5 &/5 |/4 ^/4 <</5 >>/5 &^/5 !/0 ~/0");
    assert_string_equal(tokens("+= -= *= /= %= &= |= ^= <<= >>= &^= ++ -- ;"),
                        "+= -= *= /= %= &= |= ^= <<= >>= &^= ++ -- ;semicolon");
    assert_string_equal(tokens("&& || == != < <= > >= <- = := ... . , : ( [ {"),
                        "&&/2 ||/1 ==/3 !=/3 </3 <=/3 >/3 >=/3 <- = := ... . , : ( [ {");
    assert_string_equal(tokens("a..b...c....d"), "name:a . . name:b ... name:c ... . name:d ;EOF");
}

static void keywords_and_names(void **state) {
    (void)state;
    assert_string_equal(tokens("break case chan const continue default defer else fallthrough for"),
                        "break case chan const continue default defer else fallthrough for");
    assert_string_equal(tokens("func go goto if import interface map package range return"),
                        "func go goto if import interface map package range return ;EOF");
    assert_string_equal(tokens("select struct switch type var"), "select struct switch type var");
    assert_string_equal(tokens("_ x1 breaks vary Go été 世界 x١ f"),
                        "name:_ name:x1 name:breaks name:vary name:Go name:été name:世界 name:x١ "
                        "name:f ;EOF");
    assert_string_equal(errors(), "");
}

static void semicolons(void **state) {
    (void)state;
    assert_string_equal(tokens("a\n\n1\n'x'\n`s`\n)\n]\n}\n"),
                        "name:a ;newline i:1 ;newline r:'x' ;newline s:`s` ;newline ) ;newline ] "
                        ";newline } ;newline");
    assert_string_equal(tokens("break\ncontinue\nfallthrough\nreturn\n++\n--\n"),
                        "break ;newline continue ;newline fallthrough ;newline return ;newline ++ "
                        ";newline -- ;newline");
    assert_string_equal(tokens("if\n+\n(\n,\n;\n"), "if +/4 ( , ;semicolon");
    assert_string_equal(tokens("a // c\nb /* d */ c /* \n */ d /* e */\n"),
                        "name:a ;newline name:b name:c ;newline name:d ;newline");
    assert_string_equal(tokens("( /* \n */ a // no line end"), "( name:a ;EOF");
    assert_string_equal(tokens(""), "");
    assert_string_equal(tokens("\r\n a\r\n"), "name:a ;newline");
}

static void literals(void **state) {
    (void)state;
    assert_string_equal(tokens("0 7 1_000 0b101 0B1 0o17 0O7 017 0xFf 0X_1 0_7"),
                        "i:0 i:7 i:1_000 i:0b101 i:0B1 i:0o17 i:0O7 i:017 i:0xFf i:0X_1 i:0_7 "
                        ";EOF");
    assert_string_equal(tokens("1. .5 1.5 1e3 1E+3 1e-3 089.5 0x1p-2 0x.8P1 0x1.p0 09e1"),
                        "f:1. f:.5 f:1.5 f:1e3 f:1E+3 f:1e-3 f:089.5 f:0x1p-2 f:0x.8P1 f:0x1.p0 "
                        "f:09e1 ;EOF");
    assert_string_equal(tokens("1i 09i 1.5i 1e3i 0x1i 0b1i .5i"),
                        "g:1i g:09i g:1.5i g:1e3i g:0x1i g:0b1i g:.5i ;EOF");
    assert_string_equal(tokens("'a' '世' '\\n' '\\'' '\\x41' '\\u00e9' '\\U0001F600' '\\101' '\"'"),
                        "r:'a' r:'世' r:'\\n' r:'\\'' r:'\\x41' r:'\\u00e9' r:'\\U0001F600' "
                        "r:'\\101' r:'\"' ;EOF");
    assert_string_equal(tokens("\"\" \"a\\\"b\\\\\" \"'\" `a\n\"\\` \"\\xff\\377\""),
                        "s:\"\" s:\"a\\\"b\\\\\" s:\"'\" s:`a\n\"\\` s:\"\\xff\\377\" ;EOF");
    assert_string_equal(errors(), "");
}

typedef struct Wrong {
    const char *src, *error; /* error: "col: text" of line 1 */
} Wrong;

static const Wrong wrong[] = {
    {"0x", "3: hexadecimal literal has no digits"},
    {"0b_", "4: binary literal has no digits"},
    {"0o", "3: octal literal has no digits"},
    {"0b12", "4: invalid digit '2' in binary literal"},
    {"0o178", "5: invalid digit '8' in octal literal"},
    {"0189", "3: invalid digit '8' in octal literal"},
    {"0b1.0", "4: invalid radix point in binary literal"},
    {"0o1.", "4: invalid radix point in octal literal"},
    {"0b1e3", "4: 'e' exponent requires decimal mantissa"},
    {"1P3", "2: 'P' exponent requires hexadecimal mantissa"},
    {"1e", "3: exponent has no digits"},
    {"1e+", "4: exponent has no digits"},
    {"0x1.8", "6: hexadecimal mantissa requires a 'p' exponent"},
    {"1__0", "3: '_' must separate successive digits"},
    {"1_", "2: '_' must separate successive digits"},
    {"1_.5", "2: '_' must separate successive digits"},
    {"0x1_p3", "4: '_' must separate successive digits"},
    {"''", "2: empty rune literal or unescaped '"},
    {"'ab'", "1: more than one character in rune literal"},
    {"'a", "1: rune literal not terminated"},
    {"'\n", "2: newline in rune literal"},
    {"'\\q'", "3: unknown escape"},
    {"\"\\'\"", "3: unknown escape"},
    {"'\\x4g'", "5: invalid character 'g' in hexadecimal escape"},
    {"'\\08'", "4: invalid character '8' in octal escape"},
    {"\"\\x\n", "4: invalid character '\\n' in hexadecimal escape"},
    {"'\\400'", "6: octal escape value 256 > 255"},
    {"'\\uD800'", "8: escape is invalid Unicode code point U+D800"},
    {"'\\U00110000'", "12: escape is invalid Unicode code point U+110000"},
    {"\"abc\n", "5: newline in string"},
    {"\"abc", "1: string not terminated"},
    {"\"abc\\", "1: string not terminated"},
    {"`abc\n", "1: string not terminated"},
    {"/* abc *", "1: comment not terminated"},
    {"#", "1: invalid character U+0023 '#'"},
    {"\a", "1: invalid character U+0007"},
    {"a\xe2\x80\xa6", "2: invalid character U+2026 '\xe2\x80\xa6' in identifier"},
    {"\xe2\x80\xa6", "1: invalid character U+2026 '\xe2\x80\xa6' in identifier"},
    {"\xd9\xa1x", "1: identifier cannot begin with digit U+0661 '\xd9\xa1'"},
    {"a\xff", "2: invalid UTF-8 encoding"},
    {"\"\xc0\x80\"", "2: invalid UTF-8 encoding"},
    {"a\xef\xbb\xbf", "2: invalid BOM in the middle of the file"},
};

static void lexical_errors(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        base_reset();
        tokens(wrong[i].src);
        char *all = errors();
        char *first = strtok(all, "\n");
        assert_non_null(first);
        assert_string_equal(first, xprintf("t.go:1:%s", wrong[i].error));
    }
}

static void what_is_wrong_is_marked(void **state) {
    (void)state;
    assert_string_equal(tokens("0x 1__0 '' 'ab' \"\\q\" 1"),
                        "i:0x! i:1__0! r:''! r:'ab'! s:\"\\q\"! i:1 ;EOF");
    assert_string_equal(tokens("\"abc\nd"), "s:\"abc! ;newline name:d ;EOF");
}

static void nul_and_bom(void **state) {
    (void)state;
    assert_string_equal(tokens_n("a\0 b\n", 5), "name:a name:b ;newline");
    assert_string_equal(errors(), "t.go:1:2: invalid NUL character\n");
    assert_string_equal(tokens("\xef\xbb\xbfpackage"), "package");
    assert_string_equal(errors(), "");
}

static void positions_count_bytes(void **state) {
    (void)state;
    static const char src[] = "été x\n\t\"世\" y";
    Scanner s;
    scan_init(&s, file_add("t.go"), src, sizeof src - 1, on_directive);
    static const int want[][2] = {{1, 1}, {1, 7}, {1, 8}, {2, 2}, {2, 8}, {2, 9}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        scan_next(&s);
        assert_int_equal(s.line, want[i][0]);
        assert_int_equal(s.col, want[i][1]);
        assert_int_equal(s.blank, i == 0 || i == 3);
    }
}

static void columns_saturate(void **state) {
    (void)state;
    size_t n = 100000;
    char *src = malloc(n);
    memset(src, ' ', n);
    src[n - 1] = '#';
    tokens_n(src, n);
    free(src);
    assert_string_equal(errors(), "t.go:1:65535: invalid character U+0023 '#'\n");
}

static void directives_are_handed_over(void **state) {
    (void)state;
    tokens("//go:noinline\n // go:no\n x //line a:1\n/*line b:2*/ //lines\n/*go:x*/ //go:y z\r\n");
    assert_string_equal(buf_str(&directives),
                        "1:1 //go:noinline|3:4 //line a:1|4:1 /*line b:2*/|5:10 //go:y z\r|");
}

static void characters(void **state) {
    (void)state;
    assert_true(uni_is_letter(0xe9) && uni_is_letter(0x4e16) && uni_is_letter('z'));
    assert_false(uni_is_letter('_') || uni_is_letter(0x661) || uni_is_letter(0x2026));
    assert_true(uni_is_upper(0xc9) && uni_is_upper('A') && uni_is_upper(0x100));
    assert_false(uni_is_upper(0xe9) || uni_is_upper(0x101) || uni_is_upper(0x4e16));
    assert_true(uni_is_digit(0x661) && uni_is_digit('9'));
    assert_true(uni_is_print(0x2026) && uni_is_print(' ') && uni_is_print(0x1f600));
    assert_false(uni_is_print(0xa0) || uni_is_print(7) || uni_is_print(0xd800));
    for (uint32_t c = 0; c <= UNI_MAX; c += c < 0x3000 ? 1 : 61) {
        char s[4];
        uint32_t back;
        int n = utf8_encode(s, c);
        bool surrogate = c >= 0xd800 && c < 0xe000;
        assert_int_equal(utf8_decode(s, (size_t)n, &back), n);
        assert_int_equal(back, surrogate ? UNI_BAD : c);
        if (n > 1) assert_int_equal(utf8_decode(s, (size_t)n - 1, &back), 1);
    }
    uint32_t c;
    assert_int_equal(utf8_decode("\xed\xa0\x80", 3, &c), 1); /* a surrogate */
    assert_int_equal(utf8_decode("\xf4\x90\x80\x80", 4, &c), 1);
    assert_int_equal(utf8_decode("\xe0\x80\x80", 3, &c), 1); /* longer than need be */
    assert_int_equal(utf8_decode("", 0, &c), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(operators),        TEST(keywords_and_names),
        TEST(semicolons),       TEST(literals),
        TEST(lexical_errors),   TEST(what_is_wrong_is_marked),
        TEST(nul_and_bom),      TEST(positions_count_bytes),
        TEST(columns_saturate), TEST(directives_are_handed_over),
        TEST(characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
