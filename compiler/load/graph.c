/* graph.c - the graph of packages: nodes, their imports, and what is wrong between them.
 *
 * A node is made when its path is first wanted, its folder read, and its imports followed depth first. A node
 * under way that is wanted again is an import cycle. Faults do not stop the work: they are kept as whole messages,
 * in go's words, and the node is marked.
 */
#include "load/load.h"

#include <errno.h>
#include <stdlib.h>

#define fault(g, ...) push(&(g)->errors, xprintf(__VA_ARGS__))

void graph_begin(Graph *g, BuildContext *bc) {
    *g = (Graph){.bc = bc};
    Place p = resolve_import(bc, NULL, "runtime");
    if (!p.dir) {
        fault(g, "%s", p.why);
        return;
    }
    g->runtime = graph_import(g, "runtime");
}

/* "package a\n\timports b from x.go\n\timports c": how the package at the top of the stack came to be wanted. */
static const char *import_stack(const Graph *g, const char *path, bool files) {
    if (!g->stack.n) return xprintf("package %s", path);
    Buf b = {0};
    buf_printf(&b, "package %s", g->stack.v[0].importer);
    for (int i = 0; i < g->stack.n; i++) {
        buf_printf(&b, "\n\timports %s", g->stack.v[i].path);
        if (files) buf_printf(&b, " from %s", g->stack.v[i].file);
    }
    return buf_str(&b);
}

enum { NEWEST_LANGUAGE = 27 };

static int module_language(const PkgNode *n) {
    if (n->standard || !n->module) return NEWEST_LANGUAGE;
    if (n->module->go) return goversion_minor(n->module->go);
    ModFile *f = module_file(n->module);
    return f ? modfile_language(f) : 16;
}

/* --- rules between packages --- */

/* Where the importer must lie for an internal or vendored package: the path before that element, or NULL. */
static const char *parent_of(const char *path, const char *element) {
    const char *found = NULL;
    size_t n = strlen(element);
    for (const char *p = strstr(path, element); p; p = strstr(p + 1, element))
        if ((p == path || p[-1] == '/') && (!p[n] || p[n] == '/')) found = p;
    if (!found) return NULL;
    return found == path ? "" : intern_n(path, (size_t)(found - path - 1));
}

static bool may_use_internal(const PkgNode *from, const PkgNode *to) {
    const char *parent = parent_of(to->path, "internal");
    if (!parent) return true;
    if (to->standard) return from->standard;
    const char *importer = from->for_test ? from->for_test : from->path;
    if (!from->named_files) return path_below(importer, parent);
    const char *dir =
        parent_of(to->dir, "internal"); /* named files have no path but that of their folder */
    return dir && path_below(from->dir, dir);
}

static void check_rules(Graph *g, const PkgNode *from, const SrcFile *f, const Import *im,
                        const PkgNode *to) {
    const char *what = NULL;
    if (!may_use_internal(from, to))
        what = "internal package";
    else if (strcmp(to->name ? to->name : "", "main") == 0 && !to->standard &&
             from->for_test != to->path) {
        fault(g, "%s:%d:%d: import \"%s\" is a program, not an importable package",
              short_path(g->bc->cwd, f->path), im->line, im->col, to->path);
        return;
    }
    if (what)
        fault(g, "package %s\n\t%s:%d:%d: use of %s %s not allowed", from->path,
              short_path(g->bc->cwd, f->path), im->line, im->col, what, to->path);
}

/* --- nodes --- */

static PkgNode *node_at(Graph *g, const Place *p);

static void cycle(Graph *g) {
    fault(g, "%s: import cycle not allowed", import_stack(g, "", true));
}

