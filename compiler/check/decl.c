/* decl.c - resolving objects: constants, variables, types, functions.
 *
 * An object is white until somebody needs it, grey while it is being resolved and on c->path, black
 * afterwards. Meeting a grey object is a cycle: fine among functions and through a type definition,
 * an error through aliases only or through values and types; cycles of values alone are reported
 * with the order of initialisation.
 */
#include "check/decls.h"

/* --- aliases whose target is being determined --- */

static char alias_broken, alias_valid; /* values in c->broken_aliases */

bool is_broken_alias(const Checker *c, const Obj *o) {
    return o->type && !valid(o->type) && map_get(&c->broken_aliases, o) == &alias_broken;
}

static void break_alias(Checker *c, Obj *o) {
    map_put(&c->broken_aliases, o, &alias_broken);
    o->type = types_basic[T_INVALID];
}

static void mend_alias(Checker *c, Obj *o, Type *t) {
    if (map_get(&c->broken_aliases, o)) map_put(&c->broken_aliases, o, &alias_valid);
    o->type = t;
}

/* --- what cannot be checked yet --- */

static Node *receiver_base(Node *t) {
    while (t && (t->kind == N_PAREN || t->kind == N_STAR)) t = t->unary.x;
    return t;
}

bool is_generic(const Obj *o) {
    const Node *d = o->decl;
    if (!d) return false;
    if (o->kind == OBJ_TYPE && d->kind == N_TYPE) return d->typedecl.tparams.n > 0;
    if (o->kind != OBJ_FUNC || d->kind != N_FUNC) return false;
    if (d->func.typ && d->func.typ->functype.tparams.n > 0) return true;
    Node *base = d->func.recv ? receiver_base(d->func.recv->field.typ) : NULL;
    return base && base->kind == N_INDEX;
}

/* --- cycles --- */

static int first_in_source(Obj **cycle, int n) {
    int first = 0;
    for (int i = 1; i < n; i++)
        if (pos_cmp(cycle[i]->pos, cycle[first]->pos) < 0) first = i;
    return first;
}

void report_cycle(Checker *c, Obj **cycle, int n) {
    int i = first_in_source(cycle, n);
    Obj *o = cycle[i];
    if (o->kind == OBJ_TYPE && o->is_alias) mend_alias(c, o, types_basic[T_INVALID]);
    Buf b = {0};
    buf_printf(&b,
               o->kind == OBJ_TYPE ? "invalid recursive type %s"
                                   : "illegal cycle in declaration of %s",
               qualified_obj_name(c, o));
    Pos at = o->pos;
    for (int k = 0; k < n; k++) {
        buf_printf(&b, "\n\t%s: %s refers to", pos_str(o->pos), qualified_obj_name(c, o));
        i = (i + 1) % n;
        o = cycle[i];
    }
    buf_printf(&b, "\n\t%s: %s", pos_str(o->pos), qualified_obj_name(c, o));
    err_at(c, at, "%s", buf_str(&b));
}

/* Whether the cycle that begins at the grey object o is allowed; reports it if not. */
static bool valid_cycle(Checker *c, Obj *o) {
    Obj **cycle = c->path.v + o->path_index;
    int n = c->path.n - o->path_index, values = 0, definitions = 0;
    for (int i = 0; i < n; i++) {
        if (cycle[i]->kind == OBJ_CONST || cycle[i]->kind == OBJ_VAR) values++;
        if (cycle[i]->kind == OBJ_TYPE && !cycle[i]->is_alias) definitions++;
    }
    if (values == n) return true; /* reported with the order of initialisation */
    if (values == 0 && definitions > 0) return true;
    report_cycle(c, cycle, n);
    return false;
}

static void meet_grey(Checker *c, Obj *o) {
    bool ok = valid_cycle(c, o);
    if (o->kind == OBJ_FUNC) return; /* has its signature, perhaps not filled in yet */
    if (!ok || !o->type) o->type = types_basic[T_INVALID];
}

static void enter(Checker *c, Obj *o) {
    o->color = GREY;
    o->path_index = c->path.n;
    push(&c->path, o);
}

static void leave(Checker *c) {
    c->path.v[--c->path.n]->color = BLACK;
}

