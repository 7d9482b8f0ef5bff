/* sweep.c - what marking did not reach becomes free.
 *
 * Sweeping a span is looking through its mark bytes: those that hold the epoch just finished are
 * alive, all others free; nothing is written but the span's numbers. Spans without a live object go
 * back to the page heap. Spans are swept by allocation (the central list takes one when it needs
 * one), by the background sweeper, and all that remain before the next cycle.
 *
 * The reclaim account. Before the central list of a shape takes fresh pages, spans are swept until as many pages have come
 * free; what came free beyond that is credit, which the next ones who want pages spend first. Nobody is held up for
 * long: after so many spans in vain an allocation gets its pages all the same, and what it could not pay is a debt
 * of the account, which the next ones pay together with their own. So pages that are fresh are never more than those
 * that the sweep found, but for a bounded debt, as long as there is something to sweep.
 *
 * After the cycle with the highest epoch the bytes are rewritten, alive to 1 and the rest to 0, and
 * the next cycle marks with 2.
 */
#include <emmintrin.h>
#include <string.h>

#include "gc/pacer.h"
#include "gc/special.h"
#include "gc/sweep.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/godebug.h"
#include "heap/central.h"
#include "heap/sizeclass_table.h"
#include "os/tls.h"
#include "upcall.h"

static struct {
    uint32_t cursor;               /* shapes below have nothing unswept left */
    uint32_t active;               /* threads inside gm_sweep_one */
    int64_t left;                  /* spans not swept yet, about */
    void (*swept)(uint64_t pages); /* atomic: who wants to know that all is */
    uint64_t pages;                /* for that */
    uint32_t told;
} sweep = {.told = 1};

gm_reclaim_account gm_reclaim;

/* Bytes of marks[0..n) that equal v. The marks are padded with zeroes to a multiple of 8. */
static uint32_t count_equal(const uint8_t *marks, uint32_t n, uint8_t v) {
    __m128i want = _mm_set1_epi8((char)v), zero = _mm_setzero_si128(), sum = zero;
    uint32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(marks + i));
        sum = _mm_add_epi64(sum, _mm_sad_epu8(_mm_sub_epi8(zero, _mm_cmpeq_epi8(x, want)), zero));
    }
    for (; i < n; i += 8) {
        __m128i x = _mm_loadl_epi64((const __m128i *)(const void *)(marks + i));
        x = _mm_sub_epi8(zero, _mm_cmpeq_epi8(x, want));
        sum = _mm_add_epi64(sum, _mm_sad_epu8(_mm_move_epi64(x), zero));
    }
    return (uint32_t)(_mm_cvtsi128_si64(sum) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)));
}

/* The highest epoch's marks become the first's. Others may ask at any time whether a slot is taken: so what is dead goes
 * first, and the span has the new epoch before the marks, whose old value is that of gm_epoch_mark, too. */
static void normalise(gm_span *s) {
    for (uint32_t i = 0; i < s->nelems; i++)
        if (s->marks[i] != GM_EPOCH_MAX) __atomic_store_n(&s->marks[i], 0, __ATOMIC_RELAXED);
    __atomic_store_n(&s->live_epoch, 1, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < s->nelems; i++)
        if (s->marks[i] == GM_EPOCH_MAX) __atomic_store_n(&s->marks[i], 1, __ATOMIC_RELEASE);
}

static void clobber(const gm_span *s, uint8_t epoch) {
    for (uint32_t i = 0; i < s->nelems; i++) {
        if (s->marks[i] == epoch) continue;
        uint32_t *at = (uint32_t *)(s->base + (size_t)i * s->elem_size);
        for (size_t k = 0; k < s->elem_size / 4; k++) at[k] = 0xdeadbeef;
    }
}

