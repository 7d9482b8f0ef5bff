/* values_test.c - types of C beyond fields with pointers: values to be decoded, tails, callbacks, types made at
 * run time; in small, large and registered memory, while the collector marks beside the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include <golem.h>

#include "child.h"
#include "stress.h"

typedef struct node {
    struct node *next;
    long value;
} node;
GM_DEFINE_TYPE(node_type, node, next);

static node *make(long value) {
    node *n = gm_new(&node_type);
    n->value = value;
    return n;
}

/* Garbage over everything that is free. */
static void churn(long n) {
    for (long i = 0; i < n; i++) {
        node *x = make(-1);
        __asm__ volatile("" : : "r"(x));
    }
}

static __attribute__((noinline)) void scrub(void) {
    volatile char b[16384];
    memset((void *)b, 0, sizeof b);
}

static void collect(void) {
    scrub();
    gm_gc();
    churn(at_most(20000));
}

/* --- encodings --- */

typedef struct word {
    uint64_t bits;
} word;
#define KEY UINT64_C(0x5555555555555555)
#define BOX UINT64_C(0xfffc000000000000)

static inline void *plain(uint64_t w) {
    return (void *)w;
}
static inline void *low_tag(uint64_t w) {
    return (void *)(w & ~UINT64_C(7));
}
static inline void *boxed(uint64_t w) {
    return w >= BOX ? (void *)(w & ~BOX) : NULL;
}
static inline void *shifted(uint64_t w) {
    return (void *)(w >> 3);
}
static inline void *xored(uint64_t w) {
    return (void *)(w ^ KEY);
}
static inline void *moved(uint64_t w) {
    return (void *)(w + 65536);
}
GM_DEFINE_VALUE_TYPE(plain_type, word, plain, bits);
GM_DEFINE_VALUE_TYPE(low_type, word, low_tag, bits);
GM_DEFINE_VALUE_TYPE(box_type, word, boxed, bits);
GM_DEFINE_VALUE_TYPE(shift_type, word, shifted, bits);
GM_DEFINE_VALUE_TYPE(xor_type, word, xored, bits);
GM_DEFINE_VALUE_TYPE(moved_type, word, moved, bits);

static uint64_t box(const node *n) {
    return n ? (uint64_t)(uintptr_t)n | BOX : 0;
}

static void set_plain(uint64_t *at, uint64_t p) {
    gm_store_value(at, p, plain);
}
static void set_low(uint64_t *at, uint64_t p) {
    gm_store_value(at, p | 7, low_tag);
}
static void set_boxed(uint64_t *at, uint64_t p) {
    gm_store_value(at, p | BOX, boxed);
}
static void set_shifted(uint64_t *at, uint64_t p) {
    gm_store_value(at, p << 3, shifted);
}
static void set_xored(uint64_t *at, uint64_t p) {
    gm_store_value(at, p ^ KEY, xored);
}
static void set_moved(uint64_t *at, uint64_t p) {
    gm_store_value(at, p - 65536, moved);
}

static const struct {
    const gm_type *type;
    void (*set)(uint64_t *at, uint64_t p);
    gm_decode_fn *decode;
} encodings[] = {{&plain_type, set_plain, plain}, {&low_type, set_low, low_tag},
                 {&box_type, set_boxed, boxed},   {&shift_type, set_shifted, shifted},
                 {&xor_type, set_xored, xored},   {&moved_type, set_moved, moved}};
enum { ENCODINGS = sizeof encodings / sizeof *encodings };

static word *table[ENCODINGS];
static word rooted[ENCODINGS][50];

static __attribute__((noinline)) void fill_table(int e, long n) {
    gm_store(&table[e], (word *)gm_newarray(encodings[e].type, n));
    for (long i = 0; i < n; i++) encodings[e].set(&table[e][i].bits, (uint64_t)make(i));
    for (long i = 0; i < 50; i++) encodings[e].set(&rooted[e][i].bits, (uint64_t)make(~i));
}

