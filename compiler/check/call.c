/* call.c - calls, their arguments, and selectors.
 *
 * A selector is a package-qualified name, a field, a method value or a method expression. What it
 * resolves to is written down completely (Selection): the embedded fields on the way, whether a
 * pointer is followed, and how the receiver of a method is to be passed.
 */
#include "check/generic.h"
#include "syntax/unicode.h"

#include <strings.h>

/* --- arguments --- */

static const char *untyped_summary(const Type *t) {
    if (is_numeric(t)) return "number";
    switch (t->kind) {
    case T_UNTYPED_BOOL: return "bool";
    case T_UNTYPED_STRING: return "string";
    default: return "nil";
    }
}

char *types_summary(Checker *c, TypeList list, bool variadic, bool dots) {
    Buf b = {0};
    buf_putc(&b, '(');
    for (int i = 0; i < list.n; i++) {
        Type *t = list.v[i];
        if (i > 0) buf_puts(&b, ", ");
        bool last = i == list.n - 1;
        if (last && variadic) buf_puts(&b, "...");
        if (!t || !valid(t))
            buf_puts(&b, "unknown type");
        else if (is_untyped(t))
            buf_puts(&b, untyped_summary(t));
        else if (variadic && last && t->kind == T_SLICE)
            buf_puts(&b, tstr(c, t->slice.elem));
        else
            buf_puts(&b, tstr(c, t));
        if (last && dots) buf_puts(&b, "...");
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
           expr_str(call->call.fun), types_summary(c, have, false, call->call.dots),
           types_summary(c, params, sig->func.variadic, false));
}

/* The type of the parameter that takes the i-th argument. */
static Type *param_type(Type *sig, int i, bool dots) {
    int n = sig->func.params.n;
    if (!sig->func.variadic || dots || i < n - 1) return sig->func.params.v[i]->type;
    Type *last = underlying(sig->func.params.v[n - 1]->type);
    return last->kind == T_SLICE ? last->slice.elem : types_basic[T_INVALID];
}

/* Whether as many arguments as parameters are there; reports. */
static bool count_arguments(Checker *c, Node *call, Type *sig, OperandList *args) {
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
    if (nargs == npars) return true;
    count_error(c, call, sig, args, npars);
    return false;
}

/* The generic functions among the arguments of a call: each gets type parameters of its own, to be
 * inferred together with the callee's. */
typedef struct Inferring {
    TypeList tparams, targs;
    VEC(int) generic; /* indices of generic arguments */
} Inferring;

static void pad(TypeList *targs, int n) {
    while (targs->n < n) push(targs, NULL);
}

static void add_generic_argument(Inferring *in, OperandList *args, int i, const TypeList *partial) {
    Operand *arg = &args->v[i];
    TypeList one = {0};
    Type *sig = new_func_type();
    *sig = *arg->type;
    sig->emit = NULL;
    TypeList own = sig->func.tparams;
    sig->func.tparams = (TypeList){0};
    push(&one, sig);
    TypeList fresh = rename_tparams(own, &one);
    if (one.v[0] == sig || one.v[0] == arg->type) {
        Type *copy = new_func_type();
        *copy = *sig;
        one.v[0] = copy;
    }
    one.v[0]->func.tparams = fresh;
    arg->type = one.v[0];
    for (int k = 0; k < fresh.n; k++) push(&in->tparams, fresh.v[k]);
    for (int k = 0; partial && k < partial->n; k++) push(&in->targs, partial->v[k]);
    pad(&in->targs, in->tparams.n);
    push(&in->generic, i);
}

static TypeList part(const TypeList *l, int from, int n) {
    TypeList out = {0};
    for (int i = 0; i < n; i++) push(&out, l->v[from + i]);
    return out;
}

/* Infers what type arguments are missing, of the callee and of generic
 * arguments. The instantiated signature; NULL after an error. */
