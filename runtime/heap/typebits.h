/* typebits.h - reading the pointer map of a type. */
#ifndef GM_HEAP_TYPEBITS_H
#define GM_HEAP_TYPEBITS_H

#include <golem/type.h>

/* Pointer bits of words [word, word+n) of one value of type t, n from 1 to 64; bit 0 is `word`.
 * Words beyond the value's pointers read as zero. */
uint64_t gm_type_bits(const gm_type *t, size_t word, unsigned n);

/* The flat bitmap of a type whose gcdata is a program in Go's form (gcprog.c). */
const uint8_t *gm_gcprog_bitmap(const gm_type *t);

#endif
