/* dump.c - fatal errors of the scheduler, and the traces that go with them. */
#include <stdlib.h>
#include <unistd.h>

#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

const char *gm_wait_text(unsigned reason) {
    static const char *const text[GM_WAIT_COUNT] = {
        [GM_WAIT_CHAN_RECV] = "chan receive",
        [GM_WAIT_CHAN_SEND] = "chan send",
        [GM_WAIT_CHAN_RECV_NIL] = "chan receive (nil chan)",
        [GM_WAIT_CHAN_SEND_NIL] = "chan send (nil chan)",
        [GM_WAIT_SELECT] = "select",
        [GM_WAIT_SELECT_EMPTY] = "select (no cases)",
        [GM_WAIT_SLEEP] = "sleep",
        [GM_WAIT_SEM] = "semacquire",
        [GM_WAIT_COND] = "sync.Cond.Wait",
        [GM_WAIT_MUTEX] = "sync.Mutex.Lock",
        [GM_WAIT_GROUP] = "sync.WaitGroup.Wait",
        [GM_WAIT_IO] = "IO wait",
        [GM_WAIT_GC] = "garbage collection",
        [GM_WAIT_FINALIZER] = "finalizer wait",
        [GM_WAIT_FORCE_GC] = "force gc (idle)",
        [GM_WAIT_GC_SWEEP] = "GC sweep wait",
        [GM_WAIT_GC_WORKER] = "GC worker (idle)",
        [GM_WAIT_GC_ASSIST] = "GC assist wait",
        [GM_WAIT_PREEMPTED] = "preempted",
    };
    return reason < GM_WAIT_COUNT && text[reason] ? text[reason] : "waiting";
}

bool gm_g_stands(const gm_g *g) {
    const gm_m *m = g->m;
    const gm_p *p = m ? m->p : NULL;
    return p && m->on_system && __atomic_load_n(&p->status, __ATOMIC_ACQUIRE) == GM_P_STOPPED;
}

/* What a trace calls g's state. */
const char *gm_g_state_text(const gm_g *g) {
    switch (__atomic_load_n(&g->status, __ATOMIC_ACQUIRE)) {
    case GM_G_RUNNING:
        /* who was made to stand still would be runnable under Go */
        return g != gm_getg() && (g->sig_context || gm_g_stands(g)) ? "runnable" : "running";
    case GM_G_IDLE: return "idle";
    case GM_G_RUNNABLE: return "runnable";
    case GM_G_BLOCKED: return "syscall";
    case GM_G_WAITING: return gm_wait_text(g->wait_reason);
    default: return "dead";
    }
}

struct dump {
    gm_g *but;
    bool main; /* the main goroutine comes first */
};

static void dump_g(void *arg, gm_g *g) {
    const struct dump *d = arg;
    if (g == d->but || (g->flags & (GM_GF_SYSTEM | GM_GF_THREAD))) return;
    if (((g->flags & GM_GF_MAIN) != 0) == d->main) gm_up_traceback_g(g);
}

/* Traces of all goroutines but one. */
void gm_dump_others(gm_g *but) {
    struct dump d = {but, true};
    gm_each_g(dump_g, &d);
    d.main = false;
    gm_each_g(dump_g, &d);
}

static void fatal(void *arg) {
    gm_os_printf("fatal error: %s\n", (const char *)arg);
    gm_world_freeze();
    gm_g *g = gm_getg();
    if (g && gm_up_traceback_g) gm_up_traceback_g(g);
    if (gm_up_traceback_g) gm_dump_others(g);
    _exit(2);
}

void gm_sched_fatal(const char *msg) {
    gm_systemstack(fatal, (void *)msg);
    __builtin_unreachable();
}

void gm_stack_overflow(gm_g *g) {
    bool fixed = (g->flags & (GM_GF_CSTACK | GM_GF_GROWS)) == GM_GF_CSTACK;
    size_t limit = fixed ? g->seg0.hi - g->seg0.lo : gm_stack_max();
    gm_os_printf("runtime: goroutine stack exceeds %lu-byte limit\n", (unsigned long)limit);
    gm_os_printf("runtime: sp=0x%lx stack=[0x%lx, 0x%lx]\n", (unsigned long)g->sp,
                 (unsigned long)g->seg->lo, (unsigned long)g->seg->hi);
    gm_sched_fatal("stack overflow");
}

/* The language's floor has its own. */
__attribute__((weak)) void gm_up_fatal(const char *msg) {
    gm_sched_fatal(msg);
}
