/* desc.c - type descriptors (golem/type.h, golem/go.h).
 *
 * A descriptor is one C object: the struct of its kind, then (what it has of) gm_uncommon, a
 * function's parameter types, the methods, encoded names, and slots that hold addresses of types,
 * code and package paths. Offsets are therefore numbers known here. Other code sees only `extern const gm_type
 * NAME`: the definition has a C name of its own and takes the symbol NAME by an asm label, for its
 * true C type is different for every descriptor.
 *
 * A type declared at package level has its descriptor, and that of pointers to it, in its own
 * package, whether it is used there or not; every package that uses another type prints a weak copy
 * under a name made from the type's key, and the linker keeps one.
 */
#include "emit/pkg.h"

enum {
    TFLAG_UNCOMMON = 1,
    TFLAG_NAMED = 4,
    TFLAG_REGULAR = 8,
    TFLAG_GCMASK_ON_DEMAND = 16,
    TFLAG_DIRECT_IFACE = 32,
    NAME_EXPORTED = 1,
    NAME_TAG = 2,
    NAME_PKG = 4,
    NAME_EMBEDDED = 8,
    WORD = 8,
    FLAT_WORDS =
        4096 /* the longest pointer bitmap, in words of the type; longer ones are programs */
};

static VEC(TypeRec *) pending;
NameList desc_listed;

void desc_begin(void) {
    pending.n = 0;
    desc_listed.n = 0;
}

/* --- names and questions --- */

bool is_direct(Type *t) {
    return type_is_direct(t);
}

static const char *desc_symbol(TypeRec *r) {
    Type *t = r->type;
    if (t->kind < T_NBASIC && t->kind != T_UNSAFEPTR) return xprintf("type$$%s", r->key);
    if (t->kind == T_NAMED && t->named.obj->pkg) return xprintf("%s$$type", type_symbol(t));
    if (t->kind == T_NAMED) return xprintf("type$$%s", t->named.obj->name);
    if (t->kind == T_POINTER && type_owner(t))
        return xprintf("%s$$ptr", type_symbol(t->pointer.elem));
    return xprintf("type$$%016llx", (unsigned long long)r->hash);
}

const char *cdesc(Type *t) {
    if (is_untyped(t)) t = default_type(t);
    TypeRec *r = type_rec(t);
    if (!r->desc) {
        const char *sym = desc_symbol(r);
        buf_printf(&gen.decls, "extern const gm_type %s;\n", sym);
        r->desc = xprintf("&%s", sym);
        Package *owner = type_owner(t);
        if (!owner || owner == gen.pkg) push(&pending, r);
    }
    return r->desc;
}

static const char *kind_struct(int kind) {
    switch (kind) {
    case T_ARRAY: return "gm_arraytype";
    case T_CHAN: return "gm_chantype";
    case T_FUNC: return "gm_functype";
    case T_INTERFACE: return "gm_interfacetype";
    case T_MAP: return "gm_maptype";
    case T_POINTER: return "gm_ptrtype";
    case T_SLICE: return "gm_slicetype";
    case T_STRUCT: return "gm_structtype";
    default: return "gm_type";
    }
}

static int kind_size(int kind) {
    switch (kind) {
    case T_ARRAY: return 72;
    case T_CHAN: return 64;
    case T_FUNC:
    case T_POINTER:
    case T_SLICE: return 56;
    case T_INTERFACE:
    case T_STRUCT: return 80;
    case T_MAP: return 136;
    default: return 48;
    }
}

const char *cdesc_kind(Type *t) {
    return xprintf("(const %s *)%s", kind_struct(underlying(t)->kind), cdesc(t));
}

/* gm_kind of a type. */
static int kind_number(const Type *u) {
    switch (u->kind) {
    case T_ARRAY: return 17;
    case T_CHAN: return 18;
    case T_FUNC: return 19;
    case T_INTERFACE: return 20;
    case T_MAP: return 21;
    case T_POINTER: return 22;
    case T_SLICE: return 23;
    case T_STRING: return 24;
    case T_STRUCT: return 25;
    case T_UNSAFEPTR: return 26;
    default: return u->kind; /* bool to complex128 have the same numbers in both */
    }
}
_Static_assert(T_BOOL == 1 && T_COMPLEX128 == 16, "numbers of basic kinds");

