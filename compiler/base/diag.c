/* diag.c - files, positions, and what the compiler has to say about them.
 *
 * A Pos names the place in the file as it lies on the disk; comparing positions therefore always
 * follows the text. A //line directive changes only how positions behind it are printed: each file
 * keeps its directives in order, and pos_shown() applies the last one that stands before a
 * position.
 *
 * Errors are kept until diag_flush(). Two rules keep the list readable, and the count honest: a
 * line gets one syntax error (what follows on it is an echo of the first), and the same text is
 * recorded once for a line. Past MAX_KEPT errors are counted but no longer kept: junk of a gigabyte
 * must not need many gigabytes to be rejected.
 */
#include "base/base.h"

#include <stdlib.h>

enum {
    MAX_FILES = 1 << 16,
    MAX_KEPT = 10000,
    SHOWN_ERRORS = 10,
};

/* From `at` on, positions print relative to name:line:col. */
typedef struct Directive {
    Pos at;
    const char *name;
    uint32_t line, col; /* col 0: columns are not printed */
} Directive;

typedef struct FileEntry {
    const char *name;
    VEC(Directive) directives;
} FileEntry;

typedef struct Message {
    Pos pos;
    bool is_note;
    int seq; /* order of recording: makes the sort stable */
    char *text;
} Message;

static VEC(FileEntry) files;
static VEC(Message) messages;
static int errors, syntax_errors;
static Pos last_syntax, last_other;
static const char *last_text;

/* --- files and positions --- */

int file_add(const char *name) {
    if (files.n == MAX_FILES) fatalf("more than %d source files", MAX_FILES);
    push(&files, ((FileEntry){.name = xstrdup(name)}));
    return files.n - 1;
}

const char *file_name(int file) {
    return file >= 0 && file < files.n ? files.v[file].name : "<unknown file>";
}

void file_line_directive(Pos at, const char *name, uint32_t line, uint32_t col) {
    push(&files.v[at.file].directives, ((Directive){at, name, line, col}));
}

int pos_cmp(Pos a, Pos b) {
    if (a.file != b.file) return a.file < b.file ? -1 : 1;
    if (a.line != b.line) return a.line < b.line ? -1 : 1;
    if (a.col != b.col) return a.col < b.col ? -1 : 1;
    return 0;
}

/* The last directive at or before p, or NULL. */
static const Directive *directive_for(Pos p) {
    if (p.file >= files.n) return NULL;
    const FileEntry *f = &files.v[p.file];
    int lo = 0, hi = f->directives.n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (pos_cmp(f->directives.v[mid].at, p) <= 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo ? &f->directives.v[lo - 1] : NULL;
}

ShownPos pos_shown(Pos p) {
    const Directive *d = directive_for(p);
    if (!d) return (ShownPos){file_name(p.file), p.line, p.col};
    ShownPos s = {d->name, d->line + (p.line - d->at.line), p.col};
    if (d->col == 0) {
        s.col = 0;
    } else if (p.line == d->at.line) {
        s.col = d->col + (p.col - d->at.col);
    }
    return s;
}

const char *(*diag_name)(const char *name);

char *pos_str(Pos p) {
    if (!pos_known(p)) return xstrdup("<unknown position>");
    ShownPos s = pos_shown(p);
    if (diag_name) s.file = diag_name(s.file);
    if (s.col == 0) return xprintf("%s:%u", s.file, s.line);
    return xprintf("%s:%u:%u", s.file, s.line, s.col);
}

/* --- messages --- */

static bool same_line(Pos a, Pos b) {
    return a.file == b.file && a.line == b.line;
}

static void record(Pos p, bool is_note, char *text) {
    push(&messages, ((Message){p, is_note, messages.n, text}));
}

/* Whether this error only repeats what its line has already been blamed for. */
static bool is_echo(Pos p, const char *text) {
    bool syntax = strncmp(text, "syntax error", 12) == 0;
    if (syntax) {
        if (pos_known(last_syntax) && same_line(last_syntax, p)) return true;
        syntax_errors++;
        last_syntax = p;
        return false;
    }
    if (last_text && same_line(last_other, p) && strcmp(last_text, text) == 0) return true;
    last_other = p;
    last_text = text;
    return false;
}

void errorf(Pos p, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *text = xvprintf(fmt, ap);
    va_end(ap);
    if (is_echo(p, text)) return;
    if (++errors <= MAX_KEPT) record(p, false, text);
}

void notef(Pos p, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    record(p, true, xvprintf(fmt, ap));
    va_end(ap);
}

int error_count(void) {
    return errors;
}
int syntax_error_count(void) {
    return syntax_errors;
}

static int by_position(const void *x, const void *y) {
    const Message *a = x, *b = y;
    int c = pos_cmp(a->pos, b->pos);
    if (c) return c;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* Whether messages.v[i] says what an earlier one has said: a note at the same place, an error on
 * the same line. */
static bool is_repeat(int i) {
    const Message *m = &messages.v[i];
    for (int k = i - 1; k >= 0; k--) {
        const Message *o = &messages.v[k];
        if (m->is_note ? pos_cmp(o->pos, m->pos) != 0 : !same_line(o->pos, m->pos)) return false;
        if (o->is_note == m->is_note && strcmp(o->text, m->text) == 0) return true;
    }
    return false;
}

static void print_message(FILE *out, Pos p, const char *text) {
    if (pos_known(p)) fprintf(out, "%s: ", pos_str(p));
    fprintf(out, "%s\n", text);
}

void diag_flush(FILE *out, bool all) {
    if (messages.n) qsort(messages.v, (size_t)messages.n, sizeof *messages.v, by_position);
    int shown = 0;
    for (int i = 0; i < messages.n; i++) {
        const Message *m = &messages.v[i];
        if (is_repeat(i)) continue;
        print_message(out, m->pos, m->text);
        if (m->is_note || ++shown < SHOWN_ERRORS || all) continue;
        print_message(out, m->pos, "too many errors");
        break;
    }
    fflush(out);
    messages.n = 0;
}

bool diag_pending(void) {
    return messages.n > 0;
}

static void diag_reset(void) {
    memset(&files, 0, sizeof files);
    memset(&messages, 0, sizeof messages);
    errors = syntax_errors = 0;
    last_syntax = last_other = (Pos){0};
    last_text = NULL;
}

void base_reset(void) {
    diag_reset();
    names_reset();
    arena_reset();
}

/* --- the end --- */

_Noreturn void fatalf(const char *fmt, ...) {
    va_list ap;
    diag_flush(stderr, false);
    fputs("golem: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

_Noreturn void ice(Pos p, const char *fmt, ...) {
    va_list ap;
    diag_flush(stderr, false);
    if (pos_known(p)) {
        ShownPos s = pos_shown(p);
        fprintf(stderr, "%s:%u:%u: ", s.file, s.line, s.col);
    }
    fputs("internal compiler error: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}
