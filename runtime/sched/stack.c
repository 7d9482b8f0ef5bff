/* stack.c - the further segments of goroutines' stacks: growing, giving back, walking.
 *
 * Segments have sizes SEG_MIN << order and come in three ways. Those under 32 KiB are kept on one free list per order,
 * with a small cache per P in front; of what nobody took from a list between two collections, half goes back to the
 * page heap, a few at a time, between cycles. Larger ones wait, as far as LARGE_KEPT allows, on lists by the logarithm of
 * their size for the next who wants one; those that are still there at the end of a cycle go back to the page heap.
 * All others come from the page heap and go back to it at once. Where first segments come from: slab.c.
 *
 * Locks: pool_lock guards the free lists, both kinds. It is innermost; only the page heap is called under it.
 */
#include "sched/stack.h"

#include <string.h>

#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

enum {
    SEG_MIN = GM_SEG_MIN,
    SEG_POOLED = 3, /* 4, 8, 16 KiB */
    SEG_ORDERS = 20,
    LARGE_KEPT = 8 << 20, /* bytes of large segments that wait */
    SEG_PAGE = 8192,
    TRIM_AT_ONCE = 32, /* segments given back under one hold of the lock */
    CACHE_MAX = 32,    /* free segments of an order, kept by one P */
    CACHE_MOVE = CACHE_MAX / 2
};

_Static_assert(offsetof(gm_seg, lo) == 0, "morestack_amd64.S");
_Static_assert(offsetof(gm_seg, hi) == 8, "morestack_amd64.S");
_Static_assert(offsetof(gm_seg, limit) == 16, "morestack_amd64.S");
_Static_assert(offsetof(gm_seg, caller_sp) == 24, "morestack_amd64.S");
_Static_assert(offsetof(gm_seg, prev) == 32, "morestack_amd64.S");
_Static_assert(offsetof(gm_seg, next) == 40, "morestack_amd64.S");
_Static_assert(offsetof(gm_seg, used) == 50, "morestack_amd64.S");
_Static_assert(offsetof(gm_g, seg) == 16, "morestack_amd64.S");

static gm_mutex pool_lock = GM_MUTEX(GM_RANK_STACK_POOL);
/* Free segments that no P keeps. */
static struct {
    gm_seg *head; /* linked both ways, through next and prev */
    uint32_t count;
    uint32_t least; /* there have been at least so many since the last collection */
    uint32_t spare; /* to be given back */
} free_segs[SEG_POOLED];
/* Free large segments, through next. */
static struct {
    gm_seg *waiting[SEG_ORDERS]; /* for the next who wants that size */
    gm_seg *spent[SEG_ORDERS];   /* to be given back */
    size_t bytes;                /* waiting */
    uint32_t spent_any;          /* read without the lock */
} large;
gm_stack_ways gm_seg_ways;
enum { SEG_FREE = 2 };        /* `used` of one that is there */
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

void gm_stack_count(int64_t n) {
    __atomic_fetch_add(&bytes_in_use, (uint64_t)n, __ATOMIC_RELAXED);
}

uint32_t gm_stack_stress;

uintptr_t gm_seg_limit(uintptr_t lo) {
    return __builtin_expect(gm_stack_stress, 0) ? UINTPTR_MAX - 1 : lo + GM_STACK_SLACK;
}

void gm_seg_init(gm_seg *s, uintptr_t lo, uintptr_t hi) {
    memset(s, 0, sizeof *s);
    s->lo = lo;
    s->hi = hi;
    s->limit = gm_seg_limit(lo);
    s->depth = (uint32_t)((hi - lo) / 16);
}

/* --- one segment --- */

static size_t seg_size(uint32_t order) {
    return (size_t)SEG_MIN << order;
}

/* The record lies at the upper end of the memory, beside the hot end of the stack. */
static gm_seg *seg_make(char *mem, size_t size, uint32_t order) {
    gm_seg *s = (gm_seg *)(mem + size - 64);
    gm_seg_init(s, (uintptr_t)mem, (uintptr_t)s);
    s->order = order;
    return s;
}

_Static_assert(sizeof(gm_seg) <= 64, "the record at the end of a segment");

void gm_stack_pool_fork(enum gm_fork_step step) {
    gm_mutex_fork(&pool_lock, step);
}

/* --- the free lists; pool_lock held --- */

static void list_push(gm_seg *s) {
    uint32_t order = s->order;
    gm_seg *first = free_segs[order].head;
    s->used = SEG_FREE;
    s->prev = NULL;
    s->next = first;
    if (first) first->prev = s;
    free_segs[order].head = s;
    free_segs[order].count++;
}

