/* modules.c - the modules of a build: the main ones, and the version of each other.
 *
 * Minimal version selection: of all versions of a module that somebody in the graph requires, the greatest is
 * taken. A go.mod of Go 1.17 or later names every module that its packages need at the version that is taken, so
 * the graph is read only if a package is not found that way; the go.mod of such a dependency is then not followed
 * further. Requirements of older ones are followed to their end. In a workspace the requirements of all its
 * modules count together.
 *
 * A module's files lie in the directory that a replacement names, or in the module cache.
 */
#include "mod/mod.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

static const char *set_or_null(const char *name) {
    const char *v = getenv(name);
    return v && *v ? v : NULL;
}

static const char *cache_place(void) {
    const char *cache = set_or_null("GOMODCACHE"), *gopath = set_or_null("GOPATH"),
               *home = set_or_null("HOME");
    if (cache) return cache;
    if (gopath) return xprintf("%.*s/pkg/mod", (int)strcspn(gopath, ":"), gopath);
    return xprintf("%s/go/pkg/mod", home ? home : "");
}

/* The nearest directory at or above dir that has the file, or NULL. */
static const char *find_up(const char *dir, const char *name) {
    char *d = xstrdup(dir);
    for (;;) {
        if (exists(xprintf("%s/%s", strcmp(d, "/") ? d : "", name)) &&
            !is_dir(xprintf("%s/%s", strcmp(d, "/") ? d : "", name)))
            return d;
        char *slash = strrchr(d, '/');
        if (!slash || strcmp(d, "/") == 0) return NULL;
        slash[slash == d] = 0;
    }
}

static const char *join(const char *dir, const char *path) {
    if (*path == '/') return path;
    char *full = xprintf("%s/%s", dir, path), real[PATH_MAX];
    return realpath(full, real) ? xstrdup(real) : full;
}

/* --- reading --- */

static ModFile *read_modfile(const char *file, bool work, bool strict) {
    Str text;
    if (!read_file(file, &text)) return NULL;
    ModFile *f = new_(ModFile);
    modfile_parse(f, file, text, work, strict);
    return f;
}

static const char *faults_of(const ModFile *f, const char *what) {
    char *text = xstrdup(buf_str((Buf *)&f->errors));
    text[strlen(text) - 1] = 0;
    return xprintf("errors parsing %s:\n%s", what, text);
}

ModFile *module_file(Module *m) {
    if (m->file) return m->file;
    if (m->dir) m->file = read_modfile(xprintf("%s/go.mod", m->dir), false, m->main);
    return m->file;
}

/* --- where a module lies --- */

static const ModReplace *replacement_in(const ModFile *f, const char *path, const char *version) {
    const ModReplace *every = NULL;
    for (int i = 0; f && i < f->replace.n; i++) {
        const ModReplace *r = &f->replace.v[i];
        if (r->path != path) continue;
        if (!r->version)
            every = r;
        else if (r->version == version)
            return r;
    }
    return every;
}

static const ModReplace *replacement(const Modules *ms, const char *path, const char *version,
                                     const char **dir) {
    const ModReplace *r = replacement_in(ms->work, path, version);
    *dir = ms->root;
    for (int i = 0; !r && i < ms->main.n; i++) {
        r = replacement_in(ms->main.v[i]->file, path, version);
        *dir = ms->main.v[i]->dir;
    }
    return r;
}

static const char *cached_dir(const Modules *ms, const char *path, const char *version) {
    return xprintf("%s/%s@%s", ms->cache, escape_module(path), escape_module(version));
}

/* The go.mod of a version that the cache holds: beside the archive, where also those lie whose files nobody needed. */
static ModFile *cached_modfile(const Modules *ms, const char *path, const char *version) {
    ModFile *f = read_modfile(xprintf("%s/cache/download/%s/@v/%s.mod", ms->cache,
                                      escape_module(path), escape_module(version)),
                              false, false);
    return f ? f : read_modfile(xprintf("%s/go.mod", cached_dir(ms, path, version)), false, false);
}

