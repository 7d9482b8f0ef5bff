/* check_errors_test.c - what the checker says about wrong expressions and statements. The texts and
 * positions are those of Go 1.19's compiler. */
#include "check/package.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

/* All lines of errors in src, joined by "|". */
static char *errors(const char *src) {
    char *out = NULL;
    size_t out_n = 0;
    File *f = parse_file("p.go", src, strlen(src));
    if (syntax_error_count() == 0) check_package("p", &f, 1, &(CheckOptions){0});
    FILE *to = open_memstream(&out, &out_n);
    diag_flush(to, true);
    fclose(to);
    Buf b = {0};
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
        if (b.n) buf_putc(&b, '|');
        buf_puts(&b, line);
    }
    free(out);
    return buf_str(&b);
}

typedef struct Case {
    const char *src, *want; /* "": no error */
} Case;

/* Each src stands on the second line of a package. */
static void check(const Case *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        base_reset();
        universe_reset();
        Buf src = {0};
        buf_printf(&src, "package p\n%s\n", cases[i].src);
        assert_string_equal(errors(buf_str(&src)), cases[i].want);
    }
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void values_of_statements(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { x := 1 }", "p.go:2:12: declared and not used: x"},
        {"func f() { var a, b int; _ = a }", "p.go:2:19: declared and not used: b"},
        {"func f() { x, y := 1 ; _, _ = x, y }",
         "p.go:2:20: assignment mismatch: 2 variables but 1 value"},
        {"func g() (int, int); func f() { x := g(); _ = x }",
         "p.go:2:38: assignment mismatch: 1 variable but g returns 2 values"},
        {"func g() (int, int); func f() { var x, y, z = g(); _, _, _ = x, y, z }",
         "p.go:2:47: assignment mismatch: 3 variables but g returns 2 values"},
        {"func f() int { return }", "p.go:2:16: not enough return values|\thave ()|\twant (int)"},
        {"func f() int { return 1, 2 }",
         "p.go:2:26: too many return values|\thave (number, number)|\twant (int)"},
        {"func f() { return 1 }", "p.go:2:19: too many return values|\thave (number)|\twant ()"},
        {"func f() (a int, err error) { { a := 1; _ = a; return }; return }",
         "p.go:2:48: result parameter a not in scope at return|\tp.go:2:33: inner declaration of "
         "var a int"},
        {"func f() int { for { break } }", "p.go:2:30: missing return"},
        {"func f() int { if true { return 1 } }", "p.go:2:37: missing return"},
        {"func f() { 1 }", "p.go:2:12: 1 (untyped int constant) is not used"},
        {"func f() { len }", "p.go:2:12: len (built-in) must be called"},
        {"func f(s []int) { len(s) }", "p.go:2:19: len(s) (value of type int) is not used"},
        {"func f(s []int) { append(s, 1) }",
         "p.go:2:19: append(s, 1) (value of type []int) is not used"},
        {"func f(s []int) { defer append(s, 1) }",
         "p.go:2:25: defer discards result of append(s, 1) (value of type []int)"},
        {"func f() { go int(3) }",
         "p.go:2:15: go requires function call, not conversion int(3) (constant 3 of type int)"},
        {"func f() { int }", "p.go:2:12: int (type) is not an expression"},
    };
    CHECK(cases);
}

static void assigned_values(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x int = \"a\"", "p.go:2:13: cannot use \"a\" (untyped string constant) as int value "
                              "in variable declaration"},
        {"var x int8 = 300", "p.go:2:14: cannot use 300 (untyped int constant) as int8 value in "
                             "variable declaration (overflows)"},
        {"var x uint = -1", "p.go:2:14: cannot use -1 (untyped int constant) as uint value in "
                            "variable declaration (overflows)"},
        {"var x int = 1.5", "p.go:2:13: cannot use 1.5 (untyped float constant) as int value in "
                            "variable declaration (truncated)"},
        {"var x float32 = 1e60", "p.go:2:17: cannot use 1e60 (untyped float constant 1e+60) as "
                                 "float32 value in variable declaration (overflows)"},
        {"var x string = 1",
         "p.go:2:16: cannot use 1 (untyped int constant) as string value in variable declaration"},
        {"var x = nil", "p.go:2:9: use of untyped nil in variable declaration"},
    };
    CHECK(cases);
}

