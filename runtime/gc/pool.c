/* pool.c - pools of objects to be used again, with a victim cache as sync.Pool has it.
 *
 * A pool is a few shards, each a stack of pointers under its own lock; a thread uses the shard that
 * its P's cache hashes to, and looks through the others before it gives up. When a marking begins,
 * with the world stopped, what is in the pool becomes the victim, and what was the victim is
 * dropped. The contents are roots, so an object survives one whole cycle unused, and not two.
 *
 * Stacks are chains of blocks, which all pools share. Those of a dropped victim go on a list as they are, one step for
 * each stack, for the world stands still meanwhile; they are taken from there first.
 *
 * Locks: a shard's; under it that of the blocks, a leaf but for the lock of records. The chain of pools only grows.
 */
#include <string.h>

#include "os/inside.h"
#include "gc/barrier.h"
#include "gc/marker.h"
#include "gc/pool.h"
#include "heap/fixalloc.h"
#include "upcall.h"

enum { SHARDS = 8 };

enum { BLOCK_OBJECTS = 61 };

typedef struct block {
    struct block *below;
    struct block *next_chain; /* of the topmost of a dropped chain */
    uint64_t n;
    void *at[BLOCK_OBJECTS];
} block;

typedef struct stack {
    block *top; /* NULL: empty; no block of a stack is */
} stack;

static struct {
    gm_mutex lock;
    gm_fixalloc records;
    block *dropped; /* chains */
} blocks = {.records = GM_FIXALLOC(block, below)};

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
    gm_need_thread("gm_pool_new");
    GM_INSIDE();
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

static block *block_take(void) {
    gm_mutex_lock(&blocks.lock);
    block *b = blocks.dropped;
    if (!b) {
        b = gm_fixalloc_take(&blocks.records);
    } else if (b->below) {
        b->below->next_chain = b->next_chain;
        blocks.dropped = b->below;
    } else {
        blocks.dropped = b->next_chain;
    }
    gm_mutex_unlock(&blocks.lock);
    b->n = 0;
    return b;
}

static void block_give(block *b) {
    gm_mutex_lock(&blocks.lock);
    gm_fixalloc_give(&blocks.records, b);
    gm_mutex_unlock(&blocks.lock);
}

static void push(stack *s, void *obj) {
    if (!s->top || s->top->n == BLOCK_OBJECTS) {
        block *b = block_take();
        b->below = s->top;
        s->top = b;
    }
    s->top->at[s->top->n++] = obj;
}

static void *pop(stack *s) {
    block *b = s->top;
    if (!b) return NULL;
    void *obj = b->at[--b->n];
    if (b->n) return obj;
    s->top = b->below;
    block_give(b);
    return obj;
}

/* World stopped. */
static void drop(stack *s) {
    if (!s->top) return;
    gm_mutex_lock(&blocks.lock);
    s->top->next_chain = blocks.dropped;
    blocks.dropped = s->top;
    gm_mutex_unlock(&blocks.lock);
    s->top = NULL;
}

static void mark_stack(gm_marker *m, const stack *s) {
    for (const block *b = s->top; b; b = b->below)
        for (uint64_t i = 0; i < b->n; i++) gm_mark_word(m, (uintptr_t)b->at[i]);
}

void gm_pool_put(gm_pool *p, void *obj) {
    gm_need_thread("gm_pool_put");
    GM_INSIDE();
    if (!obj) return;
    gm_shade(obj);
    shard *s = &p->shards[home()];
    gm_mutex_lock(&s->lock);
    push(&s->fresh, obj);
    gm_mutex_unlock(&s->lock);
}

static void *take(shard *s) {
    gm_mutex_lock(&s->lock);
    void *obj = pop(s->fresh.top ? &s->fresh : &s->victim);
    gm_mutex_unlock(&s->lock);
    return obj;
}

void *gm_pool_get(gm_pool *p) {
    gm_need_thread("gm_pool_get");
    GM_INSIDE();
    for (uint32_t i = 0, h = home(); i < SHARDS; i++) {
        void *obj = take(&p->shards[(h + i) % SHARDS]);
        if (!obj) continue;
        gm_shade(obj); /* it leaves the roots for a stack that may have been scanned */
        return obj;
    }
    void *made = NULL;
    if (p->make) GM_CALL_OUT(made = p->make());
    return made;
}

void gm_pools_turn(void) {
    for (gm_pool *p = pools; p; p = p->next) {
        for (int i = 0; i < SHARDS; i++) {
            shard *s = &p->shards[i];
            drop(&s->victim);
            s->victim = s->fresh;
            s->fresh.top = NULL;
        }
    }
}

void gm_pools_mark(gm_marker *m) {
    for (gm_pool *p = __atomic_load_n(&pools, __ATOMIC_ACQUIRE); p; p = p->next) {
        for (int i = 0; i < SHARDS; i++) {
            shard *s = &p->shards[i];
            gm_mutex_lock(&s->lock);
            mark_stack(m, &s->fresh);
            mark_stack(m, &s->victim);
            gm_mutex_unlock(&s->lock);
        }
    }
}
