/* listing.c - the printed C for a person to read.
 *
 * For the C compiler #line stands before nearly every line, and drowns what it precedes. Here the place is said behind
 * the line, as a comment, and only where it is another than that of the line above.
 */
#include "golem.h"

#include <ctype.h>
#include <stdlib.h>

typedef struct SourceLine {
    Str file; /* quoted, as #line has it */
    unsigned long line;
} SourceLine;

/* `#line N` or `#line N "file"`; without a file it stays the same. */
static bool read_directive(Str text, SourceLine *at) {
    static const char word[] = "#line ";
    if (text.n < sizeof word || strncmp(text.p, word, sizeof word - 1) != 0) return false;
    const char *p = text.p + sizeof word - 1, *end = text.p + text.n;
    at->line = 0;
    while (p < end && isdigit((unsigned char)*p))
        at->line = at->line * 10 + (unsigned long)(*p++ - '0');
    while (p < end && *p == ' ') p++;
    if (p < end) at->file = (Str){(char *)p, (size_t)(end - p)};
    return true;
}

/* The file's last element, without the quotes. */
static Str base_name(Str quoted) {
    Str name = quoted;
    for (size_t i = 0; i < quoted.n; i++)
        if (quoted.p[i] == '/' || i == 0) name = (Str){quoted.p + i + 1, quoted.n - i - 1};
    while (name.n && name.p[name.n - 1] == '"') name.n--;
    return name;
}

static bool same_place(const SourceLine *a, const SourceLine *b) {
    return a->line == b->line && a->file.n == b->file.n &&
           memcmp(a->file.p, b->file.p, a->file.n) == 0;
}

/* Only a brace, or nothing: no directive was spent on it. */
static bool is_bare(Str line) {
    for (size_t i = 0; i < line.n; i++)
        if (!strchr(" \t{}", line.p[i])) return false;
    return true;
}

void list_c(Str c, Buf *out) {
    SourceLine at = {0}, shown = {0};
    for (size_t i = 0; i < c.n;) {
        const char *nl = memchr(c.p + i, '\n', c.n - i);
        Str line = {c.p + i, nl ? (size_t)(nl - (c.p + i)) : c.n - i};
        i += line.n + 1;
        if (read_directive(line, &at)) continue;
        buf_put(out, line.p, line.n);
        if (at.file.n && !is_bare(line) && !same_place(&at, &shown)) {
            Str file = base_name(at.file);
            buf_printf(out, " // %.*s:%lu", (int)file.n, file.p, at.line);
            shown = at;
        }
        buf_putc(out, '\n');
        at.line++;
        if (line.n == 1 && line.p[0] == '}')
            at.file.n = 0; /* between functions there are no statements */
    }
}
