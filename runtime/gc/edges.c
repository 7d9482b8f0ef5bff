/* edges.c - what leads where in the heap, one step at a time.
 *
 * Where a bitmap says which words of an object are pointers, they are read here, so that it is known which word leads to
 * what. Everything else (layouts of C types, callbacks, pools, the records of special.c) is asked as marking asks it: a marker
 * collects what it is told, and is emptied without marking anything. So nobody but marking has to know who holds what.
 */
#include "gc/edges.h"

#include "gc/gc.h"
#include "gc/layout.h"
#include "gc/pool.h"
#include "gc/roots.h"
#include "gc/special.h"
#include "heap/typebits.h"

bool gm_edge_target(uintptr_t w, uintptr_t *base) {
    const gm_span *s = gm_span_of(w);
    if (!s || s->state != GM_SPAN_HEAP) return false;
    uint32_t i = gm_span_index(s, w);
    if (i >= s->nelems || !gm_reach_has(s, i)) return false;
    *base = s->base + (size_t)i * s->elem_size;
    return true;
}

/* --- objects --- */

typedef struct tell {
    gm_edge_fn *fn;
    void *arg;
    uintptr_t base;
} tell;

__attribute__((no_sanitize_address)) static void tell_word(const tell *t, size_t word) {
    uintptr_t target;
    if (gm_edge_target(((const uintptr_t *)t->base)[word], &target))
        t->fn(t->arg, (intptr_t)(word * 8), target);
}

static void tell_mask(const tell *t, size_t from, uint64_t bits) {
    for (; bits; bits &= bits - 1) tell_word(t, from + (size_t)__builtin_ctzll(bits));
}

/* Pages that nobody wrote to hold no pointers, and reading them would take memory. */
static void tell_array(const tell *t, const gm_type *elem, size_t bytes) {
    enum { PIECE = 32768 / 8 };
    size_t all = bytes / elem->size * (elem->size / 8);
    gm_array_bits pattern;
    gm_array_bits_begin(&pattern, elem, 0);
    for (size_t w = 0, looked = 0; w < all;) {
        if (w >= looked) {
            size_t n = all - looked < PIECE ? all - looked : PIECE;
            if (n == PIECE && gm_os_untouched((uintptr_t *)t->base + looked, n * 8)) {
                w = looked += n;
                gm_array_bits_begin(&pattern, elem, w);
                continue;
            }
            looked += n;
        }
        size_t gap = gm_array_bits_skip(&pattern);
        w += gap;
        if (gap) continue;
        uint64_t bits = gm_array_bits_next(&pattern);
        if (all - w < 64) bits &= ((uint64_t)1 << (all - w)) - 1;
        tell_mask(t, w, bits);
        w += 64;
    }
}

static void tell_found(void *arg, uintptr_t found) {
    const tell *t = arg;
    uintptr_t target;
    if (gm_edge_target(found, &target)) t->fn(t->arg, -1, target);
}

static void ask_marker(tell *t) {
    gm_marker *m = gm_marker_get();
    gm_mark_contents(m, t->base);
    gm_marker_tell(m, tell_found, t);
    gm_marker_put(m);
}

static void tell_values(tell *t, const gm_type *elem, size_t bytes) {
    if (!elem || !elem->ptrdata) return;
    if (gm_layout_of(elem))
        ask_marker(t);
    else
        tell_array(t, elem, bytes);
}

void gm_edges_each(uintptr_t base, gm_edge_fn *fn, void *arg) {
    tell t = {fn, arg, base};
    const gm_span *s = gm_span_of(base);
    const gm_shape *sh = &gm_shapes[s->shape];
    switch (sh->kind) {
    case GM_SHAPE_KIND_MASK: tell_mask(&t, 0, sh->mask); break;
    case GM_SHAPE_KIND_BITS:
        for (size_t w = 0; w < sh->words; w += 64) tell_mask(&t, w, sh->bits[w / 64]);
        break;
    case GM_SHAPE_KIND_LAYOUT: ask_marker(&t); break;
    case GM_SHAPE_KIND_MIXED:
        tell_values(&t, s->slot_types[gm_span_index(s, base)], s->elem_size);
        break;
    case GM_SHAPE_KIND_LARGE: tell_values(&t, s->type, s->large_size); break;
    default: break;
    }
}

const gm_type *gm_edge_type(uintptr_t base) {
    const gm_span *s = gm_span_of(base);
    const gm_shape *sh = &gm_shapes[s->shape];
    const gm_type *t = sh->type;
    if (sh->kind == GM_SHAPE_KIND_LARGE || sh->kind == GM_SHAPE_KIND_LARGE_NOSCAN) t = s->type;
    if (sh->kind == GM_SHAPE_KIND_MIXED) t = s->slot_types[gm_span_index(s, base)];
    return t && t->kind != GM_UNSAFE_POINTER ? t : NULL;
}

