/* infer.c - type arguments that are not written down.
 *
 * Three sources, in this order: the types of the arguments against those of the parameters; the
 * constraints, of which a core type may fix an argument or be fixed by it, and whose methods the
 * argument must have, as long as that tells something new; and, for what is still unknown, untyped
 * constants, the largest kind of each parameter's. What results may mention other parameters and is
 * substituted until it does not.
 */
#include "check/generic.h"

TypeList rename_tparams(TypeList tparams, TypeList *types) {
    TypeList fresh = {0};
    for (int i = 0; i < tparams.n; i++) {
        Type *p = tparams.v[i];
        Obj *o = new_(Obj);
        *o = *p->tparam.obj;
        o->type = NULL;
        Type *t = new_tparam(o, NULL);
        t->tparam.index = i;
        push(&fresh, t);
    }
    for (int i = 0; i < tparams.n; i++) {
        constraint_of(tparams.v[i]);
        fresh.v[i]->tparam.constraint = substitute(tparams.v[i]->tparam.constraint, tparams, fresh);
    }
    for (int i = 0; i < types->n; i++) types->v[i] = substitute(types->v[i], tparams, fresh);
    return fresh;
}

/* A call's inference under way. */
typedef struct Inference {
    Checker *c;
    Pos pos;
    TypeList tparams, params;
    OperandList *args;
    bool reverse;
    Unifier *u;
    VEC(int) untyped; /* arguments: untyped constants for a parameter that is a type parameter */
    InferError *err;
} Inference;

static bool fail(Inference *in, Pos pos, char *msg) {
    in->err->pos = pos;
    in->err->msg = msg;
    return false;
}

static TypeList inferred_list(const Inference *in) {
    TypeList l = {0};
    for (int i = 0; i < in->tparams.n; i++) push(&l, unified(in->u, in->tparams.v[i]));
    return l;
}

static char *tparams_str(const TypeList *l) {
    Buf b = {0};
    for (int i = 0; i < l->n; i++) {
        const char *sep = i == 0 ? "" : i < l->n - 1 ? ", " : l->n == 2 ? " and " : ", and ";
        buf_printf(&b, "%s%s", sep, l->v[i]->tparam.obj->name);
    }
    return buf_str(&b);
}

static bool no_match(Inference *in, Type *par, Operand *arg) {
    Checker *c = in->c;
    TypeList known = inferred_list(in);
    bool all_failed = true;
    for (int i = 0; i < known.n; i++) all_failed &= known.v[i] == NULL;
    char *have = tstr(c, arg->type), *what = expr_str(arg->expr);
    Pos at = operand_pos(arg);
    if (all_failed)
        return fail(in, at,
                    xprintf("type %s of %s does not match %s (cannot infer %s)", have, what,
                            tstr(c, par), tparams_str(&in->tparams)));
    Type *inferred = substitute(par, in->tparams, known);
    if (inferred == par)
        return fail(in, at, xprintf("type %s of %s does not match %s", have, what, tstr(c, par)));
    if (in->reverse)
        return fail(in, at,
                    xprintf("inferred type %s for %s does not match type %s of %s",
                            tstr(c, inferred), tstr(c, par), have, what));
    return fail(in, at,
                xprintf("type %s of %s does not match inferred type %s for %s", have, what,
                        tstr(c, inferred), tstr(c, par)));
}

static bool use_arguments(Inference *in) {
    for (int i = 0; i < in->args->n && i < in->params.n; i++) {
        Operand *arg = &in->args->v[i];
        Type *par = in->params.v[i];
        if (arg->mode == MODE_INVALID) continue;
        if (!mentions_one_of(par, &in->tparams) && !mentions_one_of(arg->type, &in->tparams))
            continue;
        if (!is_untyped(arg->type)) {
            if (!unify(in->u, par, arg->type, UNIFY_ASSIGN)) return no_match(in, par, arg);
        } else if (is_tparam(par) && !operand_is_nil(arg)) {
            push(&in->untyped, i);
        }
    }
    return true;
}

