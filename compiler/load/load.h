/* load.h - from patterns on the command line to checked packages, imports before importers.
 *
 * Two steps. First the graph: which packages there are, from the heads of their files (package clause, imports,
 * constraints), with everything that can be wrong between packages: what is missing, cycles, internal
 * packages. Then, one package at a time and imports first, parsing and checking.
 *
 * An import path of the standard library is looked for in Golem's own lib/ first (packages that stand next to the
 * runtime), then in $GOROOT/src. Other paths mean what the modules of the build say (mod/), or the folders of GOPATH. Of
 * packages of the library, and of a few others, lib/overlay/ replaces single declarations. "unsafe" is the checker's.
 *
 * A test of a package is a package graph beside the ordinary one: the package with its own test files, its external
 * tests, and copies of whatever lies between them that imports it (variant.c).
 */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include "mod/mod.h"
#include "syntax/cover.h"
#include "types/types.h"

/* --- what a build is for (constraint.c) --- */

typedef VEC(const char *) NameVec;

typedef struct StringSetting { /* -X package.name=value */
    const char *package, *name, *value;
} StringSetting;

typedef struct BuildContext {
    const char *lib;             /* Golem's lib directory */
    const char *goroot;          /* directory that holds src/, or NULL: no standard library */
    const char *goroot_fault;    /* why there is none that can be used, or NULL */
    int release;                 /* of that library: the tags go1.1 to go1.release hold */
    NameVec tags;                /* -tags */
    VEC(StringSetting) settings; /* -ldflags -X */
    bool trimpath;               /* names of files without where they lie */
    bool gopath_mode;            /* GO111MODULE=off */
    NameVec gopath;
    const char *cwd;
    Modules *mods;             /* NULL: none found, or GOPATH mode */
    bool allow_missing_bodies; /* functions without a body are no error */
} BuildContext;

/* Tags by which a package that has assembly for this machine, which Golem cannot use, gets its portable form: purego holds;
 * that of the machine does not, so that the package is built as for one without any assembly. */
enum { WITHOUT_ASM = 1, WITHOUT_MACHINE = 2 };

/* Whether a file belongs to the build by its name, and by its build lines. */
bool name_selects(const char *name, unsigned without);
bool head_selects(const BuildContext *bc, Str src, unsigned without);

/* --- the head of a file (header.c) --- */

typedef struct Import {
    const char *path; /* interned */
    int line, col;
} Import;

typedef struct Header {
    const char *package; /* NULL without a package clause */
    VEC(Import) imports;
} Header;
void read_header(Str src, Header *h);

/* --- the files of a directory (folder.c) --- */

typedef struct SrcFile {
    const char *name, *path; /* as in the directory; with it */
    Str src;
    Header head;
    bool overlay;
} SrcFile;
typedef VEC(SrcFile *) SrcFiles;

typedef struct Folder {
    SrcFiles go, test,
        xtest;       /* the build's: ordinary, _test.go of the package, of package x_test */
    SrcFiles cgo;    /* those that import "C", which are left out */
    NameVec ignored; /* Go files that constraints leave out */
    NameVec other;   /* assembly, C and the like */
    NameVec tests;   /* _test.go, not read yet */
    const char *dir;
    bool exists, has_asm;
    unsigned without; /* tags: see above */
} Folder;

/* Reads the directory of the package of this import path, but for its tests; library: it is of the standard library. */
void folder_read(const BuildContext *bc, const char *dir, const char *path, bool library,
                 Folder *f);
bool is_test_file(const char *name);
/* Reads the tests, if it has not been done: few packages of a build are tested. */
void folder_read_tests(const BuildContext *bc, Folder *f);
/* An import path without the vendor directory that it lies in. */
const char *path_in_vendor(const char *path);
/* Whether there are Go files at all. */
bool folder_has_go(const char *dir);

/* --- import path to directory (resolve.c) --- */

typedef struct Place {
    const char *path, *dir; /* the package's path; dir NULL: not found */
    Module *module;
    bool standard;
    const char *why; /* the message when it is not found */
} Place;

typedef struct PkgNode PkgNode;
/* `from`: the importer, or NULL for the command line. */
Place resolve_import(const BuildContext *bc, const PkgNode *from, const char *path);
/* What a directory is called; path NULL and why set if it is no part of the build. */
Place resolve_dir(const BuildContext *bc, const char *dir);

/* What the importers of a package need not read again once it has been compiled. */
typedef struct Outline {
    LeftOutList *left_out; /* for each of its files */
    Str tags;              /* escape_tags() of its functions, one behind the other */
} Outline;

/* --- the graph (graph.c) --- */

