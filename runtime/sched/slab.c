/* slab.c - where goroutines come from: their records, each in one piece with its first segment.
 *
 * Units of GM_UNIT bytes are carved from slabs, in order, when they are first wanted: until then a
 * slab is untouched memory. A dead goroutine's unit waits on its P's list, or on the list of its
 * slab. Slabs that have something to give are on one list, those of which everything has come back
 * on another, from which the page heap gets them again at collections: half of those that nobody
 * needed since the collection before, so that a program that keeps starting many goroutines keeps
 * its memory and one that stopped gives it back in a few cycles. The lists of the Ps are emptied
 * then, lest two dozen dead goroutines hold two dozen slabs.
 *
 * All slabs are chained. The chain is walked without a lock: slabs are pushed in front at any time,
 * and taken out only while the world is stopped at the end of a collection. A slab that was taken
 * out is still read by whoever stands in the middle of the chain, and a record in it may still be
 * asked to yield by the monitor, which found it while it lived. So it is kept until the collection
 * after, and longer if the monitor has not ended its round by then; after that it goes to the page heap,
 * outside the stop.
 *
 * Memory is touched ahead in pieces, in one call each, because a fault for every page costs more
 * than all else that a new goroutine needs. They are small pages: a huge one may take milliseconds,
 * for which a stop of the world would wait.
 *
 * The goroutines of C stand on reserved stretches of address space instead. Their records lie
 * outside and are never freed. The last dead ones keep their stretch for the next of that size.
 *
 * Locks: unit_lock guards all lists here. It is innermost; only the page heap is called under it.
 */
#include <string.h>

#include "heap/fixalloc.h"
#include "os/chain.h"
#include "os/os.h"
#include "os/regions.h"
#include "sched/ancestors.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "sched/stack.h"

enum {
    SMALL_SLAB = 64 << 10,
    LITTLE = 2 << 20, /* bytes of small slabs; then come large ones */
    LARGE_SLAB = 4 << 20,
    PIECE = 256 << 10, /* of a large slab, touched ahead in one call */
    WALK_PIECE = 32,   /* units that a worker of the collector looks at in one go */
    CACHE_MAX = 32,    /* dead goroutines kept by one P */
    CACHE_MOVE = CACHE_MAX / 2,
    GUARD = 65536,
    LEAST_RESERVED = 12, /* 4 KiB */
    RESERVED_SIZES = 48 - LEAST_RESERVED,
    KEPT_RESERVED = 16 /* dead goroutines of C that keep their stretch, of each size */
};

_Static_assert(GM_UNIT % 16 == 0 && GM_UNIT - sizeof(gm_g) >= 2048, "a stack of 2 KiB");

/* --- slabs; unit_lock held --- */

struct slab {                 /* in the first 64 bytes of its memory */
    struct slab *next, *prev; /* the chain of all */
    struct slab *link, *back; /* the list it is on */
    gm_g *free;               /* units that came back */
    uint32_t units;           /* that there is room for */
    uint32_t carved;          /* atomic: that have been made */
    uint32_t out;             /* that are neither on `free` nor still to be carved */
    uint32_t touched;         /* bytes */
};

enum { SLAB_HEAD = 64 };
_Static_assert(sizeof(struct slab) <= SLAB_HEAD, "units begin behind the head");

static gm_mutex unit_lock;
static struct slab *slabs;                /* all */
static struct slab *giving;               /* with units to give, some of them out */
static struct slab *empty;                /* none of whose units is out */
static uint32_t empty_count, empty_least; /* now; and at least since the last collection */
static struct slab *taken_out;            /* off the chain, through link */
static uint32_t taken_out_round;          /* the monitor's, when they were */
static struct slab *condemned;            /* nobody can see them any more */
static size_t slab_bytes;
static uint32_t walk_pieces; /* of all slabs on the chain */
static uint64_t next_id = 1;

static size_t slab_size(const struct slab *s) {
    return s->units > SMALL_SLAB / GM_UNIT ? LARGE_SLAB : SMALL_SLAB;
}

static uint32_t pieces_of(const struct slab *s) {
    return (s->units + WALK_PIECE - 1) / WALK_PIECE;
}

static gm_g *slab_g(struct slab *s, size_t i) {
    return (gm_g *)((char *)s + SLAB_HEAD + (i + 1) * GM_UNIT - sizeof(gm_g));
}

