/* type_api.c - gm_type_new: descriptors made while the program runs.
 *
 * A description is checked, copied and kept for ever: the table of shapes (heap/shape.c) knows types by address. So
 * equal descriptions must give one type, or a program that describes each of its objects anew would fill memory with
 * them: all types made here hang in a hash table. One without decoding, callback and tail is an ordinary type with
 * a bitmap.
 *
 * Lock: made.lock guards the table; records are allocated under it.
 */
#include <stdio.h>
#include <string.h>

#include <golem/describe.h>

#include "heap/heap.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "os/sync.h"
#include "upcall.h"

typedef struct made_type {
    gm_type type;
    gm_layout layout; /* its arrays follow the record */
    uint64_t hash;
    struct made_type *next;
} made_type;

static struct {
    gm_mutex lock;
    made_type **table; /* a power of two */
    size_t cap, count;
} made;

/* --- checking --- */

static void refuse(const char *what, uint64_t n) {
    char text[128];
    snprintf(text, sizeof text, "gm_type_new: %s (%llu)", what, (unsigned long long)n);
    gm_fatal(text);
}

static void check_words(size_t size, const gm_words *w, uint32_t n, uint32_t each,
                        const char *outside, const char *crooked) {
    for (uint32_t i = 0; i < n; i++) {
        if (w[i].offset % each) refuse(crooked, w[i].offset);
        if ((uint64_t)w[i].offset + (uint64_t)w[i].count * each > size)
            refuse(outside, w[i].offset);
    }
}

static void check(size_t size, const gm_layout *l, uint32_t each) {
    bool followed = l->npointers || l->nvalues || l->trace || l->tail;
    if (size > UINT32_MAX) refuse("the size is too large", size);
    if (followed && size % 8) refuse("the size is no multiple of 8", size);
    if (l->trace && (l->npointers || l->nvalues))
        refuse("trace stands beside fields", l->npointers);
    if (l->nvalues && !l->decode) refuse("values without decode", l->nvalues);
    if (l->nvalues && each != 8 && each != 4) refuse("value_size is neither 8 nor 4", each);
    if (l->tail && l->tail->size == 0) refuse("the tail's values have no size", 0);
    if (l->tail && l->tail->ptrdata && l->tail->size % 8)
        refuse("the size of a tail's value", l->tail->size);
    if (l->tail && l->tail->tflag & GM_TFLAG_LAYOUT && ((const gm_layout *)l->tail->gcdata)->tail)
        refuse("the tail's values have a tail", 0);
    check_words(size, l->pointers, l->npointers, 8, "a pointer lies outside the struct, at offset",
                "a pointer is not aligned to 8, at offset");
    check_words(size, l->values, l->nvalues, each, "a value lies outside the struct, at offset",
                "a value is not aligned to its size, at offset");
}

/* --- the table --- */

static uint64_t mix(uint64_t h, uint64_t v) {
    h = (h ^ v) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static uint64_t hash_words(uint64_t h, const gm_words *w, uint32_t n) {
    h = mix(h, n);
    for (uint32_t i = 0; i < n; i++) h = mix(h, (uint64_t)w[i].offset << 32 | w[i].count);
    return h;
}

static uint64_t hash_of(size_t size, const gm_layout *l) {
    uint64_t h = mix(size, (uintptr_t)l->decode);
    h = mix(mix(h, (uintptr_t)l->trace), (uintptr_t)l->tail);
    h = hash_words(hash_words(h, l->pointers, l->npointers), l->values, l->nvalues);
    return mix(h, l->value_size);
}

static bool same_words(const gm_words *a, const gm_words *b, uint32_t n) {
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static bool same(const made_type *t, size_t size, const gm_layout *l) {
    const gm_layout *k = &t->layout;
    return t->type.size == size && k->npointers == l->npointers && k->nvalues == l->nvalues &&
           k->value_size == l->value_size && k->decode == l->decode && k->trace == l->trace &&
           k->tail == l->tail && same_words(k->pointers, l->pointers, l->npointers) &&
           same_words(k->values, l->values, l->nvalues);
}

static void grow(void) {
    enum { FIRST = 256 };
    size_t cap = made.cap ? made.cap * 2 : FIRST;
    made_type **table = gm_persistent_alloc(cap * sizeof *table, 8);
    for (size_t i = 0; i < made.cap; i++)
        for (made_type *t = made.table[i], *next; t; t = next) {
            next = t->next;
            t->next = table[t->hash & (cap - 1)];
            table[t->hash & (cap - 1)] = t;
        }
    made.table = table; /* the old one is lost: half as much as this one at most */
    made.cap = cap;
}

/* --- making --- */

static const gm_words *copy_words(const gm_words *w, uint32_t n) {
    if (!n) return NULL;
    return memcpy(gm_persistent_alloc(n * sizeof *w, 8), w, n * sizeof *w);
}

static const uint8_t *bitmap(size_t size, const gm_layout *l) {
    uint8_t *bits = gm_persistent_alloc((size / 8 + 7) / 8, 8);
    for (uint32_t i = 0; i < l->npointers; i++)
        for (size_t w = l->pointers[i].offset / 8, k = 0; k < l->pointers[i].count; k++, w++)
            bits[w / 8] |= (uint8_t)(1 << w % 8);
    return bits;
}

static made_type *make(size_t size, const gm_layout *l, uint64_t hash) {
    made_type *t = gm_persistent_alloc(sizeof *t, 8);
    t->hash = hash;
    t->layout = *l;
    t->layout.pointers = copy_words(l->pointers, l->npointers);
    t->layout.values = copy_words(l->values, l->nvalues);
    bool followed = l->npointers || l->nvalues || l->trace;
    bool flat = !l->nvalues && !l->trace && !l->tail;
    uint8_t flags = GM_TFLAG_C | (flat ? 0 : GM_TFLAG_LAYOUT);
    t->type = (gm_type){.size = size,
                        .ptrdata = followed ? size : 0,
                        .tflag = flags,
                        .align = 8,
                        .field_align = 8,
                        .kind = GM_STRUCT,
                        .gcdata = &t->layout};
    if (flat) t->type.gcdata = l->npointers ? bitmap(size, l) : NULL;
    return t;
}

typedef struct wish {
    size_t size;
    gm_layout layout;
    const gm_type *type;
} wish;

static void find_or_make(void *arg) {
    wish *q = arg;
    check(q->size, &q->layout, q->layout.value_size);
    uint64_t hash = hash_of(q->size, &q->layout);
    gm_mutex_lock(&made.lock);
    if (made.count >= made.cap) grow();
    made_type **chain = &made.table[hash & (made.cap - 1)], *t = *chain;
    while (t && !(t->hash == hash && same(t, q->size, &q->layout))) t = t->next;
    if (!t) {
        t = make(q->size, &q->layout, hash);
        t->next = *chain;
        *chain = t;
        made.count++;
    }
    gm_mutex_unlock(&made.lock);
    q->type = &t->type;
}

const gm_type *gm_type_new(size_t size, const gm_layout *l) {
    GM_INSIDE();
    wish q = {size, *l, NULL};
    if (!q.layout.nvalues) q.layout.value_size = 0;
    if (!q.layout.nvalues) q.layout.decode = NULL;
    gm_systemstack(find_or_make, &q);
    return q.type;
}
