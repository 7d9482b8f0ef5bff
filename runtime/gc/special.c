/* special.c - finalizers, cleanups, weak pointers, pins, samples: records that hang on single objects.
 *
 * A span's records are chained in order of address, under a lock that it shares with few other spans (lock_of): so
 * whoever sets a finalizer waits for no more than the work on one span, and markers and sweepers do not meet. Spans
 * that have records are chained, too; this list, the marking's place in it, the queue and free records are behind
 * one lock, held for a few instructions. It comes after the locks of spans. Only spans with records ever take any.
 *
 * Marking treats what a finalizer needs as roots: its function and argument, and everything that
 * the object leads to, but not the object itself. So an object whose finalizer may run is complete
 * when it runs; of two objects with finalizers of which one leads to the other only the first is
 * found dead; and a ring of such objects keeps itself alive and is never finalised.
 *
 * Sweeping finds the dead object. Its weak pointers are cleared. If it has a finalizer, the record
 * moves to the queue and the object is marked after all: it lives until a later cycle finds it dead
 * without a finalizer. If it has none, its cleanups are queued and it is free.
 *
 * The queue is run by one goroutine of the runtime, in the order of queueing.
 */
#include "gc/barrier.h"
#include "gc/gc.h"
#include "gc/marker.h"
#include "gc/special.h"
#include "gc/sweep.h"
#include "heap/fixalloc.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/inside.h"
#include "os/fatal.h"
#include "sched/sched.h"
#include "upcall.h"

enum special_kind { C_FINALIZER, GO_FINALIZER, C_CLEANUP, WEAK, PIN, SAMPLE, TAG };

struct gm_weak {
    uintptr_t hidden; /* complement of the address; 0: gone */
};

struct gm_special {
    gm_special *next;
    uintptr_t obj;
    enum special_kind kind;
    void (*fn)();
    void *arg; /* argument; Go: the func value; weak: the gm_weak */
    const gm_type *obj_type, *arg_type;
    uint64_t count; /* pins; the tag; of a cleanup that is stopped by it: its number */
};

static struct {
    gm_mutex lock;
    gm_span *spans; /* that have records */
    gm_span *
        cursor; /* the next that a marker takes; what is chained in front of it marks its own needs */
    gm_fixalloc records;
    gm_special *queue, **queue_end;
    gm_special *running;
    bool scheduled;
} specials = {.lock = GM_MUTEX(GM_RANK_SPECIAL_LIST),
              .queue_end = &specials.queue,
              .records = GM_FIXALLOC(gm_special, next)};

enum { SHARDS = 64 };
static gm_mutex shards[SHARDS] = {[0 ... SHARDS - 1] = GM_MUTEX(GM_RANK_SPECIALS)};

static gm_mutex *lock_of(const gm_span *s) {
    return &shards[(s->base >> GM_PAGE_SHIFT) % SHARDS];
}

/* --- lists. The span is locked. --- */

static gm_special *record_new(void) {
    gm_mutex_lock(&specials.lock);
    gm_special *r = gm_fixalloc_take(&specials.records);
    gm_mutex_unlock(&specials.lock);
    return r;
}

static void record_drop(gm_special *r) {
    *r = (gm_special){0};
    gm_mutex_lock(&specials.lock);
    gm_fixalloc_give(&specials.records, r);
    gm_mutex_unlock(&specials.lock);
}

static void chain_span(gm_span *s) {
    if (s->on_special_list) return;
    s->on_special_list = 1;
    __atomic_fetch_add(&gm_freed_care, 1, __ATOMIC_RELAXED);
    gm_mutex_lock(&specials.lock);
    s->special_prev = NULL;
    s->special_next = specials.spans;
    if (specials.spans) specials.spans->special_prev = s;
    specials.spans = s;
    gm_mutex_unlock(&specials.lock);
}

static void unchain_if_empty(gm_span *s) {
    if (s->specials || !s->on_special_list) return;
    s->on_special_list = 0;
    __atomic_fetch_sub(&gm_freed_care, 1, __ATOMIC_RELAXED);
    gm_mutex_lock(&specials.lock);
    if (specials.cursor == s) specials.cursor = s->special_next;
    if (s->special_next) s->special_next->special_prev = s->special_prev;
    if (s->special_prev)
        s->special_prev->special_next = s->special_next;
    else
        specials.spans = s->special_next;
    gm_mutex_unlock(&specials.lock);
}