static void check_table(int e, long n) {
    for (long i = 0; i < n; i++)
        assert_int_equal(((node *)encodings[e].decode(table[e][i].bits))->value, i);
    for (long i = 0; i < 50; i++)
        assert_int_equal(((node *)encodings[e].decode(rooted[e][i].bits))->value, ~i);
}

/* Small arrays, such as have a mixed shape, large ones, and registered memory. */
static void every_encoding_keeps(void **state) {
    (void)state;
    static const long sizes[] = {1, 7, 100, 1000, 100000};
    gm_register_roots(table, &gm_pointer_type, ENCODINGS);
    for (int e = 0; e < ENCODINGS; e++)
        gm_register_roots(rooted[e], encodings[e].type, sizeof rooted[e] / sizeof(word));
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        long n = at_most(sizes[s]);
        for (int e = 0; e < ENCODINGS; e++) fill_table(e, n);
        collect();
        for (int e = 0; e < ENCODINGS; e++) check_table(e, n);
    }
}

/* What a value does not stand for is not kept: a NaN-boxed word is no pointer to the collector. */
static void other_words_keep_nothing(void **state) {
    (void)state;
    SKIP_EXACT_COUNTS();
    enum { N = 1000 };
    gm_weak *weak[N];
    for (int i = 0; i < N; i++) {
        node *n = make(i);
        weak[i] = gm_weak_make(n);
        table[2][i].bits = (uint64_t)n; /* a double of the program's, no box */
    }
    collect();
    int kept = 0;
    for (int i = 0; i < N; i++) kept += gm_weak_get(weak[i]) != NULL;
    assert_true(kept < 100);
    for (int i = 0; i < N; i++) table[2][i].bits = 0;
}

/* --- compressed values of 4 bytes --- */

static uintptr_t narrow_base;
typedef struct narrow {
    uint32_t a, b;
} narrow;
static inline void *widened(uint64_t w) {
    return w ? (void *)(narrow_base + w * 8) : NULL;
}
GM_DEFINE_NARROW_TYPE(narrow_type, narrow, widened, a, b);
static narrow *narrows;

static uint32_t narrowed(const node *n) {
    return (uint32_t)(((uintptr_t)n - narrow_base) / 8);
}

static void narrow_values_keep(void **state) {
    (void)state;
    enum { N = 5000 };
    narrow_base = (uintptr_t)make(0) - (UINT64_C(8) << 30);
    gm_register_roots(&narrows, &gm_pointer_type, 1);
    gm_store(&narrows, (narrow *)gm_newarray(&narrow_type, N));
    for (long i = 0; i < N; i++) {
        gm_store_value(&narrows[i].a, narrowed(make(i)), widened);
        gm_store_value(&narrows[i].b, narrowed(make(-i)), widened);
    }
    collect();
    for (long i = 0; i < N; i++) {
        assert_int_equal(((node *)widened(narrows[i].a))->value, i);
        assert_int_equal(((node *)widened(narrows[i].b))->value, -i);
    }
    gm_store(&narrows, NULL);
}

/* --- tails --- */

typedef struct closure {
    void *code;
    uint64_t arity, n;
    void *up[];
} closure;
GM_DEFINE_FLEX_TYPE(closure_type, closure, up, gm_pointer_type, code);

typedef struct entry {
    uint64_t hash;
    node *key, *value;
} entry;
GM_DEFINE_TYPE(entry_type, entry, key, value);
typedef struct map {
    uint64_t n;
    entry entries[];
} map;
GM_DEFINE_PLAIN_FLEX_TYPE(map_type, map, entries, entry_type);

typedef struct object {
    struct object *class;
    uint64_t flags;
    word proto;
    word slots[];
} object;
GM_DEFINE_MIXED_FLEX_TYPE(object_type, object, slots, box_type, boxed, (class), (proto));

