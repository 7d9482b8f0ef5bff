/* world.c - who belongs to the world, and how it is made to stand still.
 *
 * Stopping. The stopper sets gm_stop_wanted and goes over all Ps until each is
 *     idle      - nobody can take it while the flag is up;
 *     blocked   - its thread is away in the system; the stopper moves it to "stopped", so that the
 *                 thread cannot come back with it;
 *     stopped   - its thread noticed the flag at a safepoint, and waits there, in place, P in hand.
 * A running P is asked (poisoned limit, signal) again and again until it notices. The thread that
 * marks its P as running after it was away looks at the flag afterwards; the stopper raises the
 * flag before it looks at the P; so one of the two sees the other.
 *
 * Starting takes the flag down. Stopped threads find that out themselves and mark their Ps as
 * running; until they do, a new stopper may count them as stopped.
 *
 * By signal (GM_STOP_BY_SIGNAL). Threads of a C program, and goroutines of C, that are outside the library are stopped where they
 * are: the handler of the signal marks the P as stopped and waits, on the thread's signal stack, and the registers
 * stand in its context (stop_in_handler). Inside the library they come to a safepoint, or leave it: os/inside.h.
 *
 * A fence. A thread that is stopped anywhere may hold a lock of the C library that fork takes. So who forks raises a fence
 * instead: threads outside the library run on, with their Ps marked as "fenced", and wait where they enter it; what they
 * do meanwhile is plain C, of which the child gets a picture like any other. Who takes the fence down marks
 * fenced Ps as running, after the flag is down and before there can be another stop; who finds the flag down right
 * after it has marked its P as fenced does that itself. (test/model/sigstop.pml)
 *
 * An attached thread has a P that is on none of the lists of GOMAXPROCS. Inside a blocking region
 * the P is "blocked". While it sleeps in gm_park it is so as well.
 */
#include <limits.h>
#include <string.h>

#include "os/chain.h"
#include "os/os.h"
#include "os/sync.h"
#include "sched/preempt.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

static gm_mutex world_lock; /* held from stop to start */
static gm_m *stopper;       /* atomic */

static bool is_stopper(const gm_m *m) {
    return m && __atomic_load_n(&stopper, __ATOMIC_RELAXED) == m;
}

/* --- Ps --- */

gm_p *gm_p_new(uint32_t id, bool attached) {
    gm_p *p = gm_persistent_try(sizeof *p, 64);
    if (!p || !gm_mcache_init(&p->mcache)) return NULL; /* lost, when there is no memory anyway */
    gm_mutex_set_rank(&p->timers.lock, GM_RANK_TIMERS);
    static uint32_t attached_ps;
    p->id = id;
    p->trace_id = attached ? id + __atomic_fetch_add(&attached_ps, 1, __ATOMIC_RELAXED) : id;
    p->attached = attached;
    return p;
}

static void tell_stopper(void) {
    __atomic_fetch_add(&gm_sched.stop_event, 1, __ATOMIC_SEQ_CST);
    gm_os_futex_wake(&gm_sched.stop_event, 1);
}

void gm_p_block(gm_p *p) {
    GM_ASSERT(p->status == GM_P_RUNNING || p->status == GM_P_FENCED); /* right after a fence */
    __atomic_store_n(&p->status, GM_P_BLOCKED, __ATOMIC_SEQ_CST);
    if (gm_stopping()) tell_stopper();
}

