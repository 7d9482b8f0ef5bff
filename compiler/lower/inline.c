/* inline.c - bodies of functions in place of their calls.
 *
 *     x := f(a, b)      becomes      x := func(p, q) R { body of f }(a, b)
 *
 * with a copy of f's body, in a literal that has no value: Func.inlined says which function it stands for. It is
 * called where it stands and nowhere else, so nothing changes in the order of evaluation, in what names mean and
 * in what `return`, labels and results do. A method's receiver is the first parameter.
 *
 * What follows treats such a literal as a part of the function around it: escape analysis gives its variables and
 * what it allocates to that function, at the call's depth of loops; emission prints a C function that the C
 * compiler always inlines, whose storage for what outlives it the caller passes. So its debug information has
 * the function's own name, file and lines within the caller's, and traces show both, as Go's do.
 *
 * Which calls: Go's rules (cost.c). Functions are done callees first; a body brings along what has been inlined
 * into it. In a cycle a function is put into itself once, and not again inside that.
 */
#include "lower/inline.h"

#include "lower/copy.h"
#include "lower/cost.h"
#include "lower/intrinsic.h"
#include "lower/known.h"
#include "lower/passes.h"
#include "lower/tree.h"

typedef struct Inliner {
    Package *pkg;
    const LowerOptions *opt;
    Map own;  /* the functions of the package */
    Map done; /* those whose bodies have been gone through, or are */
    Map names; /* of literals in inlined bodies: name of the function -> how many there are, as a pointer */
    Func *f; /* whose body is gone through */
    Pos at;  /* of the outermost call around, which messages name; or none */
} Inliner;

static void inline_calls(Inliner *in, Func *f);

/* --- names in messages --- */

static const char *shown_name(const Inliner *in, const Func *f) {
    return f->pkg == in->pkg || !f->obj ? f->name : xprintf("%s.%s", f->pkg->name, f->name);
}

/* --- whether --- */

/* Whether a call in f of callee would put it into itself a second time. */
static bool repeats(const Func *f, const Func *callee) {
    for (; f->inlined; f = f->outer)
        if (f->inlined == callee) return true;
    return false;
}

/* Whether the variables that literal lit captures can be reached in f without a closure. */
static bool captures_at_hand(Func *f, const Func *lit) {
    if (lit->captures.n == 0) return true;
    while (f != lit->outer && f->inlined) f = f->outer;
    return f == lit->outer;
}

typedef struct SelfCall {
    const Func *f;
    bool found;
} SelfCall;

static void find_self_call(Node *n, void *ctx) {
    SelfCall *self = ctx;
    if (n->kind == N_IDENT && n->ident.obj && n->ident.obj == self->f->obj) self->found = true;
    if (n->kind == N_SELECTOR && n->selector.sel && n->selector.sel->obj == self->f->obj)
        self->found = true;
    if (!self->found) walk_children(n, find_self_call, ctx);
}

static bool handles_pointers(const Func *f) {
    bool any = f->recv && has_pointers(f->recv->type);
    for (int i = 0; i < f->params.n; i++) any |= has_pointers(f->params.v[i]->type);
    return any;
}

/* What a recursive function has looked at would stay in the caller's frame: see no_inline() of emit/names.c. */
static bool keeps_stale_pointers(const Func *f) {
    if (!f->obj || !handles_pointers(f)) return false;
    SelfCall self = {f, false};
    walk_children(f->body, find_self_call, &self);
    return self.found;
}

/* Variables that can be pointed to would be a part of the caller's frame for as long as that lives, and their words
 * count as pointers before they are set and after they are of use. */
static bool has_large_variables(const Func *f) {
    enum { LARGE = 512 };
    int64_t size = 0;
    for (int i = 0; i < f->locals.n; i++) {
        const Obj *o = f->locals.v[i];
        if (o->type && (o->addrtaken || o->captured)) size += type_size(o->type);
    }
    return size > LARGE;
}

/* What emission could not print as a part of another function. */
static bool is_bound_to_itself(const Func *f) {
    return f->home || f->frame_var || f->has_defer || f->calls_recover_directly;
}

static bool called_once(Node *fun, const Node *lit) {
    fun = unparen(fun);
    return fun == lit || (fun->kind == N_IDENT && known_uses(fun->ident.obj) == 1);
}

/* Whether literals stand in f, within each other, more than `depth` deep. A copy of f copies them all, and each level
 * that is put into the next would copy them again. */
