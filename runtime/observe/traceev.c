/* traceev.c - the events of an execution trace.
 *
 * Who reads a trace plays the scheduler: every event must be possible after those before it, or the trace is refused. So what the trace
 * has told of each goroutine and each P stands in their records (trace_state, valid if trace_gen is the generation), and an event
 * that does not fit to it brings the missing ones with it: a P that the trace knows as idle starts before a goroutine runs
 * on it, a goroutine that it knows as waiting is unblocked before it starts. So the floors below need not tell everything,
 * and a trace may begin while threads are at any point between two events.
 *
 * The order of events of different threads is settled by numbers: each event by which a goroutine or a P comes into somebody else's
 * hands carries the next one of its record (trace_seq), which begin at 0 with the generation.
 *
 * Who may write when. A thread that holds a P (and so keeps the world from stopping) writes into its block and changes the records of
 * its P and of goroutines that are in its hands. A thread without one holds gm_trace_lock, which is held too while
 * a generation begins. Such threads can still change a goroutine's status in the middle of that: they do so before they look whether a trace
 * is taken, and the beginning looks at the status after it has said that one is.
 *
 * In the system: the trace knows the P as being there with its thread, until somebody else takes it (ProcSteal). When a generation begins,
 * all such Ps are taken away in the trace, so that none is named by a thread that may be silent for long.
 *
 * A thread of the collector stands in the trace as a goroutine on a P of its own, which is started when it does something and
 * blocked afterwards. Numbers of such Ps begin behind those of attached threads.
 */
#include <string.h>

#include "gc/cycle.h"
#include "gc/pacer.h"
#include "gc/marker.h"
#include "heap/heap.h"
#include "observe/exectrace.h"
#include "os/os.h"
#include "sched/callers.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

enum event_type {
    EV_PROCS_CHANGE = 9,
    EV_PROC_START,
    EV_PROC_STOP,
    EV_PROC_STEAL,
    EV_PROC_STATUS,
    EV_GO_CREATE,
    EV_GO_CREATE_SYSCALL,
    EV_GO_START,
    EV_GO_DESTROY,
    EV_GO_DESTROY_SYSCALL,
    EV_GO_STOP,
    EV_GO_BLOCK,
    EV_GO_UNBLOCK,
    EV_GO_SYSCALL_BEGIN,
    EV_GO_SYSCALL_END,
    EV_GO_SYSCALL_END_BLOCKED,
    EV_GO_STATUS,
    EV_STW_BEGIN,
    EV_STW_END,
    EV_GC_ACTIVE,
    EV_GC_BEGIN,
    EV_GC_END,
    EV_GC_SWEEP_ACTIVE,
    EV_GC_SWEEP_BEGIN,
    EV_GC_SWEEP_END,
    EV_ASSIST_ACTIVE,
    EV_ASSIST_BEGIN,
    EV_ASSIST_END,
    EV_HEAP_ALLOC,
    EV_HEAP_GOAL,
    EV_GO_LABEL,
    EV_TASK_BEGIN,
    EV_TASK_END,
    EV_REGION_BEGIN,
    EV_REGION_END,
    EV_LOG,
    EV_GO_SWITCH,
    EV_GO_SWITCH_DESTROY,
    EV_GO_CREATE_BLOCKED,
    EV_GO_STATUS_STACK
};

/* As the trace numbers them. */
enum go_state {
    GO_UNKNOWN,
    GO_RUNNABLE,
    GO_RUNNING,
    GO_SYSCALL,
    GO_WAITING,
    GO_STATE = 15,
    GO_ASSISTS = 16
};
enum proc_state { PROC_UNKNOWN, PROC_RUNNING, PROC_IDLE, PROC_SYSCALL };

enum { DEPTH = 128 }; /* of call stacks */
enum { FIRST_WORKER_P = 2 * GM_MAX_PROCS, NO_THREAD = 0 };
static const uint64_t FIRST_WORKER_G = 1000000000;

