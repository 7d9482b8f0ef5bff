/* waitprof.h - the profiles of blocking and of contention (waitprof.c). */
#ifndef GM_OBSERVE_WAITPROF_H
#define GM_OBSERVE_WAITPROF_H

#include "observe/buckets.h"

/* One event for every ns nanoseconds of waiting is recorded, in the mean; 0: none is. */
void gm_block_profile_rate(int64_t ns);
/* One of n events is recorded; 0: none is; negative: as before. Returns what it was. */
int64_t gm_mutex_profile_fraction(int64_t n);

typedef struct gm_wait_counts {
    int64_t count, ns;
} gm_wait_counts;
gm_wait_counts gm_wait_profile_read(gm_bucket *b);

#endif
