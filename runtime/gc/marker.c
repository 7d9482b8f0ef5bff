/* marker.c - marking; see marker.h. */
#include "gc/marker.h"

#include <string.h>

#include "gc/ephemeron.h"
#include "gc/filter_amd64.h"
#include "gc/layout.h"
#include "heap/fixalloc.h"
#include "heap/freed.h"
#include "heap/typebits.h"
#include "os/fatal.h"
#include "upcall.h"

#define RANGE_TAG ((uintptr_t)1 << 63)

uint32_t gm_mark_idle;
gm_mark_sums gm_mark_total;
uint8_t *gm_check_arena;
bool gm_check_strict;

/* --- global lists --- */

static struct {
    gm_mutex lock;
    gm_workbuf *full;
    gm_fixalloc bufs; /* the others are with markers */
    gm_marker *markers;
    uint32_t active; /* markers lent out. Atomic for looks */
    bool watching;   /* markers lent out watch for keys of ephemerons. Atomic for looks */
} work = {.bufs = GM_FIXALLOC(gm_workbuf, next)};

static gm_workbuf *empty_buf(void) {
    gm_mutex_lock(&work.lock);
    gm_workbuf *b = gm_fixalloc_take(&work.bufs);
    gm_mutex_unlock(&work.lock);
    b->n = 0;
    b->next = NULL;
    return b;
}

void gm_mark_expect(size_t stack_bytes) {
    enum { WORDS_PER_FIND = 16 };
    gm_mutex_lock(&work.lock);
    gm_fixalloc_reserve(&work.bufs, stack_bytes / 8 / WORDS_PER_FIND / GM_WORKBUF_WORDS);
    gm_mutex_unlock(&work.lock);
}

static void put_full(gm_workbuf *b) {
    gm_mutex_lock(&work.lock);
    b->next = work.full;
    __atomic_store_n(&work.full, b, __ATOMIC_RELEASE);
    gm_mutex_unlock(&work.lock);
}

static gm_workbuf *take_full(void) {
    if (!__atomic_load_n(&work.full, __ATOMIC_ACQUIRE)) return NULL;
    gm_mutex_lock(&work.lock);
    gm_workbuf *b = work.full;
    if (b) __atomic_store_n(&work.full, b->next, __ATOMIC_RELAXED);
    gm_mutex_unlock(&work.lock);
    return b;
}

/* Ephemerons that wait are work once no marker is lent out that would not watch for their keys. */
bool gm_mark_work_left(void) {
    if (__atomic_load_n(&work.full, __ATOMIC_ACQUIRE)) return true;
    return gm_ephemerons_wait() && (__atomic_load_n(&work.watching, __ATOMIC_RELAXED) ||
                                    __atomic_load_n(&work.active, __ATOMIC_RELAXED) == 0);
}

/* Locked. */
static bool at_rest(void) {
    return work.active == 0 && !work.full && !gm_ephemerons_wait();
}

bool gm_mark_at_rest(void) {
    gm_mutex_lock(&work.lock);
    bool rest = at_rest();
    gm_mutex_unlock(&work.lock);
    return rest;
}

void gm_mark_open(void) {
    __atomic_fetch_add(&gm_freed_care, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&gm_marking, 1, __ATOMIC_RELEASE);
}

bool gm_mark_close(void) {
    gm_mutex_lock(&work.lock);
    bool rest = at_rest();
    if (rest) {
        __atomic_store_n(&gm_marking, 0, __ATOMIC_RELEASE);
        __atomic_fetch_sub(&gm_freed_care, 1, __ATOMIC_RELAXED);
        __atomic_store_n(&work.watching, false, __ATOMIC_RELAXED);
    }
    gm_mutex_unlock(&work.lock);
    return rest;
}

gm_marker *gm_marker_get(void) {
    gm_mutex_lock(&work.lock);
    gm_marker *m = work.markers;
    bool open = __atomic_load_n(&gm_marking, __ATOMIC_ACQUIRE) ||
                __atomic_load_n(&gm_check_arena, __ATOMIC_ACQUIRE);
    if (open && !work.watching && work.active == 0 && !work.full && gm_ephemerons_wait()) {
        gm_ephemerons_watch();
        __atomic_store_n(&work.watching, true, __ATOMIC_RELAXED);
    }
    bool watching = work.watching;
    if (open) __atomic_store_n(&work.active, work.active + 1, __ATOMIC_RELAXED);
    if (open && m) work.markers = m->next;
    gm_mutex_unlock(&work.lock);
    if (!open) return NULL;
    if (!m) m = gm_persistent_alloc(sizeof *m, 64);
    if (!m->buf) m->buf = empty_buf();
    m->epoch = (uint8_t)gm_epoch_mark;
    m->watching = watching;
    return m;
}

