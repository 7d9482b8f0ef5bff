/* golem.h - what the files of the command share. */
#ifndef CMD_GOLEM_H
#define CMD_GOLEM_H

#include "base/base.h"
#include "load/load.h"

#define GOLEM_VERSION "0.1.0"

typedef VEC(char *) ArgList;

/* --- where things are (toolchain.c) --- */

typedef struct Toolchain {
    const char *include; /* directory of golem/go.h */
    const char *lib;     /* Golem's Go packages */
    const char *archive; /* libgolem.a */
    const char *goroot;  /* Go's standard library, or NULL */
    const char *cc;      /* path of the C compiler, or NULL when there is none */
    ArgList cc_words;    /* the command: path and any words that $CC added */
    ArgList cflags;      /* for the printed C */
    ArgList ldflags;     /* after the objects */
} Toolchain;
void toolchain_find(Toolchain *t);

/* --- child processes (process.c) --- */

/* Starts argv and returns its process id, or -1 with errno. Standard output goes to standard error
 * if to_stderr. */
int process_start(char **argv, bool to_stderr);
/* Waits: the exit status, or 128 + signal. */
int process_wait(int pid);
void print_command(FILE *out, char **argv);

/* --- compiled packages (cache.c) --- */

/* The directory for cached objects, made at need; NULL when there is none to be had. */
const char *cache_dir(void);
/* A name for the object that compiling `text` gives with this toolchain. */
char *cache_key(const Toolchain *t, Str text);

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
/* A directory of its own under $TMPDIR, removed by work_dir_remove (also on interrupt and at exit).
 */
const char *work_dir(void);
void work_dir_remove(void);

#endif
