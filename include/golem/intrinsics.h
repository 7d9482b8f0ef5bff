/* intrinsics.h - functions of Go's library that are one instruction or two: the printed C calls
 * them under their usual symbols, and finds their bodies here, not in their packages.
 *
 * The list of names stands in compiler/emit/intrinsic.c and must agree.
 *
 * sync/atomic is sequentially consistent. Where a pointer is stored, the write barrier runs first,
 * as for any store.
 */
#ifndef GOLEM_INTRINSICS_H
#define GOLEM_INTRINSICS_H

#include <golem/go.h>

/* --- what the C compiler calls for large values, and makes out of loops --- */

/* Go's versions give way where much memory is gone through (runtime/lang/bulk.c). clang keeps to the library's. */
void *memset(void *p, int c, size_t n) __asm__("gm_memset");
void *memcpy(void *dst, const void *src, size_t n) __asm__("gm_memmove");
void *memmove(void *dst, const void *src, size_t n) __asm__("gm_memmove");
int memcmp(const void *a, const void *b, size_t n) __asm__("gm_memcmp");

/* --- sync/atomic --- */

#define GM_ATOMIC(NAME, T)                                                                         \
    static inline T sync$0atomic$Load##NAME(T *p) {                                                \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                               \
    }                                                                                              \
    static inline void sync$0atomic$Store##NAME(T *p, T v) {                                       \
        __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                  \
    }                                                                                              \
    static inline T sync$0atomic$Swap##NAME(T *p, T v) {                                           \
        return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                        \
    }                                                                                              \
    static inline T sync$0atomic$Add##NAME(T *p, T d) {                                            \
        return __atomic_add_fetch(p, d, __ATOMIC_SEQ_CST);                                         \
    }                                                                                              \
    static inline bool sync$0atomic$CompareAndSwap##NAME(T *p, T old, T new) {                     \
        return __atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST,                  \
                                           __ATOMIC_SEQ_CST);                                      \
    }                                                                                              \
    static inline T sync$0atomic$And##NAME(T *p, T mask) {                                         \
        return __atomic_fetch_and(p, mask, __ATOMIC_SEQ_CST);                                      \
    }                                                                                              \
    static inline T sync$0atomic$Or##NAME(T *p, T mask) {                                          \
        return __atomic_fetch_or(p, mask, __ATOMIC_SEQ_CST);                                       \
    }
GM_ATOMIC(Int32, int32_t)
GM_ATOMIC(Int64, int64_t)
GM_ATOMIC(Uint32, uint32_t)
GM_ATOMIC(Uint64, uint64_t)
GM_ATOMIC(Uintptr, uintptr_t)
#undef GM_ATOMIC

static inline void *sync$0atomic$LoadPointer(void **p) {
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}
/* Functions of the runtime: barrier and store are not to be cut by a preemption. */
static inline void sync$0atomic$StorePointer(void **p, void *v) {
    gm_atomic_store_ptr(p, v);
}
static inline void *sync$0atomic$SwapPointer(void **p, void *v) {
    return gm_atomic_swap_ptr(p, v);
}
static inline bool sync$0atomic$CompareAndSwapPointer(void **p, void *old, void *new) {
    return gm_atomic_cas_ptr(p, old, new);
}

/* --- internal/runtime/atomic: the same, for what stands next to the runtime --- */

#define GM_RT_LOAD(NAME, T)                                                                        \
    static inline T internal$0runtime$0atomic$##NAME(T *p) {                                       \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                               \
    }
#define GM_RT_STORE(NAME, T)                                                                       \
    static inline void internal$0runtime$0atomic$##NAME(T *p, T v) {                               \
        __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                  \
    }
#define GM_RT_ADD(NAME, T, D)                                                                      \
    static inline T internal$0runtime$0atomic$##NAME(T *p, D d) {                                  \
        return __atomic_add_fetch(p, (T)d, __ATOMIC_SEQ_CST);                                      \
    }
#define GM_RT_SWAP(NAME, T)                                                                        \
    static inline T internal$0runtime$0atomic$##NAME(T *p, T v) {                                  \
        return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                        \
    }
#define GM_RT_CAS(NAME, T)                                                                         \
    static inline bool internal$0runtime$0atomic$##NAME(T *p, T old, T new) {                      \
        return __atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST,                  \
                                           __ATOMIC_SEQ_CST);                                      \
    }
#define GM_RT_BITS(NAME, T, OP)                                                                    \
    static inline T internal$0runtime$0atomic$##NAME(T *p, T v) {                                  \
        return __atomic_fetch_##OP(p, v, __ATOMIC_SEQ_CST);                                        \
    }
