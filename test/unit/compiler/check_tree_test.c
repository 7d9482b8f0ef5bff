/* check_tree_test.c - what the checker leaves on the tree for the passes behind it: types and
 * constants on every evaluated node, implicit conversions, selections, and how variables are used.
 */
#include "check/package.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static Package *pkg;

static Package *check_source(const char *body) {
    base_reset();
    universe_reset();
    char *src = xprintf("package p\n%s\n", body);
    File *f = parse_file("p.go", src, strlen(src));
    Package *p = check_package("p", &f, 1, &(CheckOptions){0});
    if (error_count()) diag_flush(stderr, true);
    assert_int_equal(error_count(), 0);
    pkg = p;
    return p;
}

/* --- finding things in the tree --- */

typedef struct Search {
    const char *text; /* as expr_str prints it */
    Node *found;
} Search;

static void search(Node *n, void *ctx) {
    Search *s = ctx;
    if (n->kind <= N_KEYVALUE && strcmp(expr_str(n), s->text) == 0) s->found = n;
    walk_children(n, search, s);
}

/* The last expression in the package that is printed as text (a use, where there is one). */
static Node *expr(const char *text) {
    Search s = {text, NULL};
    for (int i = 0; i < pkg->files.n; i++)
        for (int j = 0; j < pkg->files.v[i]->decls.n; j++) search(pkg->files.v[i]->decls.v[j], &s);
    if (!s.found) fail_msg("no expression %s", text);
    return s.found;
}

static const char *type_of(const char *text) {
    return type_str(expr(text)->type, pkg);
}

static const char *conv_of(const char *text) {
    Type *t = expr(text)->conv;
    return t ? type_str(t, pkg) : "-";
}

static Func *func(const char *name) {
    for (int i = 0; i < pkg->all_funcs.n; i++)
        if (strcmp(pkg->all_funcs.v[i]->name, name) == 0) return pkg->all_funcs.v[i];
    fail_msg("no function %s", name);
    return NULL;
}

static Obj *local(const char *fn, const char *name) {
    Func *f = func(fn);
    for (int i = 0; i < f->locals.n; i++)
        if (strcmp(f->locals.v[i]->name, name) == 0) return f->locals.v[i];
    for (int i = 0; i < f->params.n; i++)
        if (strcmp(f->params.v[i]->name, name) == 0) return f->params.v[i];
    fail_msg("no variable %s in %s", name, fn);
    return NULL;
}

/* --- tests --- */

static void untyped_values_get_types(void **state) {
    (void)state;
    check_source("var s uint; var b byte; var i interface{}\n"
                 "var a = 1 << s\n"
                 "var c int8 = 2 << s\n"
                 "var d = b + 3\n"
                 "var e = 'x' << s == 4 << s\n"
                 "var g float32 = 7\n"
                 "var h = i == 8\n"
                 "var j = \"abc\"[5 >> s]\n"
                 "var k []byte = []byte(\"conv\")\n"
                 "var l = b << 9.0\n"
                 "func f() { if a == 1 && h { println(10 << s, 11) } }\n");
    assert_string_equal(type_of("1"), "int");
    assert_string_equal(type_of("2"), "int8");
    assert_string_equal(type_of("3"), "byte");
    assert_string_equal(type_of("'x'"), "rune");
    assert_string_equal(type_of("4"), "rune");
    assert_string_equal(type_of("7"), "float32");
    assert_string_equal(type_of("8"), "int");
    assert_string_equal(conv_of("8"), "interface{}");
    assert_string_equal(type_of("5"), "int");
    assert_string_equal(type_of("\"conv\""), "string");
    assert_string_equal(type_of("9.0"), "uint");
    assert_int_equal(const_kind(expr("9.0")->cval), CONST_INT);
    assert_string_equal(type_of("a == 1 && h"), "bool");
    assert_string_equal(type_of("a == 1"), "bool");
    assert_string_equal(type_of("10"), "int");
    assert_string_equal(type_of("11"), "int");
}

static void constants_are_folded(void **state) {
    (void)state;
    check_source("const k = 3; type A [4]int; var arr A; func f() int { return 1 }\n"
                 "var a = k*k + len(arr)\n"
                 "var b = len([2]int{f(), 1})\n"
                 "var c float32 = 0.1\n"
                 "var d = uint8(255) &^ 15\n"
                 "var e = string(rune(0x20AC))\n"
                 "var g = len(\"abc\") << 2\n");
    int64_t i;
    assert_true(const_to_i64(expr("k * k + len(arr)")->cval, &i));
    assert_int_equal(i, 13);
    assert_null(expr("len([2]int{…})")->cval);
    assert_true(const_to_double(expr("0.1")->cval) == (double)0.1f);
    assert_true(const_to_i64(expr("uint8(255) &^ 15")->cval, &i));
    assert_int_equal(i, 240);
    Str s = const_string_val(expr("string(rune(0x20AC))")->cval);
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "\xE2\x82\xAC", 3);
    assert_true(const_to_i64(expr("len(\"abc\") << 2")->cval, &i));
    assert_int_equal(i, 12);
}