static const long lengths[] = {0, 1, 2, 5, 30, 61, 62, 300, 599, 4000, 60000};
enum { LENGTHS = sizeof lengths / sizeof *lengths };
static closure *closures[LENGTHS];
static map *maps[LENGTHS];
static object *objects[LENGTHS];

static __attribute__((noinline)) void fill_tails(int k) {
    long n = at_most(lengths[k]);
    closure *c = gm_new_flex(&closure_type, (size_t)n);
    gm_store(&closures[k], c);
    gm_store(&c->code, (void *)make(-7));
    c->arity = (uint64_t)make(0); /* a number: keeps nothing, and is kept as it is */
    c->n = (uint64_t)n;
    for (long i = 0; i < n; i++) gm_store(&c->up[i], (void *)make(i));

    map *m = gm_new_flex(&map_type, (size_t)n);
    gm_store(&maps[k], m);
    for (long i = 0; i < n; i++) {
        m->entries[i].hash = ~UINT64_C(0);
        gm_store(&m->entries[i].key, make(i));
        gm_store(&m->entries[i].value, make(i * 3));
    }

    object *o = gm_new_flex(&object_type, (size_t)n);
    gm_store(&objects[k], o);
    gm_store(&o->class, (object *)gm_new(&object_type));
    o->class->flags = 4711;
    gm_store_value(&o->proto.bits, box(make(-9)), boxed);
    for (long i = 0; i < n; i++) gm_store_value(&o->slots[i].bits, box(make(i)), boxed);
}

static void check_tails(int k) {
    long n = at_most(lengths[k]);
    assert_int_equal(((node *)closures[k]->code)->value, -7);
    for (long i = 0; i < n; i++) assert_int_equal(((node *)closures[k]->up[i])->value, i);
    for (long i = 0; i < n; i++) {
        assert_int_equal(maps[k]->entries[i].key->value, i);
        assert_int_equal(maps[k]->entries[i].value->value, i * 3);
    }
    assert_int_equal(objects[k]->class->flags, 4711);
    assert_int_equal(((node *)boxed(objects[k]->proto.bits))->value, -9);
    for (long i = 0; i < n; i++)
        assert_int_equal(((node *)boxed(objects[k]->slots[i].bits))->value, i);
}

static void tails_of_every_length_keep(void **state) {
    (void)state;
    gm_register_roots(closures, &gm_pointer_type, LENGTHS);
    gm_register_roots(maps, &gm_pointer_type, LENGTHS);
    gm_register_roots(objects, &gm_pointer_type, LENGTHS);
    for (int round = 0; round < 2; round++) {
        for (int k = 0; k < LENGTHS; k++) fill_tails(k);
        collect();
        for (int k = 0; k < LENGTHS; k++) check_tails(k);
    }
}

/* Large ones first hold what was freed. */
static void tails_begin_zeroed(void **state) {
    (void)state;
    for (int round = 0; round < 3; round++)
        for (int k = 0; k < LENGTHS; k++) {
            closure *c = gm_new_flex(&closure_type, (size_t)lengths[k]);
            for (long i = 0; i < lengths[k]; i++) assert_null(c->up[i]);
            memset(c->up, 0, (size_t)lengths[k] * 8);
            for (long i = 0; i < lengths[k]; i++) gm_store(&c->up[i], (void *)c);
        }
}

/* --- many fields, unions --- */

typedef struct many {
    long x;
    void *a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l, *m, *n, *o, *p, *q;
    long y;
    void *r[3];
    union {
        void *pointer;
        double number;
    } either;
} many;
GM_DEFINE_TYPE(many_type, many, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, either);
static many *many_root;