static uint64_t gc_seq;   /* of beginnings and ends of cycles */
static bool stop_is_told; /* the trace knows of the stop that goes on */

typedef struct happening {
    enum gm_trace_what what;
    gm_g *g;
    uint64_t a, b;
} happening;

/* --- writing --- */

static void write0(gm_trace_thread *t, enum event_type type) {
    gm_trace_end_event(t, gm_trace_begin_event(t, (uint8_t)type));
}

static void write1(gm_trace_thread *t, enum event_type type, uint64_t a) {
    uint8_t *to = gm_trace_begin_event(t, (uint8_t)type);
    gm_trace_end_event(t, gm_trace_number(to, a));
}

static void write2(gm_trace_thread *t, enum event_type type, uint64_t a, uint64_t b) {
    uint8_t *to = gm_trace_begin_event(t, (uint8_t)type);
    to = gm_trace_number(to, a);
    gm_trace_end_event(t, gm_trace_number(to, b));
}

static void write3(gm_trace_thread *t, enum event_type type, uint64_t a, uint64_t b, uint64_t c) {
    uint8_t *to = gm_trace_begin_event(t, (uint8_t)type);
    to = gm_trace_number(to, a);
    to = gm_trace_number(to, b);
    gm_trace_end_event(t, gm_trace_number(to, c));
}

static void write4(gm_trace_thread *t, enum event_type type, uint64_t a, uint64_t b, uint64_t c,
                   uint64_t d) {
    uint8_t *to = gm_trace_begin_event(t, (uint8_t)type);
    to = gm_trace_number(to, a);
    to = gm_trace_number(to, b);
    to = gm_trace_number(to, c);
    gm_trace_end_event(t, gm_trace_number(to, d));
}

/* --- call stacks --- */

/* Of the goroutine that this thread runs, of another that stands still, or of one that a signal interrupted. */
static uint64_t stack_of(const gm_g *g) {
    uintptr_t pcs[DEPTH];
    if (!g) return 0;
    int n = g->sig_context   ? gm_callers_interrupted(g->sig_context, pcs, DEPTH)
            : g == gm_getg() ? gm_callers_self(pcs, DEPTH)
                             : gm_callers_g(g, pcs, DEPTH);
    return gm_trace_stack(pcs, gm_only_go(pcs, n));
}

/* Where it begins. */
static uint64_t stack_of_start(const gm_g *g) {
    uintptr_t pc = (uintptr_t)g->fn + 1;
    return g->fn ? gm_trace_stack(&pc, 1) : 0;
}

/* --- what is known of goroutines and Ps --- */

static uint16_t gen(void) {
    return (uint16_t)(gm_trace_gen % UINT16_MAX + 1); /* 0: none */
}

static enum go_state state_of(const gm_g *g) {
    return g->trace_gen == gen() ? g->trace_state & GO_STATE : GO_UNKNOWN;
}

static void set_state(gm_g *g, enum go_state state) {
    uint8_t assists = g->trace_gen ? g->trace_state & GO_ASSISTS : 0;
    if (g->trace_gen != gen()) g->trace_seq = 0;
    g->trace_gen = gen();
    g->trace_state = (uint8_t)(state | assists);
}

static void set_proc(gm_p *p, enum proc_state state, uint64_t thread) {
    if (p->trace_gen != gen()) p->trace_seq = 0;
    p->trace_gen = gen();
    p->trace_state = (uint8_t)state;
    p->trace_thread = (uint32_t)thread;
}

static void create(gm_trace_thread *t, gm_g *g, bool blocked) {
    g->trace_gen = 0; /* the record may have been somebody else's */
    set_state(g, blocked ? GO_WAITING : GO_RUNNABLE);
    gm_g *creator = gm_getg();
    bool runs = creator && state_of(creator) == GO_RUNNING;
    write3(t, blocked ? EV_GO_CREATE_BLOCKED : EV_GO_CREATE, g->id, stack_of_start(g),
           runs ? stack_of(creator) : 0);
}

