/* folder.c - the files of a package's directory, sorted by their part in the build.
 *
 * Assembly. Golem has no assembler for Go's: a package that has some for this machine is built with the tag purego, and if
 * that leaves assembly in, as for a machine without any (whose tag does not hold); that gives its portable form. Some
 * packages have none; there the files for the machine are taken and what the assembly did is supplied in C.
 */
#define _GNU_SOURCE /* memmem */
#include "load/load.h"

#include <dirent.h>
#include <stdlib.h>

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_in(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n > m && strcmp(s + n - m, end) == 0;
}

static NameVec list_dir(const char *dir, bool *exists) {
    NameVec names = {0};
    DIR *d = opendir(dir);
    *exists = d != NULL;
    if (!d) return names;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.' && strchr(e->d_name, '.'))
            push(&names, (const char *)xstrdup(e->d_name));
    closedir(d);
    if (names.n) qsort(names.v, (size_t)names.n, sizeof *names.v, by_name);
    return names;
}

const char *path_in_vendor(const char *path) {
    const char *last = NULL;
    for (const char *p = path; (p = strstr(p, "vendor/")); p += 7)
        if (p == path || p[-1] == '/') last = p + 7;
    return last ? last : path;
}

/* Packages whose Go files for this machine have no portable counterpart, or one that is not as good:
 * they are taken although the package has assembly too. What that supplies is written in C, or in an overlay. */
static bool needs_machine_files(const char *path) {
    static const char *const list[] = {"golang.org/x/sys/cpu",
                                       "golang.org/x/sys/unix",
                                       "internal/bytealg",
                                       "internal/cpu",
                                       "internal/runtime/atomic",
                                       "internal/runtime/syscall/linux",
                                       "syscall",
                                       NULL};
    for (int i = 0; list[i]; i++)
        if (strcmp(path_in_vendor(path), list[i]) == 0) return true;
    return false;
}

/* Whether assembly would be used here: in the library whatever is for this machine (the tags that turn it off hold
 * there too), elsewhere what the constraints leave in. */
static bool asm_counts(const BuildContext *bc, const Folder *f, const char *name, bool library) {
    if (!ends_in(name, ".s")) return false;
    if (library) return ends_in(name, "_amd64.s");
    Str src;
    return name_selects(name, 0) && read_file(xprintf("%s/%s", f->dir, name), &src) && src.n &&
           head_selects(bc, src, f->without) && memmem(src.p, src.n, "TEXT", 4);
}

static bool any_asm_counts(const BuildContext *bc, const Folder *f, bool library) {
    for (int i = 0; i < f->other.n; i++)
        if (asm_counts(bc, f, f->other.v[i], library)) return true;
    return false;
}

/* First the tag that is meant for this, which packages without assembly use for other ends; then, if some is still left,
 * the machine's. */
static unsigned without(const BuildContext *bc, Folder *f, const char *path, bool library) {
    if (library || any_asm_counts(bc, f, library)) f->without = WITHOUT_ASM;
    bool left = !needs_machine_files(path) && any_asm_counts(bc, f, library);
    return f->without | (left ? WITHOUT_MACHINE : 0);
}

bool is_test_file(const char *name) {
    return ends_in(name, "_test.go");
}

static bool imports_c(const Header *h) {
    for (int i = 0; i < h->imports.n; i++)
        if (strcmp(h->imports.v[i].path, "C") == 0) return true;
    return false;
}

static void add_file(const BuildContext *bc, const char *name, Folder *f) {
    SrcFile *s = new_(SrcFile);
    s->name = name;
    s->path = xprintf("%s/%s", strcmp(f->dir, "/") ? f->dir : "", name);
    if (name[0] == '_' || !name_selects(name, f->without) || !read_file(s->path, &s->src) ||
        !head_selects(bc, s->src, f->without)) {
        push(&f->ignored, name);
        return;
    }
    read_header(s->src, &s->head);
    bool test = is_test_file(name);
    if (imports_c(&s->head))
        push(&f->cgo, s);
    else if (!test)
        push(&f->go, s);
    else if (s->head.package && ends_in(s->head.package, "_test"))
        push(&f->xtest, s);
    else
        push(&f->test, s);
}

void folder_read(const BuildContext *bc, const char *dir, const char *path, bool library,
                 Folder *f) {
    *f = (Folder){.dir = dir};
    NameVec names = list_dir(dir, &f->exists);
    for (int i = 0; i < names.n; i++) {
        if (ends_in(names.v[i], ".go")) continue;
        push(&f->other, names.v[i]);
        f->has_asm |= ends_in(names.v[i], ".s");
    }
    f->without = without(bc, f, path, library);
    for (int i = 0; i < names.n; i++) {
        if (is_test_file(names.v[i]))
            push(&f->tests, names.v[i]);
        else if (ends_in(names.v[i], ".go"))
            add_file(bc, names.v[i], f);
    }
}

void folder_read_tests(const BuildContext *bc, Folder *f) {
    for (int i = 0; i < f->tests.n; i++) add_file(bc, f->tests.v[i], f);
    if (f->tests.n && f->ignored.n)
        qsort(f->ignored.v, (size_t)f->ignored.n, sizeof *f->ignored.v, by_name);
    f->tests.n = 0;
}

bool folder_has_go(const char *dir) {
    DIR *d = opendir(dir);
    bool any = false;
    for (struct dirent *e; d && !any && (e = readdir(d));)
        any = ends_in(e->d_name, ".go") && e->d_name[0] != '.' && e->d_name[0] != '_' &&
              e->d_type != DT_DIR;
    if (d) closedir(d);
    return any;
}
