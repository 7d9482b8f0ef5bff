/* describe.h - types of C for the collector. Part of golem.h, whose head tells the rules. */
#ifndef GOLEM_DESCRIBE_H
#define GOLEM_DESCRIBE_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- types --- */

#ifdef __cplusplus
#define GM_STATIC_ASSERT static_assert
#define GM_ALIGN         alignof
#else
#define GM_STATIC_ASSERT _Static_assert
#define GM_ALIGN         _Alignof
#endif

/* GM_DEFINE_TYPE(name, struct, field, ...): defines `static const gm_type name` for a struct of at
 * most 4 KiB, whose pointers are in the fields named (1 to 16). A field that is an array, or a
 * struct, counts as all pointers; that is safe. GM_DEFINE_PLAIN_TYPE: a type without pointers. */
#define GM_DEFINE_TYPE(name, T, ...)                                                               \
    GM_STATIC_ASSERT(sizeof(T) <= 4096 && sizeof(T) % 8 == 0, "size of " #T);                      \
    static const uint64_t name##_bits[8] = {                                                       \
        GM_MASK(T, 0, __VA_ARGS__), GM_MASK(T, 1, __VA_ARGS__), GM_MASK(T, 2, __VA_ARGS__),        \
        GM_MASK(T, 3, __VA_ARGS__), GM_MASK(T, 4, __VA_ARGS__), GM_MASK(T, 5, __VA_ARGS__),        \
        GM_MASK(T, 6, __VA_ARGS__), GM_MASK(T, 7, __VA_ARGS__)};                                   \
    static const gm_type name __attribute__((unused)) = GM_TYPE_OF(T, sizeof(T), name##_bits)
#define GM_DEFINE_PLAIN_TYPE(name, T)                                                              \
    static const gm_type name __attribute__((unused)) = GM_TYPE_OF(T, 0, NULL)
#define GM_TYPE_OF(T, pointers_within, bits)                                                       \
    {                                                                                              \
        .size = sizeof(T), .ptrdata = (pointers_within), .hash = 0, .tflag = GM_TFLAG_C,           \
        .align = GM_ALIGN(T), .field_align = GM_ALIGN(T), .kind = GM_STRUCT, .equal = NULL,        \
        .gcdata = (bits), .str = 0, .ptr_to_this = 0                                               \
    }

/* A single pointer, for arrays of pointers and for roots. */
extern const gm_type gm_pointer_type;

/* --- how GM_DEFINE_TYPE counts: bits of the words that a field covers, by groups of 64 words ---
 */

#define GM_FIRST(T, f) (offsetof(T, f) / 8)
#define GM_LAST(T, f)  ((offsetof(T, f) + sizeof(((T *)0)->f) - 1) / 8)
/* bits from a to b (inclusive) of a word, a and b from -64 to 127 */
#define GM_UP(b)          ((b) >= 63 ? ~UINT64_C(0) : (b) < 0 ? UINT64_C(0) : (UINT64_C(2) << ((b)&63)) - 1)
#define GM_SPAN(a, b)     (GM_UP(b) & ~GM_UP((a)-1))
#define GM_FIELD(T, w, f) GM_SPAN((int)GM_FIRST(T, f) - 64 * (w), (int)GM_LAST(T, f) - 64 * (w))
#define GM_MASK(T, w, ...)                                                                         \
    GM_PICK(__VA_ARGS__, GM_16, GM_15, GM_14, GM_13, GM_12, GM_11, GM_10, GM_9, GM_8, GM_7, GM_6,  \
            GM_5, GM_4, GM_3, GM_2, GM_1)                                                          \
    (T, w, __VA_ARGS__)
#define GM_PICK(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, macro, ...) macro
#define GM_1(T, w, f)                                                       GM_FIELD(T, w, f)
#define GM_2(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_1(T, w, __VA_ARGS__)
#define GM_3(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_2(T, w, __VA_ARGS__)
#define GM_4(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_3(T, w, __VA_ARGS__)
#define GM_5(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_4(T, w, __VA_ARGS__)
#define GM_6(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_5(T, w, __VA_ARGS__)
#define GM_7(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_6(T, w, __VA_ARGS__)
#define GM_8(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_7(T, w, __VA_ARGS__)
#define GM_9(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_8(T, w, __VA_ARGS__)
#define GM_10(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_9(T, w, __VA_ARGS__)
#define GM_11(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_10(T, w, __VA_ARGS__)
#define GM_12(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_11(T, w, __VA_ARGS__)
#define GM_13(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_12(T, w, __VA_ARGS__)
#define GM_14(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_13(T, w, __VA_ARGS__)
#define GM_15(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_14(T, w, __VA_ARGS__)
#define GM_16(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_15(T, w, __VA_ARGS__)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
