/* typexpr.c - identifiers and type expressions.
 *
 * defined_type() gets the named type that the expression defines, if any, and sets its underlying
 * type before it goes into the parts: so a part that mentions the named type finds it usable.
 * Checks that need complete types (map keys, constraint interfaces as variable types, sizes) are
 * delayed.
 */
#include "check/generic.h"

enum { MAX_CHAN_ELEM = 1 << 16 };

/* --- identifiers --- */

static bool is_blank(const char *name) {
    return strcmp(name, "_") == 0;
}

/* An object that came in by a dot import: its import is used. */
static void use_dot_import(Checker *c, Scope *where, const char *name) {
    Map *names = where ? map_get(&c->dot_imports, where) : NULL;
    Obj *pkg = names ? map_get(names, name) : NULL;
    if (pkg) pkg->used = true;
}

static void ident_const(Checker *c, Operand *x, Node *e, Obj *o) {
    add_dep(c, o);
    if (!valid(o->type)) return;
    if (o == obj_iota && !c->env.iota) {
        err_node(c, e, "cannot use iota outside constant declaration");
        return;
    }
    x->cval = o == obj_iota ? c->env.iota : o->cval;
    x->mode = MODE_CONST; /* without a value after an error */
}

static void ident_var(Checker *c, Operand *x, Obj *o) {
    if (o->pkg == c->pkg) o->used = true;
    add_dep(c, o);
    use_var(c, o);
    if (valid(o->type)) x->mode = MODE_VAR;
}

static void ident_type(Checker *c, Operand *x, Node *e, Obj *o) {
    Type *t = is_broken_alias(c, o) ? alias_target(c, o) : NULL;
    if (t) {
        x->mode = MODE_TYPE;
        x->type = t;
        return;
    }
    if (is_broken_alias(c, o)) {
        err_node(c, e, "invalid use of type alias %s in recursive type (see go.dev/issue/50729)",
                 o->name);
        return;
    }
    x->mode = MODE_TYPE;
}

static void report_undefined(Checker *c, Node *e) {
    if (is_blank(e->ident.name))
        err_node(c, e, "cannot use _ as value or type");
    else
        err_node(c, e, "undefined: %s", e->ident.name);
}

static const char *variable_kind(const Obj *o) {
    if (o->is_field) return "struct field";
    if (o->is_global) return "package-level variable";
    if (o->is_result) return "result variable";
    if (!o->is_param) return "local variable";
    return o->func && o->func->recv == o ? "receiver" : "parameter";
}

static const char *object_kind(const Obj *o) {
    switch ((ObjKind)o->kind) {
    case OBJ_PKG: return "package name";
    case OBJ_CONST: return "constant";
    case OBJ_TYPE:
        if (o->is_alias) return "type alias";
        return is_tparam(o->type) ? "type parameter" : "defined type";
    case OBJ_VAR: return variable_kind(o);
    case OBJ_FUNC: return "function";
    case OBJ_LABEL: return "label";
    case OBJ_BUILTIN: return "built-in function";
    case OBJ_NIL: return "untyped nil";
    }
    return "object";
}

void check_ident(Checker *c, Operand *x, Node *e, Type *def, bool want_type) {
    *x = (Operand){.mode = MODE_INVALID, .expr = e, .type = types_basic[T_INVALID]};
    Scope *where;
    Obj *o = scope_lookup_parent(c->env.scope, e->ident.name, &where);
    if (!o) {
        report_undefined(c, e);
        return;
    }
    if (!o->pkg && o->kind == OBJ_TYPE && (o->type == type_any || o->type == type_comparable) &&
        !verify_version(c, e->pos, 18, xprintf("predeclared %s", o->name)))
        return;
    e->ident.obj = o;
    if (want_type && o->kind != OBJ_TYPE) {
        err_node(c, e, "%s (%s) is not a type", o->name, object_kind(o));
        if (o->kind == OBJ_VAR && o->pkg == c->pkg) o->used = true;
        return;
    }
    if ((!o->type && o->kind != OBJ_PKG) || (o->kind == OBJ_TYPE && want_type))
        check_obj(c, o, def);
    use_dot_import(c, where, o->name);
    switch ((ObjKind)o->kind) {
    case OBJ_PKG: err_node(c, e, "use of package %s not in selector", o->name); return;
    case OBJ_CONST: ident_const(c, x, e, o); break;
    case OBJ_TYPE:
        ident_type(c, x, e, o);
        if (x->mode == MODE_TYPE && valid(x->type)) return;
        break;
    case OBJ_VAR: ident_var(c, x, o); break;
    case OBJ_FUNC:
        add_dep(c, o);
        x->mode = MODE_VALUE;
        break;
    case OBJ_BUILTIN:
        x->builtin = o->builtin;
        x->mode = MODE_BUILTIN;
        break;
    case OBJ_NIL: x->mode = MODE_NIL; break;
    case OBJ_LABEL: return;
    }
    x->type = o->type ? o->type : types_basic[T_INVALID];
}

