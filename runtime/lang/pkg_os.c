/* pkg_os.c - what syscall, os, os/signal and internal/abi ask of the runtime.
 *
 * Package syscall brackets calls that may sleep by runtime.entersyscall and exitsyscall (go.c), so
 * that the processor goes to other goroutines meanwhile. Between fork and exec nothing of the
 * scheduler may be touched: the child shares the parent's memory.
 *
 * Machine: x86-64, Linux (system-call numbers by name, so only their way in is in the .S file).
 */
#define _GNU_SOURCE
#include "lang/lang.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "heap/heap.h"
#include "observe/account.h"
#include "observe/snapshot.h"
#include "observe/leak.h"
#include "sched/sched.h"
#include "sched/stack.h"

/* --- system calls --- */

typedef struct sysret {
    uintptr_t r1, r2, err;
} sysret;
typedef struct sysret2 {
    uintptr_t r1, r2;
} sysret2;

intptr_t gm_raw_syscall(uintptr_t trap, uintptr_t a1, uintptr_t a2, uintptr_t a3, uintptr_t a4,
                        uintptr_t a5, uintptr_t a6);

sysret internal$0runtime$0syscall$0linux$Syscall6(uintptr_t trap, uintptr_t a1, uintptr_t a2,
                                                  uintptr_t a3, uintptr_t a4, uintptr_t a5,
                                                  uintptr_t a6) {
    intptr_t r = gm_raw_syscall(trap, a1, a2, a3, a4, a5, a6);
    if (r < 0 && r > -4096) return (sysret){(uintptr_t)-1, 0, (uintptr_t)-r};
    return (sysret){(uintptr_t)r, 0, 0};
}

sysret2 syscall$rawSyscallNoError(uintptr_t trap, uintptr_t a1, uintptr_t a2, uintptr_t a3) {
    return (sysret2){(uintptr_t)gm_raw_syscall(trap, a1, a2, a3, 0, 0, 0), 0};
}

uintptr_t syscall$gettimeofday(struct timeval *tv) {
    return gettimeofday(tv, NULL) == 0 ? 0 : (uintptr_t)errno;
}

sysret syscall$runtime_doAllThreadsSyscall(uintptr_t trap, uintptr_t a1, uintptr_t a2, uintptr_t a3,
                                           uintptr_t a4, uintptr_t a5, uintptr_t a6) {
    (void)trap, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6;
    return (sysret){(uintptr_t)-1, 0, ENOTSUP};
}

GM_NORETURN uintptr_t syscall$cgocaller(void *fn, gm_slice args) {
    (void)fn, (void)args;
    gm_throw("syscall: calls through cgo are not supported");
}

/* --- fork and exec --- */

/* What is kept around a fork: the signal mask, from BeforeFork to AfterFork; and what a child that borrows its parent's memory may
 * spoil: the frame in which both return, whose slots the C compiler may use for something else on the child's way; and
 * which segment of the stack is in use, because the child ends (it becomes another program) wherever it stands.
 *
 * Those who fork share syscall.ForkLock, so every thread has its own, made at its first fork: a thread-local of this size
 * would not fit where the library is loaded by a running program. */
typedef struct fork_state {
    sigset_t signals;
    void *sp;
    size_t bytes;
    gm_seg *seg;
    uintptr_t limit;
    uintptr_t frames[512];
} fork_state;
static _Thread_local fork_state *before_fork;

static fork_state *state_of_thread(void) {
    if (!before_fork) before_fork = gm_persistent_alloc(sizeof *before_fork, 64);
    return before_fork;
}

/* From here to AfterFork the goroutine stays on its thread: the child borrows the thread's memory, and
 * were it asked to yield there, it would run the parent's goroutines. */
void syscall$runtime_BeforeFork(void) {
    gm_pin();
    fork_state *f = state_of_thread();
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &f->signals);
}
void syscall$runtime_AfterFork(void) {
    pthread_sigmask(SIG_SETMASK, &before_fork->signals, NULL);
    gm_unpin();
}

void gm_vfork_save(void *sp);
void gm_vfork_restore(void);

/* Word by word, as a sanitizer, which knows where frames have no business, must not see it. */
__attribute__((no_split_stack, no_sanitize_address, no_sanitize_thread)) static void
copy_frames(void *to, const void *from, size_t bytes) {
    volatile uintptr_t *dst = to;
    const volatile uintptr_t *src = from;
    for (size_t i = 0; i < bytes / sizeof *dst; i++) dst[i] = src[i];
}

