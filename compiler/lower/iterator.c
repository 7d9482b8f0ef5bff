/* iterator.c - loops over functions that are known: the iterator's own loop, with the body in it.
 *
 *     for v := range slices.Values(s) { body }
 *
 * calls a function whose only statement returns a literal, and the literal does nothing with its
 * parameter but call it, in `if !yield(v) { return }` or as the last thing it does. Then a copy of the
 * literal's statements can stand in place of the loop, with the body in place of those calls; arguments
 * become variables. `break`, and the iterator's `return`, leave the whole; `continue` leaves the copy of
 * the body:
 *
 *     whole: switch { default:
 *         s' := s
 *         for _, v' := range s' {
 *             once: switch { default: v := v'; body } } }
 *
 * No state is to be checked: after the body has said no, such an iterator returns. Where anything else
 * is met, nothing is done and the loop is lowered as any other. A body that calls recover() is not put
 * in: there it would give something else (see rangefunc.c).
 */
#include "lower/copy.h"
#include "lower/passes.h"
#include "lower/tree.h"

enum {
    MAX_DEPTH = 4,         /* of functions that return what another returns */
    MAX_COPIED_NODES = 400 /* bodies are copied where the iterator yields at several places */
};

typedef struct Expansion {
    Func *home;
    Package *pkg;
    Node *loop; /* N_RANGE */
    Copier c;   /* from iterators into home */
    NodeList binds;
    Func *iter; /* whose statements take the loop's place */
    Obj *yield;
    int nyields;
    VEC(Node *) bodies; /* one for each yield */
    ObjList keys, vals; /* the variables that each body has from the clause, or NULL */
    int used;
    Node *whole;
} Expansion;

/* --- which function --- */

static Func *static_callee(const Node *fun, Selection **sel) {
    Obj *o = NULL;
    *sel = NULL;
    if (fun->kind == N_IDENT) o = fun->ident.obj;
    if (fun->kind == N_SELECTOR) {
        *sel = fun->selector.sel;
        o = *sel ? (*sel)->obj : fun->selector.name->ident.obj;
        if (*sel && ((*sel)->kind != SEL_METHOD || (*sel)->npath || is_interface((*sel)->recv)))
            return NULL;
    }
    return o && o->kind == OBJ_FUNC ? o->func : NULL;
}

/* Whether there are literals in f, other than those of inlined calls. */
static bool has_literals(const Func *f) {
    for (int i = 0; i < f->lits.n; i++)
        if (!f->lits.v[i]->inlined || has_literals(f->lits.v[i])) return true;
    return false;
}

static bool may_expand(const Expansion *x, const Func *f) {
    bool noinline = f->decl && f->decl->kind == N_FUNC && (f->decl->func.pragmas & PRAGMA_NOINLINE);
    return f->body && f != x->home && !f->has_defer && !f->has_goto && !f->calls_recover_directly &&
           !noinline && !has_literals(f);
}

/* p' := arg in the home */
static void bind(Expansion *x, Obj *param, Node *arg) {
    const char *name = param->name[0] && strcmp(param->name, "_") != 0 ? param->name : "unnamed";
    Obj *v = new_var(x->home, name, copied_type(&x->c, param->type), x->loop->pos);
    v->addrtaken = param->addrtaken;
    v->reassigned = param->reassigned;
    map_put(&x->c.objs, param, v);
    push(&x->binds, define_var(v, arg));
}

/* The receiver's value as the method gets it. */
static Node *receiver_value(Node *fun, const Selection *s, Type *recv) {
    Node *n = fun->selector.x;
    if (!s->addr_recv && !s->deref_recv) return n;
    Node *r = new_node(s->addr_recv ? N_UNARY : N_STAR, n->pos);
    if (s->addr_recv) r->op = OP_AND;
    r->mode = s->addr_recv ? MODE_VALUE : MODE_VAR;
    r->type = recv;
    r->unary.x = n;
    return r;
}

static bool bind_receiver(Expansion *x, Node *fun, Selection *s, Func *f) {
    if (!f->recv) return !s;
    if (!s) return false;
    bind(x, f->recv, receiver_value(fun, s, f->recv->type));
    return true;
}

