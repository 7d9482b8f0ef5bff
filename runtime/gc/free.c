/* free.c - giving an object back by hand.
 *
 * Easy objects are free at once (heap/malloc.c); the others are left to the next sweep. Either way what
 * hangs on the object, finalizers and the like, is dropped, for which its span must be swept first.
 */
#include "gc/special.h"
#include "gc/sweep.h"
#include "heap/span.h"
#include "heap/mcache.h"
#include "os/fatal.h"
#include "upcall.h"

static __attribute__((noreturn)) void bad_free(const gm_span *s, const void *obj) {
    uint32_t i = s && s->state == GM_SPAN_HEAP ? gm_span_index(s, (uintptr_t)obj) : UINT32_MAX;
    bool freed = s && i < s->nelems && s->marks[i] == GM_MARK_FREED;
    gm_fatal(freed ? "gm_free: the object was given back before"
                   : "gm_free: not the beginning of an object");
}

/* Tiny objects share a block, which lives as long as any of them: left to the sweep, with whatever
 * hangs on the others. So are objects of mixed spans, which belong to a type. */
static void free_here(void *obj) {
    char *base = gm_find_object(obj, NULL);
    gm_span *s = gm_span_of((uintptr_t)obj);
    uint8_t kind = base ? gm_shapes[s->shape].kind : GM_SHAPE_KIND_NONE;
    if (kind == GM_SHAPE_KIND_NOSCAN && s->elem_size == GM_TINY_SIZE) return;
    if (!base || base != obj) bad_free(s, obj);
    gm_sweep_ensure(s);
    if (__atomic_load_n(&s->specials, __ATOMIC_RELAXED)) gm_specials_drop(s, (uintptr_t)base);
    if (kind == GM_SHAPE_KIND_MIXED) return;
    if (s->nelems == 1 && gm_shapes[s->shape].size == 0)
        gm_heap_free_large(s);
    else
        gm_heap_free_small(s, base);
}

void gm_free(void *obj) {
    gm_need_thread("gm_free");
    if (obj && obj != (void *)&gm_zerobase) gm_systemstack(free_here, obj);
}
