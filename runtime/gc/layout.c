/* layout.c - values whose pointers a bitmap cannot name: words to be decoded, and objects with a callback.
 *
 * What the program's functions say is a guess like a word of a stack: whoever marks it looks up whether there is
 * an object. So it does no harm that they may see a value half changed, and nothing is lost by it, because
 * stores go through the barrier with the decoded pointers: what was there when marking began, and what is stored since,
 * is shaded by the program itself.
 *
 * They are called wherever something is marked: by workers, by allocating threads, in the stops, under the lock of
 * special.c, and, for copies, on the thread that copies. Hence what describe.h demands of them.
 */
#include "gc/layout.h"

#include "gc/barrier.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "upcall.h"

struct gm_tracer {
    gm_marker *m;
};

static inline void found(gm_marker *m, uintptr_t w) {
    if (!gm_in_heap(w)) return;
    if (m)
        gm_mark_word(m, w);
    else
        gm_shade((const void *)w);
}

/* The program may be writing there: see marker.c. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static inline uintptr_t
load8(uintptr_t at) {
    return __atomic_load_n((const uintptr_t *)at, __ATOMIC_RELAXED);
}
__attribute__((no_sanitize_address, no_sanitize_thread)) static inline uint32_t
load4(uintptr_t at) {
    return __atomic_load_n((const uint32_t *)at, __ATOMIC_RELAXED);
}

gm_marker *gm_tracer_marker(const gm_tracer *tracer) {
    return tracer->m;
}

void gm_trace(gm_tracer *tracer, const void *p) {
    found(tracer->m, (uintptr_t)p);
}

void gm_trace_words(gm_tracer *tracer, const void *words, size_t n) {
    for (size_t i = 0; i < n; i++) found(tracer->m, load8((uintptr_t)words + i * 8));
}

void gm_trace_values(gm_tracer *tracer, const gm_type *elem, const void *base, size_t n) {
    size_t words = elem->ptrdata ? n * elem->size / 8 : 0;
    if (!tracer->m) { /* a copy is shaded */
        if (words) gm_wb_copy_n(elem, (void *)base, NULL, (int64_t)n);
        return;
    }
    for (size_t from = 0; from < words; from += GM_OBLET_WORDS)
        gm_mark_values(tracer->m, (uintptr_t)base, elem, n, from);
}

void gm_trace_conservative(gm_tracer *tracer, const void *memory, size_t size) {
    const char *at = memory;
    if (tracer->m)
        gm_mark_conservative(tracer->m, at, at + size);
    else
        for (size_t i = 0; i + 8 <= size; i += 8) found(NULL, load8((uintptr_t)at + i));
}

void gm_layout_show(gm_marker *m, gm_roots_fn *fn, void *arg) {
    gm_tracer t = {m};
    fn(arg, &t);
}

static void decode_words(gm_marker *m, uintptr_t at, size_t n, gm_decode_fn *decode) {
    for (size_t i = 0; i < n; i++) {
        uintptr_t w = load8(at + i * 8);
        if (w) found(m, (uintptr_t)decode(w));
    }
}

static void decode_halves(gm_marker *m, uintptr_t at, size_t n, gm_decode_fn *decode) {
    for (size_t i = 0; i < n; i++) {
        uint32_t w = load4(at + i * 4);
        if (w) found(m, (uintptr_t)decode(w));
    }
}

static void decode_some(gm_marker *m, uintptr_t at, size_t n, const gm_layout *l) {
    if (l->value_size == 4)
        decode_halves(m, at, n, l->decode);
    else
        decode_words(m, at, n, l->decode);
}

static void one_value(gm_marker *m, uintptr_t base, const gm_layout *l) {
    for (uint32_t i = 0; i < l->npointers; i++) {
        uintptr_t at = base + l->pointers[i].offset;
        for (uint32_t k = 0; k < l->pointers[i].count; k++) found(m, load8(at + k * 8));
    }
    for (uint32_t i = 0; i < l->nvalues; i++)
        decode_some(m, base + l->values[i].offset, l->values[i].count, l);
}

/* All words of a value are to be decoded, so that arrays are one stretch. */
static bool is_all_values(const gm_type *t, const gm_layout *l) {
    return l->nvalues == 1 && !l->npointers &&
           (size_t)l->values[0].count * l->value_size == t->size;
}

void gm_layout_values(gm_marker *m, uintptr_t base, const gm_type *t, size_t n) {
    const gm_layout *l = gm_layout_of(t);
    if (l->trace) {
        gm_tracer tracer = {m};
        for (size_t i = 0; i < n; i++)
            l->trace((const void *)(base + i * t->size), t->size, &tracer);
    } else if (is_all_values(t, l)) {
        decode_some(m, base, n * l->values[0].count, l);
    } else {
        for (size_t i = 0; i < n; i++) one_value(m, base + i * t->size, l);
    }
}

void gm_layout_trace(gm_marker *m, uintptr_t base, const gm_type *t, size_t bytes) {
    gm_tracer tracer = {m};
    gm_layout_of(t)->trace((const void *)base, bytes, &tracer);
}

/* --- stacks --- */

gm_decode_fn *gm_stack_decoder[GM_STACK_DECODERS];
uint32_t gm_stack_decoders;
static gm_mutex stack_decoders_lock;

static bool add_decoder(gm_decode_fn *decode) {
    uint32_t n = gm_stack_decoders;
    for (uint32_t i = 0; i < n; i++)
        if (gm_stack_decoder[i] == decode) return true;
    if (n == GM_STACK_DECODERS) return false;
    gm_stack_decoder[n] = decode;
    __atomic_store_n(&gm_stack_decoders, n + 1, __ATOMIC_RELEASE);
    return true;
}

bool gm_decode_stacks(gm_decode_fn *decode) {
    GM_INSIDE();
    gm_mutex_lock(&stack_decoders_lock);
    bool ok = add_decoder(decode);
    gm_mutex_unlock(&stack_decoders_lock);
    return ok;
}
