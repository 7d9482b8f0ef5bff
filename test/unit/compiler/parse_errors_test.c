/* parse_errors_test.c - what the parser says about wrong sources, and that it survives them. The
 * texts are those of Go 1.19's compiler. */
#include "syntax/ast.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    return 0;
}

/* Everything that is reported of a file, without the file's name. */
static char *errors_n(const char *src, size_t n) {
    char *out = NULL;
    size_t out_n = 0;
    char *exact = malloc(n ? n : 1); /* so that reading past the end is found out */
    memcpy(exact, src, n);
    base_reset();
    File *f = parse_file("", exact, n);
    assert_non_null(f);
    free(exact);
    FILE *to = open_memstream(&out, &out_n);
    diag_flush(to, true);
    fclose(to);
    Buf b = {0};
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
        buf_printf(&b, "%s%s", b.n ? "|" : "", line + (*line == ':'));
    }
    free(out);
    return buf_str(&b);
}

static char *errors(const char *src) {
    return errors_n(src, strlen(src));
}

typedef struct Case {
    const char *src, *want;
} Case;

/* Each src is put between "package p\n" and a line end, so its first line is line 2. */
static void check(const Case *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        Buf src = {0};
        buf_printf(&src, "package p\n%s\n", cases[i].src);
        assert_string_equal(errors(buf_str(&src)), cases[i].want);
    }
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void files(void **state) {
    (void)state;
    assert_string_equal(errors(""), "1:1: syntax error: package statement must be first");
    assert_string_equal(errors("// only a comment\n"),
                        "2:1: syntax error: package statement must be first");
    assert_string_equal(errors("func main() {}"),
                        "1:1: syntax error: package statement must be first");
    assert_string_equal(errors("package"), "1:8: syntax error: unexpected EOF, expected name");
    assert_string_equal(errors("package 1\nvar"),
                        "1:9: syntax error: unexpected literal 1, expected name");
    assert_string_equal(errors("package p;"), "");
    assert_string_equal(errors_n("\0\0", 2), "1:1: invalid NUL character");
    static const Case cases[] = {
        {"x := 1", "2:1: syntax error: non-declaration statement outside function body"},
        {"import \"a\"\nfoo\nvar x int\nbar\n",
         "3:1: syntax error: non-declaration statement outside function body|"
         "5:1: syntax error: non-declaration statement outside function body"},
        {"var x int\nimport \"a\"",
         "3:1: syntax error: imports must appear before other declarations"},
        {"import a", "2:9: syntax error: missing import path"},
        {"import 1\n", "2:9: syntax error: import path must be a string"},
        {"func f()\n{\n}", "3:1: syntax error: unexpected semicolon or newline before {"},
        {"func f() {} var x int",
         "2:13: syntax error: unexpected keyword var after top level declaration"},
        {"var (\nx int\n", "5:1: syntax error: unexpected EOF, expected )"},
        {"var (x int y int)", "2:12: syntax error: unexpected name y in grouped declaration; "
                              "possibly missing semicolon or newline or )"},
    };
    CHECK(cases);
}

static void declarations(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x", "2:6: syntax error: unexpected newline, expected type"},
        {"const x := 1", "2:9: syntax error: unexpected :=, expected ="},
        {"type T", "2:7: syntax error: unexpected newline in type declaration"},
        {"type T[P any", "2:13: syntax error: unexpected newline in parameter list; possibly "
                         "missing comma or ]"},
        {"type T[P any,, Q any] int", "2:14: syntax error: unexpected comma, expected ]"},
        {"type T[P *Q, int] int", "2:17: syntax error: missing type constraint"},
        {"type T[P any, []int] int", "2:15: syntax error: missing type parameter name"},
        {"type T[2,]int", "2:9: syntax error: unexpected comma; expected ]"},
        {"type T struct { a b c }", "2:21: syntax error: unexpected name c in struct type; "
                                    "possibly missing semicolon or newline or }"},
        {"type T struct { (U) }", "2:17: syntax error: cannot parenthesize embedded type"},
        {"type T struct { *(U) }", "2:18: syntax error: cannot parenthesize embedded type"},
        {"type T struct { 1 }",
         "2:17: syntax error: unexpected literal 1, expected field name or embedded type"},
        {"type T interface { m[P any]() }", "2:21: interface method must have no type parameters"},
        {"type T interface { m[]() }", "2:22: empty type parameter list"},
        {"type T interface { m[] }", "2:22: empty type argument list"},
        {"type T interface { + }", "2:20: syntax error: unexpected +, expected ~ term or type"},
        {"func () f() {}", "2:9: method has no receiver"},
        {"func (a, b T) f() {}", "2:15: method has multiple receivers"},
        {"func f[]() {}", "2:8: syntax error: empty type parameter list"},
        {"func f(a, b int, string) {}", "2:24: syntax error: missing parameter type"},
        {"func f(a int", "2:13: syntax error: unexpected newline in parameter list; possibly "
                         "missing comma or )"},
        {"func f(a ...) {}", "2:13: syntax error: ... is missing type"},
        {"func 1() {}", "2:6: syntax error: unexpected literal 1, expected name or ("},
        {"func f(x +) {}", "2:10: syntax error: unexpected + in parameter list; possibly missing "
                           "comma or )"},
        {"var x chan", "3:1: syntax error: missing channel element type"},
        {"var x map[int", "2:14: syntax error: unexpected newline, expected ]"},
        {"var x <-int", "2:9: syntax error: unexpected name int, expected keyword chan"},
        {"var x = func[P any]() {}",
         "2:13: syntax error: function type must have no type parameters"},
        {"var x T[]", "2:9: syntax error: unexpected ], expected type argument list"},
    };
    CHECK(cases);
}

