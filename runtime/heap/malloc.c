/* malloc.c - allocation: runs, the tiny allocator, large objects.
 *
 * The fast path bumps the run's pointer. When a run is used up, the next one of the same span is
 * looked for among its mark bytes; when the span is used up, it goes to its central's full list and
 * another comes. Work for the collector (starting a cycle, assisting) is done before a span is
 * taken, while the allocation holds nothing yet.
 *
 * While marking, a run's slots are marked when the run is taken, all at once: objects allocated
 * during marking are black. At mark termination the unused rest of each run is unmarked and given
 * back to its span (gm_mcache_flush).
 *
 * Runs with pointers are zeroed when taken, so a slot that was not handed out yet reads as zero; a
 * conservative pointer to it does no harm. Runs are cut at RUN_BYTES so that what was zeroed is
 * still in the first-level cache when it is handed out.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <golem/alloc.h>

#include "os/chain.h"
#include "os/inside.h"
#include "os/godebug.h"
#include "heap/central.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/sizeclass.h"
#include "heap/typebits.h"
#include "os/fatal.h"
#include "os/tls.h"
#include "upcall.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { RUN_BYTES = 16384 };

uint64_t gm_zerobase;

GM_NO_SPLIT static gm_mcache *this_cache(void) {
    return (gm_mcache *)gm_getp();
}

/* --- finding the next run of a span --- */

/* Bit i: slot at+i is taken; 16 slots. Bytes beyond the last slot read as free. */
static unsigned taken16(const uint8_t *marks, uint8_t live, uint8_t mark) {
#ifdef __SSE2__
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)marks);
    __m128i t = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)live)),
                             _mm_cmpeq_epi8(v, _mm_set1_epi8((char)mark)));
    return (unsigned)_mm_movemask_epi8(t);
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++) {
        bool taken = marks[i] == live || marks[i] == mark;
        bits |= (unsigned)taken << i;
    }
    return bits;
#endif
}

/* First slot at or after i that is taken (want) or free (!want); nelems: none. May read up to 15
 * bytes past the marks, which stay inside the mark arena or its neighbour table. */
static uint32_t scan_slots(const gm_span *s, uint32_t i, bool want) {
    uint8_t live = s->live_epoch, mark = (uint8_t)__atomic_load_n(&gm_epoch_mark, __ATOMIC_RELAXED);
    while (i < s->nelems) {
        unsigned bits = taken16(s->marks + i, live, mark);
        if (!want) bits = ~bits & 0xffff;
        if (bits) {
            i += (uint32_t)__builtin_ctz(bits);
            return i < s->nelems ? i : s->nelems;
        }
        i += 16;
    }
    return s->nelems;
}

/* --- samples ---
 *
 * Bytes are counted where runs are taken, not where objects are: since the exponential distribution has no memory, it does
 * not matter that runs of other shapes are counted in between, nor that part of a run is given back later. A run into
 * which the next sample falls ends before the slot in question, which becomes a run of its own. So the fast path knows
 * nothing of samples.
 */

static const int64_t no_rate;
static struct {
    const int64_t *rate;
    gm_sample_fn *fn;
} samples = {.rate = &no_rate};

void gm_heap_sample(const int64_t *rate, gm_sample_fn *fn) {
    samples.fn = fn;
    __atomic_store_n(&samples.rate, rate, __ATOMIC_RELEASE);
}

static int64_t sample_rate(void) {
    return __atomic_load_n(__atomic_load_n(&samples.rate, __ATOMIC_ACQUIRE), __ATOMIC_RELAXED);
}

static void draw_sample(gm_mcache *c, int64_t rate) {
    if (!c->sample_rand) c->sample_rand = (uintptr_t)c ^ (uint64_t)gm_os_nanotime();
    c->sample_rand += 0x9e3779b97f4a7c15u;
    uint64_t r = c->sample_rand;
    r = (r ^ r >> 30) * 0xbf58476d1ce4e5b9u;
    r = (r ^ r >> 27) * 0x94d049bb133111ebu;
    r ^= r >> 31;
    double uniform = (double)((r >> 11) + 1) * 0x1p-53; /* in (0, 1] */
    double left = -log(uniform) * (double)rate;
    c->sample_left = left < 0x1p62 ? (int64_t)left : (int64_t)1 << 62;
    c->sample_rate = rate;
}

