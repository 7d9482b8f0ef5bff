/* main.c - the command line of golem: its commands, and the stack that they run on.
 *
 * Exit status: 0; 1 when the build failed; 2 for a wrong command line (and, from a program that was
 * run, for an unrecovered panic).
 */
#include "golem.h"
#include "heap.h"
#include "why.h"

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
    "\tgolem run [flags] [package | FILE.go...] [arguments]   compile and run\n"
    "\tgolem build [flags] [-o OUT] [packages | FILE.go...]   compile\n"
    "\tgolem install [flags] [packages]                       compile into $GOBIN or $GOPATH/bin\n"
    "\tgolem test [flags] [packages] [test flags]             compile and run tests\n"
    "\tgolem list [-f FORMAT] [-json] [-deps] [packages]      print what packages there are\n"
    "\tgolem tool compile [-m] [-S] FILE.go...                what the compiler decides\n"
    "\tgolem tool pprof | trace | cover [arguments]            Go's tools for profiles, traces, "
    "coverage\n"
    "\tgolem tool test2json [-p PACKAGE] [-t]                  what a test printed, as events\n"
    "\tgolem tool sizeclasses                                 the heap's size classes\n"
    "\tgolem why [-inuse] [-objects] [-n N] [-html FILE] PROFILE [packages | FILE.go...]\n"
    "\t                                                       what allocates most, and why it is "
    "on "
    "the heap\n"
    "\tgolem heap [-n N] [-path ADDRESS] [-type TYPE] [-diff OLD] [-html FILE] [-chrome FILE] "
    "SNAPSHOT\n"
    "\t                                                       what holds the memory\n"
    "\tgolem clean -cache                                     empty the cache\n"
    "\tgolem version [-m] [program...]                        print the version, or what built a "
    "program\n"
    "\tgolem env [NAME...]                                    print where things are\n"
    "\tgolem help                                             print this text\n"
    "\n"
    "Flags:\n"
    "\n"
    "\t-o OUT     write the program (with -c: the C) to OUT\n"
    "\t-c         print the C of the package, to read or with -o for a C compiler, and compile "
    "nothing (build only)\n"
    "\t-m         print what escape analysis decides; twice: and why (also -gcflags=-m)\n"
    "\t-l         no inlining\n"
    "\t-e         print all errors, not only the first ten\n"
    "\t-v -x -n   print packages as they are compiled; the commands; only these\n"
    "\t-a         compile everything again\n"
    "\t-p N       run N C compilers at once\n"
    "\t-tags LIST -mod MODE -modfile FILE -trimpath -C DIR    as go build\n"
    "\t-ldflags \"-X package.name=value -s -w\"                as go build\n"
    "\t-static    a program that needs no shared library\n"
    "\t-work      keep the work directory and print its name\n"
    "\n"
    "Environment: CC, GOLEMROOT, GOLEMCACHE, GOLEMCFLAGS, TMPDIR; GOROOT, GOFLAGS, GO111MODULE, "
    "GOPATH,\n"
    "GOMODCACHE, GOWORK, GOBIN; for programs: GOGC, GOMEMLIMIT, GOMAXPROCS, GODEBUG.\n";

/* Reads $GOFLAGS and the flags; the index of the first other argument, or -1 after a message. */
static int read_flags(int argc, char **argv, int i, BuildOptions *opt, const Flag *own) {
    const Flag *tables[] = {own, build_flags(opt), NULL};
    if (!parse_goflags(tables, opt)) return -1;
    return parse_flags(argc, argv, i, tables, opt);
}

/* All of them files or none. */
static bool take_patterns(BuildOptions *opt, char **args, int n) {
    for (int i = 0; i < n; i++) {
        if (is_go_file(args[0]) && !is_go_file(args[i])) {
            misuse("named files must all be .go files, and %s is not a .go file", args[i]);
            return false;
        }
        push(&opt->patterns, args[i]);
    }
    return true;
}

static int cmd_build(int argc, char **argv) {
    BuildOptions opt = {0};
    const Flag own[] = {{"c", FLAG_BOOL, .target = &opt.print_c}, {0}};
    int i = read_flags(argc, argv, 2, &opt, own);
    if (i < 0 || !take_patterns(&opt, argv + i, argc - i)) return 2;
    return build(&opt);
}

/* The directory for programs: $GOBIN, or bin in the first of $GOPATH. */
static const char *bin_dir(void) {
    const char *bin = getenv("GOBIN"), *path = getenv("GOPATH"), *home = getenv("HOME");
    if (bin && *bin) return bin;
    if (path && *path) return xprintf("%.*s/bin", (int)strcspn(path, ":"), path);
    return xprintf("%s/go/bin", home ? home : "");
}

static int cmd_install(int argc, char **argv) {
    BuildOptions opt = {0};
    int i = read_flags(argc, argv, 2, &opt, build_flags(&opt));
    if (i < 0) return 2;
    for (int k = i; k < argc; k++)
        if (strchr(argv[k], '@'))
            return misuse(
                "install %s: Golem downloads nothing; take the module into a go.mod first",
                argv[k]);
    if (!take_patterns(&opt, argv + i, argc - i)) return 2;
    opt.out = xprintf("%s/", bin_dir());
    return build(&opt);
}

/* Replaces this process by the program, whose file is unlinked first: nothing is left behind
 * however it ends. */