static void implicit_conversions_are_noted(void **state) {
    (void)state;
    check_source("type I interface{ M() }; type J interface{ M(); N() }\n"
                 "type T struct{}; func (T) M() {}; type S []int\n"
                 "var t1, t2, t3, t4, t5, t6, t7, t8, t9 T; var j1, j2 J; var s1 []int\n"
                 "var c1 chan int\n"
                 "var x I = t1\n"
                 "func g(i I, r ...I) I { return t2 }\n"
                 "func h() (a, b T) { return }\n"
                 "var m = map[interface{}]I{\"key\": (t3)}\n"
                 "func f(ch chan I, i I) {\n"
                 "  x = j1\n"
                 "  g(t4, j2, t5)\n"
                 "  ch <- t6\n"
                 "  var s S = s1\n"
                 "  var ro <-chan int = c1\n"
                 "  _, _ = s, ro\n"
                 "  println(i == t7, t8 == i)\n"
                 "  switch i { case t9: }\n"
                 "  g(h())\n"
                 "  x, _ = m[\"k2\"]\n"
                 "  delete(m, \"k3\")\n"
                 "  panic(\"p\")\n"
                 "}\n");
    static const char *const to_i[] = {"t1", "t2", "t4", "t5", "t6", "t7", "t8", "t9"};
    for (size_t i = 0; i < sizeof to_i / sizeof *to_i; i++)
        assert_string_equal(conv_of(to_i[i]), "I");
    assert_string_equal(conv_of("t3"), "I"); /* on the unparenthesised expression */
    assert_string_equal(conv_of("(t3)"), "-");
    assert_string_equal(conv_of("j1"), "I");
    assert_string_equal(conv_of("j2"), "I");
    assert_string_equal(conv_of("s1"), "S");
    assert_string_equal(conv_of("c1"), "<-chan int");
    assert_string_equal(conv_of("\"key\""), "interface{}");
    assert_string_equal(conv_of("\"k2\""), "interface{}");
    assert_string_equal(conv_of("\"k3\""), "interface{}");
    assert_non_null(expr("\"p\"")->conv);
    assert_string_equal(conv_of("h()"), "-"); /* components have no node */
    assert_string_equal(conv_of("m[\"k2\"]"), "-");
    assert_true(expr("m[\"k2\"]")->commaok);
}

static void selections_tell_the_way(void **state) {
    (void)state;
    check_source("type A struct{ u, f int }; func (A) V() {}; func (*A) P() {}\n"
                 "type B struct{ x int; A }; type C struct{ *B }\n"
                 "func g(a A, pa *A, b B, c C) {\n"
                 "  _ = b.f; _ = c.f\n"
                 "  a.V(); a.P(); pa.V(); pa.P(); b.P(); c.P()\n"
                 "  _ = (*A).V; _ = A.V\n"
                 "}\n");
    Selection *s = expr("b.f")->selector.sel;
    assert_int_equal(s->npath, 2);
    assert_int_equal(s->path[0], 1);
    assert_int_equal(s->path[1], 1);
    assert_false(s->indirect);
    s = expr("c.f")->selector.sel;
    assert_int_equal(s->npath, 3);
    assert_true(s->indirect);
    s = expr("a.V")->selector.sel;
    assert_false(s->addr_recv || s->deref_recv);
    assert_true(expr("a.P")->selector.sel->addr_recv);
    assert_true(expr("pa.V")->selector.sel->deref_recv);
    s = expr("pa.P")->selector.sel;
    assert_false(s->addr_recv || s->deref_recv);
    s = expr("c.P")->selector.sel;
    assert_true(s->addr_recv && s->indirect);
    assert_int_equal(s->npath, 2);
    assert_true(local("g", "a")->addrtaken);
    assert_true(local("g", "b")->addrtaken);
    assert_false(local("g", "c")->addrtaken);
    assert_int_equal(expr("(*A).V")->selector.sel->kind, SEL_METHODEXPR);
    assert_true(expr("(*A).V")->selector.sel->deref_recv);
    assert_string_equal(type_of("A.V"), "func(A)");
}

