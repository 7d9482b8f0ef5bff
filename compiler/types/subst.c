/* subst.c - replacing type parameters in types, and what mentions them.
 *
 * A type that mentions none of the parameters is returned as it is, so that sharing is kept and a
 * caller can see by the pointer that nothing changed. Fields and methods of a new struct or
 * interface are new objects whose `origin` is the one they were made from. Named types are reached
 * by their arguments only and never expanded here: that is what ends recursion.
 */
#include "types/questions.h"

typedef struct Subst {
    TypeList from, to;
} Subst;

static Type *subst(Subst *s, Type *t);

Type *new_tparam(Obj *obj, Type *constraint) {
    static int last_id;
    Type *t = new_(Type);
    t->kind = T_TYPEPARAM;
    t->ptrdata = -1;
    t->tparam.obj = obj;
    t->tparam.constraint = constraint;
    t->tparam.id = ++last_id;
    if (!obj->type) obj->type = t;
    return t;
}

static Type *copy_type(const Type *t) {
    Type *n = new_(Type);
    *n = *t;
    n->emit = NULL;
    n->sized = n->layout_going = false;
    n->ptrdata = -1;
    return n;
}

static Type *replace(Subst *s, Type *p) {
    for (int i = 0; i < s->from.n; i++)
        if (s->from.v[i] == p) return i < s->to.n && s->to.v[i] ? s->to.v[i] : p;
    return p;
}

/* A copy of o with another type, or o. */
static Obj *subst_obj(Subst *s, Obj *o) {
    if (!o->type) return o;
    Type *t = subst(s, o->type);
    if (t == o->type) return o;
    Obj *n = new_(Obj);
    *n = *o;
    n->type = t;
    n->emit = NULL;
    n->loc = NULL;
    n->origin = o->origin ? o->origin : o;
    return n;
}

static bool subst_objs(Subst *s, const ObjList *in, ObjList *out) {
    bool changed = false;
    *out = (ObjList){0};
    for (int i = 0; i < in->n; i++) {
        Obj *o = subst_obj(s, in->v[i]);
        changed |= o != in->v[i];
        push(out, o);
    }
    return changed;
}

static bool subst_types(Subst *s, const TypeList *in, TypeList *out) {
    bool changed = false;
    *out = (TypeList){0};
    for (int i = 0; i < in->n; i++) {
        Type *t = subst(s, in->v[i]);
        changed |= t != in->v[i];
        push(out, t);
    }
    return changed;
}

static bool declares_one_of(const TypeList *tparams, const TypeList *list) {
    for (int i = 0; i < tparams->n; i++)
        for (int j = 0; j < list->n; j++)
            if (tparams->v[i] == list->v[j]) return true;
    return false;
}

/* The substitution s, and with it fresh parameters for those that t declares, so that their
 * constraints can be substituted too. */
static Subst with_fresh_tparams(Subst *s, const Type *t, TypeList *fresh) {
    Subst inner = {0};
    for (int i = 0; i < s->from.n; i++) {
        push(&inner.from, s->from.v[i]);
        push(&inner.to, i < s->to.n ? s->to.v[i] : NULL);
    }
    for (int i = 0; i < t->func.tparams.n; i++) {
        Type *p = t->func.tparams.v[i];
        Obj *o = new_(Obj);
        *o = *p->tparam.obj;
        o->type = NULL;
        Type *f = new_tparam(o, NULL);
        f->tparam.index = p->tparam.index;
        f->tparam.canon = p->tparam.canon ? p->tparam.canon : p;
        push(fresh, f);
        push(&inner.from, p);
        push(&inner.to, f);
    }
    for (int i = 0; i < fresh->n; i++) {
        Type *bound = t->func.tparams.v[i]->tparam.constraint;
        fresh->v[i]->tparam.constraint = bound ? subst(&inner, bound) : NULL;
    }
    return inner;
}

static Type *subst_func(Subst *s, Type *t) {
    TypeList fresh = {0};
    Subst inner = *s;
    bool renamed = t->func.tparams.n > 0 && !declares_one_of(&t->func.tparams, &s->from);
    if (renamed) inner = with_fresh_tparams(s, t, &fresh);
    ObjList params, results;
    bool changed = subst_objs(&inner, &t->func.params, &params);
    changed |= subst_objs(&inner, &t->func.results, &results);
    if (!changed && !renamed) return t;
    Type *n = copy_type(t);
    n->func.params = params;
    n->func.results = results;
    if (renamed) n->func.tparams = fresh;
    return n;
}

static Type *subst_struct(Subst *s, Type *t) {
    ObjList fields;
    if (!subst_objs(s, &t->struct_.fields, &fields)) return t;
    Type *n = copy_type(t);
    n->struct_.fields = fields;
    n->struct_.offsets = NULL;
    return n;
}

static Type *subst_interface(Subst *s, Type *t) {
    ObjList methods;
    TypeList embedded;
    bool changed = subst_objs(s, &t->iface.methods, &methods);
    changed |= subst_types(s, &t->iface.embedded, &embedded);
    if (!changed) return t;
    Type *n = new_interface();
    n->iface.methods = methods;
    n->iface.embedded = embedded;
    memcpy(&n->iface.embed_pos, &t->iface.embed_pos, sizeof n->iface.embed_pos);
    n->iface.collected = t->iface.collected;
    n->iface.implicit = t->iface.implicit;
    n->iface.declared_comparable = t->iface.declared_comparable;
    n->iface.comparable_ = t->iface.declared_comparable;
    if (!n->iface.collected) return n;
    if (the_checker)
        type_host(the_checker)->complete_later(the_checker, n);
    else
        complete_interface(n);
    return n;
}

