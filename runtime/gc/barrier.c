/* barrier.c - the hybrid write barrier: the whole story, and its slow half.
 *
 * Why. The collector marks while the program runs. A goroutine's stack is scanned once in a cycle, before it runs on, so
 * a pointer can hide: read from an object that is not marked yet into a stack that was scanned, while the
 * program overwrites it in the object. Hence, while marking, a store into a pointer slot of the heap or of
 * a global shades (marks, to be followed later) two objects: the one the slot led to, which may be
 * known to a scanned stack only from now on, and the one it will lead to, which may come from a stack that
 * was not scanned yet. Stores into stacks need nothing: stacks are scanned as a whole. Stores into
 * fresh objects need nothing: these are marked from birth, and hold what running, that is, scanned,
 * goroutines know.
 *
 * The switch is gm_wb_enabled: 1 from the first stop of a cycle to the last, changed with the world stopped only.
 * Between its test and the store that follows no goroutine may be stopped, or marking could begin in between.
 *
 * Where a store is decided:
 *   compiled Go   compiler/emit/assign.c chooses for each assignment: a plain C store (locals, fresh objects, no
 *                 pointers), gm_store_ptr, _two, _three, _four, or gm_store_typed.
 *   inline        include/golem/go.h: those, each one asm block that tests and stores, set back to its
 *                 beginning if a signal stops it inside (sched/preempt.c).
 *   slow halves   gc/store.c: gm_store_*_slow, and the atomic stores of Go.
 *   bulk copies   gm_wb_copy and gm_wb_copy_n, here, before a copy of values; the runtime's own copies call them
 *                 through gm_barrier and gm_barrier_n (gc/barrier.h): append, copy, maps, channels, reflection.
 *   initialising  plain stores, by the rule above: the compiler's composite literals and closures, the runtime's
 *                 fresh records.
 *   C programs    gm_store, gm_copy_values and what stands beside them in include/golem/memory.h.
 *   the scheduler gm_up_shade, for timers that change their place while they are looked through.
 *
 * Shading goes through a buffer of the P (wb_buf in its cache): words are noted, and marked together when it is
 * full and, with the world stopped, at the end of marking. A thread without a P marks at once.
 */
#include <string.h>

#include "gc/barrier.h"
#include "gc/layout.h"
#include "gc/marker.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "os/inside.h"
#include "os/tls.h"
#include "upcall.h"

void gm_wb_flush(gm_mcache *c) {
    uint32_t n = c->wb_n;
    if (!n) return;
    c->wb_n = 0;
    gm_marker *m = gm_marker_get();
    if (!m) return;
    for (uint32_t i = 0; i < n; i++) gm_mark_shade(m, (uintptr_t)c->wb_buf[i]);
    gm_marker_put(m);
}

static void flush_mine(void *arg) {
    gm_wb_flush(arg);
}

static inline void note(gm_mcache *c, const void *p) {
    if (!gm_in_heap((uintptr_t)p)) return;
    if (c->wb_n == GM_WB_BUF_LEN) gm_systemstack(flush_mine, c);
    c->wb_buf[c->wb_n++] = (void *)p;
}

/* A thread without a P (the runtime's own) marks at once. */
static __attribute__((noinline)) void mark_now(const void *p) {
    gm_marker *m = gm_marker_get();
    if (!m) return;
    gm_mark_shade(m, (uintptr_t)p);
    gm_marker_put(m);
}

void gm_shade(const void *p) {
    if (!__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) return;
    gm_mcache *c = (gm_mcache *)gm_getp();
    if (c)
        note(c, p);
    else
        mark_now(p);
}

void gm_up_shade(const void *p) {
    gm_shade(p);
}

void gm_wb_slot(void *slot, const void *newval) {
    GM_INSIDE();
    GM_ASSERT(gm_wb_enabled);
    gm_shade(__atomic_load_n((void **)slot, __ATOMIC_RELAXED));
    gm_shade(newval);
}

void gm_wb_pair(const void *oldval, const void *newval) {
    gm_need_thread("gm_cas or gm_exchange");
    GM_INSIDE();
    gm_shade(oldval);
    gm_shade(newval);
}

static void shade_slots(void **dst, void *const *src, uint64_t bits) {
    for (; bits; bits &= bits - 1) {
        unsigned i = (unsigned)__builtin_ctzll(bits);
        gm_shade(__atomic_load_n(dst + i, __ATOMIC_RELAXED));
        if (src) gm_shade(__atomic_load_n(src + i, __ATOMIC_RELAXED));
    }
}

static void shade_values(const gm_type *t, const void *dst, const void *src, size_t from,
                         size_t n) {
    gm_layout_values(NULL, (uintptr_t)dst + from * t->size, t, n);
    if (src) gm_layout_values(NULL, (uintptr_t)src + from * t->size, t, n);
}

void gm_wb_copy(const gm_type *t, void *dst, const void *src) {
    GM_ASSERT(gm_wb_enabled);
    if (t->tflag & GM_TFLAG_LAYOUT) {
        shade_values(t, dst, src, 0, 1);
        return;
    }
    size_t pointers = (t->ptrdata + 7) / 8;
    for (size_t w = 0; w < pointers; w += 64) {
        unsigned n = pointers - w < 64 ? (unsigned)(pointers - w) : 64;
        shade_slots((void **)dst + w, src ? (void *const *)src + w : NULL, gm_type_bits(t, w, n));
    }
}

void gm_wb_copy_part(const gm_type *elem, void *dst, const void *src, size_t from, size_t to) {
    if (elem->tflag & GM_TFLAG_LAYOUT) { /* every element of which a word is copied */
        size_t words = elem->size / 8, first = from / words;
        shade_values(elem, dst, src, first, (to + words - 1) / words - first);
        return;
    }
    gm_array_bits pattern;
    gm_array_bits_begin(&pattern, elem, from);
    for (size_t w = from; w < to; w += 64) {
        uint64_t bits = gm_array_bits_next(&pattern);
        if (to - w < 64) bits &= ((uint64_t)1 << (to - w)) - 1;
        shade_slots((void **)dst + w, src ? (void *const *)src + w : NULL, bits);
    }
}

void gm_wb_copy_n(const gm_type *elem, void *dst, const void *src, int64_t n) {
    GM_INSIDE();
    if (elem->ptrdata && n > 0) gm_wb_copy_part(elem, dst, src, 0, (size_t)n * elem->size / 8);
}