bool gm_p_try_resume(gm_p *p) {
    uint32_t blocked = GM_P_BLOCKED;
    return __atomic_compare_exchange_n(&p->status, &blocked, GM_P_RUNNING, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

/* Its thread may be in a blocking region, and keeps it then. It may also have left the system since, and be
 * in a region now: so whoever has taken the P looks again, while the region cannot end. */
bool gm_p_try_take(gm_p *p) {
    if (__atomic_load_n(&p->held, __ATOMIC_RELAXED) || !gm_p_try_resume(p)) return false;
    if (!__atomic_load_n(&p->held, __ATOMIC_RELAXED)) return true;
    gm_p_block(p);
    return false;
}

/* --- before a stop ---
 *
 * A stop lasts until the last thread has noticed it, and a thread that waits for a processor notices
 * nothing: on a busy machine for milliseconds. A thread of the collector that is ready to end a
 * cycle can wait; so it probes first. Each thread that holds a running P is sent the signal, whose
 * handler answers, from anywhere, as soon as the thread has a processor. (Go's runtime gets the same
 * from its ragged barrier.) The last to answer is asked to end the cycle itself, at its next
 * check: were the collector's thread woken for that, it might take that thread's processor. */

bool gm_probe_answer(gm_m *m) {
    uint32_t probe = __atomic_load_n(&gm_sched.probe, __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&m->probe_sent, __ATOMIC_ACQUIRE) == probe && m->probed != probe) {
        m->probed = probe;
        __atomic_fetch_sub(&gm_sched.probe_left, 1, __ATOMIC_SEQ_CST);
    }
    return __atomic_load_n(&gm_sched.end_asked, __ATOMIC_RELAXED) && gm_end_is_near();
}

/* An attached thread is never sent signals. */
static gm_m *send_probe(gm_p *p, uint32_t probe) {
    if (__atomic_load_n(&p->status, __ATOMIC_SEQ_CST) != GM_P_RUNNING) return NULL;
    gm_m *m = __atomic_load_n(&p->m, __ATOMIC_ACQUIRE);
    if (!m || m->attached || !__atomic_load_n(&m->signals, __ATOMIC_ACQUIRE)) return NULL;
    if (m->probe_sent == probe) return NULL; /* it came along with another P meanwhile */
    __atomic_fetch_add(&gm_sched.probe_left, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&m->probe_sent, probe, __ATOMIC_RELEASE);
    gm_signal_preempt(m);
    return m;
}

static void ask_to_end(void *arg) {
    bool *asked = arg;
    __atomic_store_n(&gm_sched.end_asked, 1, __ATOMIC_SEQ_CST);
    /* one is for this thread, until it has asked everybody */
    __atomic_store_n(&gm_sched.probe_left, 1, __ATOMIC_SEQ_CST);
    uint32_t probe = __atomic_add_fetch(&gm_sched.probe, 1, __ATOMIC_SEQ_CST);
    gm_m *last = NULL;
    for (uint32_t i = 0; i < __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE); i++) {
        gm_m *m = send_probe(gm_sched.procs[i], probe);
        if (m) last = m;
    }
    *asked = last != NULL;
    /* All had answered before: once more. Records of threads stay, those of goroutines may not. */
    if (__atomic_fetch_sub(&gm_sched.probe_left, 1, __ATOMIC_SEQ_CST) == 1 && last)
        gm_signal_preempt(last);
}

bool gm_ask_to_end(void) {
    bool asked = false;
    if (gm_goroutines_run()) gm_systemstack(ask_to_end, &asked);
    return asked;
}

bool gm_end_is_near(void) {
    return __atomic_load_n(&gm_sched.probe_left, __ATOMIC_SEQ_CST) == 0;
}

/* On the system stack. Was this thread asked, and is it done? */
bool gm_end_if_asked(void) {
    if (!__atomic_load_n(&gm_sched.end_asked, __ATOMIC_RELAXED) || !gm_end_is_near()) return false;
    if (!__atomic_exchange_n(&gm_sched.end_asked, 0, __ATOMIC_SEQ_CST)) return false;
    return gm_up_cycle_end();
}

/* --- stopping --- */

static uint32_t wanted(void) {
    return __atomic_load_n(&gm_stop_wanted, __ATOMIC_SEQ_CST);
}

void gm_stop_wait(void) {
    for (uint32_t how; (how = wanted());) gm_os_futex_wait(&gm_stop_wanted, how, -1);
}

void gm_stop_here(gm_m *m) {
    gm_p *p = m->p;
    if (is_stopper(m)) return;
    do {
        __atomic_store_n(&p->preempt, 0, __ATOMIC_RELAXED);
        /* Granted; a poison left behind would lead every prologue of the runtime to morestack. */
        if (m->g) __atomic_store_n(&m->g->preempt, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&p->status, GM_P_STOPPED, __ATOMIC_SEQ_CST);
        tell_stopper();
        gm_stop_wait();
        __atomic_store_n(&p->status, GM_P_RUNNING, __ATOMIC_SEQ_CST);
    } while (gm_stopping());
    if (m->g) gm_scan_if_due(m->g);
}

/* --- by signal --- */

/* True: the thread goes on, fenced. */
static bool pass_fence(gm_p *p) {
    uint32_t fenced = GM_P_FENCED;
    __atomic_store_n(&p->status, fenced, __ATOMIC_SEQ_CST);
    tell_stopper();
    if (wanted() == GM_STOP_FENCE) return true;
    __atomic_compare_exchange_n(&p->status, &fenced, GM_P_RUNNING, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_RELAXED);
    return false;
}

