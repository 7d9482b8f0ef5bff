/* type.c - making types, and looking through their names.
 *
 * A named type's underlying type is filled in while its declaration is checked; until then it may
 * be another named type (type A B), or NULL. underlying() follows such a chain once and shortens
 * it; a chain that bites its tail is reported there as an invalid recursive type.
 */
#include "types/questions.h"

static Type *new_type(TypeKind kind) {
    Type *t = new_(Type);
    t->kind = (uint8_t)kind;
    t->ptrdata = -1;
    return t;
}

Type *new_array(Type *elem, int64_t len) {
    Type *t = new_type(T_ARRAY);
    t->array.elem = elem;
    t->array.len = len;
    return t;
}

Type *new_slice(Type *elem) {
    Type *t = new_type(T_SLICE);
    t->slice.elem = elem;
    return t;
}

Type *new_pointer(Type *elem) {
    Type *t = new_type(T_POINTER);
    t->pointer.elem = elem;
    return t;
}

Type *new_map(Type *key, Type *elem) {
    Type *t = new_type(T_MAP);
    t->map.key = key;
    t->map.elem = elem;
    return t;
}

Type *new_chan(Type *elem, ChanDir dir) {
    Type *t = new_type(T_CHAN);
    t->chan.elem = elem;
    t->chan.dir = (uint8_t)dir;
    return t;
}

Type *new_tuple(TypeList elems) {
    Type *t = new_type(T_TUPLE);
    t->tuple.elems = elems;
    return t;
}

Type *new_struct(void) {
    return new_type(T_STRUCT);
}

Type *new_union(TermList terms) {
    Type *t = new_type(T_UNION);
    t->union_.terms = terms;
    return t;
}

Type *new_func_type(void) {
    return new_type(T_FUNC);
}

Type *new_interface(void) {
    return new_type(T_INTERFACE);
}

Type *new_named(Obj *obj, Type *under) {
    Type *t = new_type(T_NAMED);
    t->named.obj = obj;
    t->named.underlying = under;
    if (!obj->type) obj->type = t;
    return t;
}

static bool is_chain(const Type *t) {
    return t && t->kind == T_NAMED;
}

/* Follows t, a named type whose underlying type is named, to the end; gives all on the way the same
 * underlying type. */
static Type *resolve_chain(Type *t) {
    TypeList seen = {0};
    ObjList path = {0};
    Type *n = t, *u = types_basic[T_INVALID];
    for (;;) {
        push(&seen, n);
        push(&path, n->named.obj);
        n = n->named.underlying;
        if (n->named.orig) {
            u = underlying(n);
            break;
        }
        for (int i = 0; i < seen.n; i++)
            if (seen.v[i] == n) {
                type_host(the_checker)->report_cycle(the_checker, path.v + i, path.n - i);
                goto done;
            }
        if (!n->named.underlying) break;
        if (!is_chain(n->named.underlying)) {
            u = n->named.underlying;
            break;
        }
    }
done:
    for (int i = 0; i < seen.n; i++) {
        seen.v[i]->named.underlying = u;
        seen.v[i]->complete = true;
    }
    return u;
}

Type *underlying(Type *t) {
    if (!t) return types_basic[T_INVALID];
    if (t->kind == T_TYPEPARAM) return constraint_of(t);
    if (t->kind != T_NAMED) return t;
    if (t->named.orig) return expand_instance(t);
    if (!t->named.underlying) return types_basic[T_INVALID];
    if (is_chain(t->named.underlying)) return resolve_chain(t);
    return t->named.underlying;
}

Type *default_type(Type *t) {
    switch (t->kind) {
    case T_UNTYPED_BOOL: return types_basic[T_BOOL];
    case T_UNTYPED_INT: return types_basic[T_INT];
    case T_UNTYPED_RUNE: return type_rune;
    case T_UNTYPED_FLOAT: return types_basic[T_FLOAT64];
    case T_UNTYPED_COMPLEX: return types_basic[T_COMPLEX128];
    case T_UNTYPED_STRING: return types_basic[T_STRING];
    default: return t;
    }
}

Type *deref(Type *t, bool *was_pointer) {
    bool p = t && t->kind == T_POINTER;
    if (was_pointer) *was_pointer = p;
    if (!p) return t;
    return t->pointer.elem ? t->pointer.elem : types_basic[T_INVALID];
}

Type *deref_struct_ptr(Type *t) {
    Type *u = underlying(t);
    if (u->kind == T_POINTER && !is_tparam(u->pointer.elem) &&
        underlying(u->pointer.elem)->kind == T_STRUCT)
        return u->pointer.elem;
    return t;
}