/* p, which this thread holds, is idle from now on, in the trace. */
static void take_from_system(gm_trace_thread *t, gm_p *p) {
    write3(t, EV_PROC_STEAL, p->trace_id, ++p->trace_seq, p->trace_thread);
    set_proc(p, PROC_IDLE, NO_THREAD);
}

/* This thread holds p and is about to use it. */
static void start_proc(gm_trace_thread *t, gm_p *p) {
    if (p->trace_gen != gen()) {
        set_proc(p, PROC_IDLE, NO_THREAD);
        write2(t, EV_PROC_STATUS, p->trace_id, PROC_IDLE);
    }
    if (p->trace_thread == t->id && p->trace_state != PROC_IDLE) return;
    if (p->trace_state == PROC_SYSCALL) take_from_system(t, p);
    set_proc(p, PROC_RUNNING, t->id);
    write2(t, EV_PROC_START, p->trace_id, ++p->trace_seq);
}

static void unblock(gm_trace_thread *t, gm_g *g, bool with_stack) {
    if (state_of(g) != GO_WAITING) return;
    set_state(g, GO_RUNNABLE);
    write3(t, EV_GO_UNBLOCK, g->id, ++g->trace_seq, with_stack ? stack_of(gm_getg()) : 0);
}

/* g runs on this thread from now on, and on p. */
static void start(gm_trace_thread *t, gm_p *p, gm_g *g) {
    bool kept = p->trace_gen == gen() && p->trace_state == PROC_SYSCALL && p->trace_thread == t->id;
    if (kept && state_of(g) == GO_SYSCALL) {
        write0(t, EV_GO_SYSCALL_END);
        set_proc(p, PROC_RUNNING, t->id);
        set_state(g, GO_RUNNING);
        return;
    }
    start_proc(t, p);
    if (state_of(g) == GO_UNKNOWN) create(t, g, false);
    if (state_of(g) == GO_RUNNING) return;
    if (state_of(g) == GO_SYSCALL) {
        write0(t, EV_GO_SYSCALL_END_BLOCKED);
        set_state(g, GO_RUNNABLE);
    }
    unblock(t, g, false);
    set_state(g, GO_RUNNING);
    write2(t, EV_GO_START, g->id, ++g->trace_seq);
}

/* --- a goroutine leaves its thread --- */

static const char *reason_of(const gm_g *g) {
    if (g->flags & GM_GF_SYSTEM) return "system goroutine wait";
    switch ((enum gm_wait)g->wait_reason) {
    case GM_WAIT_CHAN_RECV: return "chan receive";
    case GM_WAIT_CHAN_SEND: return "chan send";
    case GM_WAIT_CHAN_RECV_NIL:
    case GM_WAIT_CHAN_SEND_NIL:
    case GM_WAIT_SELECT_EMPTY: return "forever";
    case GM_WAIT_SELECT: return "select";
    case GM_WAIT_SLEEP: return "sleep";
    case GM_WAIT_COND: return "sync.(*Cond).Wait";
    case GM_WAIT_SEM:
    case GM_WAIT_MUTEX:
    case GM_WAIT_RWMUTEX_R:
    case GM_WAIT_RWMUTEX:
    case GM_WAIT_GROUP: return "sync";
    case GM_WAIT_IO: return "network";
    case GM_WAIT_GC: return "wait until GC ends";
    case GM_WAIT_GC_ASSIST: return "GC mark assist wait for work";
    case GM_WAIT_FINALIZER: return "system goroutine wait";
    case GM_WAIT_COROUTINE: return "coroutine";
    case GM_WAIT_BUBBLE_RUN:
    case GM_WAIT_BUBBLE_WAIT: return "synctest";
    case GM_WAIT_PREEMPTED: return "preempted";
    default: return "unspecified";
    }
}

