/* thread.c - the threads that run goroutines, and the monitor that watches them.
 *
 * Threads are made when there is a P and work for it but no sleeping thread, and are never ended. A
 * thread without work gives its P to the idle list, puts itself on the list of idle threads and
 * sleeps on its note; whoever wakes it hands it a P.
 *
 * At most one sleeping thread, gm_sched.timer_m, sleeps with a limit: until the first timer of all
 * Ps is due. Who sets an earlier timer wakes it.
 *
 * active counts the threads that do not sleep for want of work. When it drops to zero in a program
 * that has no timers and no descriptors to wait for, nothing can ever happen again.
 *
 * The monitor is a thread without a P. It takes Ps away from threads that stay in the system for
 * more than one of its ticks while there is work, and asks goroutines that run for 10 ms to yield if
 * others wait: a request makes every stack check slow until it is met. It sleeps while nothing runs.
 */
#include <signal.h>
#include <string.h>

#include "os/chain.h"
#include "os/inside.h"
#include "os/os.h"
#include "sched/netpoll.h"
#include "sched/preempt.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

/* Records are chained for good, and the chain is gone through without a lock. One of an attached thread
 * begins outside the world (gone), whether it is new or was used before. NULL: no memory. */
gm_m *gm_m_new(bool attached) {
    gm_mutex_lock(&gm_sched.lock);
    gm_m *m = attached ? gm_sched.all_m : NULL;
    while (m && (!m->attached || m->taken)) m = m->all_next;
    if (m) {
        memset(m, 0, offsetof(gm_m, all_next));
    } else if ((m = gm_persistent_try(sizeof *m, 64))) {
        m->id = gm_sched.m_count++;
        m->attached = m->gone = attached;
        GM_CHAIN_ADD(gm_sched.all_m, m, all_next, ahead);
    }
    if (m) m->taken = true;
    gm_mutex_unlock(&gm_sched.lock);
    if (!m) return NULL;
    m->rand = (gm_sched.seed ? gm_sched.seed + m->id : (uint64_t)gm_os_nanotime() + m->id) *
                  0x9E3779B97F4A7C15u |
              1;
    return m;
}

/* The parts of a thread record that its own thread fills in. */
void gm_m_begin(gm_m *m) {
    m->limit_word = gm_limit_word();
    m->tid = gm_os_thread_id();
    gm_setm(m);
    gm_signal_thread_init(m);
}

void gm_wire_p(gm_m *m, gm_p *p) {
    m->p = p;
    __atomic_store_n(&p->m, m, __ATOMIC_RELEASE);
    gm_setp(p);
    gm_tell(GM_TRACE_PROC_START, NULL, 0, 0);
}

gm_p *gm_unwire_p(gm_m *m) {
    gm_tell(GM_TRACE_PROC_STOP, NULL, 0, 0);
    gm_p *p = m->p;
    m->p = NULL;
    __atomic_store_n(&p->m, NULL, __ATOMIC_RELEASE);
    gm_setp(NULL);
    return p;
}

/* --- the idle lists; gm_sched.lock held --- */

void gm_idle_p_put(gm_p *p) {
    GM_ASSERT(!p->m && p->status != GM_P_IDLE && p->status != GM_P_BLOCKED);
    p->link = gm_sched.idle_p;
    gm_sched.idle_p = p;
    __atomic_store_n(&gm_sched.idle_p_count, gm_sched.idle_p_count + 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&p->status, GM_P_IDLE, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&gm_netpoll_rests, __ATOMIC_SEQ_CST)) gm_netpoll_rouse();
    if (gm_stopping()) {
        __atomic_fetch_add(&gm_sched.stop_event, 1, __ATOMIC_SEQ_CST);
        gm_os_futex_wake(&gm_sched.stop_event, 1);
    }
}

gm_p *gm_idle_p_get(void) {
    if (gm_stopping()) return NULL;
    gm_p *p = gm_sched.idle_p;
    if (!p) return NULL;
    gm_sched.idle_p = p->link;
    __atomic_store_n(&gm_sched.idle_p_count, gm_sched.idle_p_count - 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&p->status, GM_P_RUNNING, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&gm_sched.monitor_deep, __ATOMIC_SEQ_CST)) gm_monitor_wake();
    return p;
}