static void stop_in_handler(gm_p *p) {
    do {
        for (uint32_t how; (how = wanted());) {
            if (how == GM_STOP_FENCE) {
                if (pass_fence(p)) return;
                continue;
            }
            __atomic_store_n(&p->status, GM_P_STOPPED, __ATOMIC_SEQ_CST);
            tell_stopper();
            gm_os_futex_wait(&gm_stop_wanted, how, -1);
        }
        __atomic_store_n(&p->status, GM_P_RUNNING, __ATOMIC_SEQ_CST);
    } while (gm_stopping());
}

bool gm_stop_may_cut(const gm_m *m, const gm_g *g) {
    if (!gm_by_signal || !gm_stopping() || is_stopper(m) || !m->p) return false;
    if (__atomic_load_n(&m->p->status, __ATOMIC_RELAXED) != GM_P_RUNNING) return false;
    return (g->flags & (GM_GF_THREAD | GM_GF_CSTACK)) && !g->inside;
}

void gm_stop_cut(gm_m *m, const void *context) {
    __atomic_store_n(&m->sig_context, context, __ATOMIC_RELEASE);
    stop_in_handler(m->p);
    __atomic_store_n(&m->sig_context, NULL, __ATOMIC_RELEASE);
}

/* At the door of the library. Not for the end of another stop, which may follow at once and counts on this thread. */
static void wait_at_fence(const gm_p *p) {
    while (__atomic_load_n(&p->status, __ATOMIC_SEQ_CST) == GM_P_FENCED) {
        gm_os_futex_wait(&gm_stop_wanted, GM_STOP_FENCE, -1);
        gm_os_pause();
    }
}

/* The fence is down, and there is no other stop yet. */
static void unfence(gm_p *p) {
    uint32_t fenced = GM_P_FENCED;
    __atomic_compare_exchange_n(&p->status, &fenced, GM_P_RUNNING, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_RELAXED);
}

static void unfence_all(void) {
    for (uint32_t i = 0; i < gm_sched.made; i++) unfence(gm_sched.procs[i]);
    for (gm_p *p = gm_sched.attached_p; p; p = p->link) unfence(p);
}

/* --- --- */

/* Does p stand still? If it runs, asks it to stop, the hard way if it was asked before. */
static bool p_stopped(gm_p *p, bool hard) {
    for (;;) {
        uint32_t status = __atomic_load_n(&p->status, __ATOMIC_SEQ_CST);
        if (status == GM_P_RUNNING || (status == GM_P_FENCED && wanted() != GM_STOP_FENCE)) {
            gm_preempt_p(p, hard);
            return false;
        }
        if (status != GM_P_BLOCKED) return true;
        if (__atomic_compare_exchange_n(&p->status, &status, GM_P_STOPPED, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED)) {
            p->was_blocked = true;
            return true;
        }
    }
}

static bool all_stopped(gm_p *mine, bool hard) {
    bool all = true;
    for (uint32_t i = 0; i < gm_sched.made; i++)
        if (gm_sched.procs[i] != mine) all &= p_stopped(gm_sched.procs[i], hard);
    for (gm_p *p = gm_sched.attached_p; p; p = p->link) {
        GM_CHAIN_FETCH(p, ahead, status);
        if (p != mine && !__atomic_load_n(&p->unused, __ATOMIC_ACQUIRE)) all &= p_stopped(p, hard);
    }
    return all;
}

static void safepoint(void *arg) {
    gm_m *m = arg;
    gm_m_away(m, gm_get_sp());
    gm_stop_here(m);
    gm_m_away(m, 0);
}

/* Registers that the caller's callers hold must be on the stack before the wait. */
static __attribute__((noinline)) void safepoint_thread(gm_m *m) {
    __builtin_unwind_init();
    safepoint(m);
    __asm__ volatile("" ::: "memory");
}

