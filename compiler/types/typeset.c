/* typeset.c - the type sets of interfaces: methods, and the terms that limit a constraint.
 *
 * An interface's type set is kept in the interface: all_methods, comparable_, and, where it is
 * limited to certain types (has_terms), a list of disjoint terms: no term's types are among those
 * of another. An interface is completed when all that it embeds is known; one that is not collected
 * yet answers as if it were empty, and is asked again later.
 *
 * Questions about a value of type parameter type go over the types of its set: typeset() lists each
 * type with its underlying type; a type that is no type parameter stands for itself. A type
 * parameter without terms gives one pair of NULLs: nothing specific is known.
 */
#include "types/questions.h"

/* --- terms --- */

bool terms_disjoint(Term x, Term y) {
    Type *a = y.tilde ? underlying(x.type) : x.type;
    Type *b = x.tilde ? underlying(y.type) : y.type;
    return !identical(a, b);
}

bool term_includes(Term x, Type *t) {
    return identical(x.type, x.tilde ? underlying(t) : t);
}

static bool term_in(Term x, Term y) {
    return !terms_disjoint(x, y) && (!x.tilde || y.tilde);
}

bool terms_subset(const TermList *x, const TermList *y) {
    for (int i = 0; i < x->n; i++) {
        int j = 0;
        while (j < y->n && !term_in(x->v[i], y->v[j])) j++;
        if (j == y->n) return false;
    }
    return true;
}

/* l becomes the union with t; its terms stay disjoint. */
static void add_term(TermList *l, Term t) {
    int n = 0;
    for (int i = 0; i < l->n; i++)
        if (term_in(t, l->v[i])) return;
    for (int i = 0; i < l->n; i++)
        if (!term_in(l->v[i], t)) l->v[n++] = l->v[i];
    l->n = n;
    push(l, t);
}

static TermList intersect(const TermList *x, const TermList *y) {
    TermList out = {0};
    for (int i = 0; i < x->n; i++)
        for (int j = 0; j < y->n; j++) {
            if (terms_disjoint(x->v[i], y->v[j])) continue;
            add_term(&out, !x->v[i].tilde || y->v[j].tilde ? x->v[i] : y->v[j]);
        }
    return out;
}

/* --- completing an interface --- */

typedef struct Duplicate {
    Pos pos, other_pos;
    const Obj *m, *other;
} Duplicate;

static void report_duplicate(Checker *c, const Duplicate *d) {
    type_host(c)->error(c, d->pos, "duplicate method %s\n\t%s: other declaration of method %s",
                        d->m->name, pos_str(d->other_pos), d->m->name);
}

/* Delayed: the same method may come in twice by embedding if its type is the same. */
static void check_duplicate(Checker *c, void *arg) {
    Duplicate *d = arg;
    if ((pos_known(d->pos) && !type_host(c)->allow_version(c, 14)) ||
        !identical(d->m->type, d->other->type))
        report_duplicate(c, d);
}

typedef struct Completion {
    ObjList methods;
    VEC(Pos) pos; /* parallel: where each came from */
    bool limited; /* to terms */
    TermList terms;
    bool comparable;
} Completion;

/* What an interface embeds beyond interfaces of methods needs Go 1.18; of what is declared here only
 * the declaration is reported. */
static bool embedding_allowed(Type *t, Type *u, Pos pos) {
    Checker *c = the_checker;
    if (!c || !pos_known(pos) || type_host(c)->allow_version(c, 18)) return true;
    const char *what = "embedding non-interface type";
    if (u->kind == T_UNION) what = "embedding interface element";
    if (u->kind == T_INTERFACE) {
        what = "embedding constraint interface";
        complete_interface(u);
        bool imported =
            t->kind == T_NAMED && t->named.obj->pkg && t->named.obj->pkg != type_host(c)->pkg;
        if (!imported || !u->iface.constraint) return true;
    }
    type_host(c)->version_error(c, pos, 18, xprintf("%s %s", what, tstr(c, t)));
    return false;
}

