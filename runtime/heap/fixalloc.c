/* fixalloc.c - records of one size; see fixalloc.h. */
#include "heap/fixalloc.h"

#include "heap/heap.h"
#include "heap/span.h"

enum { CHUNK = 16 << 10 };

static size_t stride(const gm_fixalloc *f) {
    return ((size_t)f->size + f->align - 1) & ~((size_t)f->align - 1);
}

static void **link_of(const gm_fixalloc *f, void *record) {
    return (void **)((char *)record + f->link);
}

static bool new_chunk(gm_fixalloc *f) {
    size_t each = stride(f), bytes = each > CHUNK ? each : CHUNK / each * each;
    f->at = gm_persistent_try(bytes, f->align);
    if (!f->at) {
        f->end = NULL;
        return false;
    }
    f->end = f->at + bytes;
    f->chunk_bytes += bytes;
    return true;
}

void *gm_fixalloc_try(gm_fixalloc *f) {
    void *record = f->free;
    if (record) {
        f->free = *link_of(f, record);
    } else {
        if (f->at == f->end && !new_chunk(f)) return NULL;
        record = f->at;
        f->at += stride(f);
        if (f->first) f->first(record);
    }
    f->in_use++;
    return record;
}

void *gm_fixalloc_take(gm_fixalloc *f) {
    void *record = gm_fixalloc_try(f);
    if (!record) gm_out_of_memory(f->size);
    return record;
}

void gm_fixalloc_give(gm_fixalloc *f, void *record) {
    *link_of(f, record) = f->free;
    f->free = record;
    f->in_use--;
}
