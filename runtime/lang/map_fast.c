/* map_fast.c - maps whose keys are 4 or 8 bytes of plain memory, or strings.
 *
 * The same tables as in map.c, with the hash and the comparison inlined. The hashes must be those
 * of the descriptor's hasher: gm_memhash32/64 and gm_strhash.
 */
#include "lang/map.h"

static bool eq32(const gm_maptype *t, const char *slot, const void *key) {
    uint32_t a, b;
    (void)t;
    memcpy(&a, slot, 4);
    memcpy(&b, key, 4);
    return a == b;
}

static bool eq64(const gm_maptype *t, const char *slot, const void *key) {
    uint64_t a, b;
    (void)t;
    memcpy(&a, slot, 8);
    memcpy(&b, key, 8);
    return a == b;
}

static bool eqstr(const gm_maptype *t, const char *slot, const void *key) {
    const gm_string *a = (const gm_string *)(const void *)slot, *b = key;
    (void)t;
    return gm_string_eq(*a, *b);
}

GM_MAP_INLINE void *elem_of(const gm_maptype *t, char *slot) {
    char *elem = slot + t->elem_off;
    if (GM_UNLIKELY(t->flags & GM_MAP_INDIRECT_ELEM)) return *(void **)elem;
    return elem;
}

GM_MAP_INLINE void *assigned_elem(const gm_maptype *t, char *slot, bool added) {
    char *elem = slot + t->elem_off;
    if (GM_UNLIKELY(t->flags & GM_MAP_INDIRECT_ELEM))
        return added ? gm_map_new_elem(t, elem) : *(void **)elem;
    return elem;
}

GM_ENTRY void *gm_map_find32(const gm_maptype *t, gm_map *m, uint32_t key) {
    if (!m || m->count == 0) return NULL;
    gm_map_begin_read(m);
    char *slot = gm_map_find_slot(t, m, gm_hash64(key, m->seed), &key, eq32);
    return slot ? elem_of(t, slot) : NULL;
}

GM_ENTRY void *gm_map_find64(const gm_maptype *t, gm_map *m, uint64_t key) {
    if (!m || m->count == 0) return NULL;
    gm_map_begin_read(m);
    char *slot = gm_map_find_slot(t, m, gm_hash64(key, m->seed), &key, eq64);
    return slot ? elem_of(t, slot) : NULL;
}

GM_ENTRY void *gm_map_findstr(const gm_maptype *t, gm_map *m, gm_string key) {
    if (!m || m->count == 0) return NULL;
    gm_map_begin_read(m);
    uint64_t hash = gm_hash_bytes(key.p, (size_t)key.n, m->seed);
    char *slot = gm_map_find_slot(t, m, hash, &key, eqstr);
    return slot ? elem_of(t, slot) : NULL;
}

GM_ENTRY void *gm_map_assign32(const gm_maptype *t, gm_map *m, uint32_t key) {
    bool added;
    if (!m) gm_panic_nil_map();
    gm_map_begin_write(m);
    char *slot = gm_map_claim(t, m, gm_hash64(key, m->seed), &key, eq32, &added);
    memcpy(slot, &key, sizeof key);
    void *elem = assigned_elem(t, slot, added);
    gm_map_end_write(m);
    return elem;
}

GM_ENTRY void *gm_map_assign64(const gm_maptype *t, gm_map *m, uint64_t key) {
    bool added;
    if (!m) gm_panic_nil_map();
    gm_map_begin_write(m);
    char *slot = gm_map_claim(t, m, gm_hash64(key, m->seed), &key, eq64, &added);
    memcpy(slot, &key, sizeof key);
    void *elem = assigned_elem(t, slot, added);
    gm_map_end_write(m);
    return elem;
}

GM_ENTRY void *gm_map_assign64ptr(const gm_maptype *t, gm_map *m, void *key) {
    bool added;
    if (!m) gm_panic_nil_map();
    gm_map_begin_write(m);
    char *slot = gm_map_claim(t, m, gm_hash64((uintptr_t)key, m->seed), &key, eq64, &added);
    gm_store_ptr((void **)slot, key);
    void *elem = assigned_elem(t, slot, added);
    gm_map_end_write(m);
    return elem;
}

/* An entry takes the newer of two equal strings, so that the map does not keep a large text alive
 * for the sake of a piece of it that the program has dropped. */
GM_ENTRY void *gm_map_assignstr(const gm_maptype *t, gm_map *m, gm_string key) {
    bool added;
    if (!m) gm_panic_nil_map();
    gm_map_begin_write(m);
    uint64_t hash = gm_hash_bytes(key.p, (size_t)key.n, m->seed);
    char *slot = gm_map_claim(t, m, hash, &key, eqstr, &added);
    gm_barrier(t->key, slot, &key);
    memcpy(slot, &key, sizeof key);
    void *elem = assigned_elem(t, slot, added);
    gm_map_end_write(m);
    return elem;
}
