/* marker.h - marking: from known objects to all they lead to.
 *
 * A marker is the private state of one marking thread: a short queue of objects whose memory has
 * been asked for (prefetched) and a stack of work. A pointer that is found goes into the queue: its
 * page word, shape, base and mark byte are computed, the mark byte and the first line of the object
 * are prefetched. When it comes out, oldest first, both are in the cache: if the mark is set it is
 * dropped, else it is marked and scanned there and then. What finds no room in the queue goes on
 * the stack, as a bare pointer, or, for wide objects, as the rest of the object still to scan; the
 * stack refills the queue when it runs low. Thus marking waits for memory with many requests in
 * flight, and the stack is bounded by the number of objects rather than of pointers.
 *
 * The stack is a chain of buffers; full ones go to a global list, from which idle markers take.
 * A word on the stack is a heap pointer, or (bit 63 set) the base of an object with, below it, the
 * word index from which to scan on.
 */
#ifndef GM_GC_MARKER_H
#define GM_GC_MARKER_H

#include "heap/span.h"

enum { GM_MARK_QUEUE = 64, GM_MARK_LOW = 20, GM_WORKBUF_WORDS = 510 };
enum { GM_OBLET_WORDS = 16384 }; /* large objects are scanned in parts of 128 KiB */

typedef struct gm_workbuf {
    _Alignas(64) struct gm_workbuf *next;
    uint64_t n;
    uintptr_t word[GM_WORKBUF_WORDS];
} gm_workbuf;

typedef struct gm_mark_entry {
    _Alignas(32) uintptr_t base;
    uint8_t *mark;
    const gm_shape *shape;
} gm_mark_entry;

typedef struct gm_marker {
    gm_mark_entry queue[GM_MARK_QUEUE];
    uint32_t head, tail; /* free running */
    uint8_t epoch;
    bool watching;   /* for keys of ephemerons */
    gm_workbuf *buf; /* top of the stack; never NULL while marking */
    uint64_t bytes;  /* of objects marked */
    uint64_t objects;
    int64_t scan_work; /* bytes that were looked at for pointers */
    struct gm_marker *next;
} gm_marker;

/* Borrows a marker of the pool, NULL if no marking is under way; gives it back with nothing queued
 * (what is left becomes global work), its numbers added to the cycle's. */
gm_marker *gm_marker_get(void);
void gm_marker_put(gm_marker *m);

/* Before a stop that will look at so many bytes of stacks: buffers for what it finds. */
void gm_mark_expect(size_t stack_bytes);

/* A pointer from a precise place: nil, or into an object, or (tolerated) anywhere. */
void gm_mark_word(gm_marker *m, uintptr_t w);
/* The same for the write barrier: marks at once and leaves the scanning for later, so that a program
 * which stores the same pointers again and again makes work only once. */
void gm_mark_shade(gm_marker *m, uintptr_t w);
/* Words of [lo, hi), any of which may be anything. */
void gm_mark_conservative(gm_marker *m, const void *lo, const void *hi);
/* n values of type t, at most GM_OBLET_WORDS words from word `from` on. */
void gm_mark_values(gm_marker *m, uintptr_t base, const gm_type *t, size_t n, size_t from);
/* What the object at base points to, not the object itself. */
void gm_mark_contents(gm_marker *m, uintptr_t base);
/* Takes from the marker, and from the global list, all that waits to be marked, and tells of it (by the object's base) instead of
 * marking it. For who is alone. */
void gm_marker_tell(gm_marker *m, void (*fn)(void *arg, uintptr_t base), void *arg);

/* Works until nothing is left here and globally, or until about `budget` bytes were scanned, or
 * *stop is set. True: nothing was left when it looked. */
bool gm_mark_drain(gm_marker *m, int64_t budget, const uint32_t *stop);
/* Whether there is global work. */
bool gm_mark_work_left(void);
/* Whether there is neither global work nor a marker that might have some. */
bool gm_mark_at_rest(void);
/* Marking begins, and ends if it is at rest (false: it is not). */
void gm_mark_open(void);
bool gm_mark_close(void);
/* How many markers are looking for work: those who have some share it. */
extern uint32_t gm_mark_idle;

/* The cycle's sums, of markers given back. */
typedef struct gm_mark_sums {
    uint64_t bytes, objects;
    int64_t scan_work;
} gm_mark_sums;
extern gm_mark_sums gm_mark_total;
/* Forgets the sums and gives surplus buffers back. */
void gm_mark_reset(void);

/* Set for marking that changes nothing (reach.c): marks go to a second arena. NULL otherwise. Strict: an
 * object that is reached but was not marked by the real marking is reported (gccheckmark). */
extern uint8_t *gm_check_arena;
/* What its bytes say. An object that was watched is told to gm_check_reached when it is reached (reach.c). */
enum { GM_CHECK_SEEN = 1, GM_CHECK_WATCHED = 2 };
void gm_check_reached(uintptr_t base);
extern bool gm_check_strict;
/* World stopped, marking done: marks again from the roots beside the real marks and reports any object that is
 * reached but not marked (reach.c). */
void gm_check_marks(void);

void gm_marker_fork(enum gm_fork_step step);

#endif
