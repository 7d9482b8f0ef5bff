/* span.h - spans, shapes, and the tables that lead from an address to them.
 *
 * From an address to its object, for the marker, without touching the span: gm_page_info holds one
 * 64-bit word for every page of the reserved range,
 *
 *     bits  0-31  where the span's mark bytes begin, in units of 8 bytes, in the mark arena
 *     bits 32-39  which page of its span this is
 *     bits 48-63  number of the shape; 0: not heap, 1 and 2: large objects (found by gm_page_span)
 *
 * and a shape holds size, reciprocal and pointer pattern. A mark worker reads this word (one cache
 * line serves 64 KiB of heap), the shape (a few hundred exist) and the mark byte.
 *
 * Marks are bytes, one an object, that hold the number of the collection which found the object
 * alive last (its epoch, 1..GM_EPOCH_MAX). So nothing is cleared before or after marking, a mark is
 * an ordinary store (two workers that mark the same object store the same value), and the same
 * bytes say which slots are free after sweeping: those that hold neither the epoch of the last
 * finished cycle nor that of the running one. See gm_slot_taken. The epochs start again from 1
 * after GM_EPOCH_MAX: the sweep that follows that cycle rewrites the bytes.
 *
 * A span in use is at any time in exactly one place: in a P's cache, on one list of its shape's
 * central (see central.h), or with the thread that sweeps it.
 *
 * Fields of a span: base, npages, shape, nelems, marks do not change while it is in use. free_idx,
 * taken, live_epoch, need_zero belong to whoever holds the span; free_idx and live_epoch are read
 * by others through gm_slot_taken, so they are stored atomically. The fields of specials are
 * guarded by the locks of gc/special.c.
 */
#ifndef GM_HEAP_SPAN_H
#define GM_HEAP_SPAN_H

#include "heap/heap.h"
#include "os/sync.h"

enum { GM_EPOCH_MAX = 250 };

/* --- shapes --- */

enum gm_shape_kind {
    GM_SHAPE_KIND_NONE,
    GM_SHAPE_KIND_LARGE_NOSCAN,
    GM_SHAPE_KIND_LARGE,  /* pattern from the span's type */
    GM_SHAPE_KIND_NOSCAN, /* no pointers */
    GM_SHAPE_KIND_MASK,   /* at most 64 words: mask */
    GM_SHAPE_KIND_BITS,   /* more: bits */
    GM_SHAPE_KIND_LAYOUT, /* the layout of type says */
    GM_SHAPE_KIND_MIXED   /* every object has its own pattern, named in the span's slot_types */
};

enum { GM_SHAPE_LARGE_NOSCAN = 1, GM_SHAPE_LARGE = 2, GM_SHAPE_NOSCAN = 3 };
/* The pointer-free shape of class c is GM_SHAPE_NOSCAN + c, c from 1; the mixed shape follows. */
#define GM_SHAPE_MIXED (GM_SHAPE_NOSCAN + 68)
#define GM_SHAPE_FIRST (GM_SHAPE_MIXED + 68)

typedef struct gm_shape {
    _Alignas(64) uint32_t size; /* bytes of a slot; 0: large */
    uint32_t magic;             /* 2^32/size, rounded up: index = offset*magic >> 32 */
    uint64_t mask;              /* GM_SHAPE_KIND_MASK: bit i: word i is a pointer */
    uint8_t kind;
    uint8_t class;
    uint8_t traced;       /* GM_SHAPE_KIND_LAYOUT: by a callback */
    uint8_t pages;        /* of a span */
    uint32_t nelems;      /* of a span */
    uint32_t words;       /* no pointers at or after this word */
    uint32_t id;          /* own number */
    uint64_t tally;       /* size, words, 1: see GM_TALLY_WORDS */
    const uint64_t *bits; /* GM_SHAPE_KIND_BITS: one bit a word, ceil(words/64) of them */
    uint64_t hash;        /* of class and pattern, for the table of shapes */
    const gm_type *type;  /* the only type with this shape, for those of C programs; or NULL */
} gm_shape;

/* What a marker adds up for each object, in one word: bytes from bit 0, words to scan from bit 24,
 * objects from bit 48. It holds the sums of 256 objects. */
enum { GM_TALLY_WORDS = 24, GM_TALLY_OBJECTS = 48, GM_TALLY_MAX = 256 };
_Static_assert(GM_TALLY_MAX *GM_MAX_SMALL < 1u << 24, "bytes of GM_TALLY_MAX objects");

#pragma GCC visibility push(hidden)
extern gm_shape *gm_shapes; /* GM_MAX_SHAPES of them, committed by touch */
#pragma GCC visibility pop

bool gm_shapes_init(void); /* false: no memory */
uint32_t gm_shape_count(void);
/* The shape of a small value of type t, or of a small array of n > 0 bytes of elem. */
uint32_t gm_shape_of_type(const gm_type *t);
uint32_t gm_shape_of_array(const gm_type *elem, size_t bytes);
/* The shape of a small struct of n bytes that has a tail. */
uint32_t gm_shape_of_flex(const gm_type *t, size_t bytes);

/* --- spans --- */

enum gm_span_state { GM_SPAN_FREE, GM_SPAN_HEAP, GM_SPAN_MANUAL };

typedef struct gm_special gm_special;

