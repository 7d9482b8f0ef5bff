/* build_call.c - calls: arguments to parameters, results to where they are used.
 *
 * A callee that is known and finished is used through its tags; one of the same batch through its
 * own locations; what is not known (function values, interface methods) takes everything to the
 * heap.
 */
#include "escape/build.h"

/* --- who is called --- */

/* The expression whose value a local variable holds for its whole life, or NULL. */
static Node *constant_value(Batch *b, Obj *o) {
    if (!o || o->kind != OBJ_VAR || o->reassigned || o->addrtaken) return NULL;
    Node *v = map_get(&b->initial, o);
    return v ? unparen(v) : NULL;
}

/* x without the variables that only stand for it. */
static Node *static_value(Batch *b, Node *x) {
    x = unparen(x);
    while (x->kind == N_IDENT && !x->conv) {
        Node *v = constant_value(b, x->ident.obj);
        if (!v) break;
        x = v;
    }
    return x;
}

/* The dynamic type of x in the call x.m of an interface method when it is known here, or NULL. */
static Type *dynamic_type(Batch *b, Node *fun) {
    Selection *s = fun->selector.sel;
    if (s->npath || !is_interface(s->recv)) return NULL;
    Node *v = static_value(b, fun->selector.x);
    if (!v->conv || !v->type || is_interface(v->type) || is_untyped(v->type)) return NULL;
    return v->type;
}

/* The method that such a call enters, or NULL. */
static Func *devirtualized(Batch *b, Node *fun) {
    Type *t = dynamic_type(b, fun);
    if (!t) return NULL;
    Selection *s = fun->selector.sel;
    Lookup l = lookup_field_or_method(t, false, b->pkg, s->obj->name);
    if (!l.obj || l.obj->kind != OBJ_FUNC || l.npath) return NULL;
    return l.obj->func;
}

/* Whether the known dynamic type of x has the method only through an interface that it embeds. */
static bool promoted_from_interface(Batch *b, Node *fun) {
    Type *t = dynamic_type(b, fun);
    if (!t) return false;
    Lookup l = lookup_field_or_method(t, false, b->pkg, fun->selector.sel->obj->name);
    return l.obj && l.obj->kind == OBJ_FUNC && l.npath > 0 && !l.obj->func;
}

/* The function that fun denotes when it is known now. *direct: a literal called where it stands. */
static Func *callee(Batch *b, Node *fun, bool *direct) {
    *direct = unparen(fun)->kind == N_FUNCLIT;
    fun = static_value(b, fun);
    switch (fun->kind) {
    case N_IDENT: {
        Obj *o = fun->ident.obj;
        return o && o->kind == OBJ_FUNC ? o->func : NULL;
    }
    case N_FUNCLIT: return fun->funclit.func;
    case N_SELECTOR: {
        Selection *s = fun->selector.sel;
        Obj *o = s ? s->obj : fun->selector.name->ident.obj;
        if (!o || o->kind != OBJ_FUNC) return NULL;
        if (s && s->kind == SEL_METHOD && is_interface(s->recv)) return devirtualized(b, fun);
        return o->func;
    }
    default: return NULL;
    }
}

static bool in_batch(Func *f) {
    return f && esc_of_func(f)->state == FUNC_PLANNED;
}

/* Where parameter number i (the receiver is 0 in methods) takes its argument. */
static Hole param_hole(Build *e, const Hole *ks, int nks, Func *f, Obj *param, int i) {
    if (!f) return esc_heap_hole(e->b);
    if (in_batch(f)) {
        if (!param || !param->name[0] || strcmp(param->name, "_") == 0) return esc_blank_hole(e->b);
        return esc_loc_hole(esc_var_loc(e, param));
    }
    FuncEsc *fe = esc_of_func(f);
    if (fe->state != FUNC_TAGGED || !fe->tags) return esc_heap_hole(e->b);
    const Leaks *tag = &fe->tags[i];
    Hole to[1 + MAX_RESULTS_TAGGED];
    int n = 0;
    if (leaks_get(tag, 0) >= 0) to[n++] = esc_shift(esc_heap_hole(e->b), leaks_get(tag, 0));
    for (int r = 0; r < MAX_RESULTS_TAGGED && r < nks; r++)
        if (leaks_get(tag, 1 + r) >= 0) to[n++] = esc_shift(ks[r], leaks_get(tag, 1 + r));
    return esc_tee(e, to, n);
}

/* --- arguments --- */

/* In go and defer statements arguments are evaluated now and held by the record until the call:
 * `record` is its hole, and an argument that is not constant goes through a variable of its own. */
