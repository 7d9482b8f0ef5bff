/* shape.c - the table of shapes: size class and pointer pattern.
 *
 * A type is led to its shape by a hash table keyed by (descriptor, class, repeated), read without a
 * lock; below it, equal patterns of different types share one shape through a second table, kept
 * under the lock. Entries are never removed: descriptors are constant data, shapes few.
 *
 * A type of a C program (GM_TFLAG_C) has shapes of its own, so that an object leads back to its type. What its
 * layout does not say by a pattern (values to be decoded, a callback) is looked up there while marking.
 *
 * A pattern that is likely to stay alone in its spans is not worth a shape: an object of more than
 * 2 KiB gets one only if its pattern repeats with a short period (slices of pointers, strings,
 * interfaces). The others, and all newcomers once the table is full, go to the mixed shape of their
 * class, whose spans name the type of every slot.
 */
#include <string.h>

#include "heap/sizeclass.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "upcall.h"

enum { MAX_ONE_OFF = 2048, SHORT_PERIOD = 4, TABLE = 4 * GM_MAX_SHAPES };

gm_shape *gm_shapes;

typedef struct type_key {
    const gm_type *type; /* stored last; NULL: empty */
    uint32_t tag;        /* class << 1 | repeated */
    uint32_t shape;
} type_key;

static struct {
    gm_mutex lock;
    uint32_t count;
    uint32_t nkeys;
    type_key *keys;       /* TABLE of them, open addressing */
    uint32_t *by_pattern; /* shape numbers, TABLE of them, open addressing */
} shapes;

uint32_t gm_shape_count(void) {
    return __atomic_load_n(&shapes.count, __ATOMIC_ACQUIRE);
}

/* --- making a shape --- */

static void set_words(gm_shape *s, uint32_t words) {
    s->words = words;
    s->tally = s->size | (uint64_t)words << GM_TALLY_WORDS | (uint64_t)1 << GM_TALLY_OBJECTS;
}

static gm_shape *set_class(uint32_t id, uint8_t kind, unsigned class) {
    gm_shape *s = &gm_shapes[id];
    s->id = id;
    s->kind = kind;
    s->class = (uint8_t) class;
    s->size = gm_class_size[class];
    s->pages = (uint8_t)gm_class_pages[class];
    s->magic = (uint32_t)((((uint64_t)1 << 32) + s->size - 1) / s->size);
    s->nelems = s->pages * GM_PAGE_SIZE / s->size;
    set_words(s, 0);
    return s;
}

bool gm_shapes_init(void) {
    if (gm_shapes) return true;
    size_t bytes = GM_MAX_SHAPES * sizeof(gm_shape) + TABLE * (sizeof(type_key) + sizeof(uint32_t));
    char *mem = gm_os_map(bytes);
    if (!mem) return false;
    gm_shapes = (gm_shape *)mem;
    shapes.keys = (type_key *)(gm_shapes + GM_MAX_SHAPES);
    shapes.by_pattern = (uint32_t *)(shapes.keys + TABLE);
    gm_shapes[GM_SHAPE_LARGE_NOSCAN].kind = GM_SHAPE_KIND_LARGE_NOSCAN;
    gm_shapes[GM_SHAPE_LARGE].kind = GM_SHAPE_KIND_LARGE;
    for (unsigned c = 1; c < GM_NUM_CLASSES; c++) {
        set_class(GM_SHAPE_NOSCAN + c, GM_SHAPE_KIND_NOSCAN, c);
        gm_shape *s = set_class(GM_SHAPE_MIXED + c, GM_SHAPE_KIND_MIXED, c);
        set_words(s, s->size / 8);
    }
    shapes.count = GM_SHAPE_FIRST;
    return true;
}

/* A pattern over the whole slot. */
typedef struct pattern {
    unsigned class;
    uint32_t words; /* to scan: behind the last pointer */
    uint32_t total; /* of the slot */
    uint64_t bits[GM_MAX_SMALL / 8 / 64];
} pattern;

static bool bit(const pattern *p, size_t i) {
    return p->bits[i / 64] >> (i & 63) & 1;
}