/* The order of a first segment is the number of its unit. */
static struct slab *slab_of(const gm_g *g) {
    return (struct slab *)(g->seg0.lo - g->seg0.order * (uintptr_t)GM_UNIT - SLAB_HEAD);
}

static void list_push(struct slab **list, struct slab *s) {
    s->back = NULL;
    s->link = *list;
    if (*list) (*list)->back = s;
    *list = s;
}

static void list_remove(struct slab **list, struct slab *s) {
    if (s->link) s->link->back = s->back;
    if (s->back) {
        s->back->link = s->link;
    } else {
        *list = s->link;
    }
}

static struct slab *slab_make(void) {
    size_t size = slab_bytes < LITTLE ? SMALL_SLAB : LARGE_SLAB;
    bool zero;
    struct slab *s = gm_pages_alloc(size / 8192, GM_MANUAL_STACK, &zero);
    if (!s) gm_fatal("out of memory (goroutine stacks)");
    memset(s, 0, sizeof *s);
    s->units = (uint32_t)((size - SLAB_HEAD) / GM_UNIT);
    s->touched = size == SMALL_SLAB ? SMALL_SLAB : 0;
    slab_bytes += size;
    walk_pieces += pieces_of(s);
    gm_stack_count((int64_t)size);
    s->next = slabs;
    if (slabs) slabs->prev = s;
    __atomic_store_n(&slabs, s, __ATOMIC_RELEASE);
    return s;
}

/* Off the chain already. */
static void slab_unmake(struct slab *s) {
    gm_pages_free(s, slab_size(s) / 8192, GM_MANUAL_STACK);
}

static void touch_ahead(struct slab *s) {
    gm_os_populate((char *)s + s->touched, PIECE);
    s->touched += PIECE;
}

static gm_g *carve(struct slab *s) {
    uint32_t i = s->carved;
    if (SLAB_HEAD + (i + 1) * GM_UNIT > s->touched) touch_ahead(s);
    gm_g *g = slab_g(s, i);
    memset(g, 0, sizeof *g);
    gm_seg_init(&g->seg0, (uintptr_t)s + SLAB_HEAD + i * GM_UNIT, (uintptr_t)g & ~(uintptr_t)15);
    g->seg0.order = i;
    g->status = GM_G_DEAD;
    __atomic_store_n(&s->carved, i + 1, __ATOMIC_RELEASE);
    return g;
}

static bool exhausted(const struct slab *s) {
    return !s->free && s->carved == s->units;
}

static gm_g *take_unit(void) {
    struct slab *s = giving;
    if (!s) {
        s = empty;
        if (s) {
            list_remove(&empty, s);
            if (--empty_count < empty_least) empty_least = empty_count;
        } else {
            s = slab_make();
        }
        list_push(&giving, s);
    }
    gm_g *g = s->free;
    if (g) {
        s->free = g->link;
    } else {
        g = carve(s);
    }
    s->out++;
    if (exhausted(s)) list_remove(&giving, s);
    return g;
}

static void give_unit(gm_g *g) {
    struct slab *s = slab_of(g);
    bool had_none = exhausted(s);
    g->link = s->free;
    s->free = g;
    if (--s->out > 0) {
        if (had_none) list_push(&giving, s);
        return;
    }
    if (!had_none) list_remove(&giving, s);
    list_push(&empty, s);
    empty_count++;
}

/* --- units --- */

struct new_request {
    gm_p *p;
    gm_g *g;
    size_t size;
};

/* Fills the P's list to half, or takes a single unit where there is no P. */
static void refill(void *arg) {
    struct new_request *r = arg;
    gm_mutex_lock(&unit_lock);
    r->g = take_unit();
    for (int i = 1; r->p && i < CACHE_MOVE; i++) {
        gm_g *g = take_unit();
        g->link = r->p->free_g;
        r->p->free_g = g;
        r->p->free_g_count++;
    }
    gm_mutex_unlock(&unit_lock);
}

static uint64_t take_id(gm_p *p) {
    if (!p) return __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    if (p->id_next == p->id_end) {
        p->id_next = __atomic_fetch_add(&next_id, 16, __ATOMIC_RELAXED);
        p->id_end = p->id_next + 16;
    }
    return p->id_next++;
}

