/* expr.c - the check of expressions: dispatch by kind, unary and binary operators, shifts,
 * comparisons.
 *
 * Every function takes the operand to fill and the node; after an error that it has reported the
 * operand's mode is MODE_INVALID, and nobody reports anything about it again. raw_expr() is the
 * one place that writes results onto nodes. Binary operators are left-associative and chains of
 * them are long in generated sources, so a chain is walked in a loop along its left operands; other
 * nesting is limited by the parser.
 */
#include "check/generic.h"

enum { MAX_LITERAL = 10000, MAX_CONST_BITS = 512, MAX_CONST_SHIFT = 1023 - 1 + 52 };

/* --- doors --- */

/* Errors for what is no value: a call without result, a built-in's name, a type. */
static void exclude(Checker *c, Operand *x, bool types_too) {
    switch (x->mode) {
    case MODE_NOVALUE:
        err_operand(c, x, types_too ? "%s used as value" : "%s used as value or type",
                    operand_str(c, x));
        break;
    case MODE_BUILTIN:
        if (!types_too) return;
        err_operand(c, x, "%s must be called", operand_str(c, x));
        break;
    case MODE_TYPE:
        if (!types_too) return;
        err_operand(c, x, "%s is not an expression", operand_str(c, x));
        break;
    default: return;
    }
    x->mode = MODE_INVALID;
}

void single_value(Checker *c, Operand *x) {
    if (x->mode != MODE_VALUE || x->type->kind != T_TUPLE) return;
    err_operand(c, x, "multiple-value %s in single-value context", operand_str(c, x));
    x->mode = MODE_INVALID;
}

static void only_value(Checker *c, Operand *x) {
    exclude(c, x, true);
    single_value(c, x);
}

void check_expr(Checker *c, Operand *x, Node *e, Type *hint) {
    raw_expr(c, x, e, hint);
    only_value(c, x);
}

void check_expr_to(Checker *c, Operand *x, Node *e, Type *t, const char *desc) {
    Target target;
    raw_expr_to(c, x, e, NULL, make_target(t, desc, &target) ? &target : NULL, false);
    only_value(c, x);
}

void check_generic_expr(Checker *c, Operand *x, Node *e, Type *hint) {
    raw_expr_to(c, x, e, hint, NULL, true);
    only_value(c, x);
}

void exclude_novalue(Checker *c, Operand *x) {
    exclude(c, x, true);
}

void check_generic_multi(Checker *c, Operand *x, Node *e) {
    raw_expr_to(c, x, e, NULL, NULL, true);
    exclude(c, x, true);
}

void check_multi(Checker *c, Operand *x, Node *e) {
    raw_expr(c, x, e, NULL);
    exclude(c, x, true);
}

static void expr_or_type(Checker *c, Operand *x, Node *e, bool generic) {
    raw_expr_to(c, x, e, NULL, NULL, generic);
    exclude(c, x, false);
    single_value(c, x);
}

void check_expr_or_type(Checker *c, Operand *x, Node *e) {
    expr_or_type(c, x, e, false);
}

void check_generic_or_type(Checker *c, Operand *x, Node *e) {
    expr_or_type(c, x, e, true);
}

void use_expr(Checker *c, Node *e) {
    if (!e || (e->kind == N_IDENT && strcmp(e->ident.name, "_") == 0)) return;
    if (e->kind == N_KEYVALUE) e = e->binary.y;
    Operand x = {0};
    if (e) raw_expr_to(c, &x, e, NULL, NULL, true);
}

void use_exprs(Checker *c, NodeList list) {
    for (int i = 0; i < list.n; i++) use_expr(c, list.v[i]);
}

/* A value that has no node: what is to be named in messages stands at e. */
static void borrow(OperandList *out, Node *e, Type *t, char *what) {
    Node *name = new_(Node);
    name->kind = N_IDENT;
    name->pos = start_pos(e);
    name->ident.name = what;
    Operand x = {.mode = MODE_VALUE, .expr = name, .type = t, .borrowed = true};
    push(out, x);
}