__attribute__((no_split_stack)) void gm_vfork_save(void *sp) {
    gm_g *g = gm_getg();
    fork_state *f =
        state_of_thread(); /* not every vfork of package syscall stands between the two above */
    size_t left = g->seg->hi - (uintptr_t)sp;
    f->sp = sp;
    f->bytes = left < sizeof f->frames ? left : sizeof f->frames;
    f->seg = g->seg;
    f->limit = g->limit;
    copy_frames(f->frames, sp, f->bytes);
}

__attribute__((no_split_stack)) void gm_vfork_restore(void) {
    gm_g *g = gm_getg();
    fork_state *f = before_fork;
    gm_stack_reset(g, (uintptr_t)f->sp); /* the child's frames are over */
    copy_frames(f->sp, f->frames, f->bytes);
    g->seg = f->seg;
    g->limit = f->limit;
    gm_set_limit(__atomic_load_n(&g->preempt, __ATOMIC_RELAXED) ? UINTPTR_MAX : g->limit);
}

/* Handlers of the parent must not run in the child, which borrows its memory. */
void syscall$runtime_AfterForkInChild(void) {
    struct sigaction sa;
    for (int sig = 1; sig < NSIG; sig++) {
        if (sigaction(sig, NULL, &sa) != 0 || sa.sa_handler == SIG_DFL || sa.sa_handler == SIG_IGN)
            continue;
        sa.sa_handler = SIG_DFL;
        sa.sa_flags = 0;
        sigaction(sig, &sa, NULL);
    }
    pthread_sigmask(SIG_SETMASK, &before_fork->signals, NULL);
}
void syscall$runtime_BeforeExec(void) {}
void syscall$runtime_AfterExec(void) {}

/* --- the process --- */

static const gm_type string_type = {.size = sizeof(gm_string),
                                    .ptrdata = sizeof(void *),
                                    .align = 8,
                                    .field_align = 8,
                                    .kind = GM_STRING,
                                    .gcdata = "\1"};

static gm_slice string_list(char **list) {
    gm_int n = 0;
    while (list && list[n]) n++;
    gm_string *s = gm_newarray(&string_type, n);
    for (gm_int i = 0; i < n; i++) {
        gm_string one = gm_cstr(list[i]);
        gm_store_typed(&string_type, &s[i], one);
    }
    return (gm_slice){s, n, n};
}

gm_slice os$runtime_args(void) {
    return string_list(gm_argv);
}
gm_slice syscall$runtime_envs(void) {
    return string_list(gm_envp);
}
gm_int syscall$Getpagesize(void) {
    return 4096;
}
GM_NORETURN void syscall$Exit(gm_int code) {
    gm_leaks_at_exit();
    gm_account_at_exit();
    gm_snapshot_at_exit();
    gm_exit((int)code);
}
void os$runtime_beforeExit(gm_int code) {
    (void)code;
}
/* Systems without pidfd_open may kill who asks for it by SIGSYS: os asks with that ignored. */
void os$ignoreSIGSYS(void) {
    signal(SIGSYS, SIG_IGN);
}
void os$restoreSIGSYS(void) {
    signal(SIGSYS, SIG_DFL);
}

typedef struct fcntl_result {
    int32_t value, err;
} fcntl_result;

fcntl_result runtime$fcntl(int32_t fd, int32_t cmd, int32_t arg) {
    intptr_t r = gm_raw_syscall(SYS_fcntl, (uintptr_t)fd, (uintptr_t)cmd, (uintptr_t)arg, 0, 0, 0);
    return r < 0 ? (fcntl_result){-1, (int32_t)-r} : (fcntl_result){(int32_t)r, 0};
}

typedef struct vgetrandom {
    gm_int ret;
    bool supported;
} vgetrandom;

/* The kernel's random numbers without a system call; the caller has another way. */
vgetrandom runtime$vgetrandom(gm_slice p, uint32_t flags) {
    (void)p, (void)flags;
    return (vgetrandom){-1, false};
}

int32_t runtime$write(uintptr_t fd, const void *p, int32_t n) {
    intptr_t r = gm_raw_syscall(SYS_write, fd, (uintptr_t)p, (uintptr_t)n, 0, 0, 0);
    return (int32_t)r;
}

gm_slice runtime$getAuxv(void) {
    char **e = gm_envp;
    while (e && *e) e++;
    uintptr_t *auxv = e ? (uintptr_t *)(e + 1) : NULL;
    gm_int n = 0;
    while (auxv && auxv[n]) n += 2;
    return (gm_slice){auxv, n, n};
}
static void on_signal(int sig);

/* Standard output or error has no reader any more: die as a program of C does, unless the program ignores the
 * signal or was told of it. */
void os$sigpipe(void) {
    struct sigaction sa;
    if (sigaction(SIGPIPE, NULL, &sa) == 0 &&
        (sa.sa_handler == SIG_IGN || sa.sa_handler == on_signal))
        return;
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    gm_exit(2);
}

