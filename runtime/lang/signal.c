/* signal.c - what a Go program makes of signals: faults of compiled code become panics, others end it with a
 * trace or mean nothing, and the rest is as the system has it.
 *
 * The handler of faults runs on the thread's alternate signal stack. For a fault on a goroutine's stack it
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

#include <string.h>
#include <ucontext.h>

#include "observe/dump.h"
#include "os/os.h"
#include "os/signal.h"
#include "sched/proc.h"
#include "sched/sched.h"

enum { red_zone = 128, near_null = 4096, signal_stack_size = 64 << 10 };

#define NO_SPLIT __attribute__((no_split_stack))

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

static void end(int signo, const siginfo_t *info, ucontext_t *uc);

NO_SPLIT static void on_fault(int signo, siginfo_t *info, void *context) {
    ucontext_t *uc = context;
    if (info->si_code <= 0) { /* sent by somebody */
        gm_set_limit(0);
        end(signo, info, uc);
    }
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

/* --- signals that end the program --- */

static void print_registers(const greg_t *regs) {
    static const struct {
        const char *name;
        int index;
    } list[] = {{"rax", REG_RAX}, {"rbx", REG_RBX},   {"rcx", REG_RCX}, {"rdx", REG_RDX},
                {"rdi", REG_RDI}, {"rsi", REG_RSI},   {"rbp", REG_RBP}, {"rsp", REG_RSP},
                {"r8", REG_R8},   {"r9", REG_R9},     {"r10", REG_R10}, {"r11", REG_R11},
                {"r12", REG_R12}, {"r13", REG_R13},   {"r14", REG_R14}, {"r15", REG_R15},
                {"rip", REG_RIP}, {"rflags", REG_EFL}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        gm_os_printf("%s%*s0x%lx\n", list[i].name, 7 - (int)strlen(list[i].name), "",
                     (unsigned long)regs[list[i].index]);
}

/* On the signal stack. The interrupted goroutine comes first. */
static void end(int signo, const siginfo_t *info, ucontext_t *uc) {
    const greg_t *regs = uc->uc_mcontext.gregs;
    gm_m *m = gm_getm();
    gm_g *g = m && !m->on_system ? gm_getg() : NULL;
    if (m) m->on_system = 1;
    gm_os_printf("%s\nPC=0x%lx m=%u sigcode=%d", gm_signal_name(signo),
                 (unsigned long)regs[REG_RIP], m ? m->id : 0, info->si_code);
    if (signo == SIGSEGV || signo == SIGBUS) gm_os_printf(" addr=%p", info->si_addr);
    gm_os_printf("\n");
    if (g) g->sig_context = uc;
    if (gm_dump(g, GM_DUMP_RUNTIME)) {
        gm_os_printf("\n");
        print_registers(regs);
    }
    gm_die(2);
}

NO_SPLIT static void on_end(int signo, siginfo_t *info, void *context) {
    gm_set_limit(0);
    end(signo, info, context);
}

/* --- all of them --- */

enum { AS_THE_SYSTEM, IGNORED, ENDS, FAULT };

static const struct {
    uint8_t way;
    const char *name;
} table[] = {
    [SIGHUP] = {AS_THE_SYSTEM, "SIGHUP: terminal line hangup"},
    [SIGINT] = {AS_THE_SYSTEM, "SIGINT: interrupt"},
    [SIGQUIT] = {ENDS, "SIGQUIT: quit"},
    [SIGILL] = {ENDS, "SIGILL: illegal instruction"},
    [SIGTRAP] = {ENDS, "SIGTRAP: trace trap"},
    [SIGABRT] = {ENDS, "SIGABRT: abort"},
    [SIGBUS] = {FAULT, "SIGBUS: bus error"},
    [SIGFPE] = {FAULT, "SIGFPE: floating-point exception"},
    [SIGUSR1] = {IGNORED, "SIGUSR1: user-defined signal 1"},
    [SIGSEGV] = {FAULT, "SIGSEGV: segmentation violation"},
    [SIGUSR2] = {IGNORED, "SIGUSR2: user-defined signal 2"},
    [SIGPIPE] = {IGNORED, "SIGPIPE: write to broken pipe"},
    [SIGALRM] = {IGNORED, "SIGALRM: alarm clock"},
    [SIGTERM] = {AS_THE_SYSTEM, "SIGTERM: termination"},
    [SIGSTKFLT] = {ENDS, "SIGSTKFLT: stack fault"},
    [SIGXCPU] = {IGNORED, "SIGXCPU: cpu limit exceeded"},
    [SIGXFSZ] = {IGNORED, "SIGXFSZ: file size limit exceeded"},
    [SIGVTALRM] = {IGNORED, "SIGVTALRM: virtual alarm clock"},
    [SIGPROF] = {IGNORED, "SIGPROF: profiling alarm clock"},
    [SIGIO] = {IGNORED, "SIGIO: i/o now possible"},
    [SIGPWR] = {IGNORED, "SIGPWR: power failure restart"},
    [SIGSYS] = {ENDS, "SIGSYS: bad system call"},
};
enum { NAMED = sizeof table / sizeof *table, FIRST_REAL_TIME = 35, LAST_SIGNAL = 64 };

const char *gm_signal_name(int signo) {
    return signo > 0 && signo < NAMED && table[signo].name ? table[signo].name : "unknown signal";
}

static int way_of(int signo) {
    if (signo < NAMED) return table[signo].way;
    return signo >= FIRST_REAL_TIME ? IGNORED : AS_THE_SYSTEM;
}

/* A handler, because what is ignored would be so in the programs that this one starts, too. */
NO_SPLIT static void on_ignored(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
}

/* Those that nohup, or a shell that starts something in the background, lets programs ignore; and whether this one
 * was started so. It then ignores them whenever nobody wants to be told. */
static const int from_outside[] = {SIGHUP, SIGINT};
static bool ignored_outside[NAMED];

static void as_the_system(int signo) {
    if (signo < NAMED && ignored_outside[signo])
        gm_os_signal_ignore(signo);
    else
        gm_os_signal_default(signo);
}

void gm_signal_reset(int signo) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, 0};
    switch (way_of(signo)) {
    case AS_THE_SYSTEM: as_the_system(signo); break;
    case IGNORED: gm_os_signal_handle(signo, on_ignored, NULL, SA_RESTART); break;
    case ENDS: gm_os_signal_handle(signo, on_end, NULL, 0); break;
    case FAULT: gm_os_signal_handle(signo, on_fault, faults, SA_NODEFER); break;
    }
}

void gm_signals_init(void) {
    static void *stack; /* the first thread's; others have theirs from the scheduler */
    for (size_t i = 0; i < sizeof from_outside / sizeof *from_outside; i++)
        ignored_outside[from_outside[i]] = gm_os_signal_ignored(from_outside[i]);
    for (int signo = 1; signo <= LAST_SIGNAL; signo++)
        if (way_of(signo) != AS_THE_SYSTEM) gm_signal_reset(signo);
    gm_os_signal_stack(&stack, signal_stack_size);
}
