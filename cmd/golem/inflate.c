/* inflate.c - what gzip has packed (RFC 1951, RFC 1952), for profiles.
 *
 * Bits come from the lowest of each byte on. A code of Huffman's is read bit by bit, by the counts of codes of each length: the
 * codes of one length are numbers in a row, in the order of their symbols. That is slow and short; profiles are small.
 */
#include "golem.h"

#include <stdlib.h>

typedef struct Bits {
    Str in;
    size_t at;
    uint32_t have, n; /* bits read and not used yet */
    bool short_;      /* the input has ended too early, or makes no sense */
} Bits;

static uint32_t bits(Bits *b, uint32_t n) {
    while (b->n < n) {
        if (b->at == b->in.n) {
            b->short_ = true;
            return 0;
        }
        b->have |= (uint32_t)(uint8_t)b->in.p[b->at++] << b->n;
        b->n += 8;
    }
    uint32_t v = b->have & ((1u << n) - 1);
    b->have >>= n;
    b->n -= n;
    return v;
}

enum { MAX_BITS = 15, LITERALS = 288, DISTANCES = 30, END_OF_BLOCK = 256 };

typedef struct Code {
    uint16_t count[MAX_BITS + 1];
    uint16_t symbol[LITERALS];
} Code;

static void code_make(Code *c, const uint8_t *lengths, int n) {
    uint16_t from[MAX_BITS + 2] = {0};
    memset(c->count, 0, sizeof c->count);
    for (int i = 0; i < n; i++) c->count[lengths[i]]++;
    c->count[0] = 0;
    for (int len = 1; len <= MAX_BITS; len++) from[len + 1] = (uint16_t)(from[len] + c->count[len]);
    for (int i = 0; i < n; i++)
        if (lengths[i]) c->symbol[from[lengths[i]]++] = (uint16_t)i;
}

static int decode(Bits *b, const Code *c) {
    int code = 0, first = 0, index = 0;
    for (int len = 1; len <= MAX_BITS && !b->short_; len++) {
        code |= (int)bits(b, 1);
        if (code >= first && code - first < c->count[len]) return c->symbol[index + code - first];
        index += c->count[len];
        first = (first + c->count[len]) << 1;
        code <<= 1;
    }
    b->short_ = true;
    return END_OF_BLOCK;
}

/* Lengths and distances grow by steps that double: every four symbols, and every two. */
static uint32_t stretched(Bits *b, uint32_t symbol, uint32_t in_a_step, uint32_t least) {
    if (symbol < 2 * in_a_step) return symbol + least;
    uint32_t more = symbol / in_a_step - 1;
    return ((in_a_step + symbol % in_a_step) << more) + bits(b, more) + least;
}

static void block(Bits *b, const Code *literals, const Code *distances, Buf *out) {
    for (int s; !b->short_ && (s = decode(b, literals)) != END_OF_BLOCK;) {
        if (s < END_OF_BLOCK) {
            buf_putc(out, s);
            continue;
        }
        uint32_t length = s == 285 ? 258 : stretched(b, (uint32_t)s - 257, 4, 3);
        int far = decode(b, distances);
        uint32_t back = b->short_ ? 1 : stretched(b, (uint32_t)far, 2, 1);
        if (back > out->n) b->short_ = true;
        for (uint32_t i = 0; i < length && !b->short_; i++) buf_putc(out, out->p[out->n - back]);
    }
}

static void fixed_block(Bits *b, Buf *out) {
    uint8_t lengths[LITERALS], fives[DISTANCES];
    for (int i = 0; i < LITERALS; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    memset(fives, 5, sizeof fives);
    Code literals, distances;
    code_make(&literals, lengths, LITERALS);
    code_make(&distances, fives, DISTANCES);
    block(b, &literals, &distances, out);
}

static void dynamic_block(Bits *b, Buf *out) {
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[320 + 138] = {0}; /* a run may go beyond what is asked for */
    int nliterals = (int)bits(b, 5) + 257, ndistances = (int)bits(b, 5) + 1,
        n = (int)bits(b, 4) + 4;
    for (int i = 0; i < n; i++) lengths[order[i]] = (uint8_t)bits(b, 3);
    Code code, distances;
    code_make(&code, lengths, 19);
    memset(lengths, 0, sizeof lengths);
    for (int i = 0; i < nliterals + ndistances && !b->short_;) {
        int s = decode(b, &code);
        if (s < 16) {
            lengths[i++] = (uint8_t)s;
            continue;
        }
        uint8_t what = s == 16 && i ? lengths[i - 1] : 0;
        int times = s == 16   ? 3 + (int)bits(b, 2)
                    : s == 17 ? 3 + (int)bits(b, 3)
                              : 11 + (int)bits(b, 7);
        while (times--) lengths[i++] = what;
    }
    if (nliterals > LITERALS - 2 || b->short_) {
        b->short_ = true;
        return;
    }
    code_make(&code, lengths, nliterals);
    code_make(&distances, lengths + nliterals, ndistances);
    block(b, &code, &distances, out);
}

static void stored_block(Bits *b, Buf *out) {
    b->have = b->n = 0;
    uint32_t n = bits(b, 16);
    bits(b, 16);
    if (b->in.n - b->at < n) b->short_ = true;
    if (b->short_) return;
    buf_put(out, b->in.p + b->at, n);
    b->at += n;
}

/* The head of a member: ten bytes, and what its flags announce. */
static bool skip_head(Bits *b) {
    enum { CHECK = 2, EXTRA = 4, NAME = 8, COMMENT = 16 };
    if (b->in.n < 18 || memcmp(b->in.p, "\x1f\x8b\x08", 3) != 0) return false;
    int flags = b->in.p[3];
    b->at = 10;
    if (flags & EXTRA) {
        uint32_t n = bits(b, 16);
        b->at += n;
    }
    for (int part = NAME; part <= COMMENT; part *= 2)
        if (flags & part)
            while (b->at < b->in.n && b->in.p[b->at++]) continue;
    if (flags & CHECK) b->at += 2;
    return b->at < b->in.n;
}

bool gunzip(Str in, Str *text) {
    Bits b = {.in = in};
    Buf out = {0};
    if (!skip_head(&b)) return false;
    for (bool last = false; !last && !b.short_;) {
        last = bits(&b, 1);
        uint32_t kind = bits(&b, 2);
        if (kind == 0)
            stored_block(&b, &out);
        else if (kind == 1)
            fixed_block(&b, &out);
        else if (kind == 2)
            dynamic_block(&b, &out);
        else
            b.short_ = true;
    }
    *text = (Str){out.p, out.n};
    return !b.short_;
}
