/* header.c - what the head of a Go file says: its package and its imports.
 *
 * A package's place in the build is found from this alone, without a tree. What is no Go here ends the reading: the
 * parser, which reads the whole file, says what is wrong with it. The text is taken as it is, so that positions are
 * those of the file.
 */
#include "load/load.h"

typedef struct Scan {
    const char *p, *end, *line_start;
    int line;
} Scan;

static void newline(Scan *s) {
    s->line++;
    s->line_start = s->p;
}

/* Past blanks, comments and semicolons. */
static void skip(Scan *s) {
    while (s->p < s->end) {
        if (*s->p == '\n') {
            s->p++;
            newline(s);
        } else if (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == ';') {
            s->p++;
        } else if (s->end - s->p >= 2 && s->p[0] == '/' && s->p[1] == '/') {
            while (s->p < s->end && *s->p != '\n') s->p++;
        } else if (s->end - s->p >= 2 && s->p[0] == '/' && s->p[1] == '*') {
            s->p += 2;
            while (s->end - s->p >= 2 && !(s->p[0] == '*' && s->p[1] == '/'))
                if (*s->p++ == '\n') newline(s);
            s->p = s->end - s->p >= 2 ? s->p + 2 : s->end;
        } else {
            return;
        }
    }
}

static bool is_letter(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* An identifier, or n 0. */
static Str word(Scan *s) {
    const char *from = s->p;
    if (s->p < s->end && is_letter(*s->p))
        while (s->p < s->end && (is_letter(*s->p) || (*s->p >= '0' && *s->p <= '9'))) s->p++;
    return (Str){from, (size_t)(s->p - from)};
}

static bool is(Str w, const char *text) {
    return w.n == strlen(text) && memcmp(w.p, text, w.n) == 0;
}

/* One import: an optional name and a string. False where there is none. */
static bool import_spec(Scan *s, Header *h) {
    Import im = {.line = s->line, .col = (int)(s->p - s->line_start) + 1};
    if (s->p < s->end && *s->p == '.')
        s->p++;
    else
        word(s);
    skip(s);
    if (s->p == s->end || (*s->p != '"' && *s->p != '`')) return false;
    char q = *s->p;
    const char *from = ++s->p;
    while (s->p < s->end && *s->p != q && *s->p != '\n') s->p++;
    if (s->p == s->end || *s->p != q || s->p == from) return false;
    im.path = intern_n(from, (size_t)(s->p++ - from));
    push(&h->imports, im);
    return true;
}

void read_header(Str src, Header *h) {
    *h = (Header){0};
    Scan s = {src.p, src.p + src.n, src.p, 1};
    if (src.n >= 3 && memcmp(src.p, "\xef\xbb\xbf", 3) == 0) s.p += 3;
    skip(&s);
    if (!is(word(&s), "package")) return;
    skip(&s);
    Str name = word(&s);
    if (!name.n) return;
    h->package = intern_n(name.p, name.n);
    for (;;) {
        skip(&s);
        if (!is(word(&s), "import")) return;
        skip(&s);
        if (s.p == s.end || *s.p != '(') {
            if (!import_spec(&s, h)) return;
            continue;
        }
        s.p++;
        for (skip(&s); s.p < s.end && *s.p != ')'; skip(&s))
            if (!import_spec(&s, h)) return;
        if (s.p == s.end) return;
        s.p++;
    }
}
