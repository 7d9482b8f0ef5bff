/* cost.c - what it costs to put a function's body in place of a call.
 *
 * The numbers are those of Go's compiler, because its messages (`can inline F`) and programs that count
 * allocations depend on them: one for each node of its own tree, more for calls and panics, nothing at all for
 * what makes no code. Its tree differs from ours; the comments say where.
 *
 * A call of a function that can be inlined costs what its body does; a function that is still being reckoned (it
 * calls itself) counts as one that cannot.
 */
#include "lower/cost.h"

#include "lower/intrinsic.h"
#include "lower/known.h"

enum {
    CALL = 57,       /* that stays a call */
    PARAM_CALL = 17, /* of a parameter, which may turn out to be known */
    CLOSURE = 15,
    MANY_NODES = 5000,
    ONCE_FACTOR = 10, /* the budget of a literal that is called once, in budgets */
};

static int budget = INLINE_BUDGET;

void inline_set_budget(int b) {
    budget = b;
}

typedef struct Cost {
    int cost;
    int nodes; /* as Go counts them for the size of a function */
    const char *why;
    bool going;
} Cost;

typedef struct Count {
    Func *f;
    int cost, nodes;
    const char *why; /* what forbids it, or NULL */
} Count;

static void add(Count *c, int n) {
    c->cost += n;
    c->nodes += n;
}

static void forbid(Count *c, const char *why) {
    if (!c->why) c->why = why;
}

static void expr(Count *c, Node *n);
static void stmt(Count *c, Node *n);

static void exprs(Count *c, const NodeList *l) {
    for (int i = 0; i < l->n; i++) expr(c, l->v[i]);
}

/* --- conversions --- */

static int same_size_kind(const Type *t) {
    switch (t->kind) {
    case T_INT: return T_INT64;
    case T_UINT:
    case T_UINTPTR: return T_UINT64;
    default: return t->kind;
    }
}

/* Whether it makes no code in Go: the representation is the same. */
static bool is_free_conversion(Type *to, Type *from) {
    if (!from || is_untyped(from)) return true;
    to = underlying(to), from = underlying(from);
    if (to->kind == T_INTERFACE || from->kind == T_INTERFACE)
        return to->kind == from->kind && identical(to, from);
    if (to->kind < T_STRING && from->kind < T_STRING)
        return same_size_kind(to) == same_size_kind(from);
    if (to->kind == T_ARRAY && from->kind == T_SLICE) return false;
    if (to->kind == from->kind) return true;
    return to->kind == T_UNSAFEPTR || from->kind == T_UNSAFEPTR;
}

static void implicit(Count *c, const Node *n) {
    if (n->conv && n->type && is_interface(n->conv) && n->mode != MODE_NIL &&
        n->type->kind != T_UNTYPED_NIL && !identical(n->conv, n->type))
        add(c, 1);
}

static void conversion(Count *c, Node *n) {
    Node *x = n->call.args.v[0];
    if (!is_free_conversion(n->type, x->type)) add(c, 1);
    expr(c, x);
}

/* --- selections --- */

/* The steps of a path are nodes of their own. */
static void field(Count *c, Node *n) {
    Selection *s = n->selector.sel;
    if (!s) {
        add(c, 1);
        return;
    }
    if (s->kind == SEL_METHODEXPR) return;
    bool method = s->kind == SEL_METHOD;
    add(c, s->npath + (method ? 2 : 0)); /* a method's value */
    if (method && (s->addr_recv || s->deref_recv)) add(c, 1);
    expr(c, n->selector.x);
}

/* &x.f of a variable x and its first field is free, but for x. */
static bool is_first_field(Node *x) {
    x = unparen(x);
    if (x->kind != N_SELECTOR || !x->selector.sel || x->selector.sel->kind != SEL_FIELD ||
        x->selector.sel->npath != 1 || unparen(x->selector.x)->kind != N_IDENT)
        return false;
    Type *t = underlying(x->selector.x->type);
    if (t->kind == T_POINTER) t = underlying(t->pointer.elem);
    return t->kind == T_STRUCT && field_offset(t, x->selector.sel->path[0]) == 0;
}