static bool nests_deeper(const Func *f, int depth) {
    for (int i = 0; i < f->lits.n; i++)
        if (depth == 0 || nests_deeper(f->lits.v[i], depth - 1)) return true;
    return false;
}

enum { MOST_NESTED = 16 };

static bool may_inline(const Inliner *in, Node *fun, Func *callee, Node *lit) {
    int cost = inline_cost(callee, NULL);
    if (cost < 0 || !callee->body || is_intrinsic(callee) || is_bound_to_itself(callee))
        return false;
    if (!inline_cost_ok(frame_func(in->f), callee, cost, lit && called_once(fun, lit)))
        return false;
    if (lit && !captures_at_hand(in->f, callee)) return false;
    if (nests_deeper(callee, MOST_NESTED)) return false;
    return !repeats(in->f, callee) && !keeps_stale_pointers(callee) && !has_large_variables(callee);
}

/* --- the literal --- */

/* x.a.b: the fields that lead to an embedded receiver. */
static Node *holder(Node *x, const Selection *s) {
    if (s->npath == 0) return x;
    Type *t = s->recv;
    Obj *last = NULL;
    bool indirect = false;
    for (int i = 0; i < s->npath; i++) {
        Type *u = underlying(t);
        indirect |= u->kind == T_POINTER;
        if (u->kind == T_POINTER) u = underlying(u->pointer.elem);
        last = u->struct_.fields.v[s->path[i]];
        t = last->type;
    }
    Selection *to = new_(Selection);
    *to = (Selection){.kind = SEL_FIELD,
                      .obj = last,
                      .recv = s->recv,
                      .path = s->path,
                      .npath = s->npath,
                      .indirect = indirect};
    Node *n = new_node(N_SELECTOR, x->pos);
    n->mode = MODE_VAR;
    n->type = t;
    n->selector.x = x;
    n->selector.name = use_of(last, x->pos);
    n->selector.sel = to;
    return n;
}

/* The receiver as the method gets it. */
static Node *receiver_argument(Node *fun, Type *recv) {
    Selection *s = fun->selector.sel;
    Node *x = holder(fun->selector.x, s);
    bool have = underlying(x->type)->kind == T_POINTER, want = underlying(recv)->kind == T_POINTER;
    if (have == want) return x;
    Node *r = new_node(want ? N_UNARY : N_STAR, x->pos);
    if (want) r->op = OP_AND;
    r->mode = want ? MODE_VALUE : MODE_VAR;
    r->type = recv;
    r->unary.x = x;
    return r;
}

static Type *signature_of(const Func *f, const Type *of) {
    Type *sig = new_(Type);
    *sig = *of;
    sig->emit = NULL;
    sig->func.recv = NULL;
    sig->func.params = f->params;
    sig->func.tparams = sig->func.recv_tparams = (TypeList){0};
    return sig;
}

/* Names for the literals in an inlined body that no other copy of it has. */
static void rename_literals(Inliner *in, Func *f, const char *name) {
    for (int i = 0; i < f->lits.n; i++) {
        Func *lit = f->lits.v[i];
        if (!lit->inlined) {
            intptr_t count = (intptr_t)map_get(&in->names, name) + 1;
            map_put(&in->names, name, (void *)count);
            lit->name = intern(xprintf("%s.func%d", name, (int)count));
        }
        rename_literals(in, lit, lit->inlined ? name : lit->name);
    }
}

/* What f captures, the inlined literals around it have to hand on. */
static void capture_outwards(Func *f) {
    for (Func *o = f->outer; o->inlined; o = o->outer)
        for (int i = 0; i < f->captures.n; i++) {
            Obj *v = f->captures.v[i];
            bool has = v->func == o;
            for (int k = 0; k < o->captures.n && !has; k++) has = o->captures.v[k] == v;
            if (!has) push(&o->captures, v);
        }
}

static Node *literal_node(Func *f, Pos pos) {
    Node *e = new_node(N_FUNCLIT, pos), *typ = new_node(N_FUNCTYPE, pos);
    typ->mode = MODE_TYPE;
    typ->type = f->sig;
    e->mode = MODE_VALUE;
    e->type = f->sig;
    e->funclit.typ = typ;
    e->funclit.body = f->body;
    e->funclit.func = f;
    return e;
}

static void own_params(Func *f) {
    for (int i = 0; i < f->params.n; i++) f->params.v[i]->is_param = true;
}

