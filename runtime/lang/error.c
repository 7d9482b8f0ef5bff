/* error.c - run-time errors: which, and in which words.
 *
 * The values are of Go types, which lib/runtime/error.go declares: they have methods, so the
 * compiler must make their descriptors. C calls that package's constructors through weak symbols. A
 * program without that package (plain C on the library, the unit tests) gets values of a bare type
 * with the string as its content, which prints the same.
 */
#include "lang/lang.h"

#include <stdio.h>

#include "heap/heap.h"
#include "sched/sched.h"
#include "upcall.h"

/* --- the doors to lib/runtime/error.go --- */

typedef struct panic_text {
    gm_eface value; /* a string, where replaced */
    bool replaced;
} panic_text;
enum { NEW_ERROR_STRING, NEW_PLAIN_ERROR, NEW_ERROR_ADDRESS };

#define WEAK __attribute__((weak))
WEAK gm_eface runtime$newError(gm_int kind, gm_string text, uintptr_t addr);
WEAK gm_eface runtime$newBoundsError(int64_t x, gm_int y, bool is_signed, uint8_t code);
WEAK gm_eface runtime$newTypeAssertionError(const void *iface, const void *concrete,
                                            const void *asserted, gm_string missing);
WEAK panic_text runtime$panicText(gm_eface v);

/* and what it calls here */
gm_string runtime$boundsText(int64_t x, gm_int y, bool is_signed, uint8_t code);
gm_string runtime$assertionText(const void *iface, const void *concrete, const void *asserted,
                                gm_string missing);

static const struct {
    gm_type t;
    uint8_t name[16];
} bare_error = {
    .t = {.size = sizeof(gm_string),
          .ptrdata = sizeof(void *),
          .hash = 0x6f1e5a3d,
          .tflag = GM_TFLAG_NAMED,
          .align = 8,
          .field_align = 8,
          .kind = GM_STRING,
          .equal = &gm_strequal_fv,
          .gcdata = "\1",
          .str = sizeof(gm_type)},
    .name = "\1\15runtime.Error",
};

static gm_eface bare(const char *prefix, gm_string s) {
    gm_string parts[2] = {gm_cstr(prefix), s};
    gm_string *box = gm_new(&bare_error.t);
    gm_string text = gm_concat(NULL, parts, 2);
    gm_store_typed(&bare_error.t, box, text);
    return (gm_eface){&bare_error.t, box};
}

void gm_panic_error(gm_string text) {
    if (runtime$newError) gm_panic(runtime$newError(NEW_ERROR_STRING, text, 0));
    gm_panic(bare("runtime error: ", text));
}

void gm_panic_plain_error(gm_string text) {
    if (runtime$newError) gm_panic(runtime$newError(NEW_PLAIN_ERROR, text, 0));
    gm_panic(bare("", text));
}

bool gm_value_text(gm_eface v, gm_string *text) {
    if (v.type == &bare_error.t) {
        *text = *(const gm_string *)v.data;
        return true;
    }
    if (!v.type || !runtime$panicText) return false;
    panic_text r = runtime$panicText(v);
    if (r.replaced) *text = *(const gm_string *)r.value.data;
    return r.replaced;
}

/* --- fixed texts --- */

static const char memory_error[] = "invalid memory address or nil pointer dereference";

void gm_panic_nil(void) {
    gm_panic_mem();
}
void gm_panic_mem(void) {
    gm_panic_error(GM_STR(memory_error));
}
void gm_panic_mem_addr(uintptr_t addr) {
    if (runtime$newError) gm_panic(runtime$newError(NEW_ERROR_ADDRESS, GM_STR(memory_error), addr));
    gm_panic_mem();
}
void gm_panic_divide(void) {
    gm_panic_error(GM_STR("integer divide by zero"));
}
void gm_panic_overflow(void) {
    gm_panic_error(GM_STR("integer overflow"));
}
void gm_panic_float(void) {
    gm_panic_error(GM_STR("floating point error"));
}
void gm_panic_shift(void) {
    gm_panic_error(GM_STR("negative shift amount"));
}
void gm_panic_makeslice_len(void) {
    gm_panic_error(GM_STR("makeslice: len out of range"));
}
void gm_panic_makeslice_cap(void) {
    gm_panic_error(GM_STR("makeslice: cap out of range"));
}
void gm_panic_unsafe_slice_len(void) {
    gm_panic_error(GM_STR("unsafe.Slice: len out of range"));
}
void gm_panic_unsafe_slice_nil(void) {
    gm_panic_error(GM_STR("unsafe.Slice: ptr is nil and len is not zero"));
}
void gm_panic_unsafe_string_len(void) {
    gm_panic_error(GM_STR("unsafe.String: len out of range"));
}
void gm_panic_unsafe_string_nil(void) {
    gm_panic_error(GM_STR("unsafe.String: ptr is nil and len is not zero"));
}
void gm_panic_range(gm_int state) {
    static const char *const texts[] = {
        "range function continued iteration after function for loop body returned false",
        NULL,
        "range function continued iteration after loop body panic",
        "range function continued iteration after whole loop exit",
        "range function recovered a loop body panic and did not resume panicking",
    };
    const char *text = texts[state];
    gm_panic_error((gm_string){(const uint8_t *)text, (gm_int)strlen(text)});
}
void gm_panic_nil_map(void) {
    gm_panic_plain_error(GM_STR("assignment to entry in nil map"));
}
void gm_unreachable(void) {
    gm_throw("unreachable code reached");
}

/* --- bounds --- */

