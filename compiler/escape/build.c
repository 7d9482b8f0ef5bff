/* build.c - statements, and the start of a function's walk. */
#include "escape/build.h"

/* --- loops made with goto: a label that a later goto names heads one --- */

typedef struct Labels {
    Map seen, *looping;
} Labels;

static void find_loops(Node *n, void *ctx) {
    Labels *l = ctx;
    if (n->kind == N_FUNCLIT) return;
    if (n->kind == N_LABELED) map_put(&l->seen, n->labeled.label->ident.name, n);
    if (n->kind == N_BRANCH && n->branch.br == BR_GOTO && n->branch.label) {
        const char *name = n->branch.label->ident.name;
        if (map_get(&l->seen, name)) map_put(l->looping, name, n);
    }
    walk_children(n, find_loops, ctx);
}

/* --- declarations and assignments --- */

static void declare(Build *e, Obj *o) {
    if (!o || o->kind != OBJ_VAR || strcmp(o->name, "_") == 0) return;
    Loc *l = esc_var_loc(e, o);
    l->loop_depth = e->loop_depth;
    l->at = e->at;
}

/* Those of the names that are declared here; values, where there is one for each, are remembered.
 */
static void declare_defined(Build *e, NodeList names, const NodeList *values) {
    for (int i = 0; i < names.n; i++) {
        Node *n = unparen(names.v[i]);
        if (n->kind != N_IDENT || !n->ident.obj || pos_cmp(n->ident.obj->pos, n->pos) != 0)
            continue;
        declare(e, n->ident.obj);
        if (values && values->n == names.n) map_put(&e->b->initial, n->ident.obj, values->v[i]);
    }
}

/* The variable that n dereferences: of *p and p.f, p; NULL for anything else. */
static Obj *dereferenced(Node *n) {
    n = unparen(n);
    Node *x = NULL;
    if (n->kind == N_STAR)
        x = n->unary.x;
    else if (n->kind == N_SELECTOR && n->selector.sel && n->selector.sel->kind == SEL_FIELD &&
             n->selector.sel->npath == 1 && is_pointer(n->selector.sel->recv))
        x = n->selector.x;
    x = x ? unparen(x) : NULL;
    return x && x->kind == N_IDENT ? x->ident.obj : NULL;
}

/* Two expressions without effects that always denote the same place. */
static bool same_safe(Node *a, Node *b) {
    a = unparen(a), b = unparen(b);
    if (a->cval || b->cval) {
        if (!a->cval || !b->cval) return false;
        int64_t x, y;
        return const_to_i64(a->cval, &x) && const_to_i64(b->cval, &y) && x == y;
    }
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case N_IDENT: return a->ident.obj && a->ident.obj == b->ident.obj;
    case N_SELECTOR:
        return a->selector.sel && b->selector.sel && a->selector.sel->kind == SEL_FIELD &&
               a->selector.name->ident.name == b->selector.name->ident.name &&
               same_safe(a->selector.x, b->selector.x);
    case N_STAR: return same_safe(a->unary.x, b->unary.x);
    case N_INDEX:
        return a->index.index.n == 1 && b->index.index.n == 1 &&
               same_safe(a->index.x, b->index.x) &&
               same_safe(a->index.index.v[0], b->index.index.v[0]);
    default: return false;
    }
}

static bool no_effect(Node *n) {
    n = unparen(n);
    if (n->cval) return true;
    switch (n->kind) {
    case N_IDENT: return true;
    case N_BINARY: return no_effect(n->binary.x) && no_effect(n->binary.y);
    case N_UNARY: return n->op != OP_RECV && n->op != OP_AND && no_effect(n->unary.x);
    case N_STAR: return no_effect(n->unary.x);
    case N_SELECTOR:
        return n->selector.sel && n->selector.sel->kind == SEL_FIELD && no_effect(n->selector.x);
    case N_INDEX:
        return n->index.index.n == 1 && no_effect(n->index.x) && no_effect(n->index.index.v[0]);
    default: return false;
    }
}

/* b.buf = b.buf[n:m] stores no pointer into b that was not there. */
static bool reslices_itself(Node *dst, Node *src) {
    if (src->kind != N_SLICE || underlying(src->slice.x->type)->kind == T_ARRAY) return false;
    Obj *d = dereferenced(dst);
    return d && d->kind == OBJ_VAR && dereferenced(src->slice.x) == d;
}

