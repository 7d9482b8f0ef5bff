/* test.c - golem test: builds the test of each package, runs it in the package's folder, and says how it went.
 *
 * Tests of several packages are built one after another, and run beside that, as many at once as -p says; what they print waits until
 * those before them have been reported. A test that streams what it prints (-v, -bench, or no package named) runs alone.
 */
#include "golem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct TestRun {
    const PkgNode *node;
    const char *program, *output, *log; /* in the work directory */
    const char *cached;                 /* where its result is kept, or NULL */
    int pid;                            /* 0: not running */
    struct timespec began;
    bool reported;
    const char *verdict; /* said without running: "[no test files]" */
    bool uncovered;      /* it has no tests that could cover it */
} TestRun;

typedef struct Testing {
    Build build;
    BuildOptions opt;
    bool compile_only, v, bench, list, failfast, here;
    const char *exec, *v_value; /* v_value: -v's, NULL without */
    ArgList args;               /* for the test program */
    bool cacheable;             /* every flag so far allows the result to be kept */
    VEC(TestRun *) runs;
    bool failed;
} Testing;

static Testing *T;

/* --- flags: those of the test program are handed on as -test.name=value --- */

static void hand_on(const char *name, const char *value) {
    if (strncmp(name, "test.", 5) == 0) name += 5;
    push(&T->args, value ? xprintf("-test.%s=%s", name, value) : xprintf("-test.%s", name));
}

static bool plain_flag(void *ctx, const char *name, const char *value) {
    (void)ctx;
    if (strcmp(name, "v") == 0 || strcmp(name, "test.v") == 0) {
        T->v = !value || strcmp(value, "false") != 0;
        T->v_value = value ? value : "true";
        return true;
    }
    if (strcmp(name, "failfast") == 0) T->failfast = true;
    hand_on(name, value ? value : "true");
    return true;
}

static bool value_flag(void *ctx, const char *name, const char *value) {
    static const char *const cacheable[] = {"run",      "skip",      "timeout", "cpu",
                                            "parallel", "benchtime", "list",    NULL};
    (void)ctx;
    bool keep = false;
    for (int i = 0; cacheable[i]; i++) keep |= strcmp(name, cacheable[i]) == 0;
    T->cacheable &= keep;
    if (strcmp(name, "bench") == 0) T->bench = true;
    if (strcmp(name, "list") == 0) T->list = true;
    hand_on(name, value);
    return true;
}

/* Profiles and traces go where the command was started. */
static bool file_flag(void *ctx, const char *name, const char *value) {
    (void)ctx;
    T->cacheable = false;
    hand_on(name,
            *value == '/'
                ? value
                : xprintf("%s/%s", T->build.ctx.cwd ? T->build.ctx.cwd : getenv("PWD"), value));
    return true;
}

static const Flag *test_flags(void) {
    static const char *const plain[] = {"v",        "short",    "failfast",
                                        "benchmem", "fullpath", "artifacts"};
    static const char *const valued[] = {"run",
                                         "skip",
                                         "bench",
                                         "benchtime",
                                         "count",
                                         "cpu",
                                         "list",
                                         "parallel",
                                         "shuffle",
                                         "timeout",
                                         "fuzz",
                                         "fuzztime",
                                         "fuzzminimizetime",
                                         "memprofilerate",
                                         "blockprofilerate",
                                         "mutexprofilefraction"};
    static const char *const files[] = {"cpuprofile",   "memprofile", "blockprofile",
                                        "mutexprofile", "trace",      "outputdir"};
    VEC(Flag) all = {0};
    for (int prefix = 0; prefix < 2; prefix++) {
        const char *p = prefix ? "test." : "";
        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
            push(&all, ((Flag){xprintf("%s%s", p, plain[i]), FLAG_CALL, .call = plain_flag}));
        for (size_t i = 0; i < sizeof valued / sizeof *valued; i++)
            push(&all, ((Flag){xprintf("%s%s", p, valued[i]), FLAG_CALL, .takes_value = true,
                               .call = value_flag}));
        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
            push(&all, ((Flag){xprintf("%s%s", p, files[i]), FLAG_CALL, .takes_value = true,
                               .call = file_flag}));
    }
    push(&all, ((Flag){"c", FLAG_BOOL, .target = &T->compile_only}));
    push(&all, ((Flag){"exec", FLAG_STRING, .target = &T->exec}));
    push(&all, ((Flag){"vet", FLAG_IGNORE, .takes_value = true}));
    push(&all, ((Flag){"json", FLAG_BOOL, .target = &T->opt.json}));
    push(&all, ((Flag){0}));
    return all.v;
}

