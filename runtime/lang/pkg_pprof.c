/* pkg_pprof.c - what packages runtime/pprof and runtime/trace ask of the runtime.
 *
 * Labels are kept for each goroutine, and goroutines can be listed, all or those that are leaked. No
 * other profile is taken yet, and no trace; lib/runtime/prof.go says so to whoever asks for one.
 */
#include <golem/sched.h>

#include "lang/lang.h"
#include "observe/leak.h"
#include "sched/sched.h"
#include "upcall.h"

typedef struct profile_data {
    gm_slice data, tags;
    bool eof;
} profile_data;

profile_data runtime$0pprof$readProfile(void) {
    return (profile_data){{NULL, 0, 0}, {NULL, 0, 0}, true};
}

/* Blocking is measured in nanoseconds. */
int64_t runtime$0pprof$runtime_cyclesPerSecond(void) {
    return 1000000000;
}

/* Callers gives inlined functions as frames of their own. */
gm_slice runtime$0pprof$runtime_expandFinalInlineFrame(gm_slice stack) {
    return stack;
}

void *runtime$0pprof$runtime_getProfLabel(void) {
    return gm_getg()->labels;
}
void runtime$0pprof$runtime_setProfLabel(void *labels) {
    gm_getg()->labels = labels;
}

/* --- goroutines --- */

typedef struct profile_count {
    gm_int n;
    bool ok;
} profile_count;

/* A profile of goroutines: with the world stopped, the calls of each go into a record. */
typedef struct g_profile {
    uintptr_t (*records)[32]; /* runtime.StackRecord */
    void **labels;            /* NULL: not wanted */
    gm_int n, cap;
    bool leaked; /* only those that the last search found */
    bool fill;
} g_profile;

static void add_g(void *arg, gm_g *g) {
    g_profile *p = arg;
    if (g->flags & (GM_GF_SYSTEM | GM_GF_THREAD)) return;
    if (p->leaked && !(g->flags & GM_GF_LEAKED)) return;
    gm_int i = p->n++;
    if (!p->fill) return;
    gm_int calls = gm_goroutine_callers(g, p->records[i], 32);
    if (calls < 32) p->records[i][calls] = 0;
    if (p->labels) gm_store_ptr_slow(&p->labels[i], g->labels);
}

/* On the system stack. */
static void take_g_profile(void *arg) {
    g_profile *p = arg;
    gm_world_stop("goroutine profile");
    gm_each_g(add_g, p);
    if (p->n <= p->cap) {
        p->n = 0;
        p->fill = true;
        gm_each_g(add_g, p);
    }
    gm_world_start();
}

static profile_count profile_goroutines(gm_slice records, gm_slice labels, bool leaked) {
    g_profile p = {.records = records.p, .labels = labels.p, .cap = records.len, .leaked = leaked};
    if (labels.len < records.len) p.labels = NULL;
    gm_systemstack(take_g_profile, &p);
    return (profile_count){p.n, p.fill};
}

profile_count runtime$goroutineProfile(gm_slice records) {
    return profile_goroutines(records, (gm_slice){NULL, 0, 0}, false);
}
profile_count runtime$goroutineProfileWithLabels(gm_slice records, gm_slice labels, bool leaked) {
    return profile_goroutines(records, labels, leaked);
}

void runtime$0pprof$runtime_goroutineLeakGC(void) {
    gm_goroutine_leaks(false);
}

/* --- runtime/trace: annotations of a trace that is not being taken --- */

void runtime$0trace$userTaskCreate(uint64_t id, uint64_t parent, gm_string kind) {
    (void)id, (void)parent, (void)kind;
}
void runtime$0trace$userTaskEnd(uint64_t id) {
    (void)id;
}
void runtime$0trace$userRegion(uint64_t id, uint64_t mode, gm_string kind) {
    (void)id, (void)mode, (void)kind;
}
void runtime$0trace$userLog(uint64_t id, gm_string category, gm_string message) {
    (void)id, (void)category, (void)message;
}

/* The clock of traces. */
uint64_t runtime$traceClockNow(void) {
    return (uint64_t)gm_nanotime();
}
uint64_t runtime$0trace$runtime_traceClockUnitsPerSecond(void) {
    return 1000000000;
}
void runtime$traceAdvance(bool stop) {
    (void)stop;
}