/* %x and %y stand for the numbers. A negative x makes the limit irrelevant. */
static const struct {
    const char *text, *negative;
} bounds_texts[] = {
    [GM_BOUNDS_INDEX] = {"index out of range [%x] with length %y", "index out of range [%x]"},
    [GM_BOUNDS_ALEN] = {"slice bounds out of range [:%x] with length %y",
                        "slice bounds out of range [:%x]"},
    [GM_BOUNDS_ACAP] = {"slice bounds out of range [:%x] with capacity %y",
                        "slice bounds out of range [:%x]"},
    [GM_BOUNDS_B] = {"slice bounds out of range [%x:%y]", "slice bounds out of range [%x:]"},
    [GM_BOUNDS_3ALEN] = {"slice bounds out of range [::%x] with length %y",
                         "slice bounds out of range [::%x]"},
    [GM_BOUNDS_3ACAP] = {"slice bounds out of range [::%x] with capacity %y",
                         "slice bounds out of range [::%x]"},
    [GM_BOUNDS_3B] = {"slice bounds out of range [:%x:%y]", "slice bounds out of range [:%x:]"},
    [GM_BOUNDS_3C] = {"slice bounds out of range [%x:%y:]", "slice bounds out of range [%x::]"},
    [GM_BOUNDS_CONVERT] =
        {"cannot convert slice with length %y to array or pointer to array with length %x",
         "cannot convert slice with length %y to array or pointer to array with length %x"},
};

gm_string runtime$boundsText(int64_t x, gm_int y, bool is_signed, uint8_t code) {
    char mem[128];
    gm_text t = {mem, 0, sizeof mem};
    const char *f = is_signed && x < 0 ? bounds_texts[code].negative : bounds_texts[code].text;
    gm_text_c(&t, "runtime error: ");
    for (; *f; f++) {
        if (*f != '%') {
            gm_text_str(&t, (gm_string){(const uint8_t *)f, 1});
        } else if (*++f == 'y') {
            gm_text_int(&t, y);
        } else if (is_signed) {
            gm_text_int(&t, x);
        } else {
            gm_text_uint(&t, (uint64_t)x);
        }
    }
    return gm_text_copy(&t);
}

void gm_panic_bounds(int64_t x, gm_int y, bool is_signed, enum gm_bounds code) {
    if (runtime$newBoundsError) gm_panic(runtime$newBoundsError(x, y, is_signed, (uint8_t)code));
    gm_panic(bare("", runtime$boundsText(x, y, is_signed, (uint8_t)code)));
}

void gm_panic_index(gm_int i, gm_int len) {
    gm_panic_bounds(i, len, true, GM_BOUNDS_INDEX);
}
void gm_panic_index_u(gm_uint i, gm_int len) {
    gm_panic_bounds((int64_t)i, len, false, GM_BOUNDS_INDEX);
}

/* --- type assertions --- */

gm_string runtime$assertionText(const void *inter, const void *concrete, const void *asserted,
                                gm_string missing) {
    char mem[1024];
    gm_text t = {mem, 0, sizeof mem};
    gm_string as = gm_type_string(asserted);
    gm_string cs = concrete ? gm_type_string(concrete) : (gm_string){NULL, 0};
    gm_text_c(&t, "interface conversion: ");
    if (concrete && missing.n) {
        gm_text_str(&t, cs);
        gm_text_c(&t, " is not ");
        gm_text_str(&t, as);
        gm_text_c(&t, ": missing method ");
        gm_text_str(&t, missing);
        return gm_text_copy(&t);
    }
    gm_text_str(&t, inter ? gm_type_string(inter) : GM_STR("interface"));
    gm_text_c(&t, " is ");
    gm_text_str(&t, concrete ? cs : GM_STR("nil"));
    gm_text_c(&t, ", not ");
    gm_text_str(&t, as);
    if (concrete && gm_string_eq(cs, as)) {
        bool one_path = gm_string_eq(gm_type_pkgpath(concrete), gm_type_pkgpath(asserted));
        gm_text_c(&t,
                  one_path ? " (types from different scopes)" : " (types from different packages)");
    }
    return gm_text_copy(&t);
}

void gm_panic_assert(const gm_type *iface, const gm_type *have, const gm_type *want,
                     const gm_type *missing_in) {
    gm_string missing = {NULL, 0};
    if (have && missing_in) missing = gm_missing_method((const gm_interfacetype *)missing_in, have);
    if (runtime$newTypeAssertionError)
        gm_panic(runtime$newTypeAssertionError(iface, have, want, missing));
    gm_panic(bare("", runtime$assertionText(iface, have, want, missing)));
}

void gm_panic_wrap(const char *pkg, const char *type, const char *method) {
    char mem[512];
    gm_text t = {mem, 0, sizeof mem};
    gm_text_c(&t, "value method ");
    gm_text_c(&t, pkg);
    gm_text_c(&t, ".");
    gm_text_c(&t, type);
    gm_text_c(&t, ".");
    gm_text_c(&t, method);
    gm_text_c(&t, " called using nil *");
    gm_text_c(&t, type);
    gm_text_c(&t, " pointer");
    gm_panic_plain_error(gm_text_copy(&t));
}

/* --- messages that are Go strings --- */

typedef struct message {
    char text[256];
} message;

static message c_text(gm_string msg) {
    message m;
    size_t n = (size_t)msg.n < sizeof m.text - 1 ? (size_t)msg.n : sizeof m.text - 1;
    memcpy(m.text, msg.p, n);
    m.text[n] = 0;
    return m;
}

void gm_throw_text(gm_string msg) {
    message m = c_text(msg);
    gm_throw(m.text);
}

void gm_throw_user_text(gm_string msg) {
    message m = c_text(msg);
    gm_throw_user(m.text);
}
