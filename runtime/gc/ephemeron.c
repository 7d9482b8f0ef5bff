/* ephemeron.c - pairs whose value is reachable through them only as long as their key is reachable otherwise.
 *
 * An ephemeron is an object with a callback. Marking that comes to one looks at the key's mark. If it is set, the value
 * is marked, and the ephemeron has "fired"; else it waits. (The algorithm is that of Hayes, Ephemerons: a new finalization
 * mechanism, 1997, with the table by key of later implementations, so that chains of ephemerons, each key the value of
 * another, take linear time.)
 *
 * When nothing is left to mark but some wait, no marker being lent out, marking goes on in another manner: those that wait
 * are entered in a table by the mark byte of their key, and every marker looks up each object that it marks. Who enters one
 * looks at the key's mark again afterwards; who marks an object looks into the table afterwards; so one of the two sees the
 * other. When nothing is left then, the keys of those in the table that have not fired are dead. Nothing is done about that in
 * the stop: what an ephemeron says of itself, in which cycle it was seen last and fired last, tells who asks later.
 *
 * `number` counts cycles; it changes with the world stopped. An ephemeron that was seen in a cycle whose marking has ended, and
 * has not fired in it, is dead. One that was made since then (seen is 0) is alive.
 *
 * Lock: waiting.lock, a leaf.
 */
#include "gc/ephemeron.h"

#include <golem.h>

#include "gc/barrier.h"
#include "gc/layout.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "upcall.h"

struct gm_ephemeron {
    uintptr_t key, value;
    uint32_t seen, fired; /* cycles */
    gm_ephemeron *next;   /* of those that wait, or of the chain in the table */
};

enum { FEWEST_BUCKETS = 1024, STEP = 64 };

static uint32_t number;

static struct {
    gm_mutex lock;
    gm_ephemeron *first; /* atomic for looks */
    size_t count;
} waiting;

static struct {
    gm_ephemeron **buckets; /* a power of two */
    size_t cap;
    gm_ephemeron *few[FEWEST_BUCKETS]; /* when there is no memory for more */
} table;

/* --- keys --- */

/* The mark byte of the object that p points into; NULL: none, p is for ever. */
static uint8_t *mark_of(uintptr_t p) {
    gm_span *s = gm_span_of(p);
    if (!s || s->state != GM_SPAN_HEAP) return NULL;
    uint32_t i = gm_span_index(s, p);
    return i < s->nelems ? &s->marks[i] : NULL;
}

static bool is_marked(const uint8_t *mark) {
    return !mark || __atomic_load_n(mark, __ATOMIC_SEQ_CST) == (uint8_t)gm_epoch_mark;
}

static void fire(gm_marker *m, gm_ephemeron *e) {
    __atomic_store_n(&e->fired, number, __ATOMIC_RELEASE);
    gm_mark_word(m, __atomic_load_n(&e->value, __ATOMIC_RELAXED));
}

/* --- waiting, and the table --- */

static void let_wait(gm_ephemeron *e) {
    gm_mutex_lock(&waiting.lock);
    e->next = waiting.first;
    waiting.count++;
    __atomic_store_n(&waiting.first, e, __ATOMIC_RELEASE);
    gm_mutex_unlock(&waiting.lock);
}

bool gm_ephemerons_wait(void) {
    return __atomic_load_n(&waiting.first, __ATOMIC_ACQUIRE) != NULL;
}

void gm_ephemerons_watch(void) {
    size_t cap = FEWEST_BUCKETS;
    while (cap < waiting.count) cap *= 2;
    table.buckets = cap > FEWEST_BUCKETS ? gm_os_map(cap * sizeof *table.buckets) : NULL;
    table.cap = table.buckets ? cap : FEWEST_BUCKETS;
    if (!table.buckets) table.buckets = table.few;
}

static gm_ephemeron **bucket_of(const uint8_t *mark) {
    uint64_t h = (uintptr_t)mark * 0x9E3779B97F4A7C15u;
    return &table.buckets[(h >> 24) & (table.cap - 1)];
}

static void enter(gm_marker *m, gm_ephemeron *e) {
    const uint8_t *mark = mark_of(e->key);
    if (!is_marked(mark)) {
        gm_ephemeron **head = bucket_of(mark);
        e->next = __atomic_load_n(head, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(head, &e->next, e, false, __ATOMIC_SEQ_CST,
                                            __ATOMIC_RELAXED)) {
        }
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
    if (is_marked(mark)) fire(m, e);
}

static gm_ephemeron *take_some(void) {
    gm_mutex_lock(&waiting.lock);
    gm_ephemeron *first = waiting.first, *last = first;
    for (int i = 1; last && last->next && i < STEP; i++) last = last->next;
    if (last) {
        __atomic_store_n(&waiting.first, last->next, __ATOMIC_RELEASE);
        last->next = NULL;
    }
    gm_mutex_unlock(&waiting.lock);
    return first;
}

bool gm_ephemerons_step(gm_marker *m) {
    gm_ephemeron *some = take_some();
    for (gm_ephemeron *e = some, *next; e; e = next) {
        next = e->next;
        enter(m, e);
    }
    return some != NULL;
}

void gm_ephemerons_reached(gm_marker *m, const uint8_t *mark) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    gm_ephemeron *e = __atomic_load_n(bucket_of(mark), __ATOMIC_ACQUIRE);
    for (; e; e = e->next)
        if (mark_of(e->key) == mark && __atomic_load_n(&e->fired, __ATOMIC_RELAXED) != number)
            fire(m, e);
}

