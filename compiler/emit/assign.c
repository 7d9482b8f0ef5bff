/* assign.c - assignments in all their forms, and the stores they end in.
 *
 * Go's order has two phases: the operands of index expressions and dereferences on the left and the
 * values on the right are evaluated, then the assignments are made from left to right, and only
 * then an index is checked or a nil pointer noticed. A Target is the left side after the first
 * phase. With several targets their operands are frozen in temporaries, unless they are variables
 * that no assignment of the statement can reach.
 *
 * A store needs the write barrier unless it goes to the C stack or to a type without pointers.
 */
#include "emit/body.h"

typedef struct Target {
    enum { TARGET_BLANK, TARGET_NEW, TARGET_PLACE, TARGET_MAP } kind;
    Obj *obj;      /* NEW */
    Type *type;    /* of the place; NULL for BLANK */
    S lvalue;      /* PLACE */
    bool on_stack; /* PLACE */
    Node *index;   /* MAP: the expression m[k] */
    S map, key;    /* MAP */
} Target;

/* --- stores --- */

static bool c_pointer(Type *t) {
    switch (underlying(t)->kind) {
    case T_POINTER:
    case T_MAP:
    case T_CHAN:
    case T_FUNC:
    case T_UNSAFEPTR: return true;
    default: return false;
    }
}

/* text as one argument of a macro: commas inside braces must stand in parentheses */
static S macro_arg(S text) {
    return strchr(text, '{') ? xprintf("(%s)", unwrap(text)) : text;
}

void store(FuncGen *f, S lvalue, bool on_stack, Type *t, S value) {
    if (on_stack || !has_pointers(t))
        put(f, "%s = %s;", lvalue, unwrap(value));
    else if (c_pointer(t))
        put(f, "gm_store_ptr(&%s, %s);", lvalue, macro_arg(value));
    else
        put(f, "gm_store_typed(%s, &%s, %s);", cdesc(t), lvalue, macro_arg(value));
}

bool place_on_stack(FuncGen *f, Node *n) {
    n = unparen(n);
    switch (n->kind) {
    case N_IDENT: {
        Obj *o = n->ident.obj;
        if (!o || o->is_global) return false;
        Var *v = map_get(&f->vars, o);
        return v && (!v->ptr || v->stack);
    }
    case N_SELECTOR: {
        Selection *s = n->selector.sel;
        return s && !s->indirect && underlying(s->recv)->kind != T_POINTER &&
               place_on_stack(f, n->selector.x);
    }
    case N_INDEX:
        return underlying(n->index.x->type)->kind == T_ARRAY && place_on_stack(f, n->index.x);
    default: return false;
    }
}

/* --- targets --- */

static bool is_blank(Node *n) {
    n = unparen(n);
    return n->kind == N_IDENT && n->ident.name[0] == '_' && n->ident.name[1] == 0;
}

static bool defines(Node *ident) {
    Obj *o = ident->ident.obj;
    return o && pos_cmp(o->pos, ident->pos) == 0 && !o->is_global;
}

static bool is_map_index(Node *n) {
    n = unparen(n);
    return n->kind == N_INDEX && underlying(n->index.x->type)->kind == T_MAP;
}

/* A local variable that only an assignment to its own name can change. */
static bool private_variable(FuncGen *f, Node *n) {
    n = unparen(n);
    if (n->kind != N_IDENT || n->mode != MODE_VAR || n->conv) return false;
    Obj *o = n->ident.obj;
    if (!o || o->is_global || o->addrtaken) return false;
    Var *v = map_get(&f->vars, o);
    return v && !v->ptr && !(o->captured && !captured_by_value(o));
}

/* The variable that an assignment to n changes, wholly or in part, or NULL if n is reached through a
 * pointer. */
static Obj *assigned_variable(Node *n) {
    for (;;) {
        n = unparen(n);
        if (n->kind == N_SELECTOR && n->selector.sel &&
            underlying(n->selector.x->type)->kind == T_STRUCT)
            n = n->selector.x;
        else if (n->kind == N_INDEX && underlying(n->index.x->type)->kind == T_ARRAY)
            n = n->index.x;
        else
            return n->kind == N_IDENT ? n->ident.obj : NULL;
    }
}

static bool assigned_by_name(Node *ident, NodeList *lhs) {
    Obj *o = unparen(ident)->ident.obj;
    for (int i = 0; i < lhs->n; i++)
        if (assigned_variable(lhs->v[i]) == o) return true;
    return false;
}

/* The value of operand n, which no store of the statement may change any more. */
static S freeze(FuncGen *f, Node *n, Type *t, NodeList *lhs) {
    if (n->cval || (private_variable(f, n) && !assigned_by_name(n, lhs))) return expr_as(f, n, t);
    return temp(f, t, expr_root(f, n, t));
}

