/* bulk_test.c - whatever goes through much memory gives way in the middle, and does what it would do at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lang/lang.h"
#include "sched/gmp.h"
#include "sched/sched.h"

enum { BYTES = 5 * GM_BULK_PIECE + 4096, WORDS = BYTES / 8 };

static const uint8_t one_bit[] = {1};
static const gm_type byte_type = {.size = 1};
static const gm_type pointer_type = {.size = 8, .ptrdata = 8, .gcdata = one_bit};

gm_int internal$0bytealg$Count(gm_slice b, uint8_t c);
gm_int internal$0bytealg$Index(gm_slice a, gm_slice b);

static uint8_t *from, *to;
static gm_string text;
static gm_slice runes;

static void fill(void) {
    for (size_t i = 0; i < BYTES; i++) from[i] = (uint8_t)(1 + i % 101);
}

static bool moved(const uint8_t *at) {
    for (size_t i = 0; i < BYTES; i++)
        if (at[i] != (uint8_t)(1 + i % 101)) return false;
    return true;
}

/* --- the operations: each says whether its result is right --- */

static bool sets(void) {
    gm_memset(to, 7, BYTES);
    for (size_t i = 0; i < BYTES; i++)
        if (to[i] != 7) return false;
    return true;
}
static bool moves(void) {
    gm_memmove(to, from, BYTES);
    return moved(to);
}
static bool moves_down(void) {
    gm_memmove(from + 100, from, BYTES);
    return moved(from + 100);
}
static bool moves_up(void) {
    gm_memmove(to + 100, from, BYTES);
    gm_memmove(to, to + 100, BYTES);
    return moved(to);
}
static bool moves_values(void) {
    gm_move_values(&pointer_type, to, from, WORDS);
    return moved(to);
}
static bool moves_values_down(void) {
    gm_move_values(&pointer_type, from + 8, from, WORDS);
    return moved(from + 8);
}
static bool clears_values(void) {
    gm_clear_values(&pointer_type, to, WORDS);
    for (size_t i = 0; i < BYTES; i++)
        if (to[i]) return false;
    return true;
}
static bool clears_slices(void) {
    gm_slice_clear(&pointer_type, (gm_slice){to, WORDS, WORDS});
    for (size_t i = 0; i < BYTES; i++)
        if (to[i]) return false;
    return true;
}
static bool grows_with_zeros(void) {
    gm_grown g = gm_grow_zero(&byte_type, to, 1, BYTES, BYTES - 1);
    for (size_t i = 1; i < BYTES; i++)
        if (to[i]) return false;
    return g.p == to && g.cap == BYTES;
}
static bool compares(void) {
    return gm_memcmp(from, text.p, BYTES) == 0 &&
           gm_string_cmp(text, (gm_string){from, BYTES}) == 0;
}
static bool finds(void) {
    return !gm_memchr(from, 200, BYTES) && gm_memchr(from, 1, BYTES) == from;
}
static bool counts(void) {
    gm_int n = 0;
    for (size_t i = 0; i < BYTES; i++) n += from[i] == 3;
    return internal$0bytealg$Count((gm_slice){from, BYTES, BYTES}, 3) == n;
}
static bool searches(void) {
    static uint8_t needle[] = {'o', 'n', 'e'};
    gm_slice all = {from, BYTES, BYTES}, what = {needle, 3, 3};
    if (internal$0bytealg$Index(all, what) != -1) return false;
    size_t at = 3 * GM_BULK_PIECE - 1; /* across two pieces */
    memcpy(from + at, needle, 3);
    return internal$0bytealg$Index(all, what) == (gm_int)at;
}
static bool hashes(void) {
    uint64_t h = gm_hash_bytes(from, BYTES, 1);
    from[BYTES / 2]++;
    return h != gm_hash_bytes(from, BYTES, 1) && h == gm_hash_bytes(text.p, BYTES, 1);
}
static bool grows(void) {
    gm_grown g = gm_grow(&pointer_type, from, WORDS, WORDS, WORDS + 1);
    return moved(g.p) && g.cap > WORDS;
}
static bool appends(void) {
    gm_grown g = gm_grow_append(&byte_type, NULL, 0, 0, from, BYTES);
    return moved(g.p);
}
static bool copies(void) {
    return gm_copy(&pointer_type, (gm_slice){to, WORDS, WORDS}, from, WORDS) == WORDS && moved(to);
}
static bool joins(void) {
    gm_string parts[2] = {text, text};
    gm_string both = gm_concat(NULL, parts, 2);
    return moved(both.p) && moved(both.p + BYTES);
}
static bool makes_strings(void) {
    return moved(gm_string_from_bytes(NULL, from, BYTES).p);
}
static bool makes_bytes(void) {
    return moved(gm_bytes_from_string(NULL, text).p);
}
static bool makes_runes(void) {
    runes = gm_runes_from_string(text);
    return runes.len == BYTES && ((int32_t *)runes.p)[300] == 1 + 300 % 101;
}
static bool makes_text(void) {
    gm_string s = gm_string_from_runes(NULL, runes);
    return s.n == BYTES && moved(s.p);
}

