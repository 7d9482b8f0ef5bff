/* stmt.c - the check of function bodies, statement by statement.
 *
 * Every statement ends with process_delayed(): bodies of the function literals in it are checked
 * before the next statement can add names to the scope they were written in. Branches and labels
 * are the parser's (syntax/branches.c).
 */
#include "check/generic.h"

static void check_stmt(Checker *c, Node *s);

/* --- variables of the body --- */

/* Notes that a literal reaches out to a variable of a function around it: every literal in between
 * has to hand it on. */
void use_var(Checker *c, Obj *v) {
    if (v->kind != OBJ_VAR || v->is_global || !v->func || v->func == c->env.func) return;
    v->captured = true;
    for (Func *f = c->env.func; f && f != v->func; f = f->outer) {
        int i = 0;
        while (i < f->captures.n && f->captures.v[i] != v) i++;
        if (i < f->captures.n) return; /* and so have those around f */
        push(&f->captures, v);
    }
}

static void report_unused(Checker *c, Func *f) {
    for (int i = 0; i < f->locals.n; i++) {
        Obj *v = f->locals.v[i];
        if (v->used || !v->parent || strcmp(v->name, "_") == 0) continue;
        err_at(c, v->pos, "declared and not used: %s", v->name);
    }
}

/* --- lists --- */

static void check_stmts(Checker *c, NodeList list) {
    for (int i = 0; i < list.n; i++) check_stmt(c, list.v[i]);
}

void check_func_body(Checker *c, Func *f) {
    if (!f->body) return;
    Env saved = c->env;
    c->env.scope = f->scope;
    c->env.func = f;
    c->env.sig = f->sig;
    c->env.has_label = false;
    c->env.has_call_or_recv = false;
    f->body->block.scope = f->scope;
    check_stmts(c, f->body->block.stmts);
    if (f->sig->func.results.n > 0 && !is_terminating(f->body, ""))
        err_at(c, f->body->block.rbrace, "missing return");
    report_unused(c, f);
    c->env = saved;
}

/* --- simple statements --- */

static void check_expr_stmt(Checker *c, Node *s) {
    Operand x = {0};
    ExprKind kind = raw_expr(c, &x, s->unary.x, NULL);
    const char *msg = "is not used";
    if (x.mode == MODE_BUILTIN)
        msg = "must be called";
    else if (x.mode == MODE_TYPE)
        msg = "is not an expression";
    else if (kind == EXPR_STATEMENT)
        return;
    err_operand(c, &x, "%s %s", operand_str(c, &x), msg);
}

static void check_send(Checker *c, Node *s) {
    Operand ch = {0}, val = {0};
    check_expr(c, &ch, s->binary.x, NULL);
    check_generic_expr(c, &val, s->binary.y, NULL);
    if (ch.mode == MODE_INVALID || val.mode == MODE_INVALID) return;
    Type *elem = channel_elem(c, &ch, start_pos(s), false);
    if (elem) assignment(c, &val, elem, "send");
}

static void check_inc_dec(Checker *c, Node *s) {
    Node *lhs = s->unary.x;
    Operand x = {0};
    check_expr(c, &x, lhs, NULL);
    if (x.mode == MODE_INVALID) return;
    if (!all_numeric(x.type)) {
        const char *op = op_str(s->op);
        err_node(c, lhs, "invalid operation: %s%s%s (non-numeric type %s)", expr_str(lhs), op, op,
                 tstr(c, x.type));
        return;
    }
    assign_var(c, lhs, &x, "assignment");
}

static void check_assign(Checker *c, Node *s) {
    NodeList lhs = s->assign.lhs, rhs = s->assign.rhs;
    if (s->assign.define) {
        short_var_decl(c, s->pos, lhs, rhs);
        return;
    }
    if (s->op == OP_NONE) {
        assign_vars(c, lhs, rhs);
        return;
    }
    if (lhs.n != 1 || rhs.n != 1) {
        if (lhs.n > 0)
            err_node(c, lhs.v[0], "assignment operation %s requires single-valued expressions",
                     op_str(s->op));
        return;
    }
    Operand x = {0};
    check_binary(c, &x, NULL, lhs.v[0], rhs.v[0], s->op);
    assign_var(c, lhs.v[0], &x, "assignment");
}

