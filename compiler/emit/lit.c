/* lit.c - composite literals.
 *
 * Structs and arrays are C compound literals. A slice's array and what &T{} points to are heap
 * memory, or storage in the C frame where escape analysis allows. Larger constant contents are
 * static data, copied from there.
 */
#include "emit/body.h"

static Node *elem_value(Node *e) {
    return e->kind == N_KEYVALUE ? e->binary.y : e;
}

static S elem_text(FuncGen *f, Node *e, Type *t) {
    return unwrap(expr_as(f, elem_value(e), t));
}

static S struct_text(FuncGen *f, Node *n, Type *t) {
    ObjList *fields = &underlying(t)->struct_.fields;
    NodeList *elems = &n->complit.elems;
    if (elems->n == 0) return czero(t);
    Buf b = {0};
    const char *sep = "";
    buf_printf(&b, "(%s){", ctype(t));
    for (int i = 0; i < elems->n; i++) {
        Node *e = elems->v[i];
        bool keyed = e->kind == N_KEYVALUE;
        Type *ft = keyed ? NULL : fields->v[i]->type;
        S at = keyed ? cdesignator(t, unparen(e->binary.x), &ft) : xprintf(".%s", cfield(t, i));
        S v = elem_text(f, e, ft);
        /* Blank fields stay zero. One without size has nothing to hold, and gcc forgets what a field at the
         * same place was given before it. */
        if ((!keyed && strcmp(fields->v[i]->name, "_") == 0) || type_size(ft) == 0) {
            if (!is_simple(v)) put(f, "(void)(%s);", v);
            continue;
        }
        buf_printf(&b, "%s%s = %s", sep, at, v);
        sep = ", ";
    }
    buf_puts(&b, "}");
    return xprintf("(%s)", buf_str(&b));
}

/* The index of each element, and one more than the largest. */
static int64_t place_elems(NodeList *elems, int64_t *at) {
    int64_t next = 0, max = 0;
    for (int i = 0; i < elems->n; i++) {
        Node *e = elems->v[i];
        if (e->kind == N_KEYVALUE && e->binary.x->cval) const_to_i64(e->binary.x->cval, &next);
        at[i] = next++;
        if (next > max) max = next;
    }
    return max;
}

enum { STATIC_MIN = 4 }; /* fewer elements are stored one by one */

static S array_text(FuncGen *f, Node *n, Type *t) {
    Type *elem = underlying(t)->array.elem;
    NodeList *elems = &n->complit.elems;
    if (elems->n == 0) return czero(t);
    if (elems->n >= STATIC_MIN) {
        S init = cstatic(n, t, false);
        if (init) return static_data(t, init);
    }
    int64_t *at = alloc(sizeof(int64_t) * (size_t)elems->n);
    place_elems(elems, at);
    Buf b = {0};
    buf_printf(&b, "(%s){{", ctype(t));
    for (int i = 0; i < elems->n; i++) {
        S v = elem_text(f, elems->v[i], elem);
        if (i) buf_puts(&b, ", ");
        if (at[i] != (i ? at[i - 1] + 1 : 0)) buf_printf(&b, "[%lld] = ", (long long)at[i]);
        buf_puts(&b, v);
    }
    buf_puts(&b, "}}");
    return xprintf("(%s)", buf_str(&b));
}

static S slice_text(FuncGen *f, Node *n, Type *t) {
    Type *elem = underlying(t)->slice.elem;
    NodeList *elems = &n->complit.elems;
    if (elems->n == 0) return "((gm_slice){&gm_zerobase, 0, 0})";
    int64_t *at = alloc(sizeof(int64_t) * (size_t)elems->n);
    int64_t len = place_elems(elems, at);
    Type *array = new_array(elem, len);
    bool here = n->esc == ESC_NONE;
    S ptr = xprintf("%s *", ctype(elem));
    S p, init = elems->n >= STATIC_MIN ? cstatic_elements(n, elem) : NULL;
    if (here) {
        S name = stored(f, ctype(array));
        if (!init && elems->n < len) put(f, "__builtin_memset(&%s, 0, sizeof %s);", name, name);
        p = xprintf("%s.a", name);
    } else {
        p = temp_c(f, ptr, xprintf("gm_newarray(%s, %lld)", cdesc(elem), (long long)len));
    }
    if (init) {
        S data = static_data(array, init);
        put(f, "__builtin_memcpy(%s, &%s, sizeof %s);", p, data, data);
    } else {
        for (int i = 0; i < elems->n; i++) {
            S v = elem_text(f, elems->v[i], elem);
            put(f, "%s[%lld] = %s;", p, (long long)at[i], v);
        }
    }
    return xprintf("((gm_slice){%s, %lld, %lld})", p, (long long)len, (long long)len);
}

enum { TABLE_MIN = 26 }; /* so many constant entries of a map are put in by a loop */

