/* assign.c - whether a value may be assigned, and the assignments themselves: initialisation of
 * variables and constants, =, :=, and the values of a return.
 *
 * assignment() is the one gate through which values become values of other types: it gives untyped
 * values their types, reports what does not fit, and notes the implicit conversion.
 */
#include "check/generic.h"

static void add_reason(char **reason, char *msg) {
    if (!reason) return;
    *reason = *reason ? xprintf("%s\n\t%s", msg, *reason) : msg;
}

/* x, whose type has no name, to a type parameter: to each type of its set. */
static bool assignable_to_tparam(Checker *c, Operand *x, Type *t, char **reason) {
    const TermList *terms = tparam_terms(t);
    if (!terms) return false;
    for (int i = 0; i < terms->n; i++) {
        Type *ti = terms->v[i].type;
        if (assignable_to(c, x, ti, reason)) continue;
        add_reason(reason, xprintf("cannot assign %s to %s (in %s)", tstr(c, x->type), tstr(c, ti),
                                   tstr(c, t)));
        return false;
    }
    return true;
}

/* x of type parameter type to a type without a name: from each type of its set. */
static bool assignable_from_tparam(Checker *c, Operand *x, Type *t, char **reason) {
    const TermList *terms = tparam_terms(x->type);
    if (!terms) return false;
    for (int i = 0; i < terms->n; i++) {
        Operand xi = *x;
        xi.type = terms->v[i].type;
        if (assignable_to(c, &xi, t, reason)) continue;
        add_reason(reason, xprintf("cannot assign %s (in %s) to %s", tstr(c, xi.type),
                                   tstr(c, x->type), tstr(c, t)));
        return false;
    }
    return true;
}

static bool untyped_assignable(Operand *x, Type *t) {
    Type *nt;
    Const *cv;
    return implicit_type(x, t, &nt, &cv) == CONV_OK;
}

bool assignable_to(Checker *c, Operand *x, Type *t, char **reason) {
    if (x->mode == MODE_INVALID || !valid(t) || !valid(x->type)) return true;
    Type *v = x->type;
    if (identical(v, t)) return true;
    if (is_untyped(v)) return untyped_assignable(x, t);
    bool vp = is_tparam(v), tp = is_tparam(t);
    Type *vu = underlying(v), *tu = underlying(t);
    if (!vp && !tp && (!has_name(v) || !has_name(t)) && identical(vu, tu)) return true;
    if ((tu->kind == T_INTERFACE && !tp) || is_interface_ptr(tu)) {
        char *why = implements_why(c, v, t, false);
        if (!why) return true;
        if (!vp) {
            if (reason) *reason = why;
            return false;
        }
    }
    if (vu->kind == T_INTERFACE && !vp && !implements_why(c, t, v, false)) {
        if (reason) *reason = "need type assertion";
        return false;
    }
    if (vu->kind == T_CHAN && vu->chan.dir == CHAN_BOTH && tu->kind == T_CHAN &&
        identical(vu->chan.elem, tu->chan.elem))
        return !has_name(v) || !has_name(t);
    if (tp && !has_name(v)) return assignable_to_tparam(c, x, t, reason);
    if (vp && !has_name(t)) return assignable_from_tparam(c, x, t, reason);
    return false;
}

/* Gives the untyped x the type it takes in a t (NULL: its default type). */
static bool assign_untyped(Checker *c, Operand *x, Type *t, const char *context) {
    Type *target = t;
    if (operand_is_nil(x) && !t) {
        err_operand(c, x, "use of untyped nil in %s", context);
        return false;
    }
    if (!operand_is_nil(x) && (!t || is_value_interface(t))) target = default_type(x->type);
    Type *nt;
    Const *v;
    ConvError code = implicit_type(x, target, &nt, &v);
    if (code != CONV_OK) {
        const char *why = code == CONV_TRUNCATED  ? " (truncated)"
                          : code == CONV_OVERFLOW ? " (overflows)"
                                                  : "";
        err_operand(c, x, "cannot use %s as %s value in %s%s", operand_str(c, x), tstr(c, target),
                    context, why);
        return false;
    }
    if (v) {
        x->cval = v;
        if (!x->borrowed) update_value(x->expr, v);
    }
    if (nt != x->type) {
        x->type = nt;
        if (!x->borrowed) update_type(c, x->expr, nt, false);
    }
    return true;
}

/* Whether x can be assigned to a variable of type t (NULL: to a blank identifier); context is named
 * in messages. x becomes invalid if not. */
