/* signal.c - faults of compiled code become panics.
 *
 * The handler runs on the thread's alternate signal stack. For a fault on a goroutine's stack it
 * rewrites the interrupted context so that the faulting instruction seems to have called
 * gm_fault_entry (frame_amd64.S), and returns: the panic then happens on the goroutine, outside of
 * any handler. A fault in the guard of a reserved stack is a stack overflow; a fault on a system
 * stack or on a foreign thread is a bug of the runtime or of C code, and ends the process.
 *
 * The handler's functions have no stack check: the limit of the interrupted goroutine means nothing
 * on the signal stack. What they call beyond that goes through gm_systemstack.
 *
 * Machine: x86-64, Linux.
 */
#define _GNU_SOURCE
#include "lang/print.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "sched/sched.h"

enum { red_zone = 128, near_null = 4096, signal_stack_size = 64 << 10 };

#define NO_SPLIT __attribute__((no_split_stack))

void gm_stack_overflow(gm_g *g) __attribute__((noreturn));
void gm_fault_entry(void);
GM_NORETURN void gm_fault_panic(uint64_t what, uintptr_t addr, uintptr_t pc);

static bool panic_on_fault; /* debug.SetPanicOnFault */

bool gm_set_panic_on_fault(bool on) {
    bool old = panic_on_fault;
    panic_on_fault = on;
    return old;
}

static bool is_nil_access(const gm_signal_note *f) {
    if (f->addr >= near_null) return false;
    if (f->signo == SIGBUS) return f->code == BUS_ADRERR;
    return f->code == 0 || f->code == SEGV_MAPERR || f->code == SEGV_ACCERR;
}

GM_NORETURN static void unexpected_address(const gm_signal_note *f) {
    gm_print_seize();
    gm_print_c("unexpected fault address ");
    gm_print_hex(f->addr);
    gm_print_c("\n");
    gm_throw_signal("fault", f);
}

/* On the goroutine's stack, in place of the faulting instruction. what: signal, and code above. */
void gm_fault_panic(uint64_t what, uintptr_t addr, uintptr_t pc) {
    gm_signal_note f = {(int)(uint32_t)what, (int)(what >> 32), addr, pc};
    gm_getg()->fault = &f; /* for the panic that follows, which copies it */
    if (f.signo == SIGFPE) {
        if (f.code == FPE_INTDIV) gm_panic_divide();
        if (f.code == FPE_INTOVF) gm_panic_overflow();
        gm_panic_float();
    }
    if (is_nil_access(&f)) gm_panic_mem();
    if (panic_on_fault) gm_panic_mem_addr(f.addr);
    unexpected_address(&f);
}

static void overflow(void *arg) {
    gm_stack_overflow(arg);
}

static void bad_signal(void *arg) {
    gm_throw_signal("unexpected signal during runtime execution", arg);
}

NO_SPLIT static void on_fault(int signo, siginfo_t *info, void *context) {
    ucontext_t *uc = context;
    greg_t *regs = uc->uc_mcontext.gregs;
    gm_g *g = gm_getg();
    gm_m *m = gm_getm();
    gm_signal_note f = {signo, info->si_code, (uintptr_t)info->si_addr, (uintptr_t)regs[REG_RIP]};

    if (g && signo != SIGFPE && gm_stack_in_guard(g, f.addr)) {
        g->sp = (uintptr_t)regs[REG_RSP];
        gm_systemstack(overflow, g);
    }
    if (!g || !m || m->on_system) gm_systemstack(bad_signal, &f);

    uintptr_t sp = (uintptr_t)regs[REG_RSP] - red_zone - sizeof(uintptr_t);
    *(uintptr_t *)sp = f.pc;
    regs[REG_RSP] = (greg_t)sp;
    regs[REG_RDI] = (greg_t)((uint64_t)f.code << 32 | (uint32_t)signo);
    regs[REG_RSI] = (greg_t)f.addr;
    regs[REG_RDX] = (greg_t)f.pc;
    regs[REG_RIP] = (greg_t)(uintptr_t)gm_fault_entry;
}

/* The calling thread's alternate stack, if it has none yet. */
void gm_signal_stack_init(void) {
    stack_t now, alt = {.ss_size = signal_stack_size};
    if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE)) return;
    alt.ss_sp = mmap(NULL, alt.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (alt.ss_sp != MAP_FAILED) sigaltstack(&alt, NULL);
}

void gm_signals_init(void) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE};
    struct sigaction sa = {.sa_sigaction = on_fault,
                           .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigfillset(&sa.sa_mask);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&sa.sa_mask, faults[i]);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigaction(faults[i], &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
    gm_signal_stack_init();
}
