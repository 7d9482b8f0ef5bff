/* lang_map_test.c - maps against a simple model, under random operations, growth and iteration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gc/gc.h"
#include "lang/lang.h"
#include "sched/sched.h"

static uint64_t rng = 88172645463325252u;

static uint64_t rnd(void) {
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return rng;
}

/* --- descriptors as the compiler prints them --- */

static const gm_type int_type = {.size = 8,
                                 .align = 8,
                                 .field_align = 8,
                                 .kind = GM_INT,
                                 .tflag = GM_TFLAG_REGULAR_MEMORY,
                                 .equal = &gm_memequal64_fv};
static const gm_type int32_type = {.size = 4,
                                   .align = 4,
                                   .field_align = 4,
                                   .kind = GM_INT32,
                                   .tflag = GM_TFLAG_REGULAR_MEMORY,
                                   .equal = &gm_memequal32_fv};
static const gm_type float_type = {
    .size = 8, .align = 8, .field_align = 8, .kind = GM_FLOAT64, .equal = &gm_f64equal_fv};
static const gm_type string_type = {.size = 16,
                                    .ptrdata = 8,
                                    .align = 8,
                                    .field_align = 8,
                                    .kind = GM_STRING,
                                    .gcdata = "\1",
                                    .equal = &gm_strequal_fv};
static const gm_type pointer_type = {.size = 8,
                                     .ptrdata = 8,
                                     .align = 8,
                                     .field_align = 8,
                                     .kind = GM_POINTER,
                                     .gcdata = "\1",
                                     .tflag = GM_TFLAG_DIRECT_IFACE | GM_TFLAG_REGULAR_MEMORY,
                                     .equal = &gm_memequal64_fv};
static const gm_type empty_type = {
    .align = 1, .field_align = 1, .kind = GM_STRUCT, .equal = &gm_memequal0_fv};
static bool big_equal(const void *p, const void *q, const gm_func *self) {
    (void)self;
    return memcmp(p, q, 200) == 0;
}
static const gm_func big_equal_fv = {(void *)big_equal};
static uintptr_t big_hash(const void *p, uintptr_t seed, const gm_func *self) {
    (void)self;
    return gm_memhash(p, seed, 200);
}
static const gm_func big_hash_fv = {(void *)big_hash};
static const gm_type big_type = {
    .size = 200, .align = 8, .field_align = 8, .kind = GM_ARRAY, .equal = &big_equal_fv};

typedef struct made {
    gm_maptype map;
    gm_type group;
    uint8_t bits[64];
} made;

static void set_bits(made *m, size_t offset, const gm_type *t, bool indirect) {
    const uint8_t *gc = t->gcdata;
    size_t words = indirect ? 1 : t->ptrdata / 8;
    for (size_t i = 0; i < words; i++) {
        if (!indirect && !(gc[i / 8] >> i % 8 & 1)) continue;
        size_t w = offset / 8 + i;
        m->bits[w / 8] |= (uint8_t)(1 << w % 8);
        if (m->group.ptrdata < (w + 1) * 8) m->group.ptrdata = (w + 1) * 8;
    }
}

static const gm_maptype *make_type(made *m, const gm_type *key, const gm_type *elem,
                                   const gm_func *hasher, uint32_t flags) {
    memset(m, 0, sizeof *m);
    size_t ks = key->size > 128 ? 8 : key->size, es = elem->size > 128 ? 8 : elem->size;
    if (key->size > 128) flags |= GM_MAP_INDIRECT_KEY;
    if (elem->size > 128) flags |= GM_MAP_INDIRECT_ELEM;
    size_t ea = es ? elem->align : 1, ka = ks ? key->align : 1, align = ea > ka ? ea : ka;
    size_t off = (ks + ea - 1) & ~(ea - 1);
    size_t slot = off + es + (es == 0);
    slot = (slot + align - 1) & ~(align - 1);
    for (int i = 0; i < 8; i++) {
        set_bits(m, 8 + (size_t)i * slot, key, key->size > 128);
        set_bits(m, 8 + (size_t)i * slot + off, elem, elem->size > 128);
    }
    m->group.size = 8 + 8 * slot;
    m->group.align = m->group.field_align = 8;
    m->group.kind = GM_STRUCT;
    m->group.gcdata = m->bits;
    m->map = (gm_maptype){
        .t = {.size = 8, .ptrdata = 8, .align = 8, .kind = GM_MAP, .tflag = GM_TFLAG_DIRECT_IFACE},
        .key = key,
        .elem = elem,
        .group = &m->group,
        .hasher = hasher,
        .group_size = m->group.size,
        .keys_off = 8,
        .key_stride = slot,
        .elems_off = 8 + off,
        .elem_stride = slot,
        .elem_off = off,
        .flags = flags};
    return &m->map;
}