/* --- pointer maps --- */

static void set_bit(uint8_t *bits, int64_t word) {
    bits[word / 8] |= (uint8_t)(1 << word % 8);
}

void desc_bitmap(Type *t, int64_t base, uint8_t *bits) {
    if (type_ptrdata(t) == 0) return;
    Type *u = underlying(t);
    switch (u->kind) {
    case T_INTERFACE: /* the first word leads to a descriptor or itab, never into the heap */
        set_bit(bits, base / WORD + 1);
        break;
    case T_ARRAY:
        for (int64_t i = 0; i < u->array.len; i++)
            desc_bitmap(u->array.elem, base + i * type_size(u->array.elem), bits);
        break;
    case T_STRUCT:
        for (int i = 0; i < u->struct_.fields.n; i++)
            desc_bitmap(u->struct_.fields.v[i]->type, base + field_offset(u, i), bits);
        break;
    default: set_bit(bits, base / WORD);
    }
}

static Str flat_bitmap(Type *t) {
    size_t n = (size_t)((type_ptrdata(t) / WORD + 7) / 8);
    uint8_t *bits = alloc(n + 1);
    desc_bitmap(t, 0, bits);
    return (Str){(char *)bits, n};
}

typedef struct Runs { /* a gm_gcprog being made */
    Buf text;
    int n;
} Runs;

static void add_run(Runs *r, int64_t nwords, int64_t repeat, Type *of) {
    if (nwords == 0 || repeat == 0) return;
    buf_printf(&r->text, "{%lld, %lld, ", (long long)nwords, (long long)repeat);
    if (of) {
        uint8_t *bits = alloc((size_t)nwords / 8 + 1);
        desc_bitmap(of, 0, bits);
        Str s = {(char *)bits, (size_t)(nwords + 7) / 8};
        buf_printf(&r->text, "(const uint8_t *)%s}, ", cquote(s));
    } else {
        buf_puts(&r->text, "NULL}, ");
    }
    r->n++;
}

/* Runs for all words of a value of t, which has pointers (so its size is a multiple of the word); more may follow. */
static void add_runs(Runs *r, Type *t) {
    Type *u = underlying(t);
    if (type_size(t) <= FLAT_WORDS * WORD) {
        add_run(r, type_size(t) / WORD, 1, t);
        return;
    }
    if (u->kind == T_ARRAY) {
        Type *e = u->array.elem;
        if (type_size(e) <= FLAT_WORDS * WORD) {
            add_run(r, type_size(e) / WORD, u->array.len, e);
            return;
        }
        for (int64_t i = 0; i < u->array.len; i++) add_runs(r, e);
        return;
    }
    int64_t at = 0; /* a struct */
    for (int i = 0; i < u->struct_.fields.n; i++) {
        Type *f = u->struct_.fields.v[i]->type;
        if (type_ptrdata(f) == 0) continue;
        add_run(r, (field_offset(u, i) - at) / WORD, 1, NULL);
        add_runs(r, f);
        at = field_offset(u, i) + type_size(f);
    }
    add_run(r, (type_size(t) - at) / WORD, 1, NULL);
}

static bool needs_program(Type *t) {
    return type_ptrdata(t) > FLAT_WORDS * WORD;
}

static const char *gcdata(Type *t) {
    if (type_ptrdata(t) == 0) return "NULL";
    if (!needs_program(t)) return cquote(flat_bitmap(t));
    Runs r = {0};
    add_runs(&r, t);
    return xprintf(
        "&(const void *const){&(const struct { uint64_t n; gm_gcrun runs[%d]; }){%d, {%s}}}", r.n,
        r.n, buf_str(&r.text));
}

/* --- encoded names --- */

static void encode_name(Buf *b, const char *name, Str tag, int flags) {
    size_t n = strlen(name);
    buf_putc(b, flags | (tag.n ? NAME_TAG : 0));
    buf_put_varint(b, n);
    buf_put(b, name, n);
    if (!tag.n) return;
    buf_put_varint(b, tag.n);
    buf_put(b, tag.p, tag.n);
}

