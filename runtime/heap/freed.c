/* freed.c - objects that were given back by hand (gm_free) and wait to be used again.
 *
 * A P keeps, for each shape, a list of them, chained through their first words, and takes from there when its run is
 * used up. A list that is full steps aside for another, and when that is full as well, a whole list goes to the
 * central of the shape, where other Ps find it: one thread may allocate what another frees.
 *
 * Nothing but the object's first word is written, no mark byte and no record of its span: to the collector, the object is
 * one that nothing refers to. Invariants:
 *
 *   - Lists live between two stops only: they are forgotten when marking begins and when it ends. So the sweep, which finds
 *     these objects dead and their slots free, never shares a slot with a list; and an object whose span is not swept
 *     yet was alive at the last mark, so its slot is not free for that sweep.
 *   - While a cycle marks, only objects without pointers come here: for others no list is opened then, and those that were
 *     are forgotten. They stay as they are until it ends: what they lead to was reachable when marking began, may be known by now to
 *     a scanned stack alone, and is found through them.
 *   - Objects with a trace callback never come here: it must not meet a first word that is a link. Nor do those of mixed
 *     spans, whose slots name a type.
 *
 * Whoever puts or takes works on the lists of a P, and must not be made to give way in between: no function here checks the
 * stack, but for what runs on the system stack.
 *
 * The first word is the link, mixed with a secret and the object's own address. A word that unmixes to a link is
 * a sign that the object is on a list already; whether it is, is looked up (free.c), for the program may have
 * written such a word.
 *
 * The usual case is done in place, in freed.h.
 */
#include "heap/freed.h"

#include <string.h>

#include "heap/central.h"
#include "heap/mcache.h"
#include "os/godebug.h"
#include "os/tls.h"
#include "upcall.h"

enum { LIST_BYTES = 64 << 10, LIST_MOST = 1024, LIST_LEAST = 8 };

uint32_t gm_freed_care;
uintptr_t gm_freed_secret;

void gm_freed_init(void) {
    if (gm_freed_secret) return;
    gm_freed_secret = (uintptr_t)gm_os_nanotime() * 0x9E3779B97F4A7C15u | (uintptr_t)1 << 63 | 1;
    if (gm_debug.clobberfree) __atomic_fetch_add(&gm_freed_care, 1, __ATOMIC_RELAXED);
}

GM_NO_SPLIT bool gm_freed_looks(const void *obj) {
    uintptr_t next = gm_freed_link(obj);
    return next == 0 || (next % 8 == 0 && gm_in_heap(next));
}

GM_NO_SPLIT static inline bool is_easy(const gm_shape *sh) {
    if (sh->kind == GM_SHAPE_KIND_NOSCAN) return true;
    if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) return false;
    if (sh->kind == GM_SHAPE_KIND_LAYOUT) return !sh->traced;
    return sh->kind == GM_SHAPE_KIND_MASK || sh->kind == GM_SHAPE_KIND_BITS;
}

GM_NO_SPLIT static __attribute__((noinline)) void clobber(void *obj, size_t size) {
    uint32_t *at = obj;
    for (size_t i = 0; i < size / 4; i++) at[i] = 0xdeadbeef;
}

typedef struct list {
    uint32_t shape;
    void *head;
} list;

static void hand_over(void *arg) {
    const list *l = arg;
    gm_central_put_freed(l->shape, l->head);
}

/* Not for a shape whose objects stay as they are until the next stop. */
GM_NO_SPLIT static void open_list(gm_mcache *c, uint32_t shape) {
    if (shape < GM_SHAPE_NOSCAN || !is_easy(&gm_shapes[shape])) return;
    uint32_t size = gm_shapes[shape].size, n = LIST_BYTES / size;
    n = n > LIST_MOST ? LIST_MOST : n < LIST_LEAST ? LIST_LEAST : n;
    if (size < 16) n = UINT32_MAX; /* no second word to chain lists by */
    c->freed[shape].limit = c->freed[shape].room = n;
    if (shape >= c->nruns) {
        c->nruns = shape + 1;
        c->runs[shape].size = size;
    }
}

/* The list is full, or was never used. False: it is not to be. */
GM_NO_SPLIT static __attribute__((noinline)) bool make_room(gm_mcache *c, uint32_t shape) {
    gm_freed *f = &c->freed[shape];
    if (!f->limit) {
        open_list(c, shape);
        return f->limit;
    }
    list over = {shape, f->full};
    f->full = f->head;
    f->head = NULL;
    f->room = f->limit;
    if (over.head) gm_systemstack(hand_over, &over);
    return true;
}

