/* bytesearch.c - finding and counting bytes, sixteen or thirty-two at a time.
 *
 * A text is found by its first and its last byte: a place where both are right is a candidate, and only there are the
 * bytes between compared. A block of candidates is decided by two comparisons of vectors, so a text whose first bytes are
 * frequent costs little. Where fewer candidates than a block remain, the last block is looked at again from its end.
 * Where there is less than a block, a whole one is read all the same if it ends in the same page, and what lies behind
 * the end does not count.
 *
 * Bytes are counted by subtracting masks (a byte that matches is -1) from lanes of eight bits, which are added up before they
 * can overflow.
 *
 * Machine: x86-64, with vectors of 32 bytes where the processor has AVX2; others go byte by byte.
 */
#include "lang/bytesearch.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>

enum { BLOCK = 16, WIDE = 32, LANE_MAX = 255, SMALLEST_PAGE = 4096 };

/* Whether a block can be read at p because its first byte can. */
static inline bool block_is_there(const uint8_t *p) {
    return ((uintptr_t)p & (SMALLEST_PAGE - 1)) <= SMALLEST_PAGE - BLOCK;
}

/* A block of which only the first bytes may be the caller's. */
__attribute__((no_sanitize_address, always_inline)) static inline __m128i
block_at(const uint8_t *p) {
    return _mm_loadu_si128((const void *)p);
}

/* One bit for each of the candidates at a[i..i+15]. */
static inline uint32_t candidates(const uint8_t *a, gm_int k, __m128i first, __m128i last) {
    __m128i x = _mm_cmpeq_epi8(block_at(a), first);
    __m128i y = _mm_cmpeq_epi8(block_at(a + k - 1), last);
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(x, y));
}

/* Whether a[:k] is b. Candidates that are wrong mostly differ in the first few bytes, which costs no call. */
static inline bool is_text(const uint8_t *a, const uint8_t *b, gm_int k) {
    uint32_t x, y;
    if (k < 4) return k == 2 || a[1] == b[1];
    memcpy(&x, a, 4);
    memcpy(&y, b, 4);
    return x == y && memcmp(a + 4, b + 4, (size_t)k - 4) == 0;
}

/* The first of the candidates that is b; -1: none is. */
static gm_int first_right(const uint8_t *a, uint32_t mask, const uint8_t *b, gm_int k) {
    for (; mask; mask &= mask - 1) {
        int i = __builtin_ctz(mask);
        if (is_text(a + i, b, k)) return i;
    }
    return -1;
}

static gm_int find_blocks(const uint8_t *a, gm_int places, const uint8_t *b, gm_int k) {
    __m128i first = _mm_set1_epi8((char)b[0]), last = _mm_set1_epi8((char)b[k - 1]);
    for (gm_int i = 0;; i += BLOCK) {
        if (i > places - BLOCK) i = places - BLOCK;
        uint32_t mask = candidates(a + i, k, first, last);
        gm_int at = mask ? first_right(a + i, mask, b, k) : -1;
        if (at >= 0) return i + at;
        if (i == places - BLOCK) return -1;
    }
}

/* The same where there are fewer than BLOCK places: -1 also, with *done false, if the blocks cannot be read. */
__attribute__((no_sanitize_address)) static gm_int
find_in_block(const uint8_t *a, gm_int places, const uint8_t *b, gm_int k, bool *done) {
    *done = block_is_there(a) && block_is_there(a + k - 1);
    if (!*done) return -1;
    uint32_t mask = candidates(a, k, _mm_set1_epi8((char)b[0]), _mm_set1_epi8((char)b[k - 1]));
    return first_right(a, mask & ((1U << places) - 1), b, k);
}

static uint64_t sum_lanes(__m128i lanes) {
    __m128i sums = _mm_sad_epu8(lanes, _mm_setzero_si128());
    return (uint64_t)_mm_cvtsi128_si64(sums) + (uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(sums, 8));
}

/* n is a multiple of BLOCK. */
static uint64_t count_blocks(const uint8_t *p, gm_int n, uint8_t c) {
    __m128i want = _mm_set1_epi8((char)c);
    uint64_t found = 0;
    for (gm_int i = 0; i < n;) {
        __m128i lanes = _mm_setzero_si128();
        for (int k = 0; k < LANE_MAX && i < n; k++, i += BLOCK)
            lanes =
                _mm_sub_epi8(lanes, _mm_cmpeq_epi8(_mm_loadu_si128((const void *)(p + i)), want));
        found += sum_lanes(lanes);
    }
    return found;
}

