/* leak.c - goroutines that wait for ever, proven by the collector's means.
 *
 * A goroutine that waits for a channel, a semaphore or a condition can only be
 * woken by somebody who has a pointer to it. So, with the world stopped: mark
 * from the roots and from the stacks of all that may run on by themselves -
 * runnable, running, in the system, asleep, waiting for a timer or a
 * descriptor, threads of C, the runtime's own. Then a waiting goroutine one of
 * whose channels was reached may be woken, and what its stack leads to counts
 * as well; and so on until nothing is added. Those that remain are leaked. They
 * are only marked as such (GM_GF_LEAKED); their objects stay, as their stacks
 * are roots of every collection.
 *
 * A goroutine that waits for a nil channel, or in a select without cases, is
 * leaked as it stands. But the main goroutine may end that way on purpose: it
 * is not reported, though what only its stack leads to is taken for
 * unreachable.
 *
 * Stacks are searched conservatively, so a leak may be missed; none is reported
 * that is not one. What is waited for and lies outside the collected heap
 * counts as reachable. Goroutines of C may lend each other their local
 * variables: one whose stack is pointed into from a stack counts as awake.
 */
#include "observe/leak.h"

#include <string.h>

#include "gc/gc.h"
#include "observe/traceback.h"
#include "os/inside.h"
#include "os/godebug.h"
#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

typedef struct waiter {
    gm_g *g;
    bool awake;
} waiter;

/* A waiter waits for the object at base. */
typedef struct link {
    uintptr_t base;
    uint32_t waiter;
    uint32_t next; /* in the same bucket, counted from 1 */
} link;

static struct {
    waiter *list;
    uint32_t n;
    link *links;
    uint32_t nlinks;
    uint32_t *buckets, mask;
    uint32_t *awake, nawake; /* waiters whose stacks are still to be looked at */
    uintptr_t lo, hi;        /* around the stacks of those in C */
} search;

/* --- who waits, and for what --- */

static bool may_leak(const gm_g *g) {
    if (g->status != GM_G_WAITING || (g->flags & (GM_GF_SYSTEM | GM_GF_THREAD))) return false;
    switch (g->wait_reason) {
    case GM_WAIT_CHAN_RECV:
    case GM_WAIT_CHAN_SEND:
    case GM_WAIT_CHAN_RECV_NIL:
    case GM_WAIT_CHAN_SEND_NIL:
    case GM_WAIT_SELECT:
    case GM_WAIT_SELECT_EMPTY:
    case GM_WAIT_SEM:
    case GM_WAIT_COND:
    case GM_WAIT_MUTEX:
    case GM_WAIT_RWMUTEX_R:
    case GM_WAIT_RWMUTEX:
    case GM_WAIT_GROUP: return true;
    default: return false;
    }
}

static bool on_c_stack(const gm_g *g) {
    return (g->flags & (GM_GF_CSTACK | GM_GF_GROWS)) == GM_GF_CSTACK;
}

static bool waits_for_nothing(const gm_g *g) {
    return g->wait_reason == GM_WAIT_CHAN_RECV_NIL || g->wait_reason == GM_WAIT_CHAN_SEND_NIL ||
           g->wait_reason == GM_WAIT_SELECT_EMPTY;
}

static bool waits_for_channels(const gm_g *g) {
    return g->wait_reason == GM_WAIT_CHAN_RECV || g->wait_reason == GM_WAIT_CHAN_SEND ||
           g->wait_reason == GM_WAIT_SELECT;
}

static uint32_t links_of(const gm_g *g) {
    uint32_t n = 1;
    if (waits_for_channels(g))
        for (const gm_sudog *s = g->waiting; s; s = s->waitlink) n++;
    return n;
}

static void awaken(uint32_t i) {
    if (search.list[i].awake) return;
    search.list[i].awake = true;
    search.awake[search.nawake++] = i;
}

static uint32_t *bucket_of(uintptr_t base) {
    return &search.buckets[(base * 0x9E3779B97F4A7C15u >> 32) & search.mask];
}

/* The waiter wakes when the object that p points into is reached, if that has not happened already. */
static void await(uint32_t i, const void *p) {
    uintptr_t base;
    if (!gm_reach_watch(p, &base)) {
        awaken(i);
        return;
    }
    uint32_t *bucket = bucket_of(base);
    search.links[search.nlinks++] = (link){base, i, *bucket};
    *bucket = search.nlinks;
}

static void await_all(uint32_t i) {
    const gm_g *g = search.list[i].g;
    if (waits_for_nothing(g)) return;
    if (waits_for_channels(g)) {
        for (const gm_sudog *s = g->waiting; s; s = s->waitlink) await(i, s->chan);
    } else if (g->waiting) {
        await(i, g->waiting->elem);
    } else {
        awaken(i);
    }
}

/* --- stacks that count --- */

