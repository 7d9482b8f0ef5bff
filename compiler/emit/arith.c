/* arith.c - operators: arithmetic, shifts, comparisons, && and ||, concatenation.
 *
 * C promotes types narrower than int; results are cast back where an operation can leave the
 * range. The compiler flags make signed overflow wrap. Division, and shifts whose count is not
 * known, go through inline functions that have Go's meaning for every operand.
 */
#include "emit/body.h"

static int bits(Type *t) {
    return (int)type_size(t) * 8;
}

static S narrow(Type *t, S text) {
    return is_integer(t) && bits(t) < 32 ? xprintf("((%s)%s)", ctype(t), text) : text;
}

/* --- comparison --- */

S is_nil(S x, Type *t) {
    switch (underlying(t)->kind) {
    case T_SLICE: return xprintf("(%s.p == NULL)", x);
    case T_INTERFACE:
        return xprintf("(%s.%s == NULL)", x, underlying(t)->iface.all_methods.n ? "tab" : "type");
    default: return xprintf("(%s == NULL)", x);
    }
}

static S negate(bool no, S text) {
    return no ? xprintf("(!%s)", text) : text;
}

static bool empty_text(Node *n) {
    return n && n->cval && const_kind(n->cval) == CONST_STRING && const_string_val(n->cval).n == 0;
}

S compare(FuncGen *f, Op op, S x, S y, Type *xt, Type *yt) {
    Type *u = underlying(xt);
    bool ne = op == OP_NE;
    switch (u->kind) {
    case T_STRING:
        if (op == OP_EQ || ne)
            return negate(ne, xprintf("gm_string_eq(%s, %s)", unwrap(x), unwrap(y)));
        return xprintf("(gm_string_cmp(%s, %s) %s 0)", unwrap(x), unwrap(y), op_str(op));
    case T_INTERFACE:
        x = stable(f, xt, x);
        y = stable(f, yt, y);
        return negate(ne, cequal(xt, x, y));
    case T_STRUCT:
    case T_ARRAY:
        x = temp(f, xt, x);
        y = temp(f, xt, coerce(f, y, yt, xt));
        return negate(ne, cequal(xt, x, y));
    case T_POINTER:
    case T_UNSAFEPTR:
        if (strcmp(ctype(xt), ctype(yt)) != 0)
            return xprintf("((void *)%s %s (void *)%s)", x, op_str(op), y);
        return xprintf("(%s %s %s)", x, op_str(op), y);
    default: return xprintf("(%s %s %s)", x, op_str(op), y);
    }
}

static bool is_nil_node(Node *n) {
    n = unparen(n);
    return n->mode == MODE_NIL || (n->type && n->type->kind == T_UNTYPED_NIL);
}

/* An interface value against a value of concrete type t, without making a box for it. */
static S compare_mixed(FuncGen *f, bool ne, S iface, Type *it, S v, Type *t) {
    iface = stable(f, it, iface);
    bool composite = underlying(t)->kind == T_STRUCT || underlying(t)->kind == T_ARRAY;
    v = composite ? temp(f, t, v) : stable(f, t, v);
    S held = from_data_word(xprintf("%s.data", iface), t);
    if (composite && is_direct(t)) held = xprintf("(*(%s *)&%s.data)", ctype(t), iface);
    return negate(
        ne, xprintf("(%s == %s && %s)", dynamic_type(iface, it), cdesc(t), cequal(t, held, v)));
}

static bool boxed(Node *n) {
    return n->conv && is_interface(n->conv) && !is_interface(n->type) && !is_nil_node(n) &&
           !is_untyped(n->type);
}

