/* alloc_api.c - what C programs know from malloc: realloc, memalign, strdup; and the type of an object. */
#include <stdio.h>
#include <string.h>

#include <golem.h>

#include "heap/sizeclass.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "upcall.h"

/* --- the type of an object --- */

static bool all_pointers(const gm_shape *sh) {
    if (sh->words != sh->size / 8) return false;
    if (sh->kind == GM_SHAPE_KIND_MASK) return sh->mask == ~(uint64_t)0 >> (64 - sh->words);
    for (uint32_t i = 0; i < sh->words; i++)
        if (!(sh->bits[i / 64] >> i % 64 & 1)) return false;
    return true;
}

static const gm_type *type_in(const gm_span *s, uint32_t i) {
    const gm_shape *sh = &gm_shapes[s->shape];
    switch (sh->kind) {
    case GM_SHAPE_KIND_LARGE: return s->type;
    case GM_SHAPE_KIND_MIXED: return __atomic_load_n(&s->slot_types[i], __ATOMIC_ACQUIRE);
    case GM_SHAPE_KIND_LAYOUT: return sh->type;
    case GM_SHAPE_KIND_MASK:
    case GM_SHAPE_KIND_BITS:
        if (sh->type) return sh->type;
        return all_pointers(sh) ? &gm_pointer_type : NULL;
    default: return NULL;
    }
}

const gm_type *gm_object_type(const void *p) {
    GM_INSIDE();
    const char *base = gm_find_object(p, NULL);
    if (!base) return NULL;
    const gm_span *s = gm_span_of((uintptr_t)base);
    const gm_type *t = type_in(s, gm_span_index(s, (uintptr_t)base));
    /* gm_alloc_conservative has a descriptor of its own for words. */
    return t && t->kind == GM_UNSAFE_POINTER ? &gm_pointer_type : t;
}

/* --- realloc --- */

/* What n bytes of an object of type t are: whole values of the type that is returned, behind a head. */
static const gm_type *values_of(const gm_type *t, size_t n, size_t *head) {
    const gm_layout *l = gm_layout_of(t);
    bool tail = l && l->tail;
    const gm_type *elem = tail ? l->tail : t;
    *head = tail ? t->size : 0;
    if (n < *head || (n - *head) % elem->size)
        gm_fatal("gm_realloc: not a whole number of values of the object's type");
    return elem;
}

static void *fresh_like(const void *obj, size_t n) {
    const gm_span *s = gm_span_of((uintptr_t)obj);
    uint8_t kind = gm_shapes[s->shape].kind;
    if (kind == GM_SHAPE_KIND_NOSCAN || kind == GM_SHAPE_KIND_LARGE_NOSCAN)
        return gm_alloc_noscan_raw(n);
    const gm_type *t = gm_object_type(obj);
    if (!t) gm_fatal("gm_realloc: the type of the object is not known");
    if (t == &gm_pointer_type) return gm_alloc_conservative(n);
    size_t head;
    const gm_type *elem = values_of(t, n, &head);
    size_t values = (n - head) / elem->size;
    return elem != t ? gm_new_flex(t, values) : gm_newarray(t, (intptr_t)values);
}

/* The object stays where it is, with n bytes. What is behind them may have been values, and may come to be values again. */
static void clear_rest(char *obj, size_t n, size_t size) {
    const gm_type *t = gm_object_type(obj);
    if (!t) return;
    if (t == &gm_pointer_type) n = (n + 7) & ~(size_t)7;
    size_t head;
    const gm_type *elem = values_of(t, n, &head);
    if (elem->ptrdata) gm_copy_values(elem, obj + n, NULL, (size - n) / elem->size);
}

/* The copy needs no barrier: the new object is fresh, and the old one keeps what it holds while a cycle marks. */
void *gm_realloc(void *obj, size_t n) {
    gm_need_thread("gm_realloc");
    GM_INSIDE();
    if (n > GM_MAX_ALLOC) gm_bad_size("gm_realloc", 1, n);
    if (!obj || gm_round_size(0) == n) {
        if (obj) gm_free(obj);
        return gm_alloc_noscan(n);
    }
    size_t size = 0;
    if (obj != (void *)&gm_zerobase && gm_find_object(obj, &size) != obj)
        gm_fatal("gm_realloc: not the beginning of an object");
    if (size == 0) return gm_alloc_noscan(n);
    if (gm_round_size(n) == size) {
        clear_rest(obj, n, size);
        return obj;
    }
    void *to = fresh_like(obj, n);
    memcpy(to, obj, n < size ? n : size);
    gm_free(obj);
    return to;
}

/* --- memalign, strdup --- */

static size_t aligned_size(const char *who, size_t align, size_t n) {
    if (align == 0 || align & (align - 1) || align > GM_PAGE_SIZE) {
        char text[96];
        snprintf(text, sizeof text, "%s: %zu is no alignment: a power of two up to %zu", who, align,
                 GM_PAGE_SIZE);
        gm_fatal(text);
    }
    if (n > GM_MAX_ALLOC) gm_bad_size(who, 1, n);
    if (n < align) n = align;
    if (n > GM_MAX_SMALL) return n; /* whole pages */
    unsigned class = gm_size_to_class(n);
    while (class < GM_NUM_CLASSES && gm_class_size[class] % align) class ++;
    return class < GM_NUM_CLASSES ? gm_class_size[class] : GM_MAX_SMALL + 1;
}

void *gm_memalign(size_t align, size_t n) {
    gm_need_thread("gm_memalign");
    GM_INSIDE();
    return gm_alloc_noscan(aligned_size("gm_memalign", align, n));
}

void *gm_memalign_conservative(size_t align, size_t n) {
    gm_need_thread("gm_memalign_conservative");
    GM_INSIDE();
    return gm_alloc_conservative(aligned_size("gm_memalign_conservative", align, n));
}

char *gm_strndup(const char *s, size_t n) {
    gm_need_thread("gm_strndup");
    GM_INSIDE();
    size_t len = strnlen(s, n);
    char *copy = gm_alloc_noscan_raw(len + 1);
    memcpy(copy, s, len);
    copy[len] = 0;
    return copy;
}

char *gm_strdup(const char *s) {
    gm_need_thread("gm_strdup");
    GM_INSIDE();
    return gm_strndup(s, SIZE_MAX - 1);
}