/* golem test [flags] [packages] [flags of the test program], where flags and packages mix, up to -args. */
static bool read_command(int argc, char **argv) {
    /* -v and -n mean what they mean to tests: the tables are looked through in order. */
    const Flag *tables[] = {test_flags(), cover_flags, build_flags(&T->opt), NULL};
    if (!parse_goflags(tables, &T->opt)) return false;
    for (int i = 2; i < argc;) {
        if (strcmp(argv[i], "-args") == 0 || strcmp(argv[i], "--args") == 0) {
            for (i++; i < argc; i++) push(&T->args, argv[i]);
            T->cacheable = false;
        } else if (argv[i][0] == '-' && !known_flag(tables, argv[i])) {
            push(&T->args, argv[i++]); /* the test's own */
            T->cacheable = false;
        } else if (argv[i][0] == '-') {
            i = parse_flags(argc, argv, i, tables, &T->opt);
            if (i < 0) return false;
        } else {
            push(&T->opt.patterns, argv[i++]);
        }
    }
    T->here = !T->opt.patterns.n;
    if (cover_wanted()) T->cacheable = false;
    if (T->opt.json) {
        T->v_value = "test2json";
        T->cacheable = false;
    }
    if (T->v_value) { /* ahead of what follows -args */
        push(&T->args, "");
        memmove(T->args.v + 1, T->args.v, (size_t)(T->args.n - 1) * sizeof *T->args.v);
        T->args.v[0] = xprintf("-test.v=%s", T->v_value);
    }
    return true;
}

/* --- running --- */

static double seconds_since(const struct timespec *from) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - from->tv_sec) + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
}

/* Whether what a test prints is seen at once. */
static bool streams(void) {
    return T->here || (!cover_wanted() && (T->v || T->bench || T->list || T->opt.json) &&
                       T->build.graph.roots.n == 1);
}

static ArgList test_command(const TestRun *r) {
    ArgList argv = {0};
    if (T->exec)
        for (char *w = strtok(xstrdup(T->exec), " "); w; w = strtok(NULL, " ")) push(&argv, w);
    push(&argv, (char *)r->program);
    push(&argv, "-test.paniconexit0");
    bool timeout = false;
    for (int i = 0; i < T->args.n; i++) timeout |= strncmp(T->args.v[i], "-test.timeout", 13) == 0;
    if (!timeout) push(&argv, "-test.timeout=10m0s");
    if (r->cached) push(&argv, xprintf("-test.testlogfile=%s", r->log));
    cover_arguments(&argv, r->log);
    for (int i = 0; i < T->args.n; i++) push(&argv, T->args.v[i]);
    push(&argv, NULL);
    return argv;
}

/* A test finds its own folder in PWD, as under go test; our own environment is what results are kept under. */
static int start_in_folder(char **argv, const TestRun *r, const char *output) {
    const char *pwd = getenv("PWD");
    char *ours = pwd ? xstrdup(pwd) : NULL;
    setenv("PWD", r->node->dir, 1);
    int pid = T->opt.json ? test_json_start(argv, r->node->dir, r->node->path, output)
                          : process_start_output(argv, r->node->dir, output);
    int err = errno;
    if (ours) {
        setenv("PWD", ours, 1);
    } else {
        unsetenv("PWD");
    }
    errno = err;
    return pid;
}

static void start(TestRun *r) {
    ArgList argv = test_command(r);
    if (T->opt.x || T->opt.n) print_command(stderr, argv.v);
    if (T->opt.n) {
        r->verdict = "";
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &r->began);
    const char *output = streams() ? NULL : r->output;
    r->pid = start_in_folder(argv.v, r, output);
    if (r->pid < 0) fatalf("cannot run %s: %s", argv.v[0], strerror(errno));
}

/* --- results --- */