static void operators(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x = 1 / 0", "p.go:2:13: invalid operation: division by zero"},
        {"var x = 1.0 / 0", "p.go:2:15: invalid operation: division by zero"},
        {"var y float64; var x = y / 0", ""},
        {"var y int; var x = y % 0", "p.go:2:24: invalid operation: division by zero"},
        {"var x = \"a\" + 1", "p.go:2:9: invalid operation: \"a\" + 1 (mismatched types untyped "
                              "string and untyped int)"},
        {"var a int; var b int64; var x = a + b",
         "p.go:2:33: invalid operation: a + b (mismatched types int and int64)"},
        {"var a int; var x = a + \"s\"",
         "p.go:2:20: invalid operation: a + \"s\" (mismatched types int and untyped string)"},
        {"var a bool; var x = a + a",
         "p.go:2:21: invalid operation: operator + not defined on a (variable of type bool)"},
        {"var a []int; var x = a == a",
         "p.go:2:22: invalid operation: a == a (slice can only be compared to nil)"},
        {"var f func(); var x = f == f",
         "p.go:2:23: invalid operation: f == f (func can only be compared to nil)"},
        {"type T struct{ s []int }; var a T; var x = a == a",
         "p.go:2:44: invalid operation: a == a (struct containing []int cannot be compared)"},
        {"var a struct{ s []int }; var x = a == a",
         "p.go:2:34: invalid operation: a == a (struct containing []int cannot be compared)"},
        {"var a interface{}; var x = a < a",
         "p.go:2:28: invalid operation: a < a (operator < not defined on interface)"},
        {"var a int; var x = a == nil",
         "p.go:2:25: invalid operation: a == nil (mismatched types int and untyped nil)"},
        {"var x = nil == nil",
         "p.go:2:16: invalid operation: nil == nil (operator == not defined on untyped nil)"},
        {"var a int; var x = !a",
         "p.go:2:21: invalid operation: operator ! not defined on a (variable of type int)"},
        {"var a string; var x = -a",
         "p.go:2:24: invalid operation: operator - not defined on a (variable of type string)"},
        {"var a float64; var x = ^a",
         "p.go:2:25: invalid operation: operator ^ not defined on a (variable of type float64)"},
        {"var x = &1",
         "p.go:2:10: invalid operation: cannot take address of 1 (untyped int constant)"},
        {"func g() int; var x = &g()",
         "p.go:2:24: invalid operation: cannot take address of g() (value of type int)"},
        {"var a int; var x = *a",
         "p.go:2:21: invalid operation: cannot indirect a (variable of type int)"},
        {"var x = *nil", "p.go:2:10: invalid operation: cannot indirect nil"},
        {"var a int; var x = <-a",
         "p.go:2:22: invalid operation: cannot receive from non-channel a (variable of type int)"},
        {"var a chan<- int; var x = <-a", "p.go:2:29: invalid operation: cannot receive from "
                                          "send-only channel a (variable of type chan<- int)"},
        {"func f(a <-chan int) { a <- 1 }", "p.go:2:24: invalid operation: cannot send to "
                                            "receive-only channel a (variable of type <-chan int)"},
        {"func f(a int) { a <- 1 }",
         "p.go:2:17: invalid operation: cannot send to non-channel a (variable of type int)"},
        {"func f(a chan int) { a <- \"x\" }",
         "p.go:2:27: cannot use \"x\" (untyped string constant) as int value in send"},
    };
    CHECK(cases);
}