static S comparison(FuncGen *f, Node *n) {
    Node *x = unparen(n->binary.x), *y = unparen(n->binary.y);
    Op op = n->op;
    bool ne = op == OP_NE;
    if (is_nil_node(y) && is_nil_node(x)) return ne ? "false" : "true";
    if (is_nil_node(y)) return negate(ne, is_nil(expr_value(f, x), value_type(x)));
    if (is_nil_node(x)) return negate(ne, is_nil(expr_value(f, y), value_type(y)));
    if (boxed(y) && !boxed(x)) {
        S a = expr_value(f, x);
        return compare_mixed(f, ne, a, value_type(x), expr_raw(f, y), y->type);
    }
    if (boxed(x) && !boxed(y)) {
        S b = expr_raw(f, x);
        return compare_mixed(f, ne, expr_value(f, y), value_type(y), b, x->type);
    }
    Type *xt = value_type(x), *yt = value_type(y);
    if (is_interface(xt) && !is_interface(yt) && !is_untyped(yt)) {
        S a = expr_value(f, x);
        return compare_mixed(f, ne, a, xt, expr_value(f, y), yt);
    }
    if (is_interface(yt) && !is_interface(xt) && !is_untyped(xt)) {
        S b = expr_value(f, x);
        return compare_mixed(f, ne, expr_value(f, y), yt, b, xt);
    }
    if (is_untyped(xt)) xt = is_untyped(yt) ? default_type(yt) : yt;
    if (is_untyped(yt)) yt = xt;
    S a = expr_as(f, x, xt);
    if (is_string(xt) && (op == OP_EQ || ne) && (empty_text(y) || empty_text(x))) {
        S other = empty_text(y) ? a : expr_as(f, y, yt);
        return xprintf("(%s.n %s 0)", other, op_str(op));
    }
    S b = expr_as(f, y, yt);
    return compare(f, op, a, b, xt, yt);
}

/* --- && and || --- */

static S logical(FuncGen *f, Node *n) {
    S x = expr_value(f, n->binary.x);
    Capture c;
    capture_begin(f, &c);
    ahead(f, n->binary.y);
    S y = expr_value(f, n->binary.y);
    S before = capture_end(f, &c);
    const char *op = op_str(n->op);
    if (*before == 0) return xprintf("(%s %s %s)", x, op, y);
    return xprintf("(%s %s ({ %s%s; }))", x, op, before, unwrap(y));
}

/* --- strings --- */

static void concat_parts(FuncGen *f, Node *n, Buf *b, int *count) {
    n = unparen(n);
    if (n->kind == N_BINARY && n->op == OP_ADD && !n->cval) {
        concat_parts(f, n->binary.x, b, count);
        concat_parts(f, n->binary.y, b, count);
        return;
    }
    S x = expr_value(f, n);
    buf_printf(b, "%s%s", (*count)++ ? ", " : "", unwrap(x));
}

S concat(FuncGen *f, Node *n) {
    Buf b = {0};
    int count = 0;
    concat_parts(f, n, &b, &count);
    S room = "NULL";
    if (n->esc == ESC_NONE) {
        room = stored_array(f, "uint8_t", 32);
    }
    return xprintf("gm_concat(%s, (gm_string[]){%s}, %d)", room, buf_str(&b), count);
}

/* --- shifts --- */

/* n & c with a constant c below the width needs no check */
static bool masked(Node *n, int width) {
    n = unparen(n);
    if (n->kind != N_BINARY || n->op != OP_AND) return false;
    uint64_t c;
    Node *y = unparen(n->binary.y), *x = unparen(n->binary.x);
    if (y->cval && const_to_u64(y->cval, &c) && c < (uint64_t)width) return true;
    return x->cval && const_to_u64(x->cval, &c) && c < (uint64_t)width;
}

static S shift(Op op, Type *t, S x, S y, Node *xn, Node *yn) {
    int width = bits(t);
    const char *c_op = op == OP_SHL ? "<<" : ">>";
    uint64_t n;
    if (xn->cval) x = xprintf("((%s)%s)", ctype(t), x); /* 1 << n in the type of t */
    if (yn->cval && const_to_u64(yn->cval, &n)) {
        if (n < (uint64_t)width)
            return narrow(t, xprintf("(%s %s %llu)", x, c_op, (unsigned long long)n));
        if (op == OP_SHR && !is_unsigned(t)) return xprintf("(%s >> %d)", x, width - 1);
        return xprintf("((void)%s, (%s)0)", x, ctype(t));
    }
    if (masked(yn, width)) return narrow(t, xprintf("(%s %s %s)", x, c_op, y));
    bool is_signed = !is_unsigned(value_type(yn));
    S count = is_signed ? xprintf("gm_shift_count(%s)", unwrap(y)) : unwrap(y);
    return xprintf("gm_sh%s%s%d(%s, %s)", op == OP_SHL ? "l" : "r", is_unsigned(t) ? "u" : "",
                   width, unwrap(x), count);
}