/* Of n slots of bytes each that are about to be handed out: how many come before the one to be sampled; n: none of
 * them is. */
static uint32_t before_sample(gm_mcache *c, int64_t rate, uint32_t n, size_t bytes) {
    if (rate == 1) return 0;
    if (c->sample_rate != rate) draw_sample(c, rate);
    if ((uint64_t)n * bytes <= (uint64_t)c->sample_left) {
        c->sample_left -= (int64_t)(n * bytes);
        return n;
    }
    uint32_t before = (uint32_t)((size_t)c->sample_left / bytes);
    draw_sample(c, rate);
    return before;
}

static __attribute__((noinline)) uint32_t cut_slowly(gm_mcache *c, gm_run *r, uint32_t n) {
    int64_t rate = sample_rate();
    bool due = r->sample_next;
    r->sampled = r->sample_next = 0;
    if (rate <= 0) return n;
    uint32_t before = due ? 0 : before_sample(c, rate, n, r->size);
    r->sampled = before == 0;
    r->sample_next = before > 0 && before < n;
    return before ? before : 1;
}

/* How many of the n slots that are free side by side a run may have for the sake of samples: nearly always all. */
static inline uint32_t cut_for_sample(gm_run *r, uint32_t n) {
    gm_mcache *c = this_cache();
    int64_t left = c->sample_left - (int64_t)((uint64_t)n * r->size);
    bool usual = c->sample_rate == sample_rate() && left >= 0 && !(r->sampled | r->sample_next);
    if (__builtin_expect(!usual, 0)) return cut_slowly(c, r, n);
    c->sample_left = left;
    return n;
}

static uint32_t run_limit(const gm_span *s) {
    if (gm_debug.gcstress) return 1;
    if (!s->need_zero && s->npages == 1) return s->nelems;
    uint32_t n = (uint32_t)(RUN_BYTES / s->elem_size);
    return n ? n : 1;
}

/* Takes the span's next run into r. False: it has none. */
static bool next_run(gm_run *r, gm_span *s) {
    uint32_t lo = s->free_idx;
    if (s->taken == s->nelems || (lo = scan_slots(s, lo, false)) == s->nelems) {
        /* Whoever looks for the span's free slots finds none. */
        __atomic_store_n(&s->free_idx, s->nelems, __ATOMIC_RELAXED);
        s->taken = s->nelems;
        return false;
    }
    uint32_t hi = scan_slots(s, lo, true), limit = run_limit(s);
    GM_ASSERT(s->state == GM_SPAN_HEAP && lo < hi && hi <= s->nelems);
    if (hi - lo > limit) hi = lo + limit;
    hi = lo + cut_for_sample(r, hi - lo);
    char *at = (char *)s->base + (size_t)lo * s->elem_size;
    size_t bytes = (size_t)(hi - lo) * s->elem_size;
    bool zeroed =
        gm_shapes[s->shape].kind != GM_SHAPE_KIND_NOSCAN || s->elem_size <= GM_ZEROED_NOSCAN;
    if (s->need_zero && zeroed) memset(at, 0, bytes);
    r->dirty = s->need_zero;
    if (s->slot_types) memset((void *)(s->slot_types + lo), 0, (hi - lo) * sizeof *s->slot_types);
    if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED))
        memset(s->marks + lo, (int)gm_epoch_mark, hi - lo);
    s->taken += hi - lo;
    __atomic_store_n(&s->free_idx, hi, __ATOMIC_RELEASE);
    r->free = at;
    r->end = at + bytes;
    return true;
}

/* --- what is counted --- */