static void argument(Build *e, Hole k, Node *arg, Node *at, const Hole *record) {
    Hole kn = esc_note(e->b, k, at, "call parameter");
    Node *u = unparen(arg);
    bool constant = (u->cval && !u->conv) || u->mode == MODE_NIL ||
                    (u->kind == N_IDENT && u->ident.obj && u->ident.obj->kind == OBJ_FUNC);
    if (!record || constant) return esc_value(e, kn, arg);
    Loc *tmp = esc_new_loc(e->b, LOC_TEMP, e->frame, e->loop_depth);
    esc_value(e, esc_loc_hole(tmp), arg);
    esc_flow(e->b, kn, tmp);
    esc_flow(e->b, *record, tmp);
}

/* f(g()) with several results: each is a temporary. */
static void spread_arguments(Build *e, Node *n, Type *sig, const Hole *to, Hole variadic,
                             const Hole *record) {
    Node *inner = n->call.args.v[0];
    TypeList *types = &inner->type->tuple.elems;
    Hole *ks = alloc(sizeof *ks * (size_t)types->n);
    int fixed = sig->func.params.n - sig->func.variadic;
    Hole dots = esc_blank_hole(e->b);
    if (sig->func.variadic && types->n > fixed) dots = esc_spill(e, variadic, n, LOC_DOTS);
    for (int i = 0; i < types->n; i++) {
        Hole k = i < fixed ? to[i] : dots;
        Type *pt =
            i < fixed ? sig->func.params.v[i]->type : sig->func.params.v[fixed]->type->slice.elem;
        if (is_interface(pt) && !is_interface(types->v[i]) && !type_is_direct(types->v[i])) {
            Loc *box = esc_new_loc(e->b, LOC_TEMP, e->frame,
                                   e->loop_depth); /* always on the heap: no node to note it on */
            esc_flow(e->b, esc_shift(k, -1), box);
            k = esc_loc_hole(box);
        }
        ks[i] = esc_hold_later(e, k);
        if (record) esc_flow(e->b, *record, ks[i].dst);
    }
    esc_call(e, ks, types->n, inner);
}

static void arguments(Build *e, Node *n, Type *sig, const Hole *to, const Hole *record) {
    NodeList *args = &n->call.args;
    int fixed = sig->func.params.n - sig->func.variadic;
    Node *only = args->n == 1 ? unparen(args->v[0]) : NULL;
    if (only && only->kind == N_CALL && only->type && only->type->kind == T_TUPLE) {
        spread_arguments(e, n, sig, to, sig->func.variadic ? to[fixed] : esc_blank_hole(e->b),
                         record);
        return;
    }
    for (int i = 0; i < fixed && i < args->n; i++) argument(e, to[i], args->v[i], n, record);
    if (!sig->func.variadic) return;
    if (n->call.dots) {
        if (fixed < args->n) argument(e, to[fixed], args->v[fixed], n, record);
        return;
    }
    if (fixed >= args->n) return; /* no slice is made */
    Hole k = esc_note(e->b, to[fixed], n, "call parameter");
    k = esc_spill(e, k, n, LOC_DOTS);
    for (int i = fixed; i < args->n; i++)
        argument(e, esc_note(e->b, k, n, "slice-literal-element"), args->v[i], n, record);
}

/* --- calls of functions and methods --- */

static bool is_method(const Selection *s) {
    return s && s->kind == SEL_METHOD;
}

/* The receiver expression, with the & or the dereferences that the selection implies. */
static void receiver(Build *e, Hole k, Node *fun, Node *at, const Hole *record) {
    Selection *s = fun->selector.sel;
    Node *x = fun->selector.x;
    Type *t = s->recv;
    int derefs = 0;
    for (int i = 0; i < s->npath; i++) {
        Type *u = underlying(t);
        if (u->kind == T_POINTER) derefs++, u = underlying(u->pointer.elem);
        if (u->kind != T_STRUCT) break;
        t = u->struct_.fields.v[s->path[i]]->type;
    }
    if (s->deref_recv) derefs++;
    if (record) {
        Loc *tmp = esc_new_loc(e->b, LOC_TEMP, e->frame, e->loop_depth);
        esc_flow(e->b, k, tmp);
        esc_flow(e->b, *record, tmp);
        k = esc_loc_hole(tmp);
    }
    if (s->addr_recv) k = esc_addr_of(e->b, k, at, "address-of");
    esc_value(e, esc_note(e->b, esc_shift(k, derefs), at, "call parameter"), x);
}

