/* stmt.c - statements: blocks, declarations, if, for, return, labels and jumps.
 *
 * Loops. A loop whose condition and post statement fit into one line of C becomes a C for; the
 * statements that a condition needs ahead stand in a statement expression. break and continue are
 * C's where C means the same loop, else a goto to a label that is printed only if it is used.
 */
#include "emit/body.h"

void stmts(FuncGen *f, NodeList *list) {
    for (int i = 0; i < list->n; i++) stmt(f, list->v[i]);
}

void block(FuncGen *f, Node *n) {
    stmts(f, &n->block.stmts);
}

static void expr_stmt(FuncGen *f, Node *n) {
    Node *x = unparen(n->unary.x);
    ahead_inside(f, x);
    if (x->kind == N_CALL && x->call.fun->mode != MODE_TYPE) {
        if (!x->call.builtin) {
            call_for_effect(f, x);
            return;
        }
        bool is_call;
        S text = builtin_call(f, x, &is_call);
        if (text && *text) put(f, is_call ? "%s;" : "(void)%s;", text);
        return;
    }
    if (x->kind == N_UNARY && x->op == OP_RECV) {
        put(f, "gm_chan_recv(%s, NULL);", unwrap(expr_value(f, x->unary.x)));
        return;
    }
    put(f, "(void)%s;", expr_value(f, x));
}

static void send_stmt(FuncGen *f, Node *n) {
    Node *ch = n->binary.x;
    Type *elem = underlying(ch->type)->chan.elem;
    ahead(f, ch);
    ahead_inside(f, unparen(n->binary.y));
    S v = temp(f, elem, expr_root(f, n->binary.y, elem));
    put(f, "gm_go_chan_send(%s, &%s);", unwrap(expr_value(f, ch)), v);
    forget(f, v, elem);
}

static void decl_stmt(FuncGen *f, Node *n) {
    for (int i = 0; i < n->declstmt.decls.n; i++) {
        Node *d = n->declstmt.decls.v[i];
        if (d->kind != N_VAR) continue;
        set_pos(f, d->pos);
        ObjList vars = {0};
        for (int k = 0; k < d->var.names.n; k++) {
            Node *name = d->var.names.v[k];
            Obj *o = name->ident.obj;
            if (!o) { /* _ */
                o = new_(Obj);
                o->kind = OBJ_VAR;
                o->name = "_";
                o->type = d->var.typ ? d->var.typ->type : NULL;
            }
            push(&vars, o);
        }
        define_vars(f, &vars, &d->var.values);
    }
}

/* --- if --- */

static void if_stmt(FuncGen *f, Node *n);

/* `else if` without statements ahead of its condition goes on in the same chain. */
static void else_part(FuncGen *f, Node *els) {
    if (els->kind != N_IF || els->if_.init) {
        f->indent--;
        put(f, "} else {");
        f->indent++;
        if (els->kind == N_IF)
            if_stmt(f, els);
        else
            block(f, els);
        return;
    }
    Capture c;
    capture_begin(f, &c);
    S condition = cond(f, els->if_.cond);
    S before = capture_end(f, &c);
    f->indent--;
    set_pos(f, els->pos);
    if (*before == 0) {
        put(f, "} else if (%s) {", condition);
        f->indent++;
        block(f, els->if_.then);
        if (els->if_.els) else_part(f, els->if_.els);
        return;
    }
    put(f, "} else {");
    f->indent++;
    put(f, "%s", before);
    put(f, "if (%s) {", condition);
    f->indent++;
    block(f, els->if_.then);
    if (els->if_.els) else_part(f, els->if_.els);
    close_block(f, "");
}

static void if_stmt(FuncGen *f, Node *n) {
    bool scope = n->if_.init != NULL;
    if (scope) {
        open_block(f, "");
        stmt(f, n->if_.init);
    }
    set_pos(f, n->pos);
    S condition = cond(f, n->if_.cond);
    open_block(f, xprintf("if (%s) ", condition));
    block(f, n->if_.then);
    if (n->if_.els) else_part(f, n->if_.els);
    close_block(f, "");
    if (scope) close_block(f, "");
}

/* --- for --- */

/* The text of a statement that is one C expression or declaration, without its semicolon; NULL if
 * it is more than that. */
