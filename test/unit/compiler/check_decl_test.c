/* check_decl_test.c - declarations: what a checked package lists, the order of initialisation,
 * names of functions, imports, and the errors of all of these.
 */
#include "check/check.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    universe_reset();
    return 0;
}

/* Packages to import, by path; each checked at most once per test. */
static Package *import_one(void *ctx, Pos pos, const char *path) {
    static const struct {
        const char *path, *src;
    } known[] = {
        {"lib", "package lib\n type T struct{ a int }\n func F() {}\n var V int\n func low() {}"},
        {"x/lib", "package lib\n type T struct{}\n type T2 = T"},
        {"dir/odd", "package even\n func G() {}"},
    };
    Map *loaded = ctx;
    Package *p = map_get(loaded, intern(path));
    for (size_t i = 0; !p && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].path, path) != 0) continue;
        File *f = parse_file("lib.go", known[i].src, strlen(known[i].src));
        p = check_package(path, &f, 1, &(CheckOptions){0});
        map_put(loaded, intern(path), p);
    }
    if (!p) errorf(pos, "no package %s", path);
    return p;
}

static int language; /* of the files that are checked; 0: the newest */

static Package *check_files(const char **srcs, int n, char **errors) {
    Map loaded = {0};
    File *files[4];
    for (int i = 0; i < n; i++)
        files[i] = parse_file(xprintf("%c.go", 'a' + i), srcs[i], strlen(srcs[i]));
    Package *p = check_package(
        "test/p", files, n,
        &(CheckOptions){.importer = import_one, .importer_ctx = &loaded, .language = language});
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    diag_flush(out, true);
    fclose(out);
    *errors = xstrdup(text);
    free(text);
    return p;
}

static Package *check(const char *src) {
    char *errors;
    Package *p = check_files(&src, 1, &errors);
    if (*errors) fail_msg("%s", errors);
    return p;
}

static void rejects(const char *src, const char *want) {
    char *errors;
    check_files(&src, 1, &errors);
    assert_string_equal(errors, want);
}

/* --- what a package lists --- */

static void functions_are_listed_and_named(void **state) {
    (void)state;
    Package *p = check("package p\n"
                       "type T int\n"
                       "var a = func() int { return func() int { return 1 }() }()\n"
                       "func f() { func() { func() {}(); _ = func() {} }(); _ = func() {} }\n"
                       "func (T) m() {}\n"
                       "func (t *T) pm() { defer func() {}() }\n"
                       "func init() { go func() {}() }\n"
                       "func init() {}\n"
                       "func _() { _ = func() {} }\n"
                       "var b = func() {}\n");
    static const char *const want[] = {"f",       "f.func1",      "f.func1.1",     "f.func1.2",
                                       "f.func2", "T.m",          "(*T).pm",       "(*T).pm.func1",
                                       "init.0",  "init.0.func1", "init.1",        "_",
                                       "_.func1", "glob..func2",  "glob..func2.1", "glob..func3"};
    assert_int_equal(p->all_funcs.n, 16);
    for (int i = 0; i < 16; i++) assert_string_equal(p->all_funcs.v[i]->name, want[i]);
    assert_int_equal(p->funcs.n, 6);
    assert_int_equal(p->inits.n, 2);
    assert_ptr_equal(p->all_funcs.v[2]->outer, p->all_funcs.v[1]);
    assert_null(p->all_funcs.v[13]->outer);
    assert_int_equal(p->all_funcs.v[4]->index, 4);
}

static void variables_are_listed(void **state) {
    (void)state;
    Package *p =
        check("package p\nvar a, _ int\nvar b = f()\nfunc f() int { return 0 }\nvar _ = b");
    assert_int_equal(p->vars.n, 4);
    assert_string_equal(p->vars.v[1]->name, "_");
    assert_true(p->vars.v[0]->is_global);
}

static char *order_of(const char *src) {
    Package *p = check(src);
    Buf b = {0};
    for (int i = 0; i < p->init_order.n; i++) {
        if (i) buf_putc(&b, ' ');
        for (int j = 0; j < p->init_order.v[i].lhs.n; j++)
            buf_printf(&b, j ? ",%s" : "%s", p->init_order.v[i].lhs.v[j]->name);
    }
    return b.n ? xstrdup(buf_str(&b)) : "";
}

