/* proc.c - goroutines: starting, parking, readying, ending, and choosing the next.
 *
 * A runnable goroutine is in one of three places: the run_next slot of a P, the ring of a P, or the
 * global queue. The holder of a P pushes to its ring and takes from it; other threads take from the
 * head of the ring. Every sixty-first choice looks at the global queue first, so that two
 * goroutines that ready each other cannot starve it.
 *
 * A thread without work looks into all other Ps ("spins") before it sleeps. Whoever makes a
 * goroutine runnable wakes a thread if there is an idle P and nobody spins. Who stops looking says so, and
 * then looks once more; thus no goroutine is left lying while a P idles. Each side writes and then reads
 * what the other wrote, which the processor must not reorder: every way to make a goroutine runnable
 * ends in a sequentially consistent write (run_next, the tail of the ring) or a fence (the global
 * queue) before gm_wake_p reads who idles and who spins; who goes to sleep has a fence between what
 * it says and its last look. test/model/wakeup.pml models this.
 *
 * Except: a single goroutine in run_next will usually be taken by the one who readied it, as soon as
 * that one waits. Waking a thread for it costs more than the switch, and the thread finds nothing.
 * So wake-ups for a run_next alone are made at intervals of wake_gap, which doubles whenever a
 * spinner goes to sleep without having found anything, and is forgotten when one has. The monitor
 * looks after a run_next that waits longer.
 *
 * The functions here that take no P as a parameter run on goroutine stacks; schedule and what it
 * calls run on system stacks.
 */
#include "sched/ancestors.h"
#include "sched/bubble.h"
#include "sched/hold.h"
#include "sched/proc.h"

#include "os/os.h"
#include "sched/netpoll.h"
#include "sched/sched.h"
#include "upcall.h"

uint32_t gm_tracing;

struct gm_sched gm_sched = {.lock = GM_MUTEX(GM_RANK_SCHED)};

_Static_assert(offsetof(gm_g, sp) == 0, "switch_amd64.S");
_Static_assert(offsetof(gm_g, limit) == 8, "switch_amd64.S");
_Static_assert(offsetof(gm_g, preempt) == 24, "switch_amd64.S");
_Static_assert(offsetof(gm_g, inside) == GM_G_INSIDE, "os/inside.h");
_Static_assert(offsetof(gm_m, sys_sp) == 0, "switch_amd64.S");
_Static_assert(offsetof(gm_m, on_system) == 8, "switch_amd64.S");
_Static_assert(offsetof(gm_m, block_sp) == 16, "switch_amd64.S");
_Static_assert(offsetof(gm_m, block_regs) == 24, "switch_amd64.S");

uint64_t gm_fastrand64(void) {
    static __thread uint64_t fallback;
    gm_m *m = gm_getm();
    uint64_t *state = m ? &m->rand : &fallback;
    uint64_t x = *state;
    if (x == 0) x = (uint64_t)gm_os_nanotime() * 0x9E3779B97F4A7C15u | 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return x * 0x2545F4914F6CDD1Du;
}

static void set_status(gm_g *g, enum gm_g_status status) {
    __atomic_store_n(&g->status, status, __ATOMIC_RELEASE);
}

/* --- run queues --- */

static void global_push(gm_g *head, gm_g *tail, uint32_t n) {
    tail->link = NULL;
    if (gm_sched.runq_tail) {
        gm_sched.runq_tail->link = head;
    } else {
        gm_sched.runq_head = head;
    }
    gm_sched.runq_tail = tail;
    __atomic_store_n(&gm_sched.runq_size, gm_sched.runq_size + n, __ATOMIC_RELAXED);
}

