/* pkg_sha.c - blocks of SHA-1 and SHA-256 by the instructions that compute four rounds and two.
 *
 * Both keep the state in two vectors in the order that the instructions want, and the last sixteen words of the message in four
 * vectors, each of which is replaced by the words sixteen further on when it has been used. The time depends on
 * the number of blocks alone. lib/overlay asks whether the processor has the instructions, and calls with pieces of bounded
 * length, because goroutines do not give way in here.
 *
 * Machine: x86-64 with the SHA extensions and SSE4.1. Source: the description of the instructions in Intel's manual; FIPS 180-4.
 */
#include "lang/lang.h"

#ifdef __x86_64__
#include <immintrin.h>

#define SHA __attribute__((target("sha,sse4.1,ssse3")))

enum { BLOCK = 64 };

static inline __m128i load(const void *p) {
    return _mm_loadu_si128(p);
}

/* --- SHA-256: a b e f and c d g h, a and c in the upper lanes --- */

static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

typedef struct state256 {
    __m128i abef, cdgh;
} state256;

SHA static inline void four256(state256 *s, __m128i words, const uint32_t *k) {
    __m128i sum = _mm_add_epi32(words, load(k));
    s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, sum);
    s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/* The four words after the sixteen of a, b, c, d. */
SHA static inline __m128i next256(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
    return _mm_sha256msg2_epu32(sum, d);
}

SHA static inline void block256(state256 *s, const uint8_t *p) {
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i w0 = _mm_shuffle_epi8(load(p), order), w1 = _mm_shuffle_epi8(load(p + 16), order);
    __m128i w2 = _mm_shuffle_epi8(load(p + 32), order), w3 = _mm_shuffle_epi8(load(p + 48), order);
    for (const uint32_t *k = k256;; k += 16) {
        four256(s, w0, k);
        four256(s, w1, k + 4);
        four256(s, w2, k + 8);
        four256(s, w3, k + 12);
        if (k == k256 + 48) return;
        w0 = next256(w0, w1, w2, w3);
        w1 = next256(w1, w2, w3, w0);
        w2 = next256(w2, w3, w0, w1);
        w3 = next256(w3, w0, w1, w2);
    }
}

SHA void crypto$0internal$0fips140$0sha256$blockSHANI(uint32_t *h, const uint8_t *p, gm_int n) {
    __m128i badc = _mm_shuffle_epi32(load(h), 0xb1), hgfe = _mm_shuffle_epi32(load(h + 4), 0x1b);
    state256 s = {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
    for (; n >= BLOCK; p += BLOCK, n -= BLOCK) {
        state256 before = s;
        block256(&s, p);
        s.abef = _mm_add_epi32(s.abef, before.abef);
        s.cdgh = _mm_add_epi32(s.cdgh, before.cdgh);
    }
    __m128i abef = _mm_shuffle_epi32(s.abef, 0x1b), ghcd = _mm_shuffle_epi32(s.cdgh, 0xb1);
    _mm_storeu_si128((void *)h, _mm_blend_epi16(abef, ghcd, 0xf0));
    _mm_storeu_si128((void *)(h + 4), _mm_alignr_epi8(ghcd, abef, 8));
}

/* --- SHA-1: a b c d, a in the upper lane, and in the upper lane of another vector what e comes from --- */

typedef struct state1 {
    __m128i abcd, e;
} state1;

/* The function and the constant of a quarter of the rounds are part of the instruction. */
SHA static inline __m128i rounds1(__m128i abcd, __m128i sum, int quarter) {
    switch (quarter) {
    case 0: return _mm_sha1rnds4_epu32(abcd, sum, 0);
    case 1: return _mm_sha1rnds4_epu32(abcd, sum, 1);
    case 2: return _mm_sha1rnds4_epu32(abcd, sum, 2);
    default: return _mm_sha1rnds4_epu32(abcd, sum, 3);
    }
}

/* sum: the words, and e added to the first. */
SHA static inline void four1(state1 *s, __m128i sum, int group) {
    s->e = s->abcd;
    s->abcd = rounds1(s->abcd, sum, group / 5);
}

SHA static inline __m128i next1(__m128i a, __m128i b, __m128i c, __m128i d) {
    return _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(a, b), c), d);
}

SHA static inline void block1(state1 *s, const uint8_t *p) {
    const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    __m128i w0 = _mm_shuffle_epi8(load(p), order), w1 = _mm_shuffle_epi8(load(p + 16), order);
    __m128i w2 = _mm_shuffle_epi8(load(p + 32), order), w3 = _mm_shuffle_epi8(load(p + 48), order);
    state1 before = *s;
    for (int group = 0;; group += 4) {
        four1(s, group ? _mm_sha1nexte_epu32(s->e, w0) : _mm_add_epi32(s->e, w0), group);
        four1(s, _mm_sha1nexte_epu32(s->e, w1), group + 1);
        four1(s, _mm_sha1nexte_epu32(s->e, w2), group + 2);
        four1(s, _mm_sha1nexte_epu32(s->e, w3), group + 3);
        if (group == 16) break;
        w0 = next1(w0, w1, w2, w3);
        w1 = next1(w1, w2, w3, w0);
        w2 = next1(w2, w3, w0, w1);
        w3 = next1(w3, w0, w1, w2);
    }
    s->e = _mm_sha1nexte_epu32(s->e, before.e);
    s->abcd = _mm_add_epi32(s->abcd, before.abcd);
}

SHA void crypto$0sha1$blockSHANI(uint32_t *h, const uint8_t *p, gm_int n) {
    state1 s = {_mm_shuffle_epi32(load(h), 0x1b), _mm_set_epi32((int)h[4], 0, 0, 0)};
    for (; n >= BLOCK; p += BLOCK, n -= BLOCK) block1(&s, p);
    _mm_storeu_si128((void *)h, _mm_shuffle_epi32(s.abcd, 0x1b));
    h[4] = (uint32_t)_mm_extract_epi32(s.e, 3);
}
#endif
