/* preempt.h - asking running goroutines to yield. See preempt.c. */
#ifndef GM_SCHED_PREEMPT_H
#define GM_SCHED_PREEMPT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gm_m gm_m;

/* A function that compiled Go calls often: where it does, a request to yield is met before the function
 * begins. So nothing of the runtime may call such a function as its last act while it holds a
 * lock or anything else of its P. See preempt.c. */
#define GM_ENTRY __attribute__((section("gm_entry")))

/* The handlers of the process; once. */
void gm_signal_init(void);
/* The alternate signal stack and the signal mask of the calling thread. */
void gm_signal_thread_init(gm_m *m);
void gm_signal_thread_end(gm_m *m);
/* Interrupts the thread; it yields if what it runs may be interrupted. */
void gm_signal_preempt(gm_m *m);
/* Where the stack of a thread begins that a signal stopped, what is below its stack pointer included; its registers. */
uintptr_t gm_context_sp(const void *context);
void gm_each_saved_register(const void *context,
                            void (*fn)(void *arg, const void *lo, const void *hi), void *arg);

#endif