int64_t gm_live_bytes;
uint64_t gm_freed_objects, gm_freed_bytes, gm_freed_by_class[GM_NUM_CLASSES];

void gm_heap_live(int64_t bytes) {
    __atomic_fetch_add(&gm_live_bytes, bytes, __ATOMIC_RELAXED);
    if (!__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) return;
    gm_mcache *c = this_cache();
    if (c) c->assist_credit -= bytes;
}

void gm_count_freed(uint64_t objects, uint64_t bytes, unsigned class) {
    __atomic_fetch_add(&gm_freed_objects, objects, __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_freed_bytes, bytes, __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_freed_by_class[class], objects, __ATOMIC_RELAXED);
}

/* --- caches --- */

static struct {
    gm_mutex lock;
    gm_mcache *all;
} caches = {.lock = GM_MUTEX(GM_RANK_CACHES)};

bool gm_mcache_init(gm_mcache *c) {
    bool known = c->runs != NULL;
    if (!known) {
        size_t bytes = GM_MAX_SHAPES * (sizeof(gm_run) + sizeof(gm_freed));
        c->runs = gm_os_map(bytes);
        if (!c->runs) return false;
        c->freed = (gm_freed *)(c->runs + GM_MAX_SHAPES);
    }
    gm_mutex_lock(&caches.lock);
    gm_freed_init();
    c->in_use = 1;
    c->stress_left = gm_debug.gcstress;
    if (!known) {
        GM_CHAIN_ADD(caches.all, c, all_next, ahead);
    }
    gm_mutex_unlock(&caches.lock);
    return true;
}

void gm_each_mcache(void (*fn)(gm_mcache *c, void *arg), void *arg) {
    gm_mutex_lock(&caches.lock);
    for (gm_mcache *c = caches.all; c; c = c->all_next) {
        GM_CHAIN_FETCH(c, ahead, runs);
        GM_CHAIN_FETCH(c, ahead, all_next);
        fn(c, arg);
    }
    gm_mutex_unlock(&caches.lock);
}

void gm_mcaches_fork(enum gm_fork_step step) {
    gm_mutex_fork(&caches.lock, step);
}

/* Objects of a class that the cache has taken, or, negative, gives back. */
static inline void count(gm_mcache *c, unsigned class, int64_t objects, int64_t bytes) {
    c->alloc_objects += (uint64_t)objects;
    c->alloc_bytes += (uint64_t)bytes;
    c->class_allocs[class] += (uint64_t)objects;
}

/* Gives the rest of a run back to its span, and the span to its central. */
static void retire(gm_mcache *c, gm_run *r) {
    gm_span *s = r->span;
    if (!s) return;
    GM_ASSERT(r->free <= r->end && (uintptr_t)r->free >= s->base &&
              (uintptr_t)r->end <= s->base + s->npages * GM_PAGE_SIZE);
    uint32_t unused = (uint32_t)((size_t)(r->end - r->free) / r->size);
    if (unused) {
        uint32_t first = (uint32_t)((size_t)(r->free - (char *)s->base) / r->size);
        if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED) || gm_epoch_mark != s->live_epoch)
            memset(s->marks + first, 0, unused);
        s->taken -= unused;
        __atomic_store_n(&s->free_idx, first, __ATOMIC_RELEASE);
        s->need_zero = 1;
    }
    uint32_t left = s->nelems - s->taken;
    int64_t bytes = (int64_t)((uint64_t)left * s->elem_size);
    count(c, gm_shapes[s->shape].class, -(int64_t)left, -bytes);
    gm_heap_live(-bytes);
    r->span = NULL;
    r->free = r->end = NULL;
    r->sampled = r->sample_next = 0;
    gm_central_put(s);
}

void gm_mcache_flush(gm_mcache *c) {
    for (uint32_t i = 0; i < c->nruns; i++) retire(c, &c->runs[i]);
    c->tiny = c->tiny_end = NULL;
}

/* --- small objects --- */