static char *nth(int n, const char *what) {
    const char *end = n == 1 ? "st" : n == 2 ? "nd" : n == 3 ? "rd" : "th";
    return xprintf("%d%s %s", n, end, what);
}

void spread_tuple(Node *call, Type *tuple, OperandList *out) {
    for (int i = 0; i < tuple->tuple.elems.n; i++) {
        Operand x = {
            .mode = MODE_VALUE, .expr = call, .type = tuple->tuple.elems.v[i], .borrowed = true};
        push(out, x);
    }
}

bool check_expr_list(Checker *c, NodeList list, bool allow_commaok, OperandList *out) {
    *out = (OperandList){0};
    if (list.n != 1) {
        for (int i = 0; i < list.n; i++) {
            Operand x = {0};
            check_expr(c, &x, list.v[i], NULL);
            push(out, x);
        }
        return false;
    }
    Node *e = list.v[0];
    Operand x = {0};
    check_multi(c, &x, e);
    if (x.mode == MODE_VALUE && x.type->kind == T_TUPLE) {
        for (int i = 0; i < x.type->tuple.elems.n; i++)
            borrow(out, e, x.type->tuple.elems.v[i], nth(i + 1, "function result"));
        return false;
    }
    if (!allow_commaok || (x.mode != MODE_MAPINDEX && x.mode != MODE_COMMAOK)) {
        push(out, x);
        return false;
    }
    unparen(e)->commaok = true;
    Operand v = x;
    v.borrowed = true;
    push(out, v);
    borrow(out, e, types_basic[T_UNTYPED_BOOL], "ok value of (comma, ok) expression");
    return true;
}

/* --- constants --- */

static Pos op_pos(const Node *e) {
    return e->kind == N_UNARY || e->kind == N_BINARY ? e->pos : start_pos(e);
}

static const char *op_name(const Node *e) {
    if (e->kind == N_UNARY) return e->op == OP_XOR ? "bitwise complement" : "";
    if (e->kind != N_BINARY) return "";
    switch (e->op) {
    case OP_ADD: return "addition";
    case OP_SUB: return "subtraction";
    case OP_XOR: return "bitwise XOR";
    case OP_MUL: return "multiplication";
    case OP_SHL: return "shift";
    default: return "";
    }
}

static bool is_unknown(const Const *v) {
    return !v || const_kind(v) == CONST_UNKNOWN;
}

/* The result of a constant operation must fit: a typed one its type, an untyped integer 512 bits.
 */
static void check_overflow(Checker *c, Operand *x) {
    if (is_unknown(x->cval)) {
        err_at(c, op_pos(x->expr), "constant result is not representable");
        x->mode = MODE_INVALID;
        return;
    }
    if (!is_untyped(x->type)) {
        representable(c, x, underlying(x->type));
        return;
    }
    if (const_kind(x->cval) == CONST_INT && const_bitlen(x->cval) > MAX_CONST_BITS) {
        const char *op = op_name(x->expr);
        err_at(c, op_pos(x->expr), "constant %s%soverflow", op, *op ? " " : "");
        x->mode = MODE_INVALID;
    }
}

/* --- operators --- */

bool is_comparison(Op op) {
    return op >= OP_EQ && op <= OP_GE;
}

static bool op_defined(Op op, bool unary, Type *t) {
    switch (op) {
    case OP_ADD: return unary ? all_numeric(t) : all_numeric_or_string(t);
    case OP_SUB:
    case OP_MUL:
    case OP_DIV: return all_numeric(t);
    case OP_REM:
    case OP_AND:
    case OP_OR:
    case OP_XOR:
    case OP_ANDNOT: return all_integer(t);
    case OP_NOT:
    case OP_ANDAND:
    case OP_OROR: return all_boolean(t);
    default: return false;
    }
}

static bool check_op(Checker *c, Operand *x, Op op, bool unary) {
    if (op_defined(op, unary, x->type)) return true;
    err_operand(c, x, "invalid operation: operator %s not defined on %s", op_str(op),
                operand_str(c, x));
    x->mode = MODE_INVALID;
    return false;
}