static Node *without_free_conversions(Node *n) {
    n = unparen(n);
    while (n->kind == N_CALL && n->call.fun->mode == MODE_TYPE &&
           is_free_conversion(n->type, n->call.args.v[0]->type))
        n = unparen(n->call.args.v[0]);
    return n;
}

/* --- calls --- */

static bool named(const Func *f, const char *path, const char *name) {
    return f->pkg && strcmp(f->pkg->path, path) == 0 && strcmp(f->name, name) == 0;
}

/* Functions of unaligned loads and stores, which Go's compiler knows to be cheap. */
static bool is_cheap(const Func *f) {
    static const char *const words[] = {"Uint64",       "Uint32",       "Uint16",
                                        "PutUint64",    "PutUint32",    "PutUint16",
                                        "AppendUint64", "AppendUint32", "AppendUint16"};
    if (!f->pkg) return false;
    const char *name = f->name;
    if (named(f, "internal/abi", "NoEscape")) return true;
    if (strcmp(f->pkg->path, "internal/byteorder") == 0) {
        if (strncmp(name, "LE", 2) != 0 && strncmp(name, "BE", 2) != 0) return false;
        name += 2;
    } else if (strcmp(f->pkg->path, "encoding/binary") == 0 && f->recv) {
        const char *dot = strchr(name, '.');
        if (!dot || (strncmp(name, "littleEndian", 12) != 0 && strncmp(name, "bigEndian", 9) != 0))
            return false;
        name = dot + 1;
    } else {
        return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i]) == 0) return true;
    return false;
}

static bool is_tuple_call(const NodeList *args) {
    if (args->n != 1) return false;
    Node *x = unparen(args->v[0]);
    return x->kind == N_CALL && x->type && x->type->kind == T_TUPLE;
}

/* f(g()) puts g's results into variables first: each is declared, set and read. */
static void spread(Count *c, Node *call) {
    add(c, 1 + 4 * call->type->tuple.elems.n);
    expr(c, call);
}

static void arguments(Count *c, Node *n, Type *sig) {
    NodeList *args = &n->call.args;
    if (is_tuple_call(args)) {
        spread(c, unparen(args->v[0]));
        return;
    }
    exprs(c, args);
    if (!sig->func.variadic || n->call.dots) return;
    bool any = args->n >= sig->func.params.n;
    add(c, any ? 2 : 1); /* the slice, or nil */
}

static bool is_own_parameter(const Count *c, Node *fun) {
    if (fun->kind != N_IDENT || !fun->ident.obj || fun->ident.obj->kind != OBJ_VAR) return false;
    const Obj *o = fun->ident.obj;
    return !o->is_global && (o->is_param || o->func != c->f);
}

static void method_receiver(Count *c, Node *fun) {
    Selection *s = fun->selector.sel;
    Node *x = unparen(fun->selector.x);
    add(c, s->npath + !s->obj->func); /* a node more for an interface's method */
    if (s->addr_recv && !(s->npath == 0 && is_first_field(x))) add(c, 1);
    if (s->addr_recv && s->npath == 0 && is_first_field(x)) add(c, -1);
    if (s->deref_recv) add(c, 1);
    expr(c, x);
}

