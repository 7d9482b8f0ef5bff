/* load.h - from file names on the command line to checked packages, imports before importers.
 *
 * An import path is looked for in Golem's own lib/ first (packages that stand next to the runtime),
 * then in the source of Go's standard library ($GOROOT/src and its vendor directory), of which
 * lib/overlay/ replaces single declarations. "unsafe" is the checker's. Every package is parsed and
 * checked once per process.
 */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include "types/types.h"

typedef struct LoadOptions {
    const char *lib;          /* Golem's lib directory */
    const char *goroot;       /* directory that holds src/, or NULL: no standard library */
    int release;              /* of that library: the tags go1.1 to go1.release hold */
    const char *goroot_fault; /* why there is none that can be used, or NULL */
} LoadOptions;

typedef struct Program {
    VEC(Package *) pkgs; /* in order of initialisation: imports first, main last */
    Package *main;
} Program;

/* Loads the files as one package (main, or one that is only to be compiled) with all that it
 * imports. Errors go to errorf; NULL only when a file could not be read at all (the error is
 * recorded). */
Program *load_program(char **files, int nfiles, const LoadOptions *opt);

/* Reads a whole file; false with errno set when it cannot be read. */
bool read_file(const char *path, Str *out);

/* Whether the file belongs to the build, by its name and its //go:build line. `asm_arch`: the
 * package has assembly for this machine, which Golem cannot use, so it is built as for a machine
 * without any. constraint.c */
bool file_selected(const char *name, Str src, bool asm_arch);
/* Sets the release of Go, 1.N, up to which release tags hold. */
void set_release(int minor);

/* Notes what an overlay file declares; takes those declarations out of a file. overlay.c */
void overlay_names(const File *f, Map *names);
void overlay_remove(File *f, Map *names);

#endif
