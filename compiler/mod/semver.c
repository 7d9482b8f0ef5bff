/* semver.c - the order of versions: of modules (semantic versions with a v before them) and of Go.
 *
 * Text is compared where it stands; nothing is converted to numbers, so versions may be as long as
 * they like. Of two runs of digits without leading zeros the longer one is greater.
 */
#include "mod/mod.h"

typedef struct Part {
    const char *p;
    size_t n;
} Part;

typedef struct SemVer {
    Part major, minor, patch; /* n 0: not given, which counts as 0 */
    Part pre;                 /* with its hyphen */
} SemVer;

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static bool ident(char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool take_number(const char **p, Part *out) {
    const char *s = *p;
    while (digit(**p)) ++*p;
    *out = (Part){s, (size_t)(*p - s)};
    return out->n && (out->n == 1 || *s != '0');
}

/* Identifiers with dots between them; numeric ones without leading zeros if `strict`. */
static bool take_idents(const char **p, Part *out, bool strict) {
    const char *s = (*p)++;
    do {
        const char *word = *p;
        bool number = true;
        for (; ident(**p); ++*p) number &= digit(**p);
        size_t n = (size_t)(*p - word);
        if (!n || (strict && number && n > 1 && *word == '0')) return false;
    } while (**p == '.' && ++*p);
    *out = (Part){s, (size_t)(*p - s)};
    return true;
}

static bool parse(const char *s, SemVer *v) {
    *v = (SemVer){0};
    if (!s || *s++ != 'v' || !take_number(&s, &v->major)) return false;
    if (!*s) return true;
    if (*s++ != '.' || !take_number(&s, &v->minor)) return false;
    if (!*s) return true;
    if (*s++ != '.' || !take_number(&s, &v->patch)) return false;
    Part build;
    if (*s == '-' && !take_idents(&s, &v->pre, true)) return false;
    if (*s == '+' && !take_idents(&s, &build, false)) return false;
    return !*s;
}

bool semver_valid(const char *v) {
    SemVer s;
    return parse(v, &s);
}

static int cmp_bytes(Part a, Part b) {
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c ? (c < 0 ? -1 : 1) : a.n < b.n ? -1 : a.n > b.n;
}

static int cmp_number(Part a, Part b) {
    if (!a.n) a = (Part){"0", 1};
    if (!b.n) b = (Part){"0", 1};
    if (a.n != b.n) return a.n < b.n ? -1 : 1;
    return cmp_bytes(a, b);
}

static Part next_ident(Part *p) {
    const char *dot = memchr(p->p, '.', p->n);
    size_t n = dot ? (size_t)(dot - p->p) : p->n;
    Part word = {p->p, n};
    p->p += n + (dot != NULL);
    p->n -= n + (dot != NULL);
    return word;
}

static bool all_digits(Part p) {
    for (size_t i = 0; i < p.n; i++)
        if (!digit(p.p[i])) return false;
    return true;
}

/* Without a prerelease is above every one with it; numbers are below words. */
static int cmp_pre(Part a, Part b) {
    if (!a.n || !b.n) return a.n ? -1 : b.n ? 1 : 0;
    a.p++, a.n--, b.p++, b.n--;
    while (a.n && b.n) {
        Part x = next_ident(&a), y = next_ident(&b);
        bool xn = all_digits(x), yn = all_digits(y);
        int c = xn != yn ? (xn ? -1 : 1) : xn ? cmp_number(x, y) : cmp_bytes(x, y);
        if (c) return c;
    }
    return a.n ? 1 : b.n ? -1 : 0;
}

int semver_cmp(const char *a, const char *b) {
    SemVer x, y;
    bool xv = parse(a, &x), yv = parse(b, &y);
    if (!xv || !yv) return xv ? 1 : yv ? -1 : 0;
    int c = cmp_number(x.major, y.major);
    if (!c) c = cmp_number(x.minor, y.minor);
    if (!c) c = cmp_number(x.patch, y.patch);
    return c ? c : cmp_pre(x.pre, y.pre);
}

/* --- Go's own versions --- */

typedef struct GoVersion {
    Part major, minor, patch;
    Part kind; /* "alpha", "beta", "rc"; n 0: none */
    Part pre;
} GoVersion;

static bool parse_go(const char *s, GoVersion *v) {
    *v = (GoVersion){0};
    if (!s || !take_number(&s, &v->major)) return false;
    if (!*s) return true;
    if (*s++ != '.' || !take_number(&s, &v->minor)) return false;
    if (*s == '.') {
        s++;
        return take_number(&s, &v->patch) && !*s;
    }
    const char *kind = s;
    while (*s >= 'a' && *s <= 'z') s++;
    v->kind = (Part){kind, (size_t)(s - kind)};
    if (!v->kind.n) return !*s;
    return take_number(&s, &v->pre) && !*s;
}

bool goversion_valid(const char *s) {
    GoVersion v;
    return parse_go(s, &v);
}

int goversion_cmp(const char *a, const char *b) {
    GoVersion x, y;
    bool xv = parse_go(a, &x), yv = parse_go(b, &y);
    if (!xv || !yv) return xv ? 1 : yv ? -1 : 0;
    int c = cmp_number(x.major, y.major);
    if (!c) c = cmp_number(x.minor, y.minor);
    if (c) return c;
    /* From 1.21 on, "1.21" is the language, which is before its release candidates; before that, the first release. */
    bool language = goversion_minor(a) >= 21;
    if (!x.patch.n && !x.kind.n && !language) x.patch = (Part){"0", 1};
    if (!y.patch.n && !y.kind.n && !language) y.patch = (Part){"0", 1};
    int xr = x.patch.n ? 2 : x.kind.n ? 1 : 0, yr = y.patch.n ? 2 : y.kind.n ? 1 : 0;
    if (xr != yr) return xr < yr ? -1 : 1;
    c = cmp_number(x.patch, y.patch);
    if (!c) c = cmp_bytes(x.kind, y.kind);
    return c ? c : cmp_number(x.pre, y.pre);
}

int goversion_minor(const char *s) {
    GoVersion v;
    if (!parse_go(s, &v)) return 0;
    int n = 0;
    for (size_t i = 0; i < v.minor.n && n < 10000; i++) n = n * 10 + (v.minor.p[i] - '0');
    return n;
}
