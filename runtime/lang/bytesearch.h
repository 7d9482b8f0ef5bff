/* bytesearch.h - finding and counting bytes in at most a piece of memory (bulk.c): neither gives way. */
#ifndef LANG_BYTESEARCH_H
#define LANG_BYTESEARCH_H

#include <golem/go.h>

/* Where b[:k] begins in a[:n], k >= 2, or -1. */
gm_int gm_find_bytes(const uint8_t *a, gm_int n, const uint8_t *b, gm_int k);
/* How many of p[:n] are c. */
gm_int gm_count_byte(const uint8_t *p, gm_int n, uint8_t c);

#endif
