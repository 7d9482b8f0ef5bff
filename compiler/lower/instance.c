/* instance.c - instances of generic functions and methods.
 *
 * Every use of a generic function with other type arguments is a function of its own, made by copying
 * the checked body with the arguments in place of the parameters: code as good as what is written by
 * hand for the type, seen by every later pass as if it were. What the body left open, because it
 * depends on the arguments, is settled here: the method behind a call of a constraint's method, the
 * form of constants, the sizes of types.
 *
 * An instance is identified by the generic function and its arguments, in the whole program. It is
 * emitted by the first package that needs it; a package whose imports emit it already refers to it;
 * packages that do not know of each other emit it each, under one name, and the linker keeps one.
 *
 * A method of an instance of a type is needed where it is called, and where a descriptor of the type
 * may be: reflection and interfaces reach all methods. So a type that occurs anywhere takes its methods
 * along.
 *
 * Work goes package by package, imports first. `todo` holds the instances that join the package and
 * whose bodies are still to be looked through; for another package those that a body used at first join that
 * one. Of an import of which no more than an outline is here, names say what it emits; when the body of such an
 * instance is wanted, to be inlined or analysed, the package that asks makes it for itself and does not emit it.
 */
#include "lower/instance.h"
#include "check/exprs.h"
#include "lower/copy.h"
#include "lower/passes.h"

typedef struct Instance Instance;
struct Instance {
    Func *generic;
    TypeList targs;
    Obj *obj;
    VEC(Package *) in; /* packages that emit it */
    Package *user;     /* whose list it joined last */
    bool foreign;      /* that package does not emit it */
    bool resolved;
    VEC(Instance *) uses; /* by its body, before calls in it were inlined */
};

typedef VEC(Package *) Emitters;

static Map instances; /* key -> Instance */
static Map by_obj;    /* Obj of an instance -> Instance */
static Map elsewhere; /* name of an instance -> Emitters *: packages that were compiled before */
static Map closures;  /* Package -> Map: all that it imports, directly or not */

/* The package in hand. */
typedef struct User {
    Package *pkg;
    Map seen; /* types */
    VEC(Instance *) todo;
    Instance *at; /* whose body is looked through for the first time */
} User;

void instances_reset(void) {
    instances = by_obj = elsewhere = closures = (Map){0};
}

/* --- settling what depends on the arguments --- */

typedef struct Maker { /* begins with what the copier passes on */
    Copier c;
    Package *pkg;
} Maker;

/* A constant of the type parameter's type in the form of the argument. */
static Const *const_as(Const *v, Type *t) {
    Const *r = v;
    if (underlying(t)->kind >= T_NBASIC) return v;
    if (is_string(t) && const_kind(v) == CONST_INT) return rune_string(v);
    return representable_const(v, t, &r) ? r : v;
}

static Type *holder(Type *t, const int *path, int n) {
    for (int i = 0; i < n; i++) {
        Type *u = underlying(t);
        if (u->kind == T_POINTER) u = underlying(u->pointer.elem);
        t = u->struct_.fields.v[path[i]]->type;
    }
    return t;
}

static void select_again(Maker *m, Node *n) {
    Selection *s = n->selector.sel;
    const char *name = n->selector.name->ident.name;
    Lookup l = lookup_field_or_method(s->recv, true, m->pkg, name);
    if (!l.obj) ice(n->pos, "%s has no %s", type_str(s->recv, NULL), name);
    s->obj = n->selector.name->ident.obj = l.obj;
    s->path = l.path;
    s->npath = l.npath;
    s->indirect = l.indirect;
    s->addr_recv = s->deref_recv = false;
    if (l.obj->kind != OBJ_FUNC) return;
    Type *h = holder(s->recv, l.path, l.npath);
    method_type(l.obj);
    if (is_interface(h)) return;
    bool pointer = underlying(h)->kind == T_POINTER;
    s->addr_recv = has_ptr_recv(l.obj) && !pointer;
    s->deref_recv = !has_ptr_recv(l.obj) && pointer;
}

