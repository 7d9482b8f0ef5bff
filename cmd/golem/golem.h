/* golem.h - what the files of the command share. */
#ifndef CMD_GOLEM_H
#define CMD_GOLEM_H

#include "base/base.h"
#include "load/load.h"
#include "lower/lower.h"

#define GOLEM_VERSION "0.1.0"

/* The release 1.N of Go whose library is looked for. */
enum { GO_RELEASE = 27 };

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
_Noreturn void no_compiler(void);

/* --- between C compiler and assembler (assemble.c) --- */

/* The C compiler runs its parts through this: becomes the program argv[0]; the assembler finds tables of frames
 * behind the text. An exit status, if that fails. */
int assemble(char **argv);

/* --- child processes (process.c) --- */

/* Starts argv, in directory dir if it is not NULL, and returns its process id, or -1 with errno. Standard output goes
 * to standard error if to_stderr. */
int process_start(char **argv, const char *dir, bool to_stderr);
/* The same with both outputs written to a file, or where the command's own standard output goes (NULL). */
int process_start_output(char **argv, const char *dir, const char *output);
/* The same with both outputs written to a pipe, from which *fd reads. */
int process_start_pipe(char **argv, const char *dir, int *fd);
/* Waits: the exit status, or 128 + signal. */
int process_wait(int pid);
/* Waits for any child: its id. Whoever gets one that it does not know keeps the status for process_wait(). */
int process_wait_any(int *status);
void process_keep(int pid, int status);
/* Runs argv: the first line of what it prints, or NULL if it fails. */
char *process_line(char **argv);
void print_command(FILE *out, char **argv);

/* listing.c: the C with the place of each statement behind it, instead of #line. */
void list_c(Str c, Buf *out);

/* --- compiled packages (cache.c) --- */

/* $XDG_CACHE_HOME or ~/.cache; NULL when neither is known. */
const char *user_cache(void);
/* The directory for cached objects, made at need; NULL when there is none to be had. */
const char *cache_dir(void);
/* A name for what `text` gives with this toolchain; t NULL: for the text alone. */
char *cache_key(const Toolchain *t, Str text);
/* Whether the file is an entry as cache_keep() wrote it; one that is damaged is removed. */
bool cache_holds(const char *entry);
/* Puts a fresh object or program, or a text, into the cache; a failure only loses the caching. */
void cache_keep(const char *entry, const char *object);
void cache_put(const char *entry, Str text);
bool cache_get(const char *entry, Str *text);
/* Removes what has not been used for long, once a day; everything with `all`. */
void cache_trim(bool all);

/* --- files (files.c) --- */

/* Size, time of change and number of the file: another stamp, perhaps another content. "" without a file. */
const char *file_stamp(const char *path);
/* Writes the file; a regular file that could not be written whole is removed. errno says why. */
bool write_file(const char *path, Str text, int mode);
/* The same beside its place and renamed into it: readers see the old content or the new. */
bool replace_file(const char *path, Str text, int mode);
/* Gives the program its name; to what is no ordinary file it is copied. */
bool move_program(const char *from, const char *to);
/* Makes the directory and those above it. */
bool make_dirs(const char *path);

/* --- the work directory (workdir.c) --- */

const char *work_dir(void); /* made at first need, removed when the process ends */
void work_dir_remove(void);
void work_dir_keep(void); /* prints its name and leaves it where it is */

/* --- the command line (flags.c) --- */

typedef struct BuildOptions {
    int m;                           /* how many times -m was given */
    bool l, S;                       /* -l, -S */
    int lang;                        /* -lang=go1.N; 0: each package has its module's */
    int inline_budget;               /* -d=inlbudget=N; 0: the usual one */
    bool gcflags_all;                /* -gcflags=all=...: -l and the budget are for imports, too */
    bool x, n, v, a, work, trimpath; /* as in Go */
    bool all_errors;                 /* -e */
    bool json;                       /* -json: what is said is said in JSON */
    bool
        print_c; /* -c: print the C of the one package named, build nothing; into a file, with #line */
    bool bare;            /* golem tool compile: names as given, no headers */
    bool strip, no_debug; /* -ldflags: -s, -w */
    bool static_;         /* -static: a program that needs no shared library */
    int p;                /* -p; 0: as many as there are processors */
    const char *out, *mod, *modfile, *tags, *chdir;
    VEC(StringSetting) settings; /* -ldflags -X */
    const char *ldflags;
    ArgList patterns;
} BuildOptions;

