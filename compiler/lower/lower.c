/* lower.c - the order of work of this room. */
#include "lower/lower.h"

#include "lower/borrow.h"
#include "lower/cost.h"
#include "lower/inline.h"
#include "lower/instance.h"
#include "lower/order.h"
#include "lower/passes.h"

void lower_package(Package *p, const LowerOptions *opt) {
    inline_set_budget(opt->budget ? opt->budget : INLINE_BUDGET);
    instantiate_package(p);
    bool inlining = !opt->no_inline;
    if (inlining) reckon_package(p, opt);
    /* The list grows: bodies of loops, which have nothing left to lower, and copies of literals, which may. */
    for (int i = 0; i < p->all_funcs.n; i++) lower_rangefuncs(p->all_funcs.v[i], p);
    refuse_package(p);
    if (inlining) inline_package(p, opt);
    borrow_package(p);
    order_package(p);
}