static Func *copy_of(Inliner *in, Func *callee) {
    Copier c = {0};
    Func *f = copy_func(&c, callee, in->f);
    copy_finish(&c);
    if (f->recv) {
        ObjList params = {0};
        push(&params, f->recv);
        for (int i = 0; i < f->params.n; i++) push(&params, f->params.v[i]);
        f->params = params;
        f->recv = NULL;
    }
    own_params(f);
    f->sig = signature_of(f, callee->sig);
    f->obj = NULL;
    f->inlined = callee;
    rename_literals(in, f, intern(xprintf("%s.%s", frame_func(in->f)->name, callee->name)));
    return f;
}

/* Notes which parameters are known, if nothing changes them. */
static void note_params(const Func *f, const NodeList *args, bool dots) {
    int fixed = f->params.n - (f->sig->func.variadic && !dots);
    if (args->n < fixed || (args->n == 1 && args->v[0]->type && args->v[0]->type->kind == T_TUPLE))
        return;
    for (int i = 0; i < fixed; i++)
        if (args->v[i]->type &&
            identical(underlying(args->v[i]->type), underlying(f->params.v[i]->type)))
            known_param(f->params.v[i], args->v[i]);
}

static void tell(const Inliner *in, const Func *callee, Pos at) {
    if (!is_go_intrinsic(callee)) notef(at, "inlining call to %s", shown_name(in, callee));
}

static void tell_nested(const Inliner *in, const Func *f, Pos at) {
    for (int i = 0; i < f->lits.n; i++) {
        const Func *lit = f->lits.v[i];
        if (!lit->inlined) continue;
        tell(in, lit->inlined, at);
        tell_nested(in, lit, at);
    }
}

static void go_into(Inliner *in, Func *f, Pos at);

typedef struct Uses {
    const Obj *var;
    int n;
} Uses;

static void count_use(Node *n, void *ctx) {
    Uses *u = ctx;
    if (n->kind == N_IDENT && n->ident.obj == u->var) u->n++;
    walk_children(n, count_use, ctx);
}

static Node *nil_node(Pos pos) {
    Node *n = new_node(N_IDENT, pos);
    n->mode = MODE_NIL;
    n->type = types_basic[T_UNTYPED_NIL];
    n->ident.name = "nil";
    return n;
}

static void forget(Func *lit) {
    lit->body = NULL;
    for (int i = 0; i < lit->lits.n; i++) forget(lit->lits.v[i]);
}

/* A literal that is handed to f, all of whose calls are inlined there, is not made at all. */
static void drop_literals(const Func *f, NodeList *args) {
    int fixed = f->params.n - f->sig->func.variadic;
    for (int i = 0; i < fixed && i < args->n; i++) {
        Node *arg = unparen(args->v[i]);
        Uses u = {f->params.v[i], 0};
        if (arg->kind != N_FUNCLIT || arg->funclit.func->inlined) continue;
        count_use(f->body, &u);
        if (u.n) continue;
        Func *lit = arg->funclit.func;
        int n = 0;
        for (int k = 0; k < lit->outer->lits.n; k++)
            if (lit->outer->lits.v[k] != lit) lit->outer->lits.v[n++] = lit->outer->lits.v[k];
        lit->outer->lits.n = n;
        forget(lit);
        args->v[i] = nil_node(arg->pos);
    }
}

static void replace_call(Inliner *in, Node *n, Func *callee) {
    Node *fun = unparen(n->call.fun);
    Pos at = pos_known(in->at) ? in->at : n->pos;
    Func *f = copy_of(in, callee);
    if (callee->recv) {
        NodeList args = {0};
        push(&args, receiver_argument(fun, callee->recv->type));
        for (int i = 0; i < n->call.args.n; i++) push(&args, n->call.args.v[i]);
        n->call.args = args;
    }
    n->call.fun = literal_node(f, n->pos);
    capture_outwards(f);
    known_note(f->body);
    note_params(f, &n->call.args, n->call.dots);
    if (in->opt->m) {
        tell(in, callee, at);
        tell_nested(in, f, at);
    }
    go_into(in, f, at);
    drop_literals(f, &n->call.args);
}

/* A method's receiver and a call's several results as arguments do not go together. */
static bool spreads_behind_receiver(const Node *n, const Func *callee) {
    return callee->recv && n->call.args.n == 1 && n->call.args.v[0]->type &&
           n->call.args.v[0]->type->kind == T_TUPLE;
}