static void initialisation_order(void **state) {
    (void)state;
    assert_string_equal(order_of("package p\nvar a = b\nvar b = c\nvar c = 1\nvar d int"), "c b a");
    assert_string_equal(order_of("package p\nvar x = f()\nvar y = 1\n"
                                 "func f() int { return g() }\nfunc g() int { f(); return y }"),
                        "y x");
    assert_string_equal(order_of("package p\nvar z = w\nvar u, v = pair()\nvar w = v\n"
                                 "func pair() (int, int) { return 1, 2 }"),
                        "u,v w z");
    assert_string_equal(order_of("package p\nvar a = T.m\nvar t T\ntype T int\n"
                                 "func (T) m() int { return b }\nvar b = 2\nvar _ = 3"),
                        "b a _");
    /* the earliest that is ready goes first, whatever follows from constants */
    assert_string_equal(order_of("package p\nvar a = k + c\nvar b = 1\nvar c = 2\nconst k = 3"),
                        "b c a");
    assert_string_equal(order_of("package p\nvar f = func() int { return g }\nvar g = 1"), "g f");
}

static void order_across_files(void **state) {
    (void)state;
    const char *srcs[] = {"package p\nvar a = c", "package p\nvar b = 1\nvar c = b"};
    char *errors;
    Package *p = check_files(srcs, 2, &errors);
    assert_string_equal(errors, "");
    assert_string_equal(p->init_order.v[0].lhs.v[0]->name, "b");
    assert_string_equal(p->init_order.v[2].lhs.v[0]->name, "a");
}

/* --- errors --- */

static void cycles(void **state) {
    (void)state;
    rejects("package p\ntype T struct { a [2]U }\ntype U struct { t T }\n",
            "a.go:2:6: invalid recursive type T\n\t"
            "a.go:2:6: T refers to U\n\t"
            "a.go:3:6: U refers to T\n");
    rejects("package p\ntype T T\n", "a.go:2:6: invalid recursive type: T refers to itself\n");
    rejects("package p\ntype I interface { J }\ntype J interface { I }\n",
            "a.go:2:6: invalid recursive type I\n\t"
            "a.go:2:6: I refers to J\n\t"
            "a.go:3:6: J refers to I\n");
    rejects("package p\nvar a = f()\nfunc f() int { return a }\n",
            "a.go:2:5: initialization cycle for a\n\t"
            "a.go:2:5: a refers to f\n\t"
            "a.go:3:6: f refers to a\n");
    check("package p\ntype T struct { p *T; s []T; m map[string]T; f func(T) T }\n"
          "type I interface { m(I) I }\nfunc f() { g() }\nfunc g() { f() }");
}

static void redeclarations(void **state) {
    (void)state;
    rejects("package p\nvar a int\nfunc a() {}\n",
            "a.go:3:6: a redeclared in this block\n\ta.go:2:5: other declaration of a\n");
    rejects("package p\ntype T struct { f int; f string }\n",
            "a.go:2:24: f redeclared\n\ta.go:2:17: other declaration of f\n");
    rejects("package p\ntype T int\nfunc (T) m() {}\nfunc (*T) m() {}\n",
            "a.go:4:11: method T.m already declared at a.go:3:10\n");
    rejects("package p\ntype T struct { m int }\nfunc (T) m() {}\n",
            "a.go:3:10: field and method with the same name m\n"
            "\ta.go:2:17: other declaration of m\n");
    rejects("package p\ntype I interface { m(); m() }\n",
            "a.go:2:25: duplicate method m\n\ta.go:2:20: other declaration of method m\n");
    rejects("package p\nfunc f(a int, a string) {}\n",
            "a.go:2:15: a redeclared in this block\n\ta.go:2:8: other declaration of a\n");
    rejects("package p\nimport \"lib\"\nvar lib = 1\n",
            "a.go:2:8: \"lib\" imported and not used\na.go:3:5: lib already declared through "
            "import of package lib (\"lib\")\n\t"
            "a.go:2:8: other declaration of lib\n");
}