static void elided_literals(void **state) {
    (void)state;
    check_source("type T struct{ x int }\n"
                 "var a = []*T{{1}}; var b = map[T]*[]int{{2}: {3}}\n"
                 "var c = [...]int{7: 1, 2}\n");
    Node *e = expr("[]*T{…}")->complit.elems.v[0];
    assert_true(e->complit.ptr_elided);
    assert_string_equal(type_str(e->type, pkg), "*T");
    Node *kv = expr("map[T]*[]int{…}")->complit.elems.v[0];
    assert_false(kv->binary.x->complit.ptr_elided);
    assert_true(kv->binary.y->complit.ptr_elided);
    assert_string_equal(type_of("[...]int{…}"), "[9]int");
}

static void variables_and_captures(void **state) {
    (void)state;
    check_source("type P struct{ x int; a [3]int; p *int }\n"
                 "func f(param, unset int) (res int) {\n"
                 "  once, again, taken, arr, st, ptr := 1, 2, 3, [3]int{}, P{}, &P{}\n"
                 "  again++\n"
                 "  param = 5\n"
                 "  _ = &taken\n"
                 "  _ = arr[:]\n"
                 "  st.a[1] = 2\n"
                 "  ptr.x = 3\n"
                 "  for i, v := range arr { _, _ = i, v }\n"
                 "  func() {\n"
                 "    inner := once\n"
                 "    func() { _, _, _ = inner, again, unset }()\n"
                 "  }()\n"
                 "  defer func() { recover() }()\n"
                 "  return st.a[0]\n"
                 "}\n");
    assert_true(local("f", "again")->reassigned);
    assert_false(local("f", "once")->reassigned);
    assert_true(local("f", "param")->reassigned);
    assert_false(local("f", "unset")->reassigned);
    assert_true(local("f", "taken")->addrtaken);
    assert_true(local("f", "arr")->addrtaken);
    assert_false(local("f", "again")->addrtaken);
    assert_true(local("f", "st")->reassigned); /* a part of it */
    assert_false(local("f", "ptr")->reassigned);
    assert_false(local("f", "i")->reassigned); /* each iteration has its own */
    assert_true(local("f", "once")->captured);
    assert_true(local("f", "unset")->captured);
    assert_false(local("f", "taken")->captured);
    Func *outer = func("f"), *one = func("f.func1"), *two = func("f.func1.1");
    assert_int_equal(outer->captures.n, 0);
    assert_int_equal(one->captures.n, 3); /* its own and what it hands on */
    assert_int_equal(two->captures.n, 3);
    assert_ptr_equal(two->captures.v[0], local("f.func1", "inner"));
    assert_ptr_equal(two->outer, one);
    assert_true(outer->has_defer);
    assert_false(outer->calls_recover_directly);
    assert_true(func("f.func2")->calls_recover_directly);
}

static void branches_have_targets(void **state) {
    (void)state;
    check_source("func f(n int, i interface{}) {\n"
                 "L:\n"
                 "  for { switch n { case 1: fallthrough; case 2: continue L; default: break }\n"
                 "    goto M }\n"
                 "M:\n"
                 "  switch x := i.(type) { case int: _ = x; case nil, string: _ = x }\n"
                 "}\n");
    NodeList body = func("f")->body->block.stmts;
    Node *loop = body.v[0]->labeled.stmt, *sw = loop->for_.body->block.stmts.v[0];
    NodeList cases = sw->switch_.cases;
    assert_ptr_equal(cases.v[0]->case_.body.v[0]->branch.target, cases.v[1]);
    assert_ptr_equal(cases.v[1]->case_.body.v[0]->branch.target, loop);
    assert_ptr_equal(cases.v[2]->case_.body.v[0]->branch.target, sw);
    assert_ptr_equal(loop->for_.body->block.stmts.v[1]->branch.target, body.v[1]);
    assert_true(func("f")->has_goto);
    cases = body.v[1]->labeled.stmt->typeswitch.cases;
    assert_string_equal(type_str(cases.v[0]->case_.obj->type, pkg), "int");
    assert_string_equal(type_str(cases.v[1]->case_.obj->type, pkg), "interface{}");
    assert_string_equal(type_str_wide(cases.v[1]->case_.obj->type, pkg), "interface {}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(untyped_values_get_types),
        cmocka_unit_test(constants_are_folded),
        cmocka_unit_test(implicit_conversions_are_noted),
        cmocka_unit_test(selections_tell_the_way),
        cmocka_unit_test(elided_literals),
        cmocka_unit_test(variables_and_captures),
        cmocka_unit_test(branches_have_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
