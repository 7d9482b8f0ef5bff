/* freed.h - objects that were given back by hand and wait to be used again. See freed.c. */
#ifndef GM_HEAP_FREED_H
#define GM_HEAP_FREED_H

#include "heap/span.h"

/* Called before the first allocation. */
void gm_freed_init(void);
/* Puts the object that begins at obj on a list of c, this P's, if it is an easy one. False: it is not, for whatever
 * reason, or is on a list already; nothing was done. */
bool gm_freed_put(gm_mcache *c, void *obj);
/* An object of this P's list for the shape, as its run would give it: zeroed or marked dirty; raw: as it is.
 * While marking, marked. NULL: there is none. */
void *gm_freed_take(gm_mcache *c, uint32_t shape, bool raw);
/* The list is empty: gets another, if there is one. System stack. */
bool gm_freed_refill(gm_mcache *c, uint32_t shape);
/* Whether what the object says of itself looks as if it were on a list; and, the world stopped, whether it is. */
bool gm_freed_looks(const void *obj);
bool gm_freed_has(const void *obj);
/* World stopped: all lists are forgotten. What was there is garbage for the sweep. */
void gm_freed_forget(void);
/* World stopped: calls fn for each object on a list. */
void gm_freed_each(void (*fn)(void *obj, void *arg), void *arg);

/* How many spans have specials (gc/special.c counts): while there are none, no object has any. */
extern uint32_t gm_special_spans;

#endif
