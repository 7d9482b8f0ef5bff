/* generic.c - type parameters where they are declared and where they get their arguments.
 *
 * A list of type parameters is declared first and its constraints are resolved then, so that they
 * may mention each other. Type arguments are verified against the constraints in a delayed action:
 * by then all types are complete.
 *
 * A function value that is still generic is an operand like any other, with a signature that has
 * type parameters; it lives only until its surroundings (a call, an assignment, an index) give it
 * arguments. That rewrites the type on the nodes that name it and notes the arguments on the
 * identifier (see "Generics" in types.h).
 */
#include "check/generic.h"

/* --- declarations --- */

static Type *declare_tparam(Checker *c, Node *name, int index) {
    Obj *o = new_obj(c, OBJ_TYPE, name->pos, name->ident.name, NULL);
    Type *t = new_tparam(o, types_basic[T_INVALID]);
    t->tparam.index = index;
    o->color = BLACK;
    declare(c, c->env.scope, name, o);
    if (!name->ident.obj) name->ident.obj = o;
    return t;
}

/* A constraint: an interface, or what may stand in one. */
static Type *check_bound(Checker *c, Node *e) {
    Node *x = e;
    bool literal =
        (x->kind == N_UNARY && x->op == OP_TILDE) || (x->kind == N_BINARY && x->op == OP_OR);
    if (!literal) return check_type(c, e);
    Type *t = check_union(c, e);
    if (!valid(t)) return t;
    Type *iface = new_interface();
    push(&iface->iface.embedded, t);
    push(&iface->iface.embed_pos, start_pos(e));
    iface->iface.implicit = iface->iface.collected = true;
    later_complete(c, iface);
    return iface;
}

void collect_tparams(Checker *c, NodeList list, TypeList *out) {
    int first = out->n;
    for (int i = 0; i < list.n; i++) push(out, declare_tparam(c, list.v[i]->field.name, i));
    bool saved = c->env.in_tparams;
    c->env.in_tparams = true;
    Type *bound = NULL;
    for (int i = 0; i < list.n; i++) {
        Node *typ = list.v[i]->field.typ;
        if (i == 0 || typ != list.v[i - 1]->field.typ) {
            bound = typ ? check_bound(c, typ) : types_basic[T_INVALID];
            if (is_tparam(bound)) {
                err_node(c, typ, "cannot use a type parameter as constraint");
                bound = types_basic[T_INVALID];
            }
        }
        out->v[first + i]->tparam.constraint = bound;
    }
    c->env.in_tparams = saved;
}

/* --- receivers --- */

/* The type parameters that a receiver T[P, Q] declares. */
static void collect_recv_tparams(Checker *c, Node *index, TypeList *out) {
    NodeList args = index->index.index;
    for (int i = 0; i < args.n; i++) {
        Node *arg = args.v[i], *name = arg;
        if (arg->kind != N_IDENT) {
            if (arg->kind != N_BADEXPR)
                err_node(c, arg, "receiver type parameter %s must be an identifier", expr_str(arg));
            name = new_(Node);
            name->kind = N_IDENT;
            name->pos = arg->pos;
            name->ident.name = intern("_");
        }
        Type *p = declare_tparam(c, name, i);
        name->mode = MODE_TYPE;
        name->type = p;
        push(out, p);
    }
}

static Type *generic_base(Checker *c, Node *base) {
    char *cause = NULL;
    Obj *alias;
    Type *t = check_generic_type(c, base, &alias, &cause);
    if (cause) err_node(c, base, "%s", cause);
    if (!valid(t)) return NULL;
    if (!alias) return t;
    err_node(c, base, "cannot define new methods on generic alias type %s",
             generic_alias_str(c, alias));
    return NULL;
}

static char *measure(int n, const char *what) {
    return xprintf("%d %s%s", n, what, n == 1 ? "" : "s");
}

static Type *generic_receiver(Checker *c, Type *sig, Node *index) {
    Node *rbase = index->index.x;
    Type *base = generic_base(c, rbase);
    TypeList *list = &sig->func.recv_tparams;
    collect_recv_tparams(c, index, list);
    if (!base) return types_basic[T_INVALID];
    verify_version(c, start_pos(rbase), 18, "type instantiation");
    const TypeList *declared = &base->named.tparams;
    if (list->n == declared->n) {
        for (int i = 0; i < list->n; i++) {
            list->v[i]->tparam.canon = declared->v[i];
            Type *bound = declared->v[i]->tparam.constraint;
            list->v[i]->tparam.constraint = substitute(bound, *declared, *list);
        }
    } else {
        err_node(c, rbase, "receiver declares %s, but receiver base type declares %d",
                 measure(list->n, "type parameter"), declared->n);
    }
    return instantiate_type(base, *list);
}

