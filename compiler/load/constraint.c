/* constraint.c - which files of a directory belong to a build.
 *
 * By name: x_GOOS.go, x_GOARCH.go, x_GOOS_GOARCH.go only for the target's. By the //go:build line before the package
 * clause, a boolean expression over tags, or where there is none by the older // +build lines. The lists of
 * known systems and machines are those of go/build.
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

/* N of go1.N, or -1. */
static int release_of(const char *s, size_t n) {
    if (n < 5 || memcmp(s, "go1.", 4) != 0) return -1;
    int minor = 0;
    for (size_t i = 4; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return -1;
        minor = minor * 10 + (s[i] - '0');
        if (minor > 1000) return -1;
    }
    return minor;
}

static bool tag_holds(const BuildContext *bc, const char *s, size_t n, unsigned without) {
    if (same(s, n, target_os) || same(s, n, "unix")) return true;
    if (same(s, n, target_arch)) return !(without & WITHOUT_MACHINE);
    if (same(s, n, "gc")) return true;
    if ((same(s, n, "purego") || same(s, n, "math_big_pure_go")) && without & WITHOUT_ASM)
        return true;
    if (n > 13 && memcmp(s, "goexperiment.", 13) == 0)
        return bc->release >= 27 && listed(experiments, s + 13, n - 13);
    for (int i = 0; i < bc->tags.n; i++)
        if (same(s, n, bc->tags.v[i])) return true;
    int minor = release_of(s, n);
    return minor >= 1 && minor <= bc->release;
}

/* --- //go:build: a recursive-descent evaluator --- */

typedef struct Expr {
    const BuildContext *bc;
    const char *p, *end;
    unsigned without;
    bool bad;
    int depth;
} Expr;

static bool eval_or(Expr *e);

static void skip_space(Expr *e) {
    while (e->p < e->end && (*e->p == ' ' || *e->p == '\t')) e->p++;
}

static bool bad_expr(Expr *e) {
    e->bad = true;
    return false;
}

static bool eval_not(Expr *e) {
    skip_space(e);
    if (e->p == e->end || ++e->depth > 1000) return bad_expr(e);
    if (*e->p == '!') {
        e->p++;
        return !eval_not(e);
    }
    if (*e->p == '(') {
        e->p++;
        bool v = eval_or(e);
        skip_space(e);
        if (e->p == e->end || *e->p != ')') return bad_expr(e);
        e->p++;
        return v;
    }
    const char *s = e->p;
    while (e->p < e->end && !strchr(" \t!()&|", *e->p)) e->p++;
    if (e->p == s) return bad_expr(e);
    return tag_holds(e->bc, s, (size_t)(e->p - s), e->without);
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

static bool eval_line(const BuildContext *bc, Str expr, unsigned without) {
    Expr e = {.bc = bc, .p = expr.p, .end = expr.p + expr.n, .without = without};
    if (expr.n && e.end[-1] == '\r') e.end--;
    bool v = eval_or(&e);
    skip_space(&e);
    return v && !e.bad && e.p == e.end;
}

/* --- // +build: words of a line are alternatives, terms with commas between them hold together --- */

static bool plus_build_holds(const BuildContext *bc, Str line, unsigned without) {
    bool any = false;
    for (size_t i = 0; i < line.n;) {
        if (strchr(" \t\r", line.p[i]) && line.p[i]) {
            i++;
            continue;
        }
        bool all = true;
        while (i < line.n && !strchr(" \t\r", line.p[i])) {
            bool negated = line.p[i] == '!';
            size_t from = i += negated;
            while (i < line.n && !strchr(" \t\r,", line.p[i])) i++;
            all &= tag_holds(bc, line.p + from, i - from, without) != negated;
            if (i < line.n && line.p[i] == ',') i++;
        }
        any |= all;
    }
    return any;
}

/* --- the head of a file --- */

typedef struct Head {
    Str build;           /* the expression behind //go:build; p NULL: none */
    const char *old_end; /* the end of the comments among which // +build lines count */
} Head;

/* Goes over the comments before the package clause. */
static Head read_head(Str src) {
    const char *p = src.p, *end = src.p + src.n;
    Head h = {.old_end = src.p};
    while (p < end) {
        if (*p == '\n') h.old_end = p; /* a blank line follows the comments before it */
        if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n') {
            p++;
            continue;
        }
        if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
            p += 2;
            while (end - p >= 2 && !(p[0] == '*' && p[1] == '/')) p++;
            p = end - p >= 2 ? p + 2 : end;
            continue;
        }
        if (end - p < 2 || p[0] != '/' || p[1] != '/') break;
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        if (!nl) nl = end;
        if (!h.build.p && nl - p > 11 && memcmp(p, "//go:build ", 11) == 0)
            h.build = (Str){p + 11, (size_t)(nl - p - 11)};
        p = nl < end ? nl + 1 : end;
    }
    return h;
}

static bool old_lines_hold(const BuildContext *bc, Str src, const char *end, unsigned without) {
    for (const char *p = src.p; p < end;) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        if (!nl) nl = end;
        const char *s = p;
        while (s < nl && (*s == ' ' || *s == '\t')) s++;
        if (nl - s > 2 && s[0] == '/' && s[1] == '/') {
            s += 2;
            while (s < nl && (*s == ' ' || *s == '\t')) s++;
            if (nl - s > 6 && memcmp(s, "+build", 6) == 0 && (s[6] == ' ' || s[6] == '\t') &&
                !plus_build_holds(bc, (Str){s + 6, (size_t)(nl - s - 6)}, without))
                return false;
        }
        p = nl + 1;
    }
    return true;
}

bool head_selects(const BuildContext *bc, Str src, unsigned without) {
    Head h = read_head(src);
    if (h.build.p) return eval_line(bc, h.build, without);
    return old_lines_hold(bc, src, h.old_end, without);
}

bool name_selects(const char *name, unsigned without) {
    const char *dot = strchr(name, '.');
    if (name[0] == '_' || name[0] == '.' || !dot) return false;
    size_t n = (size_t)(dot - name);
    if (n > 5 && memcmp(name + n - 5, "_test", 5) == 0) n -= 5;
    const char *first = memchr(name, '_', n);
    if (!first) return true;
    const char *last = name + n;
    while (last[-1] != '_') last--;
    size_t len = (size_t)(name + n - last);
    if (listed(known_arch, last, len)) {
        if (without & WITHOUT_MACHINE || !same(last, len, target_arch)) return false;
        if (last - 1 == first) return true;
        n = (size_t)(last - 1 - name);
        last = name + n;
        while (last > name && last[-1] != '_') last--;
        len = (size_t)(name + n - last);
        return !listed(known_os, last, len) || same(last, len, target_os);
    }
    return !listed(known_os, last, len) || same(last, len, target_os);
}
