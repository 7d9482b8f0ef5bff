/* ops.h - small operations that compiled Go bodies use inline, on top of go.h.
 *
 * Slicing never makes a pointer past the end of its array: where nothing remains the pointer stays
 * at the start, so that the collector does not take it for a pointer to the next object.
 */
#ifndef GOLEM_OPS_H
#define GOLEM_OPS_H

#include <golem/go.h>

#define GM_INLINE static inline __attribute__((always_inline))

/* An index of an unsigned 64-bit type. */
GM_INLINE gm_uint gm_index_unsigned(gm_uint i, gm_int len) {
    if (GM_UNLIKELY(i >= (gm_uint)len)) gm_panic_index_u(i, len);
    return i;
}

GM_INLINE gm_slice gm_cut(gm_slice s, gm_int lo, gm_int len, gm_int cap, gm_int size) {
    return (gm_slice){(char *)s.p + (cap ? lo * size : 0), len, cap};
}

/* What the C of a slice expression says of it, a sum: s stands for an array, whose length Go's
 * message names; the type of a bound is unsigned and of 64 bits. */
enum { GM_OF_ARRAY = 1, GM_LO_UNSIGNED = 2, GM_HI_UNSIGNED = 4, GM_MAX_UNSIGNED = 8 };

/* s[lo:hi] */
GM_INLINE gm_slice gm_reslice(gm_slice s, gm_int lo, gm_int hi, gm_int size, int how) {
    if (GM_UNLIKELY((gm_uint)hi > (gm_uint)s.cap))
        gm_panic_bounds(hi, s.cap, !(how & GM_HI_UNSIGNED),
                        how & GM_OF_ARRAY ? GM_BOUNDS_ALEN : GM_BOUNDS_ACAP);
    if (GM_UNLIKELY((gm_uint)lo > (gm_uint)hi))
        gm_panic_bounds(lo, hi, !(how & GM_LO_UNSIGNED), GM_BOUNDS_B);
    return gm_cut(s, lo, hi - lo, s.cap - lo, size);
}

/* s[lo:] */
GM_INLINE gm_slice gm_reslice_from(gm_slice s, gm_int lo, gm_int size, int how) {
    if (GM_UNLIKELY((gm_uint)lo > (gm_uint)s.len))
        gm_panic_bounds(lo, s.len, !(how & GM_LO_UNSIGNED), GM_BOUNDS_B);
    return gm_cut(s, lo, s.len - lo, s.cap - lo, size);
}

/* s[lo:hi:max] */
GM_INLINE gm_slice gm_reslice3(gm_slice s, gm_int lo, gm_int hi, gm_int max, gm_int size, int how) {
    if (GM_UNLIKELY((gm_uint)max > (gm_uint)s.cap))
        gm_panic_bounds(max, s.cap, !(how & GM_MAX_UNSIGNED),
                        how & GM_OF_ARRAY ? GM_BOUNDS_3ALEN : GM_BOUNDS_3ACAP);
    if (GM_UNLIKELY((gm_uint)hi > (gm_uint)max))
        gm_panic_bounds(hi, max, !(how & GM_HI_UNSIGNED), GM_BOUNDS_3B);
    if (GM_UNLIKELY((gm_uint)lo > (gm_uint)hi))
        gm_panic_bounds(lo, hi, !(how & GM_LO_UNSIGNED), GM_BOUNDS_3C);
    return gm_cut(s, lo, hi - lo, max - lo, size);
}

GM_INLINE gm_string gm_substr(gm_string s, gm_int lo, gm_int hi, int how) {
    if (GM_UNLIKELY((gm_uint)hi > (gm_uint)s.n))
        gm_panic_bounds(hi, s.n, !(how & GM_HI_UNSIGNED), GM_BOUNDS_ALEN);
    if (GM_UNLIKELY((gm_uint)lo > (gm_uint)hi))
        gm_panic_bounds(lo, hi, !(how & GM_LO_UNSIGNED), GM_BOUNDS_B);
    return (gm_string){s.p + (lo < hi ? lo : 0), hi - lo};
}

