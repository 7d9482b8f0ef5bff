/* describe.h - types of C for the collector. Part of golem.h, whose head tells the rules.
 *
 *     GM_DEFINE_TYPE          a struct, and which of its fields are pointers
 *     GM_DEFINE_PLAIN_TYPE    a type without pointers
 *     GM_DEFINE_FLEX_TYPE     a struct that ends in an array of any length: gm_new_flex makes one
 *     GM_DEFINE_VALUE_TYPE    fields that hold pointers in a form of their own: tagged, shifted, NaN-boxed
 *     GM_DEFINE_MIXED_TYPE    a struct with fields of both kinds
 *     GM_DEFINE_TRACED_TYPE   objects that know by themselves where their pointers are
 *     gm_type_new             all of that, described while the program runs
 *
 * A descriptor is constant, and stays as it is as long as there are objects of it: do not make one by hand in
 * memory that is freed or used again.
 */
#ifndef GOLEM_DESCRIBE_H
#define GOLEM_DESCRIBE_H

#include <golem/each.h>
#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#ifdef __cplusplus
#define GM_STATIC_ASSERT static_assert
#define GM_ALIGN         alignof
#else
#define GM_STATIC_ASSERT _Static_assert
#define GM_ALIGN         _Alignof
#endif

/* A single pointer, for arrays of pointers and for roots; a byte, for tails without pointers. */
extern const gm_type gm_pointer_type;
extern const gm_type gm_byte_type;

/* --- structs with pointers --- */

/* GM_DEFINE_TYPE(name, struct, field, ...): defines `static const gm_type name` for a struct of at
 * most 4 KiB, whose pointers are in the fields named (1 to 64). A field that is an array, a struct, or
 * a union of which one member is a pointer counts as all pointers; that is safe: what is no pointer to an
 * object is passed over, or keeps an object too long. GM_DEFINE_PLAIN_TYPE: a type without pointers. */