void gm_global_put(gm_g *g) {
    gm_mutex_lock(&gm_sched.lock);
    global_push(g, g, 1);
    gm_mutex_unlock(&gm_sched.lock);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static gm_g *global_pop(void) {
    gm_g *g = gm_sched.runq_head;
    gm_sched.runq_head = g->link;
    if (!gm_sched.runq_head) gm_sched.runq_tail = NULL;
    __atomic_store_n(&gm_sched.runq_size, gm_sched.runq_size - 1, __ATOMIC_RELAXED);
    return g;
}

/* The ring is full: half of it and g go to the global queue. */
static bool runq_spill(gm_p *p, gm_g *g, uint32_t head, uint32_t tail) {
    gm_g *batch[GM_RUNQ_SIZE / 2 + 1];
    uint32_t n = (tail - head) / 2;
    for (uint32_t i = 0; i < n; i++) batch[i] = p->runq[(head + i) % GM_RUNQ_SIZE];
    if (!__atomic_compare_exchange_n(&p->runq_head, &head, head + n, false, __ATOMIC_RELEASE,
                                     __ATOMIC_RELAXED))
        return false;
    batch[n++] = g;
    for (uint32_t i = 0; i + 1 < n; i++) batch[i]->link = batch[i + 1];
    gm_mutex_lock(&gm_sched.lock);
    global_push(batch[0], batch[n - 1], n);
    gm_mutex_unlock(&gm_sched.lock);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return true;
}

static void ring_put(gm_p *p, gm_g *g) {
    for (;;) {
        uint32_t head = __atomic_load_n(&p->runq_head, __ATOMIC_ACQUIRE);
        uint32_t tail = p->runq_tail;
        if (tail - head < GM_RUNQ_SIZE) {
            __atomic_store_n(&p->runq[tail % GM_RUNQ_SIZE], g, __ATOMIC_RELAXED);
            __atomic_store_n(&p->runq_tail, tail + 1, __ATOMIC_SEQ_CST);
            return;
        }
        if (runq_spill(p, g, head, tail)) return;
    }
}

/* Takes a share of the global queue: one to return, up to max - 1 more into p's ring. Lock held. */
static gm_g *global_get(gm_p *p, uint32_t max) {
    uint32_t n = gm_sched.runq_size;
    if (n == 0) return NULL;
    uint32_t share = n / gm_sched.nprocs + 1;
    if (share > n) share = n;
    if (share > max) share = max;
    gm_g *g = global_pop();
    while (--share > 0) ring_put(p, global_pop()); /* which is empty */
    return g;
}

void gm_runq_put(gm_p *p, gm_g *g, bool next) {
    if (__builtin_expect(gm_sched.seed != 0, 0)) {
        uint64_t dice = gm_fastrand64();
        if (dice & 1) next = false;
        if ((dice & 6) == 0) {
            gm_global_put(g);
            return;
        }
    }
    if (next) {
        g = __atomic_exchange_n(&p->run_next, g, __ATOMIC_SEQ_CST);
        if (!g) return;
    }
    ring_put(p, g);
}

gm_g *gm_runq_get(gm_p *p, bool *inherit) {
    gm_g *g = __atomic_load_n(&p->run_next, __ATOMIC_RELAXED);
    if (g) g = __atomic_exchange_n(&p->run_next, NULL, __ATOMIC_ACQUIRE);
    *inherit = g != NULL;
    if (g) {
        gm_count(&p->next_tick);
        return g;
    }
    for (;;) {
        uint32_t head = __atomic_load_n(&p->runq_head, __ATOMIC_ACQUIRE);
        if (head == p->runq_tail) return NULL;
        g = __atomic_load_n(&p->runq[head % GM_RUNQ_SIZE], __ATOMIC_RELAXED);
        if (__atomic_compare_exchange_n(&p->runq_head, &head, head + 1, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return g;
    }
}

bool gm_runq_empty(gm_p *p) {
    return __atomic_load_n(&p->runq_head, __ATOMIC_ACQUIRE) ==
               __atomic_load_n(&p->runq_tail, __ATOMIC_ACQUIRE) &&
           !__atomic_load_n(&p->run_next, __ATOMIC_ACQUIRE);
}

/* About 20 microseconds. */
enum { GRACE_CYCLES = 50000 };

/* Is there a goroutine in victim's run_next that victim will not take soon? One that runs is likely to:
 * it readied it, and will wait itself. Then taking it would only cost both their caches, and
 * two goroutines that want one lock are better off on one P for a while. */
static bool left_lying(gm_p *victim) {
    if (!__atomic_load_n(&victim->run_next, __ATOMIC_RELAXED)) return false;
    uint32_t tick = __atomic_load_n(&victim->next_tick, __ATOMIC_RELAXED);
    uint64_t begin = __builtin_ia32_rdtsc();
    while (__atomic_load_n(&victim->status, __ATOMIC_RELAXED) == GM_P_RUNNING) {
        if (gm_stopping() || __atomic_load_n(&victim->next_tick, __ATOMIC_RELAXED) != tick)
            return false;
        if (__builtin_ia32_rdtsc() - begin > GRACE_CYCLES) break;
        gm_os_pause();
    }
    return true;
}

/* Moves half of victim's ring into p's, which is empty; returns one of them. */
static gm_g *steal_from(gm_p *p, gm_p *victim, bool next_too) {
    for (;;) {
        uint32_t head = __atomic_load_n(&victim->runq_head, __ATOMIC_ACQUIRE);
        uint32_t tail = __atomic_load_n(&victim->runq_tail, __ATOMIC_ACQUIRE);
        uint32_t n = tail - head;
        n -= n / 2;
        if (n == 0) break;
        if (n > GM_RUNQ_SIZE / 2) continue; /* head and tail were not read together */
        uint32_t at = p->runq_tail;
        for (uint32_t i = 0; i < n; i++) {
            gm_g *g = __atomic_load_n(&victim->runq[(head + i) % GM_RUNQ_SIZE], __ATOMIC_RELAXED);
            __atomic_store_n(&p->runq[(at + i) % GM_RUNQ_SIZE], g, __ATOMIC_RELAXED);
        }
        if (!__atomic_compare_exchange_n(&victim->runq_head, &head, head + n, false,
                                         __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            continue;
        n--;
        gm_g *g = p->runq[(at + n) % GM_RUNQ_SIZE];
        if (n > 0) __atomic_store_n(&p->runq_tail, at + n, __ATOMIC_RELEASE);
        return g;
    }
    if (!next_too || !left_lying(victim)) return NULL;
    return __atomic_exchange_n(&victim->run_next, NULL, __ATOMIC_ACQUIRE);
}

static gm_g *steal(gm_p *p, int64_t *now) {
    enum { ROUNDS = 4 };
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (int round = 0; round < ROUNDS; round++) {
        bool last = round == ROUNDS - 1;
        uint32_t start = gm_fastrandn(n);
        for (uint32_t i = 0; i < n; i++) {
            if (gm_stopping()) return NULL;
            gm_p *victim = gm_sched.procs[(start + i) % n];
            if (victim == p) continue;
            if (last && gm_timer_next(victim)) {
                *now = gm_os_nanotime();
                gm_timers_run(&victim->timers, *now);
                bool inherit;
                gm_g *g = gm_runq_get(p, &inherit);
                if (g) return g;
            }
            gm_g *g = steal_from(p, victim, last);
            if (g) return g;
        }
    }
    return NULL;
}

/* --- choosing --- */

/* For who has given up a P: the last look. */
bool gm_any_work(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&gm_sched.runq_size, __ATOMIC_RELAXED)) return true;
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++)
        if (!gm_runq_empty(gm_sched.procs[i])) return true;
    return false;
}

static void stop_spinning(gm_m *m) {
    m->spinning = false;
    __atomic_fetch_sub(&gm_sched.spinning, 1, __ATOMIC_SEQ_CST);
}

enum { FIRST_GAP = 100000, LAST_GAP = 4000000 };

static void widen_wake_gap(void) {
    uint64_t gap = __atomic_load_n(&gm_sched.wake_gap, __ATOMIC_RELAXED) * 2;
    if (gap < FIRST_GAP) gap = FIRST_GAP;
    if (gap > LAST_GAP) gap = LAST_GAP;
    __atomic_store_n(&gm_sched.wake_gap, gap, __ATOMIC_RELAXED);
}

/* A goroutine was put on p, which the caller holds. Is it worth a wake-up? */
static bool wants_wake(gm_p *p) {
    uint64_t gap = __atomic_load_n(&gm_sched.wake_gap, __ATOMIC_RELAXED);
    if (gap == 0 || __atomic_load_n(&p->runq_head, __ATOMIC_RELAXED) != p->runq_tail) return true;
    uint64_t now = __builtin_ia32_rdtsc();
    if (now - p->woke_at < gap) return false;
    p->woke_at = now;
    return true;
}

/* Gives up the P and sleeps until there is work or a timer is due. Comes back with a P. */
static void sleep_for_work(gm_m *m) {
    gm_mutex_lock(&gm_sched.lock);
    if (gm_stopping() || gm_sched.runq_size) {
        gm_mutex_unlock(&gm_sched.lock);
        return;
    }
    gm_idle_p_put(gm_unwire_p(m));
    gm_mutex_unlock(&gm_sched.lock);

    if (m->spinning) {
        stop_spinning(m);
        widen_wake_gap();
    }
    if (gm_any_work()) {
        gm_mutex_lock(&gm_sched.lock);
        gm_p *p = gm_idle_p_get();
        gm_mutex_unlock(&gm_sched.lock);
        if (p) {
            gm_wire_p(m, p);
            m->spinning = true;
            __atomic_fetch_add(&gm_sched.spinning, 1, __ATOMIC_SEQ_CST);
            return;
        }
    }
    gm_stop_m(gm_timers_next());
}

static gm_g *find_runnable(gm_m *m, bool *inherit) {
    *inherit = false;
    for (;;) {
        if (gm_stopping()) gm_stop_here(m);
        gm_p *p = m->p;
        int64_t now = 0;
        if (gm_timer_next(p)) gm_timers_run(&p->timers, now = gm_os_nanotime());
        gm_g *g = gm_runq_get(p, inherit);
        if (g) return g;
        if (__atomic_load_n(&gm_sched.runq_size, __ATOMIC_RELAXED)) {
            gm_mutex_lock(&gm_sched.lock);
            g = global_get(p, GM_RUNQ_SIZE / 2);
            gm_mutex_unlock(&gm_sched.lock);
            if (g) return g;
        }
        if (gm_netpoll_ask()) continue;
        uint32_t busy = __atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED) -
                        __atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_RELAXED);
        if (m->spinning || 2 * __atomic_load_n(&gm_sched.spinning, __ATOMIC_RELAXED) < busy) {
            if (!m->spinning) {
                m->spinning = true;
                __atomic_fetch_add(&gm_sched.spinning, 1, __ATOMIC_SEQ_CST);
            }
            g = steal(p, &now);
            if (g) {
                __atomic_store_n(&gm_sched.wake_gap, 0, __ATOMIC_RELAXED);
                return g;
            }
            if (!gm_runq_empty(p)) continue;
        }
        sleep_for_work(m);
    }
}

