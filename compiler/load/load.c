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
    PkgNode *n = map_get(&im->node->by_path, intern(path));
    if (n && n->files.n && !n->failed) return node_package(n);
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

static Cover *new_cover(const PkgNode *n) {
    Cover *c = new_(Cover);
    *c = (Cover){
        .path = n->link_path, .shown = n->path, .name = n->name, .module = "", .mode = n->cover};
    if (n->module) c->module = n->module->path;
    return c;
}

/* Tests are not covered, nor is what stands next to the runtime, whose source is not Go's. */
static void cover_source(Cover *c, const PkgNode *n, const SrcFile *s, File *f) {
    if (s->overlay || is_test_file(s->name)) return;
    const char *shown = n->named_files ? s->path : xprintf("%s/%s", n->path, s->name);
    cover_file(c, f, s->src, shown);
}

static File *parse_source(const BuildContext *bc, const PkgNode *n, int i, Cover *cover) {
    const SrcFile *s = n->files.v[i];
    int before = error_count();
    File *f = parse_outline(file_shown_as(bc, n, s), s->src.p, s->src.n,
                            n->outline ? &n->outline->left_out[i] : NULL);
    f->library = n->standard;
    f->has_asm = n->standard || n->folder.has_asm;
    if (cover && error_count() == before) cover_source(cover, n, s, f);
    set_strings(bc, n->link_path, f);
    return f;
}

void parse_node(const BuildContext *bc, PkgNode *n) {
    int before = error_count();
    Cover *cover = n->cover ? new_cover(n) : NULL;
    Map replaced = {0};
    for (int i = 0; i < n->files.n; i++) {
        push(&n->parsed, parse_source(bc, n, i, cover));
        if (n->files.v[i]->overlay) overlay_names(n->parsed.v[i], &replaced);
    }
    for (int i = 0; replaced.n && i < n->files.n; i++) {
        n->parsed.v[i]->library = true;
        if (!n->files.v[i]->overlay) overlay_remove(n->parsed.v[i], &replaced);
    }
    for (int i = 0; !n->standard && i < n->parsed.n; i++) reject_reserved(n->parsed.v[i]);
    node_package(n)->cover = cover;
    n->failed = error_count() > before;
}

/* --- what is asked of imports --- */

static void note_mentioned(Node *n, void *ctx) {
    Map *names = ctx;
    if (n->kind == N_SELECTOR && n->selector.x->kind == N_IDENT)
        map_put(names, n->selector.x->ident.name, n);
    walk_children(n, note_mentioned, ctx);
}

static PkgNode *imported_node(const PkgNode *n, const Node *d) {
    if (!d->import.path || d->import.path->kind != N_BASICLIT || d->import.path->lit.bad)
        return NULL;
    Const *v = const_from_literal(LIT_STRING, d->import.path->lit.text);
    Str s = const_string_val(v);
    return v ? map_get(&n->by_path, intern_n(s.p, s.n)) : NULL;
}

static bool is_mentioned(const Map *names, const Node *d, const PkgNode *import) {
    const char *name = d->import.name ? d->import.name->ident.name : import->name;
    return strcmp(name, ".") == 0 || map_get(names, name);
}

PkgNodes node_needs(const PkgNode *n) {
    PkgNodes needs = {0};
    for (int i = 0; i < n->parsed.n; i++) {
        const File *f = n->parsed.v[i];
        Map names = {0};
        for (int k = 0; k < f->decls.n; k++) note_mentioned(f->decls.v[k], &names);
        for (int k = 0; k < f->decls.n && f->decls.v[k]->kind == N_IMPORT; k++) {
            PkgNode *import = imported_node(n, f->decls.v[k]);
            if (import && is_mentioned(&names, f->decls.v[k], import)) push(&needs, import);
        }
    }
    return needs;
}

Package *node_package(PkgNode *n) {
    if (n->shell) return n->shell;
    Package *p = n->shell = new_(Package);
    p->path = n->link_path;
    p->name = n->name ? intern(n->name) : NULL;
    for (int i = 0; i < n->imports.n; i++) push(&p->imports, node_package(n->imports.v[i]));
    return p;
}

void load_node(const BuildContext *bc, PkgNode *n) {
    int before = error_count();
    Importing im = {n};
    CheckOptions opt = {.importer = imported,
                        .importer_ctx = &im,
                        .language = n->language,
                        .allow_missing_bodies = bc->allow_missing_bodies,
                        .into = node_package(n),
                        .outline = n->outline != NULL};
    Package *p = check_package(n->link_path, n->parsed.v, n->parsed.n, &opt);
    n->pkg = p;
    for (int i = 0; i < n->parsed.n; i++) embed_all(n, n->parsed.v[i]);
    n->failed |= error_count() > before;
}
