/* modfile.c - go.mod and go.work files.
 *
 * A file is lines; a line is words. A directive stands alone on its line, or its first word opens a
 * block: "require (", lines without that word, ")". Words may be quoted; // begins a comment, of which only
 * "// indirect" behind a requirement means something. Wrong lines are reported, and reading goes on.
 */
#include "mod/mod.h"

#include <stdlib.h>

typedef struct Word {
    const char *text;
    bool quoted;
} Word;

typedef struct Line {
    VEC(Word) words;
    const char *comment; /* what follows //, or "" */
    int number;
} Line;

typedef struct Reader {
    ModFile *f;
    bool work, strict;
    const char *p, *end;
    int line;
    Map seen; /* directives that may stand once */
} Reader;

static void fault(Reader *r, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void fault(Reader *r, int line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *text = xvprintf(fmt, ap);
    va_end(ap);
    buf_printf(&r->f->errors, "%s:%d: %s\n", r->f->file, line, text);
}

/* --- words --- */

static char *unquote(const char *s, size_t n) {
    Buf b = {0};
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\\' && i + 1 < n) i++;
        buf_putc(&b, s[i]);
    }
    return xstrdup(buf_str(&b));
}

static bool quoted_word(Reader *r, Line *l) {
    char q = *r->p;
    const char *s = ++r->p;
    while (r->p < r->end && *r->p != q && *r->p != '\n') {
        if (q == '"' && *r->p == '\\' && r->p + 1 < r->end && r->p[1] != '\n') r->p++;
        r->p++;
    }
    if (r->p == r->end || *r->p != q) {
        fault(r, l->number, "unexpected newline in string");
        return false;
    }
    size_t n = (size_t)(r->p++ - s);
    push(&l->words, ((Word){q == '"' ? unquote(s, n) : intern_n(s, n), true}));
    return true;
}

static bool at(const Reader *r, const char *s) {
    size_t n = strlen(s);
    return (size_t)(r->end - r->p) >= n && memcmp(r->p, s, n) == 0;
}

/* Reads a line; false at the end of the file. A line with a broken word has none. */
static bool next_line(Reader *r, Line *l) {
    *l = (Line){.comment = "", .number = ++r->line};
    if (r->p == r->end) return false;
    bool bad = false;
    while (r->p < r->end && *r->p != '\n') {
        unsigned char c = (unsigned char)*r->p;
        if (c == ' ' || c == '\t' || c == '\r') {
            r->p++;
        } else if (at(r, "//")) {
            const char *s = r->p += 2;
            while (r->p < r->end && *r->p != '\n') r->p++;
            l->comment = intern_n(s, (size_t)(r->p - s));
        } else if (at(r, "/*")) {
            fault(r, l->number, "mod files must use // comments (not /* */ comments)");
            bad = true;
            while (r->p < r->end && *r->p != '\n') r->p++;
        } else if (c == '"' || c == '`') {
            if (!quoted_word(r, l)) bad = true;
        } else if (strchr("()[],", c) && c) {
            push(&l->words, ((Word){intern_n(r->p++, 1), false}));
        } else {
            const char *s = r->p;
            while (r->p < r->end && !strchr(" \t\r\n()[],\"`", *r->p) && !at(r, "//")) r->p++;
            if (r->p == s) r->p++; /* a NUL byte */
            push(&l->words, ((Word){intern_n(s, (size_t)(r->p - s)), false}));
        }
    }
    if (r->p < r->end) r->p++;
    if (bad) l->words.n = 0;
    return true;
}

/* --- directives --- */

static bool is(const Line *l, int i, const char *s) {
    return i < l->words.n && !l->words.v[i].quoted && strcmp(l->words.v[i].text, s) == 0;
}

static const char *word(const Line *l, int i) {
    return i < l->words.n ? l->words.v[i].text : "";
}

static void once(Reader *r, const Line *l, const char *verb) {
    if (map_get(&r->seen, intern(verb))) fault(r, l->number, "repeated %s statement", verb);
    map_put(&r->seen, intern(verb), r);
}

/* A path and a version that fits it. `from` counts words from the directive's own. */
static bool module_version(Reader *r, const Line *l, int from, const char *verb, const char **path,
                           const char **version) {
    *path = intern(word(l, from));
    *version = intern(word(l, from + 1));
    if (!import_path_valid(*path)) {
        fault(r, l->number, "invalid module path %s", *path);
        return false;
    }
    if (!semver_valid(*version)) {
        if (r->strict)
            fault(r, l->number, "%s %s: version \"%s\" invalid: must be of the form v1.2.3", verb,
                  *path, *version);
        return false;
    }
    const char *major = path_major(*path);
    const char *want = *major ? major + 1 : NULL;
    size_t n = want ? strlen(want) : 0;
    bool fits = want ? strncmp(*version, want, n) == 0 && ((*version)[n] == '.' || !(*version)[n])
                     : strncmp(*version, "v0", 2) == 0 || strncmp(*version, "v1", 2) == 0 ||
                           strstr(*version, "+incompatible");
    if (!fits && r->strict && strncmp(*path, "gopkg.in/", 9) != 0)
        fault(r, l->number, "%s %s: version \"%s\" invalid: should be %s, not %.*s", verb, *path,
              *version, want ? want : "v0 or v1", (int)strcspn(*version, "."), *version);
    return true;
}

static void do_require(Reader *r, const Line *l, int from) {
    ModRequire q = {.line = l->number};
    if (l->words.n != from + 2) {
        fault(r, l->number, "usage: require module/path v1.2.3");
        return;
    }
    if (!module_version(r, l, from, "require", &q.path, &q.version)) return;
    const char *c = l->comment;
    while (*c == ' ') c++;
    q.indirect =
        strncmp(c, "indirect", 8) == 0 && (!c[8] || c[8] == ';' || c[8] == ' ' || c[8] == '\r');
    push(&r->f->require, q);
}

