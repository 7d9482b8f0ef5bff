/* call.c - calls, their arguments, and selectors.
 *
 * A selector is a package-qualified name, a field, a method value or a method expression. What it
 * resolves to is written down completely (Selection): the embedded fields on the way, whether a
 * pointer is followed, and how the receiver of a method is to be passed.
 */
#include "check/exprs.h"
#include "check/decls.h"

/* --- arguments --- */

static const char *untyped_summary(const Type *t) {
    if (is_numeric(t)) return "number";
    switch (t->kind) {
    case T_UNTYPED_BOOL: return "bool";
    case T_UNTYPED_STRING: return "string";
    default: return "nil";
    }
}

char *types_summary(Checker *c, TypeList list, bool variadic) {
    Buf b = {0};
    buf_putc(&b, '(');
    for (int i = 0; i < list.n; i++) {
        Type *t = list.v[i];
        if (i > 0) buf_puts(&b, ", ");
        if (!t || !valid(t))
            buf_puts(&b, "<T>");
        else if (is_untyped(t))
            buf_puts(&b, untyped_summary(t));
        else if (variadic && i == list.n - 1 && t->kind == T_SLICE)
            buf_printf(&b, "...%s", tstr(c, t->slice.elem));
        else
            buf_puts(&b, tstr(c, t));
    }
    buf_putc(&b, ')');
    return xstrdup(buf_str(&b));
}

static void count_error(Checker *c, Node *call, Type *sig, OperandList *args, int want) {
    Pos at = start_pos(call);
    const char *what = "not enough";
    if (args->n > want) {
        at = operand_pos(&args->v[want]);
        what = "too many";
    } else if (args->n > 0) {
        at = operand_pos(&args->v[args->n - 1]);
    }
    TypeList have = {0}, params = {0};
    for (int i = 0; i < args->n; i++) push(&have, args->v[i].type);
    for (int i = 0; i < sig->func.params.n; i++) push(&params, sig->func.params.v[i]->type);
    err_at(c, at, "%s arguments in call to %s\n\thave %s\n\twant %s", what,
           expr_str(call->call.fun), types_summary(c, have, false),
           types_summary(c, params, sig->func.variadic));
}

static bool arguments_usable(Checker *c, OperandList *args) {
    for (int i = 0; i < args->n; i++) {
        if (args->v[i].mode == MODE_INVALID) return false;
        if (args->v[i].mode != MODE_TYPE) continue;
        err_operand(c, &args->v[i], "%s used as value", operand_str(c, &args->v[i]));
        return false;
    }
    return true;
}

/* The type of the parameter that takes the i-th argument. */
static Type *param_type(Type *sig, int i, bool dots) {
    int n = sig->func.params.n;
    if (!sig->func.variadic || dots || i < n - 1) return sig->func.params.v[i]->type;
    Type *last = underlying(sig->func.params.v[n - 1]->type);
    return last->kind == T_SLICE ? last->slice.elem : types_basic[T_INVALID];
}

bool check_arguments(Checker *c, Node *call, Type *sig, OperandList *args) {
    if (!arguments_usable(c, args)) return false;
    int nargs = args->n, npars = sig->func.params.n;
    bool dots = call->call.dots;
    if (dots && !sig->func.variadic) {
        err_node(c, call, "cannot use ... in call to non-variadic %s", expr_str(call->call.fun));
        return false;
    }
    if (dots && call->call.args.n == 1 && nargs > 1) {
        err_node(c, call, "cannot use ... with %d-valued %s", nargs,
                 expr_str(call->call.args.v[0]));
        return false;
    }
    if (sig->func.variadic && !dots) npars = nargs >= npars - 1 ? nargs : npars - 1;
    if (nargs != npars) {
        count_error(c, call, sig, args, npars);
        return false;
    }
    if (nargs == 0) return true;
    char *context = xprintf("argument to %s", expr_str(call->call.fun));
    for (int i = 0; i < nargs; i++) assignment(c, &args->v[i], param_type(sig, i, dots), context);
    return true;
}

/* --- calls --- */

static ExprKind check_conversion_call(Checker *c, Operand *x, Node *call) {
    Type *t = x->type;
    NodeList args = call->call.args;
    x->mode = MODE_INVALID;
    if (args.n == 0) {
        err_node(c, call, "missing argument in conversion to %s", tstr(c, t));
        return EXPR_CONVERSION;
    }
    if (args.n > 1) {
        use_exprs(c, args);
        err_node(c, args.v[args.n - 1], "too many arguments in conversion to %s", tstr(c, t));
        return EXPR_CONVERSION;
    }
    check_expr(c, x, args.v[0], NULL);
    if (x->mode == MODE_INVALID) return EXPR_CONVERSION;
    if (call->call.dots) {
        err_node(c, args.v[0], "invalid use of ... in type conversion to %s", tstr(c, t));
        x->mode = MODE_INVALID;
        return EXPR_CONVERSION;
    }
    conversion(c, x, t);
    return EXPR_CONVERSION;
}

