/* intrinsic.c - functions of the standard library that are operations of the machine.
 *
 * golem/intrinsics.h has an inline C function for each, under its usual symbol (emit/wide.c for those with two
 * results); the function itself, which in Go has a portable body or one in assembly, is not printed at all.
 */
#include "lower/intrinsic.h"

#include <stdlib.h>

/* Sorted; they must agree with the header. */
static const char *const math_funcs[] = {
    "Abs",
    "Ceil",
    "Copysign",
    "Float32bits",
    "Float32frombits",
    "Float64bits",
    "Float64frombits",
    "Floor",
    "IsNaN",
    "Sqrt",
    "Trunc",
    "sqrt",
};
static const char *const bits_funcs[] = {
    "Add64",
    "LeadingZeros",
    "LeadingZeros16",
    "LeadingZeros32",
    "LeadingZeros64",
    "LeadingZeros8",
    "Len",
    "Len16",
    "Len32",
    "Len64",
    "Len8",
    "Mul64",
    "OnesCount",
    "OnesCount32",
    "OnesCount64",
    "ReverseBytes32",
    "ReverseBytes64",
    "RotateLeft",
    "RotateLeft32",
    "RotateLeft64",
    "Sub64",
    "TrailingZeros",
    "TrailingZeros16",
    "TrailingZeros32",
    "TrailingZeros64",
    "TrailingZeros8",
};
static const char *const rt_math_funcs[] = {"Add64"};
static const char *const atomic_funcs[] = {
    "AddInt32",
    "AddInt64",
    "AddUint32",
    "AddUint64",
    "AddUintptr",
    "AndInt32",
    "AndInt64",
    "AndUint32",
    "AndUint64",
    "AndUintptr",
    "CompareAndSwapInt32",
    "CompareAndSwapInt64",
    "CompareAndSwapPointer",
    "CompareAndSwapUint32",
    "CompareAndSwapUint64",
    "CompareAndSwapUintptr",
    "LoadInt32",
    "LoadInt64",
    "LoadPointer",
    "LoadUint32",
    "LoadUint64",
    "LoadUintptr",
    "OrInt32",
    "OrInt64",
    "OrUint32",
    "OrUint64",
    "OrUintptr",
    "StoreInt32",
    "StoreInt64",
    "StorePointer",
    "StoreUint32",
    "StoreUint64",
    "StoreUintptr",
    "SwapInt32",
    "SwapInt64",
    "SwapPointer",
    "SwapUint32",
    "SwapUint64",
    "SwapUintptr",
};

static const char *const rt_atomic_funcs[] = {
    "And",          "And32",
    "And64",        "And8",
    "Anduintptr",   "Cas",
    "Cas64",        "CasRel",
    "Casint32",     "Casint64",
    "Casp1",        "Casuintptr",
    "Load",         "Load64",
    "Load8",        "LoadAcq",
    "LoadAcq64",    "LoadAcquintptr",
    "Loadint32",    "Loadint64",
    "Loadp",        "Loaduint",
    "Loaduintptr",  "Or",
    "Or32",         "Or64",
    "Or8",          "Oruintptr",
    "Store",        "Store64",
    "Store8",       "StoreRel",
    "StoreRel64",   "StoreReluintptr",
    "Storeint32",   "Storeint64",
    "StorepNoWB",   "Storeuintptr",
    "Xadd",         "Xadd64",
    "Xaddint32",    "Xaddint64",
    "Xadduintptr",  "Xchg",
    "Xchg64",       "Xchg8",
    "Xchgint32",    "Xchgint64",
    "Xchguintptr",  "casPointer",
    "storePointer",
};

static const char *const runtime_funcs[] = {
    "GC",
};

typedef struct Listed {
    const char *path;
    const char *const *names;
    size_t n;
} Listed;

static const Listed ours[] = {
    {"runtime", runtime_funcs, sizeof runtime_funcs / sizeof *runtime_funcs},
    {"math", math_funcs, sizeof math_funcs / sizeof *math_funcs},
    {"math/bits", bits_funcs, sizeof bits_funcs / sizeof *bits_funcs},
    {"internal/runtime/math", rt_math_funcs, sizeof rt_math_funcs / sizeof *rt_math_funcs},
    {"sync/atomic", atomic_funcs, sizeof atomic_funcs / sizeof *atomic_funcs},
    {"internal/runtime/atomic", rt_atomic_funcs, sizeof rt_atomic_funcs / sizeof *rt_atomic_funcs},
};

/* --- Go's --- */

static const char *const go_math_funcs[] = {
    "Abs", "Ceil", "Copysign", "FMA", "Floor", "RoundToEven", "Trunc", "sqrt",
};
static const char *const go_bits_funcs[] = {
    "Add",
    "Add64",
    "Div",
    "Div64",
    "Len",
    "Len16",
    "Len32",
    "Len64",
    "Len8",
    "Mul",
    "Mul64",
    "OnesCount",
    "OnesCount16",
    "OnesCount32",
    "OnesCount64",
    "OnesCount8",
    "ReverseBytes16",
    "ReverseBytes32",
    "ReverseBytes64",
    "RotateLeft",
    "RotateLeft16",
    "RotateLeft32",
    "RotateLeft64",
    "RotateLeft8",
    "Sub",
    "Sub64",
    "TrailingZeros",
    "TrailingZeros16",
    "TrailingZeros32",
    "TrailingZeros64",
    "TrailingZeros8",
};
static const char *const go_sys_funcs[] = {
    "Bswap32",
    "Bswap64",
    "GetCallerPC",
    "GetCallerSP",
    "GetClosurePtr",
    "Len64",
    "Len8",
    "OnesCount64",
    "Prefetch",
    "PrefetchStreamed",
    "TrailingZeros32",
    "TrailingZeros64",
    "TrailingZeros8",
};
static const char *const go_rt_math_funcs[] = {"Add64", "Mul64", "MulUintptr"};
static const char *const go_runtime_funcs[] = {"KeepAlive"};

static const Listed gos[] = {
    {"runtime", go_runtime_funcs, sizeof go_runtime_funcs / sizeof *go_runtime_funcs},
    {"math", go_math_funcs, sizeof go_math_funcs / sizeof *go_math_funcs},
    {"math/bits", go_bits_funcs, sizeof go_bits_funcs / sizeof *go_bits_funcs},
    {"internal/runtime/sys", go_sys_funcs, sizeof go_sys_funcs / sizeof *go_sys_funcs},
    {"internal/runtime/math", go_rt_math_funcs, sizeof go_rt_math_funcs / sizeof *go_rt_math_funcs},
    {"sync/atomic", atomic_funcs, sizeof atomic_funcs / sizeof *atomic_funcs},
    {"internal/runtime/atomic", rt_atomic_funcs, sizeof rt_atomic_funcs / sizeof *rt_atomic_funcs},
};

static int compare(const void *a, const void *b) {
    return strcmp(a, *(const char *const *)b);
}

static bool listed(const Func *fn, const Listed *lists, size_t n) {
    if (!fn->obj || fn->recv) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(lists[i].path, fn->pkg->path) == 0)
            return bsearch(fn->obj->name, lists[i].names, lists[i].n, sizeof(char *), compare);
    return false;
}

bool is_intrinsic(const Func *fn) {
    return listed(fn, ours, sizeof ours / sizeof *ours);
}

bool is_go_intrinsic(const Func *fn) {
    return listed(fn, gos, sizeof gos / sizeof *gos);
}
