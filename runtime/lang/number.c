/* number.c - arithmetic that C leaves open: conversions out of range, complex division. */
#include "lang/lang.h"

#include <math.h>

/* What the processor's conversion gives for everything that does not fit. */
int64_t gm_f64_to_i64(double x) {
    if (x >= -0x1p63 && x < 0x1p63) return (int64_t)x;
    return INT64_MIN;
}

/* From 2^63 up, amd64 converts x - 2^63 and sets the top bit. */
uint64_t gm_f64_to_u64(double x) {
    if (x < 0x1p63) return (uint64_t)gm_f64_to_i64(x);
    return (uint64_t)gm_f64_to_i64(x - 0x1p63) ^ (1ull << 63);
}

int32_t gm_f64_to_i32(double x) {
    if (x > -0x1p31 - 1 && x < 0x1p31) return (int32_t)x;
    return INT32_MIN;
}

/* By way of the 64-bit conversion. */
uint32_t gm_f64_to_u32(double x) {
    return (uint32_t)gm_f64_to_i64(x);
}

double _Complex gm_cdiv(double _Complex n, double _Complex d) {
    double a = __real__ n, b = __imag__ n, c = __real__ d, e = __imag__ d, re, im;
    if (fabs(c) >= fabs(e)) {
        double ratio = e / c, denom = c + ratio * e;
        re = (a + b * ratio) / denom;
        im = (b - a * ratio) / denom;
    } else {
        double ratio = c / e, denom = e + ratio * c;
        re = (a * ratio + b) / denom;
        im = (b * ratio - a) / denom;
    }
    if (re != re && im != im) {
        /* Both lost: infinities and zeroes decide, as C99's annex G has it. */
        if (c == 0 && e == 0 && (a == a || b == b)) {
            re = copysign(INFINITY, c) * a;
            im = copysign(INFINITY, c) * b;
        } else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(e)) {
            a = copysign(isinf(a) ? 1 : 0, a);
            b = copysign(isinf(b) ? 1 : 0, b);
            re = INFINITY * (a * c + b * e);
            im = INFINITY * (b * c - a * e);
        } else if ((isinf(c) || isinf(e)) && isfinite(a) && isfinite(b)) {
            c = copysign(isinf(c) ? 1 : 0, c);
            e = copysign(isinf(e) ? 1 : 0, e);
            re = 0 * (a * c + b * e);
            im = 0 * (b * c - a * e);
        }
    }
    double _Complex q;
    __real__ q = re;
    __imag__ q = im;
    return q;
}
