/* map.c - maps with keys of any kind; growth, deletion. The idea of the table is told in map.h.
 *
 * Keys and elements over 128 bytes stand behind pointers. The collector sees tables precisely, as
 * arrays of t->group; stores into them go through the barrier, and moving a group shades what it
 * holds, because the new table is black and the old one may be dropped unseen.
 */
#include "lang/map.h"

#include "heap/heap.h"
#include "sched/sched.h"

enum { move_at_once = 64 };

/* Words of gm_map and of gm_map_old that are pointers. */
static const uint8_t map_pointers[] = {1 << 3 | 1 << 6};
static const uint8_t old_pointers[] = {1 << 0};
static const gm_type map_type = {.size = sizeof(gm_map),
                                 .ptrdata = 7 * sizeof(void *),
                                 .align = 8,
                                 .field_align = 8,
                                 .kind = GM_STRUCT,
                                 .gcdata = map_pointers};
static const gm_type old_type = {.size = sizeof(gm_map_old),
                                 .ptrdata = sizeof(void *),
                                 .align = 8,
                                 .field_align = 8,
                                 .kind = GM_STRUCT,
                                 .gcdata = old_pointers};
_Static_assert(offsetof(gm_map, groups) == 3 * sizeof(void *), "map_pointers");
_Static_assert(offsetof(gm_map, old) == 6 * sizeof(void *), "map_pointers");
_Static_assert(offsetof(gm_map_old, groups) == 0, "old_pointers");

void gm_map_concurrent(const char *what) {
    gm_throw_user(what);
}

static gm_int capacity(uintptr_t ngroups) {
    return ngroups == 1 ? GM_GROUP_SLOTS : (gm_int)(ngroups * (GM_GROUP_SLOTS - 1));
}

GM_ENTRY gm_map *gm_makemap(const gm_maptype *t, gm_int hint) {
    uintptr_t bytes;
    gm_map *m = gm_new(&map_type);
    m->seed = gm_fastrand64();
    if (hint <= GM_GROUP_SLOTS) return m;
    if (__builtin_mul_overflow((uintptr_t)hint, (uintptr_t)t->group_size, &bytes) ||
        bytes > GM_MAX_ALLOC)
        return m; /* no such map can be; let it grow until it fails */
    uintptr_t n = 2;
    while (capacity(n) < hint) n *= 2;
    char *groups = gm_newarray(t->group, (gm_int)n);
    gm_store_ptr(&m->groups, groups);
    m->mask = n - 1;
    m->room = capacity(n);
    return m;
}

void gm_map_first_group(const gm_maptype *t, gm_map *m) {
    char *groups = gm_new(t->group);
    gm_store_ptr(&m->groups, groups);
    m->mask = 0;
    m->room = capacity(1);
}

/* --- slots --- */

static void *slot_key(const gm_maptype *t, char *slot) {
    return t->flags & GM_MAP_INDIRECT_KEY ? *(void **)slot : slot;
}

static void *slot_elem(const gm_maptype *t, char *slot) {
    char *elem = slot + t->elem_off;
    return t->flags & GM_MAP_INDIRECT_ELEM ? *(void **)elem : elem;
}

static bool key_eq(const gm_maptype *t, const char *slot, const void *key) {
    return gm_call_equal(t->key->equal, key, slot_key(t, (char *)slot));
}

static void store_key(const gm_maptype *t, char *slot, const void *key, bool added) {
    if (added && (t->flags & GM_MAP_INDIRECT_KEY)) {
        void *box = gm_new(t->key);
        gm_store_ptr((void **)slot, box);
    }
    char *k = slot_key(t, slot);
    gm_barrier(t->key, k, key);
    memmove(k, key, t->key->size);
}

void *gm_map_new_elem(const gm_maptype *t, char *elem) {
    void *box = gm_new(t->elem);
    gm_store_ptr((void **)elem, box);
    return box;
}

/* --- access --- */

GM_ENTRY void *gm_map_find(const gm_maptype *t, gm_map *m, const void *key) {
    if (!m || m->count == 0) {
        if (t->flags & GM_MAP_HASH_MIGHT_PANIC) gm_call_hash(t->hasher, key, 0);
        return NULL;
    }
    gm_map_begin_read(m);
    uint64_t hash = gm_call_hash(t->hasher, key, m->seed);
    char *slot = gm_map_find_slot(t, m, hash, key, key_eq);
    return slot ? slot_elem(t, slot) : NULL;
}

char *gm_map_lookup(const gm_maptype *t, gm_map *m, const void *key) {
    if (m->count == 0) return NULL;
    return gm_map_find_slot(t, m, gm_call_hash(t->hasher, key, m->seed), key, key_eq);
}

bool gm_map_table_has(const gm_maptype *t, const gm_map *m, char *groups, uintptr_t mask,
                      uintptr_t from, const void *key) {
    uint64_t hash = gm_call_hash(t->hasher, key, m->seed);
    return gm_table_find(t, groups, mask, from, hash, key, key_eq) != NULL;
}

/* An entry may have been claimed, and the flag set, when the allocation of a box fails; both end
 * the process. */
