/* buckets.c - the table of call stacks for which something is counted.
 *
 * Buckets are only ever added, by a thread that holds the lock, at the heads of two chains, which everybody else follows
 * without it. What is counted in a bucket is its profile's business.
 *
 * Of the program's functions only compiled Go is kept where there is any: which path led through the runtime does not
 * matter to whom it serves, and the buckets are fewer.
 */
#include "observe/buckets.h"

#include <string.h>

#include "heap/heap.h"
#include "sched/callers.h"
#include "sched/proc.h"

enum { HEADS = 1 << 14 };

static struct {
    gm_mutex lock;
    gm_bucket *heads[HEADS];
    gm_bucket *kinds[GM_PROFILE_KINDS];
} table = {.lock = GM_MUTEX(GM_RANK_PROFILE)};

static uint64_t mix(uint64_t h, uint64_t v) {
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static uint64_t hash_of(enum gm_profile_kind kind, size_t size, const gm_type *type,
                        const uintptr_t *pcs, int n) {
    uint64_t h = mix(mix(mix(1, kind), size), (uintptr_t)type);
    for (int i = 0; i < n; i++) h = mix(h, pcs[i]);
    return h;
}

static gm_bucket *find(uint64_t hash, const gm_bucket *like, const uintptr_t *pcs) {
    gm_bucket *b = __atomic_load_n(&table.heads[hash % HEADS], __ATOMIC_ACQUIRE);
    for (; b; b = b->same_hash) {
        bool same = b->hash == hash && b->kind == like->kind && b->size == like->size &&
                    b->type == like->type && b->depth == like->depth;
        if (same && memcmp(b->pcs, pcs, b->depth * sizeof *pcs) == 0) return b;
    }
    return NULL;
}

static gm_bucket *add(const gm_bucket *like, const uintptr_t *pcs) {
    size_t stack = like->depth * sizeof *pcs, bytes = sizeof *like + stack;
    gm_bucket *b = gm_persistent_alloc(bytes, _Alignof(gm_bucket));
    *b = *like;
    memcpy(b->pcs, pcs, stack);
    b->same_hash = table.heads[b->hash % HEADS];
    b->next = table.kinds[b->kind];
    __atomic_store_n(&table.heads[b->hash % HEADS], b, __ATOMIC_RELEASE);
    __atomic_store_n(&table.kinds[b->kind], b, __ATOMIC_RELEASE);
    return b;
}

gm_bucket *gm_bucket_get(enum gm_profile_kind kind, size_t size, const gm_type *type,
                         const uintptr_t *pcs, int n) {
    gm_bucket like = {.hash = hash_of(kind, size, type, pcs, n),
                      .kind = kind,
                      .size = size,
                      .type = type,
                      .depth = (uint32_t)n};
    gm_bucket *b = find(like.hash, &like, pcs);
    if (b) return b;
    gm_mutex_lock(&table.lock);
    b = find(like.hash, &like, pcs);
    if (!b) b = add(&like, pcs);
    gm_mutex_unlock(&table.lock);
    return b;
}

gm_bucket *gm_bucket_here(enum gm_profile_kind kind, size_t size, const gm_type *type) {
    uintptr_t pcs[GM_PROFILE_DEPTH];
    int n = gm_only_go(pcs, gm_callers_self(pcs, GM_PROFILE_DEPTH));
    return gm_bucket_get(kind, size, type, pcs, n);
}

gm_bucket *gm_buckets(enum gm_profile_kind kind) {
    return __atomic_load_n(&table.kinds[kind], __ATOMIC_ACQUIRE);
}
