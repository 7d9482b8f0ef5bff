/* map.h - maps: what map.c, map_fast.c and map_iter.c share.
 *
 * A table is an array of 2^k groups of type t->group: eight control bytes, then eight slots. A
 * control byte is 0 for a slot that was never used, 1 for a deleted entry, and 0x80 | 7 bits of the
 * hash for an entry. Zeroed memory is thus an empty table. The other bits of the hash choose the
 * group where the search for a key begins; it goes on to the next group until one has a slot that
 * was never used. A group that has such a slot has had one ever since the table was made, so no
 * search has ever passed it: an entry deleted there leaves 0, elsewhere 1.
 *
 * A map of up to eight entries is one group, which may be full. Larger tables are filled up to 7/8.
 *
 * Growth. A full table gets a successor, and becomes "old"; every insertion and deletion moves two
 * groups of the old table, in order. Entries of groups below `moved` live in the new table, those
 * at or above it still in the old one, and the old one takes no new entries. Moving does not touch
 * the old table, so iterators can go on reading it. Tables of up to 64 groups, and tables whose
 * keys may differ from themselves (NaN), move at once: for the latter an iterator that has half of
 * an old table could not tell which entries of the new one it has seen. An entry never moves within
 * a table.
 *
 * Locks: none. The writing flag finds goroutines that write at once, if it happens to.
 */
#ifndef GM_LANG_MAP_H
#define GM_LANG_MAP_H

#include "lang/lang.h"

enum {
    GM_GROUP_SLOTS = 8,
    GM_CTRL_EMPTY = 0,
    GM_CTRL_DELETED = 1,
    GM_MAP_WRITING = 1, /* flags of a gm_map */
};

#define GM_CTRL_ONES  0x0101010101010101u
#define GM_CTRL_HIGHS 0x8080808080808080u

/* A table that is being emptied into its successor. */
typedef struct gm_map_old {
    char *groups;
    uintptr_t mask;
    uintptr_t moved; /* groups below this are empty, whatever they hold */
} gm_map_old;

struct gm_map {
    gm_int count; /* first: len() reads it */
    uint32_t flags;
    uint32_t clears; /* times the map was cleared, for iterators */
    uintptr_t seed;
    char *groups;    /* NULL: no entry yet */
    uintptr_t mask;  /* number of groups - 1 */
    gm_int room;     /* slots never used that may still be taken */
    gm_map_old *old; /* NULL: not growing */
};

#define GM_MAP_INLINE static inline __attribute__((always_inline))

GM_NORETURN void gm_map_concurrent(const char *what);
void gm_map_first_group(const gm_maptype *t, gm_map *m);
void gm_map_grow(const gm_maptype *t, gm_map *m);
void gm_map_move(const gm_maptype *t, gm_map *m, uintptr_t ngroups);
void *gm_map_new_elem(const gm_maptype *t, char *elem);
/* The slot of key, wherever it is, or NULL. */
char *gm_map_lookup(const gm_maptype *t, gm_map *m, const void *key);
/* Is key in this table, in a group not below `from`? */
bool gm_map_table_has(const gm_maptype *t, const gm_map *m, char *groups, uintptr_t mask,
                      uintptr_t from, const void *key);

GM_MAP_INLINE size_t gm_slot_size(const gm_maptype *t) {
    return t->key_stride;
}
GM_MAP_INLINE uint64_t gm_ctrl(const char *group) {
    uint64_t c;
    memcpy(&c, group, 8);
    return c;
}
GM_MAP_INLINE bool gm_ctrl_has_empty(uint64_t c) {
    return ((c - GM_CTRL_ONES) & ~c & GM_CTRL_HIGHS) != 0;
}
GM_MAP_INLINE uint64_t gm_ctrl_full(uint64_t c) {
    return c & GM_CTRL_HIGHS;
}
/* Bytes equal to the pattern's; a byte after one that is may be reported wrongly, a free one never
 * is. */
GM_MAP_INLINE uint64_t gm_ctrl_match(uint64_t c, uint64_t pattern) {
    uint64_t x = c ^ pattern;
    return (x - GM_CTRL_ONES) & ~x & GM_CTRL_HIGHS;
}
GM_MAP_INLINE unsigned gm_ctrl_first(uint64_t bits) {
    return (unsigned)__builtin_ctzll(bits) >> 3;
}
GM_MAP_INLINE uint64_t gm_ctrl_pattern(uint64_t hash) {
    return ((hash & 0x7f) | 0x80) * GM_CTRL_ONES;
}
GM_MAP_INLINE uint8_t gm_ctrl_byte(uint64_t hash) {
    return (uint8_t)((hash & 0x7f) | 0x80);
}

