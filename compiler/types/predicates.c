/* predicates.c - questions about types: classes, identity, comparability. */
#include "types/questions.h"

/* --- classes of basic types --- */

enum {
    C_BOOL = 1,
    C_INT = 2,
    C_UNSIGNED = 4,
    C_FLOAT = 8,
    C_COMPLEX = 16,
    C_STRING = 32,
    C_UNTYPED = 64,
    C_NUMERIC = C_INT | C_FLOAT | C_COMPLEX,
    C_ORDERED = C_INT | C_FLOAT | C_STRING,
    C_CONST = C_BOOL | C_NUMERIC | C_STRING
};

static unsigned class_of_kind(int kind) {
    switch (kind) {
    case T_BOOL: return C_BOOL;
    case T_INT:
    case T_INT8:
    case T_INT16:
    case T_INT32:
    case T_INT64: return C_INT;
    case T_UINT:
    case T_UINT8:
    case T_UINT16:
    case T_UINT32:
    case T_UINT64:
    case T_UINTPTR: return C_INT | C_UNSIGNED;
    case T_FLOAT32:
    case T_FLOAT64: return C_FLOAT;
    case T_COMPLEX64:
    case T_COMPLEX128: return C_COMPLEX;
    case T_STRING: return C_STRING;
    case T_UNTYPED_BOOL: return C_BOOL | C_UNTYPED;
    case T_UNTYPED_INT:
    case T_UNTYPED_RUNE: return C_INT | C_UNTYPED;
    case T_UNTYPED_FLOAT: return C_FLOAT | C_UNTYPED;
    case T_UNTYPED_COMPLEX: return C_COMPLEX | C_UNTYPED;
    case T_UNTYPED_STRING: return C_STRING | C_UNTYPED;
    case T_UNTYPED_NIL: return C_UNTYPED;
    default: return 0;
    }
}

static bool is_class(const Type *t, unsigned class) {
    return (class_of_kind(underlying((Type *)t)->kind) & class) != 0;
}

bool is_boolean(const Type *t) {
    return is_class(t, C_BOOL);
}
bool is_integer(const Type *t) {
    return is_class(t, C_INT);
}
bool is_unsigned(const Type *t) {
    return is_class(t, C_UNSIGNED);
}
bool is_float(const Type *t) {
    return is_class(t, C_FLOAT);
}
bool is_complex(const Type *t) {
    return is_class(t, C_COMPLEX);
}
bool is_numeric(const Type *t) {
    return is_class(t, C_NUMERIC);
}
bool is_string(const Type *t) {
    return is_class(t, C_STRING);
}
bool is_ordered(const Type *t) {
    return is_class(t, C_ORDERED);
}
bool is_numeric_or_string(const Type *t) {
    return is_class(t, C_NUMERIC | C_STRING);
}
bool is_const_type(const Type *t) {
    return is_class(t, C_CONST);
}

/* The same of a value's type, which may be a type parameter: then of all types of its set. */
static bool all_class(Type *t, unsigned class) {
    if (!is_tparam(t)) return is_class(t, class);
    const TermList *terms = tparam_terms(t);
    for (int i = 0; terms && i < terms->n; i++)
        if (!is_class(terms->v[i].type, class)) return false;
    return terms != NULL;
}

bool all_boolean(Type *t) {
    return all_class(t, C_BOOL);
}
bool all_integer(Type *t) {
    return all_class(t, C_INT);
}
bool all_unsigned(Type *t) {
    return all_class(t, C_UNSIGNED);
}
bool all_numeric(Type *t) {
    return all_class(t, C_NUMERIC);
}
bool all_string(Type *t) {
    return all_class(t, C_STRING);
}
bool all_ordered(Type *t) {
    return all_class(t, C_ORDERED);
}
bool all_numeric_or_string(Type *t) {
    return all_class(t, C_NUMERIC | C_STRING);
}

/* Asked of types that are not set up yet: must not look at the underlying type. */
bool is_untyped(const Type *t) {
    return t && t->kind < T_NBASIC && (class_of_kind(t->kind) & C_UNTYPED);
}

bool is_typed(const Type *t) {
    return !is_untyped(t);
}

bool has_name(const Type *t) {
    return t->kind < T_NBASIC || t->kind == T_NAMED || t->kind == T_TYPEPARAM;
}

bool is_named(const Type *t) {
    return has_name(t);
}

bool is_interface(const Type *t) {
    return underlying((Type *)t)->kind == T_INTERFACE;
}

bool is_value_interface(const Type *t) {
    return !is_tparam(t) && is_interface(t);
}

bool is_pointer(const Type *t) {
    return underlying((Type *)t)->kind == T_POINTER;
}

