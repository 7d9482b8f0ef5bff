/* golem.h - Golem for C: Go's allocator and concurrent collector, as a library.
 *
 *     #include <golem.h>
 *
 *     typedef struct node { struct node *next; long value; } node;
 *     GM_DEFINE_TYPE(node_type, node, next);         // node, whose pointer field is next
 *     static node *list;                             // a root
 *
 *     int main(void) {
 *         gm_init(0);
 *         gm_register_roots(&list, &gm_pointer_type, 1);
 *         for (long i = 0; i < 1000000; i++) {
 *             node *n = gm_new(&node_type);
 *             n->value = i;
 *             n->next = list;                        // fresh memory: a plain store
 *             gm_store(&list, i % 1000 ? n : NULL);  // a root: a store with the barrier
 *         }
 *     }
 *
 * Link with libgolem.a (-lpthread -lm) or libgolem.so.
 *
 * What the collector sees
 *   Objects are found from roots: memory that you register, and the stacks and registers of
 * attached threads, which are searched word by word (stacks of the program's own: golem/stack.h): whatever points into an object, also into its
 * middle, keeps it. Objects never move. Inside objects and registered memory only the words that
 * the type names as pointers are followed; they may point to the beginning or the middle of
 * objects, to memory that is not Golem's, or be NULL. Pointers in a form of their own (tagged, NaN-boxed ...) are
 * followed where the type says how to decode them (golem/describe.h), on stacks by gm_decode_stacks. Memory from malloc, thread-local variables
 * and unregistered globals are not seen. A pointer that stands only there does not keep its object.
 *
 * Threads
 *   Only attached threads may call functions marked [attached]; goroutines (golem/sched.h) and the
 *   library's own calls of finalizers and cleanups are attached. [any] may be called by all threads.
 *
 *   ATTACHED THREADS STOP ONLY AT SAFEPOINTS. A collection stops everybody for a moment when it
 *   begins and when it ends; nothing interrupts C, so everybody waits for the thread that comes last.
 *   Every allocation that leaves its fast path is a safepoint, and gm_safepoint is one. A long loop
 *   that does not allocate calls gm_safepoint now and then: it costs a load and a branch.
 *
 *   Before a thread waits for anything but this library (a mutex, input, pthread_join, a sleep), it
 *   enters a blocking region with gm_block_enter, and leaves it with gm_block_leave:
 *
 *       gm_block_enter();
 *       n = read(fd, buffer, sizeof buffer);       // buffer is the C library's or on the stack
 *       gm_block_leave();
 *
 *   Inside, the thread counts as stopped, for as long as it likes. What its stack and registers held
 *   at gm_block_enter stays alive; but it must not read or write objects or registered memory, nor
 *   call anything here but gm_block_leave, which waits if a collection has stopped everybody. Two
 *   threads deadlock if one waits for a lock outside a region while its holder is at a safepoint.
 *
 *   gm_init(GM_STOP_BY_SIGNAL) does without all that: attached threads, and goroutines of C, are stopped by a signal (SIGURG) wherever
 *   they are, but for the inside of this library. No loop needs gm_safepoint, no wait a blocking region (regions save the signal).
 *   In return
 *     - system calls may end early with EINTR where SA_RESTART does not help (nanosleep, poll ...), outside regions;
 *     - a stopped thread may hold any lock of the program or the C library: what runs in a stop (callbacks that show roots or trace
 *       objects, gm_walk_heap's) takes none, and so calls neither malloc nor stdio;
 *     - a field of a fresh object is stored plainly once, not twice: a collection may begin in between;
 *     - threads do not block SIGURG.
 *   Stores by gm_store and its kin become calls. fork waits for no loop either: it keeps the others out of the library
 *   meanwhile. The first gm_init of a process decides for all that use the library in it.
 *
 *   fork works, from any thread, inside a blocking region and outside. It waits, as a collection does, until all
 *   others stand at safepoints or in regions. In the child there is only the thread that forked, attached
 *   if it was, and no goroutine but its own; what only the stacks of the others held is garbage there, and
 *   channels do not know of them any more. The child collects, and starts threads and goroutines, as the
 *   parent does. posix_spawn, system and popen do not wait, and run nothing of this.
 *
 *   Signal handlers may interrupt the library anywhere, and must not call it. Handlers may run on the
 *   library's threads, whose stacks are small: give them SA_ONSTACK. SIGURG belongs to the library.
 *
 * The write barrier
 *   While the collector marks, a pointer that is overwritten must be told to it. So, into objects
 * and registered memory that others can see, store pointers with gm_store, gm_cas or gm_exchange, copy values that contain
 *   pointers with gm_copy_values. Not needed for: local variables, objects that were just allocated
 *   (since when this thread has not allocated, and which nobody else can reach yet), data without
 *   pointers, and programs that called gm_init(GM_NO_BARRIERS). A slot that other threads store into
 *   is read with gm_load. Beyond that objects are plain memory: who shares them, locks.
 *
 * Failure
 *   Each function says what it returns when it fails; those that say nothing do not fail. Allocation
 *   never returns NULL: when the system has no more memory the process ends with "fatal error: out of
 *   memory" and status 2, after saying how much was asked for. So it does in the functions that keep
 *   records (roots, pins, finalizers, weak pointers, pools, channels), and when a thread for goroutines
 *   cannot be made ("newosproc"). Misuse that is noticed is a fatal error too, which names the function;
 *   so is a GOGC or GOMEMLIMIT that makes no sense. Where a program can go on, failure is a result:
 *   gm_init, gm_attach_thread and gm_go return false, have changed nothing, and may be tried again.
 *
 * With the sanitizers
 *   Locals must be on the stack: with clang, build with -fsanitize-address-use-after-return=never.
 *
 * The environment is Go's: GOGC, GOMEMLIMIT, GODEBUG (gctrace=1 or 2, gcstoptheworld=1, gccheckmark=1,
 * clobberfree=1, gcstress=N: collect at every N-th allocation, madvdontneed=0,
 * gcperiod=MS: collect so long after the last time at the latest, 120000; heapmap=1: where the memory is, when gm_shutdown ends the library).
 */
#ifndef GOLEM_H
#define GOLEM_H

#include <golem/version.h>  /* which Golem this is */
#include <golem/type.h>     /* descriptors of types */
#include <golem/describe.h> /* ... written by hand */
#include <golem/thread.h>   /* beginning and end, threads */
#include <golem/memory.h>   /* allocation, stores, roots */
#include <golem/stack.h>    /* stacks of the program's own, roots shown in the stop */
#include <golem/collect.h>  /* tuning, finalizers, weak pointers, pools, statistics */
#include <golem/account.h>  /* where the memory is */
#include <golem/chan.h>     /* channels, select */
#include <golem/sched.h>    /* goroutines, mutex, wait group, leaks */

#endif