static void shifts(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x = 1 << 600", "p.go:2:11: constant shift overflow"},
        {"var x = 1 << -1",
         "p.go:2:14: invalid operation: negative shift count -1 (untyped int constant)"},
        {"var x = 1 << 1.5", "p.go:2:14: 1.5 (untyped float constant) truncated to uint"},
        {"var a float64; var x = a << 1", "p.go:2:24: invalid operation: shifted operand a "
                                          "(variable of type float64) must be integer"},
        {"var s uint; var x float64 = 1 << s",
         "p.go:2:29: invalid operation: shifted operand 1 (type float64) must be integer"},
        {"var s uint; var x = 1.5 << s", "p.go:2:21: invalid operation: shifted operand 1.5 "
                                         "(untyped float constant) must be integer"},
        {"var s uint; var x = \"a\"[1.0<<s]", ""},
        {"var x = 1 << 2000",
         "p.go:2:14: invalid operation: invalid shift count 2000 (untyped int constant)"},
        {"const c = 1 << 511 * 4", "p.go:2:20: constant multiplication overflow"},
    };
    CHECK(cases);
}

static void calls(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { f(1) }",
         "p.go:2:14: too many arguments in call to f|\thave (number)|\twant ()"},
        {"func g(a int, b string); func f() { g(1) }",
         "p.go:2:39: not enough arguments in call to g|\thave (number)|\twant (int, string)"},
        {"func g(a int, b string); func f() { g(1, \"a\", 2) }",
         "p.go:2:47: too many arguments in call to g|\thave (number, string, number)|\twant (int, "
         "string)"},
        {"func g(a int, b string); func f() { g(\"a\", 1) }",
         "p.go:2:39: cannot use \"a\" (untyped string constant) as int value in argument to "
         "g|p.go:2:44: cannot use 1 (untyped int constant) as string value in argument to g"},
        {"func g(a int, b ...string); func f() { g() }",
         "p.go:2:40: not enough arguments in call to g|\thave ()|\twant (int, ...string)"},
        {"func g(a int, b ...string); func f() { g(1, 2) }",
         "p.go:2:45: cannot use 2 (untyped int constant) as string value in argument to g"},
        {"func g(a int); func f() { g([]int{}...) }",
         "p.go:2:27: cannot use ... in call to non-variadic g"},
        {"func g(a ...int); func f() { g([]string{}...) }",
         "p.go:2:32: cannot use []string{} (value of type []string) as []int value in argument to "
         "g"},
        {"func g() (int, int); func h(a int); func f() { h(g()) }",
         "p.go:2:50: too many arguments in call to h|\thave (int, int)|\twant (int)"},
        {"func g(); func f() { x := g(); _ = x }", "p.go:2:27: g() (no value) used as value"},
        {"var a int; var x = a()", "p.go:2:20: invalid operation: cannot call a (variable of type "
                                   "int): int is not a function"},
    };
    CHECK(cases);
}

static void selectors(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var a int; var x = a.b", "p.go:2:22: a.b undefined (type int has no field or method b)"},
        {"type T struct{ A int }; var a T; var x = a.a",
         "p.go:2:44: a.a undefined (type T has no field or method a, but does have field A)"},
        {"type T struct{ a int }; var a T; var x = a.b()",
         "p.go:2:44: a.b undefined (type T has no field or method b)"},
        {"type T struct{}; func (*T) m() {}; var x = T{}.m; func f() { T{}.m() }",
         "p.go:2:48: cannot call pointer method m on T"},
        {"type T struct{}; func (*T) m() {}; type I interface{ m() }; var x I = T{}",
         "p.go:2:71: cannot use T{} (value of struct type T) as I value in variable declaration: T "
         "does not implement I (method m has pointer receiver)"},
        {"type I interface{ m() }; var x I = 1",
         "p.go:2:36: cannot use 1 (constant of type int) as I value in variable declaration: int "
         "does not implement I (missing method m)"},
        {"type I interface{ m() }; var i interface{}; var x I = i",
         "p.go:2:55: cannot use i (variable of type interface{}) as I value in variable "
         "declaration: interface{} does not implement I (missing method m)"},
        {"type I interface{ m() }; var i I; var x int = i.(int)",
         "p.go:2:47: impossible type assertion: i.(int)|\tint does not implement I (missing method "
         "m)"},
        {"type T struct{}; func (T) m() {}; type I interface{ m() }; var i I; var x T = i",
         "p.go:2:79: cannot use i (variable of interface type I) as T value in variable "
         "declaration: need type assertion"},
        {"type I interface{ M() }; var p *I; var x = p.M",
         "p.go:2:46: p.M undefined (type *I is pointer to interface, not interface)"},
        {"type A struct{ x int }; type B struct{ x int }; type C struct{ A; B }; var c C; var y = "
         "c.x",
         "p.go:2:91: ambiguous selector c.x"},
    };
    CHECK(cases);
}