void assignment(Checker *c, Operand *x, Type *t, const char *context) {
    single_value(c, x);
    switch (x->mode) {
    case MODE_INVALID: return;
    case MODE_CONST:
    case MODE_VAR:
    case MODE_MAPINDEX:
    case MODE_VALUE:
    case MODE_NIL:
    case MODE_COMMAOK: break;
    default:
        err_operand(c, x, "cannot assign %s to %s in %s", operand_str(c, x), t ? tstr(c, t) : "_",
                    context);
        x->mode = MODE_INVALID;
        return;
    }
    if (is_untyped(x->type) && !assign_untyped(c, x, t, context)) {
        x->mode = MODE_INVALID;
        return;
    }
    Target target;
    non_generic(c, x, make_target(t, context, &target) ? &target : NULL);
    if (x->mode == MODE_INVALID || !t) return;
    char *reason = NULL;
    if (assignable_to(c, x, t, &reason)) {
        set_conv(x, t);
        return;
    }
    char *what = operand_str(c, x), *to = tstr(c, t);
    if (reason)
        err_operand(c, x, "cannot use %s as %s value in %s: %s", what, to, context, reason);
    else
        err_operand(c, x, "cannot use %s as %s value in %s", what, to, context);
    x->mode = MODE_INVALID;
}

/* --- initialisation --- */

void init_const(Checker *c, Obj *lhs, Operand *x) {
    bool lhs_bad = lhs->type && !valid(lhs->type);
    if (x->mode == MODE_INVALID || !valid(x->type) || lhs_bad) {
        if (!lhs->type) lhs->type = types_basic[T_INVALID];
        return;
    }
    if (x->mode != MODE_CONST) {
        err_operand(c, x, "%s is not constant", operand_str(c, x));
        if (!lhs->type) lhs->type = types_basic[T_INVALID];
        return;
    }
    if (!lhs->type) lhs->type = x->type;
    assignment(c, x, lhs->type, "constant declaration");
    if (x->mode != MODE_INVALID) lhs->cval = x->cval;
}

/* The type of the value as assigned, or NULL after an error. */
Type *init_var(Checker *c, Obj *lhs, Operand *x, const char *context) {
    bool lhs_bad = lhs->type && !valid(lhs->type);
    if (x->mode == MODE_INVALID || !valid(x->type) || lhs_bad) {
        if (!lhs->type) lhs->type = types_basic[T_INVALID];
        lhs->used = true; /* no "declared and not used" on top */
        return NULL;
    }
    if (!lhs->type) {
        Type *t = x->type;
        if (is_untyped(t)) {
            if (t->kind == T_UNTYPED_NIL) {
                err_operand(c, x, "use of untyped nil in %s", context);
                lhs->type = types_basic[T_INVALID];
                return NULL;
            }
            t = default_type(t);
        } else if (t->kind == T_TUPLE) {
            single_value(c, x);
            t = types_basic[T_INVALID];
        }
        lhs->type = t;
    }
    assignment(c, x, lhs->type, context);
    if (x->mode == MODE_INVALID) {
        lhs->used = true;
        return NULL;
    }
    return x->type;
}

static bool any_invalid(const OperandList *l) {
    for (int i = 0; i < l->n; i++)
        if (l->v[i].mode == MODE_INVALID) return true;
    return false;
}

static char *measure(int n, const char *unit) {
    return xprintf("%d %s%s", n, unit, n == 1 ? "" : "s");
}

static void mismatch_error(Checker *c, NodeList rhs, int nvars, int nvals) {
    char *vars = measure(nvars, "variable"), *vals = measure(nvals, "value");
    Node *call = unparen(rhs.v[0]);
    if (rhs.n == 1 && call->kind == N_CALL)
        err_node(c, rhs.v[0], "assignment mismatch: %s but %s returns %s", vars,
                 expr_str(call->call.fun), vals);
    else
        err_node(c, rhs.v[0], "assignment mismatch: %s but %s", vars, vals);
}

static void return_count_error(Checker *c, ObjList lhs, OperandList *rhs, Node *ret) {
    Pos at = ret->pos;
    const char *what = "not enough";
    if (rhs->n > lhs.n) {
        at = operand_pos(&rhs->v[lhs.n]);
        what = "too many";
    } else if (rhs->n > 0) {
        at = operand_pos(&rhs->v[rhs->n - 1]);
    }
    TypeList have = {0}, want = {0};
    for (int i = 0; i < rhs->n; i++) push(&have, rhs->v[i].type);
    for (int i = 0; i < lhs.n; i++) push(&want, lhs.v[i]->type);
    err_at(c, at, "%s return values\n\thave %s\n\twant %s", what,
           types_summary(c, have, false, false), types_summary(c, want, false, false));
}