/* What to say of a folder none of whose files can be built. */
static void no_files(Graph *g, PkgNode *n) {
    n->failed = true;
    Folder *f = &n->folder;
    folder_read_tests(g->bc, f);
    if (f->cgo.n) {
        const SrcFile *s = f->cgo.v[0];
        for (int i = 0; i < s->head.imports.n; i++)
            if (strcmp(s->head.imports.v[i].path, "C") == 0)
                fault(g, "%s:%d:%d: import \"C\": Golem does not compile cgo",
                      short_path(g->bc->cwd, s->path), s->head.imports.v[i].line,
                      s->head.imports.v[i].col);
        return;
    }
    const char *stack = import_stack(g, n->path, false);
    if (f->ignored.n)
        fault(g, "%s: build constraints exclude all Go files in %s", stack, n->dir);
    else if (f->test.n + f->xtest.n)
        fault(g, "%s: no non-test Go files in %s", stack, n->dir);
    else
        fault(g, "%s: no Go files in %s", stack, n->dir);
}

static void link_import(Graph *g, PkgNode *n, SrcFile *f, const Import *im) {
    if (strcmp(im->path, "unsafe") == 0 || strcmp(im->path, "C") == 0 ||
        map_get(&n->by_path, im->path))
        return;
    Place p = resolve_import(g->bc, n, im->path);
    if (!p.dir) {
        fault(g, "%s:%d:%d: %s", short_path(g->bc->cwd, f->path), im->line, im->col, p.why);
        n->failed = true;
        return;
    }
    push(&g->stack, ((ImportStep){n->path, f->name, p.path}));
    PkgNode *to = node_at(g, &p);
    if (to && !to->files.n && !to->failed) no_files(g, to);
    g->stack.n--;
    if (!to) {
        n->failed = true;
        return;
    }
    check_rules(g, n, f, im, to);
    map_put(&n->by_path, im->path, to);
    for (int i = 0; i < n->imports.n; i++)
        if (n->imports.v[i] == to) return;
    push(&n->imports, to);
}

static int by_import_path(const void *x, const void *y) {
    return strcmp((*(PkgNode *const *)x)->path, (*(PkgNode *const *)y)->path);
}

void graph_link(Graph *g, PkgNode *n, const SrcFiles *files) {
    for (int i = 0; i < files->n; i++) {
        SrcFile *f = files->v[i];
        for (int j = 0; j < f->head.imports.n; j++) link_import(g, n, f, &f->head.imports.v[j]);
    }
    if (n->imports.n)
        qsort(n->imports.v, (size_t)n->imports.n, sizeof *n->imports.v, by_import_path);
}

/* All files of a package name it alike; which those are is settled here. */
static bool same_package(Graph *g, PkgNode *n, const SrcFiles *files) {
    for (int i = 0; i < files->n; i++) {
        const SrcFile *f = files->v[i];
        if (!f->head.package) continue; /* the parser's to report */
        if (!n->name) {
            n->name = f->head.package;
        } else if (n->name != f->head.package) {
            fault(g, "found packages %s (%s) and %s (%s) in %s", n->name, files->v[0]->name,
                  f->head.package, f->name, n->dir);
            n->failed = true;
            return false;
        }
    }
    return true;
}

static void add_overlay(Graph *g, PkgNode *n) {
    const char *dir = xprintf("%s/overlay/%s", g->bc->lib, path_in_vendor(n->path));
    if (!is_dir(dir)) return;
    Folder f;
    folder_read(g->bc, dir, n->path, n->standard, &f);
    for (int i = 0; i < f.go.n; i++) {
        f.go.v[i]->overlay = true;
        push(&n->files, f.go.v[i]);
    }
}

