/* directive.c - comments that speak to the compiler.
 *
 * //line directives go to base/diag.c, which applies them when it prints a position. //go:
 * directives wait in the parser until the next declaration takes them (take_pragmas) or something
 * comes that cannot (clear_pragmas), in which case they are errors: a directive that silently does
 * nothing would be worse. Those that Golem does not know are ignored, as Go ignores them.
 */
#include "syntax/parse.h"

#include <stdlib.h>

enum { MAX_LINE = 1 << 30 };

static bool has_prefix(Str t, const char *prefix) {
    size_t n = strlen(prefix);
    return t.n >= n && memcmp(t.p, prefix, n) == 0;
}

/* --- //line --- */

/* The number behind the last colon of t. *at is its offset, 0 if there is no colon; false if what
 * stands there is no number. */
static bool trailing_number(Str t, size_t *at, uint64_t *value) {
    size_t i = t.n;
    while (i > 0 && t.p[i - 1] != ':') i--;
    *at = i;
    *value = 0;
    if (i == 0 || i == t.n) return false;
    for (; i < t.n; i++) {
        if (!is_decimal(t.p[i])) return false;
        uint64_t d = (uint64_t)(t.p[i] - '0');
        if (*value > (UINT64_MAX - d) / 10) return false;
        *value = *value * 10 + d;
    }
    return true;
}

static bool in_range(uint64_t x) {
    return x > 0 && x <= MAX_LINE;
}

/* text is what follows "line "; it stands at (line, col). From `from` on the directive counts. */
static void line_directive(Scanner *s, Pos from, uint32_t line, uint32_t col, Str text) {
    size_t i, i2;
    uint64_t n, n2, new_col = 0;
    bool ok = trailing_number(text, &i, &n);
    if (i == 0) return; /* no colon: an ordinary comment */
    const char *bad = NULL;
    size_t bad_at = i;
    bool two = trailing_number((Str){text.p, i - 1}, &i2, &n2);
    size_t name_len = i - 1;
    if (!ok) {
        bad = "line";
    } else if (two) {
        new_col = n;
        n = n2;
        bad_at = i2;
        name_len = i2 - 1;
        if (!in_range(new_col)) {
            bad = "column";
            bad_at = i;
        }
    }
    if (!bad && !in_range(n)) bad = "line";
    if (bad) {
        scan_error(s, scan_pos(s, line, col + (uint32_t)bad_at), "invalid %s number: %.*s", bad,
                   (int)(text.n - bad_at), text.p + bad_at);
        return;
    }
    const char *file = xprintf("%.*s", (int)name_len, text.p);
    if (name_len == 0 && two) file = pos_shown(from).file;
    file_line_directive(from, file, (uint32_t)n, (uint32_t)new_col);
}

/* --- //go: --- */

typedef struct Verb {
    const char *name;
    uint32_t flags;
} Verb;

static const Verb verbs[] = {
    {"go:build", PRAGMA_BUILD},
    {"go:noescape", PRAGMA_NOESCAPE},
    {"go:norace", PRAGMA_OTHER_FUNC},
    {"go:nosplit", PRAGMA_NOSPLIT | PRAGMA_NOCHECKPTR},
    {"go:noinline", PRAGMA_NOINLINE},
    {"go:nocheckptr", PRAGMA_NOCHECKPTR},
    {"go:systemstack", PRAGMA_OTHER_FUNC | PRAGMA_RUNTIME},
    {"go:nowritebarrier", PRAGMA_NOWRITEBARRIER},
    {"go:nowritebarrierrec", PRAGMA_NOWRITEBARRIER},
    {"go:yeswritebarrierrec", PRAGMA_OTHER_FUNC | PRAGMA_RUNTIME},
    {"go:cgo_unsafe_args", PRAGMA_OTHER_FUNC | PRAGMA_NOCHECKPTR},
    {"go:uintptrkeepalive", PRAGMA_UINTPTRKEEPALIVE},
    {"go:uintptrescapes", PRAGMA_UINTPTRESCAPES | PRAGMA_UINTPTRKEEPALIVE},
    {"go:registerparams", PRAGMA_OTHER_FUNC},
    {"go:notinheap", PRAGMA_NOTINHEAP},
};

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next word of t from *at on; empty at the end. */
static Str word(Str t, size_t *at) {
    size_t i = *at;
    while (i < t.n && is_space(t.p[i])) i++;
    size_t from = i;
    while (i < t.n && !is_space(t.p[i])) i++;
    *at = i;
    return (Str){t.p + from, i - from};
}

static void linkname(Parser *p, Pos pos, Str text) {
    size_t i = 0;
    Str verb = word(text, &i);
    Str local = word(text, &i), target = word(text, &i), more = word(text, &i);
    if (local.n == 0 || more.n > 0) {
        errorf(pos, "usage: //%.*s localname [linkname]", (int)verb.n, verb.p);
        return;
    }
    bool std = verb.n > strlen("go:linkname");
    Linkname l = {.pos = pos, .std = std, .local = intern_n(local.p, local.n)};
    if (target.n) l.target = intern_n(target.p, target.n);
    push(&p->file->linknames, l);
}

static void reserve(Parser *p, Pos pos, const char *why) {
    push(&p->file->reserved, ((ReservedLine){pos, why}));
}

