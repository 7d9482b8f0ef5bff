/* map.c - names that are equal when their pointers are, and maps keyed by pointer.
 *
 * Both are open-addressed hash tables with linear probing, at most half full, whose size is a power
 * of two. A Map keeps its entries in two dense arrays in order of insertion, and the hash table
 * holds indices into them (plus one; zero is empty), so that iteration is an ordinary loop and does
 * not depend on addresses: the compiler's output must not vary from run to run.
 */
#include "base/base.h"

/* --- names --- */

typedef struct Name {
    const char *p;
    size_t n;
    uint32_t hash;
} Name;

static Name *names;
static size_t names_cap, names_n;

static uint32_t hash_bytes(const char *s, size_t n) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < n; i++) h = (h ^ (uint8_t)s[i]) * 16777619u;
    return h;
}

static void names_grow(void) {
    size_t cap = names_cap ? names_cap * 2 : 4096;
    Name *to = alloc(cap * sizeof *to);
    for (size_t i = 0; i < names_cap; i++) {
        if (!names[i].p) continue;
        size_t j = names[i].hash & (cap - 1);
        while (to[j].p) j = (j + 1) & (cap - 1);
        to[j] = names[i];
    }
    names = to;
    names_cap = cap;
}

const char *intern_n(const char *s, size_t n) {
    if (names_n * 2 >= names_cap) names_grow();
    uint32_t h = hash_bytes(s, n);
    size_t i = h & (names_cap - 1);
    for (; names[i].p; i = (i + 1) & (names_cap - 1)) {
        Name *e = &names[i];
        if (e->hash == h && e->n == n && memcmp(e->p, s, n) == 0) return e->p;
    }
    char *p = alloc(n + 1);
    memcpy(p, s, n);
    names[i] = (Name){p, n, h};
    names_n++;
    return p;
}

const char *intern(const char *s) {
    return intern_n(s, strlen(s));
}

void names_reset(void) {
    names = NULL;
    names_cap = names_n = 0;
}

/* --- maps --- */

static size_t hash_ptr(const void *p) {
    uint64_t x = (uint64_t)(uintptr_t)p * 0x9e3779b97f4a7c15u;
    return (size_t)(x >> 32);
}

/* The slot of index[] that holds key, or the empty one where it belongs. */
static int slot_of(const Map *m, const void *key) {
    int mask = m->nindex - 1;
    int i = (int)(hash_ptr(key) & (size_t)mask);
    while (m->index[i] && m->keys[m->index[i] - 1] != key) i = (i + 1) & mask;
    return i;
}

void *map_get(const Map *m, const void *key) {
    if (m->n == 0) return NULL;
    int e = m->index[slot_of(m, key)];
    return e ? m->vals[e - 1] : NULL;
}

static void map_rehash(Map *m) {
    m->nindex = m->nindex ? m->nindex * 2 : 8;
    m->index = alloc((size_t)m->nindex * sizeof *m->index);
    for (int i = 0; i < m->n; i++) m->index[slot_of(m, m->keys[i])] = i + 1;
}

void map_put(Map *m, const void *key, void *val) {
    if (m->n * 2 >= m->nindex) map_rehash(m);
    int i = slot_of(m, key);
    if (m->index[i]) {
        m->vals[m->index[i] - 1] = val;
        return;
    }
    if (m->n == m->cap) {
        int cap = m->cap;
        m->keys = vec_grow(m->keys, m->n, &cap, sizeof *m->keys);
        m->vals = vec_grow(m->vals, m->n, &m->cap, sizeof *m->vals);
    }
    m->keys[m->n] = key;
    m->vals[m->n] = val;
    m->index[i] = ++m->n;
}