GM_INLINE gm_string gm_substr_from(gm_string s, gm_int lo, int how) {
    if (GM_UNLIKELY((gm_uint)lo > (gm_uint)s.n))
        gm_panic_bounds(lo, s.n, !(how & GM_LO_UNSIGNED), GM_BOUNDS_B);
    return (gm_string){s.p + (lo < s.n ? lo : 0), s.n - lo};
}

/* A slice as a pointer to an array of n elements. */
GM_INLINE void *gm_slice_to_array(gm_slice s, gm_int n) {
    if (GM_UNLIKELY(s.len < n)) gm_panic_bounds(n, s.len, true, GM_BOUNDS_CONVERT);
    return s.p;
}

GM_INLINE gm_slice gm_unsafe_slice(const void *p, gm_int n, gm_int size) {
    gm_uint bytes;
    if (GM_UNLIKELY(n < 0)) gm_panic_unsafe_slice_len();
    if (GM_UNLIKELY(!p)) {
        if (n > 0) gm_panic_unsafe_slice_nil();
        return (gm_slice){NULL, 0, 0};
    }
    if (GM_UNLIKELY(__builtin_mul_overflow((gm_uint)n, (gm_uint)size, &bytes) ||
                    bytes > -(gm_uint)(uintptr_t)p))
        gm_panic_unsafe_slice_len();
    return (gm_slice){(void *)p, n, n};
}

GM_INLINE gm_string gm_unsafe_string(const uint8_t *p, gm_int n) {
    if (GM_UNLIKELY(n < 0)) gm_panic_unsafe_string_len();
    if (GM_UNLIKELY((gm_uint)n > -(gm_uint)(uintptr_t)p)) {
        if (!p) gm_panic_unsafe_string_nil();
        gm_panic_unsafe_string_len();
    }
    return (gm_string){p, n};
}

/* min and max of floats: NaN if either is, and -0 is less than 0. */
#define GM_FLOAT_ORDER(T, suffix)                                                                  \
    GM_INLINE T gm_min##suffix(T x, T y) {                                                         \
        if (x < y) return x;                                                                       \
        if (y < x) return y;                                                                       \
        if (x != y) return x + y;                                                                  \
        return __builtin_signbit(x) ? x : y;                                                       \
    }                                                                                              \
    GM_INLINE T gm_max##suffix(T x, T y) {                                                         \
        if (x > y) return x;                                                                       \
        if (y > x) return y;                                                                       \
        if (x != y) return x + y;                                                                  \
        return __builtin_signbit(x) ? y : x;                                                       \
    }
GM_FLOAT_ORDER(float, 32)
GM_FLOAT_ORDER(double, 64)
#undef GM_FLOAT_ORDER

/* float64 to integers: what the processor's conversion gives for everything that does not fit. */
#ifdef __x86_64__
GM_INLINE int64_t gm_ftoi64(double x) { /* asm: the C compiler has other results for constants */
    int64_t i;
    __asm__("cvttsd2siq %1, %0" : "=r"(i) : "xm"(x));
    return i;
}
GM_INLINE int32_t gm_ftoi32(double x) {
    int32_t i;
    __asm__("cvttsd2sil %1, %0" : "=r"(i) : "xm"(x));
    return i;
}
#else
#define gm_ftoi64 gm_f64_to_i64
#define gm_ftoi32 gm_f64_to_i32
#endif
GM_INLINE uint64_t gm_ftou64(double x) {
    return x < 0x1p63 ? (uint64_t)gm_ftoi64(x) : (uint64_t)gm_ftoi64(x - 0x1p63) ^ (1ull << 63);
}
GM_INLINE uint32_t gm_ftou32(double x) {
    return (uint32_t)gm_ftoi64(x);
}

/* The operand of string(r) for a 64-bit unsigned r: what is no rune stays none. */
GM_INLINE int64_t gm_rune_of(uint64_t r) {
    return r > INT64_MAX ? -1 : (int64_t)r;
}

#endif
