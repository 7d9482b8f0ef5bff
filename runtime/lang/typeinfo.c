/* typeinfo.c - reading type descriptors.
 *
 * Descriptors are constant data that the compiler prints; see type.h for how offsets work. Types
 * made by reflection have numbers below zero in place of offsets. Only the table of those is ever
 * written; readers of an entry got its number from the writer, so they need no lock.
 */
#include "gc/gc.h"
#include "heap/heap.h"
#include "lang/reflect.h"
#include "sched/sched.h"

/* reflect.StructOf asks a pointer type for the names of its element's methods: names at odd places are the element's
 * (compiler/emit/desc.c, add_name). */
const uint8_t *gm_resolve_name(const gm_type *t, int32_t off) {
    if (off < 0) return gm_reflect_off(off);
    if (t->kind == GM_POINTER && off & 1) t = ((const gm_ptrtype *)t)->elem;
    return off ? (const uint8_t *)t + off : NULL;
}

static const void *resolve_slot(const gm_type *t, int32_t off) {
    const void *target;
    if (off == 0) return NULL;
    if (off < 0) return gm_reflect_off(off);
    memcpy(&target, (const char *)t + off, sizeof target);
    return target;
}

const gm_type *gm_resolve_type(const gm_type *t, int32_t off) {
    return resolve_slot(t, off);
}

void *gm_resolve_text(const gm_type *t, int32_t off) {
    return (void *)resolve_slot(t, off);
}

gm_name gm_read_name(const uint8_t *encoded) {
    gm_name name = {0, {NULL, 0}};
    if (!encoded) return name;
    name.flags = *encoded++;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *encoded++;
        name.text.n |= (gm_int)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    name.text.p = encoded;
    return name;
}

gm_string gm_type_string(const gm_type *t) {
    gm_string s = gm_read_name(gm_resolve_name(t, t->str)).text;
    if ((t->tflag & GM_TFLAG_EXTRA_STAR) && s.n > 0) {
        s.p++;
        s.n--;
    }
    return s;
}

const gm_uncommon *gm_type_uncommon(const gm_type *t) {
    size_t head;
    if (!(t->tflag & GM_TFLAG_UNCOMMON)) return NULL;
    switch (t->kind) {
    case GM_ARRAY: head = sizeof(gm_arraytype); break;
    case GM_CHAN: head = sizeof(gm_chantype); break;
    case GM_FUNC: head = sizeof(gm_functype); break;
    case GM_INTERFACE: head = sizeof(gm_interfacetype); break;
    case GM_MAP: head = sizeof(gm_maptype); break;
    case GM_POINTER:
    case GM_SLICE: head = sizeof(gm_ptrtype); break;
    case GM_STRUCT: head = sizeof(gm_structtype); break;
    default: head = sizeof(gm_type); break;
    }
    return (const gm_uncommon *)((const char *)t + head);
}

const gm_method *gm_type_methods(const gm_type *t, int *n) {
    const gm_uncommon *u = gm_type_uncommon(t);
    *n = u ? u->mcount : 0;
    return u ? (const gm_method *)((const char *)u + u->moff) : NULL;
}

gm_string gm_type_pkgpath(const gm_type *t) {
    const gm_uncommon *u = gm_type_uncommon(t);
    if (u && u->pkgpath) return gm_read_name(gm_resolve_name(t, u->pkgpath)).text;
    switch (t->kind) {
    case GM_STRUCT: return gm_read_name(((const gm_structtype *)t)->pkgpath).text;
    case GM_INTERFACE: return gm_read_name(((const gm_interfacetype *)t)->pkgpath).text;
    default: return (gm_string){NULL, 0};
    }
}

enum { variadic_bit = 0x8000 };

int gm_func_ins(const gm_type *f) {
    return ((const gm_functype *)f)->in;
}

int gm_func_outs(const gm_type *f) {
    return ((const gm_functype *)f)->out & (variadic_bit - 1);
}

bool gm_func_variadic(const gm_type *f) {
    return ((const gm_functype *)f)->out & variadic_bit;
}

const gm_type *gm_func_param(const gm_type *f, int i) {
    size_t head = sizeof(gm_functype) + (f->tflag & GM_TFLAG_UNCOMMON ? sizeof(gm_uncommon) : 0);
    return ((const gm_type *const *)(const void *)((const char *)f + head))[i];
}

bool gm_type_same(const gm_type *a, const gm_type *b) {
    if (a == b) return true;
    if (!a || !b || a->hash != b->hash || a->kind != b->kind || a->size != b->size) return false;
    return gm_string_eq(gm_type_string(a), gm_type_string(b)) &&
           gm_string_eq(gm_type_pkgpath(a), gm_type_pkgpath(b));
}

/* --- numbers in place of offsets --- */

enum { CHUNK = 1024, CHUNKS = 4096 };

static gm_mutex off_lock;
static const void **off_chunks[CHUNKS];
static int32_t off_count;

const void *gm_reflect_off(int32_t off) {
    uint32_t i = (uint32_t) - (off + 1);
    return off_chunks[i / CHUNK][i % CHUNK];
}

static void new_chunk(void *arg) {
    const void ***chunk = arg;
    *chunk = gm_persistent_alloc(CHUNK * sizeof **chunk, 64);
    gm_register_roots_conservative(*chunk, CHUNK * sizeof **chunk);
}

int32_t gm_reflect_off_add(const void *p) {
    gm_mutex_lock(&off_lock);
    uint32_t i = (uint32_t)off_count;
    if (i == CHUNK * CHUNKS) gm_throw("reflect: too many types");
    if (i % CHUNK == 0) gm_systemstack(new_chunk, &off_chunks[i / CHUNK]);
    gm_store_ptr(&off_chunks[i / CHUNK][i % CHUNK], p);
    off_count++;
    gm_mutex_unlock(&off_lock);
    return -(int32_t)i - 1;
}
