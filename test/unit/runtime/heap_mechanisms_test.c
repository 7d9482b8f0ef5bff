/* heap_mechanisms_test.c - each mechanism of allocation by what it leaves to be counted, so that its absence is noticed:
 * free slots are found again, runs and spans are taken in batches, pointer-free objects hold nothing, tiny ones share,
 * large ones come as pages, sweeping happens when it is wanted. One thread; no cycle but those asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "child.h"
#include "gc/cycle.h"
#include "gc/pacer.h"
#include "gc/sweep.h"
#include "heap/sizeclass.h"
#include "heap/span.h"
#include "os/godebug.h"
#include "world_double.h"
#include "scrub.h"

enum { MANY = 1 << 17, FAR = INT32_MAX /* GOGC: no cycle by itself */ };

static void *held[MANY]; /* a root */

static const uint8_t one_bit[] = {1};
static const gm_type cell_type = {.size = 8, .ptrdata = 8, .kind = GM_STRUCT, .gcdata = one_bit};

static gm_heap_numbers numbers(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    return n;
}

/* A cycle after which nothing is swept yet (the period is 0). */
static __attribute__((noinline)) void cycle(void) {
    scrub_stack();
    gm_cycle_periodic();
}

static void begin_clean(void) {
    memset(held, 0, sizeof held);
    cycle();
    gm_sweep_all();
}

static __attribute__((noinline)) void hold(int from, int to, int step, size_t n) {
    for (int i = from; i < to; i += step) held[i] = gm_alloc_noscan(n);
}

/* --- slots --- */

/* A heap of which every second object died takes as many new ones without another page, whether the cycle's sweep or the
 * allocation finds the spans: no free slot is passed over, and spans with free ones are not filed as full. */
static void no_free_slot_is_passed_over(void **state) {
    (void)state;
    static const size_t sizes[] = {16, 48, 112, 1024, 2688};
    for (int k = 0; k < 5; k++) {
        for (int swept = 0; swept < 2; swept++) {
            begin_clean();
            int n = (int)(8 << 20) / (int)sizes[k] & ~1;
            if (n > MANY) n = MANY;
            hold(0, n, 1, sizes[k]);
            for (int i = 0; i < n; i += 2) held[i] = NULL;
            cycle();
            if (swept) gm_sweep_all();
            uint64_t before = numbers().heap_inuse;
            hold(0, n, 2, sizes[k]);
            size_t span = gm_class_pages[gm_size_to_class(sizes[k])] * GM_PAGE_SIZE;
            assert_true(numbers().heap_inuse <= before + 2 * span);
        }
    }
}

static void spans_are_taken_once_for_all_their_slots(void **state) {
    (void)state;
    begin_clean();
    uint64_t before = test_cache.spans_taken;
    for (int i = 0; i < 1000000; i++) gm_alloc_noscan(16);
    uint64_t taken = test_cache.spans_taken - before;
    assert_in_range(taken, 1000000 / 512, 1000000 / 512 + 2);
}

/* The waste of a class is what its table says: so many objects of it take so many pages, and no more. */
static void spans_hold_what_the_table_says(void **state) {
    (void)state;
    for (unsigned c = 1; c < GM_NUM_CLASSES; c++) {
        begin_clean();
        size_t size = gm_class_size[c], objects = gm_class_pages[c] * GM_PAGE_SIZE / size;
        uint64_t before = numbers().heap_inuse;
        hold(0, (int)objects * 3, 1, size);
        uint64_t spans = (numbers().heap_inuse - before) / (gm_class_pages[c] * GM_PAGE_SIZE);
        assert_in_range(spans, 2, 3); /* the first may be a span that is in the cache already */
    }
}

/* --- pointers --- */

static int finalized;
static void finalizer(void *obj, void *arg) {
    (void)obj, (void)arg;
    finalized++;
}

static __attribute__((noinline)) void hide_in_numbers(bool pointers) {
    uintptr_t *numbers_of = pointers ? gm_alloc_conservative(8192) : gm_alloc_noscan(8192);
    void *obj = gm_alloc_noscan(64);
    gm_set_finalizer(obj, finalizer, NULL);
    for (int i = 0; i < 1024; i++) numbers_of[i] = (uintptr_t)obj;
    held[0] = numbers_of;
}