static void leave(gm_trace_thread *t, gm_p *p, gm_g *g, const happening *h) {
    start(t, p, g);
    if (h->what == GM_TRACE_GO_END) {
        write0(t, EV_GO_DESTROY);
        g->trace_gen = 0;
        return;
    }
    bool blocks = h->what == GM_TRACE_GO_BLOCK;
    const char *why = blocks ? reason_of(g) : h->a ? "preempted" : "runtime.Gosched";
    write2(t, blocks ? EV_GO_BLOCK : EV_GO_STOP, gm_trace_word(why), stack_of(g));
    set_state(g, blocks ? GO_WAITING : GO_RUNNABLE);
}

static void enter_system(gm_trace_thread *t, gm_p *p, gm_g *g) {
    start(t, p, g);
    write2(t, EV_GO_SYSCALL_BEGIN, ++p->trace_seq, stack_of(g));
    set_proc(p, PROC_SYSCALL, t->id);
    set_state(g, GO_SYSCALL);
}

/* --- the collector --- */

static void of_collector(gm_trace_thread *t, gm_g *g, const happening *h) {
    switch (h->what) {
    case GM_TRACE_STOP:
        write2(t, EV_STW_BEGIN, gm_trace_word((const char *)h->b), stack_of(g));
        stop_is_told = true;
        break;
    case GM_TRACE_STOP_END:
        if (stop_is_told) write0(t, EV_STW_END);
        stop_is_told = false;
        break;
    case GM_TRACE_GC_BEGIN: write2(t, EV_GC_BEGIN, gc_seq++, stack_of(g)); break;
    case GM_TRACE_GC_END: write1(t, EV_GC_END, gc_seq++); break;
    case GM_TRACE_HEAP: write1(t, EV_HEAP_ALLOC, h->a); break;
    case GM_TRACE_GOAL: write1(t, EV_HEAP_GOAL, h->a); break;
    case GM_TRACE_PROCS: write2(t, EV_PROCS_CHANGE, h->a, stack_of(g)); break;
    default: break;
    }
}

static void assist(gm_trace_thread *t, gm_g *g, bool begins) {
    bool assists = g->trace_state & GO_ASSISTS;
    if (assists == begins) return;
    if (begins)
        write1(t, EV_ASSIST_BEGIN, stack_of(g));
    else
        write0(t, EV_ASSIST_END);
    g->trace_state ^= GO_ASSISTS;
}

/* --- threads without a P: lock held --- */

static void worker_begins(gm_trace_thread *t) {
    static uint32_t workers;
    if (t->depth++ > 0) return;
    uint64_t g = FIRST_WORKER_G + t->id;
    if (!t->number) {
        t->number = FIRST_WORKER_P + workers++ % GM_MAX_PROCS;
        uintptr_t pc = (uintptr_t)worker_begins + 1;
        write2(t, EV_PROC_STATUS, t->number, PROC_IDLE);
        write2(t, EV_PROC_START, t->number, ++t->p_seq);
        write3(t, EV_GO_CREATE, g, gm_trace_stack(&pc, 1), 0);
    } else {
        write2(t, EV_PROC_START, t->number, ++t->p_seq);
        write3(t, EV_GO_UNBLOCK, g, ++t->g_seq, 0);
    }
    write2(t, EV_GO_START, g, ++t->g_seq);
}

static void worker_ends(gm_trace_thread *t) {
    if (t->depth == 0 || --t->depth > 0) return;
    write2(t, EV_GO_BLOCK, gm_trace_word("system goroutine wait"), 0);
    write0(t, EV_PROC_STOP);
}

static void without_proc(gm_trace_thread *t, const happening *h) {
    switch (h->what) {
    case GM_TRACE_PROC_TAKEN: {
        gm_p *p = (gm_p *)h->a;
        if (p->trace_gen == gen() && p->trace_state == PROC_SYSCALL) take_from_system(t, p);
        break;
    }
    case GM_TRACE_GO_UNBLOCK: unblock(t, h->g, false); break;
    case GM_TRACE_SYSCALL_LOST:
        if (state_of(h->g) != GO_SYSCALL) break;
        write0(t, EV_GO_SYSCALL_END_BLOCKED);
        set_state(h->g, GO_RUNNABLE);
        break;
    case GM_TRACE_WORKER: worker_begins(t); break;
    case GM_TRACE_WORKER_END: worker_ends(t); break;
    default:
        if (gm_getm()) break; /* no place in the trace for it */
        worker_begins(t);
        if (h->what == GM_TRACE_GO_CREATE)
            create(t, h->g, false);
        else
            of_collector(t, NULL, h);
        worker_ends(t);
    }
}