static void many_fields_and_unions_keep(void **state) {
    (void)state;
    gm_register_roots(&many_root, &gm_pointer_type, 1);
    gm_store(&many_root, (many *)gm_new(&many_type));
    for (void **at = &many_root->a; at <= &many_root->q; at++)
        gm_store(at, (void *)make(at - &many_root->a));
    gm_store(&many_root->r[2], (void *)make(99));
    gm_store(&many_root->either.pointer, (void *)make(100));
    many_root->x = many_root->y = 1;
    collect();
    for (void **at = &many_root->a; at <= &many_root->q; at++)
        assert_int_equal(((node *)*at)->value, at - &many_root->a);
    assert_int_equal(((node *)many_root->r[2])->value, 99);
    assert_int_equal(((node *)many_root->either.pointer)->value, 100);
    many_root->either.number = 1.5; /* not a pointer: passed over */
    collect();
    assert_true(many_root->either.number == 1.5);
}

/* --- objects that know their own layout --- */

enum kind { EMPTY, PAIR, VECTOR, BYTES };
typedef struct thing {
    uint32_t kind, n;
    struct thing *at[];
} thing;
static unsigned long traced;

__attribute__((no_sanitize_thread)) static void trace_thing(const void *obj, size_t size,
                                                            gm_tracer *tracer) {
    const thing *t = obj;
    __atomic_fetch_add(&traced, 1, __ATOMIC_RELAXED);
    uint32_t kind = t->kind, n = t->n;
    if (n > (size - sizeof *t) / 8) n = (uint32_t)((size - sizeof *t) / 8);
    if (kind == PAIR) {
        gm_trace(tracer, t->at[0]);
        gm_trace(tracer, t->at[1]);
    } else if (kind == VECTOR) {
        gm_trace_words(tracer, t->at, n);
    }
}
GM_DEFINE_TRACED_FLEX_TYPE(thing_type, thing, trace_thing);

static thing *thing_new(enum kind kind, uint32_t n) {
    thing *t = gm_new_flex(&thing_type, n * 8);
    t->kind = kind;
    t->n = n;
    return t;
}

static thing *things;
static thing *thing_tree(int depth) {
    if (depth == 0) {
        thing *t = thing_new(BYTES, 2);
        memcpy(t->at, "leaf leaf leaf", 15);
        return t;
    }
    thing *t = thing_new(depth % 2 ? PAIR : VECTOR, depth % 2 ? 2 : 3);
    for (uint32_t i = 0; i < t->n; i++) gm_store(&t->at[i], thing_tree(depth - 1));
    return t;
}

static long count_leaves(const thing *t) {
    if (t->kind == BYTES) {
        assert_memory_equal(t->at, "leaf leaf leaf", 15);
        return 1;
    }
    long sum = 0;
    for (uint32_t i = 0; i < t->n; i++) sum += count_leaves(t->at[i]);
    return sum;
}

static void traced_objects_keep(void **state) {
    (void)state;
    gm_register_roots(&things, &gm_pointer_type, 1);
    gm_store(&things, thing_tree(11));
    collect();
    assert_int_equal(count_leaves(things), 6 * 6 * 6 * 6 * 6 * 2);
    assert_true(__atomic_load_n(&traced, __ATOMIC_RELAXED) > 10000);
    thing *v = thing_new(VECTOR, (uint32_t)at_most(20000)); /* large */
    gm_store(&things, v);
    for (uint32_t i = 0; i < v->n; i++) gm_store(&v->at[i], thing_tree(1));
    v = NULL;
    collect();
    assert_int_equal(count_leaves(things), 2 * at_most(20000));
    gm_store(&things, NULL);
}

/* --- copies, exchanges --- */

static word *copied;