static void world_stop(void *arg) {
    uint32_t how = *(const uint32_t *)arg;
    gm_m *m = gm_getm();
    gm_p *mine = gm_getp();
    while (!gm_mutex_trylock(&world_lock)) {
        if (gm_stopping() && mine && !mine->held) {
            safepoint_thread(m);
        } else {
            gm_os_yield();
        }
    }
    __atomic_store_n(&stopper, m, __ATOMIC_RELAXED);
    gm_mutex_lock(&gm_sched.lock); /* nobody takes an idle P or attaches at this moment */
    __atomic_store_n(&gm_stop_wanted, how, __ATOMIC_SEQ_CST);
    gm_mutex_unlock(&gm_sched.lock);
    enum { ASK_AGAIN_NS = 30000 };
    int64_t report_at = gm_os_nanotime() + GM_SLOW_STOP_NS;
    for (bool hard = false;; hard = true) {
        uint32_t seen = __atomic_load_n(&gm_sched.stop_event, __ATOMIC_SEQ_CST);
        if (all_stopped(mine, hard)) break;
        for (int spin = 0; spin < 200; spin++) {
            if (__atomic_load_n(&gm_sched.stop_event, __ATOMIC_SEQ_CST) != seen) break;
            gm_os_pause();
        }
        gm_os_futex_wait(&gm_sched.stop_event, seen, ASK_AGAIN_NS);
        if (gm_os_nanotime() < report_at) continue;
        report_at = INT64_MAX; /* once a stop */
        gm_report_slow_stop(mine);
    }
}

static void stop_as(uint32_t how, const char *why) {
    int64_t since = __atomic_load_n(&gm_tracing, __ATOMIC_RELAXED) ? gm_nanotime() : 0;
    gm_systemstack(world_stop, &how);
    if (since && why) gm_tell(GM_TRACE_STOP, NULL, (uint64_t)since, (uintptr_t)why);
}

void gm_world_stop(const char *why) {
    stop_as(GM_STOP_WORLD, why);
}

void gm_world_fence(void) {
    stop_as(gm_by_signal ? GM_STOP_FENCE : GM_STOP_WORLD, "fork");
}

/* Nobody else touches the status of a stopped P, and there is a fence before the world goes on. */
static void block_again(gm_p *p) {
    if (!p->was_blocked) return;
    p->was_blocked = false;
    __atomic_store_n(&p->status, GM_P_BLOCKED, __ATOMIC_RELEASE);
}

static void world_start(void *arg) {
    (void)arg;
    for (uint32_t i = 0; i < gm_sched.made; i++) block_again(gm_sched.procs[i]);
    for (gm_p *p = gm_sched.attached_p; p; p = p->link) {
        GM_CHAIN_FETCH(p, ahead, status);
        block_again(p);
    }
    __atomic_store_n(&stopper, NULL, __ATOMIC_RELAXED);
    bool fence = wanted() == GM_STOP_FENCE;
    __atomic_store_n(&gm_stop_wanted, GM_STOP_NOBODY, __ATOMIC_SEQ_CST);
    gm_os_futex_wake(&gm_stop_wanted, INT_MAX);
    if (fence) unfence_all();
    gm_mutex_unlock(&world_lock);
    gm_m *m = gm_getm();
    if (m && m->p && m->g) gm_scan_if_due(m->g);
    /* Work may have been queued, or a timer may have come due, while no idle P could be taken. If none is
     * idle, those who hold the Ps look before they sleep; if somebody spins, it looks as well, and who
     * only claimed a wake-up (gm_wake_p) tries again. */
    if (gm_goroutines_run()) gm_wake_p();
}

void gm_world_start(void) {
    gm_tell(GM_TRACE_STOP_END, NULL, 0, 0);
    gm_systemstack(world_start, NULL);
}

/* In the child of a process that forked in a stop. */
void gm_world_child(void) {
    __atomic_store_n(&stopper, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_stop_wanted, GM_STOP_NOBODY, __ATOMIC_SEQ_CST);
    world_lock.state = 0;
}

/* For the last words of a dying process, from wherever it dies, so without locks: asks everybody to
 * stop and gives them a few milliseconds. Nobody starts the world again. */
void gm_world_freeze(void) {
    enum { ROUNDS = 50, ROUND_NS = 200000 };
    gm_m *m = gm_getm();
    if (is_stopper(m)) return;
    __atomic_store_n(&gm_stop_wanted, GM_STOP_WORLD, __ATOMIC_SEQ_CST);
    for (int i = 0; i < ROUNDS && !all_stopped(gm_getp(), i > 0); i++) gm_os_sleep(ROUND_NS);
}

const uint32_t *gm_stop_flag(void) {
    return &gm_stop_wanted;
}

bool gm_yield_to_stop(int64_t ns) {
    uint32_t how = wanted();
    if (!how) return false;
    gm_os_futex_wait(&gm_stop_wanted, how, ns);
    return gm_stopping();
}