/* --- what the floors below tell --- */

static void with_proc(gm_trace_thread *t, gm_m *m, const happening *h) {
    gm_p *p = m->p;
    gm_g *g = m->g;
    switch (h->what) {
    case GM_TRACE_PROC_START: start_proc(t, p); break;
    case GM_TRACE_PROC_STOP:
        if (p->trace_gen != gen() || p->trace_state != PROC_RUNNING || p->trace_thread != t->id)
            break;
        write0(t, EV_PROC_STOP);
        set_proc(p, PROC_IDLE, NO_THREAD);
        break;
    case GM_TRACE_GO_CREATE:
    case GM_TRACE_GO_CREATE_BLOCKED:
        start_proc(t, p);
        create(t, h->g, h->what == GM_TRACE_GO_CREATE_BLOCKED);
        break;
    case GM_TRACE_GO_START:
    case GM_TRACE_SYSCALL_END: start(t, p, h->g); break;
    case GM_TRACE_GO_STOP:
    case GM_TRACE_GO_BLOCK:
    case GM_TRACE_GO_END: leave(t, p, h->g, h); break;
    case GM_TRACE_GO_UNBLOCK: unblock(t, h->g, true); break;
    case GM_TRACE_SYSCALL_BEGIN: enter_system(t, p, h->g); break;
    case GM_TRACE_ASSIST:
    case GM_TRACE_ASSIST_END:
        if (!g || p->attached)
            break; /* Go's tools take the number of its P for that of one of the GOMAXPROCS */
        start(t, p, g);
        assist(t, g, h->what == GM_TRACE_ASSIST);
        break;
    case GM_TRACE_SWEEP:
        if (p->attached) break;
        start_proc(t, p);
        write1(t, EV_GC_SWEEP_BEGIN, stack_of(g));
        p->trace_sweeps = true;
        break;
    case GM_TRACE_SWEEP_END:
        if (p->trace_sweeps) write2(t, EV_GC_SWEEP_END, h->a, h->b);
        p->trace_sweeps = false;
        break;
    case GM_TRACE_HEAP:
    case GM_TRACE_GOAL:
        start_proc(t, p);
        of_collector(t, g, h);
        break;
    case GM_TRACE_STOP:
    case GM_TRACE_STOP_END:
    case GM_TRACE_GC_BEGIN:
    case GM_TRACE_GC_END:
    case GM_TRACE_PROCS:
        if (!g || state_of(g) == GO_SYSCALL) break;
        start(t, p, g);
        of_collector(t, g, h);
        break;
    default: break;
    }
}

/* Stops say when they began and ended: before they are told of. */
static void tell(void *arg) {
    const happening *h = arg;
    gm_m *m = gm_getm();
    uint64_t since = h->what == GM_TRACE_STOP || h->what == GM_TRACE_STOP_END ? h->a : 0;
    if (m && m->p) {
        gm_trace_thread *t = gm_trace_here(false);
        t->now = since;
        with_proc(t, m, h);
        t->now = 0;
        return;
    }
    gm_mutex_lock(&gm_trace_lock);
    if (__atomic_load_n(&gm_tracing, __ATOMIC_RELAXED)) {
        gm_trace_thread *t = gm_trace_here(true);
        t->locked = true;
        t->now = since;
        without_proc(t, h);
        t->now = 0;
        t->locked = false;
    }
    gm_mutex_unlock(&gm_trace_lock);
}

