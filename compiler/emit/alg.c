/* alg.c - equality and hashing of types, and what maps need to know of theirs.
 *
 * Memory whose bytes decide equality (no floats, strings, interfaces, blanks or padding) is
 * compared as bytes, in runs over neighbouring fields. For the rest a function is printed once per
 * type and file. The comparison stops at the first difference. Fields are compared in order, but
 * what is cheap, the lengths of strings among it, comes before the contents of strings and before
 * what takes a function; nothing moves across a field whose comparison may panic.
 */
#include "emit/pkg.h"

static Map groups; /* TypeRec* of a map -> the type of its groups */

void alg_begin(void) {
    groups = (Map){0};
}

static bool is_blank(const Obj *f) {
    return strcmp(f->name, "_") == 0;
}

static bool regular_struct(Type *u) {
    int64_t at = 0;
    for (int i = 0; i < u->struct_.fields.n; i++) {
        Obj *f = u->struct_.fields.v[i];
        if (is_blank(f) || field_offset(u, i) != at || !is_regular_memory(f->type)) return false;
        at += type_size(f->type);
    }
    return at == type_size(u);
}

static bool find_regular(Type *t) {
    Type *u = underlying(t);
    switch (u->kind) {
    case T_FLOAT32:
    case T_FLOAT64:
    case T_COMPLEX64:
    case T_COMPLEX128:
    case T_STRING:
    case T_INTERFACE:
    case T_FUNC:
    case T_MAP:
    case T_SLICE: return false;
    case T_ARRAY: return u->array.len == 0 ? comparable(t) : is_regular_memory(u->array.elem);
    case T_STRUCT: return regular_struct(u);
    default: return true;
    }
}

bool is_regular_memory(Type *t) {
    TypeRec *r = type_rec(t);
    if (!r->regular_known) {
        r->regular = find_regular(t);
        r->regular_known = true;
    }
    return r->regular;
}

/* The end of the run of regular fields that begins with field i: neighbours without padding. */
static int regular_run(Type *u, int i, int64_t *end) {
    int64_t at = field_offset(u, i);
    for (; i < u->struct_.fields.n; i++) {
        Obj *f = u->struct_.fields.v[i];
        if (is_blank(f) || !is_regular_memory(f->type) || field_offset(u, i) != at) break;
        at += type_size(f->type);
    }
    *end = at;
    return i;
}

/* --- equality --- */

static const char *equal_func(Type *t);

/* a == b as an expression over lvalues. */
const char *cequal(Type *t, const char *a, const char *b) {
    Type *u = underlying(t);
    switch (u->kind) {
    case T_STRING:
    case T_UNTYPED_STRING: return xprintf("gm_string_eq(%s, %s)", a, b);
    case T_INTERFACE: return xprintf("gm_%sface_eq(%s, %s)", iface_methods(u)->n ? "i" : "e", a, b);
    case T_STRUCT:
    case T_ARRAY:
        if (type_size(t) == 0) return "true";
        if (is_regular_memory(t))
            return xprintf("(__builtin_memcmp(&(%s), &(%s), %lld) == 0)", a, b,
                           (long long)type_size(t));
        return xprintf("%s(&(%s), &(%s), NULL)", equal_func(t), a, b);
    case T_POINTER: return xprintf("((const void *)%s == (const void *)%s)", a, b);
    default: return xprintf("(%s == %s)", a, b);
    }
}

static void flush(Buf *b, Buf *later) {
    buf_put(b, later->p, later->n);
    later->n = 0;
}

/* Prints the comparison of one field; what is dear goes to later. */
static void equal_field(Buf *b, Buf *later, Type *t, const char *p, const char *q) {
    bool panics = hash_might_panic(t), string = underlying(t)->kind == T_STRING;
    bool dear = string || (!panics && !is_regular_memory(t) &&
                           (underlying(t)->kind == T_STRUCT || underlying(t)->kind == T_ARRAY));
    if (panics) flush(b, later);
    if (string) buf_printf(b, "    if (%s.n != %s.n) return false;\n", p, q);
    buf_printf(dear ? later : b, "    if (!%s) return false;\n", cequal(t, p, q));
}

static void equal_struct(Buf *b, Type *u) {
    Buf later = {0};
    for (int i = 0; i < u->struct_.fields.n;) {
        Obj *f = u->struct_.fields.v[i];
        int64_t from = field_offset(u, i), end;
        int next = regular_run(u, i, &end);
        if (is_blank(f)) {
            i++;
        } else if (next > i + 1) {
            buf_printf(b,
                       "    if (__builtin_memcmp((const char *)p + %lld, (const char *)q + %lld, "
                       "%lld) != 0) return false;\n",
                       (long long)from, (long long)from, (long long)(end - from));
            i = next;
        } else {
            const char *name = cfield(u, i);
            equal_field(b, &later, f->type, xprintf("p->%s", name), xprintf("q->%s", name));
            i++;
        }
    }
    flush(b, &later);
}

