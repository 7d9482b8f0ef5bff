/* wide.c - functions of math/bits with two results, as the C compiler knows them: a product of 128 bits, a sum with a carry.
 *
 * golem/intrinsics.h has those with one. The struct of two results has a name of each package's own, so these are
 * printed into the package that calls them. lower/intrinsic.c lists their names.
 */
#include "emit/pkg.h"

typedef struct Wide {
    const char *name, *params, *body;
} Wide;

static const Wide wides[] = {
    {"Mul64", "uint64_t x, uint64_t y",
     "unsigned __int128 p = (unsigned __int128)x * y; return (%s){p >> 64, p};"},
    {"Add64", "uint64_t x, uint64_t y, uint64_t carry",
     "uint64_t s; bool c = __builtin_add_overflow(x, y, &s); "
     "c |= __builtin_add_overflow(s, carry, &s); return (%s){s, c};"},
    {"Sub64", "uint64_t x, uint64_t y, uint64_t borrow",
     "uint64_t d; bool b = __builtin_sub_overflow(x, y, &d); "
     "b |= __builtin_sub_overflow(d, borrow, &d); return (%s){d, b};"},
};

char *cwide(const Func *fn, const char *symbol) {
    const char *result = cresult(fn->sig);
    for (size_t i = 0; i < sizeof wides / sizeof *wides; i++) {
        const Wide *w = &wides[i];
        if (strcmp(w->name, fn->obj->name) == 0)
            return xprintf("static inline %s %s(%s) { %s }\n", result, symbol, w->params,
                           xprintf(w->body, result));
    }
    return NULL;
}