static Type *infer_call(Checker *c, Node *call, Type *sig, const TypeList *targs, NodeList xlist,
                        OperandList *args, const TypeList *partial) {
    Inferring in = {0};
    TypeList params = {0};
    int n = sig->func.tparams.n;
    for (int i = 0; i < args->n; i++) push(&params, param_type(sig, i, call->call.dots));
    if (n > 0) {
        in.tparams = rename_tparams(sig->func.tparams, &params);
        for (int i = 0; targs && i < targs->n; i++) push(&in.targs, targs->v[i]);
        pad(&in.targs, n);
    }
    for (int i = 0; i < args->n; i++)
        if (args->v[i].mode == MODE_VALUE && is_generic_func(args->v[i].type))
            add_generic_argument(&in, args, i, partial ? &partial[i] : NULL);
    if (in.tparams.n == 0) return sig;
    if (n > 0)
        verify_version(c, call->pos, 18,
                       call->call.fun->kind == N_INDEX ? "function instantiation"
                                                       : "implicit function instantiation");
    if (in.generic.n > 0)
        verify_version(c, operand_pos(&args->v[in.generic.v[0]]), 21,
                       "implicitly instantiated function as argument");
    InferError err = {0};
    if (!infer(c, call->pos, in.tparams, &in.targs, params, args, false, &err)) {
        if (err.msg) err_at(c, err.pos, "in call to %s, %s", expr_str(call->call.fun), err.msg);
        return NULL;
    }
    if (n > 0)
        sig = instantiate_func(c, call->pos, call->call.fun, sig, part(&in.targs, 0, n), xlist);
    int at = n;
    for (int k = 0; k < in.generic.n; k++) {
        Operand *arg = &args->v[in.generic.v[k]];
        int m = arg->type->func.tparams.n;
        arg->type = instantiate_func(c, call->pos, arg->expr, arg->type, part(&in.targs, at, m),
                                     (NodeList){0});
        record(c, arg);
        at += m;
    }
    return sig;
}

/* Arguments against the parameters of sig, whose type arguments are completed. partial: for each
 * argument the type arguments that a generic one was given, or NULL. The signature as instantiated;
 * sig itself after an error in their number or inference. */
Type *check_arguments(Checker *c, Node *call, Type *sig, const TypeList *targs, NodeList xlist,
                      OperandList *args, const TypeList *partial) {
    if (!count_arguments(c, call, sig, args)) return sig;
    Type *inst = infer_call(c, call, sig, targs, xlist, args, partial);
    if (!inst) return sig;
    if (args->n == 0) return inst;
    char *context = xprintf("argument to %s", expr_str(call->call.fun));
    for (int i = 0; i < args->n; i++)
        assignment(c, &args->v[i], param_type(inst, i, call->call.dots), context);
    return inst;
}

/* --- calls --- */