/* go and defer. */
static void check_suspended_call(Checker *c, Node *s) {
    const char *keyword = s->kind == N_GO ? "go" : "defer";
    Node *call = s->unary.x;
    if (s->kind == N_DEFER && c->env.func) c->env.func->has_defer = true;
    if (!call) return;
    if (call->kind != N_CALL) {
        err_node(c, call, "expression in %s must be function call", keyword);
        use_expr(c, call);
        return;
    }
    Operand x = {0};
    switch (raw_expr(c, &x, call, NULL)) {
    case EXPR_CONVERSION:
        err_operand(c, &x, "%s requires function call, not conversion %s", keyword,
                    operand_str(c, &x));
        break;
    case EXPR_VALUE:
        err_operand(c, &x, "%s discards result of %s", keyword, operand_str(c, &x));
        break;
    default: break;
    }
}

static void check_return(Checker *c, Node *s) {
    if (!c->env.func) return;
    ObjList res = c->env.sig->func.results;
    if (s->ret.results.n > 0 || res.n == 0 || !*res.v[0]->name) {
        if (s->ret.results.n > 0 || res.n > 0) init_vars(c, res, s->ret.results, s);
        return;
    }
    ObjList vars = c->env.func->results.n == res.n ? c->env.func->results : res;
    for (int i = 0; i < vars.n; i++) {
        Obj *o = vars.v[i];
        if (strcmp(o->name, "_") == 0) continue;
        Obj *alt = scope_lookup_parent(c->env.scope, o->name, NULL);
        if (!alt || alt == o) continue;
        err_node(c, s, "result parameter %s not in scope at return\n\t%s: inner declaration of %s",
                 o->name, pos_str(alt->pos), obj_str(c, alt));
    }
}

/* --- control --- */

static void check_condition(Checker *c, Node *cond, const char *where) {
    Operand x = {0};
    check_expr(c, &x, cond, NULL);
    if (x.mode == MODE_INVALID) return;
    if (!all_boolean(x.type))
        err_node(c, cond, "non-boolean condition in %s statement", where);
    else
        update_type(c, cond, default_type(x.type), true);
}

static void check_opt(Checker *c, Node *s) {
    if (s) check_stmt(c, s);
}

static void check_block(Checker *c, Node *s) {
    s->block.scope = open_scope(c);
    check_stmts(c, s->block.stmts);
    close_scope(c);
}

static void check_if(Checker *c, Node *s) {
    s->if_.scope = open_scope(c);
    check_opt(c, s->if_.init);
    if (s->if_.cond) check_condition(c, s->if_.cond, "if");
    check_opt(c, s->if_.then);
    check_opt(c, s->if_.els);
    close_scope(c);
}

static void check_for(Checker *c, Node *s) {
    s->for_.scope = open_scope(c);
    s->for_.distinct = allow_version(c, 22) && s->for_.init && s->for_.init->kind == N_ASSIGN &&
                       s->for_.init->assign.define;
    check_opt(c, s->for_.init);
    if (s->for_.cond) check_condition(c, s->for_.cond, "for");
    Node *post = s->for_.post;
    if (post && post->kind == N_ASSIGN && post->assign.define) /* the parser has reported it */
        use_exprs(c, post->assign.rhs);
    else
        check_opt(c, post);
    check_opt(c, s->for_.body);
    close_scope(c);
}

static void check_defaults(Checker *c, NodeList cases) {
    Node *first = NULL;
    for (int i = 0; i < cases.n; i++) {
        Node *k = cases.v[i];
        if (k->kind == N_COMM ? k->comm.comm != NULL : !k->case_.is_default) continue;
        if (first)
            err_node(c, k, "multiple defaults (first at %s)", pos_str(first->pos));
        else
            first = k;
    }
}

/* --- switch --- */

typedef struct SeenCase {
    Pos pos;
    Type *type;
} SeenCase;

typedef VEC(SeenCase) SeenCases;

/* Only numbers that are not complex, and strings, are looked at. */
static bool duplicates_matter(const Const *v) {
    ConstKind k = v ? const_kind(v) : CONST_UNKNOWN;
    return k == CONST_INT || k == CONST_FLOAT || k == CONST_STRING;
}