void gm_marker_fork(enum gm_fork_step step) {
    gm_mutex_fork(&work.lock, step);
}

void gm_mark_reset(void) {
    memset(&gm_mark_total, 0, sizeof gm_mark_total);
}

/* --- the stack --- */

/* Makes room for two words; shares the buffer if somebody waits for work. */
static __attribute__((noinline)) void next_buf(gm_marker *m) {
    put_full(m->buf);
    m->buf = empty_buf();
}

static inline void push(gm_marker *m, uintptr_t w) {
    if (__builtin_expect(m->buf->n + 2 > GM_WORKBUF_WORDS, 0)) next_buf(m);
    m->buf->word[m->buf->n++] = w;
}

static void push_rest(gm_marker *m, uintptr_t base, size_t from) {
    if (m->buf->n + 2 > GM_WORKBUF_WORDS) next_buf(m);
    m->buf->word[m->buf->n++] = from;
    m->buf->word[m->buf->n++] = base | RANGE_TAG;
}

/* Half of the private work for those who wait. */
static __attribute__((noinline)) void share(gm_marker *m) {
    gm_workbuf *mine = m->buf, *other = empty_buf();
    uint64_t half = mine->n / 2;
    /* A range's two words must stay together: the upper one has the tag. */
    if (half < mine->n && (mine->word[half] & RANGE_TAG)) half++;
    memcpy(other->word, mine->word, half * sizeof(uintptr_t));
    other->n = half;
    memmove(mine->word, mine->word + half, (mine->n - half) * sizeof(uintptr_t));
    mine->n -= half;
    put_full(other);
}

/* --- the queue --- */

/* The heap's tables. They do not change; who marks many objects keeps them in registers. */
typedef struct tables {
    uintptr_t base, bytes;
    const uint64_t *page_info;
    const gm_shape *shapes;
    uint8_t *marks;
} tables;

static inline tables heap_tables(void) {
    return (tables){gm_heap_base, gm_heap_bytes, gm_page_info, gm_shapes, gm_mark_arena};
}

static inline uint32_t queued(const gm_marker *m) {
    return m->tail - m->head;
}

static __attribute__((noinline)) bool locate_large(uintptr_t w, gm_mark_entry *e) {
    gm_span *s = gm_span_of(w);
    if (!s || s->state != GM_SPAN_HEAP) return false;
    e->base = s->base;
    e->mark = s->marks;
    e->shape = &gm_shapes[s->shape];
    return true;
}

/* The object that w, an address in the heap's range, points into; asks for its memory ahead. */
static inline bool locate(const tables *t, uintptr_t w, gm_mark_entry *e) {
    uintptr_t off = w - t->base;
    uint64_t info = __atomic_load_n(&t->page_info[off >> GM_PAGE_SHIFT], __ATOMIC_ACQUIRE);
    uint32_t shape = (uint32_t)(info >> 48);
    if (__builtin_expect(shape < GM_SHAPE_NOSCAN, 0)) return shape && locate_large(w, e);
    const gm_shape *sh = &t->shapes[shape];
    uint64_t in_span = (off & (GM_PAGE_SIZE - 1)) | (info >> 32 & 0xff) << GM_PAGE_SHIFT;
    uint64_t index = in_span * sh->magic >> 32;
    if (__builtin_expect(index >= sh->nelems, 0)) return false;
    uintptr_t base = w - (in_span - index * sh->size);
    uint8_t *mark = t->marks + (info & 0xffffffff) * 8 + index;
    __builtin_prefetch(mark, 1);
    if (sh->words) __builtin_prefetch((const void *)base);
    e->base = base;
    e->mark = mark;
    e->shape = sh;
    return true;
}

static inline gm_mark_entry *slot_at(gm_marker *m, uint32_t i) {
    return &m->queue[i % GM_MARK_QUEUE];
}

