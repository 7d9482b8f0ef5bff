/* account_test.c - where the memory is: the parts add up to what the system says, and what is wasted is what arithmetic says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <golem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MANY = 60000, PAGE = 8192 };

static void *held[MANY]; /* a root */

/* Under a sanitizer, and with assertions, frames hold words for longer; a sanitizer's own memory counts as C's. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { STALE = 4, OF_SANITIZER = 64 << 20 };
#elif defined GM_DEBUG
enum { STALE = 4, OF_SANITIZER = 0 };
#else
enum { STALE = 0, OF_SANITIZER = 0 };
#endif

static uint64_t parts(const gm_memory_account *a) {
    return a->live + a->dead + a->unused + a->free_pages + a->stacks + a->threads + a->metadata +
           a->binary + a->libraries + a->c_heap + a->files + a->system;
}

static uint64_t system_says(void) {
    FILE *f = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    unsigned long long kb = 0;
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "Rss: %llu", &kb) == 1) break;
    fclose(f);
    return (uint64_t)kb << 10;
}

static gm_memory_account account(void) {
    gm_memory_account a;
    assert_true(gm_read_memory_account(&a));
    return a;
}

static void adds_up(const gm_memory_account *a) {
    uint64_t says = system_says();
    assert_in_range(a->resident, says - says / 50 - OF_SANITIZER / 8, says + says / 50);
    assert_in_range(parts(a), a->resident - a->resident / 50, a->resident + a->resident / 50);
}

static __attribute__((noinline)) void wipe(void) {
    volatile char room[16 << 10];
    memset((void *)room, 0, sizeof room);
    __asm__ volatile("" ::"r"(room) : "memory");
}

static void let_go(void) {
    memset(held, 0, sizeof held);
    wipe();
    gm_gc();
}

static __attribute__((noinline)) void hold_every(int k, int n, size_t size) {
    for (int i = 0; i < n; i++) {
        void *p = gm_alloc_noscan(size);
        memset(p, 1, size);
        if (i % k == 0) held[i / k] = p;
    }
    wipe();
}

static const gm_class_account *class_of(const gm_memory_account *a, size_t size) {
    for (int i = 1; i < 68; i++)
        if (a->classes[i].size == size) return &a->classes[i];
    fail();
    return NULL;
}

/* Sizes that nobody else here uses. */
static void waste_is_what_arithmetic_says(void **state) {
    (void)state;
    static const size_t sizes[] = {80, 208, 1152, 5376};
    static const int steps[] = {1, 2, 3, 7, 100};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
            const uint64_t n = MANY / 8, size = sizes[i],
                           live = (n + (uint64_t)steps[j] - 1) / (uint64_t)steps[j];
            let_go();
            hold_every(steps[j], (int)n, size);
            gm_memory_account a = account();
            const gm_class_account *c = class_of(&a, size);
            assert_in_range(c->live, live, live + STALE);
            assert_int_equal(c->waste, c->pages - c->live * size);
            gm_gc();
            a = account();
            c = class_of(&a, size);
            assert_in_range(c->live, live, live + STALE);
            assert_int_equal(c->waste, c->pages - c->live * size);
            uint64_t slots = c->live + c->dead + c->free, per_span = slots / c->spans;
            assert_int_equal(slots, per_span * c->spans);
            assert_int_equal(c->sparse, (c->spans - (c->live + per_span - 1) / per_span) *
                                            (c->pages / c->spans));
        }
}

static void dead_objects_are_told_from_live_ones(void **state) {
    (void)state;
    let_go();
    gm_memory_account before = account();
    int percent = gm_gc_set_percent(-1);
    hold_every(4, 4096, 4096);
    gm_memory_account a = account();
    assert_in_range(a.live - before.live, 1024 * 4096, (1024 + STALE) * 4096);
    assert_in_range(a.dead - before.dead, (3070 - STALE) * 4096,
                    3072 * 4096); /* the last may still be seen on the stack */
    adds_up(&a);
    for (int i = 0; i < 512; i++) {
        gm_free(held[i]);
        held[i] = NULL;
    }
    gm_memory_account after = account();
    assert_in_range(after.live, a.live - (512 + STALE) * 4096, a.live - (512 - STALE) * 4096);
    uint64_t dead = class_of(&a, 4096)->dead;
    assert_in_range(class_of(&after, 4096)->dead, dead - STALE, dead + STALE);
    adds_up(&after);
    gm_gc_set_percent(percent);
}

/* Of an object only what was touched is in memory. */
static void untouched_memory_does_not_count(void **state) {
    (void)state;
    let_go();
    gm_free_os_memory(); /* what was never used, or given back, is not zeroed by writing */
    gm_memory_account before = account();
    enum { BIG = 64 << 20 };
    char *p = gm_alloc_noscan(BIG);
    held[0] = p;
    memset(p, 1, BIG / 4);
    gm_memory_account a = account();
    assert_in_range(a.live - before.live, BIG / 4, BIG / 4 + (4 << 20));
    assert_int_equal(a.classes[0].live - before.classes[0].live, 1);
    assert_int_equal(a.classes[0].waste - before.classes[0].waste, 0);
    adds_up(&a);
    volatile char sum = 0;
    for (size_t i = BIG / 2; i < BIG; i += 4096)
        sum += p[i]; /* some systems lend a page of zeros, others do not */
    a = account();
    adds_up(&a);
    let_go();
    gm_free_os_memory();
    a = account();
    assert_true(a.live < before.live + (1 << 20));
    adds_up(&a);
}

static pthread_barrier_t both;

static void *attached_thread(void *arg) {
    (void)arg;
    char room[96 << 10];
    memset(room, 1, sizeof room);
    __asm__ volatile("" ::"r"(room) : "memory");
    assert_true(gm_attach_thread());
    gm_block_enter();
    pthread_barrier_wait(&both);
    pthread_barrier_wait(&both);
    gm_block_leave();
    gm_detach_thread();
    return NULL;
}

static void wait_for_all(void) {
    gm_block_enter();
    pthread_barrier_wait(&both);
    gm_block_leave();
}

static void memory_of_c_has_its_place(void **state) {
    (void)state;
    enum { THREADS = 8, BYTES = 24 << 20 };
    let_go();
    gm_memory_account before = account();
    pthread_t t[THREADS];
    pthread_barrier_init(&both, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, attached_thread, NULL), 0);
    wait_for_all();
    char *small[1000],
        *map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(map, 1, BYTES);
    for (int i = 0; i < 1000; i++) small[i] = memset(malloc(4096), 1, 4096);
    gm_memory_account a = account();
    assert_in_range(a.c_heap - before.c_heap, BYTES + 1000 * 4096,
                    BYTES + 1000 * 4096 + (2 << 20) + OF_SANITIZER);
    assert_in_range(a.threads - before.threads, THREADS * (96 << 10),
                    THREADS * (256 << 10) + OF_SANITIZER);
    adds_up(&a);
    wait_for_all();
    for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
    for (int i = 0; i < 1000; i++) free(small[i]);
    munmap(map, BYTES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waste_is_what_arithmetic_says),
        cmocka_unit_test(dead_objects_are_told_from_live_ones),
        cmocka_unit_test(untouched_memory_does_not_count),
        cmocka_unit_test(memory_of_c_has_its_place),
    };
    if (!gm_init(0)) return 1;
    gm_register_roots(held, &gm_pointer_type, MANY);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
