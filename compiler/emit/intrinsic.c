/* intrinsic.c - functions of the standard library that are operations of the machine.
 *
 * golem/intrinsics.h has an inline C function for each, under its usual symbol; the function
 * itself, which in Go has a portable body or one in assembly, is not printed at all.
 */
#include "emit/pkg.h"

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
    "LeadingZeros",    "LeadingZeros16",
    "LeadingZeros32",  "LeadingZeros64",
    "LeadingZeros8",   "Len",
    "Len16",           "Len32",
    "Len64",           "Len8",
    "OnesCount",       "OnesCount32",
    "OnesCount64",     "ReverseBytes32",
    "ReverseBytes64",  "RotateLeft",
    "RotateLeft32",    "RotateLeft64",
    "TrailingZeros",   "TrailingZeros16",
    "TrailingZeros32", "TrailingZeros64",
    "TrailingZeros8",
};
static const char *const atomic_funcs[] = {
    "AddInt32",
    "AddInt64",
    "AddUint32",
    "AddUint64",
    "AddUintptr",
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

static const char *const runtime_funcs[] = {
    "GC",
};

static const struct {
    const char *path;
    const char *const *names;
    size_t n;
} packages[] = {
    {"runtime", runtime_funcs, sizeof runtime_funcs / sizeof *runtime_funcs},
    {"math", math_funcs, sizeof math_funcs / sizeof *math_funcs},
    {"math/bits", bits_funcs, sizeof bits_funcs / sizeof *bits_funcs},
    {"sync/atomic", atomic_funcs, sizeof atomic_funcs / sizeof *atomic_funcs},
};

static int compare(const void *a, const void *b) {
    return strcmp(a, *(const char *const *)b);
}

bool is_intrinsic(Func *fn) {
    if (!fn->obj || fn->recv) return false;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strcmp(packages[i].path, fn->pkg->path) == 0)
            return bsearch(fn->obj->name, packages[i].names, packages[i].n, sizeof(char *),
                           compare);
    return false;
}