/* An encoded name on its own, as an expression. */
static const char *name_literal(const char *name, Str tag, int flags) {
    Buf b = {0};
    encode_name(&b, name, tag, flags);
    return xprintf("(const uint8_t *)%s", cquote((Str){b.p, b.n}));
}

/* --- one descriptor --- */

typedef struct Method { /* gm_method with indices in place of offsets */
    int name;           /* position in names */
    int mtyp, ifn, tfn; /* slots */
} Method;

typedef struct PathRef { /* the offset in a name that leads to the slot of its package's path */
    int name, at;        /* positions in names: of the name, of the offset */
    int slot;
} PathRef;

typedef struct Desc { /* a descriptor being put together */
    TypeRec *rec;
    Type *t, *u;
    bool uncommon;
    int str, pkgpath; /* positions in names; pkgpath -1: none */
    int ptr_to_this;  /* slot or -1 */
    VEC(const char *) inout;
    VEC(Method) methods;
    VEC(Method) imethods; /* name, mtyp */
    int xcount;
    VEC(const char *) slots;
    Buf names;
    VEC(PathRef) paths;
    /* after layout */
    int at_inout, at_methods, at_slots, at_names;
} Desc;

static int add_slot(Desc *d, const char *address) {
    push(&d->slots, address);
    return d->slots.n - 1;
}

/* The names of types of kind pointer stand at even places, others at odd ones: gm_resolve_name needs to tell them apart. */
static int add_name(Desc *d, const char *name, int flags) {
    if ((d->names.n & 1) == (d->u->kind == T_POINTER)) buf_putc(&d->names, 0);
    int at = (int)d->names.n;
    encode_name(&d->names, name, (Str){NULL, 0}, flags);
    return at;
}

/* A method's name; one that is not exported and comes from a package other than home says so. */
static int add_method_name(Desc *d, Obj *m, Package *home) {
    if (is_exported(m->name)) return add_name(d, m->name, NAME_EXPORTED);
    if (!m->pkg || m->pkg == home) return add_name(d, m->name, 0);
    int at = add_name(d, m->name, NAME_PKG);
    int slot = add_slot(d, name_literal(m->pkg->path, (Str){NULL, 0}, 0));
    push(&d->paths, ((PathRef){at, (int)d->names.n, slot}));
    buf_put(&d->names, "\0\0\0\0", 4);
    return at;
}

/* The package that a type's unexported names belong to unless they say otherwise. */
static Package *home_package(Type *t) {
    if (t->kind == T_POINTER) t = t->pointer.elem;
    return t->kind == T_NAMED ? t->named.obj->pkg : NULL;
}

static bool may_have_methods(Type *t) {
    if (t->kind == T_POINTER) t = t->pointer.elem;
    if (t->kind == T_STRUCT) return true;
    return t->kind == T_NAMED && underlying(t)->kind != T_INTERFACE;
}

static void collect_desc_methods(Desc *d) {
    if (!may_have_methods(d->t)) return;
    MethodSet *set = method_set(d->t);
    Package *home = home_package(d->t);
    for (int i = 0; i < set->n; i++) {
        MethodEntry *e = &set->v[i];
        Method m = {0};
        m.name = add_method_name(d, e->method, home);
        m.mtyp = add_slot(d, cdesc(e->method->type));
        m.ifn = add_slot(d, xprintf("(void *)%s", method_by_word(d->t, e)));
        m.tfn = add_slot(d, xprintf("(void *)%s", method_direct(d->t, e)));
        if (is_exported(e->method->name)) d->xcount++;
        push(&d->methods, m);
    }
}

static void collect_imethods(Desc *d) {
    ObjList *list = iface_methods(d->u);
    Package *home = NULL;
    for (int i = 0; i < list->n && !home; i++)
        if (!is_exported(list->v[i]->name)) home = list->v[i]->pkg;
    if (d->t->kind == T_NAMED) home = d->t->named.obj->pkg;
    for (int i = 0; i < list->n; i++) {
        Method m = {0};
        m.name = add_method_name(d, list->v[i], home);
        m.mtyp = add_slot(d, cdesc(list->v[i]->type));
        push(&d->imethods, m);
    }
}