/* Whether the linker may be handed a library of this name. */
static bool safe_library(Str s) {
    static const char allowed[] = "_./+-";
    if (s.n == 0 || s.p[0] == '-') return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!word && c < 0x80 && !strchr(allowed, c)) return false;
    }
    return true;
}

/* //go:cgo_...: what cgo writes for Go's linker. */
static void cgo_directive(Parser *p, Pos pos, Str text) {
    size_t i = 0;
    Str verb = word(text, &i), part = {0};
    int n = 0;
    for (Str w; (w = word(text, &i)).n; n++) part = w;
    if (verb.n == 21 && has_prefix(verb, "go:cgo_import_dynamic") && n >= 3) {
        if (part.n >= 2 && part.p[0] == '"') part = (Str){part.p + 1, part.n - 2};
        if (part.n && !safe_library(part))
            reserve(p, pos,
                    xprintf("invalid library name \"%.*s\" in cgo_import_dynamic directive",
                            (int)part.n, part.p));
        return;
    }
    reserve(p, pos, xprintf("//%.*s only allowed in cgo-generated code", (int)text.n, text.p));
}

/* What is said of a directive of this kind outside the library; NULL: nothing. */
static const char *reserved_verb(uint32_t flags) {
    if (flags & (PRAGMA_NOWRITEBARRIER | PRAGMA_RUNTIME)) return "//%s only allowed in runtime";
    if (flags == PRAGMA_UINTPTRKEEPALIVE) return "//%s is only allowed in the standard library";
    return NULL;
}

static void go_directive(Parser *p, Pos pos, Str text) {
    if (!p->s.blank) {
        errorf(pos, "misplaced compiler directive");
        return;
    }
    if (has_prefix(text, "go:build ") && !p->file->pkgname)
        p->file->go_minor = build_version((Str){text.p + 9, text.n - 9});
    if (has_prefix(text, "go:linkname ") || has_prefix(text, "go:linknamestd ")) {
        linkname(p, pos, text);
        return;
    }
    size_t n = 0;
    while (n < text.n && text.p[n] != ' ') n++;
    Str verb = {text.p, n};
    if (n == strlen("go:embed") && has_prefix(verb, "go:embed")) {
        push(&p->embeds, ((EmbedLine){pos, {text.p + n, text.n - n}}));
        return;
    }
    if (has_prefix(verb, "go:cgo_")) cgo_directive(p, pos, text);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (n != strlen(verbs[i].name) || !has_prefix(verb, verbs[i].name)) continue;
        push(&p->pragmas, ((PragmaMark){verbs[i].flags, pos}));
        const char *why = reserved_verb(verbs[i].flags);
        if (why) reserve(p, pos, xprintf(why, verbs[i].name));
        return;
    }
}

void directive(Scanner *s, uint32_t line, uint32_t col, Str text) {
    bool block = text.p[1] == '*';
    uint32_t width = (uint32_t)text.n;
    Str inner = {text.p + 2, text.n - (block ? 4 : 2)};
    if (!block && inner.n > 0 && inner.p[inner.n - 1] == '\r') inner.n--;
    if (!has_prefix(inner, "line ")) {
        go_directive((Parser *)s, scan_pos(s, line, col + 2), inner);
        return;
    }
    if (!block && col != 1) return; /* it must begin its line */
    Pos from = block ? scan_pos(s, line, col + width) : scan_pos(s, line + 1, 1);
    line_directive(s, from, line, col + 7, (Str){inner.p + 5, inner.n - 5});
}

/* --- what waits --- */

static void reject_embeds(Parser *p) {
    for (int i = 0; i < p->embeds.n; i++) {
        errorf(p->embeds.v[i].pos, "misplaced go:embed directive");
    }
    p->embeds.n = 0;
}

static bool imports_embed(const File *f) {
    for (int i = 0; i < f->decls.n && f->decls.v[i]->kind == N_IMPORT; i++) {
        const Node *path = f->decls.v[i]->import.path;
        if (path->kind != N_BASICLIT || path->lit.text.n != 7) continue;
        if (memcmp(path->lit.text.p + 1, "embed", 5) == 0) return true;
    }
    return false;
}

/* d: the variable behind a go:embed directive at pos. */
bool check_embed(Parser *p, Pos pos, const Node *d) {
    const char *why = NULL;
    if (!imports_embed(p->file)) {
        why = "only allowed in Go files that import \"embed\"";
    } else if (d->var.names.n > 1) {
        why = "cannot apply to multiple vars";
    } else if (d->var.values.n) {
        why = "cannot apply to var with initializer";
    } else if (!d->var.typ) {
        why = "cannot apply to var without type";
    } else if (p->fnest > 0) {
        why = "cannot apply to var inside func";
    }
    if (why) errorf(pos, "go:embed %s", why);
    return !why;
}

uint32_t take_pragmas(Parser *p, uint32_t allowed) {
    uint32_t flags = 0;
    for (int i = 0; i < p->pragmas.n; i++) {
        const PragmaMark *m = &p->pragmas.v[i];
        if (m->flags & ~allowed) errorf(m->pos, "misplaced compiler directive");
        flags |= m->flags;
    }
    p->pragmas.n = 0;
    if (!(allowed & PRAGMA_EMBED)) reject_embeds(p);
    return flags & allowed & 0xffff;
}

void clear_pragmas(Parser *p) {
    take_pragmas(p, 0);
}
