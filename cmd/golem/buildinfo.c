/* buildinfo.c - what a program says of itself: the packages and modules it was built from, and the settings.
 *
 * The lines are those of Go's command ("path", "mod", "dep", "=>", "build"), so that runtime/debug and
 * "go version -m" read them.
 */
#include "golem.h"

#include <stdlib.h>

/* --- GODEBUG --- */

typedef struct Settings {
    VEC(ModSetting) list;
    int release; /* whose defaults they change */
} Settings;

static void set(Settings *s, const char *key, const char *value) {
    if (strcmp(key, "default") == 0) {
        s->release = goversion_minor(strncmp(value, "go", 2) == 0 ? value + 2 : value);
        return;
    }
    for (int i = 0; i < s->list.n; i++)
        if (strcmp(s->list.v[i].key, key) == 0) {
            s->list.v[i].value = value;
            return;
        }
    push(&s->list, ((ModSetting){key, value}));
}

/* //go:debug key=value lines, which stand before the package clause. */
static void debug_lines(Settings *s, Str src) {
    const char *p = src.p, *end = p + src.n;
    while (p < end && strncmp(p, "package ", end - p < 8 ? (size_t)(end - p) : 8) != 0) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        if (!nl) nl = end;
        if (nl - p > 11 && memcmp(p, "//go:debug ", 11) == 0) {
            const char *eq = memchr(p, '=', (size_t)(nl - p));
            const char *stop = nl;
            while (stop > p && (stop[-1] == ' ' || stop[-1] == '\r')) stop--;
            if (eq)
                set(s, intern_n(p + 11, (size_t)(eq - p - 11)),
                    intern_n(eq + 1, (size_t)(stop - eq - 1)));
        }
        p = nl + 1;
    }
}

/* The text behind `label` in an entry of the library's table, up to a quote or comma. */
static const char *entry_field(const char *entry, const char *end, const char *label) {
    size_t n = strlen(label);
    for (const char *p = entry; p + n < end; p++)
        if (memcmp(p, label, n) == 0) {
            p += n;
            return intern_n(p, strcspn(p, "\","));
        }
    return NULL;
}

/* What the settings were that later releases changed: the table of internal/godebugs says it. */
static void older_defaults(const Build *b, Settings *s, int release) {
    Str text;
    if (!b->ctx.goroot ||
        !read_file(xprintf("%s/src/internal/godebugs/table.go", b->ctx.goroot), &text))
        return;
    const char *p = xprintf("%.*s", (int)text.n, text.p);
    while ((p = strstr(p, "{Name: \""))) {
        const char *end = strchr(p, '\n');
        if (!end) return;
        const char *name = entry_field(p, end, "Name: \""),
                   *changed = entry_field(p, end, "Changed: ");
        const char *old = entry_field(p, end, "Old: \"");
        if (name && changed && old && release < atoi(changed)) {
            bool said = false;
            for (int i = 0; i < s->list.n; i++) said |= strcmp(s->list.v[i].key, name) == 0;
            if (!said) push(&s->list, ((ModSetting){name, old}));
        }
        p = end;
    }
}

static int by_key(const void *x, const void *y) {
    return strcmp(((const ModSetting *)x)->key, ((const ModSetting *)y)->key);
}

char *godebug_defaults(const Build *b, const PkgNode *main) {
    Settings s = {.release = b->ctx.gopath_mode ? 20 : main->language};
    const Modules *ms = b->ctx.mods;
    const ModFile *f = ms && ms->work ? ms->work : main->module ? main->module->file : NULL;
    for (int i = 0; f && i < f->godebug.n; i++) set(&s, f->godebug.v[i].key, f->godebug.v[i].value);
    for (int i = 0; i < main->files.n; i++) debug_lines(&s, main->files.v[i]->src);
    older_defaults(b, &s, s.release < 20 ? 20 : s.release);
    if (s.list.n) qsort(s.list.v, (size_t)s.list.n, sizeof *s.list.v, by_key);
    Buf out = {0};
    for (int i = 0; i < s.list.n; i++)
        buf_printf(&out, "%s%s=%s", i ? "," : "", s.list.v[i].key, s.list.v[i].value);
    return xstrdup(buf_str(&out));
}

/* --- modules --- */

/* The sum that go.sum has for a version, or "". */
static const char *sum_of(const Modules *ms, const char *path, const char *version) {
    Str text;
    if (!read_file(xprintf("%s/go.sum", ms->root), &text)) return "";
    const char *line = xprintf("\n%s %s ", path, version),
               *all = xprintf("\n%.*s", (int)text.n, text.p);
    const char *at = strstr(all, line);
    if (!at) return "";
    at += strlen(line);
    return intern_n(at, strcspn(at, "\r\n"));
}

static void module_line(Buf *b, const Modules *ms, const char *word, const Module *m) {
    const char *version = *m->version ? m->version : "(devel)";
    if (!m->replace) {
        buf_printf(b, "%s\t%s\t%s\t%s\n", word, m->path, version, sum_of(ms, m->path, version));
        return;
    }
    buf_printf(b, "%s\t%s\t%s\n", word, m->path, version);
    const char *rv = m->replace->new_version ? m->replace->new_version : "(devel)";
    buf_printf(b, "=>\t%s\t%s\t%s\n", m->replace->new_path, rv,
               sum_of(ms, m->replace->new_path, rv));
}

static int by_path(const void *x, const void *y) {
    return strcmp((*(const Module *const *)x)->path, (*(const Module *const *)y)->path);
}

char *build_info(const Build *b, const PkgNode *main) {
    Buf out = {0};
    buf_printf(&out, "path\t%s\n", main->path);
    VEC(const Module *) deps = {0};
    Map seen = {0};
    PkgNode *root = (PkgNode *)main;
    PkgNodes all = graph_order(&root, 1);
    for (int i = 0; i < all.n; i++) {
        const Module *m = all.v[i]->module;
        if (!m || m == main->module || map_get(&seen, m)) continue;
        map_put(&seen, m, (void *)m);
        push(&deps, m);
    }
    if (deps.n) qsort(deps.v, (size_t)deps.n, sizeof *deps.v, by_path);
    if (main->module) module_line(&out, b->ctx.mods, "mod", main->module);
    for (int i = 0; i < deps.n; i++) module_line(&out, b->ctx.mods, "dep", deps.v[i]);
    buf_puts(&out, "build\t-compiler=golem\n");
    if (b->opt->ldflags && !b->opt->trimpath)
        buf_printf(&out, "build\t-ldflags=\"%s\"\n", b->opt->ldflags);
    if (b->opt->tags) buf_printf(&out, "build\t-tags=%s\n", b->opt->tags);
    if (b->opt->trimpath) buf_puts(&out, "build\t-trimpath=true\n");
    const char *godebug = godebug_defaults(b, main);
    if (*godebug) buf_printf(&out, "build\tDefaultGODEBUG=%s\n", godebug);
    buf_puts(&out,
             "build\tCGO_ENABLED=0\nbuild\tGOARCH=amd64\nbuild\tGOOS=linux\nbuild\tGOAMD64=v1\n");
    return xstrdup(buf_str(&out));
}
