/* intrinsic.h - functions that the C compiler gets as operations of the machine. */
#ifndef LOWER_INTRINSIC_H
#define LOWER_INTRINSIC_H

#include "types/types.h"

bool is_intrinsic(const Func *fn); /* its body stands in golem/intrinsics.h, or in emit/wide.c */
/* One that Go's own compiler for amd64 replaces by instructions: its cost model must know. */
bool is_go_intrinsic(const Func *fn);

#endif