static int cmd_run(int argc, char **argv) {
    BuildOptions opt = {0};
    int i = read_flags(argc, argv, 2, &opt, build_flags(&opt)), rest = i;
    if (i < 0) return 2;
    while (rest < argc && is_go_file(argv[rest])) rest++;
    if (rest == i && rest < argc) rest++;
    if (rest == i) return misuse("no Go files listed%s", "");
    if (!take_patterns(&opt, argv + i, rest - i)) return 2;
    char *prog = xprintf("%s/prog", work_dir());
    opt.out = NULL;
    PkgNode *main;
    int status = build_to_run(&opt, prog, &main);
    if (status || opt.n) return status;
    int fd = open(prog, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fatalf("cannot open %s: %s", prog, strerror(errno));
    if (!opt.work) work_dir_remove();
    char **args = alloc(sizeof *args * (size_t)(argc - rest + 2));
    args[0] = program_name(main);
    for (int k = rest; k < argc; k++) args[k - rest + 1] = argv[k];
    fexecve(fd, args, environ);
    fatalf("cannot run the program: %s", strerror(errno));
}

static int cmd_clean(int argc, char **argv) {
    bool cache = false, tests = false;
    const Flag own[] = {
        {"cache", FLAG_BOOL, .target = &cache}, {"testcache", FLAG_BOOL, .target = &tests}, {0}};
    const Flag *tables[] = {own, NULL};
    if (parse_flags(argc, argv, 2, tables, NULL) < 0) return 2;
    if (!cache && !tests)
        return misuse("clean removes nothing but the cache: golem clean -cache%s", "");
    cache_trim(true);
    return 0;
}

/* golem tool sizeclasses; golem tool pprof, trace, cover, test2json, with their own arguments.
 * golem tool compile [-m] [-l] [-S] [-lang=go1.N] FILE.go...: messages as the compiler has them, without the go command's headers. */
static int cmd_tool(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[2], "sizeclasses") == 0) return print_size_classes();
    if (argc > 2 && strcmp(argv[2], "test2json") == 0) return cmd_test2json(argc - 3, argv + 3);
    if (argc > 2 && is_library_tool(argv[2])) return library_tool(argv[2], argc - 3, argv + 3);
    if (argc < 3 || strcmp(argv[2], "compile") != 0)
        return misuse("tool%s: only compile, cover, pprof, sizeclasses, test2json and trace are "
                      "there; for others use Go's",
                      "");
    BuildOptions opt = {.bare = true};
    const Flag own[] = {
        {"S", FLAG_BOOL, .target = &opt.S},
        {"lang", FLAG_CALL, .takes_value = true, .call = lang_flag},
        {"p", FLAG_IGNORE, .takes_value = true}, /* as Go's compiler has it: a path */
        {"d", FLAG_IGNORE, .takes_value = true},
        {"N", FLAG_IGNORE, .takes_value = false},
        {"complete", FLAG_IGNORE, .takes_value = false},
        {0}};
    int i = read_flags(argc, argv, 3, &opt, own);
    if (i < 0) return 2;
    if (i == argc || !is_go_file(argv[i])) return misuse("no Go files listed%s", "");
    if (!take_patterns(&opt, argv + i, argc - i)) return 2;
    if (!opt.out) opt.out = xprintf("%s/prog", work_dir());
    return build(&opt);
}

/* What belongs to other tools: each with what to use for it. */
static const char *const others[][2] = {
    {"fmt", "use gofmt"},
    {"vet", "use go vet; Golem's compiler checks what the language demands"},
    {"generate", "use go generate"},
    {"get", "Golem downloads nothing: use go get, or edit go.mod"},
    {"mod",
     "Golem reads go.mod, go.work, vendor and the module cache, and writes none: use go mod"},
    {"work", "Golem reads go.work: use go work to change it"},
    {"doc", "use go doc"},
    {"fix", "use go fix"},
    {"bug", "say what is wrong with 'golem env' and 'golem version' beside it"},
    {"telemetry", "Golem has none"},
};

static int command(int argc, char **argv) {
    if (argc < 2) {
        fputs(usage, stderr);
        return 2;
    }
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"run", cmd_run},     {"build", cmd_build}, {"install", cmd_install},
                    {"clean", cmd_clean}, {"test", cmd_test},   {"list", cmd_list},
                    {"tool", cmd_tool},   {"env", cmd_env},     {"version", cmd_version},
                    {"why", cmd_why},     {"heap", cmd_heap},   {"--version", cmd_version}};
    const char *cmd = argv[1];
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(cmd, commands[i].name) == 0) return commands[i].run(argc, argv);
    if (strcmp(cmd, "help") == 0 || strcmp(cmd, "-h") == 0 || strcmp(cmd, "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(cmd, others[i][0]) == 0) {
            fprintf(stderr, "golem %s: %s\n", cmd, others[i][1]);
            return 2;
        }
    return misuse("unknown command %s", cmd);
}

/* --- the stack ---
 *
 * The passes recurse over the tree, whose height the parser bounds: they run on a thread with room for the highest. The
 * memory is the system's until it is touched. */

enum { STACK_MIB = 1024 };

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
    if (argc > 2 && strcmp(argv[1], "assemble") == 0) return assemble(argv + 2);
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