/* GOMAXPROCS shrank and this P is beyond it: its work goes to the others. */
static void retire_p(gm_m *m) {
    gm_p *p = m->p;
    bool inherit;
    gm_g *g;
    if (m->spinning) stop_spinning(m);
    while ((g = gm_runq_get(p, &inherit))) gm_global_put(g);
    gm_timers_move(&p->timers, &gm_sched.procs[0]->timers);
    gm_stack_flush(p);
    gm_mutex_lock(&gm_sched.lock);
    gm_unwire_p(m);
    __atomic_store_n(&p->status, GM_P_DEAD, __ATOMIC_RELEASE);
    gm_mutex_unlock(&gm_sched.lock);
    gm_wake_p();
    gm_stop_m(0);
}

void gm_schedule(void) {
    gm_m *m = gm_getm();
    if (m->locked_g) {
        gm_stop_locked_m();
        gm_execute(m->locked_g, false);
    }
    for (;;) {
        if (gm_stopping()) gm_stop_here(m);
        while (m->p->id >= __atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED)) retire_p(m);
        gm_p *p = m->p;
        gm_g *g = NULL;
        bool inherit = false;
        if (p->sched_tick % 61 == 0 && __atomic_load_n(&gm_sched.runq_size, __ATOMIC_RELAXED)) {
            gm_mutex_lock(&gm_sched.lock);
            g = global_get(p, 1);
            gm_mutex_unlock(&gm_sched.lock);
        }
        if (!g && !gm_timer_next(p)) g = gm_runq_get(p, &inherit);
        if (!g) g = find_runnable(m, &inherit);
        if (m->spinning) {
            stop_spinning(m);
            gm_wake_p();
        }
        if (g->lockedm) {
            gm_start_locked_m(g);
            continue;
        }
        gm_execute(g, inherit);
    }
}

