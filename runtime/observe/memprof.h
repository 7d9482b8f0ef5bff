/* memprof.h - the profile of the heap (memprof.c). */
#ifndef GM_OBSERVE_MEMPROF_H
#define GM_OBSERVE_MEMPROF_H

#include "observe/buckets.h"

/* From now on samples are taken, one for every *rate bytes in the mean; 1: of every object, 0: none. Once. [attached] */
void gm_mem_profile_begin(const int64_t *rate);
/* *rate was changed: holds for the next allocation already. [attached] */
void gm_mem_profile_rate_changed(void);
/* Brings what is shown up to the last collection, or to this moment if there was none. */
void gm_mem_profile_flush(void);
/* As it was at the last flush. */
gm_mem_counts gm_mem_profile_read(const gm_bucket *b);

#endif
