/* testcache.c - results of tests, kept by all that they depend on.
 *
 * An entry is named after what the test program is linked from and its arguments. It holds what the test asked the system for (package
 * testing logs it: variables of the environment, files) with a sum of what the answers were, and what the test
 * printed. It counts as long as the answers are the same.
 */
#include "golem.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct Hash {
    uint64_t a, b;
} Hash;

static void hash_bytes(Hash *h, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        h->a = (h->a ^ p[i]) * 0x100000001b3u;
        h->b = (h->b + p[i] + 1) * 0x9e3779b97f4a7c15u;
        h->b ^= h->b >> 29;
    }
}

static void hash_text(Hash *h, const char *s) {
    hash_bytes(h, s, strlen(s) + 1);
}

static const Hash start_hash = {14695981039346656037u, 11};

const char *test_cache_entry(const char *key, const ArgList *args) {
    const char *dir = cache_dir();
    if (!dir || !key) return NULL;
    Hash h = start_hash;
    hash_text(&h, key);
    for (int i = 0; i < args->n; i++) hash_text(&h, args->v[i]);
    return xprintf("%s/%016llx%016llx.test", dir, (unsigned long long)h.a, (unsigned long long)h.b);
}

/* What a file is: size and time of change; of a folder also the names in it. */
static void hash_file(Hash *h, const char *path, bool contents) {
    struct stat st;
    if (stat(path, &st) != 0) {
        hash_text(h, "none");
        return;
    }
    hash_text(h, xprintf("%lld %lld.%ld %o", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                         st.st_mtim.tv_nsec, st.st_mode));
    if (!contents || !S_ISDIR(st.st_mode)) return;
    uint64_t names = 0;
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        Hash one = start_hash;
        hash_text(&one, e->d_name);
        names += one.a;
    }
    if (d) closedir(d);
    hash_bytes(h, &names, sizeof names);
}

/* The answers to what the log says was asked; dir: where the test ran. */
static char *answers(Str log, const char *dir) {
    Hash h = start_hash;
    const char *cwd = dir;
    for (char *line = strtok(xprintf("%.*s", (int)log.n, log.p), "\n"); line;
         line = strtok(NULL, "\n")) {
        char *what = strchr(line, ' ');
        if (*line == '#' || !what) continue;
        *what++ = 0;
        hash_text(&h, line);
        hash_text(&h, what);
        const char *path = *what == '/' ? what : xprintf("%s/%s", cwd, what), *value;
        if (strcmp(line, "getenv") == 0)
            hash_text(&h, (value = getenv(what)) ? value : "\1");
        else if (strcmp(line, "chdir") == 0)
            hash_file(&h, cwd = path, false);
        else
            hash_file(&h, path, strcmp(line, "open") == 0);
    }
    return xprintf("%016llx%016llx", (unsigned long long)h.a, (unsigned long long)h.b);
}

void test_cache_keep(const char *entry, const char *log_file, const char *dir, Str output,
                     const char *time) {
    Str log;
    if (!read_file(log_file, &log)) return;
    Buf b = {0};
    buf_printf(&b, "golemtest %s %s %zu %zu\n", answers(log, dir), time, log.n, output.n);
    buf_put(&b, log.p, log.n);
    buf_put(&b, output.p, output.n);
    replace_file(entry, (Str){b.p, b.n}, 0666);
}

bool test_cache_read(const char *entry, const char *dir, Str *output, char **time) {
    Str text;
    char sum[40], when[40];
    size_t nlog, nout;
    int head = 0;
    if (!read_file(entry, &text) || !text.n) return false;
    const char *line = xprintf("%.*s", (int)(text.n < 200 ? text.n : 200), text.p);
    if (sscanf(line, "golemtest %39s %39s %zu %zu%n", sum, when, &nlog, &nout, &head) != 4)
        return false;
    if (!head || (size_t)head + 1 + nlog + nout != text.n) return false;
    Str log = {text.p + head + 1, nlog};
    if (strcmp(sum, answers(log, dir)) != 0) return false;
    *output = (Str){log.p + nlog, nout};
    *time = xstrdup(when);
    return true;
}
