/* variant.c - the graph of a test.
 *
 * The package under test is built again with its own _test.go files, and its external tests import that. A package between
 * them, which the external tests import and which imports the package under test, must see the same: it is copied, and
 * its imports point into the variant.
 */
#include "load/load.h"

#include <stdlib.h>

static bool reaches(PkgNode *n, const PkgNode *target, Map *seen) {
    if (n == target) return true;
    void *known = map_get(seen, n);
    if (known) return known == target;
    map_put(seen, n, n); /* no */
    for (int i = 0; i < n->imports.n; i++)
        if (reaches(n->imports.v[i], target, seen)) {
            map_put(seen, n, (void *)target);
            return true;
        }
    return false;
}

/* A node like n, without imports. */
static PkgNode *copy_for_test(const PkgNode *n, const PkgNode *tested) {
    PkgNode *c = new_(PkgNode);
    *c = (PkgNode){.path = n->path,
                   .name = n->name,
                   .dir = n->dir,
                   .link_path = n->link_path,
                   .module = n->module,
                   .standard = n->standard,
                   .cover = n->cover,
                   .for_test = tested->path,
                   .folder = n->folder,
                   .files = n->files,
                   .language = n->language,
                   .state = NODE_DONE};
    return c;
}

/* The node as the test sees it: itself, unless it imports what the test changes. */
static PkgNode *seen_by_test(PkgNode *n, TestNodes *t) {
    if (n == t->plain) return t->pkg;
    if (t->plain == t->pkg || !reaches(n, t->plain, &t->reach)) return n;
    PkgNode *c = map_get(&t->copies, n);
    if (c) return c;
    c = copy_for_test(n, t->plain);
    map_put(&t->copies, n, c);
    for (int i = 0; i < n->by_path.n; i++)
        map_put(&c->by_path, n->by_path.keys[i], seen_by_test(n->by_path.vals[i], t));
    for (int i = 0; i < n->imports.n; i++) push(&c->imports, seen_by_test(n->imports.v[i], t));
    return c;
}

static PkgNode *with_tests(Graph *g, PkgNode *p) {
    PkgNode *n = copy_for_test(p, p);
    n->link_path = p->path; /* main is the test's own */
    n->files = (SrcFiles){0};
    for (int i = 0; i < p->files.n; i++) push(&n->files, p->files.v[i]);
    for (int i = 0; i < p->folder.test.n; i++) push(&n->files, p->folder.test.v[i]);
    if (!n->name && n->files.n) n->name = n->files.v[0]->head.package;
    graph_link(g, n, &n->files);
    Map seen = {0};
    for (int i = 0; i < n->imports.n; i++)
        if (reaches(n->imports.v[i], p, &seen)) {
            push(&g->errors, xprintf("package %s\n\timports %s: import cycle not allowed in test",
                                     p->path, n->imports.v[i]->path));
            n->failed = true;
        }
    return n;
}

static PkgNode *external(Graph *g, TestNodes *t) {
    PkgNode *p = t->plain, *x = copy_for_test(p, p);
    x->path = intern(xprintf("%s_test", p->path));
    x->link_path = x->path;
    x->files = p->folder.xtest;
    x->name = x->files.v[0]->head.package;
    graph_link(g, x, &x->files);
    for (int i = 0; i < x->by_path.n; i++) x->by_path.vals[i] = seen_by_test(x->by_path.vals[i], t);
    for (int i = 0; i < x->imports.n; i++) x->imports.v[i] = seen_by_test(x->imports.v[i], t);
    return x;
}

void graph_test_variant(Graph *g, PkgNode *p, TestNodes *t, CoverMode cover) {
    *t = (TestNodes){.plain = p, .pkg = p};
    folder_read_tests(g->bc, &p->folder);
    bool program = p->link_path && strcmp(p->link_path, "main") == 0;
    if (p->folder.test.n || program || cover) t->pkg = with_tests(g, p);
    if (cover) t->pkg->cover = cover;
    if (p->folder.xtest.n) t->xtest = external(g, t);
    t->runtime = seen_by_test(g->runtime, t);
}

PkgNode *graph_test_main(Graph *g, TestNodes *t, Str source) {
    PkgNode *m = new_(PkgNode);
    SrcFile *f = new_(SrcFile);
    *f = (SrcFile){.name = "_testmain.go", .path = "_testmain.go", .src = source};
    read_header(source, &f->head);
    *m = (PkgNode){.path = intern(xprintf("%s.test", t->plain->path)),
                   .name = "main",
                   .dir = t->plain->dir,
                   .link_path = "main",
                   .module = t->plain->module,
                   .language = t->pkg->language,
                   .for_test = t->plain->path,
                   .standard = true};
    push(&m->files, f);
    for (int i = 0; i < f->head.imports.n; i++) {
        const char *path = f->head.imports.v[i].path;
        PkgNode *n = path == t->plain->path               ? t->plain
                     : t->xtest && path == t->xtest->path ? t->xtest
                                                          : graph_import(g, path);
        if (!n) {
            m->failed = true;
            continue;
        }
        n = n == t->xtest ? n : seen_by_test(n, t);
        map_put(&m->by_path, path, n);
        push(&m->imports, n);
    }
    return m;
}