/* v.x = v.y, v.x[i] = v.y[j] and the like: the object's lifetime is unchanged. */
static bool is_self_assign(Node *dst, Node *src) {
    dst = unparen(dst), src = unparen(src);
    if (src->cval || src->conv) return false;
    if (reslices_itself(dst, src)) return true;
    if (dst->kind != src->kind) return false;
    if (dst->kind == N_SELECTOR) {
        Selection *a = dst->selector.sel, *b = src->selector.sel;
        return a && b && a->kind == SEL_FIELD && b->kind == SEL_FIELD &&
               same_safe(dst->selector.x, src->selector.x);
    }
    if (dst->kind != N_INDEX || underlying(dst->index.x->type)->kind == T_MAP) return false;
    return dst->index.index.n == 1 && src->index.index.n == 1 && no_effect(dst->index.index.v[0]) &&
           no_effect(src->index.index.v[0]) && same_safe(dst->index.x, src->index.x);
}

static Hole *targets(Build *e, NodeList dsts) {
    Hole *ks = alloc(sizeof *ks * (size_t)(dsts.n + 1));
    for (int i = 0; i < dsts.n; i++) ks[i] = esc_target(e, dsts.v[i]);
    return ks;
}

/* Values to holes, one each, or one call (or comma-ok form) for all. */
static void assign(Build *e, Hole *ks, int n, NodeList srcs, NodeList *dsts, const char *why,
                   Node *where) {
    if (srcs.n == 1 && n > 1) {
        Node *x = unparen(srcs.v[0]);
        if (x->kind == N_CALL && !x->call.builtin && x->type && x->type->kind == T_TUPLE)
            esc_call(e, ks, n, x);
        else
            esc_value(e, esc_note(e->b, ks[0], where, why), x);
        return;
    }
    for (int i = 0; i < n && i < srcs.n; i++) {
        Hole k = ks[i];
        if (dsts && esc_is_header_data(dsts->v[i]) &&
            is_pointer(unparen(dsts->v[i])->selector.sel->recv)) {
            esc_unsafe_value(e, esc_note(e->b, esc_heap_hole(e->b), where, why), srcs.v[i]);
            continue;
        }
        if (dsts && is_self_assign(dsts->v[i], srcs.v[i])) {
            if (e->b->opt->m)
                notef(pos_known(e->at) ? e->at : where->pos,
                      "%s ignoring self-assignment in %s = %s", e->f->name,
                      esc_ir_str(dsts->v[i], e->b->pkg), esc_ir_str(srcs.v[i], e->b->pkg));
            k = esc_blank_hole(e->b);
        }
        esc_value(e, esc_note(e->b, k, where, why), srcs.v[i]);
    }
}

static void assign_stmt(Build *e, Node *n) {
    if (n->assign.define) declare_defined(e, n->assign.lhs, &n->assign.rhs);
    const char *why = n->assign.lhs.n > 1 ? "assign-pair" : "assign";
    if (n->op != OP_NONE) { /* x op= y: what the operation makes is new and on the heap; only y's
                               parts are looked at */
        esc_target(e, n->assign.lhs.v[0]);
        esc_discard(e, n->assign.rhs.v[0]);
        return;
    }
    assign(e, targets(e, n->assign.lhs), n->assign.lhs.n, n->assign.rhs, &n->assign.lhs, why, n);
}

static void var_decl(Build *e, Node *n) {
    declare_defined(e, n->var.names, &n->var.values);
    if (n->var.values.n)
        assign(e, targets(e, n->var.names), n->var.names.n, n->var.values, NULL,
               n->var.names.n > 1 ? "assign-pair" : "assign", n);
}

static void return_stmt(Build *e, Node *n) {
    ObjList *r = &e->f->results;
    Hole *ks = alloc(sizeof *ks * (size_t)(r->n + 1));
    for (int i = 0; i < r->n; i++) ks[i] = esc_loc_hole(esc_var_loc(e, r->v[i]));
    if (n->ret.results.n) assign(e, ks, r->n, n->ret.results, NULL, "return", n);
}

/* --- control --- */

static void stmts(Build *e, NodeList l) {
    for (int i = 0; i < l.n; i++) esc_walk_stmt(e, l.v[i]);
}

/* A block restores the loop depth that labels inside it raised. */
static void block(Build *e, NodeList l) {
    int depth = e->loop_depth;
    stmts(e, l);
    e->loop_depth = depth;
}

/* A branch that a constant condition rules out is not looked at. */
static void if_stmt(Build *e, Node *n) {
    if (n->if_.init) esc_walk_stmt(e, n->if_.init);
    Const *c = n->if_.cond->cval;
    esc_discard(e, n->if_.cond);
    if (!c || const_bool_val(c)) block(e, n->if_.then->block.stmts);
    if (n->if_.els && (!c || !const_bool_val(c))) esc_walk_stmt(e, n->if_.els);
}

