/* tracebuf.c - the memory of an execution trace: blocks of events, and whose they are.
 *
 * Each thread fills a block of its own, without a lock, and hands it over when it is full; so does who ends a generation for all, with the
 * world stopped. Handed over, a block is one batch of the trace: its head is written before its events, where room was left for it.
 * Blocks wait in the queue of their generation until the reader has taken them, and are then used again; they are mapped
 * by themselves, and never given back: a trace that nobody reads grows.
 *
 * A thread of the scheduler finds its record through its gm_m, other threads through a variable of their own. Records serve one trace
 * and are then free for the next.
 */
#include "observe/exectrace.h"

#include <string.h>

#include "heap/heap.h"
#include "os/fatal.h"
#include "os/os.h"
#include "os/tls.h"
#include "sched/timer.h"

gm_mutex gm_trace_lock;
uint32_t gm_trace_gen, gm_trace_session;
bool gm_trace_all_locked;

enum { EVENT_BATCH = 1, MAX_VARINT = 10 };

static gm_trace_thread *threads;
static gm_spin free_lock; /* a leaf */
static gm_trace_block *free_blocks;

/* What generation g has to be written stands in queue[g % 2]: the last one is read while the next one fills. */
static struct { gm_trace_block *first, *last; } queue[2];

/* --- blocks --- */

gm_trace_block *gm_trace_block_new(void) {
    gm_spin_lock(&free_lock);
    gm_trace_block *b = free_blocks;
    if (b) free_blocks = b->next;
    gm_spin_unlock(&free_lock);
    if (!b) b = gm_os_map(sizeof *b);
    if (!b) gm_fatal("out of memory (execution trace)");
    b->next = NULL;
    b->start = GM_TRACE_HEAD;
    b->n = 0;
    b->thread = UINT64_MAX;
    b->began = 0;
    return b;
}

static void put_head(gm_trace_block *b, uint32_t gen) {
    uint8_t head[1 + 4 * MAX_VARINT], *to = head;
    *to++ = EVENT_BATCH;
    to = gm_trace_number(to, gen);
    to = gm_trace_number(to, b->thread);
    to = gm_trace_number(to, b->began);
    to = gm_trace_number(to, b->n);
    uint32_t n = (uint32_t)(to - head);
    b->start -= n;
    b->n += n;
    memcpy(b->bytes + b->start, head, n);
}

void gm_trace_hand_over(gm_trace_block *b, uint32_t gen) {
    if (b->began) put_head(b, gen);
    b->next = NULL;
    if (queue[gen % 2].last)
        queue[gen % 2].last->next = b;
    else
        queue[gen % 2].first = b;
    queue[gen % 2].last = b;
}

gm_trace_block *gm_trace_first(uint32_t gen) {
    return queue[gen % 2].first;
}

void gm_trace_block_free(gm_trace_block *b) {
    gm_spin_lock(&free_lock);
    b->next = free_blocks;
    free_blocks = b;
    gm_spin_unlock(&free_lock);
}

void gm_trace_take(uint32_t gen) {
    gm_trace_block *b = queue[gen % 2].first;
    queue[gen % 2].first = b->next;
    if (!b->next) queue[gen % 2].last = NULL;
    gm_trace_block_free(b);
}

void gm_trace_flush_all(void) {
    for (gm_trace_thread *t = threads; t; t = t->next) {
        if (t->block) gm_trace_hand_over(t->block, gm_trace_gen);
        t->block = NULL;
    }
}

/* --- threads --- */

static gm_trace_thread *record_for(uint64_t id) {
    gm_trace_thread *t = threads;
    while (t && t->session == gm_trace_session) t = t->next;
    if (!t) {
        t = gm_persistent_alloc(sizeof *t, 8);
        t->next = threads;
        threads = t;
    }
    *t = (gm_trace_thread){.next = t->next, .id = id, .session = gm_trace_session};
    return t;
}

static bool serves(const gm_trace_thread *t, uint64_t id) {
    return t && t->session == gm_trace_session && t->id == id;
}

gm_trace_thread *gm_trace_thread_of(gm_m *m) {
    if (!serves(m->trace, (uint64_t)m->tid)) m->trace = record_for((uint64_t)m->tid);
    return m->trace;
}

gm_trace_thread *gm_trace_threads(void) {
    return threads;
}

gm_trace_thread *gm_trace_here(bool locked) {
    static __thread gm_trace_thread *outside;
    static __thread int outside_id;
    gm_m *m = gm_getm();
    if (!m && !outside_id) outside_id = gm_os_thread_id();
    gm_trace_thread *t = m ? m->trace : outside;
    uint64_t id = (uint64_t)(m ? m->tid : outside_id);
    if (serves(t, id)) return t;
    if (!locked) gm_mutex_lock(&gm_trace_lock);
    t = record_for(id);
    if (!locked) gm_mutex_unlock(&gm_trace_lock);
    if (m)
        m->trace = t;
    else
        outside = t;
    return t;
}

/* --- events --- */

uint8_t *gm_trace_begin_event(gm_trace_thread *t, uint8_t type) {
    gm_trace_block *b = t->block;
    bool locked = t->locked || gm_trace_all_locked;
    uint64_t when = t->now ? t->now : (uint64_t)gm_os_nanotime();
    if (b && b->n + GM_TRACE_MOST > GM_TRACE_BLOCK) {
        if (!locked) gm_mutex_lock(&gm_trace_lock);
        gm_trace_hand_over(b, gm_trace_gen);
        if (!locked) gm_mutex_unlock(&gm_trace_lock);
        b = NULL;
    }
    if (!b) {
        b = t->block = gm_trace_block_new();
        b->thread = t->id;
        if (when < t->last) when = t->last;
        b->began = t->last = when;
    }
    if (when < t->last) when = t->last;
    uint8_t *to = b->bytes + b->start + b->n;
    *to++ = type;
    to = gm_trace_number(to, when - t->last);
    t->last = when;
    return to;
}

void gm_trace_end_event(gm_trace_thread *t, const uint8_t *to) {
    t->block->n = (uint32_t)(to - (t->block->bytes + t->block->start));
}
