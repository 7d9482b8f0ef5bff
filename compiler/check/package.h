/* package.h - the checker's door: from the parsed files of a package to a checked one. */
#ifndef CHECK_PACKAGE_H
#define CHECK_PACKAGE_H

#include "types/types.h"

enum { LANG_NEWEST = 27 };

/* The package that an import path means, checked; NULL after errorf. */
typedef Package *(*Importer)(void *ctx, Pos pos, const char *path);

typedef struct CheckOptions {
    Importer importer; /* may be NULL if nothing is imported */
    void *importer_ctx;
    int language; /* N: go1.N is the version of files that do not set one themselves; 0: the newest */
    bool
        allow_missing_bodies; /* functions without a body are no error (go tool compile without -complete) */
    Package *into;            /* the record that is to be filled; NULL: a new one */
    bool outline;             /* Package.outline: it has been checked before without errors */
} CheckOptions;

/* Checks files as the package with that path; always returns a package; errors go to errorf. An importer may come
 * back here for another package meanwhile. */
Package *check_package(const char *path, File **files, int nfiles, const CheckOptions *opt);

#endif