void gm_ephemerons_begin(void) {
    if (++number == 0) number = 1;                            /* 0 is never */
    __atomic_store_n(&waiting.first, NULL, __ATOMIC_RELAXED); /* a late worker may look */
    waiting.count = 0;
}

void gm_ephemerons_end(void) {
    if (table.buckets && table.buckets != table.few)
        gm_os_unmap(table.buckets, table.cap * sizeof *table.buckets);
    else if (table.buckets)
        for (size_t i = 0; i < FEWEST_BUCKETS; i++) table.few[i] = NULL;
    table.buckets = NULL;
}

/* --- one ephemeron --- */

static bool is_dead(const gm_ephemeron *e) {
    uint32_t seen = __atomic_load_n(&e->seen, __ATOMIC_ACQUIRE);
    if (seen == 0 || __atomic_load_n(&e->fired, __ATOMIC_ACQUIRE) == seen) return false;
    return seen != number || !__atomic_load_n(&gm_marking, __ATOMIC_RELAXED);
}

/* A look that changes nothing (reach.c). */
static void look(gm_marker *m, const gm_ephemeron *e) {
    if (!is_dead(e)) gm_mark_word(m, e->value);
}

/* Several markers may come to one; one of them goes on. Who died in an earlier cycle is emptied before it counts as seen
 * in this one. */
static void visit(const void *obj, size_t size, gm_tracer *tracer) {
    gm_ephemeron *e = (gm_ephemeron *)obj;
    gm_marker *m = gm_tracer_marker(tracer);
    (void)size;
    if (!m) return;
    if (gm_check_arena) {
        look(m, e);
        return;
    }
    uint32_t seen = __atomic_load_n(&e->seen, __ATOMIC_ACQUIRE);
    if (seen == number) return;
    if (is_dead(e)) {
        __atomic_store_n(&e->key, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&e->value, 0, __ATOMIC_RELAXED);
    }
    if (!__atomic_compare_exchange_n(&e->seen, &seen, number, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_RELAXED))
        return;
    uintptr_t key = __atomic_load_n(&e->key, __ATOMIC_RELAXED);
    if (!key) return;
    if (is_marked(mark_of(key)))
        fire(m, e);
    else
        let_wait(e);
}

static const gm_layout ephemeron_layout = {.trace = visit};
static const gm_type ephemeron_type = {.size = sizeof(gm_ephemeron),
                                       .ptrdata = sizeof(gm_ephemeron),
                                       .tflag = GM_TFLAG_C | GM_TFLAG_LAYOUT,
                                       .align = 8,
                                       .field_align = 8,
                                       .kind = GM_STRUCT,
                                       .gcdata = &ephemeron_layout};

gm_ephemeron *gm_ephemeron_new(void *key, void *value) {
    gm_need_thread("gm_ephemeron_new");
    GM_INSIDE();
    gm_ephemeron *e = gm_new(&ephemeron_type);
    gm_shade(key);
    gm_shade(value);
    __atomic_store_n(&e->value, (uintptr_t)value, __ATOMIC_RELAXED);
    __atomic_store_n(&e->key, (uintptr_t)key, __ATOMIC_RELEASE);
    return e;
}

/* What is handed out is reachable from now on, by a stack that may have been scanned. */
static void *hand_out(const gm_ephemeron *e, const uintptr_t *part) {
    if (is_dead(e)) return NULL;
    void *p = (void *)__atomic_load_n(part, __ATOMIC_ACQUIRE);
    if (!__atomic_load_n(&e->key, __ATOMIC_RELAXED)) return NULL;
    gm_shade(p);
    return p;
}

void *gm_ephemeron_key(const gm_ephemeron *e) {
    gm_need_thread("gm_ephemeron_key");
    GM_INSIDE();
    return hand_out(e, &e->key);
}

void *gm_ephemeron_value(const gm_ephemeron *e) {
    gm_need_thread("gm_ephemeron_value");
    GM_INSIDE();
    return hand_out(e, &e->value);
}

void gm_ephemeron_set(gm_ephemeron *e, void *value) {
    gm_need_thread("gm_ephemeron_set");
    GM_INSIDE();
    gm_shade(value);
    __atomic_store_n(&e->value, (uintptr_t)value, __ATOMIC_RELEASE);
}
