/* frames.h - which words of a compiled function's frame are dead during each of its calls.
 *
 * The collector scans stacks conservatively, and a word that the C compiler left behind in a frame
 * (a spilled variable after its last use, a parameter of an earlier call, a register that a callee
 * saved for a caller that will not read it) holds an object for as long as the frame lives. The C
 * compiler knows better, and says so in its assembly: frame_maps() reads that text, computes which
 * registers and spilled words are still read after each call, and appends a table of the others to
 * the text. The run-time library finds it in section gm_frames (runtime/sched/frames.h).
 *
 * The rest of a frame, where variables lie whose address is made, is live as long as some instruction
 * to come names it. After that it is live only if something points to it, which the collector sees.
 *
 * What is not understood counts as live, instruction by instruction and function by function.
 */
#ifndef FRAMES_FRAMES_H
#define FRAMES_FRAMES_H

#include "base/base.h"

/* Of the analysis, for whoever keeps what it was applied to. */
#define FRAMES_VERSION "4"

/* The assembly with the tables behind it. The text is gcc's for x86-64, in AT&T syntax, with the
 * comments of -fverbose-asm. */
Buf frame_maps(Str assembly);

#endif