static void pointer_free_objects_hold_nothing(void **state) {
    (void)state;
    for (int pointers = 0; pointers < 2; pointers++) {
        begin_clean();
        finalized = 0;
        hide_in_numbers(pointers);
        scrub_stack();
        gm_gc();
        gm_gc();
        assert_int_equal(finalized, !pointers);
        held[0] = NULL;
        gm_gc();
        gm_gc();
    }
}

/* --- tiny and large --- */

static uint64_t total_alloc(void) {
    static gm_mem_stats st;
    gm_read_mem_stats(&st);
    return st.total_alloc;
}

static void tiny_objects_share_blocks(void **state) {
    (void)state;
    begin_clean();
    gm_mcache_flush(&test_cache);
    uint64_t before = total_alloc();
    for (int i = 0; i < 64; i++) held[i] = gm_noscan(3);
    assert_in_range(total_alloc() - before, 64 * 3, 256);
    /* The block lives as long as one of its objects does. */
    memset(held[0], 7, 3);
    for (int i = 1; i < 64; i++) held[i] = NULL;
    cycle();
    gm_sweep_all();
    assert_memory_equal(held[0], "\7\7\7", 3);
    assert_non_null(gm_find_object(held[0], NULL));
}

static void objects_with_pointers_share_none(void **state) {
    (void)state;
    begin_clean();
    void *a = gm_new(&cell_type), *b = gm_new(&cell_type);
    assert_ptr_not_equal(gm_find_object(a, NULL), gm_find_object(b, NULL));
    /* What has pointers keeps what they lead to, whatever its size. */
    held[0] = a;
    *(void **)a = gm_alloc_noscan(64);
    uintptr_t target = (uintptr_t) * (void **)a;
    a = b = NULL;
    gm_gc();
    assert_non_null(gm_find_object((void *)target, NULL));
}

static void large_objects_come_and_go_as_pages(void **state) {
    (void)state;
    begin_clean();
    gm_heap_numbers a = numbers();
    held[0] = gm_alloc_noscan(32769);
    gm_heap_numbers b = numbers();
    assert_int_equal(b.heap_inuse - a.heap_inuse, 5 * GM_PAGE_SIZE);
    assert_int_equal(b.spans - a.spans, 1);
    assert_int_equal((uintptr_t)held[0] % GM_PAGE_SIZE, 0);
    held[0] = NULL;
    cycle();
    gm_sweep_all();
    /* Less, where a word on the stack held something of before. */
    assert_true(numbers().heap_inuse <= a.heap_inuse);
}

/* --- sweeping --- */

/* While allocation goes on between two cycles, in spans whose pages are there already, it sweeps its part of all: the
 * sweep is over before the next cycle is due. */
static void the_sweep_ends_before_the_next_cycle(void **state) {
    (void)state;
    begin_clean();
    hold(0, 3000, 1, 8192); /* stay, and are swept only for being swept */
    gm_gc_set_percent(100);
    cycle();
    gm_reclaim.credit = 1 << 20; /* nobody sweeps for pages */
    assert_true(gm_sweep_left() > 2000);
    uint32_t cycles = gm_cycles_begun;
    for (int i = 0; gm_cycles_begun == cycles; i++) {
        if (i % 8 == 0 && gm_live_bytes > gm_trigger_bytes - (1 << 16)) break;
        gm_alloc_noscan(1024);
    }
    assert_int_equal(gm_cycles_begun, cycles);
    assert_true(gm_sweep_left() <= 64);
    gm_gc_set_percent(FAR);
}

/* --- giving memory back --- */

static size_t smaps(const char *field, uintptr_t from, uintptr_t to) {
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[256], key[32];
    size_t sum = 0, kb;
    bool inside = false;
    snprintf(key, sizeof key, "%s: %%zu kB", field);
    while (f && fgets(line, sizeof line, f)) {
        unsigned long lo, hi;
        if (sscanf(line, "%lx-%lx ", &lo, &hi) == 2) inside = lo < to && hi > from;
        if (inside && sscanf(line, key, &kb) == 1) sum += kb << 10;
    }
    if (f) fclose(f);
    return sum;
}

