/* compile.c - from printed C to objects, several C compilers at once.
 *
 * A package's object comes from the cache if the cache has it. Else its C goes into the work directory and to a C compiler, of
 * which as many run as -p says (or as the machine has processors), while the front end goes on with the next package.
 *
 * The same input gives the same bytes: the compiler runs in the work directory, whose name is mapped away, and files
 * there are named after their packages.
 */
#include "golem.h"

#include <errno.h>
#include <unistd.h>

enum { MAX_JOBS = 64 };

typedef struct Job {
    int pid;
    Object *o;
} Job;

static Job jobs[MAX_JOBS];
static int running;
static bool all_well = true;

static int width(const BuildOptions *opt) {
    long n = opt->p > 0 ? opt->p : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : (int)n;
}

/* Whether the C compiler, which says that all went well, has written an object. */
static bool is_object(const char *path) {
    FILE *f = fopen(path, "r");
    char head[64];
    bool ok = f && fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, "\177ELF", 4) == 0;
    if (f) fclose(f);
    return ok;
}

static void done(const Toolchain *t, Object *o, int status) {
    if (status != 0)
        fprintf(stderr, "golem: the C compiler failed (status %d) on package %s\n", status,
                o->name);
    else if (!is_object(o->o))
        fprintf(stderr, "golem: the C compiler %s wrote no object for package %s\n", t->cc,
                o->name);
    else {
        if (o->cached) cache_keep(o->cached, o->o);
        if (o->cached && o->node) action_done(o->node, o);
        return;
    }
    o->failed = true;
    all_well = false;
}

static void reap(const Toolchain *t) {
    int status, pid = process_wait_any(&status);
    for (int i = 0; i < running; i++) {
        if (jobs[i].pid != pid) continue;
        Object *o = jobs[i].o;
        jobs[i] = jobs[--running];
        done(t, o, status);
        return;
    }
    process_keep(pid, status);
}

static char *file_stem(const char *name) {
    char *s = xstrdup(name);
    for (char *p = s; *p; p++)
        if (*p == '/') *p = '+';
    size_t n = strlen(s);
    return n > 200 ? s + n - 200 : s;
}

void object_prepare(const Toolchain *t, const BuildOptions *opt, Object *o, Str text) {
    const char *dir = cache_dir();
    if (dir) o->cached = xprintf("%s/%s.o", dir, cache_key(t, text));
    if (o->cached && !opt->a && cache_holds(o->cached)) {
        o->o = o->cached;
        o->ready = true;
        return;
    }
    static Map stems; /* two packages main, a test's variants */
    const char *stem = intern(file_stem(o->name));
    uintptr_t seen = (uintptr_t)map_get(&stems, stem);
    map_put(&stems, stem, (void *)(seen + 1));
    if (seen) stem = xprintf("%s~%d", stem, (int)seen);
    o->c = xprintf("%s/%s.c", work_dir(), stem);
    o->o = xprintf("%s/%s.o", work_dir(), stem);
    if (!write_file(o->c, text, 0666)) fatalf("cannot write %s: %s", o->c, strerror(errno));
}

void compile_start(const Toolchain *t, const BuildOptions *opt, Object *o) {
    if (o->ready) return;
    o->ready = true;
    if (opt->v && o->node) fprintf(stderr, "%s\n", o->node->path);
    ArgList argv = {0};
    for (int i = 0; i < t->cc_words.n; i++) push(&argv, t->cc_words.v[i]);
    for (int i = 0; i < t->cflags.n; i++) push(&argv, t->cflags.v[i]);
    push(&argv, xprintf("-ffile-prefix-map=%s=/golem", work_dir()));
    push(&argv, "-c");
    push(&argv, "-o");
    push(&argv, o->o);
    push(&argv, o->c);
    push(&argv, NULL);
    if (opt->x || opt->n) print_command(stderr, argv.v);
    if (opt->n) return;
    while (running >= width(opt)) reap(t);
    int pid = process_start(argv.v, work_dir(), true);
    if (pid < 0) fatalf("cannot run %s: %s", argv.v[0], strerror(errno));
    jobs[running++] = (Job){pid, o};
}

bool compile_wait(const Toolchain *t) {
    while (running) reap(t);
    return all_well;
}