static gm_seg *list_remove(gm_seg *s) {
    uint32_t order = s->order;
    if (s->next) s->next->prev = s->prev;
    if (s->prev) {
        s->prev->next = s->next;
    } else {
        free_segs[order].head = s->next;
    }
    if (--free_segs[order].count < free_segs[order].least) free_segs[order].least--;
    s->used = 0;
    s->next = s->prev = NULL;
    return s;
}

/* Segments of half a page come in pairs, which are put together when both are free, because the page
 * heap deals in pages. */
static bool is_half(uint32_t order) {
    return seg_size(order) * 2 == SEG_PAGE;
}

static void list_put(gm_seg *s) {
    if (is_half(s->order)) {
        uintptr_t other = s->lo ^ SEG_MIN;
        gm_seg *half = (gm_seg *)(other + SEG_MIN - 64);
        if (__atomic_load_n(&half->used, __ATOMIC_RELAXED) == SEG_FREE) {
            list_remove(half);
            s = seg_make((char *)(s->lo < other ? s->lo : other), SEG_PAGE, s->order + 1);
        }
    }
    list_push(s);
}

static gm_seg *from_page_heap(uint32_t order, size_t size) {
    bool zero;
    char *mem = gm_pages_alloc(size / SEG_PAGE, GM_MANUAL_STACK, &zero);
    if (!mem) gm_fatal("out of memory (stack allocation)");
    gm_stack_count((int64_t)size);
    return seg_make(mem, size, order);
}

static gm_seg *list_get(uint32_t order) {
    if (free_segs[order].head) return list_remove(free_segs[order].head);
    if (!is_half(order)) return from_page_heap(order, seg_size(order));
    gm_seg *whole = list_get(order + 1);
    char *mem = (char *)whole->lo;
    gm_seg *half = seg_make(mem, SEG_MIN, order);
    list_push(seg_make(mem + SEG_MIN, SEG_MIN, order));
    return half;
}

/* --- segments --- */

static gm_seg *pooled_seg(uint32_t order) {
    gm_mutex_lock(&pool_lock);
    gm_seg_ways.pooled++;
    gm_seg *s = list_get(order);
    gm_mutex_unlock(&pool_lock);
    return s;
}

/* The last segment before the limit of a stack is of any size. */
static bool is_large(uint32_t order, size_t size) {
    return order >= SEG_POOLED && order < SEG_ORDERS && size == seg_size(order);
}

static gm_seg *large_get(uint32_t order, size_t size) {
    gm_mutex_lock(&pool_lock);
    gm_seg *s = is_large(order, size) ? large.waiting[order] : NULL;
    if (s) {
        large.waiting[order] = s->next;
        large.bytes -= size;
        gm_seg_ways.large++;
    } else {
        gm_seg_ways.pages++;
    }
    gm_mutex_unlock(&pool_lock);
    return s ? seg_make((char *)s->lo, size, order) : from_page_heap(order, size);
}

/* False: it does not wait here. */
static bool large_put(gm_seg *s, size_t size) {
    if (!is_large(s->order, size)) return false;
    gm_mutex_lock(&pool_lock);
    bool keep = large.bytes + size <= LARGE_KEPT;
    if (keep) {
        s->next = large.waiting[s->order];
        large.waiting[s->order] = s;
        large.bytes += size;
    }
    gm_mutex_unlock(&pool_lock);
    return keep;
}

/* What waits is to be given back, but for sizes of which some still are: those the next time. The lock is held. */
static void large_collected(void) {
    for (uint32_t order = SEG_POOLED; order < SEG_ORDERS; order++) {
        if (large.spent[order] || !large.waiting[order]) continue;
        large.spent[order] = large.waiting[order];
        large.waiting[order] = NULL;
        __atomic_store_n(&large.spent_any, 1, __ATOMIC_RELAXED);
    }
}

static gm_seg *seg_alloc(gm_p *p, uint32_t order, size_t size) {
    if (order >= SEG_POOLED) return large_get(order, size);
    gm_seg *s = p ? p->seg_cache[order] : NULL;
    if (!s) return pooled_seg(order);
    p->segs_cached++;
    p->seg_cache[order] = s->next;
    p->seg_count[order]--;
    s->next = NULL;
    return s;
}

static void drain_segs(gm_p *p, uint32_t order, uint32_t keep) {
    gm_mutex_lock(&pool_lock);
    while (p->seg_count[order] > keep) {
        gm_seg *s = p->seg_cache[order];
        p->seg_cache[order] = s->next;
        p->seg_count[order]--;
        list_put(s);
    }
    gm_mutex_unlock(&pool_lock);
}

struct large_seg {
    void *mem;
    size_t size;
};

static void free_large(void *arg) {
    struct large_seg *l = arg;
    gm_pages_free(l->mem, l->size / SEG_PAGE, GM_MANUAL_STACK);
}

