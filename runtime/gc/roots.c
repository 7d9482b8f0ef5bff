/* roots.c - where marking begins: registered memory, specials, queued finalizers, stacks.
 *
 * Registered memory is cut into jobs of at most GM_OBLET_WORDS words, so that a program with one
 * huge table does not keep one marker busy while the others wait.
 */
#include <string.h>

#include "gc/internal.h"
#include "upcall.h"

typedef struct root {
    uintptr_t base;
    const gm_type *elem; /* NULL: conservative */
    size_t n;            /* values; conservative: bytes */
    uint32_t first_job;
} root;

/* A cycle marks the roots that were there when it began (`list` and `count` of then: a list that
 * has grown is a new one, the old stays). What is registered while it marks is marked at once; what
 * is taken away meanwhile is marked first, because what it led to may be held by a stack that was
 * looked at before, and leaves an empty entry behind; its memory is the caller's again when nobody
 * reads it any more. */
static struct {
    gm_mutex lock;
    root *list;
    uint32_t count, cap;
    root *cycle_list;
    uint32_t cycle_count;
    uint32_t readers; /* threads that may be inside memory of an entry */
    uint32_t jobs;    /* those of stacks follow */
} roots;

/* Jobs that are no registered memory come first. */
enum { JOB_SPECIALS, JOB_FINALIZER_QUEUE, JOB_POOLS, FIXED_JOBS };

static size_t root_bytes(const root *r) {
    return r->elem ? r->n * r->elem->size : r->n;
}

static uint32_t root_jobs(const root *r) {
    size_t job = (size_t)GM_OBLET_WORDS * 8;
    return (uint32_t)((root_bytes(r) + job - 1) / job);
}

static void mark_part(gm_marker *m, const root *r, size_t from) {
    size_t words = root_bytes(r) / 8;
    if (from >= words) return; /* taken away meanwhile */
    words -= from;
    if (words > GM_OBLET_WORDS) words = GM_OBLET_WORDS;
    m->scan_work += (int64_t)(words * 8);
    if (r->elem) {
        gm_mark_values(m, r->base, r->elem, r->n, from);
    } else {
        const uintptr_t *lo = (const uintptr_t *)r->base + from;
        gm_mark_conservative(m, lo, lo + words);
    }
}

static void mark_whole(const root *r) {
    gm_marker *m = gm_marker_get();
    if (!m) return;
    for (uint32_t i = 0; i < root_jobs(r); i++) mark_part(m, r, (size_t)i * GM_OBLET_WORDS);
    gm_marker_put(m);
}

static void add(root r) {
    gm_mutex_lock(&roots.lock);
    if (roots.count == roots.cap) {
        uint32_t cap = roots.cap ? roots.cap * 2 : 256;
        root *bigger = gm_persistent_alloc(cap * sizeof *bigger, 8);
        if (roots.count) memcpy(bigger, roots.list, roots.count * sizeof *bigger);
        roots.list = bigger;
        roots.cap = cap;
    }
    roots.list[roots.count++] = r;
    gm_mutex_unlock(&roots.lock);
    mark_whole(&r);
}

void gm_register_roots(void *base, const gm_type *elem, size_t n) {
    if (!elem->ptrdata || !n) return;
    add((root){.base = (uintptr_t)base, .elem = elem, .n = n});
}

void gm_register_roots_conservative(void *base, size_t bytes) {
    if (bytes >= 8) add((root){.base = (uintptr_t)base, .n = bytes});
}

static void blank(root *list, uint32_t count, void *base) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i].base == (uintptr_t)base) __atomic_store_n(&list[i].n, 0, __ATOMIC_SEQ_CST);
}

void gm_unregister_roots(void *base) {
    gm_mutex_lock(&roots.lock);
    for (uint32_t i = 0; i < roots.count; i++)
        if (roots.list[i].base == (uintptr_t)base) mark_whole(&roots.list[i]);
    blank(roots.list, roots.count, base);
    if (roots.cycle_list != roots.list) blank(roots.cycle_list, roots.cycle_count, base);
    gm_mutex_unlock(&roots.lock);
    while (__atomic_load_n(&roots.readers, __ATOMIC_SEQ_CST)) gm_os_pause();
}

uint64_t gm_roots_bytes(void) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < roots.count; i++) sum += root_bytes(&roots.list[i]);
    return sum;
}

uint32_t gm_roots_begin(void) {
    gm_mutex_lock(&roots.lock);
    uint32_t jobs = FIXED_JOBS, kept = 0;
    for (uint32_t i = 0; i < roots.count; i++) {
        if (roots.list[i].n == 0) continue;
        roots.list[kept] = roots.list[i];
        roots.list[kept].first_job = jobs;
        jobs += root_jobs(&roots.list[kept++]);
    }
    roots.count = roots.cycle_count = kept;
    roots.cycle_list = roots.list;
    roots.jobs = jobs;
    gm_mutex_unlock(&roots.lock);
    return jobs;
}

static const root *root_of_job(uint32_t job) {
    uint32_t lo = 0, hi = roots.cycle_count;
    while (hi - lo > 1) {
        uint32_t mid = (lo + hi) / 2;
        if (roots.cycle_list[mid].first_job <= job)
            lo = mid;
        else
            hi = mid;
    }
    return &roots.cycle_list[lo];
}

/* Either the entry is seen to be empty here, or whoever empties it sees a reader. */
static void mark_root_job(gm_marker *m, uint32_t job) {
    const root *entry = root_of_job(job);
    __atomic_fetch_add(&roots.readers, 1, __ATOMIC_SEQ_CST);
    root r = {.base = entry->base,
              .elem = entry->elem,
              .n = __atomic_load_n(&entry->n, __ATOMIC_SEQ_CST),
              .first_job = entry->first_job};
    mark_part(m, &r, (size_t)(job - r.first_job) * GM_OBLET_WORDS);
    __atomic_fetch_sub(&roots.readers, 1, __ATOMIC_SEQ_CST);
}

static void mark_stack_job(gm_marker *m, uint32_t job);

void gm_roots_mark(gm_marker *m, uint32_t job) {
    if (job >= roots.jobs) {
        mark_stack_job(m, job - roots.jobs);
    } else if (job == JOB_SPECIALS) {
        gm_specials_mark(m);
    } else if (job == JOB_FINALIZER_QUEUE) {
        gm_finalizer_queue_mark(m);
    } else if (job == JOB_POOLS) {
        gm_pools_mark(m);
    } else {
        mark_root_job(m, job);
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
    gm_up_stacks_job(job, mark_range, &w);
    count_stacks(&w);
}

uint32_t gm_stacks_begin(void) {
    stack_walk w = {.m = gm_marker_get()};
    gm_stack_bytes = 0;
    uint32_t jobs = gm_up_stacks_begin(mark_range, &w);
    count_stacks(&w);
    gm_marker_put(w.m);
    return jobs;
}

void gm_stacks_rest(void) {
    stack_walk w = {.m = gm_marker_get()};
    gm_up_stacks_rest(mark_range, &w);
    count_stacks(&w);
    gm_marker_put(w.m);
}

void gm_mark_stack(void (*walk)(void *stack, gm_range_fn *fn, void *arg), void *stack) {
    stack_walk w = {.m = gm_marker_get()};
    if (!w.m) gm_up_fatal("a stack was not scanned while marking");
    walk(stack, mark_range, &w);
    count_stacks(&w);
    gm_marker_put(w.m);
}