static made int_int, i32_int, str_int, float_int, ptr_ptr, big_big, int_empty, empty_int;

static int setup(void **state) {
    (void)state;
    gm_sched_init();
    make_type(&int_int, &int_type, &int_type, &gm_memhash64_fv, GM_MAP_REFLEXIVE_KEY);
    make_type(&i32_int, &int32_type, &int_type, &gm_memhash32_fv, GM_MAP_REFLEXIVE_KEY);
    make_type(&str_int, &string_type, &int_type, &gm_strhash_fv,
              GM_MAP_REFLEXIVE_KEY | GM_MAP_NEED_KEY_UPDATE);
    make_type(&float_int, &float_type, &int_type, &gm_f64hash_fv, GM_MAP_NEED_KEY_UPDATE);
    make_type(&ptr_ptr, &pointer_type, &pointer_type, &gm_memhash64_fv, GM_MAP_REFLEXIVE_KEY);
    make_type(&big_big, &big_type, &big_type, &big_hash_fv, GM_MAP_REFLEXIVE_KEY);
    make_type(&int_empty, &int_type, &empty_type, &gm_memhash64_fv, GM_MAP_REFLEXIVE_KEY);
    make_type(&empty_int, &empty_type, &int_type, &big_hash_fv, GM_MAP_REFLEXIVE_KEY);
    return 0;
}

/* --- the model: an array indexed by key --- */

enum { KEYS = 4096 };

typedef struct model {
    gm_int value[KEYS];
    bool present[KEYS];
    gm_int count;
} model;

/* How a test reaches one kind of map by small numbers as keys. */
typedef struct kind {
    const gm_maptype *t;
    gm_int *(*find)(const gm_maptype *t, gm_map *m, unsigned k);
    gm_int *(*assign)(const gm_maptype *t, gm_map *m, unsigned k);
    void (*erase)(const gm_maptype *t, gm_map *m, unsigned k);
    unsigned (*key)(const void *key);
} kind;