static bool is_directory_path(const char *s) {
    return strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || strncmp(s, "./", 2) == 0 ||
           strncmp(s, "../", 3) == 0 || *s == '/';
}

static void do_replace(Reader *r, const Line *l, int from) {
    ModReplace q = {.line = l->number};
    int arrow = is(l, from + 1, "=>") ? from + 1 : from + 2;
    int after = l->words.n - arrow - 1;
    if (!is(l, arrow, "=>") || after < 1 || after > 2) {
        fault(r, l->number,
              "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path "
              "[v1.2.3] => ../local/directory");
        return;
    }
    q.path = intern(word(l, from));
    if (arrow == from + 2) q.version = intern(word(l, from + 1));
    q.new_path = intern(word(l, arrow + 1));
    if (after == 2) q.new_version = intern(word(l, arrow + 2));
    if (after == 1 && !is_directory_path(q.new_path)) {
        fault(r, l->number,
              "replacement module without version must be directory path (rooted or starting with "
              ". or ..)");
        return;
    }
    if (after == 2 && is_directory_path(q.new_path)) {
        fault(r, l->number, "replacement module directory path \"%s\" cannot have version",
              q.new_path);
        return;
    }
    if (after == 2 && !semver_valid(q.new_version)) {
        fault(r, l->number, "replace %s: version \"%s\" invalid: must be of the form v1.2.3",
              q.new_path, q.new_version);
        return;
    }
    push(&r->f->replace, q);
}

static void do_exclude(Reader *r, const Line *l, int from) {
    ModVersion q;
    if (l->words.n != from + 2)
        fault(r, l->number, "usage: exclude module/path v1.2.3");
    else if (module_version(r, l, from, "exclude", &q.path, &q.version))
        push(&r->f->exclude, q);
}

static void do_go(Reader *r, const Line *l, int from, const char *verb) {
    once(r, l, verb);
    const char *v = word(l, from);
    if (l->words.n != from + 1)
        fault(r, l->number, "%s directive expects exactly one argument", verb);
    else if (strcmp(verb, "toolchain") == 0)
        r->f->toolchain = intern(v);
    else if (goversion_valid(v))
        r->f->go = intern(v);
    else
        fault(r, l->number, "invalid go version '%s': must match format 1.23.0", v);
}

static void do_godebug(Reader *r, const Line *l, int from) {
    const char *s = word(l, from), *eq = strchr(s, '=');
    if (l->words.n != from + 1 || !eq || strpbrk(s, "\"`',"))
        fault(r, l->number, "usage: godebug key=value");
    else
        push(&r->f->godebug, ((ModSetting){intern_n(s, (size_t)(eq - s)), intern(eq + 1)}));
}

/* A directive with one path. */
static const char *one_path(Reader *r, const Line *l, int from, const char *verb) {
    if (l->words.n == from + 1) return intern(word(l, from));
    fault(r, l->number, "%s directive expects exactly one argument", verb);
    return NULL;
}

static void directive(Reader *r, const Line *l, const char *verb, int from) {
    const char *path;
    if (strcmp(verb, "go") == 0 || strcmp(verb, "toolchain") == 0) {
        do_go(r, l, from, verb);
    } else if (strcmp(verb, "replace") == 0) {
        do_replace(r, l, from);
    } else if (strcmp(verb, "godebug") == 0) {
        do_godebug(r, l, from);
    } else if (r->work && strcmp(verb, "use") == 0) {
        if ((path = one_path(r, l, from, verb))) push(&r->f->use, path);
    } else if (!r->work && strcmp(verb, "module") == 0) {
        once(r, l, verb);
        if (!(path = one_path(r, l, from, verb))) return;
        if (import_path_valid(path))
            r->f->module = path;
        else
            fault(r, l->number, "malformed module path \"%s\"", path);
    } else if (!r->work && strcmp(verb, "require") == 0) {
        do_require(r, l, from);
    } else if (!r->work && strcmp(verb, "exclude") == 0) {
        do_exclude(r, l, from);
    } else if (!r->work && strcmp(verb, "retract") == 0) {
        /* said to those who choose a version; the build does not ask */
    } else if (!r->work && strcmp(verb, "tool") == 0) {
        if ((path = one_path(r, l, from, verb))) push(&r->f->tool, path);
    } else if (!r->work && strcmp(verb, "ignore") == 0) {
        if ((path = one_path(r, l, from, verb))) push(&r->f->ignore, path);
    } else if (r->strict) {
        fault(r, l->number, "unknown directive: %s", verb);
    }
}

/* The lines of a block, up to its end. */
static void block(Reader *r, const char *verb, int opened) {
    Line l;
    while (next_line(r, &l)) {
        if (is(&l, 0, ")")) return;
        if (l.words.n) directive(r, &l, verb, 0);
    }
    fault(r, opened, "unterminated block for %s", verb);
}

void modfile_parse(ModFile *f, const char *file, Str text, bool work, bool strict) {
    const char *slash = strrchr(file, '/');
    *f = (ModFile){.file = file, .dir = slash ? xprintf("%.*s", (int)(slash - file), file) : "."};
    Reader r = {.f = f, .work = work, .strict = strict, .p = text.p, .end = text.p + text.n};
    Line l;
    while (next_line(&r, &l)) {
        if (!l.words.n) continue;
        const char *verb = word(&l, 0);
        if (l.words.n == 2 && is(&l, 1, "("))
            block(&r, verb, l.number);
        else
            directive(&r, &l, verb, 1);
    }
}

int modfile_language(const ModFile *f) {
    return f->go ? goversion_minor(f->go) : f->module ? 16 : 18;
}