/* --- dependencies --- */

void add_dep(Checker *c, Obj *to) {
    if (c->env.decl && to->decl_info && to->pkg == c->pkg) map_put(&c->env.decl->deps, to, to);
}

/* --- constants and variables --- */

static void const_decl(Checker *c, Obj *o, Node *typ, Node *init, int iota, bool inherited) {
    Const *saved_iota = c->env.iota;
    Pos saved_errpos = c->env.errpos;
    c->env.iota = const_i64(iota);
    c->env.errpos = (Pos){0};
    Operand x = {.mode = MODE_INVALID, .type = types_basic[T_INVALID]};
    if (typ) {
        Type *t = check_type(c, typ);
        o->type = is_const_type(t) ? t : types_basic[T_INVALID];
        if (!is_const_type(t)) {
            if (valid(underlying(t))) err_node(c, typ, "invalid constant type %s", tstr(c, t));
            goto done;
        }
    }
    if (init) {
        if (inherited) c->env.errpos = o->pos; /* the initialiser stands at another constant */
        check_expr(c, &x, init, NULL);
    }
    init_const(c, o, &x);
done:
    c->env.iota = saved_iota;
    c->env.errpos = saved_errpos;
}

/* lhs: all variables if init gives several values. */
static void var_decl(Checker *c, Obj *o, ObjList lhs, Node *typ, Node *init) {
    if (typ) {
        bool again = typ->mode == MODE_TYPE && typ->type; /* shared by var a, b T */
        o->type = again ? typ->type : check_var_type(c, typ);
    }
    if (!init) {
        if (!typ) o->type = types_basic[T_INVALID]; /* reported by check_arity */
    } else if (lhs.n <= 1) {
        Operand x;
        check_expr(c, &x, init, NULL);
        init_var(c, o, &x, "variable declaration");
    } else {
        for (int i = 0; typ && i < lhs.n; i++) lhs.v[i]->type = o->type;
        NodeList one = {0};
        push(&one, init);
        init_vars(c, lhs, one, NULL);
    }
    /* Variables without a type have caused an error already: none for being unused. */
    if (!valid(o->type)) o->used = true;
    for (int i = 0; i < lhs.n; i++)
        if (lhs.v[i]->type && !valid(lhs.v[i]->type)) lhs.v[i]->used = true;
}

void check_arity(Checker *c, Pos p, NodeList names, NodeList values, bool constant,
                 bool inherited) {
    int l = names.n, r = values.n;
    if (l < r) {
        Node *extra = values.v[l];
        if (inherited)
            err_at(c, p, "extra init expr at %s", pos_str(extra->pos));
        else
            err_node(c, extra, "extra init expr %s", expr_str(extra));
    } else if (l > r && (constant || r != 1)) {
        err_node(c, names.v[r], "missing init expr for %s", names.v[r]->ident.name);
    }
}

/* --- types --- */

static void validate_type(Checker *c, void *arg) {
    Obj *o = arg;
    if (o->type->kind == T_NAMED) check_valid_type(c, o->type);
}

typedef struct TypePath {
    Type *type;
    struct TypePath *up;
} TypePath;

static bool contains_itself(Checker *c, Type *t, TypePath *up);

static void report_type_cycle(Checker *c, Type *t, TypePath *up) {
    ObjList cycle = {0};
    int n = 0;
    for (TypePath *p = up; p; p = p->up) {
        n++;
        if (p->type == t) break;
    }
    for (int k = n - 1; k >= 0; k--) { /* outermost first */
        TypePath *p = up;
        for (int i = 0; i < k; i++) p = p->up;
        push(&cycle, p->type->named.obj);
    }
    t->named.underlying = types_basic[T_INVALID];
    report_cycle(c, cycle.v, cycle.n);
}

static bool named_contains_itself(Checker *c, Type *t, TypePath *up) {
    if (t->named.obj->pkg != c->pkg || map_get(&c->valid_types, t)) return false;
    if (!t->named.underlying || !valid(t->named.underlying)) return true; /* reported before */
    for (TypePath *p = up; p; p = p->up)
        if (p->type == t) {
            report_type_cycle(c, t, up);
            return true;
        }
    if (stack_is_low()) {
        err_at(c, t->named.obj->pos, "%s nests too many types", t->named.obj->name);
        t->named.underlying = types_basic[T_INVALID];
        return true;
    }
    TypePath here = {t, up};
    if (contains_itself(c, t->named.rhs, &here)) return true;
    map_put(&c->valid_types, t, t);
    return false;
}

