/* parse_test.c - the tree that the parser builds: shapes where the grammar is ambiguous, positions,
 * directives, and the text of expressions. */
#include "syntax/ast.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

static int setup(void **state) {
    (void)state;
    base_reset();
    return 0;
}

/* Parses text that must be correct, from a copy that is gone afterwards. */
static File *parse(const char *src) {
    size_t n = strlen(src);
    char *exact = malloc(n ? n : 1);
    memcpy(exact, src, n);
    File *f = parse_file("t.go", exact, n);
    free(exact);
    diag_flush(stderr, true);
    assert_int_equal(error_count(), 0);
    return f;
}

static Node *decl(const char *src) {
    File *f = parse(xprintf("package p\n%s", src));
    assert_int_equal(f->decls.n, 1);
    return f->decls.v[0];
}

static Node *expr_of(const char *src) {
    return decl(xprintf("var _ = %s", src))->var.values.v[0];
}
static Node *type_of(const char *src) {
    return decl(xprintf("var _ %s", src))->var.typ;
}

static Node *stmt_of(const char *src) {
    Node *body = decl(xprintf("func f() {\n%s\n}", src))->func.body;
    assert_int_equal(body->block.stmts.n, 1);
    return body->block.stmts.v[0];
}

static void at(Pos p, unsigned line, unsigned col) {
    assert_int_equal(p.line, line);
    assert_int_equal(p.col, col);
}

/* --- text --- */

static void expressions_print_as_written(void **state) {
    (void)state;
    static const char *const same[] = {
        "a",
        "1_000",
        "\"x\\n\"",
        "(a + b) * c",
        "a + b*c",
        "-x",
        "!x && <-y || ^z == +w",
        "&x",
        "*p.q",
        "(*p).q",
        "f(a, b...)",
        "f()",
        "a[i]",
        "a[i:j]",
        "a[:]",
        "a[:j:k]",
        "x.(T)",
        "x.y.z",
        "F[int, string](1)",
        "[]int{}",
        "[...]T{…}",
        "map[string]int{…}",
        "T{…}",
        "struct{}{}",
        "func(a, b int, c ...string) (x, y int) {…}",
        "func() {}",
        "func(int, T) error {…}",
        "[]byte(s)",
        "(<-chan int)(c)",
        "interface{}(x)",
        "a &^ b << c >> d % e",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        base_reset();
        Buf src = {0};
        for (const char *p = same[i]; *p; p++) {
            if (strncmp(p, "{…}", 5) != 0) {
                buf_putc(&src, *p);
                continue;
            }
            buf_puts(&src, strncmp(same[i], "func", 4) == 0 ? "{ return }" : "{1: 2, 3: {4}}");
            p += 4;
        }
        char *text = expr_str(expr_of(buf_str(&src)));
        /* Go's compiler prints every binary operator with blanks. */
        assert_string_equal(text, strcmp(same[i], "a + b*c") == 0 ? "a + b * c" : same[i]);
    }
}

static void types_print_as_written(void **state) {
    (void)state;
    static const char *const same[] = {
        "[]int",
        "[10]*T",
        "map[string][]p.T",
        "chan int",
        "<-chan int",
        "chan<- int",
        "chan (<-chan int)",
        "chan<- chan int",
        "chan chan<- int",
        "func()",
        "func(int, ...string)",
        "func(a, b int, c string) (x, y int)",
        "func(T) (int, error)",
        "struct{}",
        "struct{a, b int; c string; T; *p.U}",
        "struct{a int \"tag\"; T `x`}",
        "interface{}",
        "interface{M(int) string; N(); E; ~int | ~string; []T}",
        "List[int]",
        "p.Map[K, *V]",
        "struct{List[int]; a [3]int; b []T; p.G[x, y]}",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        base_reset();
        assert_string_equal(expr_str(type_of(same[i])), same[i]);
    }
}

static void lists_print_with_commas(void **state) {
    (void)state;
    Node *s = stmt_of("a, b.c = f(), 1");
    assert_string_equal(exprs_str(&s->assign.lhs), "a, b.c");
    assert_string_equal(expr_str(s), "a, b.c = f(), 1");
    assert_string_equal(expr_str(stmt_of("x++")), "x++");
    assert_string_equal(expr_str(stmt_of("x <<= 1")), "x <<= 1");
    assert_string_equal(expr_str(stmt_of("a, b := 1, 2")), "a, b := 1, 2");
    assert_string_equal(expr_str(stmt_of("c <- 1")), "c <- 1");
}

