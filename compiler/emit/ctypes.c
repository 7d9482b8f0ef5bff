/* ctypes.c - Go types as C types, and their definitions in order of dependency.
 *
 * A struct or array is forward-declared the first time it is mentioned and defined later: at once
 * where another definition holds it by value, at the end otherwise. Layout must be Go's to the byte
 * (the collector's maps, reflection and the library rely on it); C's agrees but for three things
 * that are spelled out: alignment of what has no size, the byte that follows a last field without
 * size, and blank fields, which need names. Every definition is followed by an assertion that says
 * what Go's layout is.
 */
#include "emit/pkg.h"

static Map recs;             /* key -> TypeRec* */
static VEC(TypeRec *) named; /* structs and arrays that have been mentioned, in order */
static int flushed;          /* of them defined */

uint64_t text_hash(const char *s) {
    uint64_t h = 14695981039346656037u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

void ctypes_begin(void) {
    recs = (Map){0};
    named.n = 0;
    flushed = 0;
}

TypeRec *type_rec(Type *t) {
    TypeRec *r = t->emit;
    if (r && r->epoch == gen.epoch) return r;
    const char *key = intern(type_key(t));
    r = map_get(&recs, key);
    if (!r) {
        r = new_(TypeRec);
        r->epoch = gen.epoch;
        r->type = t;
        r->key = key;
        r->hash = text_hash(key);
        map_put(&recs, key, r);
    }
    t->emit = r;
    return r;
}

static const char *basic_ctype(int kind) {
    switch (kind) {
    case T_BOOL:
    case T_UNTYPED_BOOL: return "bool";
    case T_INT:
    case T_UNTYPED_INT: return "gm_int";
    case T_INT8: return "int8_t";
    case T_INT16: return "int16_t";
    case T_INT32:
    case T_UNTYPED_RUNE: return "int32_t";
    case T_INT64: return "int64_t";
    case T_UINT: return "gm_uint";
    case T_UINT8: return "uint8_t";
    case T_UINT16: return "uint16_t";
    case T_UINT32: return "uint32_t";
    case T_UINT64: return "uint64_t";
    case T_UINTPTR: return "uintptr_t";
    case T_FLOAT32: return "float";
    case T_FLOAT64:
    case T_UNTYPED_FLOAT: return "double";
    case T_COMPLEX64: return "float _Complex";
    case T_COMPLEX128:
    case T_UNTYPED_COMPLEX: return "double _Complex";
    case T_STRING:
    case T_UNTYPED_STRING: return "gm_string";
    default: return "void *";
    }
}

/* --- structs and arrays --- */

static void mention(TypeRec *r, const char *tag) {
    if (r->tag) return;
    r->tag = tag;
    buf_printf(&gen.types, "typedef struct %s %s;\n", tag, tag);
    push(&named, r);
}

static const char *array_ctype(TypeRec *r) {
    if (!r->tag) mention(r, xprintf("array$$%d", ++gen.serial));
    return r->tag;
}

static const char *struct_ctype(TypeRec *r) {
    if (!r->tag)
        mention(r, r->type->kind == T_NAMED ? type_symbol(r->type)
                                            : xprintf("struct$$%d", ++gen.serial));
    return r->tag;
}

static const char *find_ctype(TypeRec *r) {
    Type *t = r->type, *u = underlying(t);
    switch (u->kind) {
    case T_SLICE: return "gm_slice";
    case T_FUNC: return "const gm_func *";
    case T_MAP: return "gm_map *";
    case T_CHAN: return "gm_chan *";
    case T_INTERFACE: return iface_methods(u)->n ? "gm_iface" : "gm_eface";
    case T_POINTER: return xprintf("%s *", ctype(u->pointer.elem));
    case T_ARRAY: return t->kind == T_NAMED ? ctype(u) : array_ctype(r);
    case T_STRUCT: return struct_ctype(r);
    default: return basic_ctype(u->kind);
    }
}

const char *ctype(Type *t) {
    if (t->kind < T_NBASIC) return basic_ctype(t->kind);
    if (t->kind == T_TUPLE) return cresult(t);
    TypeRec *r = type_rec(t);
    if (r->ctext) return r->ctext;
    if (r->naming) return "void *";
    r->naming = true;
    const char *text = find_ctype(r);
    r->naming = false;
    return r->ctext = text;
}

const char *cfield(Type *t, int i) {
    const char *name = underlying(t)->struct_.fields.v[i]->name;
    return strcmp(name, "_") == 0 ? xprintf("_$%d", i) : csafe(name);
}

/* C's initialisers name parts of parts as Go's literals name promoted fields. */
const char *cdesignator(Type *t, const Node *key, Type **type) {
    const Obj *field = key->ident.obj;
    Lookup l = lookup_field_or_method(t, false, field ? field->pkg : gen.pkg, key->ident.name);
    if (!l.obj || l.obj->kind != OBJ_VAR) ice(key->pos, "no field %s", key->ident.name);
    Buf b = {0};
    for (int i = 0; i < l.npath; i++) {
        buf_printf(&b, ".%s", cfield(t, l.path[i]));
        t = underlying(t)->struct_.fields.v[l.path[i]]->type;
    }
    *type = t;
    return buf_str(&b);
}

static void define(TypeRec *r);

/* Makes the definition of t stand before what is printed next. */
static void need_definition(Type *t) {
    Type *u = underlying(t);
    if (u->kind != T_STRUCT && u->kind != T_ARRAY) return;
    ctype(t);
    TypeRec *r = type_rec(u->kind == T_ARRAY ? u : t);
    if (!r->defined) define(r);
}

/* The attribute that gives a type without size its alignment. */
static const char *align_attribute(Type *t) {
    int64_t a = type_align(t);
    if (a == 1 || type_size(t) > 0) return "";
    return xprintf("__attribute__((aligned(%d))) ", (int)a);
}

static void define_array(TypeRec *r, Type *u) {
    Type *elem = u->array.elem;
    need_definition(elem);
    const char *e = ctype(elem);
    if (u->array.len <= 0) {
        buf_printf(&gen.types, "struct %s%s {}; /* [0]%s */\n", align_attribute(u), r->tag, e);
        return;
    }
    const char *sep = e[strlen(e) - 1] == '*' ? "" : " ";
    buf_printf(&gen.types, "struct %s%s { %s%sa[%lld]; };\n", align_attribute(u), r->tag, e, sep,
               (long long)u->array.len);
}

static void print_field(Type *u, int i) {
    const char *c = ctype(u->struct_.fields.v[i]->type);
    const char *sep = c[strlen(c) - 1] == '*' ? "" : " ";
    buf_printf(&gen.types, "    %s%s%s;\n", c, sep, cfield(u, i));
}

static void assert_layout(TypeRec *r, Type *u) {
    Buf *b = &gen.types;
    buf_printf(b, "_Static_assert(sizeof(%s) == %lld", r->tag, (long long)type_size(r->type));
    for (int i = 1; i < u->struct_.fields.n; i++)
        buf_printf(b, " && __builtin_offsetof(%s, %s) == %lld", r->tag, cfield(u, i),
                   (long long)field_offset(u, i));
    buf_printf(b, ", \"layout of %s\");\n", r->tag);
}

static void define_struct(TypeRec *r, Type *u) {
    int n = u->struct_.fields.n;
    for (int i = 0; i < n; i++) {
        ctype(u->struct_.fields.v[i]->type);
        need_definition(u->struct_.fields.v[i]->type);
    }
    buf_printf(&gen.types, "struct %s%s {\n", align_attribute(r->type), r->tag);
    for (int i = 0; i < n; i++) print_field(u, i);
    if (n && type_size(r->type) > 0 && type_size(u->struct_.fields.v[n - 1]->type) == 0)
        buf_puts(&gen.types, "    char end$; /* keeps the last field's address inside */\n");
    buf_puts(&gen.types, "};\n");
    assert_layout(r, u);
}

static void define(TypeRec *r) {
    if (r->defining) return; /* contains itself: the checker has reported it */
    r->defining = true;
    Type *u = underlying(r->type);
    if (u->kind == T_ARRAY)
        define_array(r, u);
    else
        define_struct(r, u);
    r->defined = true;
}

void ctypes_flush(void) {
    for (; flushed < named.n; flushed++)
        if (!named.v[flushed]->defined) define(named.v[flushed]);
}

/* --- results and code --- */

static Map tuples; /* text of the members -> name */
static int tuples_epoch;

static const char *tuple_struct(int n, Type **types) {
    if (n == 0) return "void";
    if (n == 1) return ctype(types[0]);
    Buf b = {0};
    for (int i = 0; i < n; i++) {
        const char *c = ctype(types[i]);
        buf_printf(&b, "%s%sr%d; ", c, c[strlen(c) - 1] == '*' ? "" : " ", i);
    }
    if (tuples_epoch != gen.epoch) tuples = (Map){0};
    tuples_epoch = gen.epoch;
    const char *key = intern(buf_str(&b)), *name = map_get(&tuples, key);
    if (name) return name;
    name = xprintf("tuple$$%d", ++gen.serial);
    map_put(&tuples, key, (void *)name);
    for (int i = 0; i < n; i++) need_definition(types[i]);
    buf_printf(&gen.types, "typedef struct %s { %s} %s;\n", name, key, name);
    return name;
}

const char *cresult(Type *sig) {
    TypeList list = {0};
    if (sig->kind == T_TUPLE) return tuple_struct(sig->tuple.elems.n, sig->tuple.elems.v);
    for (int i = 0; i < sig->func.results.n; i++) push(&list, sig->func.results.v[i]->type);
    return tuple_struct(list.n, list.v);
}

const char *ccode_type(Type *sig, CodeKind kind) {
    sig = underlying(sig);
    return prototype(sig, "(*)", kind == CODE_METHOD ? "void *" : NULL,
                     kind == CODE_CLOSURE ? "const gm_func *" : NULL, false);
}