static void plain_call(Build *e, const Hole *ks, int nks, Node *n, const Hole *record) {
    Node *fun = unparen(n->call.fun);
    Type *sig = underlying(fun->type);
    if (sig->kind != T_FUNC) return;
    bool direct;
    Func *f = callee(e->b, fun, &direct);
    if (direct && f) esc_of_func(f)->called_directly = true;
    Selection *s = fun->kind == N_SELECTOR ? fun->selector.sel : NULL;
    if (f && in_batch(f) && ks)
        for (int i = 0; i < nks && i < f->results.n; i++)
            esc_flow(e->b, ks[i], esc_var_loc(e, f->results.v[i]));
    bool has_recv = f && f->recv;
    if (is_method(s) && is_interface(s->recv) && f) {
        Type *t = dynamic_type(e->b, fun);
        Hole k = param_hole(e, ks, nks, f, f->recv, 0);
        if (is_pointer(t) && !is_pointer(f->recv->type)) k = esc_shift(k, 1);
        k = esc_dot_type(e, k, t, n, "dot");
        if (e->b->opt->m)
            notef(n->pos, "devirtualizing %s to %s", esc_ir_str(fun, e->b->pkg),
                  type_str_wide(t, e->b->pkg));
        receiver(e, k, fun, n, record);
    } else if (is_method(s) && is_interface(s->recv) && promoted_from_interface(e->b, fun)) {
        /* what the embedded interface holds is called with itself; the holder is only read */
        Type *t = dynamic_type(e->b, fun);
        if (e->b->opt->m)
            notef(n->pos, "partially devirtualizing %s to %s", esc_ir_str(fun, e->b->pkg),
                  type_str_wide(t, e->b->pkg));
        receiver(e, esc_dot_type(e, esc_heap_hole(e->b), t, n, "dot"), fun, n, record);
    } else if (is_method(s)) {
        receiver(e, param_hole(e, ks, nks, f, f ? f->recv : NULL, 0), fun, n, record);
    } else if (!f || f->obj == NULL) {
        if (record && fun->kind != N_FUNCLIT) {
            Loc *tmp = esc_new_loc(e->b, LOC_TEMP, e->frame, e->loop_depth);
            esc_value(e, esc_loc_hole(tmp), fun);
            esc_flow(e->b, *record, tmp);
        } else
            esc_value(e, record ? *record : esc_blank_hole(e->b), fun);
    }
    Hole *to = alloc(sizeof *to * (size_t)(sig->func.params.n + 1));
    bool expr_recv =
        has_recv && s && s->kind == SEL_METHODEXPR; /* the receiver is the first argument */
    for (int i = 0; i < sig->func.params.n; i++) {
        if (expr_recv && i == 0)
            to[i] = param_hole(e, ks, nks, f, f->recv, 0);
        else {
            int j = i - expr_recv;
            to[i] = param_hole(e, ks, nks, f, f && j < f->params.n ? f->params.v[j] : NULL,
                               j + has_recv);
        }
    }
    /* T.m of an embedded field reaches its receiver through the path: take it for unknown */
    if (expr_recv && s->npath) to[0] = esc_heap_hole(e->b);
    arguments(e, n, sig, to, record);
}

/* The receiver flows into the closure, and into the method when it is called some time, nobody
 * knows from where: what it returns is taken to reach the heap. */
void esc_bound_method(Build *e, Hole k, Node *n) {
    Selection *s = n->selector.sel;
    Func *f = is_interface(s->recv) ? NULL : s->obj->func;
    Hole results[MAX_RESULTS_TAGGED];
    for (int i = 0; i < MAX_RESULTS_TAGGED; i++) results[i] = esc_heap_hole(e->b);
    Hole closure = esc_spill(e, k, n, LOC_NODE);
    Hole both[2] = {param_hole(e, results, MAX_RESULTS_TAGGED, f, f ? f->recv : NULL, 0), closure};
    receiver(e, esc_tee(e, both, 2), n, n, NULL);
}

/* --- built-in functions --- */

static void append_call(Build *e, const Hole *ks, int nks, Node *n) {
    NodeList *args = &n->call.args;
    if (!args->n) return;
    Hole k = nks ? ks[0] : esc_blank_hole(e->b);
    Type *t = underlying(n->type);
    bool pointers = t->kind == T_SLICE && has_pointers(t->slice.elem);
    if (pointers) {
        Hole both[2] = {k, esc_load_from(e->b, esc_heap_hole(e->b), n, "appendee slice")};
        k = esc_tee(e, both, 2);
    }
    esc_value(e, k, args->v[0]);
    if (n->call.dots && args->n > 1) {
        Hole kd = esc_blank_hole(e->b);
        if (pointers && underlying(args->v[1]->type)->kind == T_SLICE)
            kd = esc_load_from(e->b, esc_heap_hole(e->b), n, "appended slice...");
        esc_value(e, kd, args->v[1]);
        return;
    }
    for (int i = 1; i < args->n; i++)
        esc_value(e, esc_note(e->b, esc_heap_hole(e->b), n, "call parameter"), args->v[i]);
}

