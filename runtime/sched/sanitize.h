/* sanitize.h - the sizes of stacks, and what the sanitizers must be told of them. Read by C and by the
 * assembler.
 *
 * The address sanitizer keeps, for every byte of a stack, whether it may be touched; a function says so
 * of its frame when it begins and takes it back when it ends. It wants to know
 *   - the bounds of the stack that a thread is on, at every switch (gm_fiber_to_*);
 *   - of frames that are left by a jump or with the goroutine, that they are over (gm_unpoison):
 *     whoever is given that memory next would be found guilty otherwise.
 * The thread sanitizer keeps a clock for every line of execution: a goroutine is one ("fiber"), and so
 * is a thread on its system stack. Passing from one to the other orders what they do; two goroutines on
 * two threads are ordered only by what they do to each other.
 *
 * Frames are larger under both, and their versions of the C library's memory functions take kilobytes,
 * so the stacks that goroutines begin on, their further segments and the room below the limit are.
 * Locals must lie on the stack for the collector to find them: with clang, build with
 * -fsanitize-address-use-after-return=never.
 */
#ifndef GM_SCHED_SANITIZE_H
#define GM_SCHED_SANITIZE_H

#if defined(__SANITIZE_ADDRESS__)
#define GM_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define GM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GM_ASAN 1
#elif __has_feature(thread_sanitizer)
#define GM_TSAN 1
#endif
#endif

#if defined(GM_ASAN) || defined(GM_TSAN)
#define GM_SANITIZED   1
#define GM_STACK_SLACK 32768
#define GM_UNIT        65472
#define GM_SEG_MIN     131072
#else
#define GM_STACK_SLACK 768
#define GM_UNIT        2320
#define GM_SEG_MIN     4096
#endif

#ifndef __ASSEMBLER__

#include <stdint.h>

typedef struct gm_g gm_g;
typedef struct gm_m gm_m;

#ifdef GM_SANITIZED
/* Called by switch_amd64.S on the system stack: the thread leaves it for g's; it has come to it. */
void gm_fiber_to_g(gm_g *g);
void gm_fiber_to_system(gm_m *m);
/* g is dead. */
void gm_fiber_end(gm_g *g);
#else
static inline void gm_fiber_end(gm_g *g) {
    (void)g;
}
#endif

/* Whatever frames were in this memory are over. */
#ifdef GM_ASAN
void gm_unpoison(uintptr_t lo, uintptr_t hi);
#else
static inline void gm_unpoison(uintptr_t lo, uintptr_t hi) {
    (void)lo, (void)hi;
}
#endif

#endif
#endif
