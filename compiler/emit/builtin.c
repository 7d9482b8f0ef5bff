/* builtin.c - calls of the built-in functions. */
#include "emit/body.h"

static Node *arg(Node *n, int i) {
    return n->call.args.v[i];
}

static S length(FuncGen *f, Node *n, bool cap) {
    Node *x = arg(n, 0);
    Type *u = underlying(value_type(x));
    S text = expr_value(f, x);
    switch (u->kind) {
    case T_STRING: return xprintf("%s.n", text);
    case T_SLICE: return xprintf("%s.%s", text, cap ? "cap" : "len");
    case T_MAP: return xprintf("gm_map_len(%s)", unwrap(text));
    case T_CHAN: return xprintf("gm_chan_%s(%s)", cap ? "capacity" : "length", unwrap(text));
    case T_ARRAY:
        if (!is_simple(text)) put(f, "(void)%s;", text); /* it may panic */
    /* fall through */
    case T_POINTER: {
        Type *a = u->kind == T_ARRAY ? u : underlying(u->pointer.elem);
        return xprintf("((gm_int)%lld)", (long long)a->array.len);
    }
    default: ice(n->pos, "len of this type");
    }
}

/* A size argument may have any integer type; one beyond int is as bad as a negative one. */
static S int_arg(FuncGen *f, Node *n, int i) {
    return unwrap(expr_as(f, arg(n, i), types_basic[T_INT]));
}

static S size_arg(FuncGen *f, Node *n, int i) {
    Node *x = arg(n, i);
    Type *t = value_type(x);
    if (x->cval || !is_integer(t) || strcmp(ctype(t), "gm_int") == 0) return int_arg(f, n, i);
    return xprintf("(gm_int)%s", expr_value(f, x));
}

/* --- append and copy --- */

/* append(x, make([]T, n)...) makes no temporary: the slice is extended with zeroes. */
Node *made_length(Node *y) {
    y = unparen(y);
    bool made = y->kind == N_CALL && y->call.builtin - 1 == B_MAKE && y->call.args.n == 2 &&
                !y->conv && !y->early;
    return made ? y : NULL;
}

static S append_slice(FuncGen *f, Node *n, Type *elem) {
    S s = expr_as(f, arg(n, 0), n->type);
    Node *y = arg(n, 1), *made = made_length(y);
    if (made) return xprintf("gm_extend(%s, %s, %s)", cdesc(elem), unwrap(s), size_arg(f, made, 1));
    if (unparen(y)->mode == MODE_NIL) return s;
    bool text = is_string(value_type(y));
    S t = stable(f, value_type(y), expr_value(f, y));
    return xprintf("gm_append(%s, %s, %s.p, %s.%s)", cdesc(elem), unwrap(s), t, t,
                   text ? "n" : "len");
}

static S append_values(FuncGen *f, Node *n, Type *elem) {
    int count = n->call.args.n - 1;
    S first = expr_as(f, arg(n, 0), n->type);
    TextList values = {0};
    for (int i = 0; i < count; i++) push(&values, expr_as(f, arg(n, i + 1), elem));
    for (int i = 0; i < count && count > 1; i++) /* a store could change what a later one reads */
        if (!arg(n, i + 1)->cval) values.v[i] = stable(f, elem, values.v[i]);
    S s = temp(f, n->type, first);
    /* unsigned: of elements without size there may be as many as a length can count */
    put(f,
        "if (GM_UNLIKELY((gm_uint)%s.len + %d > (gm_uint)%s.cap)) "
        "%s = gm_growslice(%s, %s, %s.len + %d);",
        s, count, s, s, cdesc(elem), s, s, count);
    for (int i = 0; i < count; i++) {
        S at = i ? xprintf("%s.len + %d", s, i) : xprintf("%s.len", s);
        store(f, xprintf("((%s *)%s.p)[%s]", ctype(elem), s, at), false, elem, values.v[i]);
    }
    put(f, "%s.len += %d;", s, count);
    return s;
}

