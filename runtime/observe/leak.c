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
#include "gc/gc.h"
#include "os/godebug.h"
#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

struct waiter {
    gm_g *g;   /* NULL: found to be awake in this round */
    bool lent; /* a stack that counts points into this one's */
};

static struct {
    struct waiter *list; /* those not known to be awake */
    uint32_t n, cap;
    uintptr_t lo, hi; /* around the stacks of those in C */
    bool some;        /* this round has found somebody */
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
    case GM_WAIT_GROUP: return true;
    default: return false;
    }
}

static bool on_c_stack(const gm_g *g) {
    return (g->flags & (GM_GF_CSTACK | GM_GF_GROWS)) == GM_GF_CSTACK;
}

/* Was one of the things that g waits for reached? */
static bool may_wake(const struct waiter *w) {
    const gm_g *g = w->g;
    if (w->lent) return true;
    switch (g->wait_reason) {
    case GM_WAIT_CHAN_RECV_NIL:
    case GM_WAIT_CHAN_SEND_NIL:
    case GM_WAIT_SELECT_EMPTY: return false;
    case GM_WAIT_CHAN_RECV:
    case GM_WAIT_CHAN_SEND:
    case GM_WAIT_SELECT:
        for (const gm_sudog *s = g->waiting; s; s = s->waitlink)
            if (gm_look_sees(s->chan)) return true;
        return false;
    default: return !g->waiting || gm_look_sees(g->waiting->elem);
    }
}

/* --- stacks that count --- */

/* Words that point into the stack of a C goroutine that is not known to be
 * awake. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static void
find_lent(const uintptr_t *lo, const uintptr_t *hi) {
    for (const uintptr_t *at = lo; at < hi; at++) {
        if (*at < search.lo || *at >= search.hi) continue;
        for (struct waiter *w = search.list; w < search.list + search.n; w++) {
            gm_g *g = w->g;
            if (!g || w->lent || *at < g->seg0.lo || *at >= g->seg0.hi) continue;
            if (on_c_stack(g)) w->lent = search.some = true;
        }
    }
}

static void look_at(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_look_at(lo, hi);
    if (search.lo < search.hi) find_lent(lo, hi);
}

static void wake(struct waiter *w) {
    gm_g *g = w->g;
    w->g = NULL;
    search.some = true;
    gm_scan_goroutine(g, look_at, NULL);
}

/* --- the search --- */

static void count(void *arg, gm_g *g) {
    (void)arg;
    __atomic_store_n(&g->flags, g->flags & ~GM_GF_LEAKED, __ATOMIC_RELAXED);
    search.cap += may_leak(g);
}

static void collect(void *arg, gm_g *g) {
    (void)arg;
    if (!may_leak(g)) return;
    search.list[search.n++] = (struct waiter){.g = g};
    if (!on_c_stack(g)) return;
    if (search.lo > g->seg0.lo) search.lo = g->seg0.lo;
    if (search.hi < g->seg0.hi) search.hi = g->seg0.hi;
}

static void look_at_others(void *arg, gm_g *g) {
    (void)arg;
    if (!may_leak(g)) gm_scan_goroutine(g, look_at, NULL);
}

static void drop_awake(void) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < search.n; i++)
        if (search.list[i].g) search.list[kept++] = search.list[i];
    search.n = kept;
}

/* The order of goroutines is kept, and each round begins at the other end: a
 * chain of goroutines, each of which holds the next one's channel, is then done
 * in two rounds whichever way it was made. */
static void find_awake(void) {
    bool up = true;
    do {
        search.some = false;
        gm_look_drain();
        for (uint32_t k = 0; k < search.n; k++) {
            struct waiter *w = &search.list[up ? k : search.n - 1 - k];
            if (!may_wake(w)) continue;
            wake(w);
            gm_look_drain();
        }
        drop_awake();
        up = !up;
    } while (search.some);
}

static int note_leaks(void) {
    int leaked = 0;
    for (uint32_t i = 0; i < search.n; i++) {
        gm_g *g = search.list[i].g;
        if ((g->flags & GM_GF_MAIN) && g->wait_reason == GM_WAIT_SELECT_EMPTY) continue;
        gm_g_add_flags(g, GM_GF_LEAKED);
        leaked++;
    }
    return leaked;
}

/* On the system stack. The lock that gm_look_begin takes makes one search at a
 * time. */
static __attribute__((noinline)) void find(void *arg) {
    int *leaked = arg;
    __builtin_unwind_init(); /* callee-saved registers onto the stack */
    if (!gm_look_begin()) return;
    search.n = search.cap = 0;
    search.lo = UINTPTR_MAX;
    search.hi = 0;
    gm_each_g(count, NULL);
    size_t bytes = (search.cap + 1) * sizeof *search.list;
    search.list = gm_os_map(bytes);
    if (search.list) {
        gm_each_g(collect, NULL);
        gm_scan_threads(gm_get_sp(), look_at, NULL);
        gm_each_g(look_at_others, NULL);
        find_awake();
        *leaked = note_leaks();
        gm_os_unmap(search.list, bytes);
    }
    gm_look_end();
}

static void show_leak(void *arg, gm_g *g) {
    (void)arg;
    if ((g->flags & GM_GF_LEAKED) && gm_up_traceback_g) gm_up_traceback_g(g);
}

static void show(void *arg) {
    gm_os_printf("goroutineleak profile: total %d\n", *(int *)arg);
    gm_each_g(show_leak, NULL);
}

int gm_goroutine_leaks(bool print) {
    gm_need_thread("gm_goroutine_leaks");
    int leaked = -1;
    gm_systemstack(find, &leaked);
    if (print && leaked > 0) gm_systemstack(show, &leaked);
    return leaked;
}

void gm_leaks_at_exit(void) {
    if (gm_debug.goroutineleak) gm_goroutine_leaks(true);
}
