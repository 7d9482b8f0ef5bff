/* static.c - values that need no code: initialisers of static storage for expressions whose value
 * is known, up to the addresses of functions and package variables.
 *
 * Some such values are memory of their own: &T{...} and the array of a slice literal. Static
 * storage can stand in for those where the expression is evaluated once in the program (`once`),
 * and since the program may later store pointers to the heap into it, it is a root. A box for a
 * value in an interface needs neither: nobody can write to it.
 */
#include "emit/pkg.h"

Buf static_roots;
int static_nroots;

void static_begin(void) {
    static_roots = (Buf){0};
    static_nroots = 0;
}

void add_root(const char *lvalue, Type *t) {
    if (!has_pointers(t)) return;
    buf_printf(&static_roots, "    {(void *)&%s, %s},\n", lvalue, cdesc(t));
    static_nroots++;
}

/* A static variable with that initialiser: its name. */
static const char *static_object(const char *prefix, const char *c_type, const char *init) {
    const char *name = xprintf("%s$$%d", prefix, ++gen.serial);
    const char *sep = c_type[strlen(c_type) - 1] == '*' ? "" : " ";
    buf_printf(&gen.decls, "static %s%s%s;\n", c_type, sep, name);
    buf_printf(&gen.data, "static %s%s%s = %s;\n", c_type, sep, name, init);
    return name;
}

static const char *static_variable(Type *t, const char *init) {
    const char *name = static_object("static", ctype(t), init);
    add_root(name, t);
    return name;
}

/* --- composite literals --- */

typedef VEC(const char *) TextVec;

static const char *join(const TextVec *v, const char *open, const char *close) {
    Buf b = {0};
    buf_puts(&b, open);
    for (int i = 0; i < v->n; i++) {
        if (i) buf_puts(&b, i % 8 ? ", " : ",\n    ");
        buf_puts(&b, v->v[i]);
    }
    buf_puts(&b, close);
    return buf_str(&b);
}

static const char *struct_init(Node *n, Type *u, bool once) {
    TextVec parts = {0};
    for (int i = 0; i < n->complit.elems.n; i++) {
        Node *e = n->complit.elems.v[i];
        bool keyed = e->kind == N_KEYVALUE;
        Type *t = keyed ? NULL : u->struct_.fields.v[i]->type;
        const char *at = keyed ? cdesignator(u, unparen(e->binary.x), &t) : NULL;
        const char *v = cstatic(keyed ? e->binary.y : e, t, once);
        if (!v) return NULL;
        if ((!keyed && strcmp(u->struct_.fields.v[i]->name, "_") == 0) || type_size(t) == 0)
            continue; /* as in lit.c */
        push(&parts, xprintf("%s = %s", at ? at : xprintf(".%s", cfield(u, i)), v));
    }
    return join(&parts, "{", "}");
}

/* The elements of an array or slice literal in C's brackets; *len: the highest index and one. */
static const char *elements_init(Node *n, Type *elem, bool once, int64_t *len) {
    TextVec parts = {0};
    int64_t at = 0, next = 0;
    *len = 0;
    for (int i = 0; i < n->complit.elems.n; i++, at++) {
        Node *e = n->complit.elems.v[i];
        if (e->kind == N_KEYVALUE) {
            if (!e->binary.x->cval || !const_to_i64(e->binary.x->cval, &at)) return NULL;
            e = e->binary.y;
        }
        const char *v = cstatic(e, elem, once);
        if (!v) return NULL;
        push(&parts, at == next ? v : xprintf("[%lld] = %s", (long long)at, v));
        next = at + 1;
        if (next > *len) *len = next;
    }
    return join(&parts, "{", "}");
}

const char *cstatic_elements(Node *n, Type *elem) {
    int64_t len;
    const char *e = elements_init(n, elem, false, &len);
    return e ? xprintf("{%s}", e) : NULL;
}

static const char *array_init(Node *n, Type *u, bool once) {
    int64_t len;
    if (u->array.len == 0) return "{}";
    const char *e = elements_init(n, u->array.elem, once, &len);
    if (!e) return NULL;
    return n->complit.elems.n ? xprintf("{%s}", e) : "{}";
}

static const char *slice_init(Node *n, Type *u, bool once) {
    int64_t len;
    if (n->complit.elems.n == 0) return "{(void *)&gm_zerobase, 0, 0}";
    if (!once) return NULL;
    const char *e = elements_init(n, u->slice.elem, once, &len);
    if (!e) return NULL;
    const char *name = static_variable(new_array(u->slice.elem, len), xprintf("{%s}", e));
    return xprintf("{(void *)&%s, %lld, %lld}", name, (long long)len, (long long)len);
}

static const char *literal_init(Node *n, Type *t, bool once) {
    Type *u = underlying(t);
    switch (u->kind) {
    case T_STRUCT: return struct_init(n, u, once);
    case T_ARRAY: return array_init(n, u, once);
    case T_SLICE: return slice_init(n, u, once);
    default: return NULL;
    }
}

/* &T{...} */
static const char *literal_address(Node *n, Type *t, bool once) {
    if (!once) return NULL;
    const char *init = literal_init(n, t, once);
    return init ? xprintf("&%s", static_variable(t, init)) : NULL;
}