#define GM_RT_SET_BITS(NAME, T, OP)                                                                \
    static inline void internal$0runtime$0atomic$##NAME(T *p, T v) {                               \
        __atomic_fetch_##OP(p, v, __ATOMIC_SEQ_CST);                                               \
    }
GM_RT_LOAD(Load, uint32_t)
GM_RT_LOAD(Load8, uint8_t)
GM_RT_LOAD(Load64, uint64_t)
GM_RT_LOAD(LoadAcq, uint32_t)
GM_RT_LOAD(LoadAcq64, uint64_t)
GM_RT_LOAD(LoadAcquintptr, uintptr_t)
GM_RT_LOAD(Loaduintptr, uintptr_t)
GM_RT_LOAD(Loaduint, gm_uint)
GM_RT_LOAD(Loadint32, int32_t)
GM_RT_LOAD(Loadint64, int64_t)
GM_RT_STORE(Store, uint32_t)
GM_RT_STORE(Store8, uint8_t)
GM_RT_STORE(Store64, uint64_t)
GM_RT_STORE(StoreRel, uint32_t)
GM_RT_STORE(StoreRel64, uint64_t)
GM_RT_STORE(StoreReluintptr, uintptr_t)
GM_RT_STORE(Storeuintptr, uintptr_t)
GM_RT_STORE(Storeint32, int32_t)
GM_RT_STORE(Storeint64, int64_t)
GM_RT_ADD(Xadd, uint32_t, int32_t)
GM_RT_ADD(Xadd64, uint64_t, int64_t)
GM_RT_ADD(Xadduintptr, uintptr_t, uintptr_t)
GM_RT_ADD(Xaddint32, int32_t, int32_t)
GM_RT_ADD(Xaddint64, int64_t, int64_t)
GM_RT_SWAP(Xchg, uint32_t)
GM_RT_SWAP(Xchg8, uint8_t)
GM_RT_SWAP(Xchg64, uint64_t)
GM_RT_SWAP(Xchguintptr, uintptr_t)
GM_RT_SWAP(Xchgint32, int32_t)
GM_RT_SWAP(Xchgint64, int64_t)
GM_RT_CAS(Cas, uint32_t)
GM_RT_CAS(Cas64, uint64_t)
GM_RT_CAS(CasRel, uint32_t)
GM_RT_CAS(Casuintptr, uintptr_t)
GM_RT_CAS(Casint32, int32_t)
GM_RT_CAS(Casint64, int64_t)
GM_RT_BITS(And32, uint32_t, and)
GM_RT_BITS(And64, uint64_t, and)
GM_RT_BITS(Anduintptr, uintptr_t, and)
GM_RT_BITS(Or32, uint32_t, or)
GM_RT_BITS(Or64, uint64_t, or)
GM_RT_BITS(Oruintptr, uintptr_t, or)
GM_RT_SET_BITS(And, uint32_t, and)
GM_RT_SET_BITS(And8, uint8_t, and)
GM_RT_SET_BITS(Or, uint32_t, or)
GM_RT_SET_BITS(Or8, uint8_t, or)
#undef GM_RT_LOAD
#undef GM_RT_STORE
#undef GM_RT_ADD
#undef GM_RT_SWAP
#undef GM_RT_CAS
#undef GM_RT_BITS
#undef GM_RT_SET_BITS

