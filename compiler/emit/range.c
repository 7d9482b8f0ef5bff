/* range.c - for ... range.
 *
 * The operand is evaluated once, before the loop. The counter of the loop is the key variable
 * itself when nothing can see the difference: the body does not assign to it and no closure or
 * pointer reaches it. Each iteration has variables of its own; before Go 1.22 those that a closure or
 * pointer can reach are declared before the loop.
 */
#include "emit/body.h"

static bool blank(Node *n) {
    if (!n) return true;
    n = unparen(n);
    return n->kind == N_IDENT && n->ident.name[0] == '_' && n->ident.name[1] == 0;
}

/* The variable that the clause itself declares, or NULL. */
static Obj *declared(Node *n, Node *var) {
    return n->range.define && !blank(var) ? unparen(var)->ident.obj : NULL;
}

bool reachable(Obj *o) {
    return o->addrtaken || (o->captured && !captured_by_value(o)) || var_on_heap(o);
}

/* Whether o is one variable for the whole loop, and somebody can tell. */
static bool one_for_all(Node *n, Obj *o) {
    return !n->range.distinct && reachable(o);
}

static void declare_before(FuncGen *f, Node *n) {
    Node *vars[] = {n->range.key, n->range.val};
    for (int i = 0; i < 2; i++) {
        Obj *o = declared(n, vars[i]);
        if (o && one_for_all(n, o)) declare_var(f, o, NULL);
    }
}

/* At the beginning of an iteration: var gets value. */
static void set_var(FuncGen *f, Node *n, Node *var, S value, Type *t) {
    if (blank(var)) return;
    Obj *o = declared(n, var);
    if (!o)
        assign_to(f, var, value, t);
    else if (one_for_all(n, o))
        store(f, var_text(f, o), !var_on_heap(o), o->type, value);
    else
        declare_var(f, o, value);
}

/* Both variables of the clause; is_key: the key is the loop's counter already. */
static void set_vars(FuncGen *f, Node *n, bool is_key, S key, Type *kt, S val, Type *vt) {
    if (!n->range.define && !blank(n->range.key) && !blank(n->range.val)) {
        assign_both(f, n->range.key, key, kt, n->range.val, val, vt);
        return;
    }
    if (!is_key) set_var(f, n, n->range.key, key, kt);
    if (!blank(n->range.val)) set_var(f, n, n->range.val, val, vt);
}

static void begin_body(FuncGen *f, Node *n, S head, LoopBody *b) {
    set_pos(f, n->pos);
    open_block(f, head);
    push_jump(f, n, true, true, true);
    loop_begin(f, b);
}

static void end_body(FuncGen *f, Node *n, LoopBody *b) {
    block(f, n->range.body);
    set_pos(f, n->range.body->block.rbrace);
    Jump *j = &f->jumps.v[f->jumps.n - 1];
    if (j->cont_used) put(f, "continue_%d:;", j->id);
    loop_end(f, b);
    close_block(f, "");
    pop_jump(f);
}

/* --- arrays and slices --- */

static bool assigns(Node *n, Obj *o);

static bool list_assigns(NodeList *l, Obj *o) {
    for (int i = 0; i < l->n; i++)
        if (assigns(l->v[i], o)) return true;
    return false;
}

static bool names(Node *n, Obj *o) {
    n = unparen(n);
    return n->kind == N_IDENT && n->ident.obj == o;
}

static bool any_names(NodeList *l, Obj *o) {
    for (int i = 0; i < l->n; i++)
        if (names(l->v[i], o)) return true;
    return false;
}

/* Whether statement n may assign to local variable o, which no pointer or closure reaches. */
static bool assigns(Node *n, Obj *o) {
    if (!n) return false;
    switch (n->kind) {
    case N_BLOCK: return list_assigns(&n->block.stmts, o);
    case N_ASSIGN: return any_names(&n->assign.lhs, o);
    case N_INCDEC: return names(n->unary.x, o);
    case N_IF: return assigns(n->if_.init, o) || assigns(n->if_.then, o) || assigns(n->if_.els, o);
    case N_FOR:
        return assigns(n->for_.init, o) || assigns(n->for_.post, o) || assigns(n->for_.body, o);
    case N_RANGE:
        if (!n->range.define &&
            ((n->range.key && names(n->range.key, o)) || (n->range.val && names(n->range.val, o))))
            return true;
        return assigns(n->range.body, o);
    case N_SWITCH: return assigns(n->switch_.init, o) || list_assigns(&n->switch_.cases, o);
    case N_TYPESWITCH:
        return assigns(n->typeswitch.init, o) || list_assigns(&n->typeswitch.cases, o);
    case N_CASE: return list_assigns(&n->case_.body, o);
    case N_SELECT: return list_assigns(&n->select.cases, o);
    case N_COMM: return assigns(n->comm.comm, o) || list_assigns(&n->comm.body, o);
    case N_LABELED: return assigns(n->labeled.stmt, o);
    default: return false;
    }
}

bool assigned_in(Node *body, Obj *o) {
    return assigns(body, o);
}