static uint64_t spread(unsigned k) {
    return k * 0x9e3779b97f4a7c15u;
}
static gm_int *find64(const gm_maptype *t, gm_map *m, unsigned k) {
    uint64_t key = spread(k);
    gm_int *p = gm_map_find64(t, m, key);
    assert_ptr_equal(p, gm_map_find(t, m, &key));
    return p;
}
static gm_int *assign64(const gm_maptype *t, gm_map *m, unsigned k) {
    uint64_t key = spread(k);
    return rnd() & 1 ? gm_map_assign64(t, m, key) : gm_map_assign(t, m, &key);
}
static void erase64(const gm_maptype *t, gm_map *m, unsigned k) {
    uint64_t key = spread(k);
    gm_map_delete(t, m, &key);
}
static unsigned key64(const void *key) {
    uint64_t k = *(const uint64_t *)key;
    return (unsigned)(k * 0xf1de83e19937733du); /* inverse of the factor in spread */
}
static gm_int *find32(const gm_maptype *t, gm_map *m, unsigned k) {
    uint32_t key = k;
    gm_int *p = gm_map_find32(t, m, key);
    assert_ptr_equal(p, gm_map_find(t, m, &key));
    return p;
}
static gm_int *assign32(const gm_maptype *t, gm_map *m, unsigned k) {
    uint32_t key = k;
    return rnd() & 1 ? gm_map_assign32(t, m, key) : gm_map_assign(t, m, &key);
}
static void erase32(const gm_maptype *t, gm_map *m, unsigned k) {
    uint32_t key = k;
    gm_map_delete(t, m, &key);
}
static unsigned key32(const void *key) {
    return *(const uint32_t *)key;
}
static gm_string text(unsigned k, char *buf) {
    int n = snprintf(buf, 64, k % 3 ? "%u" : "a rather long key, number %u", k);
    return (gm_string){(const uint8_t *)buf, n};
}
static gm_int *findstr(const gm_maptype *t, gm_map *m, unsigned k) {
    char buf[64];
    gm_string key = text(k, buf);
    gm_int *p = gm_map_findstr(t, m, key);
    assert_ptr_equal(p, gm_map_find(t, m, &key));
    return p;
}
static gm_int *assignstr(const gm_maptype *t, gm_map *m, unsigned k) {
    char buf[64];
    gm_string s = text(k, buf), key = gm_string_from_bytes(NULL, s.p, s.n);
    return rnd() & 1 ? gm_map_assignstr(t, m, key) : gm_map_assign(t, m, &key);
}
static void erasestr(const gm_maptype *t, gm_map *m, unsigned k) {
    char buf[64];
    gm_string key = text(k, buf);
    gm_map_delete(t, m, &key);
}
static unsigned keystr(const void *key) {
    char buf[64] = "";
    const gm_string *s = key;
    memcpy(buf, s->p, (size_t)s->n);
    char *digits = strrchr(buf, ' ');
    return (unsigned)atoi(digits ? digits + 1 : buf);
}
static void big_key(unsigned k, uint64_t *key) {
    for (int i = 0; i < 25; i++) key[i] = k + (unsigned)i;
}
static gm_int *findbig(const gm_maptype *t, gm_map *m, unsigned k) {
    uint64_t key[25];
    big_key(k, key);
    return gm_map_find(t, m, key);
}
static gm_int *assignbig(const gm_maptype *t, gm_map *m, unsigned k) {
    uint64_t key[25];
    big_key(k, key);
    return gm_map_assign(t, m, key);
}
static void erasebig(const gm_maptype *t, gm_map *m, unsigned k) {
    uint64_t key[25];
    big_key(k, key);
    gm_map_delete(t, m, key);
}
static unsigned keybig(const void *key) {
    return (unsigned)*(const uint64_t *)key;
}

static const kind kinds[] = {
    {&int_int.map, find64, assign64, erase64, key64},
    {&i32_int.map, find32, assign32, erase32, key32},
    {&str_int.map, findstr, assignstr, erasestr, keystr},
    {&big_big.map, findbig, assignbig, erasebig, keybig},
};

/* Every entry of the map once, and nothing else. */
static void check_all(const kind *k, gm_map *m, const model *mo) {
    static uint8_t seen[KEYS];
    gm_mapiter it;
    gm_int n = 0;
    memset(seen, 0, sizeof seen);
    for (gm_mapiter_init(k->t, m, &it); it.key; gm_mapiter_next(&it), n++) {
        unsigned key = k->key(it.key);
        assert_true(key < KEYS);
        assert_true(mo->present[key]);
        assert_int_equal(seen[key]++, 0);
        assert_int_equal(*(gm_int *)it.elem, mo->value[key]);
    }
    assert_int_equal(n, mo->count);
    assert_int_equal(gm_map_len(m), mo->count);
}

static void put(const kind *k, gm_map *m, model *mo, unsigned key, gm_int v) {
    *k->assign(k->t, m, key) = v;
    mo->count += !mo->present[key];
    mo->present[key] = true;
    mo->value[key] = v;
}

static void drop(const kind *k, gm_map *m, model *mo, unsigned key) {
    k->erase(k->t, m, key);
    mo->count -= mo->present[key];
    mo->present[key] = false;
}

static void check_key(const kind *k, gm_map *m, const model *mo, unsigned key) {
    gm_int *p = k->find(k->t, m, key);
    assert_int_equal(p != NULL, mo->present[key]);
    if (p) assert_int_equal(*p, mo->value[key]);
}