/* A value of t from word `at` on. */
static void put(pattern *p, const gm_type *t, size_t at) {
    size_t pointers = (t->ptrdata + 7) / 8;
    for (size_t w = 0; w < pointers; w += 64) {
        unsigned n = pointers - w < 64 ? (unsigned)(pointers - w) : 64;
        uint64_t v = gm_type_bits(t, w, n);
        p->bits[(at + w) / 64] |= v << ((at + w) & 63);
        if ((at + w) & 63 && v >> (64 - ((at + w) & 63)))
            p->bits[(at + w) / 64 + 1] |= v >> (64 - ((at + w) & 63));
    }
}

/* Values of t from word `at` to the end. */
static void put_array(pattern *p, const gm_type *t, size_t at) {
    size_t pointers = (t->ptrdata + 7) / 8;
    if (pointers == 0) return;
    for (; at + pointers <= p->total; at += t->size / 8) put(p, t, at);
}

static void expand(pattern *p, const gm_type *t, unsigned class, bool repeated) {
    memset(p, 0, sizeof *p);
    p->class = class;
    p->total = gm_class_size[class] / 8;
    const gm_layout *l = gm_layout_of(t);
    bool tail = l && l->tail;
    if (tail || !repeated) put(p, t, 0);
    if (repeated) put_array(p, tail ? l->tail : t, tail ? t->size / 8 : 0);
    p->words = p->total;
    while (p->words > 0 && !bit(p, p->words - 1)) p->words--;
}

static bool has_short_period(const pattern *p) {
    for (unsigned period = 1; period <= SHORT_PERIOD; period++) {
        bool same = true;
        for (uint32_t i = period; same && i < p->words; i++) same = bit(p, i) == bit(p, i - period);
        if (same) return true;
    }
    return false;
}

static size_t bit_words(const pattern *p) {
    return (p->words + 63) / 64;
}

/* Who shares a shape: types with one pattern, or one type of a C program. */
static const gm_type *owner(const gm_type *t) {
    return t->tflag & GM_TFLAG_C ? t : NULL;
}

static uint64_t mix(uint64_t h, uint64_t v) {
    h = (h ^ v) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static uint64_t hash_pattern(const pattern *p, const gm_type *of) {
    uint64_t h = mix(p->class * 0x9E3779B97F4A7C15u + p->words, (uintptr_t)of);
    for (size_t i = 0; i < bit_words(p); i++) h = mix(h, p->bits[i]);
    return h;
}

static bool same_pattern(const gm_shape *s, const pattern *p, const gm_type *of, uint64_t hash) {
    if (s->hash != hash || s->class != p->class || s->words != p->words || s->type != of)
        return false;
    if (s->kind == GM_SHAPE_KIND_LAYOUT) return false;
    if (s->kind == GM_SHAPE_KIND_MASK) return s->mask == p->bits[0];
    return memcmp(s->bits, p->bits, bit_words(p) * sizeof(uint64_t)) == 0;
}

/* Locked. The next shape, in place `at` of the table. */
static gm_shape *next_shape(uint32_t at, uint8_t kind, unsigned class, const gm_type *of,
                            uint64_t hash) {
    gm_shape *s = set_class(shapes.count, kind, class);
    s->hash = hash;
    s->type = of;
    shapes.by_pattern[at] = s->id;
    return s;
}

static void publish(void) {
    __atomic_store_n(&shapes.count, shapes.count + 1, __ATOMIC_RELEASE);
}

/* Locked. */
static uint32_t find_or_make(const pattern *p, const gm_type *t) {
    const gm_type *of = owner(t);
    uint64_t hash = hash_pattern(p, of);
    uint32_t at = (uint32_t)hash % TABLE;
    for (; shapes.by_pattern[at]; at = (at + 1) % TABLE)
        if (same_pattern(&gm_shapes[shapes.by_pattern[at]], p, of, hash))
            return shapes.by_pattern[at];
    bool lone = gm_class_size[p->class] > MAX_ONE_OFF && !has_short_period(p);
    if (lone || shapes.count == GM_MAX_SHAPES) return GM_SHAPE_MIXED + p->class;
    bool small = p->words <= 64;
    gm_shape *s =
        next_shape(at, small ? GM_SHAPE_KIND_MASK : GM_SHAPE_KIND_BITS, p->class, of, hash);
    set_words(s, p->words);
    s->mask = p->bits[0];
    if (!small) {
        size_t bytes = bit_words(p) * sizeof(uint64_t);
        s->bits = memcpy(gm_persistent_alloc(bytes, 8), p->bits, bytes);
    }
    publish();
    return s->id;
}

/* Locked. The same for a type whose layout is more than a pattern. */
static uint32_t find_or_make_layout(const gm_type *t, unsigned class) {
    uint64_t hash = mix(class, (uintptr_t)t);
    uint32_t at = (uint32_t)hash % TABLE;
    for (; shapes.by_pattern[at]; at = (at + 1) % TABLE) {
        const gm_shape *s = &gm_shapes[shapes.by_pattern[at]];
        if (s->kind == GM_SHAPE_KIND_LAYOUT && s->type == t && s->class == class) return s->id;
    }
    if (gm_class_size[class] > MAX_ONE_OFF || shapes.count == GM_MAX_SHAPES)
        return GM_SHAPE_MIXED + class;
    gm_shape *s = next_shape(at, GM_SHAPE_KIND_LAYOUT, class, t, hash);
    set_words(s, s->size / 8);
    s->traced = gm_type_is_traced(t);
    publish();
    return s->id;
}

/* --- from a type to its shape --- */

static uint32_t key_hash(const gm_type *t, uint32_t tag) {
    uint64_t h = ((uintptr_t)t ^ (uint64_t)tag << 40) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32) % TABLE;
}

