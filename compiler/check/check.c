/* check.c - the order of work on a package, delayed actions, and the reporting of errors. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_getattr_np */
#endif
#include "check/generic.h"

#include <pthread.h>

/* --- errors --- */

static void report(Checker *c, Pos p, const char *fmt, va_list ap) {
    char *text = xvprintf(fmt, ap);
    /* What mentions an invalid type or operand (but at its beginning) follows from an earlier
     * error. */
    const char *a = strstr(text, "invalid operand"), *b = strstr(text, "invalid type");
    if (c->first_error && ((a && a != text) || (b && b != text))) return;
    if (pos_known(c->env.errpos)) p = c->env.errpos;
    c->first_error = true;
    errorf(p, "%s%s", text, version_hint(c, p, text));
}

void err_at(Checker *c, Pos p, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    report(c, p, fmt, ap);
    va_end(ap);
}

void err_node(Checker *c, const Node *n, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    report(c, start_pos(n), fmt, ap);
    va_end(ap);
}

/* --- the machine's stack --- */

/* Declarations are resolved by recursion, as deep as they depend on each other. */
bool stack_is_low(void) {
    static char *floor;
    if (!floor) {
        pthread_attr_t attr;
        void *base = NULL;
        size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &attr) == 0) {
            pthread_attr_getstack(&attr, &base, &size);
            pthread_attr_destroy(&attr);
        }
        floor = (char *)base + size / 2;
    }
    return (char *)__builtin_frame_address(0) < floor;
}

/* --- delayed actions --- */

void later(Checker *c, void (*run)(Checker *, void *), void *arg) {
    Delayed d = {run, arg, c->env.version};
    push(&c->delayed, d);
}

void process_delayed(Checker *c, int top) {
    int version = c->env.version;
    for (int i = top; i < c->delayed.n; i++) { /* an action may add more */
        Delayed d = c->delayed.v[i];
        c->env.version = d.version;
        d.run(c, d.arg);
    }
    c->env.version = version;
    c->delayed.n = top;
}

/* --- a package --- */

/* The package's name is that of its first file; files of another package are left out. */
static void take_files(Checker *c, File **files, int n) {
    c->files = alloc(sizeof(File *) * (size_t)(n + 1));
    const char *first =
        NULL; /* the record may know its name already, by a look at the heads of the files */
    for (int i = 0; i < n; i++) {
        const char *name = files[i]->pkgname ? files[i]->pkgname->ident.name : NULL;
        if (!name) continue; /* reported by the parser */
        if (!first) {
            if (strcmp(name, "_") == 0) err_node(c, files[i]->pkgname, "invalid package name _");
            first = c->pkg->name = name;
        }
        if (name != c->pkg->name) {
            err_node(c, files[i]->pkgname, "package %s; expected package %s", name, c->pkg->name);
            continue;
        }
        c->files[c->nfiles++] = files[i];
        files[i]->types_before = c->nlocal_types;
        c->nlocal_types += files[i]->local_types;
        push(&c->pkg->files, files[i]);
    }
}

static const char *last_element(const char *path) {
    const char *slash = strrchr(path, '/');
    return intern(slash ? slash + 1 : path);
}

static TypeHost host_of(const Package *pkg) {
    return (TypeHost){.pkg = pkg,
                      .resolve = check_obj,
                      .later = later,
                      .complete_later = later_complete,
                      .report_cycle = report_cycle,
                      .error = err_at,
                      .allow_version = allow_version,
                      .version_error = version_error,
                      .ambiguous_name = ambiguous_package_name};
}

/* What needs all bodies. */
static void check_whole(Checker *c) {
    check_init_order(c);
    check_unused_imports(c);
    if (!c->first_error) check_mono(c);
    if (c->first_error) return; /* Go's compiler looks at these when all types are right */
    check_linknames(c);
    check_bodies(c);
    check_sizes(c);
    check_anonymous_cycles(c);
}

Package *check_package(const char *path, File **files, int nfiles, const CheckOptions *opt) {
    universe_init();
    Checker *outer = the_checker; /* this package may be wanted in the midst of another */
    Checker *c = new_(Checker);
    c->pkg = opt->into ? opt->into : new_(Package);
    c->pkg->outline = opt->outline;
    c->pkg->path = intern(path);
    c->pkg->scope = new_scope(universe, NULL);
    c->host = host_of(c->pkg);
    c->opt = *opt;
    if (!c->opt.language) c->opt.language = LANG_NEWEST;
    c->env.version = c->opt.language;
    take_files(c, files, nfiles);
    if (!c->pkg->name) c->pkg->name = last_element(path);

    the_checker = NULL; /* the importer's work is its own */
    collect_objects(c);
    the_checker = c;
    check_package_objects(c);
    c->host.types_settled = true;
    process_delayed(c, 0);
    finish_untyped(c);
    if (!opt->outline) check_whole(c);
    name_functions(c);
    c->pkg->complete = true;
    the_checker = outer;
    return c->pkg;
}