/* The lvalue of n, its operands frozen. */
static S frozen_place(FuncGen *f, Node *n, NodeList *lhs) {
    n = unparen(n);
    Type *xt;
    switch (n->kind) {
    case N_STAR:
        return deref_place(f, freeze(f, n->unary.x, n->unary.x->type, lhs), n->unary.x->type);
    case N_SELECTOR: {
        Selection *s = n->selector.sel;
        if (!s) return place(f, n);
        xt = n->selector.x->type;
        S x;
        if (underlying(xt)->kind == T_POINTER) {
            x = freeze(f, n->selector.x, xt, lhs);
        } else if (s->indirect) {
            /* a pointer inside x is followed: its value must be taken now */
            Type *t = s->recv;
            int last = 0;
            x = frozen_place(f, n->selector.x, lhs);
            for (int i = 0; i + 1 < s->npath; i++) {
                Type *step = t;
                walk_path(f, "x", &step, s->path + i, 1);
                t = step;
                if (underlying(t)->kind == T_POINTER) last = i + 1;
            }
            t = s->recv;
            x = walk_path(f, x, &t, s->path, last);
            x = temp(f, t, x);
            return walk_path(f, x, &t, s->path + last, s->npath - last);
        } else {
            x = frozen_place(f, n->selector.x, lhs);
        }
        Type *t = xt;
        return walk_path(f, x, &t, s->path, s->npath);
    }
    case N_INDEX: {
        Node *i = n->index.index.v[0];
        xt = underlying(n->index.x->type);
        if (xt->kind == T_ARRAY) {
            S base = frozen_place(f, n->index.x, lhs);
            return element(f, base, n->index.x->type, freeze(f, i, i->type, lhs), i);
        }
        S base = freeze(f, n->index.x, n->index.x->type, lhs);
        return element(f, base, n->index.x->type, freeze(f, i, i->type, lhs), i);
    }
    default: return place(f, n);
    }
}

static Target map_target(FuncGen *f, Node *n, NodeList *lhs) {
    Node *m = n->index.x, *k = n->index.index.v[0];
    Type *mt = underlying(m->type);
    Target t = {.kind = TARGET_MAP, .type = mt->map.elem, .index = n};
    if (lhs) {
        t.map = freeze(f, m, m->type, lhs);
        t.key = freeze(f, k, mt->map.key, lhs);
    } else {
        t.map = expr_value(f, m);
        t.key = expr_as(f, k, mt->map.key);
    }
    return t;
}

/* lhs: all left sides if there are several, else NULL */
static Target target(FuncGen *f, Node *n, bool define, NodeList *lhs) {
    n = unparen(n);
    if (is_blank(n)) return (Target){.kind = TARGET_BLANK};
    if (define && n->kind == N_IDENT && defines(n))
        return (Target){.kind = TARGET_NEW, .obj = n->ident.obj, .type = n->ident.obj->type};
    if (is_map_index(n)) return map_target(f, n, lhs);
    Target t = {.kind = TARGET_PLACE, .type = n->type};
    if (n->kind == N_IDENT && n->ident.obj) t.type = n->ident.obj->type;
    t.lvalue = lhs ? frozen_place(f, n, lhs) : place(f, n);
    t.on_stack = place_on_stack(f, n);
    return t;
}

static bool is_blank_obj(Obj *o) {
    return o->name[0] == '_' && o->name[1] == 0;
}

static Target var_target(FuncGen *f, Obj *o) {
    if (is_blank_obj(o)) return (Target){.kind = TARGET_BLANK, .type = o->type};
    if (!o->is_global) return (Target){.kind = TARGET_NEW, .obj = o, .type = o->type};
    return (Target){.kind = TARGET_PLACE, .type = o->type, .lvalue = var_text(f, o)};
}

/* value is of the target's type and is used once */
static void store_target(FuncGen *f, Target *t, S value) {
    switch (t->kind) {
    case TARGET_BLANK:
        if (!is_simple(value)) put(f, "(void)%s;", value);
        break;
    case TARGET_NEW: declare_var(f, t->obj, value); break;
    case TARGET_PLACE: store(f, t->lvalue, t->on_stack, t->type, value); break;
    case TARGET_MAP: {
        value = stable(f, t->type, value);
        S slot = map_assign_slot(f, t->index->index.x->type, t->map, t->key);
        store(f, xprintf("(*%s)", slot), false, t->type, value);
        break;
    }
    }
}

/* --- one value each --- */

/* Whether the text of a value may hold a call and still be stored in one statement with the place.
 */
static bool plain_place(Target *t) {
    return t->kind == TARGET_BLANK || t->kind == TARGET_NEW ||
           (t->kind == TARGET_PLACE && is_simple(t->lvalue));
}

