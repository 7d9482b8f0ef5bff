/* escape.h - which variables and allocations of a package may live on the stack. */
#ifndef ESCAPE_ESCAPE_H
#define ESCAPE_ESCAPE_H

#include "types/types.h"

typedef struct EscapeOptions {
    int m; /* 1: -m, 2: -m -m (reasons too): diagnostics go to notef in Go's words */
} EscapeOptions;

/* Packages that p imports must have been through it before. Writes Node.esc, box_esc, dots_esc,
 * Obj.esc and the tags of p's functions. */
void escape_package(Package *p, const EscapeOptions *opt);

/* What callers of f must know, as bytes that another process can give to a function of the same signature, which is then
 * not analysed. */
Str escape_tags(Func *f);
size_t escape_tags_size(const Func *f);
void escape_set_tags(Func *f, const char *tags);

#endif