/* The one type that the constraint asks for, or the underlying type that all its types have.
 * *single: it is the only term. */
static bool core_term(Type *tparam, Term *core, bool *single) {
    const TermList *terms = tparam_terms(tparam);
    *single = terms && terms->n == 1;
    if (!terms) return false;
    if (*single) {
        *core = terms->v[0];
        return true;
    }
    core->tilde = false;
    for (int i = 0; i < terms->n; i++) core->tilde |= terms->v[i].tilde;
    core->type = common_under(tparam, NULL, NULL, NULL);
    return core->type != NULL;
}

static bool use_constraint(Inference *in, Type *p) {
    Checker *c = in->c;
    Type *tx = unified(in->u, p);
    Type *constraint = constraint_of(p);
    Term core;
    bool single;
    if (core_term(p, &core, &single)) {
        if (tx && !unify(in->u, tx, core.type, 0))
            return fail(in, in->pos,
                        xprintf("%s (type %s) does not satisfy %s", tstr(c, p), tstr(c, tx),
                                tstr(c, p->tparam.constraint)));
        if (!tx && single && !core.tilde) unifier_set(in->u, p, core.type);
    }
    if (!tx || mentions_one_of(tx, &in->tparams)) return true;
    char *cause;
    if (has_all_methods(c, tx, constraint, true, unify_exactly, in->u, &cause)) return true;
    return fail(in, in->pos,
                xprintf("%s (type %s) does not satisfy %s %s", tstr(c, p), tstr(c, tx),
                        tstr(c, p->tparam.constraint), cause));
}

static bool use_constraints(Inference *in) {
    int before;
    do {
        before = unifier_unknowns(in->u);
        for (int i = 0; i < in->tparams.n; i++)
            if (!use_constraint(in, in->tparams.v[i])) return false;
    } while (unifier_unknowns(in->u) != before);
    return true;
}

/* The larger of two untyped kinds; NULL if they do not mix. */
static Type *larger(Type *x, Type *y) {
    if (x == y) return x;
    if (!is_numeric(x) || !is_numeric(y)) return NULL;
    return x->kind > y->kind ? x : y;
}

static bool use_constants(Inference *in) {
    Type **max = alloc(sizeof(Type *) * (size_t)(in->tparams.n + 1));
    for (int k = 0; k < in->untyped.n; k++) {
        Operand *arg = &in->args->v[in->untyped.v[k]];
        Type *p = in->params.v[in->untyped.v[k]];
        if (unified(in->u, p)) continue;
        int i = 0;
        while (i < in->tparams.n && in->tparams.v[i] != p) i++;
        if (i == in->tparams.n) continue;
        Type *m = max[i] ? larger(max[i], arg->type) : arg->type;
        if (!m)
            return fail(in, operand_pos(arg),
                        xprintf("mismatched types %s and %s (cannot infer %s)", tstr(in->c, max[i]),
                                tstr(in->c, arg->type), tstr(in->c, p)));
        max[i] = m;
    }
    for (int i = 0; i < in->tparams.n; i++)
        if (max[i]) unifier_set(in->u, in->tparams.v[i], default_type(max[i]));
    return true;
}

/* --- simplification --- */

typedef struct TypePath {
    Type *t;
    struct TypePath *up;
} TypePath;

typedef struct CycleFinder {
    const TypeList *tparams;
    TypeList *inferred;
} CycleFinder;

static void find_cycles(CycleFinder *f, Type *t, TypePath *up);

static void find_in_objs(CycleFinder *f, const ObjList *l, TypePath *up) {
    for (int i = 0; i < l->n; i++) find_cycles(f, l->v[i]->type, up);
}

static int tparam_index(const TypeList *l, const Type *t) {
    for (int i = 0; i < l->n; i++)
        if (l->v[i] == t) return i;
    return -1;
}

