/* operand.c - operands in messages, and the marks that a use leaves behind.
 *
 * The description of an operand is part of Go's diagnostics to the letter: the expression, then in
 * parentheses what it is: `x (variable of type int)`, `1 << 70 (untyped int constant 118...)`.
 *
 * Marks: an implicit conversion on the node that makes the value; "address taken" and "assigned" on
 * the variable whose own storage an expression denotes (a field or array element of a variable is
 * part of it; what a pointer or slice leads to is not).
 */
#include "check/exprs.h"

static const char *const mode_names[] = {
    [MODE_INVALID] = "invalid operand",
    [MODE_NOVALUE] = "no value",
    [MODE_BUILTIN] = "built-in",
    [MODE_TYPE] = "type",
    [MODE_CONST] = "constant",
    [MODE_VAR] = "variable",
    [MODE_MAPINDEX] = "map index expression",
    [MODE_VALUE] = "value",
    [MODE_NIL] = "nil",
    [MODE_COMMAOK] = "comma, ok expression",
    [MODE_PKG] = "package",
};

bool operand_is_nil(const Operand *x) {
    return x->mode == MODE_NIL;
}

Pos operand_pos(const Operand *x) {
    return x->expr ? start_pos(x->expr) : (Pos){0};
}

void err_operand(Checker *c, const Operand *x, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *msg = xvprintf(fmt, ap);
    va_end(ap);
    err_at(c, operand_pos(x), "%s", msg);
}

static bool mode_has_type(Mode m) {
    return m != MODE_INVALID && m != MODE_NOVALUE && m != MODE_BUILTIN && m != MODE_TYPE;
}

static char *nil_str(Checker *c, const Operand *x) {
    if (!x->type || !valid(x->type)) return "nil (with invalid type)";
    if (is_untyped(x->type)) return "nil";
    return xprintf("nil (of type %s)", tstr(c, x->type));
}

/* The structure of a type that has a name, or of any composite one: "slice", "struct"; "" for basic
 * types. */
static const char *composite_kind(Type *t) {
    switch (underlying(t)->kind) {
    case T_ARRAY: return "array";
    case T_SLICE: return "slice";
    case T_STRUCT: return "struct";
    case T_POINTER: return "pointer";
    case T_FUNC: return "func";
    case T_INTERFACE: return "interface";
    case T_MAP: return "map";
    case T_CHAN: return "chan";
    case T_TUPLE: return "tuple";
    case T_UNION: return "union";
    default: return "";
    }
}

static void write_operand_type(Checker *c, Buf *b, Type *t) {
    const char *what = "";
    if (t->kind == T_NAMED) {
        what = composite_kind(t);
        if (!*what) what = tstr(c, underlying(t));
    }
    buf_printf(b, " of %s%stype %s", what, *what ? " " : "", tstr(c, t));
    if (!is_tparam(t)) return;
    Type *bound = t->tparam.constraint;
    buf_printf(b, " constrained by %s", bound ? tstr(c, bound) : "any");
    if (bound && valid(bound) && has_empty_typeset(constraint_of(t)))
        buf_puts(b, " with empty type set");
}

char *operand_str(Checker *c, const Operand *x) {
    if (x->mode == MODE_NIL) return nil_str(c, x);
    const char *expr = "";
    if (x->expr)
        expr = expr_str(x->expr);
    else if (x->mode == MODE_TYPE)
        expr = tstr(c, x->type);
    else if (x->mode == MODE_CONST && x->cval)
        expr = const_str(x->cval);

    Buf b = {0};
    if (*expr) buf_printf(&b, "%s (", expr);
    bool typed = mode_has_type(x->mode) && x->type && !is_untyped(x->type);
    if (mode_has_type(x->mode) && x->type && !typed) buf_printf(&b, "%s ", tstr(c, x->type));
    buf_puts(&b, mode_names[x->mode]);
    if (x->mode == MODE_CONST && x->cval) {
        const char *s = const_str(x->cval);
        if (strcmp(s, expr) != 0) buf_printf(&b, " %s", s);
    }
    if (typed && !valid(x->type))
        buf_puts(&b, " with invalid type");
    else if (typed)
        write_operand_type(c, &b, x->type);
    if (*expr) buf_putc(&b, ')');
    return xstrdup(buf_str(&b));
}

char *kind_str(Checker *c, Type *t) {
    const char *kind = composite_kind(t);
    return *kind ? xstrdup(kind) : tstr(c, t);
}

void set_conv(Operand *x, Type *t) {
    if (x->borrowed || !x->expr || x->mode == MODE_INVALID || !valid(x->type)) return;
    if (is_untyped(x->type) || identical(x->type, t)) return;
    unparen(x->expr)->conv = t;
}

/* Or may turn out to be one. */
static bool is_array(Type *t) {
    if (!t) return false;
    TypePairs set = typeset(t);
    for (int i = 0; i < set.n; i++)
        if (set.v[i].u && set.v[i].u->kind == T_ARRAY) return true;
    return false;
}

Node *root_variable(Node *e) {
    for (;;) {
        switch (e->kind) {
        case N_PAREN: e = e->paren.x; continue;
        case N_SELECTOR:
            if (!e->selector.sel || e->selector.sel->kind != SEL_FIELD) {
                Node *name = e->selector.name;
                return !e->selector.sel && name->ident.obj ? name : NULL;
            }
            if (e->selector.sel->indirect) return NULL;
            e = e->selector.x;
            continue;
        case N_INDEX:
            if (!is_array(e->index.x->type)) return NULL;
            e = e->index.x;
            continue;
        case N_IDENT: return e->ident.obj && e->ident.obj->kind == OBJ_VAR ? e : NULL;
        default: return NULL;
        }
    }
}

void mark_addrtaken(Node *e) {
    Node *v = root_variable(e);
    if (v && v->ident.obj->kind == OBJ_VAR) v->ident.obj->addrtaken = true;
}

void mark_reassigned(Node *e) {
    Node *v = root_variable(e);
    if (v && v->ident.obj->kind == OBJ_VAR) v->ident.obj->reassigned = true;
}
