/* string.c - strings: concatenation, conversion, UTF-8, and short texts made in C.
 *
 * Strings never change, so results share bytes with their operands where they may: an operand whose
 * bytes stand on the stack (the result of a conversion that does not escape) may be shared only by
 * a result that does not escape either, which is one that came with a stack buffer.
 */
#include "lang/lang.h"

#include "heap/heap.h"
#include "sched/gmp.h"
#include "sched/sched.h"

enum { tmp_buf = 32, rune_error = 0xfffd, max_rune = 0x10ffff };

bool gm_on_stack(const void *p) {
    gm_g *g = gm_getg();
    if (!g) return true; /* unknown: assume so */
    for (gm_seg *s = g->seg; s; s = s->prev)
        if ((uintptr_t)p >= s->lo && (uintptr_t)p < s->hi) return true;
    return false;
}

/* n bytes to be filled: in buf if it is there and large enough, else on the heap. */
static uint8_t *raw_bytes(void *buf, gm_int n) {
    return buf && n <= tmp_buf ? buf : gm_noscan_raw((size_t)n);
}

GM_ENTRY gm_string gm_concat(void *buf, const gm_string *parts, gm_int n) {
    gm_int total = 0, filled = 0, last = 0;
    for (gm_int i = 0; i < n; i++) {
        if (parts[i].n == 0) continue;
        if (__builtin_add_overflow(total, parts[i].n, &total))
            gm_throw("string concatenation too long");
        filled++;
        last = i;
    }
    if (filled == 0) return (gm_string){NULL, 0};
    if (filled == 1 && (buf || !gm_on_stack(parts[last].p))) return parts[last];

    uint8_t *out = raw_bytes(buf, total), *p = out;
    for (gm_int i = 0; i < n; i++) {
        gm_memmove(p, parts[i].p, (size_t)parts[i].n);
        p += parts[i].n;
    }
    return (gm_string){out, total};
}

GM_ENTRY gm_int gm_string_find(const gm_string *table, gm_int n, gm_string s) {
    gm_int lo = 0, hi = n;
    while (lo < hi) {
        gm_int mid = lo + (hi - lo) / 2;
        const gm_string *at = &table[mid];
        int order = at->n < s.n ? -1 : at->n > s.n;
        if (order == 0 && s.n > 0) order = memcmp(at->p, s.p, (size_t)s.n);
        if (order == 0) return mid + 1;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return 0;
}

int gm_string_cmp(gm_string a, gm_string b) {
    gm_int n = a.n < b.n ? a.n : b.n;
    int c = n && a.p != b.p ? gm_memcmp(a.p, b.p, (size_t)n) : 0;
    if (c) return c;
    return (a.n > b.n) - (a.n < b.n);
}

/* --- UTF-8 --- */

static bool continues(uint8_t b) {
    return (b & 0xc0) == 0x80;
}

GM_ENTRY gm_int gm_decode_rune(gm_string s, gm_int i, int32_t *rune) {
    const uint8_t *p = s.p + i;
    gm_int left = s.n - i;
    uint8_t b = p[0];
    if (b < 0x80) {
        *rune = b;
        return i + 1;
    }
    if (b >= 0xc2 && b < 0xe0 && left >= 2 && continues(p[1])) {
        *rune = (b & 0x1f) << 6 | (p[1] & 0x3f);
        return i + 2;
    }
    if (b >= 0xe0 && b < 0xf0 && left >= 3 && continues(p[1]) && continues(p[2])) {
        int32_t r = (b & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        if (r >= 0x800 && (r < 0xd800 || r > 0xdfff)) {
            *rune = r;
            return i + 3;
        }
    }
    if (b >= 0xf0 && b < 0xf5 && left >= 4 && continues(p[1]) && continues(p[2]) &&
        continues(p[3])) {
        int32_t r = (b & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
        if (r >= 0x10000 && r <= max_rune) {
            *rune = r;
            return i + 4;
        }
    }
    *rune = rune_error;
    return i + 1;
}

/* Writes r at p, at most 4 bytes; p NULL: only tells how many. */
static int encode_rune(uint8_t *p, int64_t r) {
    if (r < 0 || r > max_rune || (r >= 0xd800 && r <= 0xdfff)) r = rune_error;
    int n = r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
    if (!p) return n;
    if (n == 1) {
        p[0] = (uint8_t)r;
        return 1;
    }
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = n - 1; i > 0; i--, r >>= 6) p[i] = (uint8_t)(0x80 | (r & 0x3f));
    p[0] = (uint8_t)(lead[n] | r);
    return n;
}

/* --- conversions --- */

/* A long conversion gives way now and then. */
static inline void breathe(gm_int step) {
    if (GM_UNLIKELY(step % GM_BULK_PIECE == GM_BULK_PIECE - 1)) gm_give_way();
}

GM_ENTRY gm_string gm_string_from_bytes(void *buf, const void *p, gm_int n) {
    if (n == 0) return (gm_string){NULL, 0};
    if (n == 1) return (gm_string){(const uint8_t *)&gm_staticuint64s[*(const uint8_t *)p], 1};
    uint8_t *out = raw_bytes(buf, n);
    gm_memmove(out, p, (size_t)n);
    return (gm_string){out, n};
}

GM_ENTRY gm_string gm_string_from_runes(void *buf, gm_slice runes) {
    const int32_t *r = runes.p;
    gm_int n = 0;
    for (gm_int i = 0; i < runes.len; i++) {
        n += encode_rune(NULL, r[i]);
        breathe(i);
    }
    if (n == 0) return (gm_string){NULL, 0};
    uint8_t *out = raw_bytes(buf, n), *p = out;
    for (gm_int i = 0; i < runes.len; i++) {
        p += encode_rune(p, r[i]);
        breathe(i);
    }
    return (gm_string){out, n};
}

GM_ENTRY gm_string gm_string_from_rune(void *buf, int64_t r) {
    gm_int n = encode_rune(NULL, r);
    uint8_t *out = raw_bytes(buf, n);
    encode_rune(out, r);
    return (gm_string){out, n};
}

GM_ENTRY gm_slice gm_bytes_from_string(void *buf, gm_string s) {
    if (buf && s.n <= tmp_buf) {
        memset(buf, 0, tmp_buf);
        if (s.n) memcpy(buf, s.p, (size_t)s.n);
        return (gm_slice){buf, s.n, tmp_buf};
    }
    if (s.n == 0) return (gm_slice){&gm_zerobase, 0, 0};
    size_t cap = gm_round_size((size_t)s.n);
    uint8_t *out = gm_noscan_raw(cap);
    gm_memmove(out, s.p, (size_t)s.n);
    memset(out + s.n, 0, cap - (size_t)s.n);
    return (gm_slice){out, s.n, (gm_int)cap};
}

GM_ENTRY gm_slice gm_runes_from_string(gm_string s) {
    int32_t rune;
    gm_int n = 0;
    for (gm_int i = 0; i < s.n; breathe(n++)) i = gm_decode_rune(s, i, &rune);
    if (n == 0) return (gm_slice){&gm_zerobase, 0, 0};
    size_t bytes = gm_round_size((size_t)n * sizeof rune);
    int32_t *out = gm_noscan(bytes);
    for (gm_int i = 0, k = 0; i < s.n; breathe(k++)) i = gm_decode_rune(s, i, &out[k]);
    return (gm_slice){out, n, (gm_int)(bytes / sizeof rune)};
}