/* --- types --- */

static void set_underlying(Type *def, Type *t) {
    if (def) def->named.underlying = t;
}

typedef struct TypeAt { /* argument of delayed checks */
    Type *type;
    Node *node;
} TypeAt;

static TypeAt *type_at(Type *t, Node *n) {
    TypeAt *a = new_(TypeAt);
    a->type = t;
    a->node = n;
    return a;
}

static Type *named_type(Checker *c, Operand *x, Type *def) {
    switch (x->mode) {
    case MODE_TYPE: set_underlying(def, x->type); return x->type;
    case MODE_INVALID: break;
    case MODE_NOVALUE: err_node(c, x->expr, "%s used as type", operand_str(c, x)); break;
    default: err_node(c, x->expr, "%s is not a type", operand_str(c, x)); break;
    }
    return NULL;
}

static int64_t length_of_name(Checker *c, Node *e, bool *ok) {
    Obj *o = scope_lookup_parent(c->env.scope, e->ident.name, NULL);
    *ok = o && o->kind == OBJ_CONST;
    if (!o)
        err_node(c, e, "undefined array length %s or missing type constraint", e->ident.name);
    else if (!*ok)
        err_node(c, e, "invalid array length %s", e->ident.name);
    return -1;
}

int64_t check_array_length(Checker *c, Node *e) {
    bool ok = true;
    if (e->kind == N_IDENT) length_of_name(c, e, &ok);
    if (!ok) return -1;
    Operand x;
    check_expr(c, &x, e, NULL);
    if (x.mode != MODE_CONST) {
        if (x.mode != MODE_INVALID)
            err_node(c, x.expr, "array length %s must be constant", operand_str(c, &x));
        return -1;
    }
    if (!x.cval) return -1;
    Const *v = is_untyped(x.type) || is_integer(x.type) ? const_to_int(x.cval) : NULL;
    int64_t n;
    if (v && representable_const(v, types_basic[T_INT], NULL) && const_to_i64(v, &n) && n >= 0)
        return n;
    err_node(c, x.expr,
             is_integer(x.type) ? "invalid array length %s" : "array length %s must be integer",
             operand_str(c, &x));
    return -1;
}

void check_sizes(Checker *c) {
    for (int i = 0; i < c->big_types.n; i++) {
        Type *t = c->big_types.v[i].type;
        if (t->kind == T_CHAN && type_size(t->chan.elem) >= MAX_CHAN_ELEM)
            err_node(c, c->big_types.v[i].node, "channel element type too large (>64kB)");
        else if (t->kind == T_ARRAY && type_size(t) >= HUGE_SIZE)
            err_node(c, c->big_types.v[i].node, "type %s larger than address space", tstr(c, t));
    }
}

static Type *array_type(Checker *c, Node *e, Type *def) {
    Type *t = new_array(types_basic[T_INVALID], -1);
    set_underlying(def, t);
    Node *len = e->arraytype.len;
    if (!len || (len->kind == N_ELLIPSIS && !len->unary.x))
        err_node(c, e, "invalid use of [...] array (outside a composite literal)");
    else
        t->array.len = check_array_length(c, len);
    t->array.elem = check_var_type(c, e->arraytype.elem);
    if (t->array.len > 1 << 20 && !mentions_tparam(t)) push(&c->big_types, ((Sized){t, e}));
    return t->array.len >= 0 ? t : NULL;
}

static void check_map_key(Checker *c, void *arg) {
    TypeAt *a = arg;
    if (!comparable(a->type->map.key))
        err_node(c, a->node, "invalid map key type %s%s", tstr(c, a->type->map.key),
                 is_tparam(a->type->map.key) ? " (missing comparable constraint)" : "");
}

static Type *map_type(Checker *c, Node *e, Type *def) {
    Type *t = new_map(types_basic[T_INVALID], types_basic[T_INVALID]);
    set_underlying(def, t);
    t->map.key = check_var_type(c, e->maptype.key);
    t->map.elem = check_var_type(c, e->maptype.val);
    later(c, check_map_key, type_at(t, e->maptype.key));
    return t;
}

static Type *pointer_type(Checker *c, Node *e, Type *def) {
    Type *t = new_pointer(types_basic[T_INVALID]);
    set_underlying(def, t);
    t->pointer.elem = check_var_type(c, e->unary.x);
    return valid(t->pointer.elem) ? t : types_basic[T_INVALID];
}

static Type *func_type(Checker *c, Node *e, Type *def) {
    Type *t = new_func_type();
    Scope *scope;
    set_underlying(def, t);
    resolve_func_type(c, t, NULL, e, &scope);
    return t;
}