static void idle_m_put(gm_m *m) {
    m->link = gm_sched.idle_m;
    gm_sched.idle_m = m;
    gm_sched.active--;
}

/* The one that waits for the first timer is taken last. */
static gm_m *idle_m_get(void) {
    gm_m **at = &gm_sched.idle_m;
    if (*at && *at == gm_sched.timer_m && (*at)->link) at = &(*at)->link;
    gm_m *m = *at;
    if (!m) return NULL;
    *at = m->link;
    gm_sched.active++;
    return m;
}

static bool idle_m_remove(gm_m *m) {
    for (gm_m **at = &gm_sched.idle_m; *at; at = &(*at)->link)
        if (*at == m) {
            *at = m->link;
            gm_sched.active++;
            return true;
        }
    return false;
}

/* --- deadlock --- */

struct survey {
    int alive;
};

static void survey_g(void *arg, gm_g *g) {
    struct survey *s = arg;
    if (!(gm_g_flags(g) & (GM_GF_SYSTEM | GM_GF_THREAD))) s->alive++;
}

void gm_check_deadlock(void) {
    if (gm_sched.active > 0 || !gm_sched.main_mode || gm_sched.attached > 0) return;
    if (gm_timers_next() || gm_netpoll_waiters() || gm_sched.runq_size) return;
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++)
        if (!gm_runq_empty(gm_sched.procs[i])) return;
    struct survey s = {0};
    gm_each_g(survey_g, &s);
    gm_mutex_unlock(&gm_sched.lock);
    if (s.alive == 0)
        gm_fatal_scope("no goroutines (main called runtime.Goexit) - deadlock!", GM_DUMP_OTHERS);
    gm_fatal_scope("all goroutines are asleep - deadlock!", GM_DUMP_OTHERS);
}

/* --- sleeping and waking --- */

/* Sleeps until a P is handed over. Wake-ups without one are possible and mean nothing here. */
static void await_p(gm_m *m) {
    gm_p *p;
    while (!(p = __atomic_load_n(&m->next_p, __ATOMIC_ACQUIRE))) {
        gm_note_sleep(&m->note);
        gm_note_clear(&m->note);
    }
    m->next_p = NULL;
    gm_wire_p(m, p);
}

static void give_p(gm_m *m, gm_p *p) {
    __atomic_store_n(&m->next_p, p, __ATOMIC_RELEASE);
    gm_note_wake(&m->note);
}

/* Somebody set a timer that is due at when, on a P that no thread may be looking after. */
void gm_timer_announce(int64_t when) {
    int64_t until = __atomic_load_n(&gm_sched.timer_until, __ATOMIC_SEQ_CST);
    if (until && until <= when) return;
    gm_mutex_lock(&gm_sched.lock);
    gm_m *m = gm_sched.timer_m;
    if (m) gm_note_wake(&m->note);
    gm_mutex_unlock(&gm_sched.lock);
    if (!m) gm_wake_p();
}

/* The thread that sleeps until the first timer is due. True: it has a P. False: all Ps are busy
 * (their threads look after the timers), or a P is on its way to it. */
static bool sleep_until(gm_m *m, int64_t until) {
    int64_t first = gm_timers_next(); /* one may have been set before the announcement */
    if (first && first < until) until = first;
    int64_t ns = until - gm_os_nanotime();
    if (ns > 0) gm_note_sleep_for(&m->note, ns);
    gm_mutex_lock(&gm_sched.lock);
    gm_note_clear(&m->note);
    gm_sched.timer_m = NULL;
    __atomic_store_n(&gm_sched.timer_until, 0, __ATOMIC_SEQ_CST);
    bool idle = idle_m_remove(m);
    gm_p *p = idle ? gm_idle_p_get() : NULL;
    if (idle && !p) idle_m_put(m);
    gm_mutex_unlock(&gm_sched.lock);
    if (p) gm_wire_p(m, p);
    return p != NULL;
}

