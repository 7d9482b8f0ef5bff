/* roots.c - where marking begins: registered memory, specials, queued finalizers, stacks.
 *
 * Registered memory is held in slots of at most GM_OBLET_WORDS words each, so that a program with one
 * huge table does not keep one marker busy while the others wait. Slots stand in blocks that never
 * move, and are numbered through; a job marks JOB_SLOTS neighbours. So neither registering nor
 * withdrawing nor the beginning of a cycle, which happens in a stop, depends on how many there are.
 *
 * A slot whose `n` is not 0 is in use; `n` is stored last when it is taken and cleared first when it
 * is given up. A marker counts itself as a reader before it reads `n`; who clears `n` waits until
 * nobody reads, and only then is the memory the caller's again, and the slot free for others. Either the
 * marker sees that the slot is empty, or who empties it sees the marker.
 *
 * What is registered while a cycle marks is marked at once; what is withdrawn meanwhile is marked
 * first, because what it led to may be held by a stack that was looked at before.
 *
 * Lock: roots.lock guards the index by address, the free slots and the blocks' growth.
 */
#include <string.h>

#include "gc/marker.h"
#include "gc/pool.h"
#include "gc/roots.h"
#include "gc/special.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "sched/world.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "upcall.h"

typedef struct root {
    uintptr_t base;      /* as registered */
    const gm_type *elem; /* NULL: conservative */
    size_t n;            /* of the whole: values; conservative: bytes. Atomic; 0: free */
    size_t from;         /* this slot's first word */
    uint32_t next;       /* in the chain of its address, or of the free: number + 1 */
} root;

enum {
    BLOCK_SLOTS = 4096,
    MAX_BLOCKS = 1 << 16, /* 32 TB of registered memory, or 268 million entries */
    JOB_SLOTS = 32,
};

static struct {
    gm_mutex lock;
    root **blocks;      /* MAX_BLOCKS addresses, reserved when the first is needed */
    uint32_t count;     /* slots that were ever in use. Atomic */
    uint32_t free;      /* number + 1 of the first free one */
    uint32_t *index;    /* by hash of the address: number + 1 of the chain's first */
    uint32_t index_cap; /* a power of two */
    uint32_t indexed;   /* slots in use */
    uint64_t bytes;     /* registered. Atomic */
    uint32_t readers;   /* threads that may be inside memory of a slot. Atomic */
    uint32_t jobs;      /* of this cycle; those of stacks follow */
} roots = {.lock = GM_MUTEX(GM_RANK_ROOTS)};

/* Jobs that are no registered memory come first. */
/* Several markers share the specials: each takes some after the other. */
enum { JOB_FINALIZER_QUEUE, JOB_POOLS, JOB_SPECIALS, FIXED_JOBS = JOB_SPECIALS + 4 };

static root *slot(uint32_t i) {
    return &roots.blocks[i / BLOCK_SLOTS][i % BLOCK_SLOTS];
}

/* --- marking --- */

/* The n values, or bytes, of which r marks a part. */
static void mark_part(gm_marker *m, const root *r, size_t n) {
    size_t words = (r->elem ? n * r->elem->size : n) / 8 - r->from;
    if (words > GM_OBLET_WORDS) words = GM_OBLET_WORDS;
    m->scan_work += (int64_t)(words * 8);
    if (r->elem) {
        gm_mark_values(m, r->base, r->elem, n, r->from);
    } else {
        const uintptr_t *lo = (const uintptr_t *)r->base + r->from;
        gm_mark_conservative(m, lo, lo + words);
    }
}

static void mark_now(const root *r, size_t n) {
    gm_marker *m = gm_marker_get();
    if (!m) return;
    mark_part(m, r, n);
    gm_marker_put(m);
}

/* --- the index; roots.lock held --- */

static uint32_t *chain(uintptr_t base) {
    uint64_t h = (uint64_t)base * 0x9E3779B97F4A7C15u;
    return &roots.index[(h >> 32) & (roots.index_cap - 1)];
}

static void link_slot(uint32_t i) {
    uint32_t *head = chain(slot(i)->base);
    slot(i)->next = *head;
    *head = i + 1;
}

