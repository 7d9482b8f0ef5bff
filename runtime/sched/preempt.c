/* preempt.c - asking running goroutines to yield, by poison and by signal.
 *
 * A request sets g->preempt and poisons the stack limit of the thread, so that the next prologue
 * check leads to gm_preempt_point. If the goroutine goes on without calls, a signal interrupts it,
 * and it is parked where it stands: the thread sleeps inside the handler, on its alternate stack,
 * while its P goes to another thread. The goroutine is runnable like any other, but tied to its
 * thread until it runs again: who finds it on a queue hands its P to that thread.
 *
 * A goroutine gives way only in compiled Go, that is, where the pc stands among the sections
 * that the linker has sorted between the two marks below:
 * the runtime's own functions may hold locks and the P's caches. The poison stays until the
 * goroutine is back in compiled Go; a signal that comes too early is sent again. A loop that spends its
 * time in the runtime would seldom be met in compiled Go; so the functions in section "gm_entry"
 * give way too, in their prologues, when compiled Go has called them: to yield there is to yield at
 * the call.
 *
 * Critical sequences. A few sequences of the runtime are inlined into compiled Go and must not be
 * cut in two by a change of the collector's phase (a test whether the barrier is on, and the store
 * that follows). Each is one asm block whose beginning and end are recorded in the section
 * "gm_critical"; it does nothing that matters before its last instruction. A thread that is
 * interrupted inside is set back to the beginning, and will test again.
 *
 * The handler runs on a thread that was in compiled Go, so no lock of the runtime or of the C
 * library is held, and it may wait.
 *
 * Machine: x86-64, Linux.
 */
#define _GNU_SOURCE
#include "sched/preempt.h"

#include <errno.h>
#include <string.h>
#include <ucontext.h>

#include "os/os.h"
#include "os/signal.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

#define NO_SPLIT __attribute__((no_split_stack))

enum { SIGNAL_STACK = 64 << 10, RED_ZONE = 128 };

/* Go functions are in sections .text.sorted.golem.NAME (golem/go.h). */
__asm__(".pushsection .text.sorted.golem,\"ax\",@progbits\n"
        ".globl gm_gotext_start\n"
        ".hidden gm_gotext_start\n"
        "gm_gotext_start: ud2\n"
        ".popsection\n"
        ".pushsection \".text.sorted.golem~\",\"ax\",@progbits\n"
        ".globl gm_gotext_stop\n"
        ".hidden gm_gotext_stop\n"
        "gm_gotext_stop: ud2\n"
        ".popsection\n");
extern char gm_gotext_start[], gm_gotext_stop[];

/* Each relative to its own address, so that the section needs no relocation at run time. */
struct critical {
    int32_t begin, end;
};
extern const struct critical gm_critical_start[] __asm__("__start_gm_critical")
    __attribute__((weak));
extern const struct critical gm_critical_stop[] __asm__("__stop_gm_critical") __attribute__((weak));

bool gm_pc_is_go(uintptr_t pc) {
    return pc - (uintptr_t)gm_gotext_start < (uintptr_t)(gm_gotext_stop - gm_gotext_start);
}

bool gm_has_go(void) {
    enum { MARK = 16 }; /* what the first of the two takes */
    return gm_gotext_stop - gm_gotext_start > MARK;
}

/* The functions marked GM_ENTRY; none in a C program that links no part of lang/. */
extern char gm_entry_start[] __asm__("__start_gm_entry") __attribute__((weak));
extern char gm_entry_stop[] __asm__("__stop_gm_entry") __attribute__((weak));

static bool may_yield(uintptr_t pc, uintptr_t caller) {
    if (gm_pc_is_go(pc)) return true;
    bool entry = pc - (uintptr_t)gm_entry_start < (uintptr_t)(gm_entry_stop - gm_entry_start);
    return entry && gm_pc_is_go(caller);
}

/* The beginning of the critical sequence that pc cuts, or pc. */
static uintptr_t set_back(uintptr_t pc) {
    for (const struct critical *c = gm_critical_start; c < gm_critical_stop; c++) {
        uintptr_t begin = (uintptr_t)&c->begin + (uintptr_t)(intptr_t)c->begin;
        uintptr_t end = (uintptr_t)&c->end + (uintptr_t)(intptr_t)c->end;
        if (pc > begin && pc < end) return begin;
    }
    return pc;
}

/* --- under GODEBUG=preemptstress=n --- */

/* A request stands at all times: it is heeded at every n-th check that a thread meets, and whenever the
 * monitor's signal arrives, which it sends at every one of its ticks. n is 2 at least, because who
 * yielded in a prologue checks again before it goes on. */
static bool passes_check(gm_m *m) {
    return gm_sched.preempt_stress && !gm_stopping() && ++m->checks % gm_sched.preempt_stress != 0;
}

