/* pkg_aes.c - AES by the processor's instruction for a round, and GCM's hash by multiplication without carries.
 *
 * Round keys stand as the instruction wants them: the key's bytes in their order. Counters are encrypted up to eight at a
 * time, so that eight rounds are under way together. The hash of GCM is a polynomial in H over GF(2^128), whose bits
 * the standard writes the wrong way round: with H * x for H the product of the reversed bytes comes out right, and is
 * reduced from below, by two multiplications. Eight blocks are multiplied by eight powers before one reduction. Source: Gueron and
 * Kounavis, "Intel Carry-Less Multiplication Instruction and its Usage for Computing the GCM Mode", and for the
 * reduction Gueron, "AES-GCM-SIV".
 *
 * The time depends on lengths alone. lib/overlay asks whether the processor has the instructions, and calls with pieces
 * of bounded length, because goroutines do not give way in here.
 *
 * Machine: x86-64 with AES, PCLMULQDQ and SSE4.1.
 */
#include "lang/lang.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>

#define AES __attribute__((target("aes,sse4.1,ssse3")))
#define HASH __attribute__((target("pclmul,sse4.1,ssse3")))

enum { BLOCK = 16, WIDE = 8 };

static inline __m128i load(const void *p) {
    return _mm_loadu_si128(p);
}
static inline void store(void *p, __m128i v) {
    _mm_storeu_si128(p, v);
}

/* --- keys --- */

/* The bytes of a word through the S-box; turned: and rotated. */
AES static uint32_t substitute(uint32_t word, bool turned) {
    __m128i v = _mm_aeskeygenassist_si128(_mm_set1_epi32((int)word), 0);
    return (uint32_t)(turned ? _mm_extract_epi32(v, 1) : _mm_extract_epi32(v, 0));
}

/* enc, dec: 4 * (rounds + 1) words; those for decryption in the order of their use. */
AES void crypto$0internal$0fips140$0aes$expandKeyNI(gm_int rounds, const uint8_t *key, uint32_t *enc,
                                                    uint32_t *dec) {
    int nk = (int)rounds - 6, n = 4 * ((int)rounds + 1);
    uint32_t power = 1;
    memcpy(enc, key, (size_t)nk * 4);
    for (int i = nk; i < n; i++) {
        uint32_t word = enc[i - 1];
        if (i % nk == 0) {
            word = substitute(word, true) ^ power;
            power = power << 1 ^ (power >> 7) * 0x11b;
        } else if (nk > 6 && i % nk == 4) {
            word = substitute(word, false);
        }
        enc[i] = enc[i - nk] ^ word;
    }
    for (int i = 0; i <= rounds; i++) {
        __m128i k = load(enc + 4 * (rounds - i));
        store(dec + 4 * i, i == 0 || i == rounds ? k : _mm_aesimc_si128(k));
    }
}

/* --- single blocks --- */

AES static inline __m128i encrypt(__m128i v, const uint32_t *k, gm_int rounds) {
    v = _mm_xor_si128(v, load(k));
    for (gm_int i = 1; i < rounds; i++) v = _mm_aesenc_si128(v, load(k + 4 * i));
    return _mm_aesenclast_si128(v, load(k + 4 * rounds));
}

AES void crypto$0internal$0fips140$0aes$encryptBlockNI(gm_int rounds, const uint32_t *k, uint8_t *dst,
                                                       const uint8_t *src) {
    store(dst, encrypt(load(src), k, rounds));
}

AES void crypto$0internal$0fips140$0aes$decryptBlockNI(gm_int rounds, const uint32_t *k, uint8_t *dst,
                                                       const uint8_t *src) {
    __m128i v = _mm_xor_si128(load(src), load(k));
    for (gm_int i = 1; i < rounds; i++) v = _mm_aesdec_si128(v, load(k + 4 * i));
    store(dst, _mm_aesdeclast_si128(v, load(k + 4 * rounds)));
}

/* --- counters --- */

AES static inline void encrypt_wide(__m128i v[WIDE], const uint32_t *k, gm_int rounds) {
    __m128i key = load(k);
    for (int j = 0; j < WIDE; j++) v[j] = _mm_xor_si128(v[j], key);
    for (gm_int i = 1; i < rounds; i++) {
        key = load(k + 4 * i);
        v[0] = _mm_aesenc_si128(v[0], key);
        v[1] = _mm_aesenc_si128(v[1], key);
        v[2] = _mm_aesenc_si128(v[2], key);
        v[3] = _mm_aesenc_si128(v[3], key);
        v[4] = _mm_aesenc_si128(v[4], key);
        v[5] = _mm_aesenc_si128(v[5], key);
        v[6] = _mm_aesenc_si128(v[6], key);
        v[7] = _mm_aesenc_si128(v[7], key);
    }
    key = load(k + 4 * rounds);
    for (int j = 0; j < WIDE; j++) v[j] = _mm_aesenclast_si128(v[j], key);
}

AES static inline __m128i counter128(uint64_t lo, uint64_t hi) {
    return _mm_set_epi64x((int64_t)__builtin_bswap64(lo), (int64_t)__builtin_bswap64(hi));
}

