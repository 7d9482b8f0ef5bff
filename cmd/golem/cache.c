/* cache.c - compiled packages, kept by the content that they were compiled from.
 *
 * The key covers the printed C, the compiler (path, size, time of change), its flags and Golem's
 * public headers. Objects are written beside their place and renamed into it, so that two builds at
 * once do no harm. The directory is $GOLEMCACHE, else $XDG_CACHE_HOME/golem, else ~/.cache/golem;
 * GOLEMCACHE=off turns the cache off.
 */
#include "golem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two independent 64-bit multiplicative hashes: 128 bits, enough that chance collisions do not
 * happen. */
typedef struct Hash {
    uint64_t a, b;
} Hash;

static void hash_bytes(Hash *h, const char *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        h->a = (h->a ^ (uint8_t)p[i]) * 0x100000001b3u;
        h->b = (h->b + (uint8_t)p[i] + 1) * 0x9e3779b97f4a7c15u;
        h->b ^= h->b >> 29;
    }
}

static void hash_str(Hash *h, const char *s) {
    hash_bytes(h, s, strlen(s) + 1);
}

static void hash_headers(Hash *h, const char *include) {
    char *dir = xprintf("%s/golem", include);
    DIR *d = opendir(dir);
    uint64_t sum_a = 0, sum_b = 0; /* order of the directory must not matter */
    for (struct dirent *e; d && (e = readdir(d));) {
        Str text;
        if (e->d_name[0] == '.' || !read_file(xprintf("%s/%s", dir, e->d_name), &text)) continue;
        Hash one = {14695981039346656037u, 1};
        hash_str(&one, e->d_name);
        hash_bytes(&one, text.p, text.n);
        sum_a += one.a;
        sum_b += one.b;
    }
    if (d) closedir(d);
    hash_bytes(h, (char *)&sum_a, sizeof sum_a);
    hash_bytes(h, (char *)&sum_b, sizeof sum_b);
}

char *cache_key(const Toolchain *t, Str text) {
    Hash h = {14695981039346656037u, 7};
    struct stat st;
    for (int i = 0; i < t->cc_words.n; i++) hash_str(&h, t->cc_words.v[i]);
    if (stat(t->cc, &st) == 0)
        hash_str(&h, xprintf("%lld %lld", (long long)st.st_size, (long long)st.st_mtime));
    for (int i = 0; i < t->cflags.n; i++) /* not where the headers are: what they say is below */
        if (strncmp(t->cflags.v[i], "-I", 2) != 0) hash_str(&h, t->cflags.v[i]);
    hash_headers(&h, t->include);
    hash_bytes(&h, text.p, text.n);
    return xprintf("%016llx%016llx", (unsigned long long)h.a, (unsigned long long)h.b);
}

static bool make_dirs(const char *path) {
    char *p = xstrdup(path);
    for (char *s = p + 1; *s; s++) {
        if (*s != '/') continue;
        *s = 0;
        mkdir(p, 0777);
        *s = '/';
    }
    return mkdir(p, 0777) == 0 || errno == EEXIST;
}

const char *cache_dir(void) {
    const char *dir = getenv("GOLEMCACHE");
    if (dir && strcmp(dir, "off") == 0) return NULL;
    if (!dir || !*dir) {
        const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
        if (xdg && *xdg)
            dir = xprintf("%s/golem", xdg);
        else if (home && *home)
            dir = xprintf("%s/.cache/golem", home);
        else
            return NULL;
    }
    return make_dirs(dir) && access(dir, W_OK) == 0 ? dir : NULL;
}
