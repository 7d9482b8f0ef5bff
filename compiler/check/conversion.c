/* conversion.c - explicit conversions T(x). */
#include "check/exprs.h"

/* The UTF-8 form of a code point; what is none becomes U+FFFD. */
static Const *rune_string(const Const *v) {
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

/* A constant as a constant of type t. */
static bool convert_const(Operand *x, Type *t) {
    if (representable_const(x->cval, t, &x->cval)) return true;
    if (!is_integer(x->type) || !is_string(t)) return false;
    x->cval = rune_string(x->cval);
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
    return v->kind == T_POINTER && t->kind == T_POINTER &&
           identical_ignore_tags(underlying(v->pointer.elem), underlying(t->pointer.elem));
}

static bool slice_to_array_pointer(Type *vu, Type *tu) {
    if (vu->kind != T_SLICE || tu->kind != T_POINTER) return false;
    Type *a = underlying(tu->pointer.elem);
    return a->kind == T_ARRAY && identical(vu->slice.elem, a->array.elem);
}

static bool convertible_to(Checker *c, Operand *x, Type *t, char **cause) {
    if (assignable_to(c, x, t, cause)) return true;
    Type *vu = underlying(x->type), *tu = underlying(t);
    if (identical_ignore_tags(vu, tu) || pointers_alike(x->type, t)) return true;
    if (is_integer_or_float(vu) && is_integer_or_float(tu)) return true;
    if (is_complex(vu) && is_complex(tu)) return true;
    if (is_string(tu) && (is_integer(vu) || is_bytes(vu) || is_runes(vu))) return true;
    if (is_string(vu) && (is_bytes(tu) || is_runes(tu))) return true;
    if (tu->kind == T_UNSAFEPTR && (vu->kind == T_POINTER || is_uintptr(vu))) return true;
    if (vu->kind == T_UNSAFEPTR && (tu->kind == T_POINTER || is_uintptr(tu))) return true;
    return slice_to_array_pointer(vu, tu);
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
        ok = convert_const(x, t);
    } else {
        ok = convertible_to(c, x, t, &cause);
        x->mode = MODE_VALUE;
    }
    if (!ok) {
        char *what = operand_str(c, &arg), *to = tstr(c, t);
        if (cause)
            err_operand(c, x, "cannot convert %s to type %s:\n\t%s", what, to, cause);
        else
            err_operand(c, x, "cannot convert %s to type %s", what, to);
        x->mode = MODE_INVALID;
        return;
    }
    if (is_untyped(x->type)) {
        Type *final = t;
        if (x->type->kind == T_UNTYPED_NIL)
            ;
        else if (is_interface(t) || (const_arg && !is_const_type(t)))
            final = default_type(x->type);
        else if (x->mode == MODE_CONST && is_integer(x->type) && is_string(t))
            final = x->type;
        update_type(c, x->expr, final, true);
    }
    if (x->mode != MODE_CONST) x->cval = NULL;
    x->type = t;
}
