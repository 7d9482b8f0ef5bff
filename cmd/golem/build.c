/* build.c - the steps of a build: load and check, escape analysis, C, objects, link.
 *
 * Each package is one C file and one object. Packages of the library come from the cache when they
 * can; package main and the start-up file are compiled in a work directory that is removed at the
 * end. As many C compilers run at once as the machine has processors.
 */
#include "golem.h"

#include "emit/emit.h"
#include "escape/escape.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Unit { /* one C file to compile */
    char *name;       /* for messages */
    char *c, *o;
    char *cached; /* where the object goes afterwards, or NULL */
    bool ready;
} Unit;

static Program *front_end(const BuildOptions *opt, const Toolchain *t) {
    LoadOptions lo = {t->lib, t->goroot, t->go_release, t->goroot_fault};
    Program *prog = load_program(opt->files.v, opt->files.n, &lo);
    if (!prog || error_count()) return NULL;
    for (int i = 0; i < prog->pkgs.n; i++) {
        Pos at = prog->pkgs.v[i]->instantiates;
        if (!pos_known(at)) continue;
        errorf(at, "instances of generic functions and types are not supported yet");
        return NULL;
    }
    for (int i = 0; i < prog->pkgs.n; i++) {
        EscapeOptions eo = {prog->pkgs.v[i] == prog->main ? opt->m : 0, opt->l};
        escape_package(prog->pkgs.v[i], &eo);
    }
    return error_count() ? NULL : prog;
}

/* Prints the C of p and decides where its object comes from. */
static Unit make_unit(const Toolchain *t, int number, const char *name, Buf *text, bool cacheable) {
    Unit u = {.name = (char *)name};
    const char *dir = cacheable ? cache_dir() : NULL;
    if (dir) {
        u.cached = xprintf("%s/%s.o", dir, cache_key(t, (Str){text->p, text->n}));
        if (cache_holds(u.cached)) {
            u.o = u.cached;
            u.ready = true;
            return u;
        }
    }
    u.c = xprintf("%s/%d.c", work_dir(), number);
    u.o = xprintf("%s/%d.o", work_dir(), number);
    if (!write_file(u.c, (Str){text->p, text->n}, 0666))
        fatalf("cannot write %s: %s", u.c, strerror(errno));
    return u;
}

static int start_compile(const Toolchain *t, const BuildOptions *opt, const Unit *u) {
    ArgList argv = {0};
    for (int i = 0; i < t->cc_words.n; i++) push(&argv, t->cc_words.v[i]);
    for (int i = 0; i < t->cflags.n; i++) push(&argv, t->cflags.v[i]);
    push(&argv, "-c");
    push(&argv, "-o");
    push(&argv, u->o);
    push(&argv, u->c);
    push(&argv, NULL);
    if (opt->x) print_command(stderr, argv.v);
    int pid = process_start(argv.v, true);
    if (pid < 0) fatalf("cannot run %s: %s", argv.v[0], strerror(errno));
    return pid;
}

/* Whether the C compiler, which says that all went well, has written an object. */
static bool is_object(const char *path) {
    Str text;
    return read_file(path, &text) && text.n > 64 && memcmp(text.p, "\177ELF", 4) == 0;
}

static bool compile_all(const Toolchain *t, const BuildOptions *opt, Unit *units, int n) {
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    int width = cpus < 1 ? 1 : cpus > 16 ? 16 : (int)cpus;
    int pids[16], which[16], running = 0, next = 0;
    bool ok = true;
    while (next < n || running) {
        if (running < width && next < n) {
            if (!units[next].ready) {
                pids[running] = start_compile(t, opt, &units[next]);
                which[running++] = next;
            }
            next++;
            continue;
        }
        if (!running) continue;
        const Unit *u = &units[which[0]];
        int status = process_wait(pids[0]);
        if (status != 0) {
            ok = false;
            fprintf(stderr, "golem: the C compiler failed (status %d) on package %s\n", status,
                    u->name);
        } else if (!is_object(u->o)) {
            ok = false;
            fprintf(stderr, "golem: the C compiler %s wrote no object for package %s\n", t->cc,
                    u->name);
        } else if (u->cached)
            cache_keep(u->cached, u->o);
        running--;
        memmove(pids, pids + 1, sizeof *pids * (size_t)running);
        memmove(which, which + 1, sizeof *which * (size_t)running);
    }
    return ok;
}

