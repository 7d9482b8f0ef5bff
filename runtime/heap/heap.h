/* heap.h - the allocator as the floors above see it.
 *
 * Memory comes in spans of whole 8 KiB pages. All objects of a span have one *shape*: the same size
 * class and the same pattern of pointers. The pattern stands once, in a table of shapes; an object
 * carries no header and allocation writes no metadata. Shape numbers are small and dense; the first
 * ones, GM_SHAPE_NOSCAN + class, are the pointer-free shapes of every size class.
 *
 * Each P owns a gm_mcache: for every shape one *run*, a stretch of free slots of one span, which
 * allocation consumes by bumping a pointer. Runs of shapes with pointers and of small pointer-free
 * ones are zeroed when they are taken; larger pointer-free memory is zeroed by each allocation that
 * asks for it, only as much as it asked for, and only if the run's memory is not fresh from the
 * system.
 *
 * gm_mcache must be the first member of gm_p, so that the P that tls.h names is the cache.
 * A cache belongs to the thread that holds its P, or to whoever has stopped the world.
 *
 * Entry points for allocation may be called on a goroutine's small stack: their fast paths take
 * next to none of it, so they do not check it (GM_NO_SPLIT), and the rest goes to the system stack.
 * They may start or assist a collection, so they may stop at a safepoint: what was read from tls.h
 * before the call is stale after it.
 */
#ifndef GM_HEAP_HEAP_H
#define GM_HEAP_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <golem.h>

#include "os/sync.h"

#define GM_PAGE_SHIFT 13
#define GM_PAGE_SIZE  ((size_t)1 << GM_PAGE_SHIFT)
#define GM_MAX_SMALL  32768u
#define GM_MAX_SHAPES 8192u
#define GM_SHAPE_NONE 0u
#define GM_WB_BUF_LEN 512u
#define GM_TINY_SIZE  16u
#define GM_TYPE_SLOTS 256u
/* Pointer-free slots of up to this many bytes are zeroed by the run. */
#define GM_ZEROED_NOSCAN 256u
/* The largest block that may be asked for: the address space of a program. */
#define GM_MAX_ALLOC ((uintptr_t)1 << 47)
/* Fatal: the function `who` was asked for n values of so many bytes, or for bytes if n is 1, and that is more. */
void gm_bad_size(const char *who, intptr_t n, size_t each) __attribute__((noreturn));

/* A function that fits into the slack below any stack limit. */
#define GM_NO_SPLIT __attribute__((no_split_stack))

typedef struct gm_span gm_span;

/* The free slots that a P may hand out next for one shape. */
typedef struct gm_run {
    char *free; /* next slot; free == end: none */
    char *end;
    uint32_t size;       /* bytes of a slot; 0: shape not yet used by this P, always slow */
    uint16_t dirty;      /* slots hold old bytes; only where the run was not zeroed */
    uint8_t sampled;     /* its only slot is to be sampled */
    uint8_t sample_next; /* the slot behind its last is */
    gm_span *span;       /* span of the run, or NULL */
} gm_run;

/* The last type with this hash that gm_new made a value of, and the run it came from. */
typedef struct gm_type_slot {
    const gm_type *type;
    gm_run *run;
} gm_type_slot;

/* Objects of one shape that gm_free gave back: see freed.c. */
typedef struct gm_freed {
    void *head;           /* up to `limit` of them */
    void *full;           /* another list, of `limit` */
    uint32_t room, limit; /* on the first; limit 0: nothing is put there yet */
    uint64_t reused;      /* objects taken from here since the last stop of a cycle */
} gm_freed;

enum { GM_CACHE_CLASSES = 72 }; /* size classes, and some over */

