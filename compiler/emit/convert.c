/* convert.c - conversions, interface values, type assertions. */
#include "emit/body.h"

static bool empty_iface(Type *t) {
    return underlying(t)->iface.all_methods.n == 0;
}

static bool c_struct(Type *t) {
    int k = underlying(t)->kind;
    return k == T_STRUCT || k == T_ARRAY;
}

S coerce(FuncGen *f, S x, Type *from, Type *to) {
    S a = ctype(from), b = ctype(to);
    if (strcmp(a, b) == 0) return x;
    if (!c_struct(from)) return xprintf("((%s)%s)", b, x);
    return xprintf("(*(%s *)&%s)", b, temp(f, from, x));
}

/* --- numbers --- */

static S float_to_int(S x, Type *to) {
    S how = "gm_ftoi32";
    if (type_size(to) == 8)
        how = is_unsigned(to) ? "gm_ftou64" : "gm_ftoi64";
    else if (type_size(to) == 4 && is_unsigned(to))
        how = "gm_ftou32";
    S text = xprintf("%s(%s)", how, unwrap(x));
    return type_size(to) < 4 ? xprintf("((%s)%s)", ctype(to), text) : text;
}

static S number(S x, Type *from, Type *to) {
    if (is_float(from) && is_integer(to)) return float_to_int(x, to);
    if (strcmp(ctype(from), ctype(to)) == 0) return x;
    return xprintf("((%s)%s)", ctype(to), x);
}

/* --- strings --- */

static S room(FuncGen *f, Node *n, int bytes) {
    if (!n || n->esc != ESC_NONE) return "NULL";
    return stored_array(f, "uint8_t", bytes);
}

static S to_string(FuncGen *f, S x, Type *from, Node *n) {
    if (is_integer(from)) {
        S v = is_unsigned(from) && type_size(from) == 8 ? xprintf("gm_rune_of(%s)", unwrap(x))
                                                        : unwrap(x);
        return xprintf("gm_string_from_rune(%s, %s)", room(f, n, 32), v);
    }
    x = stable(f, from, x);
    if (n && n->borrowed) return xprintf("((gm_string){%s.p, %s.len})", x, x);
    if (is_bytes(from))
        return xprintf("gm_string_from_bytes(%s, %s.p, %s.len)", room(f, n, 32), x, x);
    return xprintf("gm_string_from_runes(%s, %s)", room(f, n, 32), x);
}

/* --- to interfaces --- */

S static_data(Type *t, S init) {
    S name = xprintf("gm_k%d", gen.serial++);
    buf_printf(&gen.data, "static const %s %s = %s;\n", ctype(t), name, init);
    return name;
}

S dynamic_type(S x, Type *iface) {
    return empty_iface(iface) ? xprintf("%s.type", x) : xprintf("gm_iface_type(%s)", x);
}

S as_eface(S x, Type *iface) {
    if (empty_iface(iface)) return x;
    return xprintf("((gm_eface){gm_iface_type(%s), %s.data})", x, x);
}

S from_data_word(S data, Type *t) {
    if (!is_direct(t)) return xprintf("(*(%s *)%s)", ctype(t), data);
    if (c_struct(t)) return xprintf("(*(%s *)&%s)", ctype(t), data);
    return xprintf("((%s)%s)", ctype(t), data);
}

/* The data word for value x of type t. */
static S data_word(FuncGen *f, S x, Type *t, Node *n) {
    if (is_direct(t)) {
        if (c_struct(t)) return xprintf("*(void **)&%s", temp(f, t, x));
        return xprintf("(void *)%s", x);
    }
    if (type_size(t) == 0) {
        if (!is_simple(x)) put(f, "(void)%s;", x);
        return "&gm_zerobase";
    }
    if (n && n->cval && !is_interface(n->type)) {
        S init = cstatic(n, t, false);
        if (init) return xprintf("(void *)&%s", static_data(t, init));
    }
    if (type_size(t) == 1)
        return xprintf("(void *)&gm_staticuint64s[(uint8_t)%s]",
                       c_struct(t) ? xprintf("*(uint8_t *)&%s", temp(f, t, x)) : x);
    if (n && n->box_esc == ESC_NONE) {
        S box = stored(f, ctype(t));
        put(f, "%s = %s;", box, unwrap(x));
        return xprintf("&%s", box);
    }
    return xprintf("gm_box(%s, &%s)", cdesc(t), temp(f, t, x));
}