static bool contains_itself(Checker *c, Type *t, TypePath *up) {
    if (!t) return false;
    switch (t->kind) {
    case T_ARRAY: return contains_itself(c, t->array.elem, up);
    case T_STRUCT:
        for (int i = 0; i < t->struct_.fields.n; i++)
            if (contains_itself(c, t->struct_.fields.v[i]->type, up)) return true;
        return false;
    case T_INTERFACE:
        for (int i = 0; i < t->iface.embedded.n; i++)
            if (contains_itself(c, t->iface.embedded.v[i], up)) return true;
        return false;
    case T_NAMED: return named_contains_itself(c, t, up);
    default: return false;
    }
}

void check_valid_type(Checker *c, Type *named) {
    contains_itself(c, named, NULL);
}

static void type_decl(Checker *c, Obj *o, Node *decl, Type *def) {
    if (decl->typedecl.tparams.n) { /* reported where it is used */
        o->type = types_basic[T_INVALID];
        return;
    }
    later(c, validate_type, o);
    if (decl->typedecl.alias) {
        o->is_alias = true;
        break_alias(c, o);
        mend_alias(c, o, check_type(c, decl->typedecl.typ));
        return;
    }
    Type *t = new_named(o, NULL);
    if (!o->is_global) t->named.local_id = ++c->nlocal_types;
    push(&c->pkg->named, t);
    if (def) def->named.underlying = t;
    t->named.rhs = defined_type(c, decl->typedecl.typ, t);
    if (!t->named.underlying) t->named.underlying = types_basic[T_INVALID];
    t->complete = true;
}

/* Delayed: fields and methods of a struct type need distinct names. */
static void check_field_names(Checker *c, void *arg) {
    Type *t = arg, *u = underlying(t);
    if (u->kind != T_STRUCT) return;
    Map names = {0};
    for (int i = 0; i < t->named.methods.n; i++)
        map_put(&names, t->named.methods.v[i]->name, t->named.methods.v[i]);
    for (int i = 0; i < u->struct_.fields.n; i++) {
        Obj *f = u->struct_.fields.v[i], *m = map_get(&names, f->name);
        if (m && f->pkg == m->pkg)
            report_redeclared(c, m->pos, xprintf("field and method with the same name %s", f->name),
                              f);
    }
}

void collect_methods(Checker *c, Obj *o) {
    ObjList *methods = map_get(&c->methods, o);
    if (!methods || !o->type || o->type->kind != T_NAMED) return;
    Type *t = o->type;
    later(c, check_field_names, t);
    Map names = {0};
    for (int i = 0; i < methods->n; i++) {
        Obj *m = methods->v[i], *other = map_get(&names, m->name);
        if (other) {
            report_redeclared(c, m->pos,
                              xprintf("%s.%s redeclared in this block", o->name, m->name), other);
            continue;
        }
        map_put(&names, m->name, m);
        push(&t->named.methods, m);
    }
}

/* --- functions --- */

static void func_decl(Checker *c, Obj *o) {
    Node *decl = o->decl;
    Type *sig = new_func_type();
    Scope *scope;
    o->type = sig;    /* guards against cycles */
    o->color = BLACK; /* the signature may mention a type that has this method */
    if (!decl->func.typ) return;
    resolve_func_type(c, sig, decl->func.recv, decl->func.typ, &scope);
    decl->func.typ->mode = MODE_TYPE;
    decl->func.typ->type = sig;
    Func *f = new_func(c, decl, o, sig, decl->func.body, scope);
    decl->func.func = o->func = f;
    if (decl->func.body) {
        c->env.decl = o->decl_info;
        later_func_body(c, f);
    }
}

/* --- objects --- */