static S one_expression(S text) {
    size_t n = strlen(text);
    while (n && text[n - 1] == ' ') n--;
    if (n < 2 || text[n - 1] != ';') return NULL;
    int depth = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (text[i] == '(' || text[i] == '{') depth++;
        if (text[i] == ')' || text[i] == '}') depth--;
        if (text[i] == '"' || text[i] == '\'') return NULL;
        if (depth == 0 && (text[i] == ';' || text[i] == '}')) return NULL;
    }
    if (strncmp(text, "if ", 3) == 0 || strncmp(text, "goto ", 5) == 0) return NULL;
    return xprintf("%.*s", (int)(n - 1), text);
}

static S loop_condition(FuncGen *f, Node *x) {
    Capture c;
    capture_begin(f, &c);
    S text = cond(f, x);
    S before = capture_end(f, &c);
    return *before ? xprintf("({ %s%s; })", before, text) : text;
}

/* The variables of which each iteration needs one of its own: a closure or pointer reaches them. */
static ObjList distinct_vars(Node *n) {
    ObjList vars = {0};
    if (!n->for_.distinct) return vars;
    NodeList *lhs = &n->for_.init->assign.lhs;
    for (int i = 0; i < lhs->n; i++) {
        Obj *o = unparen(lhs->v[i])->ident.obj;
        if (o && o->name[0] && strcmp(o->name, "_") != 0 && reachable(o)) push(&vars, o);
    }
    return vars;
}

/* A C variable hands the value of each such variable on to the next iteration, which begins with the
 * copy, the post statement and the condition. */
static void for_with_copies(FuncGen *f, Node *n, ObjList *vars) {
    open_block(f, "");
    for (int i = 0; i < vars->n; i++) map_put(&f->plain, vars->v[i], f);
    stmt(f, n->for_.init);
    f->plain = (Map){0};
    TextList handed = {0};
    for (int i = 0; i < vars->n; i++) push(&handed, var_text(f, vars->v[i]));
    S later = n->for_.post ? temp_c(f, "bool", "false") : NULL;
    set_pos(f, n->pos);
    open_block(f, "for (;;) ");
    push_jump(f, n, true, true, false);
    LoopBody b;
    loop_begin(f, &b);
    for (int i = 0; i < vars->n; i++) declare_var(f, vars->v[i], handed.v[i]);
    if (later) {
        open_block(f, xprintf("if (%s) ", later));
        stmt(f, n->for_.post);
        close_block(f, "");
        put(f, "%s = true;", later);
    }
    set_pos(f, n->pos);
    if (n->for_.cond) put(f, "if (!(%s)) break;", cond(f, n->for_.cond));
    open_block(f, "");
    block(f, n->for_.body);
    close_block(f, "");
    Jump *j = &f->jumps.v[f->jumps.n - 1];
    if (j->cont_used) put(f, "continue_%d:;", j->id);
    for (int i = 0; i < vars->n; i++) put(f, "%s = %s;", handed.v[i], var_text(f, vars->v[i]));
    loop_end(f, &b);
    close_block(f, "");
    pop_jump(f);
    close_block(f, "");
}

static void for_stmt(FuncGen *f, Node *n) {
    ObjList copied = distinct_vars(n);
    if (copied.n) {
        for_with_copies(f, n, &copied);
        return;
    }
    S init = "", condition = "", post = "", post_text = NULL;
    bool scope = false;
    if (n->for_.init) {
        Capture c;
        capture_begin(f, &c);
        stmt(f, n->for_.init);
        S text = capture_end(f, &c);
        init = one_expression(text);
        if (!init) {
            scope = true;
            open_block(f, "");
            put(f, "%s", text);
            init = "";
        }
    }
    set_pos(f, n->pos);
    if (n->for_.cond) condition = loop_condition(f, n->for_.cond);
    if (n->for_.post) {
        Capture c;
        capture_begin(f, &c);
        stmt(f, n->for_.post);
        post_text = capture_end(f, &c);
        post = one_expression(post_text);
    }
    set_pos(f, n->pos);
    S head = xprintf("for (%s; %s; %s) ", init, condition, post ? post : "");
    open_block(f, strcmp(head, "for (; ; ) ") == 0 ? "for (;;) " : head);
    push_jump(f, n, true, true, post != NULL);
    LoopBody b;
    loop_begin(f, &b);
    block(f, n->for_.body);
    Jump *j = &f->jumps.v[f->jumps.n - 1];
    if (j->cont_used) put(f, "continue_%d:;", j->id);
    if (!post) {
        set_pos(f, n->for_.post->pos);
        put(f, "%s", post_text);
    }
    loop_end(f, &b);
    close_block(f, "");
    pop_jump(f);
    if (scope) close_block(f, "");
}