/* NULL: invalid, reported. */
static Type *resolve_type(Checker *c, Node *e, Type *def) {
    Operand x;
    Type *t;
    switch (e->kind) {
    case N_BADEXPR: return NULL;
    case N_IDENT: check_ident(c, &x, e, def, true); return named_type(c, &x, def);
    case N_SELECTOR: check_selector(c, &x, e, def, true); return named_type(c, &x, def);
    case N_INDEX:
        verify_version(c, start_pos(e), 18, "type instantiation");
        t = check_instance_type(c, e);
        if (t) set_underlying(def, t);
        return t;
    case N_PAREN: return defined_type(c, e->paren.x, def);
    case N_ARRAYTYPE: return array_type(c, e, def);
    case N_SLICETYPE:
        t = new_slice(types_basic[T_INVALID]);
        set_underlying(def, t);
        t->slice.elem = check_var_type(c, e->arraytype.elem);
        return t;
    case N_ELLIPSIS:
        err_node(c, e, "invalid syntax tree: invalid use of ...");
        if (e->unary.x) use_expr(c, e->unary.x);
        return NULL;
    case N_STRUCTTYPE:
        t = new_struct();
        set_underlying(def, t);
        check_struct_type(c, t, e);
        return t;
    case N_STAR: return pointer_type(c, e, def);
    case N_FUNCTYPE: return func_type(c, e, def);
    case N_INTERFACETYPE:
        t = new_interface();
        set_underlying(def, t);
        check_interface_type(c, t, e, def);
        return t;
    case N_MAPTYPE: return map_type(c, e, def);
    case N_CHANTYPE:
        t = new_chan(types_basic[T_INVALID], (ChanDir)e->chantype.dir);
        set_underlying(def, t);
        t->chan.elem = check_var_type(c, e->chantype.elem);
        if (!mentions_tparam(t)) push(&c->big_types, ((Sized){t, e}));
        return t;
    default:
        err_node(c, e, "%s is not a type", expr_str(e));
        use_expr(c, e);
        return NULL;
    }
}

Obj *generic_alias(const Node *e) {
    if (e->kind == N_SELECTOR && !e->selector.sel) e = e->selector.name;
    if (!e || e->kind != N_IDENT || !e->ident.obj) return NULL;
    Obj *o = e->ident.obj;
    return o->kind == OBJ_TYPE && o->tparams.n > 0 ? o : NULL;
}

Type *check_generic_type(Checker *c, Node *e, Obj **alias, char **cause) {
    Type *t = resolve_type(c, e, NULL);
    *alias = NULL;
    if (!t) t = types_basic[T_INVALID];
    if (valid(t)) *alias = generic_alias(e);
    if (valid(t) && !*alias && !is_generic_type(t)) {
        *cause = xprintf("%s is not a generic type", tstr(c, t));
        t = types_basic[T_INVALID];
    }
    e->mode = MODE_TYPE;
    e->type = t;
    return t;
}

Type *defined_type(Checker *c, Node *e, Type *def) {
    if (!e) return types_basic[T_INVALID]; /* reported by the parser */
    Type *t = resolve_type(c, e, def);
    Obj *alias = t && e->kind != N_INDEX ? generic_alias(e) : NULL;
    if (t && (alias || is_generic_type(t))) {
        err_node(c, e, "cannot use generic type %s without instantiation",
                 alias ? generic_alias_str(c, alias) : tstr(c, t));
        t = NULL;
    }
    if (!t) {
        t = types_basic[T_INVALID];
        set_underlying(def, t);
    }
    e->mode = MODE_TYPE;
    e->type = t;
    return t;
}

Type *check_type(Checker *c, Node *e) {
    return defined_type(c, e, NULL);
}

static void check_not_constraint(Checker *c, void *arg) {
    TypeAt *a = arg;
    Type *u = underlying(a->type);
    if (u->kind != T_INTERFACE) return;
    complete_interface(u);
    if (!u->iface.constraint) return;
    err_node(c, a->node, "cannot use type %s outside a type constraint: interface %s",
             tstr(c, a->type),
             u->iface.comparable_ ? "is (or embeds) comparable" : "contains type constraints");
}

Type *check_var_type(Checker *c, Node *e) {
    Type *t = check_type(c, e);
    if (t == type_comparable || t->kind == T_INTERFACE || (t->kind == T_NAMED && t != type_error))
        later(c, check_not_constraint, type_at(t, e));
    return t;
}

/* --- signatures --- */

/* Names are declared when all types are resolved: they do not see the parameters. */
typedef struct Named {
    Node *name;
    Obj *obj;
} Named;
typedef VEC(Named) NamedList;