/* w is in the heap's range; there is room. */
static void enqueue(gm_marker *m, uintptr_t w) {
    tables t = heap_tables();
    m->tail += locate(&t, w, slot_at(m, m->tail));
}

static void found(gm_marker *m, uintptr_t w) {
    if (!gm_in_heap(w)) return;
    if (queued(m) < GM_MARK_QUEUE)
        enqueue(m, w);
    else
        push(m, w);
}

void gm_mark_word(gm_marker *m, uintptr_t w) {
    found(m, w);
}

/* Sanitizers keep out: the words of a stack lie between red zones, and an object is read while
 * others write to it, which the write barrier makes harmless. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static inline uintptr_t
load_word(uintptr_t base, size_t i) {
    return __atomic_load_n((const uintptr_t *)base + i, __ATOMIC_RELAXED);
}

static inline void scan_mask(gm_marker *m, uintptr_t base, uint64_t bits) {
    while (bits) {
        found(m, load_word(base, (size_t)__builtin_ctzll(bits)));
        bits &= bits - 1;
    }
}

/* --- scanning objects --- */

/* From word `from` (a multiple of 64) of an object with a long bitmap. Stops when the queue is full
 * and leaves the rest on the stack. */
static void scan_bits(gm_marker *m, uintptr_t base, const gm_shape *sh, size_t from) {
    for (size_t w = from; w < sh->words; w += 64) {
        scan_mask(m, base + w * 8, sh->bits[w / 64]);
        if (queued(m) == GM_MARK_QUEUE && w + 64 < sh->words) {
            push_rest(m, base, w + 64);
            return;
        }
    }
}

/* The same for elements with a layout: those whose first word is in [from, to). */
static size_t scan_values(gm_marker *m, uintptr_t base, const gm_type *t, size_t from, size_t to,
                          bool may_stop) {
    size_t words = t->size / 8, step = words < 64 ? 64 / words : 1;
    size_t end = (to + words - 1) / words;
    for (size_t i = (from + words - 1) / words; i < end; i += step) {
        gm_layout_values(m, base + i * t->size, t, end - i < step ? end - i : step);
        if (may_stop && queued(m) == GM_MARK_QUEUE && i + step < end) return (i + step) * words;
    }
    return to;
}

/* Words [from, to) of an array of t at base. Returns how far it came: less than `to` if it may stop and the
 * queue is full. */
static size_t scan_array(gm_marker *m, uintptr_t base, const gm_type *t, size_t from, size_t to,
                         bool may_stop) {
    if (t->tflag & GM_TFLAG_LAYOUT) return scan_values(m, base, t, from, to, may_stop);
    gm_array_bits pattern;
    gm_array_bits_begin(&pattern, t, from);
    for (size_t w = from; w < to;) {
        size_t gap = gm_array_bits_skip(&pattern);
        w += gap;
        if (gap) continue;
        uint64_t bits = gm_array_bits_next(&pattern);
        if (to - w < 64) bits &= ((uint64_t)1 << (to - w)) - 1;
        scan_mask(m, base + w * 8, bits);
        w += 64;
        if (may_stop && queued(m) == GM_MARK_QUEUE && w < to) return w;
    }
    return to;
}

void gm_mark_values(gm_marker *m, uintptr_t base, const gm_type *t, size_t n, size_t from) {
    size_t to = n * (t->size / 8);
    if (to > from + GM_OBLET_WORDS) to = from + GM_OBLET_WORDS;
    if (t->ptrdata && from < to) scan_array(m, base, t, from, to, false);
}

/* From word `from` to the end of its oblet, or until the queue is full: the rest waits on the stack, below
 * what was found, so that the stack does not fill with the array's pointers. Returns the number of words
 * looked at. */
static size_t scan_elements(gm_marker *m, uintptr_t base, const gm_type *t, size_t bytes,
                            size_t from) {
    size_t all = bytes / t->size * (t->size / 8);
    size_t to = (from / GM_OBLET_WORDS + 1) * GM_OBLET_WORDS;
    if (to < all && from % GM_OBLET_WORDS == 0) push_rest(m, base, to);
    if (to > all) to = all;
    if (from >= to) return 0;
    if (to - from == GM_OBLET_WORDS && gm_os_untouched((uintptr_t *)base + from, (to - from) * 8))
        return to - from; /* of a table that is large in case, and was used in part */
    size_t done = scan_array(m, base, t, from, to, true);
    if (done < to) push_rest(m, base, done);
    return done - from;
}