/* The record of a dead goroutine begins anew; a worker of the collector may be looking at it. */
static void begin_record(gm_g *g, uint8_t flags) {
    __atomic_store_n(&g->flags, flags, __ATOMIC_RELAXED);
    __atomic_store_n(&g->scan, gm_scan_cycle(), __ATOMIC_RELAXED);
    __atomic_store_n(&g->preempt, 0, __ATOMIC_RELAXED);
    g->wait_reason = GM_WAIT_NONE;
    g->select_done = 0;
    g->inside = 1; /* until it comes to the program's function */
    memset(&g->m, 0, offsetof(gm_g, seg0) - offsetof(gm_g, m));
    g->seg = &g->seg0;
    g->limit = g->seg0.limit;
}

gm_g *gm_g_new(gm_p *p) {
    gm_g *g = p ? p->free_g : NULL;
    if (g) {
        p->free_g = g->link;
        p->free_g_count--;
    } else {
        struct new_request r = {p, NULL, 0};
        gm_systemstack(refill, &r);
        g = r.g;
    }
    g->seg0.limit = gm_seg_limit(g->seg0.lo);
    begin_record(g, 0);
    g->id = take_id(p);
    return g;
}

static void drain(gm_p *p, uint32_t keep) {
    gm_mutex_lock(&unit_lock);
    while (p->free_g_count > keep) {
        gm_g *g = p->free_g;
        p->free_g = g->link;
        p->free_g_count--;
        give_unit(g);
    }
    gm_mutex_unlock(&unit_lock);
}

static void drain_to_half(void *arg) {
    drain(arg, CACHE_MOVE);
}

void gm_units_flush(gm_p *p) {
    drain(p, 0);
}

static void free_reserved(void *arg);

void gm_g_free(gm_p *p, gm_g *g) {
    if (__builtin_expect(g->ancestors != NULL, 0)) gm_ancestors_drop(g);
    gm_fiber_end(g);
    gm_unpoison(g->seg0.lo, g->seg0.hi);
    if (g->flags & (GM_GF_CSTACK | GM_GF_THREAD)) {
        gm_systemstack(free_reserved, g);
        return;
    }
    gm_stack_drop(p, g);
    if (!p) {
        gm_mutex_lock(&unit_lock);
        give_unit(g);
        gm_mutex_unlock(&unit_lock);
        return;
    }
    g->link = p->free_g;
    p->free_g = g;
    if (++p->free_g_count >= CACHE_MAX) gm_systemstack(drain_to_half, p);
}

/* --- giving slabs back --- */

static void take_out(struct slab *s) {
    list_remove(&empty, s);
    empty_count--;
    if (s->next) s->next->prev = s->prev;
    if (s->prev) {
        s->prev->next = s->next;
    } else {
        slabs = s->next;
    }
    slab_bytes -= slab_size(s);
    walk_pieces -= pieces_of(s);
    gm_stack_count(-(int64_t)slab_size(s));
    s->link = taken_out;
    taken_out = s;
}

/* Those taken out last time may go now, unless the monitor is still in the round it was in then (false). */
static bool condemn(uint32_t monitor_round) {
    if (!taken_out) return true;
    if (taken_out_round % 2 == 1 && monitor_round == taken_out_round) return false;
    struct slab *last = taken_out;
    while (last->link) last = last->link;
    last->link = condemned;
    __atomic_store_n(&condemned, taken_out, __ATOMIC_RELAXED);
    taken_out = NULL;
    return true;
}

void gm_units_collected(uint32_t monitor_round) {
    for (uint32_t i = 0; i < gm_sched.made; i++) drain(gm_sched.procs[i], 0);
    gm_mutex_lock(&unit_lock);
    condemn(monitor_round);
    uint32_t n = taken_out ? 0 : (empty_least + 1) / 2;
    if (n) taken_out_round = monitor_round;
    while (n-- > 0) take_out(empty);
    empty_least = empty_count;
    gm_mutex_unlock(&unit_lock);
}

/* With no collection under way, the monitor is the only one who may see a slab that is off the chain. */
void gm_units_take_out_all(uint32_t monitor_round) {
    gm_mutex_lock(&unit_lock);
    if (empty) taken_out_round = monitor_round;
    while (empty) take_out(empty);
    empty_least = 0;
    gm_mutex_unlock(&unit_lock);
}

bool gm_units_condemn(uint32_t monitor_round) {
    gm_mutex_lock(&unit_lock);
    bool done = condemn(monitor_round);
    gm_mutex_unlock(&unit_lock);
    return done;
}

