/* signal.h - signals: handlers, and the stacks they run on. */
#ifndef GM_OS_SIGNAL_H
#define GM_OS_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

typedef void gm_os_handler(int signo, siginfo_t *info, void *context);

/* fn handles signo from now on, on the thread's alternate stack. While it runs all other signals are blocked, but
 * for those in open (ended by 0; may be NULL). flags: more of sigaction's. */
void gm_os_signal_handle(int signo, gm_os_handler *fn, const int *open, int flags);
/* What the system does with it, from now on. */
void gm_os_signal_default(int signo);
/* Nothing, from now on. */
void gm_os_signal_ignore(int signo);
bool gm_os_signal_ignored(int signo);
/* Ends the process by SIGABRT. */
void gm_os_abort(void) __attribute__((noreturn));
/* Gives the calling thread an alternate stack of size bytes, if it has none: *stack, which is allocated if it is
 * NULL. False: no memory. */
bool gm_os_signal_stack(void **stack, size_t size);
/* The thread goes on without *stack, if it was given that. */
void gm_os_signal_stack_off(const void *stack);
/* Lets all signals come to the calling thread. */
void gm_os_signals_open(void);
/* SIGPROF for the process, so many times for a second of its processor time; 0: none any more. */
void gm_os_profile_timer(int hz);
/* To a thread of this process as gm_os_thread_id names it; none if there is no such thread. Takes no lock of the C library. */
void gm_os_signal_send(int thread, int signo);

#endif