/* One expression for each of n variables: each can be checked for itself. */
static bool one_to_one(NodeList rhs, int n) {
    return rhs.n == n && !(n == 1 && unparen(rhs.v[0])->kind == N_CALL);
}

static void settle_vars(ObjList lhs) {
    for (int i = 0; i < lhs.n; i++) {
        lhs.v[i]->used = true;
        if (!lhs.v[i]->type) lhs.v[i]->type = types_basic[T_INVALID];
    }
}

static void init_each(Checker *c, ObjList lhs, NodeList rhs, Node *ret, const char *context) {
    for (int i = 0; i < lhs.n; i++) {
        const char *desc = lhs.v[i]->name;
        if (ret && !*desc) desc = "result variable";
        Operand x = {0};
        check_expr_to(c, &x, rhs.v[i], lhs.v[i]->type, desc);
        init_var(c, lhs.v[i], &x, context);
    }
}

void init_vars(Checker *c, ObjList lhs, NodeList orig, Node *ret) {
    const char *context = ret         ? "return statement"
                          : lhs.n > 1 ? "multiple assignment"
                                      : "assignment";
    if (one_to_one(orig, lhs.n)) {
        init_each(c, lhs, orig, ret, context);
        return;
    }
    OperandList rhs;
    check_expr_list(c, orig, lhs.n == 2 && !ret, &rhs);
    if (lhs.n != rhs.n) {
        settle_vars(lhs);
        if (any_invalid(&rhs)) return;
        if (ret)
            return_count_error(c, lhs, &rhs, ret);
        else if (orig.n > 0)
            mismatch_error(c, orig, lhs.n, rhs.n);
        return;
    }
    for (int i = 0; i < lhs.n; i++) init_var(c, lhs.v[i], &rhs.v[i], context);
}

/* --- assignment --- */

/* The variable of this package that an identifier on the left denotes, or NULL. */
static Obj *lhs_variable(Checker *c, Node *lhs) {
    Node *id = unparen(lhs);
    if (id->kind != N_IDENT) return NULL;
    Obj *o = scope_lookup_parent(c->env.scope, id->ident.name, NULL);
    return o && o->kind == OBJ_VAR && o->pkg == c->pkg ? o : NULL;
}

static bool is_blank(Node *lhs) {
    Node *id = unparen(lhs);
    return id->kind == N_IDENT && strcmp(id->ident.name, "_") == 0;
}

static void cannot_assign(Checker *c, Operand *z) {
    Node *sel = z->expr;
    if (sel->kind == N_SELECTOR && sel->selector.x->mode == MODE_MAPINDEX)
        err_operand(c, z, "cannot assign to struct field %s in map", expr_str(sel));
    else
        err_operand(c, z, "cannot assign to %s (neither addressable nor a map index expression)",
                    expr_str(sel));
}

/* The type of what stands on the left of an assignment: NULL for a blank, the invalid type after an
 * error. */
static Type *lhs_type(Checker *c, Node *lhs) {
    if (is_blank(lhs)) return NULL;
    Obj *v = lhs_variable(c, lhs); /* an assignment is no use of the variable */
    bool used = v && v->used;
    Operand z = {0};
    check_expr(c, &z, lhs, NULL);
    if (v) v->used = used;
    if (z.mode == MODE_INVALID || !valid(z.type)) return types_basic[T_INVALID];
    if (z.mode != MODE_VAR && z.mode != MODE_MAPINDEX) {
        cannot_assign(c, &z);
        return types_basic[T_INVALID];
    }
    mark_reassigned(lhs);
    return z.type;
}

/* The blank gets the type of what is assigned to it: who reads the tree may want to know. */
static void note_blank(Node *lhs, Type *t) {
    for (Node *n = lhs;; n = n->paren.x) {
        n->type = t;
        n->mode = MODE_VAR;
        if (n->kind != N_PAREN) break;
    }
}

static Type *assign_to(Checker *c, Node *lhs, Type *t, Operand *x, const char *context) {
    if (!t && strcmp(context, "assignment") == 0) context = "assignment to _ identifier";
    assignment(c, x, t, context);
    if (x->mode == MODE_INVALID) return NULL;
    if (!t) note_blank(lhs, x->type);
    return x->type;
}