/* Another span for the shape's run. System stack. False: no memory. */
static bool next_span(uint32_t shape) {
    gm_up_alloc_begin(gm_shapes[shape].size);
    gm_mcache *c = this_cache(); /* it may be another P's after a collection */
    gm_run *r = &c->runs[shape];
    if (r->span) return true;
    gm_span *s = gm_central_take(shape);
    if (!s) return false;
    r->size = gm_shapes[shape].size;
    r->span = s;
    c->spans_taken++;
    if (shape >= c->nruns) c->nruns = shape + 1;
    int64_t left = s->nelems - s->taken, bytes = left * (int64_t)s->elem_size;
    count(c, gm_shapes[shape].class, left, bytes);
    gm_heap_live(bytes);
    return true;
}

typedef struct request {
    size_t n;
    uint32_t shape;
    bool zero;
    const gm_type *type;
    void *result;
} request;

/* --- out of memory --- */

static struct {
    gm_mutex lock;
    bool (*fn)(size_t bytes, void *arg);
    void *arg;
} hook;

void gm_on_out_of_memory(bool (*fn)(size_t bytes, void *arg), void *arg) {
    GM_INSIDE();
    gm_mutex_lock(&hook.lock);
    hook.fn = fn;
    hook.arg = arg;
    gm_mutex_unlock(&hook.lock);
}

static void end_without_memory(void *arg) {
    gm_out_of_memory(*(size_t *)arg);
}

/* Asks the program, on its own stack. Returns if it may be worth another try, the n-th. */
GM_NO_SPLIT static __attribute__((noinline)) void ask_for_memory(size_t bytes, int n) {
    enum { TRIES = 100 };
    bool (*fn)(size_t, void *) = hook.fn;
    bool again = false;
    if (fn && n < TRIES) GM_CALL_OUT(again = fn(bytes, hook.arg));
    if (!again) gm_systemstack(end_without_memory, &bytes);
}

/* --- small objects, slowly --- */

/* An object that was given back by hand and is handed out again counts as well. */
static void sample_again(void *arg) {
    const request *q = arg;
    size_t size = gm_shapes[q->shape].size;
    int64_t rate = sample_rate();
    if (rate > 0 && before_sample(this_cache(), rate, 1, size) == 0)
        samples.fn(q->result, size, q->type);
}

/* A run for the shape with at least one slot, and its first slot. System stack. No result: no memory. */
static void refill(void *arg) {
    request *q = arg;
    if (gm_freed_refill(this_cache(), q->shape)) {
        q->result = gm_freed_take(this_cache(), q->shape, false);
        sample_again(q);
        return;
    }
    if (gm_debug.gcstress) gm_up_alloc_begin(gm_shapes[q->shape].size);
    gm_run *r = &this_cache()->runs[q->shape];
    while (!r->span || !next_run(r, r->span)) {
        if (r->span) retire(this_cache(), r);
        if (!next_span(q->shape)) return;
        r = &this_cache()->runs[q->shape];
    }
    q->result = r->free;
    r->free += r->size;
    if (r->sampled) samples.fn(q->result, r->size, q->type);
}

GM_NO_SPLIT static __attribute__((noinline)) void *small_slow(uint32_t shape, const gm_type *type) {
    request q = {.shape = shape, .type = type};
    q.result = gm_freed_take(this_cache(), shape, false);
    if (q.result) {
        if (sample_rate() > 0) gm_systemstack(sample_again, &q);
        return q.result;
    }
    for (int i = 0;; i++) {
        gm_systemstack(refill, &q);
        if (__builtin_expect(q.result != NULL, 1)) return q.result;
        ask_for_memory(gm_shapes[shape].size, i);
    }
}

GM_NO_SPLIT static inline void *small(uint32_t shape, const gm_type *type) {
    gm_run *r = &this_cache()->runs[shape];
    char *p = r->free;
    if (__builtin_expect(p >= r->end, 0)) return small_slow(shape, type);
    r->free = p + r->size;
    return p;
}