/* unsafe.Offsetof(x.f), for which the checker notes no selection. */
static int64_t offset_of(const Maker *m, const Node *n) {
    Type *t = deref_struct_ptr(n->selector.x->type);
    Lookup l = lookup_field_or_method(t, false, m->pkg, n->selector.name->ident.name);
    int64_t offset = 0;
    for (int i = 0; i < l.npath; i++) {
        Type *u = underlying(t);
        offset += field_offset(u, l.path[i]);
        t = u->struct_.fields.v[l.path[i]]->type;
    }
    return offset;
}

static void settle_size(const Maker *m, Node *n) {
    Node *x = n->call.args.n ? unparen(n->call.args.v[0]) : NULL;
    int64_t v;
    switch (n->call.builtin - 1) {
    case B_UNSAFE_SIZEOF: v = type_size(x->type); break;
    case B_UNSAFE_ALIGNOF: v = type_align(x->type); break;
    case B_UNSAFE_OFFSETOF: v = offset_of(m, x); break;
    default: return;
    }
    n->mode = MODE_CONST;
    n->cval = const_i64(v);
}

static void settle(Copier *c, Node *n, const Node *from) {
    if (n->conv && n->type && identical(n->conv, n->type)) n->conv = NULL;
    if (n->cval && n->type != from->type) n->cval = const_as(n->cval, n->type);
    if (n->kind == N_SELECTOR && n->selector.sel && mentions_tparam(from->selector.sel->recv))
        select_again((Maker *)c, n);
    if (n->kind == N_CALL && n->call.builtin && !n->cval) settle_size((Maker *)c, n);
    if (n->kind == N_SLICE && n->type != from->type &&
        underlying(n->slice.x->type)->kind == T_ARRAY)
        mark_addrtaken(n->slice.x);
}

/* --- making --- */

static void make_instance(Instance *in) {
    Func *g = in->generic;
    Maker m = {.c = {.tparams = g->tparams, .targs = in->targs, .fix = settle}, .pkg = g->pkg};
    Func *f = copy_func(&m.c, g, NULL);
    copy_finish(&m.c);
    Type *sig = new_(Type);
    *sig = *f->sig;
    sig->emit = NULL;
    sig->func.tparams = sig->func.recv_tparams = (TypeList){0};
    sig->func.recv = f->recv;
    f->sig = sig;
    f->obj = in->obj;
    in->obj->func = f;
    in->obj->type = sig;
}

static const char *instance_key(const Func *g, const TypeList *targs) {
    Buf b = {0};
    buf_printf(&b, "%p", (const void *)g);
    for (int i = 0; i < targs->n; i++) buf_printf(&b, "|%s", type_identity(targs->v[i]));
    return intern_n(b.p, b.n);
}

/* --- who emits it --- */

static Map *all_imports(Package *p) {
    Map *m = map_get(&closures, p);
    if (m) return m;
    m = new_(Map);
    map_put(&closures, p, m);
    for (int i = 0; i < p->imports.n; i++) {
        Package *q = p->imports.v[i];
        Map *more = all_imports(q);
        map_put(m, q, q);
        for (int k = 0; k < more->n; k++) map_put(m, more->keys[k], more->vals[k]);
    }
    return m;
}

/* Whether the package's imports emit it, or the package of which an outline is here. */
static bool emitted_elsewhere(const User *u, const Instance *in) {
    Map *imports = all_imports(u->pkg);
    for (int i = 0; i < in->in.n; i++)
        if (in->in.v[i] == u->pkg || map_get(imports, in->in.v[i])) return true;
    return false;
}

static void join(User *u, Instance *in) {
    if (u->at) push(&u->at->uses, in);
    if (in->user == u->pkg) return;
    in->foreign = emitted_elsewhere(u, in);
    if (in->foreign && in->obj->func) return;
    in->user = u->pkg;
    if (!in->foreign) push(&in->in, u->pkg);
    push(&u->todo, in);
}

/* What it is called in all programs. */
static const char *instance_name(const Func *g, const TypeList *targs) {
    Buf b = {0};
    buf_printf(&b, "%s.%s", g->pkg->path, g->name);
    for (int i = 0; i < targs->n; i++) buf_printf(&b, "|%s", type_key(targs->v[i]));
    return intern_n(b.p, b.n);
}