static void equal_array(Buf *b, Type *u) {
    Type *e = u->array.elem;
    if (u->array.len == 0) return;
    buf_printf(b, "    for (gm_int i = 0; i < %lld; i++)\n        if (!%s) return false;\n",
               (long long)u->array.len, cequal(e, "p->a[i]", "q->a[i]"));
}

static const char *equal_func(Type *t) {
    TypeRec *r = type_rec(t);
    if (r->eq) return r->eq;
    r->eq = xprintf("eq$$%d", ++gen.serial);
    Type *u = underlying(t);
    const char *c = ctype(t);
    Buf b = {0};
    buf_printf(&gen.decls, "static bool %s(const %s *p, const %s *q, const gm_func *ctx);\n", r->eq,
               c, c);
    buf_printf(&b,
               "\nstatic bool %s(const %s *p, const %s *q, __attribute__((unused)) const gm_func "
               "*ctx) {\n",
               r->eq, c, c);
    if (is_regular_memory(t))
        buf_printf(&b, "    if (__builtin_memcmp(p, q, %lld) != 0) return false;\n",
                   (long long)type_size(t));
    else if (u->kind == T_STRUCT)
        equal_struct(&b, u);
    else
        equal_array(&b, u);
    buf_puts(&b, "    return true;\n}\n");
    buf_put(&wrap_code, b.p, b.n);
    return r->eq;
}

static const char *closure_of(const char *code) {
    const char *name = xprintf("%s$f", code);
    buf_printf(&gen.decls, "static const gm_func %s;\n", name);
    buf_printf(&gen.data, "static const gm_func %s = {(void *)%s};\n", name, code);
    return xprintf("&%s", name);
}

static const char *memory_closure(Type *t, const char *stem) {
    switch (type_size(t)) {
    case 1: return xprintf("&gm_%s8_fv", stem);
    case 2: return xprintf("&gm_%s16_fv", stem);
    case 4: return xprintf("&gm_%s32_fv", stem);
    case 8: return xprintf("&gm_%s64_fv", stem);
    case 16: return xprintf("&gm_%s128_fv", stem);
    default: return NULL;
    }
}

/* The library's function for a kind that is not plain memory; stem "equal" or "hash". */
static const char *kind_closure(Type *u, const char *stem) {
    switch (u->kind) {
    case T_STRING: return xprintf("&gm_str%s_fv", stem);
    case T_FLOAT32: return xprintf("&gm_f32%s_fv", stem);
    case T_FLOAT64: return xprintf("&gm_f64%s_fv", stem);
    case T_COMPLEX64: return xprintf("&gm_c64%s_fv", stem);
    case T_COMPLEX128: return xprintf("&gm_c128%s_fv", stem);
    case T_INTERFACE: return xprintf("&gm_%sface%s_fv", iface_methods(u)->n ? "i" : "e", stem);
    default: return NULL;
    }
}

const char *equal_closure(Type *t) {
    if (!comparable(t) || type_rec(t)->shape_only) return "NULL";
    if (type_size(t) == 0) return "&gm_memequal0_fv";
    const char *s =
        is_regular_memory(t) ? memory_closure(t, "memequal") : kind_closure(underlying(t), "equal");
    if (s) return s;
    TypeRec *r = type_rec(t);
    if (r->eq_closure) return r->eq_closure;
    return r->eq_closure = closure_of(equal_func(t));
}

/* --- hashing --- */

static const char *hash_func(Type *t);

/* The hash of the value at address p, mixed into h. */
static const char *hash_expr(Type *t, const char *p) {
    Type *u = underlying(t);
    if (is_regular_memory(t)) return xprintf("gm_memhash(%s, h, %lld)", p, (long long)type_size(t));
    switch (u->kind) {
    case T_STRING: return xprintf("gm_strhash(%s, h)", p);
    case T_FLOAT32: return xprintf("gm_f32hash(%s, h)", p);
    case T_FLOAT64: return xprintf("gm_f64hash(%s, h)", p);
    case T_COMPLEX64: return xprintf("gm_c64hash(%s, h)", p);
    case T_COMPLEX128: return xprintf("gm_c128hash(%s, h)", p);
    case T_INTERFACE: return xprintf("gm_%sfacehash(%s, h)", iface_methods(u)->n ? "i" : "e", p);
    default: return xprintf("%s(%s, h, NULL)", hash_func(t), p);
    }
}

