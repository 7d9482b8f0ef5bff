/* sum.c - go.sum: what the archives of modules must hash to.
 *
 * The module cache keeps the hash of each archive that it unpacked beside it (cache/download/PATH/@v/VERSION.ziphash).
 * Golem unpacks nothing, so it compares that with the go.sum of the main modules; where either says nothing, there is
 * nothing to compare.
 */
#include "mod/mod.h"

static Str first_line(Str text) {
    size_t n = 0;
    while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r') n++;
    return (Str){text.p, n};
}

/* The hash that go.sum in the directory has for "PATH VERSION"; n 0: none. */
static Str listed_hash(const char *dir, const char *key) {
    Str text;
    size_t len = strlen(key);
    if (!read_file(xprintf("%s/go.sum", dir), &text)) return (Str){"", 0};
    for (size_t at = 0; at < text.n;) {
        Str line = first_line((Str){text.p + at, text.n - at});
        if (line.n > len + 1 && memcmp(line.p, key, len) == 0 && line.p[len] == ' ')
            return (Str){line.p + len + 1, line.n - len - 1};
        at += line.n + 1;
    }
    return (Str){"", 0};
}

char *module_altered(const Modules *ms, const Module *m) {
    if (ms->vendor || m->main || (m->replace && !m->replace->new_version)) return NULL;
    const char *path = m->replace ? m->replace->new_path : m->path;
    const char *version = m->replace ? m->replace->new_version : m->version;
    Str text;
    if (!read_file(xprintf("%s/cache/download/%s/@v/%s.ziphash", ms->cache, escape_module(path),
                           escape_module(version)),
                   &text))
        return NULL;
    Str have = first_line(text);
    for (int i = 0; i < ms->main.n; i++) {
        Str want = listed_hash(ms->main.v[i]->dir, xprintf("%s %s", path, version));
        if (!want.n || (want.n == have.n && memcmp(want.p, have.p, have.n) == 0)) continue;
        return xprintf(
            "verifying %s@%s: checksum mismatch\n\tmodule cache: %.*s\n\tgo.sum:       %.*s\n"
            "what lies in the cache is not what go.sum was written for",
            path, version, (int)have.n, have.p, (int)want.n, want.p);
    }
    return NULL;
}
