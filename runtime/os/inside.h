/* inside.h - calls of the library that a stop by signal must not cut in two.
 *
 * A program that asked for it (GM_STOP_BY_SIGNAL) has its threads stopped wherever they are, but for the inside of the library,
 * where they hold locks and change what the collector is about to look at. So each function of golem.h that does such
 * things begins with GM_INSIDE(), which counts, in the record of the thread's goroutine, how many of them are under way. A signal that
 * finds the count above zero leaves the thread alone; when it comes back to zero the thread looks itself whether
 * somebody stops the world, and stops. The count goes down first, and the look comes after: a signal before it has made the
 * flag visible to the look, a signal after it finds the count at zero. (test/model/sigstop.pml) Nobody stops at the door of a
 * function that another one calls: that may hold locks, or be about to store behind a barrier.
 *
 * Inside, nobody waits for what a stopped thread might hold: a lock of the C library, so nothing here calls malloc, stdio or
 * pthread_create (sched/starter.c) while it counts; a lock of the program's, so callbacks of the program are called with GM_CALL_OUT,
 * and may be stopped.
 *
 * In programs that did not ask, all of this is the test of a word that never changes.
 */
#ifndef GM_OS_INSIDE_H
#define GM_OS_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/tls.h"

#pragma GCC visibility push(hidden)
/* Attached threads, and goroutines of C, are stopped by a signal. Set before the first thread is attached, for good. */
extern bool gm_by_signal;

/* Atomic, futex: what is asked of threads. A fence keeps them out of the library only: see world.c. */
extern uint32_t gm_stop_wanted;
#pragma GCC visibility pop
enum { GM_STOP_NOBODY, GM_STOP_WORLD, GM_STOP_FENCE };

enum { GM_G_INSIDE = 38 }; /* where a goroutine's record has the count; sched/gmp.h */

static inline uint16_t *gm_inside_count(gm_g *g) {
    return (uint16_t *)((char *)g + GM_G_INSIDE);
}

gm_g *gm_inside_enter(void);
gm_g *gm_inside_count_in(void);
void gm_inside_leave(gm_g *g);
/* Around calls of the program: the count is zero meanwhile. */
uint16_t gm_outside_enter(void);
void gm_outside_leave(uint16_t count);

static inline gm_g *gm_inside_begin(void) {
    return __builtin_expect(gm_by_signal, 0) ? gm_inside_enter() : NULL;
}
static inline void gm_inside_end(gm_g **g) {
    if (__builtin_expect(*g != NULL, 0)) gm_inside_leave(*g);
}

/* To the end of the block. After gm_need_thread, which may attach the thread. */
#define GM_INSIDE()                                                                                \
    gm_g *gm_inside_ __attribute__((cleanup(gm_inside_end), unused)) = gm_inside_begin()

/* The same where the way in has saved stack pointer and registers in the thread's record (switch_amd64.S): to stop there would
 * overwrite them, so only the way out looks whether there is a stop. A fence is of no matter to these functions. */
#define GM_INSIDE_SAVED()                                                                          \
    gm_g *gm_inside_ __attribute__((cleanup(gm_inside_end), unused)) =                             \
        __builtin_expect(gm_by_signal, 0) ? gm_inside_count_in() : NULL

/* Calls into the program: GM_CALL_OUT(fn(arg)). */
#define GM_CALL_OUT(call)                                                                          \
    do {                                                                                           \
        uint16_t gm_count_ = gm_outside_enter();                                                   \
        call;                                                                                      \
        gm_outside_leave(gm_count_);                                                               \
    } while (0)

#endif