static void hash_struct(Buf *b, Type *u) {
    for (int i = 0; i < u->struct_.fields.n;) {
        Obj *f = u->struct_.fields.v[i];
        int64_t from = field_offset(u, i), end;
        int next = regular_run(u, i, &end);
        if (is_blank(f)) {
            i++;
        } else if (next > i) {
            buf_printf(b, "    h = gm_memhash((const char *)p + %lld, h, %lld);\n", (long long)from,
                       (long long)(end - from));
            i = next;
        } else {
            buf_printf(b, "    h = %s;\n", hash_expr(f->type, xprintf("&p->%s", cfield(u, i))));
            i++;
        }
    }
}

static const char *hash_func(Type *t) {
    TypeRec *r = type_rec(t);
    if (r->hashfn) return r->hashfn;
    r->hashfn = xprintf("hash$$%d", ++gen.serial);
    Type *u = underlying(t);
    const char *c = ctype(t);
    Buf b = {0};
    buf_printf(&gen.decls, "static uintptr_t %s(const %s *p, uintptr_t h, const gm_func *ctx);\n",
               r->hashfn, c);
    buf_printf(&b,
               "\nstatic uintptr_t %s(const %s *p, uintptr_t h, __attribute__((unused)) const "
               "gm_func *ctx) {\n",
               r->hashfn, c);
    if (is_regular_memory(t))
        buf_printf(&b, "    h = %s;\n", hash_expr(t, "p"));
    else if (u->kind == T_STRUCT)
        hash_struct(&b, u);
    else if (u->array.len > 0)
        buf_printf(&b, "    for (gm_int i = 0; i < %lld; i++) h = %s;\n", (long long)u->array.len,
                   hash_expr(u->array.elem, "&p->a[i]"));
    buf_puts(&b, "    return h;\n}\n");
    buf_put(&wrap_code, b.p, b.n);
    return r->hashfn;
}

const char *hash_closure(Type *t) {
    const char *s =
        is_regular_memory(t) ? memory_closure(t, "memhash") : kind_closure(underlying(t), "hash");
    if (s) return s;
    TypeRec *r = type_rec(t);
    if (r->hash_closure) return r->hash_closure;
    return r->hash_closure = closure_of(hash_func(t));
}

/* --- maps --- */

typedef bool (*KindTest)(int kind);

/* Whether any part of t that takes part in equality has a kind that the test accepts. */
static bool any_part(Type *t, KindTest test) {
    Type *u = underlying(t);
    if (u->kind == T_ARRAY) return any_part(u->array.elem, test);
    if (u->kind != T_STRUCT) return test(u->kind);
    for (int i = 0; i < u->struct_.fields.n; i++)
        if (any_part(u->struct_.fields.v[i]->type, test)) return true;
    return false;
}

static bool float_or_iface(int k) {
    return k == T_FLOAT32 || k == T_FLOAT64 || k == T_COMPLEX64 || k == T_COMPLEX128 ||
           k == T_INTERFACE;
}

static bool has_faces(int k) {
    return float_or_iface(k) || k == T_STRING;
}

static bool iface_kind(int k) {
    return k == T_INTERFACE;
}

bool reflexive_key(Type *t) {
    return !any_part(t, float_or_iface);
}

bool need_key_update(Type *t) {
    return any_part(t, has_faces);
}

bool hash_might_panic(Type *t) {
    return any_part(t, iface_kind);
}

static Obj *make_field(const char *name, Type *t, int index) {
    Obj *o = new_(Obj);
    o->kind = OBJ_VAR;
    o->is_field = true;
    o->name = intern(name);
    o->type = t;
    o->index = index;
    return o;
}

/* struct { a; b }, without b where bt is NULL */
static Type *pair_struct(const char *a, Type *at, const char *b, Type *bt) {
    Type *t = new_(Type);
    t->kind = T_STRUCT;
    t->complete = true;
    t->ptrdata = -1;
    push(&t->struct_.fields, make_field(a, at, 0));
    if (bt) push(&t->struct_.fields, make_field(b, bt, 1));
    return t;
}

/* What a map stores of a key or element: the value, or a pointer to it where it is large. */
static Type *stored_type(Type *t) {
    return type_size(t) > 128 ? new_pointer(t) : t;
}

Type *map_group(Type *map) {
    TypeRec *r = type_rec(map);
    Type *b = map_get(&groups, r);
    if (b) return b;
    /* An element without size is left out: as the last field it would cost a word. */
    Type *elem = type_size(map->map.elem) ? stored_type(map->map.elem) : NULL;
    Type *slot = pair_struct("key", stored_type(map->map.key), "elem", elem);
    b = pair_struct("$ctrl", new_array(types_basic[T_UINT8], 8), "$slots", new_array(slot, 8));
    type_rec(b)->shape_only = true;
    map_put(&groups, r, b);
    return b;
}