GM_ENTRY void *gm_map_assign(const gm_maptype *t, gm_map *m, const void *key) {
    bool added;
    if (!m) gm_panic_nil_map();
    uint64_t hash = gm_call_hash(t->hasher, key, m->seed);
    gm_map_begin_write(m);
    char *slot = gm_map_claim(t, m, hash, key, key_eq, &added);
    if (added || (t->flags & GM_MAP_NEED_KEY_UPDATE)) store_key(t, slot, key, added);
    void *elem = slot + t->elem_off;
    if (t->flags & GM_MAP_INDIRECT_ELEM) elem = added ? gm_map_new_elem(t, elem) : *(void **)elem;
    gm_map_end_write(m);
    return elem;
}

/* --- growth --- */

/* A place in the map's table for an entry with this hash that is nowhere in it. */
static char *fresh_slot(const gm_maptype *t, gm_map *m, uint64_t hash) {
    uintptr_t i = (hash >> 7) & m->mask;
    for (;; i = (i + 1) & m->mask) {
        char *group = m->groups + i * t->group_size;
        uint64_t unused = ~gm_ctrl(group) & GM_CTRL_HIGHS;
        if (!unused) continue;
        unsigned s = gm_ctrl_first(unused);
        group[s] = (char)gm_ctrl_byte(hash);
        return group + 8 + s * gm_slot_size(t);
    }
}

static void move_group(const gm_maptype *t, gm_map *m, char *group) {
    size_t slot_size = gm_slot_size(t);
    gm_barrier(t->group, group, group);
    for (uint64_t full = gm_ctrl_full(gm_ctrl(group)); full; full &= full - 1) {
        char *slot = group + 8 + gm_ctrl_first(full) * slot_size;
        uint64_t hash = gm_call_hash(t->hasher, slot_key(t, slot), m->seed);
        memcpy(fresh_slot(t, m, hash), slot, slot_size);
    }
}

void gm_map_move(const gm_maptype *t, gm_map *m, uintptr_t ngroups) {
    gm_map_old *old = m->old;
    while (ngroups-- > 0 && old->moved <= old->mask)
        move_group(t, m, old->groups + old->moved++ * t->group_size);
    if (old->moved > old->mask) gm_store_ptr(&m->old, NULL);
}

void gm_map_grow(const gm_maptype *t, gm_map *m) {
    if (m->old) gm_map_move(t, m, UINTPTR_MAX);
    uintptr_t n = m->mask + 1;
    char *groups = m->groups;
    /* Many of the slots are deleted entries: a table of the same size will do. */
    bool same = n > 1 && (uintptr_t)m->count <= n * 5;
    uintptr_t wanted = same ? n : n * 2;
    char *bigger = gm_newarray(t->group, (gm_int)wanted);
    bool at_once = n <= move_at_once || !(t->flags & GM_MAP_REFLEXIVE_KEY);
    if (!at_once) {
        gm_map_old *old = gm_new(&old_type);
        gm_store_ptr(&old->groups, groups);
        old->mask = n - 1;
        gm_store_ptr(&m->old, old);
    }
    gm_store_ptr(&m->groups, bigger);
    m->mask = wanted - 1;
    m->room = capacity(wanted) - m->count;
    if (at_once)
        for (uintptr_t i = 0; i < n; i++) move_group(t, m, groups + i * t->group_size);
}

/* --- deletion --- */

GM_ENTRY void gm_map_delete(const gm_maptype *t, gm_map *m, const void *key) {
    if (!m || m->count == 0) {
        if (t->flags & GM_MAP_HASH_MIGHT_PANIC) gm_call_hash(t->hasher, key, 0);
        return;
    }
    uint64_t hash = gm_call_hash(t->hasher, key, m->seed);
    gm_map_begin_write(m);
    if (m->old) gm_map_move(t, m, 2);
    char *groups = m->groups;
    char *slot = gm_table_find(t, groups, m->mask, 0, hash, key, key_eq);
    bool in_old = !slot && m->old;
    if (in_old) {
        groups = m->old->groups;
        slot = gm_table_find(t, groups, m->old->mask, m->old->moved, hash, key, key_eq);
    }
    if (slot) {
        char *group = groups + (size_t)(slot - groups) / t->group_size * t->group_size;
        size_t slot_size = gm_slot_size(t);
        size_t s = slot_size ? (size_t)(slot - group - 8) / slot_size : 0;
        /* The bucket's pattern holds for one slot too: it repeats. But the barrier wants a type, so
         * key and element are cleared one by one. */
        if (gm_has_pointers(t->group)) {
            char *elem = slot + t->elem_off;
            if (t->flags & GM_MAP_INDIRECT_KEY)
                gm_store_ptr((void **)slot, NULL);
            else
                gm_barrier(t->key, slot, NULL);
            if (t->flags & GM_MAP_INDIRECT_ELEM)
                gm_store_ptr((void **)elem, NULL);
            else
                gm_barrier(t->elem, elem, NULL);
            memset(slot, 0, slot_size);
        }
        bool unpassed = !in_old && (m->mask == 0 || gm_ctrl_has_empty(gm_ctrl(group)));
        group[s] = unpassed ? GM_CTRL_EMPTY : GM_CTRL_DELETED;
        if (unpassed || in_old) m->room++;
        m->count--;
    }
    gm_map_end_write(m);
}

GM_ENTRY void gm_map_clear(const gm_maptype *t, gm_map *m) {
    if (!m || m->count == 0) return;
    gm_map_begin_write(m);
    gm_store_ptr(&m->old, NULL);
    gm_clear_values(t->group, m->groups, (gm_int)m->mask + 1);
    m->count = 0;
    m->clears++;
    m->room = capacity(m->mask + 1);
    m->seed = gm_fastrand64();
    gm_map_end_write(m);
}
