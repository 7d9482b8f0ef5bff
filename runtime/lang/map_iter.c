/* map_iter.c - range over a map.
 *
 * An iterator reads the tables that the map had when it began: the old one, if the map was growing,
 * from the first group that was not yet moved; then the new one. Neither is ever rearranged, so
 * each slot is visited once, in an order that begins at a random slot. What the slot holds counts
 * if it is still where the map keeps its entries; if the entry has moved meanwhile, the key is
 * looked up in the map of today, which tells whether it was deleted and what its element is now. In
 * the new table, entries that also stand in the visited part of the old one were moved there during
 * the iteration, and have been dealt with.
 *
 * A key that differs from itself cannot be looked up, nor deleted but by clearing the map: it is
 * given as it stands unless that has happened.
 *
 * Nothing here writes to the map: several goroutines may iterate over one at once.
 */
#include "lang/map.h"

#include "sched/sched.h"

/* How gm_mapiter.opaque is used. Pointers stand in the first four words. */
typedef struct iter_state {
    char *groups;
    gm_map_old *old; /* NULL: the map was not growing */
    void *unused[2];
    uintptr_t start;
    uintptr_t pos; /* slots visited, the old table's first */
    uintptr_t first_unmoved;
    uint32_t clears;
    uint8_t log_groups;
} iter_state;

_Static_assert(sizeof(iter_state) <= sizeof(((gm_mapiter *)0)->opaque), "gm_mapiter");

static iter_state *state_of(gm_mapiter *it) {
    return (iter_state *)(void *)it->opaque;
}

GM_ENTRY void gm_mapiter_init(const gm_maptype *t, gm_map *m, gm_mapiter *it) {
    memset(it, 0, sizeof *it);
    it->t = t;
    if (!m || m->count == 0) return;
    iter_state *s = state_of(it);
    it->m = m;
    gm_map_begin_read(m);
    s->groups = m->groups;
    s->old = m->old;
    s->first_unmoved = m->old ? m->old->moved : 0;
    s->start = gm_fastrand64();
    s->clears = m->clears;
    s->log_groups = (uint8_t)__builtin_ctzll(m->mask + 1);
    gm_mapiter_next(it);
}

static bool differs_from_itself(const gm_maptype *t, const void *key) {
    return !(t->flags & GM_MAP_REFLEXIVE_KEY) && !gm_call_equal(t->key->equal, key, key);
}

/* Points the iterator at the entry in slot. */
static void give(gm_mapiter *it, char *slot) {
    const gm_maptype *t = it->t;
    char *elem = slot + t->elem_off;
    it->key = t->flags & GM_MAP_INDIRECT_KEY ? *(void **)slot : slot;
    it->elem = t->flags & GM_MAP_INDIRECT_ELEM ? *(void **)elem : elem;
}

/* The slot was found full in a table of the iterator's; current: the map still keeps it there.
 * False: it is not to be seen. */
static bool visit(gm_mapiter *it, char *slot, bool current) {
    const gm_maptype *t = it->t;
    if (!current) {
        void *key = t->flags & GM_MAP_INDIRECT_KEY ? *(void **)slot : slot;
        if (differs_from_itself(t, key)) {
            if (state_of(it)->clears != it->m->clears) return false;
        } else {
            slot = gm_map_lookup(t, it->m, key);
            if (!slot) return false;
        }
    }
    give(it, slot);
    return true;
}

/* Goes on in the old table. False: nothing more there. */
static bool next_old(gm_mapiter *it, iter_state *s) {
    const gm_maptype *t = it->t;
    gm_map *m = it->m;
    uintptr_t total = (s->old->mask + 1) * GM_GROUP_SLOTS;
    while (s->pos < total) {
        uintptr_t at = (s->pos++ + s->start) & (total - 1), g = at / GM_GROUP_SLOTS;
        char *group = s->old->groups + g * t->group_size;
        if (g < s->first_unmoved || !(group[at % GM_GROUP_SLOTS] & 0x80)) continue;
        char *slot = group + 8 + at % GM_GROUP_SLOTS * gm_slot_size(t);
        if (visit(it, slot, m->old == s->old && g >= m->old->moved)) return true;
    }
    return false;
}

static bool next_new(gm_mapiter *it, iter_state *s) {
    const gm_maptype *t = it->t;
    gm_map *m = it->m;
    uintptr_t before = s->old ? (s->old->mask + 1) * GM_GROUP_SLOTS : 0;
    uintptr_t total = (uintptr_t)GM_GROUP_SLOTS << s->log_groups;
    for (;;) {
        uintptr_t done = s->pos - before;
        if (done >= total) return false;
        uintptr_t at = (done + s->start) & (total - 1), g = at / GM_GROUP_SLOTS;
        char *group = s->groups + g * t->group_size;
        if (at % GM_GROUP_SLOTS == 0 && done + GM_GROUP_SLOTS <= total &&
            gm_ctrl_full(gm_ctrl(group)) == 0) {
            s->pos += GM_GROUP_SLOTS;
            continue;
        }
        s->pos++;
        if (!(group[at % GM_GROUP_SLOTS] & 0x80)) continue;
        char *slot = group + 8 + at % GM_GROUP_SLOTS * gm_slot_size(t);
        if (s->old) {
            void *key = t->flags & GM_MAP_INDIRECT_KEY ? *(void **)slot : slot;
            if (gm_map_table_has(t, m, s->old->groups, s->old->mask, s->first_unmoved, key))
                continue;
        }
        bool current =
            m->groups == s->groups || (m->old && m->old->groups == s->groups && g >= m->old->moved);
        if (visit(it, slot, current)) return true;
    }
}

GM_ENTRY void gm_mapiter_next(gm_mapiter *it) {
    iter_state *s = state_of(it);
    it->key = it->elem = NULL;
    if (!it->m) return;
    if (it->m->flags & GM_MAP_WRITING) gm_map_concurrent("concurrent map iteration and map write");
    if (s->old && next_old(it, s)) return;
    if (next_new(it, s)) return;
    it->m = NULL;
}