uintptr_t internal$0abi$FuncPCABI0(gm_eface f) {
    return (uintptr_t)((const gm_func *)f.data)->code;
}
uintptr_t internal$0abi$FuncPCABIInternal(gm_eface f) {
    return (uintptr_t)((const gm_func *)f.data)->code;
}

/* --- os/signal --- */

/* Signals that came and were not received yet; the one goroutine of os/signal waits on the count. No signal is lost
 * when a program stops asking for it: who stops waits until handlers are through, what they left is received, and
 * the receiver has passed it on (signalWaitUntilIdle). So a signal is counted in before it is counted out at each
 * step: handlers, pending, receiver. */
static uint64_t wanted[2];
static uint32_t handlers;
static uint64_t pending[2];
static bool receiver_busy;
static uint32_t arrivals;

static inline uint64_t bit_of(uint32_t sig) {
    return (uint64_t)1 << sig % 64;
}

/* A signal that nobody wants any more when its handler begins goes the way that it has now. */
__attribute__((no_split_stack)) static void on_signal(int sig) {
    int saved = errno;
    __atomic_add_fetch(&handlers, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&wanted[sig / 64], __ATOMIC_SEQ_CST) & bit_of((uint32_t)sig)) {
        __atomic_fetch_or(&pending[sig / 64], bit_of((uint32_t)sig), __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&arrivals, 1, __ATOMIC_SEQ_CST);
        gm_raw_syscall(SYS_futex, (uintptr_t)&arrivals, 1, 1, 0, 0, 0); /* FUTEX_WAKE one */
    } else {
        gm_raw_syscall(SYS_kill, (uintptr_t)getpid(), (uintptr_t)sig, 0, 0, 0, 0);
    }
    __atomic_sub_fetch(&handlers, 1, __ATOMIC_SEQ_CST);
    errno = saved;
}

static void want(uint32_t sig, bool yes) {
    if (yes)
        __atomic_fetch_or(&wanted[sig / 64], bit_of(sig), __ATOMIC_SEQ_CST);
    else
        __atomic_fetch_and(&wanted[sig / 64], ~bit_of(sig), __ATOMIC_SEQ_CST);
}

static bool handled_elsewhere(uint32_t sig) {
    return sig == 0 || sig >= NSIG || sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE ||
           sig == SIGKILL || sig == SIGSTOP || sig == SIGURG;
}

void os$0signal$signal_enable(uint32_t sig) {
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_RESTART};
    if (handled_elsewhere(sig)) return;
    sigfillset(&sa.sa_mask);
    want(sig, true);
    sigaction((int)sig, &sa, NULL);
}
void os$0signal$signal_disable(uint32_t sig) {
    if (handled_elsewhere(sig)) return;
    want(sig, false);
    gm_signal_reset((int)sig);
}
void os$0signal$signal_ignore(uint32_t sig) {
    if (handled_elsewhere(sig)) return;
    want(sig, false);
    signal((int)sig, SIG_IGN);
}
bool os$0signal$signal_ignored(uint32_t sig) {
    struct sigaction sa;
    return sig > 0 && sig < NSIG && sigaction((int)sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}
void os$0signal$signalWaitUntilIdle(void) {
    while (__atomic_load_n(&handlers, __ATOMIC_SEQ_CST) ||
           __atomic_load_n(&pending[0], __ATOMIC_SEQ_CST) ||
           __atomic_load_n(&pending[1], __ATOMIC_SEQ_CST) ||
           __atomic_load_n(&receiver_busy, __ATOMIC_SEQ_CST))
        gm_yield();
}

static bool take_pending(uint32_t *sig) {
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t bits = __atomic_load_n(&pending[i], __ATOMIC_SEQ_CST);
        if (!bits) continue;
        uint32_t bit = (uint32_t)__builtin_ctzll(bits);
        __atomic_store_n(&receiver_busy, true, __ATOMIC_SEQ_CST);
        __atomic_fetch_and(&pending[i], ~((uint64_t)1 << bit), __ATOMIC_SEQ_CST);
        *sig = i * 64 + bit;
        return true;
    }
    return false;
}

static void wait_arrival(void *seen) {
    gm_raw_syscall(SYS_futex, (uintptr_t)&arrivals, 0, *(uint32_t *)seen, 0, 0, 0);
}

uint32_t os$0signal$signal_recv(void) {
    uint32_t sig;
    for (;;) {
        uint32_t seen = __atomic_load_n(&arrivals, __ATOMIC_SEQ_CST);
        if (take_pending(&sig)) return sig;
        __atomic_store_n(&receiver_busy, false, __ATOMIC_SEQ_CST);
        gm_blocking(wait_arrival, &seen);
    }
}
