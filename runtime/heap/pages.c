/* pages.c - the page allocator; see pages.h. */
#include "heap/pages.h"

#include <string.h>

static size_t round_pow2(size_t n) {
    size_t p = 1;
    while (p < n) p <<= 1;
    return p;
}

size_t gm_pages_table_size(size_t npages) {
    size_t chunks = round_pow2((npages + GM_CHUNK_PAGES - 1) / GM_CHUNK_PAGES);
    return chunks *
           (2 * GM_CHUNK_WORDS * sizeof(uint64_t) + 2 * sizeof(gm_page_sum) + sizeof(uint16_t));
}

void gm_pages_setup(gm_pages *p, void *mem, size_t npages) {
    memset(p, 0, sizeof *p);
    p->nchunks = round_pow2((npages + GM_CHUNK_PAGES - 1) / GM_CHUNK_PAGES);
    p->free = mem;
    p->released = p->free + p->nchunks * GM_CHUNK_WORDS;
    p->tree = (gm_page_sum *)(p->released + p->nchunks * GM_CHUNK_WORDS);
    p->backed = (uint16_t *)(p->tree + 2 * p->nchunks);
}

/* --- summaries --- */

/* Longest run of ones in x. */
static unsigned longest_run(uint64_t x) {
    unsigned n = 0;
    while (x) {
        x &= x << 1;
        n++;
    }
    return n;
}

static gm_page_sum summarise(const uint64_t *w) {
    uint32_t run = 0, max = 0, start = 0;
    bool in_start = true;
    for (int i = 0; i < GM_CHUNK_WORDS; i++) {
        uint64_t x = w[i];
        if (x == ~(uint64_t)0) {
            run += 64;
            continue;
        }
        run += (uint32_t)__builtin_ctzll(~x);
        if (in_start) start = run;
        in_start = false;
        if (run > max) max = run;
        if (x) {
            uint32_t inner = longest_run(x);
            if (inner > max) max = inner;
        }
        run = (uint32_t)__builtin_clzll(~x);
    }
    if (in_start) return (gm_page_sum){GM_CHUNK_PAGES, GM_CHUNK_PAGES, GM_CHUNK_PAGES};
    if (run > max) max = run;
    return (gm_page_sum){start, max, run};
}

static gm_page_sum join(gm_page_sum a, gm_page_sum b, uint32_t half) {
    gm_page_sum r;
    r.start = a.start == half ? half + b.start : a.start;
    r.end = b.end == half ? half + a.end : b.end;
    r.max = a.max > b.max ? a.max : b.max;
    if (a.end + b.start > r.max) r.max = a.end + b.start;
    return r;
}

static bool same(gm_page_sum a, gm_page_sum b) {
    return a.start == b.start && a.max == b.max && a.end == b.end;
}

/* Brings the tree up to date over chunks first..last. */
static void update(gm_pages *p, size_t first, size_t last) {
    for (size_t c = first; c <= last; c++) {
        p->tree[p->nchunks + c] = summarise(p->free + c * GM_CHUNK_WORDS);
        p->backed[c] = 0;
    }
    size_t lo = (p->nchunks + first) >> 1, hi = (p->nchunks + last) >> 1;
    uint32_t half = GM_CHUNK_PAGES;
    while (lo > 0) {
        bool changed = false;
        for (size_t i = lo; i <= hi; i++) {
            gm_page_sum s = join(p->tree[2 * i], p->tree[2 * i + 1], half);
            if (same(s, p->tree[i])) continue;
            p->tree[i] = s;
            changed = true;
        }
        if (!changed) return;
        lo >>= 1;
        hi >>= 1;
        half *= 2;
    }
}

/* --- ranges of bits --- */

/* The bits of word i that lie in [page, page+n). */
static uint64_t bits_in_word(size_t page, size_t n, size_t i) {
    size_t lo = page > i * 64 ? page - i * 64 : 0;
    size_t hi = page + n < i * 64 + 64 ? page + n - i * 64 : 64;
    uint64_t up_to_hi = hi == 64 ? ~(uint64_t)0 : ((uint64_t)1 << hi) - 1;
    return up_to_hi & (~(uint64_t)0 << lo);
}

static size_t last_word(size_t page, size_t n) {
    return (page + n - 1) / 64;
}

void gm_pages_give(gm_pages *p, size_t page, size_t n, bool released) {
    for (size_t i = page / 64; i <= last_word(page, n); i++) {
        uint64_t m = bits_in_word(page, n, i);
        p->free[i] |= m;
        if (released)
            p->released[i] |= m;
        else
            p->released[i] &= ~m;
    }
    p->nfree += n;
    if (released) p->nreleased += n;
    if (page + n > p->top) p->top = page + n;
    update(p, page / GM_CHUNK_PAGES, (page + n - 1) / GM_CHUNK_PAGES);
}

/* The first run of n ones in a chunk that is known to have one. */
static size_t find_in_chunk(const uint64_t *w, size_t n) {
    size_t run = 0, i = 0;
    while (i < GM_CHUNK_PAGES) {
        uint64_t x = w[i >> 6] >> (i & 63);
        size_t left = 64 - (i & 63);
        if (x == 0) {
            run = 0;
            i += left;
            continue;
        }
        size_t zeros = (size_t)__builtin_ctzll(x);
        if (zeros) {
            run = 0;
            i += zeros;
            continue;
        }
        size_t ones = ~x ? (size_t)__builtin_ctzll(~x) : 64;
        if (ones > left) ones = left;
        if (run + ones >= n) return i - run;
        run += ones;
        i += ones;
    }
    return GM_CHUNK_PAGES;
}