void gm_execute(gm_g *g, bool inherit) {
    gm_m *m = gm_getm();
    GM_ASSERT(g->status == GM_G_RUNNABLE || g->status == GM_G_WAITING);
    gm_scan_if_due(g);
    if (!inherit) gm_count(&m->p->sched_tick);
    gm_m_runs(m, g);
    g->m = m;
    __atomic_store_n(&g->preempt, gm_sched.preempt_stress != 0, __ATOMIC_RELAXED);
    set_status(g, GM_G_RUNNING);
    gm_setg(g);
    gm_tell(GM_TRACE_GO_START, g, 0, 0);
    GM_ASSERT(gm_scan_done(g));
    gm_gogo(g);
}

/* --- starting and ending --- */

/* The holder of p counts; others may look. */
static void count_live(gm_p *p, int64_t n) {
    __atomic_store_n(&p->live, p->live + n, __ATOMIC_RELAXED);
}

extern void gm_go_entry(void);

/* A goroutine that stands before its first instruction. */
static void prepare(gm_g *g, void (*fn)(void *), void *arg, uintptr_t pc) {
    g->fn = fn;
    g->arg = arg;
    g->go_pc = pc;
    gm_g *parent = gm_getg();
    g->parent = parent ? parent->id : 0;
    g->labels = parent ? parent->labels : NULL;
    g->fips_bypass = parent && parent->fips_bypass;
    g->fips_indicator = 0;
    gm_bubble_join(g, parent);
    gm_ancestors_note(g, parent);
    /* the picture that gm_gogo expects: r15 r14 r13 r12 rbx rbp return-address */
    uintptr_t *sp = (uintptr_t *)(g->seg0.hi - 16 - 56);
    sp[0] = sp[1] = sp[2] = 0;
    sp[3] = (uintptr_t)arg;
    sp[4] = (uintptr_t)fn;
    sp[5] = 0;
    sp[6] = (uintptr_t)gm_go_entry;
    g->sp = (uintptr_t)sp;
    if (!(g->flags & GM_GF_SYSTEM)) count_live(gm_getp(), 1);
}