static void literals(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x = []int{1, 2, \"a\"}", "p.go:2:21: cannot use \"a\" (untyped string constant) as "
                                       "int value in array or slice literal"},
        {"var x = [2]int{1, 2, 3}", "p.go:2:22: index 2 is out of bounds (>= 2)"},
        {"var x = [...]int{5: 1, 2, 5: 3}",
         "p.go:2:27: duplicate index 5 in array or slice literal"},
        {"var x = []int{-1: 0}",
         "p.go:2:15: invalid argument: index -1 (constant of type int) must not be negative"},
        {"var x = map[string]int{\"a\": 1, \"a\": 2}",
         "p.go:2:32: duplicate key \"a\" in map literal"},
        {"var x = map[interface{}]int{1: 1, 1.0: 2, int8(1): 3, 1: 4}",
         "p.go:2:55: duplicate key 1 in map literal"},
        {"var x = map[string]int{1}", "p.go:2:24: missing key in map literal"},
        {"type T struct{ a, b int }; var x = T{1}",
         "p.go:2:39: too few values in struct literal of type T"},
        {"type T struct{ a, b int }; var x = T{1, 2, 3}",
         "p.go:2:44: too many values in struct literal of type T"},
        {"type T struct{ a, b int }; var x = T{a: 1, 2}",
         "p.go:2:44: mixture of field:value and value elements in struct literal"},
        {"type T struct{ a, b int }; var x = T{a: 1, a: 2}",
         "p.go:2:44: duplicate field name a in struct literal"},
        {"type T struct{ a, b int }; var x = T{c: 1}",
         "p.go:2:38: unknown field c in struct literal of type T"},
        {"type T struct{ a, b int }; var x = T{1: 1}",
         "p.go:2:38: invalid field name 1 in struct literal"},
        {"var x = int{1}", "p.go:2:9: invalid composite literal type int"},
        {"var x = {1}", "p.go:2:9: syntax error: unexpected {, expected expression"},
    };
    CHECK(cases);
}

static void indices(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var a []int; var x = a[\"b\"]",
         "p.go:2:24: cannot convert \"b\" (untyped string constant) to type int"},
        {"var a []int; var x = a[-1]",
         "p.go:2:24: invalid argument: index -1 (constant of type int) must not be negative"},
        {"var a [3]int; var x = a[3]", "p.go:2:25: invalid argument: index 3 out of bounds [0:3]"},
        {"var a map[string]int; var x = a[1]",
         "p.go:2:33: cannot use 1 (untyped int constant) as string value in map index"},
        {"var a int; var x = a[1]", "p.go:2:21: cannot index a (variable of type int)"},
        {"var x = \"abc\"[5]", "p.go:2:15: invalid argument: index 5 out of bounds [0:3]"},
        {"var a []int; var x = a[2:1]", "p.go:2:26: invalid slice indices: 1 < 2"},
        {"var a string; var x = a[1:2:3]", "p.go:2:29: invalid operation: 3-index slice of string"},
        {"var x = [3]int{}[:]",
         "p.go:2:9: cannot slice unaddressable value [3]int{} (value of type [3]int)"},
        {"var a int; var x = a[:]", "p.go:2:20: cannot slice a (variable of type int)"},
    };
    CHECK(cases);
}

