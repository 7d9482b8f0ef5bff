/* cost.h - what it costs to put a function's body in place of a call, as Go's compiler reckons. */
#ifndef LOWER_COST_H
#define LOWER_COST_H

#include "types/types.h"

enum {
    INLINE_BUDGET = 80,    /* of an ordinary function */
    INLINE_BIG_BUDGET = 20 /* for calls in a function of MANY_NODES */
};

/* The cost, or -1: never, *why says so in Go's words (why may be NULL). Known for good once asked: to be
 * asked before the body is changed. */
int inline_cost(Func *f, const char **why);
/* Whether a call in caller may be replaced by a body of that cost. once: of a literal, its only call. */
bool inline_cost_ok(const Func *caller, const Func *callee, int cost, bool once);
void inline_set_budget(int budget); /* INLINE_BUDGET at the start */

#endif
