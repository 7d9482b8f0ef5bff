/* cover.h - statement coverage: counters in the tree, and what each of them counts. */
#ifndef SYNTAX_COVER_H
#define SYNTAX_COVER_H

#include "syntax/ast.h"

typedef enum CoverMode {
    COVER_NONE,
    COVER_SET,
    COVER_COUNT,
    COVER_ATOMIC
} CoverMode; /* Go's numbers */

typedef struct CoverUnit { /* one counter: a piece of source without jumps, and its statements */
    uint32_t line, col, end_line, end_col, stmts;
} CoverUnit;

typedef struct CoverFunc {
    const char *name, *file; /* as profiles name them */
    bool literal;
    VEC(CoverUnit) units;
} CoverFunc;

/* The counters of a package: 32-bit words, in which those of each function follow a head of COVER_HEAD words. */
enum { COVER_HEAD = 3 };
typedef struct Cover {
    const char *path;                  /* of the package, as symbols have it */
    const char *shown, *name, *module; /* what profiles say: its path, its name, its module or "" */
    CoverMode mode;
    VEC(CoverFunc *) funcs;
    int words;
} Cover;

/* Puts counters into the functions of a file that was parsed without errors. src: its text; shown: its name in profiles. */
void cover_file(Cover *c, File *f, Str src, const char *shown);

#endif
