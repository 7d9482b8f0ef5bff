/* cache.c - compiled packages, kept by the content that they were compiled from.
 *
 * The key covers the printed C, the compiler (path, size, time of change), its flags and those of Golem's
 * headers that it includes. Objects are written beside their place and renamed into it, so that two builds at
 * once do no harm. The directory is $GOLEMCACHE, else $XDG_CACHE_HOME/golem, else ~/.cache/golem;
 * GOLEMCACHE=off turns the cache off.
 */
#define _GNU_SOURCE
#include "golem.h"

#include "frames/frames.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Two independent 64-bit multiplicative hashes: 128 bits, enough that chance collisions do not
 * happen. */
typedef struct Hash {
    uint64_t a, b;
} Hash;

#define PRINTED_INCLUDES "intrinsics.h" /* <golem/...>, in every printed file */

static const Hash start_hash = {14695981039346656037u, 7};

static void hash_word(Hash *h, uint64_t w) {
    h->a = (h->a ^ w) * 0xd6e8feb86659fd93u;
    h->a ^= h->a >> 32;
    h->b = (h->b + w + 1) * 0x9e3779b97f4a7c15u;
    h->b ^= h->b >> 29;
}

/* Eight bytes a step: every source file and every printed line goes through here. */
static void hash_bytes(Hash *h, const char *p, size_t n) {
    uint64_t w;
    hash_word(h, n);
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&w, p, 8);
        hash_word(h, w);
    }
    w = 0;
    if (n) memcpy(&w, p, n);
    hash_word(h, w);
}

static void hash_str(Hash *h, const char *s) {
    hash_bytes(h, s, strlen(s) + 1);
}

/* A header of ours and those that it includes: all that a printed file sees. */
static void hash_header(Hash *h, const char *include, const char *name, Map *seen) {
    static const char directive[] = "#include <golem/";
    Str text;
    if (map_get(seen, name) || !read_file(xprintf("%s/golem/%s", include, name), &text)) return;
    map_put(seen, name, (void *)name);
    hash_str(h, name);
    hash_bytes(h, text.p, text.n);
    const char *end = text.p + text.n, *p = text.p;
    while (p < end && (p = memmem(p, (size_t)(end - p), directive, sizeof directive - 1))) {
        p += sizeof directive - 1;
        const char *close = memchr(p, '>', (size_t)(end - p));
        if (!close) return;
        hash_header(h, include, intern_n(p, (size_t)(close - p)), seen);
    }
}

/* What the toolchain adds to every key. */
static Hash toolchain_hash(const Toolchain *t) {
    static const Toolchain *of;
    static Hash h;
    if (of == t) return h;
    of = t;
    h = start_hash;
    struct stat st;
    for (int i = 0; i < t->cc_words.n; i++) hash_str(&h, t->cc_words.v[i]);
    if (t->cc && stat(t->cc, &st) == 0)
        hash_str(&h, xprintf("%lld %lld", (long long)st.st_size, (long long)st.st_mtime));
    /* Not where the headers and this program are: what they say is below. */
    for (int i = 0; i < t->cflags.n; i++)
        if (strncmp(t->cflags.v[i], "-I", 2) != 0 &&
            (i == 0 || strcmp(t->cflags.v[i - 1], "-wrapper") != 0))
            hash_str(&h, t->cflags.v[i]);
    hash_str(&h, FRAMES_VERSION);
    Map seen = {0};
    hash_header(&h, t->include, intern(PRINTED_INCLUDES), &seen);
    return h;
}

char *cache_key(const Toolchain *t, Str text) {
    Hash h = t ? toolchain_hash(t) : start_hash;
    hash_bytes(&h, text.p, text.n);
    return xprintf("%016llx%016llx", (unsigned long long)h.a, (unsigned long long)h.b);
}

/* --- entries ---
 *
 * An entry is the object with a trailer behind it, which linkers do not look at: a sum of all before
 * it. A crash of the machine or a full disk can leave a file that has its name but not its content; such an
 * entry is found out by its sum, and made again. */

typedef struct Trailer {
    char magic[8];
    uint64_t size, sum;
} Trailer;

static const char trailer_magic[8] = "golemobj";

/* Eight bytes a step: entries are read in every build. */
static uint64_t fast_sum(const char *p, size_t n) {
    uint64_t h = 14695981039346656037u ^ n, w;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&w, p, 8);
        h = (h ^ w) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    for (; n; p++, n--) h = (h ^ (uint8_t)*p) * 0x100000001b3u;
    return h;
}

bool cache_holds(const char *entry) {
    int fd = open(entry, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    struct stat st;
    bool ok = false;
    if (fstat(fd, &st) == 0 && st.st_size > (off_t)sizeof(Trailer)) {
        size_t n = (size_t)st.st_size;
        char *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p != MAP_FAILED) {
            Trailer t;
            memcpy(&t, p + n - sizeof t, sizeof t);
            n -= sizeof t;
            if (time(NULL) - st.st_mtime > 3600) futimens(fd, NULL); /* used: not to be trimmed */
            ok = memcmp(t.magic, trailer_magic, 8) == 0 && t.size == n && t.sum == fast_sum(p, n);
            munmap(p, (size_t)st.st_size);
        }
    }
    close(fd);
    if (!ok) unlink(entry);
    return ok;
}

static void put_entry(const char *entry, Str text, int mode) {
    Trailer t = {.size = text.n, .sum = fast_sum(text.p, text.n)};
    memcpy(t.magic, trailer_magic, 8);
    Buf b = {0};
    buf_put(&b, text.p, text.n);
    buf_put(&b, (char *)&t, sizeof t);
    replace_file(entry, (Str){b.p, b.n}, mode);
}

void cache_keep(const char *entry, const char *object) {
    Str text;
    if (read_file(object, &text)) put_entry(entry, text, access(object, X_OK) == 0 ? 0777 : 0666);
}

void cache_put(const char *entry, Str text) {
    put_entry(entry, text, 0666);
}

bool cache_get(const char *entry, Str *text) {
    if (!cache_holds(entry) || !read_file(entry, text)) return false;
    text->n -= sizeof(Trailer);
    return true;
}

const char *user_cache(void) {
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (xdg && *xdg) return xdg;
    return home && *home ? xprintf("%s/.cache", home) : NULL;
}

const char *cache_dir(void) {
    const char *dir = getenv("GOLEMCACHE");
    if (dir && strcmp(dir, "off") == 0) return NULL;
    if (!dir || !*dir) {
        const char *cache = user_cache();
        if (!cache) return NULL;
        dir = xprintf("%s/golem", cache);
    }
    return make_dirs(dir) && access(dir, W_OK) == 0 ? dir : NULL;
}

/* --- trimming --- */

enum { DAY = 24 * 3600, KEPT_DAYS = 10 };

void cache_trim(bool all) {
    const char *dir = cache_dir();
    if (!dir) return;
    char *stamp = xprintf("%s/trimmed", dir);
    struct stat st;
    time_t now = time(NULL);
    if (!all && stat(stamp, &st) == 0 && now - st.st_mtime < DAY) return;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        bool entry = n > 32 && strspn(e->d_name, "0123456789abcdef") == 32 && e->d_name[32] == '.';
        if (entry && fstatat(dirfd(d), e->d_name, &st, 0) == 0 &&
            (all || now - st.st_mtime > KEPT_DAYS * DAY))
            unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d) closedir(d);
    replace_file(stamp, (Str){"", 0}, 0666);
}