/* Puts the constant entries of a map literal into m from two static arrays; done[i] for each of them. */
static void map_table(FuncGen *f, Node *n, Type *t, S m, bool *done) {
    Type *u = underlying(t);
    NodeList *elems = &n->complit.elems;
    Buf keys = {0}, values = {0};
    int count = 0;
    for (int i = 0; i < elems->n; i++) {
        Node *e = elems->v[i];
        S k = cstatic(e->binary.x, u->map.key, false), v = NULL;
        if (k) v = cstatic(e->binary.y, u->map.elem, false);
        if (!v) continue;
        buf_printf(&keys, "    %s,\n", k);
        buf_printf(&values, "    %s,\n", v);
        done[i] = true;
        count++;
    }
    if (count < TABLE_MIN) {
        memset(done, 0, sizeof *done * (size_t)elems->n);
        return;
    }
    S ks = xprintf("gm_k%d", gen.serial++), vs = xprintf("gm_k%d", gen.serial++), i = new_temp(f);
    buf_printf(&gen.data, "static const %s[%d] = {\n%s};\n", declarator(ctype(u->map.key), ks),
               count, buf_str(&keys));
    buf_printf(&gen.data, "static const %s[%d] = {\n%s};\n", declarator(ctype(u->map.elem), vs),
               count, buf_str(&values));
    open_block(f, xprintf("for (gm_int %s = 0; %s < %d; %s++) ", i, i, count, i));
    S slot = map_assign_slot(f, t, m, xprintf("%s[%s]", ks, i));
    store(f, xprintf("(*%s)", slot), false, u->map.elem, xprintf("%s[%s]", vs, i));
    close_block(f, "");
}

static S map_text(FuncGen *f, Node *n, Type *t) {
    Type *u = underlying(t);
    NodeList *elems = &n->complit.elems;
    S m = temp(f, t, xprintf("gm_makemap(%s, %d)", cdesc_kind(t), elems->n));
    bool *done = alloc(sizeof *done * (size_t)(elems->n + 1));
    if (elems->n >= TABLE_MIN && !f->oneline) map_table(f, n, t, m, done);
    for (int i = 0; i < elems->n; i++) {
        if (done[i]) continue;
        Node *e = elems->v[i];
        ahead(f, e->binary.x);
        ahead(f, e->binary.y);
        S k = expr_as(f, e->binary.x, u->map.key);
        S v = stable(f, u->map.elem, expr_as(f, e->binary.y, u->map.elem));
        S slot = map_assign_slot(f, t, m, k);
        store(f, xprintf("(*%s)", slot), false, u->map.elem, v);
    }
    return m;
}

static S literal_text(FuncGen *f, Node *n, Type *t) {
    switch (underlying(t)->kind) {
    case T_STRUCT: return struct_text(f, n, t);
    case T_ARRAY: return array_text(f, n, t);
    case T_SLICE: return slice_text(f, n, t);
    case T_MAP: return map_text(f, n, t);
    default: ice(n->pos, "composite literal of this type");
    }
}

enum { LARGE = 1024 }; /* a struct of more bytes is not built beside its place */

/* Stores the fields that a struct literal gives into zeroed memory that nobody else sees yet. */
static void fill_struct(FuncGen *f, Node *n, Type *t, S place) {
    ObjList *fields = &underlying(t)->struct_.fields;
    NodeList *elems = &n->complit.elems;
    for (int i = 0; i < elems->n; i++) {
        Node *e = elems->v[i], *value = unparen(elem_value(e));
        bool keyed = e->kind == N_KEYVALUE;
        Type *ft = keyed ? NULL : fields->v[i]->type;
        S at = keyed ? cdesignator(t, unparen(e->binary.x), &ft) : xprintf(".%s", cfield(t, i));
        bool blank = (!keyed && strcmp(fields->v[i]->name, "_") == 0) || type_size(ft) == 0;
        if (!blank && value->kind == N_COMPLIT && value->type == ft &&
            underlying(ft)->kind == T_STRUCT && !value->complit.ptr_elided) {
            fill_struct(f, value, ft, xprintf("%s%s", place, at));
            continue;
        }
        S v = elem_text(f, e, ft);
        if (!blank)
            put(f, "%s%s = %s;", place, at, v);
        else if (!is_simple(v))
            put(f, "(void)(%s);", v);
    }
}

S composite(FuncGen *f, Node *n) {
    if (n->complit.ptr_elided) return composite_address(f, n, n->type, n->esc);
    return literal_text(f, n, n->type);
}

S composite_address(FuncGen *f, Node *n, Type *ptr, Esc esc) {
    Type *t = underlying(ptr)->pointer.elem;
    bool zero =
        n->complit.elems.n == 0 && underlying(t)->kind != T_SLICE && underlying(t)->kind != T_MAP;
    if (esc == ESC_NONE) {
        S name = stored(f, ctype(t));
        put(f, "%s = %s;", name, unwrap(literal_text(f, n, t)));
        return coerce(f, xprintf("(&%s)", name), new_pointer(t), ptr);
    }
    bool in_place = !zero && underlying(t)->kind == T_STRUCT && type_size(t) > LARGE;
    S text = zero || in_place ? NULL : literal_text(f, n, t);
    S p = temp_c(f, xprintf("%s *", ctype(t)), xprintf("gm_new_here(%s)", cdesc(t)));
    if (text) put(f, "*%s = %s;", p, unwrap(text));
    if (in_place) fill_struct(f, n, t, xprintf("(*%s)", p));
    return coerce(f, p, new_pointer(t), ptr);
}