static S append_call(FuncGen *f, Node *n) {
    Type *elem = underlying(n->type)->slice.elem;
    if (n->call.dots) return append_slice(f, n, elem);
    if (n->call.args.n == 1) return expr_as(f, arg(n, 0), n->type);
    return append_values(f, n, elem);
}

static S copy_call(FuncGen *f, Node *n) {
    Node *d = arg(n, 0), *s = arg(n, 1);
    Type *elem = underlying(d->type)->slice.elem;
    S dst = expr_value(f, d);
    S src = stable(f, value_type(s), expr_value(f, s));
    S len = is_string(value_type(s)) ? "n" : "len";
    if (!has_pointers(elem))
        return xprintf("gm_copy_plain(%lld, %s, %s.p, %s.%s)", (long long)type_size(elem),
                       unwrap(dst), src, src, len);
    return xprintf("gm_copy(%s, %s, %s.p, %s.%s)", cdesc(elem), unwrap(dst), src, src, len);
}

/* --- make and new --- */

static S make_slice(FuncGen *f, Node *n) {
    Type *elem = underlying(n->type)->slice.elem;
    int64_t len, cap;
    Node *last = arg(n, n->call.args.n - 1);
    bool fixed = last->cval && const_to_i64(last->cval, &cap) && cap >= 0 && arg(n, 1)->cval &&
                 const_to_i64(arg(n, 1)->cval, &len) && len >= 0 && len <= cap;
    if (n->esc == ESC_NONE && fixed) {
        if (cap == 0) return "((gm_slice){&gm_zerobase, 0, 0})";
        S name = stored(f, ctype(new_array(elem, cap)));
        put(f, "__builtin_memset(&%s, 0, sizeof %s);", name, name);
        return xprintf("((gm_slice){&%s, %lld, %lld})", name, (long long)len, (long long)cap);
    }
    S l = stable(f, types_basic[T_INT], size_arg(f, n, 1));
    S c = n->call.args.n > 2 ? stable(f, types_basic[T_INT], size_arg(f, n, 2)) : l;
    return xprintf("((gm_slice){gm_makeslice(%s, %s, %s), %s, %s})", cdesc(elem), l, c, l, c);
}

static S make_call(FuncGen *f, Node *n) {
    Type *u = underlying(n->type);
    S size;
    switch (u->kind) {
    case T_SLICE: return make_slice(f, n);
    case T_MAP:
        size = n->call.args.n > 1 ? size_arg(f, n, 1) : "0";
        return temp(f, n->type, xprintf("gm_makemap(%s, %s)", cdesc_kind(n->type), size));
    default:
        size = n->call.args.n > 1 ? size_arg(f, n, 1) : "0";
        return temp(f, n->type, xprintf("gm_go_chan_make(%s, %s)", cdesc_kind(n->type), size));
    }
}

static S new_call(FuncGen *f, Node *n) {
    Type *t = underlying(n->type)->pointer.elem;
    bool is_value = arg(n, 0)->mode != MODE_TYPE;
    S init = is_value ? expr_root(f, arg(n, 0), t) : czero(t);
    if (n->esc == ESC_NONE) {
        S name = stored(f, ctype(t));
        put(f, "%s = %s;", name, unwrap(init));
        return xprintf("(&%s)", name);
    }
    if (is_value) {
        if (!is_simple(init)) init = temp(f, t, init);
        S p = temp(f, n->type, xprintf("gm_new_here(%s)", cdesc(t)));
        put(f, "*%s = %s;", p, init);
        return p;
    }
    return xprintf("((%s)gm_new_here(%s))", ctype(n->type), cdesc(t));
}

/* --- min, max, clear --- */

static S lesser(FuncGen *f, Type *t, bool min, S x, S y) {
    const char *name = min ? "min" : "max";
    if (is_float(t)) return xprintf("gm_%s%d(%s, %s)", name, (int)type_size(t) * 8, x, y);
    if (is_string(t))
        return xprintf("(gm_string_cmp(%s, %s) %s 0 ? %s : %s)", y, x, min ? "<" : ">", y, x);
    (void)f;
    return xprintf("(%s %s %s ? %s : %s)", y, min ? "<" : ">", x, y, x);
}