Node *receiver_base(Node *t) {
    while (t && (t->kind == N_PAREN || t->kind == N_STAR)) t = t->unary.x;
    return t;
}

Type *check_receiver_type(Checker *c, Type *sig, Node *typ) {
    Node *base = unparen(typ);
    bool ptr = base->kind == N_STAR;
    if (ptr) base = unparen(base->unary.x);
    if (base->kind != N_INDEX) return check_var_type(c, typ);
    Type *t = generic_receiver(c, sig, base);
    base->mode = MODE_TYPE;
    base->type = t;
    if (ptr && valid(t)) t = new_pointer(t);
    for (Node *n = typ; n != base; n = n->unary.x) {
        n->mode = MODE_TYPE;
        n->type = n->kind == N_STAR || ptr ? t : base->type;
        if (n->kind == N_STAR) ptr = false;
    }
    return t;
}

/* --- instances --- */

char *verify_targs(Checker *c, TypeList tparams, TypeList targs, int *which) {
    for (int i = 0; i < tparams.n && i < targs.n; i++) {
        constraint_of(tparams.v[i]);
        Type *bound = tparams.v[i]->tparam.constraint;
        if (!bound || !valid(bound)) continue;
        char *why = implements_why(c, targs.v[i], substitute(bound, tparams, targs), true);
        *which = i;
        if (why) return why;
    }
    return NULL;
}

typedef struct Instance { /* what is to be verified */
    Pos pos;
    TypeList tparams, targs;
    Type *named; /* its parameters are known only later */
    Obj *alias;
    NodeList xlist;
} Instance;

static bool count_fits(Checker *c, Pos pos, const char *name, int want, int got) {
    if (want == got) return true;
    err_at(c, pos, "%s type arguments for type %s: have %d, want %d",
           got < want ? "not enough" : "too many", name, got, want);
    return false;
}

static void verify_instance(Checker *c, void *arg) {
    Instance *in = arg;
    if (in->named) {
        int implicit = in->named->named.nimplicit;
        for (int i = implicit; i < in->named->named.tparams.n; i++)
            push(&in->tparams, in->named->named.tparams.v[i]);
        if (!count_fits(c, in->pos, in->named->named.obj->name, in->tparams.n, in->targs.n)) return;
    }
    int i = 0;
    char *why = verify_targs(c, in->tparams, in->targs, &i);
    if (!why) {
        mono_record(c, in->pos, in->tparams, in->targs, in->xlist);
        return;
    }
    err_at(c, i < in->xlist.n ? start_pos(in->xlist.v[i]) : in->pos, "%s", why);
}

static Instance *new_instance(Pos pos, TypeList tparams, TypeList targs, NodeList xlist) {
    Instance *in = new_(Instance);
    *in = (Instance){.pos = pos, .tparams = tparams, .targs = targs, .xlist = xlist};
    return in;
}

bool check_type_list(Checker *c, NodeList list, TypeList *out) {
    bool ok = true;
    *out = (TypeList){0};
    for (int i = 0; i < list.n; i++) {
        Type *t = check_var_type(c, list.v[i]);
        ok &= valid(t);
        push(out, t);
    }
    return ok;
}

static char *bracketed(const NodeList *l) {
    return xprintf("[%s]", exprs_str(l));
}

/* T[A, B] as a type; NULL: invalid, reported. */
Type *check_instance_type(Checker *c, Node *e) {
    Node *x = e->index.x;
    NodeList xlist = e->index.index;
    char *cause = NULL;
    Obj *alias;
    Type *orig = check_generic_type(c, x, &alias, &cause);
    if (cause)
        err_node(c, x, "invalid operation: %s%s (%s)", expr_str(x), bracketed(&xlist), cause);
    if (!valid(orig)) return NULL;
    TypeList targs;
    if (!check_type_list(c, xlist, &targs)) return NULL;
    Instance *in = new_instance(start_pos(x), (TypeList){0}, targs, xlist);
    if (alias) {
        in->tparams = alias->tparams;
        if (!count_fits(c, in->pos, alias->name, in->tparams.n, targs.n)) return NULL;
        later(c, verify_instance, in);
        return substitute(orig, alias->tparams, targs);
    }
    in->named = orig;
    /* A local generic type has the parameters around it first: they stand for themselves. */
    if (orig->named.nimplicit) {
        TypeList all = {0};
        for (int i = 0; i < orig->named.nimplicit; i++) push(&all, orig->named.tparams.v[i]);
        for (int i = 0; i < targs.n; i++) push(&all, targs.v[i]);
        targs = all;
    }
    later(c, verify_instance, in);
    Type *t = instantiate_type(orig, targs);
    if (!pos_known(t->named.pos)) t->named.pos = in->pos;
    return t;
}

