/* bubble.h - goroutines that are watched together, with a clock of their own: package testing/synctest (bubble.c). */
#ifndef GM_SCHED_BUBBLE_H
#define GM_SCHED_BUBBLE_H

#include "sched/gmp.h"

typedef struct gm_bubble_timers gm_bubble_timers;

struct gm_bubble {
    gm_mutex lock; /* of what follows; nothing is taken under it */
    uint64_t id;
    int64_t now;              /* written while all goroutines of the bubble are blocked */
    gm_bubble_timers *timers; /* NULL: over */
    gm_g *root;               /* who called gm_bubble_run */
    gm_g *main;               /* the first that it started */
    gm_g *waiter;             /* parked in gm_bubble_wait */
    bool waiting;             /* somebody is in gm_bubble_wait */
    bool done;                /* main has ended */
    int total;                /* goroutines */
    int running;              /* of these, those that are not durably blocked */
    int active;               /* further reasons not to call the bubble blocked */
};

enum gm_bubble_end {
    GM_BUBBLE_OK,
    GM_BUBBLE_BLOCKED, /* all wait for each other */
    GM_BUBBLE_LEFT     /* main has ended, others are blocked */
};

/* b is a zeroed object of the heap; fn(arg) is started as the first goroutine in it, and all that it starts are in
 * it too. Parks until all have ended or none can go on. */
enum gm_bubble_end gm_bubble_run(gm_bubble *b, void (*fn)(void *), void *arg, uintptr_t pc);
/* Parks until all other goroutines of the caller's bubble are durably blocked. False: somebody waits already. */
bool gm_bubble_wait(void);
/* Keeps the bubble from being taken for blocked. */
void gm_bubble_hold(gm_bubble *b);
void gm_bubble_release(gm_bubble *b);
/* The time in the caller's bubble, since 1970. */
int64_t gm_bubble_now(void);
/* Runs what is due in the caller's bubble now, on the system stack. */
void gm_bubble_timers_run(void);

/* The one that the caller is in. NULL: none, or no goroutine runs here. */
static inline gm_bubble *gm_bubble_current(void) {
    gm_g *g = gm_getg();
    return g ? g->bubble : NULL;
}

/* --- for the scheduler; a goroutine that is in no bubble costs it one look at g->bubble --- */

void gm_bubble_join_slow(gm_g *g, const gm_g *parent);
bool gm_bubble_park_slow(gm_g *g);
void gm_bubble_unpark_slow(gm_g *g);

/* g is made, in the bubble of parent. */
static inline void gm_bubble_join(gm_g *g, const gm_g *parent) {
    if (__builtin_expect(parent && parent->bubble, 0)) gm_bubble_join_slow(g, parent);
}
/* g has ended, and was in b. */
void gm_bubble_leave(gm_g *g, gm_bubble *b);
/* g is about to be parked: true if it counts as blocked from now on. Then, when it is parked and may be readied by
 * others, _parked; or, if it is not parked after all, _unpark and _parked. */
static inline bool gm_bubble_park(gm_g *g) {
    return __builtin_expect(g->bubble != NULL, 0) && gm_bubble_park_slow(g);
}
void gm_bubble_parked(gm_bubble *b);
/* g is about to be readied. */
static inline void gm_bubble_unpark(gm_g *g) {
    if (__builtin_expect(g->bubble != NULL, 0)) gm_bubble_unpark_slow(g);
}

gm_timers *gm_bubble_heap(const gm_bubble *b); /* NULL: over */
void gm_bubbles_scan(void (*fn)(void *arg, const void *lo, const void *hi), void *arg);
void gm_bubbles_child(void);

#endif