static S min_max_call(FuncGen *f, Node *n, bool min) {
    NodeList *args = &n->call.args;
    TextList values = {0};
    for (int i = 0; i < args->n; i++) push(&values, expr_as(f, args->v[i], n->type));
    S x = values.v[0];
    for (int i = 1; i < values.n; i++)
        x = lesser(f, n->type, min, stable(f, n->type, x), stable(f, n->type, values.v[i]));
    return x;
}

static S clear_call(FuncGen *f, Node *n) {
    Type *t = arg(n, 0)->type, *u = underlying(t);
    S x = expr_value(f, arg(n, 0));
    if (u->kind == T_MAP) return xprintf("gm_map_clear(%s, %s)", cdesc_kind(t), unwrap(x));
    Type *elem = u->slice.elem;
    if (has_pointers(elem)) return xprintf("gm_slice_clear(%s, %s)", cdesc(elem), unwrap(x));
    x = stable(f, t, x);
    return xprintf("__builtin_memset(%s.p, 0, (size_t)%s.len * %lld)", x, x,
                   (long long)type_size(elem));
}

/* --- print --- */

static void print_value(FuncGen *f, Node *x) {
    Type *t = value_type(x);
    if (is_untyped(t) && t->kind != T_UNTYPED_NIL) t = default_type(t);
    S v = t->kind == T_UNTYPED_NIL ? "NULL" : unwrap(expr_as(f, x, t));
    Type *u = underlying(t);
    S what;
    switch (u->kind) {
    case T_STRING: what = "string"; break;
    case T_SLICE: what = "slice"; break;
    case T_INTERFACE: what = u->iface.all_methods.n ? "iface" : "eface"; break;
    case T_BOOL: what = "bool"; break;
    default:
        what = is_complex(t)    ? type_size(t) == 8 ? "complex64" : "complex128"
               : is_float(t)    ? type_size(t) == 4 ? "float32" : "float64"
               : is_unsigned(t) ? "uint"
               : is_integer(t)  ? "int"
                                : "pointer";
    }
    put(f, "gm_print_%s(%s);", what, v);
}

static void print_call(FuncGen *f, Node *n, bool line) {
    /* the values are computed before the lock is taken: they may print themselves */
    NodeList values = {0};
    for (int i = 0; i < n->call.args.n; i++) {
        Node *x = unparen(arg(n, i));
        if (x->cval || x->mode == MODE_NIL || x->type->kind == T_UNTYPED_NIL) {
            push(&values, x);
            continue;
        }
        Type *t = value_type(x);
        bool last = i == n->call.args.n - 1;
        S v = last ? stable(f, t, expr_value(f, x)) : temp(f, t, expr_root(f, x, t));
        Node *id = named_value(f, v, t, x->pos);
        push(&values, id);
    }
    put(f, "gm_print_lock();");
    for (int i = 0; i < values.n; i++) {
        if (line && i) put(f, "gm_print_sp();");
        print_value(f, values.v[i]);
    }
    if (line) put(f, "gm_print_nl();");
    put(f, "gm_print_unlock();");
}

/* --- the rest --- */

static S delete_call(FuncGen *f, Node *n) {
    Node *m = arg(n, 0), *k = arg(n, 1);
    S mt = expr_value(f, m);
    Type *kt = underlying(m->type)->map.key;
    S key = temp(f, kt, expr_as(f, k, kt));
    return xprintf("gm_map_delete(%s, %s, &%s)", cdesc_kind(m->type), unwrap(mt), key);
}

