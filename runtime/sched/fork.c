/* fork.c - the scheduler in the child of a process that forked.
 *
 * Only the thread that called fork is left there, as POSIX has it, and its goroutine if it ran one. The records of all others
 * stay where they are, because somebody may point to them, and are never used again: threads are "gone", goroutines
 * dead. Whatever they waited in forgets them. Their Ps go on with the caches that they had, since the fork was made
 * with the world stopped. Threads for goroutines, the monitor and the poller are made anew when they are wanted.
 */
#include "os/os.h"
#include "sched/bubble.h"
#include "sched/hold.h"
#include "sched/proc.h"
#include "sched/sched.h"

void gm_sched_fork(enum gm_fork_step step) {
    gm_netpoll_fork(step);
    gm_mutex_fork(&gm_sched.lock, step);
    gm_stack_pool_fork(step);
    gm_units_fork(step);
    gm_ustacks_fork(step);
}

/* --- in the child --- */

static void forget_waiting(gm_g *g, void (*forget)(gm_sudog *s)) {
    switch (g->wait_reason) {
    case GM_WAIT_CHAN_RECV:
    case GM_WAIT_CHAN_SEND:
        if (g->waiting) forget(g->waiting);
        break;
    case GM_WAIT_SELECT:
        for (gm_sudog *s = g->waiting; s; s = s->waitlink) forget(s);
        break;
    case GM_WAIT_COND:
        if (g->waiting) gm_notify_forget(g->waiting);
        break;
    default: break; /* semaphores' queues are emptied as a whole */
    }
}

struct survivors {
    const gm_g *self;
    void (*forget)(gm_sudog *s);
};

static void vanish(void *ctx, gm_g *g) {
    const struct survivors *s = ctx;
    if (g == s->self) return;
    if (g->waiting) forget_waiting(g, s->forget);
    gm_holds_end(g);
    __atomic_store_n(&g->status, GM_G_DEAD, __ATOMIC_RELAXED);
}

/* The C library gives the stacks and control blocks of threads that are no more to new ones, and does not look at the
 * word in which the limit stands: a limit left there would send the new thread into gm_morestack. Threads of the library
 * never end, so their words are there; from now on they are the C library's. */
static void forget_limit(gm_m *m) {
    if (!m->attached && m->limit_word) *m->limit_word = 0;
    m->limit_word = NULL;
}

static void forget_threads(const gm_m *self) {
    for (gm_m *m = gm_sched.all_m; m; m = m->all_next) {
        if (m == self) continue;
        forget_limit(m);
        m->gone = true;
        m->signals = false;
        m->p = NULL;
        m->g = NULL;
        if (m->attached) m->taken = false;
    }
}

static void empty_queue(gm_p *p) {
    p->run_next = NULL;
    p->runq_head = p->runq_tail;
    p->live = 0;
    p->preempt = 0;
    gm_timers_child(&p->timers);
}

static void free_attached_p(gm_p *p) {
    p->m = NULL;
    p->held = p->was_blocked = false;
    p->status = GM_P_BLOCKED;
    p->unused = true;
}

static void free_p(gm_p *p) {
    p->m = NULL;
    p->held = p->was_blocked = false;
    p->status = GM_P_DEAD;
    if (p->id < gm_sched.nprocs) gm_idle_p_put(p);
}

static void free_ps(const gm_p *mine) {
    gm_sched.idle_p = NULL;
    gm_sched.idle_p_count = 0;
    for (uint32_t i = 0; i < gm_sched.made; i++) {
        empty_queue(gm_sched.procs[i]);
        if (gm_sched.procs[i] != mine) free_p(gm_sched.procs[i]);
    }
    for (gm_p *p = gm_sched.attached_p; p; p = p->link) {
        empty_queue(p);
        if (p != mine) free_attached_p(p);
    }
}

void gm_sched_child(void (*forget)(gm_sudog *s)) {
    gm_m *self = gm_getm();
    bool runs_goroutine = self && !self->attached;
    struct survivors s = {self ? self->g : NULL, forget};
    gm_tracing = 0; /* the trace is the parent's */
    gm_each_g(vanish, &s);
    gm_sema_child();
    gm_bubbles_child();
    gm_world_child();
    gm_starter_child();
    gm_sched.idle_m = gm_sched.timer_m = NULL;
    gm_sched.runq_head = gm_sched.runq_tail = NULL;
    gm_sched.runq_size = 0;
    gm_sched.active = runs_goroutine;
    gm_sched.attached = self && self->attached;
    gm_sched.spinning = gm_sched.probe_left = gm_sched.end_asked = 0;
    gm_sched.timer_until = 0;
    gm_sched.monitor_deep = 0;
    gm_sched.monitor_round += gm_sched.monitor_round % 2;
    forget_threads(self);
    free_ps(self ? self->p : NULL);
    gm_netpoll_child();
    if (self) self->tid = gm_os_thread_id();
    if (runs_goroutine) {
        self->spinning = false;
        if (!(s.self->flags & GM_GF_SYSTEM)) gm_sched.procs[0]->live = 1;
        gm_monitor_start();
    } else {
        gm_sched.program = false; /* until the child starts a goroutine */
    }
}