struct PkgNode {
    const char *path; /* import path; "command-line-arguments" for named files */
    const char *name, *dir;
    const char *link_path; /* in symbols and types: "main" for a program, else path */
    Module *module;
    bool standard, named_files, dep_only, failed;
    CoverMode cover;      /* its statements are counted */
    const char *for_test; /* a variant for the test of this package, or NULL */
    Folder folder;
    SrcFiles files;         /* those that are compiled */
    VEC(PkgNode *) imports; /* direct, without repeats, in order of path */
    Map by_path;            /* path as written -> PkgNode * */
    int language;           /* 1.N, of its module */
    enum { NODE_NEW, NODE_GOING, NODE_DONE } state;
    Package *pkg;   /* checked; NULL if the build does without */
    Package *shell; /* load.c's: stands for it from the first on */
    VEC(File *) parsed;
    Outline *outline; /* the command's: only this is loaded; NULL: all of it */
    const char *
        action; /* the command's: what its object follows from, and that object if it is in the cache */
    char *object;
    bool wanted, to_load; /* it is asked for the tree; it is parsed and checked */
    PkgNode *variant;     /* variant.c's */
};
typedef VEC(PkgNode *) PkgNodes;

typedef struct ImportStep {
    const char *importer, *file, *path;
} ImportStep;

typedef struct Graph {
    BuildContext *bc;
    Map nodes;      /* path -> PkgNode * */
    PkgNodes roots; /* what the command line names */
    PkgNode *runtime;
    VEC(char *) errors; /* whole messages, in the order in which they came up */
    VEC(char *) warnings;
    VEC(ImportStep) stack; /* how the package that is looked at came to be wanted */
} Graph;

void graph_begin(Graph *g, BuildContext *bc);
/* Adds what the patterns name, with all that it imports. tests: also what their tests import. */
void graph_add_patterns(Graph *g, char **patterns, int n, bool tests);
/* Adds the package of this path; NULL if it is not there. */
PkgNode *graph_import(Graph *g, const char *path);
/* The package of these files. */
PkgNode *graph_files(Graph *g, char **files, int n);
/* Links the files' imports into the node. */
void graph_link(Graph *g, PkgNode *n, const SrcFiles *files);
/* All packages that the roots need, and the runtime's, imports first. */
PkgNodes graph_order(PkgNode **roots, int n);
/* The order in which a program's packages are initialised: the runtime's first, then of those whose
 * imports are done the first by path. */
PkgNodes init_order(const PkgNodes *all, PkgNode *runtime);

/* --- patterns (pattern.c) --- */

/* The directories or import paths that a pattern stands for; what is wrong goes to the graph's errors. */
void expand_pattern(Graph *g, const char *pattern, NameVec *paths);
/* Whether a name fits a pattern, whose "..." stands for any text; "x/..." stands for x as well. */
bool pattern_matches(const char *pattern, const char *name);

/* --- the graph of a test (variant.c) --- */

typedef struct TestNodes {
    PkgNode *plain;   /* the package as others see it */
    PkgNode *pkg;     /* with its test files */
    PkgNode *xtest;   /* or NULL */
    PkgNode *runtime; /* as the test sees it */
    Map reach, copies;
} TestNodes;
/* cover: how the package is covered, if only here. */
void graph_test_variant(Graph *g, PkgNode *p, TestNodes *t, CoverMode cover);
/* The package main of the test, whose one file is in memory. */
PkgNode *graph_test_main(Graph *g, TestNodes *t, Str source);

/* --- parsing and checking (load.c) --- */

/* Parsing and checking one package. The diagnostics wait to be flushed; whether there are errors: n->failed. */
void parse_node(const BuildContext *bc, PkgNode *n);
/* The imports that a parsed package asks something of: they must have been checked before it is. */
PkgNodes node_needs(const PkgNode *n);
void load_node(const BuildContext *bc, PkgNode *n);
/* The record of the node's package, which has no more than its name and imports before it is loaded. */
Package *node_package(PkgNode *n);
/* A name in messages: relative to the current directory where that is shorter. */
const char *short_path(const char *cwd, const char *path);

/* The file's name in the program: without -trimpath its path, else package and file. */
const char *file_shown_as(const BuildContext *bc, const PkgNode *n, const SrcFile *s);
/* With -trimpath: the file's own name for one that a position names. */
const char *untrimmed_name(const char *name);

/* Puts what a variable's //go:embed directives name into p->embeds; dir: of its package. embed.c */
void embed_files(const char *dir, Package *p, const Node *d);
/* Gives variables of the file the values that the command line sets. setvar.c */
void set_strings(const BuildContext *bc, const char *package, File *f);
/* Notes what an overlay file declares; takes those declarations out of a file. overlay.c */
void overlay_names(const File *f, Map *names);
void overlay_remove(File *f, Map *names);
/* Adds to a package of the library what Go's own build of it would generate. generated.c */
void add_generated(const BuildContext *bc, PkgNode *n);

#endif