static void copies_keep(void **state) {
    (void)state;
    const long n = at_most(50000);
    gm_register_roots(&copied, &gm_pointer_type, 1);
    fill_table(2, n);
    for (int round = 0; round < 3; round++) {
        gm_store(&copied, (word *)gm_newarray(&box_type, n));
        gm_copy_values(&box_type, copied, table[2], n);
        gm_copy_values(&box_type, table[2], NULL, n);
        collect();
        for (long i = 0; i < n; i++) assert_int_equal(((node *)boxed(copied[i].bits))->value, i);
        gm_copy_values(&box_type, table[2], copied, n);
    }
    uint64_t want = table[2][1].bits, other = table[2][2].bits;
    assert_false(gm_cas_value(&table[2][1].bits, &other, box(make(5)), boxed));
    assert_int_equal(other, want);
    assert_true(gm_cas_value(&table[2][1].bits, &want, box(make(5)), boxed));
    collect();
    assert_int_equal(((node *)boxed(table[2][1].bits))->value, 5);
}

/* --- values on the stack --- */

static __attribute__((noinline)) void make_box(volatile uint64_t *at) {
    *at = box(make(8));
}

static void values_on_the_stack_keep(void **state) {
    (void)state;
    volatile uint64_t on_stack;
    make_box(&on_stack);
    assert_true(gm_decode_stacks(boxed));
    assert_true(gm_decode_stacks(boxed));
    collect();
    assert_int_equal(((node *)boxed(on_stack))->value, 8);
}

/* --- made at run time --- */

static void types_made_at_run_time_keep(void **state) {
    (void)state;
    for (uint32_t n = 1; n < 600; n += 7) {
        gm_words words[2] = {{0, 1}, {24, n}};
        gm_layout l = {.pointers = words, .npointers = 2};
        const gm_type *t = gm_type_new(24 + 8 * n, &l);
        gm_words again[2] = {{0, 1}, {24, n}};
        l.pointers = again;
        assert_ptr_equal(gm_type_new(24 + 8 * n, &l), t);
        closure *c = gm_new(t);
        gm_store(&closures[0], c);
        c->arity = 0xdeadbeefcafe;
        c->n = n;
        for (uint32_t i = 0; i < n; i++) gm_store(&c->up[i], (void *)make(i));
        if (n % 3 == 0) gm_gc();
        for (uint32_t i = 0; i < n; i++) assert_int_equal(((node *)c->up[i])->value, i);
    }
    gm_words pointer = {0, 1}, value = {8, 1};
    gm_layout mixed = {.pointers = &pointer,
                       .npointers = 1,
                       .values = &value,
                       .nvalues = 1,
                       .value_size = 8,
                       .decode = boxed,
                       .tail = &box_type};
    const gm_type *t = gm_type_new(16, &mixed);
    word *w = gm_new_flex(t, 2);
    gm_store(&copied, w);
    gm_store((node **)&w[0].bits, make(1));
    for (int i = 1; i < 4; i++) gm_store_value(&w[i].bits, box(make(i + 1)), boxed);
    w = NULL;
    collect();
    assert_int_equal(((node *)copied[0].bits)->value, 1);
    for (int i = 1; i < 4; i++) assert_int_equal(((node *)boxed(copied[i].bits))->value, i + 1);
    mixed = (gm_layout){.tail = &gm_byte_type};
    assert_int_equal(gm_type_new(8, &mixed)->ptrdata, 0);
    assert_int_equal(((char *)gm_new_flex(gm_type_new(8, &mixed), 3000))[3007], 0);
}

/* --- beside the collector --- */

enum { SHARED = 2000, STEPS = 400000, THREADS = 2 };
static word *shared;

/* Values wander from slot to slot by plain moves of encoded words; each slot always holds a node that knows itself. */
static void *wander(void *arg) {
    uint64_t rand = (uintptr_t)arg * 2654435761u + 1;
    if (!gm_attach_thread()) return (void *)1;
    long bad = 0;
    for (long i = 0; i < at_most(STEPS); i++) {
        rand = rand * 6364136223846793005u + 1442695040888963407u;
        uint64_t *from = &shared[(rand >> 33) % SHARED].bits;
        uint64_t *to = &shared[(rand >> 20) % SHARED].bits;
        uint64_t w = gm_load(from);
        const node *n = boxed(w);
        bad += n->value != (long)(uintptr_t)n;
        if (i % 3) {
            gm_store_value(to, w, boxed);
        } else {
            node *fresh = make(0);
            fresh->value = (long)(uintptr_t)fresh;
            gm_store_value(to, box(fresh), boxed);
        }
    }
    gm_detach_thread();
    return (void *)bad;
}