static size_t of_heap(const char *field) {
    return smaps(field, gm_heap_base, gm_heap_base + gm_heap_bytes);
}

/* At once (the usual way), or when the system wants it (madvdontneed=0): then it is marked so. */
static void memory_goes_back_in_both_ways(void **state) {
    (void)state;
    for (int lazy = 0; lazy < 2; lazy++) {
        begin_clean();
        gm_debug.madvdontneed = 1;
        gm_scavenge(SIZE_MAX);
        gm_debug.madvdontneed = !lazy;
        held[0] = gm_alloc_noscan(16 << 20);
        memset(held[0], 1, 16 << 20);
        size_t full = of_heap("Rss");
        held[0] = NULL;
        gm_free_os_memory();
        size_t gone = full - of_heap("Rss"), marked = of_heap("LazyFree");
        assert_true(lazy ? marked >= 15 << 20 : gone >= 15 << 20);
        assert_true(!lazy || gone < 1 << 20 || marked == 0);
        assert_true(numbers().released >= 16 << 20);
        /* Taken again, it reads as zero. */
        held[0] = gm_alloc_noscan(16 << 20);
        for (size_t i = 0; i < 16 << 20; i += 4096) assert_int_equal(((char *)held[0])[i], 0);
    }
    gm_debug.madvdontneed = 1;
}

/* Where the system gives them on request: what allocation takes next is backed by whole huge pages. The collector's
 * threads do that, here the test itself. One in 64 tries is enough: memory may be in pieces. */
static void huge_pages_are_backed_ahead(void **state) {
    (void)state;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip();
#endif
    if (!gm_os_hugepages_by_request()) skip();
    begin_clean();
    for (int i = 0; i < 128; i++) {
        held[i] = memset(gm_alloc_noscan(1 << 20), 1, 1 << 20);
        gm_heap_touch_ahead();
    }
    assert_true(of_heap("AnonHugePages") >= 2 << 20);
    memset(held, 0, sizeof held);
}

/* --- settings --- */

static int percent_of_the_environment(const char *gogc) {
    setenv("GOGC", gogc, 1);
    gm_pacer_init();
    int percent = gm_gc_percent();
    unsetenv("GOGC");
    gm_gc_set_percent(FAR);
    return percent;
}

static void gogc_is_read(void **state) {
    (void)state;
    assert_int_equal(percent_of_the_environment("50"), 50);
    assert_int_equal(percent_of_the_environment("off"), -1);
    assert_int_equal(percent_of_the_environment(""), 100);
    assert_int_equal(percent_of_the_environment("x"), 100);
}

/* The limiter: a collector that took more than half of the processors for a second leaves allocation alone, until it has
 * taken less for as long. */
static void the_limiter_fills_and_empties(void **state) {
    (void)state;
    const int64_t second = 1000000000;
    int64_t gc = 0;
    assert_false(gm_pacer_limited(gc));
    gm_os_clock_ahead += second;
    assert_false(gm_pacer_limited(gc += second / 4));
    gm_os_clock_ahead += 2 * second;
    assert_true(gm_pacer_limited(gc += 2 * second));
    gm_os_clock_ahead += second;
    assert_false(gm_pacer_limited(gc));
}

int main(void) {
    int64_t usual = gm_debug.gcperiod;
    gm_debug.gcperiod = 0;
    WORLD_DOUBLE_START();
    gm_gc_set_percent(FAR);
    gm_register_roots_conservative(held, sizeof held);
    if (usual != 120000) return 1; /* two minutes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_free_slot_is_passed_over),
        cmocka_unit_test(spans_are_taken_once_for_all_their_slots),
        cmocka_unit_test(spans_hold_what_the_table_says),
        cmocka_unit_test(pointer_free_objects_hold_nothing),
        cmocka_unit_test(tiny_objects_share_blocks),
        cmocka_unit_test(objects_with_pointers_share_none),
        cmocka_unit_test(large_objects_come_and_go_as_pages),
        cmocka_unit_test(the_sweep_ends_before_the_next_cycle),
        cmocka_unit_test(memory_goes_back_in_both_ways),
        cmocka_unit_test(huge_pages_are_backed_ahead),
        cmocka_unit_test(gogc_is_read),
        cmocka_unit_test(the_limiter_fills_and_empties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
