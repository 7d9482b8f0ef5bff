/* goroutine.h - starting, parking and leaving goroutines (proc.c).
 *
 * Goroutines run on stacks that may be small. A function that is built with -fsplit-stack may be
 * called on them freely; one that is not must take next to no stack, or be called through
 * gm_systemstack. A function called through gm_systemstack must not park.
 */
#ifndef GM_SCHED_GOROUTINE_H
#define GM_SCHED_GOROUTINE_H

#include "os/sync.h"
#include "sched/gmp.h"

/* --- stacks (switch_amd64.S) --- */

/* Calls fn(arg) on this thread's system stack. */
void gm_systemstack(void (*fn)(void *), void *arg);
/* Leaves the goroutine for good or until gm_gogo(g): calls fn(g, arg) on the system stack. */
void gm_mcall(void (*fn)(gm_g *, void *), void *arg);
void gm_gogo(gm_g *g) __attribute__((noreturn));

/* --- goroutines --- */

/* Starts a goroutine that runs fn(arg) on a segmented stack: fn is built with -fsplit-stack. pc is
 * the instruction after the go statement, for traces. */
gm_g *gm_go_start(void (*fn)(void *), void *arg, uintptr_t pc);
/* The same on a reserved stack of the given size, for code that knows nothing of segments. NULL
 * when there is no address space. */
gm_g *gm_go_start_reserved(void (*fn)(void *), void *arg, size_t stack_size);
/* The same for a function of a C program, which may be stopped anywhere if the program asked for that. */
gm_g *gm_go_start_c(void (*fn)(void *), void *arg, size_t stack_size);
/* The same for the runtime's own: not counted, not shown, no reason to stay alive. */
gm_g *gm_go_start_system(void (*fn)(void *), void *arg);

/* Parks the calling goroutine. commit, when not NULL, runs after the goroutine has left its stack
 * (and may be readied by others from then on): false cancels the parking. On a thread of a C
 * program the thread sleeps. */
void gm_park(bool (*commit)(gm_g *, void *), void *arg, enum gm_wait reason);
/* Parks and then releases the lock, so that a waker that takes it finds the goroutine parked. */
void gm_park_unlock(gm_mutex *l, enum gm_wait reason);
/* Makes a parked goroutine runnable; it goes to the head of this P's queue. */
void gm_ready(gm_g *g);
void gm_yield(void);
/* Yields in favour of the goroutine that was readied last. */
void gm_yield_to_next(void);
/* Ends the calling goroutine; its deferred calls have been made. The main goroutine's end leaves
 * the others running. */
void gm_goroutine_exit(void) __attribute__((noreturn));

void gm_lock_os_thread(void);
void gm_unlock_os_thread(void);
/* Sets GOMAXPROCS when n > 0; returns what it was. */
int gm_gomaxprocs(int n);
int gm_num_goroutine(void);
int gm_num_cpu(void);
/* Sets GOMAXPROCS to what it is when nobody sets it, as that is now. */
void gm_gomaxprocs_default(void);

/* --- staying on a P, for sync.Pool --- */

/* Is the calling goroutine pinned to its P (gm_pin)? Then it is not stopped, so no collection begins on it. */
bool gm_pinned(void);
/* Between these two the goroutine stays on its P, whose number is returned, and the world does not stop: the
 * pools' clean-up, which runs while it is stopped, may take apart what the goroutine is about. Nests. */
int gm_pin(void);
void gm_unpin(void);

/* --- coroutines (proc.c) --- */

/* The record lies in the collected heap, in GM_CORO_SIZE bytes of which the word at GM_CORO_ARG is a
 * pointer to be followed. gm_coro_init makes fn(arg) a goroutine that waits for the first switch. */
typedef struct gm_coro gm_coro;
enum { GM_CORO_SIZE = 24, GM_CORO_ARG = 16 };
void gm_coro_init(gm_coro *c, void (*fn)(void *), void *arg, uintptr_t pc);
/* The caller waits, the one that waits in the coroutine runs. */
void gm_coro_switch(gm_coro *c);

/* --- every goroutine --- */

/* Calls fn for every goroutine that has been started and is not dead; sees a consistent state only while the world is
 * stopped (world.h). */
void gm_each_g(void (*fn)(void *ctx, gm_g *g), void *ctx);
/* Does g, which does not run, stand in the middle of something, interrupted by a signal or away in the
 * system? Then its registers, in the order of the system's ucontext, rip last; those that are not
 * known are 0. If not, its stack begins at g->sp with the picture of switch_amd64.S. */
enum { GM_REGISTERS = 17 };
bool gm_g_registers(const gm_g *g, uint64_t *regs);
/* Does the stack of g, another goroutine that is said to run, stand still? */
bool gm_g_stands(const gm_g *g);

#endif
