/* sched.h - goroutines and what goes with them, for C; channels: chan.h. Part of golem.h.
 *
 *     static void worker(void *arg) {
 *         gm_chan *jobs = arg;
 *         for (long job; gm_chan_recv(jobs, &job);) work(job);
 *     }
 *     …
 *     gm_chan *jobs = gm_chan_make(&long_type, 16);
 *     for (int i = 0; i < 8; i++) gm_go(worker, jobs, 0);
 *     for (long job = 0; job < 1000; job++) gm_chan_send(jobs, &job);
 *     gm_chan_close(jobs);
 *
 * Goroutines run on threads of the library, as many at once as there are processors (GOMAXPROCS).
 * They are attached, as threads are: they allocate, and their stacks are roots. They do not give way
 * by themselves: a goroutine goes on until it waits in one of the functions here, allocates or calls
 * gm_safepoint while the collector wants it to stop, yields, or ends. Around calls that block in the
 * system it says so with gm_blocking, or others wait for its processor.
 *
 * An attached thread of the program may call all functions here as well; it waits by sleeping.
 * All functions are [attached] unless they say otherwise. When a program's first thread returns from
 * main the process ends, whatever goroutines do.
 */
#ifndef GOLEM_SCHED_H
#define GOLEM_SCHED_H

#include <golem/chan.h>
#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- goroutines --- */

/* Starts fn(arg) on a stack of stack_size bytes (0: 256 KiB), which the system commits as it is
 * touched, with guard pages below. arg is seen by the collector. False: no address space. */
bool gm_go(void (*fn)(void *arg), void *arg, size_t stack_size);
/* Lets others run. */
void gm_yield(void);
/* Sleeps for ns nanoseconds at least; not at all if ns <= 0. */
void gm_sleep(int64_t ns);
/* Calls fn(arg), which may block in the system, on a large stack, without holding up others. fn
 * touches no objects but those that the caller holds, and stores no pointers into them. */
void gm_blocking(void (*fn)(void *arg), void *arg);
/* How many goroutines run at once; n > 0 sets it. Returns what it was. */
int gm_gomaxprocs(int n);
/* [any] Goroutines that have not ended. */
int gm_num_goroutine(void);

/* --- mutual exclusion, waiting for several. Zero is the initial value; not to be copied --- */

typedef struct gm_mu {
    uint32_t interested, sem;
} gm_mu;
void gm_mu_lock(gm_mu *m);
bool gm_mu_try_lock(gm_mu *m);
void gm_mu_unlock(gm_mu *m);

typedef struct gm_wait_group {
    uint64_t state;
    uint32_t sem;
} gm_wait_group;
/* Adds n, which may be negative, to the count; at 0 all who wait go on. */
void gm_wait_group_add(gm_wait_group *w, int n);
void gm_wait_group_done(gm_wait_group *w);
void gm_wait_group_wait(gm_wait_group *w);

/* --- leaks --- */

/* How many goroutines wait for ever: for a channel, mutex or wait group that nothing reaches but them and
 * others like them. print: shows their calls on standard error. Stops all others for about as long
 * as a collection would take, and changes nothing; -1: no memory for it. A leak may be missed; what
 * is counted is one, provided that goroutines do not find each other's local variables through
 * objects. At the end of a Go program GODEBUG=goroutineleak=1 does the same. */
int gm_goroutine_leaks(bool print);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