static void for_stmt(Build *e, Node *n) {
    if (n->for_.init) esc_walk_stmt(e, n->for_.init);
    e->loop_depth++;
    if (n->for_.distinct) declare_defined(e, n->for_.init->assign.lhs, NULL);
    if (n->for_.cond) esc_discard(e, n->for_.cond);
    if (n->for_.post) esc_walk_stmt(e, n->for_.post);
    block(e, n->for_.body->block.stmts);
    e->loop_depth--;
}

static void range_stmt(Build *e, Node *n) {
    Loc *tmp = esc_new_loc(e->b, LOC_TEMP, e->frame, e->loop_depth);
    esc_value(e, esc_loc_hole(tmp), n->range.x);
    NodeList names = {0};
    if (n->range.key) push(&names, n->range.key);
    if (n->range.val) push(&names, n->range.val);
    if (n->range.define && !n->range.distinct) declare_defined(e, names, NULL);
    e->loop_depth++;
    if (n->range.define && n->range.distinct) declare_defined(e, names, NULL);
    Hole kv = esc_blank_hole(e->b);
    if (n->range.key) esc_target(e, n->range.key);
    if (n->range.val) kv = esc_target(e, n->range.val);
    if (underlying(n->range.x->type)->kind == T_ARRAY)
        esc_flow(e->b, esc_note(e->b, kv, n, "range"), tmp);
    else
        esc_flow(e->b, esc_load_from(e->b, kv, n, "range-deref"), tmp);
    block(e, n->range.body->block.stmts);
    e->loop_depth--;
}

static void switch_stmt(Build *e, Node *n) {
    if (n->switch_.init) esc_walk_stmt(e, n->switch_.init);
    if (n->switch_.tag) esc_discard(e, n->switch_.tag);
    for (int i = 0; i < n->switch_.cases.n; i++) {
        Node *c = n->switch_.cases.v[i];
        esc_discards(e, c->case_.exprs);
        block(e, c->case_.body);
    }
}

static void type_switch(Build *e, Node *n) {
    if (n->typeswitch.init) esc_walk_stmt(e, n->typeswitch.init);
    NodeList *cases = &n->typeswitch.cases;
    Hole *ks = alloc(sizeof *ks * (size_t)(cases->n + 1));
    int nks = 0;
    for (int i = 0; i < cases->n; i++) {
        Obj *o = cases->v[i]->case_.obj;
        if (!o) continue;
        declare(e, o);
        esc_var_loc(e, o)->node = cases->v[i]; /* where messages place it */
        if (o->type && has_pointers(o->type))
            ks[nks++] = esc_dot_type(e, esc_loc_hole(esc_var_loc(e, o)), o->type, cases->v[i],
                                     "switch case");
    }
    Node *x = unparen(n->typeswitch.x);
    if (x->kind == N_TYPEASSERT && !x->assert_.typ) x = x->assert_.x;
    esc_value(e, esc_tee(e, ks, nks), x);
    for (int i = 0; i < cases->n; i++) block(e, cases->v[i]->case_.body);
}

static void select_stmt(Build *e, Node *n) {
    for (int i = 0; i < n->select.cases.n; i++) {
        Node *c = n->select.cases.v[i];
        if (c->comm.comm) esc_walk_stmt(e, c->comm.comm);
        block(e, c->comm.body);
    }
}

static void expr_stmt(Build *e, Node *n) {
    Node *x = unparen(n->unary.x);
    if (x->kind == N_CALL && unparen(x->call.fun)->mode != MODE_TYPE)
        esc_call(e, NULL, 0, x);
    else
        esc_discard(e, x);
}

void esc_walk_stmt(Build *e, Node *n) {
    if (!n) return;
    switch (n->kind) {
    case N_BLOCK: block(e, n->block.stmts); break;
    case N_EXPRSTMT: expr_stmt(e, n); break;
    case N_SEND:
        esc_discard(e, n->binary.x);
        esc_value_to_heap(e, n->binary.y, "send", n);
        break;
    case N_INCDEC: esc_target(e, n->unary.x); break;
    case N_ASSIGN: assign_stmt(e, n); break;
    case N_GO:
    case N_DEFER: esc_go_or_defer(e, n); break;
    case N_RETURN: return_stmt(e, n); break;
    case N_IF: if_stmt(e, n); break;
    case N_SWITCH: switch_stmt(e, n); break;
    case N_TYPESWITCH: type_switch(e, n); break;
    case N_SELECT: select_stmt(e, n); break;
    case N_FOR: for_stmt(e, n); break;
    case N_RANGE: range_stmt(e, n); break;
    case N_LABELED:
        if (map_get(&e->loop_labels, n->labeled.label->ident.name)) e->loop_depth++;
        esc_walk_stmt(e, n->labeled.stmt);
        break;
    case N_DECLSTMT:
        for (int i = 0; i < n->declstmt.decls.n; i++)
            if (n->declstmt.decls.v[i]->kind == N_VAR) var_decl(e, n->declstmt.decls.v[i]);
        break;
    default: break;
    }
}

