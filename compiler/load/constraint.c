/* constraint.c - which files of a directory belong to a build.
 *
 * By name: x_test.go never; x_GOOS.go, x_GOARCH.go, x_GOOS_GOARCH.go only for the target's. By the
 * //go:build line before the package clause: a boolean expression over tags. The lists of known
 * systems and machines are those of go/build.
 */
#include "load/load.h"

static const char *const known_os[] = {
    "aix",  "android", "darwin",  "dragonfly", "freebsd", "hurd",   "illumos", "ios", "js", "linux",
    "nacl", "netbsd",  "openbsd", "plan9",     "solaris", "wasip1", "windows", "zos", NULL};
static const char *const known_arch[] = {"386",    "amd64",    "amd64p32",  "arm",         "armbe",
                                         "arm64",  "arm64be",  "loong64",   "mips",        "mipsle",
                                         "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc",
                                         "ppc64",  "ppc64le",  "riscv",     "riscv64",     "s390",
                                         "s390x",  "sparc",    "sparc64",   "wasm",        NULL};

/* Those that are on where nobody asks for others. */
static const char *const experiments[] = {"regabiwrappers",        "regabiargs", "dwarf5",
                                          "randomizedheapbase64",  "greenteagc", "jsonv2",
                                          "sizespecializedmalloc", NULL};

static const char *const target_os = "linux";
#if defined(__x86_64__)
static const char *const target_arch = "amd64";
#elif defined(__aarch64__)
static const char *const target_arch = "arm64";
#else
#error "no name for this machine in Go's lists"
#endif

static bool listed(const char *const *list, const char *s, size_t n) {
    for (; *list; list++)
        if (strlen(*list) == n && memcmp(*list, s, n) == 0) return true;
    return false;
}

static bool same(const char *s, size_t n, const char *t) {
    return strlen(t) == n && memcmp(s, t, n) == 0;
}

static int release;

void set_release(int minor) {
    release = minor;
}

/* go1.1 to that of the library hold; later releases do not. */
static bool release_tag(const char *s, size_t n) {
    if (n < 5 || memcmp(s, "go1.", 4) != 0) return false;
    int minor = 0;
    for (size_t i = 4; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        minor = minor * 10 + (s[i] - '0');
        if (minor > 1000) return false;
    }
    return minor >= 1 && minor <= release;
}

static bool tag_holds(const char *s, size_t n, bool asm_arch) {
    if (same(s, n, target_os) || same(s, n, "unix")) return true;
    if (same(s, n, target_arch)) return !asm_arch;
    if (same(s, n, "gc") || same(s, n, "purego") || same(s, n, "math_big_pure_go")) return true;
    if (n > 13 && memcmp(s, "goexperiment.", 13) == 0)
        return release >= 27 && listed(experiments, s + 13, n - 13);
    return release_tag(s, n);
}

/* A recursive-descent evaluator of the expression after //go:build. */
typedef struct Expr {
    const char *p, *end;
    bool asm_arch, bad;
    int depth;
} Expr;

static bool eval_or(Expr *e);

static void skip_space(Expr *e) {
    while (e->p < e->end && (*e->p == ' ' || *e->p == '\t')) e->p++;
}

static bool eval_not(Expr *e) {
    skip_space(e);
    if (e->p == e->end || ++e->depth > 1000) return !(e->bad = true);
    if (*e->p == '!') {
        e->p++;
        return !eval_not(e);
    }
    if (*e->p == '(') {
        e->p++;
        bool v = eval_or(e);
        skip_space(e);
        if (e->p == e->end || *e->p != ')') return !(e->bad = true);
        e->p++;
        return v;
    }
    const char *s = e->p;
    while (e->p < e->end && !strchr(" \t!()&|", *e->p)) e->p++;
    if (e->p == s) return !(e->bad = true);
    return tag_holds(s, (size_t)(e->p - s), e->asm_arch);
}

static bool eat(Expr *e, const char *op) {
    skip_space(e);
    if (e->end - e->p < 2 || memcmp(e->p, op, 2) != 0) return false;
    e->p += 2;
    return true;
}

static bool eval_and(Expr *e) {
    bool v = eval_not(e);
    while (!e->bad && eat(e, "&&")) v = eval_not(e) && v;
    return v;
}

static bool eval_or(Expr *e) {
    bool v = eval_and(e);
    while (!e->bad && eat(e, "||")) v = eval_and(e) || v;
    return v;
}

/* Looks through the comments at the head of the file for the //go:build line. */
static bool head_selects(Str src, bool asm_arch) {
    const char *p = src.p, *end = src.p + src.n;
    while (p < end) {
        while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) p++;
        if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
            p += 2;
            while (end - p >= 2 && !(p[0] == '*' && p[1] == '/')) p++;
            p += 2;
            continue;
        }
        if (end - p < 2 || p[0] != '/' || p[1] != '/') return true;
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        if (!nl) nl = end;
        if (nl - p > 11 && memcmp(p, "//go:build ", 11) == 0) {
            Expr e = {p + 11, nl, asm_arch, false, 0};
            if (e.end[-1] == '\r') e.end--;
            bool v = eval_or(&e);
            return v && !e.bad;
        }
        p = nl;
    }
    return true;
}

static bool name_selects(const char *name, bool asm_arch) {
    size_t n = strlen(name);
    if (n < 4 || strcmp(name + n - 3, ".go") != 0 || name[0] == '_' || name[0] == '.') return false;
    n -= 3;
    const char *first = memchr(name, '_', n);
    if (!first) return true;
    const char *last = name + n;
    while (last[-1] != '_') last--;
    size_t len = (size_t)(name + n - last);
    if (same(last, len, "test")) return false;
    if (listed(known_arch, last, len)) {
        if (asm_arch || !same(last, len, target_arch)) return false;
        if (last - 1 == first) return true;
        n = (size_t)(last - 1 - name);
        last = name + n;
        while (last > name && last[-1] != '_') last--;
        len = (size_t)(name + n - last);
        return !listed(known_os, last, len) || same(last, len, target_os);
    }
    return !listed(known_os, last, len) || same(last, len, target_os);
}

bool file_selected(const char *name, Str src, bool asm_arch) {
    return name_selects(name, asm_arch) && head_selects(src, asm_arch);
}