/* lhs = x. The type of the value as assigned, or NULL after an error. */
Type *assign_var(Checker *c, Node *lhs, Operand *x, const char *context) {
    Type *t = lhs_type(c, lhs);
    if (t && !valid(t)) {
        x->mode = MODE_INVALID;
        return NULL;
    }
    return assign_to(c, lhs, t, x, context);
}

static void assign_expr(Checker *c, Node *lhs, Node *rhs, const char *context) {
    Type *t = lhs_type(c, lhs);
    if (t && !valid(t)) {
        use_expr(c, rhs);
        return;
    }
    Operand x = {0};
    check_expr_to(c, &x, rhs, t, expr_str(lhs));
    assign_to(c, lhs, t, &x, context);
}

static bool use_lhs(Checker *c, NodeList lhs) {
    bool ok = true;
    for (int i = 0; i < lhs.n; i++) {
        Obj *v = lhs_variable(c, lhs.v[i]);
        bool used = v && v->used;
        use_expr(c, lhs.v[i]);
        if (v) v->used = used;
        if (!is_blank(lhs.v[i]) && lhs.v[i]->mode == MODE_INVALID) ok = false;
    }
    return ok;
}

void assign_vars(Checker *c, NodeList lhs, NodeList orig) {
    const char *context = lhs.n > 1 ? "multiple assignment" : "assignment";
    if (one_to_one(orig, lhs.n)) {
        for (int i = 0; i < lhs.n; i++) assign_expr(c, lhs.v[i], orig.v[i], context);
        return;
    }
    OperandList rhs;
    check_expr_list(c, orig, lhs.n == 2, &rhs);
    if (lhs.n == rhs.n) {
        for (int i = 0; i < lhs.n; i++) assign_var(c, lhs.v[i], &rhs.v[i], context);
        return;
    }
    bool ok = use_lhs(c, lhs) || orig.n == 1;
    if (ok && !any_invalid(&rhs) && orig.n > 0) mismatch_error(c, orig, lhs.n, rhs.n);
}

/* --- := --- */

static bool named_before(NodeList lhs, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (lhs.v[i]->kind == N_IDENT && lhs.v[i]->ident.name == name) return true;
    return false;
}

/* The variable that the i-th name on the left of := denotes or declares; NULL after an error. */
static Obj *short_var(Checker *c, NodeList lhs, int i, ObjList *fresh) {
    Node *id = lhs.v[i];
    if (id->kind != N_IDENT) {
        use_expr(c, id);
        err_node(c, id, "non-name %s on left side of :=", expr_str(id));
        return NULL;
    }
    const char *name = id->ident.name;
    bool blank = strcmp(name, "_") == 0;
    if (!blank && named_before(lhs, i, name)) {
        err_node(c, id, "%s repeated on left side of :=", name);
        return NULL;
    }
    Obj *alt = blank ? NULL : scope_lookup(c->env.scope, name);
    if (alt) {
        id->ident.obj = alt;
        if (alt->kind == OBJ_VAR) {
            alt->reassigned = true;
            return alt;
        }
        err_node(c, id, "cannot assign to %s", name);
        return NULL;
    }
    Obj *o = new_local_var(c, id->pos, name, NULL);
    id->ident.obj = o;
    if (!blank) push(fresh, o);
    return o;
}

void short_var_decl(Checker *c, Pos pos, NodeList lhs, NodeList rhs) {
    int top = c->delayed.n;
    bool bad = false;
    ObjList vars = {0}, fresh = {0};
    for (int i = 0; i < lhs.n; i++) {
        Obj *o = short_var(c, lhs, i, &fresh);
        if (!o) {
            bad = true;
            o = new_obj(c, OBJ_VAR, lhs.v[i]->pos, intern("_"), NULL);
        }
        push(&vars, o);
    }
    init_vars(c, vars, rhs, NULL);
    for (int i = 0; i < lhs.n; i++) {
        if (lhs.v[i]->kind != N_IDENT) continue;
        lhs.v[i]->mode = MODE_VAR;
        lhs.v[i]->type = vars.v[i]->type;
    }
    /* Bodies of function literals on the right do not see the new names. */
    process_delayed(c, top);
    if (fresh.n == 0 && !bad) {
        err_at(c, pos, "no new variables on left side of :=");
        return;
    }
    for (int i = 0; i < fresh.n; i++) declare(c, c->env.scope, NULL, fresh.v[i]);
}