static void locate(const Modules *ms, Module *m) {
    const char *base, *dir;
    m->replace = replacement(ms, m->path, m->version, &base);
    if (!m->replace)
        dir = cached_dir(ms, m->path, m->version);
    else if (!m->replace->new_version)
        dir = join(base, m->replace->new_path);
    else
        dir = cached_dir(ms, m->replace->new_path, m->replace->new_version);
    m->dir = is_dir(dir) ? dir : NULL;
}

static ModFile *required_modfile(const Modules *ms, const char *path, const char *version) {
    const char *base;
    const ModReplace *r = replacement(ms, path, version, &base);
    if (!r) return cached_modfile(ms, path, version);
    if (r->new_version) return cached_modfile(ms, r->new_path, r->new_version);
    const char *dir = join(base, r->new_path);
    ModFile *f = read_modfile(xprintf("%s/go.mod", dir), false, false);
    return f ? f : is_dir(dir) ? new_(ModFile) : NULL;
}

char *module_missing(const Modules *ms, const Module *m) {
    if (ms->vendor)
        return xprintf("%s@%s: not in %s; run 'go mod vendor' where the module can be had", m->path,
                       m->version, ms->vendor);
    if (m->replace && !m->replace->new_version)
        return xprintf("%s@%s: the replacement directory %s does not exist", m->path, m->version,
                       m->replace->new_path);
    const char *path = m->replace ? m->replace->new_path : m->path;
    const char *version = m->replace ? m->replace->new_version : m->version;
    return xprintf("%s@%s: not in the module cache %s; to get it, run where there is a network:\n"
                   "\tgo mod download %s@%s\nor 'go mod vendor' and take the folder vendor along",
                   path, version, ms->cache, path, version);
}

/* --- the list --- */

static bool excluded(const Modules *ms, const char *path, const char *version) {
    for (int i = 0; i < ms->main.n; i++) {
        const ModFile *f = ms->main.v[i]->file;
        for (int j = 0; f && j < f->exclude.n; j++)
            if (f->exclude.v[j].path == path && f->exclude.v[j].version == version) return true;
    }
    return false;
}

static Module *listed(const Modules *ms, const char *path) {
    for (int i = 0; i < ms->list.n; i++)
        if (ms->list.v[i]->path == path) return ms->list.v[i];
    return NULL;
}

/* Takes the version if it is the greatest so far. */
static void require(Modules *ms, const char *path, const char *version, bool indirect) {
    if (excluded(ms, path, version)) return;
    Module *m = listed(ms, path);
    if (!m) {
        m = new_(Module);
        m->path = path;
        m->indirect = true;
        push(&ms->list, m);
    }
    if (m->main) return;
    m->indirect &= indirect;
    if (!m->version || semver_cmp(version, m->version) > 0) {
        m->version = version;
        m->file = NULL;
    }
}

static int by_path(const void *x, const void *y) {
    const Module *a = *(Module *const *)x, *b = *(Module *const *)y;
    if (a->main != b->main) return a->main ? -1 : 1;
    return strcmp(a->path, b->path);
}

static void settle(Modules *ms) {
    qsort(ms->list.v, (size_t)ms->list.n, sizeof *ms->list.v, by_path);
    for (int i = 0; i < ms->list.n; i++)
        if (!ms->list.v[i]->main) locate(ms, ms->list.v[i]);
}

static void require_roots(Modules *ms) {
    for (int i = 0; i < ms->main.n; i++) {
        const ModFile *f = ms->main.v[i]->file;
        for (int j = 0; j < f->require.n; j++)
            require(ms, f->require.v[j].path, f->require.v[j].version, f->require.v[j].indirect);
    }
}

typedef struct Visit { /* a module whose go.mod is to be read */
    const char *path, *version;
    bool follow; /* and those that it requires, in turn */
} Visit;

