/* heap_test.c - size classes, the page allocator against a model, allocation, lookups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <golem/go.h>

#include "heap/fixalloc.h"
#include "heap/pages.h"
#include "heap/sizeclass.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "world_double.h"

static uint64_t rng_state = 88172645463325252u;
static uint64_t rng(void) {
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

/* --- size classes --- */

/* The rules again, from the page and the bound alone: no class wastes more than an eighth of its
 * span at the tail, and each size goes to the smallest class that holds it. */
static void classes_keep_their_bounds(void **state) {
    (void)state;
    for (int c = 1; c < GM_NUM_CLASSES; c++) {
        size_t span = gm_class_pages[c] * GM_PAGE_SIZE;
        assert_true(gm_class_size[c] > gm_class_size[c - 1]);
        assert_true(span % gm_class_size[c] <= span / 8);
        assert_int_equal(gm_class_size[c] % 8, 0);
    }
    assert_int_equal(gm_class_size[GM_NUM_CLASSES - 1], GM_MAX_SMALL);
    for (size_t n = 1; n <= GM_MAX_SMALL; n++) {
        unsigned c = gm_size_to_class(n);
        assert_true(gm_class_size[c] >= n);
        assert_true(gm_class_size[c - 1] < n);
        /* From rounding: at most an eighth, but for the smallest sizes, whose step is 8 or 16, and
         * a sixth beyond 768, where neighbours that fit equally often into a span are merged. */
        size_t waste = gm_class_size[c] - n;
        if (waste >= 16 && waste * (n <= 768 ? 8 : 6) > gm_class_size[c])
            fail_msg("%zu bytes waste %zu", n, waste);
    }
}

static void reciprocals_are_exact(void **state) {
    (void)state;
    for (int c = 1; c < GM_NUM_CLASSES; c++) {
        const gm_shape *s = &gm_shapes[GM_SHAPE_NOSCAN + c];
        for (uint64_t off = 0; off < s->pages * GM_PAGE_SIZE; off++)
            if (off * s->magic >> 32 != off / s->size) fail_msg("class %d offset %d", c, (int)off);
    }
}

/* --- the page allocator --- */

enum { MODEL_PAGES = 4096 };

static size_t model_find(const uint8_t *free, size_t n) {
    size_t run = 0;
    for (size_t i = 0; i < MODEL_PAGES; i++) {
        run = free[i] ? run + 1 : 0;
        if (run == n) return i + 1 - n;
    }
    return SIZE_MAX;
}

/* The longest run of free backed pages that no chunk's border cuts. */
static size_t model_longest(const uint8_t *free, const uint8_t *fresh) {
    size_t run = 0, best = 0;
    for (size_t i = 0; i < MODEL_PAGES; i++) {
        if (i % GM_CHUNK_PAGES == 0) run = 0;
        run = free[i] && !fresh[i] ? run + 1 : 0;
        if (run > best) best = run;
    }
    return best;
}

