/* lifetime.c - beginnings and ends: the scheduler, the main goroutine, threads of a C program.
 *
 * gm_sched_init makes the GOMAXPROCS Ps, all idle, and attaches the calling thread. A C program
 * goes on from there; threads for its goroutines are made when it starts some. gm_sched_main turns
 * the calling thread into an ordinary thread of the scheduler, whose first goroutine is the main
 * one.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "os/chain.h"
#include "os/inside.h"
#include "os/godebug.h"
#include "os/os.h"
#include "sched/hold.h"
#include "sched/preempt.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

/* What GOMAXPROCS is when nobody sets it: a limit of the control group is rounded up, and to 2 at
 * least, as one P has no time for the collector beside the program. */
static int default_procs(void) {
    int n = gm_os_cpus_now();
    double limit = gm_debug.containermaxprocs ? gm_os_cpu_limit() : 0;
    if (limit <= 0 || limit >= n) return n;
    int whole = (int)limit + (limit > (int)limit);
    if (whole < 2) whole = 2;
    return whole < n ? whole : n;
}

static uint32_t wanted_procs(void) {
    const char *s = getenv("GOMAXPROCS");
    long n = s ? strtol(s, NULL, 10) : 0;
    if (n <= 0) n = default_procs();
    return n > GM_MAX_PROCS ? GM_MAX_PROCS : (uint32_t)n;
}

/* --- attached threads --- */

/* A P for the attached thread of m: one that a detached thread left, or a new one. Both join the world,
 * at a moment when nobody stops it: from then on m's stack is looked at. NULL: no memory. */
static gm_p *join_world(gm_m *m) {
    gm_p *made = NULL;
    for (;;) {
        gm_mutex_lock(&gm_sched.lock);
        if (gm_stopping()) {
            gm_mutex_unlock(&gm_sched.lock);
            gm_stop_wait();
            continue;
        }
        gm_p *p = gm_sched.attached_p;
        while (p && !p->unused) p = p->link;
        if (!p && made) {
            p = made;
            GM_CHAIN_ADD(gm_sched.attached_p, p, link, ahead);
        }
        if (p) {
            __atomic_store_n(&p->unused, false, __ATOMIC_RELAXED);
            __atomic_store_n(&p->status, GM_P_RUNNING, __ATOMIC_SEQ_CST);
            __atomic_store_n(&m->gone, false, __ATOMIC_RELEASE);
            __atomic_store_n(&gm_sched.attached, gm_sched.attached + 1, __ATOMIC_RELAXED);
            gm_mutex_unlock(&gm_sched.lock);
            return p;
        }
        gm_mutex_unlock(&gm_sched.lock);
        made = gm_p_new(GM_MAX_PROCS, true);
        if (!made) return NULL;
    }
}

/* The records may be used by another thread from now on. The goroutine's is dead. */
static void give_records_back(gm_m *m) {
    if (m->thread_g) gm_g_free(NULL, m->thread_g);
    gm_signal_thread_end(m);
    gm_setm(NULL);
    gm_mutex_lock(&gm_sched.lock);
    m->taken = false;
    gm_mutex_unlock(&gm_sched.lock);
}

static bool attach(gm_m *m) {
    gm_g *g = gm_g_new_reserved(0);
    if (!g) return false;
    m->on_system = 1;
    m->thread_g = g;
    gm_m_runs(m, g);
    g->m = m;
    gm_m_begin(m);
    gm_p *p = join_world(m);
    if (!p) {
        __atomic_store_n(&g->status, GM_G_DEAD, __ATOMIC_RELEASE);
        return false;
    }
    gm_wire_p(m, p);
    gm_setg(g);
    __atomic_store_n(&g->status, GM_G_RUNNING, __ATOMIC_RELEASE);
    gm_tell(GM_TRACE_GO_CREATE, g, 0, 0);
    gm_tell(GM_TRACE_GO_START, g, 0, 0);
    return true;
}

/* --- threads that end without a word, and threads that never said one --- */

static struct {
    pthread_key_t key; /* its destructor runs when an attached thread ends */
    bool begun;        /* atomic: the library is there */
    bool foreign;      /* atomic: threads are attached when they first need it */
} threads;

/* Other destructors may still need the library, so this one asks to be called again as long as it can
 * be sure to be. The value counts the calls. */