static void conversions(void **state) {
    (void)state;
    static const Case cases[] = {
        {"var x = int(\"a\")",
         "p.go:2:13: cannot convert \"a\" (untyped string constant) to type int"},
        {"var x = string(1.5)",
         "p.go:2:16: cannot convert 1.5 (untyped float constant) to type string"},
        {"var a []int; var x = string(a)",
         "p.go:2:29: cannot convert a (variable of type []int) to type string"},
        {"var x = int8(300)", "p.go:2:14: constant 300 overflows int8"},
        {"var x = int(1, 2)", "p.go:2:16: too many arguments in conversion to int"},
        {"var x = int()", "p.go:2:9: missing argument in conversion to int"},
        {"type I interface{ m() }; var x = I(1)",
         "p.go:2:36: cannot convert 1 (untyped int constant) to type I"},
    };
    CHECK(cases);
}

static void switches(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { var i interface{}; switch i.(type) { case int, int: } }",
         "p.go:2:59: duplicate case int in type switch|\tp.go:2:54: previous case"},
        {"func f() { var i interface{}; switch x := i.(type) { case int: } }",
         "p.go:2:38: x declared and not used"},
        {"func f() { var i int; switch i.(type) { case int: } }",
         "p.go:2:30: i (variable of type int) is not an interface"},
        {"type I interface{ m() }; func f(i I) { switch i.(type) { case int: } }",
         "p.go:2:63: impossible type switch case: int|\ti (variable of interface type I) cannot "
         "have dynamic type int (missing method m)"},
        {"func f(a int) { switch a { case 1, 2, 1: } }",
         "p.go:2:39: duplicate case 1 (constant of type int) in expression switch|\tp.go:2:33: "
         "previous case"},
        {"func f(a int) { switch a { case \"a\": } }",
         "p.go:2:33: cannot convert \"a\" (untyped string constant) to type int"},
        {"func f(a []int) { switch a { case nil: } }", ""},
        {"func f(a []int) { switch { case 1: } }",
         "p.go:2:33: cannot convert 1 (untyped int constant) to type bool"},
        {"func f(a func()) { switch a { case a: } }",
         "p.go:2:36: invalid case a in switch on a (func can only be compared to nil)"},
        {"func f(a int) { switch a { default: ; default: } }",
         "p.go:2:39: multiple defaults (first at p.go:2:28)"},
    };
    CHECK(cases);
}

static void loops(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f(a bool) { for range a { } }",
         "p.go:2:28: cannot range over a (variable of type bool)"},
        {"func f(a chan int) { for i, j := range a { } }",
         "p.go:2:26: declared and not used: i|p.go:2:29: range over a (variable of type chan int) "
         "permits only one iteration variable"},
        {"func f(a []int) { for i, j := range a { } }",
         "p.go:2:23: declared and not used: i|p.go:2:26: declared and not used: j"},
        {"func f(a []int, i, j, k int) { for i, j, k = range a { } }",
         "p.go:2:42: range clause permits at most two iteration variables"},
        {"func f(a chan int, i, j, k int) { for i, j, k = range a { } }",
         "p.go:2:42: range over a (variable of type chan int) permits only one iteration variable"},
        {"func f() { for i := 0; i < \"a\"; i++ { } }",
         "p.go:2:28: invalid operation: i < \"a\" (mismatched types int and untyped string)"},
        {"func f() { if 1 { } }", "p.go:2:15: non-boolean condition in if statement"},
        {"func f() { for 1 { } }", "p.go:2:16: non-boolean condition in for statement"},
    };
    CHECK(cases);
}

