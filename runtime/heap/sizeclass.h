/* sizeclass.h - from a size to its class. The table is generated; see tools/sizeclass.c. */
#ifndef GM_HEAP_SIZECLASS_H
#define GM_HEAP_SIZECLASS_H

#include <stddef.h>
#include <stdint.h>

#include "heap/sizeclass_table.h"

/* n from 1 to GM_MAX_SMALL */
static inline unsigned gm_size_to_class(size_t n) {
    if (n <= 1024) return gm_class_fine[(n + 7) / 8];
    return gm_class_coarse[(n - 1024 + 127) / 128];
}

#endif