/* An object of a mixed span: its type goes with it. */
GM_NO_SPLIT static __attribute__((noinline)) void *mixed(uint32_t shape, const gm_type *elem) {
    char *p = small(shape, elem);
    gm_span *s = gm_span_of((uintptr_t)p);
    __atomic_store_n(&s->slot_types[gm_span_index(s, (uintptr_t)p)], elem, __ATOMIC_RELEASE);
    return p;
}

GM_NO_SPLIT static inline void *scan_object(uint32_t shape, const gm_type *elem) {
    if (gm_shapes[shape].kind == GM_SHAPE_KIND_MIXED) return mixed(shape, elem);
    return small(shape, elem);
}

/* Pointer-free objects of less than 16 bytes share a zeroed block of 16; the block lives as long as
 * any of them. Those of 8 bytes have a class of their own. */
GM_NO_SPLIT static void *tiny(size_t n) {
    gm_mcache *c = this_cache();
    size_t align = (n & 3) == 0 ? 4 : (n & 1) == 0 ? 2 : 1;
    char *p = (char *)(((uintptr_t)c->tiny + align - 1) & ~(uintptr_t)(align - 1));
    if (c->tiny && p + n <= c->tiny_end) {
        c->tiny = p + n;
        c->tiny_count++;
        return p;
    }
    p = small(GM_SHAPE_NOSCAN + gm_size_to_class(GM_TINY_SIZE), NULL);
    c = this_cache();
    c->tiny = p + n;
    c->tiny_end = p + GM_TINY_SIZE;
    return p;
}

/* --- large objects --- */

/* In pieces, between which the world may be stopped, and even be collected: nobody knows of the span
 * yet. */
static void zero_large(char *p, size_t n) {
    enum { PIECE = 128 << 10 };
    for (; n > PIECE; p += PIECE, n -= PIECE) {
        memset(p, 0, PIECE);
        gm_safepoint();
    }
    memset(p, 0, n);
}

static void take_large(void *arg) {
    request *q = arg;
    gm_up_alloc_begin(q->n);
    if (q->n > gm_heap_bytes) return;
    size_t npages = (q->n + GM_PAGE_SIZE - 1) >> GM_PAGE_SHIFT, bytes = npages << GM_PAGE_SHIFT;
    gm_span *s = gm_span_alloc(npages, q->shape, 1, bytes);
    if (!s) return;
    if (q->zero && s->need_zero) zero_large((char *)s->base, q->n);
    s->type = q->type;
    s->large_size = q->n;
    s->taken = 1;
    s->need_zero = 1;
    s->sweep_gen = gm_sweep_gen;
    s->live_epoch = (uint8_t)gm_epoch_live;
    if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED))
        __atomic_store_n(&s->marks[0], (uint8_t)gm_epoch_mark, __ATOMIC_RELAXED);
    __atomic_store_n(&s->free_idx, 1, __ATOMIC_RELEASE);
    gm_mcache *c = this_cache();
    count(c, 0, 1, (int64_t)bytes);
    gm_heap_live((int64_t)bytes);
    q->result = (void *)s->base;
    gm_central_put(s);
    int64_t rate = sample_rate();
    if (rate > 0 && before_sample(c, rate, 1, bytes) == 0) samples.fn(q->result, bytes, q->type);
}

GM_NO_SPLIT static __attribute__((noinline)) void *large(size_t n, uint32_t shape,
                                                         const gm_type *type, bool zero) {
    request q = {.n = n, .shape = shape, .type = type, .zero = zero};
    for (int i = 0;; i++) {
        gm_systemstack(take_large, &q);
        if (__builtin_expect(q.result != NULL, 1)) return q.result;
        ask_for_memory(n, i);
    }
}

/* --- entry points --- */

struct bad_request {
    const char *who;
    intptr_t n;
    size_t each;
};