bool is_interface_ptr(Type *t) {
    Type *u = underlying(t);
    return u->kind == T_POINTER && is_interface(u->pointer.elem);
}

bool has_nil(const Type *t) {
    if (is_tparam(t)) {
        TypePairs set = typeset((Type *)t);
        for (int i = 0; i < set.n; i++)
            if (!set.v[i].u || !has_nil(set.v[i].u)) return false;
        return true;
    }
    switch (underlying((Type *)t)->kind) {
    case T_UNSAFEPTR:
    case T_SLICE:
    case T_POINTER:
    case T_FUNC:
    case T_MAP:
    case T_CHAN:
    case T_INTERFACE: return true;
    default: return false;
    }
}

static bool is_slice_of(const Type *t, TypeKind kind) {
    Type *u = underlying((Type *)t);
    return u->kind == T_SLICE && underlying(u->slice.elem)->kind == kind;
}

bool is_bytes(const Type *t) {
    return is_slice_of(t, T_UINT8);
}

bool is_runes(const Type *t) {
    return is_slice_of(t, T_INT32);
}

/* --- comparability --- */

typedef struct Seen {
    const Type *t;
    struct Seen *up;
} Seen;

static bool comparable_in(Checker *c, Type *t, bool dynamic, Seen *up, char **reason);

/* Whether all types of an interface's set are comparable, strictly. */
static bool typeset_comparable_in(Type *iface, Seen *up) {
    complete_interface(iface);
    if (!iface->iface.has_terms || iface->iface.terms.n == 0) return iface->iface.comparable_;
    for (int i = 0; i < iface->iface.terms.n; i++)
        if (!comparable_in(NULL, iface->iface.terms.v[i].type, false, up, NULL)) return false;
    return true;
}

bool typeset_comparable(Type *iface) {
    return typeset_comparable_in(iface, NULL);
}

/* dynamic: a comparison that may panic will do. */
static bool comparable_in(Checker *c, Type *t, bool dynamic, Seen *up, char **reason) {
    for (Seen *s = up; s; s = s->up)
        if (s->t == t) return true;
    Seen here = {t, up};
    Type *u = underlying(t);
    switch (u->kind) {
    case T_STRUCT:
        for (int i = 0; i < u->struct_.fields.n; i++) {
            Type *ft = u->struct_.fields.v[i]->type;
            if (comparable_in(c, ft, dynamic, &here, NULL)) continue;
            if (reason) *reason = xprintf("struct containing %s cannot be compared", tstr(c, ft));
            return false;
        }
        return true;
    case T_ARRAY:
        if (comparable_in(c, u->array.elem, dynamic, &here, NULL)) return true;
        if (reason) *reason = xprintf("%s cannot be compared", tstr(c, t));
        return false;
    case T_INTERFACE:
        if ((dynamic && !is_tparam(t)) || typeset_comparable_in(u, &here)) return true;
        if (reason)
            *reason = has_empty_typeset(u) ? "empty type set" : "incomparable types in type set";
        return false;
    case T_SLICE:
    case T_MAP:
    case T_FUNC:
    case T_TUPLE:
    case T_UNION:
    case T_UNTYPED_NIL: return false;
    default: return true;
    }
}

bool comparable(const Type *t) {
    return comparable_in(NULL, (Type *)t, true, NULL, NULL);
}

bool strictly_comparable(Type *t) {
    return comparable_in(NULL, t, false, NULL, NULL);
}

bool comparable_why(Checker *c, Type *t, char **reason) {
    if (reason) *reason = NULL;
    return comparable_in(c, t, true, NULL, reason);
}

/* --- identity --- */

/* Interfaces whose comparison is under way: the same pair met again is taken to be equal. */
typedef struct Pair {
    const Type *x, *y;
    struct Pair *up;
} Pair;

static bool same(const Type *x, const Type *y, bool tags, Pair *up);

bool same_id(const Package *apkg, const char *aname, const Package *bpkg, const char *bname) {
    if (aname != bname) return false;
    if (is_exported(aname) || apkg == bpkg) return true;
    return apkg && bpkg && strcmp(apkg->path, bpkg->path) == 0;
}

