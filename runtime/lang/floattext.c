/* floattext.c - the shortest decimal that reads back as the same floating-point number, for print.
 *
 * The number is held as a fraction R/S of large integers, and so is half the distance to its neighbours
 * (Steele and White): digits are taken from R until what is left lies within that distance. Exact, and
 * needs neither the C library, which may not run on a goroutine's stack, nor memory of the collector.
 */
#include "lang/print.h"

enum { LIMBS = 38 }; /* of 32 bits: 2^1074 times twenty, with room for one more digit */

typedef struct Big { /* limbs beyond n are not looked at */
    int n;
    uint32_t limb[LIMBS];
} Big;

static void big_set(Big *b, uint64_t v, int shift) {
    *b = (Big){0};
    int word = shift / 32, bit = shift % 32;
    unsigned __int128 wide = (unsigned __int128)v << bit;
    for (int i = 0; i < 4; i++) b->limb[word + i] = (uint32_t)(wide >> (32 * i));
    b->n = word + 4;
    while (b->n && b->limb[b->n - 1] == 0) b->n--;
}

static void big_times(Big *b, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < b->n; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) b->limb[b->n++] = (uint32_t)carry;
}

static uint64_t limb_at(const Big *b, int i) {
    return i < b->n ? b->limb[i] : 0;
}

/* The sign of a + b - c. */
static int big_compare(const Big *a, const Big *b, const Big *c) {
    int64_t above =
        0; /* of the limbs gone through, in units of the next; beyond 2 nothing can make up for it */
    for (int i = LIMBS - 1; i >= 0; i--) {
        above = (above << 32) + (int64_t)(limb_at(a, i) + limb_at(b, i)) - (int64_t)limb_at(c, i);
        if (above > 2) return 1;
        if (above < -2) return -1;
    }
    return above > 0 ? 1 : above < 0 ? -1 : 0;
}

static void big_minus(Big *a, const Big *b) {
    int64_t borrow = 0;
    for (int i = 0; i < a->n; i++) {
        borrow += (int64_t)a->limb[i] - (int64_t)limb_at(b, i);
        a->limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (a->n && a->limb[a->n - 1] == 0) a->n--;
}

/* The digits of m * 2^e into `digits`; *point: how many of them stand before the decimal point.
 * lower_nearer: the neighbour below is half as far away as the one above. */
static int shortest_digits(uint64_t m, int e, bool lower_nearer, char *digits, int *point) {
    static const Big zero;
    Big r, s, up, down;
    int up_shift = lower_nearer, base = e > 0 ? e : 0, scale = (e < 0 ? -e : 0) + 1 + up_shift;
    big_set(&r, m, base + 1 + up_shift);
    big_set(&s, 1, scale);
    big_set(&up, 1, base + up_shift);
    big_set(&down, 1, base);
    bool even = m % 2 == 0; /* then the neighbours' halfway points read as this number as well */
    int k = 0;
    while (big_compare(&r, &up, &s) >= (even ? 0 : 1)) {
        big_times(&s, 10);
        k++;
    }
    for (;;) {
        Big r10 = r, up10 = up;
        big_times(&r10, 10);
        big_times(&up10, 10);
        if (big_compare(&r10, &up10, &s) >= (even ? 0 : 1)) break;
        r = r10;
        up = up10;
        big_times(&down, 10);
        k--;
    }
    *point = k;
    for (int n = 0;;) {
        big_times(&r, 10);
        big_times(&up, 10);
        big_times(&down, 10);
        int d = 0;
        for (; big_compare(&r, &zero, &s) >= 0; d++) big_minus(&r, &s);
        bool low = big_compare(&r, &zero, &down) <= (even ? 0 : -1);
        bool high = big_compare(&r, &up, &s) >= (even ? 0 : 1);
        if (low && high) {
            int half = big_compare(&r, &r, &s);
            d += half > 0 || (half == 0 && d % 2);
        } else if (high) {
            d++;
        }
        digits[n++] = (char)('0' + d);
        if (low || high) return n;
    }
}

static void put_exponent(gm_text *t, int e) {
    gm_text_str(t, e < 0 ? GM_STR("e-") : GM_STR("e+"));
    if (e < 0) e = -e;
    if (e < 10) gm_text_str(t, GM_STR("0"));
    gm_text_int(t, e);
}

static void put_digits(gm_text *t, const char *d, int n) {
    gm_text_str(t, (gm_string){(const uint8_t *)d, n});
}

/* As strconv's format 'g' writes the shortest form: with an exponent below 1e-4 and from 1e6 on. */
static void put_decimal(gm_text *t, const char *d, int n, int point) {
    enum { MANY = 6 };
    if (point <= -4 || point > MANY) {
        put_digits(t, d, 1);
        if (n > 1) gm_text_str(t, GM_STR("."));
        put_digits(t, d + 1, n - 1);
        put_exponent(t, point - 1);
        return;
    }
    if (point <= 0) {
        gm_text_str(t, GM_STR("0."));
        for (int i = point; i < 0; i++) gm_text_str(t, GM_STR("0"));
        put_digits(t, d, n);
        return;
    }
    put_digits(t, d, n < point ? n : point);
    for (int i = n; i < point; i++) gm_text_str(t, GM_STR("0"));
    if (n <= point) return;
    gm_text_str(t, GM_STR("."));
    put_digits(t, d + point, n - point);
}

void gm_text_float(gm_text *t, double v, bool single) {
    if (v != v) {
        gm_text_str(t, GM_STR("NaN"));
        return;
    }
    if (v + v == v && v != 0) {
        gm_text_str(t, v > 0 ? GM_STR("+Inf") : GM_STR("-Inf"));
        return;
    }
    if (__builtin_signbit(v)) gm_text_str(t, GM_STR("-"));
    uint64_t bits, m;
    int e, fraction = single ? 23 : 52;
    if (single) {
        uint32_t b;
        float f = (float)v;
        memcpy(&b, &f, sizeof b);
        bits = b & 0x7fffffff;
    } else {
        memcpy(&bits, &v, sizeof bits);
        bits &= INT64_MAX;
    }
    m = bits & ((1ull << fraction) - 1);
    int exponent = (int)(bits >> fraction), bias = single ? 127 : 1023;
    if (bits == 0) {
        gm_text_str(t, GM_STR("0"));
        return;
    }
    bool lower_nearer = m == 0 && exponent > 1;
    if (exponent)
        m |= 1ull << fraction;
    else
        exponent = 1;
    e = exponent - bias - fraction;
    char digits[32];
    int point, n = shortest_digits(m, e, lower_nearer, digits, &point);
    put_decimal(t, digits, n, point);
}
