/* testmain.c - the package main of a test: a list of the functions that package testing is to run.
 *
 * They are found in the checked files: TestXxx(*testing.T), BenchmarkXxx, FuzzXxx, TestMain(*testing.M), and ExampleXxx() where
 * the last comment of the body says what the example prints.
 */
#define _GNU_SOURCE /* memmem */
#include "golem.h"

#include <ctype.h>
#include <stdlib.h>

typedef struct Listing {
    Buf tests, benchmarks, fuzz, examples;
    const char *main; /* "_test" or "_xtest": who has TestMain */
    bool use[2];      /* the package, its external tests */
} Listing;

/* "Test", "TestX", "Test_x", not "Testing". */
static bool has_word(const char *name, const char *prefix) {
    size_t n = strlen(prefix);
    if (strncmp(name, prefix, n) != 0) return false;
    unsigned char c = (unsigned char)name[n];
    return !c || !islower(c);
}

/* Whether the only parameter is a pointer to a type of that name of package testing. */
static bool takes(const Func *f, const char *type) {
    const Node *t = f->decl->func.typ;
    if (t->functype.params.n != 1 || t->functype.results.n || t->functype.tparams.n) return false;
    const Node *p = unparen(t->functype.params.v[0]->field.typ);
    if (p->kind != N_STAR) return false;
    p = unparen(p->unary.x);
    const Node *name = p->kind == N_SELECTOR ? p->selector.name : p;
    return name->kind == N_IDENT && strcmp(name->ident.name, type) == 0;
}

/* --- examples --- */

/* The text of the lines from..to, as they stand. */
static Str lines_of(Str src, uint32_t from, uint32_t to) {
    const char *p = src.p, *end = src.p + src.n, *start = NULL;
    uint32_t line = 1;
    for (; p < end && line <= to; line++) {
        if (line == from) start = p;
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        p = nl ? nl + 1 : end;
    }
    return start ? (Str){start, (size_t)(p - start)} : (Str){"", 0};
}

/* The last comment of a body: its text without marks, or NULL. */
static char *last_comment(Str body) {
    Buf text = {0};
    bool going = false, any = false, block = false;
    for (const char *p = body.p, *end = p + body.n; p < end;) {
        const char *nl = memchr(p, '\n', (size_t)(end - p)), *s = p;
        if (!nl) nl = end;
        while (s < nl && (*s == ' ' || *s == '\t')) s++;
        const char *stop = nl;
        while (stop > s && isspace((unsigned char)stop[-1])) stop--;
        bool opens = !block && stop - s >= 2 && s[0] == '/' && s[1] == '*',
             line = !block && stop - s >= 2 && s[0] == '/' && s[1] == '/';
        if ((opens || line) && !going) text.n = 0;
        if (opens || line) {
            s += 2;
            if (line && s < stop && *s == ' ') s++;
            any = true;
        }
        if (opens) block = true;
        if (block || line) {
            const char *close = block ? memmem(s, (size_t)(stop - s), "*/", 2) : NULL;
            if (s < (close ? close : stop) || line)
                buf_put(&text, s, (size_t)((close ? close : stop) - s));
            buf_putc(&text, '\n');
            if (close) block = false;
        }
        going = block || line;
        p = nl + 1;
    }
    return any ? xstrdup(buf_str(&text)) : NULL;
}

/* What the example is to print: false if no comment says it. */
static bool wanted_output(const SrcFile *file, const Func *f, const char **output,
                          bool *unordered) {
    Str body = lines_of(file->src, f->decl->pos.line, f->body->block.rbrace.line);
    const char *s = last_comment(body);
    if (!s) return false;
    while (isspace((unsigned char)*s)) s++;
    *unordered = strncasecmp(s, "unordered ", 10) == 0;
    if (*unordered) s += 10;
    if (strncasecmp(s, "output:", 7) != 0) return false;
    s += 7;
    while (*s == ' ') s++;
    *output = *s == '\n' ? s + 1 : s;
    return true;
}

static void go_string(Buf *b, const char *s) {
    buf_putc(b, '"');
    for (; *s; s++) {
        if (*s == '\n')
            buf_puts(b, "\\n");
        else if (*s == '"' || *s == '\\' || (unsigned char)*s < ' ')
            buf_printf(b, "\\x%02x", (unsigned char)*s);
        else
            buf_putc(b, *s);
    }
    buf_putc(b, '"');
}