/* --- functions --- */

static Loc *own_var(Batch *b, Func *f, Obj *o) {
    if (!o) return NULL;
    Loc *l = esc_new_loc(b, LOC_VAR, frame_func(f), 1);
    l->var = o;
    o->loc = l;
    return l;
}

/* Gives every variable of f, and of the literals inside it, its location. */
void esc_build_function(Batch *b, Func *f) {
    esc_of_func(f)->state = FUNC_PLANNED;
    Loc *recv = own_var(b, f, f->recv);
    if (recv) recv->is_param = true;
    for (int i = 0; i < f->params.n; i++) own_var(b, f, f->params.v[i])->is_param = !f->inlined;
    for (int i = 0; i < f->results.n; i++) {
        Loc *l = own_var(b, f, f->results.v[i]);
        l->is_result = !f->inlined;
        l->result_index = i;
    }
    for (int i = 0; i < f->locals.n; i++) own_var(b, f, f->locals.v[i]);
    for (int i = 0; i < f->lits.n; i++) esc_build_function(b, f->lits.v[i]);
}

void esc_walk_body(Batch *b, Func *f) {
    if (!f->body) return;
    Build e = {.b = b, .f = f, .frame = f, .loop_depth = 1};
    Labels l = {.looping = &e.loop_labels};
    if (f->has_goto) find_loops(f->body, &l);
    block(&e, f->body->block.stmts);
}

/* Its variables are of the frame that the call is made in, and as deep in loops as the call. */
static void place_vars(Build *e, const ObjList *l) {
    for (int i = 0; i < l->n; i++) {
        Loc *loc = esc_var_loc(e, l->v[i]);
        loc->loop_depth = e->loop_depth;
        loc->at = e->at;
    }
}

void esc_walk_inlined(Build *outer, Node *lit) {
    Func *f = lit->funclit.func;
    Build e = {.b = outer->b, .f = f, .frame = outer->frame, .loop_depth = outer->loop_depth};
    e.at = pos_known(outer->at) ? outer->at : lit->pos;
    place_vars(&e, &f->params);
    place_vars(&e, &f->results);
    Labels l = {.looping = &e.loop_labels};
    if (f->has_goto) find_loops(f->body, &l);
    block(&e, f->body->block.stmts);
}

/* The initialisation of package variables, as if it were the body of f. */
void esc_build_init(Batch *b, Func *f, Package *p) {
    Build e = {.b = b, .f = f, .frame = f, .loop_depth = 1};
    for (int i = 0; i < p->init_order.n; i++) {
        InitItem *it = &p->init_order.v[i];
        Hole *ks = alloc(sizeof *ks * (size_t)(it->lhs.n + 1));
        for (int j = 0; j < it->lhs.n; j++)
            ks[j] = strcmp(it->lhs.v[j]->name, "_") == 0 ? esc_blank_hole(b) : esc_heap_hole(b);
        NodeList src = {0};
        push(&src, it->rhs);
        assign(&e, ks, it->lhs.n, src, NULL, "assign", it->rhs);
    }
}

void esc_flow_closures(Batch *b) {
    for (int i = 0; i < b->closures.n; i++) {
        Closure *c = &b->closures.v[i];
        Func *f = c->lit->funclit.func;
        for (int j = 0; f && j < f->captures.n; j++) {
            Obj *o = f->captures.v[j];
            bool by_value = captured_by_value(o);
            if (b->opt->m >= 2)
                notef(o->pos, "%s capturing by %s: %s (addr=%s assign=%s width=%lld)",
                      o->func ? o->func->name : "", by_value ? "value" : "ref", o->name,
                      o->addrtaken ? "true" : "false", o->reassigned ? "true" : "false",
                      (long long)type_size(o->type));
            Hole k = by_value ? c->k : esc_addr_of(b, c->k, c->lit, "reference");
            if (by_value && !has_pointers(o->type)) continue;
            if (o->loc) esc_flow(b, esc_note(b, k, c->lit, "captured by a closure"), o->loc);
        }
    }
}
