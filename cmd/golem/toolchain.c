/* toolchain.c - finds the C compiler, Golem's own headers and library, and Go's standard library.
 *
 * Golem's root is $GOLEMROOT or is found from the command's own path: a source tree (include/,
 * lib/, build/libgolem.a beside the command) or an installed one (../include, ../share/golem/lib,
 * ../lib/libgolem.a).
 */
#define _GNU_SOURCE /* memmem */
#include "golem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool exists(const char *path) {
    return access(path, R_OK) == 0;
}

static const char *own_path(void) {
    char buf[4096];
    ssize_t n = readlink("/proc/self/exe", buf, sizeof buf - 1);
    if (n <= 0) return "./golem";
    buf[n] = 0;
    return xstrdup(buf);
}

static const char *own_dir(void) {
    char *path = xstrdup(own_path()), *slash = strrchr(path, '/');
    if (!slash) return ".";
    *slash = 0;
    return *path ? path : "/";
}

static bool try_source_tree(Toolchain *t, const char *root) {
    if (!exists(xprintf("%s/include/golem/go.h", root)) || !exists(xprintf("%s/lib/runtime", root)))
        return false;
    t->include = xprintf("%s/include", root);
    t->lib = xprintf("%s/lib", root);
    t->archive = xprintf("%s/build/libgolem.a", root);
    return true;
}

static bool try_installed(Toolchain *t, const char *root) {
    if (!exists(xprintf("%s/include/golem/go.h", root)) ||
        !exists(xprintf("%s/share/golem/lib", root)))
        return false;
    t->include = xprintf("%s/include", root);
    t->lib = xprintf("%s/share/golem/lib", root);
    t->archive = xprintf("%s/lib/libgolem.a", root);
    return true;
}

static void find_root(Toolchain *t) {
    const char *root = getenv("GOLEMROOT");
    if (root && *root) {
        if (try_source_tree(t, root) || try_installed(t, root)) return;
        fatalf("GOLEMROOT=%s holds no Golem (include/golem/go.h is missing)", root);
    }
    root = own_dir();
    if (try_source_tree(t, root) || try_installed(t, xprintf("%s/..", root))) return;
    fatalf("cannot find Golem's headers and library near %s; set GOLEMROOT", root);
}

/* The release 1.N whose source lies in root, by its own word; 0 if there is none. */
static int source_release(const char *root) {
    Str text;
    if (!read_file(xprintf("%s/src/internal/goversion/goversion.go", root), &text)) return 0;
    const char *at = memmem(text.p, text.n, "\nconst Version = ", 17);
    return at ? (int)strtol(xprintf("%.*s", 4, at + 17), NULL, 10) : 0;
}

/* Go's library: $GOROOT, or where Debian installs its source, or where tools/get-goroot unpacks it. */
static void find_goroot(Toolchain *t) {
    const char *root = getenv("GOROOT");
    if (root && *root) {
        t->goroot = root;
        t->go_release = source_release(root);
        if (t->go_release != GO_RELEASE)
            t->goroot_fault =
                t->go_release
                    ? xprintf(
                          "GOROOT=%s holds the source of Go 1.%d; Golem compiles that of Go 1.%d",
                          root, t->go_release, GO_RELEASE)
                    : xprintf("GOROOT=%s holds no source of Go's library", root);
        return;
    }
    const char *version = xprintf("go-1.%d", GO_RELEASE), *cache = user_cache();
    const char *places[] = {xprintf("/usr/share/%s", version), xprintf("/usr/lib/%s", version),
                            cache ? xprintf("%s/golem/%s", cache, version) : NULL};
    for (int i = 0; i < 3 && !t->goroot; i++)
        if (places[i] && source_release(places[i]) == GO_RELEASE) t->goroot = places[i];
    if (t->goroot)
        t->go_release = GO_RELEASE;
    else
        t->goroot_fault =
            xprintf("the source of Go 1.%d's library is not installed: tools/get-goroot gets it "
                    "(Debian: golang-1.%d-src), or set GOROOT",
                    GO_RELEASE, GO_RELEASE);
}

static char *find_on_path(const char *name) {
    if (strchr(name, '/')) return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
    const char *path = getenv("PATH");
    for (const char *p = path ? path : ""; *p;) {
        size_t n = strcspn(p, ":");
        char *file = xprintf("%.*s/%s", (int)n, p, name);
        struct stat st;
        if (n && access(file, X_OK) == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
            return file;
        p += n + (p[n] == ':');
    }
    return NULL;
}

static bool only_plain_words(const ArgList *l) {
    for (int i = 0; i < l->n; i++)
        if (*l->v[i] == '-') return false;
    return true;
}

/* $CC, or what is usual. */
static void find_cc(Toolchain *t) {
    static const char *const usual[] = {"gcc", "clang", "cc", NULL};
    const char *cc = getenv("CC");
    if (cc && *cc) {
        char *words = xstrdup(cc);
        for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) {
            /* "ccache gcc": the words before are a launcher's, which knows nothing of what our flags refer to. */
            if (*w != '-' && only_plain_words(&t->cc_words)) t->cc_words.n = 0;
            push(&t->cc_words, w);
        }
        if (t->cc_words.n) t->cc = find_on_path(t->cc_words.v[0]);
        if (t->cc) t->cc_words.v[0] = (char *)t->cc;
        return;
    }
    for (int i = 0; usual[i] && !t->cc; i++) t->cc = find_on_path(usual[i]);
    push(&t->cc_words, (char *)t->cc);
}