bool gm_units_trim(void) {
    if (!__atomic_load_n(&condemned, __ATOMIC_RELAXED)) return false;
    gm_mutex_lock(&unit_lock);
    struct slab *s = condemned;
    if (s) __atomic_store_n(&condemned, s->link, __ATOMIC_RELAXED);
    gm_mutex_unlock(&unit_lock);
    if (s) slab_unmake(s);
    return s != NULL;
}

/* --- the goroutines of C --- */

struct reserved {
    gm_g g;
    struct reserved *next_all, *ahead; /* os/chain.h */
    uintptr_t map;                     /* start of the stretch, guard included; 0: none */
    size_t map_size;
};

static struct reserved *reserved_all;
static void first_reserved(void *record);
static gm_fixalloc bare = {.size = sizeof(struct reserved),
                           .align = 64,
                           .link = offsetof(struct reserved, g.link),
                           .first = first_reserved}; /* dead ones without a stretch */
static struct reserved *kept[RESERVED_SIZES];        /* dead ones with one, by its size */
static uint32_t kept_count[RESERVED_SIZES];          /* also read without the lock */

static void count_kept(int index, int n) {
    __atomic_store_n(&kept_count[index], kept_count[index] + n, __ATOMIC_RELAXED);
}

static struct reserved *take_dead(struct reserved **list) {
    struct reserved *v = *list;
    if (v) *list = (struct reserved *)v->g.link;
    return v;
}

static void push(struct reserved **list, struct reserved *v) {
    v->g.link = (gm_g *)*list;
    *list = v;
}

static int size_index(size_t size) {
    int i = 0;
    while (i < RESERVED_SIZES && (size_t)1 << (i + LEAST_RESERVED) < size) i++;
    return i;
}

static void first_reserved(void *record) {
    struct reserved *v = record;
    v->g.status = GM_G_DEAD;
    GM_CHAIN_ADD(reserved_all, v, next_all, ahead);
}

static uintptr_t map_stretch(size_t size) {
    void *map = gm_os_map(size);
    gm_os_forget(
        (uintptr_t)map); /* there may be very many of them, and the goroutines' records tell */
    if (map) gm_os_guard(map, GUARD);
    return (uintptr_t)map;
}

/* A dead goroutine with a stretch of that size, or NULL. */
static struct reserved *with_stretch(int index) {
    gm_mutex_lock(&unit_lock);
    struct reserved *v = take_dead(&kept[index]);
    if (v) count_kept(index, -1);
    gm_mutex_unlock(&unit_lock);
    if (v) return v;
    size_t size = ((size_t)1 << (index + LEAST_RESERVED)) + GUARD;
    uintptr_t map = map_stretch(size);
    if (!map) return NULL;
    gm_mutex_lock(&unit_lock);
    v = gm_fixalloc_try(&bare);
    gm_mutex_unlock(&unit_lock);
    if (!v) {
        gm_os_unmap((void *)map, size);
        return NULL;
    }
    v->map = map;
    v->map_size = size;
    return v;
}

static void new_reserved(void *arg) {
    struct new_request *r = arg;
    size_t size = r->size;
#ifdef GM_SANITIZED
    size += 8 * GM_STACK_SLACK; /* so that what runs on the stack wished for runs here too */
#endif
    int index = size_index(size);
    if (index == RESERVED_SIZES) return;
    struct reserved *v;
    if (r->size) {
        v = with_stretch(index);
    } else {
        gm_mutex_lock(&unit_lock);
        v = gm_fixalloc_try(&bare);
        gm_mutex_unlock(&unit_lock);
    }
    if (!v) return;
    gm_g *g = &v->g;
    __atomic_store_n(&g->status, GM_G_IDLE, __ATOMIC_RELEASE);
    memset(&g->seg0, 0, sizeof g->seg0);
    if (v->map) {
        gm_seg_init(&g->seg0, v->map + GUARD, v->map + v->map_size);
        g->seg0.limit = v->map + GUARD + GM_STACK_SLACK;
    }
    begin_record(g, v->map ? GM_GF_CSTACK : GM_GF_THREAD);
    g->id = take_id(NULL);
    r->g = g;
}

gm_g *gm_g_new_reserved(size_t size) {
    struct new_request r = {NULL, NULL, size};
    gm_systemstack(new_reserved, &r);
    return r.g;
}

