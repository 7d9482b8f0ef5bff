/* emit.h - from a checked package to C. The doors of this room, and the rules that its files share.
 *
 * Input: a Package with every note written by the checker and by escape analysis. Output: one C
 * file per package, readable, with #line directives, that includes <golem/go.h> and is compiled
 * with -std=gnu11 -O2 -fwrapv -fno-strict-aliasing -fno-delete-null-pointer-checks.
 *
 * Names. A package-level object is PATH$NAME, a method PATH$TYPE$NAME, one with pointer receiver
 * PATH$4TYPE$NAME, a function literal as Func.name with dots as $ (main$f$func1). In PATH, / is $0,
 * . is $1, - is $2. A $ before a digit is such an escape, any other stands for a dot: names can be
 * read back (the trace printer does). Locals keep their Go name, with a number where C's scoping or
 * a reserved word needs one.
 */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include "base/base.h"
#include "types/types.h"

/* Appends the C of package p to out. */
void emit_package(Package *p, Buf *out);
typedef struct StartInfo {
    const char *version; /* "go1.27" */
    const char *lines;   /* the build information, as runtime/debug parses it */
    const char *godebug; /* what GODEBUG is where the environment says nothing */
} StartInfo;
/* Appends the C of the program's start: main() -> gm_main, package initialisers in the order of
 * pkgs (imports before importers), then main.main. */
void emit_start(Package **pkgs, int n, const StartInfo *info, Buf *out);

#endif