/* Whether the array that rhs names may share a part of its memory with the place, which C forbids
 * to assign: pointers to arrays made from slices may overlap. (Stores with a barrier read all
 * first.) */
static bool may_overlap(Target *t, Type *type, Node *rhs) {
    if (t->kind != TARGET_PLACE || underlying(type)->kind != T_ARRAY || type_size(type) == 0)
        return false;
    if (has_pointers(type) && !t->on_stack) return false;
    rhs = unparen(rhs);
    return !rhs->conv && (rhs->kind == N_STAR || rhs->kind == N_SELECTOR || rhs->kind == N_INDEX ||
                          (rhs->kind == N_IDENT && rhs->mode == MODE_VAR));
}

/* The left side of an assignment, or the variables of a declaration. */
typedef struct Left {
    NodeList *lhs;
    bool define;
    ObjList *vars;
} Left;

static Target left_target(FuncGen *f, Left *l, int i) {
    if (l->vars) return var_target(f, l->vars->v[i]);
    return target(f, l->lhs->v[i], l->define, l->lhs->n > 1 ? l->lhs : NULL);
}

static Target *left_targets(FuncGen *f, Left *l, int n) {
    Target *t = alloc(sizeof(Target) * (size_t)n);
    for (int i = 0; i < n; i++) t[i] = left_target(f, l, i);
    return t;
}

static void assign_one(FuncGen *f, Left *l, Node *rhs) {
    bool name = l->vars || unparen(l->lhs->v[0])->kind == N_IDENT;
    if (!l->vars && !l->define && !private_variable(f, l->lhs->v[0]) &&
        assign_in_place(f, l->lhs->v[0], rhs))
        return;
    if (name)
        ahead_inside(f, unparen(rhs));
    else
        ahead(f, rhs);
    Target left = left_target(f, l, 0), *t = &left;
    Type *type = t->type ? t->type : value_type(rhs);
    if (is_untyped(type)) type = default_type(type);
    if (t->kind == TARGET_BLANK && underlying(type)->kind == T_UNTYPED_NIL) return;
    S value;
    if (may_overlap(t, type, rhs) && !early_name(f, unparen(rhs)) && !is_map_index(rhs)) {
        put(f, "__builtin_memmove(&%s, &%s, %lld);", t->lvalue, place(f, unparen(rhs)),
            (long long)type_size(type));
        return;
    }
    if (plain_place(t) && !may_overlap(t, type, rhs))
        value = expr_root(f, rhs, type);
    else
        value = expr_as(f, rhs, type);
    store_target(f, t, value);
}

static bool all_new(Target *t, int n) {
    for (int i = 0; i < n; i++)
        if (t[i].kind != TARGET_NEW && t[i].kind != TARGET_BLANK) return false;
    return true;
}

static void assign_pairs(FuncGen *f, Left *l, int n, NodeList *rhs) {
    ahead_list(f, rhs);
    Target *t = left_targets(f, l, n);
    TextList values = {0};
    for (int i = 0; i < n; i++) {
        Type *type = t[i].type ? t[i].type : value_type(rhs->v[i]);
        if (is_untyped(type)) type = default_type(type);
        if (!t[i].type) t[i].type = type;
        S v = underlying(type)->kind == T_UNTYPED_NIL ? "0" : expr_as(f, rhs->v[i], type);
        push(&values, v);
    }
    if (!all_new(t, n)) {
        for (int i = 0; i < n; i++) {
            Node *r = rhs->v[i];
            bool keep = r->cval || underlying(t[i].type)->kind == T_UNTYPED_NIL ||
                        (l->lhs && private_variable(f, r) && !assigned_by_name(r, l->lhs));
            if (!keep) values.v[i] = temp(f, t[i].type, values.v[i]);
        }
    }
    for (int i = 0; i < n; i++) store_target(f, &t[i], values.v[i]);
}

/* --- one expression with several values --- */

static void assign_parts(FuncGen *f, Left *l, int n, Node *rhs) {
    Node *x = unparen(rhs);
    ahead_inside(f, x);
    TextList values = {0};
    TypeList types = {0};
    if (x->kind == N_CALL) {
        Type *tuple = x->type;
        S v = call_temp(f, x);
        for (int i = 0; i < n; i++) {
            push(&values, xprintf("%s.r%d", v, i));
            push(&types, tuple->tuple.elems.v[i]);
        }
    } else {
        S ok, v;
        if (x->kind == N_INDEX)
            v = map_read(f, x, &ok);
        else if (x->kind == N_TYPEASSERT)
            v = type_assert(f, x, &ok);
        else
            v = receive(f, x, &ok);
        push(&values, v);
        push(&values, ok);
        push(&types, x->type->kind == T_TUPLE ? x->type->tuple.elems.v[0] : x->type);
        push(&types, types_basic[T_BOOL]);
    }
    Target *t = left_targets(f, l, n);
    for (int i = 0; i < n; i++) {
        if (t[i].kind == TARGET_BLANK) continue;
        store_target(f, &t[i], convert(f, values.v[i], types.v[i], t[i].type, x));
    }
}