static gm_g *publish(gm_g *g) {
    set_status(g, GM_G_RUNNABLE);
    gm_tell(GM_TRACE_GO_CREATE, g, 0, 0);
    gm_p *p = gm_getp();
    if (!p || p->attached) {
        gm_global_put(g);
    } else {
        gm_runq_put(p, g, true);
    }
    if (!gm_goroutines_run()) {
        if (gm_sched.main_mode) return g; /* the main goroutine itself */
        gm_sched_begin();
    }
    gm_wake_p();
    return g;
}

static gm_g *start(gm_g *g, void (*fn)(void *), void *arg, uintptr_t pc) {
    prepare(g, fn, arg, pc);
    return publish(g);
}

gm_g *gm_go_start(void (*fn)(void *), void *arg, uintptr_t pc) {
    return start(gm_g_new(gm_getp()), fn, arg, pc);
}

gm_g *gm_go_start_reserved(void (*fn)(void *), void *arg, size_t stack_size) {
    gm_g *g = gm_g_new_reserved(stack_size);
    return g ? start(g, fn, arg, 0) : NULL;
}

static void call_c(void *arg, void (*fn)(void *)) {
    GM_CALL_OUT(fn(arg));
}

gm_g *gm_go_start_c(void (*fn)(void *), void *arg, size_t stack_size) {
    if (!gm_by_signal) return gm_go_start_reserved(fn, arg, stack_size);
    gm_g *g = gm_g_new_reserved(stack_size);
    if (!g) return NULL;
    prepare(g, fn, arg, 0);
    uintptr_t *regs = (uintptr_t *)g->sp; /* as prepare left them */
    regs[2] = (uintptr_t)fn;
    regs[4] = (uintptr_t)call_c;
    return publish(g);
}

gm_g *gm_go_start_system(void (*fn)(void *), void *arg) {
    gm_g *g = gm_g_new_reserved(256 << 10);
    if (!g) gm_fatal("out of memory (goroutine stacks)");
    gm_g_add_flags(g, GM_GF_SYSTEM);
    return start(g, fn, arg, 0);
}

/* --- coroutines ---
 *
 * A coroutine is a goroutine that runs only when another one gives it its thread and P, and gives them
 * back to whoever is then in its slot. The run queues see neither of the two, unless a yield or a stop
 * was asked for: then the next one queues up like others. */

struct gm_coro {
    gm_g *g; /* who runs next: first the coroutine, then who last switched */
    void (*fn)(void *arg);
    void *arg;
};
_Static_assert(sizeof(gm_coro) == GM_CORO_SIZE && offsetof(gm_coro, arg) == GM_CORO_ARG, "coro");