/* Words that point into the stack of a C goroutine that is not known to be awake. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static void
find_lent(const uintptr_t *lo, const uintptr_t *hi) {
    for (const uintptr_t *at = lo; at < hi; at++) {
        if (*at < search.lo || *at >= search.hi) continue;
        for (uint32_t i = 0; i < search.n; i++) {
            const gm_g *g = search.list[i].g;
            if (on_c_stack(g) && *at >= g->seg0.lo && *at < g->seg0.hi) awaken(i);
        }
    }
}

static void look_at(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_reach_at(lo, hi);
    if (search.lo < search.hi) find_lent(lo, hi);
}

/* --- the search --- */

struct sizes {
    size_t waiters, links;
};

static void count(void *arg, gm_g *g) {
    struct sizes *n = arg;
    __atomic_store_n(&g->flags, g->flags & ~GM_GF_LEAKED, __ATOMIC_RELAXED);
    if (!may_leak(g)) return;
    n->waiters++;
    n->links += links_of(g);
}

static void collect(void *arg, gm_g *g) {
    (void)arg;
    if (!may_leak(g)) return;
    search.list[search.n++] = (waiter){.g = g};
    await_all(search.n - 1);
    if (!on_c_stack(g)) return;
    if (search.lo > g->seg0.lo) search.lo = g->seg0.lo;
    if (search.hi < g->seg0.hi) search.hi = g->seg0.hi;
}

/* What each leads to is followed at once, lest the work of all of them takes memory. */
static void look_at_others(void *arg, gm_g *g) {
    (void)arg;
    if (may_leak(g)) return;
    gm_scan_goroutine(g, look_at, NULL);
    gm_reach_drain();
}

static void awaken_those_at(uintptr_t base) {
    for (uint32_t k = *bucket_of(base); k; k = search.links[k - 1].next)
        if (search.links[k - 1].base == base) awaken(search.links[k - 1].waiter);
}

/* Each waiter is looked at once, and each object that one waits for is met once, so the search takes as long
 * as marking does, in whatever order the goroutines were made. */
static void find_awake(void) {
    for (;;) {
        gm_reach_drain();
        for (uintptr_t base; (base = gm_reach_reached()) != 0;) awaken_those_at(base);
        if (search.nawake == 0) return;
        gm_scan_goroutine(search.list[search.awake[--search.nawake]].g, look_at, NULL);
    }
}

static int note_leaks(void) {
    int leaked = 0;
    for (uint32_t i = 0; i < search.n; i++) {
        gm_g *g = search.list[i].g;
        if (search.list[i].awake) continue;
        if ((g->flags & GM_GF_MAIN) && g->wait_reason == GM_WAIT_SELECT_EMPTY) continue;
        gm_g_add_flags(g, GM_GF_LEAKED);
        leaked++;
    }
    return leaked;
}

/* The tables, in memory that reads as zero. Returns how much they take; mem NULL: no more than that. */
static size_t tables(struct sizes n, char *mem) {
    size_t buckets = 16, at = 0;
    while (buckets < n.links) buckets *= 2;
    memset(&search, 0, sizeof search);
    search.lo = UINTPTR_MAX;
    search.mask = (uint32_t)(buckets - 1);
    uintptr_t *reached = (uintptr_t *)(mem + at);
    at += (n.links + 1) * sizeof *reached;
    search.list = (waiter *)(mem + at);
    at += (n.waiters + 1) * sizeof *search.list;
    search.links = (link *)(mem + at);
    at += (n.links + 1) * sizeof *search.links;
    search.buckets = (uint32_t *)(mem + at);
    at += buckets * sizeof *search.buckets;
    search.awake = (uint32_t *)(mem + at);
    at += (n.waiters + 1) * sizeof *search.awake;
    gm_reach_note_in(reached);
    return at;
}

/* On the system stack. The lock that gm_reach_begin takes makes one search at a
 * time. */
static __attribute__((noinline)) void find(void *arg) {
    int *leaked = arg;
    __builtin_unwind_init(); /* callee-saved registers onto the stack */
    if (!gm_reach_begin("goroutine leak detection")) return;
    struct sizes n = {0, 0};
    gm_each_g(count, &n);
    size_t bytes = tables(n, NULL);
    char *mem = gm_os_map(bytes);
    if (mem) {
        tables(n, mem);
        gm_each_g(collect, NULL);
        gm_scan_threads(gm_get_sp(), look_at, NULL);
        gm_each_g(look_at_others, NULL);
        find_awake();
        *leaked = note_leaks();
        gm_os_unmap(mem, bytes);
    }
    gm_reach_end();
}

static void show_leak(void *arg, gm_g *g) {
    (void)arg;
    if (g->flags & GM_GF_LEAKED) gm_traceback_g(g);
}

static void show(void *arg) {
    gm_os_printf("goroutineleak profile: total %d\n", *(int *)arg);
    gm_each_g(show_leak, NULL);
}

int gm_goroutine_leaks(bool print) {
    gm_need_thread("gm_goroutine_leaks");
    GM_INSIDE();
    int leaked = -1;
    gm_systemstack(find, &leaked);
    if (print && leaked > 0) gm_systemstack(show, &leaked);
    return leaked;
}

void gm_leaks_at_exit(void) {
    if (gm_debug.goroutineleak) gm_goroutine_leaks(true);
}