static S iface_to_iface(FuncGen *f, S x, Type *from, Type *to) {
    if (empty_iface(from)) return x;
    if (identical(underlying(from), underlying(to))) return x;
    x = stable(f, from, x);
    if (empty_iface(to)) return as_eface(x, from);
    return xprintf("((gm_iface){%s.tab ? gm_getitab(%s, %s.tab->type) : NULL, %s.data})", x,
                   cdesc_kind(to), x, x);
}

S to_interface(FuncGen *f, S x, Type *from, Type *to, Node *n) {
    if (is_interface(from)) return iface_to_iface(f, x, from, to);
    S data = data_word(f, x, from, n);
    if (empty_iface(to)) return xprintf("((gm_eface){%s, %s})", cdesc(from), data);
    return xprintf("((gm_iface){%s, %s})", citab(to, from), data);
}

/* --- all conversions --- */

S convert(FuncGen *f, S x, Type *from, Type *to, Node *n) {
    if (from == to || identical(from, to)) return coerce(f, x, from, to);
    if (from->kind == T_UNTYPED_NIL) return czero(to);
    if (from->kind == T_UNTYPED_BOOL && !is_interface(to)) return x;
    if (is_untyped(from)) from = default_type(from);
    Type *u = underlying(from), *v = underlying(to);
    if (v->kind == T_INTERFACE) return to_interface(f, x, from, to, n);
    if (is_numeric(from) && is_numeric(to)) return number(x, from, to);
    if (v->kind == T_STRING && u->kind != T_STRING) return to_string(f, x, from, n);
    if (u->kind == T_STRING && v->kind == T_SLICE) {
        if (n && n->borrowed) {
            x = stable(f, from, x);
            return xprintf("((gm_slice){(void *)%s.p, %s.n, %s.n})", x, x, x);
        }
        if (is_bytes(to)) return xprintf("gm_bytes_from_string(%s, %s)", room(f, n, 32), unwrap(x));
        return xprintf("gm_runes_from_string(%s)", unwrap(x));
    }
    if (u->kind == T_SLICE && v->kind == T_POINTER)
        return xprintf("((%s)gm_slice_to_array(%s, %lld))", ctype(to), unwrap(x),
                       (long long)underlying(v->pointer.elem)->array.len);
    if (u->kind == T_SLICE && v->kind == T_ARRAY)
        return temp(f, to,
                    xprintf("*(%s *)gm_slice_to_array(%s, %lld)", ctype(to), unwrap(x),
                            (long long)v->array.len));
    return coerce(f, x, from, to);
}

/* --- type assertions --- */

static S assert_concrete(FuncGen *f, S x, Type *xt, Type *t, S *ok) {
    S dyn = dynamic_type(x, xt), desc = cdesc(t);
    S held = from_data_word(xprintf("%s.data", x), t);
    if (ok) {
        *ok = temp_c(f, "bool", xprintf("%s == %s", dyn, desc));
        return temp(f, t, xprintf("%s ? %s : %s", *ok, held, czero(t)));
    }
    put(f, "if (GM_UNLIKELY(%s != %s)) gm_panic_assert(%s, %s, %s, NULL);", dyn, desc, cdesc(xt),
        dyn, desc);
    return temp(f, t, held);
}

static S assert_interface(FuncGen *f, S x, Type *xt, Type *t, S *ok) {
    S dyn = dynamic_type(x, xt);
    if (empty_iface(t)) {
        if (ok)
            *ok = temp_c(f, "bool", xprintf("%s != NULL", dyn));
        else
            put(f, "if (GM_UNLIKELY(%s == NULL)) gm_panic_assert(%s, NULL, %s, NULL);", dyn,
                cdesc(xt), cdesc(t));
        return temp(f, t, as_eface(x, xt));
    }
    if (!ok)
        return temp(f, t,
                    xprintf("(gm_iface){gm_assert_itab(%s, %s), %s.data}", cdesc_kind(t), dyn, x));
    S tab = temp_c(f, "const gm_itab *", xprintf("gm_assert_itab2(%s, %s)", cdesc_kind(t), dyn));
    *ok = temp_c(f, "bool", xprintf("%s != NULL", tab));
    return temp(f, t, xprintf("(gm_iface){%s, %s ? %s.data : NULL}", tab, tab, x));
}

S type_assert(FuncGen *f, Node *n, S *ok) {
    Node *xn = n->assert_.x;
    Type *xt = value_type(xn), *t = n->assert_.typ->type;
    S x = stable(f, xt, expr_value(f, xn));
    return is_interface(t) ? assert_interface(f, x, xt, t, ok) : assert_concrete(f, x, xt, t, ok);
}