bool gm_up_sweep_span(gm_span *s, bool keep) {
    __atomic_fetch_sub(&sweep.left, 1, __ATOMIC_RELAXED);
    uint8_t epoch = (uint8_t)gm_epoch_live;
    if (__atomic_load_n(&s->specials, __ATOMIC_RELAXED)) gm_specials_sweep(s, epoch);
    uint32_t alive = count_equal(s->marks, s->nelems, epoch);
    if (gm_debug.clobberfree && alive < s->nelems) {
        clobber(s, epoch);
        s->need_zero = 1;
    }
    int64_t freed = (int64_t)s->taken - (int64_t)alive;
    /* It can be negative: a stale word on a stack can have marked a slot that was free. */
    if (freed)
        gm_count_freed((uint64_t)freed, (uint64_t)(freed * (int64_t)s->elem_size),
                       gm_shapes[s->shape].class);
    if (freed) s->need_zero = 1;
    s->taken = alive;
    if (alive == 0 && !keep) {
        gm_span_free(s);
        return true;
    }
    if (epoch == GM_EPOCH_MAX)
        normalise(s);
    else
        __atomic_store_n(&s->live_epoch, epoch, __ATOMIC_RELAXED);
    __atomic_store_n(&s->free_idx, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&s->sweep_gen, gm_sweep_gen, __ATOMIC_RELEASE);
    return false;
}

void gm_sweep_begin(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    __atomic_store_n(&sweep.left, (int64_t)n.spans, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_reclaim.credit, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&sweep.pages, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&sweep.told, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&sweep.cursor, 0, __ATOMIC_RELEASE);
}

void gm_on_swept(void (*fn)(uint64_t pages)) {
    __atomic_store_n(&sweep.swept, fn, __ATOMIC_RELEASE);
}

static void tell_swept(size_t npages, bool last) {
    void (*fn)(uint64_t) = __atomic_load_n(&sweep.swept, __ATOMIC_ACQUIRE);
    if (__builtin_expect(!fn, 1)) return;
    __atomic_fetch_add(&sweep.pages, npages, __ATOMIC_RELAXED);
    if (last && !__atomic_exchange_n(&sweep.told, 1, __ATOMIC_RELAXED))
        fn(__atomic_load_n(&sweep.pages, __ATOMIC_RELAXED));
}

/* Sweeps one span somewhere; *pages: how many came free, of *seen. False: nothing is left to sweep. */
static bool sweep_next(size_t *pages, size_t *seen) {
    __atomic_fetch_add(&sweep.active, 1, __ATOMIC_SEQ_CST);
    uint32_t count = gm_shape_count();
    gm_span *s = NULL;
    for (;;) {
        uint32_t shape = __atomic_load_n(&sweep.cursor, __ATOMIC_SEQ_CST);
        if (shape >= count) break;
        s = gm_central_take_unswept(shape);
        if (s) break;
        __atomic_compare_exchange_n(&sweep.cursor, &shape, shape + 1, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_RELAXED);
    }
    *pages = *seen = s ? s->npages : 0;
    size_t npages = *seen;
    if (s && !gm_up_sweep_span(s, false)) {
        gm_central_put(s);
        *pages = 0;
    }
    bool alone = __atomic_sub_fetch(&sweep.active, 1, __ATOMIC_SEQ_CST) == 0;
    tell_swept(npages, !s && alone);
    return s != NULL;
}

int64_t gm_sweep_left(void) {
    return __atomic_load_n(&sweep.left, __ATOMIC_RELAXED);
}

bool gm_sweep_done(void) {
    return __atomic_load_n(&sweep.cursor, __ATOMIC_SEQ_CST) >= gm_shape_count() &&
           __atomic_load_n(&sweep.active, __ATOMIC_SEQ_CST) == 0;
}

bool gm_sweep_one(void) {
    size_t pages, seen;
    return sweep_next(&pages, &seen);
}

enum { MOST_DEBT = 128 };