static void add_param(Checker *c, NamedList *names, Node *field, Type *t, bool result,
                      ObjList *out) {
    Node *name = field->field.name;
    Obj *p =
        new_obj(c, OBJ_VAR, name ? name->pos : field->pos, name ? name->ident.name : intern(""), t);
    p->is_param = !result;
    p->is_result = result;
    p->used = true;
    p->decl = field;
    p->index = out->n;
    if (name) push(names, ((Named){name, p}));
    push(out, p);
}

static void declare_params(Checker *c, Scope *scope, const NamedList *names) {
    for (int i = 0; i < names->n; i++) {
        declare(c, scope, names->v[i].name, names->v[i].obj);
        if (is_blank(names->v[i].obj->name)) names->v[i].name->ident.obj = names->v[i].obj;
    }
}

/* The parameters or results; true if the last is variadic. */
static bool collect_params(Checker *c, NamedList *names, NodeList list, bool results,
                           ObjList *out) {
    Type *t = NULL;
    Node *prev = NULL;
    bool variadic = false;
    for (int i = 0; i < list.n; i++) {
        Node *field = list.v[i], *typ = field->field.typ;
        if (!typ || typ != prev) {
            Node *elem = typ;
            if (typ && typ->kind == N_ELLIPSIS) {
                elem = typ->unary.x;
                if (!results && i == list.n - 1)
                    variadic = true;
                else
                    err_node(c, typ, "invalid syntax tree: invalid use of ...");
            }
            t = check_var_type(c, elem);
            if (typ && typ != elem) {
                typ->mode = MODE_TYPE;
                typ->type = t;
            }
            prev = typ;
        }
        add_param(c, names, field, t, results, out);
    }
    if (!variadic) return false;
    Obj *last = out->v[out->n - 1];
    last->type = new_slice(last->type);
    list.v[list.n - 1]->field.typ->type = last->type;
    return true;
}

static void collect_receiver(Checker *c, Type *sig, NamedList *names, Node *recv) {
    ObjList recvs = {0};
    Type *t = check_receiver_type(c, sig, recv->field.typ);
    add_param(c, names, recv, t, false, &recvs);
    sig->func.recv = recvs.v[0];
    later(c, check_receiver, recvs.v[0]);
}

void resolve_func_type(Checker *c, Type *sig, Node *recv, Node *e, Scope **scope) {
    Scope *outer = c->env.scope;
    c->env.scope = *scope = new_scope(outer, NULL);
    NamedList names = {0};
    if (recv) collect_receiver(c, sig, &names, recv);
    if (e->functype.tparams.n) collect_tparams(c, e->functype.tparams, &sig->func.tparams);
    ObjList params = {0}, results = {0};
    bool variadic = collect_params(c, &names, e->functype.params, false, &params);
    collect_params(c, &names, e->functype.results, true, &results);
    declare_params(c, *scope, &names);
    c->env.scope = outer;
    sig->func.params = params;
    sig->func.results = results;
    sig->func.variadic = variadic;
    sig->complete = true;
}

Type *check_func_type(Checker *c, Node *recv, Node *e, Scope **scope) {
    Type *sig = new_func_type();
    resolve_func_type(c, sig, recv, e, scope);
    e->mode = MODE_TYPE;
    e->type = sig;
    return sig;
}

/* Where messages on a receiver's type stand. */
static Pos receiver_pos(const Obj *recv) {
    Node *base = receiver_base(recv->decl->field.typ);
    if (base && base->kind == N_INDEX) base = base->index.x;
    return base ? start_pos(base) : recv->pos;
}

/* Delayed: the receiver's type must be T or *T, T defined in this package, no pointer or
 * interface. */
void check_receiver(Checker *c, void *arg) {
    Obj *recv = arg;
    Type *t = deref(recv->type, NULL);
    if (!valid(t)) return;
    Pos at = receiver_pos(recv);
    if (t->kind < T_NBASIC || (t->kind == T_NAMED && t->named.obj->pkg != c->pkg)) {
        err_at(c, at, "cannot define new methods on non-local type %s", tstr(c, t));
        return;
    }
    if (t->kind != T_NAMED) {
        err_at(c, at, "invalid receiver type %s", tstr(c, recv->type));
        return;
    }
    if (t->named.orig && receiver_base(recv->decl->field.typ)->kind != N_INDEX) {
        err_at(c, at, "cannot define new methods on instantiated type %s", tstr(c, t));
        return;
    }
    const char *cause = NULL;
    switch (underlying(t)->kind) {
    case T_UNSAFEPTR: cause = "unsafe.Pointer"; break;
    case T_POINTER:
    case T_INTERFACE: cause = "pointer or interface type"; break;
    default: return;
    }
    err_at(c, at, "invalid receiver type %s (%s)", tstr(c, t), cause);
}