static void expressions(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x = )", "2:9: syntax error: unexpected ), expected expression"},
        {"var x = f(a b)",
         "2:13: syntax error: unexpected name b in argument list; possibly missing comma or )"},
        {"var x = f(a,\nb\n)", "3:2: syntax error: unexpected newline in argument list; possibly "
                               "missing comma or )"},
        {"var x = []int{1\n}", "2:16: syntax error: unexpected newline in composite literal; "
                               "possibly missing comma or }"},
        {"var x = a[]", "2:11: syntax error: unexpected ], expected operand"},
        {"var x = a[1:2:]", "2:15: final index required in 3-index slice"},
        {"var x = a[1::3]", "2:13: middle index required in 3-index slice"},
        {"var x = a[1 2]", "2:13: syntax error: unexpected literal 2, expected comma, : or ]"},
        {"var x = a.1", "2:10: syntax error: unexpected literal .1 after top level declaration"},
        {"var x = a.(", "3:1: syntax error: unexpected EOF, expected type"},
        {"var x = a.+", "2:11: syntax error: unexpected +, expected name or ("},
        {"var x = (T){}", "2:12: syntax error: cannot parenthesize type in composite literal"},
        {"var x = 1 +", "3:1: syntax error: unexpected EOF, expected expression"},
        {"var x = <-chan<- int(nil)", ""},
        {"var x = (<-chan <- int)(nil)", "2:23: syntax error: unexpected int, expected chan"},
        {"var x = 08", "2:10: invalid digit '8' in octal literal"},
    };
    CHECK(cases);
}

static void statements(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { if x = 1 {} }",
         "2:17: syntax error: cannot use assignment (x) = (1) as value"},
        {"func f() { if x := 1 {} }", "2:17: syntax error: cannot use x := 1 as value"},
        {"func f() { if x++ {} }", "2:16: syntax error: cannot use x++ as value"},
        {"func f() { if {} }", "2:15: syntax error: missing condition in if statement"},
        {"func f() { if x; {} }", "2:16: syntax error: missing condition in if statement"},
        {"func f() { if x\n{} }",
         "2:16: syntax error: unexpected newline, expected { after if clause"},
        {"func f() { if x { } else y }",
         "2:26: syntax error: else must be followed by if or statement block"},
        {"func f() { if var x = 1; x {} }",
         "2:19: syntax error: var declaration not allowed in if initializer"},
        {"func f() { for i := 0; i < 1 {} }",
         "2:30: syntax error: unexpected {, expected semicolon or newline"},
        {"func f() { for i := 0; i < 1; i := 2 {} }",
         "2:33: syntax error: cannot declare in post statement of for loop"},
        {"func f() { for x\n{} }", "3:1: syntax error: unexpected {, expected for loop condition"},
        {"func f() { switch x\n{} }", ""},
        {"func f() { switch x y {} }", "2:21: syntax error: unexpected name y, expected {"},
        {"func f() { switch x { y: } }",
         "2:23: syntax error: unexpected name y, expected case or default or }"},
        {"func f() { select { y: } }",
         "2:21: syntax error: unexpected name y, expected case or default or }"},
        {"func f() { L: case }", "2:13: syntax error: missing statement after label"},
        {"func f() { defer (f()) }", "2:18: expression in defer must not be parenthesized"},
        {"func f() { a, b }", "2:17: syntax error: unexpected }, expected := or = or comma"},
        {"func f() { x y }", "2:14: syntax error: unexpected name y at end of statement"},
        {"func f() { goto }", "2:17: syntax error: unexpected }, expected name"},
        {"func f() { switch a, b := y.(type) {} }",
         "2:24: syntax error: cannot use a, b := y.(type) as value"},
        {"func f() {", "3:1: syntax error: unexpected EOF, expected }"},
        {"func f() { var x = ; y := 1 2\nz z }",
         "2:20: syntax error: unexpected semicolon, expected expression"},
        {"func f() { x y\nif { }\nz() }",
         "2:14: syntax error: unexpected name y at end of statement|3:4: syntax error: missing "
         "condition in if statement"},
    };
    CHECK(cases);
}