static void check_duplicate_case(Checker *c, Operand *v, Map *seen) {
    if (!duplicates_matter(v->cval)) return;
    const char *key = const_key(v->cval);
    SeenCases *l = map_get(seen, key);
    if (!l) {
        l = new_(SeenCases);
        map_put(seen, key, l);
    }
    for (int i = 0; i < l->n; i++) {
        if (!identical(l->v[i].type, v->type)) continue;
        err_operand(c, v, "duplicate case %s in expression switch\n\t%s: previous case",
                    operand_str(c, v), pos_str(l->v[i].pos));
        return;
    }
    SeenCase one = {v->expr->pos, v->type};
    push(l, one);
}

static void check_case_values(Checker *c, Operand *tag, NodeList values, Map *seen) {
    for (int i = 0; i < values.n; i++) {
        Operand v = {0};
        check_expr(c, &v, values.v[i], NULL);
        if (tag->mode == MODE_INVALID || v.mode == MODE_INVALID) continue;
        convert_untyped(c, &v, tag->type);
        if (v.mode == MODE_INVALID) continue;
        Operand res = v, y = *tag;
        comparison(c, &res, &y, OP_EQ, true);
        if (res.mode != MODE_INVALID && v.mode == MODE_CONST) check_duplicate_case(c, &v, seen);
    }
}

/* The tag of a switch without one: the constant true, where the first case stands. */
static void implicit_tag(Operand *x, Node *s) {
    Node *t = new_(Node);
    t->kind = N_IDENT;
    t->pos = s->switch_.cases.n > 0 ? s->switch_.cases.v[0]->pos : s->switch_.rbrace;
    t->ident.name = intern("true");
    t->mode = MODE_CONST;
    t->type = types_basic[T_BOOL];
    t->cval = const_bool(true);
    *x = (Operand){.mode = MODE_CONST, .expr = t, .type = t->type, .cval = t->cval};
}

static void check_tag(Checker *c, Operand *x, Node *s) {
    if (!s->switch_.tag) {
        implicit_tag(x, s);
        return;
    }
    check_expr(c, x, s->switch_.tag, NULL);
    assignment(c, x, NULL, "switch expression");
    if (x->mode == MODE_INVALID || comparable(x->type) || has_nil(x->type)) return;
    err_operand(c, x, "cannot switch on %s (%s is not comparable)", operand_str(c, x),
                tstr(c, x->type));
    x->mode = MODE_INVALID;
}

static void check_switch(Checker *c, Node *s) {
    s->switch_.scope = open_scope(c);
    check_opt(c, s->switch_.init);
    Operand tag = {0};
    check_tag(c, &tag, s);
    check_defaults(c, s->switch_.cases);
    Map seen = {0};
    for (int i = 0; i < s->switch_.cases.n; i++) {
        Node *k = s->switch_.cases.v[i];
        check_case_values(c, &tag, k->case_.exprs, &seen);
        k->case_.scope = open_scope(c);
        check_stmts(c, k->case_.body);
        close_scope(c);
    }
    close_scope(c);
}

/* --- type switch --- */

typedef struct SeenType {
    Type *type; /* NULL: nil */
    Node *expr;
} SeenType;

typedef VEC(SeenType) SeenTypes;

static bool is_nil_ident(Checker *c, Node *e) {
    Node *id = unparen(e);
    if (id->kind != N_IDENT) return false;
    Obj *o = scope_lookup_parent(c->env.scope, id->ident.name, NULL);
    return o && o->kind == OBJ_NIL;
}

static bool seen_type(Checker *c, SeenTypes *seen, Type *t, Node *e) {
    for (int i = 0; i < seen->n; i++) {
        Type *o = seen->v[i].type;
        if (t && o ? !identical(t, o) : t != o) continue;
        err_node(c, e, "duplicate case %s in type switch\n\t%s: previous case",
                 t ? tstr(c, t) : "nil", pos_str(start_pos(seen->v[i].expr)));
        return true;
    }
    SeenType one = {t, e};
    push(seen, one);
    return false;
}

