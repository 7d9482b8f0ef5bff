/* store.c - stores behind the write barrier: the slow halves of the blocks in golem/go.h, and Go's atomic stores; the guarded
 * stores of C. Here nobody is stopped by a signal, so the test and the store cannot be cut in two. See barrier.c.
 */
#include <string.h>

#include <golem/memory.h>

#include "gc/barrier.h"
#include "os/inside.h"
#include "upcall.h"

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

/* --- of C, guarded: golem/memory.h. gm_store_guarded is store_amd64.S --- */

void gm_store_marking(void *slot, const void *val) {
    gm_need_thread("gm_store");
    GM_INSIDE();
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    __atomic_store_n((const void **)slot, val, __ATOMIC_RELEASE);
}

bool gm_cas_guarded(void *slot, void *expected, const void *val) {
    gm_need_thread("gm_cas");
    GM_INSIDE();
    void **want = expected;
    if (gm_wb_enabled) gm_wb_pair(*want, val);
    return __atomic_compare_exchange_n((void **)slot, want, (void *)val, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

void *gm_exchange_guarded(void *slot, const void *val) {
    gm_need_thread("gm_exchange");
    GM_INSIDE();
    void *old = __atomic_exchange_n((void **)slot, (void *)val, __ATOMIC_ACQ_REL);
    if (gm_wb_enabled) gm_wb_pair(old, val);
    return old;
}

void gm_store_begin(void) {
    gm_need_thread("gm_store_value or gm_cas_value");
    gm_inside_begin();
}

void gm_store_end(void) {
    gm_g *g = gm_by_signal ? gm_getg() : NULL;
    gm_inside_end(&g);
}