static void several_errors_are_found(void **state) {
    (void)state;
    assert_string_equal(
        errors("package p\nfunc f() {\n\tx := (1\n\ty = = 2\n\tif {}\n}\nfunc g( {\n}\n"
               "type T struct {\n\ta int,\n}\nvar z = 0xg\n"),
        "3:9: syntax error: unexpected newline, expected )|4:2: syntax error: unexpected name y at "
        "end of statement|5:5: syntax error: missing condition in if statement|7:9: syntax error: "
        "unexpected {, expected )|11:1: syntax error: unexpected }, expected )|12:11: hexadecimal "
        "literal has no digits");
}

static void directives(void **state) {
    (void)state;
    static const Case cases[] = {
        {"//go:noinline\nvar x int", "2:3: misplaced compiler directive"},
        {"//go:noinline\ntype T int", "2:3: misplaced compiler directive"},
        {"//go:notinheap\ntype T = int", "2:3: misplaced compiler directive"},
        {"//go:notinheap\ntype T int", ""},
        {"//go:notinheap\nfunc f()", "2:3: misplaced compiler directive"},
        {"var x int //go:noinline\nfunc f()", "2:13: misplaced compiler directive"},
        {"//go:build x\nfunc f()", "2:3: misplaced compiler directive"},
        {"//go:noinline\n", "2:3: misplaced compiler directive"},
        {"//go:linkname\nfunc f()", ""},
        {"//go:linkname a b c\nfunc f()", "2:3: usage: //go:linkname localname [linkname]"},
        {"//go:embed x\nvar s string",
         "2:3: go:embed only allowed in Go files that import \"embed\""},
        {"import \"embed\"\n//go:embed x\nvar s, t string",
         "3:3: go:embed cannot apply to multiple vars"},
        {"import \"embed\"\n//go:embed x\nfunc f()", "3:3: misplaced go:embed directive"},
        {"//line x.go:0\n", "2:13: invalid line number: 0"},
        {"//line x.go:a\n", "2:13: invalid line number: a"},
        {"//line x.go:1:0\n", "2:15: invalid column number: 0"},
        {"//line x.go:99999999999:1\n", "2:13: invalid line number: 99999999999:1"},
        {"//line no colon\n//line\n", ""},
    };
    CHECK(cases);
    assert_string_equal(errors("package p\n//line x.y:70\n\nvar ="),
                        "x.y:71: syntax error: unexpected =, expected name");
}

/* --- hostile sources --- */

static char *nested(const char *head, const char *a, const char *mid, const char *b, int n) {
    Buf s = {0};
    buf_printf(&s, "package p\n%s", head);
    for (int i = 0; i < n; i++) buf_puts(&s, a);
    buf_puts(&s, mid);
    for (int i = 0; i < n; i++) buf_puts(&s, b);
    buf_puts(&s, "\n");
    return errors_n(s.p, s.n);
}