/* The same, a multiple of WIDE. */
__attribute__((target("avx2"))) static uint64_t count_wide(const uint8_t *p, gm_int n, uint8_t c) {
    __m256i want = _mm256_set1_epi8((char)c);
    uint64_t found = 0;
    for (gm_int i = 0; i < n;) {
        __m256i lanes = _mm256_setzero_si256();
        for (int k = 0; k < LANE_MAX && i < n; k++, i += WIDE)
            lanes = _mm256_sub_epi8(
                lanes, _mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)(p + i)), want));
        __m256i sums = _mm256_sad_epu8(lanes, _mm256_setzero_si256());
        found += (uint64_t)_mm256_extract_epi64(sums, 0) + (uint64_t)_mm256_extract_epi64(sums, 1) +
                 (uint64_t)_mm256_extract_epi64(sums, 2) + (uint64_t)_mm256_extract_epi64(sums, 3);
    }
    return found;
}

/* The first or the last n bytes of BLOCK, from 1 to BLOCK. */
static inline __m128i first_bytes(gm_int n) {
    static const uint8_t ones[2 * BLOCK] = {255, 255, 255, 255, 255, 255, 255, 255,
                                            255, 255, 255, 255, 255, 255, 255, 255};
    return _mm_loadu_si128((const void *)(ones + BLOCK - n));
}
static inline __m128i last_bytes(gm_int n) {
    return _mm_xor_si128(first_bytes(BLOCK - n), _mm_set1_epi8(-1));
}

/* In the block at p, those bytes that `among` has. */
__attribute__((no_sanitize_address)) static gm_int count_in_block(const uint8_t *p, __m128i among,
                                                                  uint8_t c) {
    __m128i found = _mm_and_si128(_mm_cmpeq_epi8(block_at(p), _mm_set1_epi8((char)c)), among);
    return (gm_int)sum_lanes(_mm_sub_epi8(_mm_setzero_si128(), found));
}

static gm_int count_vectors(const uint8_t *p, gm_int n, uint8_t c, gm_int *done) {
    enum { WORTH_IT = 8 * WIDE };
    gm_int found = 0;
    *done = n;
    if (n <= 0) return 0;
    if (n < BLOCK) {
        if (block_is_there(p)) return count_in_block(p, first_bytes(n), c);
        return *done = 0;
    }
    gm_int whole = n / BLOCK * BLOCK;
    if (n >= WORTH_IT && __builtin_cpu_supports("avx2")) {
        whole = n / WIDE * WIDE;
        found = (gm_int)count_wide(p, whole, c);
        if (n - whole >= BLOCK) {
            found += (gm_int)count_blocks(p + whole, BLOCK, c);
            whole += BLOCK;
        }
    } else {
        found = (gm_int)count_blocks(p, whole, c);
    }
    return whole == n ? found : found + count_in_block(p + n - BLOCK, last_bytes(n - whole), c);
}
#else
enum { BLOCK = INT32_MAX };

static gm_int find_in_block(const uint8_t *a, gm_int places, const uint8_t *b, gm_int k,
                            bool *done) {
    (void)a, (void)places, (void)b, (void)k;
    *done = false;
    return -1;
}

static gm_int find_blocks(const uint8_t *a, gm_int places, const uint8_t *b, gm_int k) {
    (void)a, (void)places, (void)b, (void)k;
    return -1;
}

static gm_int count_vectors(const uint8_t *p, gm_int n, uint8_t c, gm_int *done) {
    (void)p, (void)n, (void)c;
    return *done = 0;
}
#endif

gm_int gm_find_bytes(const uint8_t *a, gm_int n, const uint8_t *b, gm_int k) {
    gm_int places = n - k + 1;
    if (places <= 0) return -1;
    if (places >= BLOCK) return find_blocks(a, places, b, k);
    bool done;
    gm_int at = find_in_block(a, places, b, k, &done);
    if (done) return at;
    uint16_t head, here;
    memcpy(&head, b, 2);
    for (gm_int i = 0; i < places; i++) {
        memcpy(&here, a + i, 2);
        if (here == head && memcmp(a + i + 2, b + 2, (size_t)k - 2) == 0) return i;
    }
    return -1;
}

gm_int gm_count_byte(const uint8_t *p, gm_int n, uint8_t c) {
    gm_int done, found = count_vectors(p, n, c, &done);
    for (gm_int i = done; i < n; i++) found += p[i] == c;
    return found;
}
