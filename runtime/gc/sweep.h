/* sweep.h - sweeping, for the collector (sweep.c). */
#ifndef GM_GC_SWEEP_H
#define GM_GC_SWEEP_H

#include "heap/mcache.h"
#include "heap/span.h"

/* The pages that allocation wanted while there was something to sweep, the spans swept for them, the pages that these
 * gave, and what is left over of those since the last mark termination; negative: a debt. Atomic. */
typedef struct gm_reclaim_account {
    uint64_t wanted, spans, freed;
    int64_t credit;
} gm_reclaim_account;
extern gm_reclaim_account gm_reclaim;

/* Sweeps one span somewhere. False: nothing is left to sweep. */
bool gm_sweep_one(void);
int64_t gm_sweep_left(void); /* spans that are unswept, about */
/* Has all that the last cycle left to sweep been swept? */
bool gm_sweep_done(void);
void gm_sweep_all(void);
/* fn is called when all that a cycle left has been swept, once for each, with the pages that were looked at; by whoever finds nothing
 * more to sweep, on the system stack. */
void gm_on_swept(void (*fn)(uint64_t pages));
/* Allocation's part of the sweep, so that all is swept before the next cycle is due. */
void gm_sweep_proportional(gm_mcache *c, size_t bytes);
void gm_sweep_begin(void); /* after mark termination */
/* Has it been swept already, or wait until it is. */
void gm_sweep_ensure(gm_span *s);

#endif