/* In handfuls: most allocations that take a span then sweep nothing, and none sweeps many. */
void gm_sweep_proportional(gm_mcache *c, size_t bytes) {
    enum { HANDFUL = 8 };
    int64_t left = __atomic_load_n(&sweep.left, __ATOMIC_RELAXED);
    if (left <= 0) {
        c->sweep_debt = 0;
        return;
    }
    int64_t room = __atomic_load_n(&gm_trigger_bytes, __ATOMIC_RELAXED) -
                   __atomic_load_n(&gm_live_bytes, __ATOMIC_RELAXED);
    if (room < (int64_t)bytes) room = (int64_t)bytes;
    c->sweep_debt += (double)left * (double)bytes / (double)room;
    if (c->sweep_debt < HANDFUL) return;
    size_t pages, n, freed = 0, seen = 0;
    gm_tell(GM_TRACE_SWEEP, NULL, 0, 0);
    for (int i = 0; i < HANDFUL && sweep_next(&pages, &n); i++) {
        freed += pages;
        seen += n;
    }
    gm_tell(GM_TRACE_SWEEP_END, NULL, seen * GM_PAGE_SIZE, freed * GM_PAGE_SIZE);
    c->sweep_debt -= HANDFUL;
    if (c->sweep_debt > MOST_DEBT) c->sweep_debt = MOST_DEBT;
}

/* Spans that an allocation has claimed are swept in a moment: their sweep_gen says when. Since a
 * cycle begins with the world stopped, no allocation is in the middle of one then. */
void gm_sweep_all(void) {
    while (gm_sweep_one()) {
    }
    while (__atomic_load_n(&sweep.active, __ATOMIC_SEQ_CST)) gm_os_pause();
}

/* The object by which the span was found may be dead, for a weak pointer; then the span may just be
 * given back by its sweep, and is not swept for anybody. */
void gm_sweep_ensure(gm_span *s) {
    while (__atomic_load_n(&s->sweep_gen, __ATOMIC_ACQUIRE) != gm_sweep_gen) {
        if (__atomic_load_n(&s->state, __ATOMIC_ACQUIRE) == GM_SPAN_FREE) return;
        if (!gm_central_claim(s)) {
            gm_os_pause();
            continue;
        }
        if (!gm_up_sweep_span(s, true)) gm_central_put(s);
    }
}

/* --- the reclaim account --- */

static bool nothing_to_sweep(void) {
    return __atomic_load_n(&sweep.cursor, __ATOMIC_RELAXED) >= gm_shape_count();
}

/* For an allocation of `want` pages: sweeps until `owed` are free, or for too long. Returns how many came free. */
static int64_t sweep_for(int64_t owed, int64_t want) {
    enum { IN_VAIN = 128, EACH = 4 };
    int64_t freed = 0, most = IN_VAIN + EACH * want;
    size_t pages, n, seen = 0;
    uint64_t spans = 0;
    gm_tell(GM_TRACE_SWEEP, NULL, 0, 0);
    while (freed < owed && most-- > 0 && sweep_next(&pages, &n)) {
        freed += (int64_t)pages;
        seen += n;
        spans++;
    }
    gm_tell(GM_TRACE_SWEEP_END, NULL, seen * GM_PAGE_SIZE, (uint64_t)freed * GM_PAGE_SIZE);
    __atomic_fetch_add(&gm_reclaim.spans, spans, __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_reclaim.freed, (uint64_t)freed, __ATOMIC_RELAXED);
    return freed;
}

void gm_up_reclaim(size_t npages) {
    if (nothing_to_sweep()) return;
    int64_t want = (int64_t)npages;
    int64_t credit = __atomic_sub_fetch(&gm_reclaim.credit, want, __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_reclaim.wanted, (uint64_t)want, __ATOMIC_RELAXED);
    if (credit >= 0) return;
    int64_t freed = sweep_for(-credit, want);
    if (freed) __atomic_fetch_add(&gm_reclaim.credit, freed, __ATOMIC_RELAXED);
}