void instance_names(const Package *p, void (*f)(const char *name, void *ctx), void *ctx) {
    for (int i = 0; i < p->instances.n; i++) {
        const Instance *in = map_get(&by_obj, p->instances.v[i]->obj);
        if (p->instances.v[i]->foreign != p) f(instance_name(in->generic, &in->targs), ctx);
    }
}

void instance_elsewhere(const char *name, Package *p) {
    Emitters *l = map_get(&elsewhere, intern(name));
    if (!l) map_put(&elsewhere, intern(name), l = new_(Emitters));
    push(l, p);
}

static void note_emitters(Instance *in) {
    Emitters *l = elsewhere.n ? map_get(&elsewhere, instance_name(in->generic, &in->targs)) : NULL;
    for (int i = 0; l && i < l->n; i++) push(&in->in, l->v[i]);
}

/* The instance of generic function g; obj: the object that stands for it, or NULL: to be made. */
static Obj *request(User *u, Func *g, TypeList targs, Obj *obj) {
    const char *key = instance_key(g, &targs);
    Instance *in = map_get(&instances, key);
    if (!in) {
        in = new_(Instance);
        in->generic = g;
        in->targs = targs;
        in->obj = obj;
        if (!obj) {
            in->obj = new_(Obj);
            *in->obj = *g->obj;
            in->obj->origin = g->obj;
            in->obj->emit = NULL;
            in->obj->loc = NULL;
        }
        in->obj->func = NULL;
        note_emitters(in);
        map_put(&instances, key, in);
        map_put(&by_obj, in->obj, in);
    }
    join(u, in);
    return in->obj;
}

static Obj *request_method(User *u, Obj *m, const TypeList *own) {
    Instance *known = map_get(&by_obj, m);
    if (known) {
        join(u, known);
        return m;
    }
    Obj *generic = m->origin ? m->origin : m;
    if (!generic->func || (!m->inst && !own)) return m; /* an interface's, or not generic */
    TypeList targs = {0};
    for (int i = 0; m->inst && i < m->inst->named.targs.n; i++)
        push(&targs, m->inst->named.targs.v[i]);
    for (int i = 0; own && i < own->n; i++) push(&targs, own->v[i]);
    method_type(m);
    return request(u, generic->func, targs, own ? NULL : m);
}

/* --- types --- */

static void note_type(User *u, Type *t);

static void note_vars(User *u, const ObjList *l) {
    for (int i = 0; i < l->n; i++) note_type(u, l->v[i]->type);
}

static void note_named(User *u, Type *t) {
    if (t->named.orig) {
        if (mentions_tparam(t)) return;
        for (int i = 0; i < t->named.targs.n; i++) note_type(u, t->named.targs.v[i]);
        ObjList *methods = type_methods(t);
        for (int i = 0; i < methods->n && !is_interface(t); i++) {
            Obj *m = methods->v[i];
            if (method_type(m)->func.tparams.n == 0) request_method(u, m, NULL);
        }
    } else if (!t->named.obj->pkg || t->named.obj->pkg != u->pkg || t->named.tparams.n) {
        return; /* its own package has seen to it */
    }
    note_type(u, underlying(t));
}

static void note_type(User *u, Type *t) {
    if (!t || t->kind < T_NBASIC || map_get(&u->seen, t)) return;
    map_put(&u->seen, t, t);
    switch (t->kind) {
    case T_ARRAY: note_type(u, t->array.elem); break;
    case T_SLICE: note_type(u, t->slice.elem); break;
    case T_POINTER: note_type(u, t->pointer.elem); break;
    case T_CHAN: note_type(u, t->chan.elem); break;
    case T_MAP:
        note_type(u, t->map.key);
        note_type(u, t->map.elem);
        break;
    case T_STRUCT: note_vars(u, &t->struct_.fields); break;
    case T_TUPLE:
        for (int i = 0; i < t->tuple.elems.n; i++) note_type(u, t->tuple.elems.v[i]);
        break;
    case T_FUNC:
        note_vars(u, &t->func.params);
        note_vars(u, &t->func.results);
        break;
    case T_INTERFACE: note_vars(u, &t->iface.all_methods); break;
    case T_NAMED: note_named(u, t); break;
    default: break;
    }
}