static bool is_to_stop(const gm_p *p) {
    return gm_stopping() && __atomic_load_n(&p->status, __ATOMIC_RELAXED) == GM_P_RUNNING;
}

/* No signal is to meet a goroutine on its way between two stacks; so who comes back to where one may, looks once more. The
 * thread may be away, or stand at a fence. */
static void safepoint_uncut(void) {
    gm_g *g = gm_getg();
    do {
        if (g) g->inside++;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        wait_at_fence(gm_getp());
        if (is_to_stop(gm_getp())) {
            if (gm_getm()->on_system)
                safepoint_thread(gm_getm());
            else
                gm_systemstack(safepoint, gm_getm());
        }
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (g) g->inside--;
    } while (g && !g->inside && is_to_stop(gm_getp()));
}

void gm_safepoint(void) {
    if (!gm_stopping()) return;
    gm_m *m = gm_getm();
    if (!m || !gm_getp() || gm_pinned() || is_stopper(m)) return;
    if (gm_by_signal) {
        safepoint_uncut();
    } else if (m->on_system) {
        safepoint_thread(m);
    } else {
        gm_systemstack(safepoint, m);
    }
}

void gm_stacks_collected(void) {
    gm_segs_collected();
    gm_units_collected(__atomic_load_n(&gm_sched.monitor_round, __ATOMIC_SEQ_CST));
}

/* Does the stack of g, another goroutine that is said to run, stand still? */
bool gm_g_stands(const gm_g *g) {
    const gm_m *m = g->m;
    const gm_p *p = m ? m->p : NULL;
    return p && m->on_system && __atomic_load_n(&p->status, __ATOMIC_ACQUIRE) == GM_P_STOPPED;
}

/* --- numbers for the pacer --- */

int gm_procs(void) {
    uint32_t n = __atomic_load_n(&gm_sched.attached, __ATOMIC_RELAXED);
    if (n > gm_sched.ncpu) n = gm_sched.ncpu;
    uint32_t procs = gm_goroutines_run() ? __atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED) : 0;
    if (procs > n) n = procs;
    return n ? (int)n : 1;
}

int gm_idle_procs(void) {
    if (!gm_goroutines_run()) {
        int idle = gm_num_cpu() - (int)__atomic_load_n(&gm_sched.attached, __ATOMIC_RELAXED);
        return idle > 0 ? idle : 0;
    }
    return (int)__atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_RELAXED);
}

/* --- blocking regions ---
 *
 * gm_away_enter (switch_amd64.S) has saved the registers and the stack pointer in the thread's
 * record. The P stays with the thread, but anybody may stop it. On a goroutine's own stack the
 * saved stack pointer is the goroutine's. The program's regions are the same on its own threads; those of
 * goroutines give the P away: thread.c. */

void gm_away_enter_saved(void) {
    GM_INSIDE_SAVED();
    gm_m *m = gm_getm();
    if (!m->p) return;
    if (m->p->held) gm_fatal("gm_block_enter: in a blocking region already");
    if (m->g) gm_tell(GM_TRACE_SYSCALL_BEGIN, m->g, 0, 0);
    if (!m->on_system) {
        m->g->sp = m->block_go_sp = m->block_sp;
        m->block_pc = *(uintptr_t *)m->block_sp;
        gm_m_away(m, m->sys_sp);
    } else {
        m->block_pc = 0;
    }
    __atomic_store_n(&m->p->held, true, __ATOMIC_RELAXED);
    if (m->g) __atomic_store_n(&m->g->status, GM_G_BLOCKED, __ATOMIC_RELAXED);
    gm_p_block(m->p);
}

void gm_away_leave(void) {
    GM_INSIDE();
    gm_m *m = gm_getm();
    if (!m || !m->p) return;
    if (!m->p->held) gm_fatal("gm_block_leave: not in a blocking region");
    while (!gm_p_try_resume(m->p)) {
        gm_stop_wait();
        gm_os_pause();
    }
    if (gm_stopping()) gm_stop_here(m);
    __atomic_store_n(&m->p->held, false, __ATOMIC_RELAXED);
    gm_m_away(m, 0);
    if (!m->g) return;
    gm_scan_if_due(m->g);
    __atomic_store_n(&m->g->status, GM_G_RUNNING, __ATOMIC_RELAXED);
    gm_tell(GM_TRACE_SYSCALL_END, m->g, 0, 0);
}