/* The counter: the key variable itself where possible. */
static S counter(FuncGen *f, Node *n, bool *is_key) {
    Obj *o = declared(n, n->range.key);
    *is_key = o && !reachable(o) && !assigns(n->range.body, o);
    if (!*is_key) return new_temp(f);
    S name = new_name(f, o->name);
    bind_var(f, o, name, false);
    return name;
}

static void range_indexed(FuncGen *f, Node *n, S limit, S element_text, Type *elem) {
    bool is_key;
    S i = counter(f, n, &is_key);
    LoopBody b;
    begin_body(f, n, xprintf("for (gm_int %s = 0; %s < %s; %s++) ", i, i, limit, i), &b);
    S val = element_text ? xprintf("%s[%s]", element_text, i) : NULL;
    set_vars(f, n, is_key, i, types_basic[T_INT], val, elem);
    end_body(f, n, &b);
}

/* Whether a and b name the same place, by variables, fields and pointers alone. */
static bool same_place(Node *a, Node *b) {
    a = unparen(a);
    b = unparen(b);
    if (a->kind != b->kind || a->conv || b->conv) return false;
    switch (a->kind) {
    case N_IDENT: return a->ident.obj && a->ident.obj == b->ident.obj;
    case N_STAR: return same_place(a->unary.x, b->unary.x);
    case N_SELECTOR: {
        Selection *s = a->selector.sel, *r = b->selector.sel;
        if (!s || !r) return !s && !r && a->selector.name->ident.obj == b->selector.name->ident.obj;
        return s->kind == SEL_FIELD && r->kind == SEL_FIELD && s->obj == r->obj &&
               same_place(a->selector.x, b->selector.x);
    }
    default: return false;
    }
}

static bool is_zero_value(Node *n) {
    n = unparen(n);
    if (n->mode == MODE_NIL) return true;
    if (n->cval) {
        switch (const_kind(n->cval)) {
        case CONST_BOOL: return !const_bool_val(n->cval);
        case CONST_STRING: return const_string_val(n->cval).n == 0;
        default: return const_sign(n->cval) == 0;
        }
    }
    int kind = underlying(n->type)->kind;
    return n->kind == N_COMPLIT && n->complit.elems.n == 0 && !n->complit.ptr_elided && !n->conv &&
           (kind == T_STRUCT || kind == T_ARRAY);
}

/* for i := range s { s[i] = 0 } */
static bool clears_elements(Node *n) {
    NodeList *body = &n->range.body->block.stmts;
    Obj *key = declared(n, n->range.key);
    if (!key || !blank(n->range.val) || body->n != 1 || body->v[0]->kind != N_ASSIGN) return false;
    Node *s = body->v[0];
    if (s->op != OP_NONE || s->assign.define || s->assign.lhs.n != 1 || s->assign.rhs.n != 1)
        return false;
    Node *l = unparen(s->assign.lhs.v[0]);
    if (l->kind != N_INDEX || !names(l->index.index.v[0], key)) return false;
    Node *zero = unparen(s->assign.rhs.v[0]);
    bool boxed = zero->conv && is_interface(zero->conv) && zero->mode != MODE_NIL;
    return !boxed && same_place(l->index.x, n->range.x) && is_zero_value(zero);
}

static void range_slice(FuncGen *f, Node *n, Type *t) {
    if (clears_elements(n)) {
        put(f, "gm_slice_clear(%s, %s);", cdesc(underlying(t)->slice.elem),
            unwrap(expr_root(f, n->range.x, t)));
        return;
    }
    Node *x = unparen(n->range.x);
    int held = f->held.n;
    S s = expr_root(f, x, t);
    Obj *o = x->kind == N_IDENT && !x->conv ? x->ident.obj : NULL;
    bool steady = o && !o->is_global && !reachable(o) && is_simple(s) && !assigns(n->range.body, o);
    if (!steady) s = temp(f, t, s);
    forget_held(f, held);
    Obj *key = declared(n, n->range.key);
    bool safe = steady && key && !reachable(key) && !assigns(n->range.body, key);
    if (safe) push(&f->in_range, ((InRange){o, key}));
    Type *elem = underlying(t)->slice.elem;
    range_indexed(f, n, xprintf("%s.len", s), xprintf("((%s *)%s.p)", ctype(elem), s), elem);
    if (safe) f->in_range.n--;
}

static void range_array(FuncGen *f, Node *n, Type *t) {
    Type *u = underlying(t);
    bool pointer = u->kind == T_POINTER;
    Type *at = pointer ? underlying(u->pointer.elem) : u;
    if (clears_elements(n) && at->array.len > 0) {
        int64_t len;
        S base = array_base(f, n->range.x, &len);
        put(f, "gm_slice_clear(%s, (gm_slice){%s, %lld, %lld});", cdesc(at->array.elem),
            unwrap(base), (long long)len, (long long)len);
        return;
    }
    S limit = xprintf("%lld", (long long)at->array.len), elems = NULL;
    if (!blank(n->range.val)) {
        if (pointer)
            elems = xprintf("%s->a", checked(temp(f, t, expr_root(f, n->range.x, t)), t));
        else
            elems = xprintf("%s.a", temp(f, t, expr_root(f, n->range.x, t)));
        if (at->array.len == 0) elems = xprintf("((%s *)NULL)", ctype(at->array.elem));
    } else if (n->range.x->early || n->range.x->early_inside) {
        put(f, "(void)%s;", expr_value(f, n->range.x));
    }
    range_indexed(f, n, limit, elems, at->array.elem);
}