static void collect_signature(Desc *d) {
    for (int i = 0; i < d->u->func.params.n; i++)
        push(&d->inout, cdesc(d->u->func.params.v[i]->type));
    for (int i = 0; i < d->u->func.results.n; i++)
        push(&d->inout, cdesc(d->u->func.results.v[i]->type));
}

/* Whether *t is to be found through t: reflection makes a pointer type that it does not find, but one without methods. */
static bool leads_to_pointer(Type *t) {
    if (t->kind != T_NAMED && t->kind != T_STRUCT) return false;
    return type_owner(t) || method_set(new_pointer(t))->n > 0;
}

static void collect(Desc *d) {
    Type *t = d->t;
    bool named = t->kind == T_NAMED || t->kind < T_NBASIC;
    Type *base = t->kind == T_POINTER ? t->pointer.elem : t;
    bool exported = base->kind == T_NAMED && is_exported(base->named.obj->name);
    d->str = add_name(d, type_reflect_str(t), exported ? NAME_EXPORTED : 0);
    collect_desc_methods(d);
    d->uncommon = named || d->methods.n > 0;
    Package *home = home_package(t);
    const char *path = t->kind == T_UNSAFEPTR ? "unsafe" : home ? home->path : NULL;
    d->pkgpath = d->uncommon && path ? add_name(d, path, 0) : -1;
    d->ptr_to_this =
        leads_to_pointer(t) && !d->rec->shape_only ? add_slot(d, cdesc(new_pointer(t))) : -1;
    if (d->u->kind == T_INTERFACE) collect_imethods(d);
    if (d->u->kind == T_FUNC) collect_signature(d);
}

static void place_parts(Desc *d) {
    int at = kind_size(d->u->kind) + (d->uncommon ? 16 : 0);
    d->at_inout = at;
    at += d->inout.n * 8;
    d->at_methods = at;
    at += d->methods.n * 16;
    d->at_names = at;
    d->at_slots = (at + (int)d->names.n + 7) & ~7;
    for (int i = 0; i < d->paths.n; i++) {
        PathRef *r = &d->paths.v[i];
        int32_t off = d->at_slots + r->slot * 8 - (d->at_names + r->name);
        memcpy(d->names.p + r->at, &off, sizeof off);
    }
}

static int slot_offset(const Desc *d, int slot) {
    return slot < 0 ? 0 : d->at_slots + slot * 8;
}

/* --- printing --- */

static void print_common(Desc *d, Buf *b) {
    Type *t = d->t;
    int tflag = (d->uncommon ? TFLAG_UNCOMMON : 0) |
                (t->kind == T_NAMED || t->kind < T_NBASIC ? TFLAG_NAMED : 0) |
                (is_regular_memory(t) && !d->rec->shape_only ? TFLAG_REGULAR : 0) |
                (needs_program(t) ? TFLAG_GCMASK_ON_DEMAND : 0) |
                (is_direct(t) ? TFLAG_DIRECT_IFACE : 0);
    int align = (int)type_align(t);
    buf_printf(b, "{%lld, %lld, 0x%08xu, %d, %d, %d, %d, %s, ", (long long)type_size(t),
               (long long)type_ptrdata(t), (uint32_t)(d->rec->hash ^ d->rec->hash >> 32), tflag,
               align, align, kind_number(d->u), equal_closure(t));
    buf_printf(b, "%s, %d, %d}", gcdata(t), d->at_names + d->str, slot_offset(d, d->ptr_to_this));
}

static void print_fields(Desc *d, Buf *b) {
    ObjList none = {0}, *fields = d->rec->shape_only ? &none : &d->u->struct_.fields;
    const char *pkgpath = "NULL";
    for (int i = 0; i < fields->n; i++)
        if (!is_exported(fields->v[i]->name) && fields->v[i]->pkg)
            pkgpath = name_literal(fields->v[i]->pkg->path, (Str){NULL, 0}, 0);
    buf_printf(b, ", %s, ", pkgpath);
    if (fields->n == 0) {
        buf_puts(b, "NULL, 0, 0");
        return;
    }
    buf_puts(b, "(gm_structfield *)(const gm_structfield[]){");
    for (int i = 0; i < fields->n; i++) {
        Obj *f = fields->v[i];
        int flags = (is_exported(f->name) ? NAME_EXPORTED : 0) | (f->embedded ? NAME_EMBEDDED : 0);
        Str tag = i < d->u->struct_.tags.n ? d->u->struct_.tags.v[i] : (Str){NULL, 0};
        buf_printf(b, "\n    {%s, %s, %lld},", name_literal(f->name, tag, flags), cdesc(f->type),
                   (long long)field_offset(d->u, i));
    }
    buf_printf(b, "}, %d, %d", fields->n, fields->n);
}