/* A signal's handler that was called on a goroutine's stack has left that as it was, and has one of its own. */
void gm_up_trace(enum gm_trace_what what, gm_g *g, uint64_t a, uint64_t b) {
    happening h = {what, g, a, b};
    if (g && g->sig_context)
        tell(&h);
    else
        gm_systemstack(tell, &h);
}

/* --- a generation begins and ends: world stopped, lock held --- */

/* What is not told before the generation is over would have to be told for it. */
void gm_trace_states_end(void) {
    gm_trace_thread *t = gm_trace_here(true);
    for (uint32_t i = 0; i < gm_sched.made; i++) {
        gm_p *p = gm_sched.procs[i];
        if (p->trace_gen == gen() && p->trace_state == PROC_SYSCALL) take_from_system(t, p);
    }
    for (gm_p *p = gm_sched.attached_p; p; p = p->link)
        if (p->trace_gen == gen() && p->trace_state == PROC_SYSCALL) take_from_system(t, p);
}

/* Does p run in the trace's sense: does its thread hold it, and is not in the system? */
static gm_m *runner_of(const gm_p *p) {
    if (p->was_blocked || p->status == GM_P_IDLE || p->status == GM_P_DEAD) return NULL;
    return p->m;
}

static void write_running_g(gm_trace_thread *t, gm_g *g) {
    set_state(g, GO_RUNNING);
    write3(t, EV_GO_STATUS, g->id, t->id, GO_RUNNING);
}

static void write_proc(gm_trace_thread *mine, gm_p *p) {
    gm_m *m = runner_of(p);
    if (!m) {
        set_proc(p, PROC_IDLE, NO_THREAD);
        write2(mine, EV_PROC_STATUS, p->trace_id, PROC_IDLE);
        return;
    }
    gm_trace_thread *t = gm_trace_thread_of(m);
    set_proc(p, PROC_RUNNING, t->id);
    write2(t, EV_PROC_STATUS, p->trace_id, PROC_RUNNING);
    if (m->g) write_running_g(t, m->g);
}

typedef struct survey {
    gm_trace_thread *mine;
    bool first;
    uint16_t last_gen;
    uint32_t stacks; /* so many may still be written */
} survey;

static enum go_state state_at_start(const gm_g *g) {
    switch ((enum gm_g_status)__atomic_load_n(&g->status, __ATOMIC_SEQ_CST)) {
    case GM_G_RUNNABLE: return GO_RUNNABLE;
    case GM_G_BLOCKED: return g->m ? GO_SYSCALL : GO_UNKNOWN;
    case GM_G_WAITING: return g->flags & GM_GF_THREAD ? GO_UNKNOWN : GO_WAITING;
    default: return GO_UNKNOWN;
    }
}

static void write_g(void *arg, gm_g *g) {
    survey *s = arg;
    if (g->trace_gen == gen()) return; /* it runs */
    enum go_state state = GO_UNKNOWN;
    if (s->first)
        state = state_at_start(g);
    else if (g->trace_gen == s->last_gen)
        state = g->trace_state & GO_STATE;
    if (state == GO_UNKNOWN || state == GO_RUNNING) return;
    set_state(g, state);
    uint64_t thread = state == GO_SYSCALL ? (uint64_t)g->m->tid : UINT64_MAX;
    uint64_t stack = s->stacks > 0 && state == GO_WAITING ? stack_of(g) : 0;
    if (stack) s->stacks--;
    if (stack)
        write4(s->mine, EV_GO_STATUS_STACK, g->id, thread, state, stack);
    else
        write3(s->mine, EV_GO_STATUS, g->id, thread, state);
}

static void forget_g(void *arg, gm_g *g) {
    (void)arg;
    g->trace_gen = g->trace_state = 0;
}

static void write_worker(gm_trace_thread *mine, gm_trace_thread *t) {
    if (t->session != gm_trace_session || !t->number) return;
    bool runs = t->depth > 0;
    t->p_seq = t->g_seq = 0;
    uint64_t g = FIRST_WORKER_G + t->id;
    gm_trace_thread *to = runs ? t : mine;
    write2(to, EV_PROC_STATUS, t->number, runs ? PROC_RUNNING : PROC_IDLE);
    write3(to, EV_GO_STATUS, g, runs ? t->id : UINT64_MAX, runs ? GO_RUNNING : GO_WAITING);
}