static void grow_index(void) {
    enum { FIRST = 1024 };
    uint32_t cap = roots.index_cap ? roots.index_cap * 2 : FIRST, old_cap = roots.index_cap;
    uint32_t *old = roots.index;
    roots.index = gm_os_map(cap * sizeof *roots.index);
    if (!roots.index) gm_out_of_memory(cap * sizeof *roots.index);
    roots.index_cap = cap;
    for (uint32_t i = 0; i < old_cap; i++)
        for (uint32_t at = old[i], next; at; at = next) {
            next = slot(at - 1)->next;
            link_slot(at - 1);
        }
    if (old) gm_os_unmap(old, old_cap * sizeof *old);
}

static uint32_t take_slot(void) {
    if (roots.free) {
        uint32_t i = roots.free - 1;
        roots.free = slot(i)->next;
        return i;
    }
    uint32_t i = roots.count;
    if (i == (uint32_t)MAX_BLOCKS * BLOCK_SLOTS) gm_fatal("too many registered roots");
    if (!roots.blocks) {
        roots.blocks = gm_os_map(MAX_BLOCKS * sizeof *roots.blocks);
        if (!roots.blocks) gm_out_of_memory(MAX_BLOCKS * sizeof *roots.blocks);
    }
    if (i % BLOCK_SLOTS == 0)
        roots.blocks[i / BLOCK_SLOTS] = gm_persistent_alloc(BLOCK_SLOTS * sizeof(root), 8);
    __atomic_store_n(&roots.count, i + 1, __ATOMIC_RELEASE);
    return i;
}

/* --- registering --- */

static void add(uintptr_t base, const gm_type *elem, size_t n) {
    size_t bytes = elem ? n * elem->size : n;
    for (size_t from = 0; from < bytes / 8; from += GM_OBLET_WORDS) {
        gm_mutex_lock(&roots.lock);
        if (roots.indexed == roots.index_cap) grow_index();
        roots.indexed++;
        uint32_t i = take_slot();
        root *r = slot(i);
        r->base = base;
        r->elem = elem;
        r->from = from;
        link_slot(i);
        __atomic_store_n(&r->n, n, __ATOMIC_SEQ_CST);
        gm_mutex_unlock(&roots.lock);
        mark_now(r, n);
    }
    __atomic_fetch_add(&roots.bytes, bytes, __ATOMIC_RELAXED);
}

void gm_register_roots(void *base, const gm_type *elem, size_t n) {
    GM_INSIDE();
    if (gm_layout_of(elem) && gm_layout_of(elem)->tail)
        gm_fatal("gm_register_roots: the type has a tail");
    if (elem->ptrdata && n) add((uintptr_t)base, elem, n);
}

void gm_register_roots_conservative(void *base, size_t bytes) {
    GM_INSIDE();
    if (bytes >= 8) add((uintptr_t)base, NULL, bytes);
}

/* Takes the slots of base off the index, emptied, as a chain of their own. */
static uint32_t withdraw(uintptr_t base) {
    uint32_t taken = 0;
    for (uint32_t *at = chain(base); *at;) {
        uint32_t number = *at;
        root *r = slot(number - 1);
        if (r->base != base) {
            at = &r->next;
            continue;
        }
        mark_now(r, r->n);
        if (r->from == 0)
            __atomic_fetch_sub(&roots.bytes, r->elem ? r->n * r->elem->size : r->n,
                               __ATOMIC_RELAXED);
        __atomic_store_n(&r->n, 0, __ATOMIC_SEQ_CST);
        roots.indexed--;
        *at = r->next;
        r->next = taken;
        taken = number;
    }
    return taken;
}

void gm_unregister_roots(void *base) {
    GM_INSIDE();
    gm_mutex_lock(&roots.lock);
    uint32_t taken = roots.index ? withdraw((uintptr_t)base) : 0;
    if (taken) {
        while (__atomic_load_n(&roots.readers, __ATOMIC_SEQ_CST)) gm_os_pause();
        uint32_t last = taken;
        while (slot(last - 1)->next) last = slot(last - 1)->next;
        slot(last - 1)->next = roots.free;
        roots.free = taken;
    }
    gm_mutex_unlock(&roots.lock);
}

void gm_roots_fork(enum gm_fork_step step) {
    gm_mutex_fork(&roots.lock, step);
    if (step == GM_FORK_CHILD) roots.readers = 0;
}

