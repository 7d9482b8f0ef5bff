/* decl.c - resolving objects: constants, variables, types, functions.
 *
 * An object is white until somebody needs it, grey while it is being resolved and on c->path, black
 * afterwards. Meeting a grey object is a cycle: fine among functions and through a type definition,
 * an error through aliases only or through values and types; cycles of values alone are reported
 * with the order of initialisation.
 */
#include "check/generic.h"

/* --- aliases whose target is being determined --- */

static char alias_broken, alias_tried, alias_valid; /* values in c->broken_aliases */

bool is_broken_alias(const Checker *c, const Obj *o) {
    const void *state = map_get(&c->broken_aliases, o);
    return o->type && !valid(o->type) && (state == &alias_broken || state == &alias_tried);
}

/* A type that is being defined may lead back to an alias for it: type A = *T; type T struct{ a A }.
 * T is known by then, so the right side is; it is resolved a second time. */
Type *alias_target(Checker *c, Obj *o) {
    if (map_get(&c->broken_aliases, o) != &alias_broken || !o->decl_info || o->tparams.n)
        return NULL;
    map_put(&c->broken_aliases, o, &alias_tried);
    Env saved = c->env;
    c->env = (Env){.scope = o->decl_info->file_scope, .version = o->decl_info->version};
    Type *t = check_type(c, o->decl->typedecl.typ);
    c->env = saved;
    if (map_get(&c->broken_aliases, o) == &alias_tried)
        map_put(&c->broken_aliases, o, &alias_broken);
    return valid(t) ? t : NULL;
}

static void break_alias(Checker *c, Obj *o) {
    map_put(&c->broken_aliases, o, &alias_broken);
    o->type = types_basic[T_INVALID];
}

static void mend_alias(Checker *c, Obj *o, Type *t) {
    if (map_get(&c->broken_aliases, o)) map_put(&c->broken_aliases, o, &alias_valid);
    o->type = t;
}

/* --- cycles --- */

static int first_in_source(Obj **cycle, int n) {
    int first = 0;
    for (int i = 1; i < n; i++)
        if (pos_cmp(cycle[i]->pos, cycle[first]->pos) < 0) first = i;
    return first;
}

/* names: what to call the objects; NULL: by their own. */
static void report_cycle_from(Checker *c, Obj **cycle, char **names, int n, int start, Pos at) {
    Obj *o = cycle[start];
    bool is_type = o->kind == OBJ_TYPE;
    if (is_type && o->is_alias) mend_alias(c, o, types_basic[T_INVALID]);
    const char *what = is_type ? "invalid recursive type" : "invalid cycle in declaration";
    VEC(char *) text = {0};
    for (int k = 0; k < n; k++) {
        int i = (start + k) % n;
        push(&text, names && names[i] ? names[i] : qualified_obj_name(c, cycle[i]));
    }
    if (n == 1) {
        err_at(c, at, "%s: %s refers to itself", what, text.v[0]);
        return;
    }
    Buf b = {0};
    buf_printf(&b, "%s%s %s", what, is_type ? "" : " of", text.v[0]);
    for (int k = 0; k < n; k++)
        buf_printf(&b, "\n\t%s: %s refers to %s", pos_str(cycle[(start + k) % n]->pos), text.v[k],
                   text.v[(k + 1) % n]);
    err_at(c, at, "%s", buf_str(&b));
}

void report_cycle(Checker *c, Obj **cycle, int n) {
    int start = first_in_source(cycle, n);
    report_cycle_from(c, cycle, NULL, n, start, cycle[start]->pos);
}

