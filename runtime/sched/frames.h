/* frames.h - a goroutine's stack, frame by frame, without the words that are dead.
 *
 * The C compiler's unwind tables say how large each frame is and where it keeps registers for its
 * callers; the tables in section gm_frames (the compiler's frames.h) say which of those registers
 * and which spilled words the function at hand still reads after the call in which it stands. So
 * the walk knows, for a word that a callee saved, whose register it was, and whether anybody wants
 * it. Everything else in a frame counts as live; and from the first frame on that is not understood
 * (a fault's, one that moves its stack pointer), all of it does.
 *
 * What is read from the tables is kept by return address: a frame costs one look-up.
 *
 * Machine: x86-64.
 */
#ifndef GM_SCHED_FRAMES_H
#define GM_SCHED_FRAMES_H

#include "sched/gmp.h"

typedef void gm_frame_fn(void *ctx, const void *lo, const void *hi);

/* Calls fn for each run of words that may be live on the stack of a goroutine that stands still:
 * its registers as switch_amd64.S leaves them at g->sp, or those that a signal saved (which the
 * caller looks at itself). */
void gm_frames_walk(gm_g *g, gm_frame_fn *fn, void *ctx);

/* How to get from a frame to its caller's: where its canonical address lies, from %rsp or %rbp, below which the return
 * address stands, and where, from there, it keeps its caller's %rbp. */
typedef struct gm_frame_row {
    bool understood;
    bool outermost;
    bool cfa_from_rbp, saves_rbp;
    int32_t cfa, rbp_at;
} gm_frame_row;
/* Of the frame into which pc is the return address. In a signal's handler nothing is kept, and no lock taken. */
void gm_frame_row_of(uintptr_t pc, bool in_signal, gm_frame_row *row);

#endif