/* --- functions --- */

bool is_generic_func(const Type *t) {
    return t && t->kind == T_FUNC && t->func.tparams.n > 0;
}

/* Writes the signature onto the nodes that name the function. */
static void note_instance(Node *e, Type *sig, TypeList targs) {
    for (;;) {
        e->type = sig;
        e->mode = MODE_VALUE;
        if (e->kind == N_PAREN)
            e = e->paren.x;
        else if (e->kind == N_INDEX)
            e = e->index.x;
        else if (e->kind == N_SELECTOR)
            e = e->selector.name;
        else
            break;
    }
    if (e->kind != N_IDENT) return;
    e->ident.targs = new_(TypeList);
    *e->ident.targs = targs;
}

Type *instantiate_func(Checker *c, Pos pos, Node *expr, Type *sig, TypeList targs, NodeList xlist) {
    Type *t = instantiate_sig(sig, targs);
    note_instance(expr, t, targs);
    later(c, verify_instance, new_instance(pos, sig->func.tparams, targs, xlist));
    return t;
}

static void report_inference(Checker *c, const InferError *err) {
    if (err->msg) err_at(c, err->pos, "%s", err->msg);
}

/* The assignment `target = x` as a call g(target) of a function g[tparams of x](type of x). */
static bool infer_from_target(Checker *c, Operand *x, Pos pos, Type *sig, const Target *target,
                              TypeList *targs) {
    TypeList params = {0};
    OperandList args = {0};
    if (target) {
        Type *plain = new_func_type();
        *plain = *sig;
        plain->func.tparams = plain->func.recv_tparams = (TypeList){0};
        plain->func.recv = NULL;
        push(&params, plain);
        Node *name = new_(Node);
        name->kind = N_IDENT;
        name->pos = operand_pos(x);
        name->ident.name = intern(target->desc);
        push(&args, ((Operand){.mode = MODE_VALUE, .expr = name, .type = target->sig}));
    }
    TypeList renamed = rename_tparams(sig->func.tparams, &params);
    InferError err = {0};
    if (infer(c, pos, renamed, targs, params, &args, target != NULL, &err)) return true;
    report_inference(c, &err);
    return false;
}

/* x is a generic function, inst the index expression around it (or NULL). Instantiates it, if need
 * be by inference from the target; false if it is to stay as it is (*partial has the arguments
 * given). */
bool check_func_inst(Checker *c, Operand *x, Pos pos, Node *inst, const Target *target,
                     TypeList *partial) {
    Type *sig = x->type;
    NodeList xlist = {0};
    TypeList targs = {0};
    bool old = !verify_version(c, inst ? inst->pos : pos, 18, "function instantiation");
    if (inst) {
        x->expr = inst;
        xlist = inst->index.index;
        if (!check_type_list(c, xlist, &targs)) {
            x->mode = MODE_INVALID;
            return true;
        }
    }
    int got = targs.n, want = sig->func.tparams.n;
    if (got > want) {
        err_node(c, xlist.v[got - 1], "got %d type arguments but want %d", got, want);
        x->mode = MODE_INVALID;
        return true;
    }
    if (got < want && partial) {
        *partial = targs;
        return false;
    }
    if (got < want && target && !old)
        verify_version(c, inst ? inst->pos : pos, 21,
                       inst ? "partially instantiated function in assignment"
                            : "implicitly instantiated function in assignment");
    if (got < want && !infer_from_target(c, x, pos, sig, target, &targs)) {
        x->mode = MODE_INVALID;
        return true;
    }
    x->type = instantiate_func(c, operand_pos(x), x->expr, sig, targs, xlist);
    x->mode = MODE_VALUE;
    return true;
}

bool make_target(Type *t, const char *desc, Target *out) {
    Type *u = t && valid(t) ? common_under(t, NULL, NULL, NULL) : NULL;
    if (!u || u->kind != T_FUNC) return false;
    *out = (Target){u, desc};
    return true;
}

void non_generic(Checker *c, Operand *x, const Target *target) {
    if (x->mode == MODE_INVALID || x->mode == MODE_NOVALUE || !x->type || !x->expr) return;
    const char *what = NULL;
    if (x->mode == MODE_TYPE && (is_generic_type(x->type) || generic_alias(x->expr)))
        what = "type";
    else if (x->mode == MODE_VALUE && is_generic_func(x->type))
        what = "function";
    if (!what) return;
    if (*what == 'f' && target) {
        check_func_inst(c, x, operand_pos(x), NULL, target, NULL);
        return;
    }
    err_node(c, x->expr, "cannot use generic %s %s without instantiation", what, expr_str(x->expr));
    x->mode = MODE_INVALID;
    x->type = types_basic[T_INVALID];
}
