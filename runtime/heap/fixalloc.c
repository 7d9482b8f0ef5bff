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

/* The rest of the chunk before it is used up, or on the list. */
static bool take_chunk(gm_fixalloc *f, size_t bytes) {
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

static bool new_chunk(gm_fixalloc *f) {
    size_t each = stride(f), bytes = f->chunk_bytes / 4;
    if (bytes < LEAST_CHUNK) bytes = LEAST_CHUNK;
    if (bytes > MOST_CHUNK) bytes = MOST_CHUNK;
    return take_chunk(f, each > bytes ? each : bytes / each * each);
}

static void *cut(gm_fixalloc *f) {
    void *record = f->at;
    f->at += stride(f);
    if (f->first) f->first(record);
    return record;
}

void *gm_fixalloc_try(gm_fixalloc *f) {
    void *record = f->free;
    if (record) {
        f->free = *link_of(f, record);
    } else {
        if (f->at == f->end && !new_chunk(f)) return NULL;
        record = cut(f);
    }
    f->in_use++;
    return record;
}

void *gm_fixalloc_take(gm_fixalloc *f) {
    void *record = gm_fixalloc_try(f);
    if (!record) gm_out_of_memory(f->size);
    return record;
}

static void put(gm_fixalloc *f, void *record) {
    *link_of(f, record) = f->free;
    f->free = record;
}

void gm_fixalloc_give(gm_fixalloc *f, void *record) {
    put(f, record);
    f->in_use--;
}

/* Each is written to here, because a virtual machine may have the second half of the work to do at the first access. */
void gm_fixalloc_reserve(gm_fixalloc *f, size_t n) {
    uint64_t unused = f->chunk_bytes / stride(f) - f->in_use;
    if (unused >= n) return;
    while (f->at != f->end) put(f, cut(f));
    take_chunk(f, (size_t)(n - unused) * stride(f));
    while (f->at != f->end) put(f, cut(f));
}
