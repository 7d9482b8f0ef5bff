/* call.c - calls of functions, methods, interface methods, func values and literals.
 *
 * A Callee is what a call calls, with its dynamic part (receiver, interface, closure) evaluated
 * already: defer and go put that part and the arguments into a record and make the call from a
 * thunk, with the same text.
 */
#include "emit/body.h"

static Obj *static_function(Node *fun) {
    Obj *o = NULL;
    if (fun->kind == N_IDENT)
        o = fun->ident.obj;
    else if (fun->kind == N_SELECTOR && !fun->selector.sel)
        o = fun->selector.name->ident.obj;
    return o && o->kind == OBJ_FUNC ? o : NULL;
}

/* x.m: walks to the holder of the method; *t becomes its type. The text is a place of x where x is
 * one, so that its address can be taken. */
static S method_holder(FuncGen *f, Node *n, Type **t) {
    Selection *s = n->selector.sel;
    Node *x = n->selector.x;
    *t = value_type(x);
    bool by_place = s->addr_recv && underlying(*t)->kind != T_POINTER;
    return walk_path(f, by_place ? place(f, x) : expr_value(f, x), t, s->path, s->npath);
}

/* The receiver value that method m of x.m gets. */
S method_receiver(FuncGen *f, Node *n, Type **recv) {
    Selection *s = n->selector.sel;
    Type *t;
    S x = method_holder(f, n, &t);
    if (is_interface(t)) {
        *recv = t;
        return x;
    }
    *recv = s->obj->type->func.recv->type;
    bool have_ptr = underlying(t)->kind == T_POINTER && !is_interface(t);
    bool want_ptr = underlying(*recv)->kind == T_POINTER;
    if (want_ptr && !have_ptr) return address_of(x);
    if (!want_ptr && have_ptr && s->deref_recv) return deref_place(f, x, t);
    if (!want_ptr && have_ptr) return deref_place(f, x, t);
    return x;
}

static Callee method_callee(FuncGen *f, Node *fun) {
    Selection *s = fun->selector.sel;
    Callee c = {.sig = s->obj->type};
    c.value = method_receiver(f, fun, &c.value_type);
    if (is_interface(c.value_type)) {
        c.kind = CALLEE_INTERFACE;
        c.value = stable(f, c.value_type, c.value);
        c.method = iface_method_index(c.value_type, s->obj);
    } else {
        c.kind = CALLEE_STATIC;
        c.code = cfunc(s->obj);
    }
    return c;
}

Callee callee(FuncGen *f, Node *call) {
    Node *fun = unparen(call->call.fun);
    Obj *o = static_function(fun);
    if (o) return (Callee){.kind = CALLEE_STATIC, .code = cfunc(o), .sig = o->type};
    if (fun->kind == N_SELECTOR && fun->selector.sel && fun->selector.sel->kind == SEL_METHOD)
        return method_callee(f, fun);
    Type *sig = underlying(fun->type);
    if (fun->kind == N_FUNCLIT && fun->funclit.func->inlined)
        return inlined_callee(f, fun->funclit.func);
    if (fun->kind == N_FUNCLIT) {
        S closure = function_literal(f, fun);
        return (Callee){.kind = CALLEE_LITERAL,
                        .code = cfunc_of(fun->funclit.func),
                        .value = closure,
                        .value_type = fun->type,
                        .sig = sig};
    }
    S v = stable(f, fun->type, expr_value(f, fun));
    return (Callee){.kind = CALLEE_VALUE, .value = v, .value_type = fun->type, .sig = sig};
}

/* The slice that holds arguments [from, n) of a variadic call. */
static S pack_variadic(FuncGen *f, Node *call, TextList *xs, int from, Type *slice) {
    Type *elem = underlying(slice)->slice.elem;
    int n = xs->n - from;
    if (n == 0) return czero(slice);
    S p;
    if (call->dots_esc == ESC_NONE) {
        p = stored_array(f, ctype(elem), n);
    } else {
        p = temp_c(f, xprintf("%s *", ctype(elem)), xprintf("gm_newarray(%s, %d)", cdesc(elem), n));
    }
    for (int i = 0; i < n; i++) put(f, "%s[%d] = %s;", p, i, unwrap(xs->v[from + i]));
    return xprintf("((gm_slice){%s, %d, %d})", p, n, n);
}

static Type *param_type(Type *sig, int i, bool dots) {
    ObjList *ps = &sig->func.params;
    if (sig->func.variadic && !dots && i >= ps->n - 1)
        return underlying(ps->v[ps->n - 1]->type)->slice.elem;
    return ps->v[i]->type;
}

/* The values of the arguments, each as its parameter's type (an element of the variadic one). */
static TextList evaluate_args(FuncGen *f, Node *n, Type *sig) {
    TextList xs = {0};
    NodeList *args = &n->call.args;
    if (args->n == 1 && args->v[0]->type && args->v[0]->type->kind == T_TUPLE) {
        Node *inner = unparen(args->v[0]);
        Type *tuple = inner->type;
        S t = early_name(f, inner);
        if (!t) t = expr_temp(f, inner);
        for (int i = 0; i < tuple->tuple.elems.n; i++)
            push(&xs, convert(f, xprintf("%s.r%d", t, i), tuple->tuple.elems.v[i],
                              param_type(sig, i, false), inner));
        return xs;
    }
    for (int i = 0; i < args->n; i++)
        push(&xs, expr_as(f, args->v[i], param_type(sig, i, n->call.dots)));
    return xs;
}