/* The head of an object that has a tail, and its tail, which the head's words come before. */
static size_t scan_flex(gm_marker *m, uintptr_t base, const gm_type *t, size_t bytes, size_t from) {
    const gm_layout *l = gm_layout_of(t);
    if (l->trace) {
        gm_layout_trace(m, base, t, bytes);
        return bytes / 8;
    }
    size_t head = t->size / 8;
    if (from < head) gm_layout_values(m, base, t, 1);
    if (!l->tail->ptrdata) return head;
    size_t at = from < head ? 0 : from - head,
           all = (bytes - t->size) / l->tail->size * (l->tail->size / 8);
    size_t to = at + GM_OBLET_WORDS < all ? at + GM_OBLET_WORDS : all;
    size_t done = at < to ? scan_array(m, base + t->size, l->tail, at, to, true) : at;
    if (done < all) push_rest(m, base, head + done);
    return done - at;
}

static size_t scan_object(gm_marker *m, uintptr_t base, const gm_type *t, size_t bytes,
                          size_t from) {
    const gm_layout *l = gm_layout_of(t);
    if (l && l->tail) return scan_flex(m, base, t, bytes, from);
    return scan_elements(m, base, t, bytes, from);
}

static void scan_large(gm_marker *m, uintptr_t base, size_t from) {
    gm_span *s = gm_span_of(base);
    if (s->type) m->scan_work += (int64_t)scan_object(m, base, s->type, s->large_size, from) * 8;
}

static void scan_mixed(gm_marker *m, uintptr_t base, size_t from) {
    gm_span *s = gm_span_of(base);
    const gm_type *t = __atomic_load_n(&s->slot_types[gm_span_index(s, base)], __ATOMIC_ACQUIRE);
    if (t) scan_object(m, base, t, s->elem_size, from);
}

static void scan_from(gm_marker *m, uintptr_t base, const gm_shape *sh, size_t from) {
    switch (sh->kind) {
    case GM_SHAPE_KIND_MASK: scan_mask(m, base, sh->mask); break;
    case GM_SHAPE_KIND_BITS: scan_bits(m, base, sh, from); break;
    case GM_SHAPE_KIND_LAYOUT: scan_object(m, base, sh->type, sh->size, from); break;
    case GM_SHAPE_KIND_MIXED: scan_mixed(m, base, from); break;
    case GM_SHAPE_KIND_LARGE: scan_large(m, base, from); break;
    default: break;
    }
}

static const gm_shape *shape_at(uintptr_t base) {
    gm_span *s = gm_span_of(base);
    return s ? &gm_shapes[s->shape] : &gm_shapes[GM_SHAPE_NONE];
}

void gm_mark_contents(gm_marker *m, uintptr_t base) {
    scan_from(m, base, shape_at(base), 0);
}

static __attribute__((noinline)) bool check_first_visit(const gm_mark_entry *e, uint8_t epoch) {
    uint8_t *seen = gm_check_arena + (e->mark - gm_mark_arena);
    uint8_t before = __atomic_exchange_n(seen, GM_CHECK_SEEN, __ATOMIC_RELAXED);
    if (before == GM_CHECK_SEEN) return false;
    if (before == GM_CHECK_WATCHED) gm_check_reached(e->base);
    if (gm_check_strict && __atomic_load_n(e->mark, __ATOMIC_RELAXED) != epoch) {
        gm_os_printf("runtime: object %p (size %u) is reachable and was not marked\n",
                     (void *)e->base, e->shape->size);
        gm_fatal("checkmark found unmarked object");
    }
    return true;
}

/* A callback must meet only what the program has allocated. Marking as such tolerates a wild word that leads to a
 * free slot, and reads what was left there. */
static bool is_wild(const gm_mark_entry *e) {
    if (!e->shape->traced && e->shape->kind != GM_SHAPE_KIND_MIXED) return false;
    const gm_span *s = gm_span_of(e->base);
    return !s || !gm_slot_taken(s, gm_span_index(s, e->base));
}