static void values_wander_while_marking(void **state) {
    (void)state;
    gm_register_roots(&shared, &gm_pointer_type, 1);
    gm_store(&shared, (word *)gm_newarray(&box_type, SHARED));
    for (int i = 0; i < SHARED; i++) {
        node *n = make(0);
        n->value = (long)(uintptr_t)n;
        gm_store_value(&shared[i].bits, box(n), boxed);
    }
    pthread_t t[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, wander, (void *)i), 0);
    for (int i = 0; i < 20; i++) gm_gc();
    gm_block_enter();
    void *bad[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_join(t[i], &bad[i]);
    gm_block_leave();
    for (int i = 0; i < THREADS; i++) assert_null(bad[i]);
}

/* --- mistakes --- */

static gm_words one = {4, 1}, outside = {8, 2};
static int new_flex_of_plain(void) {
    return gm_init(0) && gm_new_flex(&node_type, 1) ? 1 : 3;
}
static int array_of_tails(void) {
    return gm_init(0) && gm_newarray(&closure_type, 2) ? 1 : 3;
}
static int roots_of_tails(void) {
    if (gm_init(0)) gm_register_roots(table, &closure_type, 1);
    return 1;
}
static int tail_too_long(void) {
    return gm_init(0) && gm_new_flex(&closure_type, SIZE_MAX / 8) ? 1 : 3;
}
static int crooked(void) {
    return gm_type_new(16, &(gm_layout){.pointers = &one, .npointers = 1}) != NULL;
}
static int too_far(void) {
    return gm_type_new(16, &(gm_layout){.pointers = &outside, .npointers = 1}) != NULL;
}
static int undecoded(void) {
    return gm_type_new(16, &(gm_layout){.values = &one, .nvalues = 1, .value_size = 4}) != NULL;
}

static void mistakes_are_named(void **state) {
    (void)state;
    static const struct {
        int (*make)(void);
        const char *says;
    } mistakes[] = {
        {new_flex_of_plain, "gm_new_flex: the type has no tail"},
        {array_of_tails, "gm_newarray: the type has a tail"},
        {roots_of_tails, "gm_register_roots: the type has a tail"},
        {tail_too_long, "gm_new_flex: 2305843009213693951 values of 8 bytes cannot be allocated"},
        {crooked, "gm_type_new: a pointer is not aligned to 8, at offset (4)"},
        {too_far, "gm_type_new: a pointer lies outside the struct, at offset (8)"},
        {undecoded, "gm_type_new: values without decode (1)"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        int status = in_child(mistakes[i].make);
        if (status != 2 || !strstr(child_text, mistakes[i].says))
            fail_msg("want %s; status %d: %s", mistakes[i].says, status, child_text);
    }
}

int main(void) {
    const struct CMUnitTest before[] = {cmocka_unit_test(mistakes_are_named)};
    int failed = cmocka_run_group_tests(before, NULL, NULL); /* before gm_init: it forks */
    if (!gm_init(0)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_encoding_keeps),
        cmocka_unit_test(other_words_keep_nothing),
        cmocka_unit_test(narrow_values_keep),
        cmocka_unit_test(tails_of_every_length_keep),
        cmocka_unit_test(tails_begin_zeroed),
        cmocka_unit_test(many_fields_and_unions_keep),
        cmocka_unit_test(traced_objects_keep),
        cmocka_unit_test(copies_keep),
        cmocka_unit_test(values_on_the_stack_keep),
        cmocka_unit_test(types_made_at_run_time_keep),
        cmocka_unit_test(values_wander_while_marking),
    };
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