GM_MAP_INLINE void gm_map_begin_write(gm_map *m) {
    if (GM_UNLIKELY(m->flags & GM_MAP_WRITING)) gm_map_concurrent("concurrent map writes");
    m->flags |= GM_MAP_WRITING;
}
GM_MAP_INLINE void gm_map_end_write(gm_map *m) {
    if (GM_UNLIKELY(!(m->flags & GM_MAP_WRITING))) gm_map_concurrent("concurrent map writes");
    m->flags &= ~(uint32_t)GM_MAP_WRITING;
}
GM_MAP_INLINE void gm_map_begin_read(const gm_map *m) {
    if (GM_UNLIKELY(m->flags & GM_MAP_WRITING))
        gm_map_concurrent("concurrent map read and map write");
}

/* --- searching. eq(t, slot, key) compares; inlined, so that each kind of key has its own loop ---
 */

typedef bool gm_key_eq(const gm_maptype *t, const char *slot, const void *key);

/* From which size on the second cache line of a group is asked for while the first is on its way.
 */
enum { GM_MAP_PREFETCH_GROUPS = 1024 };

GM_MAP_INLINE char *gm_table_find(const gm_maptype *t, char *groups, uintptr_t mask, uintptr_t from,
                                  uint64_t hash, const void *key, gm_key_eq *eq) {
    size_t group_size = t->group_size, slot_size = gm_slot_size(t);
    uint64_t pattern = gm_ctrl_pattern(hash);
    uintptr_t i = (hash >> 7) & mask;
    for (uintptr_t n = 0;; n++, i = (i + 1) & mask) {
        char *group = groups + i * group_size;
        if (mask >= GM_MAP_PREFETCH_GROUPS) __builtin_prefetch(group + 64);
        uint64_t c = gm_ctrl(group);
        if (i >= from) {
            for (uint64_t hits = gm_ctrl_match(c, pattern); hits; hits &= hits - 1) {
                char *slot = group + 8 + gm_ctrl_first(hits) * slot_size;
                if (GM_LIKELY(eq(t, slot, key))) return slot;
            }
        }
        if (GM_LIKELY(gm_ctrl_has_empty(c)) || n == mask) return NULL;
    }
}

GM_MAP_INLINE char *gm_map_find_slot(const gm_maptype *t, gm_map *m, uint64_t hash, const void *key,
                                     gm_key_eq *eq) {
    char *slot = gm_table_find(t, m->groups, m->mask, 0, hash, key, eq);
    gm_map_old *old = m->old;
    if (GM_UNLIKELY(old) && !slot)
        slot = gm_table_find(t, old->groups, old->mask, old->moved, hash, key, eq);
    return slot;
}

/* The slot of key, or a free one that now counts as an entry: *added tells. The caller writes the
 * key. In the middle of a write. */
GM_MAP_INLINE char *gm_map_claim(const gm_maptype *t, gm_map *m, uint64_t hash, const void *key,
                                 gm_key_eq *eq, bool *added) {
    size_t group_size = t->group_size, slot_size = gm_slot_size(t);
    uint64_t pattern = gm_ctrl_pattern(hash);
    if (GM_UNLIKELY(!m->groups)) gm_map_first_group(t, m);
    if (GM_UNLIKELY(m->old)) gm_map_move(t, m, 2);
    for (;;) {
        char *free_group = NULL;
        unsigned free_slot = 0;
        uintptr_t i = (hash >> 7) & m->mask;
        for (uintptr_t n = 0;; n++, i = (i + 1) & m->mask) {
            char *group = m->groups + i * group_size;
            if (m->mask >= GM_MAP_PREFETCH_GROUPS) __builtin_prefetch(group + 64);
            uint64_t c = gm_ctrl(group);
            for (uint64_t hits = gm_ctrl_match(c, pattern); hits; hits &= hits - 1) {
                char *slot = group + 8 + gm_ctrl_first(hits) * slot_size;
                if (GM_LIKELY(eq(t, slot, key))) {
                    *added = false;
                    return slot;
                }
            }
            uint64_t unused = ~c & GM_CTRL_HIGHS;
            if (unused && !free_group) {
                free_group = group;
                free_slot = gm_ctrl_first(unused);
            }
            if (GM_LIKELY(gm_ctrl_has_empty(c)) || n == m->mask) break;
        }
        gm_map_old *old = m->old;
        if (GM_UNLIKELY(old)) {
            char *slot = gm_table_find(t, old->groups, old->mask, old->moved, hash, key, eq);
            if (slot) {
                *added = false;
                return slot;
            }
        }
        if (free_group) {
            uint8_t *ctrl = (uint8_t *)free_group + free_slot;
            bool reused = *ctrl == GM_CTRL_DELETED;
            if (reused || m->room > 0) {
                if (!reused) m->room--;
                *ctrl = gm_ctrl_byte(hash);
                m->count++;
                *added = true;
                return free_group + 8 + free_slot * slot_size;
            }
        }
        gm_map_grow(t, m);
    }
}

#endif
