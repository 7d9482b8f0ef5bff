/* types_test.c - types as the checker leaves them: layout, identity, printing, method sets. */
#include "check/package.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    universe_reset();
    return 0;
}

/* Checks text that must be correct; package clause added. */
static Package *check(const char *src) {
    char *text = xprintf("package p\nimport \"unsafe\"\nvar _ unsafe.Pointer\n%s", src);
    File *f = parse_file("t.go", text, strlen(text));
    Package *p = check_package("test/p", &f, 1, &(CheckOptions){0});
    diag_flush(stderr, true);
    assert_int_equal(error_count(), 0);
    return p;
}

static Obj *obj(Package *p, const char *name) {
    Obj *o = map_get(&p->scope->names, intern(name));
    assert_non_null(o);
    return o;
}

static Type *type(const char *src) {
    return obj(check(xprintf("var v %s", src)), "v")->type;
}

static void sizes(void **state) {
    (void)state;
    static const struct {
        const char *type;
        int size, align, ptrdata;
    } cases[] = {
        {"bool", 1, 1, 0},
        {"int16", 2, 2, 0},
        {"rune", 4, 4, 0},
        {"uintptr", 8, 8, 0},
        {"complex64", 8, 4, 0},
        {"complex128", 16, 8, 0},
        {"string", 16, 8, 8},
        {"[]int", 24, 8, 8},
        {"interface{}", 16, 8, 16},
        {"error", 16, 8, 16},
        {"unsafe.Pointer", 8, 8, 8},
        {"func()", 8, 8, 8},
        {"map[int]int", 8, 8, 8},
        {"struct{}", 0, 1, 0},
        {"[0]*int", 0, 8, 0},
        {"[3]int16", 6, 2, 0},
        {"[3]string", 48, 8, 40},
        {"struct{a int8; b int64; c int8}", 24, 8, 0},
        {"struct{a int8; b int16; c int8}", 6, 2, 0},
        {"struct{a *int; b int}", 16, 8, 8},
        {"struct{a int; b string; c int}", 32, 8, 16},
        {"struct{a int32; b struct{}}", 8, 4, 0}, /* a byte for the address of b */
        {"struct{a struct{}; b int32}", 4, 4, 0},
        {"struct{a *int; b [0]int}", 16, 8, 8},
        {"struct{a, b struct{}}", 0, 1, 0},
        {"[2]struct{a *int; b int8}", 32, 8, 24},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Type *t = type(cases[i].type);
        if (type_size(t) != cases[i].size || type_align(t) != cases[i].align ||
            type_ptrdata(t) != cases[i].ptrdata)
            fail_msg("%s: %d/%d/%d", cases[i].type, (int)type_size(t), (int)type_align(t),
                     (int)type_ptrdata(t));
    }
}

static void offsets(void **state) {
    (void)state;
    Type *t = type("struct{a int8; b int16; c string; d bool}");
    static const int want[] = {0, 2, 8, 24};
    for (int i = 0; i < 4; i++) assert_int_equal(field_offset(t, i), want[i]);
}

static void identity(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"uint8", "byte", true},
        {"int32", "rune", true},
        {"int", "int64", false},
        {"[]byte", "[]uint8", true},
        {"[3]int", "[4]int", false},
        {"func(a int, b ...string) error", "func(int, ...string) (err error)", true},
        {"func(a int, b ...string)", "func(int, []string)", false},
        {"struct{a int}", "struct{a int}", true},
        {"struct{a int `x`}", "struct{a int}", false},
        {"struct{a, b int}", "struct{b, a int}", false},
        {"interface{a(); B()}", "interface{B(); a()}", true},
        {"interface{a(); B()}", "interface{B()}", false},
        {"interface{}", "any", true},
        {"chan<- int", "chan int", false},
        {"chan (<-chan int)", "chan (<-chan int)", true},
        {"map[string]*T", "map[string]*T", true},
        {"T", "U", false},
        {"T", "A", true},
        {"struct{T}", "struct{T T}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Package *p = check(xprintf("type T int; type U int; type A = T\n"
                                   "var a %s; var b %s",
                                   cases[i].a, cases[i].b));
        Type *a = obj(p, "a")->type, *b = obj(p, "b")->type;
        bool keys = strcmp(type_key(a), type_key(b)) == 0;
        if (identical(a, b) != cases[i].same) fail_msg("identical %s %s", cases[i].a, cases[i].b);
        if (keys && !cases[i].same)
            fail_msg("one key for %s and %s: %s", cases[i].a, cases[i].b, type_key(a));
    }
}