static void end_on_system(gm_g *g, void *arg);

/* c is looked at again, so the collector sees it on this stack as long as the coroutine lives. */
static void run_coro(void *arg) {
    gm_coro *c = arg;
    c->fn(c->arg);
    gm_mcall(end_on_system, c);
}

void gm_coro_init(gm_coro *c, void (*fn)(void *), void *arg, uintptr_t pc) {
    c->fn = fn;
    c->arg = arg;
    c->g = gm_g_new(gm_getp());
    prepare(c->g, run_coro, c, pc);
    c->g->wait_reason = GM_WAIT_COROUTINE;
    bool durably = gm_bubble_park(c->g);
    set_status(c->g, GM_G_WAITING);
    gm_tell(GM_TRACE_GO_CREATE_BLOCKED, c->g, 0, 0);
    if (durably) gm_bubble_parked(c->g->bubble);
}

/* The thread goes from g, which runs no more, to next. */
static void hand_over(gm_m *m, gm_g *g, gm_g *next) {
    if (g->lockedm) {
        g->lockedm = NULL;
        next->lockedm = m;
        m->locked_g = next;
    }
}

static void run_next(gm_g *next, bool queue) {
    if (!queue && !gm_stopping()) gm_execute(next, true);
    set_status(next, GM_G_RUNNABLE);
    gm_global_put(next);
    gm_schedule();
}