static void check_possible(Checker *c, Operand *x, Type *t, Node *e) {
    char *cause;
    if (assertable_to(c, x->type, t, &cause)) return;
    err_node(c, e, "impossible type switch case: %s\n\t%s cannot have dynamic type %s %s",
             expr_str(e), operand_str(c, x), tstr(c, t), cause);
}

/* Checks the types of one clause. The last of them, NULL for nil. x: NULL if it is no interface. */
static Type *check_case_types(Checker *c, Operand *x, NodeList types, SeenTypes *seen) {
    Type *t = NULL;
    for (int i = 0; i < types.n; i++) {
        Node *e = types.v[i];
        if (is_nil_ident(c, e)) {
            Operand nil = {0};
            check_expr(c, &nil, e, NULL);
            t = NULL;
        } else {
            t = check_var_type(c, e);
            if (!valid(t)) continue;
        }
        if (!seen_type(c, seen, t, e) && x && t) check_possible(c, x, t, e);
    }
    return t;
}

static void check_type_clause(Checker *c, Node *k, Node *bind, Operand *x, Operand *sx,
                              SeenTypes *seen, ObjList *vars) {
    Type *t = check_case_types(c, sx, k->case_.exprs, seen);
    k->case_.scope = open_scope(c);
    if (bind) {
        if (k->case_.exprs.n != 1 || !t) t = x->type;
        Obj *o = new_local_var(c, bind->pos, bind->ident.name, t);
        declare(c, c->env.scope, NULL, o);
        k->case_.obj = o;
        push(vars, o);
    }
    check_stmts(c, k->case_.body);
    close_scope(c);
}

static void check_type_switch(Checker *c, Node *s) {
    s->typeswitch.scope = open_scope(c);
    check_opt(c, s->typeswitch.init);
    Node *bind = s->typeswitch.bind;
    if (bind && strcmp(bind->ident.name, "_") == 0) {
        err_node(c, bind, "no new variable on left side of :=");
        bind = NULL;
    }
    Operand x = {0}, *sx = NULL;
    check_expr(c, &x, s->typeswitch.x, NULL);
    if (x.mode == MODE_INVALID)
        x.type = types_basic[T_INVALID];
    else if (is_tparam(x.type))
        err_operand(c, &x, "cannot use type switch on type parameter value %s", operand_str(c, &x));
    else if (is_interface(x.type))
        sx = &x;
    else
        err_operand(c, &x, "%s is not an interface", operand_str(c, &x));
    check_defaults(c, s->typeswitch.cases);
    SeenTypes seen = {0};
    ObjList vars = {0};
    for (int i = 0; i < s->typeswitch.cases.n; i++)
        check_type_clause(c, s->typeswitch.cases.v[i], bind, &x, sx, &seen, &vars);
    /* The variables of all clauses count as one. */
    bool used = false;
    for (int i = 0; i < vars.n; i++) {
        used |= vars.v[i]->used;
        vars.v[i]->used = true;
    }
    if (bind && !used) err_node(c, bind, "%s declared and not used", bind->ident.name);
    close_scope(c);
}

/* --- select --- */

static bool is_receive(Node *e) {
    e = unparen(e);
    return e->kind == N_UNARY && e->op == OP_RECV;
}

static bool valid_comm(Node *s) {
    if (!s || s->kind == N_SEND) return true;
    if (s->kind == N_EXPRSTMT) return is_receive(s->unary.x);
    return s->kind == N_ASSIGN && s->assign.rhs.n == 1 && is_receive(s->assign.rhs.v[0]);
}

static void check_select(Checker *c, Node *s) {
    check_defaults(c, s->select.cases);
    for (int i = 0; i < s->select.cases.n; i++) {
        Node *k = s->select.cases.v[i], *comm = k->comm.comm;
        if (!valid_comm(comm)) {
            Node *at =
                comm->kind == N_ASSIGN && comm->assign.lhs.n > 0 ? comm->assign.lhs.v[0] : comm;
            err_node(c, at, "select case must be send or receive (possibly with assignment)");
            continue;
        }
        k->comm.scope = open_scope(c);
        check_opt(c, comm);
        check_stmts(c, k->comm.body);
        close_scope(c);
    }
}

/* --- range --- */