/* A parameter whose inferred type leads back to it is not inferred. */
static void find_cycles(CycleFinder *f, Type *t, TypePath *up) {
    int i = tparam_index(f->tparams, t);
    for (TypePath *p = up; p; p = p->up)
        if (p->t == t) {
            if (i >= 0) f->inferred->v[i] = NULL;
            return;
        }
    TypePath here = {t, up};
    switch (t->kind) {
    case T_ARRAY: find_cycles(f, t->array.elem, &here); break;
    case T_SLICE: find_cycles(f, t->slice.elem, &here); break;
    case T_POINTER: find_cycles(f, t->pointer.elem, &here); break;
    case T_STRUCT: find_in_objs(f, &t->struct_.fields, &here); break;
    case T_FUNC:
        find_in_objs(f, &t->func.params, &here);
        find_in_objs(f, &t->func.results, &here);
        break;
    case T_UNION:
        for (int k = 0; k < t->union_.terms.n; k++)
            find_cycles(f, t->union_.terms.v[k].type, &here);
        break;
    case T_INTERFACE:
        find_in_objs(f, &t->iface.methods, &here);
        for (int k = 0; k < t->iface.embedded.n; k++) find_cycles(f, t->iface.embedded.v[k], &here);
        break;
    case T_MAP:
        find_cycles(f, t->map.key, &here);
        find_cycles(f, t->map.elem, &here);
        break;
    case T_CHAN: find_cycles(f, t->chan.elem, &here); break;
    case T_NAMED:
        for (int k = 0; k < t->named.targs.n; k++) find_cycles(f, t->named.targs.v[k], &here);
        break;
    case T_TYPEPARAM:
        if (i >= 0 && f->inferred->v[i]) find_cycles(f, f->inferred->v[i], &here);
        break;
    default: break;
    }
}

/* A generic function's signature that has lost its parameters is generic no more. */
static Type *drop_tparams(Type *t, const TypeList *tparams) {
    if (!is_generic_func(t) || mentions_one_of(t, tparams)) return t;
    Type *n = new_func_type();
    *n = *t;
    n->emit = NULL;
    n->func.tparams = (TypeList){0};
    return n;
}

static bool simplify(Inference *in, TypeList *out) {
    TypeList l = inferred_list(in);
    CycleFinder f = {&in->tparams, &l};
    for (int i = 0; i < in->tparams.n; i++) find_cycles(&f, in->tparams.v[i], NULL);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < l.n; i++) {
            Type *t = l.v[i] ? substitute(l.v[i], in->tparams, l) : NULL;
            if (t == l.v[i]) continue;
            l.v[i] = drop_tparams(t, &in->tparams);
            changed = true;
        }
    }
    for (int i = 0; i < l.n; i++) {
        if (l.v[i] && !mentions_one_of(l.v[i], &in->tparams)) continue;
        Obj *o = in->tparams.v[i]->tparam.obj;
        return fail(in, in->pos,
                    xprintf("cannot infer %s (declared at %s)", o->name, pos_str(o->pos)));
    }
    *out = l;
    return true;
}

static bool all_known(const TypeList *targs, int n) {
    for (int i = 0; i < n; i++)
        if (i >= targs->n || !targs->v[i]) return false;
    return true;
}

bool infer(Checker *c, Pos pos, TypeList tparams, TypeList *targs, TypeList params,
           OperandList *args, bool reverse, InferError *err) {
    if (all_known(targs, tparams.n)) return true;
    for (int i = 0; i < args->n; i++)
        if (args->v[i].mode == MODE_INVALID) return false;
    TypeList given = {0};
    for (int i = 0; i < tparams.n; i++) push(&given, i < targs->n ? targs->v[i] : NULL);
    Inference in = {
        .c = c, .pos = pos, .tparams = tparams, .args = args, .reverse = reverse, .err = err};
    for (int i = 0; i < params.n; i++) push(&in.params, substitute(params.v[i], tparams, given));
    in.u = new_unifier(c, tparams, given);
    return use_arguments(&in) && use_constraints(&in) && use_constants(&in) && simplify(&in, targs);
}
