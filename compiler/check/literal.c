/* literal.c - composite literals and function literals. */
#include "check/generic.h"

/* --- functions --- */

/* The body is checked after the statement in hand, in the scope that stands here. A literal that is
 * checked twice (the left side of `x op= y`) is one function all the same. */
bool check_func_lit(Checker *c, Operand *x, Node *e) {
    if (!e->funclit.func) {
        Scope *scope = NULL;
        Type *sig = check_func_type(c, NULL, e->funclit.typ, &scope);
        if (!sig || sig->kind != T_FUNC) return false;
        e->funclit.typ->type = sig;
        e->funclit.typ->mode = MODE_TYPE;
        e->funclit.func = new_func(c, e, NULL, sig, e->funclit.body, scope);
        if (e->funclit.body) later_func_body(c, e->funclit.func);
    }
    x->mode = MODE_VALUE;
    x->type = e->funclit.func->sig;
    return true;
}

/* --- structs --- */

/* Where in the literal's struct the fields that have been given lie: a field may not be given
 * together with one that it lies in. */
typedef struct Given {
    int *path;
    int n;
    Obj *field;
} Given;
typedef VEC(Given) GivenList;

static void check_given(Checker *c, Node *kv, GivenList *list, const Lookup *l) {
    for (int i = 0; i < list->n; i++) {
        const Given *g = &list->v[i];
        int n = g->n < l->npath ? g->n : l->npath;
        if (memcmp(g->path, l->path, sizeof(int) * (size_t)n) != 0) continue;
        if (g->field == l->obj)
            err_node(c, kv, "duplicate field name %s in struct literal", l->obj->name);
        else if (g->n < l->npath)
            err_node(c, kv, "cannot specify promoted field %s and enclosing embedded field %s",
                     l->obj->name, g->field->name);
        else
            err_node(c, kv, "cannot specify embedded field %s and enclosed promoted field %s",
                     l->obj->name, g->field->name);
        return;
    }
    push(list, ((Given){l->path, l->npath, l->obj}));
}

static char *field_path(Type *t, const Lookup *l) {
    Buf b = {0};
    for (int i = 0; i < l->npath; i++) {
        Obj *f = underlying(deref_struct_ptr(t))->struct_.fields.v[l->path[i]];
        buf_printf(&b, "%s%s", i ? "." : "", f->name);
        t = f->type;
    }
    return buf_str(&b);
}

/* Whether key names a field that a literal of this type may give; reports. */
static bool check_key(Checker *c, Node *key, Type *st, Type *base, Lookup *l) {
    const char *name = key->ident.name;
    *l = lookup_field_or_method(st, false, c->pkg, name);
    if (!l->obj) {
        Lookup alt = lookup_fold_case(st, false, c->pkg, name);
        err_node(c, key, "%s", lookup_error(c, base, name, alt.obj, true));
        return false;
    }
    if (l->obj->kind != OBJ_VAR) {
        err_node(c, key, "%s is not a field", name);
        return false;
    }
    if (l->npath > 1 &&
        !verify_version(c, key->pos, 27,
                        xprintf("use of promoted field %s in struct literal of type %s",
                                field_path(st, l), tstr(c, base))))
        return false;
    if (!l->indirect) return true;
    err_node(c, key, "invalid implicit pointer indirection to reach %s", name);
    return false;
}

static void check_keyed_field(Checker *c, Node *kv, Type *st, Type *base, GivenList *given) {
    Operand x = {0};
    if (kv->kind != N_KEYVALUE) {
        err_node(c, kv, "mixture of field:value and value elements in struct literal");
        return;
    }
    Node *key = kv->binary.x;
    check_generic_expr(c, &x, kv->binary.y, NULL);
    if (key->kind != N_IDENT) {
        err_node(c, kv, "invalid field name %s in struct literal", expr_str(key));
        return;
    }
    Lookup l;
    if (!check_key(c, key, st, base, &l)) return;
    key->ident.obj = l.obj;
    assignment(c, &x, l.obj->type, "struct literal");
    check_given(c, kv, given, &l);
}

static void check_plain_fields(Checker *c, Node *e, Type *st, Type *t, Type *base) {
    NodeList elems = e->complit.elems;
    ObjList fields = st->struct_.fields;
    for (int i = 0; i < elems.n; i++) {
        if (elems.v[i]->kind == N_KEYVALUE) {
            err_node(c, elems.v[i], "mixture of field:value and value elements in struct literal");
            continue;
        }
        Operand x = {0};
        check_generic_expr(c, &x, elems.v[i], NULL);
        if (i >= fields.n) {
            err_operand(c, &x, "too many values in struct literal of type %s", tstr(c, base));
            return;
        }
        Obj *f = fields.v[i];
        if (!is_exported(f->name) && f->pkg != c->pkg) {
            err_operand(c, &x,
                        "implicit assignment to unexported field %s in struct literal of type %s",
                        f->name, tstr(c, t));
            continue;
        }
        assignment(c, &x, f->type, "struct literal");
    }
    if (elems.n >= fields.n) return;
    const char *hint = "";
    for (int i = 0; i < fields.n; i++)
        if (!is_exported(fields.v[i]->name) && fields.v[i]->pkg != c->pkg)
            hint = " (type has unexported fields - use key:value pairs)";
    err_at(c, e->complit.rbrace, "too few values in struct literal of type %s%s", tstr(c, base),
           hint);
}

