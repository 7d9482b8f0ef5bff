/* alg.c - equality and hashing of Go values.
 *
 * Hashes mix by one 64x64 multiplication whose halves are folded together. The seed is random: one
 * for each map, so that nobody can choose keys that collide. A value's hash depends on nothing but
 * its bytes and the seed, and these agree: gm_memhash of 4 and 8 bytes, the hashers for memory of
 * those sizes, and what map_fast.c computes inline. Zeroes of both signs hash alike; a NaN hashes
 * to a random number, for no lookup may find it.
 */
#include "lang/lang.h"

#include "sched/sched.h"

uint8_t gm_zeroval[1024];

#define B1(n)  n
#define B4(n)  B1(n), B1(n + 1), B1(n + 2), B1(n + 3)
#define B16(n) B4(n), B4(n + 4), B4(n + 8), B4(n + 12)
#define B64(n) B16(n), B16(n + 16), B16(n + 32), B16(n + 48)
const uint64_t gm_staticuint64s[256] = {B64(0), B64(64), B64(128), B64(192)};

/* --- bytes --- */

static inline uint64_t read64(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline uint64_t read32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static uint64_t hash_long(const uint8_t *p, size_t n, uint64_t seed) {
    for (; n > GM_BULK_PIECE; p += GM_BULK_PIECE, n -= GM_BULK_PIECE) {
        seed = gm_hash_bytes(p, GM_BULK_PIECE, seed);
        gm_give_way();
    }
    if (n > 32) {
        uint64_t other = seed;
        do {
            seed = gm_mum(read64(p) ^ GM_HASH_K0, read64(p + 8) ^ seed);
            other = gm_mum(read64(p + 16) ^ GM_HASH_K1, read64(p + 24) ^ other);
            p += 32;
            n -= 32;
        } while (n > 32);
        seed ^= other;
    }
    if (n > 16) seed = gm_mum(read64(p) ^ GM_HASH_K0, read64(p + 8) ^ seed);
    return gm_mum(read64(p + n - 16) ^ GM_HASH_K1, read64(p + n - 8) ^ seed);
}

uint64_t gm_hash_bytes(const void *mem, size_t n, uint64_t seed) {
    const uint8_t *p = mem;
    uint64_t a, b;
    if (n > 16) return gm_mum(hash_long(p, n, seed), n ^ GM_HASH_K0);
    if (n >= 8) {
        a = read64(p);
        b = read64(p + n - 8);
    } else if (n >= 4) {
        a = read32(p);
        b = read32(p + n - 4);
    } else if (n > 0) {
        a = (uint64_t)p[0] << 16 | (uint64_t)p[n >> 1] << 8 | p[n - 1];
        b = 0;
    } else {
        a = b = 0;
    }
    /* a seed of 0 mixes as any other: it would make all of b = 0 alike */
    return gm_mum(gm_mum(a ^ GM_HASH_K1, b ^ seed ^ GM_HASH_K0), n ^ GM_HASH_K0 ^ seed);
}

uintptr_t gm_memhash(const void *p, uintptr_t seed, uintptr_t size) {
    if (size == 8) return gm_hash64(read64(p), seed);
    if (size == 4) return gm_hash64(read32(p), seed);
    return gm_hash_bytes(p, size, seed);
}

uintptr_t gm_strhash(const void *p, uintptr_t seed) {
    const gm_string *s = p;
    return gm_hash_bytes(s->p, (size_t)s->n, seed);
}

/* --- numbers with several faces --- */

static uintptr_t hash_float(double f, const void *p, size_t size, uintptr_t seed) {
    if (f == 0) return gm_hash64(0, seed ^ GM_HASH_K1);
    if (f != f) return gm_hash64(gm_fastrand64(), seed);
    return gm_memhash(p, seed, size);
}

uintptr_t gm_f32hash(const void *p, uintptr_t seed) {
    float f;
    memcpy(&f, p, sizeof f);
    return hash_float(f, p, sizeof f, seed);
}

uintptr_t gm_f64hash(const void *p, uintptr_t seed) {
    double f;
    memcpy(&f, p, sizeof f);
    return hash_float(f, p, sizeof f, seed);
}

uintptr_t gm_c64hash(const void *p, uintptr_t seed) {
    return gm_f32hash((const char *)p + 4, gm_f32hash(p, seed));
}

uintptr_t gm_c128hash(const void *p, uintptr_t seed) {
    return gm_f64hash((const char *)p + 8, gm_f64hash(p, seed));
}

/* --- values of a type known at run time only --- */

GM_NORETURN static void panic_type(const char *what, const gm_type *t) {
    char mem[512];
    gm_text text = {mem, 0, sizeof mem};
    gm_text_c(&text, what);
    gm_text_str(&text, gm_type_string(t));
    gm_panic_error(gm_text_copy(&text));
}

static uintptr_t hash_dynamic(const gm_type *t, const void *data, uintptr_t seed) {
    if (!t) return seed;
    if (!t->equal) panic_type("hash of unhashable type ", t);
    if (t->tflag & GM_TFLAG_DIRECT_IFACE) return gm_typehash(t, &data, seed ^ GM_HASH_K1);
    return gm_typehash(t, data, seed ^ GM_HASH_K1);
}

uintptr_t gm_efacehash(const void *p, uintptr_t seed) {
    const gm_eface *e = p;
    return hash_dynamic(e->type, e->data, seed);
}

uintptr_t gm_ifacehash(const void *p, uintptr_t seed) {
    const gm_iface *i = p;
    return hash_dynamic(gm_iface_type(*i), i->data, seed);
}

static bool is_blank(const gm_structfield *f) {
    gm_string s = gm_read_name(f->name).text;
    return s.n == 1 && s.p[0] == '_';
}

static bool is_regular(const gm_structfield *f) {
    return (f->type->tflag & GM_TFLAG_REGULAR_MEMORY) && !is_blank(f);
}

/* As the printed hashers do (compiler/emit/alg.c): neighbouring fields of regular memory without
 * padding between them are hashed as one. */
static uintptr_t hash_struct(const gm_structtype *s, const char *p, uintptr_t seed) {
    for (intptr_t i = 0; i < s->nfields;) {
        const gm_structfield *f = &s->fields[i++];
        if (is_blank(f)) continue;
        if (!is_regular(f)) {
            seed = gm_typehash(f->type, p + f->offset, seed);
            continue;
        }
        uintptr_t end = f->offset + f->type->size;
        for (; i < s->nfields && is_regular(&s->fields[i]) && s->fields[i].offset == end; i++)
            end += s->fields[i].type->size;
        seed = gm_memhash(p + f->offset, seed, end - f->offset);
    }
    return seed;
}

uintptr_t gm_typehash(const gm_type *t, const void *p, uintptr_t seed) {
    if (t->tflag & GM_TFLAG_REGULAR_MEMORY) return gm_memhash(p, seed, t->size);
    switch (t->kind) {
    case GM_FLOAT32: return gm_f32hash(p, seed);
    case GM_FLOAT64: return gm_f64hash(p, seed);
    case GM_COMPLEX64: return gm_c64hash(p, seed);
    case GM_COMPLEX128: return gm_c128hash(p, seed);
    case GM_STRING: return gm_strhash(p, seed);
    case GM_INTERFACE:
        if (((const gm_interfacetype *)t)->nmethods == 0) return gm_efacehash(p, seed);
        return gm_ifacehash(p, seed);
    case GM_ARRAY: {
        const gm_arraytype *a = (const gm_arraytype *)t;
        for (uintptr_t i = 0; i < a->len; i++)
            seed = gm_typehash(a->elem, (const char *)p + i * a->elem->size, seed);
        return seed;
    }
    case GM_STRUCT: return hash_struct((const gm_structtype *)t, p, seed);
    case GM_FUNC:
    case GM_MAP:
    case GM_SLICE: panic_type("hash of unhashable type ", t);
    default: return gm_memhash(p, seed, t->size);
    }
}

/* Equal data words do not settle it: a NaN in one box differs from itself. */
GM_ENTRY bool gm_eface_eq(gm_eface a, gm_eface b) {
    if (!gm_type_same(a.type, b.type)) return false;
    if (!a.type) return true;
    if (!a.type->equal) panic_type("comparing uncomparable type ", a.type);
    if (a.type->tflag & GM_TFLAG_DIRECT_IFACE) return a.data == b.data;
    return gm_call_equal(a.type->equal, a.data, b.data);
}

GM_ENTRY bool gm_iface_eq(gm_iface a, gm_iface b) {
    return gm_eface_eq((gm_eface){gm_iface_type(a), a.data}, (gm_eface){gm_iface_type(b), b.data});
}

/* --- function values for descriptors --- */

#define MEMEQUAL(bits)                                                                             \
    static bool memequal##bits(const void *p, const void *q, const gm_func *self) {                \
        (void)self;                                                                                \
        return memcmp(p, q, bits / 8) == 0;                                                        \
    }                                                                                              \
    const gm_func gm_memequal##bits##_fv = {(void *)memequal##bits};
