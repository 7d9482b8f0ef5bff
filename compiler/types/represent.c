/* represent.c - decisions on representation that escape analysis and emission share. */
#include "types/types.h"

bool type_is_direct(Type *t) {
    t = underlying(t);
    switch (t->kind) {
    case T_POINTER:
    case T_MAP:
    case T_CHAN:
    case T_FUNC:
    case T_UNSAFEPTR: return true;
    case T_ARRAY: return t->array.len == 1 && type_is_direct(t->array.elem);
    case T_STRUCT: return t->struct_.fields.n == 1 && type_is_direct(t->struct_.fields.v[0]->type);
    default: return false;
    }
}

enum { MAX_CAPTURED_BY_VALUE = 128 }; /* bytes, as in Go's compiler */

/* A result is assigned by every return statement, though none names it. */
bool captured_by_value(const Obj *o) {
    return !o->is_result && !o->addrtaken && !o->reassigned &&
           type_size(o->type) <= MAX_CAPTURED_BY_VALUE;
}
