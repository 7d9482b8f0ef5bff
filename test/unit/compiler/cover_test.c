/* cover_test.c - where coverage puts its counters: at the places that Go 1.27's `go tool cover -mode=set` gives this source. */
#include "syntax/cover.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static const char source[] = "package p\n"
                             "\n"
                             "import \"fmt\"\n"
                             "\n"
                             "func plain() {\n"
                             "	a := 1\n"
                             "	b := 2\n"
                             "\n"
                             "	// a comment, which no counter covers\n"
                             "	fmt.Println(a,\n"
                             "		b)\n"
                             "}\n"
                             "\n"
                             "func empty() {}\n"
                             "\n"
                             "func branches(n int, c chan int) (s string) {\n"
                             "	if x := n; x > 3 {\n"
                             "		return \"big\"\n"
                             "	} else if x == 2 {\n"
                             "		s = \"two\"\n"
                             "	} else {\n"
                             "		s = \"?\"\n"
                             "	}\n"
                             "	switch {\n"
                             "	case n == 1:\n"
                             "		fallthrough\n"
                             "	case n == 2:\n"
                             "	default:\n"
                             "		panic(\"n\")\n"
                             "	}\n"
                             "	switch y := any(n).(type) {\n"
                             "	case int:\n"
                             "		_ = y\n"
                             "	}\n"
                             "	select {\n"
                             "	case v := <-c:\n"
                             "		_ = v\n"
                             "	default:\n"
                             "	}\n"
                             "	switch {\n"
                             "	}\n"
                             "	return\n"
                             "}\n"
                             "\n"
                             "func labels(n int) {\n"
                             "again:\n"
                             "	n++\n"
                             "outer:\n"
                             "	for i := range n {\n"
                             "		for {\n"
                             "			if i == 2 {\n"
                             "				continue outer\n"
                             "			}\n"
                             "			break outer\n"
                             "		}\n"
                             "	}\n"
                             "	if n < 5 {\n"
                             "		goto again\n"
                             "	} /* behind */\n"
                             "	{\n"
                             "		n = 1\n"
                             "	}\n"
                             "\n"
                             "	const (\n"
                             "		k = 1\n"
                             "\n"
                             "		// between\n"
                             "\n"
                             "		l\n"
                             "	)\n"
                             "	goto end\n"
                             "end:\n"
                             "}\n"
                             "\n"
                             "type T[P any] struct{}\n"
                             "\n"
                             "func (t *T[P]) generic() { defer func() { recover() }() }\n"
                             "func (t *named) pointer() int {\n"
                             "	f := func(x int) int { return x }; return f(1) +\n"
                             "		f(2)\n"
                             "}\n"
                             "\n"
                             "type named int\n"
                             "\n"
                             "var literal = func() int { return 1 }\n"
                             "\n"
                             "func _() { fmt.Println(\"never\") }\n"
                             "\n"
                             "const (\n"
                             "	c0 = len([1]func(){func() {}})\n"
                             "	c1\n"
                             ")\n";

/* line.column of the beginning and the end, number of statements */
static const char units[] = "6.2,8.1 2\n"
                            "10.2,12.1 1\n"
                            "14.15,14.15 0\n"
                            "17.2,17.19 1\n"
                            "24.2,24.9 1\n"
                            "31.2,31.28 1\n"
                            "35.2,35.9 1\n"
                            "40.2,40.9 1\n"
                            "42.2,42.8 1\n"
                            "18.3,19.1 1\n"
                            "19.9,19.19 1\n"
                            "20.3,21.1 1\n"
                            "22.3,23.1 1\n"
                            "26.3,26.14 1\n"
                            "27.14,27.14 0\n"
                            "29.3,29.13 1\n"
                            "33.3,33.8 1\n"
                            "37.3,37.8 1\n"
                            "38.10,38.10 0\n"
                            "45.20,45.20 0\n"
                            "47.2,49.19 2\n"
                            "57.2,57.11 1\n"
                            "64.2,71.10 2\n"
                            "50.3,50.7 1\n"
                            "51.4,51.14 1\n"
                            "54.4,54.15 1\n"
                            "52.5,52.19 1\n"
                            "58.3,58.13 1\n"
                            "61.3,62.1 1\n"
                            "77.28,77.41 1\n"
                            "77.43,77.54 1\n"
                            "79.2,79.23 1\n"
                            "79.37,80.7 1\n"
                            "79.25,79.35 1\n"
                            "85.28,85.38 1\n"
                            "90.29,90.29 0\n";

static Cover *cover(const char *text) {
    base_reset();
    File *f = parse_file("t.go", text, strlen(text));
    assert_int_equal(error_count(), 0);
    Cover *c = new_(Cover);
    *c = (Cover){.path = "p", .shown = "p", .name = "p", .module = "", .mode = COVER_SET};
    cover_file(c, f, (Str){text, strlen(text)}, "p/t.go");
    return c;
}

static void places_are_those_of_go(void **state) {
    (void)state;
    const Cover *c = cover(source);
    Buf got = {0};
    for (int i = 0; i < c->funcs.n; i++)
        for (int k = 0; k < c->funcs.v[i]->units.n; k++) {
            const CoverUnit *u = &c->funcs.v[i]->units.v[k];
            buf_printf(&got, "%u.%u,%u.%u %u\n", u->line, u->col, u->end_line, u->end_col,
                       u->stmts);
        }
    assert_string_equal(buf_str(&got), units);
}

static void functions_have_go_s_names(void **state) {
    (void)state;
    const Cover *c = cover(source);
    Buf got = {0};
    for (int i = 0; i < c->funcs.n; i++)
        buf_printf(&got, "%s%s ", c->funcs.v[i]->name, c->funcs.v[i]->literal ? "!" : "");
    assert_string_equal(buf_str(&got), "plain empty branches labels generic *named.pointer "
                                       "func.L85.C15! func.L90.C21! ");
}

/* Every counter has a word of its own, behind the head of its function. */
static void count_words(Node *n, void *ctx) {
    if (n->kind == N_EMPTY && n->empty.cover) {
        uint8_t *used = ctx;
        assert_true(n->empty.word < n->empty.cover->words);
        assert_false(used[n->empty.word]++);
    }
    walk_children(n, count_words, ctx);
}

static void counters_are_in_the_tree(void **state) {
    (void)state;
    base_reset();
    static const char text[] =
        "package p\nfunc a(x int) { if x > 0 { a(1) } else if x < 0 { a(2) } }\n"
        "func b() { L: b(); func() {}(); goto L }\n";
    File *f = parse_file("t.go", text, strlen(text));
    Cover c = {.path = "p", .shown = "p", .name = "p", .module = "", .mode = COVER_COUNT};
    cover_file(&c, f, (Str){text, strlen(text)}, "p/t.go");
    uint8_t used[64] = {0};
    for (int i = 0; i < f->decls.n; i++) count_words(f->decls.v[i], used);
    int n = 0, units = 0;
    for (int i = 0; i < c.words; i++) n += used[i];
    for (int i = 0; i < c.funcs.n; i++) units += c.funcs.v[i]->units.n;
    assert_int_equal(n, units);
    assert_int_equal(c.words, units + 2 * COVER_HEAD);
    assert_false(used[0] || used[1] || used[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_those_of_go),
        cmocka_unit_test(functions_have_go_s_names),
        cmocka_unit_test(counters_are_in_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
