/* hold.h - regions of the program in which no collection begins. See hold.c. */
#ifndef GM_SCHED_HOLD_H
#define GM_SCHED_HOLD_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gm_g gm_g;

/* How many there are. */
uint32_t gm_cycle_holds(void);
/* Whether the caller is in one. */
bool gm_cycle_held_here(void);
/* The thread or goroutine ends, and its regions with it. */
void gm_holds_end(gm_g *g);

#endif