static void random_operations(void **state) {
    (void)state;
    static model mo;
    for (size_t ki = 0; ki < sizeof kinds / sizeof *kinds; ki++) {
        const kind *k = &kinds[ki];
        for (int round = 0; round < 6; round++) {
            unsigned range = (unsigned[]){6, 9, 40, 600, 2000, KEYS}[round];
            gm_map *m = gm_makemap(k->t, round % 2 ? range : 0);
            memset(&mo, 0, sizeof mo);
            for (int i = 0; i < 20000; i++) {
                unsigned key = (unsigned)(rnd() % range), what = (unsigned)(rnd() % 100);
                /* waves: more insertions, then more deletions */
                if (what < (i / 4000 % 2 ? 20u : 60u))
                    put(k, m, &mo, key, (gm_int)rnd());
                else if (what < 80)
                    drop(k, m, &mo, key);
                else
                    check_key(k, m, &mo, key);
                if (i % 2500 == 0) check_all(k, m, &mo);
                if (i == 15000) {
                    gm_map_clear(k->t, m);
                    memset(&mo, 0, sizeof mo);
                    check_all(k, m, &mo);
                }
            }
            for (unsigned key = 0; key < range; key++) check_key(k, m, &mo, key);
            check_all(k, m, &mo);
        }
    }
}

/* Entries that are there from beginning to end are seen once; deleted ones not after the deletion;
 * values are those of the moment. */
static void iterate_under_change(void **state) {
    (void)state;
    static model mo;
    static uint8_t seen[KEYS], doomed[KEYS];
    for (int round = 0; round < 400; round++) {
        const kind *k = &kinds[round % 4];
        unsigned start = (unsigned)(rnd() % (KEYS / 2)) >> (rnd() % 9);
        gm_map *m = gm_makemap(k->t, 0);
        memset(&mo, 0, sizeof mo);
        memset(seen, 0, sizeof seen);
        memset(doomed, 0, sizeof doomed);
        for (unsigned i = 0; i < start; i++) put(k, m, &mo, i, (gm_int)i);
        unsigned fresh = start;
        gm_mapiter it;
        for (gm_mapiter_init(k->t, m, &it); it.key; gm_mapiter_next(&it)) {
            unsigned key = k->key(it.key);
            assert_true(mo.present[key]);
            assert_int_equal(*(gm_int *)it.elem, mo.value[key]);
            assert_int_equal(seen[key]++, 0);
            for (int j = (int)(rnd() % 5); j > 0 && fresh < KEYS; j--, fresh++)
                put(k, m, &mo, fresh, (gm_int)fresh);
            unsigned other = (unsigned)(rnd() % (fresh + 1));
            if (other < KEYS && !seen[other] && rnd() % 3 == 0) {
                drop(k, m, &mo, other);
                doomed[other] = 1;
            } else if (other < KEYS && mo.present[other]) {
                put(k, m, &mo, other, (gm_int)rnd());
            }
        }
        for (unsigned i = 0; i < start; i++)
            if (!doomed[i]) assert_int_equal(seen[i], 1);
        check_all(k, m, &mo);
    }
}

static void nan_keys(void **state) {
    (void)state;
    const gm_maptype *t = &float_int.map;
    gm_map *m = gm_makemap(t, 0);
    double nan = __builtin_nan(""), zero = 0.0, minus = -0.0;
    for (int i = 0; i < 300; i++) *(gm_int *)gm_map_assign(t, m, &nan) = i;
    assert_int_equal(gm_map_len(m), 300);
    assert_null(gm_map_find(t, m, &nan));
    gm_map_delete(t, m, &nan);
    assert_int_equal(gm_map_len(m), 300);
    uint8_t seen[2000] = {0};
    gm_mapiter it;
    int n = 0, next = 300;
    for (gm_mapiter_init(t, m, &it); it.key; gm_mapiter_next(&it)) {
        gm_int v = *(gm_int *)it.elem;
        assert_int_equal(seen[v]++, 0);
        if (v < 300) n++;
        for (int j = 0; j < 3 && next < 2000; j++) *(gm_int *)gm_map_assign(t, m, &nan) = next++;
    }
    assert_int_equal(n, 300);
    n = 0;
    for (gm_mapiter_init(t, m, &it); it.key; gm_mapiter_next(&it))
        if (n++ == 5) gm_map_clear(t, m);
    assert_int_equal(n, 6);
    assert_int_equal(gm_map_len(m), 0);
    /* zeroes of both signs are one key, and the later one stays */
    *(gm_int *)gm_map_assign(t, m, &zero) = 1;
    *(gm_int *)gm_map_assign(t, m, &minus) = 2;
    assert_int_equal(gm_map_len(m), 1);
    gm_mapiter_init(t, m, &it);
    assert_true(__builtin_signbit(*(double *)it.key));
}