static void texts(void **state) {
    (void)state;
    static const struct {
        const char *type, *message, *reflect, *key;
    } cases[] = {
        {"byte", "byte", "uint8", "uint8"},
        {"[]T", "[]T", "[]p.T", "[]test/p.T"},
        {"any", "any", "interface {}", "interface{}"},
        {"interface{ M(x int) T; m() }", "interface{M(x int) T; m()}",
         "interface { M(int) p.T; p.m() }", "interface{M(int) test/p.T;test/p.m()}"},
        {"struct{ a, B int `k:\"v\"`; T }",
         "struct{a int \"k:\\\"v\\\"\"; B int \"k:\\\"v\\\"\"; T}",
         "struct { a int \"k:\\\"v\\\"\"; B int \"k:\\\"v\\\"\"; p.T }",
         "struct{test/p.a int \"k:\\\"v\\\"\";B int \"k:\\\"v\\\"\";!T test/p.T}"},
        {"func(a int, s ...string) (n int, err error)",
         "func(a int, s ...string) (n int, err error)", "func(int, ...string) (int, error)",
         "func(int,...string) (int,error)"},
        {"func() (n int)", "func() (n int)", "func() int", "func() int"},
        {"chan (<-chan int)", "chan (<-chan int)", "chan (<-chan int)", "chan (<-chan int)"},
        {"map[unsafe.Pointer][4]*T", "map[unsafe.Pointer][4]*T", "map[unsafe.Pointer][4]*p.T",
         "map[unsafe.Pointer][4]*test/p.T"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Package *p = check(xprintf("type T int; var v %s", cases[i].type));
        Type *t = obj(p, "v")->type;
        assert_string_equal(type_str(t, p), cases[i].message);
        assert_string_equal(type_reflect_str(t), cases[i].reflect);
        assert_string_equal(type_key(t), cases[i].key);
    }
}

static void local_types_are_told_apart(void **state) {
    (void)state;
    Package *p = check("type T int\n"
                       "func f() { type T int; var _ T }\n"
                       "func g() { type T int; var _ T }");
    assert_int_equal(p->named.n, 3);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(type_reflect_str(p->named.v[i]), "p.T");
        for (int j = 0; j < i; j++)
            assert_string_not_equal(type_key(p->named.v[i]), type_key(p->named.v[j]));
    }
}

static char *methods(Type *t) {
    Buf b = {0};
    MethodSet *set = method_set(t);
    for (int i = 0; i < set->n; i++) {
        buf_printf(&b, "%s%s", i ? " " : "", set->v[i].method->name);
        for (int j = 0; j < set->v[i].npath; j++) buf_printf(&b, ".%d", set->v[i].path[j]);
    }
    return buf_str(&b) ? xstrdup(b.n ? buf_str(&b) : "") : "";
}

static void method_sets(void **state) {
    (void)state;
    Package *p = check("type A struct{}\n func (A) v() {}\n func (*A) P() {}\n"
                       "type B struct { x int; A }\n func (B) Own() {}\n"
                       "type C struct { *A }\n"
                       "type I interface { P(); Own() }\n"
                       "type D struct { I; A }\n"     /* P is ambiguous */
                       "type E struct { B; v int }\n" /* the field hides the method */
                       "type F *A\n"
                       "type G struct { y int; B }\n");
    static const struct {
        const char *type, *value, *pointer;
    } cases[] = {
        {"A", "v", "P v"},
        {"B", "Own v.1", "Own P.1 v.1"},
        {"C", "P.0 v.0", "P.0 v.0"},
        {"I", "Own P", ""},
        {"D", "Own.0 v.1", "Own.0 v.1"},
        {"E", "Own.0", "Own.0 P.0.1"},
        {"F", "", ""},
        {"G", "Own.1 v.1.1", "Own.1 P.1.1 v.1.1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Type *t = obj(p, cases[i].type)->type;
        assert_string_equal(methods(t), cases[i].value);
        assert_string_equal(methods(new_pointer(t)), cases[i].pointer);
    }
}

static void lookups(void **state) {
    (void)state;
    Package *p = check("type A struct { f int }\n func (*A) M() {}\n"
                       "type B struct { x int; *A }\n"
                       "type C struct { B; A }\n"
                       "type D struct { A }\n");
    Lookup l = lookup_field_or_method(obj(p, "B")->type, false, p, intern("f"));
    assert_non_null(l.obj);
    assert_true(l.indirect);
    assert_int_equal(l.npath, 2);
    assert_int_equal(l.path[0], 1);
    assert_int_equal(l.path[1], 0);
    l = lookup_field_or_method(obj(p, "C")->type, false, p, intern("f"));
    assert_non_null(l.obj); /* C.A.f is shallower than C.B.A.f */
    assert_int_equal(l.path[0], 1);
    l = lookup_field_or_method(obj(p, "D")->type, false, p, intern("M"));
    assert_null(l.obj);
    assert_true(l.ptr_recv);
    l = lookup_field_or_method(obj(p, "D")->type, true, p, intern("M"));
    assert_non_null(l.obj);
    assert_int_equal(l.npath, 1);
    l = lookup_field_or_method(obj(p, "D")->type, true, NULL, intern("f"));
    assert_null(l.obj); /* another package's f */
}

static void missing_methods(void **state) {
    (void)state;
    Package *p = check("type I interface { M(int); N() }\n"
                       "type A struct{}\n func (A) M(int) {}\n func (*A) N() {}\n"
                       "type B struct{}\n func (B) M(string) {}\n func (B) N() {}\n"
                       "type C struct{ *A }\n");
    Type *iface = obj(p, "I")->type;
    bool wrong, ptr;
    assert_string_equal(missing_method(obj(p, "A")->type, iface, &wrong, &ptr)->name, "N");
    assert_true(ptr && !wrong);
    assert_null(missing_method(new_pointer(obj(p, "A")->type), iface, &wrong, &ptr));
    assert_string_equal(missing_method(obj(p, "B")->type, iface, &wrong, &ptr)->name, "M");
    assert_true(wrong && !ptr);
    assert_null(missing_method(obj(p, "C")->type, iface, &wrong, &ptr));
    assert_string_equal(missing_method(types_basic[T_INT], iface, &wrong, &ptr)->name, "M");
    assert_false(wrong || ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sizes, setup),
        cmocka_unit_test_setup(offsets, setup),
        cmocka_unit_test_setup(identity, setup),
        cmocka_unit_test_setup(texts, setup),
        cmocka_unit_test_setup(local_types_are_told_apart, setup),
        cmocka_unit_test_setup(method_sets, setup),
        cmocka_unit_test_setup(lookups, setup),
        cmocka_unit_test_setup(missing_methods, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
