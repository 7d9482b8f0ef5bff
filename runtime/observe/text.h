/* text.h - short texts made in C: collected in a buffer that the caller owns. On any stack. */
#ifndef GM_OBSERVE_TEXT_H
#define GM_OBSERVE_TEXT_H

#include <string.h>

#include <golem/go.h>

typedef struct gm_text {
    char *p;
    size_t n, cap; /* what does not fit is dropped */
} gm_text;

void gm_text_str(gm_text *t, gm_string s);
void gm_text_c(gm_text *t, const char *s);
void gm_text_int(gm_text *t, int64_t v);
void gm_text_uint(gm_text *t, uint64_t v);
void gm_text_hex(gm_text *t, uint64_t v); /* with 0x */
gm_string gm_text_copy(const gm_text *t); /* on the heap */

static inline gm_string gm_cstr(const char *s) {
    return (gm_string){(const uint8_t *)s, (gm_int)strlen(s)};
}

#endif
