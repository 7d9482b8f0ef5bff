/* pkg_crc32.c - CRC-32 by multiplication without carries, sixty-four bytes at a time.
 *
 * The message is a polynomial. What stands n bits further up is worth its product with x^n mod P, so four vectors of the message
 * are multiplied into the place of the next four, until one vector is left, which is reduced by two multiplications more
 * (Barrett). All is in the order of bits that the CRC has: reflected. Source: Gopal and others, "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction", Intel 2009. The two polynomials differ in the constants only, which
 * follow from P: reflected, one bit up.
 *
 * lib/overlay/hash/crc32 asks whether the processor has the instructions, and calls with pieces of bounded length, because
 * goroutines do not give way in here.
 *
 * Machine: x86-64 with PCLMULQDQ and SSE4.1; the bytes of Castagnoli's polynomial one by one with SSE4.2.
 */
#include "lang/lang.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>

#define FOLD __attribute__((target("pclmul,sse4.1")))

enum { VECTOR = 16, FOUR = 64 };

typedef struct polynomial {
    int64_t by512[2];  /* x^(512+32), x^(512-32) mod P */
    int64_t by128[2];  /* x^(128+32), x^(128-32) mod P */
    int64_t by64[2];   /* x^64 mod P; unused */
    int64_t reduce[2]; /* P, x^64 / P */
} polynomial;

static const polynomial ieee = {
    {0x154442bd4, 0x1c6e41596}, {0x1751997d0, 0xccaa009e}, {0x163cd6124, 0}, {0x1db710641, 0x1f7011641}};
static const polynomial castagnoli = {
    {0x740eef02, 0x9e4addf8}, {0xf20c0dfe, 0x14cd00bd6}, {0xdd45aab8, 0}, {0x105ec76f1, 0xdea713f1}};

static inline __m128i load(const void *p) {
    return _mm_loadu_si128(p);
}

/* x, moved up by what k stands for, and added to what is there. */
FOLD static inline __m128i fold(__m128i x, __m128i k, __m128i there) {
    __m128i low = _mm_clmulepi64_si128(x, k, 0x00), high = _mm_clmulepi64_si128(x, k, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

FOLD static uint32_t reduce(__m128i x, const polynomial *p) {
    const __m128i words = _mm_setr_epi32(-1, 0, -1, 0), r = load(p->reduce);
    x = _mm_xor_si128(_mm_srli_si128(x, 8), _mm_clmulepi64_si128(x, load(p->by128), 0x10));
    __m128i top = _mm_srli_si128(x, 4);
    x = _mm_xor_si128(top, _mm_clmulepi64_si128(_mm_and_si128(x, words), load(p->by64), 0x00));
    __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(x, words), r, 0x10);
    __m128i product = _mm_clmulepi64_si128(_mm_and_si128(quotient, words), r, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x, product), 1);
}

/* Of n bytes, a multiple of VECTOR, FOUR at least; crc is not complemented. */
FOLD static uint32_t update(uint32_t crc, const uint8_t *b, gm_int n, const polynomial *p) {
    __m128i k = load(p->by512), x0 = _mm_xor_si128(load(b), _mm_cvtsi32_si128((int)crc));
    __m128i x1 = load(b + 16), x2 = load(b + 32), x3 = load(b + 48);
    for (b += FOUR, n -= FOUR; n >= FOUR; b += FOUR, n -= FOUR) {
        x0 = fold(x0, k, load(b));
        x1 = fold(x1, k, load(b + 16));
        x2 = fold(x2, k, load(b + 32));
        x3 = fold(x3, k, load(b + 48));
    }
    k = load(p->by128);
    x0 = fold(fold(fold(x0, k, x1), k, x2), k, x3);
    for (; n >= VECTOR; b += VECTOR, n -= VECTOR) x0 = fold(x0, k, load(b));
    return reduce(x0, p);
}

uint32_t hash$0crc32$foldIEEE(uint32_t crc, const uint8_t *p, gm_int n) {
    return update(crc, p, n, &ieee);
}
uint32_t hash$0crc32$foldCastagnoli(uint32_t crc, const uint8_t *p, gm_int n) {
    return update(crc, p, n, &castagnoli);
}

/* Of any n bytes, by the instruction for this one polynomial. */
__attribute__((target("sse4.2"))) uint32_t hash$0crc32$stepCastagnoli(uint32_t crc, const uint8_t *p,
                                                                      gm_int n) {
    uint64_t sum = crc, word;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        sum = _mm_crc32_u64(sum, word);
    }
    crc = (uint32_t)sum;
    for (; n > 0; p++, n--) crc = _mm_crc32_u8(crc, *p);
    return crc;
}
#endif