/* Whether the cycle that begins at the grey object o is allowed; reports it if not. */
static bool valid_cycle(Checker *c, Obj *o) {
    Obj **cycle = c->path.v + o->path_index;
    int n = c->path.n - o->path_index, values = 0, definitions = 0;
    for (int i = 0; i < n; i++) {
        Obj *k = cycle[i];
        if (k->kind == OBJ_CONST || k->kind == OBJ_VAR) values++;
        if (k->kind != OBJ_TYPE) continue;
        /* A list of type parameters may mention the type that it belongs to. */
        if (c->env.in_tparams && k->type && (k->tparams.n || is_generic_type(k->type))) return true;
        if (!k->is_alias) definitions++;
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

bool is_complete(Checker *c, Type *t) {
    for (int i = 0; t && t->kind == T_NAMED && !t->named.orig && i < c->path.n + 1;
         t = t->named.rhs) {
        Obj *o = t->named.obj;
        if (o->color != GREY || o->pkg != c->pkg) continue;
        report_cycle(c, c->path.v + o->path_index, c->path.n - o->path_index);
        return false;
    }
    return true;
}

bool points_to_complete(Checker *c, Type *t) {
    if (t->kind == T_NAMED && !t->named.underlying && !t->named.orig) return true;
    Type *u = underlying(t);
    return u->kind != T_POINTER || is_complete(c, u->pointer.elem);
}

/* Types whose size is being asked for, innermost first. */
typedef struct SizePath {
    Type *t;
    struct SizePath *up;
} SizePath;

static char fixed_size, var_size;

static void report_size_cycle(Checker *c, Type *t, SizePath *up) {
    ObjList cycle = {0};
    for (SizePath *p = up; p; p = p->up) {
        push(&cycle, p->t->named.obj);
        if (p->t == t) break;
    }
    for (int i = 0, j = cycle.n - 1; i < j; i++, j--) {
        Obj *o = cycle.v[i];
        cycle.v[i] = cycle.v[j];
        cycle.v[j] = o;
    }
    int start = first_in_source(cycle.v, cycle.n);
    Pos at = t->named.orig ? t->named.pos : cycle.v[start]->pos;
    report_cycle_from(c, cycle.v, NULL, cycle.n, t->named.orig ? 0 : start, at);
}

static bool varies(Checker *c, Type *t, SizePath *up) {
    switch (t->kind) {
    case T_TYPEPARAM: return true;
    case T_ARRAY: return varies(c, t->array.elem, up);
    case T_STRUCT:
        for (int i = 0; i < t->struct_.fields.n; i++)
            if (varies(c, t->struct_.fields.v[i]->type, up)) return true;
        return false;
    case T_NAMED: break;
    default: return false;
    }
    void *known = map_get(&c->var_sizes, t);
    if (known) return known == &var_size;
    for (SizePath *p = up; p; p = p->up)
        if (p->t == t) {
            report_size_cycle(c, t, up);
            return true;
        }
    Obj *o = t->named.obj;
    if (o->color == GREY && o->pkg == c->pkg && !t->named.orig) {
        report_cycle(c, c->path.v + o->path_index, c->path.n - o->path_index);
        return true;
    }
    SizePath here = {t, up};
    Type *rhs = t->named.orig ? underlying(t) : t->named.rhs ? t->named.rhs : t->named.underlying;
    bool v = rhs && varies(c, rhs, &here);
    map_put(&c->var_sizes, t, v ? &var_size : &fixed_size);
    return v;
}

bool has_var_size(Checker *c, Type *t) {
    return varies(c, t, NULL);
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
        check_expr_to(c, &x, init, o->type, o->name);
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

/* A search for a type that contains itself. nest: the types that the one in hand lies in; path: all
 * that were gone through on the way, type arguments too. */
typedef struct Containment {
    Checker *c;
    int steps; /* left: instances of instances may be many */
} Containment;

enum { MAX_STEPS = 100000 };

static bool contains_itself(Containment *k, Type *t, TypePath *nest, TypePath *path);

static void report_type_cycle(Checker *c, Type *t, TypePath *path) {
    int n = 0;
    for (TypePath *p = path; p; p = p->up) {
        n++;
        if (p->type == t) break;
    }
    Obj **cycle = alloc(sizeof(Obj *) * (size_t)n);
    char **names = alloc(sizeof(char *) * (size_t)n);
    TypePath *p = path;
    for (int k = n - 1; k >= 0; k--, p = p->up) { /* outermost first */
        cycle[k] = p->type->named.obj;
        names[k] = p->type->named.orig ? tstr(c, p->type) : NULL;
    }
    Type *orig = t->named.orig ? t->named.orig : t;
    orig->named.underlying = orig->named.rhs = types_basic[T_INVALID];
    t->named.underlying = types_basic[T_INVALID];
    report_cycle_from(c, cycle, names, n, 0, t->named.orig ? t->named.pos : t->named.obj->pos);
}

static bool named_contains_itself(Containment *k, Type *t, TypePath *nest, TypePath *path) {
    Checker *c = k->c;
    Type *orig = t->named.orig ? t->named.orig : t;
    bool plain = orig->named.tparams.n == 0;
    if (plain && (t->named.obj->pkg != c->pkg || map_get(&c->valid_types, t))) return false;
    Type *rhs = orig->named.rhs ? orig->named.rhs : orig->named.underlying;
    if (!rhs || !valid(rhs)) return false; /* reported before */
    for (TypePath *p = nest; p; p = p->up)
        if (identical(p->type, t)) {
            report_type_cycle(c, p->type, path);
            return true;
        }
    if (stack_is_low() || k->steps-- <= 0) {
        if (k->steps < 0) return false;
        err_at(c, t->named.obj->pos, "%s nests too many types", t->named.obj->name);
        orig->named.underlying = types_basic[T_INVALID];
        return true;
    }
    TypePath inner = {t, nest}, here = {t, path};
    if (contains_itself(k, rhs, &inner, &here)) return true;
    if (plain) map_put(&c->valid_types, t, t);
    return false;
}

/* A type parameter stands for the argument of the instance that is looked into. */
static bool argument_contains_itself(Containment *k, Type *p, TypePath *nest, TypePath *path) {
    if (!nest || !nest->type->named.orig) return false;
    const TypeList *tparams = &nest->type->named.orig->named.tparams;
    for (int i = 0; i < tparams->n && i < nest->type->named.targs.n; i++)
        if (tparams->v[i] == p)
            return contains_itself(k, nest->type->named.targs.v[i], nest->up, path);
    return false;
}

static bool contains_itself(Containment *k, Type *t, TypePath *nest, TypePath *path) {
    if (!t) return false;
    switch (t->kind) {
    case T_ARRAY: return contains_itself(k, t->array.elem, nest, path);
    case T_STRUCT:
        for (int i = 0; i < t->struct_.fields.n; i++)
            if (contains_itself(k, t->struct_.fields.v[i]->type, nest, path)) return true;
        return false;
    case T_UNION:
        for (int i = 0; i < t->union_.terms.n; i++)
            if (contains_itself(k, t->union_.terms.v[i].type, nest, path)) return true;
        return false;
    case T_INTERFACE:
        for (int i = 0; i < t->iface.embedded.n; i++)
            if (contains_itself(k, t->iface.embedded.v[i], nest, path)) return true;
        return false;
    case T_NAMED: return named_contains_itself(k, t, nest, path);
    case T_TYPEPARAM: return argument_contains_itself(k, t, nest, path);
    default: return false;
    }
}

void check_valid_type(Checker *c, Type *named) {
    Containment k = {c, MAX_STEPS};
    contains_itself(&k, named, NULL, NULL);
}

static void alias_decl(Checker *c, Obj *o, Node *decl) {
    Node *rhs = decl->typedecl.typ;
    o->is_alias = true;
    break_alias(c, o);
    Type *t = check_type(c, rhs);
    for (int i = 0; i < o->tparams.n; i++)
        if (o->tparams.v[i] == t) {
            err_node(c, rhs, "cannot use type parameter declared in alias declaration as RHS");
            t = types_basic[T_INVALID];
        }
    mend_alias(c, o, t);
}

/* A local type depends on the type parameters around it. */
static void add_implicit_tparams(Checker *c, Type *t) {
    const TypeList *l = &c->env.func->tparams;
    for (int i = 0; i < l->n; i++) push(&t->named.tparams, l->v[i]);
    t->named.nimplicit = l->n;
}

static void type_decl(Checker *c, Obj *o, Node *decl, Type *def) {
    Node *rhs = decl->typedecl.typ;
    later(c, validate_type, o);
    Scope *outer = c->env.scope;
    NodeList tparams = decl->typedecl.tparams;
    if (tparams.n) open_scope(c);
    if (decl->typedecl.alias) {
        if (!tparams.n || verify_version(c, tparams.v[0]->pos, 23, "generic type alias"))
            verify_version(c, decl->pos, 9, "type alias");
        o->is_alias = true;
        break_alias(c, o);
        if (tparams.n) collect_tparams(c, tparams, &o->tparams);
        alias_decl(c, o, decl);
        c->env.scope = outer;
        return;
    }
    Type *t = new_named(o, NULL);
    if (!o->is_global) t->named.local_id = decl->typedecl.file->types_before + decl->typedecl.local;
    if (!o->is_global && c->env.func) add_implicit_tparams(c, t);
    if (def) def->named.underlying = t;
    if (tparams.n) {
        verify_version(c, tparams.v[0]->pos, 18, "type parameter");
        collect_tparams(c, tparams, &t->named.tparams);
    }
    push(t->named.tparams.n ? &c->pkg->generic_named : &c->pkg->named, t);
    t->named.rhs = defined_type(c, rhs, t);
    if (is_tparam(t->named.rhs)) {
        err_node(c, rhs, "cannot use a type parameter as RHS in type declaration");
        t->named.rhs = t->named.underlying = types_basic[T_INVALID];
    }
    if (!t->named.underlying) t->named.underlying = types_basic[T_INVALID];
    t->complete = true;
    c->env.scope = outer;
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
            err_at(c, m->pos, "method %s.%s already declared at %s", o->name, m->name,
                   pos_str(other->pos));
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
    if (sig->func.tparams.n && !decl->func.body)
        err_node(c, decl, "generic function is missing function body");
    if (decl->func.body) {
        c->env.decl = o->decl_info;
        later_func_body(c, f);
    }
}

/* --- objects --- */

static void resolve(Checker *c, Obj *o, Type *def) {
    DeclInfo *d = o->decl_info;
    Env saved = c->env;
    c->env = (Env){.scope = d->file_scope, .version = d->version};
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
