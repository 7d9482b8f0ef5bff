/* bulk.c - copying, clearing and comparing much memory, in pieces between which the goroutine gives way.
 *
 * A stop of the world waits for every goroutine that runs, and a signal parks one only where its pc is in
 * compiled Go. So nothing of the runtime may go through memory of any size in one go, and neither may the C
 * library's functions on behalf of compiled Go: the C compiler makes calls of memset and its kin out of loops and
 * of copies of large values. golem/intrinsics.h gives these the names below, in compiled Go only.
 *
 * A collection may begin between two pieces. For memory without pointers, and for fresh memory, nothing
 * depends on it: what a goroutine can read after it was scanned is known to the collector (sched/scan.c).
 * Elsewhere each piece has a barrier of its own.
 */
#include "lang/lang.h"

#include "gc/gc.h"
#include "sched/sched.h"

#define PIECE GM_BULK_PIECE

static __attribute__((noinline)) void *set_long(char *p, int c, size_t n) {
    void *begin = p;
    for (; n > PIECE; p += PIECE, n -= PIECE) {
        memset(p, c, PIECE);
        gm_give_way();
    }
    memset(p, c, n);
    return begin;
}

GM_NO_SPLIT void *gm_memset(void *p, int c, size_t n) {
    if (GM_LIKELY(n <= PIECE)) return memset(p, c, n);
    return set_long(p, c, n);
}

/* A piece of a move: its offset, and how long it is. The pieces go upwards, or, where the destination lies
 * behind the beginning of the source, downwards. */
typedef struct piece {
    size_t at, n;
} piece;

static bool moves_up(const void *dst, const void *src, size_t n) {
    return (uintptr_t)dst - (uintptr_t)src >= n;
}

static piece next_piece(bool up, size_t done, size_t all) {
    size_t n = all - done < PIECE ? all - done : PIECE;
    return (piece){up ? done : all - done - n, n};
}

static __attribute__((noinline)) void *move_long(char *dst, const char *src, size_t n) {
    bool up = moves_up(dst, src, n);
    for (size_t done = 0; done < n; gm_give_way()) {
        piece p = next_piece(up, done, n);
        memmove(dst + p.at, src + p.at, p.n);
        done += p.n;
    }
    return dst;
}

GM_NO_SPLIT void *gm_memmove(void *dst, const void *src, size_t n) {
    if (GM_LIKELY(n <= PIECE)) return memmove(dst, src, n);
    return move_long(dst, src, n);
}

static __attribute__((noinline)) int compare_long(const char *a, const char *b, size_t n) {
    for (; n > PIECE; a += PIECE, b += PIECE, n -= PIECE) {
        int c = memcmp(a, b, PIECE);
        if (c) return c;
        gm_give_way();
    }
    return memcmp(a, b, n);
}

GM_NO_SPLIT int gm_memcmp(const void *a, const void *b, size_t n) {
    if (GM_LIKELY(n <= PIECE)) return memcmp(a, b, n);
    return compare_long(a, b, n);
}

const void *gm_memchr(const void *mem, int c, size_t n) {
    const char *p = mem;
    for (; n > PIECE; p += PIECE, n -= PIECE) {
        const void *at = memchr(p, c, PIECE);
        if (at) return at;
        gm_give_way();
    }
    return n ? memchr(p, c, n) : NULL;
}

/* --- values with pointers --- */

static __attribute__((noinline)) void move_values_long(const gm_type *elem, char *dst,
                                                       const char *src, size_t n) {
    bool up = !src || moves_up(dst, src, n);
    for (size_t done = 0; done < n; gm_give_way()) {
        piece p = next_piece(up, done, n);
        if (GM_UNLIKELY(gm_wb_enabled)) gm_wb_copy_part(elem, dst, src, p.at / 8, (p.at + p.n) / 8);
        if (src)
            memmove(dst + p.at, src + p.at, p.n);
        else
            memset(dst + p.at, 0, p.n);
        done += p.n;
    }
}

void gm_move_values(const gm_type *elem, void *dst, const void *src, gm_int n) {
    size_t bytes = (size_t)n * elem->size;
    if (!gm_has_pointers(elem)) {
        gm_memmove(dst, src, bytes);
    } else if (bytes > PIECE) {
        move_values_long(elem, dst, src, bytes);
    } else {
        gm_barrier_n(elem, dst, src, n);
        memmove(dst, src, bytes);
    }
}

void gm_clear_values(const gm_type *elem, void *p, gm_int n) {
    size_t bytes = (size_t)n * elem->size;
    if (!gm_has_pointers(elem)) {
        gm_memset(p, 0, bytes);
    } else if (bytes > PIECE) {
        move_values_long(elem, p, NULL, bytes);
    } else {
        gm_barrier_n(elem, p, NULL, n);
        memset(p, 0, bytes);
    }
}