/* --- arithmetic --- */

static S divide(Op op, Type *t, S x, S y, Node *yn) {
    int64_t c;
    bool safe =
        yn && yn->cval && const_sign(yn->cval) != 0 && !(const_to_i64(yn->cval, &c) && c == -1);
    if (safe) return narrow(t, xprintf("(%s %s %s)", x, op == OP_DIV ? "/" : "%", y));
    return xprintf("gm_%s%s%d(%s, %s)", op == OP_DIV ? "div" : "rem", is_unsigned(t) ? "u" : "",
                   bits(t), unwrap(x), unwrap(y));
}

static S complex_op(Op op, Type *t, S x, S y) {
    bool small = type_size(t) == 8;
    if (op == OP_DIV || op == OP_MUL)
        return xprintf("%sgm_%s(%s, %s)%s", small ? "((float _Complex)" : "",
                       op == OP_DIV ? "cdiv" : "cmul", x, y, small ? ")" : "");
    return xprintf("(%s %s %s)", x, op_str(op), y);
}

S binary_op(FuncGen *f, Op op, Type *t, S x, S y, Node *xn, Node *yn) {
    (void)f;
    if (op == OP_SHL || op == OP_SHR) return shift(op, t, x, y, xn, yn);
    if (is_string(t))
        return xprintf("gm_concat(NULL, (gm_string[]){%s, %s}, 2)", unwrap(x), unwrap(y));
    if (is_complex(t)) return complex_op(op, t, x, y);
    if (is_integer(t) && (op == OP_DIV || op == OP_REM)) return divide(op, t, x, y, yn);
    if (op == OP_ANDNOT) return xprintf("(%s & ~%s)", x, y);
    S text = xprintf("(%s %s %s)", x, op_str(op), y);
    return op == OP_AND || op == OP_OR || op == OP_XOR ? text : narrow(t, text);
}

S binary(FuncGen *f, Node *n) {
    switch (n->op) {
    case OP_ANDAND:
    case OP_OROR: return logical(f, n);
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE: return comparison(f, n);
    case OP_ADD:
        if (is_string(n->type)) return concat(f, n);
        break;
    default: break;
    }
    bool is_shift = n->op == OP_SHL || n->op == OP_SHR;
    Type *t = n->type;
    S x = expr_as(f, n->binary.x, t);
    S y = is_shift ? expr_value(f, n->binary.y) : expr_as(f, n->binary.y, t);
    return binary_op(f, n->op, t, x, y, n->binary.x, n->binary.y);
}

static S address_expr(FuncGen *f, Node *n) {
    Node *x = unparen(n->unary.x);
    if (x->kind == N_COMPLIT) return composite_address(f, x, n->type, n->esc);
    return coerce(f, address(f, x), new_pointer(x->type), n->type);
}

S unary(FuncGen *f, Node *n) {
    Type *t = n->type;
    switch (n->op) {
    case OP_AND: return address_expr(f, n);
    case OP_RECV: return receive(f, n, NULL);
    case OP_ADD: return expr_value(f, n->unary.x);
    case OP_SUB: return narrow(t, xprintf("(-%s)", expr_value(f, n->unary.x)));
    case OP_XOR: return narrow(t, xprintf("(~%s)", expr_value(f, n->unary.x)));
    case OP_NOT: return xprintf("(!%s)", expr_value(f, n->unary.x));
    default: ice(n->pos, "unary operator %d", n->op);
    }
}
