/* instance.c - instances of generic types: canonical, and expanded when somebody looks inside.
 *
 * A generic type keeps its instances under a key made of the arguments. An instance holds its
 * arguments only; the underlying type and the methods are substituted from the generic type's when
 * asked for. While the generic type is still being declared its right side is unfinished: what is
 * made then is not kept.
 */
#include "types/questions.h"

enum { MAX_NESTING = 60 }; /* expansions within expansions: type T[P any] T[*P] has no end */

bool is_generic_type(const Type *t) {
    return t->kind == T_NAMED && !t->named.orig && t->named.tparams.n > t->named.nimplicit;
}

static const char *targs_key(const TypeList *targs) {
    Buf b = {0};
    for (int i = 0; i < targs->n; i++) buf_printf(&b, "%s|", type_identity(targs->v[i]));
    return intern_n(b.p ? b.p : "", b.n);
}

static bool same_list(const TypeList *a, const TypeList *b) {
    for (int i = 0; i < a->n; i++)
        if (i >= b->n || a->v[i] != b->v[i]) return false;
    return a->n == b->n;
}

Type *instantiate_type(Type *orig, TypeList targs) {
    if (orig->kind != T_NAMED || targs.n == 0) return orig;
    if (orig->named.nimplicit && same_list(&orig->named.tparams, &targs)) return orig;
    if (!orig->named.instances) orig->named.instances = new_(Map);
    const char *key = targs_key(&targs);
    Type *t = map_get(orig->named.instances, key);
    if (t) return t;
    t = new_named(orig->named.obj, NULL);
    t->named.orig = orig;
    t->named.targs = targs;
    t->named.local_id = orig->named.local_id;
    map_put(orig->named.instances, key, t);
    return t;
}

/* The right side of orig with t's arguments. */
static Type *expand_rhs(Type *t) {
    Type *orig = t->named.orig;
    if (orig->named.tparams.n != t->named.targs.n) return types_basic[T_INVALID];
    Type *rhs = orig->named.underlying ? orig->named.underlying : orig->named.rhs;
    if (!rhs || rhs == orig) return types_basic[T_INVALID];
    return substitute(rhs, orig->named.tparams, t->named.targs);
}

Type *expand_instance(Type *t) {
    static int nesting;
    static bool endless;
    if (t->named.underlying) return t->named.underlying;
    if (nesting == 0) endless = false;
    if (nesting > MAX_NESTING) {
        endless = true;
        return types_basic[T_INVALID];
    }
    nesting++;
    Type *u = underlying(expand_rhs(t));
    nesting--;
    if (t->named.orig->complete && !endless) {
        t->named.underlying = u;
        t->complete = true;
    }
    return u;
}

/* --- methods --- */

static Obj *make_method(Type *t, Obj *generic) {
    Obj *m = new_(Obj);
    *m = *generic;
    m->color = 1; /* BLACK: nothing is left to resolve but the type */
    m->type = NULL;
    m->origin = generic;
    m->inst = t;
    m->decl_info = generic->decl_info;
    m->emit = NULL;
    m->loc = NULL;
    push(&t->named.methods, m);
    return m;
}

Obj *instance_method(Type *t, Obj *generic) {
    for (int i = 0; i < t->named.methods.n; i++)
        if (t->named.methods.v[i]->origin == generic) return t->named.methods.v[i];
    return make_method(t, generic);
}

ObjList *type_methods(Type *t) {
    if (!t->named.orig) return &t->named.methods;
    ObjList *all = new_(ObjList), *generic = &t->named.orig->named.methods;
    for (int i = 0; i < generic->n; i++) push(all, instance_method(t, generic->v[i]));
    return all;
}

Type *method_type(Obj *m) {
    if (m->type) return m->type;
    if (!m->inst) {
        if (the_checker && m->decl_info) type_host(the_checker)->resolve(the_checker, m, NULL);
        return m->type;
    }
    Type *sig = method_type(m->origin), *inst = m->inst;
    if (!sig || sig->kind != T_FUNC) return types_basic[T_INVALID];
    Type *t = sig;
    if (sig->func.recv_tparams.n == inst->named.targs.n)
        t = substitute(sig, sig->func.recv_tparams, inst->named.targs);
    if (t == sig) {
        t = new_func_type();
        *t = *sig;
        t->emit = NULL;
    }
    t->func.recv_tparams = (TypeList){0};
    Obj *recv = new_(Obj);
    if (sig->func.recv) *recv = *sig->func.recv;
    recv->type = m->ptr_recv ? new_pointer(inst) : inst;
    t->func.recv = recv;
    if (sig->complete) m->type = t;
    return t;
}