static void insert(gm_span *s, gm_special *r) {
    gm_special **at = &s->specials;
    while (*at && (*at)->obj <= r->obj) at = &(*at)->next;
    r->next = *at;
    *at = r;
    chain_span(s);
}

static bool is_finalizer(const gm_special *r) {
    return r->kind <= GO_FINALIZER;
}

static gm_special *find(gm_span *s, uintptr_t obj, bool (*is)(const gm_special *)) {
    for (gm_special *r = s->specials; r && r->obj <= obj; r = r->next)
        if (r->obj == obj && is(r)) return r;
    return NULL;
}

static void take_out(gm_span *s, gm_special *r) {
    gm_special **at = &s->specials;
    while (*at && *at != r) at = &(*at)->next;
    if (*at) *at = r->next;
    unchain_if_empty(s);
}

static void enqueue(gm_special *r) {
    r->next = NULL;
    gm_mutex_lock(&specials.lock);
    __atomic_store_n(specials.queue_end, r, __ATOMIC_RELAXED);
    specials.queue_end = &r->next;
    gm_mutex_unlock(&specials.lock);
}

/* --- adding --- */

/* While a cycle marks, what the new record needs is marked now: its roots may have been done. */
static void mark_needs(gm_marker *m, const gm_special *r) {
    switch (r->kind) {
    case SAMPLE: return; /* its argument is outside the heap */
    case C_FINALIZER:
    case GO_FINALIZER: gm_mark_contents(m, (uintptr_t)gm_find_object((void *)r->obj, NULL)); break;
    case PIN: gm_mark_word(m, r->obj); break;
    default: break;
    }
    if (gm_find_object(r->arg, NULL)) gm_mark_word(m, (uintptr_t)r->arg);
}

static void mark_needs_now(const gm_special *r) {
    gm_marker *m = gm_marker_get();
    if (!m) return;
    mark_needs(m, r);
    gm_marker_put(m);
}

static void add(gm_span *s, gm_special *r) {
    insert(s, r);
    mark_needs_now(r);
}

/* Taken back by the program. The record was a root when the cycle began, and what it led to may be
 * held by now by a stack that has been scanned, without the barrier, because it came from C's memory. */
static void forget(gm_special *r) {
    mark_needs_now(r);
    record_drop(r);
}

/* The span of a live object that begins at obj (or, tiny objects, contains it), swept; or NULL. */
static gm_span *span_of_object(void *obj) {
    size_t size;
    char *base = gm_find_object(obj, &size);
    if (!base) return NULL;
    gm_span *s = gm_span_of((uintptr_t)base);
    bool shared_block = size == GM_TINY_SIZE && gm_shapes[s->shape].kind == GM_SHAPE_KIND_NOSCAN;
    if (base != obj && !shared_block) return NULL;
    gm_sweep_ensure(s);
    return s;
}

static bool set_finalizer(void *obj, gm_special fresh) {
    gm_span *s = span_of_object(obj);
    if (!s) return false;
    fresh.obj = (uintptr_t)obj;
    gm_mutex_lock(lock_of(s));
    bool ok = !find(s, fresh.obj, is_finalizer);
    if (ok) {
        gm_special *r = record_new();
        *r = fresh;
        add(s, r);
    }
    gm_mutex_unlock(lock_of(s));
    return ok;
}

bool gm_set_finalizer(void *obj, void (*fn)(void *, void *), void *arg) {
    gm_need_thread("gm_set_finalizer");
    GM_INSIDE();
    if (!fn) {
        gm_clear_finalizer(obj);
        return true;
    }
    return set_finalizer(obj, (gm_special){.kind = C_FINALIZER, .fn = (void (*)())fn, .arg = arg});
}

bool gm_set_go_finalizer(void *obj, const gm_type *obj_type, const void *f, const gm_type *arg_type,
                         gm_go_finalizer_call *call) {
    return set_finalizer(obj, (gm_special){.kind = GO_FINALIZER,
                                           .fn = (void (*)())call,
                                           .arg = (void *)f,
                                           .obj_type = obj_type,
                                           .arg_type = arg_type});
}

void gm_clear_finalizer(void *obj) {
    gm_need_thread("gm_clear_finalizer");
    GM_INSIDE();
    gm_span *s = span_of_object(obj);
    if (!s) return;
    gm_mutex_lock(lock_of(s));
    gm_special *r = find(s, (uintptr_t)obj, is_finalizer);
    if (r) {
        take_out(s, r);
        forget(r);
    }
    gm_mutex_unlock(lock_of(s));
}

