/* lower.h - the room between the checker and escape analysis: it makes of the checked tree one that
 * says less and means the same, so that the passes behind it need to know fewer constructs.
 *
 * rangefunc.c turns loops over functions into calls whose argument is the body as a function literal;
 * inline.c puts the bodies of small functions into the places of their calls.
 *
 * What is made here looks as if the checker had made it: types and modes on every node, variables in
 * the lists of their functions, captures in those of the literals.
 */
#ifndef LOWER_LOWER_H
#define LOWER_LOWER_H

#include "types/types.h"

typedef struct LowerOptions {
    bool m;         /* -m: say what is inlined, in Go's words, with notef */
    bool no_inline; /* -l */
    int budget;     /* for inlining; 0: the usual one */
} LowerOptions;

/* After p has been checked without errors, and the packages that it imports have been lowered. */
void lower_package(Package *p, const LowerOptions *opt);

#endif