/* Sleeps without a P until somebody hands one over, or, when until is not 0, until that time. */
void gm_stop_m(int64_t until) {
    gm_m *m = gm_getm();
    gm_mutex_lock(&gm_sched.lock);
    idle_m_put(m);
    bool timed = until && !gm_sched.timer_m;
    if (timed) {
        gm_sched.timer_m = m;
        __atomic_store_n(&gm_sched.timer_until, until, __ATOMIC_SEQ_CST);
    }
    gm_check_deadlock();
    gm_mutex_unlock(&gm_sched.lock);
    if (timed && sleep_until(m, until)) return;
    await_p(m);
    if (timed && gm_timers_next()) gm_wake_p(); /* another thread must wait for the timers */
}

static void run_m(void) {
    await_p(gm_getm());
    gm_schedule();
}

static void *thread_main(void *arg) {
    gm_m *m = arg;
    gm_m_begin(m);
    gm_system_base(m, run_m);
    return NULL;
}

struct start_request {
    gm_p *p; /* NULL: an idle one. It remains NULL if none was to be had */
    bool spinning;
};

void gm_m_start(gm_m *m) {
    if (!gm_os_thread_start(thread_main, m)) gm_fatal("newosproc: cannot create a thread");
}

static void start_m(void *arg) {
    struct start_request *r = arg;
    gm_mutex_lock(&gm_sched.lock);
    if (!r->p) r->p = gm_idle_p_get();
    gm_p *p = r->p;
    if (!p) {
        gm_mutex_unlock(&gm_sched.lock);
        return;
    }
    gm_m *m = idle_m_get();
    if (!m) gm_sched.active++;
    gm_mutex_unlock(&gm_sched.lock);
    if (m) {
        m->spinning = r->spinning;
        give_p(m, p);
        return;
    }
    m = gm_m_new(false);
    if (!m) gm_fatal("out of memory (thread records)");
    m->spinning = r->spinning;
    m->next_p = p;
    if (!gm_starter_ask(m)) gm_m_start(m);
}

/* Runs some thread on p. */
static void run_p(gm_p *p, bool spinning) {
    struct start_request r = {p, spinning};
    gm_systemstack(start_m, &r);
}

/* The caller counts as spinning from the moment when it claims the wake-up, and others leave what they
 * have to it from then on. So if the idle P has gone meanwhile (its thread came back from the system,
 * or the world is being stopped), the caller says that it does not spin, and then begins again: another P
 * may be idle by now. If the world stands still, who starts it wakes a thread; either that one sees
 * that nobody spins, or the caller sees that the world goes on. */
void gm_wake_p(void) {
    do {
        if (__atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_SEQ_CST) == 0) return;
        uint32_t none = 0;
        if (__atomic_load_n(&gm_sched.spinning, __ATOMIC_SEQ_CST) != 0) return;
        if (!__atomic_compare_exchange_n(&gm_sched.spinning, &none, 1, false, __ATOMIC_SEQ_CST,
                                         __ATOMIC_RELAXED))
            return;
        struct start_request r = {NULL, true};
        gm_systemstack(start_m, &r);
        if (r.p) return;
        __atomic_fetch_sub(&gm_sched.spinning, 1, __ATOMIC_SEQ_CST);
    } while (!gm_stopping());
}

/* p has no thread any more and is marked as running: it goes on where there is work. */
void gm_handoff_p(gm_p *p) {
    if (!gm_runq_empty(p) || __atomic_load_n(&gm_sched.runq_size, __ATOMIC_RELAXED)) {
        run_p(p, false);
        return;
    }
    uint32_t none = 0;
    if (__atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_RELAXED) == 0 &&
        __atomic_compare_exchange_n(&gm_sched.spinning, &none, 1, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_RELAXED)) {
        run_p(p, true);
        return;
    }
    gm_mutex_lock(&gm_sched.lock);
    gm_idle_p_put(p);
    gm_mutex_unlock(&gm_sched.lock);
    if (gm_any_work()) gm_wake_p(); /* it came while this P was not idle yet */
    int64_t next = __atomic_load_n(&p->timers.next, __ATOMIC_SEQ_CST);
    if (next) gm_timer_announce(next);
}

/* --- goroutines locked to their thread --- */

/* The thread's own goroutine cannot run: its P goes to others, and it sleeps until somebody who
 * found the goroutine on a queue hands over a P. */