bool modules_load_graph(Modules *ms) {
    if (ms->whole || ms->vendor) return true;
    ms->whole = true;
    VEC(Visit) todo = {0};
    Map seen = {0};
    for (int i = 0; i < ms->main.n; i++) {
        const ModFile *f = ms->main.v[i]->file;
        for (int j = 0; j < f->require.n; j++)
            push(&todo, ((Visit){f->require.v[j].path, f->require.v[j].version, true}));
    }
    for (int i = 0; i < todo.n; i++) {
        Visit v = todo.v[i];
        Module *own = listed(ms, v.path);
        if (own && own->main) continue;
        const char *key = intern(xprintf("%s@%s%s", v.path, v.version, v.follow ? "" : "!"));
        if (map_get(&seen, key) || excluded(ms, v.path, v.version)) continue;
        map_put(&seen, key, ms);
        require(ms, v.path, v.version, true);
        ModFile *f = required_modfile(ms, v.path, v.version);
        if (!f) {
            Module gone = {.path = v.path, .version = v.version};
            const char *base;
            gone.replace = replacement(ms, v.path, v.version, &base);
            ms->fault = module_missing(ms, &gone);
            return false;
        }
        bool pruned = f->module && modfile_language(f) >= 17;
        if (!v.follow) continue;
        for (int j = 0; j < f->require.n; j++)
            push(&todo, ((Visit){f->require.v[j].path, f->require.v[j].version, !pruned}));
    }
    settle(ms);
    return true;
}

/* --- the main modules --- */

static Module *add_main(Modules *ms, const char *dir, const char *file) {
    Module *m = new_(Module);
    m->main = true;
    m->dir = dir;
    m->version = "";
    m->file = read_modfile(file, false, true);
    if (!m->file) {
        ms->fault = xprintf(
            "cannot load module %s listed in go.work file: open %s: no such file or directory", dir,
            file);
        return NULL;
    }
    if (m->file->errors.n) {
        ms->fault = faults_of(m->file, "go.mod");
        return NULL;
    }
    if (!m->file->module) {
        ms->fault = xprintf("error reading %s: missing module declaration. To specify the module "
                            "path:\n\tgo mod edit -module=example.com/mod",
                            file);
        return NULL;
    }
    m->path = m->file->module;
    m->file->dir = dir;
    push(&ms->main, m);
    push(&ms->list, m);
    return m;
}

static bool add_workspace(Modules *ms, const char *file) {
    ms->work = read_modfile(file, true, true);
    if (!ms->work || ms->work->errors.n) {
        ms->fault = ms->work ? faults_of(ms->work, "go.work") : xprintf("cannot read %s", file);
        return false;
    }
    ms->root = ms->work->dir;
    for (int i = 0; i < ms->work->use.n; i++) {
        const char *dir = join(ms->root, ms->work->use.v[i]);
        if (!add_main(ms, dir, xprintf("%s/go.mod", dir))) return false;
    }
    return true;
}

static const char *workspace_file(const ModOptions *opt) {
    const char *work = set_or_null("GOWORK");
    if (work && strcmp(work, "off") == 0) return NULL;
    if (work) return work;
    const char *dir = find_up(opt->dir, "go.work");
    return dir ? xprintf("%s/go.work", strcmp(dir, "/") ? dir : "") : NULL;
}

/* vendor/ is what counts where it exists, the go line is 1.14 or later (go.work: 1.22), and -mod says nothing else. */
static bool vendor_wanted(const Modules *ms, const ModOptions *opt) {
    if (opt->mod) return strcmp(opt->mod, "vendor") == 0;
    const ModFile *f = ms->work ? ms->work : ms->main.n ? ms->main.v[0]->file : NULL;
    return f && f->go && modfile_language(f) >= (ms->work ? 22 : 14) &&
           is_dir(xprintf("%s/vendor", ms->root)) &&
           exists(xprintf("%s/vendor/modules.txt", ms->root));
}

Modules *modules_load(const ModOptions *opt) {
    Modules *ms = new_(Modules);
    ms->cache = cache_place();
    const char *work = workspace_file(opt);
    if (work) {
        if (!add_workspace(ms, work)) return ms;
    } else {
        const char *dir = find_up(opt->dir, "go.mod");
        if (!dir) return NULL;
        ms->root = dir;
        const char *file = xprintf("%s/go.mod", strcmp(dir, "/") ? dir : "");
        if (!add_main(ms, dir, opt->modfile ? opt->modfile : file)) return ms;
    }
    if (vendor_wanted(ms, opt)) {
        ms->vendor = xprintf("%s/vendor", ms->root);
        vendor_load(ms);
        return ms;
    }
    require_roots(ms);
    bool lazy = ms->main.n == 1 && modfile_language(ms->main.v[0]->file) >= 17;
    if (!lazy && !modules_load_graph(ms)) return ms;
    settle(ms);
    return ms;
}