static void thread_ends(void *value) {
    enum { LATE = 3 }; /* of at least 4 rounds, PTHREAD_DESTRUCTOR_ITERATIONS */
    uintptr_t calls = (uintptr_t)value;
    gm_m *m = gm_getm();
    if (!m || !m->attached) return;
    if (calls < LATE && pthread_setspecific(threads.key, (void *)(calls + 1)) == 0) return;
    if (m->p->held) gm_block_leave();
    gm_detach_thread();
}

void gm_attach_foreign_threads(bool yes) {
    __atomic_store_n(&threads.foreign, yes, __ATOMIC_RELAXED);
}

void gm_up_not_attached(const char *who) {
    static char text[128];
    const char *what = ": the calling thread is not attached (gm_attach_thread)";
    if (!__atomic_load_n(&threads.begun, __ATOMIC_ACQUIRE))
        what = ": called before gm_init";
    else if (gm_getm())
        what = ": called inside gm_blocking";
    else if (__atomic_load_n(&threads.foreign, __ATOMIC_RELAXED)) {
        if (gm_attach_thread()) return;
        what = ": no memory to attach the calling thread";
    }
    strcat(strncpy(text, who, 48), what);
    gm_fatal(text);
}

bool gm_attach_thread(void) {
    if (gm_getm()) return true;
    if (!__atomic_load_n(&threads.begun, __ATOMIC_ACQUIRE))
        gm_fatal("gm_attach_thread: called before gm_init");
    uintptr_t lo, hi;
    gm_m *m = gm_os_thread_stack(&lo, &hi) ? gm_m_new(true) : NULL;
    if (!m) return false;
    m->own = (gm_stack){.lo = lo, .hi = hi, .state = GM_STACK_RUNNING};
    m->stack = &m->own;
    m->block = gm_os_thread_block();
    if (pthread_setspecific(threads.key, (void *)1) == 0 && gm_starter_begin() && attach(m)) {
        gm_inside_leave(m->thread_g);
        return true;
    }
    pthread_setspecific(threads.key, NULL);
    give_records_back(m);
    return false;
}

void gm_detach_thread(void) {
    gm_m *m = gm_getm();
    if (!m || !m->attached) return;
    if (m->p->held) gm_fatal("gm_detach_thread: in a blocking region");
    if (gm_by_signal) gm_inside_enter(); /* for good: the record goes */
    pthread_setspecific(threads.key, NULL);
    gm_tell(GM_TRACE_GO_END, m->thread_g, 0, 0);
    gm_p *p = gm_unwire_p(m);
    gm_setg(NULL);
    gm_holds_end(m->thread_g);
    __atomic_store_n(&m->thread_g->status, GM_G_DEAD, __ATOMIC_RELEASE);
    gm_mutex_lock(&gm_sched.lock);
    __atomic_store_n(&gm_sched.attached, gm_sched.attached - 1, __ATOMIC_RELAXED);
    __atomic_store_n(&m->gone, true, __ATOMIC_RELEASE);
    /* A stopper that waits for this P need wait no longer. Whoever attaches next may take the P as
     * soon as the lock is free, so its status is not touched after that. */
    gm_p_block(p);
    __atomic_store_n(&p->unused, true, __ATOMIC_RELEASE);
    gm_mutex_unlock(&gm_sched.lock);
    give_records_back(m);
}

/* --- the number of Ps --- */

/* World stopped. As many of the n as there is memory for; false: not all. */
static bool set_procs(uint32_t n) {
    uint32_t wanted = n;
    for (uint32_t i = gm_sched.made; i < n; i++) {
        gm_p *p = gm_p_new(i, false);
        if (!p) {
            n = i;
            break;
        }
        p->status = GM_P_DEAD;
        gm_sched.procs[i] = p;
        __atomic_store_n(&gm_sched.made, i + 1, __ATOMIC_RELEASE);
    }
    gm_mutex_lock(&gm_sched.lock);
    __atomic_store_n(&gm_sched.nprocs, n, __ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < n; i++)
        if (__atomic_load_n(&gm_sched.procs[i]->status, __ATOMIC_RELAXED) == GM_P_DEAD)
            gm_idle_p_put(gm_sched.procs[i]);
    gm_p **at = &gm_sched.idle_p, *p;
    gm_p *retired = NULL;
    while ((p = *at)) {
        if (p->id < n) {
            at = &p->link;
            continue;
        }
        *at = p->link;
        __atomic_store_n(&gm_sched.idle_p_count, gm_sched.idle_p_count - 1, __ATOMIC_RELAXED);
        __atomic_store_n(&p->status, GM_P_DEAD, __ATOMIC_RELAXED);
        p->link = retired;
        retired = p;
    }
    gm_mutex_unlock(&gm_sched.lock);
    for (; retired; retired = retired->link)
        gm_timers_move(&retired->timers, &gm_sched.procs[0]->timers);
    /* Ps in use beyond n are given up by their threads; see retire_p */
    return n == wanted;
}