static void resolve(Checker *c, Obj *o, Type *def) {
    DeclInfo *d = o->decl_info;
    Env saved = c->env;
    c->env = (Env){.scope = d->file_scope};
    switch ((ObjKind)o->kind) {
    case OBJ_CONST:
        c->env.decl = d;
        const_decl(c, o, d->typ, d->init, d->iota, d->inherited);
        break;
    case OBJ_VAR:
        c->env.decl = d;
        var_decl(c, o, d->lhs, d->typ, d->init);
        break;
    case OBJ_TYPE:
        type_decl(c, o, d->decl, def);
        collect_methods(c, o);
        break;
    case OBJ_FUNC: func_decl(c, o); break;
    default: break;
    }
    c->env = saved;
}

void check_obj(Checker *c, Obj *o, Type *def) {
    if (o->color == WHITE && o->type) o->color = BLACK; /* given its type by an initialisation */
    if (o->color == BLACK) return;
    if (o->color == GREY) {
        meet_grey(c, o);
        return;
    }
    if (!o->decl_info) ice(o->pos, "%s should have been declared", o->name);
    if (stack_is_low()) {
        err_at(c, o->pos, "%s depends on too long a chain of declarations", o->name);
        o->type = types_basic[T_INVALID];
        o->color = BLACK;
        return;
    }
    enter(c, o);
    resolve(c, o, def);
    leave(c);
}

/* --- declarations inside functions --- */

static void declare_all(Checker *c, NodeList names, ObjList objs) {
    for (int i = 0; i < names.n; i++) {
        declare(c, c->env.scope, names.v[i], objs.v[i]);
        if (!names.v[i]->ident.obj) names.v[i]->ident.obj = objs.v[i];
    }
}

static void local_consts(Checker *c, Node *d) {
    int top = c->delayed.n;
    ObjList objs = {0};
    for (int i = 0; i < d->var.names.n; i++) {
        Node *name = d->var.names.v[i];
        Obj *o = new_obj(c, OBJ_CONST, name->pos, name->ident.name, NULL);
        o->decl = d;
        push(&objs, o);
        Node *init = i < d->var.values.n ? d->var.values.v[i] : NULL;
        const_decl(c, o, d->var.typ, init, d->var.iota, d->var.inherited);
    }
    check_arity(c, d->pos, d->var.names, d->var.values, true, d->var.inherited);
    process_delayed(c, top);
    declare_all(c, d->var.names, objs);
}

static void local_vars(Checker *c, Node *d) {
    int top = c->delayed.n, nvalues = d->var.values.n;
    ObjList objs = {0}, none = {0};
    for (int i = 0; i < d->var.names.n; i++) {
        Node *name = d->var.names.v[i];
        Obj *o = new_local_var(c, name->pos, name->ident.name, NULL);
        o->decl = d;
        push(&objs, o);
    }
    for (int i = 0; i < objs.n; i++) {
        bool several = nvalues == 1 && objs.n > 1;
        Node *init = several ? d->var.values.v[0] : i < nvalues ? d->var.values.v[i] : NULL;
        var_decl(c, objs.v[i], several ? objs : none, d->var.typ, init);
        if (nvalues == 1) break; /* all have their types */
    }
    for (int i = 0; i < objs.n; i++)
        if (!objs.v[i]->type) objs.v[i]->type = types_basic[T_INVALID];
    if (!d->var.typ || nvalues) check_arity(c, d->pos, d->var.names, d->var.values, false, false);
    process_delayed(c, top);
    declare_all(c, d->var.names, objs);
}

static void local_type(Checker *c, Node *d) {
    Node *name = d->typedecl.name;
    Obj *o = new_obj(c, OBJ_TYPE, name->pos, name->ident.name, NULL);
    o->decl = d;
    declare(c, c->env.scope, name, o);
    enter(c, o);
    type_decl(c, o, d, NULL);
    leave(c);
}

void check_decl_stmt(Checker *c, Node *s) {
    for (int i = 0; i < s->declstmt.decls.n; i++) {
        Node *d = s->declstmt.decls.v[i];
        switch (d->kind) {
        case N_CONST: local_consts(c, d); break;
        case N_VAR: local_vars(c, d); break;
        case N_TYPE: local_type(c, d); break;
        default: break;
        }
    }
}