static void call(Count *c, Node *n) {
    Node *fun = unparen(n->call.fun), *lit;
    Type *sig = underlying(fun->type);
    add(c, 1);
    if (sig->kind != T_FUNC) return;
    Selection *s = fun->kind == N_SELECTOR ? fun->selector.sel : NULL;
    if (s && s->kind == SEL_METHOD)
        method_receiver(c, fun);
    else
        expr(c, fun);
    arguments(c, n, sig);
    Func *f = known_callee(fun, &lit);
    if (f && (is_cheap(f) || is_go_intrinsic(f))) return;
    if (f && f->pkg && strcmp(f->pkg->path, "internal/runtime/sys") == 0 &&
        (strcmp(f->name, "GetCallerPC") == 0 || strcmp(f->name, "GetCallerSP") == 0))
        forbid(c, "call to GetCallerPC");
    int cost = f ? inline_cost(f, NULL) : -1;
    if (cost >= 0 && inline_cost_ok(NULL, f, cost, false))
        c->cost += cost;
    else
        c->cost += !f && is_own_parameter(c, fun) ? PARAM_CALL : CALL;
}

static void builtin(Count *c, Node *n) {
    NodeList *args = &n->call.args;
    add(c, 1);
    switch ((Builtin)(n->call.builtin - 1)) {
    case B_RECOVER: forbid(c, "call to recover"); return;
    case B_PANIC: {
        Node *x = unparen(args->v[0]);
        if (!x->conv || !is_interface(x->conv) || is_interface(x->type)) c->cost++;
        break;
    }
    case B_MAKE:
        for (int i = 1; i < args->n; i++) expr(c, args->v[i]);
        if (args->n == 1) add(c, 1);
        return;
    case B_NEW:
        if (unparen(args->v[0])->mode != MODE_TYPE) expr(c, args->v[0]);
        return;
    default: break;
    }
    if (is_tuple_call(args))
        spread(c, unparen(args->v[0]));
    else
        exprs(c, args);
}

/* --- other expressions --- */

static void literal(Count *c, Node *n) {
    Type *t = n->complit.ptr_elided ? underlying(n->type)->pointer.elem : n->type;
    int kind = underlying(t)->kind;
    add(c, 1 + n->complit.ptr_elided + (kind == T_SLICE));
    for (int i = 0; i < n->complit.elems.n; i++) {
        Node *e = n->complit.elems.v[i];
        bool keyed = e->kind == N_KEYVALUE;
        if (kind == T_STRUCT || keyed) add(c, 1);
        if (keyed && kind != T_STRUCT) expr(c, e->binary.x);
        expr(c, keyed ? e->binary.y : e);
    }
}

static void slice(Count *c, Node *n) {
    add(c, 1 + (underlying(n->slice.x->type)->kind == T_ARRAY));
    expr(c, n->slice.x);
    int64_t v;
    Node *lo = n->slice.lo, *hi = n->slice.hi ? unparen(n->slice.hi) : NULL;
    if (lo) expr(c, lo);
    if (lo && lo->cval && const_to_i64(lo->cval, &v) && v == 0) add(c, -1);
    if (hi) expr(c, hi);
    if (n->slice.max) expr(c, n->slice.max);
    if (!hi || hi->kind != N_CALL || hi->call.builtin - 1 != B_LEN) return;
    Node *x = unparen(n->slice.x), *of = unparen(hi->call.args.v[0]);
    if (x->kind == N_IDENT && of->kind == N_IDENT && x->ident.obj == of->ident.obj) add(c, -2);
}

static void unary(Count *c, Node *n) {
    Node *x = unparen(n->unary.x);
    add(c, 1);
    if (n->op == OP_AND && is_first_field(x)) add(c, -2);
    expr(c, x);
}

static void binary(Count *c, Node *n) {
    /* a + b + c of strings is one node */
    Node *x = unparen(n->binary.x);
    bool joined = n->op == OP_ADD && is_string(n->type) && x->kind == N_BINARY && !x->cval;
    add(c, joined ? 0 : 1);
    expr(c, x);
    expr(c, n->binary.y);
}