/* n blocks, up to WIDE; src is read before dst is written. */
AES void crypto$0internal$0fips140$0aes$ctrBlocksNI(gm_int rounds, const uint32_t *k, uint8_t *dst,
                                                    const uint8_t *src, gm_int n, uint64_t lo,
                                                    uint64_t hi) {
    __m128i v[WIDE];
    for (int j = 0; j < WIDE; j++) v[j] = counter128(lo + (uint64_t)j, hi + (lo + (uint64_t)j < lo));
    if (n == 1)
        v[0] = encrypt(v[0], k, rounds);
    else
        encrypt_wide(v, k, rounds);
    for (gm_int j = 0; j < n; j++) v[j] = _mm_xor_si128(v[j], load(src + BLOCK * j));
    for (gm_int j = 0; j < n; j++) store(dst + BLOCK * j, v[j]);
}

/* GCM's: of the counter the last four bytes count, big-endian. n blocks. */
AES void crypto$0internal$0fips140$0aes$0gcm$cryptNI(gm_int rounds, const uint32_t *k, uint8_t *dst,
                                                     const uint8_t *src, gm_int n, uint8_t *counter) {
    uint32_t at;
    memcpy(&at, counter + 12, 4);
    at = __builtin_bswap32(at);
    __m128i base = load(counter);
    for (; n > 0; n -= WIDE, src += WIDE * BLOCK, dst += WIDE * BLOCK) {
        __m128i v[WIDE];
        for (int j = 0; j < WIDE; j++)
            v[j] = _mm_insert_epi32(base, (int)__builtin_bswap32(at + (uint32_t)j), 3);
        encrypt_wide(v, k, rounds);
        gm_int m = n < WIDE ? n : WIDE;
        for (gm_int j = 0; j < m; j++)
            store(dst + BLOCK * j, _mm_xor_si128(v[j], load(src + BLOCK * j)));
        at += (uint32_t)m;
    }
    at = __builtin_bswap32(at);
    memcpy(counter + 12, &at, 4);
}

/* --- GCM's hash --- */

typedef struct product {
    __m128i lo, mid, hi;
} product;

HASH static inline __m128i reversed(__m128i v) {
    return _mm_shuffle_epi8(v, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}

HASH static inline void add_product(product *p, __m128i x, __m128i y) {
    __m128i cross =
        _mm_xor_si128(_mm_clmulepi64_si128(x, y, 0x01), _mm_clmulepi64_si128(x, y, 0x10));
    p->lo = _mm_xor_si128(p->lo, _mm_clmulepi64_si128(x, y, 0x00));
    p->mid = _mm_xor_si128(p->mid, cross);
    p->hi = _mm_xor_si128(p->hi, _mm_clmulepi64_si128(x, y, 0x11));
}

/* Takes 64 bits off at the lower end, twice. */
HASH static inline __m128i reduce(product p) {
    const __m128i poly = _mm_set_epi64x(0, (int64_t)0xc200000000000000);
    __m128i lo = _mm_xor_si128(p.lo, _mm_slli_si128(p.mid, 8));
    __m128i hi = _mm_xor_si128(p.hi, _mm_srli_si128(p.mid, 8));
    for (int i = 0; i < 2; i++)
        lo = _mm_xor_si128(_mm_shuffle_epi32(lo, 0x4e), _mm_clmulepi64_si128(lo, poly, 0x00));
    return _mm_xor_si128(hi, lo);
}

/* powers[i] = h^(i+1) * x. */
HASH void crypto$0internal$0fips140$0aes$0gcm$powersNI(uint8_t *powers, const uint8_t *h) {
    uint64_t hi, lo;
    memcpy(&hi, h, 8);
    memcpy(&lo, h + 8, 8);
    hi = __builtin_bswap64(hi);
    lo = __builtin_bswap64(lo);
    uint64_t carry = -(hi >> 63);
    __m128i first = _mm_set_epi64x((int64_t)((hi << 1 | lo >> 63) ^ (carry & 0xc200000000000000)),
                                   (int64_t)(lo << 1 ^ (carry & 1)));
    __m128i power = first;
    for (int i = 0; i < WIDE; i++) {
        store(powers + BLOCK * i, power);
        product p = {0};
        add_product(&p, power, first);
        power = reduce(p);
    }
}

/* Goes on from sum with n blocks. */
HASH void crypto$0internal$0fips140$0aes$0gcm$hashNI(const uint8_t *powers, uint8_t *sum,
                                                     const uint8_t *data, gm_int n) {
    __m128i t = reversed(load(sum));
    while (n > 0) {
        gm_int m = n < WIDE ? n : WIDE;
        product p = {0};
        add_product(&p, _mm_xor_si128(t, reversed(load(data))), load(powers + BLOCK * (m - 1)));
        for (gm_int j = 1; j < m; j++)
            add_product(&p, reversed(load(data + BLOCK * j)), load(powers + BLOCK * (m - 1 - j)));
        t = reduce(p);
        data += BLOCK * m;
        n -= m;
    }
    store(sum, reversed(t));
}
#endif
