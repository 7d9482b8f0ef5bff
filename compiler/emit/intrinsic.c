/* intrinsic.c - functions of the standard library that are operations of the machine.
 *
 * Calls of these do not go to the library's function: golem/intrinsic.h has an inline C function
 * for each, under the name of its symbol with "$$" in place of the last "$", and a package that
 * uses one includes that header. The function itself, which in Go has a portable body or one in
 * assembly, is not printed at all.
 *
 * The second list names functions of the standard library that are not exported and that another
 * of its packages reaches by //go:linkname: their symbols must be visible to the linker.
 */
#include "emit/pkg.h"

#include <stdlib.h>

/* Sorted. "atomic" stands for sync/atomic, "bits" for math/bits. */
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
static const char *const math_funcs[] = {
    "Abs",         "Ceil",
    "Copysign",    "FMA",
    "Float32bits", "Float32frombits",
    "Float64bits", "Float64frombits",
    "Floor",       "RoundToEven",
    "Sqrt",        "Trunc",
    "sqrt",
};
static const char *const bits_funcs[] = {
    "Len",
    "Len16",
    "Len32",
    "Len64",
    "Len8",
    "OnesCount",
    "OnesCount16",
    "OnesCount32",
    "OnesCount64",
    "OnesCount8",
    "ReverseBytes",
    "ReverseBytes16",
    "ReverseBytes32",
    "ReverseBytes64",
    "RotateLeft",
    "RotateLeft16",
    "RotateLeft32",
    "RotateLeft64",
    "RotateLeft8",
    "TrailingZeros",
    "TrailingZeros16",
    "TrailingZeros32",
    "TrailingZeros64",
    "TrailingZeros8",
};
static const char *const pulled_syscall[] = {
    "recvfromInet4", "recvfromInet6", "recvmsgInet4", "recvmsgInet6", "runtime_envs",
    "sendmsgNInet4", "sendmsgNInet6", "sendtoInet4",  "sendtoInet6",
};

typedef struct List {
    const char *path;
    const char *const *names;
    size_t n;
} List;
#define LIST(path, names)                                                                          \
    { path, names, sizeof names / sizeof *names }

static const List intrinsics[] = {
    LIST("math", math_funcs),
    LIST("math/bits", bits_funcs),
    LIST("sync/atomic", atomic_funcs),
};
static const char *const pulled_time[] = {"registerLoadFromEmbeddedTZData"};
static const char *const pulled_textproto[] = {"readMIMEHeader"};
static const List pulled[] = {
    LIST("net/textproto", pulled_textproto),
    LIST("syscall", pulled_syscall),
    LIST("time", pulled_time),
};

static int compare(const void *a, const void *b) {
    return strcmp(a, *(const char *const *)b);
}

static bool listed(const List *lists, size_t n, Func *fn) {
    if (!fn->obj || fn->recv) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(lists[i].path, fn->pkg->path) == 0)
            return bsearch(fn->obj->name, lists[i].names, lists[i].n, sizeof(char *), compare);
    return false;
}

bool is_intrinsic(Func *fn) {
    return listed(intrinsics, sizeof intrinsics / sizeof *intrinsics, fn);
}

const char *intrinsic_name(Func *fn) {
    return xprintf("%s$$%s", mangle_path(fn->pkg->path), fn->obj->name);
}

bool is_pulled(Func *fn) {
    return listed(pulled, sizeof pulled / sizeof *pulled, fn);
}