void gm_stop_locked_m(void) {
    gm_m *m = gm_getm();
    gm_p *p = gm_unwire_p(m);
    if (m->spinning) {
        m->spinning = false;
        __atomic_fetch_sub(&gm_sched.spinning, 1, __ATOMIC_SEQ_CST);
    }
    gm_handoff_p(p);
    gm_mutex_lock(&gm_sched.lock);
    gm_sched.active--;
    gm_check_deadlock();
    gm_mutex_unlock(&gm_sched.lock);
    await_p(m);
}

void gm_start_locked_m(gm_g *g) {
    gm_m *m = gm_getm();
    gm_m *owner = g->lockedm;
    gm_p *p = gm_unwire_p(m);
    gm_mutex_lock(&gm_sched.lock);
    gm_sched.active++;
    gm_mutex_unlock(&gm_sched.lock);
    give_p(owner, p);
    gm_stop_m(0);
}

/* --- blocking in the system --- */

struct blocking_call {
    void (*fn)(void *);
    void *arg;
};

static gm_p *leave_p(gm_m *m) {
    gm_p *p = gm_unwire_p(m);
    if (m->g) {
        m->g->wait_since = 0;
        __atomic_store_n(&m->g->status, GM_G_BLOCKED, __ATOMIC_RELEASE);
    }
    m->old_p = p;
    gm_count(&p->block_tick);
    gm_p_block(p);
    if (__atomic_load_n(&gm_sched.monitor_deep, __ATOMIC_RELAXED)) gm_monitor_wake();
    return p;
}

/* Back from the system: takes the old P again, or an idle one. False: all Ps are busy. */
static bool regain_p(gm_m *m) {
    gm_p *p = m->old_p;
    for (;;) {
        if (gm_p_try_take(p)) break;
        if (gm_stopping()) {
            gm_stop_wait();
            continue;
        }
        if (__atomic_load_n(&p->status, __ATOMIC_ACQUIRE) == GM_P_STOPPED) {
            gm_os_pause();
            continue;
        }
        gm_mutex_lock(&gm_sched.lock);
        gm_p *other = gm_idle_p_get();
        gm_mutex_unlock(&gm_sched.lock);
        if (other) {
            p = other;
            break;
        }
        if (!gm_stopping()) return false;
    }
    gm_wire_p(m, p);
    if (gm_stopping()) gm_stop_here(m);
    gm_m_away(m, 0);
    if (m->g) {
        gm_scan_if_due(m->g);
        __atomic_store_n(&m->g->status, GM_G_RUNNING, __ATOMIC_RELEASE);
        gm_tell(GM_TRACE_SYSCALL_END, m->g, 0, 0);
    }
    return true;
}

/* All Ps are busy: the goroutine queues up, and the thread sleeps. On the system stack; somebody
 * will go on with the picture that g->sp points at. */