/* --- uses --- */

static void resolve_ident(User *u, Node *id) {
    Obj *o = id->ident.obj;
    if (!o || o->kind != OBJ_FUNC || !id->ident.targs) return;
    Instance *known = map_get(&by_obj, o);
    if (known)
        join(u, known);
    else
        id->ident.obj = request(u, o->func, *id->ident.targs, NULL);
}

static void resolve_selector(User *u, Node *n) {
    Node *name = n->selector.name;
    Selection *s = n->selector.sel;
    if (!s)
        resolve_ident(u, name);
    else if (s->obj->kind == OBJ_FUNC)
        s->obj = name->ident.obj = request_method(u, s->obj, name->ident.targs);
}

static bool names_instance(const Node *n) {
    if (n->kind == N_SELECTOR) n = n->selector.name;
    return n->kind == N_IDENT && n->ident.targs;
}

static void resolve(Node *n, void *ctx) {
    User *u = ctx;
    walk_children(n, resolve, u);
    note_type(u, n->type);
    note_type(u, n->conv);
    if (n->kind == N_IDENT) resolve_ident(u, n);
    if (n->kind == N_SELECTOR) resolve_selector(u, n);
    if (n->kind == N_INDEX && names_instance(unparen(n->index.x))) { /* F[int] */
        Type *conv = n->conv;
        *n = *unparen(n->index.x);
        n->conv = conv;
    }
}

static void resolve_func(User *u, Func *f) {
    note_vars(u, &f->params);
    note_vars(u, &f->results);
    if (f->recv) note_type(u, f->recv->type);
    if (f->body) resolve(f->body, u);
}

/* A second package is to get what the first did, in the same order, though calls have been inlined meanwhile. */
static void resolve_instance(User *u, Instance *in) {
    for (int i = 0; i < in->uses.n; i++) join(u, in->uses.v[i]);
    if (!in->resolved) u->at = in;
    in->resolved = true;
    resolve_func(u, in->obj->func);
    u->at = NULL;
}

/* --- a package --- */

void list_func(Package *p, Func *f) {
    push(&p->all_funcs, f);
    for (int i = 0; i < f->lits.n; i++) list_func(p, f->lits.v[i]);
}

/* Whether a function of this type can be ranged over: iterator.c may put its body into other packages. */
static bool is_iterator(const Type *sig) {
    if (sig->func.params.n != 1 || sig->func.results.n) return false;
    Type *yield = underlying(sig->func.params.v[0]->type);
    return yield->kind == T_FUNC && yield->func.results.n == 1 &&
           is_boolean(yield->func.results.v[0]->type);
}

/* Package variables that a generic body names are named by its instances, wherever those are. */
void share_vars(Node *n, void *ctx) {
    if (n->kind == N_IDENT && n->ident.obj && n->ident.obj->kind == OBJ_VAR)
        n->ident.obj->shared = true;
    walk_children(n, share_vars, ctx);
}

void instantiate_package(Package *p) {
    User u = {.pkg = p};
    for (int i = 0; i < p->generic_funcs.n; i++)
        if (p->generic_funcs.v[i]->body) share_vars(p->generic_funcs.v[i]->body, NULL);
    for (int i = 0; i < p->all_funcs.n; i++)
        if (p->all_funcs.v[i]->body && is_iterator(p->all_funcs.v[i]->sig))
            share_vars(p->all_funcs.v[i]->body, NULL);
    for (int i = 0; i < p->named.n; i++) note_type(&u, p->named.v[i]);
    note_vars(&u, &p->vars);
    for (int i = 0; i < p->funcs.n; i++) resolve_func(&u, p->funcs.v[i]);
    for (int i = 0; i < p->init_order.n; i++) resolve(p->init_order.v[i].rhs, &u);
    for (int i = 0; i < u.todo.n; i++) {
        Instance *in = u.todo.v[i];
        if (!in->obj->func) {
            make_instance(in);
            if (in->foreign) in->obj->func->foreign = p;
        }
        push(&p->instances, in->obj->func);
        list_func(p, in->obj->func);
        resolve_instance(&u, in);
    }
}