static uint32_t lookup(const gm_type *t, uint32_t tag) {
    for (uint32_t at = key_hash(t, tag);; at = (at + 1) % TABLE) {
        type_key *k = &shapes.keys[at];
        const gm_type *kt = __atomic_load_n(&k->type, __ATOMIC_ACQUIRE);
        if (!kt) return GM_SHAPE_NONE;
        if (kt == t && k->tag == tag) return k->shape;
    }
}

/* Locked. Once the table is three quarters full, types are resolved afresh each time. */
static void remember(const gm_type *t, uint32_t tag, uint32_t shape) {
    if (shapes.nkeys >= TABLE / 4 * 3) return;
    uint32_t at = key_hash(t, tag);
    while (shapes.keys[at].type) at = (at + 1) % TABLE;
    shapes.keys[at].tag = tag;
    shapes.keys[at].shape = shape;
    __atomic_store_n(&shapes.keys[at].type, t, __ATOMIC_RELEASE);
    shapes.nkeys++;
}

typedef struct resolution {
    const gm_type *type;
    uint32_t tag, shape;
} resolution;

static uint32_t resolve_locked(const gm_type *t, const pattern *p) {
    if (!gm_type_is_plain(t)) return find_or_make_layout(t, p->class);
    return p->words == 0 ? GM_SHAPE_NOSCAN + p->class : find_or_make(p, t);
}

static void resolve_here(void *arg) {
    resolution *r = arg;
    pattern p;
    expand(&p, r->type, r->tag >> 1, r->tag & 1);
    gm_mutex_lock(&shapes.lock);
    r->shape = lookup(r->type, r->tag);
    if (!r->shape) {
        r->shape = resolve_locked(r->type, &p);
        remember(r->type, r->tag, r->shape);
    }
    gm_mutex_unlock(&shapes.lock);
}

static __attribute__((noinline)) uint32_t resolve(const gm_type *t, uint32_t tag) {
    resolution r = {t, tag, 0};
    gm_systemstack(resolve_here, &r);
    return r.shape;
}

uint32_t gm_shape_of_type(const gm_type *t) {
    unsigned class = gm_size_to_class(t->size);
    if (t->ptrdata == 0) return GM_SHAPE_NOSCAN + class;
    uint32_t shape = lookup(t, class << 1);
    return shape ? shape : resolve(t, class << 1);
}

uint32_t gm_shape_of_array(const gm_type *elem, size_t bytes) {
    unsigned class = gm_size_to_class(bytes);
    if (elem->ptrdata == 0) return GM_SHAPE_NOSCAN + class;
    uint32_t shape = lookup(elem, class << 1 | 1);
    return shape ? shape : resolve(elem, class << 1 | 1);
}

uint32_t gm_shape_of_flex(const gm_type *t, size_t bytes) {
    unsigned class = gm_size_to_class(bytes);
    uint32_t shape = lookup(t, class << 1 | 1);
    return shape ? shape : resolve(t, class << 1 | 1);
}