static void queue_up(gm_g *g, void *arg) {
    (void)arg;
    gm_m *m = gm_getm();
    gm_m_away(m, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    __atomic_store_n(&g->status, GM_G_RUNNABLE, __ATOMIC_SEQ_CST);
    /* No P: a trace may begin at any time, which looks at the status. */
    gm_tell(GM_TRACE_SYSCALL_LOST, g, 0, 0);
    gm_global_put(g);
    gm_wake_p();
    if (m->locked_g) {
        gm_mutex_lock(&gm_sched.lock);
        gm_sched.active--;
        gm_mutex_unlock(&gm_sched.lock);
        await_p(m);
        gm_execute(g, false);
    }
    gm_stop_m(0);
    gm_schedule();
}

/* On the system stack. The goroutine's registers stand on its own stack. */
static void blocking(void *arg) {
    struct blocking_call *c = arg;
    gm_m *m = gm_getm();
    gm_tell(GM_TRACE_SYSCALL_BEGIN, m->g, 0, 0);
    gm_m_away(m, gm_get_sp());
    m->block_pc = 0;
    leave_p(m);
    c->fn(c->arg);
    if (!regain_p(m)) queue_up(gm_getg(), NULL);
}

void gm_syscall_enter_saved(void) {
    gm_m *m = gm_getm();
    gm_tell(GM_TRACE_SYSCALL_BEGIN, m->g, 0, 0);
    m->g->sp = m->block_go_sp = m->block_sp;
    m->block_pc = *(uintptr_t *)m->block_sp;
    gm_m_away(m, m->sys_sp); /* nothing there, but the registers are to be scanned */
    leave_p(m);
}

void gm_syscall_leave(void) {
    if (!regain_p(gm_getm())) gm_mcall(queue_up, NULL);
}

/* --- blocking regions of the program ---
 *
 * A thread of the program keeps its P, which is of no use to others. A goroutine's P may be taken, as in a system call: by the monitor, if
 * the region lasts, or if the goroutine has come back from regions to run on for longer than a time slice. The second must be, because
 * such a goroutine may be in a region whenever the monitor looks, or too seldom; so it also gives way on leaving one,
 * if it was asked to. Either way it may have taken a lock of the program's in the region. Who waits for that in another
 * region has no claim to a P meanwhile, so the holder gets on. And it stays on its thread, because the lock may belong to that. */

static bool stay_on_thread(gm_m *m, gm_g *g) {
    if (m->locked_g) return false;
    g->lockedm = m;
    m->locked_g = g;
    return true;
}

static void leave_region(gm_m *m) {
    gm_g *g = m->g;
    m->in_region = false;
    bool locked = stay_on_thread(m, g);
    if (!regain_p(m))
        gm_mcall(queue_up, NULL);
    else if (__atomic_load_n(&g->preempt, __ATOMIC_RELAXED))
        gm_yield();
    if (locked) {
        m->locked_g = NULL;
        g->lockedm = NULL;
    }
}

/* Registers and stack pointer are saved already. */
void gm_block_enter_saved(void) {
    gm_m *m = gm_getm();
    if (m->in_region) gm_fatal("gm_block_enter: in a blocking region already");
    if (!m->p || m->p->held || m->on_system) {
        gm_away_enter_saved();
        return;
    }
    GM_INSIDE_SAVED();
    m->in_region = true;
    gm_syscall_enter_saved();
}

void gm_block_leave(void) {
    gm_m *m = gm_getm();
    if (!m || !m->in_region) {
        gm_away_leave();
        return;
    }
    GM_INSIDE();
    leave_region(m);
}

void gm_blocking(void (*fn)(void *), void *arg) {
    GM_INSIDE();
    gm_g *g = gm_getg();
    if (!g) gm_up_not_attached("gm_blocking");
    if (g->flags & GM_GF_THREAD) {
        gm_away_enter();
        fn(arg);
        gm_away_leave();
        return;
    }
    struct blocking_call c = {fn, arg};
    gm_systemstack(blocking, &c);
}

/* --- the monitor --- */

enum { SLICE_NS = 10000000, MIN_SLEEP_NS = 20000, MAX_SLEEP_NS = 10000000 };

void gm_monitor_wake(void) {
    if (__atomic_exchange_n(&gm_sched.monitor_deep, 0, __ATOMIC_SEQ_CST))
        gm_os_futex_wake(&gm_sched.monitor_deep, 1);
}

/* Asks whoever runs on p to yield at the next check. */
void gm_preempt_p(gm_p *p, bool hard) {
    __atomic_store_n(&p->preempt, 1, __ATOMIC_RELAXED);
    gm_m *m = __atomic_load_n(&p->m, __ATOMIC_ACQUIRE);
    if (!m) return;
    /* An attached thread may be gone by now, and its limit word with it. */
    if (m->attached) {
        if (hard && gm_by_signal) gm_signal_preempt(m);
        return;
    }
    gm_g *g = __atomic_load_n(&m->g, __ATOMIC_ACQUIRE);
    if (!g) return;
    __atomic_store_n(&g->preempt, 1, __ATOMIC_SEQ_CST);
    uintptr_t *word = m->limit_word;
    /* only a limit that is in force: zero means a system stack */
    uintptr_t limit = __atomic_load_n(word, __ATOMIC_RELAXED);
    if (limit != 0 && limit != UINTPTR_MAX)
        __atomic_compare_exchange_n(word, &limit, UINTPTR_MAX, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_RELAXED);
    if (hard) gm_signal_preempt(m);
}

/* Would anything else run if the goroutine on p yielded? */
static bool others_wait(gm_p *p, int64_t now) {
    int64_t timer = __atomic_load_n(&p->timers.next, __ATOMIC_RELAXED);
    return !gm_runq_empty(p) || __atomic_load_n(&gm_sched.runq_size, __ATOMIC_RELAXED) ||
           (timer && timer <= now);
}

/* Has p had one goroutine for longer than a time slice while others wait? */
static bool slice_is_over(gm_p *p, int64_t now) {
    uint32_t tick = __atomic_load_n(&p->sched_tick, __ATOMIC_RELAXED);
    if (tick != p->seen_sched) {
        p->seen_sched = tick;
        p->seen_sched_at = now;
        return false;
    }
    return now - p->seen_sched_at > SLICE_NS && others_wait(p, now);
}

/* A goroutine that is in the system each time we look, but never for long, cannot be asked to yield: its
 * P is taken as soon as its time slice is over. */
static bool watch_p(gm_p *p, int64_t now) {
    uint32_t status = __atomic_load_n(&p->status, __ATOMIC_ACQUIRE);
    if (status == GM_P_RUNNING) {
        if (__builtin_expect(gm_sched.preempt_stress != 0, 0)) gm_preempt_p(p, true);
        if (!gm_runq_empty(p)) gm_wake_p();
        if (slice_is_over(p, now)) {
            gm_preempt_p(p, p->asked_tick == p->seen_sched && p->asked);
            p->asked = true;
            p->asked_tick = p->seen_sched;
        }
        return false;
    }
    if (status != GM_P_BLOCKED || __atomic_load_n(&p->held, __ATOMIC_RELAXED)) return false;
    bool over = slice_is_over(p, now);
    uint32_t tick = __atomic_load_n(&p->block_tick, __ATOMIC_RELAXED);
    if (!over && tick != p->seen_block) {
        p->seen_block = tick;
        p->seen_block_at = now;
        return false;
    }
    bool spare = __atomic_load_n(&gm_sched.spinning, __ATOMIC_RELAXED) +
                     __atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_RELAXED) >
                 0;
    bool wanted = over || !gm_runq_empty(p) || !spare || gm_timer_next(p);
    if (!wanted && now - p->seen_block_at < SLICE_NS) return false;
    if (gm_stopping() || !gm_p_try_take(p)) return false;
    gm_tell(GM_TRACE_PROC_TAKEN, NULL, (uintptr_t)p, 0);
    gm_count(&p->block_tick);
    gm_handoff_p(p);
    return true;
}

