/* typebits.h - reading the pointer map of a type. */
#ifndef GM_HEAP_TYPEBITS_H
#define GM_HEAP_TYPEBITS_H

#include <golem/describe.h>
#include <golem/go.h>

/* The layout of a type that has one, or NULL. */
static inline const gm_layout *gm_layout_of(const gm_type *t) {
    return t->tflag & GM_TFLAG_LAYOUT ? (const gm_layout *)t->gcdata : NULL;
}
/* Whether all pointers of a value of t, and of its tail, are words that a bitmap can name. */
bool gm_type_is_plain(const gm_type *t);
/* Whether a callback of the program looks into it. */
bool gm_type_is_traced(const gm_type *t);

/* Pointer bits of words [word, word+n) of one value of type t, n from 1 to 64; bit 0 is `word`.
 * Words beyond the value's pointers read as zero. */
uint64_t gm_type_bits(const gm_type *t, size_t word, unsigned n);

/* The pointer bits of an array, 64 words at a time, whatever the size of its elements: the map of an element
 * of up to 64 words is read once. */
typedef struct gm_array_bits {
    const gm_type *type;
    size_t words;    /* of an element */
    uint64_t bits;   /* narrow elements: as many as fit whole into 64 words, side by side */
    unsigned period; /* the words of these; 0: wide elements */
    size_t at;       /* the word of the period, or of a wide element, that comes next */
} gm_array_bits;

/* From word `word` of an array of type t's on; t has pointers. */
void gm_array_bits_begin(gm_array_bits *a, const gm_type *t, size_t word);
uint64_t gm_array_bits_next(gm_array_bits *a);
/* Leaves out the pointer-free end of a wide element. Returns how many words that are. */
size_t gm_array_bits_skip(gm_array_bits *a);

/* The runs of a type with GM_TFLAG_GCMASK_ON_DEMAND (gcprog.c). */
const gm_gcprog *gm_gcprog_of(const gm_type *t);

#endif