GM_NO_SPLIT bool gm_freed_put(gm_mcache *c, void *obj) {
    uint32_t shape = gm_freed_shape(obj);
    if (shape == GM_SHAPE_NONE || gm_freed_looks(obj)) return false;
    if (__atomic_load_n(&gm_freed_care, __ATOMIC_RELAXED)) {
        const gm_span *s = gm_span_of((uintptr_t)obj);
        if (__atomic_load_n(&s->specials, __ATOMIC_RELAXED)) return false;
    }
    gm_freed *f = &c->freed[shape];
    if (!f->room && !make_room(c, shape)) return false;
    if (__builtin_expect(gm_debug.clobberfree, 0)) clobber(obj, gm_shapes[shape].size);
    gm_freed_push(f, obj);
    return true;
}

/* --- taking --- */

bool gm_freed_refill(gm_mcache *c, uint32_t shape) {
    gm_freed *f = &c->freed[shape];
    void *list = f->full ? f->full : gm_central_take_freed(shape);
    if (!list) return false;
    if (!f->limit) open_list(c, shape); /* a thread that gives nothing back itself */
    f->head = list;
    f->full = NULL;
    f->room = 0;
    return true;
}

GM_NO_SPLIT static inline void mark(void *obj) {
    gm_span *s = gm_span_of((uintptr_t)obj);
    __atomic_store_n(&s->marks[gm_span_index(s, (uintptr_t)obj)], (uint8_t)gm_epoch_mark,
                     __ATOMIC_RELAXED);
}

/* Without a call for the usual sizes. The compiler would make one out of a plain loop. */
GM_NO_SPLIT static inline void clear(void *obj, size_t size) {
    if (size > GM_ZEROED_NOSCAN) {
        memset(obj, 0, size);
        return;
    }
    for (uint64_t *at = obj, *end = at + size / 8; at < end; at++) {
        *at = 0;
        __asm__ volatile("" : : : "memory");
    }
}

GM_NO_SPLIT void *gm_freed_take(gm_mcache *c, uint32_t shape, bool raw) {
    gm_freed *f = &c->freed[shape];
    if (!f->head) return NULL;
    void *obj = gm_freed_pop(f);
    const gm_shape *sh = &gm_shapes[shape];
    if (raw) {
        *(uintptr_t *)obj = 0; /* who gives it back unwritten is not suspected */
    } else if (sh->kind == GM_SHAPE_KIND_NOSCAN && sh->size > GM_ZEROED_NOSCAN) {
        *(uintptr_t *)obj = 0;
        c->runs[shape].dirty = 1;
    } else {
        clear(obj, sh->size);
    }
    if (__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) mark(obj);
    return obj;
}

/* --- all lists, the world stopped --- */

void gm_freed_count(gm_mcache *c) {
    for (uint32_t i = 0; i < c->nruns; i++) {
        c->reused[gm_shapes[i].class] += c->freed[i].reused;
        c->freed[i].reused = 0;
    }
}

/* The cache was flushed: so far as its shapes go, it is as good as new, and costs the next stop nothing if it is not used
 * until then. */
static void forget(gm_mcache *c, void *arg) {
    (void)arg;
    gm_freed_count(c);
    for (uint32_t i = 0; i < c->nruns; i++) {
        GM_ASSERT(!c->runs[i].span);
        c->freed[i] = (gm_freed){.head = NULL};
    }
    c->nruns = 0;
}

void gm_freed_forget(void) {
    gm_each_mcache(forget, NULL);
    gm_central_forget_freed();
}

typedef struct visit {
    void (*fn)(void *obj, void *arg);
    void *arg;
} visit;

static void each_of(void *list, void *arg) {
    visit *v = arg;
    for (void *obj = list, *next; obj; obj = next) {
        next = (void *)gm_freed_link(obj);
        v->fn(obj, v->arg);
    }
}

static void each_of_cache(gm_mcache *c, void *arg) {
    for (uint32_t i = 0; i < c->nruns; i++) {
        each_of(c->freed[i].head, arg);
        each_of(c->freed[i].full, arg);
    }
}

void gm_freed_each(void (*fn)(void *obj, void *arg), void *arg) {
    visit v = {fn, arg};
    gm_each_mcache(each_of_cache, &v);
    gm_central_each_freed(each_of, &v);
}

typedef struct search {
    const void *obj;
    bool found;
} search;

static void compare(void *obj, void *arg) {
    search *q = arg;
    if (obj == q->obj) q->found = true;
}

bool gm_freed_has(const void *obj) {
    search q = {obj, false};
    gm_freed_each(compare, &q);
    return q.found;
}
