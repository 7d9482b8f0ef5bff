/* vendor.c - vendor/modules.txt: which module each package of the vendor directory came from.
 *
 *   # path version            a module; "# path version => other [version]" where it is replaced
 *   ## explicit; go 1.21      go.mod requires it; its go line
 *   path/of/package           a package of it that was copied
 *
 * go.mod and the file must agree on what is required and at which versions.
 */
#include "mod/mod.h"

#include <stdlib.h>

typedef struct Words {
    char *v[8];
    int n;
} Words;

static Words split(char *line) {
    Words w = {0};
    for (char *s = strtok(line, " \t\r"); s && w.n < 8; s = strtok(NULL, " \t\r")) w.v[w.n++] = s;
    return w;
}

/* A replacement as the file notes it, at the end of a module's line. */
static const ModReplace *noted_replacement(const Words *w, int arrow) {
    ModReplace *r = new_(ModReplace);
    r->new_path = intern(w->v[arrow + 1]);
    if (arrow + 2 < w->n) r->new_version = intern(w->v[arrow + 2]);
    return r;
}

static Module *module_line(Modules *ms, const Words *w) {
    if (w->n < 2) return NULL;
    bool bare = w->n > 2 &&
                strcmp(w->v[2], "=>") == 0; /* a replacement of every version, noted at the end */
    if (bare || w->n < 3) return NULL;
    Module *m = new_(Module);
    m->path = intern(w->v[1]);
    m->version = intern(w->v[2]);
    m->dir = xprintf("%s/%s", ms->vendor, m->path);
    if (w->n > 4 && strcmp(w->v[3], "=>") == 0) m->replace = noted_replacement(w, 3);
    push(&ms->list, m);
    return m;
}

/* "## explicit; go 1.21" */
static void notes(Module *m, char *line) {
    for (char *s = strtok(line + 2, ";"); s; s = strtok(NULL, ";")) {
        while (*s == ' ') s++;
        s[strcspn(s, "\r")] = 0;
        if (strcmp(s, "explicit") == 0) m->explicit_ = true;
        if (strncmp(s, "go ", 3) == 0) m->go = intern(s + 3);
    }
}

static Module *vendored_module(const Modules *ms, const char *path) {
    for (int i = 0; i < ms->list.n; i++)
        if (!ms->list.v[i]->main && ms->list.v[i]->path == path) return ms->list.v[i];
    return NULL;
}

static bool required(const Modules *ms, const Module *m) {
    for (int i = 0; i < ms->main.n; i++) {
        const ModFile *f = ms->main.v[i]->file;
        for (int j = 0; j < f->require.n; j++)
            if (f->require.v[j].path == m->path) return true;
    }
    return false;
}

static void compare(Modules *ms) {
    Buf b = {0};
    for (int i = 0; i < ms->main.n; i++) {
        const ModFile *f = ms->main.v[i]->file;
        for (int j = 0; j < f->require.n; j++) {
            const ModRequire *q = &f->require.v[j];
            const Module *m = vendored_module(ms, q->path);
            if (m && m->explicit_ && (m->version == q->version || ms->work)) continue;
            if (!m || !m->explicit_ || ms->work)
                buf_printf(&b,
                           "\n\t%s@%s: is explicitly required in go.mod, but not marked as "
                           "explicit in vendor/modules.txt",
                           q->path, q->version);
            else
                buf_printf(&b,
                           "\n\t%s@%s: is explicitly required in go.mod, but vendor/modules.txt "
                           "indicates %s@%s",
                           q->path, q->version, m->path, m->version);
        }
    }
    for (int i = 0; i < ms->list.n; i++) {
        const Module *m = ms->list.v[i];
        if (!m->main && m->explicit_ && !required(ms, m))
            buf_printf(&b,
                       "\n\t%s@%s: is marked as explicit in vendor/modules.txt, but not explicitly "
                       "required in go.mod",
                       m->path, m->version);
    }
    if (b.n)
        ms->fault = xprintf("inconsistent vendoring in %s:%s\n\n\tTo ignore the vendor directory, "
                            "use -mod=readonly or -mod=mod.\n"
                            "\tTo sync the vendor directory, run:\n\t\tgo %s vendor",
                            ms->root, buf_str(&b), ms->work ? "work" : "mod");
}

bool vendor_load(Modules *ms) {
    Str text;
    if (!read_file(xprintf("%s/modules.txt", ms->vendor), &text)) text = (Str){"", 0};
    char *all = xprintf("%.*s", (int)text.n, text.p), *rest = all;
    Module *m = NULL;
    while (rest && *rest) {
        char *line = rest;
        rest = strchr(line, '\n');
        if (rest) *rest++ = 0;
        if (strncmp(line, "##", 2) == 0) {
            if (m) notes(m, line);
        } else if (*line == '#') {
            Words w = split(line);
            m = module_line(ms, &w);
        } else if (m && *line) {
            line[strcspn(line, "\r")] = 0;
            map_put(&ms->vendored, intern(line), m);
        }
    }
    compare(ms);
    return !ms->fault;
}
