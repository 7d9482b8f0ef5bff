/* untyped.c - constants and other untyped values become values of types.
 *
 * implicit_type() answers what type an untyped value takes where a type is expected;
 * update_type() writes that type down the expression (see exprs.h). A node counts as open while
 * its recorded type is untyped, so no table of open nodes is needed; the list of nodes that were
 * ever open serves finish_untyped() alone, and a small map remembers the left operands of
 * non-constant shifts, whose final type must be an integer type.
 */
#include "check/exprs.h"

typedef struct Untyped {
    NodeList open;      /* every node that was recorded with an untyped type */
    Map shift_operands; /* Node -> is_operand or not_operand */
} Untyped;

static char is_operand, not_operand; /* only their addresses matter */

static Untyped *untyped_state(Checker *c) {
    if (!c->untyped) c->untyped = new_(Untyped);
    return c->untyped;
}

void note_untyped(Checker *c, Node *e) {
    Untyped *u = untyped_state(c);
    push(&u->open, e);
    if (map_get(&u->shift_operands, e)) map_put(&u->shift_operands, e, &not_operand);
}

void mark_shift_operand(Checker *c, Node *e) {
    if (e->type && is_untyped(e->type)) map_put(&untyped_state(c)->shift_operands, e, &is_operand);
}

static bool is_shift_operand(Checker *c, const Node *e) {
    return map_get(&untyped_state(c)->shift_operands, e) == &is_operand;
}

/* --- constants in types --- */

static bool int_fits(const Const *v, TypeKind k) {
    int64_t i;
    uint64_t u;
    if (const_to_i64(v, &i)) {
        switch (k) {
        case T_INT8: return i == (int8_t)i;
        case T_INT16: return i == (int16_t)i;
        case T_INT32: return i == (int32_t)i;
        case T_UINT8: return i == (uint8_t)i;
        case T_UINT16: return i == (uint16_t)i;
        case T_UINT32: return i == (uint32_t)i;
        case T_UINT:
        case T_UINT64:
        case T_UINTPTR: return i >= 0;
        default: return true;
        }
    }
    switch (k) {
    case T_UINT:
    case T_UINT64:
    case T_UINTPTR: return const_to_u64(v, &u);
    case T_UNTYPED_INT:
    case T_UNTYPED_RUNE: return true;
    default: return false;
    }
}

/* v as a float of the precision of kind k (the part of a complex type, too); NULL: overflow. */
static Const *round_to(Const *v, TypeKind k) {
    switch (k) {
    case T_FLOAT32:
    case T_COMPLEX64: return const_round_float(v);
    case T_FLOAT64:
    case T_COMPLEX128: return const_round_double(v);
    default: return v;
    }
}

static bool complex_fits(const Const *v, TypeKind k, Const **rounded) {
    Const *z = const_to_complex(v);
    if (!z) return false;
    if (k != T_UNTYPED_COMPLEX) {
        Const *re = round_to(const_real(z), k), *im = round_to(const_imag(z), k);
        if (!re || !im) return false;
        z = const_make_complex(re, im);
    }
    if (rounded) *rounded = z;
    return true;
}

bool representable_const(const Const *v, Type *basic, Const **rounded) {
    if (!v || const_kind(v) == CONST_UNKNOWN) return true; /* reported before */
    Type *t = underlying(basic);
    if (is_integer(t)) {
        Const *i = const_to_int(v);
        if (!i) return false;
        if (rounded) *rounded = i;
        return int_fits(i, t->kind);
    }
    if (is_float(t)) {
        Const *f = const_to_float_kind(v);
        if (f) f = round_to(f, t->kind);
        if (f && rounded) *rounded = f;
        return f != NULL;
    }
    if (is_complex(t)) return complex_fits(v, t->kind, rounded);
    if (is_string(t)) return const_kind(v) == CONST_STRING;
    if (is_boolean(t)) return const_kind(v) == CONST_BOOL;
    return false;
}

ConvError representation(Operand *x, Type *basic, Const **v) {
    *v = x->cval;
    if (representable_const(x->cval, basic, v)) return CONV_OK;
    if (!is_numeric(x->type) || !is_numeric(basic)) return CONV_BAD_CONST;
    return !is_integer(x->type) && is_integer(basic) ? CONV_TRUNCATED : CONV_OVERFLOW;
}

void invalid_conversion(Checker *c, ConvError code, Operand *x, Type *target) {
    char *what = operand_str(c, x), *to = tstr(c, target);
    if (code == CONV_TRUNCATED)
        err_operand(c, x, "%s truncated to %s", what, to);
    else if (code == CONV_OVERFLOW)
        err_operand(c, x, "%s overflows %s", what, to);
    else
        err_operand(c, x, "cannot convert %s to type %s", what, to);
}

bool representable(Checker *c, Operand *x, Type *basic) {
    Const *v;
    ConvError code = representation(x, basic, &v);
    if (code != CONV_OK) {
        invalid_conversion(c, code, x, basic);
        x->mode = MODE_INVALID;
        return false;
    }
    x->cval = v;
    return true;
}

/* --- the type of an untyped value --- */

/* x untyped, target untyped: the "larger" of two numeric kinds. */
static ConvError mix_untyped(Operand *x, Type *target, Type **t) {
    if (is_numeric(x->type) && is_numeric(target)) {
        if (x->type->kind < target->kind) *t = target;
        return CONV_OK;
    }
    return x->type->kind == target->kind ? CONV_OK : CONV_BAD_UNTYPED;
}

