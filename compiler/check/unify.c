/* unify.c - making two types the same by choosing type arguments.
 *
 * Each type parameter to be inferred has a handle that holds its type, once one is known; two
 * parameters that are unified with each other share a handle from then on.
 *
 * Modes. UNIFY_EXACT: the types must become identical. Otherwise a defined type unifies with a
 * literal of its underlying structure, directions of channels do not count, and an interface
 * unifies with what implements it. UNIFY_ASSIGN: that is so at the top only, as for the two sides
 * of an assignment; below it the types must be identical.
 */
#include "check/generic.h"

enum { MAX_DEPTH = 100 };

typedef struct Handle {
    Type *type;
} Handle;

struct Unifier {
    Checker *c;
    TypeList tparams;
    Handle **handles; /* of tparams */
    int depth;
};

typedef struct Pair { /* interfaces that are being unified */
    const Type *x, *y;
    struct Pair *up;
} Pair;

static bool nify(Unifier *u, Type *x, Type *y, int mode, Pair *up);

Unifier *new_unifier(Checker *c, TypeList tparams, TypeList targs) {
    Unifier *u = new_(Unifier);
    u->c = c;
    u->tparams = tparams;
    u->handles = alloc(sizeof(Handle *) * (size_t)(tparams.n + 1));
    for (int i = 0; i < tparams.n; i++) {
        u->handles[i] = new_(Handle);
        u->handles[i]->type = i < targs.n ? targs.v[i] : NULL;
    }
    return u;
}

/* The index of t among the parameters to be inferred, or -1. */
static int bound(const Unifier *u, const Type *t) {
    if (t->kind != T_TYPEPARAM) return -1;
    for (int i = 0; i < u->tparams.n; i++)
        if (u->tparams.v[i] == t) return i;
    return -1;
}

Type *unified(const Unifier *u, Type *tparam) {
    int i = bound(u, tparam);
    return i < 0 ? NULL : u->handles[i]->type;
}

void unifier_set(Unifier *u, Type *tparam, Type *t) {
    int i = bound(u, tparam);
    if (i >= 0) u->handles[i]->type = t;
}

int unifier_unknowns(const Unifier *u) {
    int n = 0;
    for (int i = 0; i < u->tparams.n; i++) n += !u->handles[i]->type;
    return n;
}

static bool join(Unifier *u, int i, int j) {
    Handle *x = u->handles[i], *y = u->handles[j];
    if (x == y) return true;
    if (x->type && y->type) return false;
    Handle *keep = x->type ? x : y, *drop = keep == x ? y : x;
    for (int k = 0; k < u->tparams.n; k++)
        if (u->handles[k] == drop) u->handles[k] = keep;
    return true;
}

static Type *as_interface(Type *t) {
    if (is_tparam(t)) return NULL;
    Type *u = underlying(t);
    if (u->kind != T_INTERFACE) return NULL;
    complete_interface(u);
    return u;
}

static bool is_type_literal(const Type *t) {
    return t->kind != T_NAMED && t->kind != T_TYPEPARAM;
}

/* The i-th parameter has type `have`, which has just been unified with y. Whether that may stand;
 * the better of the two becomes the parameter's type. */
static bool reconcile(Unifier *u, int i, Type *have, Type *y, int mode) {
    Type *xi = as_interface(have), *yi = as_interface(y);
    bool xn = have->kind == T_NAMED, yn = y->kind == T_NAMED;
    if (xi && yi) {
        if (xn && yn) return identical(have, y);
        if (xi->iface.all_methods.n != yi->iface.all_methods.n) return false;
    } else if (xi || yi) {
        return false; /* either would do: the result would depend on the order */
    }
    if (mode & UNIFY_EXACT || xn) return true;
    Type *uy = underlying(y);
    if (yn || (uy->kind == T_CHAN && uy->chan.dir != CHAN_BOTH)) u->handles[i]->type = y;
    return true;
}

static bool same_terms(Type *x, Type *y) {
    return x->iface.comparable_ == y->iface.comparable_ &&
           x->iface.has_terms == y->iface.has_terms &&
           terms_subset(&x->iface.terms, &y->iface.terms) &&
           terms_subset(&y->iface.terms, &x->iface.terms);
}

static bool seen_pair(const Type *x, const Type *y, const Pair *up) {
    for (; up; up = up->up)
        if ((up->x == x && up->y == y) || (up->x == y && up->y == x)) return true;
    return false;
}

static Obj *method_named(Type *iface, const Obj *m) {
    for (int i = 0; i < iface->iface.all_methods.n; i++) {
        Obj *o = iface->iface.all_methods.v[i];
        if (same_id(o->pkg, o->name, m->pkg, m->name)) return o;
    }
    return NULL;
}

/* One interface's methods must be among the other's (exact: be the same). */
static bool nify_interfaces(Unifier *u, Type *x, Type *y, bool exact, Pair *up) {
    if (!same_terms(x, y)) return false;
    if (seen_pair(x, y, up)) return true;
    Pair here = {x, y, up};
    if (x->iface.all_methods.n > y->iface.all_methods.n) {
        Type *t = x;
        x = y;
        y = t;
    }
    if (exact && x->iface.all_methods.n != y->iface.all_methods.n) return false;
    for (int i = 0; i < x->iface.all_methods.n; i++) {
        Obj *xm = x->iface.all_methods.v[i], *ym = method_named(y, xm);
        if (!ym || !nify(u, xm->type, ym->type, UNIFY_EXACT, &here)) return false;
    }
    return true;
}