gm_cleanup *gm_add_cleanup(void *obj, void (*fn)(void *arg), void *arg) {
    gm_need_thread("gm_add_cleanup");
    GM_INSIDE();
    void *base = gm_find_object(obj, NULL);
    if (!base) return NULL;
    gm_span *s = gm_span_of((uintptr_t)base);
    gm_sweep_ensure(s);
    gm_mutex_lock(lock_of(s));
    gm_special *r = record_new();
    *r = (gm_special){.kind = C_CLEANUP, .obj = (uintptr_t)obj, .fn = (void (*)())fn, .arg = arg};
    add(s, r);
    gm_mutex_unlock(lock_of(s));
    return r;
}

void gm_cleanup_stop(void *obj, gm_cleanup *c) {
    gm_need_thread("gm_cleanup_stop");
    GM_INSIDE();
    gm_span *s = gm_span_of((uintptr_t)obj);
    if (!s) return;
    gm_mutex_lock(lock_of(s));
    for (gm_special *r = s->specials; r; r = r->next) {
        if (r != c || r->obj != (uintptr_t)obj) continue;
        take_out(s, r);
        forget(r);
        break;
    }
    gm_mutex_unlock(lock_of(s));
}

/* A record may be used again: who may come to stop a cleanup late knows it by a number. */
uint64_t gm_add_numbered_cleanup(void *obj, void (*fn)(void *arg), void *arg) {
    static uint64_t numbers;
    gm_special *r = gm_add_cleanup(obj, fn, arg);
    return r ? r->count = __atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED) : 0;
}

void gm_numbered_cleanup_stop(void *obj, uint64_t number) {
    gm_span *s = gm_span_of((uintptr_t)obj);
    if (!s) return;
    gm_mutex_lock(lock_of(s));
    gm_special *r = s->specials;
    while (r && !(r->kind == C_CLEANUP && r->obj == (uintptr_t)obj && r->count == number))
        r = r->next;
    if (r) {
        take_out(s, r);
        forget(r);
    }
    gm_mutex_unlock(lock_of(s));
}

/* --- weak pointers --- */

static bool is_weak(const gm_special *r) {
    return r->kind == WEAK;
}

gm_weak *gm_weak_make(void *obj) {
    gm_need_thread("gm_weak_make");
    GM_INSIDE();
    void *base = gm_find_object(obj, NULL);
    if (!base) return NULL;
    gm_weak *fresh = gm_noscan(GM_TINY_SIZE); /* not shared with other tiny objects */
    fresh->hidden = ~(uintptr_t)obj;
    gm_span *s = gm_span_of((uintptr_t)base);
    gm_sweep_ensure(s);
    gm_mutex_lock(lock_of(s));
    gm_special *r = find(s, (uintptr_t)obj, is_weak);
    if (!r) {
        r = record_new();
        *r = (gm_special){.kind = WEAK, .obj = (uintptr_t)obj, .arg = fresh};
        add(s, r);
    }
    gm_weak *w = r->arg;
    gm_mutex_unlock(lock_of(s));
    return w;
}

void *gm_weak_get(gm_weak *w) {
    gm_need_thread("gm_weak_get");
    GM_INSIDE();
    uintptr_t hidden = __atomic_load_n(&w->hidden, __ATOMIC_ACQUIRE);
    if (!hidden) return NULL;
    void *obj = (void *)~hidden;
    gm_span *s = gm_span_of((uintptr_t)obj);
    if (!s) return NULL;
    /* A dead object stays in place until its span is swept, which clears the handle. */
    gm_sweep_ensure(s);
    if (!__atomic_load_n(&w->hidden, __ATOMIC_ACQUIRE)) return NULL;
    gm_shade(obj);
    return obj;
}

/* --- pins --- */

static bool is_pin(const gm_special *r) {
    return r->kind == PIN;
}

static gm_span *span_of_pin(void *obj) {
    void *base = gm_find_object(obj, NULL);
    if (!base) gm_fatal("gm_pin_object: not an object");
    gm_span *s = gm_span_of((uintptr_t)base);
    gm_sweep_ensure(s);
    return s;
}

