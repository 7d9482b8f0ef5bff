/* thread.h - beginning and end, threads, safepoints, blocking regions. Part of golem.h, whose head tells the rules. */
#ifndef GOLEM_THREAD_H
#define GOLEM_THREAD_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- beginning and end --- */

enum {
    GM_NO_BARRIERS = 1,   /* no barriers anywhere: marking stops the program, in parallel */
    GM_STOP_BY_SIGNAL = 2 /* attached threads and goroutines of C are stopped anywhere */
};

/* [any] Starts the library and attaches the calling thread. What it came in, a plugin perhaps, is not unloaded any more.
 * Call it before anything else, and before other threads use the library. It counts: two libraries of one program may both
 * call it, and gm_shutdown each. flags: what one of them has asked for holds for all. GM_NO_BARRIERS may come later, being
 * safe with barriers as well; GM_STOP_BY_SIGNAL is for the first gm_init of the process to ask for, in a later one that did
 * not find it in force it is a fatal error. False: the system gives no memory; nothing has begun. */
bool gm_init(unsigned flags);
/* [attached] Undoes one gm_init; that of the last waits for a running collection, lets none begin any more (gm_gc returns at once), and
 * detaches the calling thread. All objects that can be reached now stay where they are until the process
 * ends. Other threads and goroutines may go on, and what they allocate stays, too. gm_init begins
 * anew. Not needed before exit. */
void gm_shutdown(void);

/* --- threads --- */

/* [any] Makes the calling thread known. False: no memory; it may not use what is marked [attached]. Once
 * is enough: on a thread that is attached it returns true, and one gm_detach_thread undoes it. */
bool gm_attach_thread(void);
/* [any] Outside blocking regions. From then on the thread's stack keeps nothing. Does nothing on a thread that
 * is not attached, or that is the library's own. A thread that ends while it is attached, even in a blocking
 * region, is detached by that: after the destructors of its thread-specific data. */
void gm_detach_thread(void);
/* [any] true: a thread that is not attached and calls what is marked [attached] is attached by that, as if by
 * gm_attach_thread, instead of ending the process. It stays attached until it ends. */
void gm_attach_foreign_threads(bool yes);
/* [any] A point at which the thread may be stopped. */
void gm_safepoint(void);
/* [any] The thread may be away for long, and does not touch objects; and is back (see Threads, above).
 * Regions do not nest. Nothing on threads that are not attached. Other goroutines run while one is in a region, and it may
 * have to wait for its turn when it leaves; it goes on on the same thread, so it may take locks of the program's in regions. */
void gm_block_enter(void);
void gm_block_leave(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