struct procs_request {
    int n;
};

static void change_procs(void *arg) {
    struct procs_request *r = arg;
    gm_world_stop("GOMAXPROCS");
    set_procs((uint32_t)r->n);
    gm_tell(GM_TRACE_PROCS, NULL, (uint64_t)r->n, 0);
    gm_world_start();
}

int gm_gomaxprocs(int n) {
    gm_need_thread("gm_gomaxprocs");
    GM_INSIDE();
    int old = (int)__atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED);
    if (n <= 0 || n == old) return old;
    struct procs_request r = {n > GM_MAX_PROCS ? GM_MAX_PROCS : n};
    gm_systemstack(change_procs, &r);
    gm_p *p = gm_getp();
    if (!p->attached && p->id >= (uint32_t)n) gm_yield();
    return old;
}

static void set_default(void *arg) {
    *(int *)arg = default_procs();
}

void gm_gomaxprocs_default(void) {
    int n;
    gm_systemstack(set_default, &n);
    gm_gomaxprocs(n);
}

/* --- beginning --- */

bool gm_sched_init(void) {
    static gm_mutex once;
    gm_mutex_lock(&once);
    bool begun = threads.begun;
    if (!begun) {
        gm_godebug_init();
        gm_sched.ncpu = (uint32_t)gm_os_cpus();
        gm_sched.seed = (uint64_t)gm_debug.schedseed;
        gm_sched.preempt_stress = (uint32_t)gm_debug.preemptstress;
        if (gm_sched.preempt_stress == 1) gm_sched.preempt_stress = 2;
        gm_stack_stress = (uint32_t)gm_debug.stackstress;
        begun = gm_heap_init() && pthread_key_create(&threads.key, thread_ends) == 0 &&
                set_procs(wanted_procs());
        if (begun) gm_signal_init();
        __atomic_store_n(&threads.begun, begun, __ATOMIC_RELEASE);
    }
    gm_mutex_unlock(&once);
    return begun && gm_attach_thread();
}

/* Goroutines begin to run: from now on threads are made for them. */
void gm_sched_begin(void) {
    static gm_mutex once;
    gm_mutex_lock(&once);
    if (!gm_sched.program) {
        __atomic_store_n(&gm_sched.program, true, __ATOMIC_RELEASE);
        if (!gm_starter_ask_monitor()) gm_monitor_start();
    }
    gm_mutex_unlock(&once);
}

struct main_call {
    void (*fn)(void *);
    void *arg;
};

static void end_process(void *arg) {
    (void)arg;
    exit(0);
}

static void main_goroutine(void *arg) {
    struct main_call *c = arg;
    gm_sched_begin();
    c->fn(c->arg);
    gm_systemstack(end_process, NULL);
}

static struct main_call main_call;

/* The main goroutine is given some room from the start, because many programs do all their work
 * there; all the room there can be, if the code does not check for stack. */
#ifdef GM_SPLIT_STACK
enum { MAIN_STACK = 256 << 10, MAIN_FLAGS = GM_GF_GROWS };
#else
enum { MAIN_STACK = GM_STACK_MAX, MAIN_FLAGS = 0 };
#endif

static void first_thread(void) {
    gm_m *m = gm_getm();
    gm_mutex_lock(&gm_sched.lock);
    gm_sched.active++;
    gm_p *p = gm_idle_p_get();
    gm_mutex_unlock(&gm_sched.lock);
    gm_wire_p(m, p);
    gm_g *g = gm_go_start_reserved(main_goroutine, &main_call, MAIN_STACK);
    if (!g) gm_fatal("cannot reserve the main goroutine's stack");
    gm_g_add_flags(g, GM_GF_MAIN | MAIN_FLAGS);
    if (gm_stack_stress && (g->flags & GM_GF_GROWS)) g->limit = g->seg0.limit = UINTPTR_MAX - 1;
    gm_schedule();
}

void gm_sched_main(void (*fn)(void *), void *arg) {
    if (!gm_sched_init()) gm_fatal("out of memory");
    gm_detach_thread();
    main_call = (struct main_call){fn, arg};
    gm_sched.main_mode = true;
    gm_m *m = gm_m_new(false);
    if (!m) gm_fatal("out of memory (thread records)");
    gm_m_begin(m);
    gm_system_base(m, first_thread);
}