void gm_pin_object(void *obj) {
    gm_need_thread("gm_pin_object");
    GM_INSIDE();
    gm_span *s = span_of_pin(obj);
    gm_mutex_lock(lock_of(s));
    gm_special *r = find(s, (uintptr_t)obj, is_pin);
    if (!r) {
        r = record_new();
        *r = (gm_special){.kind = PIN, .obj = (uintptr_t)obj};
        add(s, r);
    }
    r->count++;
    gm_mutex_unlock(lock_of(s));
}

/* The pointer may have come from where the collector does not look, after the stacks were looked
 * at; so, while a cycle marks, the pin goes on to its end. */
void gm_unpin_object(void *obj) {
    gm_need_thread("gm_unpin_object");
    GM_INSIDE();
    gm_span *s = span_of_pin(obj);
    gm_shade(obj);
    gm_mutex_lock(lock_of(s));
    gm_special *r = find(s, (uintptr_t)obj, is_pin);
    bool pinned = r != NULL;
    if (r && --r->count == 0) {
        take_out(s, r);
        record_drop(r);
    }
    gm_mutex_unlock(lock_of(s));
    if (!pinned) gm_fatal("gm_unpin_object: not pinned");
}

/* --- samples --- */

void gm_special_sample(void *obj, void (*freed)(void *arg), void *arg) {
    gm_span *s = gm_span_of((uintptr_t)obj);
    gm_mutex_lock(lock_of(s));
    gm_special *r = record_new();
    *r = (gm_special){.kind = SAMPLE, .obj = (uintptr_t)obj, .fn = (void (*)())freed, .arg = arg};
    insert(s, r);
    gm_mutex_unlock(lock_of(s));
}

static void sample_freed(gm_special *r) {
    ((void (*)(void *))r->fn)(r->arg);
    record_drop(r);
}

/* --- tags --- */

static bool is_tag(const gm_special *r) {
    return r->kind == TAG;
}

uint64_t gm_object_tag(void *obj, uint64_t number, bool set) {
    void *base = gm_find_object(obj, NULL);
    if (!base) return 0;
    gm_span *s = gm_span_of((uintptr_t)base);
    gm_sweep_ensure(s);
    gm_mutex_lock(lock_of(s));
    gm_special *r = find(s, (uintptr_t)obj, is_tag);
    uint64_t tag = r ? r->count : set ? number : 0;
    if (!r && tag) {
        r = record_new();
        *r = (gm_special){.kind = TAG, .obj = (uintptr_t)obj, .count = tag};
        insert(s, r);
    } else if (r && set && !number) {
        take_out(s, r);
        record_drop(r);
        tag = 0;
    }
    gm_mutex_unlock(lock_of(s));
    return tag;
}

/* --- marking --- */

void gm_specials_begin(void) {
    gm_mutex_lock(&specials.lock);
    specials.cursor = specials.spans;
    gm_mutex_unlock(&specials.lock);
}

/* The next span, locked, or NULL. It cannot leave the list before that, for the list is locked, too: hence the trying. */
static gm_span *next_span(void) {
    for (;; gm_os_pause()) {
        gm_mutex_lock(&specials.lock);
        gm_span *s = specials.cursor;
        bool ok = !s || gm_mutex_trylock(lock_of(s));
        if (s && ok) specials.cursor = s->special_next;
        gm_mutex_unlock(&specials.lock);
        if (ok) return s;
    }
}

void gm_specials_mark(gm_marker *m) {
    for (gm_span *s; (s = next_span());) {
        for (gm_special *r = s->specials; r; r = r->next) mark_needs(m, r);
        gm_mutex_unlock(lock_of(s));
    }
}

void gm_specials_each(void (*fn)(void *arg, uintptr_t obj, gm_marker *m), gm_marker *m, void *arg) {
    gm_specials_begin();
    for (gm_span *s; (s = next_span());) {
        for (gm_special *r = s->specials; r; r = r->next) {
            mark_needs(m, r);
            fn(arg, r->obj, m);
        }
        gm_mutex_unlock(lock_of(s));
    }
}

static void mark_queued(gm_marker *m, const gm_special *r) {
    gm_mark_word(m, (uintptr_t)r->arg);
    if (is_finalizer(r)) gm_mark_word(m, r->obj);
}

void gm_finalizer_queue_mark(gm_marker *m) {
    gm_mutex_lock(&specials.lock);
    if (specials.running) mark_queued(m, specials.running);
    for (gm_special *r = specials.queue; r; r = r->next) mark_queued(m, r);
    gm_mutex_unlock(&specials.lock);
}