/* Where the C compiler, which is to know the flag if there is one, has a library of its own: NULL if nowhere it says. */
static const char *compilers_library(const Toolchain *t, const char *flag, const char *name) {
    ArgList argv = {0};
    for (int i = 0; i < t->cc_words.n; i++) push(&argv, t->cc_words.v[i]);
    push(&argv, xprintf("-print-file-name=%s", name));
    push(&argv, (char *)flag);
    push(&argv, NULL);
    return process_line(argv.v);
}

/* gcc for x86 pushes parameters in calls unless it is told to make room for them once, in the
 * prologue; only then does the check for stack count them. Others know neither the flag nor the fault.
 *
 * It puts the two words of an interface or a string together in a vector to store them at once, and to that end stores them one
 * by one and reads both: the processor waits for the first stores to be done. So it does, unless told that unaligned vectors are slow to
 * store, for every slice that was put together word by word and is then copied, as an argument is.
 *
 * It zeroes 128 bytes of a frame and more by `rep stos`, whose start takes longer than the stores: up to 1 KiB a loop of vectors, then a call.
 *
 * gcc brings a library that reads debug information, by which traces name files and lines. The
 * run-time library refers to it weakly: a program links without it too. */
static void ask_compiler(Toolchain *t) {
    if (!t->cc) return;
    const char *path = compilers_library(t, "-maccumulate-outgoing-args", "libbacktrace.a");
    if (path) {
        push(&t->cflags, "-maccumulate-outgoing-args");
        push(&t->cflags, "-mmemset-strategy=vector_loop:1024:noalign,libcall:-1:noalign");
        push(&t->cflags, "-fno-tree-slp-vectorize");
        push(&t->cflags, "-mtune-ctrl=^sse_unaligned_store_optimal");
        push(&t->cflags, "-fverbose-asm"); /* for frames.h: says what was spilled */
        push(&t->cflags, "-wrapper");
        push(&t->cflags, xprintf("%s,assemble", own_path()));
    } else {
        path = compilers_library(t, NULL, "libbacktrace.a");
    }
    if (!path || *path != '/' || !exists(path)) return;
    push(&t->ldflags, "-Wl,-u,backtrace_create_state,-u,backtrace_pcinfo,-u,backtrace_syminfo");
    push(&t->ldflags, xstrdup(path));
}

/* gcc writes names of files into assembly as they are: one with a quote needs another name, in the work directory. */
static const char *plain_path(const char *dir) {
    if (!strpbrk(dir, "\"\\\n")) return dir;
    char *link = xprintf("%s/include", work_dir());
    return symlink(dir, link) == 0 || errno == EEXIST ? link : dir;
}

void toolchain_find(Toolchain *t) {
    *t = (Toolchain){0};
    find_root(t);
    find_cc(t);
    find_goroot(t);
    static const char *const cflags[] = {
        "-std=gnu11",
        "-O2",
        "-g1",
        "-w",
        "-fwrapv",
        "-fno-strict-aliasing",
        "-fno-delete-null-pointer-checks",
        "-fno-math-errno",             /* the square root is an instruction */
        "-fsplit-stack",               /* goroutines start on 2 KiB: functions check for room */
        "-fno-pie",                    /* as Go's own programs */
        "-fno-optimize-sibling-calls", /* traces are complete */
        "-ffp-contract=off",
        "-ffunction-sections", /* what is not used is dropped */
        "-fdata-sections",
        NULL};
    const char *user = getenv("GOLEMCFLAGS");
    for (int i = 0; cflags[i]; i++) push(&t->cflags, (char *)cflags[i]);
    char *words = xstrdup(user ? user : "");
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) {
        push(&t->cflags, w);
        push(&t->user_flags, w);
    }
    push(&t->cflags, xprintf("-I%s", plain_path(t->include)));
    push(&t->ldflags, "-no-pie");
    /* gold and lld change what split-stack code calls, and the order of sections is GNU's. */
    if (find_on_path("ld.bfd")) push(&t->ldflags, "-fuse-ld=bfd");
    push(&t->ldflags,
         "-Wl,-z,now"); /* the lazy resolver would want more stack than a goroutine has */
    push(&t->ldflags, "-Wl,--gc-sections");
    push(&t->ldflags, (char *)t->archive);
    ask_compiler(t);
    push(&t->ldflags, "-lm");
    push(&t->ldflags, "-lpthread");
}