static void no_slots(void **state) {
    (void)state;
    const gm_maptype *t = &int_empty.map;
    gm_map *m = gm_makemap(t, 100);
    for (uint64_t i = 0; i < 1000; i++) gm_map_assign64(t, m, i);
    assert_int_equal(gm_map_len(m), 1000);
    assert_non_null(gm_map_find64(t, m, 999));
    assert_null(gm_map_find64(t, m, 1000));
}

static void nil_maps(void **state) {
    (void)state;
    uint64_t key = 1;
    gm_mapiter it;
    assert_null(gm_map_find64(&int_int.map, NULL, 1));
    assert_null(gm_map_find(&int_int.map, NULL, &key));
    gm_map_delete(&int_int.map, NULL, &key);
    gm_map_clear(&int_int.map, NULL);
    gm_mapiter_init(&int_int.map, NULL, &it);
    assert_null(it.key);
    assert_int_equal(gm_map_len(NULL), 0);
}

static void order_is_random(void **state) {
    (void)state;
    gm_map *m = gm_makemap(&int_int.map, 0);
    unsigned first[8] = {0};
    for (uint64_t i = 0; i < 8; i++) gm_map_assign64(&int_int.map, m, i);
    for (int i = 0; i < 4000; i++) {
        gm_mapiter it;
        gm_mapiter_init(&int_int.map, m, &it);
        first[*(uint64_t *)it.key]++;
    }
    for (int i = 0; i < 8; i++) assert_in_range(first[i], 350, 650);
}

/* What a map holds stays alive, and only that, while it grows. */
static void survives_collection(void **state) {
    (void)state;
    const gm_maptype *t = &ptr_ptr.map;
    gm_map *volatile m = gm_makemap(t, 0);
    void **keys = malloc(5000 * sizeof *keys);
    gm_register_roots((void *)&m, &pointer_type, 1);
    for (uintptr_t i = 0; i < 5000; i++) {
        uint64_t *key = gm_alloc_noscan(16), *elem = gm_alloc_noscan(24);
        *key = i;
        *elem = ~i;
        void **slot = gm_map_assign64ptr(t, m, key);
        gm_store_ptr(slot, elem);
        keys[i] = (void *)~(uintptr_t)key;
        if (i % 500 == 0) gm_gc();
    }
    gm_gc();
    for (uintptr_t i = 0; i < 5000; i++) {
        uint64_t *key = (void *)~(uintptr_t)keys[i];
        assert_int_equal(*key, i);
        uint64_t **slot = gm_map_find64(t, m, (uintptr_t)key);
        assert_non_null(slot);
        assert_int_equal(**slot, ~i);
    }
    gm_unregister_roots((void *)&m);
    free(keys);
}

static void growth_is_gradual(void **state) {
    (void)state;
    gm_map *m = gm_makemap(&int_int.map, 0);
    for (uint64_t i = 0; i < 100000; i++) {
        *(gm_int *)gm_map_assign64(&int_int.map, m, i) = (gm_int)i;
        uint64_t probe = rnd() % (i + 1);
        assert_int_equal(*(gm_int *)gm_map_find64(&int_int.map, m, probe), probe);
        assert_null(gm_map_find64(&int_int.map, m, i + 1));
    }
    for (uint64_t i = 0; i < 100000; i++) gm_map_delete(&int_int.map, m, &i);
    assert_int_equal(gm_map_len(m), 0);
    /* insertions and deletions in balance do not make it grow for ever */
    for (uint64_t i = 0; i < 1000000; i++) {
        uint64_t gone = i - 10;
        gm_map_assign64(&int_int.map, m, i);
        if (i >= 10) gm_map_delete(&int_int.map, m, &gone);
    }
    assert_int_equal(gm_map_len(m), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations), cmocka_unit_test(iterate_under_change),
        cmocka_unit_test(nan_keys),          cmocka_unit_test(no_slots),
        cmocka_unit_test(nil_maps),          cmocka_unit_test(order_is_random),
        cmocka_unit_test(growth_is_gradual), cmocka_unit_test(survives_collection),
    };
    return cmocka_run_group_tests_name("maps", tests, setup, NULL);
}
