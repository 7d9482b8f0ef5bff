/* goversion.c - the language version that a //go:build line asks for: the newest go1.N without which its expression
 * cannot hold.
 */
#include "syntax/parse.h"

enum { NONE = -1, MAX_DEPTH = 100 };

typedef struct Expr {
    const char *p, *end;
    int depth;
} Expr;

static int or_version(Expr *e, int sign);

static void skip_space(Expr *e) {
    while (e->p < e->end && (*e->p == ' ' || *e->p == '\t')) e->p++;
}

static bool eat(Expr *e, const char *op) {
    skip_space(e);
    size_t n = strlen(op);
    if ((size_t)(e->end - e->p) < n || memcmp(e->p, op, n) != 0) return false;
    e->p += n;
    return true;
}

/* go1.N: N; go1: 0. */
static int tag_version(const char *s, size_t n) {
    if (n == 3 && memcmp(s, "go1", 3) == 0) return 0;
    if (n < 5 || n > 7 || memcmp(s, "go1.", 4) != 0) return NONE;
    int minor = 0;
    for (size_t i = 4; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return NONE;
        minor = minor * 10 + (s[i] - '0');
    }
    return minor;
}

/* sign < 0: the expression is negated. */
static int not_version(Expr *e, int sign) {
    if (++e->depth > MAX_DEPTH) return NONE;
    if (eat(e, "!")) return not_version(e, -sign);
    if (eat(e, "(")) {
        int v = or_version(e, sign);
        eat(e, ")");
        return v;
    }
    const char *s = e->p;
    while (e->p < e->end && !strchr(" \t!()&|", *e->p)) e->p++;
    return sign < 0 ? NONE : tag_version(s, (size_t)(e->p - s));
}

static int combine(int x, int y, bool both) {
    return (x > y) == both ? x : y;
}

static int and_version(Expr *e, int sign) {
    int v = not_version(e, sign);
    while (eat(e, "&&")) v = combine(v, not_version(e, sign), sign > 0);
    return v;
}

static int or_version(Expr *e, int sign) {
    int v = and_version(e, sign);
    while (eat(e, "||")) v = combine(v, and_version(e, sign), sign < 0);
    return v;
}

int build_version(Str expr) {
    Expr e = {expr.p, expr.p + expr.n, 0};
    return or_version(&e, 1);
}
