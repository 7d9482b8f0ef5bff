/* expr.c - expressions that denote: names, fields, elements, dereferences, slices, map entries.
 *
 * Every text is a C primary or postfix expression, so that `.field` and `[i]` can follow it.
 * What is a struct or array in Go is not copied by being named: the text stays an lvalue where the
 * Go expression is one.
 */
#include "emit/body.h"

Type *value_type(Node *n) {
    n = unparen(n);
    return n->conv ? n->conv : n->type;
}

/* --- pointers --- */

S address_of(S lv) {
    if (lv[0] == '(' && lv[1] == '*') {
        S inner = unwrap(lv);
        if (inner != lv) { /* (*p): p, if the star takes all of it */
            S p = inner + 1;
            if (is_simple(p) || strncmp(p, "gm_not_nil(", 11) == 0) {
                size_t n = strlen(p);
                int depth = 0;
                size_t i = 0;
                for (; i < n; i++) {
                    if (p[i] == '(') depth++;
                    if (p[i] == ')' && --depth == 0) break;
                }
                if (is_simple(p) ? !strchr(p, '.') : i + 1 == n) return p;
            }
        }
    }
    return xprintf("(&%s)", lv);
}

S checked(S p, Type *ptr_type) {
    Type *elem = underlying(ptr_type)->pointer.elem;
    S want = xprintf("%s *", ctype(elem));
    if (p[0] == '(' && p[1] == '&') return p;
    if (strcmp(ctype(ptr_type), want) != 0 || strcmp(p, "NULL") == 0)
        p = xprintf("(%s)%s", want, p);
    return xprintf("gm_not_nil(%s)", unwrap(p));
}

S deref_place(FuncGen *f, S p, Type *ptr_type) {
    (void)f;
    return xprintf("(*%s)", checked(p, ptr_type));
}

S walk_path(FuncGen *f, S x, Type **t, const int *path, int n) {
    (void)f;
    for (int i = 0; i < n; i++) {
        Type *u = underlying(*t);
        if (u->kind == T_POINTER) {
            Type *st = u->pointer.elem;
            x = xprintf("%s->%s", checked(x, *t), cfield(st, path[i]));
            *t = underlying(st)->struct_.fields.v[path[i]]->type;
        } else {
            x = xprintf("%s.%s", x, cfield(*t, path[i]));
            *t = u->struct_.fields.v[path[i]]->type;
        }
    }
    return x;
}

/* --- elements --- */

static bool wide_unsigned(Type *t) {
    return is_unsigned(t) && type_size(t) == 8;
}

static S checked_index(S i, Node *index, S len) {
    bool u = !index->cval && wide_unsigned(value_type(index));
    return xprintf("%s(%s, %s)", u ? "gm_index_unsigned" : "gm_index", unwrap(i), len);
}

static S array_element(S array, Type *at, S i, Node *index) {
    Type *u = underlying(at);
    if (u->array.len == 0)
        return xprintf("(*(%s *)(gm_panic_index(%s, 0), (void *)0))", ctype(u->array.elem), i);
    if (index->cval) return xprintf("%s.a[%s]", array, unwrap(i));
    return xprintf("%s.a[%s]", array,
                   checked_index(i, index, xprintf("%lld", (long long)u->array.len)));
}

S element(FuncGen *f, S x, Type *t, S i, Node *index) {
    Type *u = underlying(t);
    switch (u->kind) {
    case T_ARRAY: return array_element(x, t, i, index);
    case T_POINTER:
        return array_element(xprintf("(*%s)", checked(x, t)), u->pointer.elem, i, index);
    case T_STRING:
        x = stable(f, t, x);
        return xprintf("%s.p[%s]", x, checked_index(i, index, xprintf("%s.n", x)));
    default:
        x = stable(f, t, x);
        return xprintf("((%s *)%s.p)[%s]", ctype(u->slice.elem), x,
                       checked_index(i, index, xprintf("%s.len", x)));
    }
}