/* All that the generation's events may name. Of a program that has very many goroutines at a standstill, only some are told with their stacks. */
void gm_trace_states(bool first) {
    enum { MOST_STACKS = 1000 };
    gm_m *m = gm_getm();
    gm_trace_thread *mine = gm_trace_here(true);
    if (first) gm_each_g(forget_g, NULL);
    mine->now = (uint64_t)gm_os_nanotime();
    write_proc(mine, m->p);
    for (uint32_t i = 0; i < gm_sched.made; i++)
        if (gm_sched.procs[i] != m->p && gm_sched.procs[i]->status != GM_P_DEAD)
            write_proc(mine, gm_sched.procs[i]);
    for (gm_p *p = gm_sched.attached_p; p; p = p->link)
        if (p != m->p && !p->unused) write_proc(mine, p);
    survey s = {.mine = mine,
                .first = first,
                .last_gen = (uint16_t)((gm_trace_gen - 1) % UINT16_MAX + 1),
                .stacks = first ? MOST_STACKS : 0};
    gm_each_g(write_g, &s);
    for (gm_trace_thread *t = gm_trace_threads(); t; t = t->next) write_worker(mine, t);
    write2(mine, EV_PROCS_CHANGE, gm_sched.nprocs, first ? stack_of(m->g) : 0);
    write1(mine, EV_HEAP_ALLOC, (uint64_t)__atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED));
    write1(mine, EV_HEAP_GOAL, (uint64_t)__atomic_load_n(&gm_goal_bytes, __ATOMIC_RELAXED));
    if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) write1(mine, EV_GC_ACTIVE, gc_seq++);
    write2(mine, EV_STW_BEGIN, gm_trace_word(first ? "start trace" : "trace generation"), 0);
    stop_is_told = true;
    mine->now = 0;
}

/* --- annotations of the program --- */

typedef struct annotation {
    enum event_type type;
    uint64_t id, parent;
    gm_trace_text text, value;
} annotation;

static void annotate(void *arg) {
    const annotation *a = arg;
    gm_m *m = gm_getm();
    if (!__atomic_load_n(&gm_tracing, __ATOMIC_RELAXED) || !m || !m->p || !m->g) return;
    gm_trace_thread *t = gm_trace_here(false);
    start(t, m->p, m->g);
    uint64_t stack = stack_of(m->g);
    switch (a->type) {
    case EV_TASK_BEGIN:
        write4(t, a->type, a->id, a->parent, gm_trace_string(a->text), stack);
        break;
    case EV_TASK_END: write2(t, a->type, a->id, stack); break;
    case EV_LOG:
        write4(t, a->type, a->id, gm_trace_string(a->text), gm_trace_string(a->value), stack);
        break;
    default: write3(t, a->type, a->id, gm_trace_string(a->text), stack);
    }
}

static void put_annotation(annotation a) {
    if (__atomic_load_n(&gm_tracing, __ATOMIC_RELAXED)) gm_systemstack(annotate, &a);
}

void gm_trace_task_begin(uint64_t id, uint64_t parent, gm_trace_text kind) {
    put_annotation((annotation){.type = EV_TASK_BEGIN, .id = id, .parent = parent, .text = kind});
}

void gm_trace_task_end(uint64_t id) {
    put_annotation((annotation){.type = EV_TASK_END, .id = id});
}

void gm_trace_region(uint64_t id, bool end, gm_trace_text kind) {
    put_annotation(
        (annotation){.type = end ? EV_REGION_END : EV_REGION_BEGIN, .id = id, .text = kind});
}

void gm_trace_log(uint64_t id, gm_trace_text key, gm_trace_text value) {
    put_annotation((annotation){.type = EV_LOG, .id = id, .text = key, .value = value});
}