static bool find_iterator(Expansion *x, Node *e, int depth);

/* A call of f, which returns an iterator and does nothing else. */
static bool find_in_call(Expansion *x, Node *call, int depth) {
    Selection *s;
    Node *fun = unparen(call->call.fun);
    Func *f = call->call.builtin || fun->mode == MODE_TYPE ? NULL : static_callee(fun, &s);
    if (fun->kind == N_FUNCLIT && fun->funclit.func->inlined) f = fun->funclit.func;
    if (!f || !f->body || f == x->home || f->has_defer || call->call.dots ||
        f->sig->func.variadic || call->call.args.n != f->params.n || f->body->block.stmts.n != 1)
        return false;
    if (f->decl->kind != N_FUNC || (f->decl->func.pragmas & PRAGMA_NOINLINE)) return false;
    Node *ret = f->body->block.stmts.v[0];
    if (ret->kind != N_RETURN || ret->ret.results.n != 1) return false;
    Node *result = unparen(ret->ret.results.v[0]);
    if (!bind_receiver(x, fun, s, f)) return false;
    for (int i = 0; i < f->params.n; i++) bind(x, f->params.v[i], call->call.args.v[i]);
    map_put(&x->c.funcs, f, x->home);
    if (result->kind == N_FUNCLIT) {
        x->iter = result->funclit.func;
        return may_expand(x, x->iter);
    }
    return find_iterator(x, copy_tree(&x->c, result), depth + 1);
}

static bool find_iterator(Expansion *x, Node *e, int depth) {
    e = unparen(e);
    if (depth > MAX_DEPTH) return false;
    if (e->kind == N_CALL) return find_in_call(x, e, depth);
    Selection *s;
    Func *f = static_callee(e, &s);
    if (!f || !may_expand(x, f) || f->params.n != 1 || f->results.n) return false;
    x->iter = f;
    return bind_receiver(x, e, s, f);
}

/* --- whether it can be taken apart --- */

typedef struct Look {
    Expansion *x;
    bool ok;
    int uses; /* of yield, beside those in the places that are understood */
} Look;

static bool calls_yield(const Expansion *x, const Node *n) {
    n = unparen((Node *)n);
    if (n->kind != N_CALL || n->call.builtin) return false;
    Node *fun = unparen(n->call.fun);
    if (fun->kind != N_IDENT || fun->ident.obj != x->yield || n->call.dots) return false;
    Type *sig = underlying(x->yield->type);
    return n->call.args.n == sig->func.params.n; /* and not one call for several values */
}

/* if !yield(...) { return } */
static Node *guarded_yield(const Expansion *x, const Node *n) {
    if (n->kind != N_IF || n->if_.init || n->if_.els || n->if_.then->block.stmts.n != 1)
        return NULL;
    Node *cond = unparen(n->if_.cond), *ret = n->if_.then->block.stmts.v[0];
    if (cond->kind != N_UNARY || cond->op != OP_NOT || !calls_yield(x, cond->unary.x)) return NULL;
    if (ret->kind != N_RETURN || ret->ret.results.n) return NULL;
    return unparen(cond->unary.x);
}

static bool captures(const Func *f, const Obj *o) {
    for (int i = 0; i < f->captures.n; i++)
        if (f->captures.v[i] == o) return true;
    return false;
}

static void look(Node *n, void *ctx) {
    Look *l = ctx;
    Node *call = guarded_yield(l->x, n);
    if (call) {
        l->x->nyields++;
        for (int i = 0; i < call->call.args.n; i++) look(call->call.args.v[i], l);
        return;
    }
    switch (n->kind) {
    case N_IDENT:
        if (n->ident.obj == l->x->yield) l->uses++;
        break;
    case N_FUNCLIT:
        if (!n->funclit.func->inlined || captures(n->funclit.func, l->x->yield)) l->ok = false;
        return;
    case N_DEFER:
    case N_GO:
    case N_LABELED:
    case N_SELECT: l->ok = false; return;
    case N_RANGE:
        if (underlying(unparen(n->range.x)->type)->kind == T_FUNC) l->ok = false;
        break;
    default: break;
    }
    walk_children(n, look, l);
}

