/* conversion.c - explicit conversions T(x). */
#include "check/exprs.h"

/* The UTF-8 form of a code point; what is none becomes U+FFFD. */
Const *rune_string(const Const *v) {
    uint64_t r;
    if (!const_to_u64(v, &r) || r > 0x10FFFF || (r >= 0xD800 && r < 0xE000)) r = 0xFFFD;
    char *s = alloc(4);
    size_t n = 0;
    if (r < 0x80) {
        s[n++] = (char)r;
    } else if (r < 0x800) {
        s[n++] = (char)(0xC0 | r >> 6);
        s[n++] = (char)(0x80 | (r & 0x3F));
    } else if (r < 0x10000) {
        s[n++] = (char)(0xE0 | r >> 12);
        s[n++] = (char)(0x80 | (r >> 6 & 0x3F));
        s[n++] = (char)(0x80 | (r & 0x3F));
    } else {
        s[n++] = (char)(0xF0 | r >> 18);
        s[n++] = (char)(0x80 | (r >> 12 & 0x3F));
        s[n++] = (char)(0x80 | (r >> 6 & 0x3F));
        s[n++] = (char)(0x80 | (r & 0x3F));
    }
    return const_string((Str){s, n});
}

/* A constant as a constant of type t; *v, if not NULL, gets the value. */
static bool convert_const(const Operand *x, Type *t, Const **v) {
    if (!is_const_type(t)) return false;
    if (representable_const(x->cval, t, v)) return true;
    if (!is_integer(x->type) || !is_string(t)) return false;
    if (v) *v = rune_string(x->cval);
    return true;
}

static bool is_uintptr(const Type *u) {
    return u->kind == T_UINTPTR;
}

static bool is_integer_or_float(const Type *u) {
    return is_integer(u) || is_float(u);
}

/* Pointers without names whose bases differ in tags only. */
static bool pointers_alike(Type *v, Type *t) {
    return v->kind == T_POINTER && !is_tparam(v->pointer.elem) && !is_tparam(deref(t, NULL)) &&
           v->kind == T_POINTER && t->kind == T_POINTER &&
           identical_ignore_tags(underlying(v->pointer.elem), underlying(t->pointer.elem));
}

static bool slice_to_array(Checker *c, Type *vu, Type *tu, char **cause) {
    if (vu->kind != T_SLICE) return false;
    bool ptr = tu->kind == T_POINTER;
    Type *a = ptr ? underlying(tu->pointer.elem) : tu;
    if (a->kind != T_ARRAY || !identical(vu->slice.elem, a->array.elem)) return false;
    if (allow_version(c, ptr ? 17 : 20)) return true;
    if (cause)
        *cause = ptr ? "conversion of slice to array pointer requires go1.17 or later"
                     : "conversion of slice to array requires go1.20 or later";
    return false;
}

static bool convertible_to(Checker *c, Operand *x, Type *t, char **cause);

static void add_cause(char **cause, char *msg) {
    if (cause) *cause = *cause ? xprintf("%s\n\t%s", msg, *cause) : msg;
}

/* x of one type of its set, to each type of t's set. */
static bool one_convertible(Checker *c, Operand *x, Type *t, Type *xp, char **cause) {
    const TermList *terms = tparam_terms(t);
    if (!terms) return false;
    for (int i = 0; i < terms->n; i++) {
        Type *ti = terms->v[i].type;
        if (convertible_to(c, x, ti, cause)) continue;
        char *in = xp ? xprintf(" (in %s)", tstr(c, xp)) : "";
        add_cause(cause, xprintf("cannot convert %s%s to type %s (in %s)", tstr(c, x->type), in,
                                 tstr(c, ti), tstr(c, t)));
        return false;
    }
    return true;
}

static bool generic_convertible(Checker *c, Operand *x, Type *t, char **cause) {
    if (!is_tparam(x->type)) return one_convertible(c, x, t, NULL, cause);
    const TermList *terms = tparam_terms(x->type);
    if (!terms) return false;
    for (int i = 0; i < terms->n; i++) {
        Operand xi = *x;
        xi.type = terms->v[i].type;
        if (is_tparam(t)) {
            if (!one_convertible(c, &xi, t, x->type, cause)) return false;
        } else if (!convertible_to(c, &xi, t, cause)) {
            add_cause(cause, xprintf("cannot convert %s (in %s) to type %s", tstr(c, xi.type),
                                     tstr(c, x->type), tstr(c, t)));
            return false;
        }
    }
    return true;
}

