/* store.c - stores of compiled Go behind the write barrier: the slow halves of the blocks in golem/go.h, and Go's atomic
 * stores. Here nobody is stopped by a signal, so the test and the store cannot be cut in two. See barrier.c.
 */
#include <string.h>

#include "gc/barrier.h"

void gm_store_ptr_slow(void *slot, const void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    *(const void **)slot = val;
}

void gm_store_typed_slow(const gm_type *t, void *slot, const void *val) {
    if (gm_wb_enabled) gm_wb_copy(t, slot, val);
    memcpy(slot, val, t->size);
}

void gm_store_two_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b) {
    uint64_t w[2] = {a, b};
    gm_store_typed_slow(t, slot, w);
}

void gm_store_three_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c) {
    uint64_t w[3] = {a, b, c};
    gm_store_typed_slow(t, slot, w);
}

void gm_store_four_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c,
                        uint64_t d) {
    uint64_t w[4] = {a, b, c, d};
    gm_store_typed_slow(t, slot, w);
}

void gm_atomic_store_ptr(void **slot, void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    __atomic_store_n(slot, val, __ATOMIC_SEQ_CST);
}

void *gm_atomic_swap_ptr(void **slot, void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    return __atomic_exchange_n(slot, val, __ATOMIC_SEQ_CST);
}

bool gm_atomic_cas_ptr(void **slot, void *old, void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    return __atomic_compare_exchange_n(slot, &old, val, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
