/* freed.h - objects that were given back by hand and wait to be used again. See freed.c. */
#ifndef GM_HEAP_FREED_H
#define GM_HEAP_FREED_H

#include "heap/span.h"
#include "os/godebug.h"

/* Called before the first allocation. */
void gm_freed_init(void);
/* Puts the object that begins at obj on a list of c, this P's, if it is an easy one. False: it is not, for whatever
 * reason, or is on a list already; nothing was done. The second is the usual case alone, in place; what it refuses is for
 * the first. */
bool gm_freed_put(gm_mcache *c, void *obj);
static inline bool gm_freed_put_here(gm_mcache *c, void *obj);
/* An object of this P's list for the shape, as its run would give it: zeroed or marked dirty; raw: as it is.
 * While marking, marked. NULL: there is none. */
void *gm_freed_take(gm_mcache *c, uint32_t shape, bool raw);
/* The same for the usual case: the list is not empty, there is no reason for care, raw. */
static inline void *gm_freed_take_here(gm_freed *f);
/* The list is empty: gets another, if there is one. System stack. */
bool gm_freed_refill(gm_mcache *c, uint32_t shape);
/* Whether what the object says of itself looks as if it were on a list; and, the world stopped, whether it is. */
bool gm_freed_looks(const void *obj);
bool gm_freed_has(const void *obj);
/* World stopped: what was taken is counted in c->reused. */
void gm_freed_count(gm_mcache *c);
/* World stopped: all lists are forgotten. What was there is garbage for the sweep. */
void gm_freed_forget(void);
/* World stopped: calls fn for each object on a list. */
void gm_freed_each(void (*fn)(void *obj, void *arg), void *arg);

#pragma GCC visibility push(hidden)
/* Reasons for care, without which an object is easy if its shape is: spans that have specials (gc/special.c), marking,
 * clobberfree. Atomic. */
extern uint32_t gm_freed_care;
extern uintptr_t gm_freed_secret;
#pragma GCC visibility pop

/* --- in place ---
 *
 * Every instruction counts here: a program that gives back and takes in no order waits for memory, and the more of its work the
 * processor sees at once, the more memory it asks for at once. */

/* Somebody may be looking for pointers there. */
__attribute__((no_sanitize_thread)) static inline uintptr_t gm_freed_link(const void *obj) {
    return __atomic_load_n((const uintptr_t *)obj, __ATOMIC_RELAXED) ^ gm_freed_secret ^
           (uintptr_t)obj;
}

__attribute__((no_sanitize_thread)) static inline void gm_freed_set_link(void *obj,
                                                                         const void *next) {
    __atomic_store_n((uintptr_t *)obj, (uintptr_t)next ^ gm_freed_secret ^ (uintptr_t)obj,
                     __ATOMIC_RELAXED);
}

/* May be a link, but for one in 2^17 of other words: addresses have so many upper bits zero, and the secret has not. */
__attribute__((no_sanitize_thread)) static inline bool gm_freed_may_link(const void *obj) {
    return (__atomic_load_n((const uintptr_t *)obj, __ATOMIC_RELAXED) ^ gm_freed_secret) >> 47 == 0;
}

/* The shape of the small object that begins at obj; GM_SHAPE_NONE: there is none. */
static inline uint32_t gm_freed_shape(const void *obj) {
    uintptr_t off = (uintptr_t)obj - gm_heap_base;
    if (off >= gm_heap_bytes) return GM_SHAPE_NONE;
    uint64_t info = __atomic_load_n(&gm_page_info[off >> GM_PAGE_SHIFT], __ATOMIC_ACQUIRE);
    uint32_t shape = (uint32_t)(info >> 48);
    const gm_shape *sh = &gm_shapes[shape];
    uint64_t in_span = (off & (GM_PAGE_SIZE - 1)) | (info >> 32 & 0xff) << GM_PAGE_SHIFT;
    uint64_t index = in_span * sh->magic >> 32;
    return index * sh->size == in_span && index < sh->nelems ? shape : GM_SHAPE_NONE;
}

static inline void gm_freed_push(gm_freed *f, void *obj) {
    gm_freed_set_link(obj, f->head);
    f->head = obj;
    f->room--;
}

static inline void *gm_freed_pop(gm_freed *f) {
    void *obj = f->head;
    f->head = (void *)gm_freed_link(obj);
    f->room++;
    f->reused++;
    return obj;
}

GM_NO_SPLIT static inline __attribute__((always_inline)) bool gm_freed_put_here(gm_mcache *c,
                                                                                void *obj) {
    gm_freed *f = &c->freed[gm_freed_shape(obj)]; /* where there is no shape, there is no room */
    if (!f->room || gm_freed_may_link(obj) || __atomic_load_n(&gm_freed_care, __ATOMIC_RELAXED))
        return false;
    gm_freed_push(f, obj);
    return true;
}

GM_NO_SPLIT static inline __attribute__((always_inline)) void *gm_freed_take_here(gm_freed *f) {
    void *obj = gm_freed_pop(f);
    *(uintptr_t *)obj = 0; /* who gives it back unwritten is not suspected */
    return obj;
}

#endif