/* f(g()) where g has several results: they are taken to escape. */
static void spread_builtin(Build *e, Hole k, Node *n, Node *g) {
    int nresults = g->type->tuple.elems.n;
    Hole *to = alloc(sizeof *to * (size_t)nresults);
    for (int i = 0; i < nresults; i++) to[i] = esc_heap_hole(e->b);
    if (n->call.builtin - 1 == B_APPEND) {
        Hole both[2] = {k, esc_heap_hole(e->b)};
        to[0] = esc_tee(e, both, 2);
    }
    esc_call(e, to, nresults, g);
}

static void builtin_call(Build *e, const Hole *ks, int nks, Node *n) {
    NodeList *args = &n->call.args;
    Hole k = nks ? ks[0] : esc_blank_hole(e->b);
    if (args->n == 1) {
        Node *g = unparen(args->v[0]);
        if (g->kind == N_CALL && g->type && g->type->kind == T_TUPLE)
            return spread_builtin(e, k, n, g);
    }
    switch ((Builtin)(n->call.builtin - 1)) {
    case B_APPEND: append_call(e, ks, nks, n); return;
    case B_COPY: {
        esc_discard(e, args->v[0]);
        Type *t = underlying(args->v[1]->type);
        bool pointers = t->kind == T_SLICE && has_pointers(t->slice.elem);
        esc_value(e,
                  pointers ? esc_load_from(e->b, esc_heap_hole(e->b), n, "copied slice")
                           : esc_blank_hole(e->b),
                  args->v[1]);
        return;
    }
    case B_PANIC:
        esc_value(e, esc_note(e->b, esc_heap_hole(e->b), n, "call parameter"), args->v[0]);
        return;
    case B_NEW:
        k = esc_spill(e, k, n, LOC_NODE);
        if (unparen(args->v[0])->mode != MODE_TYPE) esc_value(e, k, args->v[0]);
        return;
    case B_MAX:
    case B_MIN:
        for (int i = 0; i < args->n; i++) esc_value(e, k, args->v[i]);
        return;
    case B_MAKE:
        if (underlying(n->type)->kind != T_CHAN) esc_spill(e, k, n, LOC_NODE);
        for (int i = 1; i < args->n; i++) esc_discard(e, args->v[i]);
        return;
    case B_UNSAFE_ADD:
    case B_UNSAFE_SLICE:
    case B_UNSAFE_STRING:
        esc_value(e, k, args->v[0]);
        esc_discard(e, args->v[1]);
        return;
    case B_UNSAFE_SLICEDATA:
    case B_UNSAFE_STRINGDATA: esc_value(e, k, args->v[0]); return;
    default: esc_discards(e, *args);
    }
}

void esc_call(Build *e, const Hole *ks, int nks, Node *n) {
    if (n->call.builtin) return builtin_call(e, ks, nks, n);
    plain_call(e, ks, nks, n, NULL);
}

/* --- go and defer --- */

void esc_go_or_defer(Build *e, Node *n) {
    Node *c = unparen(n->unary.x);
    if (c->kind != N_CALL) return;
    bool top = n->kind == N_DEFER && e->loop_depth == 1 && !e->f->home;
    n->esc = top ? ESC_NONE
                 : ESC_HEAP; /* the record: run at most once per call, or any number of times */
    Hole record = top ? esc_hold_later(e, esc_blank_hole(e->b)) : esc_heap_hole(e->b);
    if (c->call.builtin || unparen(c->call.fun)->mode == MODE_TYPE) {
        for (int i = 0; i < c->call.args.n; i++) {
            Node *arg = c->call.args.v[i];
            if (c->call.builtin && unparen(arg)->mode == MODE_TYPE) continue;
            bool heap = c->call.builtin - 1 == B_PANIC || (c->call.builtin - 1 == B_COPY && i == 1);
            Hole both[2] = {record, esc_heap_hole(e->b)};
            esc_value(e, heap ? esc_tee(e, both, 2) : record, arg);
        }
        return;
    }
    Type *sig = underlying(unparen(c->call.fun)->type);
    Selection *s =
        unparen(c->call.fun)->kind == N_SELECTOR ? unparen(c->call.fun)->selector.sel : NULL;
    if (sig->kind == T_FUNC && !sig->func.params.n && !sig->func.results.n && !is_method(s))
        return esc_value(e, record, c->call.fun);
    plain_call(e, NULL, 0, c, &record);
}
