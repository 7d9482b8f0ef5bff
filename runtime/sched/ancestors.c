/* ancestors.c - where the goroutines stood that led to one, for its trace. See ancestors.h.
 *
 * A go statement takes down where its goroutine stands, and what that knows of its own ancestors, N in all. The records have one size,
 * which N gives; they come back when the goroutine ends. The lock is a leaf but for that of records.
 */
#include "sched/ancestors.h"

#include <string.h>

#include "heap/fixalloc.h"
#include "sched/callers.h"
#include "upcall.h"

typedef struct lineage {
    struct lineage *link;
    int n;
    gm_ancestor list[];
} lineage;

static gm_mutex lock;
static gm_fixalloc records = {.align = 8, .link = offsetof(lineage, link)};

static int most(void) {
    enum { AT_MOST = 1000 };
    return gm_debug.tracebackancestors < AT_MOST ? (int)gm_debug.tracebackancestors : AT_MOST;
}

int gm_ancestors_of(const gm_g *g, const gm_ancestor **list) {
    const lineage *l = g->ancestors;
    *list = l ? l->list : NULL;
    return l ? l->n : 0;
}

typedef struct request {
    gm_g *g, *parent;
} request;

static void take(void *arg) {
    const request *r = arg;
    gm_mutex_lock(&lock);
    records.size = (uint32_t)(sizeof(lineage) + (size_t)most() * sizeof(gm_ancestor));
    lineage *l = gm_fixalloc_take(&records);
    gm_mutex_unlock(&lock);
    const gm_ancestor *older;
    int n = gm_ancestors_of(r->parent, &older);
    if (n > most() - 1) n = most() - 1;
    gm_ancestor *first = &l->list[0];
    first->id = r->parent->id;
    first->go_pc = r->parent->go_pc;
    first->n = gm_only_go(first->pcs, gm_callers_self(first->pcs, GM_ANCESTOR_CALLS));
    if (n > 0) memcpy(&l->list[1], older, (size_t)n * sizeof *older);
    l->n = n + 1;
    r->g->ancestors = l;
}

void gm_ancestors_take(gm_g *g, gm_g *parent) {
    request r = {g, parent};
    gm_systemstack(take, &r);
}

static void drop(void *arg) {
    gm_g *g = arg;
    gm_mutex_lock(&lock);
    gm_fixalloc_give(&records, g->ancestors);
    gm_mutex_unlock(&lock);
    g->ancestors = NULL;
}

void gm_ancestors_drop(gm_g *g) {
    gm_systemstack(drop, g);
}