static void pages_follow_the_model(void **state) {
    (void)state;
    static uint8_t free_page[MODEL_PAGES], fresh[MODEL_PAGES];
    gm_pages p;
    void *mem = calloc(1, gm_pages_table_size(MODEL_PAGES));
    gm_pages_setup(&p, mem, MODEL_PAGES);
    gm_pages_give(&p, 0, MODEL_PAGES, true);
    memset(free_page, 1, sizeof free_page);
    memset(fresh, 1, sizeof fresh);
    struct {
        size_t at, n;
    } held[512];
    size_t nheld = 0, nfree = MODEL_PAGES;
    for (int step = 0; step < 60000; step++) {
        bool take = nheld == 0 || (nheld < 512 && rng() % 2);
        if (take && rng() % 8 == 0) {
            size_t n = 1 + rng() % 300, at = rng() % (MODEL_PAGES - n);
            bool want = true;
            for (size_t i = at; i < at + n; i++) want &= free_page[i] && fresh[i];
            assert_int_equal(gm_pages_take_fresh(&p, at, n), want);
            if (!want) continue;
            memset(free_page + at, 0, n);
            held[nheld].at = at;
            held[nheld++].n = n;
            nfree -= n;
        } else if (take && rng() % 8 == 0) {
            size_t max = 1 + rng() % 64, want = model_longest(free_page, fresh), at, n;
            assert_int_equal(gm_pages_take_longest(&p, max, &at, &n), want > 0);
            if (want == 0) continue;
            assert_int_equal(n, want < max ? want : max);
            for (size_t i = at; i < at + n; i++) assert_true(free_page[i] && !fresh[i]);
            memset(free_page + at, 0, n);
            held[nheld].at = at;
            held[nheld++].n = n;
            nfree -= n;
        } else if (take) {
            size_t n = rng() % 8 ? 1 + rng() % 6 : 1 + rng() % 900, at, released;
            size_t want = model_find(free_page, n);
            bool ok = gm_pages_take(&p, n, &at, &released);
            assert_int_equal(ok, want != SIZE_MAX);
            if (!ok) continue;
            assert_int_equal(at, want);
            memset(free_page + at, 0, n);
            held[nheld].at = at;
            held[nheld++].n = n;
            nfree -= n;
        } else {
            size_t k = rng() % nheld;
            bool released = rng() % 2;
            gm_pages_give(&p, held[k].at, held[k].n, released);
            memset(free_page + held[k].at, 1, held[k].n);
            memset(fresh + held[k].at, released, held[k].n);
            nfree += held[k].n;
            held[k] = held[--nheld];
        }
        assert_int_equal(p.nfree, nfree);
        size_t nreleased = 0;
        for (size_t i = 0; step % 64 == 0 && i < MODEL_PAGES; i++)
            nreleased += free_page[i] && fresh[i];
        if (step % 64 == 0) assert_int_equal(p.nreleased, nreleased);
    }
    free(mem);
}

static void released_pages_are_counted(void **state) {
    (void)state;
    gm_pages p;
    void *mem = calloc(1, gm_pages_table_size(MODEL_PAGES));
    gm_pages_setup(&p, mem, MODEL_PAGES);
    gm_pages_give(&p, 0, MODEL_PAGES, true);
    size_t at, gone, n;
    assert_true(gm_pages_take(&p, 100, &at, &gone));
    assert_int_equal(gone, 100);
    gm_pages_give(&p, at, 100, false);
    assert_int_equal(p.nreleased, MODEL_PAGES - 100);
    size_t below = SIZE_MAX, sum = 0;
    while (gm_pages_take_backed(&p, below, 64, &at, &n)) {
        assert_true(n <= 64 && at + n <= 100 && (below == SIZE_MAX || at + n <= below));
        gm_pages_give(&p, at, n, true);
        below = at;
        sum += n;
    }
    assert_int_equal(sum, 100);
    assert_int_equal(p.nfree, MODEL_PAGES);
    assert_int_equal(p.nreleased, MODEL_PAGES);
    assert_true(gm_pages_take(&p, 100, &at, &gone));
    assert_int_equal(gone, 100);
    free(mem);
}

/* A range of many terabytes: what lies at its far end is found as near the beginning, and the tables cost what is used. */
static void pages_at_the_far_end(void **state) {
    (void)state;
    const size_t npages = ((size_t)1 << 45) >> GM_PAGE_SHIFT, top = npages - 100000;
    gm_pages p;
    void *mem = gm_os_map(gm_pages_table_size(npages));
    if (!mem) skip(); /* the kernel promises only what it has */
    gm_pages_setup(&p, mem, npages);
    gm_pages_give(&p, top, 100000, true);
    gm_pages_give(&p, 5, 10, true);
    size_t at, gone, free, released;
    assert_true(gm_pages_take(&p, 3000, &at, &gone));
    assert_int_equal(at, top);
    assert_true(gm_pages_take(&p, 10, &at, &gone));
    assert_int_equal(at, 5);
    assert_true(gm_pages_take(&p, 97000, &at, &gone));
    assert_int_equal(at, top + 3000);
    assert_false(gm_pages_take(&p, 1, &at, &gone));
    gm_pages_give(&p, top + 10, 20, false);
    gm_pages_count(&p, top, 100, &free, &released);
    assert_int_equal(free, 20);
    assert_int_equal(released, 0);
    gm_os_unmap(mem, gm_pages_table_size(npages));
}