static void process(gm_marker *m, const gm_mark_entry *e) {
    const gm_shape *sh = e->shape;
    if (is_wild(e)) return;
    if (gm_check_arena) {
        if (!check_first_visit(e, m->epoch)) return;
    } else {
        if (__atomic_load_n(e->mark, __ATOMIC_RELAXED) == m->epoch) return;
        __atomic_store_n(e->mark, m->epoch, __ATOMIC_RELAXED);
        if (m->watching) gm_ephemerons_reached(m, e->mark);
    }
    m->objects++;
    m->bytes += sh->size ? sh->size : gm_span_of(e->base)->elem_size;
    m->scan_work += sh->words * 8;
    scan_from(m, e->base, sh, 0);
}

void gm_mark_shade(gm_marker *m, uintptr_t w) {
    if (!gm_in_heap(w)) return;
    if (queued(m) == GM_MARK_QUEUE) {
        push(m, w);
        return;
    }
    uint32_t before = m->tail;
    enqueue(m, w);
    if (m->tail == before) return;
    gm_mark_entry e = m->queue[--m->tail % GM_MARK_QUEUE];
    if (__atomic_load_n(e.mark, __ATOMIC_RELAXED) == m->epoch || is_wild(&e)) return;
    __atomic_store_n(e.mark, m->epoch, __ATOMIC_RELAXED);
    if (m->watching) gm_ephemerons_reached(m, e.mark);
    m->objects++;
    m->bytes += e.shape->size ? e.shape->size : gm_span_of(e.base)->elem_size;
    m->scan_work += e.shape->words * 8;
    bool scan =
        e.shape->kind != GM_SHAPE_KIND_NOSCAN && e.shape->kind != GM_SHAPE_KIND_LARGE_NOSCAN;
    if (scan) push_rest(m, e.base, 0);
}

/* --- conservative words --- */

/* A word that is no pointer by itself: what the program's functions make of it. */
static __attribute__((noinline)) void mark_decoded(gm_marker *m, uintptr_t w, uint32_t decoders) {
    for (uint32_t i = 0; i < decoders; i++) {
        uintptr_t p = (uintptr_t)gm_stack_decoder[i](w);
        if (gm_in_heap(p) && gm_find_object((const void *)p, NULL)) found(m, p);
    }
}

void gm_mark_conservative(gm_marker *m, const void *lo, const void *hi) {
    uintptr_t at = ((uintptr_t)lo + 7) & ~(uintptr_t)7, end = (uintptr_t)hi & ~(uintptr_t)7;
    uint32_t decoders = __atomic_load_n(&gm_stack_decoders, __ATOMIC_ACQUIRE);
    const heap_filter filter = filter_heap();
    while (at < end) {
        if (!decoders) at = skip_groups(filter, at, end);
        uintptr_t stop = end - at < GROUP ? end : at + GROUP;
        for (; at < stop; at += 8) {
            uintptr_t w = load_word(at, 0);
            if (gm_in_heap(w) && gm_find_object((const void *)w, NULL))
                found(m, w);
            else if (decoders && w)
                mark_decoded(m, w, decoders);
        }
    }
}

/* --- draining --- */

static void pop_stack(gm_marker *m) {
    gm_workbuf *b = m->buf;
    uintptr_t w = b->word[--b->n];
    if (!(w & RANGE_TAG)) {
        enqueue(m, w);
        return;
    }
    size_t from = b->word[--b->n];
    uintptr_t base = w & ~RANGE_TAG;
    scan_from(m, base, shape_at(base), from);
}

static bool refill_stack(gm_marker *m) {
    gm_workbuf *b = take_full();
    if (!b) return false;
    gm_mutex_lock(&work.lock);
    gm_fixalloc_give(&work.bufs, m->buf);
    gm_mutex_unlock(&work.lock);
    m->buf = b;
    return true;
}

/* Up to n steps, each an object taken out of the queue, oldest first, or a word of the stack that
 * fills it up. What process does, with all that a usual object needs in registers: this is where a
 * collection spends its time. False: nothing is left here. */