static inline void *internal$0runtime$0atomic$Loadp(void *p) {
    return __atomic_load_n((void **)p, __ATOMIC_SEQ_CST);
}
static inline void internal$0runtime$0atomic$StorepNoWB(void *p, void *v) {
    __atomic_store_n((void **)p, v, __ATOMIC_SEQ_CST);
}
static inline bool internal$0runtime$0atomic$Casp1(void **p, void *old, void *new) {
    return __atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
static inline void internal$0runtime$0atomic$storePointer(void **p, void *v) {
    gm_atomic_store_ptr(p, v);
}
static inline bool internal$0runtime$0atomic$casPointer(void **p, void *old, void *new) {
    return gm_atomic_cas_ptr(p, old, new);
}

/* --- runtime --- */

/* What the program has let go may still stand in registers that calls preserve, and stacks are
 * scanned conservatively. A collection that is asked for should find it: all those registers are
 * cleared first; the C compiler keeps in memory what it still needs. (The frame pointer is the one
 * left for the output, if the function has none.) Machine: x86-64. */
void gm_gc(void);
static inline void runtime$GC(void) {
    uintptr_t last;
    __asm__ volatile("xorl %%ebx, %%ebx\n\txorl %%r12d, %%r12d\n\txorl %%r13d, %%r13d\n\t"
                     "xorl %%r14d, %%r14d\n\txorl %%r15d, %%r15d\n\tmovq $0, %0"
                     : "=rm"(last)
                     :
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
                       "r13", "r14", "r15", "cc");
    (void)last;
    gm_gc();
}

/* --- math --- */

static inline double math$Sqrt(double x) {
    return __builtin_sqrt(x);
}
static inline double math$sqrt(double x) {
    return __builtin_sqrt(x);
}
static inline double math$Abs(double x) {
    return __builtin_fabs(x);
}
static inline double math$Copysign(double x, double sign) {
    return __builtin_copysign(x, sign);
}
static inline double math$Floor(double x) {
    return __builtin_floor(x);
}
static inline double math$Ceil(double x) {
    return __builtin_ceil(x);
}
static inline double math$Trunc(double x) {
    return __builtin_trunc(x);
}
static inline bool math$IsNaN(double x) {
    return x != x;
}
static inline uint64_t math$Float64bits(double x) {
    uint64_t u;
    __builtin_memcpy(&u, &x, sizeof u);
    return u;
}
static inline double math$Float64frombits(uint64_t u) {
    double x;
    __builtin_memcpy(&x, &u, sizeof x);
    return x;
}
static inline uint32_t math$Float32bits(float x) {
    uint32_t u;
    __builtin_memcpy(&u, &x, sizeof u);
    return u;
}
static inline float math$Float32frombits(uint32_t u) {
    float x;
    __builtin_memcpy(&x, &u, sizeof x);
    return x;
}

/* --- math/bits --- */

static inline gm_int math$0bits$Len64(uint64_t x) {
    return x ? 64 - __builtin_clzll(x) : 0;
}
static inline gm_int math$0bits$Len32(uint32_t x) {
    return math$0bits$Len64(x);
}
static inline gm_int math$0bits$Len16(uint16_t x) {
    return math$0bits$Len64(x);
}
static inline gm_int math$0bits$Len8(uint8_t x) {
    return math$0bits$Len64(x);
}
static inline gm_int math$0bits$Len(gm_uint x) {
    return math$0bits$Len64(x);
}
static inline gm_int math$0bits$LeadingZeros64(uint64_t x) {
    return 64 - math$0bits$Len64(x);
}
static inline gm_int math$0bits$LeadingZeros32(uint32_t x) {
    return 32 - math$0bits$Len64(x);
}
static inline gm_int math$0bits$LeadingZeros16(uint16_t x) {
    return 16 - math$0bits$Len64(x);
}
static inline gm_int math$0bits$LeadingZeros8(uint8_t x) {
    return 8 - math$0bits$Len64(x);
}
static inline gm_int math$0bits$LeadingZeros(gm_uint x) {
    return 64 - math$0bits$Len64(x);
}
static inline gm_int math$0bits$TrailingZeros64(uint64_t x) {
    return x ? __builtin_ctzll(x) : 64;
}
static inline gm_int math$0bits$TrailingZeros32(uint32_t x) {
    return x ? __builtin_ctz(x) : 32;
}
static inline gm_int math$0bits$TrailingZeros16(uint16_t x) {
    return x ? __builtin_ctz(x) : 16;
}
static inline gm_int math$0bits$TrailingZeros8(uint8_t x) {
    return x ? __builtin_ctz(x) : 8;
}
static inline gm_int math$0bits$TrailingZeros(gm_uint x) {
    return math$0bits$TrailingZeros64(x);
}
static inline gm_int math$0bits$OnesCount64(uint64_t x) {
    return __builtin_popcountll(x);
}
static inline gm_int math$0bits$OnesCount32(uint32_t x) {
    return __builtin_popcount(x);
}
static inline gm_int math$0bits$OnesCount(gm_uint x) {
    return __builtin_popcountll(x);
}
static inline uint64_t math$0bits$ReverseBytes64(uint64_t x) {
    return __builtin_bswap64(x);
}
static inline uint32_t math$0bits$ReverseBytes32(uint32_t x) {
    return __builtin_bswap32(x);
}
static inline uint64_t math$0bits$RotateLeft64(uint64_t x, gm_int k) {
    return x << (k & 63) | x >> (-k & 63);
}
static inline uint32_t math$0bits$RotateLeft32(uint32_t x, gm_int k) {
    return x << (k & 31) | x >> (-k & 31);
}
static inline gm_uint math$0bits$RotateLeft(gm_uint x, gm_int k) {
    return math$0bits$RotateLeft64(x, k);
}

#endif
