/* ancestors.h - where the goroutines stood that led to one (GODEBUG=tracebackancestors=N; ancestors.c). */
#ifndef GM_SCHED_ANCESTORS_H
#define GM_SCHED_ANCESTORS_H

#include "os/godebug.h"
#include "sched/gmp.h"

enum { GM_ANCESTOR_CALLS = 50 };

typedef struct gm_ancestor {
    uint64_t id;
    uintptr_t go_pc; /* the go statement that made it */
    int n;
    uintptr_t
        pcs[GM_ANCESTOR_CALLS]; /* return addresses at its own go statement, innermost first */
} gm_ancestor;

/* Those that are known of g, the nearest first. */
int gm_ancestors_of(const gm_g *g, const gm_ancestor **list);

/* g is being made by parent, which calls this; and g has ended. */
void gm_ancestors_take(gm_g *g, gm_g *parent);
void gm_ancestors_drop(gm_g *g);
static inline void gm_ancestors_note(gm_g *g, gm_g *parent) {
    if (__builtin_expect(gm_debug.tracebackancestors > 0, 0) && parent)
        gm_ancestors_take(g, parent);
}

#endif
