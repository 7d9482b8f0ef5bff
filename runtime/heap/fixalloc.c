/* fixalloc.c - records of one size; see fixalloc.h. */
#include "heap/fixalloc.h"

#include "heap/heap.h"
#include "heap/span.h"

/* A chunk is a quarter of what there is. The system's pages come all at once where they are many: in a stop, which finds
 * more pointers than ever before, touching one after the other is what it would wait for. */
enum { LEAST_CHUNK = 16 << 10, MOST_CHUNK = 512 << 10, TOUCH_FROM = 96 << 10 };

static size_t stride(const gm_fixalloc *f) {
    return ((size_t)f->size + f->align - 1) & ~((size_t)f->align - 1);
}

static void **link_of(const gm_fixalloc *f, void *record) {
    return (void **)((char *)record + f->link);
}

static bool new_chunk(gm_fixalloc *f) {
    size_t each = stride(f), bytes = f->chunk_bytes / 4;
    if (bytes < LEAST_CHUNK) bytes = LEAST_CHUNK;
    if (bytes > MOST_CHUNK) bytes = MOST_CHUNK;
    bytes = each > bytes ? each : bytes / each * each;
    f->at = gm_persistent_try(bytes, f->align);
    if (!f->at) {
        f->end = NULL;
        return false;
    }
    if (bytes >= TOUCH_FROM) gm_os_populate(f->at, bytes);
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
