/* rangefunc.c - loops over functions.
 *
 *     for k, v := range f { body }
 *
 * becomes, with the variables state and next that no program can name,
 *
 *     { state := READY
 *       f(func(k, v) bool {
 *           if state != READY { panic as state says }
 *           state = PANIC
 *           body
 *           state = READY
 *           return true })
 *       if state == PANIC { panic: the function has swallowed one of the body's }
 *       state = EXHAUSTED
 *       what leaves the loop for somewhere else }
 *
 * While the body runs the state is PANIC, so that a panic leaves it so, and whoever recovers it and
 * calls the body once more is told. In the body `continue` is `state = READY; return true`, `break` is
 * `state = DONE; return false`. A statement that goes further puts a number into `next`, breaks, and
 * the loop is followed by `if next == number { next = 0; the same statement }`. Loops are taken from
 * the inside out: where the outer one is a loop over a function too, that statement is a part of its
 * body and is treated in the same way once more. A return stores its results in the function's result
 * variables, or in variables made for them, and is `return` behind the outermost loop; on the way there
 * `next` is RETURN and stays so.
 *
 * `next` and the results are variables of the function that holds the loops (the home). What the body
 * defers belongs to the home's frame, too, which it reaches through one more variable that it captures
 * (Func.home, frame_var). A recover() that stands in a body gives nil, as Go's compiler has it: the
 * deferred function does not call it itself.
 */
#include "lower/passes.h"
#include "lower/tree.h"

#include <stdlib.h>

enum { DONE, READY, PANIC, EXHAUSTED, MISSING_PANIC }; /* of gm_panic_range() */
enum { NEXT_RETURN = -1 };

/* The function whose body is being lowered. */
typedef struct Home {
    Func *f;
    Package *pkg;
    Obj *next;      /* made when it is first needed */
    int ncodes;     /* numbers given out for next */
    bool has_temps; /* `temps` are made */
    ObjList temps;  /* what return statements in loops store into */
    Map on_the_way; /* N_RETURN that only goes on with a return whose results are stored */
    bool changed;
} Home;

/* A branch from a loop's body to somewhere outside the loop. */
typedef struct Exit {
    Node *branch;
    int code;
} Exit;

typedef struct Loop {
    Home *h;
    Node *stmt; /* N_RANGE */
    Obj *state;
    Map inside; /* the statements of the body */
    VEC(Exit) exits;
    bool returns;
} Loop;

static Type *type_int(void) {
    return types_basic[T_INT];
}

/* --- variables of the home --- */

static Obj *next_var(Home *h) {
    if (!h->next) h->next = new_var(h->f, "next", type_int(), h->f->body->pos);
    return h->next;
}

static bool all_named(const ObjList *l) {
    for (int i = 0; i < l->n; i++)
        if (!l->v[i]->name[0] || strcmp(l->v[i]->name, "_") == 0) return false;
    return true;
}

/* Where the results of a return in a loop are kept. */
static const ObjList *result_vars(Home *h) {
    ObjList *r = &h->f->results;
    if (all_named(r)) return r;
    if (!h->has_temps)
        for (int i = 0; i < r->n; i++)
            push(&h->temps, new_var(h->f, "result", r->v[i]->type, h->f->body->pos));
    h->has_temps = true;
    return &h->temps;
}

/* Declares them at the beginning of the home's body. */
static void declare_home_vars(Home *h) {
    NodeList stmts = {0};
    if (h->next) push(&stmts, define_var(h->next, int_const(0, type_int(), h->next->pos)));
    for (int i = 0; i < h->temps.n; i++) push(&stmts, define_var(h->temps.v[i], NULL));
    NodeList *body = &h->f->body->block.stmts;
    for (int i = 0; i < body->n; i++) push(&stmts, body->v[i]);
    *body = stmts;
}

/* --- statements that leave the body --- */

static void set_state(const Loop *l, NodeList *out, int state, Pos pos) {
    push(out, set_var(l->state, int_const(state, type_int(), pos), pos));
}

/* Ends this call of the body: with true for the next iteration, with false for no more. */
static void end_call(const Loop *l, NodeList *out, bool more, Pos pos) {
    set_state(l, out, more ? READY : DONE, pos);
    push(out, return_node(int_const(more, types_basic[T_BOOL], pos), pos));
}

static void set_next(Home *h, NodeList *out, int code, Pos pos) {
    push(out, set_var(next_var(h), int_const(code, type_int(), pos), pos));
}

static void replace(Node *n, NodeList stmts) {
    *n = *block_of(stmts, n->pos);
}