MEMEQUAL(8)
MEMEQUAL(16)
MEMEQUAL(32)
MEMEQUAL(64)
MEMEQUAL(128)
#undef MEMEQUAL

static bool memequal0(const void *p, const void *q, const gm_func *self) {
    (void)p, (void)q, (void)self;
    return true;
}
const gm_func gm_memequal0_fv = {(void *)memequal0};

#define EQUAL(name, type, expr)                                                                    \
    static bool name##equal(const void *pv, const void *qv, const gm_func *self) {                 \
        type p, q;                                                                                 \
        (void)self;                                                                                \
        memcpy(&p, pv, sizeof p);                                                                  \
        memcpy(&q, qv, sizeof q);                                                                  \
        return expr;                                                                               \
    }                                                                                              \
    const gm_func gm_##name##equal_fv = {(void *)name##equal};
EQUAL(str, gm_string, gm_string_eq(p, q))
EQUAL(f32, float, p == q)
EQUAL(f64, double, p == q)
EQUAL(c64, float _Complex, p == q)
EQUAL(c128, double _Complex, p == q)
EQUAL(eface, gm_eface, gm_eface_eq(p, q))
EQUAL(iface, gm_iface, gm_iface_eq(p, q))
#undef EQUAL

#define MEMHASH(bits)                                                                              \
    static uintptr_t memhash##bits(const void *p, uintptr_t seed, const gm_func *self) {           \
        (void)self;                                                                                \
        return gm_memhash(p, seed, bits / 8);                                                      \
    }                                                                                              \
    const gm_func gm_memhash##bits##_fv = {(void *)memhash##bits};
MEMHASH(8)
MEMHASH(16)
MEMHASH(32)
MEMHASH(64)
MEMHASH(128)
#undef MEMHASH

#define HASH(name)                                                                                 \
    static uintptr_t name##hash(const void *p, uintptr_t seed, const gm_func *self) {              \
        (void)self;                                                                                \
        return gm_##name##hash(p, seed);                                                           \
    }                                                                                              \
    const gm_func gm_##name##hash_fv = {(void *)name##hash};
HASH(str)
HASH(f32)
HASH(f64)
HASH(c64)
HASH(c128)
HASH(eface)
HASH(iface)
#undef HASH