static void deep_nesting_is_an_error(void **state) {
    (void)state;
    static const struct {
        const char *head, *a, *mid, *b;
    } cases[] = {
        {"var x = ", "(", "1", ")"},
        {"var x = ", "- ", "1", ""},
        {"var x = ", "<-", "c", ""},
        {"var x = ", "& ", "c", ""},
        {"var x ", "*", "int", ""},
        {"var x ", "[]", "int", ""},
        {"var x ", "[2]", "int", ""},
        {"var x ", "map[int]", "int", ""},
        {"var x ", "chan ", "int", ""},
        {"var x ", "func(", "int", ")"},
        {"var x ", "func() ", "int", ""},
        {"var x ", "T[", "int", "]"},
        {"var x ", "struct{a ", "int", "}"},
        {"var x ", "interface{m(a ", "int", ")}"},
        {"var x = ", "func() { _ = ", "1", "}"},
        {"var x = ", "f(", "", ")"},
        {"var x = f", "()", "", ""},
        {"var x = a", ".b", "", ""},
        {"var x = a", "[0]", "", ""},
        {"var x = a", " + b", "", ""},
        {"var x = ", "a[", "0", "]"},
        {"var x = ", "T{", "", "}"},
        {"var x = T", "{", "", "}"},
        {"type T interface{ a", "|b", "", "}"},
        {"type T[P interface{ ", "m[", "", ""},
        {"func f() ", "{", "", "}"},
        {"func f() {", "if x {", "", "}"},
        {"func f() { if x {}", " else if x {}", "}", ""},
        {"func f() {", "for {", "", "}"},
        {"func f() {", "switch { case x: ", "", "}"},
        {"func f() {", "select { case x: ", "", "}"},
        {"func f() {", "L: ", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *e = nested(cases[i].head, cases[i].a, cases[i].mid, cases[i].b, 100000);
        if (!strstr(e, "nested too deeply"))
            print_error("%s%s: %s\n", cases[i].head, cases[i].a, e);
        assert_non_null(strstr(e, "syntax error: nested too deeply"));
        assert_null(strchr(e, '|')); /* nothing else is said */
    }
    assert_string_equal(nested("var x = ", "(", "1", ")", 900), "");
    assert_string_equal(nested("func f() ", "{", "", "}", 900), "");
    assert_string_equal(nested("func f() ", "{ if x ", "{}", "}", 5000), "");
    assert_string_equal(nested("func f() { if x {}", " else if x {}", "}", "", 10000), "");
    assert_string_equal(nested("var x = func() ", "{ _ = func() ", "{}", "}", 3000), "");
    assert_string_equal(nested("var x ", "[]", "int", "", 900), "");
}

static void junk_is_survived(void **state) {
    (void)state;
    enum { N = 20000 };
    static char junk[N];
    static const char *const words[] = {"func", "(",  ")",    "{",    "}",     "[",  "]",     "x",
                                        ",",    ";",  "\n",   ":=",   "case",  "if", "for",   "1",
                                        "\"s",  "*",  "type", "var",  "chan",  "<-", "range", ".",
                                        "...",  "go", "~",    "else", "struct"};
    uint32_t r = 1;
    for (int round = 0; round < 60; round++) {
        Buf b = {0};
        buf_puts(&b, "package p\n");
        for (int i = 0; i < N; i++) {
            r = r * 1664525 + 1013904223;
            junk[i] = (char)(r >> 24);
            if (i >= N / 8) continue;
            buf_puts(&b, words[(r >> 16) % (sizeof words / sizeof *words)]);
            buf_putc(&b, ' ');
        }
        assert_string_not_equal(errors_n(b.p, b.n), "");
        assert_string_not_equal(errors_n(junk, N), "");
    }
}

static void every_prefix_is_survived(void **state) {
    (void)state;
    static const char src[] =
        "package p\nimport . \"a\"\nconst (\na, b T = iota, 'x'\nc)\n"
        "type L[P interface{ ~int|m.N; M() }, Q []P] struct { *p.A `t`; b, c [3]Q; D[int, P] }\n"
        "func (r *L[P, Q]) m(a, b int, c ...func(<-chan int) error) (x map[string]P, y int) {\n"
        "L: for i := range x { if y, ok := x[i].(T); ok { continue L } else if z { goto L } }\n"
        "switch t := y.(type) { case int, []P: default: }; switch { case x: fallthrough\ndefault: "
        "}\n"
        "select { case v, ok := <-c: case d <- f(a...)[1:2:3]: default: }\n"
        "defer func() { x.y++; *p &^= 1 }(); return &T{a: {1, 2}, 'b': F[int](3)}, -1 }\n";
    assert_string_equal(errors(src), "");
    for (size_t n = 0; n + 1 < sizeof src; n++) errors_n(src, n);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(files),
        TEST(declarations),
        TEST(expressions),
        TEST(statements),
        TEST(several_errors_are_found),
        TEST(directives),
        TEST(deep_nesting_is_an_error),
        TEST(junk_is_survived),
        TEST(every_prefix_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