static Type *subst_union(Subst *s, Type *t) {
    TermList terms = {0};
    bool changed = false;
    for (int i = 0; i < t->union_.terms.n; i++) {
        Term x = t->union_.terms.v[i];
        Type *u = subst(s, x.type);
        changed |= u != x.type;
        push(&terms, ((Term){x.tilde, u}));
    }
    if (!changed) return t;
    Type *n = copy_type(t);
    n->union_.terms = terms;
    return n;
}

static Type *subst_named(Subst *s, Type *t) {
    TypeList targs;
    if (t->named.orig) {
        if (t->named.orig->named.tparams.n != t->named.targs.n) return types_basic[T_INVALID];
        if (!subst_types(s, &t->named.targs, &targs)) return t;
        return instantiate_type(t->named.orig, targs);
    }
    if (t->named.nimplicit == 0) return t;
    if (t->named.nimplicit < t->named.tparams.n) return t; /* not instantiated: an error */
    if (!subst_types(s, &t->named.tparams, &targs)) return t;
    return instantiate_type(t, targs);
}

static Type *subst(Subst *s, Type *t) {
    Type *a, *b;
    if (!t) return types_basic[T_INVALID];
    switch (t->kind) {
    case T_TYPEPARAM: return replace(s, t);
    case T_NAMED: return subst_named(s, t);
    case T_ARRAY:
        a = subst(s, t->array.elem);
        return a == t->array.elem ? t : new_array(a, t->array.len);
    case T_SLICE: a = subst(s, t->slice.elem); return a == t->slice.elem ? t : new_slice(a);
    case T_POINTER: a = subst(s, t->pointer.elem); return a == t->pointer.elem ? t : new_pointer(a);
    case T_MAP:
        a = subst(s, t->map.key);
        b = subst(s, t->map.elem);
        return a == t->map.key && b == t->map.elem ? t : new_map(a, b);
    case T_CHAN:
        a = subst(s, t->chan.elem);
        return a == t->chan.elem ? t : new_chan(a, (ChanDir)t->chan.dir);
    case T_TUPLE: {
        TypeList elems;
        return subst_types(s, &t->tuple.elems, &elems) ? new_tuple(elems) : t;
    }
    case T_STRUCT: return subst_struct(s, t);
    case T_FUNC: return subst_func(s, t);
    case T_INTERFACE: return subst_interface(s, t);
    case T_UNION: return subst_union(s, t);
    default: return t;
    }
}

Type *substitute(Type *t, TypeList tparams, TypeList targs) {
    if (tparams.n == 0 || !t || t->kind < T_NBASIC) return t;
    Subst s = {tparams, targs};
    return subst(&s, t);
}

Type *instantiate_sig(Type *sig, TypeList targs) {
    Type *t = substitute(sig, sig->func.tparams, targs);
    if (t == sig) t = copy_type(sig);
    t->func.tparams = (TypeList){0};
    return t;
}

/* --- what mentions type parameters --- */

/* list NULL: any. Interfaces under examination are on the stack of `up`. */
typedef struct Path {
    const Type *t;
    struct Path *up;
} Path;

static bool mentions(const Type *t, const TypeList *list, Path *up);

static bool mentioned_in_objs(const ObjList *l, const TypeList *list, Path *up) {
    for (int i = 0; i < l->n; i++)
        if (mentions(l->v[i]->type, list, up)) return true;
    return false;
}

static bool mentioned_in_types(const TypeList *l, const TypeList *list, Path *up) {
    for (int i = 0; i < l->n; i++)
        if (mentions(l->v[i], list, up)) return true;
    return false;
}

static bool mentions_composite(const Type *t, const TypeList *list, Path *up) {
    for (Path *p = up; p; p = p->up)
        if (p->t == t) return false;
    Path here = {t, up};
    switch (t->kind) {
    case T_STRUCT: return mentioned_in_objs(&t->struct_.fields, list, &here);
    case T_FUNC:
        return mentioned_in_objs(&t->func.params, list, &here) ||
               mentioned_in_objs(&t->func.results, list, &here);
    case T_INTERFACE:
        return mentioned_in_objs(&t->iface.methods, list, &here) ||
               mentioned_in_types(&t->iface.embedded, list, &here);
    default: return false;
    }
}

static bool mentions(const Type *t, const TypeList *list, Path *up) {
    if (!t) return false;
    switch (t->kind) {
    case T_TYPEPARAM:
        if (!list) return true;
        for (int i = 0; i < list->n; i++)
            if (list->v[i] == t) return true;
        return false;
    case T_ARRAY: return mentions(t->array.elem, list, up);
    case T_SLICE: return mentions(t->slice.elem, list, up);
    case T_POINTER: return mentions(t->pointer.elem, list, up);
    case T_MAP: return mentions(t->map.key, list, up) || mentions(t->map.elem, list, up);
    case T_CHAN: return mentions(t->chan.elem, list, up);
    case T_TUPLE: return mentioned_in_types(&t->tuple.elems, list, up);
    case T_UNION:
        for (int i = 0; i < t->union_.terms.n; i++)
            if (mentions(t->union_.terms.v[i].type, list, up)) return true;
        return false;
    case T_NAMED:
        if (t->named.orig) return mentioned_in_types(&t->named.targs, list, up);
        return t->named.nimplicit > 0 && mentioned_in_types(&t->named.tparams, list, up);
    default: return mentions_composite(t, list, up);
    }
}

bool mentions_tparam(const Type *t) {
    return mentions(t, NULL, NULL);
}

bool mentions_one_of(const Type *t, const TypeList *tparams) {
    return mentions(t, tparams, NULL);
}
