/* inline.h - inlining, in its two steps. */
#ifndef LOWER_INLINE_H
#define LOWER_INLINE_H

#include "lower/lower.h"

/* What every function of p costs; before anything else changes the bodies. */
void reckon_package(Package *p, const LowerOptions *opt);
/* Puts bodies in place of calls in all functions of p. */
void inline_package(Package *p, const LowerOptions *opt);

#endif
