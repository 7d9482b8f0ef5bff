/* signal.c - signals, from Linux. See signal.h. */
#define _GNU_SOURCE
#include "os/signal.h"

#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

#include "os/os.h"

void gm_os_signal_handle(int signo, gm_os_handler *fn, const int *open, int flags) {
    struct sigaction sa = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | SA_ONSTACK | flags};
    sigfillset(&sa.sa_mask);
    for (; open && *open; open++) sigdelset(&sa.sa_mask, *open);
    sigaction(signo, &sa, NULL);
}

void gm_os_signal_default(int signo) {
    signal(signo, SIG_DFL);
}

void gm_os_signal_ignore(int signo) {
    signal(signo, SIG_IGN);
}

bool gm_os_signal_ignored(int signo) {
    struct sigaction sa;
    return sigaction(signo, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

void gm_os_profile_timer(int hz) {
    struct timeval each = {.tv_usec = hz > 1 ? 1000000 / hz : hz > 0 ? 999999 : 0};
    setitimer(ITIMER_PROF, &(struct itimerval){each, each}, NULL);
}

void gm_os_abort(void) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGABRT);
    signal(SIGABRT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(SIGABRT);
    __builtin_trap();
}

bool gm_os_signal_stack(void **stack, size_t size) {
    stack_t now;
    if (sigaltstack(NULL, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return true;
    if (!*stack) *stack = gm_os_map(size);
    stack_t alt = {.ss_sp = *stack, .ss_size = size};
    return *stack && sigaltstack(&alt, NULL) == 0;
}

void gm_os_signal_stack_off(const void *stack) {
    stack_t now, off = {.ss_flags = SS_DISABLE};
    if (stack && sigaltstack(NULL, &now) == 0 && now.ss_sp == stack) sigaltstack(&off, NULL);
}

void gm_os_signals_open(void) {
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

void gm_os_signal_send(int thread, int signo) {
    tgkill(getpid(), thread, signo);
}
