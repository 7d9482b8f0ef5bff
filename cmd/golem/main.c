/* main.c - the command line of golem.
 *
 *   golem run [-m] [-l] [-x] FILE.go… [args]     compile and run; the exit status is the program's
 *   golem build [-o OUT] [-m] [-l] [-x] FILE.go…  compile
 *   golem build -c [-o OUT] FILE.go…              print the C
 *   golem version | env | help
 *
 * Exit status: 0; 1 when the build failed; 2 for a wrong command line (and, from a program that was
 * run, for an unrecovered panic).
 */
#include "golem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

static const char usage[] =
    "Golem compiles Go programs to small native binaries, through C.\n"
    "\n"
    "Usage:\n"
    "\n"
    "\tgolem run [flags] FILE.go... [arguments]    compile and run\n"
    "\tgolem build [flags] [-o OUT] FILE.go...     compile\n"
    "\tgolem version                               print the version\n"
    "\tgolem env                                   print where things are\n"
    "\tgolem help                                  print this text\n"
    "\n"
    "Flags:\n"
    "\n"
    "\t-o OUT   write the program (with -c: the C) to OUT\n"
    "\t-c       print the C of package main instead of compiling it (build only)\n"
    "\t-m       print what escape analysis decides; twice: and why\n"
    "\t-l       no inlining across calls in what -m prints\n"
    "\t-e       print all errors, not only the first ten\n"
    "\t-x       print the commands\n"
    "\t-work    keep the work directory and print its name\n"
    "\n"
    "Environment: CC, GOLEMROOT, GOLEMCACHE, GOLEMCFLAGS, GOROOT, TMPDIR;\n"
    "for programs: GOGC, GOMEMLIMIT, GOMAXPROCS, GODEBUG.\n";

static int misuse(const char *fmt, const char *arg) {
    fprintf(stderr, "golem: ");
    fprintf(stderr, fmt, arg);
    fprintf(stderr, "\nRun 'golem help' for usage.\n");
    return 2;
}

static bool is_go_file(const char *s) {
    size_t n = strlen(s);
    return n > 3 && strcmp(s + n - 3, ".go") == 0;
}

/* Reads flags and files; returns the index of the first argument left over, or -1 after a message.
 */
static int parse_build_args(int argc, char **argv, bool run, BuildOptions *opt) {
    int i = 2;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const char *f = argv[i] + 1;
        if (*f == '-') f++;
        if (strcmp(f, "m") == 0)
            opt->m++;
        else if (strcmp(f, "mm") == 0)
            opt->m = 2;
        else if (strcmp(f, "l") == 0)
            opt->l = true;
        else if (strcmp(f, "x") == 0)
            opt->x = true;
        else if (strcmp(f, "e") == 0)
            opt->all_errors = true;
        else if (strcmp(f, "work") == 0)
            opt->work = true;
        else if (strcmp(f, "c") == 0 && !run)
            opt->print_c = true;
        else if (strcmp(f, "o") == 0 && !run) {
            if (++i == argc) return misuse("flag needs an argument: -%s", "o"), -1;
            opt->out = argv[i];
        } else
            return misuse("unknown flag %s", argv[i]), -1;
    }
    for (; i < argc && is_go_file(argv[i]); i++) push(&opt->files, argv[i]);
    if (!opt->files.n) {
        if (i < argc) return misuse("%s is not a .go file", argv[i]), -1;
        return misuse("no Go files listed%s", ""), -1;
    }
    if (!run && i < argc) return misuse("%s is not a .go file", argv[i]), -1;
    return i;
}

/* prog from the first file's name, in the current directory, as go build names it. */
static char *default_output(const char *file) {
    const char *slash = strrchr(file, '/');
    char *out = xstrdup(slash ? slash + 1 : file);
    out[strlen(out) - 3] = 0;
    return out;
}

