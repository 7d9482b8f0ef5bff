/* represent.c - decisions on representation that escape analysis and emission share. */
#include "types/types.h"

bool type_is_direct(Type *t) {
    return type_size(t) == 8 && type_ptrdata(t) == 8;
}

enum { MAX_CAPTURED_BY_VALUE = 128 }; /* bytes, as in Go's compiler */

/* A result is assigned by every return statement, though none names it. */
bool captured_by_value(const Obj *o) {
    return !o->is_result && !o->addrtaken && !o->reassigned &&
           type_size(o->type) <= MAX_CAPTURED_BY_VALUE;
}
