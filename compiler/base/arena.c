/* arena.c - memory that is taken and never given back, and the vectors and texts that grow in it.
 *
 * The compiler lives for a second and forgets everything at once, so memory is cut from large
 * zeroed blocks by moving a pointer. Requests too large to share a block get one of their own. All
 * blocks hang on one list: arena_reset() can free them, and leak checkers see them as reachable.
 *
 * Growth. Vectors and texts double. The piece cut last can often be lengthened where it stands; the
 * common case of one vector that grows while nothing else is allocated then copies nothing.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* vasprintf */
#endif
#include "base/base.h"

#include <stdlib.h>

enum {
    ALIGN = 16,
    BLOCK = 1 << 20,       /* bytes in a shared block */
    OWN_BLOCK = BLOCK / 4, /* from this size on a request gets its own block */
};

typedef struct Block {
    struct Block *next;
    size_t size; /* keeps the header a multiple of ALIGN */
} Block;

static Block *blocks;    /* every block, newest first */
static char *free_at;    /* next free byte of the current shared block */
static char *free_end;   /* its end */
static char *last_piece; /* the piece cut last, NULL if it was not from the shared block */

static size_t round_up(size_t n) {
    return (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
}

static char *block_new(size_t n) {
    Block *b = n < SIZE_MAX - sizeof(Block) ? calloc(1, sizeof(Block) + n) : NULL;
    if (!b) fatalf("out of memory (%zu bytes asked)", n);
    b->next = blocks;
    b->size = n;
    blocks = b;
    return (char *)(b + 1);
}

void *alloc(size_t n) {
    if (n >= OWN_BLOCK) return block_new(n);
    n = round_up(n ? n : 1);
    if (n > (size_t)(free_end - free_at)) {
        free_at = block_new(BLOCK);
        free_end = free_at + BLOCK;
    }
    last_piece = free_at;
    free_at += n;
    return last_piece;
}

void arena_reset(void) {
    while (blocks) {
        Block *b = blocks;
        blocks = b->next;
        free(b);
    }
    free_at = free_end = last_piece = NULL;
}

/* Makes a piece of `old` bytes at least `want` bytes long. The added bytes are zero. */
static void *grow(void *p, size_t old, size_t want) {
    if (p && p == last_piece && want < OWN_BLOCK) {
        char *end = last_piece + round_up(want);
        if (end <= free_end) {
            free_at = end > free_at ? end : free_at;
            return p;
        }
    }
    void *q = alloc(want);
    if (old) memcpy(q, p, old);
    return q;
}

void *vec_grow(void *v, int n, int *cap, size_t size) {
    if (n > INT32_MAX / 2) fatalf("out of memory (a list of more than %d elements)", n);
    int want = n < 4 ? 4 : n * 2;
    *cap = want;
    return grow(v, (size_t)n * size, (size_t)want * size);
}

char *xstrdup(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(alloc(n), s, n);
}

char *xvprintf(const char *fmt, va_list ap) {
    char *p;
    int n = vasprintf(&p, fmt, ap);
    if (n < 0) fatalf("out of memory");
    char *s = memcpy(alloc((size_t)n + 1), p, (size_t)n + 1);
    free(p);
    return s;
}

char *xprintf(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *s = xvprintf(fmt, ap);
    va_end(ap);
    return s;
}

/* Room for n more bytes and a NUL. */
static void buf_need(Buf *b, size_t n) {
    if (n < b->cap - b->n) return;
    size_t want = b->cap ? b->cap * 2 : 64;
    while (want - b->n <= n) want *= 2;
    b->p = grow(b->p, b->n, want);
    b->cap = want;
}

void buf_put(Buf *b, const char *p, size_t n) {
    if (n == 0) return;
    buf_need(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void buf_puts(Buf *b, const char *s) {
    buf_put(b, s, strlen(s));
}

void buf_putc(Buf *b, int c) {
    buf_need(b, 1);
    b->p[b->n++] = (char)c;
}

void buf_put_varint(Buf *b, size_t n) {
    for (; n >= 128; n >>= 7) buf_putc(b, (int)(n & 127) | 128);
    buf_putc(b, (int)n);
}

void buf_print_bytes(Buf *b, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) buf_printf(b, "%s%d,", i % 32 ? "" : "\n    ", p[i]);
}

void buf_printf(Buf *b, const char *fmt, ...) {
    char *p;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&p, fmt, ap);
    va_end(ap);
    if (n < 0) fatalf("out of memory");
    buf_put(b, p, (size_t)n);
    free(p);
}

char *buf_str(Buf *b) {
    buf_need(b, 1);
    b->p[b->n] = 0;
    return b->p;
}