/* --- arenas --- */

static void arenas_tell_what_they_hold(void **state) {
    (void)state;
    size_t limit = gm_os_address_limit();
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    if (limit == SIZE_MAX)
        assert_true(gm_heap_bytes > (size_t)512 << 30); /* no cap of the library's own */
#endif
    (void)limit;
    char *p = gm_alloc_noscan((size_t)100 << 20);
    memset(p, 1, (size_t)70 << 20);
    size_t reserved = 0, committed = 0, in_use = 0, resident = 0, scavenged = 0;
    assert_true(gm_arena_count() >= 2);
    for (size_t i = 0; i < gm_arena_count(); i++) {
        gm_arena a;
        gm_arena_read(i, &a);
        assert_int_equal(a.base, gm_heap_base + i * ((size_t)64 << 20));
        assert_true(a.committed <= a.reserved && a.in_use + a.scavenged <= a.committed);
        assert_true(a.resident <= a.committed);
        reserved += a.reserved;
        committed += a.committed;
        in_use += a.in_use;
        resident += a.resident;
        scavenged += a.scavenged;
    }
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    assert_true(reserved >= committed);
    assert_int_equal(committed, n.reserved_in_use);
    assert_int_equal(in_use, committed - n.free);
    assert_int_equal(scavenged, n.released);
    assert_true(resident >= (size_t)70 << 20);
}

/* --- records --- */

typedef struct record {
    uint64_t id;
    struct record *next;
    uint64_t made;
} record;
static uint64_t made;
static void first_use(void *r) {
    assert_int_equal(((record *)r)->id, 0);
    ((record *)r)->made = ++made;
}

/* Each is made once, never serves as anything else, and is used again before another is made. */
static void records_are_made_once(void **state) {
    (void)state;
    gm_fixalloc f = GM_FIXALLOC(record, next);
    f.first = first_use;
    enum { N = 3000 };
    static record *all[N];
    for (int i = 0; i < N; i++) {
        all[i] = gm_fixalloc_take(&f);
        assert_int_equal(all[i]->made, i + 1);
        all[i]->id = (uint64_t)i;
    }
    assert_int_equal(f.in_use, N);
    uint64_t bytes = f.chunk_bytes;
    assert_in_range(bytes, N * sizeof(record), N * sizeof(record) + (16 << 10));
    for (int i = 0; i < N; i += 2) gm_fixalloc_give(&f, all[i]);
    assert_int_equal(f.in_use, N / 2);
    for (int i = N - 2; i >= 0; i -= 2) { /* the last given first */
        record *r = gm_fixalloc_try(&f);
        assert_ptr_equal(r, all[i]);
        assert_int_equal(r->id, i);
    }
    assert_int_equal(made, N);
    assert_int_equal(f.chunk_bytes, bytes);
    gm_fixalloc_reserve(&f, N);
    bytes = f.chunk_bytes;
    for (int i = 0; i < N; i++) gm_fixalloc_take(&f);
    assert_int_equal(f.in_use, 2 * N);
    assert_int_equal(f.chunk_bytes, bytes);
    gm_fixalloc_reserve(&f, 0);
    assert_int_equal(f.chunk_bytes, bytes);
}

/* --- pointer maps --- */