static void check_address_of(Checker *c, Operand *x, Node *e) {
    Node *inner = unparen(e->unary.x);
    if (inner->kind != N_COMPLIT && x->mode != MODE_VAR) {
        err_operand(c, x, "invalid operation: cannot take address of %s", operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    mark_addrtaken(inner);
    x->mode = MODE_VALUE;
    x->type = new_pointer(x->type);
}

typedef struct ChanUse {
    Checker *c;
    bool receive;
} ChanUse;

static char *not_a_channel(void *arg, Type *t, Type *u) {
    ChanUse *use = arg;
    if (!u) return "no specific channel type";
    const char *what = NULL;
    if (u->kind != T_CHAN)
        what = "non-channel";
    else if (use->receive && u->chan.dir == CHAN_SEND)
        what = "send-only channel";
    else if (!use->receive && u->chan.dir == CHAN_RECV)
        what = "receive-only channel";
    if (!what) return NULL;
    return is_tparam(t) || !t ? xprintf("%s", what) : xprintf("%s %s", what, tstr(use->c, t));
}

/* What x, a channel, holds, for a receive or a send; NULL after an error, reported at `at`. */
Type *channel_elem(Checker *c, Operand *x, Pos at, bool receive) {
    ChanUse use = {c, receive};
    char *why;
    Type *u = common_under(x->type, not_a_channel, &use, &why);
    if (u) return u->chan.elem;
    if (!valid(underlying(x->type))) return NULL;
    const char *verb = receive ? "receive from" : "send to";
    if (is_tparam(x->type)) {
        err_at(c, at, "invalid operation: cannot %s %s: %s", verb, operand_str(c, x), why);
    } else {
        u = underlying(x->type);
        const char *what = u->kind != T_CHAN ? "non-channel"
                           : receive         ? "send-only channel"
                                             : "receive-only channel";
        err_at(c, at, "invalid operation: cannot %s %s %s", verb, what, operand_str(c, x));
    }
    return NULL;
}

static void check_receive(Checker *c, Operand *x) {
    Type *elem = channel_elem(c, x, operand_pos(x), true);
    if (!elem || !is_complete(c, elem)) {
        x->mode = MODE_INVALID;
        return;
    }
    x->mode = MODE_COMMAOK;
    x->type = elem;
    c->env.has_call_or_recv = true;
}

static void check_unary(Checker *c, Operand *x, Node *e) {
    check_expr(c, x, e->unary.x, NULL);
    if (x->mode == MODE_INVALID) return;
    switch (e->op) {
    case OP_AND: check_address_of(c, x, e); return;
    case OP_RECV: check_receive(c, x); return;
    case OP_TILDE:
        if (!all_integer(x->type)) {
            err_node(c, e, "cannot use ~ outside of interface or type constraint");
            x->mode = MODE_INVALID;
            return;
        }
        err_node(c, e,
                 "cannot use ~ outside of interface or type constraint (use ^ for bitwise "
                 "complement)");
        e->op = OP_XOR;
        break;
    default: break;
    }
    if (!check_op(c, x, e->op, true)) return;
    if (x->mode != MODE_CONST) {
        x->mode = MODE_VALUE;
        return;
    }
    if (is_unknown(x->cval)) return;
    int nbits = is_unsigned(x->type) ? (int)(type_size(x->type) * 8) : 0;
    x->cval = const_unary(e->op, x->cval, nbits);
    x->expr = e;
    check_overflow(c, x);
}

/* What the pointers of x point to; NULL after an error. */
static Type *pointer_base(Checker *c, Operand *x) {
    Type *base = NULL;
    TypePairs set = typeset(x->type);
    for (int i = 0; i < set.n; i++) {
        Type *u = set.v[i].u;
        if (!u || u->kind != T_POINTER) {
            if (!u || valid(u))
                err_operand(c, x, "invalid operation: cannot indirect %s", operand_str(c, x));
            return NULL;
        }
        if (base && !identical(base, u->pointer.elem)) {
            err_operand(c, x, "invalid operation: pointers of %s must have identical base types",
                        operand_str(c, x));
            return NULL;
        }
        base = u->pointer.elem;
    }
    return base;
}

/* *x as an expression, or *T as a type. */
static void check_star(Checker *c, Operand *x, Node *e) {
    check_expr_or_type(c, x, e->unary.x);
    if (x->mode == MODE_INVALID) return;
    if (x->mode == MODE_TYPE) {
        x->type = check_var_type(c, e);
        if (!valid(x->type)) x->mode = MODE_INVALID;
        return;
    }
    if (x->mode == MODE_BUILTIN) {
        err_operand(c, x, "invalid operation: cannot indirect %s", operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    Type *base = pointer_base(c, x);
    if (base && !is_complete(c, base)) base = NULL;
    x->mode = base ? MODE_VAR : MODE_INVALID;
    if (base) x->type = base;
}

/* --- comparisons --- */

static char *incomparable_cause(Checker *c, Type *t) {
    switch (underlying(t)->kind) {
    case T_SLICE:
    case T_FUNC:
    case T_MAP: return xprintf("%s can only be compared to nil", kind_str(c, t));
    default: break;
    }
    char *cause = NULL;
    comparable_why(c, t, &cause);
    return cause;
}

/* What forbids x op y, in *cause (NULL: nothing more exact than the operator), and the operand to
 * blame; NULL if nothing forbids it. */
static Operand *comparison_fault(Checker *c, Operand *x, Operand *y, Op op, char **cause) {
    if (!assignable_to(c, x, y->type, NULL) && !assignable_to(c, y, x->type, NULL)) {
        *cause = xprintf("mismatched types %s and %s", tstr(c, x->type), tstr(c, y->type));
        return y;
    }
    if (op != OP_EQ && op != OP_NE) {
        if (!all_ordered(x->type)) return x;
        return all_ordered(y->type) ? NULL : y;
    }
    if (operand_is_nil(x) || operand_is_nil(y))
        return has_nil(operand_is_nil(x) ? y->type : x->type) ? NULL : y;
    Operand *bad = !comparable(x->type) ? x : !comparable(y->type) ? y : NULL;
    if (bad) *cause = incomparable_cause(c, bad->type);
    return bad;
}

static void comparison_error(Checker *c, Operand *x, Operand *y, Op op, bool switch_case,
                             Operand *bad, char *cause) {
    if (!cause && (is_tparam(x->type) || is_tparam(y->type))) {
        if (!is_tparam(x->type)) bad = y;
        cause = xprintf("type parameter %s cannot use operator %s", tstr(c, bad->type), op_str(op));
    }
    if (!cause)
        cause = xprintf("operator %s not defined on %s", op_str(op), kind_str(c, bad->type));
    char *xs = expr_str(x->expr), *ys = expr_str(y->expr);
    if (switch_case)
        err_operand(c, x, "invalid case %s in switch on %s (%s)", xs, ys, cause);
    else
        err_operand(c, bad, "invalid operation: %s %s %s (%s)", xs, op_str(op), ys, cause);
    x->mode = MODE_INVALID;
}

/* Operands of different types: the one that can become the other's type does. */
static void note_mixed_comparison(Checker *c, Operand *x, Operand *y, bool switch_case) {
    if (is_untyped(x->type) || is_untyped(y->type) || identical(x->type, y->type)) return;
    if (assignable_to(c, x, y->type, NULL))
        set_conv(x, y->type);
    else if (!switch_case)
        set_conv(y, x->type);
}

/* x op y of types that may differ; for a switch case, x is the case and y the tag. */
void comparison(Checker *c, Operand *x, Operand *y, Op op, bool switch_case) {
    if (switch_case) op = OP_EQ;
    char *cause = NULL;
    if (!valid(x->type) || !valid(y->type)) {
        x->mode = MODE_INVALID;
        return;
    }
    Operand *bad = comparison_fault(c, x, y, op, &cause);
    if (bad) {
        comparison_error(c, x, y, op, switch_case, bad, cause);
        return;
    }
    if (x->mode == MODE_CONST && y->mode == MODE_CONST) {
        if (is_unknown(x->cval) || is_unknown(y->cval)) {
            x->mode = MODE_INVALID;
            return;
        }
        x->cval = const_bool(const_compare(x->cval, op, y->cval));
    } else {
        x->mode = MODE_VALUE;
        x->cval = NULL;
        update_type(c, x->expr, default_type(x->type), true);
        if (y->expr && !y->borrowed) update_type(c, y->expr, default_type(y->type), true);
        x->type = default_type(x->type);
        y->type = default_type(y->type);
        note_mixed_comparison(c, x, y, switch_case);
    }
    x->type = types_basic[T_UNTYPED_BOOL];
}

/* --- shifts --- */

/* Whether y may count a shift of x; reports. */
static bool check_shift_count(Checker *c, Operand *y) {
    if (y->mode == MODE_CONST) {
        Const *v = is_unknown(y->cval) ? NULL : const_to_int(y->cval);
        if (v && const_sign(v) < 0) {
            err_operand(c, y, "invalid operation: negative shift count %s", operand_str(c, y));
            return false;
        }
        if (is_untyped(y->type)) return representable(c, y, types_basic[T_UINT]);
    }
    if (all_integer(y->type) && !is_untyped(y->type)) {
        if (y->mode == MODE_CONST || all_unsigned(y->type) || allow_version(c, 13)) return true;
        version_error(c, operand_pos(y), 13,
                      xprintf("invalid operation: signed shift count %s", operand_str(c, y)));
        return false;
    }
    if (y->mode == MODE_CONST && !is_untyped(y->type)) {
        Const *v = is_unknown(y->cval) ? NULL : const_to_int(y->cval);
        if (v) return true;
    }
    if (is_untyped(y->type)) {
        convert_untyped(c, y, types_basic[T_UINT]);
        return y->mode != MODE_INVALID;
    }
    err_operand(c, y, "invalid operation: shift count %s must be integer", operand_str(c, y));
    return false;
}

static void const_shift_expr(Checker *c, Operand *x, Operand *y, Node *e, Op op) {
    if (is_unknown(x->cval) || is_unknown(y->cval)) {
        x->mode = MODE_INVALID;
        return;
    }
    uint64_t n;
    Const *count = const_to_int(y->cval);
    if (!count || !const_to_u64(count, &n) || n > MAX_CONST_SHIFT) {
        err_operand(c, y, "invalid operation: invalid shift count %s", operand_str(c, y));
        x->mode = MODE_INVALID;
        return;
    }
    if (!is_integer(x->type)) x->type = types_basic[T_UNTYPED_INT];
    x->cval = const_shift(const_to_int(x->cval), op, (unsigned)n);
    if (e) x->expr = e;
    check_overflow(c, x);
}

static void check_shift(Checker *c, Operand *x, Operand *y, Node *e, Op op) {
    bool int_const = x->mode == MODE_CONST && is_untyped(x->type) && !is_unknown(x->cval) &&
                     const_to_int(x->cval);
    if (!all_integer(x->type) && !int_const) {
        err_operand(c, x, "invalid operation: shifted operand %s must be integer",
                    operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    if (!check_shift_count(c, y)) {
        x->mode = MODE_INVALID;
        return;
    }
    if (x->mode == MODE_CONST && y->mode == MODE_CONST) {
        const_shift_expr(c, x, y, e, op);
        return;
    }
    /* An untyped count keeps its value but is evaluated: it needs a type. */
    if (y->mode == MODE_CONST) update_type(c, y->expr, types_basic[T_UINT], true);
    if (x->mode == MODE_CONST && is_untyped(x->type)) {
        mark_shift_operand(c, x->expr);
        x->mode = MODE_VALUE;
        x->cval = NULL;
        return;
    }
    if (!all_integer(x->type)) {
        err_operand(c, x, "invalid operation: shifted operand %s must be integer",
                    operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    x->mode = MODE_VALUE;
    x->cval = NULL;
}

/* --- binary operators --- */

/* Whether an untyped operand may take the other's type; if not, the types do not match. */
static bool can_mix(Operand *x, Operand *y) {
    if (!is_untyped(x->type) && !is_untyped(y->type)) return false;
    if (all_numeric(x->type) != all_numeric(y->type)) return false;
    if (is_value_interface(x->type) || is_value_interface(y->type)) return true;
    if (all_boolean(x->type) != all_boolean(y->type)) return false;
    if (all_string(x->type) != all_string(y->type)) return false;
    if (operand_is_nil(x)) return has_nil(y->type);
    if (operand_is_nil(y)) return has_nil(x->type);
    return !is_pointer(x->type) && !is_pointer(y->type);
}

/* Gives untyped operands the other's type; x becomes invalid if that cannot be. */
void match_types(Checker *c, Operand *x, Operand *y) {
    if (!can_mix(x, y)) return;
    convert_untyped(c, x, y->type);
    if (x->mode == MODE_INVALID) return;
    convert_untyped(c, y, x->type);
    if (y->mode == MODE_INVALID) x->mode = MODE_INVALID;
}

static bool is_zero(const Const *v) {
    return !is_unknown(v) && const_sign(v) == 0;
}

/* A complex divisor whose square underflows to zero. */
static bool underflows(const Const *v) {
    Const *re = const_real(v), *im = const_imag(v);
    return const_sign(const_binary(re, OP_MUL, re, false)) == 0 &&
           const_sign(const_binary(im, OP_MUL, im, false)) == 0;
}

static bool check_divisor(Checker *c, Operand *x, Operand *y) {
    if (y->mode != MODE_CONST || is_unknown(y->cval)) return true;
    bool zero = (x->mode == MODE_CONST || all_integer(x->type)) && is_zero(y->cval);
    if (!zero && x->mode == MODE_CONST && is_complex(x->type)) zero = underflows(y->cval);
    if (zero) err_operand(c, y, "invalid operation: division by zero");
    return !zero;
}

static void mismatch(Checker *c, Operand *x, Operand *y, Node *e, Node *lhs, Node *rhs, Op op) {
    if (valid(x->type) && valid(y->type)) {
        char *what =
            e ? expr_str(e) : xprintf("%s %s= %s", expr_str(lhs), op_str(op), expr_str(rhs));
        err_operand(c, x, "invalid operation: %s (mismatched types %s and %s)", what,
                    tstr(c, x->type), tstr(c, y->type));
    }
    x->mode = MODE_INVALID;
}

/* As many bytes as one symbol of Go's object files may have. */
static bool string_too_long(Checker *c, Operand *x, Operand *y, Node *e) {
    const int64_t max = 2000000000;
    if (const_kind(x->cval) != CONST_STRING || const_kind(y->cval) != CONST_STRING) return false;
    int64_t n = (int64_t)(const_string_val(x->cval).n + const_string_val(y->cval).n);
    if (n <= max) return false;
    err_at(c, op_pos(e), "constant string too long (%lld bytes > %lld bytes)", (long long)n,
           (long long)max);
    return true;
}

/* x op= the checked operand y. */
static void combine(Checker *c, Operand *x, Operand *y, Node *e, Node *lhs, Node *rhs, Op op) {
    if (x->mode == MODE_INVALID) return;
    if (y->mode == MODE_INVALID) {
        x->mode = MODE_INVALID;
        x->expr = y->expr;
        return;
    }
    if (op == OP_SHL || op == OP_SHR) {
        check_shift(c, x, y, e, op);
        return;
    }
    match_types(c, x, y);
    if (x->mode == MODE_INVALID) return;
    if (is_comparison(op)) {
        comparison(c, x, y, op, false);
        return;
    }
    if (!identical(x->type, y->type)) {
        mismatch(c, x, y, e, lhs, rhs, op);
        return;
    }
    if (!check_op(c, x, op, false)) return;
    if ((op == OP_DIV || op == OP_REM) && !check_divisor(c, x, y)) {
        x->mode = MODE_INVALID;
        return;
    }
    if (x->mode != MODE_CONST || y->mode != MODE_CONST) {
        x->mode = MODE_VALUE;
        x->cval = NULL;
        return;
    }
    if (is_unknown(x->cval) || is_unknown(y->cval)) return;
    if (string_too_long(c, x, y, e ? e : x->expr)) {
        x->cval = NULL;
        return;
    }
    x->cval = const_binary(x->cval, op, y->cval, is_integer(x->type));
    if (e) x->expr = e;
    check_overflow(c, x);
}

void check_binary(Checker *c, Operand *x, Node *e, Node *lhs, Node *rhs, Op op) {
    Operand y = {0};
    check_expr(c, x, lhs, NULL);
    check_expr(c, &y, rhs, NULL);
    combine(c, x, &y, e, lhs, rhs, op);
}

/* A chain (((a op b) op c) op d) from its innermost left operand outwards. */
static void check_binary_chain(Checker *c, Operand *x, Node *e) {
    NodeList chain = {0};
    Node *first = e;
    for (; first->kind == N_BINARY; first = first->binary.x) push(&chain, first);
    check_expr(c, x, first, NULL);
    for (int i = chain.n - 1; i >= 0; i--) {
        Node *b = chain.v[i];
        b->conv = NULL;
        Operand y = {0};
        check_expr(c, &y, b->binary.y, NULL);
        combine(c, x, &y, b, b->binary.x, b->binary.y, b->op);
        if (i == 0) break;
        if (x->mode == MODE_INVALID) x->type = types_basic[T_INVALID];
        x->expr = b;
        record(c, x);
    }
}

/* --- dispatch --- */

static void check_literal_version(Checker *c, Node *e, LitKind k) {
    Str s = e->lit.text;
    if (s.n <= 2 || allow_version(c, 13)) return;
    if (memchr(s.p, '_', s.n)) {
        version_error(c, e->pos, 13, "underscore in numeric literal");
        return;
    }
    if (s.p[0] != '0') return;
    char radix = s.p[1] | ('a' - 'A');
    if (radix == 'b')
        version_error(c, e->pos, 13, "binary literal");
    else if (radix == 'o')
        version_error(c, e->pos, 13, "0o/0O-style octal literal");
    else if (radix == 'x' && k != LIT_INT)
        version_error(c, e->pos, 13, "hexadecimal floating-point literal");
}

static void check_basic_lit(Checker *c, Operand *x, Node *e) {
    static const TypeKind kinds[] = {
        [LIT_INT] = T_UNTYPED_INT,       [LIT_FLOAT] = T_UNTYPED_FLOAT,
        [LIT_IMAG] = T_UNTYPED_COMPLEX,  [LIT_RUNE] = T_UNTYPED_RUNE,
        [LIT_STRING] = T_UNTYPED_STRING,
    };
    LitKind k = e->lit.litkind;
    Str text = e->lit.text;
    if (e->lit.bad) return;
    if (k <= LIT_IMAG && text.n > MAX_LITERAL) {
        err_node(c, e, "excessively long constant: %.10s... (%zu chars)", text.p, text.n);
        return;
    }
    Const *v = const_from_literal(k, text);
    if (is_unknown(v)) {
        err_node(c, e, "malformed constant: %.*s", (int)text.n, text.p);
        return;
    }
    *x = (Operand){.mode = MODE_CONST, .expr = e, .type = types_basic[kinds[k]], .cval = v};
    if (k <= LIT_IMAG) check_literal_version(c, e, k);
    check_overflow(c, x);
}

static void check_type_assert(Checker *c, Operand *x, Node *e) {
    check_expr(c, x, e->assert_.x, NULL);
    if (!e->assert_.typ) {
        err_node(c, e, "invalid syntax tree: use of .(type) outside type switch");
        x->mode = MODE_INVALID;
        return;
    }
    if (x->mode == MODE_INVALID) return;
    if (is_tparam(x->type)) {
        err_operand(c, x, "invalid operation: cannot use type assertion on type parameter value %s",
                    operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    if (!is_interface(x->type)) {
        if (valid(underlying(x->type)))
            err_operand(c, x, "invalid operation: %s is not an interface", operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    Type *t = check_var_type(c, e->assert_.typ);
    if (!valid(t) || !is_complete(c, t)) {
        x->mode = MODE_INVALID;
        return;
    }
    char *cause;
    if (!assertable_to(c, x->type, t, &cause))
        err_node(c, e, "impossible type assertion: %s\n\t%s does not implement %s %s", expr_str(e),
                 tstr(c, t), tstr(c, x->type), cause);
    x->mode = MODE_COMMAOK;
    x->type = t;
}

static ExprKind expr_by_kind(Checker *c, Operand *x, Node *e, Type *hint, const Target *target) {
    switch (e->kind) {
    case N_IDENT: check_ident(c, x, e, NULL, false); break;
    case N_BASICLIT: check_basic_lit(c, x, e); break;
    case N_FUNCLIT: check_func_lit(c, x, e); break;
    case N_COMPLIT: check_composite(c, x, e, hint); break;
    case N_PAREN: return raw_expr(c, x, e->paren.x, NULL);
    case N_SELECTOR: check_selector(c, x, e, NULL, false); break;
    case N_INDEX:
        if (check_index_expr(c, x, e)) check_func_inst(c, x, e->pos, e, target, NULL);
        break;
    case N_SLICE: check_slice_expr(c, x, e); break;
    case N_TYPEASSERT: check_type_assert(c, x, e); break;
    case N_CALL: return check_call(c, x, e);
    case N_STAR: check_star(c, x, e); break;
    case N_UNARY:
        check_unary(c, x, e);
        if (e->op == OP_RECV) return EXPR_STATEMENT;
        break;
    case N_BINARY: check_binary_chain(c, x, e); break;
    case N_ELLIPSIS: err_node(c, e, "invalid syntax tree: invalid use of ..."); break;
    case N_KEYVALUE: err_node(c, e, "invalid syntax tree: no key:value expected"); break;
    case N_ARRAYTYPE:
    case N_SLICETYPE:
    case N_STRUCTTYPE:
    case N_FUNCTYPE:
    case N_INTERFACETYPE:
    case N_MAPTYPE:
    case N_CHANTYPE:
        x->type = check_type(c, e);
        x->mode = MODE_TYPE;
        break;
    default: break; /* N_BADEXPR: reported before */
    }
    return EXPR_VALUE;
}

static Type *no_value(Checker *c) {
    if (!c->no_value) c->no_value = new_tuple((TypeList){0});
    return c->no_value;
}

/* Writes what was found onto x->expr. */
void record(Checker *c, Operand *x) {
    Node *e = x->expr;
    e->mode = x->mode;
    e->cval = x->mode == MODE_CONST ? x->cval : NULL;
    e->type = x->type;
    if (x->mode == MODE_INVALID) e->type = types_basic[T_INVALID];
    if (x->mode == MODE_NOVALUE) e->type = no_value(c);
    if (e->type && is_untyped(e->type)) note_untyped(c, e);
}

ExprKind raw_expr(Checker *c, Operand *x, Node *e, Type *hint) {
    return raw_expr_to(c, x, e, hint, NULL, false);
}

ExprKind raw_expr_to(Checker *c, Operand *x, Node *e, Type *hint, const Target *target,
                     bool generic) {
    *x = (Operand){.mode = MODE_INVALID, .expr = e, .type = types_basic[T_INVALID]};
    e->conv = NULL;
    ExprKind kind = expr_by_kind(c, x, e, hint, target);
    x->expr = e;
    if (!generic) non_generic(c, x, target);
    if (x->mode == MODE_INVALID) {
        x->type = types_basic[T_INVALID];
        kind = EXPR_STATEMENT; /* no follow-up errors */
    }
    if (!x->type) x->type = types_basic[T_INVALID];
    record(c, x);
    return kind;
}