/* Lowest run of n pages; the root says there is one. */
static size_t find(const gm_pages *p, size_t n) {
    size_t node = 1, first = 0, width = p->nchunks;
    while (node < p->nchunks) {
        width /= 2;
        const gm_page_sum *a = &p->tree[2 * node], *b = a + 1;
        if (a->max >= n) {
            node = 2 * node;
        } else if (a->end + b->start >= n) {
            return (first + width) * GM_CHUNK_PAGES - a->end;
        } else {
            node = 2 * node + 1;
            first += width;
        }
    }
    return first * GM_CHUNK_PAGES + find_in_chunk(p->free + first * GM_CHUNK_WORDS, n);
}

bool gm_pages_take(gm_pages *p, size_t n, size_t *page, size_t *released) {
    if (n == 0 || p->tree[1].max < n) return false;
    size_t at = find(p, n), gone = 0;
    for (size_t i = at / 64; i <= last_word(at, n); i++) {
        uint64_t m = bits_in_word(at, n, i);
        gone += (size_t)__builtin_popcountll(p->released[i] & m);
        p->free[i] &= ~m;
        p->released[i] &= ~m;
    }
    p->nfree -= n;
    p->nreleased -= gone;
    update(p, at / GM_CHUNK_PAGES, (at + n - 1) / GM_CHUNK_PAGES);
    *page = at;
    *released = gone;
    return true;
}

bool gm_pages_take_fresh(gm_pages *p, size_t page, size_t n) {
    for (size_t i = page / 64; i <= last_word(page, n); i++)
        if (bits_in_word(page, n, i) & ~(p->free[i] & p->released[i])) return false;
    for (size_t i = page / 64; i <= last_word(page, n); i++) {
        p->free[i] &= ~bits_in_word(page, n, i);
        p->released[i] &= ~bits_in_word(page, n, i);
    }
    p->nfree -= n;
    p->nreleased -= n;
    update(p, page / GM_CHUNK_PAGES, (page + n - 1) / GM_CHUNK_PAGES);
    return true;
}

bool gm_pages_take_backed(gm_pages *p, size_t below, size_t max, size_t *page, size_t *n) {
    if (below > p->top) below = p->top;
    for (size_t i = (below + 63) / 64; i-- > 0;) {
        uint64_t x = p->free[i] & ~p->released[i];
        if (i == below / 64 && (below & 63)) x &= ((uint64_t)1 << (below & 63)) - 1;
        if (!x) continue;
        size_t high = 63 - (size_t)__builtin_clzll(x);
        uint64_t below_high = ~(x << (63 - high));
        size_t len = below_high ? (size_t)__builtin_clzll(below_high) : 64;
        if (len > max) len = max;
        size_t at = i * 64 + high + 1 - len;
        p->free[i] &= ~bits_in_word(at, len, i);
        p->nfree -= len;
        update(p, at / GM_CHUNK_PAGES, at / GM_CHUNK_PAGES);
        *page = at;
        *n = len;
        return true;
    }
    return false;
}

static void backed_in_chunk(const gm_pages *p, size_t chunk, uint64_t w[GM_CHUNK_WORDS]) {
    for (size_t i = 0; i < GM_CHUNK_WORDS; i++)
        w[i] = p->free[chunk * GM_CHUNK_WORDS + i] & ~p->released[chunk * GM_CHUNK_WORDS + i];
}

/* The chunk with the longest backed run; its length in *n, 0 if there is none. */
static size_t longest_backed(gm_pages *p, size_t *n) {
    uint64_t w[GM_CHUNK_WORDS];
    size_t best = 0;
    *n = 0;
    for (size_t c = (p->top + GM_CHUNK_PAGES - 1) / GM_CHUNK_PAGES; c-- > 0;) {
        if (p->backed[c] == 0) {
            backed_in_chunk(p, c, w);
            p->backed[c] = (uint16_t)(summarise(w).max + 1);
        }
        if (p->backed[c] - 1u <= *n) continue;
        *n = p->backed[c] - 1u;
        best = c;
    }
    return best;
}

bool gm_pages_take_longest(gm_pages *p, size_t max, size_t *page, size_t *n) {
    uint64_t w[GM_CHUNK_WORDS];
    size_t len, chunk = longest_backed(p, &len);
    if (len == 0) return false;
    backed_in_chunk(p, chunk, w);
    size_t at = chunk * GM_CHUNK_PAGES + find_in_chunk(w, len);
    if (len > max) {
        at += len - max;
        len = max;
    }
    for (size_t i = at / 64; i <= last_word(at, len); i++) p->free[i] &= ~bits_in_word(at, len, i);
    p->nfree -= len;
    update(p, chunk, chunk);
    *page = at;
    *n = len;
    return true;
}

void gm_pages_count(const gm_pages *p, size_t page, size_t n, size_t *free, size_t *released) {
    *free = *released = 0;
    if (n == 0) return;
    for (size_t i = page / 64; i <= last_word(page, n); i++) {
        uint64_t is_free = p->free[i] & bits_in_word(page, n, i);
        *free += (size_t)__builtin_popcountll(is_free);
        *released += (size_t)__builtin_popcountll(is_free & p->released[i]);
    }
}

size_t gm_pages_tail(const gm_pages *p) {
    size_t n = 0;
    for (size_t c = p->top / GM_CHUNK_PAGES; c-- > 0;) {
        uint32_t end = p->tree[p->nchunks + c].end;
        n += end;
        if (end < GM_CHUNK_PAGES) break;
    }
    return n;
}