/* The calls of yield as statements behind which nothing is done. */
static int count_last(Expansion *x, const Node *n) {
    if (n->kind == N_EXPRSTMT) return calls_yield(x, n->unary.x);
    if (n->kind == N_BLOCK) {
        const NodeList *l = &n->block.stmts;
        int last = l->n - 1;
        while (last >= 0 && l->v[last]->kind == N_RETURN) last--;
        return last >= 0 ? count_last(x, l->v[last]) : 0;
    }
    if (n->kind != N_IF) return 0;
    return count_last(x, n->if_.then) + (n->if_.els ? count_last(x, n->if_.els) : 0);
}

static bool can_take_apart(Expansion *x) {
    x->yield = x->iter->params.v[0];
    if (!x->yield->name[0] || x->yield->reassigned || x->yield->addrtaken) return false;
    Look l = {x, true, 0};
    look(x->iter->body, &l);
    int last = count_last(x, x->iter->body);
    x->nyields += last;
    return l.ok && l.uses == last && x->nyields > 0;
}

/* --- the bodies --- */

typedef struct Count {
    int nodes;
    bool labels, recovers;
} Count;

static void count_node(Node *n, void *ctx) {
    Count *c = ctx;
    c->nodes++;
    if (n->kind == N_LABELED) c->labels = true;
    if (n->kind == N_CALL && n->call.builtin - 1 == B_RECOVER) c->recovers = true;
}

static Obj *clause_var(const Expansion *x, Node *var) {
    return x->loop->range.define && !is_blank_node(var) ? unparen(var)->ident.obj : NULL;
}

static void copy_declared(Node *n, void *ctx) {
    Expansion *x = ((void **)ctx)[0];
    Copier *c = ((void **)ctx)[1];
    ObjList vars = {0};
    declared_vars(n, &vars);
    for (int i = 0; i < vars.n; i++) {
        Obj *o = vars.v[i];
        if (o->func != x->home || map_get(&c->objs, o)) continue;
        Obj *copy = new_(Obj);
        *copy = *o;
        map_put(&c->objs, o, copy);
        push(&x->home->locals, copy);
    }
}

static void add_copy(Expansion *x) {
    Copier c = {.into = x->home};
    Obj *vars[] = {clause_var(x, x->loop->range.key), clause_var(x, x->loop->range.val)};
    void *ctx[] = {x, &c};
    copy_declared(x->loop, ctx); /* the clause's own */
    walk_own(x->loop->range.body, copy_declared, ctx);
    int nlits = x->home->lits.n;
    push(&x->bodies, copy_tree(&c, x->loop->range.body));
    copy_finish(&c);
    for (int i = nlits; i < x->home->lits.n; i++) list_func(x->pkg, x->home->lits.v[i]);
    push(&x->keys, vars[0] ? map_get(&c.objs, vars[0]) : NULL);
    push(&x->vals, vars[1] ? map_get(&c.objs, vars[1]) : NULL);
}

static bool make_bodies(Expansion *x) {
    Count n = {0};
    walk_own(x->loop->range.body, count_node, &n);
    if (n.recovers) return false;
    if (x->nyields > 1 && (n.labels || n.nodes * x->nyields > MAX_COPIED_NODES)) return false;
    push(&x->bodies, x->loop->range.body);
    push(&x->keys, clause_var(x, x->loop->range.key));
    push(&x->vals, clause_var(x, x->loop->range.val));
    while (x->bodies.n < x->nyields) add_copy(x);
    return true;
}

/* --- putting together --- */

static Node *run_once(Pos pos) {
    Node *s = new_node(N_SWITCH, pos), *c = new_node(N_CASE, pos);
    c->case_.is_default = true;
    s->switch_.cases = list_of(c, NULL);
    s->switch_.rbrace = pos;
    return s;
}

static NodeList *once_stmts(Node *s) {
    return &s->switch_.cases.v[0]->case_.body;
}

static void break_out_of(Node *n, Node *target) {
    Pos pos = n->pos;
    *n = *new_node(N_BRANCH, pos);
    n->branch.br = BR_BREAK;
    n->branch.target = target;
}