/* --- roots --- */

typedef struct root_tell {
    gm_root_fn *fn;
    void *arg;
    enum gm_root_kind kind;
    uintptr_t about;
} root_tell;

__attribute__((no_sanitize_address)) static void tell_root_word(const root_tell *t,
                                                                const uintptr_t *at) {
    uintptr_t target;
    if (gm_edge_target(*at, &target)) t->fn(t->arg, t->kind, (uintptr_t)at, target);
}

static void tell_root(void *arg, uintptr_t found) {
    const root_tell *t = arg;
    uintptr_t target;
    if (gm_edge_target(found, &target)) t->fn(t->arg, t->kind, t->about, target);
}

/* A word that is no pointer by itself may be one that the program's functions decode. */
__attribute__((no_sanitize_address)) static void tell_guess(const root_tell *t,
                                                            const uintptr_t *at) {
    uintptr_t target;
    if (gm_edge_target(*at, &target)) {
        t->fn(t->arg, t->kind, (uintptr_t)at, target);
        return;
    }
    for (uint32_t i = 0; *at && i < gm_stack_decoders; i++)
        if (gm_edge_target((uintptr_t)gm_stack_decoder[i](*at), &target))
            t->fn(t->arg, t->kind, (uintptr_t)at, target);
}

static void tell_range(root_tell *t, const uintptr_t *lo, const uintptr_t *hi) {
    t->kind = GM_ROOT_GUESS;
    for (; lo < hi; lo++) tell_guess(t, lo);
}

static void tell_precise(root_tell *t, const gm_type *elem, size_t from, const uintptr_t *lo,
                         const uintptr_t *hi) {
    gm_array_bits pattern;
    gm_array_bits_begin(&pattern, elem, from);
    t->kind = GM_ROOT_MEMORY;
    while (lo < hi) {
        size_t gap = gm_array_bits_skip(&pattern);
        lo += gap;
        if (gap) continue;
        for (uint64_t bits = gm_array_bits_next(&pattern); bits; bits &= bits - 1) {
            const uintptr_t *at = lo + __builtin_ctzll(bits);
            if (at < hi) tell_root_word(t, at);
        }
        lo += 64;
    }
}

static void tell_registered(void *arg, const gm_type *elem, size_t from, const uintptr_t *lo,
                            const uintptr_t *hi) {
    root_tell *t = arg;
    if (!elem) {
        tell_range(t, lo, hi);
    } else if (!gm_layout_of(elem)) {
        tell_precise(t, elem, from, lo, hi);
    } else {
        t->kind = GM_ROOT_MEMORY;
        t->about = (uintptr_t)lo;
        gm_marker *m = gm_marker_get();
        size_t words = elem->size / 8;
        gm_mark_values(m, (uintptr_t)(lo - from), elem,
                       (from + (size_t)(hi - lo) + words - 1) / words, from);
        gm_marker_tell(m, tell_root, t);
        gm_marker_put(m);
    }
}

static void tell_special(void *arg, uintptr_t obj, gm_marker *m) {
    root_tell *t = arg;
    t->about = obj;
    gm_marker_tell(m, tell_root, t);
}

void gm_edges_roots(gm_root_fn *fn, void *arg) {
    root_tell t = {fn, arg, GM_ROOT_MEMORY, 0};
    gm_roots_each(tell_registered, &t);
    gm_marker *m = gm_marker_get();
    t.kind = GM_ROOT_FINALIZER;
    gm_specials_each(tell_special, m, &t);
    t.about = 0;
    t.kind = GM_ROOT_QUEUE;
    gm_finalizer_queue_mark(m);
    gm_marker_tell(m, tell_root, &t);
    t.kind = GM_ROOT_POOL;
    gm_pools_mark(m);
    gm_marker_tell(m, tell_root, &t);
    t.kind = GM_ROOT_CALLBACK;
    gm_roots_call(m);
    gm_marker_tell(m, tell_root, &t);
    gm_marker_put(m);
}

void gm_edges_guess(const void *lo, const void *hi, gm_root_fn *fn, void *arg) {
    root_tell t = {fn, arg, GM_ROOT_GUESS, 0};
    tell_range(&t, (const uintptr_t *)(((uintptr_t)lo + 7) & ~(uintptr_t)7),
               (const uintptr_t *)((uintptr_t)hi & ~(uintptr_t)7));
}