/* What ranging over a value gives: types of key and value, NULL where there is none. */
typedef struct Ranged {
    Type *key, *val;
    bool ok;
    const char *cause; /* why not, or NULL */
} Ranged;

static const char *yield_fault(Checker *c, Type *yield, const char *why) {
    if (!yield) return xprintf("in yield type, %s", why);
    if (yield->kind != T_FUNC) return "argument is not func";
    if (yield->func.params.n > 2) return "yield func has too many parameters";
    const ObjList *r = &yield->func.results;
    if (r->n != 1 || !identical(r->v[0]->type, types_basic[T_BOOL]))
        return r->n == 1 && is_boolean(r->v[0]->type)
                   ? "yield func returns user-defined boolean, not bool"
                   : "yield func does not return bool";
    (void)c;
    return NULL;
}

static Ranged range_func(Checker *c, Type *sig) {
    ObjList *ps = &sig->func.params;
    const char *cause = NULL;
    char *why = NULL;
    Type *yield = ps->n == 1 ? common_under(ps->v[0]->type, NULL, NULL, &why) : NULL;
    if (ps->n != 1)
        cause = "wrong argument count";
    else if (sig->func.results.n)
        cause = "unexpected results";
    else
        cause = yield_fault(c, yield, why);
    if (cause)
        return (Ranged){.cause = xprintf("func must be func(yield func(...) bool): %s", cause)};
    if (yield->func.variadic)
        return (Ranged){.cause =
                            xprintf("yield func of type %s cannot be variadic", tstr(c, yield))};
    ObjList *vars = &yield->func.params;
    return (Ranged){vars->n > 0 ? vars->v[0]->type : NULL, vars->n > 1 ? vars->v[1]->type : NULL,
                    true, NULL};
}

static char *not_rangeable(void *arg, Type *t, Type *u) {
    if (!u) return "no specific type";
    if (u->kind == T_CHAN && u->chan.dir == CHAN_SEND)
        return xprintf("receive from send-only channel %s", tstr(arg, t));
    return NULL;
}

static Ranged range_types(Checker *c, Type *x) {
    char *why;
    Type *u = common_under(x, not_rangeable, c, &why), *index = types_basic[T_INT];
    if (!u) return (Ranged){.cause = why};
    Type *t = array_ptr_deref(u);
    if (is_string(t)) return (Ranged){index, type_rune, true, NULL};
    if (is_integer(t) && !allow_version(c, 22))
        return (Ranged){.cause = "requires go1.22 or later"};
    if (is_integer(t)) return (Ranged){x, NULL, true, NULL};
    switch (t->kind) {
    case T_ARRAY: return (Ranged){index, t->array.elem, true, NULL};
    case T_SLICE: return (Ranged){index, t->slice.elem, true, NULL};
    case T_MAP: return (Ranged){t->map.key, t->map.elem, true, NULL};
    case T_FUNC:
        if (!allow_version(c, 23)) return (Ranged){.cause = "requires go1.23 or later"};
        return range_func(c, t);
    case T_CHAN: return (Ranged){t->chan.elem, NULL, true, NULL};
    default: return (Ranged){0};
    }
}

static Ranged check_range_operand(Checker *c, Node *s, Operand *x) {
    Ranged r = {0};
    check_expr(c, x, s->range.x, NULL);
    if (x->mode == MODE_INVALID) return r;
    if (is_untyped(x->type) && is_string(x->type))
        update_type(c, s->range.x, types_basic[T_STRING], true);
    r = range_types(c, x->type);
    char *what = operand_str(c, x);
    if (!r.ok && !valid(underlying(x->type)))
        ;
    else if (!r.ok && r.cause)
        err_operand(c, x, "cannot range over %s: %s", what, r.cause);
    else if (!r.ok)
        err_operand(c, x, "cannot range over %s", what);
    else if (!r.key && s->range.key)
        err_node(c, s->range.key, "range over %s permits no iteration variables", what);
    else if (!r.val && s->range.val)
        err_node(c, s->range.val, "range over %s permits only one iteration variable", what);
    else if (s->range.extra)
        err_node(c, s->range.extra, "range clause permits at most two iteration variables");
    return r;
}

