/* resolve.c - which directory an import path means.
 *
 * In this order: the standard library (a first element without a dot, and a folder there); in module mode the modules
 * of the build, of which exactly one may have the package, or the vendor directory; in GOPATH mode the vendor
 * directories above the importer, then GOPATH.
 */
#include "load/load.h"

#include <stdlib.h>

static bool standard_shape(const char *path) {
    const char *slash = strchr(path, '/'), *dot = strchr(path, '.');
    return !dot || (slash && dot > slash);
}

/* The folder of a package of the library, or NULL. */
static const char *library_dir(const BuildContext *bc, const char *path) {
    const char *dir = xprintf("%s/%s", bc->lib, path);
    if (folder_has_go(dir)) return dir;
    if (!bc->goroot || bc->goroot_fault) return NULL;
    dir = xprintf("%s/src/%s", bc->goroot, path);
    return is_dir(dir) ? dir : NULL;
}

/* The library's own imports of golang.org/x/... mean the copies that it brings; its programs (cmd/...) have theirs. */
static Place library_vendored(const BuildContext *bc, const PkgNode *from, const char *path) {
    const char *folder = path_below(from->path, "cmd") ? "cmd/vendor" : "vendor";
    Place p = {.path = intern(xprintf("%s/%s", folder, path)), .standard = true};
    p.dir = library_dir(bc, p.path);
    return p;
}

static Place missing(const char *path, const char *why) {
    return (Place){.path = path, .why = why};
}

/* --- modules --- */

static const char *dir_in(const Module *m, const char *path) {
    if (!m->dir || !path_below(path, m->path)) return NULL;
    const char *rest = path + strlen(m->path);
    const char *dir = *rest ? xprintf("%s%s", m->dir, rest) : m->dir;
    return folder_has_go(dir) ? dir : NULL;
}

static Place no_module(const BuildContext *bc, const char *path) {
    const Modules *ms = bc->mods;
    if (standard_shape(path)) {
        if (bc->goroot_fault)
            return missing(path, xprintf("package %s: %s", path, bc->goroot_fault));
        return missing(path,
                       xprintf("package %s is not in std (%s/src/%s)", path, bc->goroot, path));
    }
    if (!ms)
        return missing(
            path,
            xprintf("no required module provides package %s: go.mod file not found in current "
                    "directory or any parent directory; see 'go help modules'",
                    path));
    return missing(path, xprintf("no required module provides package %s; to add it:\n\tgo get %s",
                                 path, path));
}

static Place in_vendor(const BuildContext *bc, const char *path) {
    Modules *ms = bc->mods;
    for (int i = 0; i < ms->main.n; i++) {
        const char *dir = dir_in(ms->main.v[i], path);
        if (dir) return (Place){path, dir, ms->main.v[i], false, NULL};
    }
    for (int i = 0; i < ms->main.n; i++)
        if (path_below(path, ms->main.v[i]->path))
            return missing(path, xprintf("package %s is not in the main module (%s)", path,
                                         ms->main.v[i]->path));
    Module *m = map_get(&ms->vendored, path);
    const char *dir = xprintf("%s/%s", ms->vendor, path);
    if (m && is_dir(dir)) return (Place){path, dir, m, false, NULL};
    if (standard_shape(path)) return no_module(bc, path);
    return missing(
        path,
        xprintf("cannot find module providing package %s: import lookup disabled by -mod=vendor\n"
                "\t(Go version in go.mod is at least 1.14 and vendor directory exists.)",
                path));
}

/* The module of the list that has the package; *absent: one that may have it and is not there. */
static Place in_list(const BuildContext *bc, const char *path, Module **absent) {
    const Modules *ms = bc->mods;
    Place found = {.path = path};
    *absent = NULL;
    for (int i = 0; i < ms->list.n; i++) {
        Module *m = ms->list.v[i];
        if (!path_below(path, m->path)) continue;
        if (!m->dir && (!*absent || strlen(m->path) > strlen((*absent)->path))) *absent = m;
        const char *dir = dir_in(m, path);
        if (!dir) continue;
        if (found.dir)
            return missing(path, xprintf("ambiguous import: found package %s in multiple "
                                         "modules:\n\t%s %s (%s)\n\t%s %s (%s)",
                                         path, found.module->path, found.module->version, found.dir,
                                         m->path, m->version, dir));
        found.dir = dir;
        found.module = m;
    }
    return found;
}

static Place in_modules(const BuildContext *bc, const char *path) {
    Modules *ms = bc->mods;
    if (!ms) return no_module(bc, path);
    if (ms->vendor) return in_vendor(bc, path);
    Module *absent;
    Place p = in_list(bc, path, &absent);
    if (!p.dir && !p.why && !absent && !standard_shape(path) && !ms->whole) {
        if (!modules_load_graph(ms)) return missing(path, ms->fault);
        p = in_list(bc, path, &absent);
    }
    char *altered = p.dir ? module_altered(ms, p.module) : NULL;
    if (altered) return missing(path, altered);
    if (p.dir || p.why) return p;
    if (absent) return missing(path, module_missing(ms, absent));
    for (int i = 0; i < ms->list.n; i++) {
        const Module *m = ms->list.v[i];
        if (!path_below(path, m->path)) continue;
        if (m->main)
            return missing(path,
                           xprintf("package %s is not in the main module (%s)", path, m->path));
        return missing(path, xprintf("module %s@%s found%s%s, but does not contain package %s",
                                     m->path, m->version, m->replace ? ", replaced by " : "",
                                     m->replace ? m->replace->new_path : "", path));
    }
    return no_module(bc, path);
}

