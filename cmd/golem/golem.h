/* golem.h - what the files of the command share. */
#ifndef CMD_GOLEM_H
#define CMD_GOLEM_H

#include "base/base.h"
#include "load/load.h"

#define GOLEM_VERSION "0.1.0"

/* The release 1.N of Go whose library is looked for; $GOROOT may hold another that is known. */
enum { GO_RELEASE = 19 };

typedef VEC(char *) ArgList;

/* --- where things are (toolchain.c) --- */

typedef struct Toolchain {
    const char *include;      /* directory of golem/go.h */
    const char *lib;          /* Golem's Go packages */
    const char *archive;      /* libgolem.a */
    const char *goroot;       /* Go's standard library, or NULL */
    int go_release;           /* of that library: 27 for Go 1.27 */
    const char *goroot_fault; /* why there is no library that can be used, or NULL */
    const char *cc;           /* path of the C compiler, or NULL when there is none */
    ArgList cc_words;         /* the command: path and any words that $CC added */
    ArgList cflags;           /* for the printed C */
    ArgList user_flags;       /* $GOLEMCFLAGS: part of cflags, and for the link */
    ArgList ldflags;          /* after the objects */
} Toolchain;
void toolchain_find(Toolchain *t);

/* --- child processes (process.c) --- */

/* Starts argv and returns its process id, or -1 with errno. Standard output goes to standard error
 * if to_stderr. */
int process_start(char **argv, bool to_stderr);
/* Waits: the exit status, or 128 + signal. */
int process_wait(int pid);
/* Runs argv: the first line of what it prints, or NULL if it fails. */
char *process_line(char **argv);
void print_command(FILE *out, char **argv);

/* --- compiled packages (cache.c) --- */

/* $XDG_CACHE_HOME or ~/.cache; NULL when neither is known. */
const char *user_cache(void);
/* The directory for cached objects, made at need; NULL when there is none to be had. */
const char *cache_dir(void);
/* A name for the object that compiling `text` gives with this toolchain. */
char *cache_key(const Toolchain *t, Str text);
/* Whether the file is an entry as cache_keep() wrote it; one that is damaged is removed. */
bool cache_holds(const char *entry);
/* Puts a fresh object into the cache; a failure only loses the caching. */
void cache_keep(const char *entry, const char *object);

/* --- files (files.c) --- */

bool is_dir(const char *path);
/* Writes the file; a regular file that could not be written whole is removed. errno says why. */
bool write_file(const char *path, Str text, int mode);
/* The same beside its place and renamed into it: readers see the old content or the new. */
bool replace_file(const char *path, Str text, int mode);
/* Gives the program its name; to what is no ordinary file it is copied. */
bool move_program(const char *from, const char *to);
/* Makes the directory and those above it. */
bool make_dirs(const char *path);

/* --- the build (build.c) --- */

typedef struct BuildOptions {
    int m;           /* how many times -m was given */
    bool l, x, work; /* -l, -x, -work */
    bool all_errors; /* -e */
    bool run;        /* golem run: the program must be a main package */
    bool print_c;    /* -c: print the C of package main, build nothing */
    const char *out; /* -o */
    ArgList files;
} BuildOptions;

/* Builds the program into `out` (or prints its C). The exit status: 0, or 1 after diagnostics on
 * standard error. */
int build(const BuildOptions *opt, const char *out);

/* --- the work directory (workdir.c) --- */

const char *work_dir(void); /* made at first need, removed when the process ends */
void work_dir_remove(void);
void work_dir_keep(void); /* prints its name and leaves it where it is */

#endif