static const struct {
    const char *name;
    bool (*works)(void);
} operations[] = {{"memset", sets},
                  {"memmove", moves},
                  {"memmove, overlapping, down", moves_down},
                  {"memmove, overlapping, up", moves_up},
                  {"values", moves_values},
                  {"values, overlapping", moves_values_down},
                  {"clearing values", clears_values},
                  {"clear of a slice", clears_slices},
                  {"growth with zeros", grows_with_zeros},
                  {"memcmp", compares},
                  {"memchr", finds},
                  {"Count", counts},
                  {"Index", searches},
                  {"hash", hashes},
                  {"growth", grows},
                  {"append", appends},
                  {"copy", copies},
                  {"concatenation", joins},
                  {"string(bytes)", makes_strings},
                  {"[]byte", makes_bytes},
                  {"[]rune", makes_runes},
                  {"string(runes)", makes_text}};
enum { N = sizeof operations / sizeof *operations };

/* --- on one P, beside a goroutine that counts how often it gets its turn --- */

static uint64_t turns;
static bool done, right[N], gave_way[N];

static void count_turns(void *arg) {
    (void)arg;
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        turns++;
        gm_yield();
    }
}

/* Once, with a request to give way. */
static void try_once(int i) {
    fill();
    gm_yield();
    uint64_t before = turns;
    __atomic_store_n(&gm_getg()->preempt, 1, __ATOMIC_RELAXED); /* what the monitor would ask for */
    right[i] = operations[i].works();
    gave_way[i] = turns > before;
    __atomic_store_n(&gm_getg()->preempt, 0, __ATOMIC_RELAXED);
}

/* The turn that is given up may go to the thread that waits below instead of to the goroutine that counts. */
enum { TRIES = 20 };

static void operate(void *arg) {
    (void)arg;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < TRIES && !gave_way[i]; k++) try_once(i);
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
}

static void bulk_operations_give_way(void **state) {
    (void)state;
    from = malloc(BYTES + 100);
    to = malloc(BYTES + 100);
    uint8_t *copy = malloc(BYTES);
    assert_true(from && to && copy);
    fill();
    memcpy(copy, from, BYTES);
    text = (gm_string){copy, BYTES};
    gm_gomaxprocs(1);
    assert_true(gm_go_start_reserved(count_turns, NULL, 256 << 10) != NULL);
    assert_true(gm_go_start_reserved(operate, NULL, 256 << 10) != NULL);
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) gm_sleep(1000000);
    for (int i = 0; i < N; i++) {
        if (!right[i]) fail_msg("%s: wrong", operations[i].name);
        if (!gave_way[i]) fail_msg("%s: did not give way", operations[i].name);
    }
}

int main(void) {
    if (!gm_sched_init()) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(bulk_operations_give_way)};
    return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