static void expr(Count *c, Node *n) {
    if (!n) return;
    n = unparen(n);
    implicit(c, n);
    if (n->cval || n->mode == MODE_NIL) {
        add(c, 1);
        return;
    }
    if (n->mode == MODE_TYPE) return;
    switch (n->kind) {
    case N_COMPLIT: literal(c, n); break;
    case N_FUNCLIT: add(c, 1), c->cost += CLOSURE; break;
    case N_SELECTOR: field(c, n); break;
    case N_INDEX:
        add(c, 1);
        if (unparen(n->index.x)->type && underlying(n->index.x->type)->kind == T_FUNC) break;
        expr(c, n->index.x);
        exprs(c, &n->index.index);
        break;
    case N_SLICE: slice(c, n); break;
    case N_TYPEASSERT: add(c, 1), expr(c, n->assert_.x); break;
    case N_CALL:
        if (n->call.fun->mode == MODE_TYPE)
            conversion(c, n);
        else if (n->call.builtin)
            builtin(c, n);
        else
            call(c, n);
        break;
    case N_STAR: {
        Node *p = without_free_conversions(n->unary.x);
        add(c, p->kind == N_UNARY && p->op == OP_AND ? 0 : 1);
        expr(c, n->unary.x);
        break;
    }
    case N_UNARY: unary(c, n); break;
    case N_BINARY: binary(c, n); break;
    default: add(c, 1);
    }
}

/* --- statements --- */

/* A new variable is declared as well as set. */
static void left(Count *c, Node *n, bool define) {
    n = unparen(n);
    if (define && n->kind == N_IDENT && n->ident.obj && pos_cmp(n->ident.obj->pos, n->pos) == 0)
        add(c, 2);
    expr(c, n);
}

static void lefts(Count *c, const NodeList *l, bool define) {
    for (int i = 0; i < l->n; i++) left(c, l->v[i], define);
}

static void stmts(Count *c, const NodeList *l) {
    for (int i = 0; i < l->n; i++) stmt(c, l->v[i]);
}

static void declaration(Count *c, Node *d) {
    if (d->kind != N_VAR) return;
    bool single = d->var.values.n != d->var.names.n && d->var.values.n;
    add(c, single || (d->var.values.n > 1) ? 1 : d->var.names.n);
    lefts(c, &d->var.names, true);
    exprs(c, &d->var.values);
}

static void if_stmt(Count *c, Node *n) {
    if (n->if_.init) stmt(c, n->if_.init);
    Const *known = n->if_.cond->cval;
    if (!known) {
        add(c, 1);
        expr(c, n->if_.cond);
    }
    if (!known || const_bool_val(known)) stmt(c, n->if_.then);
    if (n->if_.els && (!known || !const_bool_val(known))) stmt(c, n->if_.els);
}

static void range(Count *c, Node *n) {
    Type *t = unparen(n->range.x)->type;
    if (t && underlying(t)->kind == T_FUNC) forbid(c, "range over func");
    add(c, 1);
    expr(c, n->range.x);
    if (n->range.key) left(c, n->range.key, n->range.define);
    if (n->range.val) left(c, n->range.val, n->range.define);
    stmt(c, n->range.body);
}

static void cases(Count *c, const NodeList *l) {
    for (int i = 0; i < l->n; i++) {
        Node *k = l->v[i];
        add(c, 1 + (k->case_.obj != NULL));
        exprs(c, &k->case_.exprs);
        stmts(c, &k->case_.body);
    }
}

static void type_switch(Count *c, Node *n) {
    if (n->typeswitch.init) stmt(c, n->typeswitch.init);
    Node *x = unparen(n->typeswitch.x);
    if (x->kind == N_TYPEASSERT && !x->assert_.typ) x = x->assert_.x;
    add(c, 2 + (n->typeswitch.bind != NULL));
    expr(c, x);
    cases(c, &n->typeswitch.cases);
}

static void select_stmt(Count *c, Node *n) {
    add(c, 1);
    for (int i = 0; i < n->select.cases.n; i++) {
        Node *k = n->select.cases.v[i];
        add(c, 1);
        if (k->comm.comm) stmt(c, k->comm.comm);
        stmts(c, &k->comm.body);
    }
}