static void free_reserved(void *arg) {
    struct reserved *v = arg;
    int index = v->map ? size_index(v->map_size - GUARD) : 0;
    bool keep = v->map && __atomic_load_n(&kept_count[index], __ATOMIC_RELAXED) < KEPT_RESERVED;
    if (v->map && !keep) {
        gm_os_unmap((void *)v->map, v->map_size);
        v->map = 0;
    }
    gm_mutex_lock(&unit_lock);
    if (keep) count_kept(index, 1);
    if (keep)
        push(&kept[index], v);
    else
        gm_fixalloc_give(&bare, v);
    gm_mutex_unlock(&unit_lock);
}

__attribute__((no_split_stack)) bool gm_stack_in_guard(const gm_g *g, uintptr_t addr) {
    if (!(g->flags & GM_GF_CSTACK)) return false;
    const struct reserved *v = (const struct reserved *)g;
    return addr - v->map < GUARD;
}

/* --- all of them --- */

/* Of one that is being made nothing is known yet: a thread outside the world may be about it. */
static void visit(gm_g *g, void (*fn)(void *ctx, gm_g *g), void *ctx) {
    uint32_t status = __atomic_load_n(&g->status, __ATOMIC_ACQUIRE);
    if (status != GM_G_DEAD && status != GM_G_IDLE) fn(ctx, g);
}

static void visit_units(struct slab *s, uint32_t from, uint32_t to, void (*fn)(void *ctx, gm_g *g),
                        void *ctx) {
    uint32_t carved = __atomic_load_n(&s->carved, __ATOMIC_ACQUIRE);
    for (uint32_t i = from; i < to && i < carved; i++) visit(slab_g(s, i), fn, ctx);
}

void gm_each_reserved_g(void (*fn)(void *ctx, gm_g *g), void *ctx) {
    struct reserved *v = __atomic_load_n(&reserved_all, __ATOMIC_ACQUIRE);
    for (; v; v = v->next_all) {
        GM_CHAIN_FETCH(v, ahead, g);
        GM_CHAIN_FETCH(v, ahead, next_all);
        visit(&v->g, fn, ctx);
    }
}

void gm_each_g(void (*fn)(void *ctx, gm_g *g), void *ctx) {
    for (struct slab *s = __atomic_load_n(&slabs, __ATOMIC_ACQUIRE); s; s = s->next)
        visit_units(s, 0, s->units, fn, ctx);
    gm_each_reserved_g(fn, ctx);
}

static struct {
    gm_mutex lock;
    struct slab *slab;
    uint32_t next; /* unit of that slab */
} walk;

/* Units that are carved during the walk belong to goroutines that begin during it. */
uint32_t gm_units_begin(void) {
    gm_mutex_lock(&unit_lock);
    walk.slab = slabs;
    walk.next = 0;
    uint32_t n = walk_pieces;
    gm_mutex_unlock(&unit_lock);
    return n;
}

void gm_units_next(void (*fn)(void *ctx, gm_g *g), void *ctx) {
    gm_mutex_lock(&walk.lock);
    struct slab *s = walk.slab;
    uint32_t from = walk.next;
    if (s && (walk.next += WALK_PIECE) >= s->units) {
        walk.slab = s->next;
        walk.next = 0;
    }
    gm_mutex_unlock(&walk.lock);
    if (s) visit_units(s, from, from + WALK_PIECE, fn, ctx);
}

void gm_units_fork(enum gm_fork_step step) {
    gm_mutex_fork(&unit_lock, step);
    gm_mutex_fork(&walk.lock, step);
}

/* A goroutine that runs has left its stack pointer where it last gave way: an estimate, of a page at least. */
uint64_t gm_reserved_in_use(void) {
    enum { PAGE = 4096 };
    uint64_t sum = 0;
    for (struct reserved *v = __atomic_load_n(&reserved_all, __ATOMIC_ACQUIRE); v;
         v = v->next_all) {
        if (__atomic_load_n(&v->g.status, __ATOMIC_ACQUIRE) == GM_G_DEAD || !v->map) continue;
        uintptr_t sp = v->g.sp, hi = v->g.seg0.hi;
        if (sp < v->g.seg0.lo || sp >= hi) sp = hi - PAGE;
        sum += (hi - sp + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    }
    return sum;
}