static bool convertible_to(Checker *c, Operand *x, Type *t, char **cause) {
    if (assignable_to(c, x, t, cause)) return true;
    bool generic = is_tparam(x->type) || is_tparam(t);
    Type *vu = underlying(x->type), *tu = underlying(t);
    if ((!generic && identical_ignore_tags(vu, tu)) || pointers_alike(x->type, t)) return true;
    if (is_integer_or_float(vu) && is_integer_or_float(tu)) return true;
    if (is_complex(vu) && is_complex(tu)) return true;
    if (is_string(tu) && (is_integer(vu) || is_bytes(vu) || is_runes(vu))) return true;
    if (is_string(vu) && (is_bytes(tu) || is_runes(tu))) return true;
    if (tu->kind == T_UNSAFEPTR && (vu->kind == T_POINTER || is_uintptr(vu))) return true;
    if (vu->kind == T_UNSAFEPTR && (tu->kind == T_POINTER || is_uintptr(tu))) return true;
    if (slice_to_array(c, vu, tu, cause)) return true;
    return generic && generic_convertible(c, x, t, cause);
}

/* A constant to a type parameter: to each type of its set; what comes out is no constant. */
static bool const_to_tparam(Checker *c, Operand *x, Type *t, char **cause) {
    TypePairs set = typeset(t);
    for (int i = 0; i < set.n; i++) {
        Type *u = set.v[i].u;
        if (!u) {
            *cause = xprintf("%s does not contain specific types", tstr(c, t));
            return false;
        }
        if (is_string(x->type) && (is_bytes(u) || is_runes(u))) continue;
        if (convert_const(x, u, NULL)) continue;
        *cause = is_integer(x->type) && is_integer(u)
                     ? xprintf("constant %s overflows %s (in %s)", const_str(x->cval), tstr(c, u),
                               tstr(c, t))
                     : xprintf("cannot convert %s to type %s (in %s)", operand_str(c, x),
                               tstr(c, u), tstr(c, t));
        return false;
    }
    return true;
}

/* x becomes T(x). */
void conversion(Checker *c, Operand *x, Type *t) {
    bool const_arg = x->mode == MODE_CONST, ok;
    char *cause = NULL;
    if (!valid(t) || !valid(x->type)) {
        x->mode = MODE_INVALID;
        return;
    }
    Operand arg = *x; /* as it is to be named */
    if (const_arg && is_const_type(t)) {
        ok = convert_const(x, t, &x->cval);
        if (!ok && is_integer(x->type) && is_integer(t)) {
            err_operand(c, x, "constant %s overflows %s", const_str(x->cval), tstr(c, t));
            x->mode = MODE_INVALID;
            return;
        }
    } else if (const_arg && is_tparam(t)) {
        ok = const_to_tparam(c, x, t, &cause);
        x->mode = arg.mode = MODE_VALUE;
    } else {
        ok = convertible_to(c, x, t, &cause);
        x->mode = MODE_VALUE;
    }
    if (!ok) {
        char *what = operand_str(c, &arg), *to = tstr(c, t);
        if (cause)
            err_operand(c, x, "cannot convert %s to type %s: %s", what, to, cause);
        else
            err_operand(c, x, "cannot convert %s to type %s", what, to);
        x->mode = MODE_INVALID;
        return;
    }
    if (is_untyped(x->type)) {
        Type *final = t;
        if (x->type->kind == T_UNTYPED_NIL)
            ;
        else if (is_value_interface(t) || (const_arg && !is_const_type(t)))
            final = default_type(x->type);
        else if (x->mode == MODE_CONST && is_integer(x->type) && all_string(t))
            final = x->type;
        update_type(c, x->expr, final, true);
    }
    if (x->mode != MODE_CONST) x->cval = NULL;
    x->type = t;
}
