/* pkg_pprof.c - what package runtime/pprof asks of the runtime.
 *
 * Addresses of profiles are plain return addresses; those at which no function of Go's source is to be seen are left
 * out here.
 */
#include <golem/sched.h>

#include "lang/lang.h"
#include "observe/snapshot.h"
#include "observe/cpuprof.h"
#include "observe/leak.h"
#include "observe/memprof.h"
#include "observe/waitprof.h"
#include "sched/callers.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

/* Blocking is measured in nanoseconds. */
int64_t runtime$0pprof$runtime_cyclesPerSecond(void) {
    return 1000000000;
}

/* An address is never cut in the middle of what was inlined there. */
gm_slice runtime$0pprof$runtime_expandFinalInlineFrame(gm_slice stack) {
    return stack;
}

void *runtime$0pprof$runtime_getProfLabel(void) {
    return gm_getg()->labels;
}
void runtime$0pprof$runtime_setProfLabel(void *labels) {
    gm_getg()->labels = labels;
}

/* --- buckets --- */

gm_bucket *runtime$nextBucket(gm_int kind, gm_bucket *b) {
    return b ? b->next : gm_buckets((enum gm_profile_kind)kind);
}

typedef struct bucket_numbers {
    int64_t size, count, other;
    gm_int depth;
} bucket_numbers;

/* Is there a function to be seen at a return address? Those that the compiler made are not. */
static bool sees(void *seen, const gm_place *p) {
    const char *name = p->function ? p->function : p->symbol;
    *(bool *)seen |= gm_pc_is_go(p->pc) ? gm_is_called_symbol(name) : name != NULL;
    return !*(bool *)seen;
}

/* What was found out, by addresses: the lowest bit says whether one is to be seen. Races lose no more than a look-up. */
static bool is_seen(uintptr_t pc) {
    enum { KNOWN = 4096 };
    static uintptr_t known[KNOWN];
    uintptr_t *at = &known[(pc * 0x9e3779b97f4a7c15u) >> 52];
    uintptr_t was = __atomic_load_n(at, __ATOMIC_RELAXED);
    if (was >> 1 == pc) return was & 1;
    bool seen = false;
    gm_symbolize(pc - 1, sees, &seen);
    __atomic_store_n(at, pc << 1 | seen, __ATOMIC_RELAXED);
    return seen;
}

typedef struct visible {
    const uintptr_t *from;
    uintptr_t *to;
    gm_int n, cap, kept;
} visible;

static void keep_visible(void *arg) {
    visible *v = arg;
    for (gm_int i = 0; i < v->n && v->kept < v->cap; i++)
        if (is_seen(v->from[i])) v->to[v->kept++] = v->from[i];
}

bucket_numbers runtime$readBucket(gm_bucket *b, gm_slice stack) {
    bucket_numbers r = {.size = (int64_t)b->size};
    visible v = {.from = b->pcs, .to = stack.p, .n = b->depth, .cap = stack.len};
    if (stack.len > 0) gm_systemstack(keep_visible, &v);
    r.depth = v.kept;
    if (b->kind == GM_PROFILE_MEMORY) {
        gm_mem_counts c = gm_mem_profile_read(b);
        r.count = (int64_t)c.allocs;
        r.other = (int64_t)c.frees;
        return r;
    }
    gm_wait_counts c = gm_wait_profile_read(b);
    r.count = c.count;
    r.other = c.ns;
    return r;
}

void runtime$flushMemProfile(void) {
    gm_mem_profile_flush();
}
void runtime$SetBlockProfileRate(gm_int ns) {
    gm_block_profile_rate(ns);
}
gm_int runtime$SetMutexProfileFraction(gm_int n) {
    return gm_mutex_profile_fraction(n);
}

/* --- threads --- */

gm_int runtime$threads(void) {
    gm_int n = 0;
    for (const gm_m *m = gm_sched.all_m; m; m = m->all_next) n += !m->attached;
    return n;
}

/* --- goroutines --- */