static void seg_release(gm_p *p, gm_seg *s) {
    uint32_t order = s->order;
    gm_unpoison(s->lo, s->hi);
    s->prev = NULL;
    __atomic_store_n(&s->used, 0, __ATOMIC_RELAXED);
    if (order >= SEG_POOLED) {
        struct large_seg l = {(void *)s->lo, (uintptr_t)s + 64 - s->lo};
        if (large_put(s, l.size)) return;
        gm_stack_count(-(int64_t)l.size);
        gm_systemstack(free_large, &l);
        return;
    }
    if (!p) {
        gm_mutex_lock(&pool_lock);
        list_put(s);
        gm_mutex_unlock(&pool_lock);
        return;
    }
    s->next = p->seg_cache[order];
    p->seg_cache[order] = s;
    if (++p->seg_count[order] > CACHE_MAX) drain_segs(p, order, CACHE_MOVE);
}

void gm_stack_drop(gm_p *p, gm_g *g) {
    for (gm_seg *s = g->seg0.next, *next; s; s = next) {
        next = s->next;
        seg_release(p, s);
    }
    g->seg0.next = NULL;
}

void gm_stack_flush(gm_p *p) {
    for (uint32_t order = 0; order < SEG_POOLED; order++) drain_segs(p, order, 0);
    gm_units_flush(p);
}

/* --- giving back --- */

/* The lock is held; others look at it without. */
static void set_spare(uint32_t order, uint32_t n) {
    __atomic_store_n(&free_segs[order].spare, n, __ATOMIC_RELAXED);
}

void gm_segs_collected(void) {
    gm_mutex_lock(&pool_lock);
    for (uint32_t order = 0; order < SEG_POOLED; order++) {
        set_spare(order, (free_segs[order].least + 1) / 2);
        free_segs[order].least = free_segs[order].count;
    }
    large_collected();
    gm_mutex_unlock(&pool_lock);
}

void gm_segs_spare_all(void) {
    gm_mutex_lock(&pool_lock);
    for (uint32_t order = 0; order < SEG_POOLED; order++) set_spare(order, free_segs[order].count);
    large_collected();
    gm_mutex_unlock(&pool_lock);
}

static bool trim(uint32_t order) {
    size_t size = seg_size(order);
    if (is_half(order) || !__atomic_load_n(&free_segs[order].spare, __ATOMIC_RELAXED)) return false;
    gm_mutex_lock(&pool_lock);
    for (int i = 0; i < TRIM_AT_ONCE && free_segs[order].spare && free_segs[order].head; i++) {
        gm_seg *s = list_remove(free_segs[order].head);
        set_spare(order, free_segs[order].spare - 1);
        gm_stack_count(-(int64_t)size);
        gm_pages_free((void *)s->lo, size / SEG_PAGE, GM_MANUAL_STACK);
    }
    if (!free_segs[order].head) set_spare(order, 0);
    gm_mutex_unlock(&pool_lock);
    return true;
}

static gm_seg *take_spent(void) {
    for (uint32_t order = SEG_POOLED; order < SEG_ORDERS; order++) {
        gm_seg *s = large.spent[order];
        if (!s) continue;
        large.spent[order] = s->next;
        large.bytes -= seg_size(order);
        return s;
    }
    __atomic_store_n(&large.spent_any, 0, __ATOMIC_RELAXED);
    return NULL;
}

static bool trim_large(void) {
    if (!__atomic_load_n(&large.spent_any, __ATOMIC_RELAXED)) return false;
    gm_mutex_lock(&pool_lock);
    gm_seg *s = take_spent();
    gm_mutex_unlock(&pool_lock);
    if (!s) return false;
    size_t size = seg_size(s->order);
    gm_stack_count(-(int64_t)size);
    gm_pages_free((void *)s->lo, size / SEG_PAGE, GM_MANUAL_STACK);
    return true;
}

static void trim_all(void *more) {
    *(bool *)more = gm_units_trim();
    *(bool *)more |= trim_large();
    for (uint32_t order = 0; order < SEG_POOLED; order++) *(bool *)more |= trim(order);
}

bool gm_stacks_trim(void) {
    bool more;
    gm_systemstack(trim_all, &more);
    return more;
}

static uint32_t monitor_round(void) {
    return __atomic_load_n(&gm_sched.monitor_round, __ATOMIC_SEQ_CST);
}

static void give_all(void *arg) {
    (void)arg;
    enum { LOOK_AGAIN_NS = 20000 };
    gm_world_stop("giving stacks back");
    for (uint32_t i = 0; i < gm_sched.made; i++) gm_stack_flush(gm_sched.procs[i]);
    gm_segs_spare_all();
    gm_units_take_out_all(monitor_round());
    gm_world_start();
    while (!gm_units_condemn(monitor_round())) gm_os_sleep(LOOK_AGAIN_NS);
    bool more;
    do trim_all(&more);
    while (more);
}