/* --- integers, strings, maps, channels --- */

static void range_int(FuncGen *f, Node *n, Type *t) {
    S x = expr_root(f, n->range.x, t);
    S limit = n->range.x->cval ? x : temp(f, t, x);
    bool is_key;
    S i = counter(f, n, &is_key);
    LoopBody b;
    begin_body(f, n, xprintf("for (%s = 0; %s < %s; %s++) ", declarator(ctype(t), i), i, limit, i),
               &b);
    set_vars(f, n, is_key, i, t, NULL, NULL);
    end_body(f, n, &b);
}

static void range_string(FuncGen *f, Node *n, Type *t) {
    S s = temp(f, t, expr_root(f, n->range.x, t));
    bool is_key;
    S i = counter(f, n, &is_key), next = new_temp(f), r = new_temp(f);
    LoopBody b;
    begin_body(f, n,
               xprintf("for (gm_int %s = 0, %s; %s < %s.n; %s = %s) ", i, next, i, s, i, next), &b);
    put(f, "int32_t %s = %s.p[%s];", r, s, i);
    put(f, "%s = %s < 0x80 ? %s + 1 : gm_decode_rune(%s, %s, &%s);", next, r, i, s, i, r);
    set_vars(f, n, is_key, i, types_basic[T_INT], r, types_basic[T_INT32]);
    end_body(f, n, &b);
}

/* for k := range m { delete(m, k) } */
static bool clears_map(Node *n, Type *t) {
    NodeList *body = &n->range.body->block.stmts;
    Obj *key = declared(n, n->range.key);
    if (!key || !blank(n->range.val) || body->n != 1 || body->v[0]->kind != N_EXPRSTMT)
        return false;
    Node *c = unparen(body->v[0]->unary.x), *m = unparen(n->range.x);
    if (c->kind != N_CALL || c->call.builtin - 1 != B_DELETE) return false;
    /* a key that differs from itself is not deleted by delete */
    Type *kt = underlying(t)->map.key;
    if (!is_integer(kt) && !is_string(kt) && !is_pointer(kt)) return false;
    return m->kind == N_IDENT && m->ident.obj && names(c->call.args.v[0], m->ident.obj) &&
           names(c->call.args.v[1], key);
}

static void range_map(FuncGen *f, Node *n, Type *t) {
    Type *u = underlying(t);
    S m = expr_root(f, n->range.x, t), mt = cdesc_kind(t);
    if (clears_map(n, t)) {
        put(f, "gm_map_clear(%s, %s);", mt, unwrap(m));
        return;
    }
    S it = new_temp(f);
    put(f, "gm_mapiter %s;", it);
    LoopBody b;
    begin_body(f, n,
               xprintf("for (gm_mapiter_init(%s, %s, &%s); %s.key; gm_mapiter_next(&%s)) ", mt,
                       unwrap(m), it, it, it),
               &b);
    S key = xprintf("(*(%s *)%s.key)", ctype(u->map.key), it);
    S val = xprintf("(*(%s *)%s.elem)", ctype(u->map.elem), it);
    set_vars(f, n, false, key, u->map.key, val, u->map.elem);
    end_body(f, n, &b);
    put(f, "GM_FORGET(%s, GM_MAPITER_POINTERS);", it);
}

static void range_chan(FuncGen *f, Node *n, Type *t) {
    Type *elem = underlying(t)->chan.elem;
    S c = temp(f, t, expr_root(f, n->range.x, t));
    LoopBody b;
    begin_body(f, n, "for (;;) ", &b);
    S v = new_temp(f);
    put(f, "%s;", declarator(ctype(elem), v));
    put(f, "if (!gm_chan_recv(%s, &%s)) break;", c, v);
    set_var(f, n, n->range.key, v, elem);
    forget(f, v, elem);
    end_body(f, n, &b);
}

void range_stmt(FuncGen *f, Node *n) {
    Type *t = value_type(n->range.x);
    if (is_untyped(t)) t = default_type(t);
    open_block(f, "");
    declare_before(f, n);
    ahead_inside(f, unparen(n->range.x));
    switch (underlying(t)->kind) {
    case T_SLICE: range_slice(f, n, t); break;
    case T_ARRAY:
    case T_POINTER: range_array(f, n, t); break;
    case T_STRING: range_string(f, n, t); break;
    case T_MAP: range_map(f, n, t); break;
    case T_CHAN: range_chan(f, n, t); break;
    default:
        if (is_integer(t)) {
            range_int(f, n, t);
            break;
        }
        ice(n->pos, "range over this type");
    }
    close_block(f, "");
}