static bool all_idle(void) {
    return __atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_SEQ_CST) >=
           __atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED);
}

static void *monitor(void *arg) {
    (void)arg;
    int64_t delay = MIN_SLEEP_NS;
    int quiet = 0;
    for (;;) {
        gm_os_sleep(delay);
        void (*watch)(int64_t) = __atomic_load_n(&gm_sched.watch, __ATOMIC_ACQUIRE);
        if (!watch && all_idle() && !gm_stopping()) {
            __atomic_store_n(&gm_sched.monitor_deep, 1, __ATOMIC_SEQ_CST);
            if (all_idle()) gm_os_futex_wait(&gm_sched.monitor_deep, 1, gm_up_gc_tick());
            __atomic_store_n(&gm_sched.monitor_deep, 0, __ATOMIC_SEQ_CST);
            delay = MIN_SLEEP_NS;
            quiet = 0;
        }
        gm_up_gc_tick();
        int64_t now = gm_os_nanotime();
        bool acted = false;
        uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
        __atomic_fetch_add(&gm_sched.monitor_round, 1, __ATOMIC_SEQ_CST);
        for (uint32_t i = 0; i < n; i++) acted |= watch_p(gm_sched.procs[i], now);
        if (watch) watch(now);
        __atomic_fetch_add(&gm_sched.monitor_round, 1, __ATOMIC_SEQ_CST);
        quiet = acted ? 0 : quiet + 1;
        if (quiet == 0) delay = MIN_SLEEP_NS;
        if (quiet > 50 && delay < MAX_SLEEP_NS) delay *= 2;
    }
    return NULL;
}

void gm_monitor_start(void) {
    if (!gm_os_thread_start(monitor, NULL)) gm_fatal("newosproc: cannot create a thread");
}
