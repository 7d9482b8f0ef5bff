/* lower.c - the order of work of this room. */
#include "lower/lower.h"

#include "lower/borrow.h"
#include "lower/instance.h"
#include "lower/order.h"
#include "lower/passes.h"

void lower_package(Package *p) {
    instantiate_package(p);
    int n = p->all_funcs.n; /* bodies of loops join the list behind them */
    for (int i = 0; i < n; i++) lower_rangefuncs(p->all_funcs.v[i], p);
    refuse_package(p);
    borrow_package(p);
    order_package(p);
}