static void complete_method(Completion *all, Obj *m, Pos pos, bool explicit) {
    for (int i = 0; i < all->methods.n; i++) {
        Obj *o = all->methods.v[i];
        if (!same_id(o->pkg, o->name, m->pkg, m->name)) continue;
        if (!the_checker || (o == m && type_host(the_checker)->allow_version(the_checker, 14)))
            return;
        Duplicate *d = new_(Duplicate);
        *d = (Duplicate){pos, all->pos.v[i], m, o};
        if (explicit)
            report_duplicate(the_checker, d);
        else
            type_host(the_checker)->later(the_checker, check_duplicate, d);
        return;
    }
    push(&all->methods, m);
    push(&all->pos, pos);
}

/* Only comparable types remain of a limited set; an unlimited one stays marked. */
static void keep_comparable(Completion *all) {
    if (!all->comparable || !all->limited) return;
    int n = 0;
    for (int i = 0; i < all->terms.n; i++)
        if (strictly_comparable(all->terms.v[i].type)) all->terms.v[n++] = all->terms.v[i];
    all->terms.n = n;
    all->comparable = false;
}

static void limit(Completion *all, const TermList *terms) {
    TermList copy = {0};
    for (int i = 0; i < terms->n; i++) push(&copy, terms->v[i]);
    all->terms = all->limited ? intersect(&all->terms, terms) : copy;
    all->limited = true;
}

enum { MAX_TERMS = 100 };

/* The types of a union; false if it has all types, or too many to tell. */
static bool union_terms(const Type *u, TermList *out, Pos pos) {
    for (int i = 0; i < u->union_.terms.n; i++) {
        Term t = u->union_.terms.v[i];
        Type *under = underlying(t.type);
        if (!valid(under)) continue;
        if (under->kind == T_INTERFACE) {
            complete_interface(under);
            if (!under->iface.has_terms) return false;
            for (int j = 0; j < under->iface.terms.n; j++) add_term(out, under->iface.terms.v[j]);
        } else if (!t.tilde || identical(t.type, under)) {
            add_term(out, t);
        }
        if (out->n <= MAX_TERMS) continue;
        if (the_checker)
            type_host(the_checker)
                ->error(the_checker, pos,
                        "cannot handle more than %d union terms (implementation limitation)",
                        MAX_TERMS);
        return false;
    }
    return true;
}

static void complete_embedded(Completion *all, Type *iface, int i) {
    Type *t = iface->iface.embedded.v[i], *u = underlying(t);
    TermList terms = {0};
    Pos pos = i < iface->iface.embed_pos.n ? iface->iface.embed_pos.v[i] : (Pos){0};
    if (!valid(u) || !embedding_allowed(t, u, pos)) return;
    if (u->kind == T_UNION) {
        if (union_terms(u, &terms, pos)) limit(all, &terms);
    } else if (u->kind != T_INTERFACE) {
        push(&terms, ((Term){false, t}));
        limit(all, &terms);
    } else {
        complete_interface(u);
        for (int j = 0; j < u->iface.all_methods.n; j++)
            complete_method(all, u->iface.all_methods.v[j], pos, false);
        if (u->iface.comparable_) all->comparable = true;
        if (u->iface.has_terms) limit(all, &u->iface.terms);
    }
    keep_comparable(all);
}

void complete_interface(Type *iface) {
    if (iface->complete || !iface->iface.collected) return;
    iface->complete = true; /* a cycle of embedding, reported elsewhere, ends here */
    Completion all = {.comparable = iface->iface.comparable_};
    for (int i = 0; i < iface->iface.methods.n; i++)
        complete_method(&all, iface->iface.methods.v[i], iface->iface.methods.v[i]->pos, true);
    for (int i = 0; i < iface->iface.embedded.n; i++) complete_embedded(&all, iface, i);
    sort_methods(&all.methods);
    iface->iface.all_methods = all.methods;
    iface->iface.has_terms = all.limited;
    iface->iface.terms = all.terms;
    iface->iface.comparable_ = all.comparable;
    iface->iface.constraint = all.limited || all.comparable;
}