static void assignments(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { var s string; s++ }",
         "p.go:2:26: invalid operation: s++ (non-numeric type string)"},
        {"func f() { 1 = 2 }",
         "p.go:2:12: cannot assign to 1 (neither addressable nor a map index expression)"},
        {"func f() { const c = 1; c = 2 }",
         "p.go:2:25: cannot assign to c (neither addressable nor a map index expression)"},
        {"func f() { m := map[string]struct{ a int }{}; m[\"a\"].a = 1 }",
         "p.go:2:47: cannot assign to struct field m[\"a\"].a in map"},
        {"func f() { \"abc\"[0] = 1 }",
         "p.go:2:12: cannot assign to \"abc\"[0] (neither addressable nor a map index expression)"},
        {"func f() { x, x := 1, 2; _ = x }", "p.go:2:15: x repeated on left side of :="},
        {"func f() { x := 1; x := 2; _ = x }", "p.go:2:22: no new variables on left side of :="},
        {"func f() { a.b := 1 }",
         "p.go:2:12: undefined: a|p.go:2:12: non-name a.b on left side of :="},
        {"func f() { var x int; x, y = 1, 2 }",
         "p.go:2:16: declared and not used: x|p.go:2:26: undefined: y"},
        {"func f() { var x, y int; x, y = 1 }",
         "p.go:2:16: declared and not used: x|p.go:2:19: declared and not used: y|p.go:2:33: "
         "assignment mismatch: 2 variables but 1 value"},
        {"func f() { _ = nil }", "p.go:2:16: use of untyped nil in assignment to _ identifier"},
        {"func f() { _ = _ }", "p.go:2:16: cannot use _ as value or type"},
    };
    CHECK(cases);
}

static void builtins(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { _ = len(1) }",
         "p.go:2:20: invalid argument: 1 (untyped int constant) for built-in len"},
        {"func f() { _ = cap(map[int]int{}) }",
         "p.go:2:20: invalid argument: map[int]int{} (value of type map[int]int) for built-in cap"},
        {"func f() { _ = len() }",
         "p.go:2:16: invalid operation: not enough arguments for len() (expected 1, found 0)"},
        {"func f() { _ = make(int) }",
         "p.go:2:21: invalid argument: cannot make int: type must be slice, map, or channel"},
        {"func f() { _ = make([]int) }",
         "p.go:2:16: invalid operation: make([]int) expects 2 or 3 arguments; found 1"},
        {"func f() { _ = make([]int, 2, 1) }",
         "p.go:2:28: invalid argument: length and capacity swapped"},
        {"func f() { _ = make([]int, \"a\") }",
         "p.go:2:28: cannot convert \"a\" (untyped string constant) to type int"},
        {"func f() { _ = new(nil) }", "p.go:2:20: use of untyped nil in argument to new"},
        {"func f() { copy(1, 2) }",
         "p.go:2:17: invalid copy: argument must be a slice; have 1 (untyped int constant)"},
        {"func f() { copy([]int{}, []string{}) }",
         "p.go:2:17: invalid copy: arguments []int{} (value of type []int) and []string{} (value "
         "of type []string) have different element types int and string"},
        {"func f() { delete(1, 2) }",
         "p.go:2:19: invalid argument: 1 (untyped int constant) is not a map"},
        {"func f() { delete(map[string]int{}, 2) }",
         "p.go:2:37: cannot use 2 (untyped int constant) as string value in argument to delete"},
        {"func f() { close(1) }",
         "p.go:2:18: invalid operation: cannot close non-channel 1 (untyped int constant)"},
        {"func f() { _ = append(1, 2) }",
         "p.go:2:23: invalid append: argument must be a slice; have 1 (untyped int constant)"},
        {"func f() { _ = append(nil, 2) }",
         "p.go:2:23: invalid append: argument must be a slice; have untyped nil"},
        {"func f() { _ = append([]int{}, \"a\") }", "p.go:2:32: cannot use \"a\" (untyped string "
                                                    "constant) as int value in argument to append"},
        {"func f() { _ = complex(1, \"a\") }",
         "p.go:2:24: invalid operation: complex(1, \"a\") (mismatched types untyped float and "
         "untyped string)"},
        {"func f() { var a float32; var b float64; _ = complex(a, b) }",
         "p.go:2:54: invalid operation: complex(a, b) (mismatched types float32 and float64)"},
        {"func f() { _ = real(\"a\") }",
         "p.go:2:21: invalid argument: argument has type untyped string, expected complex type"},
        {"func f() { print(nil) }", "p.go:2:18: use of untyped nil in argument to built-in print"},
        {"func f() { println(f()) }", "p.go:2:20: f() (no value) used as value"},
    };
    CHECK(cases);
}