static void print_imethods(Desc *d, Buf *b) {
    ObjList *list = iface_methods(d->u);
    Package *home = d->t->kind == T_NAMED ? d->t->named.obj->pkg : NULL;
    for (int i = 0; i < list->n && !home; i++)
        if (!is_exported(list->v[i]->name)) home = list->v[i]->pkg;
    buf_printf(b, ", %s, ", home ? name_literal(home->path, (Str){NULL, 0}, 0) : "NULL");
    if (list->n == 0) {
        buf_puts(b, "NULL, 0, 0");
        return;
    }
    buf_puts(b, "(gm_imethod *)(const gm_imethod[]){");
    for (int i = 0; i < d->imethods.n; i++)
        buf_printf(b, "{%d, %d}, ", d->at_names + d->imethods.v[i].name,
                   slot_offset(d, d->imethods.v[i].mtyp));
    buf_printf(b, "}, %d, %d", list->n, list->n);
}

static void print_map(Type *t, Buf *b) {
    enum { UPDATE = 1, MIGHT_PANIC = 2, INDIRECT_KEY = 4, INDIRECT_ELEM = 8, REFLEXIVE = 1 << 16 };
    Type *u = underlying(t), *key = u->map.key, *elem = u->map.elem;
    Type *group = map_group(u);
    int64_t ks = type_size(key), es = type_size(elem);
    int flags = (ks > 128 ? INDIRECT_KEY : 0) | (es > 128 ? INDIRECT_ELEM : 0) |
                (reflexive_key(key) ? REFLEXIVE : 0) | (need_key_update(key) ? UPDATE : 0) |
                (hash_might_panic(key) ? MIGHT_PANIC : 0);
    Type *slot = group->struct_.fields.v[1]->type->array.elem;
    int64_t slots_at = field_offset(group, 1);
    int64_t elem_at = slot->struct_.fields.n > 1 ? field_offset(slot, 1) : type_size(slot);
    int64_t stride = type_size(slot);
    buf_printf(b, ", %s, %s, %s, %s, %lld", cdesc(key), cdesc(elem), cdesc(group),
               hash_closure(key), (long long)type_size(group));
    buf_printf(b, ", %lld, %lld, %lld, %lld, %lld, %d", (long long)slots_at, (long long)stride,
               (long long)(slots_at + elem_at), (long long)stride, (long long)elem_at, flags);
}

static void print_kind(Desc *d, Buf *b) {
    static const int dirs[] = {[CHAN_BOTH] = 3, [CHAN_SEND] = 2, [CHAN_RECV] = 1};
    Type *u = d->u;
    bool bare = kind_size(u->kind) == 48;
    if (!bare) buf_puts(b, "{");
    print_common(d, b);
    switch (u->kind) {
    case T_ARRAY:
        buf_printf(b, ", %s, %s, %lld", cdesc(u->array.elem), cdesc(new_slice(u->array.elem)),
                   (long long)u->array.len);
        break;
    case T_CHAN: buf_printf(b, ", %s, %d", cdesc(u->chan.elem), dirs[u->chan.dir]); break;
    case T_FUNC:
        buf_printf(b, ", %d, %d", u->func.params.n,
                   u->func.results.n | (u->func.variadic ? 0x8000 : 0));
        break;
    case T_INTERFACE: print_imethods(d, b); break;
    case T_MAP: print_map(d->t, b); break;
    case T_POINTER: buf_printf(b, ", %s", cdesc(u->pointer.elem)); break;
    case T_SLICE: buf_printf(b, ", %s", cdesc(u->slice.elem)); break;
    case T_STRUCT: print_fields(d, b); break;
    }
    if (!bare) buf_puts(b, "}");
}