bool has_empty_typeset(Type *iface) {
    complete_interface(iface);
    return iface->iface.has_terms && iface->iface.terms.n == 0;
}

bool is_top_interface(Type *iface) {
    complete_interface(iface);
    return iface->iface.all_methods.n == 0 && !iface->iface.constraint;
}

/* --- type parameters --- */

bool is_tparam(const Type *t) {
    return t && t->kind == T_TYPEPARAM;
}

Type *constraint_of(Type *p) {
    Type *bound = p->tparam.constraint;
    if (!bound || !valid(bound) || bound->kind == T_TYPEPARAM) return type_any;
    Type *u = underlying(bound);
    if (!valid(u)) return type_any;
    if (u->kind != T_INTERFACE) {
        u = new_interface();
        push(&u->iface.embedded, bound);
        u->iface.collected = u->iface.implicit = true;
        p->tparam.constraint = u;
    }
    complete_interface(u);
    return u;
}

const TermList *tparam_terms(Type *p) {
    Type *i = constraint_of(p);
    return i->iface.has_terms && i->iface.terms.n > 0 ? &i->iface.terms : NULL;
}

TypePairs typeset(Type *t) {
    TypePairs out = {0};
    if (!is_tparam(t)) {
        push(&out, ((TypePair){t, underlying(t)}));
        return out;
    }
    const TermList *terms = tparam_terms(t);
    if (!terms) {
        push(&out, ((TypePair){NULL, NULL}));
        return out;
    }
    for (int i = 0; i < terms->n; i++)
        push(&out, ((TypePair){terms->v[i].type, underlying(terms->v[i].type)}));
    return out;
}

/* Two underlying types that may stand for one: the same, or channels that agree. *cu is the one to
 * go on with; what is wrong, or NULL. */
static char *combine_under(Type **ct, Type **cu, Type *t, Type *u) {
    Checker *c = the_checker;
    if ((*cu)->kind == T_CHAN && u->kind == T_CHAN) {
        if (!identical((*cu)->chan.elem, u->chan.elem))
            return xprintf("channels %s and %s have different element types", tstr(c, *ct),
                           tstr(c, t));
        if ((*cu)->chan.dir == u->chan.dir || u->chan.dir == CHAN_BOTH) return NULL;
        if ((*cu)->chan.dir != CHAN_BOTH)
            return xprintf("channels %s and %s have conflicting directions", tstr(c, *ct),
                           tstr(c, t));
        *ct = t;
        *cu = u;
        return NULL;
    }
    if (identical(*cu, u)) return NULL;
    return xprintf("%s and %s have different underlying types", tstr(c, *ct), tstr(c, t));
}

Type *common_under(Type *t, UnderTest *test, void *arg, char **why) {
    if (why) *why = NULL;
    char *cause = NULL;
    if (!is_tparam(t)) {
        Type *u = underlying(t);
        if (test) cause = test(arg, t, u);
        if (why) *why = cause;
        return cause ? NULL : u;
    }
    TypePairs set = typeset(t);
    Type *ct = NULL, *cu = NULL;
    for (int i = 0; i < set.n && !cause; i++) {
        Type *ti = set.v[i].t, *ui = set.v[i].u;
        if (test) cause = test(arg, ti, ui);
        if (cause) break;
        if (!ui) {
            cause = "no specific type";
        } else if (!cu) {
            ct = ti;
            cu = ui;
        } else {
            cause = combine_under(&ct, &cu, ti, ui);
        }
    }
    if (why) *why = cause;
    return cause ? NULL : cu;
}

Type *core_type(Type *t) {
    if (!is_tparam(t)) return underlying(t);
    Type *u = common_under(t, NULL, NULL, NULL);
    return u ? u : types_basic[T_UNTYPED_NIL]; /* of no kind that anybody looks for */
}