static void imports(void **state) {
    (void)state;
    check("package p\nimport . \"lib\"\nimport _ \"x/lib\"\nvar _ = V\n");
    check("package p\nimport \"dir/odd\"\nvar _ = even.G\n");
    rejects("package p\nimport \"lib\"\nimport m \"x/lib\"\nimport . \"dir/odd\"\n",
            "a.go:2:8: \"lib\" imported and not used\na.go:3:8: \"x/lib\" imported as m and not "
            "used\na.go:4:8: \"dir/odd\" imported and not used\n");
    rejects("package p\nimport \"dir/odd\"\n",
            "a.go:2:8: \"dir/odd\" imported as even and not used\n");
    rejects("package p\nimport \"nowhere\"\nvar _ nowhere.T\n", "a.go:2:8: no package nowhere\n");
    rejects("package p\nimport \"a b\"\nimport \"\"\nimport \"a//b\"\nimport \"/a\"\n",
            "a.go:2:8: invalid import path (invalid character U+0020 ' ')\n"
            "a.go:3:8: invalid import path (empty string)\n"
            "a.go:4:8: could not import a//b (non-canonical import path \"a//b\" (should be "
            "\"a/b\"))\n"
            "a.go:5:8: could not import /a (import path cannot be absolute path)\n");
    rejects("package p\nimport \"lib\"\nimport l2 \"x/lib\"\nvar x lib.T = l2.T{}\n",
            "a.go:4:15: cannot use l2.T{} (value of struct type \"x/lib\".T) as \"lib\".T value in "
            "variable declaration\n");
}

static void special_functions(void **state) {
    (void)state;
    rejects("package main\nfunc main(int) {}\nfunc init() int { return 0 }\n",
            "a.go:2:6: func main must have no arguments and no return values\n"
            "a.go:3:6: func init must have no arguments and no return values\n");
    rejects("package main\nvar init int\ntype main int\n",
            "a.go:2:5: cannot declare init - must be func\n"
            "a.go:3:6: cannot declare main - must be func\n");
    rejects("package p\nfunc f()\n", "a.go:2:6: missing function body\n");
    check("package p\nimport _ \"unsafe\"\n//go:linkname f other.f\nfunc f()\n");
    rejects("package p\nfunc (int) m() {}\nfunc (p **T) n() {}\ntype T int\n"
            "type P *T\nfunc (P) o() {}\n",
            "a.go:2:7: cannot define new methods on non-local type int\na.go:3:11: invalid "
            "receiver type **T\na.go:6:7: invalid receiver type P (pointer or interface type)\n");
}

static void constants_and_arity(void **state) {
    (void)state;
    Package *p = check("package p\nconst (\n\ta, b = iota, 1 << iota\n\t_, _\n\tc, d\n)");
    int64_t v;
    assert_true(const_to_i64(((Obj *)map_get(&p->scope->names, intern("c")))->cval, &v));
    assert_int_equal(v, 2);
    assert_true(const_to_i64(((Obj *)map_get(&p->scope->names, intern("d")))->cval, &v));
    assert_int_equal(v, 4);
    rejects("package p\nvar a, b, c = 1, 2\nconst d, e = 1\nvar f, g = 1, 2, 3\n",
            "a.go:2:11: missing init expr for c\na.go:3:10: missing init expr for e\na.go:4:18: "
            "extra init expr 3\n");
    rejects("package p\nconst a uint8 = 255\nconst (\n\tb uint8 = 255 + iota\n\tc\n)\n",
            "a.go:5:2: cannot use 255 + iota (untyped int constant 256) as uint8 value in constant "
            "declaration (overflows)\n");
    rejects("package p\nconst a []int = nil\n", "a.go:2:9: invalid constant type []int\n");
}

static void types(void **state) {
    (void)state;
    rejects("package p\nvar a [-1]int\nvar b [n]int\nvar n = 1\nvar c [1.5]int\nvar d [q]int\n",
            "a.go:2:8: invalid array length -1 (untyped int constant)\na.go:3:8: invalid array "
            "length n\na.go:5:8: array length 1.5 (untyped float constant) must be "
            "integer\na.go:6:8: undefined array length q or missing type constraint\n");
    rejects("package p\nvar m map[[]int]int\nvar v comparable\nvar x [1 << 60]int\n",
            "a.go:2:11: invalid map key type []int\na.go:3:7: cannot use type comparable outside a "
            "type constraint: interface is (or embeds) comparable\n");
    rejects("package p\nvar x [1 << 60]int\n",
            "a.go:2:7: type [1152921504606846976]int larger than address space\n");
    rejects("package p\ntype P *int\ntype S struct { P; *I }\ntype I interface{}\n",
            "a.go:3:17: embedded field type cannot be a pointer\n"
            "a.go:3:20: embedded field type cannot be a pointer to an interface\n");
    rejects("package p\nvar v = 1\nvar x v\nvar y undefined\n",
            "a.go:3:7: v (package-level variable) is not a type\na.go:4:7: undefined: undefined\n");
}

