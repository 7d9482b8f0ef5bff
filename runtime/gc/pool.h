/* pool.h - pools of C programs, for the collector (pool.c). */
#ifndef GM_GC_POOL_H
#define GM_GC_POOL_H

#include "gc/marker.h"

void gm_pools_turn(void); /* world stopped, before marking */
void gm_pools_mark(gm_marker *m);

#endif