/* --- the list --- */

static void take(Listing *l, const SrcFile *file, const Func *f, const char *package, int which) {
    const char *name = f->obj->name;
    if (f->recv || !f->body) return;
    const char *output;
    bool unordered;
    if (strcmp(name, "TestMain") == 0 && takes(f, "M")) {
        l->main = package;
    } else if (has_word(name, "Test") && takes(f, "T")) {
        buf_printf(&l->tests, "\t{\"%s\", %s.%s},\n", name, package, name);
    } else if (has_word(name, "Benchmark") && takes(f, "B")) {
        buf_printf(&l->benchmarks, "\t{\"%s\", %s.%s},\n", name, package, name);
    } else if (has_word(name, "Fuzz") && takes(f, "F")) {
        buf_printf(&l->fuzz, "\t{\"%s\", %s.%s},\n", name, package, name);
    } else if (has_word(name, "Example") && !f->decl->func.typ->functype.params.n &&
               wanted_output(file, f, &output, &unordered)) {
        buf_printf(&l->examples, "\t{\"%s\", %s.%s, ", name, package, name);
        go_string(&l->examples, output);
        buf_printf(&l->examples, ", %s},\n", unordered ? "true" : "false");
    } else {
        return;
    }
    l->use[which] = true;
}

/* Those of the node's test files; the files of the package are those of the node, in order. */
static void list_node(Listing *l, const PkgNode *n, const char *package, int which) {
    const Package *p = n->pkg;
    for (int i = 0; i < p->funcs.n; i++) {
        const Func *f = p->funcs.v[i];
        for (int k = 0; k < p->files.n && k < n->files.n; k++)
            if (p->files.v[k]->file == f->decl->pos.file && is_test_file(n->files.v[k]->name))
                take(l, n->files.v[k], f, package, which);
    }
}

Str test_main(const Build *b, const TestNodes *t) {
    Listing l = {0};
    bool own = t->pkg->folder.test.n > 0;
    if (own) list_node(&l, t->pkg, "_test", 0);
    if (t->xtest) list_node(&l, t->xtest, "_xtest", 1);
    Buf out = {0};
    const char *path = t->plain->path;
    buf_puts(
        &out,
        "package main\n\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"testing/internal/testdeps\"\n");
    Buf cover = {0};
    cover_test_main(&out, &cover, path);
    if (l.main) buf_puts(&out, "\t\"reflect\"\n");
    if (t->pkg->files.n) buf_printf(&out, "\t%s \"%s\"\n", l.use[0] ? "_test" : "_", path);
    if (t->xtest) buf_printf(&out, "\t%s \"%s\"\n", l.use[1] ? "_xtest" : "_", t->xtest->path);
    buf_printf(&out, ")\n\nvar tests = []testing.InternalTest{\n%s}\n\n", buf_str(&l.tests));
    buf_printf(&out, "var benchmarks = []testing.InternalBenchmark{\n%s}\n\n",
               buf_str(&l.benchmarks));
    buf_printf(&out, "var fuzzTargets = []testing.InternalFuzzTarget{\n%s}\n\n", buf_str(&l.fuzz));
    buf_printf(&out, "var examples = []testing.InternalExample{\n%s}\n\n", buf_str(&l.examples));
    buf_printf(&out, "func init() {\n\ttestdeps.ImportPath = \"%s\"\n", path);
    if (b->ctx.release >= 27 && t->plain->module)
        buf_printf(&out, "\ttestdeps.ModulePath = \"%s\"\n", t->plain->module->path);
    buf_puts(&out, buf_str(&cover));
    buf_puts(&out, "}\n\nfunc main() {\n\tm := testing.MainStart(testdeps.TestDeps{}, tests, "
                   "benchmarks, fuzzTargets, examples)\n");
    if (l.main)
        buf_printf(&out,
                   "\t%s.TestMain(m)\n\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName("
                   "\"exitCode\").Int()))\n}\n",
                   l.main);
    else
        buf_puts(&out, "\tos.Exit(m.Run())\n}\n");
    return (Str){out.p, out.n};
}