TextList call_values(FuncGen *f, Node *n, Type *sig, TypeList *types) {
    sig = underlying(sig);
    TextList xs = evaluate_args(f, n, sig);
    for (int i = 0; i < xs.n; i++) push(types, param_type(sig, i, n->call.dots));
    return xs;
}

TextList call_args(FuncGen *f, Node *n, Type *sig, TypeList *types) {
    sig = underlying(sig);
    TextList xs = evaluate_args(f, n, sig), out = {0};
    ObjList *ps = &sig->func.params;
    bool pack = sig->func.variadic && !n->call.dots;
    for (int i = 0; i < ps->n; i++) {
        if (pack && i == ps->n - 1)
            push(&out, pack_variadic(f, n, &xs, i, ps->v[i]->type));
        else
            push(&out, xs.v[i]);
        push(types, ps->v[i]->type);
    }
    return out;
}

static S interface_code(Callee *c, S value) {
    return xprintf("gm_not_nil(%s.tab)->fun[%d]", value, c->method);
}

S callee_target(Callee *c, S value) {
    switch (c->kind) {
    case CALLEE_INTERFACE: return interface_code(c, value);
    case CALLEE_VALUE: return xprintf("gm_not_nil(%s)->code", value);
    default: return xprintf("(void *)%s", c->code);
    }
}

S call_text(Callee *c, S value, TextList *args) {
    Buf b = {0};
    S last = NULL;
    int n = 0;
    switch (c->kind) {
    case CALLEE_STATIC:
        buf_printf(&b, "%s(", c->code);
        if (value) buf_printf(&b, "%s%s", n++ ? ", " : "", unwrap(value));
        break;
    case CALLEE_LITERAL:
        buf_printf(&b, "%s(", c->code);
        last = value;
        break;
    case CALLEE_INTERFACE:
        buf_printf(&b, "((%s)%s)(%s.data", ccode_type(c->sig, CODE_METHOD),
                   interface_code(c, value), value);
        n++;
        break;
    case CALLEE_VALUE:
        buf_printf(&b, "((%s)gm_not_nil(%s)->code)(", ccode_type(c->sig, CODE_CLOSURE), value);
        last = value;
        break;
    }
    for (int i = 0; i < args->n; i++) buf_printf(&b, "%s%s", n++ ? ", " : "", unwrap(args->v[i]));
    for (int i = 0; i < c->more.n; i++) buf_printf(&b, "%s%s", n++ ? ", " : "", c->more.v[i]);
    if (last) buf_printf(&b, "%s%s", n++ ? ", " : "", last);
    buf_putc(&b, ')');
    return buf_str(&b);
}

S call_root(FuncGen *f, Node *n) {
    Callee c = callee(f, n);
    TypeList types = {0};
    TextList args = call_args(f, n, c.sig, &types);
    set_pos(f, n->pos);
    return call_text(&c, c.value, &args);
}

/* --- values that come in memory --- */

enum { WORD = 8, IN_REGISTERS = 2, SMALL = 4, FORGOTTEN = 32 /* words at most */ };

static int64_t align_up(int64_t at, int64_t align) {
    return (at + align - 1) / align * align;
}

/* A value's size, and those of its first words that hold pointers, as bits. */
static int64_t measure(Type *t, uint32_t *pointers) {
    TypeList one = {0}, *parts = &t->tuple.elems;
    if (t->kind != T_TUPLE) {
        push(&one, t);
        parts = &one;
    }
    *pointers = 0;
    int64_t at = 0;
    for (int i = 0; i < parts->n; i++) {
        Type *part = parts->v[i];
        at = align_up(at, type_align(part));
        if (has_pointers(part) && at + type_ptrdata(part) <= FORGOTTEN * WORD) {
            uint8_t bits[FORGOTTEN / 8] = {0};
            desc_bitmap(part, at, bits);
            for (int w = 0; w < FORGOTTEN; w++)
                *pointers |= (uint32_t)(bits[w / 8] >> w % 8 & 1) << w;
        }
        at += type_size(part);
    }
    return at;
}

void forget(FuncGen *f, S lvalue, Type *t) {
    uint32_t pointers;
    measure(t, &pointers);
    if (pointers) put(f, "GM_FORGET(%s, %#x);", lvalue, pointers);
}

void forget_later(FuncGen *f, S name, Type *t) {
    if (!f->oneline) push(&f->held, ((Held){name, t, f->indent}));
}

void forget_held(FuncGen *f, int from) {
    for (int i = from; i < f->held.n; i++) {
        Held *h = &f->held.v[i];
        if (h->indent == f->indent) forget(f, h->name, h->type); /* else its block is closed */
    }
    f->held.n = from;
}

/* Whether the call leaves pointers in memory. An inlined call's value is in none. */
static bool leaves_pointers(Node *call) {
    Node *fun = unparen(call->call.fun);
    if (fun->kind == N_FUNCLIT && fun->funclit.func->inlined) return false;
    uint32_t pointers;
    return call->type && measure(call->type, &pointers) > IN_REGISTERS * WORD && pointers;
}

bool small_in_memory(Node *call) {
    return type_size(call->type) <= SMALL * WORD && leaves_pointers(call);
}

S call_temp(FuncGen *f, Node *call) {
    S text = call_root(f, call);
    set_pos(f, call->pos);
    S result = temp(f, call->type, text);
    if (leaves_pointers(call)) forget_later(f, result, call->type);
    return result;
}

void call_for_effect(FuncGen *f, Node *call) {
    S text = call_root(f, call);
    if (leaves_pointers(call))
        forget(f, temp(f, call->type, text), call->type);
    else
        put(f, "%s;", text);
}