/* --- sweeping --- */

static bool has_finalizer(const gm_span *s, const gm_special *from, uint32_t slot) {
    for (; from && gm_span_index(s, from->obj) == slot; from = from->next)
        if (is_finalizer(from)) return true;
    return false;
}

/* One record of a dead object. True: it is done with on this span. */
static bool sweep_record(gm_special *r, bool kept) {
    if (r->kind == WEAK) {
        __atomic_store_n(&((gm_weak *)r->arg)->hidden, 0, __ATOMIC_RELEASE);
        record_drop(r);
        return true;
    }
    if (r->kind == TAG) {
        if (!kept) record_drop(r);
        return !kept;
    }
    if (kept != is_finalizer(r)) return false;
    if (r->kind == SAMPLE)
        sample_freed(r);
    else
        enqueue(r);
    return true;
}

void gm_specials_sweep(gm_span *s, uint8_t epoch) {
    gm_mutex_lock(lock_of(s));
    gm_special **at = &s->specials;
    uint32_t slot = UINT32_MAX;
    bool dead = false, kept = false;
    while (*at) {
        gm_special *r = *at;
        uint32_t i = gm_span_index(s, r->obj);
        if (i != slot) {
            slot = i;
            dead = s->marks[i] != epoch;
            kept = dead && has_finalizer(s, r, i);
            if (kept) s->marks[i] = epoch;
        }
        gm_special *next = r->next;
        if (dead && sweep_record(r, kept))
            *at = next;
        else
            at = &r->next;
    }
    unchain_if_empty(s);
    gm_mutex_unlock(lock_of(s));
}

void gm_specials_drop(gm_span *s, uintptr_t obj) {
    gm_mutex_lock(lock_of(s));
    uint32_t slot = gm_span_index(s, obj);
    gm_special **at = &s->specials;
    while (*at) {
        gm_special *r = *at;
        if (gm_span_index(s, r->obj) != slot) {
            at = &r->next;
            continue;
        }
        *at = r->next;
        if (r->kind == WEAK) __atomic_store_n(&((gm_weak *)r->arg)->hidden, 0, __ATOMIC_RELEASE);
        if (r->kind == SAMPLE)
            sample_freed(r);
        else
            record_drop(r);
    }
    unchain_if_empty(s);
    gm_mutex_unlock(lock_of(s));
}

/* --- running --- */

static void call(const gm_special *r) {
    switch (r->kind) {
    case C_FINALIZER: ((void (*)(void *, void *))r->fn)((void *)r->obj, r->arg); break;
    case C_CLEANUP: ((void (*)(void *))r->fn)(r->arg); break;
    case GO_FINALIZER:
        ((gm_go_finalizer_call *)r->fn)(r->arg, r->arg_type, r->obj_type, (void *)r->obj);
        break;
    default: break;
    }
}

static gm_special *next_queued(gm_special *done) {
    gm_mutex_lock(&specials.lock);
    gm_special *r = specials.queue;
    if (r) {
        __atomic_store_n(&specials.queue, r->next, __ATOMIC_RELAXED);
        if (!specials.queue) specials.queue_end = &specials.queue;
    }
    specials.running = r;
    if (!r) specials.scheduled = false;
    gm_mutex_unlock(&specials.lock);
    if (done) record_drop(done);
    return r;
}

static void run_queue(void *arg) {
    (void)arg;
    for (gm_special *r = next_queued(NULL); r; r = next_queued(r)) GM_CALL_OUT(call(r));
}

void gm_finalizers_kick(void) {
    if (!__atomic_load_n(&specials.queue, __ATOMIC_RELAXED)) return;
    gm_mutex_lock(&specials.lock);
    bool start = specials.queue && !specials.scheduled;
    if (start) specials.scheduled = true;
    gm_mutex_unlock(&specials.lock);
    if (start) gm_go_start_system(run_queue, NULL);
}

bool gm_finalizers_idle(void) {
    gm_mutex_lock(&specials.lock);
    bool idle = !specials.queue && !specials.scheduled;
    gm_mutex_unlock(&specials.lock);
    return idle;
}

/* The goroutine that ran finalizers is gone, unless one of them forks. What it was about to call is not called. */
void gm_finalizers_child(void) {
    const gm_g *g = gm_getg();
    if (!g || g->fn != run_queue) specials.scheduled = false;
}