static void set_result(Operand *x, Type *sig) {
    ObjList r = sig->func.results;
    x->cval = NULL;
    x->mode = r.n == 0 ? MODE_NOVALUE : MODE_VALUE;
    if (r.n == 1) x->type = r.v[0]->type;
    if (r.n < 2) return;
    TypeList types = {0};
    for (int i = 0; i < r.n; i++) push(&types, r.v[i]->type);
    x->type = new_tuple(types);
}

ExprKind check_call(Checker *c, Operand *x, Node *call) {
    check_expr_or_type(c, x, call->call.fun);
    if (x->mode == MODE_INVALID) {
        use_exprs(c, call->call.args);
        return EXPR_STATEMENT;
    }
    if (x->mode == MODE_TYPE) return check_conversion_call(c, x, call);
    if (x->mode == MODE_BUILTIN) {
        int id = x->builtin;
        call->call.builtin = id + 1;
        if (!check_builtin(c, x, call, id)) x->mode = MODE_INVALID;
        if (x->mode != MODE_INVALID && x->mode != MODE_CONST) c->env.has_call_or_recv = true;
        return builtin_kind(id);
    }
    Type *sig = core_type(x->type);
    if (sig->kind != T_FUNC) {
        if (valid(sig))
            err_operand(c, x, "invalid operation: cannot call non-function %s", operand_str(c, x));
        use_exprs(c, call->call.args);
        x->mode = MODE_INVALID;
        return EXPR_STATEMENT;
    }
    OperandList args;
    check_expr_list(c, call->call.args, false, &args);
    check_arguments(c, call, sig, &args);
    set_result(x, sig);
    c->env.has_call_or_recv = true;
    return EXPR_STATEMENT;
}

/* --- selectors --- */

/* pkg.Name */
static void check_qualified(Checker *c, Operand *x, Node *e, Obj *pkg) {
    Node *name = e->selector.name;
    const char *sel = name->ident.name;
    e->selector.x->ident.obj = pkg;
    e->selector.x->mode = MODE_PKG;
    e->selector.x->type = types_basic[T_INVALID];
    pkg->used = true;
    Package *p = pkg->imported;
    Obj *o = p && p->scope ? scope_lookup(p->scope, sel) : NULL;
    if (!o) {
        if (p && !p->fake) err_node(c, name, "undefined: %s.%s", p->name, sel);
        return;
    }
    if (!is_exported(sel)) err_node(c, name, "%s not exported by package %s", sel, p->name);
    name->ident.obj = o;
    if (is_generic(o)) {
        err_node(c, e, "cannot use %s.%s: type parameters are not supported yet", p->name, sel);
        return;
    }
    x->type = o->type;
    switch (o->kind) {
    case OBJ_CONST:
        x->mode = MODE_CONST;
        x->cval = o->cval;
        break;
    case OBJ_TYPE: x->mode = MODE_TYPE; break;
    case OBJ_VAR: x->mode = MODE_VAR; break;
    case OBJ_FUNC: x->mode = MODE_VALUE; break;
    case OBJ_BUILTIN:
        x->mode = MODE_BUILTIN;
        x->builtin = o->builtin;
        break;
    default: return;
    }
    if (!x->type) x->type = types_basic[T_INVALID];
    if (x->mode != MODE_BUILTIN && !valid(x->type)) x->mode = MODE_INVALID;
    if (x->mode == MODE_CONST && !x->cval) x->mode = MODE_INVALID;
    name->type = x->type;
    name->mode = x->mode;
}

/* sel with its first letter in the other case. */
static const char *other_case(const char *sel) {
    char *s = xstrdup(sel);
    if (*s >= 'A' && *s <= 'Z')
        *s = (char)(*s - 'A' + 'a');
    else if (*s >= 'a' && *s <= 'z')
        *s = (char)(*s - 'a' + 'A');
    return intern(s);
}

static void not_found(Checker *c, Operand *x, Node *e, const Lookup *l) {
    Node *name = e->selector.name;
    const char *sel = name->ident.name;
    if (!valid(underlying(x->type))) return;
    if (l->ambiguous) {
        err_node(c, name, "ambiguous selector %s.%s", expr_str(x->expr), sel);
        return;
    }
    if (l->ptr_recv) {
        err_node(c, name, "cannot call pointer method %s on %s", sel, tstr(c, x->type));
        return;
    }
    char *why;
    if (is_interface_ptr(x->type)) {
        why = xprintf("type %s is pointer to interface, not interface", tstr(c, x->type));
    } else {
        why = xprintf("type %s has no field or method %s", tstr(c, x->type), sel);
        const char *other = other_case(sel);
        if (lookup_field_or_method(x->type, x->mode == MODE_VAR, c->pkg, other).obj)
            why = xprintf("%s, but does have %s", why, other);
    }
    err_node(c, name, "%s.%s undefined (%s)", expr_str(x->expr), sel, why);
}