typedef struct Redirect {
    Expansion *x;
    Node *once;
} Redirect;

static void redirect(Node *n, void *ctx) {
    Redirect *r = ctx;
    if (n->kind != N_BRANCH || n->branch.br == BR_GOTO || n->branch.br == BR_FALLTHROUGH) return;
    Node *target = n->branch.target;
    if (target && target->kind == N_LABELED) target = target->labeled.stmt;
    if (target != r->x->loop) return;
    break_out_of(n, n->branch.br == BR_CONTINUE ? r->once : r->x->whole);
}

/* var gets what is yielded; own: the variable that the clause declares, or NULL */
static Node *give(Expansion *x, Node *var, Obj *own, Node *value) {
    if (own) return define_var(own, value);
    if (x->loop->range.define || is_blank_node(var))
        return define_var(new_var(x->home, "unused", value->type, value->pos), value);
    Type *t = unparen(var)->type;
    if (!unparen(value)->conv && !identical(t, unparen(value)->type)) unparen(value)->conv = t;
    return assign_node(var, value);
}

/* What stands in place of a call of yield. */
static Node *body_for(Expansion *x, Node *call) {
    int i = x->used++;
    Node *once = run_once(x->loop->pos);
    NodeList *out = once_stmts(once), *args = &call->call.args;
    Node *vars[] = {x->loop->range.key, x->loop->range.val};
    Obj *own[] = {x->keys.v[i], x->vals.v[i]};
    for (int k = 0; k < args->n; k++) {
        Node *value = args->v[k];
        if (!vars[k] && !unparen(value)->conv && (value->cval || unparen(value)->kind == N_IDENT))
            continue;
        push(out, give(x, vars[k], own[k], value));
    }
    Redirect r = {x, once};
    walk_own(x->bodies.v[i], redirect, &r);
    push(out, x->bodies.v[i]);
    return once;
}

static void put_bodies(Node *n, void *ctx) {
    Expansion *x = ctx;
    Node *call = guarded_yield(x, n);
    if (!call && n->kind == N_EXPRSTMT && calls_yield(x, n->unary.x)) call = unparen(n->unary.x);
    if (call) {
        *n = *block_of(list_of(body_for(x, call), NULL), n->pos);
        return;
    }
    if (n->kind == N_RETURN)
        break_out_of(n, x->whole);
    else if (n->kind != N_FUNCLIT)
        walk_children(n, put_bodies, x);
}

static void adopt_copies(Expansion *x) {
    for (int i = 0; i < x->c.objs.n; i++) {
        Obj *o = x->c.objs.vals[i];
        if (o->func != x->home) continue; /* of an inlined literal */
        bool listed = false;
        for (int k = 0; k < x->home->locals.n && !listed; k++) listed = x->home->locals.v[k] == o;
        o->captured = o->is_param = o->is_result = false; /* the literal is gone */
        if (!listed) push(&x->home->locals, o);
    }
}

bool expand_iterator(Func *home, Package *p, Node *loop) {
    Expansion x = {.home = home, .pkg = p, .loop = loop};
    int nlocals = home->locals.n, nlits = home->lits.n;
    if (!find_iterator(&x, loop->range.x, 0) || !can_take_apart(&x) || !make_bodies(&x)) {
        home->locals.n = nlocals;
        home->lits.n = nlits;
        return false;
    }
    x.whole = run_once(loop->pos);
    Obj *yield = x.yield;
    map_put(&x.c.funcs, x.iter, home);
    map_put(&x.c.objs, yield, yield); /* so that calls of it can be told in the copy */
    Node *stmts = copy_tree(&x.c, x.iter->body);
    copy_finish(&x.c);
    put_bodies(stmts, &x);
    yield->captured = false;
    adopt_copies(&x);
    remove_obj(&home->locals, yield);
    yield->is_param = true;
    NodeList *out = once_stmts(x.whole);
    for (int i = 0; i < x.binds.n; i++) push(out, x.binds.v[i]);
    push(out, stmts);
    *loop = *block_of(list_of(x.whole, NULL), loop->pos);
    return true;
}