static void type_bits_read_runs(void **state) {
    (void)state;
    static const uint8_t a[] = {0x5}, b[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1};
    static struct {
        uint64_t n;
        gm_gcrun r[3];
    } prog = {3, {{3, 40, a}, {10, 1, NULL}, {65, 2, b}}};
    static const void *const word = &prog;
    gm_type t = {.size = 2080,
                 .ptrdata = 2080,
                 .kind = GM_ARRAY,
                 .tflag = GM_TFLAG_GCMASK_ON_DEMAND,
                 .gcdata = &word};
    for (size_t at = 0; at < 260; at++) {
        for (unsigned n = 1; n <= 64; n++) {
            uint64_t got = gm_type_bits(&t, at, n), want = 0;
            for (unsigned i = 0; i < n; i++) {
                size_t w = at + i;
                bool one = w < 120 ? (0x5 >> w % 3 & 1) : w < 130 ? false : w < 260;
                want |= (uint64_t)one << i;
            }
            assert_int_equal(got, want);
        }
    }
    gm_type flat = {.size = 1024, .ptrdata = 69 * 8, .gcdata = b};
    assert_int_equal(gm_type_bits(&flat, 60, 64), 0x1f);
    assert_int_equal(gm_type_bits(&flat, 100, 64), 0);
}

/* What reflect.ArrayOf and StructOf leave to the runtime. */
static void type_bits_of_made_types(void **state) {
    (void)state;
    static const uint8_t bits[] = {0x5};
    static gm_gcprog *array_word, *struct_word;
    gm_type elem = {.size = 40, .ptrdata = 24, .kind = GM_STRUCT, .gcdata = bits};
    gm_arraytype array = {.t = {.size = 40 * 1000,
                                .ptrdata = 40 * 999 + 24,
                                .kind = GM_ARRAY,
                                .tflag = GM_TFLAG_GCMASK_ON_DEMAND,
                                .gcdata = &array_word},
                          .elem = &elem,
                          .len = 1000};
    gm_type plain = {.size = 800, .kind = GM_STRUCT};
    gm_structfield fields[] = {{NULL, &plain, 0}, {NULL, &array.t, 800}, {NULL, &elem, 40800}};
    gm_structtype outer = {.t = {.size = 40840,
                                 .ptrdata = 40824,
                                 .kind = GM_STRUCT,
                                 .tflag = GM_TFLAG_GCMASK_ON_DEMAND,
                                 .gcdata = &struct_word},
                           .fields = fields,
                           .nfields = 3};
    for (size_t at = 0; at < 5000; at++)
        assert_int_equal(gm_type_bits(&array.t, at, 1), at % 5 == 0 || at % 5 == 2);
    for (size_t at = 0; at < 5105; at++)
        assert_int_equal(gm_type_bits(&outer.t, at, 1),
                         at >= 100 && ((at - 100) % 5 == 0 || (at - 100) % 5 == 2));
}

/* --- allocation --- */

static const uint8_t bits_first[] = {1}, bits_both[] = {3};
static const gm_type pair_type = {
    .size = 16, .ptrdata = 16, .kind = GM_STRUCT, .gcdata = bits_both};
static const gm_type string_type = {
    .size = 16, .ptrdata = 8, .kind = GM_STRING, .gcdata = bits_first};

/* An array's pattern, 64 words at a time, is that of its elements one by one, from whatever word it begins. */
static void array_bits_repeat_the_element(void **state) {
    (void)state;
    for (size_t words = 1; words <= 150; words++) {
        uint64_t map[3] = {rng(), rng(), rng()};
        map[0] |= 1;
        size_t pointers = 1 + rng() % words;
        gm_type t = {.size = words * 8, .ptrdata = pointers * 8, .gcdata = map};
        for (size_t from = 0; from < 3 * words; from++) {
            gm_array_bits a;
            gm_array_bits_begin(&a, &t, from);
            for (size_t w = from; w < from + 400;) {
                size_t gap = gm_array_bits_skip(&a);
                for (size_t i = 0; i < gap; i++) assert_true((w + i) % words >= pointers);
                w += gap;
                if (gap) continue;
                uint64_t got = gm_array_bits_next(&a);
                for (unsigned i = 0; i < 64; i++, w++)
                    assert_int_equal(got >> i & 1, gm_type_bits(&t, w % words, 1));
            }
        }
    }
}