void gm_stacks_give_all(void) {
    gm_systemstack(give_all, NULL);
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
static bool has_room(const gm_g *g, const struct gm_morestack_call *c) {
    uintptr_t sp = (uintptr_t)&c->caller;
    uintptr_t frame = c->frame < 256 ? 0 : (uintptr_t)c->frame;
    return sp - frame > g->limit;
}

size_t gm_stack_size(const gm_g *g) {
    size_t sum = 0;
    for (const gm_seg *s = &g->seg0; s; s = s->next) sum += s->hi - s->lo;
    return sum;
}

/* A next segment for a body that takes need bytes. */
static void grow(gm_g *g, size_t need) {
    gm_p *p = gm_getp();
    while (g->seg->next) { /* kept, but too small: it and all beyond are dropped */
        gm_seg *s = g->seg->next;
        g->seg->next = s->next;
        seg_release(p, s);
    }
    size_t have = (size_t)g->seg->depth * 16;
    need += GM_STACK_SLACK + 64 + 64;
    if (need > max_bytes || have + need > max_bytes) gm_stack_overflow(g);
    size_t want = gm_stack_stress ? need : have < need ? need : have;
    uint32_t order = 0;
    while (seg_size(order) < want) order++;
    size_t size = seg_size(order);
    if (have + size > max_bytes) size = (max_bytes - have + SEG_PAGE - 1) & ~(size_t)(SEG_PAGE - 1);
    gm_seg *s = seg_alloc(p, order, size);
    s->limit = gm_seg_limit(s->lo);
    s->prev = g->seg;
    s->next = NULL;
    /* Half the room under stress, where a segment holds one frame: the depth that programs reach is the
     * same within a factor, and endless recursion still ends within the machine's memory. */
    s->depth = (uint32_t)((have + (gm_stack_stress ? size / 2 : size)) / 16);
    g->seg->next = s;
}

/* Called on the system stack, with the limit passed or poisoned. */
void gm_morestack_slow(void *arg) {
    struct gm_morestack_call *c = arg;
    if (gm_getm()->on_system > 1) gm_fatal("stack growth on a system stack");
    gm_g *g = gm_getg();
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

uintptr_t gm_stack_caller(uintptr_t pc, uintptr_t frame) {
    if (!gm_pc_is_morestack(pc)) return pc;
    const gm_seg *s = gm_getg()->seg;
    while (frame - s->lo > s->hi - s->lo) s = s->prev;
    return ((const struct gm_morestack_call *)s->caller_sp)->caller;
}

/* --- jumps, collections --- */

/* Without a check of its own: had it been entered through __morestack, it would return there, and
 * that would take the segment that was just made the current one for its own. */
__attribute__((no_split_stack)) void gm_stack_reset(gm_g *g, uintptr_t sp) {
    gm_seg *s = g->seg;
    while (s && sp - s->lo > s->hi - s->lo) {
        gm_unpoison(s->lo, s->hi);
        s = s->prev;
    }
    if (s) gm_unpoison(s->lo, sp);
    if (!s || s == g->seg) return;
    g->seg = s;
    g->limit = s->limit;
    gm_set_limit(__atomic_load_n(&g->preempt, __ATOMIC_RELAXED) ? UINTPTR_MAX : s->limit);
}

size_t gm_stack_shrink(gm_g *g) {
    size_t sum = 0;
    gm_seg *last = g->seg;
    if (!last) return 0;
    while (last->next && last->next->used) {
        last = last->next;
        __atomic_store_n(&last->used, 0, __ATOMIC_RELAXED);
    }
    while (last->next) {
        gm_seg *s = last->next;
        last->next = s->next;
        sum += s->hi - s->lo;
        seg_release(NULL, s);
    }
    return sum;
}

void gm_stack_walk(gm_g *g, uintptr_t sp, void (*fn)(void *ctx, const void *lo, const void *hi),
                   void *ctx) {
    for (gm_seg *s = g->seg; s; s = s->prev) {
        GM_ASSERT(s->lo < s->hi && (!s->prev || s->prev->next == s));
        if (sp >= s->lo && sp <= s->hi) fn(ctx, (void *)sp, (void *)s->hi);
        sp = s->caller_sp;
    }
}

/* --- no further --- */

void gm_stack_overflow(gm_g *g) {
    bool fixed = (g->flags & (GM_GF_CSTACK | GM_GF_GROWS)) == GM_GF_CSTACK;
    size_t limit = fixed ? g->seg0.hi - g->seg0.lo : gm_stack_max();
    gm_os_printf("runtime: goroutine stack exceeds %lu-byte limit\n", (unsigned long)limit);
    gm_os_printf("runtime: sp=0x%lx stack=[0x%lx, 0x%lx]\n", (unsigned long)g->sp,
                 (unsigned long)g->seg->lo, (unsigned long)g->seg->hi);
    gm_fatal("stack overflow");
}