/* --- jumps --- */

static Jump *find_jump(FuncGen *f, Node *target) {
    for (int i = f->jumps.n - 1; i >= 0; i--)
        if (f->jumps.v[i].target == target) return &f->jumps.v[i];
    ice(target ? target->pos : (Pos){0}, "jump to a statement that is not open");
}

static void break_stmt(FuncGen *f, Node *target) {
    Jump *j = find_jump(f, target);
    Jump *inner = NULL;
    for (int i = f->jumps.n - 1; i >= 0 && !inner; i--)
        if (f->jumps.v[i].c_breaks) inner = &f->jumps.v[i];
    if (inner == j) {
        put(f, "break;");
        return;
    }
    j->brk_used = true;
    put(f, "goto break_%d;", j->id);
}

static void continue_stmt(FuncGen *f, Node *target) {
    Jump *j = find_jump(f, target);
    Jump *inner = NULL;
    for (int i = f->jumps.n - 1; i >= 0 && !inner; i--)
        if (f->jumps.v[i].c_loop) inner = &f->jumps.v[i];
    if (inner == j && j->c_continue) {
        put(f, "continue;");
        return;
    }
    j->cont_used = true;
    put(f, "goto continue_%d;", j->id);
}

static void branch_stmt(FuncGen *f, Node *n) {
    Node *target = n->branch.target;
    if (target && target->kind == N_LABELED && n->branch.br != BR_GOTO)
        target = target->labeled.stmt;
    switch (n->branch.br) {
    case BR_BREAK: break_stmt(f, target); break;
    case BR_CONTINUE: continue_stmt(f, target); break;
    case BR_GOTO: put(f, "goto L_%s;", csafe(n->branch.label->ident.name)); break;
    case BR_FALLTHROUGH: break; /* the switch prints it */
    }
}

static void labeled_stmt(FuncGen *f, Node *n) {
    S name = n->labeled.label->ident.name;
    if (f->fn && f->fn->has_goto && strcmp(name, "_") != 0) put(f, "L_%s:;", csafe(name));
    if (n->labeled.stmt) stmt(f, n->labeled.stmt);
}

/* --- return --- */

/* Whether storing into result i could be seen, or see, anything else. */
static bool plain_result(FuncGen *f, int i) {
    Obj *o = f->fn->results.v[i];
    return !f->fn->has_named_results || !(o->captured || o->addrtaken);
}

static bool may_return_directly(FuncGen *f) {
    if (f->frame) return false;
    for (int i = 0; i < f->fn->results.n; i++)
        if (!plain_result(f, i)) return false;
    return true;
}

static void set_result(FuncGen *f, int i, S value) {
    Obj *o = f->fn->results.v[i];
    store(f, var_text(f, o), !var_on_heap(o), o->type, value);
}

/* Whether what a call returns is what this function returns. One interface looks like another in C. */
static bool same_results(FuncGen *f, Type *t) {
    bool tuple = t->kind == T_TUPLE;
    for (int i = 0; i < f->fn->results.n; i++)
        if (!identical(tuple ? t->tuple.elems.v[i] : t, f->fn->results.v[i]->type)) return false;
    return strcmp(ctype(t), cresult(f->fn->sig)) == 0;
}

/* Whether x is a call whose results, in memory, can be handed on where they are. */
static bool handed_on(FuncGen *f, Node *x) {
    return x->kind == N_CALL && !x->call.builtin && x->call.fun->mode != MODE_TYPE && !x->conv &&
           !early_name(f, x) && !f->fn->inlined && may_return_directly(f) &&
           same_results(f, x->type);
}

/* From an inlined function its caller's frame gets what is in memory here. */
static void return_value(FuncGen *f, int held, S type, S value) {
    if (f->fn->inlined && f->held.n > held) {
        value = temp_c(f, type, value);
        forget_held(f, held);
    }
    put(f, "return %s;", unwrap(value));
}