uint64_t gm_roots_bytes(void) {
    return __atomic_load_n(&roots.bytes, __ATOMIC_RELAXED);
}

/* --- jobs --- */

uint32_t gm_roots_begin(void) {
    uint32_t slots = __atomic_load_n(&roots.count, __ATOMIC_ACQUIRE);
    gm_specials_begin();
    roots.jobs = FIXED_JOBS + (slots + JOB_SLOTS - 1) / JOB_SLOTS;
    return roots.jobs;
}

static void mark_slots(gm_marker *m, uint32_t first) {
    uint32_t count = __atomic_load_n(&roots.count, __ATOMIC_ACQUIRE);
    for (uint32_t i = first; i < first + JOB_SLOTS && i < count; i++) {
        const root *r = slot(i);
        __atomic_fetch_add(&roots.readers, 1, __ATOMIC_SEQ_CST);
        size_t n = __atomic_load_n(&r->n, __ATOMIC_SEQ_CST);
        if (n) mark_part(m, r, n);
        __atomic_fetch_sub(&roots.readers, 1, __ATOMIC_SEQ_CST);
    }
}

static void mark_stack_job(gm_marker *m, uint32_t job);

void gm_roots_mark(gm_marker *m, uint32_t job) {
    if (job >= roots.jobs) {
        mark_stack_job(m, job - roots.jobs);
    } else if (job == JOB_FINALIZER_QUEUE) {
        gm_finalizer_queue_mark(m);
    } else if (job == JOB_POOLS) {
        gm_pools_mark(m);
    } else if (job < FIXED_JOBS) {
        gm_specials_mark(m);
    } else {
        mark_slots(m, (job - FIXED_JOBS) * JOB_SLOTS);
    }
}

void gm_roots_each(void (*fn)(void *arg, const gm_type *elem, size_t from, const uintptr_t *lo,
                              const uintptr_t *hi),
                   void *arg) {
    for (uint32_t i = 0; i < roots.count; i++) {
        const root *r = slot(i);
        if (!r->n) continue;
        size_t words = (r->elem ? r->n * r->elem->size : r->n) / 8 - r->from;
        if (words > GM_OBLET_WORDS) words = GM_OBLET_WORDS;
        const uintptr_t *lo = (const uintptr_t *)r->base + r->from;
        fn(arg, r->elem, r->from, lo, lo + words);
    }
}

/* --- stacks ---
 *
 * Which, when and by whom is the scheduler's business: upcall.h. Its pieces of stack come here. */

uint64_t gm_stack_bytes;

typedef struct stack_walk {
    gm_marker *m;
    uint64_t bytes;
} stack_walk;

static void mark_range(void *arg, const void *lo, const void *hi) {
    stack_walk *w = arg;
    w->bytes += (uint64_t)((const char *)hi - (const char *)lo);
    gm_mark_conservative(w->m, lo, hi);
}

static void count_stacks(const stack_walk *w) {
    w->m->scan_work += (int64_t)w->bytes;
    __atomic_fetch_add(&gm_stack_bytes, w->bytes, __ATOMIC_RELAXED);
}

static void mark_stack_job(gm_marker *m, uint32_t job) {
    stack_walk w = {.m = m};
    gm_scan_job(job, mark_range, &w);
    count_stacks(&w);
}

uint32_t gm_stacks_begin(void) {
    stack_walk w = {.m = gm_marker_get()};
    __atomic_store_n(&gm_stack_bytes, 0, __ATOMIC_RELAXED);
    uint32_t jobs = gm_scan_begin(mark_range, &w);
    gm_roots_call(w.m);
    count_stacks(&w);
    gm_marker_put(w.m);
    return jobs;
}

void gm_stacks_rest(void) {
    stack_walk w = {.m = gm_marker_get()};
    gm_scan_rest(mark_range, &w);
    count_stacks(&w);
    gm_marker_put(w.m);
}

bool gm_up_mark_stack(void (*walk)(void *stack, gm_range_fn *fn, void *arg), void *stack) {
    stack_walk w = {.m = gm_marker_get()};
    if (!w.m) return false;
    walk(stack, mark_range, &w);
    count_stacks(&w);
    gm_marker_put(w.m);
    return true;
}
