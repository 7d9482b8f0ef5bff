/* layout.c - sizes, alignments and field offsets, as Go's own compiler lays memory out on amd64.
 *
 * A word is 8 bytes and the largest alignment. A struct whose last field has no size gets one byte
 * more, so that the field's address is still inside it. Sizes saturate at HUGE_SIZE: larger types
 * are reported where they are declared.
 *
 * Results are kept in the type, but only once types are settled: while the checker still resolves
 * declarations, a struct may have no fields yet.
 */
#include "types/questions.h"

enum { WORD = 8 };

static int64_t round_up(int64_t n, int64_t align) {
    return (n + align - 1) / align * align;
}

static int64_t add_sizes(int64_t a, int64_t b) {
    return a + b > HUGE_SIZE ? HUGE_SIZE : a + b;
}

static int64_t basic_size(int kind) {
    switch (kind) {
    case T_BOOL:
    case T_UNTYPED_BOOL:
    case T_INT8:
    case T_UINT8: return 1;
    case T_INT16:
    case T_UINT16: return 2;
    case T_INT32:
    case T_UINT32:
    case T_UNTYPED_RUNE:
    case T_FLOAT32: return 4;
    case T_COMPLEX128:
    case T_UNTYPED_COMPLEX:
    case T_STRING:
    case T_UNTYPED_STRING: return 16;
    case T_INVALID: return 0;
    default: return 8;
    }
}

static int64_t basic_align(int kind) {
    if (kind == T_COMPLEX64) return 4;
    int64_t n = basic_size(kind);
    return n > WORD ? WORD : n < 1 ? 1 : n;
}

/* sync/atomic's marker type: an empty struct that asks for the alignment of a word. */
static bool is_align64(const Type *t) {
    if (t->kind != T_NAMED || !t->named.obj->pkg) return false;
    const char *path = t->named.obj->pkg->path;
    return strcmp(t->named.obj->name, "align64") == 0 &&
           (strcmp(path, "sync/atomic") == 0 || strcmp(path, "runtime/internal/atomic") == 0);
}

static void layout_array(Type *t) {
    int64_t n = t->array.len < 0 ? 0 : t->array.len, each = type_size(t->array.elem);
    t->align = type_align(t->array.elem);
    t->size = each > 0 && n > HUGE_SIZE / each ? HUGE_SIZE : each * n;
}

static void layout_struct(Type *t) {
    ObjList *fields = &t->struct_.fields;
    if (fields->n) t->struct_.offsets = alloc(sizeof(int64_t) * (size_t)fields->n);
    int64_t at = 0, align = 1, last = 0;
    for (int i = 0; i < fields->n; i++) {
        Type *ft = fields->v[i]->type;
        int64_t a = type_align(ft);
        last = type_size(ft);
        at = round_up(at, a);
        t->struct_.offsets[i] = at;
        at = add_sizes(at, last);
        if (a > align) align = a;
    }
    if (at > 0 && fields->n && last == 0) at++;
    t->align = align;
    t->size = round_up(at, align);
}

static void layout_named(Type *t) {
    Type *u = underlying(t);
    t->size = type_size(u);
    t->align = is_align64(t) ? WORD : type_align(u);
}

static void layout(Type *t) {
    switch (t->kind) {
    case T_ARRAY: layout_array(t); break;
    case T_STRUCT: layout_struct(t); break;
    case T_NAMED: layout_named(t); break;
    case T_SLICE: t->size = 3 * WORD; break;
    case T_INTERFACE: t->size = 2 * WORD; break;
    case T_POINTER:
    case T_FUNC:
    case T_MAP:
    case T_CHAN: t->size = WORD; break;
    case T_TUPLE: t->size = 0; break;
    default:
        t->size = basic_size(t->kind);
        t->align = basic_align(t->kind);
        return;
    }
    if (t->kind != T_ARRAY && t->kind != T_STRUCT && t->kind != T_NAMED) t->align = WORD;
}

static bool settled(void) {
    return !the_checker || type_host(the_checker)->types_settled;
}

static void ensure_layout(Type *t) {
    if (t->sized) return;
    if (t->layout_going) { /* a type that contains itself: reported elsewhere */
        t->size = WORD;
        t->align = WORD;
        return;
    }
    t->layout_going = true;
    layout(t);
    t->layout_going = false;
    t->sized = settled();
}

int64_t type_size(Type *t) {
    ensure_layout(t);
    return t->size;
}

int64_t type_align(Type *t) {
    ensure_layout(t);
    return t->align;
}

int64_t field_offset(Type *t, int i) {
    t = underlying(t);
    ensure_layout(t);
    return t->struct_.offsets[i];
}

static int64_t array_ptrdata(Type *t) {
    int64_t each = type_ptrdata(t->array.elem);
    if (each == 0 || t->array.len <= 0) return 0;
    return add_sizes(type_size(t) - type_size(t->array.elem), each);
}

static int64_t struct_ptrdata(Type *t) {
    for (int i = t->struct_.fields.n - 1; i >= 0; i--) {
        int64_t n = type_ptrdata(t->struct_.fields.v[i]->type);
        if (n > 0) return add_sizes(field_offset(t, i), n);
    }
    return 0;
}

static int64_t find_ptrdata(Type *t) {
    switch (t->kind) {
    case T_ARRAY: return array_ptrdata(t);
    case T_STRUCT: return struct_ptrdata(t);
    case T_NAMED: return type_ptrdata(underlying(t));
    case T_INTERFACE: return 2 * WORD;
    case T_STRING:
    case T_UNTYPED_STRING:
    case T_UNTYPED_NIL:
    case T_UNSAFEPTR:
    case T_SLICE:
    case T_POINTER:
    case T_FUNC:
    case T_MAP:
    case T_CHAN: return WORD;
    default: return 0;
    }
}

int64_t type_ptrdata(Type *t) {
    if (t->ptrdata >= 0 && settled()) return t->ptrdata;
    if (t->layout_going) return 0;
    ensure_layout(t); /* before the guard is up: field offsets are part of it */
    t->layout_going = true;
    int64_t n = find_ptrdata(t);
    t->layout_going = false;
    if (settled()) t->ptrdata = n;
    return n;
}