static bool names_loop(const Node *target, const Node *loop) {
    if (target && target->kind == N_LABELED) target = target->labeled.stmt;
    return target == loop;
}

static int exit_code(Loop *l, Node *branch) {
    for (int i = 0; i < l->exits.n; i++) {
        Node *b = l->exits.v[i].branch;
        if (b->branch.br == branch->branch.br && b->branch.target == branch->branch.target)
            return l->exits.v[i].code;
    }
    Node *copy = new_node(N_BRANCH, branch->pos);
    *copy = *branch;
    Exit e = {copy, ++l->h->ncodes};
    push(&l->exits, e);
    return e.code;
}

static void leave_by_branch(Loop *l, Node *n) {
    Node *target = n->branch.target;
    NodeList out = {0};
    if (n->branch.br == BR_FALLTHROUGH || map_get(&l->inside, target)) return;
    if (n->branch.br != BR_GOTO && names_loop(target, l->stmt)) {
        end_call(l, &out, n->branch.br == BR_CONTINUE, n->pos);
    } else {
        set_next(l->h, &out, exit_code(l, n), n->pos);
        end_call(l, &out, false, n->pos);
    }
    replace(n, out);
}

/* The results that n returns go into the variables that keep them. */
static void store_results(Home *h, Node *n, NodeList *out) {
    const ObjList *vars = result_vars(h), *results = &h->f->results;
    if (!n->ret.results.n && vars == results) return;
    Node *a = new_node(N_ASSIGN, n->pos);
    for (int i = 0; i < vars->n; i++) {
        bool bare = !n->ret.results.n, blank = strcmp(results->v[i]->name, "_") == 0;
        if (bare && blank) continue; /* which is zero, as its variable is */
        vars->v[i]->reassigned = true;
        push(&a->assign.lhs, use_of(vars->v[i], n->pos));
        if (bare) push(&a->assign.rhs, use_of(results->v[i], n->pos));
    }
    if (n->ret.results.n) a->assign.rhs = n->ret.results;
    if (a->assign.lhs.n) push(out, a);
}

static void leave_by_return(Loop *l, Node *n) {
    NodeList out = {0};
    l->returns = true;
    if (!map_get(&l->h->on_the_way, n)) {
        if (l->h->f->results.n) store_results(l->h, n, &out);
        set_next(l->h, &out, NEXT_RETURN, n->pos);
    }
    end_call(l, &out, false, n->pos);
    replace(n, out);
}

static void note_inside(Node *n, void *ctx) {
    Loop *l = ctx;
    map_put(&l->inside, n, n);
}

/* Statements made here are no part of `inside`, so none is looked at twice. */
static void rewrite_exits(Node *n, void *ctx) {
    Loop *l = ctx;
    if (!map_get(&l->inside, n)) return;
    if (n->kind == N_BRANCH)
        leave_by_branch(l, n);
    else if (n->kind == N_RETURN)
        leave_by_return(l, n);
    else if (n->kind != N_FUNCLIT)
        walk_children(n, rewrite_exits, l);
}

/* --- the body as a function literal --- */

typedef struct Move {
    Func *from, *to;
} Move;

static void move_var(Move *m, Obj *o) {
    if (!o || o->kind != OBJ_VAR || o->func != m->from || o->is_param || o->is_result) return;
    remove_obj(&m->from->locals, o);
    push(&m->to->locals, o);
    o->func = m->to;
}

static void move_literal(Move *m, Func *lit) {
    int n = 0;
    for (int i = 0; i < m->from->lits.n; i++)
        if (m->from->lits.v[i] != lit) m->from->lits.v[n++] = m->from->lits.v[i];
    m->from->lits.n = n;
    lit->outer = m->to;
    push(&m->to->lits, lit);
}

/* What a node declares belongs to the literal now. */
static void move_declared(Node *n, void *ctx) {
    Move *m = ctx;
    ObjList vars = {0};
    declared_vars(n, &vars);
    for (int i = 0; i < vars.n; i++) move_var(m, vars.v[i]);
    if (n->kind == N_FUNCLIT) move_literal(m, n->funclit.func);
}

static void capture(Func *f, Obj *o) {
    if (!o || o->kind != OBJ_VAR || o->is_global || o->is_field || !o->func || o->func == f) return;
    for (int i = 0; i < f->captures.n; i++)
        if (f->captures.v[i] == o) return;
    o->captured = true;
    push(&f->captures, o);
}

static bool is_builtin(const Node *n, Builtin b) {
    return n->kind == N_CALL && n->call.builtin - 1 == (int)b;
}

