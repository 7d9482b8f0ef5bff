/* text.c - short texts made in C. See text.h. */
#include "observe/text.h"

#include "heap/heap.h"

void gm_text_str(gm_text *t, gm_string s) {
    size_t n = (size_t)s.n < t->cap - t->n ? (size_t)s.n : t->cap - t->n;
    if (n) memcpy(t->p + t->n, s.p, n);
    t->n += n;
}

void gm_text_c(gm_text *t, const char *s) {
    gm_text_str(t, gm_cstr(s));
}

void gm_text_uint(gm_text *t, uint64_t v) {
    uint8_t digits[20];
    int i = sizeof digits;
    do digits[--i] = (uint8_t)('0' + v % 10);
    while (v /= 10);
    gm_text_str(t, (gm_string){digits + i, (gm_int)sizeof digits - i});
}

void gm_text_int(gm_text *t, int64_t v) {
    if (v < 0) gm_text_c(t, "-");
    gm_text_uint(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void gm_text_hex(gm_text *t, uint64_t v) {
    uint8_t digits[18];
    int i = sizeof digits;
    do digits[--i] = (uint8_t) "0123456789abcdef"[v & 15];
    while (v >>= 4);
    digits[--i] = 'x';
    digits[--i] = '0';
    gm_text_str(t, (gm_string){digits + i, (gm_int)sizeof digits - i});
}

gm_string gm_text_copy(const gm_text *t) {
    if (t->n == 0) return (gm_string){NULL, 0};
    uint8_t *p = gm_noscan_raw(t->n);
    memcpy(p, t->p, t->n);
    return (gm_string){p, (gm_int)t->n};
}
