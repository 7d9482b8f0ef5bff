/* pkg_big.c - arithmetic on vectors of words for math/big, and for crypto's numbers.
 *
 * Sums and differences go four words at a time, with the carry in the processor's flag between them; products are of 128 bits.
 * Vectors may be the same. The time depends on lengths alone.
 *
 * Machine: x86-64, for the carries of sums; elsewhere they are computed.
 */
#include "lang/lang.h"

typedef unsigned __int128 wide;

/* --- sums --- */

#ifdef __x86_64__
/* OP is adc or sbb. The flag is set from c first, and ends up there. */
#define FOUR_WORDS(OP)                                                                             \
    uint64_t t0 = x[0], t1 = x[1], t2 = x[2], t3 = x[3];                                           \
    __asm__("addb $-1, %b[c]\n\t" OP " %[y0], %[t0]\n\t" OP " %[y1], %[t1]\n\t" OP                 \
            " %[y2], %[t2]\n\t" OP " %[y3], %[t3]\n\tsetc %b[c]"                                   \
            : [c] "+q"(c), [t0] "+r"(t0), [t1] "+r"(t1), [t2] "+r"(t2), [t3] "+r"(t3)              \
            : [y0] "m"(y[0]), [y1] "m"(y[1]), [y2] "m"(y[2]), [y3] "m"(y[3])                       \
            : "cc");                                                                               \
    z[0] = t0;                                                                                     \
    z[1] = t1;                                                                                     \
    z[2] = t2;                                                                                     \
    z[3] = t3;                                                                                     \
    return c

static inline uint8_t add4(uint64_t *z, const uint64_t *x, const uint64_t *y, uint8_t c) {
    FOUR_WORDS("adcq");
}
static inline uint8_t sub4(uint64_t *z, const uint64_t *x, const uint64_t *y, uint8_t c) {
    FOUR_WORDS("sbbq");
}
#undef FOUR_WORDS
#endif

static inline uint8_t add1(uint64_t *z, uint64_t x, uint64_t y, uint8_t c) {
    wide t = (wide)x + y + c;
    *z = (uint64_t)t;
    return (uint8_t)(t >> 64);
}
static inline uint8_t sub1(uint64_t *z, uint64_t x, uint64_t y, uint8_t c) {
    wide t = (wide)x - y - c;
    *z = (uint64_t)t;
    return (uint8_t)(t >> 64 & 1);
}

#ifndef __x86_64__
static inline uint8_t add4(uint64_t *z, const uint64_t *x, const uint64_t *y, uint8_t c) {
    for (int i = 0; i < 4; i++) c = add1(z + i, x[i], y[i], c);
    return c;
}
static inline uint8_t sub4(uint64_t *z, const uint64_t *x, const uint64_t *y, uint8_t c) {
    for (int i = 0; i < 4; i++) c = sub1(z + i, x[i], y[i], c);
    return c;
}
#endif

/* z = x + y + carry, of n words; the carry out of it. */
uint64_t math$0big$addWords(uint64_t *z, const uint64_t *x, const uint64_t *y, gm_int n,
                            uint64_t carry) {
    uint8_t c = (uint8_t)carry;
    gm_int i = 0;
    for (; i + 4 <= n; i += 4) c = add4(z + i, x + i, y + i, c);
    for (; i < n; i++) c = add1(z + i, x[i], y[i], c);
    return c;
}

/* z = x - y - carry. */
uint64_t math$0big$subWords(uint64_t *z, const uint64_t *x, const uint64_t *y, gm_int n,
                            uint64_t carry) {
    uint8_t c = (uint8_t)carry;
    gm_int i = 0;
    for (; i + 4 <= n; i += 4) c = sub4(z + i, x + i, y + i, c);
    for (; i < n; i++) c = sub1(z + i, x[i], y[i], c);
    return c;
}

/* --- products --- */

/* z = x * m + a; the word that is carried out. */
uint64_t math$0big$mulWords(uint64_t *z, const uint64_t *x, gm_int n, uint64_t m, uint64_t a) {
    for (gm_int i = 0; i < n; i++) {
        wide t = (wide)x[i] * m + a;
        z[i] = (uint64_t)t;
        a = (uint64_t)(t >> 64);
    }
    return a;
}

/* z = x + y * m + a. */
static inline uint64_t add_product(uint64_t *z, const uint64_t *x, const uint64_t *y, gm_int n,
                                   uint64_t m, uint64_t a) {
    for (gm_int i = 0; i < n; i++) {
        wide t = (wide)y[i] * m + x[i] + a;
        z[i] = (uint64_t)t;
        a = (uint64_t)(t >> 64);
    }
    return a;
}

uint64_t math$0big$addMulWords(uint64_t *z, const uint64_t *x, const uint64_t *y, gm_int n, uint64_t m,
                               uint64_t a) {
    return add_product(z, x, y, n, m, a);
}

uint64_t crypto$0internal$0fips140$0bigmod$addMulWords(uint64_t *z, const uint64_t *x, gm_int n,
                                                       uint64_t m) {
    return add_product(z, z, x, n, m, 0);
}