/* s[i] inside `for i := range s` */
static bool in_range(FuncGen *f, Node *x, Node *i) {
    x = unparen(x);
    i = unparen(i);
    if (x->kind != N_IDENT || i->kind != N_IDENT || x->conv) return false;
    for (int k = 0; k < f->in_range.n; k++)
        if (f->in_range.v[k].slice == x->ident.obj && f->in_range.v[k].index == i->ident.obj)
            return true;
    return false;
}

static S index_expr(FuncGen *f, Node *n, bool as_place) {
    Node *x = n->index.x, *i = n->index.index.v[0];
    if (in_range(f, x, i))
        return xprintf("((%s *)%s.p)[%s]", ctype(underlying(x->type)->slice.elem), expr_value(f, x),
                       expr_value(f, i));
    bool array = underlying(x->type)->kind == T_ARRAY;
    S base = array && as_place ? place(f, x) : expr_value(f, x);
    if (!array) base = stable(f, value_type(x), base);
    return element(f, base, value_type(x), expr_value(f, i), i);
}

S array_base(FuncGen *f, Node *x, int64_t *len) {
    Type *u = underlying(x->type);
    S base;
    if (u->kind == T_POINTER) {
        base = checked(expr_value(f, x), x->type);
        u = underlying(u->pointer.elem);
    } else {
        base = address(f, x);
    }
    *len = u->array.len;
    return base;
}

/* Whether a bound's bits are to be read as an unsigned number. */
static bool unsigned_bound(Node *bound) {
    return bound && !bound->cval && wide_unsigned(value_type(bound));
}

/* The last argument of the functions of ops.h that slice. */
S slicing_kind(Node *n, bool array) {
    int how = array ? 1 : 0;
    if (unsigned_bound(n->slice.lo)) how |= 2;
    if (unsigned_bound(n->slice.hi)) how |= 4;
    if (unsigned_bound(n->slice.max)) how |= 8;
    return xprintf("%d", how);
}

static S slice_expr(FuncGen *f, Node *n) {
    Node *x = n->slice.x;
    Type *u = underlying(value_type(x));
    S base;
    int64_t len = 0;
    bool array = u->kind == T_ARRAY || u->kind == T_POINTER;
    if (array) {
        base = array_base(f, x, &len);
        Type *at = u->kind == T_POINTER ? underlying(u->pointer.elem) : u;
        u = at;
        base =
            xprintf("((gm_slice){%s, %lld, %lld})", unwrap(base), (long long)len, (long long)len);
    } else {
        base = expr_value(f, x);
    }
    S lo = n->slice.lo ? unwrap(expr_value(f, n->slice.lo)) : "0";
    S hi = n->slice.hi ? unwrap(expr_value(f, n->slice.hi)) : NULL;
    S max = n->slice.max ? unwrap(expr_value(f, n->slice.max)) : NULL;
    S how = slicing_kind(n, array);
    if (u->kind == T_STRING)
        return hi ? xprintf("gm_substr(%s, %s, %s, %s)", base, lo, hi, how)
                  : xprintf("gm_substr_from(%s, %s, %s)", base, lo, how);
    long long size = (long long)type_size(u->slice.elem);
    if (max) return xprintf("gm_reslice3(%s, %s, %s, %s, %lld, %s)", base, lo, hi, max, size, how);
    if (hi) return xprintf("gm_reslice(%s, %s, %s, %lld, %s)", base, lo, hi, size, how);
    return xprintf("gm_reslice_from(%s, %s, %lld, %s)", base, lo, size, how);
}

/* --- maps and channels --- */

typedef struct MapKey {
    S suffix; /* of the runtime's functions */
    S arg;
} MapKey;