static PkgNode *node_at(Graph *g, const Place *p) {
    PkgNode *n = map_get(&g->nodes, p->path);
    if (n) {
        if (n->state != NODE_GOING) return n;
        cycle(g);
        return NULL;
    }
    n = new_(PkgNode);
    *n = (PkgNode){.path = p->path,
                   .dir = p->dir,
                   .module = p->module,
                   .standard = p->standard,
                   .state = NODE_GOING};
    map_put(&g->nodes, n->path, n);
    n->language = module_language(n);
    folder_read(g->bc, n->dir, n->path, n->standard, &n->folder);
    for (int i = 0; i < n->folder.go.n; i++) push(&n->files, n->folder.go.v[i]);
    if (n->standard) add_generated(g->bc, n);
    add_overlay(g, n);
    if (same_package(g, n, &n->files) && n->files.n) graph_link(g, n, &n->files);
    n->link_path = n->name && strcmp(n->name, "main") == 0 ? "main" : n->path;
    n->state = NODE_DONE;
    return n;
}

static bool has_files(const PkgNode *n, bool tests) {
    return n->files.n || (tests && n->folder.test.n + n->folder.xtest.n);
}

/* A node that is wanted as a package; tests may do with a folder of nothing but test files. */
static PkgNode *wanted(Graph *g, const Place *p, bool tests) {
    PkgNode *n = node_at(g, p);
    if (n && tests) folder_read_tests(g->bc, &n->folder);
    if (n && !n->failed && !has_files(n, tests)) no_files(g, n);
    return n;
}

/* The same for what a wildcard matched, which counts only if there is something to build. NULL: it does not. */
static PkgNode *wanted_if_buildable(Graph *g, const Place *p, bool tests) {
    PkgNode *n = node_at(g, p);
    if (n && tests) folder_read_tests(g->bc, &n->folder);
    if (!n || !(n->failed || n->folder.cgo.n || has_files(n, tests))) return NULL;
    if (!n->failed && !n->files.n && !tests) no_files(g, n);
    return n;
}

PkgNode *graph_import(Graph *g, const char *path) {
    Place p = resolve_import(g->bc, NULL, path);
    if (p.dir) return wanted(g, &p, false);
    fault(g, "%s", p.why);
    return NULL;
}

PkgNode *graph_files(Graph *g, char **files, int n) {
    PkgNode *node = new_(PkgNode);
    char *slash = strrchr(files[0], '/');
    char *dir =
        slash ? xprintf("%.*s", (int)(slash == files[0] ? 1 : slash - files[0]), files[0]) : ".";
    char *real = realpath(dir, NULL);
    *node = (PkgNode){.path = "command-line-arguments",
                      .dir = real ? xstrdup(real) : dir,
                      .named_files = true,
                      .state = NODE_GOING};
    free(real);
    Modules *ms = g->bc->mods;
    node->module = ms && ms->main.n && path_below(node->dir, ms->root) ? ms->main.v[0] : NULL;
    node->language = module_language(node);
    for (int i = 0; i < n; i++) {
        SrcFile *s = new_(SrcFile);
        slash = strrchr(files[i], '/');
        s->name = slash ? slash + 1 : files[i];
        s->path = *files[i] == '/' ? files[i] : xprintf("%s/%s", g->bc->cwd, files[i]);
        if (slash && *files[i] != '/') s->path = xprintf("%s/%s", node->dir, s->name);
        if (is_dir(files[i]) || !read_file(files[i], &s->src)) {
            fault(g, "cannot read %s: %s", files[i],
                  is_dir(files[i]) ? "it is a directory" : strerror(errno));
            node->failed = true;
            continue;
        }
        read_header(s->src, &s->head);
        push(&node->files, s);
        push(&node->folder.go, s);
    }
    for (int i = 0; i < node->files.n; i++)
        for (int j = 0; j < node->files.v[i]->head.imports.n; j++) {
            const Import *im = &node->files.v[i]->head.imports.v[j];
            if (strcmp(im->path, "C") != 0) continue;
            fault(g, "%s:%d:%d: import \"C\": Golem does not compile cgo",
                  short_path(g->bc->cwd, node->files.v[i]->path), im->line, im->col);
            node->failed = true;
        }
    if (!node->failed && same_package(g, node, &node->files)) graph_link(g, node, &node->files);
    node->link_path = node->name && strcmp(node->name, "main") == 0 ? "main"
                      : node->name                                  ? node->name
                                                                    : node->path;
    node->state = NODE_DONE;
    push(&g->roots, node);
    return node;
}

