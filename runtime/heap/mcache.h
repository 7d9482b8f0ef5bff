/* mcache.h - what the collector does with the caches of the Ps, and with single objects. */
#ifndef GM_HEAP_MCACHE_H
#define GM_HEAP_MCACHE_H

#include "heap/span.h"

/* Every cache ever initialised, dead Ps' too (they hold nothing). */
void gm_each_mcache(void (*fn)(gm_mcache *c, void *arg), void *arg);
/* Gives all runs and spans back to the central lists, as swept spans. The cache's owner calls it,
 * or whoever has stopped the world. */
void gm_mcache_flush(gm_mcache *c);

/* The object, the only one of its span, is free from now on; nothing hangs on it, its span is swept, and no cycle marks. */
void gm_heap_free_large(gm_span *s);

#endif
