/* lifetime.h - beginnings and ends (lifetime.c). */
#ifndef GM_SCHED_LIFETIME_H
#define GM_SCHED_LIFETIME_H

#include <stdbool.h>

/* Makes the calling thread the first thread of the runtime: an attached thread with a P of its own.
 * Safe to call again. False: no memory. */
bool gm_sched_init(void);
/* Runs fn(arg) as the main goroutine and ends the process with status 0 when it returns. */
void gm_sched_main(void (*fn)(void *), void *arg) __attribute__((noreturn));

/* --- threads of a C program --- */

/* Makes the calling thread known; it may use the runtime until it detaches. False: no memory. */
bool gm_attach_thread(void);
void gm_detach_thread(void);

#endif