static Obj *frame_var(Func *home) {
    if (!home->frame_var)
        home->frame_var = new_var(home, "frame", types_basic[T_UINTPTR], home->decl->pos);
    return home->frame_var;
}

static void find_captures(Node *n, void *ctx) {
    Func *f = ctx;
    if (n->kind == N_IDENT) capture(f, n->ident.obj);
    if (n->kind == N_FUNCLIT)
        for (int i = 0; i < n->funclit.func->captures.n; i++)
            capture(f, n->funclit.func->captures.v[i]);
    if (n->kind == N_DEFER) capture(f, frame_var(f->home));
    if (is_builtin(n, B_RECOVER)) f->calls_recover_directly = f->has_recover = true;
}

/* The i-th parameter of the literal: the variable that the clause declares, or a new one. */
static Obj *iteration_param(Loop *l, Func *lit, Node *var, Type *t, int i) {
    bool declared = l->stmt->range.define && !is_blank_node(var);
    Obj *o = declared ? unparen(var)->ident.obj : NULL;
    if (o) {
        remove_obj(&o->func->locals, o);
    } else {
        o = new_(Obj);
        *o = (Obj){.kind = OBJ_VAR,
                   .name = intern(is_blank_node(var) ? "_" : xprintf("value%d", i)),
                   .type = t,
                   .pos = l->stmt->pos,
                   .pkg = lit->pkg};
    }
    o->func = lit;
    o->is_param = true;
    o->index = i;
    return o;
}

/* k = value0; v = value1 at the beginning of the body: one after the other */
static void assign_params(Loop *l, Func *lit, NodeList *out) {
    Node *vars[] = {l->stmt->range.key, l->stmt->range.val};
    for (int i = 0; i < lit->params.n; i++) {
        if (is_blank_node(vars[i]) || l->stmt->range.define) continue;
        Node *value = use_of(lit->params.v[i], l->stmt->pos);
        Type *t = unparen(vars[i])->type;
        if (!identical(t, value->type)) value->conv = t;
        push(out, assign_node(vars[i], value));
    }
}

static Node *state_check(const Loop *l, Op op, int state, Node *report, Pos pos) {
    Node *cond = binary_node(op, use_of(l->state, pos), int_const(state, type_int(), pos),
                             types_basic[T_BOOL]);
    Node *call = new_node(N_CALL, pos), *name = new_node(N_IDENT, pos);
    name->ident.name = intern("panicrange");
    name->mode = MODE_BUILTIN;
    name->type = types_basic[T_INVALID];
    call->mode = MODE_NOVALUE;
    call->type = new_tuple((TypeList){0});
    call->call.fun = name;
    call->call.builtin = B_PANICRANGE + 1;
    call->call.args = list_of(report, NULL);
    return if_stmt(cond, list_of(expr_stmt(call), NULL));
}

static Func *new_literal(Loop *l, Type *sig) {
    Func *outer = l->h->f, *lit = new_(Func);
    *lit = (Func){.sig = sig, .outer = outer, .home = outer, .pkg = outer->pkg};
    lit->has_goto = outer->has_goto;
    lit->targs = outer->targs;
    return lit;
}

static Type *yield_type(const Node *n) {
    Type *f = underlying(unparen(n->range.x)->type);
    return underlying(f->func.params.v[0]->type);
}

static Node *body_literal(Loop *l) {
    Home *h = l->h;
    Node *n = l->stmt, *vars[] = {n->range.key, n->range.val};
    Pos pos = n->pos, end = n->range.body->block.rbrace;
    Type *sig = yield_type(n);
    Func *lit = new_literal(l, sig);
    NodeList stmts = {0};
    push(&stmts, state_check(l, OP_NE, READY, use_of(l->state, pos), pos));
    set_state(l, &stmts, PANIC, pos);
    for (int i = 0; i < sig->func.params.n; i++)
        push(&lit->params, iteration_param(l, lit, vars[i], sig->func.params.v[i]->type, i));
    assign_params(l, lit, &stmts);
    note_inside(n->range.body, l);
    walk_own(n->range.body, note_inside, l);
    rewrite_exits(n->range.body, l);
    Move m = {h->f, lit};
    walk_own(n->range.body, move_declared, &m);
    push(&stmts, n->range.body);
    end_call(l, &stmts, true, end);

    Obj *result = new_(Obj);
    *result = (Obj){.kind = OBJ_VAR,
                    .name = intern(""),
                    .type = types_basic[T_BOOL],
                    .pos = pos,
                    .pkg = lit->pkg,
                    .func = lit,
                    .is_result = true};
    push(&lit->results, result);
    Node *e = new_node(N_FUNCLIT, pos), *typ = new_node(N_FUNCTYPE, pos);
    typ->mode = MODE_TYPE;
    typ->type = sig;
    e->mode = MODE_VALUE;
    e->type = unparen(n->range.x)->type;
    e->type = underlying(e->type)->func.params.v[0]->type;
    e->funclit.typ = typ;
    e->funclit.body = block_of(stmts, pos);
    e->funclit.body->block.rbrace = end;
    e->funclit.func = lit;
    lit->decl = e;
    lit->body = e->funclit.body;
    walk_own(lit->body, find_captures, lit);
    push(&h->f->lits, lit);
    push(&h->pkg->all_funcs, lit);
    return e;
}