/* --- precedence and association --- */

static void operators_bind_as_they_should(void **state) {
    (void)state;
    Node *x = expr_of("a || b && c == d + e * -f");
    static const Op ops[] = {OP_OROR, OP_ANDAND, OP_EQ, OP_ADD, OP_MUL};
    for (int i = 0; i < 5; i++, x = x->binary.y) {
        assert_int_equal(x->kind, N_BINARY);
        assert_int_equal(x->op, ops[i]);
    }
    assert_int_equal(x->kind, N_UNARY);
    x = expr_of("a - b - c");
    assert_int_equal(x->binary.x->kind, N_BINARY);
    assert_int_equal(x->binary.y->kind, N_IDENT);
    x = expr_of("*a.b[0]()");
    assert_int_equal(x->kind, N_STAR);
    assert_int_equal(x->unary.x->kind, N_CALL);
    x = expr_of("&(T{})");
    assert_int_equal(x->unary.x->kind, N_COMPLIT);
    x = expr_of("<-chan<- int(nil)");
    assert_int_equal(x->kind, N_UNARY);
    assert_int_equal(x->op, OP_RECV);
}

static void arrows_belong_to_channel_types(void **state) {
    (void)state;
    Node *t = expr_of("(<-chan (chan<- int))(c)")->call.fun->paren.x;
    assert_int_equal(t->kind, N_CHANTYPE);
    assert_int_equal(t->chantype.dir, CHAN_RECV);
    t = expr_of("(<-chan <-chan int)(c)")->call.fun->paren.x;
    assert_int_equal(t->chantype.dir, CHAN_RECV);
    assert_int_equal(t->chantype.elem->chantype.dir, CHAN_RECV);
    t = type_of("chan<- chan int");
    assert_int_equal(t->chantype.dir, CHAN_SEND);
    assert_int_equal(t->chantype.elem->chantype.dir, CHAN_BOTH);
}

/* --- brackets and braces --- */

