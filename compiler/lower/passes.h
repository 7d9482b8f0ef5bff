/* passes.h - the passes of this room. */
#ifndef LOWER_PASSES_H
#define LOWER_PASSES_H

#include "types/types.h"

/* rangefunc.c: loops over functions in f's body; the literals in it are functions of their own. What
 * is made joins the lists of p. */
void lower_rangefuncs(Func *f, Package *p);

#endif