static void stmt(Count *c, Node *n) {
    switch (n->kind) {
    case N_BLOCK: stmts(c, &n->block.stmts); break;
    case N_EXPRSTMT: expr(c, n->unary.x); break;
    case N_SEND: add(c, 1), expr(c, n->binary.x), expr(c, n->binary.y); break;
    case N_INCDEC: add(c, 2), expr(c, n->unary.x); break;
    case N_ASSIGN:
        add(c, 1);
        lefts(c, &n->assign.lhs, n->assign.define);
        exprs(c, &n->assign.rhs);
        break;
    case N_GO: forbid(c, "unhandled op GO"); break;
    case N_DEFER: forbid(c, "unhandled op DEFER"); break;
    case N_RETURN:
        add(c, 1);
        if (is_tuple_call(&n->ret.results))
            spread(c, unparen(n->ret.results.v[0]));
        else
            exprs(c, &n->ret.results);
        break;
    case N_BRANCH:
        if (n->branch.br != BR_FALLTHROUGH) add(c, 1);
        break;
    case N_IF: if_stmt(c, n); break;
    case N_SWITCH:
        add(c, 1);
        if (n->switch_.init) stmt(c, n->switch_.init);
        if (n->switch_.tag) expr(c, n->switch_.tag);
        cases(c, &n->switch_.cases);
        break;
    case N_TYPESWITCH: type_switch(c, n); break;
    case N_SELECT: select_stmt(c, n); break;
    case N_FOR:
        add(c, 1);
        if (n->for_.init) stmt(c, n->for_.init);
        if (n->for_.cond) expr(c, n->for_.cond);
        if (n->for_.post) stmt(c, n->for_.post);
        stmt(c, n->for_.body);
        break;
    case N_RANGE: range(c, n); break;
    case N_LABELED:
        add(c, 1);
        if (n->labeled.stmt) stmt(c, n->labeled.stmt);
        break;
    case N_DECLSTMT:
        for (int i = 0; i < n->declstmt.decls.n; i++) declaration(c, n->declstmt.decls.v[i]);
        break;
    default: break;
    }
}

/* --- functions --- */

static const char *impossible(const Func *f) {
    uint32_t pragmas = f->decl && f->decl->kind == N_FUNC ? f->decl->func.pragmas : 0;
    if (pragmas & PRAGMA_NOINLINE) return "marked go:noinline";
    if (pragmas & PRAGMA_UINTPTRKEEPALIVE) return "marked as having a keep-alive uintptr argument";
    if (pragmas & PRAGMA_UINTPTRESCAPES) return "marked as having an escaping uintptr argument";
    if (!f->body || f->body->block.stmts.n == 0) return f->body ? NULL : "no function body";
    return NULL;
}

static int own_budget(const Func *f) {
    return f->obj ? budget : budget * ONCE_FACTOR;
}

static Cost *reckon(Func *f) {
    Cost *k = f->inl;
    if (k) return k;
    f->inl = k = new_(Cost);
    k->going = true;
    Count c = {.f = f, .why = impossible(f)};
    if (f->body) stmt(&c, f->body);
    int max = own_budget(f);
    if (!c.why && c.cost > max)
        c.why = xprintf("function too complex: cost %d exceeds budget %d", c.cost, max);
    *k = (Cost){c.cost, c.nodes, c.why, false};
    return k;
}

int inline_cost(Func *f, const char **why) {
    Cost *k = reckon(f);
    if (why) *why = k->why;
    return k->going || k->why ? -1 : k->cost;
}

bool inline_cost_ok(const Func *caller, const Func *callee, int cost, bool once) {
    const Cost *k = caller ? caller->inl : NULL;
    int max =
        k && k->nodes >= MANY_NODES && budget > INLINE_BIG_BUDGET ? INLINE_BIG_BUDGET : budget;
    if (!callee->obj) {
        max *= 2;
        if (once && budget * ONCE_FACTOR > max) max = budget * ONCE_FACTOR;
    }
    return cost <= max;
}