/* Links in the work directory, so that an output is whole or absent, then moves the program to its place. */
static bool link_program(const Toolchain *t, const BuildOptions *opt, Unit *units, int n,
                         const char *out) {
    if (access(t->archive, R_OK) != 0)
        fatalf("the runtime library %s is missing (run make)", t->archive);
    char *prog = xprintf("%s/prog", work_dir());
    ArgList argv = {0};
    for (int i = 0; i < t->cc_words.n; i++) push(&argv, t->cc_words.v[i]);
    for (int i = 0; i < t->user_flags.n; i++) push(&argv, t->user_flags.v[i]);
    push(&argv, "-o");
    push(&argv, prog);
    for (int i = 0; i < n; i++) push(&argv, units[i].o);
    for (int i = 0; i < t->ldflags.n; i++) push(&argv, t->ldflags.v[i]);
    push(&argv, NULL);
    if (opt->x) print_command(stderr, argv.v);
    int pid = process_start(argv.v, true);
    if (pid < 0) fatalf("cannot run %s: %s", argv.v[0], strerror(errno));
    int status = process_wait(pid);
    if (status != 0)
        fprintf(stderr, "golem: linking %s failed (status %d)\n", out, status);
    else if (access(prog, X_OK) != 0)
        fprintf(stderr, "golem: the linker wrote no program (%s)\n", t->cc);
    else if (strcmp(prog, out) == 0 || move_program(prog, out))
        return true;
    else
        fprintf(stderr, "golem: cannot write %s: %s\n", out, strerror(errno));
    return false;
}

/* Refuses early what linking would refuse late: an output that is a directory or cannot be written.
 */
static bool output_writable(const char *out) {
    struct stat st;
    if (stat(out, &st) == 0 && S_ISDIR(st.st_mode)) {
        fprintf(stderr, "golem: build output %s is a directory\n", out);
        return false;
    }
    char *dir = xstrdup(out), *slash = strrchr(dir, '/');
    if (slash) slash[slash == dir] = 0;
    const char *where = slash ? dir : ".";
    if (access(where, W_OK) == 0 && stat(where, &st) == 0 && S_ISDIR(st.st_mode)) return true;
    fprintf(stderr, "golem: cannot write %s: %s\n", out, strerror(errno ? errno : ENOTDIR));
    return false;
}

/* What Go's linker says of a main package that nobody can start. */
static bool has_main(const Package *p) {
    Obj *o = map_get(&p->scope->names, intern("main"));
    if (o && o->kind == OBJ_FUNC) return true;
    fprintf(stderr, "runtime.main_main·f: function main is undeclared in the main package\n");
    return false;
}

static int print_c(const BuildOptions *opt, Program *prog) {
    Buf b = {0};
    emit_package(prog->main, &b);
    if (opt->out) {
        if (write_file(opt->out, (Str){b.p, b.n}, 0666)) return 0;
        fprintf(stderr, "golem: cannot write %s: %s\n", opt->out, strerror(errno));
        return 1;
    }
    bool ok = fwrite(b.p, 1, b.n, stdout) == b.n;
    if (fflush(stdout) == 0 && ok) return 0;
    fprintf(stderr, "golem: cannot write the C: %s\n", strerror(errno));
    return 1;
}

static _Noreturn void no_compiler(void) {
    const char *cc = getenv("CC");
    if (cc && *cc) fatalf("C compiler %s not found", cc);
    fatalf("no C compiler found on the path: install gcc or clang, or set CC");
}

int build(const BuildOptions *opt, const char *out) {
    Toolchain t;
    toolchain_find(&t);
    universe_init();
    allow_missing_bodies = opt->print_c; /* whoever takes the C may supply them */
    Program *prog = front_end(opt, &t);
    diag_flush(stderr, opt->all_errors);
    if (!prog) return 1;
    if (opt->print_c) return print_c(opt, prog);
    bool link = strcmp(prog->main->name, "main") == 0;
    if (opt->run && !link) {
        fprintf(stderr, "golem: package %s is not a main package\n", prog->main->name);
        return 1;
    }
    if (link && (!has_main(prog->main) || !output_writable(out))) return 1;
    if (!t.cc) no_compiler();
    int n = prog->pkgs.n;
    Unit *units = alloc(sizeof *units * (size_t)(n + 1));
    for (int i = 0; i < n; i++) {
        Buf b = {0};
        emit_package(prog->pkgs.v[i], &b);
        units[i] = make_unit(&t, i, prog->pkgs.v[i]->path, &b, prog->pkgs.v[i] != prog->main);
    }
    bool ok;
    if (link) {
        Buf b = {0};
        emit_start(prog->pkgs.v, n, &b);
        units[n] = make_unit(&t, n, "start", &b, true);
        ok = compile_all(&t, opt, units, n + 1) && link_program(&t, opt, units, n + 1, out);
    } else /* as go build: a package that is not a program is compiled, and that is all */
        ok = compile_all(&t, opt, units, n);
    if (opt->work) work_dir_keep();
    return ok ? 0 : 1;
}
