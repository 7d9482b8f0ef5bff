/* pool.c - pools of objects to be used again, with a victim cache as sync.Pool has it.
 *
 * A pool is a few shards, each a stack of pointers under its own lock; a thread uses the shard that
 * its P's cache hashes to, and looks through the others before it gives up. When a marking begins,
 * with the world stopped, what is in the pool becomes the victim, and what was the victim is
 * dropped. The contents are roots, so an object survives one whole cycle unused, and not two.
 *
 * Locks: a shard's is a leaf. The chain of pools only grows.
 */
#include <string.h>

#include "gc/barrier.h"
#include "gc/marker.h"
#include "gc/pool.h"
#include "upcall.h"

enum { SHARDS = 8 };

typedef struct stack {
    void **at;
    uint32_t n, cap;
} stack;

typedef struct shard {
    _Alignas(64) gm_mutex lock;
    stack fresh, victim;
} shard;

struct gm_pool {
    shard shards[SHARDS];
    void *(*make)(void);
    gm_pool *next;
};

static gm_pool *pools;

gm_pool *gm_pool_new(void *(*make)(void)) {
    gm_pool *p = gm_persistent_alloc(sizeof *p, 64);
    p->make = make;
    p->next = __atomic_load_n(&pools, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&pools, &p->next, p, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED)) {
    }
    return p;
}

static uint32_t home(void) {
    return (uint32_t)((uintptr_t)gm_getp() >> 12) % SHARDS;
}

/* The old array stays with the runtime: arrays double, so that is at most as much again. */
static void push(stack *s, void *obj) {
    if (s->n == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 16;
        void **bigger = gm_persistent_alloc(cap * sizeof *bigger, 8);
        if (s->n) memcpy(bigger, s->at, s->n * sizeof *bigger);
        s->at = bigger;
        s->cap = cap;
    }
    s->at[s->n++] = obj;
}

void gm_pool_put(gm_pool *p, void *obj) {
    gm_need_thread("gm_pool_put");
    if (!obj) return;
    gm_shade(obj);
    shard *s = &p->shards[home()];
    gm_mutex_lock(&s->lock);
    push(&s->fresh, obj);
    gm_mutex_unlock(&s->lock);
}

static void *take(shard *s) {
    void *obj = NULL;
    gm_mutex_lock(&s->lock);
    stack *from = s->fresh.n ? &s->fresh : &s->victim;
    if (from->n) obj = from->at[--from->n];
    gm_mutex_unlock(&s->lock);
    return obj;
}

void *gm_pool_get(gm_pool *p) {
    gm_need_thread("gm_pool_get");
    for (uint32_t i = 0, h = home(); i < SHARDS; i++) {
        void *obj = take(&p->shards[(h + i) % SHARDS]);
        if (!obj) continue;
        gm_shade(obj); /* it leaves the roots for a stack that may have been scanned */
        return obj;
    }
    return p->make ? p->make() : NULL;
}

void gm_pools_turn(void) {
    for (gm_pool *p = pools; p; p = p->next) {
        for (int i = 0; i < SHARDS; i++) {
            shard *s = &p->shards[i];
            stack dropped = s->victim;
            s->victim = s->fresh;
            s->fresh = dropped;
            s->fresh.n = 0;
        }
    }
}

void gm_pools_mark(gm_marker *m) {
    for (gm_pool *p = __atomic_load_n(&pools, __ATOMIC_ACQUIRE); p; p = p->next) {
        for (int i = 0; i < SHARDS; i++) {
            shard *s = &p->shards[i];
            gm_mutex_lock(&s->lock);
            for (uint32_t k = 0; k < s->fresh.n; k++) gm_mark_word(m, (uintptr_t)s->fresh.at[k]);
            for (uint32_t k = 0; k < s->victim.n; k++) gm_mark_word(m, (uintptr_t)s->victim.at[k]);
            gm_mutex_unlock(&s->lock);
        }
    }
}