static void say_bad_size(void *arg) {
    const struct bad_request *q = arg;
    static char text[160];
    if (q->n == 1)
        snprintf(text, sizeof text, "%s: %zu bytes cannot be allocated", q->who, q->each);
    else
        snprintf(text, sizeof text, "%s: %ld values of %zu bytes cannot be allocated", q->who,
                 (long)q->n, q->each);
    gm_fatal(text);
}

static void say_bad_tail(void *arg) {
    gm_fatal(arg);
}

/* More than there are addresses. Compiled Go has looked before. */
GM_NO_SPLIT __attribute__((noinline)) void gm_bad_size(const char *who, intptr_t n, size_t each) {
    struct bad_request q = {who, n, each};
    gm_systemstack(say_bad_size, &q);
    __builtin_unreachable();
}

GM_NO_SPLIT static __attribute__((noinline, noreturn)) void bad_tail(const char *who) {
    gm_systemstack(say_bad_tail, (void *)who);
    __builtin_unreachable();
}

GM_NO_SPLIT static inline uint32_t type_slot(const gm_type *t) {
    uintptr_t a = (uintptr_t)t;
    return (uint32_t)(a >> 4 ^ a >> 12) % GM_TYPE_SLOTS;
}

/* Whether a run of the class gives zeroed objects of n bytes, nothing more to be done. */
GM_NO_SPLIT static inline bool zeroed_by_run(size_t n) {
    return n == 8 || (n >= GM_TINY_SIZE && n <= GM_ZEROED_NOSCAN);
}

GM_NO_SPLIT static __attribute__((noinline)) void *noscan_slow(size_t n, bool zero) {
    if (n == 0) return &gm_zerobase;
    if (n > GM_MAX_ALLOC) gm_bad_size(zero ? "gm_alloc_noscan" : "gm_alloc_noscan_raw", 1, n);
    if (n > GM_MAX_SMALL) return large(n, GM_SHAPE_LARGE_NOSCAN, NULL, zero);
    if (n < GM_TINY_SIZE) return tiny(n);
    uint32_t shape = GM_SHAPE_NOSCAN + gm_size_to_class(n);
    void *p = small(shape, NULL);
    return zero && this_cache()->runs[shape].dirty ? memset(p, 0, n) : p;
}

GM_NO_SPLIT void *gm_noscan_raw(size_t n) {
    if (zeroed_by_run(n)) return small(GM_SHAPE_NOSCAN + gm_class_fine[(n + 7) / 8], NULL);
    return noscan_slow(n, false);
}

GM_NO_SPLIT void *gm_noscan(size_t n) {
    if (zeroed_by_run(n)) return small(GM_SHAPE_NOSCAN + gm_class_fine[(n + 7) / 8], NULL);
    return noscan_slow(n, true);
}

/* C is promised objects of its own, aligned to 8: no tiny ones. */
GM_NO_SPLIT static size_t c_size(size_t n) {
    return n < GM_TINY_SIZE ? (n + 7) & ~(size_t)7 : n;
}

/* The functions of golem.h for allocation are quick: what they do is written in place, and once more for programs whose threads are
 * stopped by signal, where it counts (os/inside.h). */
