/* sched.h - what the scheduler offers to the rest of the runtime.
 *
 * Goroutines run on stacks that may be small. A function that is built with -fsplit-stack may be
 * called on them freely; one that is not must take next to no stack, or be called through
 * gm_systemstack. A function called through gm_systemstack must not park.
 */
#ifndef GM_SCHED_SCHED_H
#define GM_SCHED_SCHED_H

#include "sched/gmp.h"
#include "sched/stack.h"
#include "os/fatal.h"
#include "os/tls.h"
#include "sched/world.h"

/* --- start and end --- */

/* Makes the calling thread the first thread of the runtime: an attached thread with a P of its own.
 * Safe to call again. False: no memory. */
bool gm_sched_init(void);
/* Runs fn(arg) as the main goroutine and ends the process with status 0 when it returns. */
void gm_sched_main(void (*fn)(void *), void *arg) __attribute__((noreturn));

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

/* --- blocking --- */

/* Calls fn(arg), which may block in the system, on the system stack, without claim to a P
 * meanwhile. fn must not touch the collected heap except through memory that the goroutine holds.
 */
void gm_blocking(void (*fn)(void *), void *arg);
/* The same as a pair of calls on the goroutine's own stack, for system calls of compiled code. */
void gm_syscall_enter(void);
void gm_syscall_leave(void);
/* For a thread of a C program: it may be away for long, and does not touch the heap meanwhile. */
void gm_block_enter(void);
void gm_block_leave(void);
/* A point at which the thread or goroutine may be stopped. */
void gm_safepoint(void);

/* --- threads of a C program --- */

/* Makes the calling thread known; it may use the runtime until it detaches. False: no memory. */
bool gm_attach_thread(void);
void gm_detach_thread(void);

/* --- coroutines (proc.c) --- */

/* The record lies in the collected heap, in GM_CORO_SIZE bytes of which the word at GM_CORO_ARG is a
 * pointer to be followed. gm_coro_init makes fn(arg) a goroutine that waits for the first switch. */
typedef struct gm_coro gm_coro;
enum { GM_CORO_SIZE = 24, GM_CORO_ARG = 16 };
void gm_coro_init(gm_coro *c, void (*fn)(void *), void *arg, uintptr_t pc);
/* The caller waits, the one that waits in the coroutine runs. */
void gm_coro_switch(gm_coro *c);

/* --- the world --- */

/* Stopping it: world.h. Calls fn for every goroutine that has been started and is not dead; sees a consistent state only while the world is
 * stopped. */
void gm_each_g(void (*fn)(void *ctx, gm_g *g), void *ctx);
/* Does g, which does not run, stand in the middle of something, interrupted by a signal or away in the
 * system? Then its registers, in the order of the system's ucontext, rip last; those that are not
 * known are 0. If not, its stack begins at g->sp with the picture of switch_amd64.S. */
enum { GM_REGISTERS = 17 };
bool gm_g_registers(const gm_g *g, uint64_t *regs);
/* Does the stack of g, another goroutine that is said to run, stand still? */
bool gm_g_stands(const gm_g *g);

/* --- time --- */

int64_t gm_nanotime(void); /* monotonic */
int64_t gm_walltime(void); /* since 1970 */
void gm_sleep(int64_t ns);

/* A timer calls f(arg, seq) on the system stack of the P that finds it due; f must not park. If run is set, it
 * is called instead, with a copy of the timer, on the same stack: for functions of compiled Go. The caller
 * keeps the timer where the collector does not free it while it is set, or in the collected
 * heap: a timer that is set is a root. */
struct gm_timer {
    gm_p *p; /* in whose heap it is, or NULL */
    int64_t when;
    int64_t period; /* 0: once */
    void *f;        /* void (*)(void *arg, uintptr_t seq), or what run knows */
    void *arg_type; /* Go: of the argument */
    void *arg;
    uintptr_t seq;
    uint64_t index; /* where in that heap */
    void (*run)(const gm_timer *due);
};
void gm_timer_set(gm_timer *t, int64_t when, int64_t period);
/* True: it was set and has not begun to run. */
bool gm_timer_stop(gm_timer *t);

/* --- semaphores for sync --- */

enum { GM_SEM_LIFO = 1, GM_SEM_HANDOFF = 2 };
/* reason: what a trace says while it waits. */
void gm_sem_acquire(uint32_t *sem, unsigned flags, enum gm_wait reason);
void gm_sem_release(uint32_t *sem, unsigned flags);

/* Is a short active wait worth while: others run, and nobody waits for this P? */
bool gm_may_spin(void);

/* For sync.Cond; the list has the layout of sync.notifyList. */
typedef struct gm_notify_list gm_notify_list;
uint32_t gm_notify_add(gm_notify_list *l);
void gm_notify_wait(gm_notify_list *l, uint32_t ticket);
void gm_notify_all(gm_notify_list *l);
void gm_notify_one(gm_notify_list *l);

/* In the middle of long work of the runtime for compiled Go, which holds nothing: stops if the world is to stop,
 * yields if that was asked for. */
void gm_give_way(void);

/* --- for sync.Pool --- */

/* Is the calling goroutine pinned to its P (gm_pin)? Then it is not stopped, so no collection begins on it. */
bool gm_pinned(void);
/* Between these two the goroutine stays on its P, whose number is returned, and the world does not stop: the
 * pools' clean-up, which runs while it is stopped, may take apart what the goroutine is about. Nests. */
int gm_pin(void);
void gm_unpin(void);

/* --- small things --- */

uint64_t gm_fastrand64(void);
static inline uint32_t gm_fastrandn(uint32_t n) {
    return (uint32_t)(((uint64_t)(uint32_t)gm_fastrand64() * n) >> 32);
}

#endif