#define GM_DEFINE_TYPE(name, T, ...)                                                               \
    GM_STATIC_ASSERT(sizeof(T) <= 4096 && sizeof(T) % 8 == 0, "size of " #T);                      \
    static const uint64_t name##_bits[8] = {                                                       \
        GM_MASK(T, 0, __VA_ARGS__), GM_MASK(T, 1, __VA_ARGS__), GM_MASK(T, 2, __VA_ARGS__),        \
        GM_MASK(T, 3, __VA_ARGS__), GM_MASK(T, 4, __VA_ARGS__), GM_MASK(T, 5, __VA_ARGS__),        \
        GM_MASK(T, 6, __VA_ARGS__), GM_MASK(T, 7, __VA_ARGS__)};                                   \
    static const gm_type name __attribute__((unused)) =                                            \
        GM_TYPE_OF(T, sizeof(T), sizeof(T), GM_TFLAG_C, name##_bits)
#define GM_DEFINE_PLAIN_TYPE(name, T)                                                              \
    static const gm_type name __attribute__((unused)) =                                            \
        GM_TYPE_OF(T, sizeof(T), 0, GM_TFLAG_C, NULL)

/* --- structs that end in an array --- */

/* GM_DEFINE_FLEX_TYPE(name, struct, tail, elem, field, ...): a struct whose last member `tail` is an array of
 * any length (`void *tail[]`, `entry tail[]`) of values of the type that elem, a gm_type, describes, and whose other pointers
 * are in the fields named. GM_DEFINE_PLAIN_FLEX_TYPE: it has no other pointers. gm_new_flex allocates one;
 * gm_new one with an empty tail. There are no arrays of such structs, and they are not registered as roots. */
#define GM_DEFINE_FLEX_TYPE(name, T, tail, elem, ...)                                              \
    GM_STATIC_ASSERT(offsetof(T, tail) % 8 == 0, "where the tail of " #T " begins");               \
    static const gm_words name##_words[] = {GM_WORDS(T, 8, __VA_ARGS__)};                          \
    GM_DEFINE_LAYOUT(name, T, offsetof(T, tail), offsetof(T, tail), GM_LIST_OF(name##_words),      \
                     NULL, 0, 0, NULL, NULL, &(elem))
#define GM_DEFINE_PLAIN_FLEX_TYPE(name, T, tail, elem)                                             \
    GM_STATIC_ASSERT(offsetof(T, tail) % 8 == 0, "where the tail of " #T " begins");               \
    GM_DEFINE_LAYOUT(name, T, offsetof(T, tail), 0, NULL, 0, NULL, 0, 0, NULL, NULL, &(elem))

/* --- values that are not plain pointers --- */

/* The address that a word of a value stands for; NULL if it stands for none. It may lead into the middle of an
 * object, and outside the heap, which is then passed over. Words of 4 bytes are extended by zeroes. The collector calls it for
 * every such word that it meets, on any thread, at any time: it computes, and neither calls the
 * library, nor waits, nor reads memory that changes. A pointer with a tag in its lowest bits needs none, as long
 * as it still points into its object: the middle of an object is as good as its beginning. */
typedef void *gm_decode_fn(uint64_t word);

/* The fields named hold words of 8 bytes, each of them a value that decode understands. Stores into them:
 * gm_store_value. Of an array of such words, GM_DEFINE_VALUE_TYPE(name, struct of one word, decode, its field)
 * describes the element. */
#define GM_DEFINE_VALUE_TYPE(name, T, decode, ...)                                                 \
    GM_STATIC_ASSERT(sizeof(T) % 8 == 0, "size of " #T);                                           \
    static const gm_words name##_words[] = {GM_WORDS(T, 8, __VA_ARGS__)};                          \
    GM_DEFINE_LAYOUT(name, T, sizeof(T), sizeof(T), NULL, 0, GM_LIST_OF(name##_words), 8, decode,  \
                     NULL, NULL)
/* The same for compressed values of 4 bytes; the size of T is a multiple of 8. */
#define GM_DEFINE_NARROW_TYPE(name, T, decode, ...)                                                \
    GM_STATIC_ASSERT(sizeof(T) % 8 == 0, "size of " #T);                                           \
    static const gm_words name##_words[] = {GM_WORDS(T, 4, __VA_ARGS__)};                          \
    GM_DEFINE_LAYOUT(name, T, sizeof(T), sizeof(T), NULL, 0, GM_LIST_OF(name##_words), 4, decode,  \
                     NULL, NULL)
/* Pointers and values: GM_DEFINE_MIXED_TYPE(name, struct, decode, (pointer, ...), (value, ...)). */
#define GM_DEFINE_MIXED_TYPE(name, T, decode, pointers, values)                                    \
    GM_STATIC_ASSERT(sizeof(T) % 8 == 0, "size of " #T);                                           \
    static const gm_words name##_words[] = {GM_WORDS(T, 8, GM_BARE pointers)};                     \
    static const gm_words name##_values[] = {GM_WORDS(T, 8, GM_BARE values)};                      \
    GM_DEFINE_LAYOUT(name, T, sizeof(T), sizeof(T), GM_LIST_OF(name##_words),                      \
                     GM_LIST_OF(name##_values), 8, decode, NULL, NULL)
/* The same with a tail: an object with slots, say. */
#define GM_DEFINE_MIXED_FLEX_TYPE(name, T, tail, elem, decode, pointers, values)                   \
    GM_STATIC_ASSERT(offsetof(T, tail) % 8 == 0, "where the tail of " #T " begins");               \
    static const gm_words name##_words[] = {GM_WORDS(T, 8, GM_BARE pointers)};                     \
    static const gm_words name##_values[] = {GM_WORDS(T, 8, GM_BARE values)};                      \
    GM_DEFINE_LAYOUT(name, T, offsetof(T, tail), offsetof(T, tail), GM_LIST_OF(name##_words),      \
                     GM_LIST_OF(name##_values), 8, decode, NULL, &(elem))

/* Stacks and registers of attached threads and goroutines, and memory registered by
 * gm_register_roots_conservative, may hold such words as well: from now on each word there that is no pointer by
 * itself is decoded as well. For each different function once; at most 4. False: there are too many. It costs
 * a call for every word of every stack in the first stop of a collection. [any] */
bool gm_decode_stacks(gm_decode_fn *decode);

/* --- objects that know their own layout --- */

/* Tells the collector of every pointer in an object of `size` bytes: with a tail what was allocated, rounded up, else the
 * size of the type. It is called on any thread, at any time from the object's allocation on, while the
 * program changes the object: it meets objects that are still all zero, and words of two different moments,
 * a tag of now beside a pointer of before. So it reads each word once (gm_load), checks a length against size, and may name
 * whatever it finds: what leads to no object is passed over. The program stores pointers with gm_store, or gm_wb_pair and a store of its own.
 * trace must not allocate, wait, take a lock, or call the library but for these two functions. A large
 * object is gone through in one call, which a collection's last stop may have to wait for: large arrays had better
 * be objects of their own with an ordinary type. */
typedef struct gm_tracer gm_tracer;
typedef void gm_trace_fn(const void *obj, size_t size, gm_tracer *tracer);
void gm_trace(gm_tracer *tracer, const void *p);
void gm_trace_words(gm_tracer *tracer, const void *words, size_t n); /* n pointers, side by side */

#define GM_DEFINE_TRACED_TYPE(name, T, trace)                                                      \
    GM_STATIC_ASSERT(sizeof(T) % 8 == 0, "size of " #T);                                           \
    GM_DEFINE_LAYOUT(name, T, sizeof(T), sizeof(T), NULL, 0, NULL, 0, 0, NULL, trace, NULL)
/* With any number of bytes behind the struct: gm_new_flex(&name, bytes). */
#define GM_DEFINE_TRACED_FLEX_TYPE(name, T, trace)                                                 \
    GM_STATIC_ASSERT(sizeof(T) % 8 == 0, "size of " #T);                                           \
    GM_DEFINE_LAYOUT(name, T, sizeof(T), sizeof(T), NULL, 0, NULL, 0, 0, NULL, trace, &gm_byte_type)

/* --- types that are made while the program runs --- */

/* count words side by side, offset bytes from the beginning. */
typedef struct gm_words {
    uint32_t offset, count;
} gm_words;

/* Zero in what does not apply. */
typedef struct gm_layout {
    const gm_words *pointers; /* words that are plain pointers */
    uint32_t npointers;       /* how many stretches of them */
    uint32_t value_size;      /* of a word that decode understands: 8 or 4 bytes */
    const gm_words *values;   /* such words */
    uint32_t nvalues;
    gm_decode_fn *decode;
    gm_trace_fn *trace;  /* tells all: without pointers and values */
    const gm_type *tail; /* what follows, any number of times */
} gm_layout;

/* The type of structs of size bytes (with a tail: before it) that `l` describes. Equal descriptions, at whatever
 * address, give the same type; it lives for ever, and `l` is copied. What cannot be (a word outside the struct or not
 * aligned, values without decode) is a fatal error. [any] */
const gm_type *gm_type_new(size_t size, const gm_layout *l);

/* --- how the macros count --- */

/* Positions of fields: C++ before 20 has no names for them. */
#define GM_TYPE_OF(T, bytes, pointers_within, flags, data)                                         \
    {                                                                                              \
        (bytes), (pointers_within), 0, (flags), GM_ALIGN(T), GM_ALIGN(T), GM_STRUCT, NULL, (data), \
            0, 0                                                                                   \
    }
#define GM_DEFINE_LAYOUT(name, T, bytes, within, ...)                                              \
    static const gm_layout name##_layout = GM_LAYOUT_OF(__VA_ARGS__);                              \
    static const gm_type name __attribute__((unused)) =                                            \
        GM_TYPE_OF(T, bytes, within, GM_TFLAG_C | GM_TFLAG_LAYOUT, &name##_layout)
#define GM_LAYOUT_OF(words, nwords, vals, nvals, val_size, decode, trace, tail)                    \
    { (words), (nwords), (val_size), (vals), (nvals), (decode), (trace), (tail) }
#define GM_LIST_OF(a)           (a), sizeof(a) / sizeof((a)[0])
#define GM_BARE(...)            __VA_ARGS__
#define GM_WORDS(T, each, ...)  GM_EACH(GM_WORDS_OF, T, each, __VA_ARGS__)
#define GM_WORDS_OF(T, each, f) {offsetof(T, f), sizeof(((T *)0)->f) / (each)},

/* GM_DEFINE_TYPE: bits of the words that a field covers, by groups of 64 words */
#define GM_FIRST(T, f) (offsetof(T, f) / 8)
#define GM_LAST(T, f)  ((offsetof(T, f) + sizeof(((T *)0)->f) - 1) / 8)
/* bits from a to b (inclusive) of a word, a and b from -64 to 127 */
#define GM_UP(b)           ((b) >= 63 ? ~UINT64_C(0) : (b) < 0 ? UINT64_C(0) : (UINT64_C(2) << ((b)&63)) - 1)
#define GM_SPAN(a, b)      (GM_UP(b) & ~GM_UP((a)-1))
#define GM_FIELD(T, w, f)  | GM_SPAN((int)GM_FIRST(T, f) - 64 * (w), (int)GM_LAST(T, f) - 64 * (w))
#define GM_MASK(T, w, ...) UINT64_C(0) GM_EACH(GM_FIELD, T, w, __VA_ARGS__)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
