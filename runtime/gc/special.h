/* special.h - what hangs on single objects: finalizers, cleanups, weak pointers (special.c). */
#ifndef GM_GC_SPECIAL_H
#define GM_GC_SPECIAL_H

#include "gc/marker.h"
#include "heap/span.h"

/* What hangs on single objects. Specials of a span are ordered by address. */
/* A cycle begins, in its first stop: all records are to be marked. */
void gm_specials_begin(void);
/* Marks what records need, until none is left that no other marker has taken. */
void gm_specials_mark(gm_marker *m);
/* World stopped: marks what each record needs, and calls fn for it with the object that the record hangs on. */
void gm_specials_each(void (*fn)(void *arg, uintptr_t obj, gm_marker *m), gm_marker *m, void *arg);
/* The span is being swept: queues finalizers of dead objects, which keeps them, clears weak
 * pointers and so on. */
void gm_specials_sweep(gm_span *s, uint8_t epoch);
/* Starts the runner if finalizers are queued. Called without locks. */
void gm_finalizers_kick(void);
/* Whether none is queued or runs. System stack. */
bool gm_finalizers_idle(void);
void gm_finalizer_queue_mark(gm_marker *m);
/* The object is freed by hand: forgets what hangs on it. */
void gm_specials_drop(gm_span *s, uintptr_t obj);

/* freed(arg) is called when the object, which is fresh, is found dead or is given back by hand; under the lock, so it does
 * next to nothing. */
void gm_special_sample(void *obj, void (*freed)(void *arg), void *arg);

void gm_finalizers_child(void);

#endif