static void brackets_behind_a_type_name(void **state) {
    (void)state;
    static const struct {
        const char *src;
        int tparams;
        NodeKind typ;
    } cases[] = {
        {"type T [N]int", 0, N_ARRAYTYPE},
        {"type T [N + 1]int", 0, N_ARRAYTYPE},
        {"type T [P * Q]int", 0, N_ARRAYTYPE},
        {"type T [f(x)]int", 0, N_ARRAYTYPE},
        {"type T [2]int", 0, N_ARRAYTYPE},
        {"type T [...]int", 0, N_ARRAYTYPE},
        {"type T []int", 0, N_SLICETYPE},
        {"type T [P any] int", 1, N_IDENT},
        {"type T [P *Q,] int", 1, N_IDENT},
        {"type T [P *struct{}] int", 1, N_IDENT},
        {"type T [P (Q),] int", 1, N_IDENT},
        {"type T [P ([]int)] int", 1, N_IDENT},
        {"type T [P *Q|int,] int", 1, N_IDENT},
        {"type T [P *Q|~int] int", 1, N_IDENT},
        {"type T [P []E, E any] []P", 2, N_SLICETYPE},
        {"type T [P, Q any] struct{}", 2, N_STRUCTTYPE},
        {"type T [P interface{ ~int | string }] struct{}", 1, N_STRUCTTYPE},
        {"type T [P ~int] struct{}", 1, N_STRUCTTYPE},
        {"type T [P p.C[int]] struct{}", 1, N_STRUCTTYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        base_reset();
        Node *d = decl(cases[i].src);
        assert_int_equal(d->typedecl.tparams.n, cases[i].tparams);
        assert_int_equal(d->typedecl.typ->kind, cases[i].typ);
        for (int k = 0; k < d->typedecl.tparams.n; k++) {
            assert_non_null(d->typedecl.tparams.v[k]->field.name);
            assert_non_null(d->typedecl.tparams.v[k]->field.typ);
        }
    }
    Node *d = decl("type T [P *Q|R, S any] int");
    assert_string_equal(expr_str(d->typedecl.tparams.v[0]->field.typ), "*Q | R");
    assert_true(decl("type A = []int")->typedecl.alias);
    assert_false(decl("type A []int")->typedecl.alias);
}

static void brackets_behind_a_field_name(void **state) {
    (void)state;
    NodeList f = type_of("struct{ a [n]int; b []int; C[n]; D[x, y]; E[n,] }")->structtype.fields;
    static const NodeKind kinds[] = {N_ARRAYTYPE, N_SLICETYPE, N_INDEX, N_INDEX, N_INDEX};
    assert_int_equal(f.n, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(f.v[i]->field.typ->kind, kinds[i]);
        assert_int_equal(f.v[i]->field.name != NULL, i < 2);
    }
}

static void braces_in_headers_begin_blocks(void **state) {
    (void)state;
    Node *s = stmt_of("if x == T { }");
    assert_int_equal(s->if_.cond->binary.y->kind, N_IDENT);
    s = stmt_of("if x == (T{}) { }");
    assert_int_equal(s->if_.cond->binary.y->kind, N_PAREN);
    s = stmt_of("for _, x := range []T{{}} { }");
    assert_int_equal(s->range.x->kind, N_COMPLIT);
    s = stmt_of("switch x := f(T{}); x { case T{}: }");
    assert_int_equal(s->switch_.cases.v[0]->case_.exprs.v[0]->kind, N_COMPLIT);
    s = stmt_of("if f := func() T { return T{} }; f() == g { }");
    assert_int_equal(s->if_.cond->kind, N_BINARY);
    s = stmt_of("for a[T{}] { }");
    assert_int_equal(s->for_.cond->kind, N_INDEX);
}

static void parameters(void **state) {
    (void)state;
    Node *t = type_of("func(a, b int, c ...[]string) (int, error)");
    NodeList p = t->functype.params, r = t->functype.results;
    assert_int_equal(p.n, 3);
    assert_string_equal(p.v[1]->field.name->ident.name, "b");
    assert_ptr_equal(p.v[0]->field.typ, p.v[1]->field.typ);
    assert_int_equal(p.v[2]->field.typ->kind, N_ELLIPSIS);
    assert_int_equal(r.n, 2);
    assert_null(r.v[0]->field.name);
    t = type_of("func(a, b, p.c, []d, e[f])");
    assert_int_equal(t->functype.params.n, 5);
    for (int i = 0; i < 5; i++) assert_null(t->functype.params.v[i]->field.name);
    Node *d = decl("func (r *T[P]) m(x P) (y P)");
    assert_string_equal(expr_str(d->func.recv->field.typ), "*T[P]");
    assert_null(d->func.body);
    d = decl("func F[K comparable, V any](m map[K]V) {}");
    assert_int_equal(d->func.typ->functype.tparams.n, 2);
    assert_non_null(d->func.body);
}

/* --- statements --- */

static void type_switches(void **state) {
    (void)state;
    Node *s = stmt_of("switch a := 1; x := y.(type) {\ncase int, nil:\ndefault:\n}");
    assert_int_equal(s->kind, N_TYPESWITCH);
    assert_int_equal(s->typeswitch.init->kind, N_ASSIGN);
    assert_string_equal(s->typeswitch.bind->ident.name, "x");
    assert_string_equal(expr_str(s->typeswitch.x), "y");
    assert_int_equal(s->typeswitch.cases.n, 2);
    assert_int_equal(s->typeswitch.cases.v[0]->case_.exprs.n, 2);
    assert_true(s->typeswitch.cases.v[1]->case_.is_default);
    at(s->pos, 3, 1);
    s = stmt_of("switch f(func() { switch z.(type) {} }).(type) {}");
    assert_int_equal(s->kind, N_TYPESWITCH);
    assert_null(s->typeswitch.bind);
}

static void loops(void **state) {
    (void)state;
    Node *s = stmt_of("for i := 0; i < n; i++ {}");
    assert_int_equal(s->kind, N_FOR);
    assert_int_equal(s->for_.init->kind, N_ASSIGN);
    assert_int_equal(s->for_.cond->kind, N_BINARY);
    assert_int_equal(s->for_.post->kind, N_INCDEC);
    s = stmt_of("for ;; {}");
    assert_true(!s->for_.init && !s->for_.cond && !s->for_.post);
    s = stmt_of("for x {}");
    assert_true(!s->for_.init && s->for_.cond);
    s = stmt_of("for {}");
    assert_null(s->for_.cond);
    s = stmt_of("for k, v := range m {}");
    assert_int_equal(s->kind, N_RANGE);
    assert_true(s->range.define && s->range.key && s->range.val);
    at(s->pos, 3, 1);
    s = stmt_of("for a[0] = range m {}");
    assert_true(!s->range.define && s->range.key && !s->range.val);
    s = stmt_of("for range m {}");
    assert_null(s->range.key);
}

static void other_statements(void **state) {
    (void)state;
    Node *s = stmt_of("L: for { break L; continue; goto L }");
    assert_int_equal(s->kind, N_LABELED);
    NodeList body = s->labeled.stmt->for_.body->block.stmts;
    assert_int_equal(body.v[0]->branch.br, BR_BREAK);
    assert_string_equal(body.v[0]->branch.label->ident.name, "L");
    assert_null(body.v[1]->branch.label);
    assert_int_equal(body.v[2]->branch.br, BR_GOTO);
    s = stmt_of("_: ");
    assert_int_equal(s->labeled.stmt->kind, N_EMPTY);
    s = stmt_of("select { case c <- 1: case x, ok := <-c: f(); g() \n default: }");
    assert_int_equal(s->select.cases.n, 3);
    assert_int_equal(s->select.cases.v[0]->comm.comm->kind, N_SEND);
    assert_int_equal(s->select.cases.v[1]->comm.body.n, 2);
    assert_null(s->select.cases.v[2]->comm.comm);
    s = stmt_of("if a := 1; b {} else if c {} else {}");
    assert_int_equal(s->if_.els->kind, N_IF);
    assert_int_equal(s->if_.els->if_.els->kind, N_BLOCK);
    assert_int_equal(stmt_of("go f(x)")->unary.x->kind, N_CALL);
    assert_int_equal(stmt_of("defer func() {}()")->kind, N_DEFER);
    assert_int_equal(stmt_of("return a, b")->ret.results.n, 2);
    assert_int_equal(stmt_of("var (a int; b = 1)")->declstmt.decls.n, 2);
    assert_int_equal(stmt_of("x &^= y")->op, OP_ANDNOT);
    assert_int_equal(stmt_of("x--")->op, OP_SUB);
}

/* --- declarations --- */

static void constants_repeat_and_count(void **state) {
    (void)state;
    File *f =
        parse("package p\nconst a = iota\nconst (\n\tb, c T = iota, 1\n\td, e\n\t_\n\tg = 2\n)");
    static const struct {
        int iota, values;
        bool inherited;
    } want[] = {{0, 1, false}, {0, 2, false}, {1, 2, true}, {2, 2, true}, {3, 1, false}};
    assert_int_equal(f->decls.n, 5);
    for (int i = 0; i < 5; i++) {
        Node *d = f->decls.v[i];
        assert_int_equal(d->kind, N_CONST);
        assert_int_equal(d->var.iota, want[i].iota);
        assert_int_equal(d->var.values.n, want[i].values);
        assert_int_equal(d->var.inherited, want[i].inherited);
    }
    assert_ptr_equal(f->decls.v[2]->var.typ, f->decls.v[1]->var.typ);
    assert_null(f->decls.v[4]->var.typ);
}

static void imports(void **state) {
    (void)state;
    File *f = parse("package p\nimport \"a\"\nimport (\n. \"b\"\n_ \"c\"\nd \"e/f\"\n)\nvar x int");
    static const char *const names[] = {NULL, ".", "_", "d"};
    assert_int_equal(f->decls.n, 5);
    for (int i = 0; i < 4; i++) {
        Node *d = f->decls.v[i];
        assert_int_equal(d->kind, N_IMPORT);
        if (names[i]) assert_string_equal(d->import.name->ident.name, names[i]);
        if (!names[i]) assert_null(d->import.name);
    }
    assert_int_equal(f->decls.v[3]->import.path->lit.text.n, 5);
    assert_string_equal(f->pkgname->ident.name, "p");
}

static void directives(void **state) {
    (void)state;
    File *f = parse("//go:build linux\npackage p\n"
                    "//go:linkname a b.c\n//go:linkname d\n"
                    "//go:noinline\n//go:nosplit\n// text\nfunc f()\n"
                    "func g()\n"
                    "//go:notinheap\ntype T int\n"
                    "//go:unheard of\nvar x int\n");
    assert_int_equal(f->decls.v[0]->func.pragmas,
                     PRAGMA_NOINLINE | PRAGMA_NOSPLIT | PRAGMA_NOCHECKPTR);
    assert_int_equal(f->decls.v[1]->func.pragmas, 0);
    assert_int_equal(f->decls.v[2]->typedecl.pragmas, PRAGMA_NOTINHEAP);
    assert_int_equal(f->linknames.n, 2);
    assert_string_equal(f->linknames.v[0].local, "a");
    assert_string_equal(f->linknames.v[0].target, "b.c");
    assert_null(f->linknames.v[1].target);
    at(f->linknames.v[0].pos, 3, 3);
}

/* --- positions --- */

static void expressions_stand_where_go_puts_them(void **state) {
    (void)state;
    /*            "var _ = " is 8 columns wide */
    static const struct {
        const char *src;
        unsigned col, end;
    } cases[] = {
        {"a + b", 11, 14},   {"f(x, y)", 10, 15}, {"a.bc", 10, 13},     {"a[i]", 10, 12},
        {"ab[i:j]", 11, 15}, {"x.(T)", 10, 13},   {"T{1}", 10, 12},     {"func() {}", 9, 17},
        {"(a)", 9, 11},      {"-a", 9, 11},       {"*a", 9, 11},        {"\"abc\"", 9, 14},
        {"[]T{}", 12, 13},   {"&T{}", 9, 12},     {"p.q.r(1)", 14, 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        base_reset();
        Node *x = expr_of(cases[i].src);
        at(x->pos, 2, cases[i].col);
        at(start_pos(x), 2, 9);
        at(end_pos(x), 2, cases[i].end);
    }
}

static void statements_stand_where_go_puts_them(void **state) {
    (void)state;
    at(stmt_of("a = b")->pos, 3, 3);
    at(stmt_of("a := b")->pos, 3, 3);
    at(stmt_of("a += b")->pos, 3, 3);
    at(stmt_of("a++")->pos, 3, 2);
    at(stmt_of("c <- x")->pos, 3, 3);
    at(stmt_of("f(x)")->pos, 3, 2);
    at(stmt_of("_: f()")->pos, 3, 2);
    at(stmt_of("if x {}")->pos, 3, 1);
    at(stmt_of("return x")->pos, 3, 1);
    at(start_pos(stmt_of("a.b = c")), 3, 1);
    at(end_pos(stmt_of("if x {\n}")), 4, 1);
    at(end_pos(stmt_of("switch x {\n\n}")), 5, 1);
    Node *d = decl("func (t T) m() {\n}");
    at(d->pos, 2, 6);
    at(d->func.typ->pos, 2, 13);
    at(d->func.body->block.rbrace, 3, 1);
    at(end_pos(d), 3, 1);
    at(decl("var ab = 1")->pos, 2, 5);
}

static void line_directives_show(void **state) {
    (void)state;
    File *f = parse("package p\n//line x.go:100\nvar a int\n/*line y.go:7:9*/var b int\nvar c int\n"
                    "//line :3:4\nvar d int\n // line no\n\t//line no.go:1\nvar e int\n");
    static const char *const want[] = {"x.go:100", "y.go:7:13", "y.go:8:5", "y.go:3:8", "y.go:6:5"};
    for (int i = 0; i < 5; i++) assert_string_equal(pos_str(f->decls.v[i]->pos), want[i]);
    at(f->decls.v[0]->pos, 3, 5);
}

/* --- size --- */

static char *repeat(const char *head, const char *a, int n, const char *mid, const char *b) {
    Buf s = {0};
    buf_puts(&s, head);
    for (int i = 0; i < n; i++) buf_puts(&s, a);
    buf_puts(&s, mid);
    for (int i = 0; i < n; i++) buf_puts(&s, b);
    return buf_str(&s);
}

static void wide_is_not_deep(void **state) {
    (void)state;
    Node *x = expr_of(repeat("T{", "a+b+(c*d), f(x).y[z], {1}, ", 50000, "}", ""));
    assert_int_equal(x->complit.elems.n, 150000);
    x = expr_of(repeat("a", "+b", 9000, "", ""));
    assert_int_equal(x->kind, N_BINARY);
    expr_str(x);
    x = expr_of(repeat("", "(", 900, "1", ")"));
    assert_int_equal(x->kind, N_PAREN);
    parse(repeat("package p\nfunc f() {", "if x {} ; { g() } ; ", 20000, "}", ""));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        TEST(expressions_print_as_written),
        TEST(types_print_as_written),
        TEST(lists_print_with_commas),
        TEST(operators_bind_as_they_should),
        TEST(arrows_belong_to_channel_types),
        TEST(brackets_behind_a_type_name),
        TEST(brackets_behind_a_field_name),
        TEST(braces_in_headers_begin_blocks),
        TEST(parameters),
        TEST(type_switches),
        TEST(loops),
        TEST(other_statements),
        TEST(constants_repeat_and_count),
        TEST(imports),
        TEST(directives),
        TEST(expressions_stand_where_go_puts_them),
        TEST(statements_stand_where_go_puts_them),
        TEST(line_directives_show),
        TEST(wide_is_not_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