static void generics(void **state) {
    (void)state;
    check("package p\ntype T[P any] struct { x P }\nfunc (t *T[P]) m() P { return t.x }\n"
          "func f[P int | ~string](P) {}\ntype C interface { int | ~string }\n"
          "var a, b = T[int]{1}, f[int]\nfunc g() { f(1); b(a.m()) }\n");
    rejects("package p\nfunc f[P int | ~string](P) {}\ntype T[P any] struct{}\nvar x T\n"
            "func g() { f(1.5); f[bool](true); _ = f }\n",
            "a.go:4:7: cannot use generic type T[P any] without instantiation\n"
            "a.go:5:13: float64 does not satisfy int | ~string (float64 missing in int | ~string)\n"
            "a.go:5:22: bool does not satisfy int | ~string (bool missing in int | ~string)\n"
            "a.go:5:39: cannot use generic function f without instantiation\n");
    rejects("package p\nfunc f[P any]() { f[*P]() }\n",
            "a.go:2:8: instantiation cycle:\n\ta.go:2:21: P instantiated as *P\n");
}

/* The module's language version, and a file's own, which is never below 1.21. */
static void language_versions(void **state) {
    (void)state;
    language = 20;
    rejects(
        "package p\nfunc f() { for range 3 { } }\n",
        "a.go:2:22: cannot range over 3 (untyped int constant): requires go1.22 or later (-lang "
        "was set to go1.20; check go.mod)\n");
    check("//go:build go1.22\n\npackage p\nfunc f() { for range 3 { } }\n");
    language = 22;
    rejects(
        "//go:build go1.17 || go1.21\n\npackage p\nvar a = min(1, 2)\nfunc f() { for range 3 { } "
        "}\n",
        "a.go:5:22: cannot range over 3 (untyped int constant): requires go1.22 or later (-lang "
        "was set to go1.22; check go.mod)\n");
    language = 0;
}

/* Instances are canonical, and expanded on demand. */
static void instances(void **state) {
    (void)state;
    Package *p = check("package p\ntype L[E any] struct { next *L[E]; e E }\n"
                       "func (l *L[E]) all() []E { return nil }\n"
                       "var a, b L[string]\nvar c = a.next.next\n"
                       "func f[T any](x T) { type local struct { x T }; _ = local{x} }\n");
    Type *a = scope_lookup(p->scope, intern("a"))->type;
    assert_ptr_equal(a, scope_lookup(p->scope, intern("b"))->type);
    assert_ptr_equal(a, scope_lookup(p->scope, intern("c"))->type->pointer.elem);
    assert_string_equal(type_reflect_str(a), "p.L[string]");
    Type *u = underlying(a);
    assert_int_equal(u->struct_.fields.v[1]->type->kind, T_STRING);
    Obj *m = lookup_field_or_method(a, true, p, intern("all")).obj;
    assert_string_equal(type_str(method_type(m), p), "func() []string");
    assert_non_null(m->origin->func->body);
    assert_int_equal(p->funcs.n, 0);
    assert_int_equal(p->generic_funcs.n, 2);
    assert_int_equal(p->generic_named.n, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(functions_are_listed_and_named, setup),
        cmocka_unit_test_setup(variables_are_listed, setup),
        cmocka_unit_test_setup(initialisation_order, setup),
        cmocka_unit_test_setup(order_across_files, setup),
        cmocka_unit_test_setup(cycles, setup),
        cmocka_unit_test_setup(redeclarations, setup),
        cmocka_unit_test_setup(imports, setup),
        cmocka_unit_test_setup(special_functions, setup),
        cmocka_unit_test_setup(constants_and_arity, setup),
        cmocka_unit_test_setup(types, setup),
        cmocka_unit_test_setup(generics, setup),
        cmocka_unit_test_setup(language_versions, setup),
        cmocka_unit_test_setup(instances, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