typedef enum FlagKind {
    FLAG_BOOL,
    FLAG_COUNT,
    FLAG_INT,
    FLAG_STRING,
    FLAG_CALL,
    FLAG_IGNORE,
    FLAG_REFUSE
} FlagKind;
typedef struct Flag {
    const char *name;
    FlagKind kind;
    bool takes_value; /* FLAG_CALL, FLAG_IGNORE, FLAG_REFUSE */
    void *target;     /* bool, int or const char * */
    bool (*call)(void *ctx, const char *name, const char *value); /* FLAG_CALL; false: refused */
    const char *why;                                              /* FLAG_REFUSE */
} Flag;
/* Reads flags from argv[i] on, those of the tables; the index of the first other argument, or -1 after a message. */
int parse_flags(int argc, char **argv, int i, const Flag *const *tables, void *ctx);
/* Whether the tables have the flag that the argument names. */
bool known_flag(const Flag *const *tables, const char *arg);
/* The flags of every command that builds, writing to opt; ends with a flag without a name. */
const Flag *build_flags(BuildOptions *opt);
/* -lang=go1.N, of a BuildOptions. */
bool lang_flag(void *ctx, const char *name, const char *v);
/* $GOFLAGS: those of its flags that the tables know. False after a message. */
bool parse_goflags(const Flag *const *tables, void *ctx);
/* "golem: ..." and where help is; 2. */
int misuse(const char *fmt, const char *arg);
bool is_go_file(const char *s);

/* --- a build (build.c, compile.c, link.c) --- */

typedef struct Build {
    const BuildOptions *opt;
    Toolchain tools;
    BuildContext ctx;
    Graph graph;
    bool failed;
} Build;

/* Finds tools, library and modules. False after a message: nothing can be built. */
bool build_begin(Build *b, const BuildOptions *opt);
/* Adds what the command line names; prints what is wrong with it. False: it is not to be built. */
bool build_load(Build *b, bool tests);
/* The object of a package, as it goes through a build. */
typedef struct Object {
    PkgNode *node;    /* NULL: the start of a program */
    const char *name; /* for messages */
    char *c, *o;      /* the printed C; the object, which may lie in the cache */
    char *cached;     /* where the object goes afterwards, or NULL */
    bool ready, failed;
} Object;
typedef VEC(Object *) Objects;
/* Checks and compiles the packages that the roots need, imports first. */
void build_packages(Build *b, PkgNode **roots, int n);
/* Waits for the C compilers. False: something has failed. */
bool build_finish(Build *b);
/* All that the program of this main package is linked from, compiled. False: something has failed. */
bool build_objects(Build *b, PkgNode *main, Objects *objects);
/* Links the program of this main package, or takes the one that was linked last if it would come out the same. */
bool build_program(Build *b, PkgNode *main, const char *out);
/* The name under which go build writes the program of the node. */
char *program_name(const PkgNode *n);

int build(const BuildOptions *opt);
/* The same for the one program that is named, written to out; *main is its package. */
int build_to_run(const BuildOptions *opt, const char *out, PkgNode **main);

/* tool.c: the programs of the library that serve as tools. Does not return if the program could be made. */
bool is_library_tool(const char *name);
int library_tool(const char *name, int argc, char **argv);

/* action.c: decides which of the packages are parsed, and which have an object already. */
void actions_find(const Build *b, const PkgNodes *all);
/* Where the cache keeps such a thing for a package's action; NULL: nowhere. */
char *action_file(const char *action, const char *kind);
/* Notes the object of a package's action. */
void action_done(const PkgNode *n, const Object *o);

/* outline.c: what is kept of a package for those that import it. */
bool outlines_serve(const Build *b);           /* no setting of this build asks for more */
Outline *outline_find(PkgNode *n);             /* that of its action, or NULL */
void outline_keep(const Build *b, PkgNode *n); /* n has been analysed, all of it */
void outline_give_tags(const PkgNode *n);