static void switch_on_system(gm_g *g, void *arg) {
    gm_coro *c = arg;
    gm_m *m = gm_getm();
    gm_g *next = c->g;
    if (!next) gm_fatal("coroswitch on exited coro");
    bool queue = __atomic_load_n(&g->preempt, __ATOMIC_RELAXED);
    hand_over(m, g, next);
    gm_tell(GM_TRACE_GO_BLOCK, g, 0, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    gm_bubble_unpark(next); /* first, so that their bubble is not blocked in between */
    gm_bubble *b = gm_bubble_park(g) ? g->bubble : NULL;
    set_status(g, GM_G_WAITING);
    c->g = g;
    if (b) gm_bubble_parked(b);
    run_next(next, queue);
}

void gm_coro_switch(gm_coro *c) {
    gm_g *g = gm_getg();
    g->wait_reason = GM_WAIT_COROUTINE;
    g->wait_since = 0;
    gm_mcall(switch_on_system, c);
}

/* --- the end --- */

static void end_on_system(gm_g *g, void *arg) {
    (void)arg;
    gm_m *m = gm_getm();
    gm_g *next = NULL;
    gm_holds_end(g);
    if (g->fn == run_coro) {
        gm_coro *c = g->arg;
        next = c->g;
        c->g = NULL;
        hand_over(m, g, next);
    }
    if (g->lockedm) {
        g->lockedm = NULL;
        m->locked_g = NULL;
    }
    if (!(g->flags & GM_GF_SYSTEM)) count_live(m->p, -1);
    gm_tell(GM_TRACE_GO_END, g, 0, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    set_status(g, GM_G_DEAD);
    if (next) gm_bubble_unpark(next);
    if (g->bubble) gm_bubble_leave(g, g->bubble);
    gm_g_free(m->p, g);
    if (next) run_next(next, false);
    gm_schedule();
}

/* gm_go_entry calls this when a goroutine's function has returned. */
void gm_goroutine_end(void) {
    gm_mcall(end_on_system, NULL);
}

void gm_goroutine_exit(void) {
    gm_mcall(end_on_system, NULL);
    __builtin_unreachable();
}

static void add_live(int64_t *sum) {
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++)
        *sum += __atomic_load_n(&gm_sched.procs[i]->live, __ATOMIC_RELAXED);
    gm_p *p = __atomic_load_n(&gm_sched.attached_p, __ATOMIC_ACQUIRE);
    for (; p; p = p->link) *sum += __atomic_load_n(&p->live, __ATOMIC_RELAXED);
}

int gm_num_goroutine(void) {
    int64_t sum = 0;
    add_live(&sum);
    return (int)sum;
}

/* --- parking and readying --- */

static void park_on_system(gm_g *g, void *arg) {
    (void)arg;
    gm_m *m = gm_getm();
    bool (*commit)(gm_g *, void *) = m->park_commit;
    gm_tell(GM_TRACE_GO_BLOCK, g, 0, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    gm_bubble *b = gm_bubble_park(g) ? g->bubble : NULL;
    set_status(g, GM_G_WAITING);
    bool parked = !commit || commit(g, m->park_arg);
    if (!parked) gm_bubble_unpark(g);
    if (b) gm_bubble_parked(b);
    if (!parked) gm_execute(g, true);
    gm_schedule();
}

/* A thread of a C program sleeps itself. Its frame here holds what its registers held. */
static __attribute__((noinline)) void park_thread(gm_g *g, bool (*commit)(gm_g *, void *),
                                                  void *arg) {
    gm_note_clear(&g->m->note);
    set_status(g, GM_G_WAITING);
    if (commit && !commit(g, arg)) {
        set_status(g, GM_G_RUNNING);
        return;
    }
    gm_away_enter();
    gm_note_sleep(&g->m->note);
    gm_away_leave();
    set_status(g, GM_G_RUNNING);
}

void gm_park(bool (*commit)(gm_g *, void *), void *arg, enum gm_wait reason) {
    gm_g *g = gm_getg();
    g->wait_reason = (uint8_t)reason;
    g->wait_since = 0;
    if (g->flags & GM_GF_THREAD) {
        park_thread(g, commit, arg);
        return;
    }
    gm_m *m = gm_getm();
    m->park_commit = commit;
    m->park_arg = arg;
    gm_mcall(park_on_system, NULL);
}

static bool commit_unlock(gm_g *g, void *arg) {
    (void)g;
    gm_mutex_unlock((gm_mutex *)arg);
    return true;
}

void gm_park_unlock(gm_mutex *l, enum gm_wait reason) {
    gm_park(commit_unlock, l, reason);
}

void gm_ready(gm_g *g) {
    GM_ASSERT(g->status == GM_G_WAITING || (g->flags & GM_GF_THREAD));
    gm_bubble_unpark(g);
    set_status(g, GM_G_RUNNABLE);
    if (g->flags & GM_GF_THREAD) {
        gm_note_wake(&g->m->note);
        return;
    }
    gm_p *p = gm_getp();
    if (!p)
        __atomic_thread_fence(__ATOMIC_SEQ_CST); /* a trace may begin, which looks at the status */
    gm_tell(GM_TRACE_GO_UNBLOCK, g, 0, 0);
    if (!p || p->attached) {
        gm_global_put(g);
    } else {
        gm_runq_put(p, g, true);
        if (!wants_wake(p)) return;
    }
    gm_wake_p();
}

static void yield_on_system(gm_g *g, void *arg) {
    (void)arg;
    gm_m *m = gm_getm();
    gm_tell(GM_TRACE_GO_STOP, g, 0, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    set_status(g, GM_G_RUNNABLE);
    gm_global_put(g);
    gm_schedule();
}

static void yield_to_next_on_system(gm_g *g, void *arg) {
    (void)arg;
    gm_m *m = gm_getm();
    gm_tell(GM_TRACE_GO_STOP, g, 0, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    set_status(g, GM_G_RUNNABLE);
    gm_runq_put(m->p, g, false);
    gm_schedule();
}

void gm_yield_to_next(void) {
    gm_g *g = gm_getg();
    if (!(g->flags & GM_GF_THREAD)) gm_mcall(yield_to_next_on_system, NULL);
}

void gm_yield(void) {
    gm_need_thread("gm_yield");
    GM_INSIDE();
    gm_g *g = gm_getg();
    if (g->flags & GM_GF_THREAD) {
        gm_safepoint();
        gm_os_yield();
        return;
    }
    gm_mcall(yield_on_system, NULL);
}

/* --- threads of the system and goroutines --- */

void gm_lock_os_thread(void) {
    gm_g *g = gm_getg();
    if (g->lock_count++ == 0) {
        g->lockedm = g->m;
        g->m->locked_g = g;
    }
}

void gm_unlock_os_thread(void) {
    gm_g *g = gm_getg();
    if (g->lock_count == 0 || --g->lock_count > 0) return;
    g->m->locked_g = NULL;
    g->lockedm = NULL;
}

int gm_num_cpu(void) {
    return (int)gm_sched.ncpu;
}
