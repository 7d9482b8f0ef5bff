/* stack.c - where goroutines' stacks come from and go to.
 *
 * Units (a goroutine's record with its first segment) are carved from slabs and never leave the
 * scheduler: a dead goroutine's unit waits on its P's free list, then on the global one. Slabs are
 * chained, so that every goroutine can be found.
 *
 * Further segments have sizes SEG_MIN << order. Those of up to 32 KiB are cut from slabs of that
 * size and kept on one free list per order, with a small cache per P in front. Larger ones come
 * from the page heap and return to it.
 *
 * Locks: pool_lock guards the global lists and the chains. It is innermost; only the page heap is
 * called under it.
 */
#include "sched/stack.h"

#include <string.h>

#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"

enum {
    SLAB_PAGES = (64 + 27 * GM_UNIT + 8191) / 8192, /* 64 KiB of units: 27 of them, 1.6 KiB over */
    LARGE_SLAB_PAGES = 512, /* 4 MiB, in huge pages, once a program has many goroutines */
    MANY_SLABS = 32,
    SEG_MIN = GM_SEG_MIN,
    SEG_POOLED = 4, /* 4, 8, 16, 32 KiB */
    SEG_ORDERS = 18,
    SEG_SLAB_PAGES = SEG_MIN / 1024,
    CACHE_MAX = 32, /* free goroutines, free segments of an order, kept by one P */
    CACHE_MOVE = CACHE_MAX / 2,
    PIECE = 32, /* units that a worker of the collector looks at in one go */
    GUARD = 65536
};

_Static_assert(offsetof(struct gm_seg, lo) == 0, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_seg, hi) == 8, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_seg, limit) == 16, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_seg, caller_sp) == 24, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_seg, prev) == 32, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_seg, next) == 40, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_seg, used) == 52, "morestack_amd64.S");
_Static_assert(offsetof(struct gm_g, seg) == 16, "morestack_amd64.S");
_Static_assert(GM_UNIT % 64 == 0 && GM_UNIT - sizeof(struct gm_g) >= 2048, "a stack of 2 KiB");

struct slab { /* in the first 64 bytes of its memory */
    struct slab *next;
    size_t units;
};

/* Reserved stacks and their Gs; the G lies outside the stack. */
struct reserved {
    struct gm_g g;
    struct reserved *next_all;
    uintptr_t map; /* start of the mapping, guard included; 0: none now */
    size_t map_size;
};

static struct gm_lock pool_lock;
static struct slab *slabs;
static struct reserved *reserved_all;
static uint32_t pieces; /* of all slabs; changed with the lock held */
static struct gm_g *free_units;
static struct gm_seg *free_segs[SEG_POOLED];
static uint64_t next_id = 1;
static uint64_t bytes_in_use; /* changed with atomic adds */
static size_t max_bytes = GM_STACK_MAX;

size_t gm_stack_max(void) {
    return __atomic_load_n(&max_bytes, __ATOMIC_RELAXED);
}
size_t gm_stack_set_max(size_t bytes) {
    return __atomic_exchange_n(&max_bytes, bytes, __ATOMIC_RELAXED);
}

uint64_t gm_stack_in_use(void) {
    return __atomic_load_n(&bytes_in_use, __ATOMIC_RELAXED);
}
uint64_t gm_stack_sys(void) {
    return gm_stack_in_use();
}

static void count_bytes(int64_t n) {
    __atomic_fetch_add(&bytes_in_use, (uint64_t)n, __ATOMIC_RELAXED);
}

uint32_t gm_stack_stress;

static uintptr_t seg_limit(uintptr_t lo) {
    return __builtin_expect(gm_stack_stress, 0) ? UINTPTR_MAX - 1 : lo + GM_STACK_SLACK;
}

static void seg_init(struct gm_seg *s, uintptr_t lo, uintptr_t hi) {
    memset(s, 0, sizeof *s);
    s->lo = lo;
    s->hi = hi;
    s->limit = seg_limit(lo);
}

/* --- units --- */

static struct gm_g *slab_g(struct slab *s, size_t i) {
    return (struct gm_g *)((char *)s + 64 + (i + 1) * GM_UNIT - sizeof(struct gm_g));
}

