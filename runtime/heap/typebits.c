/* typebits.c - reading the pointer map of a type: flat bitmaps, runs, and the plain pointers of layouts. */
#include "heap/typebits.h"

/* Bits [at, at+n) of a bitmap of `total` bits, n <= 64; those beyond it are zero. */
static uint64_t bitmap_bits(const uint8_t *bits, size_t total, size_t at, unsigned n) {
    if (at >= total) return 0;
    if (n > total - at) n = (unsigned)(total - at);
    uint64_t v = 0;
    size_t first = at / 8, last = (at + n - 1) / 8;
    unsigned skip = at & 7;
    for (size_t i = first; i <= last && i < first + 8; i++)
        v |= (uint64_t)bits[i] << 8 * (i - first);
    v >>= skip;
    if (last - first == 8) v |= (uint64_t)bits[last] << (64 - skip);
    return n == 64 ? v : v & (((uint64_t)1 << n) - 1);
}

static uint64_t run_bits(const gm_gcrun *r, size_t at, unsigned n) {
    uint64_t v = 0;
    for (unsigned got = 0; got < n;) {
        size_t in_copy = (at + got) % r->nwords;
        unsigned step = n - got;
        if (step > r->nwords - in_copy) step = (unsigned)(r->nwords - in_copy);
        v |= bitmap_bits(r->bits, r->nwords, in_copy, step) << got;
        got += step;
    }
    return v;
}

static uint64_t program_bits(const gm_gcprog *p, size_t at, unsigned n) {
    uint64_t v = 0;
    size_t begin = 0;
    for (uint64_t i = 0; i < p->nruns && begin < at + n; i++) {
        const gm_gcrun *r = &p->runs[i];
        size_t end = begin + r->nwords * r->repeat;
        size_t lo = at > begin ? at : begin, hi = at + n < end ? at + n : end;
        if (lo < hi && r->bits) v |= run_bits(r, lo - begin, (unsigned)(hi - lo)) << (lo - at);
        begin = end;
    }
    return v;
}

/* Ones from bit a to bit b, b excluded; 0 <= a < b <= 64. */
static uint64_t ones(size_t a, size_t b) {
    return (~(uint64_t)0 >> (64 - (b - a))) << a;
}

static uint64_t layout_bits(const gm_layout *l, size_t at, unsigned n) {
    uint64_t v = 0;
    for (uint32_t i = 0; i < l->npointers; i++) {
        size_t lo = l->pointers[i].offset / 8, hi = lo + l->pointers[i].count;
        if (lo < at) lo = at;
        if (hi > at + n) hi = at + n;
        if (lo < hi) v |= ones(lo - at, hi - at);
    }
    return v;
}

bool gm_type_is_plain(const gm_type *t) {
    const gm_layout *l = gm_layout_of(t);
    return !l || (!l->trace && !l->nvalues && (!l->tail || gm_type_is_plain(l->tail)));
}

bool gm_type_is_traced(const gm_type *t) {
    const gm_layout *l = gm_layout_of(t);
    return l && (l->trace || (l->tail && gm_type_is_traced(l->tail)));
}

uint64_t gm_type_bits(const gm_type *t, size_t word, unsigned n) {
    if (t->tflag & GM_TFLAG_LAYOUT) return layout_bits(gm_layout_of(t), word, n);
    if (t->tflag & GM_TFLAG_GCMASK_ON_DEMAND) return program_bits(gm_gcprog_of(t), word, n);
    return bitmap_bits(t->gcdata, t->ptrdata / 8, word, n);
}

/* --- arrays --- */

void gm_array_bits_begin(gm_array_bits *a, const gm_type *t, size_t word) {
    *a = (gm_array_bits){.type = t, .words = t->size / 8};
    if (a->words > 64) {
        a->at = word % a->words;
        return;
    }
    uint64_t one = gm_type_bits(t, 0, (unsigned)a->words);
    for (; a->period + a->words <= 64; a->period += (unsigned)a->words) a->bits |= one << a->period;
    a->at = word % a->period;
}

static uint64_t wide_next(gm_array_bits *a) {
    uint64_t v = 0;
    for (unsigned got = 0; got < 64;) {
        unsigned n = 64 - got;
        if (n > a->words - a->at) n = (unsigned)(a->words - a->at);
        v |= gm_type_bits(a->type, a->at, n) << got;
        got += n;
        a->at = a->at + n == a->words ? 0 : a->at + n;
    }
    return v;
}

uint64_t gm_array_bits_next(gm_array_bits *a) {
    if (!a->period) return wide_next(a);
    uint64_t v = a->bits >> a->at;
    for (unsigned have = a->period - (unsigned)a->at; have < 64; have += a->period)
        v |= a->bits << have;
    a->at = (a->at + 64) % a->period;
    return v;
}

size_t gm_array_bits_skip(gm_array_bits *a) {
    if (a->period || a->at * 8 < a->type->ptrdata) return 0;
    size_t gap = a->words - a->at;
    a->at = 0;
    return gap;
}
