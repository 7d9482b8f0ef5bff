/* load.c - parses and checks a package of the graph. */
#include "load/load.h"
#include "check/package.h"

#include <stdlib.h>

const char *short_path(const char *cwd, const char *path) {
    size_t n = strlen(cwd);
    if (*path != '/') return path;
    if (strncmp(path, cwd, n) == 0 && path[n] == '/') return path + n + 1;
    /* by way of the directories above, if that is shorter */
    Buf up = {0};
    for (char *d = xstrdup(cwd); *d && strcmp(d, "/") != 0;) {
        char *slash = strrchr(d, '/');
        *slash = 0;
        buf_puts(&up, "../");
        if (*d && path_below(path, d)) {
            const char *rel = xprintf("%s%s", buf_str(&up), path + strlen(d) + 1);
            return strlen(rel) < strlen(path) ? rel : path;
        }
    }
    return path;
}

typedef struct Importing {
    const PkgNode *node;
} Importing;

static Package *imported(void *ctx, Pos pos, const char *path) {
    const Importing *im = ctx;
    if (strcmp(path, "unsafe") == 0) return pkg_unsafe;
    const PkgNode *n = map_get(&im->node->by_path, intern(path));
    if (n && n->pkg) return n->pkg;
    errorf(pos, "could not import %s (%s)", path,
           n ? "it has errors" : "it was not found when the package was looked through");
    return NULL;
}

/* --- -trimpath --- */

static Map trimmed; /* name shown to the program -> path */

const char *untrimmed_name(const char *name) {
    const char *path = map_get(&trimmed, intern(name));
    return path ? path : name;
}

const char *file_shown_as(const BuildContext *bc, const PkgNode *n, const SrcFile *s) {
    if (!bc->trimpath) return s->path;
    const Module *m = n->module;
    const char *rest = m && path_below(n->path, m->path) ? n->path + strlen(m->path) : NULL;
    const char *name = rest && *m->version
                           ? xprintf("%s@%s%s/%s", m->path, m->version, rest, s->name)
                           : xprintf("%s/%s", n->path, s->name);
    map_put(&trimmed, intern(name), (void *)s->path);
    return name;
}

static void embed_all(const PkgNode *n, const File *f) {
    for (int i = 0; i < f->decls.n; i++)
        if (f->decls.v[i]->kind == N_VAR && f->decls.v[i]->var.embed)
            embed_files(n->dir, n->pkg, f->decls.v[i]);
}

/* Directives that only the library may have. */
static void reject_reserved(const File *f) {
    for (int i = 0; i < f->reserved.n; i++)
        errorf(f->reserved.v[i].pos, "%s", f->reserved.v[i].why);
}

/* --- coverage --- */

static bool is_test_file(const char *name) {
    size_t n = strlen(name);
    return n > 8 && strcmp(name + n - 8, "_test.go") == 0;
}

static Cover *new_cover(const PkgNode *n) {
    Cover *c = new_(Cover);
    *c = (Cover){.path = n->link_path, .shown = n->path, .name = n->name, .module = "", .mode = n->cover};
    if (n->module) c->module = n->module->path;
    return c;
}

/* Tests are not covered, nor is what stands next to the runtime, whose source is not Go's. */
static void cover_source(Cover *c, const PkgNode *n, const SrcFile *s, File *f) {
    if (s->overlay || is_test_file(s->name)) return;
    const char *shown = n->named_files ? s->path : xprintf("%s/%s", n->path, s->name);
    cover_file(c, f, s->src, shown);
}

void load_node(const BuildContext *bc, PkgNode *n) {
    int before = error_count(), syntax = syntax_error_count();
    Cover *cover = n->cover ? new_cover(n) : NULL;
    VEC(File *) files = {0};
    Map replaced = {0};
    for (int i = 0; i < n->files.n; i++) {
        const SrcFile *s = n->files.v[i];
        File *f = parse_file(file_shown_as(bc, n, s), s->src.p, s->src.n);
        f->library = n->standard;
        f->has_asm = n->standard || n->folder.has_asm;
        if (cover && error_count() == before) cover_source(cover, n, s, f);
        set_strings(bc, n->link_path, f);
        if (s->overlay) overlay_names(f, &replaced);
        push(&files, f);
    }
    for (int i = 0; replaced.n && i < n->files.n; i++) {
        files.v[i]->library = true;
        if (!n->files.v[i]->overlay) overlay_remove(files.v[i], &replaced);
    }
    for (int i = 0; !n->standard && i < files.n; i++) reject_reserved(files.v[i]);
    n->failed = error_count() > before;
    if (syntax_error_count() > syntax || !files.n)
        return; /* after other errors, checking types tells more */
    Importing im = {n};
    CheckOptions opt = {imported, &im, n->language, bc->allow_missing_bodies};
    n->pkg = check_package(n->link_path, files.v, files.n, &opt);
    n->pkg->cover = cover;
    for (int i = 0; i < files.n; i++) embed_all(n, files.v[i]);
    n->failed = error_count() > before;
}
