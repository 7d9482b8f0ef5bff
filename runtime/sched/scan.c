/* scan.c - goroutines' stacks as roots of the collector, one goroutine at a time.
 *
 * A cycle begins in a stopped world by raising gm_scan.cycle. That makes every goroutine unscanned
 * at once; no list is walked. Each is then scanned by the first of
 *     a worker of the collector that comes across it while it stands still (a job);
 *     the thread that is about to run it, or whose goroutine comes back from the system;
 *     its own thread as it leaves the stop, if it was running when the world stopped;
 *     whoever ends marking, with the world stopped, if such a thread has not come to it.
 * g->scan says who: the cycle's number, scanned; that plus one, somebody is at it; anything else,
 * not yet. It goes to "somebody is at it" by compare-and-swap, so it is done once.
 *
 * The invariant: a goroutine that runs while the collector marks has been scanned in this cycle. So
 * the stacks as they are scanned, one after another, are what they were when the world stood still,
 * and a running goroutine can hold only pointers that were reachable then, which the barrier keeps
 * for the collector, or objects that are marked from birth. The plain stores with which compiled
 * Go initialises fresh objects rest on that. Others write to a goroutine's stack while it is
 * parked when they hand it a value, but they take nothing away that they keep without the barrier.
 *
 * C is not held to that: its threads and goroutines share local variables as they like. Stacks of
 * C are scanned inside the stop, and so are the system stacks of the threads, which are small. Suspended stacks
 * of the program's own (ustack.c) are scanned as goroutines are: of these the program was told.
 *
 * A goroutine that ran when the world stopped stands at a safepoint until its thread finds out
 * that the world goes on; these are counted in gm_scan.left, because no job can know whether such a
 * thread has found out yet.
 *
 * Whoever scans a goroutine also takes from it the segments of stack that it has not used since the
 * last cycle.
 */
#include "os/chain.h"
#include "os/os.h"
#include "sched/bubble.h"
#include "sched/frames.h"
#include "sched/preempt.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

struct gm_scan gm_scan = {.cycle = 2};

/* --- one goroutine --- */

_Static_assert(offsetof(gm_g, panics) == offsetof(gm_g, defers) + 8 &&
                   offsetof(gm_g, deferring) == offsetof(gm_g, defers) + 16,
               "the three are looked at as one range");

static bool holds_c(const gm_g *g) {
    return (gm_g_flags(g) & (GM_GF_CSTACK | GM_GF_GROWS)) == GM_GF_CSTACK;
}

static void walk_fields(gm_g *g, gm_range_fn *fn, void *arg) {
    fn(arg, &g->defers, &g->deferring + 1);
    fn(arg, &g->fault, &g->fault + 1);
    fn(arg, &g->labels, &g->labels + 1);
    fn(arg, &g->bubble, &g->bubble + 1);
    if (g->sig_context) gm_each_saved_register(g->sig_context, fn, arg);
}

/* Stands still, or belongs to the caller; every word of its stack counts. */
static void walk_all(void *ctx, gm_range_fn *fn, void *arg) {
    gm_g *g = ctx;
    gm_stack_walk(g, g->sp, fn, arg);
    walk_fields(g, fn, arg);
}

/* The same for one that is not in the system, so that its registers stand where its frames can be
 * walked from. */
static void walk_g(void *ctx, gm_range_fn *fn, void *arg) {
    gm_g *g = ctx;
    if ((gm_g_flags(g) & GM_GF_THREAD) || holds_c(g)) {
        walk_all(ctx, fn, arg);
        return;
    }
    gm_frames_walk(g, fn, arg);
    walk_fields(g, fn, arg);
}