typedef struct stack_count {
    gm_int n, words;
} stack_count;

/* A profile of goroutines: with the world stopped, the calls of each go behind those of the one before. */
typedef struct g_profile {
    uintptr_t *stacks;
    void **labels;
    gm_int cap, labels_cap;
    stack_count c;
    bool leaked; /* only those that the last search found */
} g_profile;

static void add_g(void *arg, gm_g *g) {
    g_profile *p = arg;
    if (g->flags & (GM_GF_SYSTEM | GM_GF_THREAD)) return;
    if (p->leaked && !(g->flags & GM_GF_LEAKED)) return;
    uintptr_t pcs[GM_PROFILE_DEPTH];
    gm_int depth = gm_only_go(pcs, gm_callers_g(g, pcs, GM_PROFILE_DEPTH));
    gm_int i = p->c.n++, at = p->c.words;
    p->c.words += 1 + depth;
    if (p->c.words > p->cap) return;
    p->stacks[at] = (uintptr_t)depth;
    memcpy(&p->stacks[at + 1], pcs, (size_t)depth * sizeof *pcs);
    if (i < p->labels_cap) gm_store_ptr_slow(&p->labels[i], g->labels);
}

/* On the system stack. */
static void take_g_profile(void *arg) {
    gm_world_stop("goroutine profile");
    gm_each_g(add_g, arg);
    gm_world_start();
}

/* What is not to be seen is left out when the world goes on: that takes longer. */
static void drop_unseen(void *arg) {
    g_profile *p = arg;
    uintptr_t *from = p->stacks, *to = p->stacks;
    for (gm_int i = 0; i < p->c.n; i++) {
        gm_int n = (gm_int)*from++;
        visible v = {.from = from, .to = to + 1, .n = n, .cap = n};
        keep_visible(&v);
        *to = (uintptr_t)v.kept;
        from += n;
        to += 1 + v.kept;
    }
}

stack_count runtime$goroutineStacks(gm_slice stacks, gm_slice labels, bool leaked) {
    g_profile p = {.stacks = stacks.p,
                   .labels = labels.p,
                   .cap = stacks.len,
                   .labels_cap = labels.len,
                   .leaked = leaked};
    gm_systemstack(take_g_profile, &p);
    if (p.c.words <= p.cap) gm_systemstack(drop_unseen, &p);
    return p.c;
}

void runtime$0pprof$runtime_goroutineLeakGC(void) {
    gm_goroutine_leaks(false);
}

/* --- processor time --- */

typedef struct taken {
    uint64_t *words;
    gm_int room, n;
} taken;

/* The records lose what is not to be seen, and what has no name here; the writer names what lies in shared objects. */
static void take_cpu(void *arg) {
    taken *t = arg;
    enum { HEAD = 3 };
    int n = gm_cpu_profile_take(t->words, (int)t->room);
    for (int from = 0, length; from < n; from += length) {
        uint64_t *r = t->words + from, *to = t->words + t->n;
        length = (int)r[0];
        bool is_loss = r[2] == 0;
        memmove(to, r, HEAD * sizeof *to);
        int kept = 0;
        for (int i = HEAD; i < length; i++) {
            uint64_t pc = t->words[from + i];
            if (is_loss || !gm_is_global((void *)pc) || is_seen(pc)) to[HEAD + kept++] = pc;
        }
        to[0] = (uint64_t)(HEAD + kept);
        t->n += HEAD + kept;
    }
}

/* Fills words with what was sampled since the last time. Returns how many. */
gm_int runtime$takeCPUProfile(gm_slice words) {
    taken t = {.words = words.p, .room = words.len};
    gm_systemstack(take_cpu, &t);
    return t.n;
}
void runtime$setCPUProfileRate(gm_int hz) {
    gm_cpu_profile_rate((int)hz);
}
void runtime$sleep(int64_t ns) {
    gm_sleep(ns);
}

void runtime$writeHeapDump(int32_t fd) {
    gm_write_go_heap_dump(fd);
}