/* --- the statements --- */

static void op_assign(FuncGen *f, Node *n) {
    Node *l = unparen(n->assign.lhs.v[0]), *r = n->assign.rhs.v[0];
    Type *t = l->type;
    Op op = n->op;
    ahead_inside(f, l);
    ahead(f, r);
    if (is_map_index(l)) {
        Target m = map_target(f, l, NULL);
        m.map = stable(f, l->index.x->type, m.map);
        m.key = stable(f, underlying(l->index.x->type)->map.key, m.key);
        S y = op == OP_SHL || op == OP_SHR ? expr_value(f, r) : expr_as(f, r, t);
        S old = map_read_text(f, l->index.x->type, m.map, m.key, NULL);
        store_target(f, &m, binary_op(f, op, t, old, y, l, r));
        return;
    }
    S lv = place(f, l);
    bool on_stack = place_on_stack(f, l);
    S y = op == OP_SHL || op == OP_SHR ? expr_value(f, r) : expr_as(f, r, t);
    bool c_op =
        is_numeric(t) && (op == OP_ADD || op == OP_SUB || (op == OP_MUL && !is_complex(t)) ||
                          op == OP_AND || op == OP_OR || op == OP_XOR);
    if (c_op) {
        put(f, "%s %s= %s;", lv, op_str(op), unwrap(y));
        return;
    }
    if (!is_simple(lv))
        lv = xprintf("(*%s)", temp_c(f, xprintf("%s *", ctype(t)), xprintf("&%s", lv)));
    store(f, lv, on_stack, t, binary_op(f, op, t, lv, y, l, r));
}

void incdec_stmt(FuncGen *f, Node *n) {
    Node *x = unparen(n->unary.x);
    Type *t = x->type;
    ahead_inside(f, x);
    if (is_map_index(x)) {
        Target m = map_target(f, x, NULL);
        S slot = map_assign_slot(f, x->index.x->type, m.map, m.key);
        put(f, "*%s %s= 1;", slot, n->op == OP_ADD ? "+" : "-");
        return;
    }
    S lv = place(f, x);
    if (is_integer(t))
        put(f, "%s%s;", lv, n->op == OP_ADD ? "++" : "--");
    else
        put(f, "%s %s= 1;", lv, n->op == OP_ADD ? "+" : "-");
}

void assign_stmt(FuncGen *f, Node *n) {
    NodeList *lhs = &n->assign.lhs, *rhs = &n->assign.rhs;
    if (n->op != OP_NONE) {
        op_assign(f, n);
        return;
    }
    Left l = {.lhs = lhs, .define = n->assign.define};
    for (int i = 0; i < lhs->n; i++) ahead_inside(f, unparen(lhs->v[i]));
    if (lhs->n == 1)
        assign_one(f, &l, rhs->v[0]);
    else if (rhs->n == 1)
        assign_parts(f, &l, lhs->n, rhs->v[0]);
    else
        assign_pairs(f, &l, lhs->n, rhs);
}

void assign_both(FuncGen *f, Node *l0, S v0, Type *t0, Node *l1, S v1, Type *t1) {
    ahead_inside(f, unparen(l0));
    ahead_inside(f, unparen(l1));
    NodeList lhs = {0};
    push(&lhs, l0);
    push(&lhs, l1);
    Target a = target(f, l0, false, &lhs), b = target(f, l1, false, &lhs);
    if (a.kind != TARGET_BLANK) store_target(f, &a, convert(f, v0, t0, a.type, l0));
    if (b.kind != TARGET_BLANK) store_target(f, &b, convert(f, v1, t1, b.type, l1));
}

void assign_to(FuncGen *f, Node *lhs, S value, Type *type) {
    ahead_inside(f, unparen(lhs));
    Target t = target(f, lhs, false, NULL);
    if (t.kind == TARGET_BLANK) return;
    store_target(f, &t, convert(f, value, type, t.type, lhs));
}

void define_vars(FuncGen *f, ObjList *vars, NodeList *values) {
    Left l = {.vars = vars};
    if (values->n == 0) {
        for (int i = 0; i < vars->n; i++)
            if (!is_blank_obj(vars->v[i]) && !vars->v[i]->is_global)
                declare_var(f, vars->v[i], NULL);
        return;
    }
    if (vars->n == 1)
        assign_one(f, &l, values->v[0]);
    else if (values->n == 1)
        assign_parts(f, &l, vars->n, values->v[0]);
    else
        assign_pairs(f, &l, vars->n, values);
}