/* What a range clause assigns has no node of its own. */
static Operand iteration_value(Node *lhs, Type *t) {
    return (Operand){.mode = MODE_VALUE, .expr = lhs, .type = t, .borrowed = true};
}

/* x: what the variable gets; NULL: nothing. */
static void define_range_var(Checker *c, const Node *s, Node *lhs, Operand *x, bool number,
                             ObjList *vars) {
    Obj *o;
    if (lhs->kind == N_IDENT) {
        o = new_local_var(c, lhs->pos, lhs->ident.name, NULL);
        o->reassigned = !s->range.distinct; /* by every iteration */
        lhs->ident.obj = o;
        if (strcmp(o->name, "_") != 0) push(vars, o);
    } else {
        err_node(c, lhs, "invalid syntax tree: cannot declare %s", expr_str(lhs));
        o = new_obj(c, OBJ_VAR, lhs->pos, intern("_"), NULL);
    }
    if (x) {
        init_var(c, o, x, number ? "range clause" : "assignment");
    } else {
        o->type = types_basic[T_INVALID];
        o->used = true;
    }
    if (lhs->kind != N_IDENT) return;
    lhs->mode = MODE_VAR;
    lhs->type = o->type;
}

/* An integer has a type of its own only where no variable gives it one. */
static void assign_range_number(Checker *c, Node *lhs, Operand *x) {
    if (!lhs) {
        assignment(c, x, NULL, "range clause");
        return;
    }
    assign_var(c, lhs, x, "range clause");
    if (x->mode != MODE_INVALID && !is_integer(x->type))
        err_node(c, lhs, "cannot use iteration variable of type %s", tstr(c, x->type));
}

static void check_range(Checker *c, Node *s) {
    Operand x = {0};
    Ranged r = check_range_operand(c, s, &x);
    bool number = r.ok && is_integer(x.type);
    s->range.distinct = s->range.define && allow_version(c, 22);
    Node *lhs[2] = {s->range.key, s->range.val};
    Type *types[2] = {r.key, r.val};
    s->range.scope = open_scope(c);
    ObjList vars = {0};
    for (int i = 0; i < 2; i++) {
        if (!lhs[i]) continue;
        Operand y = iteration_value(lhs[i], types[i]), *from = number ? &x : &y;
        if (s->range.define)
            define_range_var(c, s, lhs[i], types[i] ? from : NULL, number, &vars);
        else if (types[i] && number)
            assign_range_number(c, lhs[i], from);
        else if (types[i])
            assign_var(c, lhs[i], from, "assignment");
    }
    if (number && !lhs[0]) assign_range_number(c, NULL, &x);
    if (s->range.define && vars.n == 0) err_node(c, s, "no new variables on left side of :=");
    for (int i = 0; i < vars.n; i++) declare(c, c->env.scope, NULL, vars.v[i]);
    check_opt(c, s->range.body);
    close_scope(c);
}

/* --- dispatch --- */

static void stmt_by_kind(Checker *c, Node *s) {
    switch (s->kind) {
    case N_DECLSTMT: check_decl_stmt(c, s); break;
    case N_LABELED: check_opt(c, s->labeled.stmt); break;
    case N_EXPRSTMT: check_expr_stmt(c, s); break;
    case N_SEND: check_send(c, s); break;
    case N_INCDEC: check_inc_dec(c, s); break;
    case N_ASSIGN: check_assign(c, s); break;
    case N_GO:
    case N_DEFER: check_suspended_call(c, s); break;
    case N_RETURN: check_return(c, s); break;
    case N_BLOCK: check_block(c, s); break;
    case N_IF: check_if(c, s); break;
    case N_SWITCH: check_switch(c, s); break;
    case N_TYPESWITCH: check_type_switch(c, s); break;
    case N_SELECT: check_select(c, s); break;
    case N_FOR: check_for(c, s); break;
    case N_RANGE: check_range(c, s); break;
    case N_BRANCH:
        if (s->branch.br == BR_GOTO) c->env.func->has_goto = true;
        break;
    default: break; /* N_EMPTY; what the parser has refused */
    }
}

static void check_stmt(Checker *c, Node *s) {
    int top = c->delayed.n;
    stmt_by_kind(c, s);
    process_delayed(c, top);
}