static MapKey map_key(FuncGen *f, Type *mt, S key, bool assign) {
    Type *k = mt->map.key, *u = underlying(k);
    if (type_size(mt->map.elem) <= 128) {
        bool pointer = u->kind == T_POINTER || u->kind == T_CHAN || u->kind == T_UNSAFEPTR;
        if (u->kind == T_STRING) return (MapKey){"str", unwrap(key)};
        if (is_integer(k) && type_size(k) == 4) return (MapKey){"32", xprintf("(uint32_t)%s", key)};
        if (is_integer(k) && type_size(k) == 8) return (MapKey){"64", xprintf("(uint64_t)%s", key)};
        if (pointer && assign) return (MapKey){"64ptr", xprintf("(void *)%s", key)};
        if (pointer) return (MapKey){"64", xprintf("(uint64_t)%s", key)};
    }
    return (MapKey){"", xprintf("&%s", temp(f, k, key))};
}

S map_read_text(FuncGen *f, Type *map, S m, S key, S *ok) {
    Type *mt = underlying(map), *e = mt->map.elem;
    MapKey k = map_key(f, mt, key, false);
    S p = temp_c(f, xprintf("%s *", ctype(e)),
                 xprintf("gm_map_find%s(%s, %s, %s)", k.suffix, cdesc_kind(map), unwrap(m), k.arg));
    if (ok) *ok = temp_c(f, "bool", xprintf("%s != NULL", p));
    return temp(f, e, xprintf("%s ? *%s : %s", p, p, czero(e)));
}

S map_assign_slot(FuncGen *f, Type *map, S m, S key) {
    Type *mt = underlying(map), *e = mt->map.elem;
    MapKey k = map_key(f, mt, key, true);
    return temp_c(
        f, xprintf("%s *", ctype(e)),
        xprintf("gm_map_assign%s(%s, %s, %s)", k.suffix, cdesc_kind(map), unwrap(m), k.arg));
}

S map_read(FuncGen *f, Node *n, S *ok) {
    Node *m = n->index.x, *k = n->index.index.v[0];
    S mt = expr_value(f, m);
    S key = expr_as(f, k, underlying(m->type)->map.key);
    return map_read_text(f, m->type, mt, key, ok);
}

S receive(FuncGen *f, Node *n, S *ok) {
    Type *ct = underlying(n->unary.x->type);
    S c = expr_value(f, n->unary.x);
    S v = new_temp(f);
    put(f, "%s;", declarator(ctype(ct->chan.elem), v));
    S text = xprintf("gm_chan_recv(%s, &%s)", unwrap(c), v);
    if (ok)
        *ok = temp_c(f, "bool", text);
    else
        put(f, "%s;", text);
    forget_later(f, v, ct->chan.elem);
    return v;
}

/* --- names and selectors --- */

static S object_value(FuncGen *f, Node *n, Obj *o) {
    switch (o->kind) {
    case OBJ_FUNC: return cfunc_value(o);
    case OBJ_VAR: return var_text(f, o);
    default: ice(n->pos, "%s is not a value", o->name);
    }
}

static S selector(FuncGen *f, Node *n, bool as_place) {
    Selection *s = n->selector.sel;
    if (!s) return object_value(f, n, n->selector.name->ident.obj);
    if (s->kind == SEL_METHODEXPR) return cmethodexpr_value(s);
    if (s->kind == SEL_METHOD) return method_value(f, n);
    Node *x = n->selector.x;
    Type *t = value_type(x);
    bool direct = as_place && underlying(t)->kind != T_POINTER;
    return walk_path(f, direct ? place(f, x) : expr_value(f, x), &t, s->path, s->npath);
}