static void print_struct_type(Desc *d, Buf *b) {
    buf_printf(b, "{\n    %s t;\n", kind_struct(d->u->kind));
    if (d->uncommon) buf_puts(b, "    gm_uncommon uncommon;\n");
    if (d->inout.n) buf_printf(b, "    const gm_type *inout[%d];\n", d->inout.n);
    if (d->methods.n) buf_printf(b, "    gm_method methods[%d];\n", d->methods.n);
    buf_printf(b, "    uint8_t names[%d];\n", (int)d->names.n);
    if (d->slots.n) buf_printf(b, "    const void *slots[%d];\n", d->slots.n);
    buf_putc(b, '}');
}

static void print_methods(Desc *d, Buf *b) {
    if (!d->methods.n) return;
    buf_puts(b, "    .methods = {");
    for (int i = 0; i < d->methods.n; i++) {
        Method *m = &d->methods.v[i];
        buf_printf(b, "{%d, %d, %d, %d}, ", d->at_names + m->name, slot_offset(d, m->mtyp),
                   slot_offset(d, m->ifn), slot_offset(d, m->tfn));
    }
    buf_puts(b, "},\n");
}

static void print_list(Buf *b, const char *member, const char **v, int n) {
    if (!n) return;
    buf_printf(b, "    .%s = {", member);
    for (int i = 0; i < n; i++) buf_printf(b, "%s, ", v[i]);
    buf_puts(b, "},\n");
}

static void print_desc(Desc *d) {
    Buf b = {0};
    const char *sym = d->rec->desc + 1;
    char *comment = type_reflect_str(d->t); /* a struct's tags may hold anything */
    buf_printf(&b, "\n/* %s */\n",
               strstr(comment, "*/") || strlen(comment) > 80 ? "type" : comment);
    buf_printf(&b, "struct %s$$desc ", sym);
    print_struct_type(d, &b);
    buf_puts(&b, ";\n");
    bool weak = !type_owner(d->t);
    buf_printf(&b, "const struct %s$$desc %s$$def __asm__(\"%s\")%s = {\n    .t = ", sym, sym, sym,
               weak ? " __attribute__((weak))" : "");
    print_kind(d, &b);
    buf_puts(&b, ",\n");
    if (d->uncommon)
        buf_printf(&b, "    .uncommon = {%d, %d, %d, %d, 0},\n",
                   d->pkgpath < 0 ? 0 : d->at_names + d->pkgpath, d->methods.n, d->xcount,
                   d->at_methods - kind_size(d->u->kind));
    print_list(&b, "inout", d->inout.v, d->inout.n);
    print_methods(d, &b);
    buf_printf(&b, "    .names = %s,\n", cquote((Str){d->names.p, d->names.n}));
    print_list(&b, "slots", d->slots.v, d->slots.n);
    buf_puts(&b, "};\n");
    const char *last = d->slots.n ? "slots" : "names";
    buf_printf(&b, "_Static_assert(__builtin_offsetof(struct %s$$desc, %s) == %d, \"\");\n", sym,
               last, d->slots.n ? d->at_slots : d->at_names);
    buf_put(&gen.data, b.p, b.n);
}

/* What reflection may look for by its string: unnamed composite types. Pointers to types of
 * packages are found through the type itself. */
static bool to_be_listed(const TypeRec *r) {
    const Type *t = r->type;
    if (r->shape_only) return false;
    if (t->kind == T_NAMED || t->kind < T_NBASIC || t->kind == T_INTERFACE) return false;
    return !type_owner((Type *)t);
}

static void emit_desc(TypeRec *r) {
    if (r->desc_done) return;
    r->desc_done = true;
    Desc d = {.rec = r, .t = r->type, .u = underlying(r->type)};
    collect(&d);
    place_parts(&d);
    print_desc(&d);
    if (to_be_listed(r)) push(&desc_listed, r->desc);
}

bool desc_flush(void) {
    if (pending.n == 0) return false;
    for (int i = 0; i < pending.n; i++) emit_desc(pending.v[i]);
    pending.n = 0;
    return true;
}
