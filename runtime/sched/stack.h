/* stack.h - the stacks of goroutines.
 *
 * Two kinds:
 *
 *   Segmented (goroutines of compiled Go). The first segment and the record of the goroutine are
 * one unit of GM_UNIT bytes. A function whose prologue finds too little room calls __morestack,
 * which moves on to a further segment, calls the function's body there, and comes back when it
 * returns. Segments double in size, so a chain is short however deep the calls; they stay with the
 *   goroutine until a collection finds one that was not entered since the collection before, so
 *   that a loop across a boundary pays for a switch of stacks, not for an allocation.
 *
 *   Reserved (the main thread's first goroutine under gm_main_reserved, goroutines of C programs,
 *   whose code knows nothing of segments). One stretch of address space, committed by the system as
 *   it is touched, with guard pages at its lower end.
 *
 * Slack. A prologue with a frame under 256 bytes compares %rsp itself, so that many bytes must stay
 * below the limit; a leaf has 128 bytes of red zone; the C library's memory functions, which have
 * no check, take next to nothing; __morestack saves up to 232 bytes. GM_STACK_SLACK is the sum with
 * a reserve. Whatever calls deeper into the C library does so through gm_systemstack.
 *
 * Units are GM_UNIT bytes, far from a power of two on purpose: the hot upper ends of many goroutines
 * then fall on different sets of the caches. The sizes stand in sanitize.h, for they depend on it.
 */
#ifndef GM_SCHED_STACK_H
#define GM_SCHED_STACK_H

#include "sched/gmp.h"

#define GM_STACK_MAX 1000000000u /* the usual limit of one goroutine */

/* A G with its first segment; from the free lists, or new memory. The G is zero but for seg, seg0,
 * limit and id. */
gm_g *gm_g_new(gm_p *p);
/* A G on a reserved stack of at least size bytes; NULL when there is no address space. */
gm_g *gm_g_new_reserved(size_t size);
/* A dead G goes back; its further segments go to the pools. */
void gm_g_free(gm_p *p, gm_g *g);

/* How often a further segment came in each way, but for those from a P's cache (gm_p.segs_cached): from the pool, which
 * may have had to ask the page heap; from the large ones that wait; from the page heap. Under the pool's lock. */
typedef struct gm_stack_ways {
    uint64_t pooled, large, pages;
} gm_stack_ways;
extern gm_stack_ways gm_seg_ways;

/* After a jump to a frame at sp, outwards: makes the segment of that frame the one in use. */
void gm_stack_reset(gm_g *g, uintptr_t sp);
/* Gives back the segments beyond the one in use that no call entered since the last time. The
 * goroutine is stopped. Returns bytes given back. */
size_t gm_stack_shrink(gm_g *g);
/* Calls fn for each piece of live stack of a stopped goroutine whose innermost frame is at sp. */
void gm_stack_walk(gm_g *g, uintptr_t sp, void (*fn)(void *ctx, const void *lo, const void *hi),
                   void *ctx);
/* Bytes of all segments of g. */
size_t gm_stack_size(const gm_g *g);
/* Does addr lie in the guard pages of g's reserved stack? */
bool gm_stack_in_guard(const gm_g *g, uintptr_t addr);
/* The most that one goroutine's stack may take; returns the limit before. */
size_t gm_stack_set_max(size_t bytes);
size_t gm_stack_max(void);
/* Is pc inside __morestack? Traces leave such frames out, and the one that follows. */
bool gm_pc_is_morestack(uintptr_t pc);
/* On the goroutine's own stack: where a function returns to whose return address is pc and whose frame is
 * at `frame`, were it not for the change of segments between the two. */
uintptr_t gm_stack_caller(uintptr_t pc, uintptr_t frame);
/* Memory now taken by stacks, for statistics. */
uint64_t gm_stack_in_use(void);

/* Stress: every segment made while this is set has a limit that no check passes, so that a new one is
 * entered at every call that checks. */
extern uint32_t gm_stack_stress;

#endif