/* return f() with several results */
static void return_tuple(FuncGen *f, Node *x) {
    ObjList *r = &f->fn->results;
    x = unparen(x);
    ahead_inside(f, x);
    if (handed_on(f, x)) {
        put(f, "return %s;", call_root(f, x));
        return;
    }
    int held = f->held.n;
    S t = call_temp(f, x);
    TextList parts = {0};
    for (int i = 0; i < r->n; i++) {
        Type *from = x->type->tuple.elems.v[i];
        push(&parts, convert(f, xprintf("%s.r%d", t, i), from, r->v[i]->type, x));
    }
    if (may_return_directly(f)) {
        Buf b = {0};
        for (int i = 0; i < r->n; i++) buf_printf(&b, "%s%s", i ? ", " : "", parts.v[i]);
        return_value(f, held, cresult(f->fn->sig),
                     xprintf("(%s){%s}", cresult(f->fn->sig), buf_str(&b)));
        return;
    }
    for (int i = 0; i < r->n; i++) set_result(f, i, parts.v[i]);
    forget_held(f, held);
    return_end(f);
}

static void return_values(FuncGen *f, NodeList *xs) {
    ObjList *r = &f->fn->results;
    if (r->n == 1) {
        ahead_inside(f, unparen(xs->v[0]));
        if (handed_on(f, unparen(xs->v[0]))) {
            put(f, "return %s;", call_root(f, unparen(xs->v[0])));
            return;
        }
        int held = f->held.n;
        S text = expr_root(f, xs->v[0], r->v[0]->type);
        if (may_return_directly(f)) {
            return_value(f, held, ctype(r->v[0]->type), text);
            return;
        }
        set_result(f, 0, text);
        return_end(f);
        return;
    }
    TextList parts = {0};
    bool direct = may_return_directly(f);
    ahead_list(f, xs);
    for (int i = 0; i < r->n; i++) push(&parts, expr_as(f, xs->v[i], r->v[i]->type));
    if (direct) {
        Buf b = {0};
        for (int i = 0; i < r->n; i++) buf_printf(&b, "%s%s", i ? ", " : "", parts.v[i]);
        put(f, "return (%s){%s};", cresult(f->fn->sig), buf_str(&b));
        return;
    }
    for (int i = 0; i < r->n; i++)
        if (!xs->v[i]->cval) parts.v[i] = temp(f, r->v[i]->type, parts.v[i]);
    for (int i = 0; i < r->n; i++) set_result(f, i, parts.v[i]);
    return_end(f);
}

static void return_stmt(FuncGen *f, Node *n) {
    NodeList *xs = &n->ret.results;
    if (xs->n == 0)
        return_end(f);
    else if (xs->n == 1 && f->fn->results.n > 1)
        return_tuple(f, xs->v[0]);
    else
        return_values(f, xs);
}

/* One that control leaves at its end only. */
static bool is_simple_stmt(const Node *n) {
    switch (n->kind) {
    case N_EXPRSTMT:
    case N_SEND:
    case N_INCDEC:
    case N_ASSIGN:
    case N_GO:
    case N_DEFER:
    case N_DECLSTMT: return true;
    default: return false;
    }
}

void stmt(FuncGen *f, Node *n) {
    int held = f->held.n;
    set_pos(f, n->pos);
    switch (n->kind) {
    case N_EMPTY:
        if (n->empty.cover) count_stmt(f, n);
        break;
    case N_BLOCK:
        open_block(f, "");
        block(f, n);
        close_block(f, "");
        break;
    case N_EXPRSTMT: expr_stmt(f, n); break;
    case N_SEND: send_stmt(f, n); break;
    case N_INCDEC: incdec_stmt(f, n); break;
    case N_ASSIGN: assign_stmt(f, n); break;
    case N_GO: go_stmt(f, n); break;
    case N_DEFER: defer_stmt(f, n); break;
    case N_RETURN: return_stmt(f, n); break;
    case N_BRANCH: branch_stmt(f, n); break;
    case N_IF: if_stmt(f, n); break;
    case N_SWITCH: switch_stmt(f, n); break;
    case N_TYPESWITCH: typeswitch_stmt(f, n); break;
    case N_SELECT: select_stmt(f, n); break;
    case N_FOR: for_stmt(f, n); break;
    case N_RANGE: range_stmt(f, n); break;
    case N_LABELED: labeled_stmt(f, n); break;
    case N_DECLSTMT: decl_stmt(f, n); break;
    default: ice(n->pos, "statement of kind %d", n->kind);
    }
    if (is_simple_stmt(n)) forget_held(f, held);
    f->held.n = held;
}