/* --- GOPATH --- */

static const char *gopath_root(const BuildContext *bc, const char *dir) {
    for (int i = 0; i < bc->gopath.n; i++) {
        const char *root = xprintf("%s/src", bc->gopath.v[i]);
        if (path_below(dir, root)) return root;
    }
    return NULL;
}

/* vendor/ in the importer's folder and those above it, up to GOPATH's. */
static Place gopath_vendored(const BuildContext *bc, const char *dir, const char *path) {
    const char *root = dir ? gopath_root(bc, dir) : NULL;
    if (!root) return (Place){0};
    for (char *d = xstrdup(dir); strlen(d) > strlen(root);) {
        const char *at = xprintf("%s/vendor/%s", d, path);
        if (folder_has_go(at)) return (Place){intern(at + strlen(root) + 1), at, NULL, false, NULL};
        *strrchr(d, '/') = 0;
    }
    return (Place){0};
}

/* A path with /vN in it, imported by code that has a go.mod: the folder may lie where it would without it, if the go.mod there
 * has that module path. */
static const char *without_major(const BuildContext *bc, const char *path) {
    for (const char *p = strstr(path, "/v"); p; p = strstr(p + 1, "/v")) {
        size_t digits = strspn(p + 2, "0123456789");
        if (!digits || p[2] == '0' || (p[2 + digits] && p[2 + digits] != '/')) continue;
        const char *module = intern_n(path, (size_t)(p - path) + 2 + digits);
        for (int i = 0; i < bc->gopath.n; i++) {
            const char *root = xprintf("%s/src/%.*s", bc->gopath.v[i], (int)(p - path), path);
            const char *file = xprintf("%s/go.mod", root);
            Str text;
            if (!read_file(file, &text)) continue;
            ModFile f;
            modfile_parse(&f, file, text, false, false);
            const char *dir = xprintf("%s%s", root, p + 2 + digits);
            if (f.module == module && folder_has_go(dir)) return dir;
        }
    }
    return NULL;
}

static Place in_gopath(const BuildContext *bc, const PkgNode *from, const char *path) {
    Place v = gopath_vendored(bc, from ? from->dir : NULL, path);
    if (v.dir) return v;
    Buf tried = {0};
    for (int i = 0; i < bc->gopath.n; i++) {
        const char *dir = xprintf("%s/src/%s", bc->gopath.v[i], path);
        if (folder_has_go(dir)) return (Place){path, dir, NULL, false, NULL};
        buf_printf(&tried, "\n\t%s (from $GOPATH)", dir);
    }
    const char *dir = without_major(bc, path);
    if (dir) {
        const char *root = gopath_root(bc, dir);
        return (Place){intern(dir + strlen(root) + 1), dir, NULL, false, NULL};
    }
    return missing(path,
                   xprintf("cannot find package \"%s\" in any of:\n\t%s/src/%s (from $GOROOT)%s",
                           path, bc->goroot ? bc->goroot : "", path, buf_str(&tried)));
}

/* --- both --- */

Place resolve_import(const BuildContext *bc, const PkgNode *from, const char *path) {
    path = intern(path);
    if (path[0] == '.' && (path[1] == '/' || path[1] == '.' || !path[1])) {
        if (from && (bc->gopath_mode || from->named_files) && from->dir)
            return resolve_dir(bc, xprintf("%s/%s", from->dir, path));
        return missing(
            path,
            xprintf(
                "\"%s\" is relative, but relative import paths are not supported in module mode",
                path));
    }
    if (!import_path_valid(path))
        return missing(path, xprintf("malformed import path \"%s\"", path));
    if (from && from->standard) {
        Place p = library_vendored(bc, from, path);
        if (p.dir) return p;
    }
    if (standard_shape(path) || strncmp(path, "vendor/", 7) == 0) {
        const char *dir = library_dir(bc, path);
        if (dir) return (Place){path, dir, NULL, true, NULL};
    }
    return bc->gopath_mode ? in_gopath(bc, from, path) : in_modules(bc, path);
}

Place resolve_dir(const BuildContext *bc, const char *dir) {
    char *real = realpath(dir, NULL);
    if (!real) return missing(NULL, xprintf("stat %s: directory not found", dir));
    const char *d = intern(real);
    free(real);
    const char *src = bc->goroot ? realpath(xprintf("%s/src", bc->goroot), NULL) : NULL;
    if (src && path_below(d, src) && d[strlen(src)]) {
        const char *path = intern(d + strlen(src) + 1), *in = library_dir(bc, path);
        return (Place){path, in ? in : d, NULL, true, NULL};
    }
    if (bc->gopath_mode) {
        const char *root = gopath_root(bc, d);
        if (root && d[strlen(root)])
            return (Place){intern(d + strlen(root) + 1), d, NULL, false, NULL};
        return (Place){intern(xprintf("_%s", d)), d, NULL, false, NULL};
    }
    if (!bc->mods)
        return missing(NULL, "go.mod file not found in current directory or any parent directory; "
                             "see 'go help modules'");
    Module *best = NULL;
    for (int i = 0; i < bc->mods->list.n; i++) {
        Module *m = bc->mods->list.v[i];
        if (m->dir && path_below(d, m->dir) && (!best || strlen(m->dir) > strlen(best->dir)))
            best = m;
    }
    if (!best)
        return missing(NULL,
                       xprintf("directory %s outside main module or its selected dependencies",
                               short_path(bc->cwd, d)));
    return (Place){intern(xprintf("%s%s", best->path, d + strlen(best->dir))), d, best, false,
                   NULL};
}
