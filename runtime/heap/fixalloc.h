/* fixalloc.h - records of one size, outside the heap, that come and go.
 *
 * A gm_fixalloc cuts chunks of persistent memory into records and keeps the freed ones on a list, chained through a word
 * of the record that its type chooses. The memory of a record is never used for anything else: a stale pointer to a
 * record is always a pointer to a record of that type, which whoever looks without a lock relies on. A record that was never used is
 * zero, but for what `first` has made of it; one that comes from the list is as it was left, but for the chain's word.
 *
 * Nothing here locks: a gm_fixalloc belongs to whoever owns the lock beside it. Under that lock only the lock of records
 * is taken, the innermost of all.
 */
#ifndef GM_HEAP_FIXALLOC_H
#define GM_HEAP_FIXALLOC_H

#include <stddef.h>
#include <stdint.h>

typedef struct gm_fixalloc {
    uint32_t size, align, link;  /* of a record; link: where in it the chain's word lies */
    void (*first)(void *record); /* called once for each, before its first use; may be NULL */
    void *free;
    char *at, *end;       /* rest of the current chunk */
    uint64_t in_use;      /* records */
    uint64_t chunk_bytes; /* of all chunks */
} gm_fixalloc;

/* For records of a type, chained through one of its fields, which has the size of a pointer. */
#define GM_FIXALLOC(type, field)                                                                   \
    { .size = sizeof(type), .align = _Alignof(type), .link = offsetof(type, field) }

/* A record. Without memory the first ends the process, the second returns NULL. */
void *gm_fixalloc_take(gm_fixalloc *f);
void *gm_fixalloc_try(gm_fixalloc *f);
void gm_fixalloc_give(gm_fixalloc *f, void *record);
/* The next n records will not have to wait for the system, if it has the memory. */
void gm_fixalloc_reserve(gm_fixalloc *f, size_t n);

#endif