/* The type that holds the method at the end of the path from t. */
static Type *holder(Type *t, const int *path, int n) {
    for (int i = 0; i < n; i++) {
        Type *u = underlying(t);
        if (u->kind == T_POINTER) u = underlying(u->pointer.elem);
        if (u->kind != T_STRUCT || path[i] >= u->struct_.fields.n) return t;
        t = u->struct_.fields.v[path[i]]->type;
    }
    return t;
}

static Selection *select_(Node *e, Operand *x, SelKind kind, const Lookup *l) {
    Selection *s = new_(Selection);
    *s = (Selection){.kind = (uint8_t)kind,
                     .obj = l->obj,
                     .recv = x->type,
                     .path = l->path,
                     .npath = l->npath,
                     .indirect = l->indirect};
    e->selector.sel = s;
    e->selector.name->ident.obj = l->obj;
    if (kind == SEL_FIELD) return s;
    Type *h = holder(x->type, l->path, l->npath);
    if (is_interface(h)) return s;
    bool pointer = underlying(h)->kind == T_POINTER;
    s->addr_recv = has_ptr_recv(l->obj) && !pointer;
    s->deref_recv = !has_ptr_recv(l->obj) && pointer;
    return s;
}

/* T.m: the receiver becomes the first parameter. */
static void check_method_expr(Checker *c, Operand *x, Node *e, const Lookup *l) {
    Obj *m = l->obj;
    if (m->kind != OBJ_FUNC) {
        const char *sel = e->selector.name->ident.name;
        err_node(c, e->selector.name, "%s.%s undefined (type %s has no method %s)",
                 expr_str(x->expr), sel, tstr(c, x->type), sel);
        x->mode = MODE_INVALID;
        return;
    }
    select_(e, x, SEL_METHODEXPR, l);
    Type *sig = m->type, *t = new_(Type);
    *t = *sig;
    t->emit = NULL;
    t->func.recv = NULL;
    t->func.params = (ObjList){0};
    const char *name = "";
    if (sig->func.params.n > 0 && *sig->func.params.v[0]->name) {
        name = sig->func.recv ? sig->func.recv->name : "";
        if (!*name) name = intern("_");
    }
    Obj *recv = new_obj(c, OBJ_VAR, m->pos, name, x->type);
    recv->is_param = true;
    push(&t->func.params, recv);
    for (int i = 0; i < sig->func.params.n; i++) push(&t->func.params, sig->func.params.v[i]);
    x->mode = MODE_VALUE;
    x->type = t;
    add_dep(c, m);
}

static void check_method_value(Checker *c, Operand *x, Node *e, const Lookup *l) {
    Selection *s = select_(e, x, SEL_METHOD, l);
    if (s->addr_recv && !s->indirect) mark_addrtaken(e->selector.x);
    x->mode = MODE_VALUE;
    x->type = l->obj->type;
    if (x->type->kind == T_FUNC && x->type->func.recv) {
        Type *t = new_(Type);
        *t = *x->type;
        t->emit = NULL;
        t->func.recv = NULL;
        x->type = t;
    }
    add_dep(c, l->obj);
}

void check_selector(Checker *c, Operand *x, Node *e, Type *def, bool want_type) {
    (void)want_type; /* a type inside a package is found the same way */
    *x = (Operand){.mode = MODE_INVALID, .expr = e, .type = types_basic[T_INVALID]};
    Node *inner = e->selector.x, *name = e->selector.name;
    if (!name || name->kind != N_IDENT) return;
    if (inner->kind == N_IDENT) {
        Obj *o = scope_lookup_parent(c->env.scope, inner->ident.name, NULL);
        if (o && o->kind == OBJ_PKG) {
            check_qualified(c, x, e, o);
            return;
        }
    }
    check_expr_or_type(c, x, inner);
    if (x->mode == MODE_INVALID) return;
    if (x->mode == MODE_BUILTIN) {
        err_at(c, e->pos, "cannot select on %s", operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    if (x->mode == MODE_TYPE && def && x->type == def) { /* type T T.x */
        report_cycle(c, &def->named.obj, 1);
        x->mode = MODE_INVALID;
        return;
    }
    if (strcmp(name->ident.name, "_") == 0) {
        err_node(c, name, "cannot refer to blank field or method");
        x->mode = MODE_INVALID;
        return;
    }
    Lookup l = lookup_field_or_method(x->type, x->mode == MODE_VAR, c->pkg, name->ident.name);
    if (!l.obj || l.ptr_recv || l.ambiguous) {
        not_found(c, x, e, &l);
        x->mode = MODE_INVALID;
        return;
    }
    if (l.obj->kind == OBJ_FUNC) check_obj(c, l.obj, NULL);
    if (!l.obj->type || !valid(l.obj->type)) {
        x->mode = MODE_INVALID;
        return;
    }
    if (x->mode == MODE_TYPE) {
        check_method_expr(c, x, e, &l);
    } else if (l.obj->kind == OBJ_FUNC) {
        check_method_value(c, x, e, &l);
    } else {
        select_(e, x, SEL_FIELD, &l);
        x->mode = x->mode == MODE_VAR || l.indirect ? MODE_VAR : MODE_VALUE;
        x->type = l.obj->type;
    }
    x->cval = NULL;
}