static bool value_kind_fits(const Type *untyped, const Type *target) {
    switch (untyped->kind) {
    case T_UNTYPED_BOOL: return is_boolean(target);
    case T_UNTYPED_INT:
    case T_UNTYPED_RUNE:
    case T_UNTYPED_FLOAT:
    case T_UNTYPED_COMPLEX: return is_numeric(target);
    case T_UNTYPED_STRING: return is_string(target);
    default: return false;
    }
}

/* What type x takes where `target` is expected (*t), and a constant's value there (*v, or NULL). */
ConvError implicit_type(Operand *x, Type *target, Type **t, Const **v) {
    *t = x->type;
    *v = NULL;
    if (x->mode == MODE_INVALID || !is_untyped(x->type) || !valid(target)) return CONV_OK;
    if (is_untyped(target)) return mix_untyped(x, target, t);
    if (operand_is_nil(x)) {
        if (!has_nil(target)) return CONV_BAD_UNTYPED;
        *t = target;
        return CONV_OK;
    }
    Type *u = underlying(target);
    if (is_tparam(target)) {
        TypePairs set = typeset(target);
        for (int i = 0; i < set.n; i++) {
            Type *ti;
            Const *vi;
            if (!set.v[i].u || implicit_type(x, set.v[i].u, &ti, &vi) != CONV_OK)
                return CONV_BAD_UNTYPED;
        }
        *v = NULL; /* each type would have another */
        *t = target;
        return CONV_OK;
    }
    if (u->kind == T_INTERFACE) {
        if (!is_top_interface(u)) return CONV_BAD_UNTYPED;
        *t = default_type(x->type);
        return CONV_OK;
    }
    if (u->kind >= T_NBASIC) return CONV_BAD_UNTYPED;
    if (x->mode == MODE_CONST) {
        ConvError code = representation(x, u, v);
        if (code == CONV_OK) *t = target;
        return code;
    }
    if (!value_kind_fits(x->type, target)) return CONV_BAD_UNTYPED;
    *t = target;
    return CONV_OK;
}

void convert_untyped(Checker *c, Operand *x, Type *target) {
    Type *t;
    Const *v;
    ConvError code = implicit_type(x, target, &t, &v);
    if (code != CONV_OK) {
        invalid_conversion(c, code, x, is_tparam(target) ? target : underlying(target));
        x->mode = MODE_INVALID;
        return;
    }
    if (v) {
        x->cval = v;
        if (!x->borrowed) update_value(x->expr, v);
    }
    if (t != x->type) {
        x->type = t;
        if (!x->borrowed) update_type(c, x->expr, t, false);
    }
}

void update_value(Node *e, Const *v) {
    if (e->type && is_untyped(e->type)) e->cval = v;
}

/* Writes t onto the open node e itself. */
static void update_node(Checker *c, Node *parent, Node *e, Type *t, bool final) {
    if (!final && is_untyped(t)) {
        e->type = underlying(t);
        return;
    }
    if (is_shift_operand(c, e) && !all_integer(t)) {
        (void)parent;
        Operand x = {.mode = e->mode, .expr = e, .type = e->type, .cval = e->cval};
        err_node(c, e, "invalid operation: shifted operand %s (type %s) must be integer",
                 expr_str(x.expr), tstr(c, t));
        e->type = types_basic[T_INVALID];
        return;
    }
    if (e->cval && !is_untyped(t)) {
        Operand x = {.mode = MODE_CONST, .expr = e, .type = e->type, .cval = e->cval};
        Type *nt;
        Const *v;
        ConvError code = implicit_type(&x, t, &nt, &v);
        if (code != CONV_OK) {
            invalid_conversion(c, code, &x, is_tparam(t) ? t : underlying(t));
            e->type = types_basic[T_INVALID];
            return;
        }
        if (v) e->cval = v;
    }
    e->type = t;
}

/* Down the left operands in a loop, for sources may chain a hundred thousand of them. */
static void update0(Checker *c, Node *parent, Node *e, Type *t, bool final) {
    while (e->type && is_untyped(e->type)) {
        update_node(c, parent, e, t, final);
        parent = e;
        switch (e->kind) {
        case N_PAREN: e = e->paren.x; break;
        case N_UNARY:
            if (e->cval) return;
            e = e->unary.x;
            break;
        case N_BINARY:
            if (e->cval || is_comparison(e->op)) return;
            if (e->op != OP_SHL && e->op != OP_SHR) update0(c, e, e->binary.y, t, final);
            e = e->binary.x;
            break;
        default: return;
        }
    }
}

void update_type(Checker *c, Node *e, Type *t, bool final) {
    update0(c, NULL, e, t, final);
}

void finish_untyped(Checker *c) {
    Untyped *u = untyped_state(c);
    for (int i = 0; i < u->open.n; i++) {
        Node *e = u->open.v[i];
        if (!e->type || !is_untyped(e->type) || e->type->kind == T_UNTYPED_NIL) continue;
        Type *t = default_type(e->type);
        Const *v = e->cval;
        if (v && !representable_const(e->cval, t, &v)) continue; /* part of a folded constant */
        e->cval = v;
        e->type = t;
    }
}