static void equal_patterns_share_a_shape(void **state) {
    (void)state;
    static const gm_type other = {
        .size = 16, .ptrdata = 16, .kind = GM_STRUCT, .gcdata = bits_both};
    assert_int_equal(gm_shape_of_type(&pair_type), gm_shape_of_type(&other));
    assert_int_not_equal(gm_shape_of_type(&pair_type), gm_shape_of_type(&string_type));
    assert_int_equal(gm_shape_of_array(&pair_type, 64), gm_shape_of_array(&other, 64));
    assert_int_equal(gm_shapes[gm_shape_of_array(&string_type, 8192)].kind, GM_SHAPE_KIND_BITS);
}

static void memory_is_zero_and_disjoint(void **state) {
    (void)state;
    enum { N = 3000 };
    static char *at[N];
    static size_t len[N];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++) {
            size_t n = 1 + rng() % (i % 50 ? 600 : 60000);
            at[i] = i % 2 ? gm_alloc_noscan(n) : gm_newarray(&string_type, (intptr_t)(n / 16 + 1));
            len[i] = n;
            for (size_t k = 0; k < n; k++) assert_int_equal(at[i][k], 0);
            memset(at[i], i & 0x7f, n);
        }
        for (int i = 0; i < N; i++) {
            for (size_t k = 0; k < len[i]; k++) assert_int_equal(at[i][k], i & 0x7f);
            memset(at[i], 0, len[i]);
            size_t size;
            char *base = gm_find_object(at[i] + len[i] - 1, &size);
            assert_non_null(base);
            assert_true(base <= at[i] && base + size >= at[i] + len[i]);
        }
        memset(at, 0, sizeof at);
        gm_gc();
    }
}

static void any_word_may_be_looked_up(void **state) {
    (void)state;
    gm_find_object(NULL, NULL);
    gm_find_object((void *)~(uintptr_t)0, NULL);
    gm_find_object((void *)(gm_heap_base + gm_heap_bytes), NULL);
    for (int i = 0; i < 200000; i++)
        gm_find_object((void *)(gm_heap_base + rng() % gm_heap_bytes), NULL);
    for (uintptr_t p = gm_heap_base; p < gm_heap_base + (1 << 20); p += 8)
        gm_find_object((void *)p, NULL);
}

static void rounding_is_by_class_and_page(void **state) {
    (void)state;
    assert_int_equal(gm_round_size(0), 0);
    assert_int_equal(gm_round_size(1), 8);
    assert_int_equal(gm_round_size(33), 48);
    assert_int_equal(gm_round_size(1025), 1152);
    assert_int_equal(gm_round_size(32768), 32768);
    assert_int_equal(gm_round_size(32769), 40960);
    for (size_t less = 0; less < 3 * GM_PAGE_SIZE; less += 511)
        assert_true(gm_round_size(SIZE_MAX - less) >= SIZE_MAX - less);
}

int main(void) {
    WORLD_DOUBLE_START();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_keep_their_bounds),
        cmocka_unit_test(reciprocals_are_exact),
        cmocka_unit_test(pages_follow_the_model),
        cmocka_unit_test(released_pages_are_counted),
        cmocka_unit_test(pages_at_the_far_end),
        cmocka_unit_test(arenas_tell_what_they_hold),
        cmocka_unit_test(records_are_made_once),
        cmocka_unit_test(type_bits_read_runs),
        cmocka_unit_test(type_bits_of_made_types),
        cmocka_unit_test(array_bits_repeat_the_element),
        cmocka_unit_test(equal_patterns_share_a_shape),
        cmocka_unit_test(memory_is_zero_and_disjoint),
        cmocka_unit_test(any_word_may_be_looked_up),
        cmocka_unit_test(rounding_is_by_class_and_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
