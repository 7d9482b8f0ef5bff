/* embed.c - //go:embed: from patterns to files.
 *
 * A pattern is a path below the package's folder, of which each element may have *, ? and [...]. A folder stands for all
 * that lies in it, without names that begin with . or _ (with "all:" before the pattern: with them). Nothing outside the folder, in a module
 * of its own, or that is no ordinary file can be embedded.
 */
#define _GNU_SOURCE /* memrchr */
#include "load/load.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Gathering {
    const char *dir; /* of the package */
    Embed *out;
    Map seen; /* name -> the gathering */
    Pos pos;
} Gathering;

static void add(Gathering *g, const char *name) {
    name = intern(name);
    if (map_get(&g->seen, name)) return;
    map_put(&g->seen, name, g);
    EmbedFile f = {.name = name, .path = xprintf("%s/%s", g->dir, name)};
    Str text;
    if (!read_file(f.path, &text)) {
        errorf(g->pos, "pattern %s: cannot embed file: %s", name, strerror(errno));
        return;
    }
    uint8_t sum[32];
    sha256(text, sum);
    memcpy(f.sum, sum, sizeof f.sum);
    f.size = text.n;
    push(&g->out->files, f);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static NameVec names_in(const char *dir) {
    NameVec names = {0};
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            push(&names, (const char *)xstrdup(e->d_name));
    if (d) closedir(d);
    if (names.n) qsort(names.v, (size_t)names.n, sizeof *names.v, by_name);
    return names;
}

/* Names that no pattern reaches: those that modules leave out. */
static bool never(const char *name) {
    static const char *const list[] = {".bzr", ".hg", ".git", ".svn", NULL};
    for (int i = 0; list[i]; i++)
        if (strcmp(name, list[i]) == 0) return true;
    return false;
}

static int add_folder(Gathering *g, const char *rel, bool all) {
    int n = 0;
    NameVec names = names_in(xprintf("%s/%s", g->dir, rel));
    for (int i = 0; i < names.n; i++) {
        const char *name = names.v[i], *sub = strcmp(rel, ".") ? xprintf("%s/%s", rel, name) : name;
        const char *path = xprintf("%s/%s", g->dir, sub);
        struct stat st;
        if (never(name) || (!all && (*name == '.' || *name == '_')) || lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            if (access(xprintf("%s/go.mod", path), F_OK) != 0) n += add_folder(g, sub, all);
        } else if (S_ISREG(st.st_mode)) {
            add(g, sub);
            n++;
        }
    }
    return n;
}

static void add_match(Gathering *g, const char *rel, bool all, const char *pattern) {
    struct stat st;
    const char *path = xprintf("%s/%s", g->dir, rel);
    if (lstat(path, &st) != 0) return;
    if (S_ISREG(st.st_mode)) {
        add(g, rel);
    } else if (!S_ISDIR(st.st_mode)) {
        errorf(g->pos, "pattern %s: cannot embed irregular file %s", pattern, rel);
    } else if (strcmp(rel, ".") != 0 && access(xprintf("%s/go.mod", path), F_OK) == 0) {
        errorf(g->pos, "pattern %s: cannot embed directory %s: in different module", pattern, rel);
    } else if (!add_folder(g, rel, all)) {
        errorf(g->pos, "pattern %s: cannot embed directory %s: contains no embeddable files",
               pattern, rel);
    }
}

/* Matches the pattern's elements from `rest` on below rel; the number of matches. */
static int match(Gathering *g, const char *rel, const char *rest, bool all, const char *pattern) {
    size_t n = strcspn(rest, "/");
    const char *element = xprintf("%.*s", (int)n, rest), *dir = xprintf("%s/%s", g->dir, rel);
    int found = 0;
    NameVec names = {0};
    if (strpbrk(element, "*?[\\"))
        names = names_in(dir);
    else if (access(xprintf("%s/%s", dir, element), F_OK) == 0)
        push(&names, element);
    for (int i = 0; i < names.n; i++) {
        if (fnmatch(element, names.v[i], FNM_PATHNAME) != 0 && strcmp(element, names.v[i]) != 0)
            continue;
        if (never(names.v[i])) continue;
        const char *sub = strcmp(rel, ".") ? xprintf("%s/%s", rel, names.v[i]) : names.v[i];
        if (rest[n]) {
            found += match(g, sub, rest + n + 1, all, pattern);
        } else {
            add_match(g, sub, all, pattern);
            found++;
        }
    }
    return found;
}

static bool pattern_valid(const char *p) {
    return strcmp(p, ".") == 0 || (import_path_valid(*p == '-' ? p + 1 : p) || strpbrk(p, "*?[\\ "))
               ? *p && *p != '/' && !strstr(p, "..")
               : false;
}

/* The next pattern of a directive's text: a word or a Go string. NULL at the end. */
static char *next_pattern(Pos pos, Str *text) {
    while (text->n && (*text->p == ' ' || *text->p == '\t')) text->p++, text->n--;
    if (!text->n) return NULL;
    Buf b = {0};
    char q = *text->p == '"' || *text->p == '`' ? *text->p : 0;
    size_t i = q != 0;
    for (; i < text->n && (q ? text->p[i] != q : !strchr(" \t", text->p[i])); i++) {
        if (q == '"' && text->p[i] == '\\' && i + 1 < text->n) i++;
        buf_putc(&b, text->p[i]);
    }
    if (q && i == text->n)
        errorf(pos, "invalid quoted string in //go:embed: %.*s", (int)text->n, text->p);
    i += q && i < text->n;
    text->p += i;
    text->n -= i;
    return xstrdup(buf_str(&b));
}

/* By folder, then by name: the order in which embed.FS looks for them. */
static int by_folder(const void *x, const void *y) {
    const char *a = ((const EmbedFile *)x)->name, *b = ((const EmbedFile *)y)->name;
    size_t an = strlen(a), bn = strlen(b);
    an -= a[an - 1] == '/';
    bn -= b[bn - 1] == '/';
    const char *as = memrchr(a, '/', an), *bs = memrchr(b, '/', bn);
    Str ad = as ? (Str){a, (size_t)(as - a)} : (Str){".", 1},
        bd = bs ? (Str){b, (size_t)(bs - b)} : (Str){".", 1};
    int c = memcmp(ad.p, bd.p, ad.n < bd.n ? ad.n : bd.n);
    if (c || ad.n != bd.n) return c ? c : ad.n < bd.n ? -1 : 1;
    const char *ae = as ? as + 1 : a, *be = bs ? bs + 1 : b;
    size_t al = an - (size_t)(ae - a), bl = bn - (size_t)(be - b);
    c = memcmp(ae, be, al < bl ? al : bl);
    return c ? c : al < bl ? -1 : al > bl;
}

/* Adds the folders that the files lie in. */
static void add_folders(Embed *e) {
    Map seen = {0};
    for (int i = 0, n = e->files.n; i < n; i++) {
        const char *name = e->files.v[i].name;
        for (const char *s = strchr(name, '/'); s; s = strchr(s + 1, '/')) {
            const char *folder = intern_n(name, (size_t)(s - name) + 1);
            if (map_get(&seen, folder)) continue;
            map_put(&seen, folder, e);
            push(&e->files, ((EmbedFile){.name = folder}));
        }
    }
    qsort(e->files.v, (size_t)e->files.n, sizeof *e->files.v, by_folder);
}

/* 0 string, 1 []byte, 2 embed.FS; -1 no such type. */
static int kind_of(Type *t) {
    if (t->kind == T_NAMED && t->named.obj->pkg && strcmp(t->named.obj->name, "FS") == 0 &&
        strcmp(t->named.obj->pkg->path, "embed") == 0)
        return EMBED_FS;
    if (is_string(t)) return EMBED_STRING;
    return is_bytes(t) ? EMBED_BYTES : -1;
}

void embed_files(const char *dir, Package *p, const Node *d) {
    const EmbedLines *lines = d->var.embed;
    Embed *e = new_(Embed);
    Gathering g = {.dir = dir, .out = e, .pos = lines->v[0].pos};
    for (int i = 0; i < lines->n; i++) {
        Str text = lines->v[i].text;
        g.pos = lines->v[i].pos;
        char *word = next_pattern(g.pos, &text);
        if (!word) errorf(g.pos, "usage: //go:embed pattern...");
        for (; word; word = next_pattern(g.pos, &text)) {
            bool all = strncmp(word, "all:", 4) == 0;
            const char *pattern = all ? word + 4 : word;
            if (!pattern_valid(pattern))
                errorf(g.pos, "pattern %s: invalid pattern syntax", word);
            else if (strcmp(pattern, ".") == 0)
                add_match(&g, ".", all, word);
            else if (!match(&g, ".", pattern, all, word))
                errorf(g.pos, "pattern %s: no matching files found", word);
        }
    }
    Obj *o = map_get(&p->scope->names, d->var.names.v[0]->ident.name);
    if (!o || o->kind != OBJ_VAR || !o->type) return;
    int kind = kind_of(o->type);
    if (kind < 0) {
        errorf(lines->v[0].pos, "go:embed cannot apply to var of type %s", type_str(o->type, p));
        return;
    }
    e->kind = kind;
    if (kind == EMBED_FS)
        add_folders(e);
    else if (e->files.n > 1)
        errorf(lines->v[0].pos, "invalid go:embed: multiple files for type %s",
               type_str(o->type, p));
    if (e->files.n) map_put(&p->embeds, o, e);
}