/* --- addresses --- */

static bool is_package_var(const Obj *o) {
    return o && o->kind == OBJ_VAR && o->is_global;
}

/* A place inside a package variable as a constant lvalue, or NULL. */
static const char *static_place(Node *n) {
    n = unparen(n);
    if (n->kind == N_IDENT) return is_package_var(n->ident.obj) ? cglobal(n->ident.obj) : NULL;
    if (n->kind == N_INDEX) {
        int64_t i;
        Node *x = n->index.x, *index = n->index.index.v[0];
        if (underlying(x->type)->kind != T_ARRAY || !index->cval) return NULL;
        const char *base = static_place(x);
        return base && const_to_i64(index->cval, &i) ? xprintf("%s.a[%lld]", base, (long long)i)
                                                     : NULL;
    }
    if (n->kind != N_SELECTOR) return NULL;
    Selection *sel = n->selector.sel;
    if (!sel) {
        Obj *o = n->selector.name->ident.obj;
        return is_package_var(o) ? cglobal(o) : NULL;
    }
    const char *base = sel->kind == SEL_FIELD ? static_place(n->selector.x) : NULL;
    Type *t = n->selector.x->type;
    for (int i = 0; base && i < sel->npath; i++) {
        Type *u = underlying(t);
        if (u->kind != T_STRUCT) return NULL;
        base = xprintf("%s.%s", base, cfield(u, sel->path[i]));
        t = u->struct_.fields.v[sel->path[i]]->type;
    }
    return base;
}

static const char *address_init(Node *n, bool once) {
    Node *x = unparen(n->unary.x);
    if (x->kind == N_COMPLIT) return literal_address(x, x->type, once);
    const char *place = static_place(x);
    return place ? xprintf("&%s", place) : NULL;
}

/* --- functions, conversions, interfaces --- */

static const char *function_init(Node *n) {
    Obj *o = n->kind == N_IDENT ? n->ident.obj : n->selector.name->ident.obj;
    Selection *sel = n->kind == N_SELECTOR ? n->selector.sel : NULL;
    if (sel) return sel->kind == SEL_METHODEXPR ? cmethodexpr_value(sel) : NULL;
    return o && o->kind == OBJ_FUNC ? cfunc_value(o) : NULL;
}

/* A conversion between types of one representation. */
static const char *conversion_init(Node *n, Type *t, bool once) {
    if (n->call.fun->mode != MODE_TYPE || n->call.args.n != 1) return NULL;
    Node *arg = n->call.args.v[0];
    if (is_interface(t)) return cstatic(arg, t, once);
    int from = underlying(arg->type)->kind, to = underlying(t)->kind;
    bool pointers = (from == T_POINTER || from == T_UNSAFEPTR || from == T_UNTYPED_NIL) &&
                    (to == T_POINTER || to == T_UNSAFEPTR);
    bool same = from == to && (to == T_STRUCT || to == T_ARRAY || to == T_SLICE || to == T_FUNC);
    if (!pointers && !same) return NULL;
    const char *v = cstatic(arg, arg->type, once);
    return v && pointers ? xprintf("(void *)%s", v) : v;
}

static const char *interface_init(Node *n, Type *t, bool once) {
    Type *from = n->type;
    if (from->kind == T_UNTYPED_NIL) return "{}";
    if (is_interface(from)) return NULL;
    if (is_untyped(from)) from = default_type(from);
    int kind = underlying(from)->kind;
    if (is_direct(from) && (kind == T_STRUCT || kind == T_ARRAY)) return NULL;
    const char *v = cstatic(n, from, once);
    if (!v) return NULL;
    const char *head = iface_methods(t)->n ? citab(t, from) : cdesc(from);
    if (is_direct(from)) return xprintf("{%s, (void *)%s}", head, v);
    if (type_size(from) == 0) return xprintf("{%s, (void *)&gm_zerobase}", head);
    const char *box = static_object("box", xprintf("const %s", ctype(from)), v);
    return xprintf("{%s, (void *)&%s}", head, box);
}

const char *cstatic(Node *n, Type *t, bool once) {
    n = unparen(n);
    if (n->mode == MODE_NIL || n->type->kind == T_UNTYPED_NIL) return czero_init(t);
    if (is_interface(t)) {
        bool converted = n->kind == N_CALL && is_interface(n->type);
        return converted ? conversion_init(n, t, once) : interface_init(n, t, once);
    }
    if (n->cval) return const_init(n->cval, t);
    switch (n->kind) {
    case N_COMPLIT:
        if (n->complit.ptr_elided)
            return literal_address(n, underlying(n->type)->pointer.elem, once);
        return literal_init(n, n->type, once);
    case N_IDENT:
    case N_SELECTOR: return function_init(n);
    case N_FUNCLIT:
        return n->funclit.func->captures.n ? NULL : closure_value(cfunc_of(n->funclit.func));
    case N_UNARY: return n->op == OP_AND ? address_init(n, once) : NULL;
    case N_CALL: return conversion_init(n, t, once);
    default: return NULL;
    }
}