static bool same_tag(const Type *x, const Type *y, int i) {
    Str a = i < x->struct_.tags.n ? x->struct_.tags.v[i] : (Str){NULL, 0};
    Str b = i < y->struct_.tags.n ? y->struct_.tags.v[i] : (Str){NULL, 0};
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool same_struct(const Type *x, const Type *y, bool tags, Pair *up) {
    if (x->struct_.fields.n != y->struct_.fields.n) return false;
    for (int i = 0; i < x->struct_.fields.n; i++) {
        const Obj *f = x->struct_.fields.v[i], *g = y->struct_.fields.v[i];
        if (f->embedded != g->embedded || (tags && !same_tag(x, y, i)) ||
            !same_id(f->pkg, f->name, g->pkg, g->name) || !same(f->type, g->type, tags, up))
            return false;
    }
    return true;
}

static bool same_vars(const ObjList *x, const ObjList *y, bool tags, Pair *up) {
    if (x->n != y->n) return false;
    for (int i = 0; i < x->n; i++)
        if (!same(x->v[i]->type, y->v[i]->type, tags, up)) return false;
    return true;
}

static bool same_interface(const Type *x, const Type *y, bool tags, Pair *up) {
    complete_interface((Type *)x);
    complete_interface((Type *)y);
    const ObjList *a = &x->iface.all_methods, *b = &y->iface.all_methods;
    if (x->iface.comparable_ != y->iface.comparable_ || a->n != b->n) return false;
    if (x->iface.has_terms != y->iface.has_terms ||
        !terms_subset(&x->iface.terms, &y->iface.terms) ||
        !terms_subset(&y->iface.terms, &x->iface.terms))
        return false;
    for (Pair *p = up; p; p = p->up)
        if ((p->x == x && p->y == y) || (p->x == y && p->y == x)) return true;
    Pair here = {x, y, up};
    for (int i = 0; i < a->n; i++) {
        const Obj *f = a->v[i], *g = b->v[i];
        if (!same_id(f->pkg, f->name, g->pkg, g->name) || !same(f->type, g->type, tags, &here))
            return false;
    }
    return true;
}

static bool same_tuple(const Type *x, const Type *y, bool tags, Pair *up) {
    if (x->tuple.elems.n != y->tuple.elems.n) return false;
    for (int i = 0; i < x->tuple.elems.n; i++)
        if (!same(x->tuple.elems.v[i], y->tuple.elems.v[i], tags, up)) return false;
    return true;
}

/* Generic signatures are the same when they are after their parameters have got the same names. */
static bool same_func(const Type *x, const Type *y, bool tags, Pair *up) {
    const TypeList *xs = &x->func.tparams, *ys = &y->func.tparams;
    if (x->func.variadic != y->func.variadic || xs->n != ys->n) return false;
    if (xs->n > 0) {
        for (int i = 0; i < xs->n; i++) {
            Type *b = substitute(ys->v[i]->tparam.constraint, *ys, *xs);
            if (!same(xs->v[i]->tparam.constraint, b, tags, up)) return false;
        }
        y = substitute((Type *)y, *ys, *xs);
    }
    return same_vars(&x->func.params, &y->func.params, tags, up) &&
           same_vars(&x->func.results, &y->func.results, tags, up);
}

static bool same_named(const Type *x, const Type *y) {
    if (x->named.obj != y->named.obj || x->named.targs.n != y->named.targs.n) return false;
    for (int i = 0; i < x->named.targs.n; i++)
        if (!same(x->named.targs.v[i], y->named.targs.v[i], true, NULL)) return false;
    return true;
}

static bool same_union(const Type *x, const Type *y) {
    return terms_subset(&x->union_.terms, &y->union_.terms) &&
           terms_subset(&y->union_.terms, &x->union_.terms);
}

static bool same(const Type *x, const Type *y, bool tags, Pair *up) {
    if (x == y) return true;
    if (!x || !y || x->kind != y->kind) return false;
    switch (x->kind) {
    case T_ARRAY: /* a length that is unknown after an error matches any */
        return (x->array.len < 0 || y->array.len < 0 || x->array.len == y->array.len) &&
               same(x->array.elem, y->array.elem, tags, up);
    case T_SLICE: return same(x->slice.elem, y->slice.elem, tags, up);
    case T_POINTER: return same(x->pointer.elem, y->pointer.elem, tags, up);
    case T_STRUCT: return same_struct(x, y, tags, up);
    case T_TUPLE: return same_tuple(x, y, tags, up);
    case T_FUNC: return same_func(x, y, tags, up);
    case T_UNION: return same_union(x, y);
    case T_INTERFACE: return same_interface(x, y, tags, up);
    case T_MAP:
        return same(x->map.key, y->map.key, tags, up) && same(x->map.elem, y->map.elem, tags, up);
    case T_CHAN: return x->chan.dir == y->chan.dir && same(x->chan.elem, y->chan.elem, tags, up);
    case T_NAMED: return same_named(x, y);
    default: return x->kind < T_NBASIC;
    }
}

bool identical(const Type *a, const Type *b) {
    return same(a, b, true, NULL);
}

bool identical_ignore_tags(const Type *a, const Type *b) {
    return same(a, b, false, NULL);
}