static void add_slab(void) {
    static int count;
    size_t pages = ++count > MANY_SLABS ? LARGE_SLAB_PAGES : SLAB_PAGES;
    bool zero;
    struct slab *s = gm_pages_alloc(pages, GM_MANUAL_STACK, &zero);
    if (!s) gm_sched_fatal("out of memory (goroutine stacks)");
    if (pages == LARGE_SLAB_PAGES) gm_os_hugepages(s, pages * 8192, true);
    count_bytes((int64_t)pages * 8192);
    s->units = (pages * 8192 - 64) / GM_UNIT;
    for (size_t i = s->units; i-- > 0;) {
        struct gm_g *g = slab_g(s, i);
        memset(g, 0, sizeof *g);
        seg_init(&g->seg0, (uintptr_t)s + 64 + i * GM_UNIT, (uintptr_t)g & ~(uintptr_t)15);
        g->status = GM_G_DEAD;
        g->link = free_units;
        free_units = g;
    }
    s->next = slabs;
    pieces += (s->units + PIECE - 1) / PIECE;
    __atomic_store_n(&slabs, s, __ATOMIC_RELEASE);
}

struct new_request {
    struct gm_p *p;
    struct gm_g *g;
    size_t size;
};

/* Fills the P's list to half, or takes a single unit where there is no P. */
static void refill_units(void *arg) {
    struct new_request *r = arg;
    gm_lock(&pool_lock);
    for (int i = 0; i < (r->p ? CACHE_MOVE : 1); i++) {
        if (!free_units) add_slab();
        struct gm_g *g = free_units;
        free_units = g->link;
        if (!r->g) {
            r->g = g;
            continue;
        }
        g->link = r->p->free_g;
        r->p->free_g = g;
        r->p->free_g_count++;
    }
    gm_unlock(&pool_lock);
}

static uint64_t take_id(struct gm_p *p) {
    if (!p) return __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    if (p->id_next == p->id_end) {
        p->id_next = __atomic_fetch_add(&next_id, 16, __ATOMIC_RELAXED);
        p->id_end = p->id_next + 16;
    }
    return p->id_next++;
}

struct gm_g *gm_g_new(struct gm_p *p) {
    struct gm_g *g = p ? p->free_g : NULL;
    if (g) {
        p->free_g = g->link;
        p->free_g_count--;
    } else {
        struct new_request r = {p, NULL, 0};
        gm_systemstack(refill_units, &r);
        g = r.g;
    }
    memset(&g->m, 0, offsetof(struct gm_g, seg0) - offsetof(struct gm_g, m));
    __atomic_store_n(&g->preempt, 0, __ATOMIC_RELAXED);
    g->seg = &g->seg0;
    g->limit = g->seg0.limit = seg_limit(g->seg0.lo);
    g->scan = gm_scan.cycle;
    g->id = take_id(p);
    return g;
}

static void drain_units(void *arg) {
    struct gm_p *p = arg;
    gm_lock(&pool_lock);
    while (p->free_g_count > CACHE_MOVE) {
        struct gm_g *g = p->free_g;
        p->free_g = g->link;
        p->free_g_count--;
        g->link = free_units;
        free_units = g;
    }
    gm_unlock(&pool_lock);
}

static void seg_release(struct gm_p *p, struct gm_seg *s);

static void free_reserved(struct gm_g *g);

void gm_g_free(struct gm_p *p, struct gm_g *g) {
    gm_fiber_end(g);
    gm_unpoison(g->seg0.lo, g->seg0.hi);
    if (g->flags & (GM_GF_CSTACK | GM_GF_THREAD)) {
        free_reserved(g);
        return;
    }
    for (struct gm_seg *s = g->seg0.next, *next; s; s = next) {
        next = s->next;
        seg_release(p, s);
    }
    g->seg0.next = NULL;
    if (!p) {
        gm_lock(&pool_lock);
        g->link = free_units;
        free_units = g;
        gm_unlock(&pool_lock);
        return;
    }
    g->link = p->free_g;
    p->free_g = g;
    if (++p->free_g_count >= CACHE_MAX) gm_systemstack(drain_units, p);
}

/* --- reserved stacks --- */