static S complex_call(FuncGen *f, Node *n) {
    bool small = type_size(n->type) == 8;
    Type *part = types_basic[small ? T_FLOAT32 : T_FLOAT64];
    S re = expr_as(f, arg(n, 0), part);
    S im = expr_as(f, arg(n, 1), part);
    return xprintf("__builtin_complex((%s)%s, (%s)%s)", ctype(part), re, ctype(part), im);
}

static S unsafe_slice(FuncGen *f, Node *n) {
    Node *p = arg(n, 0);
    Type *elem = underlying(n->type)->slice.elem;
    S ptr = expr_value(f, p);
    return xprintf("gm_unsafe_slice(%s, %s, %lld)", unwrap(ptr), size_arg(f, n, 1),
                   (long long)type_size(elem));
}

static S unsafe_string(FuncGen *f, Node *n) {
    S ptr = expr_value(f, arg(n, 0));
    return xprintf("gm_unsafe_string(%s, %s)", unwrap(ptr), size_arg(f, n, 1));
}

/* f(g()) with several results: the same call with its arguments named. */
Node *spread(FuncGen *f, Node *n) {
    Node *x = n->call.args.n == 1 ? unparen(arg(n, 0)) : NULL;
    if (!x || !x->type || x->type->kind != T_TUPLE || x->mode == MODE_TYPE) return n;
    TypeList *types = &x->type->tuple.elems;
    S t = early_name(f, x);
    if (!t) t = expr_temp(f, x);
    Node *copy = new_(Node);
    *copy = *n;
    copy->call.args = (NodeList){0};
    for (int i = 0; i < types->n; i++)
        push(&copy->call.args, named_value(f, xprintf("%s.r%d", t, i), types->v[i], x->pos));
    return copy;
}

S builtin_call(FuncGen *f, Node *n, bool *is_call) {
    n = spread(f, n);
    *is_call = false;
    switch (n->call.builtin - 1) {
    case B_LEN: return length(f, n, false);
    case B_CAP: return length(f, n, true);
    case B_APPEND: return append_call(f, n);
    case B_MAKE: return make_call(f, n);
    case B_NEW: return new_call(f, n);
    case B_COMPLEX: return complex_call(f, n);
    case B_REAL: return xprintf("(__real__ %s)", expr_value(f, arg(n, 0)));
    case B_IMAG: return xprintf("(__imag__ %s)", expr_value(f, arg(n, 0)));
    case B_UNSAFE_ADD: {
        S p = expr_value(f, arg(n, 0));
        return xprintf("((void *)((char *)%s + %s))", p, size_arg(f, n, 1));
    }
    case B_UNSAFE_SLICE: return unsafe_slice(f, n);
    case B_UNSAFE_SLICEDATA: return xprintf("((%s)%s.p)", ctype(n->type), expr_value(f, arg(n, 0)));
    case B_UNSAFE_STRING: return unsafe_string(f, n);
    case B_UNSAFE_STRINGDATA: return xprintf("((uint8_t *)%s.p)", expr_value(f, arg(n, 0)));
    case B_MAX:
    case B_MIN: return min_max_call(f, n, n->call.builtin - 1 == B_MIN);
    case B_COPY: return temp(f, types_basic[T_INT], copy_call(f, n));
    case B_RECOVER: return temp_c(f, "gm_eface", "gm_recover(gm_may)");
    default: break;
    }
    *is_call = true;
    switch (n->call.builtin - 1) {
    case B_CLEAR: return clear_call(f, n);
    case B_CLOSE: return xprintf("gm_go_chan_close(%s)", unwrap(expr_value(f, arg(n, 0))));
    case B_DELETE: return delete_call(f, n);
    case B_PANICRANGE: return xprintf("gm_panic_range(%s)", unwrap(expr_value(f, arg(n, 0))));
    case B_PANIC: return xprintf("gm_panic(%s)", unwrap(expr_as(f, arg(n, 0), type_any)));
    case B_PRINT: print_call(f, n, false); return NULL;
    case B_PRINTLN: print_call(f, n, true); return NULL;
    default: ice(n->pos, "built-in function %d", n->call.builtin - 1);
    }
}