/* True: the goroutine is the caller's to scan, and stays where it is until that is done. */
static bool claim(gm_g *g) {
    uint16_t cycle = gm_scan_cycle(), seen = __atomic_load_n(&g->scan, __ATOMIC_RELAXED);
    if (seen == cycle || seen == cycle + 1) return false;
    return __atomic_compare_exchange_n(&g->scan, &seen, (uint16_t)(cycle + 1), false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* A thread that comes back from the system may enter a further segment before it finds that it must
 * wait: what such a goroutine keeps in reserve is left alone. */
static void scanned(gm_g *g, bool in_system) {
    if (!in_system && !(g->flags & GM_GF_THREAD)) gm_stack_shrink(g);
    __atomic_store_n(&g->scan, gm_scan_cycle(), __ATOMIC_RELEASE);
}

static void note_runner_scanned(void) {
    __atomic_fetch_sub(&gm_scan.left, 1, __ATOMIC_RELEASE);
}

static bool stands_still(const gm_g *g, bool *in_system) {
    uint32_t status = __atomic_load_n(&g->status, __ATOMIC_ACQUIRE);
    *in_system = status == GM_G_BLOCKED;
    return *in_system || status == GM_G_RUNNABLE || status == GM_G_WAITING;
}

struct sink {
    gm_range_fn *fn;
    void *arg;
};

/* A goroutine that ran when the world stopped cannot be taken for one that stands still: before it
 * changes its state it leaves the stop, and is scanned. */
static void scan_parked(void *ctx, gm_g *g) {
    struct sink *s = ctx;
    bool in_system;
    if ((gm_g_flags(g) & GM_GF_THREAD) || !stands_still(g, &in_system) || !claim(g)) return;
    GM_ASSERT(g->status != GM_G_RUNNING);
    if (g->wait_since == 0 && g->status != GM_G_RUNNABLE) g->wait_since = gm_scan.began;
    (in_system ? walk_all : walk_g)(g, s->fn, s->arg);
    scanned(g, in_system);
}

/* --- by the thread that will run it --- */

/* A thread outside the world (a worker that starts the finalizers) may have made it while the world stood
 * still: nobody scanned it, and marking may be over. There was nothing on its stack. */
static bool is_newborn(const gm_g *g) {
    return !g->m && !__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED);
}

static void scan_own(void *arg) {
    gm_g *g = arg;
    GM_ASSERT(gm_getp());
    if (claim(g)) {
        bool ran = __atomic_load_n(&g->status, __ATOMIC_RELAXED) == GM_G_RUNNING;
        if (!is_newborn(g) && !gm_up_mark_stack(walk_g, g))
            gm_fatal("a stack was not scanned while marking");
        scanned(g, false);
        if (ran) note_runner_scanned();
        return;
    }
    for (int i = 0; !gm_scan_done(g); i++) {
        if (i < 100)
            gm_os_pause();
        else
            gm_os_yield(); /* the worker that scans it may wait for this processor */
    }
}

void gm_scan_before_run(gm_g *g) {
    gm_systemstack(scan_own, g);
}

/* --- in the stop --- */

static void scan_range(const struct sink *s, uintptr_t lo, uintptr_t hi) {
    if (lo && lo < hi) s->fn(s->arg, (void *)lo, (void *)hi);
}

/* The calling thread is self, with its stack pointer at sp. */
static void scan_m(const struct sink *s, gm_m *m, const gm_m *self, uintptr_t sp) {
    if (__atomic_load_n(&m->gone, __ATOMIC_ACQUIRE)) return;
    const void *context = __atomic_load_n(&m->sig_context, __ATOMIC_ACQUIRE);
    uintptr_t at = m == self ? sp
                   : context ? gm_context_sp(context)
                             : __atomic_load_n(&m->block_sp, __ATOMIC_RELAXED);
    if (at && m->attached)
        gm_thread_stacks_scan(m, at, s->fn, s->arg);
    else if (at)
        scan_range(s, at, m->sys_sp);
    if (context)
        gm_each_saved_register(context, s->fn, s->arg);
    else if (at && m != self)
        s->fn(s->arg, m->block_regs, m->block_regs + 6);
    gm_g *g = m->thread_g;
    if (m->attached && g) s->fn(s->arg, &g->defers, &g->deferring + 1);
}

/* What of a thread's record leads on was asked for when its turn was half as far. */
static void fetch_m(const gm_m *m) {
    enum { LINE = 64, LINES = 4 };
    if (__atomic_load_n(&m->gone, __ATOMIC_ACQUIRE)) return;
    uintptr_t sp = __atomic_load_n(&m->block_sp, __ATOMIC_RELAXED);
    for (int i = 0; sp && i < LINES; i++) __builtin_prefetch((const void *)(sp + i * LINE));
    if (m->thread_g) __builtin_prefetch(&m->thread_g->defers);
}

static void scan_ms(const struct sink *s, uintptr_t sp) {
    gm_m *self = gm_getm();
    gm_m *m = __atomic_load_n(&gm_sched.all_m, __ATOMIC_ACQUIRE), *next = m;
    for (int i = 0; i < GM_CHAIN_AHEAD / 2 && next; i++) next = next->all_next;
    for (; m; m = m->all_next) {
        GM_CHAIN_FETCH(m, ahead, sys_sp);
        GM_CHAIN_FETCH(m, ahead, block_pc);
        GM_CHAIN_FETCH(m, ahead, own);
        GM_CHAIN_FETCH(m, ahead, all_next);
        if (next) {
            fetch_m(next);
            next = next->all_next;
        }
        scan_m(s, m, self, sp);
    }
}

static void scan_c(void *ctx, gm_g *g) {
    const struct sink *s = ctx;
    if (!holds_c(g)) return;
    walk_all(g, s->fn, s->arg);
    __atomic_store_n(&g->scan, gm_scan_cycle(), __ATOMIC_RELEASE);
}

/* The goroutine that was running on p when the world stopped and has not been scanned; or NULL. */
static gm_g *runner(const gm_p *p) {
    gm_g *g = p && p->m ? p->m->g : NULL;
    if (!g || (g->flags & GM_GF_THREAD) || gm_scan_done(g)) return NULL;
    return __atomic_load_n(&g->status, __ATOMIC_RELAXED) == GM_G_RUNNING ? g : NULL;
}

static void each_runner(void (*fn)(void *ctx, gm_g *g), void *ctx) {
    for (uint32_t i = 0; i < gm_sched.made; i++) {
        gm_g *g = runner(gm_sched.procs[i]);
        if (g) fn(ctx, g);
    }
}

static void count_runner(void *ctx, gm_g *g) {
    (void)g;
    ++*(uint32_t *)ctx;
}

static __attribute__((noinline)) void begin(void *arg) {
    struct sink *s = arg;
    __builtin_unwind_init(); /* callee-saved registers onto the stack */
    uintptr_t sp = gm_get_sp();
    __atomic_store_n(&gm_scan.cycle, gm_scan_cycle() + 2, __ATOMIC_RELAXED);
    gm_scan.began = gm_os_nanotime();
    gm_each_reserved_g(scan_c, s);
    scan_ms(s, sp);
    uint32_t left = 0;
    each_runner(count_runner, &left);
    __atomic_store_n(&gm_scan.left, left, __ATOMIC_RELEASE);
    gm_scan.procs = gm_sched.made;
    gm_scan.units = gm_units_begin();
    gm_scan.ustacks = gm_ustacks_begin();
}

static size_t stack_in_use(const gm_m *m, uintptr_t sp) {
    if (!sp || !m->attached || __atomic_load_n(&m->gone, __ATOMIC_ACQUIRE)) return 0;
    return gm_stack_holds(&m->own, sp) ? m->own.hi - sp : 0;
}

/* Who detaches needs the lock, and only then the record may be another thread's. */
size_t gm_scan_expect(void) {
    const gm_m *self = gm_getm();
    size_t bytes = self ? stack_in_use(self, gm_get_sp()) : 0;
    gm_mutex_lock(&gm_sched.lock);
    for (gm_m *m = __atomic_load_n(&gm_sched.all_m, __ATOMIC_ACQUIRE); m; m = m->all_next) {
        GM_CHAIN_FETCH(m, ahead, sys_sp);
        GM_CHAIN_FETCH(m, ahead, all_next);
        if (m != self) bytes += stack_in_use(m, __atomic_load_n(&m->block_sp, __ATOMIC_RELAXED));
    }
    gm_mutex_unlock(&gm_sched.lock);
    return bytes;
}

/* Jobs: the timers of each P, then those of bubbles and the few goroutines that are not units, then the units, then stacks of the program. */
uint32_t gm_scan_begin(gm_range_fn *fn, void *arg) {
    struct sink s = {fn, arg};
    gm_systemstack(begin, &s);
    return gm_scan.procs + 1 + gm_scan.units + gm_scan.ustacks;
}

void gm_scan_job(uint32_t job, gm_range_fn *fn, void *arg) {
    struct sink s = {fn, arg};
    if (job < gm_scan.procs)
        gm_timers_scan(&gm_sched.procs[job]->timers, fn, arg);
    else if (job == gm_scan.procs) {
        gm_bubbles_scan(fn, arg);
        gm_each_reserved_g(scan_parked, &s);
    } else if (job <= gm_scan.procs + gm_scan.units)
        gm_units_next(scan_parked, &s);
    else
        gm_ustacks_scan(job - gm_scan.procs - gm_scan.units - 1, fn, arg);
}

uint32_t gm_scan_left(void) {
    return __atomic_load_n(&gm_scan.left, __ATOMIC_ACQUIRE);
}

static void scan_runner(void *ctx, gm_g *g) {
    struct sink *s = ctx;
    if (!claim(g)) return;
    walk_g(g, s->fn, s->arg);
    scanned(g, false);
    note_runner_scanned();
}

static void rest(void *arg) {
    each_runner(scan_runner, arg);
}

void gm_scan_rest(gm_range_fn *fn, void *arg) {
    struct sink s = {fn, arg};
    gm_systemstack(rest, &s);
}

/* --- for who looks without marking (leak.c) --- */

void gm_scan_goroutine(gm_g *g, gm_range_fn *fn, void *arg) {
    uint32_t status = __atomic_load_n(&g->status, __ATOMIC_ACQUIRE);
    if (status == GM_G_DEAD || status == GM_G_IDLE || (g->flags & GM_GF_THREAD)) return;
    (status == GM_G_BLOCKED ? walk_all : walk_g)(g, fn, arg);
}

void gm_scan_threads(uintptr_t sp, gm_range_fn *fn, void *arg) {
    struct sink s = {fn, arg};
    scan_ms(&s, sp);
    gm_ustacks_each(fn, arg);
    for (uint32_t i = 0; i < gm_sched.made; i++)
        gm_timers_scan(&gm_sched.procs[i]->timers, fn, arg);
    gm_bubbles_scan(fn, arg);
}

#ifdef GM_DEBUG
static void check_scanned(void *ctx, gm_g *g) {
    (void)ctx;
    bool alive = g->status != GM_G_DEAD && g->status != GM_G_IDLE;
    if (alive && g->m && !(g->flags & GM_GF_THREAD)) GM_ASSERT(gm_scan_done(g));
}
#endif

void gm_scan_check(void) {
#ifdef GM_DEBUG
    GM_ASSERT(gm_scan.left == 0);
    gm_each_g(check_scanned, NULL);
#endif
}