/* --- what the command line names --- */

static void add_root(Graph *g, PkgNode *n) {
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.v[i] == n) return;
    push(&g->roots, n);
}

static bool has_wildcard(const char *pattern) {
    return strstr(pattern, "...") || strcmp(pattern, "std") == 0 || strcmp(pattern, "all") == 0;
}

static bool is_local(const char *pattern) {
    return *pattern == '/' || strcmp(pattern, ".") == 0 || strcmp(pattern, "..") == 0 ||
           strncmp(pattern, "./", 2) == 0 || strncmp(pattern, "../", 3) == 0;
}

void graph_add_patterns(Graph *g, char **patterns, int n, bool tests) {
    for (int i = 0; i < n; i++) {
        NameVec paths = {0};
        const char *pattern = patterns[i];
        bool wild = has_wildcard(pattern);
        if (wild)
            expand_pattern(g, pattern, &paths);
        else
            push(&paths, pattern);
        for (int j = 0; j < paths.n; j++) {
            bool local = is_local(paths.v[j]);
            if (local && !is_dir(paths.v[j])) {
                fault(g, "stat %s: directory not found",
                      *paths.v[j] == '/'
                          ? paths.v[j]
                          : xprintf("%s/%s", g->bc->cwd,
                                    *paths.v[j] == '.' && paths.v[j][1] == '/' ? paths.v[j] + 2
                                                                               : paths.v[j]));
                continue;
            }
            Place p =
                local ? resolve_dir(g->bc, paths.v[j]) : resolve_import(g->bc, NULL, paths.v[j]);
            if (p.why || !p.dir) {
                fault(g, "%s", p.why ? p.why : "not found");
                continue;
            }
            PkgNode *node = wild ? wanted_if_buildable(g, &p, tests) : wanted(g, &p, tests);
            if (node) add_root(g, node);
        }
        if (wild && !paths.n) push(&g->warnings, xprintf("\"%s\" matched no packages", pattern));
    }
}

/* --- order --- */

static void visit(PkgNode *n, Map *seen, PkgNodes *out) {
    if (map_get(seen, n)) return;
    map_put(seen, n, n);
    for (int i = 0; i < n->imports.n; i++) visit(n->imports.v[i], seen, out);
    push(out, n);
}

PkgNodes graph_order(PkgNode **roots, int n) {
    PkgNodes out = {0};
    Map seen = {0};
    for (int i = 0; i < n; i++)
        if (roots[i]) visit(roots[i], &seen, &out);
    return out;
}

/* Appends those of `all` that are left, each when its imports are there, the first by path first. */
static void initialise(const PkgNodes *sorted, Map *done, PkgNodes *out) {
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < sorted->n && !more; i++) {
            PkgNode *n = sorted->v[i];
            if (map_get(done, n)) continue;
            bool ready = true;
            for (int j = 0; j < n->imports.n && ready; j++)
                ready = map_get(done, n->imports.v[j]) != NULL;
            if (!ready) continue;
            map_put(done, n, n);
            push(out, n);
            more = true;
        }
    }
}

PkgNodes init_order(const PkgNodes *all, PkgNode *runtime) {
    PkgNodes out = {0}, sorted = {0}, first = graph_order(&runtime, 1);
    Map done = {0};
    for (int i = 0; i < all->n; i++) push(&sorted, all->v[i]);
    qsort(sorted.v, (size_t)sorted.n, sizeof *sorted.v, by_import_path);
    if (first.n) qsort(first.v, (size_t)first.n, sizeof *first.v, by_import_path);
    initialise(&first, &done, &out);
    initialise(&sorted, &done, &out);
    return out;
}