/* A call of a variable that stands for a declared function becomes a call of that function, so that escape analysis
 * knows what it does. */
static void name_callee(Node *n, Node *fun) {
    const Node *v = known_value(fun);
    if (v == fun || v->conv) return;
    const Node *name = v->kind == N_SELECTOR && !v->selector.sel ? v->selector.name : v;
    if (name->kind != N_IDENT || name->ident.targs) return;
    n->call.fun = new_(Node);
    *n->call.fun = *v;
}

static void consider(Inliner *in, Node *n) {
    if (n->call.builtin || unparen(n->call.fun)->mode == MODE_TYPE) return;
    Node *lit, *fun = unparen(n->call.fun);
    if (fun->kind == N_FUNCLIT && fun->funclit.func->inlined) return;
    Func *callee = known_callee(fun, &lit);
    if (!callee || spreads_behind_receiver(n, callee)) return;
    if (callee->recv && fun->kind != N_SELECTOR) return; /* x.m as a value, called later */
    if (map_get(&in->own, callee)) inline_calls(in, callee);
    if (may_inline(in, fun, callee, lit))
        replace_call(in, n, callee);
    else if (fun->kind == N_IDENT && !lit)
        name_callee(n, fun);
}

static void visit(Node *n, void *ctx) {
    Inliner *in = ctx;
    if (n->kind == N_FUNCLIT) {
        Func *f = n->funclit.func;
        if (f->inlined) go_into(in, f, pos_known(in->at) ? in->at : n->pos);
        return;
    }
    if (n->kind == N_IF && n->if_.cond->cval) { /* the other part is dropped */
        if (n->if_.init) visit(n->if_.init, ctx);
        Node *live = const_bool_val(n->if_.cond->cval) ? n->if_.then : n->if_.els;
        if (live) visit(live, ctx);
        return;
    }
    if (n->kind == N_GO || n->kind == N_DEFER) {
        walk_children(unparen(n->unary.x), visit, ctx);
        return;
    }
    walk_children(n, visit, ctx);
    if (n->kind == N_CALL) consider(in, n);
}

/* The calls in an inlined body that its own function left, and its arguments have made known. */
static void go_into(Inliner *in, Func *f, Pos at) {
    Func *outer = in->f;
    Pos outer_at = in->at;
    in->f = f;
    in->at = at;
    walk_children(f->body, visit, in);
    in->f = outer;
    in->at = outer_at;
}

static void inline_calls(Inliner *in, Func *f) {
    if (!f->body || map_get(&in->done, f)) return;
    map_put(&in->done, f, f);
    Func *outer = in->f;
    Pos outer_at = in->at;
    for (int i = 0; i < f->lits.n; i++) inline_calls(in, f->lits.v[i]);
    in->f = f;
    in->at = (Pos){0};
    walk_children(f->body, visit, in);
    in->f = outer;
    in->at = outer_at;
}

/* --- a package --- */

/* Literals that stand in inlined bodies are functions of the package like others. */
static void list_new(Package *p, Map *listed, Func *f) {
    if (!map_get(listed, f)) push(&p->all_funcs, f);
    map_put(listed, f, f);
    for (int i = 0; i < f->lits.n; i++) list_new(p, listed, f->lits.v[i]);
}

void reckon_package(Package *p, const LowerOptions *opt) {
    Inliner in = {.pkg = p, .opt = opt};
    for (int i = 0; i < p->all_funcs.n; i++)
        if (p->all_funcs.v[i]->body && !p->all_funcs.v[i]->outer)
            known_note(p->all_funcs.v[i]->body);
    for (int i = 0; i < p->all_funcs.n; i++) {
        Func *f = p->all_funcs.v[i];
        if (inline_cost(f, NULL) < 0) continue;
        if (strcmp(p->path, "main") != 0) share_vars(f->body, NULL);
        if (opt->m) notef(f->decl->pos, "can inline %s", shown_name(&in, f));
    }
}

void inline_package(Package *p, const LowerOptions *opt) {
    Inliner in = {.pkg = p, .opt = opt};
    int n = p->all_funcs.n;
    for (int i = 0; i < n; i++) map_put(&in.own, p->all_funcs.v[i], p);
    for (int i = 0; i < n; i++) inline_calls(&in, p->all_funcs.v[i]);
    for (int i = 0; i < n; i++) list_new(p, &in.own, p->all_funcs.v[i]);
}