static void branches(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { L: for { }; goto L }", ""},
        {"func f() { goto L; x := 1; _ = x; L: }",
         "p.go:2:17: goto L jumps over declaration of x at p.go:2:22"},
        {"func f() { goto L; { L: } }", "p.go:2:17: goto L jumps into block starting at p.go:2:20"},
        {"func f() { break }", "p.go:2:12: break is not in a loop, switch, or select"},
        {"func f() { for { continue M } }", "p.go:2:27: continue label not defined: M"},
        {"func f() { L: if true { break L } }", "p.go:2:31: invalid break label L"},
        {"func f() { fallthrough }", "p.go:2:12: fallthrough statement out of place"},
        {"func f() { switch { case true: fallthrough } }",
         "p.go:2:32: cannot fallthrough final case in switch"},
        {"func f() { select { case 1: } }",
         "p.go:2:26: select case must be send or receive (possibly with assignment)"},
        {"func f(c chan int) { select { case x := 1: } }",
         "p.go:2:36: select case must be send or receive (possibly with assignment)"},
    };
    CHECK(cases);
}

static void names(void **state) {
    (void)state;
    static const Case cases[] = {
        {"func f() { undefined() }", "p.go:2:12: undefined: undefined"},
        {"func f() { _ = undefined.x }", "p.go:2:16: undefined: undefined"},
        {"func f() { _ = struct{}.x }",
         "p.go:2:25: struct{}.x undefined (type struct{} has no field or method x)"},
        {"func f() { var a [2]int; for a[0] := range a {} }",
         "p.go:2:26: no new variables on left side of :=|p.go:2:30: invalid syntax tree: cannot "
         "declare a[0]"},
        {"func f(i interface{}) { i.x() }",
         "p.go:2:27: i.x undefined (type interface{} has no field or method x)"},
        {"func f(i interface{}) { _ = i.(undefined) }", "p.go:2:32: undefined: undefined"},
        {"func f() { _ = func() int { } }", "p.go:2:29: missing return"},
        {"var y any; var x = y.(type)",
         "p.go:2:20: invalid syntax tree: use of .(type) outside type switch"},
        {"func f() { go 1 }", "p.go:2:15: expression in go must be function call"},
        {"func f() { func() { y := 1 }() }", "p.go:2:21: declared and not used: y"},
        {"func f() { var p *int; p.x = 1 }",
         "p.go:2:26: p.x undefined (type *int has no field or method x)"},
        {"func f() { f = nil }",
         "p.go:2:12: cannot assign to f (neither addressable nor a map index expression)"},
        {"func f() { var e error = \"x\"; _ = e }",
         "p.go:2:26: cannot use \"x\" (constant of type string) as error value in variable "
         "declaration: string does not implement error (missing method Error)"},
        {"func f() (x int) { defer func() { x := 2 }(); return }",
         "p.go:2:35: declared and not used: x"},
    };
    CHECK(cases);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_statements),
        cmocka_unit_test(assigned_values),
        cmocka_unit_test(operators),
        cmocka_unit_test(shifts),
        cmocka_unit_test(calls),
        cmocka_unit_test(selectors),
        cmocka_unit_test(literals),
        cmocka_unit_test(indices),
        cmocka_unit_test(conversions),
        cmocka_unit_test(switches),
        cmocka_unit_test(loops),
        cmocka_unit_test(assignments),
        cmocka_unit_test(builtins),
        cmocka_unit_test(branches),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