static void take_request(gm_g *g) {
    __atomic_store_n(&g->preempt, gm_sched.preempt_stress != 0, __ATOMIC_RELAXED);
}

/* --- at a prologue --- */

/* On the system stack, on behalf of g, which stands at pc, in the prologue of a function that will
 * return to caller. Comes back when g is to go on; if it yielded, it comes back out of the
 * gm_systemstack that led here instead. */
void gm_preempt_point(gm_g *g, uintptr_t pc, uintptr_t caller) {
    if (!__atomic_load_n(&g->preempt, __ATOMIC_RELAXED) || g->pins || !may_yield(pc, caller))
        return;
    gm_m *m = gm_getm();
    if (!m->p) return; /* between entering the system and leaving it there is nothing to give up */
    if (passes_check(m)) return;
    take_request(g);
    if (gm_end_if_asked()) return;
    if (gm_stopping()) {
        gm_stop_here(m);
        return;
    }
    gm_tell(GM_TRACE_GO_STOP, g, true, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    __atomic_store_n(&g->status, GM_G_RUNNABLE, __ATOMIC_RELEASE);
    gm_global_put(g);
    gm_schedule();
}

/* A P that GOMAXPROCS has retired goes with the goroutine that runs on it; what is indexed by Ps has no
 * place for it. Nobody who is pinned is stopped, so GOMAXPROCS does not change then. */
int gm_pin(void) {
    gm_g *g = gm_getg();
    for (;;) {
        g->pins++;
        gm_p *p = gm_getp();
        if (p->attached || p->id < __atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED))
            return (int)p->id;
        g->pins--;
        gm_yield();
    }
}

void gm_unpin(void) {
    gm_getg()->pins--;
}

bool gm_pinned(void) {
    const gm_g *g = gm_getg();
    return g && g->pins;
}

void gm_give_way(void) {
    gm_safepoint();
    gm_m *m = gm_getm();
    gm_g *g = gm_getg();
    if (!m || !g || !__atomic_load_n(&g->preempt, __ATOMIC_RELAXED)) return;
    if (m->on_system || g->pins || (g->flags & GM_GF_THREAD)) return;
    take_request(g);
    gm_yield();
}

/* --- anywhere --- */

/* Gives up the P and waits, inside the handler, until somebody hands one over. */
static void yield_here(gm_m *m, gm_g *g) {
    bool was_locked = g->lockedm != NULL;
    g->lockedm = m;
    m->locked_g = g;
    gm_tell(GM_TRACE_GO_STOP, g, true, 0);
    gm_m_runs(m, NULL);
    gm_setg(NULL);
    __atomic_store_n(&g->status, GM_G_RUNNABLE, __ATOMIC_RELEASE);
    gm_global_put(g);
    gm_stop_locked_m();
    if (!was_locked) {
        g->lockedm = NULL;
        m->locked_g = NULL;
    }
    gm_scan_if_due(g);
    gm_m_runs(m, g);
    gm_setg(g);
    gm_count(&m->p->sched_tick);
    gm_tell(GM_TRACE_GO_START, g, 0, 0);
    __atomic_store_n(&g->status, GM_G_RUNNING, __ATOMIC_RELEASE);
}

static void interrupted(gm_m *m, gm_g *g, ucontext_t *uc) {
    greg_t *regs = uc->uc_mcontext.gregs;
    regs[REG_RIP] = (greg_t)set_back((uintptr_t)regs[REG_RIP]);
    take_request(g);
    g->sp = (uintptr_t)regs[REG_RSP] - RED_ZONE;
    g->sig_context = uc;
    if (!gm_stopping()) yield_here(m, g);
    if (gm_stopping()) gm_stop_here(m);
    g->sig_context = NULL;
}

/* A thread or a goroutine of C, anywhere outside the library (world.c). */
static void cut(gm_m *m, gm_g *g, ucontext_t *uc) {
    greg_t *regs = uc->uc_mcontext.gregs;
    regs[REG_RIP] = (greg_t)set_back((uintptr_t)regs[REG_RIP]);
    __atomic_store_n(&m->p->preempt, 0, __ATOMIC_RELAXED);
    take_request(g);
    if (m->attached) {
        gm_stop_cut(m, uc);
        return;
    }
    g->sp = (uintptr_t)regs[REG_RSP] - RED_ZONE;
    g->sig_context = uc;
    gm_stop_cut(m, NULL);
    g->sig_context = NULL;
}

extern char gm_switch_begin[], gm_switch_end[];

/* A function of the library that has not counted yet may have found the limit poisoned. */
static bool switches(uintptr_t pc) {
    return pc - (uintptr_t)gm_switch_begin < (uintptr_t)(gm_switch_end - gm_switch_begin);
}