/* compile.c: the C compilers, several at once. */
void compile_start(const Toolchain *t, const BuildOptions *opt, Object *o);
bool compile_wait(const Toolchain *t);
/* Prints the C into its place and decides where the object comes from. */
void object_prepare(const Toolchain *t, const BuildOptions *opt, Object *o, Str text);
Object *object_of(const PkgNode *n);
bool is_root(const Build *b, const PkgNode *n); /* the command line names it */
/* How its calls are inlined. */
LowerOptions inline_options(const Build *b, const PkgNode *n);

/* assembly.c: prints the assembly that the package's C becomes (-S). */
void print_assembly(const Toolchain *t, const BuildOptions *opt, const PkgNode *n, Str c);

/* link.c */
bool link_program(const Toolchain *t, const BuildOptions *opt, const Objects *objects,
                  const char *out);
/* A name for the program that link_program() makes of these; NULL: what goes into it has no name. */
const char *link_key(const Toolchain *t, const BuildOptions *opt, const Objects *objects);

bool output_writable(const char *out);

/* program.c: programs as they were linked last. Takes the main package's, if it has this key, to out; keeps it. */
bool program_take(const PkgNode *main, const char *key, const char *out);
void program_keep(const PkgNode *main, const char *key, const char *out);

/* --- what a program says of itself (buildinfo.c) --- */

/* The lines that runtime/debug parses: what the program was built from, and how. */
char *build_info(const Build *b, const PkgNode *main);
/* What GODEBUG is for the program: by the go line of its module and what go.mod and //go:debug lines say. */
char *godebug_defaults(const Build *b, const PkgNode *main);

/* --- tests (test.c, testmain.c, testcache.c) --- */

int cmd_test(int argc, char **argv);
/* The Go source of the package main that runs the tests of a package that has been checked. */
Str test_main(const Build *b, const TestNodes *t);
/* Where the result of the test program with this link_key() and these arguments is kept; NULL: nowhere. */
const char *test_cache_entry(const char *key, const ArgList *args);
/* What the test printed when it passed last, if nothing has changed that it looked at; dir: where it ran. */
bool test_cache_read(const char *entry, const char *dir, Str *output, char **time);
void test_cache_keep(const char *entry, const char *log_file, const char *dir, Str output,
                     const char *time);

/* The last lines that golem test prints of a package: time is a text, or "" for `seconds`; cover: what cover_closing() gave;
 * none: it had no tests to run. */
char *test_closing(const char *path, int status, double seconds, const char *cover, bool none,
                   const char *time);

/* testcover.c: -cover and its kin. All but the flags do nothing without one of them. */
extern const Flag cover_flags[];
bool cover_wanted(void);
/* When the graph is known: marks what -coverpkg names, and opens the profile. False after a message. */
bool cover_begin(Build *b, bool compile_only);
/* How the package is covered where it is the one that is tested. */
CoverMode cover_tested(const BuildContext *bc, const PkgNode *n);
/* What the package main of a test needs besides. */
void cover_test_main(Buf *imports, Buf *init, const char *path);
/* The arguments of the test program, and its environment. */
void cover_arguments(ArgList *argv, const char *program);
/* The part of the closing line that tells the coverage which the program has printed. */
char *cover_closing(Str output);
/* Adds the program's profile to that of all. */
void cover_merge(const char *program);
/* Whether anything in the package, which is covered, could be. */
bool cover_has_units(const PkgNode *n);
/* Adds to the profile of all that nothing of the package was covered. */
void cover_untested(const PkgNode *n);
void cover_end(void);

/* testjson.c: starts argv in directory dir, as the test of the package `path`; what it prints, and how it ends, goes to the
 * file `output`, or NULL: to standard output, as events. The id of a process that ends as the test does. */
int test_json_start(char **argv, const char *dir, const char *path, const char *output);
/* What golem test says of a package without running its test, as events. */
void test_json_said(const char *package, const char *text, bool failed, const char *failed_build);
/* What was said in vain building a package. */
void test_json_build_output(const char *package, Str text);
int cmd_test2json(int argc, char **argv);

/* --- other commands --- */

int cmd_list(int argc, char **argv); /* list.c */
int cmd_env(int argc, char **argv);  /* env.c */
int print_size_classes(void);        /* sizeclasses.c */
int cmd_version(int argc, char **argv);

#endif