#define GM_DOOR(name, here, params, ...)                                                           \
    GM_NO_SPLIT static __attribute__((noinline)) void *here##_inside params {                      \
        GM_INSIDE();                                                                               \
        return here(__VA_ARGS__);                                                                  \
    }                                                                                              \
    GM_NO_SPLIT void *name params {                                                                \
        gm_need_thread(#name);                                                                     \
        return __builtin_expect(gm_by_signal, 0) ? here##_inside(__VA_ARGS__) : here(__VA_ARGS__); \
    }

GM_NO_SPLIT static __attribute__((noinline)) void *noscan_raw_inside(size_t n) {
    gm_need_thread("gm_alloc_noscan_raw");
    GM_INSIDE();
    n = c_size(n);
    if (!zeroed_by_run(n)) return noscan_slow(n, false);
    uint32_t shape = GM_SHAPE_NOSCAN + gm_class_fine[(n + 7) / 8];
    const gm_run *r = &this_cache()->runs[shape];
    void *again = r->free >= r->end ? gm_freed_take(this_cache(), shape, true) : NULL;
    return again ? again : small(shape, NULL);
}

/* What is usual for malloc as well is done in place. */
GM_NO_SPLIT void *gm_alloc_noscan_raw(size_t n) {
    gm_mcache *c = this_cache();
    bool easy = n - GM_TINY_SIZE <= GM_ZEROED_NOSCAN - GM_TINY_SIZE;
    if (__builtin_expect(!c || gm_by_signal || !easy, 0)) return noscan_raw_inside(n);
    size_t shape = GM_SHAPE_NOSCAN + gm_class_fine[(n + 7) / 8];
    gm_run *r = &c->runs[shape];
    gm_freed *f = &c->freed[shape];
    char *p = r->free;
    if (__builtin_expect(p < r->end, 1)) {
        r->free = p + r->size;
        return p;
    }
    if (!f->head || __atomic_load_n(&gm_freed_care, __ATOMIC_RELAXED)) return noscan_raw_inside(n);
    return gm_freed_take_here(f);
}

GM_NO_SPLIT static inline __attribute__((always_inline)) void *noscan_here(size_t n) {
    return gm_noscan(c_size(n));
}
GM_DOOR(gm_alloc_noscan, noscan_here, (size_t n), n)

GM_NO_SPLIT static __attribute__((noinline)) void *new_slow(const gm_type *t) {
    if (gm_layout_of(t) && gm_layout_of(t)->tail) return gm_new_flex(t, 0);
    if (t->ptrdata == 0 && !zeroed_by_run(t->size))
        return noscan_slow(t->tflag & GM_TFLAG_C ? c_size(t->size) : t->size, true);
    if (t->size > GM_MAX_SMALL) return large(t->size, GM_SHAPE_LARGE, t, true);
    uint32_t shape = gm_shape_of_type(t);
    if (gm_shapes[shape].kind == GM_SHAPE_KIND_MIXED) return mixed(shape, t);
    gm_mcache *c = this_cache();
    c->by_type[type_slot(t)] = (gm_type_slot){t, &c->runs[shape]};
    return small(shape, t);
}

GM_NO_SPLIT static inline __attribute__((always_inline)) void *new_here(const gm_type *t) {
    gm_mcache *c = this_cache();
    gm_type_slot *slot = &c->by_type[type_slot(t)];
    if (__builtin_expect(slot->type != t, 0)) return new_slow(t);
    gm_run *r = slot->run;
    char *p = r->free;
    if (__builtin_expect(p >= r->end, 0)) return small_slow((uint32_t)(r - c->runs), t);
    r->free = p + r->size;
    return p;
}

GM_DOOR(gm_new, new_here, (const gm_type *t), t)

GM_NO_SPLIT static inline __attribute__((always_inline)) void *newarray_here(const gm_type *elem,
                                                                             intptr_t n) {
    size_t bytes;
    if (n < 0 || __builtin_mul_overflow(elem->size, (size_t)n, &bytes) || bytes > GM_MAX_ALLOC)
        gm_bad_size("gm_newarray", n, elem->size);
    if (elem->tflag & GM_TFLAG_LAYOUT && gm_layout_of(elem)->tail)
        bad_tail("gm_newarray: the type has a tail: gm_new_flex");
    if (elem->ptrdata == 0) return gm_noscan(elem->tflag & GM_TFLAG_C ? c_size(bytes) : bytes);
    if (bytes == 0) return &gm_zerobase;
    if (bytes > GM_MAX_SMALL) return large(bytes, GM_SHAPE_LARGE, elem, true);
    return scan_object(gm_shape_of_array(elem, bytes), elem);
}

GM_DOOR(gm_newarray, newarray_here, (const gm_type *elem, intptr_t n), elem, n)

/* A struct with its tail. */
GM_NO_SPLIT static inline __attribute__((always_inline)) void *new_flex_here(const gm_type *t,
                                                                             size_t n) {
    const gm_layout *l = gm_layout_of(t);
    if (!l || !l->tail) bad_tail("gm_new_flex: the type has no tail");
    size_t bytes;
    if (__builtin_mul_overflow(l->tail->size, n, &bytes) ||
        __builtin_add_overflow(t->size, bytes, &bytes) || bytes > GM_MAX_ALLOC)
        gm_bad_size("gm_new_flex", (intptr_t)n, l->tail->size);
    if (!t->ptrdata && !l->tail->ptrdata)
        return bytes ? gm_noscan(c_size(bytes)) : (void *)&gm_zerobase;
    /* Without a pointer nothing would say what it is; and gm_realloc lets it grow. */
    if (n == 0 && !t->ptrdata) bytes += l->tail->size;
    if (bytes > GM_MAX_SMALL) return large(bytes, GM_SHAPE_LARGE, t, true);
    return scan_object(gm_shape_of_flex(t, bytes), t);
}

GM_DOOR(gm_new_flex, new_flex_here, (const gm_type *t, size_t n), t, n)

/* Every word a pointer: the pattern of a slice of pointers. */
static const uint8_t one_bit = 1;
static const gm_type word_type = {.size = 8,
                                  .ptrdata = 8,
                                  .align = 8,
                                  .field_align = 8,
                                  .kind = GM_UNSAFE_POINTER,
                                  .gcdata = &one_bit};

GM_NO_SPLIT static inline __attribute__((always_inline)) void *conservative_here(size_t n) {
    if (n == 0) return &gm_zerobase;
    if (n > GM_MAX_ALLOC) gm_bad_size("gm_alloc_conservative", 1, n);
    if (n > GM_MAX_SMALL) return large(n, GM_SHAPE_LARGE, &word_type, true);
    return small(gm_shape_of_array(&word_type, n), NULL);
}
GM_DOOR(gm_alloc_conservative, conservative_here, (size_t n), n)

size_t gm_round_size(size_t n) {
    if (n <= GM_MAX_SMALL) return n ? gm_class_size[gm_size_to_class(n)] : 0;
    if (n > SIZE_MAX - GM_PAGE_SIZE) return n; /* no allocation of this size succeeds */
    return (n + GM_PAGE_SIZE - 1) & ~(GM_PAGE_SIZE - 1);
}

/* --- sites of compiled code: golem/alloc.h --- */

_Static_assert(offsetof(gm_mcache, runs) == 0 && offsetof(gm_run, free) == 0 &&
                   offsetof(gm_run, end) == 8 && offsetof(gm_run, size) == 16 &&
                   offsetof(gm_tls, p) == 16,
               "golem/alloc.h");

GM_NO_SPLIT void *gm_new_site_slow(gm_site *site) {
    const gm_type *t = site->type;
    if (!site->run && (zeroed_by_run(t->size) || (t->size <= GM_MAX_SMALL && t->ptrdata))) {
        uint32_t shape = gm_shape_of_type(t);
        if (gm_shapes[shape].kind != GM_SHAPE_KIND_MIXED)
            __atomic_store_n(&site->run, shape * sizeof(gm_run), __ATOMIC_RELAXED);
    }
    return gm_new(t);
}

/* --- giving back by hand: small objects, freed.c --- */

void gm_heap_free_large(gm_span *s) {
    gm_central_remove(s);
    gm_count_freed(1, s->elem_size, 0);
    gm_heap_live(-(int64_t)s->elem_size);
    gm_span_free(s);
}

/* --- from any word to its object --- */

void *gm_find_object(const void *p, size_t *size) {
    GM_INSIDE();
    gm_span *s = gm_span_of((uintptr_t)p);
    if (!s || s->state != GM_SPAN_HEAP) return NULL;
    uint32_t i = gm_span_index(s, (uintptr_t)p);
    if (i >= s->nelems || !gm_slot_taken(s, i)) return NULL;
    if (size) *size = s->elem_size;
    return (void *)(s->base + (size_t)i * s->elem_size);
}