static bool begins_with(Str s, const char *text) {
    return s.n >= strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

char *test_closing(const char *path, int status, double seconds, const char *cover, bool none,
                   const char *time) {
    if (!*time) time = xprintf("%.3fs", seconds);
    if (status == 0)
        return xprintf("ok  \t%s\t%s%s%s\n", path, time, cover, none ? " [no tests to run]" : "");
    const char *how = status > 128 ? xprintf("signal: %s", strsignal(status - 128))
                                   : xprintf("exit status %d", status);
    return xprintf("%s\nFAIL\t%s\t%s\n", how, path, time);
}

/* Says what is known of a package without running its test. */
static void say_verdict(const TestRun *r) {
    if (!*r->verdict) return;
    bool failed = strncmp(r->verdict, "FAIL", 4) == 0;
    if (T->opt.json)
        test_json_said(r->node->path, r->verdict, failed, failed ? r->node->path : NULL);
    else
        printf("%s", r->verdict);
}

static void finish(TestRun *r) {
    r->reported = true;
    if (r->verdict) {
        say_verdict(r);
        if (r->uncovered) cover_untested(r->node);
        fflush(stdout);
        return;
    }
    int status = process_wait(r->pid);
    char *time = xprintf("%.3fs", seconds_since(&r->began));
    Str output = {"", 0};
    if (!streams()) read_file(r->output, &output);
    T->failed |= status != 0;
    cover_merge(r->log);
    if (status == 0 && r->cached && !streams())
        test_cache_keep(r->cached, r->log, r->node->dir, output, time);
    if (status || T->v || T->bench || T->list || T->opt.json) fwrite(output.p, 1, output.n, stdout);
    if (!T->opt.json) {
        if (status && output.n && output.p[output.n - 1] != '\n') putchar('\n');
        bool none = begins_with(output, "testing: warning: no tests to run\n");
        fputs(test_closing(r->node->path, status, 0, cover_closing(output), none, time), stdout);
    }
    fflush(stdout);
    unlink(r->program);
}

/* Reports, in order, those that have ended; waits for the first while more than `most` run. */
static void report(int most) {
    int going = 0;
    for (int i = 0; i < T->runs.n; i++) going += !T->runs.v[i]->reported && T->runs.v[i]->pid > 0;
    for (int i = 0; i < T->runs.n; i++) {
        TestRun *r = T->runs.v[i];
        if (r->reported) continue;
        if (r->pid > 0 && going <= most && most > 0) return;
        going -= r->pid > 0;
        finish(r);
    }
}

/* --- building --- */

static TestRun *new_run(const PkgNode *n) {
    TestRun *r = new_(TestRun);
    int i = T->runs.n;
    *r = (TestRun){.node = n,
                   .program = xprintf("%s/test%d", work_dir(), i),
                   .output = xprintf("%s/test%d.out", work_dir(), i),
                   .log = xprintf("%s/test%d.log", work_dir(), i)};
    push(&T->runs, r);
    return r;
}

static void build_failed(TestRun *r, const char *what) {
    r->verdict = xprintf("FAIL\t%s [%s]\n", r->node->path, what);
    T->failed = true;
}

/* The name of the program that -c leaves: pkg.test in the current directory, or what -o says. */
static const char *kept_program(const PkgNode *n) {
    const char *name = xprintf("%s.test", program_name(n)), *out = T->opt.out;
    if (!out) return name;
    size_t len = strlen(out);
    if (out[len - 1] == '/') make_dirs(xprintf("%.*s", (int)len - 1, out));
    return is_dir(out) ? xprintf("%s/%s", out, name) : out;
}

static bool build_test(Build *b, PkgNode *n, Objects *objects) {
    TestNodes t;
    Graph *g = &b->graph;
    int errors = g->errors.n;
    graph_test_variant(g, n, &t, cover_tested(&b->ctx, n));
    PkgNode *parts[] = {t.pkg, t.xtest, NULL};
    PkgNode *main = NULL;
    if (g->errors.n == errors) {
        b->failed = false;
        t.pkg->wanted = true; /* the names of their functions are */
        if (t.xtest) t.xtest->wanted = true;
        build_packages(b, parts, t.xtest ? 2 : 1);
        if (b->failed) return false;
        main = graph_test_main(g, &t, test_main(b, &t));
    }
    for (int i = errors; i < g->errors.n; i++) fprintf(stderr, "%s\n", g->errors.v[i]);
    if (g->errors.n > errors || !main) return false;
    build_packages(b, &main, 1);
    PkgNode *runtime = g->runtime;
    g->runtime = t.runtime;
    bool ok = !b->failed && build_objects(b, main, objects);
    g->runtime = runtime;
    return ok;
}

/* Whether the result of the test that these make is in the cache. */
static bool find_result(TestRun *r, const Objects *objects, Str *output, char **time) {
    if (!T->cacheable || T->here || T->compile_only || T->opt.a || T->opt.n) return false;
    r->cached = test_cache_entry(link_key(&T->build.tools, &T->opt, objects), &T->args);
    return r->cached && test_cache_read(r->cached, r->node->dir, output, time);
}

static void test_package(PkgNode *n) {
    TestRun *r = new_run(n);
    const Folder *f = &n->folder;
    Str output;
    char *time;
    if (n->failed) {
        build_failed(r, "setup failed");
        return;
    }
    if (!f->test.n && !f->xtest.n) {
        CoverMode cover = cover_tested(&T->build.ctx, n);
        if (cover) n->cover = cover, n->wanted = true;
        build_packages(&T->build, &n, 1);
        if (n->failed)
            build_failed(r, "build failed");
        else if ((r->uncovered = !T->compile_only && cover_has_units(n)))
            r->verdict = xprintf("\t%s\t\tcoverage: 0.0%% of statements\n", n->path);
        else
            r->verdict = T->compile_only ? "" : xprintf("?   \t%s\t[no test files]\n", n->path);
        return;
    }
    Objects objects = {0};
    if (!build_test(&T->build, n, &objects)) {
        build_failed(r, "build failed");
        return;
    }
    bool kept = T->compile_only || T->opt.out, known = find_result(r, &objects, &output, &time);
    const char *out = kept ? kept_program(n) : r->program;
    if ((kept || !known) && !link_program(&T->build.tools, &T->opt, &objects, out)) {
        build_failed(r, "build failed");
        return;
    }
    if (T->compile_only) {
        r->verdict = "";
        return;
    }
    if (out != r->program) r->program = *out == '/' ? out : xprintf("%s/%s", T->build.ctx.cwd, out);
    if (known) {
        if (T->v) fwrite(output.p, 1, output.n, stdout);
        r->verdict = xprintf(
            "ok  \t%s\t(cached)%s\n", n->path,
            begins_with(output, "testing: warning: no tests to run\n") ? " [no tests to run]" : "");
        return;
    }
    start(r);
}

int cmd_test(int argc, char **argv) {
    Testing testing = {.cacheable = true};
    T = &testing;
    if (!read_command(argc, argv)) return 2;
    Build *b = &T->build;
    push(&T->opt.settings, ((StringSetting){"testing", "testBinary", "1"})); /* testing.Testing() */
    if (!build_begin(b, &T->opt)) return 1;
    bool loaded = build_load(b, true);
    if (!loaded && !b->graph.roots.n) return 1;
    if (!b->tools.cc) no_compiler();
    if (b->ctx.goroot)
        setenv("GOROOT", b->ctx.goroot, 1); /* as go test: tests look into the source */
    PkgNodes roots = {0};
    for (int i = 0; i < b->graph.roots.n; i++) push(&roots, b->graph.roots.v[i]);
    if (!loaded) { /* as go: nothing is tested, and each package that is wanted says so */
        for (int i = 0; i < roots.n; i++)
            if (roots.v[i]->failed)
                say_verdict(
                    &(TestRun){.node = roots.v[i],
                               .verdict = xprintf("FAIL\t%s [setup failed]\n", roots.v[i]->path)});
        if (!T->opt.json) printf("FAIL\n");
        return 1;
    }
    if (!cover_begin(b, T->compile_only)) return 1;
    int width = T->opt.p > 0 ? T->opt.p : (int)sysconf(_SC_NPROCESSORS_ONLN);
    for (int i = 0; i < roots.n && !(T->failed && T->failfast); i++) {
        test_package(roots.v[i]);
        report(streams() ? 0 : width);
    }
    report(0);
    cover_end();
    if (T->failed && !T->compile_only && !T->opt.json) printf("FAIL\n");
    fflush(stdout);
    if (T->opt.work) work_dir_keep();
    cache_trim(false);
    return T->failed ? 1 : 0;
}