/* --- the loop --- */

static void go_on_after(Loop *l, NodeList *out) {
    Home *h = l->h;
    Pos pos = l->stmt->pos;
    Type *t_bool = types_basic[T_BOOL];
    if (l->returns) {
        Node *ret = new_node(N_RETURN, pos);
        map_put(&h->on_the_way, ret, ret);
        for (int i = 0; i < h->temps.n; i++) push(&ret->ret.results, use_of(h->temps.v[i], pos));
        Node *is_return = binary_node(OP_EQ, use_of(next_var(h), pos),
                                      int_const(NEXT_RETURN, type_int(), pos), t_bool);
        push(out, if_stmt(is_return, list_of(ret, NULL)));
    }
    for (int i = 0; i < l->exits.n; i++) {
        Exit *e = &l->exits.v[i];
        Node *is_this = binary_node(OP_EQ, use_of(next_var(h), pos),
                                    int_const(e->code, type_int(), pos), t_bool);
        NodeList then = {0};
        set_next(h, &then, 0, pos);
        push(&then, e->branch);
        push(out, if_stmt(is_this, then));
    }
}

static void lower_loop(Home *h, Node *n) {
    Pos pos = n->pos;
    Loop l = {.h = h, .stmt = n};
    l.state = new_var(h->f, "state", type_int(), pos);
    NodeList stmts = {0};
    push(&stmts, define_var(l.state, int_const(READY, type_int(), pos)));
    Node *body = body_literal(&l), *call = new_node(N_CALL, pos);
    call->mode = MODE_NOVALUE;
    call->type = new_tuple((TypeList){0});
    call->call.fun = n->range.x;
    call->call.args = list_of(body, NULL);
    push(&stmts, expr_stmt(call));
    push(&stmts, state_check(&l, OP_EQ, PANIC, int_const(MISSING_PANIC, type_int(), pos), pos));
    set_state(&l, &stmts, EXHAUSTED, pos);
    go_on_after(&l, &stmts);
    replace(n, stmts);
}

static bool ranges_over_func(const Node *n) {
    if (n->kind != N_RANGE) return false;
    Type *t = unparen(n->range.x)->type;
    return t && underlying(t)->kind == T_FUNC;
}

static void lower_stmt(Node *n, void *ctx) {
    if (n->kind == N_FUNCLIT) return;
    walk_children(n, lower_stmt, ctx);
    if (!ranges_over_func(n)) return;
    Home *h = ctx;
    if (!expand_iterator(h->f, h->pkg, n)) lower_loop(h, n);
    h->changed = true;
}

/* --- names --- */

static int by_position(const void *a, const void *b) {
    const Func *f = *(Func *const *)a, *g = *(Func *const *)b;
    return pos_cmp(f->decl->pos, g->decl->pos);
}

/* The literals in f once more, now that some stand in the bodies of loops: those are f-range1. */
static void rename_literals(Func *f) {
    int nfuncs = 0, nranges = 0;
    if (f->lits.n > 1) qsort(f->lits.v, (size_t)f->lits.n, sizeof *f->lits.v, by_position);
    for (int i = 0; i < f->lits.n; i++) {
        Func *lit = f->lits.v[i];
        const char *name = lit->home ? xprintf("%s-range%d", f->name, ++nranges)
                           : f->obj  ? xprintf("%s.func%d", f->name, ++nfuncs)
                                     : xprintf("%s.%d", f->name, ++nfuncs);
        lit->name = intern(name);
        rename_literals(lit);
    }
}

void lower_rangefuncs(Func *f, Package *p) {
    if (!f->body) return;
    Home h = {.f = f, .pkg = p};
    walk_children(f->body, lower_stmt, &h);
    if (!h.changed) return;
    declare_home_vars(&h);
    rename_literals(f);
}