typedef struct gm_mcache {
    gm_run *runs;    /* offset 0: by shape number; reserved for GM_MAX_SHAPES, committed by touch */
    gm_freed *freed; /* likewise */
    char *tiny;      /* the rest of the current block of the tiny allocator */
    char *tiny_end;
    uint32_t nruns;  /* shapes that this P has used since the last stop of a cycle are below this */
    uint32_t in_use; /* the cache belongs to a live P */
    uint64_t tiny_count;
    uint64_t spans_taken; /* from the central lists, ever */

    /* with these lines begins what a stop looks at */
    struct gm_mcache *all_next, *ahead; /* chain of all caches ever initialised; os/chain.h */
    int64_t assist_credit;              /* bytes that may be allocated before the next assist */
    uint32_t wb_n;                      /* used of wb_buf */

    gm_type_slot by_type[GM_TYPE_SLOTS];

    /* what this P has done since the numbers were last gathered */
    uint64_t alloc_bytes;   /* handed out by runs and as large objects */
    uint64_t alloc_objects; /* likewise; the unused part of runs is subtracted when they retire */
    uint64_t class_allocs[GM_CACHE_CLASSES]; /* of these, by size class; class 0: large objects */
    uint64_t reused
        [GM_CACHE_CLASSES]; /* objects given back by hand and handed out again, by size class, up to that stop */
    int64_t sample_left; /* bytes until the next sample, which were drawn for ... */
    int64_t sample_rate; /* ... this rate; 0: not drawn yet */
    uint64_t sample_rand;
    int64_t stress_left; /* allocations until the next forced collection (gcstress) */
    double sweep_debt;   /* spans that allocation has to sweep yet */

    /* the write barrier's buffer: old and new values to be shaded */
    void *wb_buf[GM_WB_BUF_LEN];
} gm_mcache;

/* Called once, before anything else of this floor; safe to call again. The first thread's P must
 * have an initialised cache before the first allocation. False: no memory; may be tried again. */
bool gm_heap_init(void);
/* Makes the cache of a new P ready. False: no memory. */
bool gm_mcache_init(gm_mcache *c);

/* The entry points of allocation are declared in golem.h. Size 0 gives this address. */
extern uint64_t gm_zerobase;
/* gm_alloc_noscan for compiled Go and the runtime: objects of less than 16 bytes may share a block, and are
 * aligned as their size asks. _raw: not zeroed. */
void *gm_noscan(size_t n);
void *gm_noscan_raw(size_t n);

/* --- samples of what is allocated ---
 *
 * Of every *rate bytes allocated one is sampled, in the mean: the distance to the next is drawn from the exponential
 * distribution, so that an object of n bytes has the probability 1 - exp(-n / *rate) of being sampled, whatever was
 * allocated around it. 1: all are; 0: none. fn is called for each object that holds such a byte, on the system stack, with
 * the bytes of its slot, and its type if that is known there, before anybody else knows the object; it allocates nothing.
 * A change of *rate applies to runs that are taken later: gm_mcache_flush. */
typedef void gm_sample_fn(void *obj, size_t size, const gm_type *type);
void gm_heap_sample(const int64_t *rate, gm_sample_fn *fn);

/* --- memory that is not collected --- */

/* Whole pages for stacks and the like: zeroed or not as they come (*zero says), committed, aligned
 * to 8 KiB. They are never scanned unless the caller's upcall says so. NULL when the system has no
 * more. stat says to which statistic they count. */
enum gm_manual_use { GM_MANUAL_STACK, GM_MANUAL_OTHER };
void *gm_pages_alloc(size_t npages, enum gm_manual_use use, bool *zero);
void gm_pages_free(void *p, size_t npages, enum gm_manual_use use);

/* --- what is counted, for pacer and statistics --- */

/* The heap as the pacer sees it: bytes found alive by the last cycle, and allocated since (spans count when
 * a cache takes them). gm_heap_live adds, and has the P pay for it while marking. */
extern int64_t gm_live_bytes;
void gm_heap_live(int64_t bytes);
/* Ever freed: by the sweep, which finds out late, and by hand. */
extern uint64_t gm_freed_objects, gm_freed_bytes, gm_freed_by_class[];
void gm_count_freed(uint64_t objects, uint64_t bytes, unsigned class);
/* GOMEMLIMIT, or INT64_MAX; the pacer's to set. */
extern int64_t gm_memory_limit;
/* Bytes of backed pages, in use and free, that the heap should not grow beyond while it has free ones to give back; or
 * INT64_MAX. Atomic; the pacer's to set. */
extern int64_t gm_retain_goal;

/* Small records of the runtime itself, zeroed, outside the heap, kept for ever (free lists are the
 * caller's). align is a power of two up to 64. Without memory the first ends the process, the second
 * returns NULL. */
void *gm_persistent_alloc(size_t n, size_t align);
void *gm_persistent_try(size_t n, size_t align);

/* --- around a fork (chan/fork.c) --- */

/* The locks that threads outside the world may hold: of the chain of caches; of pages and records. */
void gm_mcaches_fork(enum gm_fork_step step);
void gm_mheap_fork(enum gm_fork_step step);

#endif