/* No function is called before the limit is out of force: this stack is none that a limit knows. */
NO_SPLIT static void on_preempt(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    ucontext_t *uc = context;
    gm_m *m = gm_getm();
    if (!m) return;
    int saved = errno;
    uintptr_t limit = gm_get_limit();
    gm_set_limit(0);
    if (m->attached) {
        __atomic_store_n(&m->stands_at, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP],
                         __ATOMIC_RELEASE);
        if (m->thread_g && gm_stop_may_cut(m, m->thread_g)) cut(m, m->thread_g, uc);
    }
    bool last = gm_probe_answer(m);
    gm_g *g = m->on_system ? NULL : gm_getg();
    if (g && m->p) {
        bool asked = __atomic_load_n(&g->preempt, __ATOMIC_RELAXED) && !g->pins;
        m->on_system = 1;
        if (asked && gm_pc_is_go((uintptr_t)uc->uc_mcontext.gregs[REG_RIP]))
            interrupted(m, g, uc);
        else if (!switches((uintptr_t)uc->uc_mcontext.gregs[REG_RIP]) && gm_stop_may_cut(m, g))
            cut(m, g, uc);
        m->on_system = 0;
        if (last) __atomic_store_n(&g->preempt, 1, __ATOMIC_RELAXED);
        limit = __atomic_load_n(&g->preempt, __ATOMIC_RELAXED) ? UINTPTR_MAX : g->limit;
    }
    gm_set_limit(limit);
    errno = saved;
}

/* The kernel says behind the 464 bytes that the processor fills whether more registers follow, and how long all is. A copy of
 * memory may have pointers in the upper halves of the widest. */
static size_t vector_state_size(const char *fp) {
    enum { LEGACY = 512, SAID_AT = 464, MAGIC = 0x46505853 };
    uint32_t said[5]; /* magic, size with a mark at the end, two words of features, size */
    memcpy(said, fp + SAID_AT, sizeof said);
    return said[0] == MAGIC && said[4] >= LEGACY ? said[4] : LEGACY;
}

void gm_each_saved_register(const void *context,
                            void (*fn)(void *arg, const void *lo, const void *hi), void *arg) {
    const ucontext_t *uc = context;
    const greg_t *regs = uc->uc_mcontext.gregs;
    fn(arg, regs, regs + NGREG);
    const char *fp = (const char *)uc->uc_mcontext.fpregs;
    if (fp) fn(arg, fp, fp + vector_state_size(fp));
}

uintptr_t gm_context_sp(const void *context) {
    const ucontext_t *uc = context;
    return ((uintptr_t)uc->uc_mcontext.gregs[REG_RSP] - RED_ZONE) & ~(uintptr_t)7;
}

void gm_signal_preempt(gm_m *m) {
    if (!__atomic_load_n(&m->signals, __ATOMIC_ACQUIRE)) return;
    gm_os_signal_send(m->tid, SIGURG);
}

/* --- where a goroutine stands --- */

/* A context saved by a signal, or the little that a call into the system leaves: the return address
 * less one, so that it lies in the call. */
bool gm_g_registers(const gm_g *g, uint64_t *regs) {
    if (g->sig_context) {
        const ucontext_t *uc = g->sig_context;
        for (int i = 0; i < GM_REGISTERS; i++) regs[i] = (uint64_t)uc->uc_mcontext.gregs[i];
        return true;
    }
    const gm_m *m = g->m;
    if (__atomic_load_n(&g->status, __ATOMIC_ACQUIRE) != GM_G_BLOCKED || !m || !m->block_pc)
        return false;
    static const uint8_t saved[6] = {REG_RBX, REG_RBP, REG_R12, REG_R13, REG_R14, REG_R15};
    for (int i = 0; i < GM_REGISTERS; i++) regs[i] = 0;
    for (int i = 0; i < 6; i++) regs[saved[i]] = m->block_regs[i];
    regs[REG_RSP] = m->block_go_sp + sizeof(uintptr_t);
    regs[REG_RIP] = m->block_pc - 1;
    return true;
}
_Static_assert(GM_REGISTERS == REG_RIP + 1, "sched.h");

/* --- set-up --- */

void gm_signal_thread_init(gm_m *m) {
    if (!gm_os_signal_stack(&m->signal_stack, SIGNAL_STACK)) return;
    if (!m->attached) gm_os_signals_open();
    __atomic_store_n(&m->signals, true, __ATOMIC_RELEASE);
}

/* The thread goes on without a record: the stack that it was lent will be another's. */
void gm_signal_thread_end(gm_m *m) {
    gm_os_signal_stack_off(m->signal_stack);
}

void gm_signal_init(void) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, 0};
    gm_os_signal_handle(SIGURG, on_preempt, faults, SA_RESTART);
}
