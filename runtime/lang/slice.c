/* slice.c - make, append and copy.
 *
 * Growth follows Go 1.19: double while small, then by a quarter and a bit, then up to what the size
 * class of the block holds. Programs can see capacities, so they are the same here.
 *
 * A grown array is fresh memory, which needs no barrier: what the old one holds is known to the collector, as is
 * all that a running goroutine can read (sched/scan.c).
 */
#include "lang/lang.h"

#include "heap/heap.h"

GM_ENTRY void *gm_makeslice(const gm_type *elem, gm_int len, gm_int cap) {
    uintptr_t bytes;
    bool bad = __builtin_mul_overflow(elem->size, (uintptr_t)cap, &bytes) || bytes > GM_MAX_ALLOC;
    if (GM_UNLIKELY(bad || len < 0 || len > cap)) {
        /* A length that would not fit either is named first. */
        bad = __builtin_mul_overflow(elem->size, (uintptr_t)len, &bytes) || bytes > GM_MAX_ALLOC;
        if (bad || len < 0) gm_panic_makeslice_len();
        gm_panic_makeslice_cap();
    }
    if (!gm_has_pointers(elem)) return gm_noscan(bytes);
    return gm_newarray(elem, cap);
}

static gm_int next_cap(gm_int old, gm_int need) {
    enum { threshold = 256 };
    if (need > 2 * old) return need;
    if (old < threshold) return 2 * old;
    gm_int cap = old;
    while (cap > 0 && cap < need) cap += (cap + 3 * threshold) / 4;
    return cap > 0 ? cap : need;
}

GM_ENTRY gm_grown gm_grow(const gm_type *elem, void *old, gm_int len, gm_int old_cap, gm_int need) {
    static const char out_of_range[] = "growslice: len out of range";
    if (GM_UNLIKELY(need < old_cap)) gm_panic_error(GM_STR(out_of_range));
    if (elem->size == 0) return (gm_grown){&gm_zerobase, need};

    gm_int cap = next_cap(old_cap, need);
    uintptr_t bytes;
    if (GM_UNLIKELY(__builtin_mul_overflow(elem->size, (uintptr_t)cap, &bytes) ||
                    bytes > GM_MAX_ALLOC))
        gm_panic_error(GM_STR(out_of_range));
    bytes = gm_round_size(bytes);
    cap = (gm_int)(bytes / elem->size);

    size_t used = (size_t)len * elem->size;
    char *p;
    if (gm_has_pointers(elem)) {
        p = gm_newarray(elem, cap);
    } else {
        /* What lies between the old length and `need` is for the caller to fill. */
        size_t filled = (size_t)need * elem->size;
        p = gm_noscan_raw(bytes);
        gm_memset(p + filled, 0, bytes - filled);
    }
    if (used) gm_memmove(p, old, used);
    return (gm_grown){p, cap};
}

GM_ENTRY gm_grown gm_grow_append(const gm_type *elem, void *p, gm_int len, gm_int cap,
                                 const void *src, gm_int n) {
    gm_grown s = {p, cap};
    gm_int need;
    if (n == 0) return s;
    if (__builtin_add_overflow(len, n, &need))
        gm_panic_error(GM_STR("growslice: len out of range"));
    if (need > cap) s = gm_grow(elem, p, len, cap, need);
    char *dst = (char *)s.p + (size_t)len * elem->size;
    gm_move_values(elem, dst, src, n);
    return s;
}

static void put_grown(gm_slice *s, gm_grown g) {
    if (gm_wb_enabled) gm_wb_slot(&s->p, g.p);
    s->p = g.p;
    s->cap = g.cap;
}

GM_ENTRY void gm_grow_in_place(const gm_type *elem, gm_slice *s, gm_int more) {
    put_grown(s, gm_grow(elem, s->p, s->len, s->cap, s->len + more));
}

GM_ENTRY void gm_append_growing(const gm_type *elem, gm_slice *s, const void *src, gm_int n) {
    put_grown(s, gm_grow_append(elem, s->p, s->len, s->cap, src, n));
    s->len += n;
}

GM_ENTRY void gm_slice_clear(const gm_type *elem, gm_slice s) {
    if (s.len) gm_clear_values(elem, s.p, s.len);
}

GM_ENTRY gm_grown gm_grow_zero(const gm_type *elem, void *p, gm_int len, gm_int cap, gm_int n) {
    gm_grown s = {p, cap};
    gm_int need;
    if (n < 0) gm_panic_makeslice_len();
    if (n == 0) return s;
    if (__builtin_add_overflow(len, n, &need))
        gm_panic_error(GM_STR("growslice: len out of range"));
    bool fresh = need > cap;
    if (fresh) s = gm_grow(elem, p, len, cap, need);
    if (fresh && gm_has_pointers(elem)) return s; /* zero already */
    gm_slice_clear(elem, (gm_slice){(char *)s.p + (size_t)len * elem->size, n, n});
    return s;
}

GM_ENTRY gm_int gm_copy(const gm_type *elem, gm_slice dst, const void *src, gm_int n) {
    if (n > dst.len) n = dst.len;
    if (n == 0 || dst.p == src) return n;
    gm_move_values(elem, dst.p, src, n);
    return n;
}