static int cmd_build(int argc, char **argv) {
    BuildOptions opt = {0};
    if (parse_build_args(argc, argv, false, &opt) < 0) return 2;
    return build(&opt, opt.out ? opt.out : default_output(opt.files.v[0]));
}

/* Replaces this process by the program, whose file is unlinked first: nothing is left behind
 * however it ends. */
static int cmd_run(int argc, char **argv) {
    BuildOptions opt = {0};
    int rest = parse_build_args(argc, argv, true, &opt);
    if (rest < 0) return 2;
    char *prog = xprintf("%s/prog", work_dir());
    bool keep_work = opt.work;
    opt.run = true;
    int status = build(&opt, prog);
    if (status) return status;
    int fd = open(prog, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fatalf("cannot open %s: %s", prog, strerror(errno));
    if (!keep_work) work_dir_remove();
    char **args = alloc(sizeof *args * (size_t)(argc - rest + 2));
    args[0] = default_output(opt.files.v[0]);
    for (int i = rest; i < argc; i++) args[i - rest + 1] = argv[i];
    fexecve(fd, args, environ);
    fatalf("cannot run the program: %s", strerror(errno));
}

static int cmd_env(int argc, char **argv) {
    Toolchain t;
    toolchain_find(&t);
    const char *cache = cache_dir();
    const char *vars[][2] = {{"GOLEMVERSION", GOLEM_VERSION},
                             {"GOLEMINCLUDE", t.include},
                             {"GOLEMLIB", t.lib},
                             {"GOLEMARCHIVE", t.archive},
                             {"GOLEMCACHE", cache ? cache : "off"},
                             {"GOROOT", t.goroot ? t.goroot : ""},
                             {"CC", t.cc ? t.cc : ""}};
    enum { N = sizeof vars / sizeof *vars };
    for (int i = 0; argc == 2 && i < N; i++) printf("%s='%s'\n", vars[i][0], vars[i][1]);
    for (int a = 2; a < argc; a++) {
        const char *value = "";
        for (int i = 0; i < N; i++)
            if (strcmp(argv[a], vars[i][0]) == 0) value = vars[i][1];
        puts(value);
    }
    return 0;
}

static int command(int argc, char **argv) {
    if (argc < 2) {
        fputs(usage, stderr);
        return 2;
    }
    const char *cmd = argv[1];
    if (strcmp(cmd, "run") == 0) return cmd_run(argc, argv);
    if (strcmp(cmd, "build") == 0) return cmd_build(argc, argv);
    if (strcmp(cmd, "env") == 0) return cmd_env(argc, argv);
    if (strcmp(cmd, "version") == 0 || strcmp(cmd, "--version") == 0) {
        printf("golem version %s go1.19 linux/amd64\n", GOLEM_VERSION);
        return 0;
    }
    if (strcmp(cmd, "help") == 0 || strcmp(cmd, "-h") == 0 || strcmp(cmd, "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    return misuse("unknown command %s", cmd);
}

/* --- the stack ---
 *
 * The passes recurse over the tree, whose height the parser bounds: they run on a thread with room for the highest. The
 * memory is the system's until it is touched. */

enum { STACK_MIB = 512 };

typedef struct Main {
    int argc;
    char **argv;
    int status;
} Main;

static void *run_command(void *arg) {
    Main *m = arg;
    m->status = command(m->argc, m->argv);
    return NULL;
}

/* Some start programs with standard descriptors closed: what is opened first must not take their place. */
static void hold_standard_descriptors(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
    hold_standard_descriptors();
    Main m = {argc, argv, 1};
    pthread_attr_t attr;
    pthread_t t;
    pthread_attr_init(&attr);
    if (pthread_attr_setstacksize(&attr, (size_t)STACK_MIB << 20) != 0 ||
        pthread_create(&t, &attr, run_command, &m) != 0)
        run_command(&m); /* no room: deep programs may not fit, all others do */
    else
        pthread_join(t, NULL);
    return m.status;
}