static bool nify_implements(Unifier *u, Type *iface, Type *t, Pair *up) {
    for (int i = 0; i < iface->iface.all_methods.n; i++) {
        Obj *m = iface->iface.all_methods.v[i];
        Lookup l = lookup_field_or_method(t, false, m->pkg, m->name);
        if (!l.obj || l.obj->kind != OBJ_FUNC) return false;
        Type *sig = method_type(l.obj);
        if (!sig || is_generic_func(sig) || !nify(u, m->type, sig, UNIFY_EXACT, up)) return false;
    }
    return true;
}

static bool nify_objs(Unifier *u, const ObjList *x, const ObjList *y, int mode, Pair *up) {
    if (x->n != y->n) return false;
    for (int i = 0; i < x->n; i++)
        if (!nify(u, x->v[i]->type, y->v[i]->type, mode, up)) return false;
    return true;
}

static bool same_tag(const Type *x, const Type *y, int i) {
    Str a = x->struct_.tags.v[i], b = y->struct_.tags.v[i];
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool nify_structs(Unifier *u, Type *x, Type *y, int mode, Pair *up) {
    const ObjList *a = &x->struct_.fields, *b = &y->struct_.fields;
    if (a->n != b->n) return false;
    for (int i = 0; i < a->n; i++) {
        Obj *f = a->v[i], *g = b->v[i];
        if (f->embedded != g->embedded || !same_tag(x, y, i) ||
            !same_id(f->pkg, f->name, g->pkg, g->name) || !nify(u, f->type, g->type, mode, up))
            return false;
    }
    return true;
}

static bool nify_named(Unifier *u, Type *x, Type *y, int mode, Pair *up) {
    if (x->named.targs.n != y->named.targs.n) return false;
    for (int i = 0; i < x->named.targs.n; i++)
        if (!nify(u, x->named.targs.v[i], y->named.targs.v[i], mode, up)) return false;
    return x->named.obj == y->named.obj;
}

/* Neither is a parameter to be inferred, nor (unless exact) an interface. */
static bool nify_structure(Unifier *u, Type *x, Type *y, int mode, Pair *up) {
    int emode = mode & UNIFY_ASSIGN ? mode | UNIFY_EXACT : mode;
    if (x->kind == T_TYPEPARAM) {
        Type *core = common_under(x, NULL, NULL, NULL);
        return core && nify(u, core, y, UNIFY_ASSIGN, up);
    }
    if (x->kind != y->kind) return false;
    switch (x->kind) {
    case T_ARRAY:
        return (x->array.len < 0 || y->array.len < 0 || x->array.len == y->array.len) &&
               nify(u, x->array.elem, y->array.elem, emode, up);
    case T_SLICE: return nify(u, x->slice.elem, y->slice.elem, emode, up);
    case T_POINTER: return nify(u, x->pointer.elem, y->pointer.elem, emode, up);
    case T_STRUCT: return nify_structs(u, x, y, emode, up);
    case T_FUNC:
        return x->func.variadic == y->func.variadic &&
               nify_objs(u, &x->func.params, &y->func.params, emode, up) &&
               nify_objs(u, &x->func.results, &y->func.results, emode, up);
    case T_INTERFACE:
        complete_interface(x);
        complete_interface(y);
        return nify_interfaces(u, x, y, true, up);
    case T_MAP:
        return nify(u, x->map.key, y->map.key, emode, up) &&
               nify(u, x->map.elem, y->map.elem, emode, up);
    case T_CHAN:
        return (!(mode & UNIFY_EXACT) || x->chan.dir == y->chan.dir) &&
               nify(u, x->chan.elem, y->chan.elem, emode, up);
    case T_NAMED: return nify_named(u, x, y, mode, up);
    default: return x->kind < T_NBASIC;
    }
}

static void swap(Type **x, Type **y) {
    Type *t = *x;
    *x = *y;
    *y = t;
}

static bool nify_types(Unifier *u, Type *x, Type *y, int mode, Pair *up) {
    if (x == y) return true;
    if (x->kind == T_NAMED || bound(u, y) >= 0) swap(&x, &y);
    if (!(mode & UNIFY_EXACT) && y->kind == T_NAMED && is_type_literal(x) &&
        !(is_interface(x) && allow_version(u->c, 21))) {
        y = underlying(y);
        if (x == y) return true;
    }
    int px = bound(u, x), py = bound(u, y);
    if (px >= 0 && py >= 0)
        return join(u, px, py) || nify(u, u->handles[px]->type, u->handles[py]->type, mode, up);
    if (px >= 0) {
        Type *have = u->handles[px]->type;
        if (have) return nify(u, have, y, mode, up) && reconcile(u, px, have, y, mode);
        u->handles[px]->type = y;
        return true;
    }
    if (!(mode & UNIFY_EXACT) && allow_version(u->c, 21)) {
        Type *xi = as_interface(x), *yi = as_interface(y);
        if (xi && yi) return nify_interfaces(u, xi, yi, false, up);
        if (xi) return nify_implements(u, xi, y, up);
        if (yi) return nify_implements(u, yi, x, up);
    }
    if (is_tparam(y)) swap(&x, &y);
    return nify_structure(u, x, y, mode, up);
}

static bool nify(Unifier *u, Type *x, Type *y, int mode, Pair *up) {
    if (!x || !y || u->depth >= MAX_DEPTH) return false;
    u->depth++;
    bool ok = nify_types(u, x, y, mode, up);
    u->depth--;
    return ok;
}

bool unify(Unifier *u, Type *x, Type *y, int mode) {
    return nify(u, x, y, mode, NULL);
}

bool unify_exactly(void *unifier, Type *x, Type *y) {
    return unify(unifier, x, y, UNIFY_EXACT);
}