S place(FuncGen *f, Node *n) {
    n = unparen(n);
    switch (n->kind) {
    case N_IDENT:
        if (n->ident.obj && n->ident.obj->kind == OBJ_VAR) return var_text(f, n->ident.obj);
        break;
    case N_SELECTOR:
        if (!n->selector.sel || n->selector.sel->kind == SEL_FIELD) return selector(f, n, true);
        break;
    case N_INDEX:
        if (underlying(n->index.x->type)->kind != T_MAP) return index_expr(f, n, true);
        break;
    case N_STAR: return deref_place(f, expr_value(f, n->unary.x), n->unary.x->type);
    default: break;
    }
    /* a value that has no place in Go gets one here */
    S v = stored(f, ctype(n->type));
    put(f, "%s = %s;", v, unwrap(expr_root(f, n, n->type)));
    return v;
}

S address(FuncGen *f, Node *n) {
    return address_of(place(f, n));
}

/* --- dispatch --- */

static S call_value(FuncGen *f, Node *n, bool root) {
    if (n->call.fun->mode == MODE_TYPE) {
        Node *x = n->call.args.v[0];
        return convert(f, expr_value(f, x), value_type(x), n->type, n);
    }
    if (n->call.builtin) {
        bool is_call = false;
        return builtin_call(f, n, &is_call);
    }
    if (root && !small_in_memory(n)) return call_root(f, n);
    ShownPos want = f->want;
    S text = call_temp(f, n);
    f->want = want;
    return text;
}

static S raw(FuncGen *f, Node *n, bool root) {
    S name = early_name(f, n);
    if (name) return name;
    switch (n->kind) {
    case N_IDENT: return object_value(f, n, n->ident.obj);
    case N_FUNCLIT: return function_literal(f, n);
    case N_COMPLIT: return composite(f, n);
    case N_SELECTOR: return selector(f, n, false);
    case N_INDEX:
        if (underlying(n->index.x->type)->kind == T_MAP) return map_read(f, n, NULL);
        return index_expr(f, n, false);
    case N_SLICE: return slice_expr(f, n);
    case N_TYPEASSERT: return type_assert(f, n, NULL);
    case N_CALL: return call_value(f, n, root);
    case N_STAR: return deref_place(f, expr_value(f, n->unary.x), n->unary.x->type);
    case N_UNARY: return unary(f, n);
    case N_BINARY: return binary(f, n);
    default: ice(n->pos, "expression of kind %d", n->kind);
    }
}

static bool untyped_nil(Node *n) {
    return n->mode == MODE_NIL || n->type->kind == T_UNTYPED_NIL;
}

static Type *final_type(Node *n) {
    if (!is_untyped(n->type)) return n->type;
    if (n->conv && !is_interface(n->conv)) return n->conv;
    return default_type(n->type);
}

static S raw_or_const(FuncGen *f, Node *n, bool root) {
    if (n->cval && !is_interface(n->type)) return cconst(n->cval, final_type(n));
    return raw(f, n, root);
}

S expr_raw(FuncGen *f, Node *n) {
    return raw_or_const(f, unparen(n), false);
}

static S value(FuncGen *f, Node *n, Type *t, bool root) {
    n = unparen(n);
    if (untyped_nil(n)) return czero(t ? t : value_type(n));
    Type *from = n->cval ? final_type(n) : n->type;
    S x = raw_or_const(f, n, root && !is_interface(t ? t : value_type(n)));
    if (n->conv && n->conv != from) {
        x = convert(f, x, from, n->conv, n);
        from = n->conv;
    }
    return t && t != from ? convert(f, x, from, t, n) : x;
}

S expr_value(FuncGen *f, Node *n) {
    return value(f, n, NULL, false);
}

S expr_as(FuncGen *f, Node *n, Type *t) {
    return value(f, n, t, false);
}

S expr_root(FuncGen *f, Node *n, Type *t) {
    return value(f, n, t, true);
}

S expr_temp(FuncGen *f, Node *n) {
    if (n->type->kind == T_TUPLE) return call_temp(f, n);
    return temp(f, final_type(n), raw(f, n, true));
}

S cond(FuncGen *f, Node *n) {
    ahead_inside(f, unparen(n));
    return unwrap(value(f, n, NULL, true));
}