static void new_reserved(void *arg) {
    struct new_request *r = arg;
    size_t size = ((r->size + 4095) & ~(size_t)4095) + GUARD;
#ifdef GM_SANITIZED
    size += 8 * GM_STACK_SLACK; /* so that what runs on the stack wished for runs here too */
#endif
    void *map = NULL;
    if (r->size) {
        map = gm_os_map(size);
        if (!map) return;
        gm_os_guard(map, GUARD);
    }
    gm_lock(&pool_lock);
    struct reserved *v = reserved_all;
    while (v && (__atomic_load_n(&v->g.status, __ATOMIC_ACQUIRE) != GM_G_DEAD || v->map))
        v = v->next_all;
    if (!v) {
        v = gm_persistent_try(sizeof *v, 64);
        if (!v) {
            gm_unlock(&pool_lock);
            if (map) gm_os_unmap(map, size);
            return;
        }
        v->g.status = GM_G_DEAD;
        v->next_all = reserved_all;
        __atomic_store_n(&reserved_all, v, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&v->g.status, GM_G_IDLE, __ATOMIC_RELEASE);
    v->map = (uintptr_t)map;
    v->map_size = r->size ? size : 0;
    gm_unlock(&pool_lock);

    struct gm_g *g = &v->g;
    memset(&g->m, 0, sizeof *g - offsetof(struct gm_g, m));
    __atomic_store_n(&g->preempt, 0, __ATOMIC_RELAXED);
    if (map) seg_init(&g->seg0, v->map + GUARD, v->map + size);
    g->flags = map ? GM_GF_CSTACK : GM_GF_THREAD;
    g->seg = &g->seg0;
    if (map) g->seg0.limit = v->map + GUARD + GM_STACK_SLACK;
    g->limit = g->seg0.limit;
    g->scan = gm_scan.cycle;
    g->id = take_id(NULL);
    r->g = g;
}

struct gm_g *gm_g_new_reserved(size_t size) {
    struct new_request r = {NULL, NULL, size};
    gm_systemstack(new_reserved, &r);
    return r.g;
}

static void unmap_reserved(void *arg) {
    struct reserved *v = arg;
    if (v->map) gm_os_unmap((void *)v->map, v->map_size);
    gm_lock(&pool_lock);
    v->map = 0;
    gm_unlock(&pool_lock);
}

static void free_reserved(struct gm_g *g) {
    gm_systemstack(unmap_reserved, g);
}

__attribute__((no_split_stack)) bool gm_stack_in_guard(const struct gm_g *g, uintptr_t addr) {
    if (!(g->flags & GM_GF_CSTACK)) return false;
    const struct reserved *v = (const struct reserved *)g;
    return addr - v->map < GUARD;
}

/* --- segments --- */

static size_t seg_size(uint32_t order) {
    return (size_t)SEG_MIN << order;
}

/* The record lies at the upper end; colour keeps the hot ends of equal segments on different cache
 * sets. */
static struct gm_seg *seg_make(char *mem, size_t size, uint32_t order) {
    struct gm_seg *s = (struct gm_seg *)(mem + size - 64);
    seg_init(s, (uintptr_t)mem, (uintptr_t)s);
    s->order = order;
    return s;
}

_Static_assert(sizeof(struct gm_seg) <= 64, "the record at the end of a segment");

static struct gm_seg *pooled_seg(uint32_t order) {
    gm_lock(&pool_lock);
    if (!free_segs[order]) {
        bool zero;
        char *mem = gm_pages_alloc(SEG_SLAB_PAGES, GM_MANUAL_STACK, &zero);
        if (!mem) gm_sched_fatal("out of memory (stack allocation)");
        count_bytes(SEG_SLAB_PAGES * 8192);
        for (size_t at = 0; at < SEG_SLAB_PAGES * 8192; at += seg_size(order)) {
            struct gm_seg *s = seg_make(mem + at, seg_size(order), order);
            s->next = free_segs[order];
            free_segs[order] = s;
        }
    }
    struct gm_seg *s = free_segs[order];
    free_segs[order] = s->next;
    gm_unlock(&pool_lock);
    return s;
}

static struct gm_seg *seg_alloc(struct gm_p *p, uint32_t order, size_t size) {
    if (order >= SEG_POOLED) {
        bool zero;
        char *mem = gm_pages_alloc(size / 8192, GM_MANUAL_STACK, &zero);
        if (!mem) gm_sched_fatal("out of memory (stack allocation)");
        count_bytes((int64_t)size);
        return seg_make(mem, size, order);
    }
    struct gm_seg *s = p ? p->seg_cache[order] : NULL;
    if (!s) return pooled_seg(order);
    p->seg_cache[order] = s->next;
    p->seg_count[order]--;
    s->next = NULL;
    return s;
}

static void drain_segs(struct gm_p *p, uint32_t order, uint32_t keep) {
    gm_lock(&pool_lock);
    while (p->seg_count[order] > keep) {
        struct gm_seg *s = p->seg_cache[order];
        p->seg_cache[order] = s->next;
        p->seg_count[order]--;
        s->next = free_segs[order];
        free_segs[order] = s;
    }
    gm_unlock(&pool_lock);
}

struct large_seg {
    void *mem;
    size_t size;
};

static void free_large(void *arg) {
    struct large_seg *l = arg;
    gm_pages_free(l->mem, l->size / 8192, GM_MANUAL_STACK);
}

static void seg_release(struct gm_p *p, struct gm_seg *s) {
    uint32_t order = s->order;
    gm_unpoison(s->lo, s->hi);
    s->prev = NULL;
    s->used = 0;
    if (order >= SEG_POOLED) {
        struct large_seg l = {(void *)s->lo, (uintptr_t)s + 64 - s->lo};
        count_bytes(-(int64_t)l.size);
        gm_systemstack(free_large, &l);
        return;
    }
    if (!p) {
        gm_lock(&pool_lock);
        s->next = free_segs[order];
        free_segs[order] = s;
        gm_unlock(&pool_lock);
        return;
    }
    s->next = p->seg_cache[order];
    p->seg_cache[order] = s;
    if (++p->seg_count[order] > CACHE_MAX) drain_segs(p, order, CACHE_MOVE);
}

void gm_stack_flush(struct gm_p *p) {
    for (uint32_t order = 0; order < SEG_POOLED; order++) drain_segs(p, order, 0);
    gm_lock(&pool_lock);
    while (p->free_g) {
        struct gm_g *g = p->free_g;
        p->free_g = g->link;
        g->link = free_units;
        free_units = g;
    }
    p->free_g_count = 0;
    gm_unlock(&pool_lock);
}

/* --- growth --- */

/* What __morestack saved, from -24(%rbp) up. */
struct gm_morestack_call {
    uintptr_t args;
    intptr_t frame; /* set to -1: go on in place */
    uintptr_t rbx, rbp;
    uintptr_t pc;     /* in the function that found its stack short */
    uintptr_t caller; /* where that function will return to */
};

/* Would the prologue have found room? It compares %rsp itself for frames under 256 bytes. */
static bool has_room(const struct gm_g *g, const struct gm_morestack_call *c) {
    uintptr_t sp = (uintptr_t)&c->caller;
    uintptr_t frame = c->frame < 256 ? 0 : (uintptr_t)c->frame;
    return sp - frame > g->limit;
}

size_t gm_stack_size(const struct gm_g *g) {
    size_t sum = 0;
    for (const struct gm_seg *s = &g->seg0; s; s = s->next) sum += s->hi - s->lo;
    return sum;
}

static size_t depth_bytes(const struct gm_g *g) {
    size_t sum = 0;
    for (const struct gm_seg *s = g->seg; s; s = s->prev) sum += s->hi - s->lo;
    return sum;
}

/* A next segment for a body that takes need bytes. */
static void grow(struct gm_g *g, size_t need) {
    struct gm_p *p = gm_getp();
    while (g->seg->next) { /* kept, but too small: it and all beyond are dropped */
        struct gm_seg *s = g->seg->next;
        g->seg->next = s->next;
        seg_release(p, s);
    }
    size_t have = depth_bytes(g);
    need += GM_STACK_SLACK + 64 + 64;
    if (need > max_bytes || have + need > max_bytes) gm_stack_overflow(g);
    size_t want = gm_stack_stress ? need : have < need ? need : have;
    uint32_t order = 0;
    while (seg_size(order) < want) order++;
    size_t size = seg_size(order);
    if (have + size > max_bytes) size = (max_bytes - have + 8191) & ~(size_t)8191;
    struct gm_seg *s = seg_alloc(p, order, size);
    s->limit = seg_limit(s->lo);
    s->prev = g->seg;
    s->next = NULL;
    g->seg->next = s;
}

/* Called on the system stack, with the limit passed or poisoned. */
void gm_morestack_slow(void *arg) {
    struct gm_morestack_call *c = arg;
    if (gm_getm()->on_system > 1) gm_sched_fatal("stack growth on a system stack");
    struct gm_g *g = gm_getg();
    gm_preempt_point(g, c->pc, c->caller);
    g = gm_getg();
    bool grows = !(g->flags & (GM_GF_CSTACK | GM_GF_THREAD)) || (g->flags & GM_GF_GROWS);
    if (gm_stack_stress && grows) {
        grow(g, (size_t)c->frame + c->args);
        return;
    }
    if (has_room(g, c)) {
        c->frame = -1;
        return;
    }
    if (!grows) gm_stack_overflow(g);
    grow(g, (size_t)c->frame + c->args);
}

bool gm_pc_is_morestack(uintptr_t pc) {
    extern char __morestack[], gm_morestack_end[];
    return pc >= (uintptr_t)__morestack && pc < (uintptr_t)gm_morestack_end;
}

/* --- jumps, collections --- */

/* Without a check of its own: had it been entered through __morestack, it would return there, and
 * that would take the segment that was just made the current one for its own. */
__attribute__((no_split_stack)) void gm_stack_reset(struct gm_g *g, uintptr_t sp) {
    struct gm_seg *s = g->seg;
    while (s && sp - s->lo > s->hi - s->lo) {
        gm_unpoison(s->lo, s->hi);
        s = s->prev;
    }
    if (s) gm_unpoison(s->lo, sp);
    if (!s || s == g->seg) return;
    g->seg = s;
    g->limit = s->limit;
    gm_set_limit(g->preempt ? UINTPTR_MAX : s->limit);
}

size_t gm_stack_shrink(struct gm_g *g) {
    size_t sum = 0;
    struct gm_seg *last = g->seg;
    if (!last) return 0;
    while (last->next && last->next->used) {
        last = last->next;
        last->used = 0;
    }
    while (last->next) {
        struct gm_seg *s = last->next;
        last->next = s->next;
        sum += s->hi - s->lo;
        seg_release(NULL, s);
    }
    return sum;
}

void gm_stack_walk(struct gm_g *g, uintptr_t sp,
                   void (*fn)(void *ctx, const void *lo, const void *hi), void *ctx) {
    for (struct gm_seg *s = g->seg; s; s = s->prev) {
        if (sp >= s->lo && sp <= s->hi) fn(ctx, (void *)sp, (void *)s->hi);
        sp = s->caller_sp;
    }
}

/* --- all goroutines --- */

static void some_units(struct slab *s, size_t from, size_t to,
                       void (*fn)(void *ctx, struct gm_g *g), void *ctx) {
    for (size_t i = from; i < to && i < s->units; i++) {
        struct gm_g *g = slab_g(s, i);
        if (__atomic_load_n(&g->status, __ATOMIC_ACQUIRE) != GM_G_DEAD) fn(ctx, g);
    }
}

void gm_each_g(void (*fn)(void *ctx, struct gm_g *g), void *ctx) {
    for (struct slab *s = __atomic_load_n(&slabs, __ATOMIC_ACQUIRE); s; s = s->next)
        some_units(s, 0, s->units, fn, ctx);
    gm_each_reserved_g(fn, ctx);
}

static struct {
    struct gm_lock lock;
    struct slab *slab;
    size_t next; /* unit of that slab */
} walk;

uint32_t gm_units_begin(void) {
    gm_lock(&pool_lock);
    walk.slab = slabs;
    walk.next = 0;
    uint32_t n = pieces;
    gm_unlock(&pool_lock);
    return n;
}

void gm_units_next(void (*fn)(void *ctx, struct gm_g *g), void *ctx) {
    gm_lock(&walk.lock);
    struct slab *s = walk.slab;
    size_t from = walk.next;
    if (s && (walk.next += PIECE) >= s->units) {
        walk.slab = s->next;
        walk.next = 0;
    }
    gm_unlock(&walk.lock);
    if (s) some_units(s, from, from + PIECE, fn, ctx);
}

void gm_each_reserved_g(void (*fn)(void *ctx, struct gm_g *g), void *ctx) {
    for (struct reserved *v = __atomic_load_n(&reserved_all, __ATOMIC_ACQUIRE); v; v = v->next_all)
        if (__atomic_load_n(&v->g.status, __ATOMIC_ACQUIRE) != GM_G_DEAD) fn(ctx, &v->g);
}