typedef struct gm_span {
    uintptr_t base;
    size_t npages;
    uint8_t *marks;
    size_t elem_size; /* of a slot; large: bytes of all pages */
    uint32_t nelems;
    uint32_t shape;
    uint32_t free_idx;  /* slots below were handed out since the last sweep, or seen to be taken */
    uint32_t taken;     /* slots in use: found alive at the last sweep, or handed out since */
    uint32_t sweep_gen; /* compare gm_sweep_gen: equal: swept; less: to be swept */
    uint8_t live_epoch; /* bytes with this epoch were alive at the last sweep */
    uint8_t state;
    uint8_t need_zero; /* free slots may hold old bytes */
    uint8_t list;      /* which list of the central holds it; see central.h */
    gm_span *next, *prev;
    /* large objects and mixed spans */
    const gm_type *type;                 /* large: of the elements; NULL: conservative */
    const gm_type *volatile *slot_types; /* mixed: of each slot; the value repeats to its end */
    size_t large_size;                   /* bytes asked for */
    /* finalizers and the like; see gc/special.c */
    gm_special *specials;
    gm_span *special_next, *special_prev;
    uint32_t on_special_list;
    uint32_t mark_units; /* length of marks, in units of 8 bytes */
} gm_span;

/* --- the heap's tables --- */

/* Here as in other headers: told to be the library's own, a variable is addressed directly, not through a table that the
 * linker makes. */
#pragma GCC visibility push(hidden)
extern uintptr_t gm_heap_base;  /* of the reserved range */
extern uintptr_t gm_heap_bytes; /* its length */
extern uint64_t *gm_page_info;  /* by page number in the range */
extern gm_span **gm_page_span;  /* likewise; NULL: none */
extern uint8_t *gm_mark_arena;

/* The epoch of the last finished marking; and the one being marked with (equal when idle). */
extern uint32_t gm_epoch_live;
extern uint32_t gm_epoch_mark;
extern uint32_t gm_sweep_gen; /* goes up by 2 at each mark termination */
extern uint32_t gm_marking;   /* 1 between mark start and mark termination */
#pragma GCC visibility pop

static inline bool gm_in_heap(uintptr_t p) {
    return p - gm_heap_base < gm_heap_bytes;
}

static inline gm_span *gm_span_of(uintptr_t p) {
    if (!gm_in_heap(p)) return NULL;
    return __atomic_load_n(&gm_page_span[(p - gm_heap_base) >> GM_PAGE_SHIFT], __ATOMIC_ACQUIRE);
}

static inline uint32_t gm_span_index(const gm_span *s, uintptr_t p) {
    return (uint32_t)(((uint64_t)(p - s->base) * gm_shapes[s->shape].magic) >> 32);
}

/* Whether slot i holds an object, as far as anybody but the span's holder can know: a slot of a
 * run that was not yet consumed counts as taken, and so does one that gm_free gave back. */
static inline bool gm_slot_taken(const gm_span *s, uint32_t i) {
    uint32_t epoch;
    uint8_t m;
    do {
        epoch = __atomic_load_n(&gm_epoch_mark, __ATOMIC_ACQUIRE);
        m = __atomic_load_n(&s->marks[i], __ATOMIC_ACQUIRE);
        if (i < __atomic_load_n(&s->free_idx, __ATOMIC_ACQUIRE)) return true;
        if (m && (m == (uint8_t)epoch || m == __atomic_load_n(&s->live_epoch, __ATOMIC_ACQUIRE)))
            return true;
        /* Once more if it was marked, or a cycle has begun, since they were read. */
    } while (m != __atomic_load_n(&s->marks[i], __ATOMIC_ACQUIRE) ||
             epoch != __atomic_load_n(&gm_epoch_mark, __ATOMIC_RELAXED));
    return false;
}

/* --- page heap (mheap.c). One lock, inside. --- */

/* A span of npages for a shape (its pattern for large objects set by the caller afterwards), not
 * yet on any list. NULL: out of memory. */
gm_span *gm_span_alloc(size_t npages, uint32_t shape, uint32_t nelems, size_t elem_size);
void gm_span_free(gm_span *s);

typedef struct gm_heap_numbers {
    uint64_t reserved_in_use;                      /* committed: heap, stacks, free pages */
    uint64_t footprint;                            /* of it what is not released, and the tables */
    uint64_t heap_inuse, stack_inuse, other_inuse; /* bytes of pages */
    uint64_t free, released;
    /* the scavenge account: bytes of memory that allocation had the system back, that were released for it, and of
     * these what the next growth may use */
    uint64_t grown, released_for_growth, scavenge_credit;
    uint64_t scavenged; /* bytes that gm_scavenge has given back */
    uint64_t spans, span_bytes, mark_bytes, table_bytes, persistent_bytes;
} gm_heap_numbers;
void gm_heap_numbers_read(gm_heap_numbers *n);
/* How many of the n committed pages from address at on are free. */
size_t gm_heap_free_pages(uintptr_t at, size_t n);

/* An arena of the range: where it lies, and bytes of it: of address space, usable, of pages in use (or held for a moment),
 * backed by memory as the system says, and free and without memory, given back or never touched. */
typedef struct gm_arena {
    uintptr_t base;
    size_t reserved, committed, in_use, resident, scavenged;
} gm_arena;
size_t gm_arena_count(void); /* those in which something is committed */
void gm_arena_read(size_t i, gm_arena *a);

/* Gives free pages back to the system: up to `bytes`, highest addresses first. Returns how much. */
size_t gm_scavenge(size_t bytes);

/* Backs the memory that the heap will use next, if that is worth it; by a thread that may take a
 * tenth of a millisecond. */
void gm_heap_touch_ahead(void);
/* The collector's threads wait for it between two pieces of work. Posted when the heap has something for
 * them to do, and by the collector itself. */
extern gm_event gm_background;

/* "fatal error: out of memory": says how much was asked, and ends. */
void gm_out_of_memory(size_t bytes) __attribute__((noreturn));

#endif