static void check_struct_lit(Checker *c, Node *e, Type *st, Type *t, Type *base) {
    NodeList elems = e->complit.elems;
    if (elems.n == 0) return;
    if (elems.v[0]->kind != N_KEYVALUE) {
        check_plain_fields(c, e, st, t, base);
        return;
    }
    GivenList given = {0};
    for (int i = 0; i < elems.n; i++) check_keyed_field(c, elems.v[i], st, base, &given);
}

/* --- maps --- */

/* A name that two constants share exactly if they are equal: 1, 1.0 and 1+0i do. */
const char *const_key(const Const *v) {
    Const *i;
    switch (const_kind(v)) {
    case CONST_BOOL: return const_bool_val(v) ? "bool true" : "bool false";
    case CONST_STRING: {
        Str s = const_string_val(v);
        Buf b = {0};
        buf_putc(&b, '"');
        buf_put(&b, s.p, s.n);
        return intern_n(b.p, b.n);
    }
    case CONST_INT: return intern(const_exact_int(v));
    case CONST_FLOAT:
        i = const_to_int(v);
        if (i) return intern(const_exact_int(i));
        return intern(xprintf("%a", const_to_double(v)));
    case CONST_COMPLEX:
        if (const_to_float_kind(v)) return const_key(const_to_float_kind(v));
        return intern(
            xprintf("%a %ai", const_to_double(const_real(v)), const_to_double(const_imag(v))));
    default: return NULL;
    }
}

/* Whether the constant (of the same type, if by_type) is in seen; puts it there. */
static bool seen_const(Map *seen, const Const *v, Type *t, bool by_type) {
    const char *key = const_key(v);
    if (!key) return false;
    TypeList *types = map_get(seen, key);
    if (!types) {
        types = new_(TypeList);
        map_put(seen, key, types);
    }
    for (int i = 0; i < types->n; i++)
        if (!by_type || identical(types->v[i], t)) return true;
    push(types, t);
    return false;
}

static void check_map_lit(Checker *c, Node *e, Type *map) {
    Map seen = {0};
    bool by_type = is_value_interface(map->map.key);
    for (int i = 0; i < e->complit.elems.n; i++) {
        Node *kv = e->complit.elems.v[i];
        if (kv->kind != N_KEYVALUE) {
            err_node(c, kv, "missing key in map literal");
            continue;
        }
        Operand x = {0};
        check_generic_expr(c, &x, kv->binary.x, map->map.key);
        assignment(c, &x, map->map.key, "map literal");
        if (x.mode == MODE_INVALID) continue;
        if (x.mode == MODE_CONST && x.cval && seen_const(&seen, x.cval, x.type, by_type)) {
            err_operand(c, &x, "duplicate key %s in map literal", const_str(x.cval));
            continue;
        }
        check_generic_expr(c, &x, kv->binary.y, map->map.elem);
        assignment(c, &x, map->map.elem, "map literal");
    }
}

/* --- the literal --- */

static void check_invalid_lit(Checker *c, Node *e, Type *t, Type *base) {
    for (int i = 0; i < e->complit.elems.n; i++) use_expr(c, e->complit.elems.v[i]);
    if (base && !valid(base)) return;
    err_node(c, e, "invalid composite literal%s type %s%s", e->complit.typ ? "" : " element",
             tstr(c, t), base ? "" : " (no common underlying type)");
}

static bool is_open_array(const Node *typ) {
    return typ->kind == N_ARRAYTYPE &&
           (!typ->arraytype.len || typ->arraytype.len->kind == N_ELLIPSIS);
}

static void check_open_array(Checker *c, Operand *x, Node *e) {
    Node *typ = e->complit.typ;
    Type *elem = check_var_type(c, typ->arraytype.elem);
    int64_t n = check_indexed_elements(c, e->complit.elems, elem, -1);
    x->type = new_array(elem, n);
    x->mode = MODE_VALUE;
    typ->type = x->type;
    typ->mode = MODE_TYPE;
}

bool check_composite(Checker *c, Operand *x, Node *e, Type *hint) {
    Type *t, *base;
    if (e->complit.typ) {
        if (is_open_array(e->complit.typ)) {
            check_open_array(c, x, e);
            return true;
        }
        t = base = check_type(c, e->complit.typ);
    } else if (hint) {
        t = base = hint;
        Type *core = common_under(hint, NULL, NULL, NULL);
        e->complit.ptr_elided = core && core->kind == T_POINTER;
        if (e->complit.ptr_elided) base = core->pointer.elem;
    } else {
        err_node(c, e, "missing type in composite literal");
        check_invalid_lit(c, e, types_basic[T_INVALID], types_basic[T_INVALID]);
        return false;
    }
    if (!is_complete(c, base)) return false;
    Type *u = common_under(base, NULL, NULL, NULL);
    switch (u ? u->kind : T_INVALID) {
    case T_STRUCT: check_struct_lit(c, e, u, t, base); break;
    case T_ARRAY: check_indexed_elements(c, e->complit.elems, u->array.elem, u->array.len); break;
    case T_SLICE: check_indexed_elements(c, e->complit.elems, u->slice.elem, -1); break;
    case T_MAP: check_map_lit(c, e, u); break;
    default:
        e->complit.ptr_elided = false;
        check_invalid_lit(c, e, t, u);
        if (!u || valid(u)) return false;
        break;
    }
    x->mode = MODE_VALUE;
    x->type = t;
    return true;
}
