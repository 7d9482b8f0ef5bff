/* mod.h - Go's modules: versions, go.mod and go.work files, the choice of versions, where modules lie.
 *
 * Everything here reads files and answers; nothing is downloaded and nothing is written. Strings are
 * interned or in the arena. This room knows nothing of packages: which directory a package's import
 * path means is decided by load/, with these answers.
 */
#ifndef MOD_MOD_H
#define MOD_MOD_H

#include "base/base.h"

/* --- versions (semver.c) --- */

bool semver_valid(const char *v);                /* vMAJOR[.MINOR[.PATCH[-PRE][+BUILD]]] */
int semver_cmp(const char *a, const char *b);    /* what is no version is below every version */
int goversion_cmp(const char *a, const char *b); /* "1.21", "1.21rc1", "1.21.3" */
bool goversion_valid(const char *v);
int goversion_minor(const char *v); /* 21 of "1.21.3"; 0 if there is none */

/* --- names (modpath.c) --- */

/* The name under which the module cache keeps a path or version: capitals as ! and the small letter. */
char *escape_module(const char *s);
/* Whether the path may name a module or a package that is imported. */
bool import_path_valid(const char *path);
/* Whether path is prefix or lies below it. */
bool path_below(const char *path, const char *prefix);
/* "/v2" or ".v2" at the end of a module's path, "" without one: what its versions must begin with. */
const char *path_major(const char *path);

/* --- go.mod and go.work (modfile.c) --- */

typedef struct ModVersion {
    const char *path, *version;
} ModVersion;
typedef VEC(ModVersion) ModVersions;

typedef struct ModRequire {
    const char *path, *version;
    bool indirect;
    int line;
} ModRequire;

typedef struct ModReplace {
    const char *path, *version;         /* version NULL: every one */
    const char *new_path, *new_version; /* new_version NULL: new_path is a directory */
    int line;
} ModReplace;

typedef struct ModSetting {
    const char *key, *value;
} ModSetting;

typedef struct ModFile {
    const char *file;           /* its name */
    const char *dir;            /* where it lies */
    const char *module;         /* NULL in a go.work */
    const char *go, *toolchain; /* NULL without such a line */
    VEC(ModRequire) require;
    VEC(ModReplace) replace;
    ModVersions exclude;
    VEC(const char *) use, tool, ignore;
    VEC(ModSetting) godebug;
    Buf errors; /* a line for each: file:line: text */
} ModFile;

/* Reads the text of a go.mod, or of a go.work. Unknown directives are errors only if strict: those
 * of a dependency may come from a later Go. Whether all is well: f->errors.n == 0. */
void modfile_parse(ModFile *f, const char *file, Str text, bool work, bool strict);
/* The release 1.N whose language the module is written in; 16 without a go line (of go.work: 18). */
int modfile_language(const ModFile *f);

/* --- the modules of a build (modules.c) --- */

typedef struct Module {
    const char *path, *version; /* version "" of a main module */
    const char *dir;            /* NULL: not there */
    bool main, indirect;
    const ModReplace *replace; /* or NULL */
    ModFile *file;             /* NULL until it is wanted, or there is none */
    bool explicit_;            /* vendor/modules.txt says that go.mod requires it */
    const char *go;            /* of vendor/modules.txt: its go line */
} Module;

typedef struct Modules {
    VEC(Module *) main; /* one, or those of the workspace */
    VEC(Module *) list; /* every module of the build, sorted by path; main ones first */
    const char *vendor; /* the vendor directory that is in force, or NULL */
    Map vendored;       /* package path (interned) -> Module *, with vendor */
    ModFile *work;      /* go.work, or NULL */
    const char *root;   /* the directory of go.mod or go.work */
    const char *cache;  /* $GOMODCACHE */
    bool whole;         /* list is from the whole graph, not from go.mod alone */
    const char *fault;  /* why nothing can be built, or NULL */
} Modules;

typedef struct ModOptions {
    const char *dir;     /* where the search for go.mod and go.work begins */
    const char *mod;     /* -mod=: NULL, "mod", "readonly", "vendor" */
    const char *modfile; /* -modfile=, or NULL */
} ModOptions;

/* Finds go.mod and go.work and lists the modules that go.mod names. NULL: there is neither. */
Modules *modules_load(const ModOptions *opt);
/* Lists what the whole graph gives, for a package that no listed module has. False: some go.mod of
 * the graph is missing, and fault says so. */
bool modules_load_graph(Modules *m);
/* The module's go.mod; NULL without one. */
ModFile *module_file(Module *m);
/* "go mod download" or the like: what to do about a module that is not there. */
char *module_missing(const Modules *ms, const Module *m);
/* sum.c: what to say of a module in the cache whose hash is not that of go.sum; NULL: nothing is wrong. */
char *module_altered(const Modules *ms, const Module *m);

/* vendor.c: reads vendor/modules.txt into m; false with m->fault set when it disagrees with go.mod. */
bool vendor_load(Modules *m);

#endif