static ExprKind check_conversion_call(Checker *c, Operand *x, Node *call) {
    Type *t = x->type;
    NodeList args = call->call.args;
    x->mode = MODE_INVALID;
    if (!is_complete(c, t)) return EXPR_CONVERSION;
    if (args.n == 0) {
        err_node(c, call, "missing argument in conversion to %s", tstr(c, t));
        return EXPR_CONVERSION;
    }
    if (args.n > 1) {
        use_exprs(c, args);
        err_node(c, args.v[args.n - 1], "too many arguments in conversion to %s", tstr(c, t));
        return EXPR_CONVERSION;
    }
    check_expr_to(c, x, args.v[0], t, "conversion");
    if (x->mode == MODE_INVALID) return EXPR_CONVERSION;
    Type *u = underlying(t);
    if (u->kind == T_INTERFACE && !is_tparam(t)) {
        complete_interface(u);
        if (u->iface.constraint) {
            err_node(c, call,
                     "cannot use interface %s in conversion (contains specific type constraints or "
                     "is comparable)",
                     tstr(c, t));
            x->mode = MODE_INVALID;
            return EXPR_CONVERSION;
        }
    }
    if (call->call.dots) {
        err_node(c, args.v[0], "invalid use of ... in conversion to %s", tstr(c, t));
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

static char *not_a_function(void *arg, Type *t, Type *u) {
    Checker *c = arg;
    return u && u->kind != T_FUNC ? xprintf("%s is not a function", tstr(c, t)) : NULL;
}

/* An argument that may be a generic function, whole or with some type arguments (*partial). */
static void generic_argument(Checker *c, Operand *x, Node *e, bool multi, TypeList *partial) {
    if (e->kind != N_INDEX) {
        if (!multi) {
            check_generic_expr(c, x, e, NULL);
            return;
        }
        check_generic_multi(c, x, e);
        return;
    }
    *x = (Operand){.mode = MODE_INVALID, .expr = e, .type = types_basic[T_INVALID]};
    e->conv = NULL;
    if (!check_index_expr(c, x, e)) {
        x->expr = e;
        if (x->mode == MODE_INVALID) x->type = types_basic[T_INVALID];
        non_generic(c, x, NULL);
        record(c, x);
        exclude_novalue(c, x);
        return;
    }
    if (!check_func_inst(c, x, start_pos(e), e, NULL, allow_version(c, 21) ? partial : NULL)) {
        x->expr = e;
        return;
    }
    if (x->mode == MODE_INVALID) x->type = types_basic[T_INVALID];
    record(c, x);
}

/* The arguments of a call; *partial gets a list for each. */
static void generic_arguments(Checker *c, NodeList list, OperandList *out, TypeList **partial) {
    *out = (OperandList){0};
    *partial = alloc(sizeof(TypeList) * (size_t)(list.n + 1));
    for (int i = 0; i < list.n; i++) {
        Operand x = {0};
        generic_argument(c, &x, list.v[i], list.n == 1, &(*partial)[i]);
        if (list.n == 1 && x.mode == MODE_VALUE && x.type->kind == T_TUPLE) {
            spread_tuple(list.v[0], x.type, out);
            *partial = NULL;
            return;
        }
        push(out, x);
    }
}

/* The operand to call, without an index expression around it (*inst). */
static void check_callee(Checker *c, Operand *x, Node *fun, Node **inst) {
    *inst = NULL;
    if (fun->kind != N_INDEX) {
        check_generic_or_type(c, x, fun);
        return;
    }
    *x = (Operand){.mode = MODE_INVALID, .expr = fun, .type = types_basic[T_INVALID]};
    fun->conv = NULL;
    if (check_index_expr(c, x, fun)) *inst = fun;
    x->expr = fun;
    if (x->mode == MODE_INVALID) x->type = types_basic[T_INVALID];
    record(c, x);
}

/* The type arguments written behind the callee; if they are all, *sig becomes the instance. */
static bool explicit_targs(Checker *c, Node *inst, Type **sig, TypeList *targs, NodeList *xlist) {
    *xlist = inst->index.index;
    if (!check_type_list(c, *xlist, targs)) return false;
    int got = targs->n, want = (*sig)->func.tparams.n;
    if (got > want) {
        err_node(c, xlist->v[want], "got %d type arguments but want %d", got, want);
        return false;
    }
    if (got < want || want == 0) return true;
    verify_version(c, inst->pos, 18, "function instantiation");
    *sig = instantiate_func(c, inst->pos, inst, *sig, *targs, *xlist);
    *targs = (TypeList){0};
    *xlist = (NodeList){0};
    return true;
}

static ExprKind bad_call(Checker *c, Operand *x, Node *call) {
    use_exprs(c, call->call.args);
    x->mode = MODE_INVALID;
    return EXPR_STATEMENT;
}

ExprKind check_call(Checker *c, Operand *x, Node *call) {
    Node *inst;
    check_callee(c, x, call->call.fun, &inst);
    if (x->mode == MODE_INVALID) return bad_call(c, x, call);
    if (x->mode == MODE_TYPE) {
        non_generic(c, x, NULL);
        if (x->mode == MODE_INVALID) return EXPR_CONVERSION;
        return check_conversion_call(c, x, call);
    }
    if (x->mode == MODE_BUILTIN) {
        int id = x->builtin;
        call->call.builtin = id + 1;
        if (!check_builtin(c, x, call, id)) x->mode = MODE_INVALID;
        if (x->mode != MODE_INVALID && x->mode != MODE_CONST) c->env.has_call_or_recv = true;
        return builtin_kind(id);
    }
    char *why;
    Type *sig = common_under(x->type, not_a_function, c, &why);
    if (!sig) {
        if (valid(underlying(x->type)))
            err_operand(c, x, "invalid operation: cannot call %s: %s", operand_str(c, x), why);
        return bad_call(c, x, call);
    }
    TypeList targs = {0}, *partial;
    NodeList xlist = {0};
    if (inst && !explicit_targs(c, inst, &sig, &targs, &xlist)) return bad_call(c, x, call);
    OperandList args;
    generic_arguments(c, call->call.args, &args, &partial);
    sig = check_arguments(c, call, sig, &targs, xlist, &args, partial);
    set_result(x, sig);
    if (x->mode == MODE_VALUE && !is_complete(c, x->type)) {
        x->mode = MODE_INVALID;
        return EXPR_STATEMENT;
    }
    c->env.has_call_or_recv = true;
    if (x->mode == MODE_VALUE && sig->func.tparams.n &&
        mentions_one_of(x->type, &sig->func.tparams))
        x->mode = MODE_INVALID; /* inference has failed */
    return EXPR_STATEMENT;
}

/* --- selectors --- */

/* The name's spelling in another case may be there. */
static void undefined_in_package(Checker *c, Node *e, const Package *p, const char *sel) {
    Node *name = e->selector.name;
    for (int i = 0; p->scope && i < p->scope->names.n; i++) {
        const Obj *o = p->scope->names.vals[i];
        if (!is_exported(o->name) || strcasecmp(o->name, sel) != 0) continue;
        err_node(c, name, "undefined: %s (but have %s)", expr_str(e), o->name);
        return;
    }
    err_node(c, name, "undefined: %s", expr_str(e));
}

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
        if (p && !p->fake) undefined_in_package(c, e, p, sel);
        return;
    }
    if (!is_exported(sel)) err_node(c, name, "name %s not exported by package %s", sel, p->name);
    name->ident.obj = o;
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

static bool same_tail(const char *a, const char *b) {
    uint32_t r;
    int na = utf8_decode(a, strlen(a), &r), nb = utf8_decode(b, strlen(b), &r);
    return strcmp(a + (*a ? na : 0), b + (*b ? nb : 0)) == 0;
}

/* What is wrong with the name sel in type t, which has alt instead (or NULL). */
char *lookup_error(Checker *c, Type *t, const char *sel, const Obj *alt, bool literal) {
    enum { MISSING, MISSPELLED, UNEXPORTED, INACCESSIBLE } e = MISSING;
    const char *name = alt ? alt->name : "", *ts = tstr(c, t);
    if (alt && alt->pkg == c->pkg)
        e = MISSPELLED;
    else if (alt && is_exported(sel))
        e = is_exported(name) ? MISSPELLED : same_tail(sel, name) ? UNEXPORTED : MISSING;
    else if (alt && is_exported(name))
        e = same_tail(sel, name) ? MISSPELLED : MISSING;
    else if (alt && strcmp(sel, name) == 0)
        e = INACCESSIBLE;
    const char *what = !alt ? "object" : alt->kind == OBJ_FUNC ? "method" : "field";
    if (e == INACCESSIBLE && literal)
        return xprintf("cannot refer to unexported field %s in struct literal of type %s", name,
                       ts);
    if (e == INACCESSIBLE) return xprintf("cannot refer to unexported %s %s", what, name);
    char *msg = literal ? xprintf("unknown field %s in struct literal of type %s", sel, ts)
                        : xprintf("type %s has no field or method %s", ts, sel);
    const char *but = e == MISSPELLED   ? ", but does have "
                      : e == UNEXPORTED ? ", but does have unexported "
                                        : NULL;
    if (!but) return msg;
    return literal ? xprintf("%s%s%s", msg, but, name) : xprintf("%s%s%s %s", msg, but, what, name);
}

static void not_found(Checker *c, Operand *x, Node *e, const Lookup *l) {
    Node *name = e->selector.name;
    const char *sel = name->ident.name;
    if (!valid(underlying(x->type))) return;
    if (l->ambiguous) {
        err_node(c, name, "ambiguous selector %s.%s", expr_str(x->expr), sel);
        return;
    }
    char *ts = tstr(c, x->type), *why;
    if (l->ptr_recv && x->mode == MODE_TYPE) {
        err_node(c, name, "invalid method expression %s.%s (needs pointer receiver (*%s).%s)", ts,
                 sel, ts, sel);
        return;
    }
    if (l->ptr_recv) {
        err_node(c, name, "cannot call pointer method %s on %s", sel, ts);
        return;
    }
    if (is_interface_ptr(x->type)) {
        bool tparam = is_tparam(underlying(x->type)->pointer.elem);
        why =
            xprintf("type %s is pointer to %s, not %s", ts, tparam ? "type parameter" : "interface",
                    tparam ? "type parameter" : "interface");
    } else {
        Lookup alt = lookup_fold_case(x->type, x->mode == MODE_VAR, c->pkg, sel);
        why = lookup_error(c, x->type, sel, alt.obj, false);
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
        err_node(c, e->selector.x, "operand for field selector %s must be value of type %s", sel,
                 tstr(c, x->type));
        x->mode = MODE_INVALID;
        return;
    }
    select_(e, x, SEL_METHODEXPR, l);
    Type *sig = method_type(m), *t = new_(Type);
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
    add_dep(c, m->origin ? m->origin : m);
}

static void check_method_value(Checker *c, Operand *x, Node *e, const Lookup *l) {
    Selection *s = select_(e, x, SEL_METHOD, l);
    if (s->addr_recv && !s->indirect) mark_addrtaken(e->selector.x);
    x->mode = MODE_VALUE;
    x->type = method_type(l->obj);
    if (x->type->kind == T_FUNC && x->type->func.recv) {
        Type *t = new_(Type);
        *t = *x->type;
        t->emit = NULL;
        t->func.recv = NULL;
        x->type = t;
    }
    add_dep(c, l->obj->origin ? l->obj->origin : l->obj);
}

void check_selector(Checker *c, Operand *x, Node *e, Type *def, bool want_type) {
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
        err_at(c, e->pos, "invalid use of %s in selector expression", operand_str(c, x));
        x->mode = MODE_INVALID;
        return;
    }
    (void)def;
    if (!is_complete(c, x->type)) {
        x->mode = MODE_INVALID;
        return;
    }
    if (strcmp(name->ident.name, "_") == 0) {
        err_node(c, name, "cannot refer to blank field or method");
        x->mode = MODE_INVALID;
        return;
    }
    if (want_type) {
        err_node(c, name, "%s is not a type", expr_str(e));
        x->mode = MODE_INVALID;
        return;
    }
    if (!points_to_complete(c, x->type)) {
        x->mode = MODE_INVALID;
        return;
    }
    Lookup l = lookup_field_or_method(x->type, x->mode == MODE_VAR, c->pkg, name->ident.name);
    if (!l.obj || l.ptr_recv || l.ambiguous) {
        not_found(c, x, e, &l);
        x->mode = MODE_INVALID;
        return;
    }
    Type *found = l.obj->kind == OBJ_FUNC ? method_type(l.obj) : l.obj->type;
    if (!found || !valid(found)) {
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
