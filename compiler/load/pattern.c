/* pattern.c - patterns with "...": which packages they stand for.
 *
 * A local pattern ("./...", "../x/...") and one that begins with the path of a main module walk folders; "std" and
 * patterns of the library walk GOROOT; others are matched against what the modules have. Folders whose names begin with . or _, those called
 * testdata or vendor, modules of their own and those that go.mod ignores are left out.
 */
#include "load/load.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

bool pattern_matches(const char *pattern, const char *name) {
    if (strcmp(pattern, "/...") == 0 && !*name) return true;
    while (*pattern) {
        if (strncmp(pattern, "...", 3) == 0) {
            for (const char *s = name;; s++) {
                if (pattern_matches(pattern + 3, s)) return true;
                if (!*s) return false;
            }
        }
        if (*pattern != *name) return strcmp(pattern, "/...") == 0 && !*name;
        pattern++, name++;
    }
    return !*name;
}

typedef struct Walk {
    Graph *g;
    const char *pattern;  /* names are matched against it */
    const Module *module; /* or NULL */
    bool library;
    NameVec *out;
} Walk;

static bool ignored(const Walk *w, const char *dir) {
    const ModFile *f = w->module ? w->module->file : NULL;
    for (int i = 0; f && i < f->ignore.n; i++) {
        const char *e = f->ignore.v[i];
        if (strncmp(e, "./", 2) == 0) {
            if (path_below(dir, xprintf("%s/%s", w->module->dir, e + 2))) return true;
        } else {
            size_t n = strlen(dir), m = strlen(e);
            if (n > m && strcmp(dir + n - m, e) == 0 && dir[n - m - 1] == '/') return true;
        }
    }
    return false;
}

static bool skipped(const Walk *w, const char *dir, const char *name) {
    if (*name == '.' || *name == '_' || strcmp(name, "testdata") == 0 ||
        (strcmp(name, "vendor") == 0 && !w->library))
        return true;
    if (w->library && strcmp(name, "cmd") == 0) return true;
    return (!w->library && !w->g->bc->gopath_mode &&
            access(xprintf("%s/go.mod", dir), F_OK) == 0) ||
           ignored(w, dir);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Goes through dir, which is called name. */
static void walk(const Walk *w, const char *dir, const char *name) {
    if (pattern_matches(w->pattern, name) && folder_has_go(dir)) push(w->out, name);
    NameVec subs = {0};
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_type == DT_DIR ||
            (e->d_type == DT_UNKNOWN && is_dir(xprintf("%s/%s", dir, e->d_name))))
            push(&subs, (const char *)xstrdup(e->d_name));
    if (d) closedir(d);
    if (subs.n) qsort(subs.v, (size_t)subs.n, sizeof *subs.v, by_name);
    for (int i = 0; i < subs.n; i++) {
        const char *sub = xprintf("%s/%s", strcmp(dir, "/") ? dir : "", subs.v[i]);
        if (!skipped(w, sub, subs.v[i]))
            walk(w, sub, *name ? xprintf("%s/%s", name, subs.v[i]) : subs.v[i]);
    }
}

static const Module *module_of_dir(const Graph *g, const char *dir) {
    const Modules *ms = g->bc->mods;
    for (int i = 0; ms && i < ms->main.n; i++)
        if (path_below(dir, ms->main.v[i]->dir)) return ms->main.v[i];
    return NULL;
}

static void expand_local(Graph *g, const char *pattern, NameVec *out) {
    size_t n = (size_t)(strstr(pattern, "...") - pattern);
    while (n && pattern[n - 1] != '/') n--;
    while (n > 1 && pattern[n - 1] == '/') n--;
    char *dir = xprintf("%.*s", n ? (int)n : 1, n ? pattern : "."), *real = realpath(dir, NULL);
    if (!real) {
        push(&g->errors, xprintf("pattern %s: lstat %s: no such file or directory", pattern, dir));
        return;
    }
    Walk w = {g, pattern, module_of_dir(g, real), false, out};
    walk(&w, dir, dir);
    free(real);
}

static void expand_library(Graph *g, const char *pattern, NameVec *out) {
    if (!g->bc->goroot) return;
    Walk w = {g, strcmp(pattern, "std") == 0 ? "..." : pattern, NULL, true, out};
    int from = out->n;
    walk(&w, xprintf("%s/src", g->bc->goroot), "");
    int kept = from;
    for (int i = from; i < out->n; i++) /* the root itself, and what does not name a package */
        if (*out->v[i] && strcmp(out->v[i], "builtin") != 0) out->v[kept++] = out->v[i];
    out->n = kept;
}

void expand_pattern(Graph *g, const char *pattern, NameVec *out) {
    if (*pattern == '.' || *pattern == '/') {
        expand_local(g, pattern, out);
        return;
    }
    bool all = strcmp(pattern, "all") == 0;
    if (!all) expand_library(g, pattern, out);
    const Modules *ms = g->bc->mods;
    for (int i = 0; ms && i < ms->list.n; i++) {
        const Module *m = ms->list.v[i];
        if (!m->dir || (ms->vendor && !m->main) || (all && !m->main)) continue;
        Walk w = {g, all ? "..." : pattern, m, false, out};
        walk(&w, m->dir, m->path);
    }
    for (int i = 0; g->bc->gopath_mode && i < g->bc->gopath.n; i++) {
        Walk w = {g, all ? "..." : pattern, NULL, false, out};
        walk(&w, xprintf("%s/src", g->bc->gopath.v[i]), "");
    }
}