static bool process_some(gm_marker *m, uint32_t n) {
    const tables t = heap_tables();
    const uint8_t epoch = m->epoch;
    uint32_t head = m->head, tail = m->tail;
    uint64_t tally = 0;
    for (; n > 0; n--) {
        if (tail - head < GM_MARK_LOW) {
            gm_workbuf *b = m->buf;
            if (b->n > 0 && !(b->word[b->n - 1] & RANGE_TAG)) {
                tail += locate(&t, b->word[--b->n], slot_at(m, tail));
                continue;
            }
            if (b->n > 0 || tail == head) break;
        }
        const gm_mark_entry *e = slot_at(m, head++);
        if (__atomic_load_n(e->mark, __ATOMIC_RELAXED) == epoch) continue;
        const gm_shape *sh = e->shape;
        const uintptr_t base = e->base;
        if (__builtin_expect(sh->kind != GM_SHAPE_KIND_MASK && sh->kind != GM_SHAPE_KIND_NOSCAN,
                             0)) {
            gm_mark_entry copy = *e; /* its place may be taken while it is scanned */
            m->head = head;
            m->tail = tail;
            process(m, &copy);
            tail = m->tail;
            continue;
        }
        __atomic_store_n(e->mark, epoch, __ATOMIC_RELAXED);
        tally += sh->tally;
        for (uint64_t bits = sh->mask; bits; bits &= bits - 1) {
            uintptr_t w = load_word(base, (unsigned)__builtin_ctzll(bits));
            if (w - t.base >= t.bytes) continue;
            if (tail - head < GM_MARK_QUEUE)
                tail += locate(&t, w, slot_at(m, tail));
            else
                push(m, w);
        }
    }
    m->head = head;
    m->tail = tail;
    m->bytes += tally & ((1u << GM_TALLY_WORDS) - 1);
    m->scan_work += (int64_t)(tally >> GM_TALLY_WORDS & ((1u << GM_TALLY_WORDS) - 1)) * 8;
    m->objects += tally >> GM_TALLY_OBJECTS;
    if (n == 0) return true;
    if (m->buf->n == 0) return false;
    pop_stack(m);
    return true;
}

/* One after the other, for what is done beside marking. */
static bool process_checking(gm_marker *m) {
    if (queued(m) == 0 && m->buf->n > 0) pop_stack(m);
    if (queued(m) == 0) return m->buf->n > 0;
    gm_mark_entry e = *slot_at(m, m->head++);
    process(m, &e);
    return true;
}

bool gm_mark_drain(gm_marker *m, int64_t budget, const uint32_t *stop) {
    int64_t limit = budget == INT64_MAX ? INT64_MAX : m->scan_work + budget;
    for (;;) {
        bool one_by_one = gm_check_arena || m->watching;
        bool some = one_by_one ? process_checking(m) : process_some(m, GM_TALLY_MAX);
        if (!some && !refill_stack(m) && !(m->watching && gm_ephemerons_step(m))) return true;
        if (m->scan_work >= limit || (stop && __atomic_load_n(stop, __ATOMIC_RELAXED)))
            return false;
        if (__atomic_load_n(&gm_mark_idle, __ATOMIC_RELAXED) && m->buf->n > 8 &&
            !gm_mark_work_left())
            share(m);
    }
}

void gm_marker_tell(gm_marker *m, void (*fn)(void *arg, uintptr_t base), void *arg) {
    for (;;) {
        while (queued(m) > 0) fn(arg, slot_at(m, m->head++)->base);
        if (m->buf->n > 0)
            pop_stack(m);
        else if (!refill_stack(m))
            return;
    }
}

/* What is queued goes on the stack; a stack with anything on it goes to the global list. */
void gm_marker_put(gm_marker *m) {
    while (queued(m) > 0) push(m, m->queue[m->head++ % GM_MARK_QUEUE].base);
    if (m->buf->n > 0) next_buf(m);
    __atomic_fetch_add(&gm_mark_total.bytes, m->bytes, __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_mark_total.objects, m->objects, __ATOMIC_RELAXED);
    __atomic_fetch_add(&gm_mark_total.scan_work, m->scan_work, __ATOMIC_RELAXED);
    m->bytes = m->objects = 0;
    m->scan_work = 0;
    gm_mutex_lock(&work.lock);
    m->next = work.markers;
    work.markers = m;
    __atomic_store_n(&work.active, work.active - 1, __ATOMIC_RELAXED);
    gm_mutex_unlock(&work.lock);
}
