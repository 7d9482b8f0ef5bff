/* callers.h - the return addresses of a stack, for samples: fast, and not for people (observe/traceback.h is). */
#ifndef GM_SCHED_CALLERS_H
#define GM_SCHED_CALLERS_H

#include "sched/gmp.h"

/* Each fills pcs with the return addresses of calls, innermost first, functions of the runtime among them, and returns how
 * many there are, max at most. The walk ends early at a frame that it does not understand. */

/* Of the calling goroutine or thread of C; on the system stack. May take memory for what it keeps of the tables. */
int gm_callers_self(uintptr_t *pcs, int max);
/* Of a goroutine that stands still and is none of a thread of C; on the system stack. */
int gm_callers_g(const gm_g *g, uintptr_t *pcs, int max);
/* The same with where each frame lies: from lo to hi, where its caller's begins. */
typedef struct gm_caller {
    uintptr_t pc, lo, hi;
} gm_caller;
int gm_caller_frames(const gm_g *g, gm_caller *frames, int max);
/* In a signal's handler, on any thread: of what it interrupted. The first address is the one where that stood, plus one. */
int gm_callers_interrupted(const void *context, uintptr_t *pcs, int max);

/* Leaves out, in place, addresses that are not of compiled Go if the program has any of that. Returns how many are left. */
int gm_only_go(uintptr_t *pcs, int n);

#endif
