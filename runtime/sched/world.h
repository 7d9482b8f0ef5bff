/* world.h - stopping the world, and what the collector asks of the scheduler. See world.c and scan.c. */
#ifndef GM_SCHED_WORLD_H
#define GM_SCHED_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "os/sync.h"
#include "upcall.h"

typedef struct gm_sudog gm_sudog;

/* --- stopping (world.c) --- */

/* Stops every goroutine and attached thread at a safepoint (threads inside blocking regions stay there and
 * cannot leave). Calls are serialised; the caller goes on alone, until the matching gm_world_start. The
 * caller may be a goroutine, on its system stack or not, an attached thread, or a thread of the
 * collector that the scheduler does not know. It holds no lock. why: for traces; NULL: the caller
 * tells of it. */
void gm_world_stop(const char *why);
void gm_world_start(void);
/* Where threads are stopped by signal: keeps them out of the library instead, until gm_world_start; those that are outside run on.
 * For who is about to fork. Elsewhere the same as gm_world_stop. */
void gm_world_fence(void);

/* Asks the threads that run goroutines to call gm_up_cycle_end: the first to pass a check after all of them
 * have been seen on a processor. False: none runs. Called by one thread at a time, none that has a P. */
bool gm_ask_to_end(void);
/* All of them have been seen since. */
bool gm_end_is_near(void);

/* Not zero while somebody stops the world or has stopped it. */
const uint32_t *gm_stop_flag(void);
/* For threads that have no part in the stop: true after about ns if a stop goes on, sooner when it is over;
 * false if there is none, or if the caller is the one who stops. */
bool gm_yield_to_stop(int64_t ns);

/* --- around a fork (fork.c) --- */

/* The world is stopped, by the thread that forks, which is the only one left in the child: takes, or gives back, the
 * locks that threads outside the world may hold. */
void gm_sched_fork(enum gm_fork_step step);
/* In the child, after that: forgets all other threads, and all goroutines but the caller's, and lets the world go on.
 * forget is called for each record by which one of them waited for a channel. */
void gm_sched_child(void (*forget)(gm_sudog *s));

/* How many Ps may run goroutines (GOMAXPROCS, and attached threads count as one each up to the number of
 * processors); and how many of those are idle now. */
int gm_procs(void);
int gm_idle_procs(void);

/* --- stacks as roots (scan.c) --- */

/* World stopped, a cycle begins: every goroutine counts as not scanned. Calls fn for the ranges that must be
 * looked at (conservatively) before the world goes on: stacks and registers of C, the caller's too, and the
 * system stacks of threads inside calls of the runtime. Returns the number of jobs that scan goroutines
 * that stand still, and what else the scheduler keeps for them. A goroutine that no job has come to is
 * scanned before it runs on, by gm_up_mark_stack. */
uint32_t gm_scan_begin(gm_range_fn *fn, void *arg);
/* Before the stop: about how many bytes of stack it will look at, so far as threads are away, or the caller. */
size_t gm_scan_expect(void);
/* Any thread, while marking: calls fn for the ranges of one job. */
void gm_scan_job(uint32_t job, gm_range_fn *fn, void *arg);
/* How many goroutines that ran when the cycle began have still to be scanned: by their threads, as soon as
 * these find out that the world goes on, or, world stopped, by gm_scan_rest. */
uint32_t gm_scan_left(void);
void gm_scan_rest(gm_range_fn *fn, void *arg);
/* World stopped, marking is complete. Debug builds: fails if a goroutine was not scanned. */
void gm_scan_check(void);

/* --- their memory (stack.c, slab.c) --- */

/* World stopped, at the end of a cycle: finds out what dead goroutines and stacks that shrank have to spare. */
void gm_stacks_collected(void);
/* Gives some of that back to the page heap. Any thread, not under a lock; true: there may be more. */
bool gm_stacks_trim(void);
/* Bytes of the reserved stacks on which goroutines live, as far as they are used, about. */
uint64_t gm_reserved_in_use(void);
/* All of it at once. No cycle is under way, and none begins. */
void gm_stacks_give_all(void);

#endif
