/* central.h - for each shape, its spans that no P holds.
 *
 * Four lists: partial (some slot is free) and full, each in two halves, swept and unswept. Which
 * half is which follows from the parity of gm_sweep_gen / 2: mark termination raises gm_sweep_gen,
 * and by that alone every swept span becomes unswept; the half that becomes "swept" is empty then,
 * because a cycle begins only after the sweep of the one before has ended.
 *
 * Besides, lists of single objects that were given back by hand; see freed.c.
 *
 * Each shape's lists have one lock. It is held for list operations only. Whoever has taken a span
 * off a list owns it.
 */
#ifndef GM_HEAP_CENTRAL_H
#define GM_HEAP_CENTRAL_H

#include "heap/span.h"

typedef struct gm_central {
    _Alignas(64) gm_mutex lock;
    gm_span *partial[2], *full[2];
    void *freed; /* lists of objects given back by hand */
    uint32_t freed_age;
} gm_central;

bool gm_centrals_init(void); /* false: no memory */
/* A swept span with a free slot, now the caller's. Sweeps, or takes fresh pages, as needed. NULL:
 * out of memory. */
gm_span *gm_central_take(uint32_t shape);
/* Puts a swept span on the list where it belongs. */
void gm_central_put(gm_span *s);
/* Any unswept span of the shape, now the caller's to sweep; NULL: none. */
gm_span *gm_central_take_unswept(uint32_t shape);
/* Takes a span that is known to be on a list off it. */
void gm_central_remove(gm_span *s);
/* A list of objects given back by hand (freed.c), of 16 bytes at least: to keep, chained through the second words of
 * their first objects; one that is kept, or NULL. Forgetting all of them makes them one age too old. */
void gm_central_put_freed(uint32_t shape, void *list);
void *gm_central_take_freed(uint32_t shape);
void gm_central_forget_freed(void);                                       /* world stopped */
void gm_central_each_freed(void (*fn)(void *list, void *arg), void *arg); /* world stopped */
/* Takes this unswept span off its list. False: somebody else sweeps it, or it is swept. */
bool gm_central_claim(gm_span *s);

#endif
