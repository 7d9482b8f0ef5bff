/* free.c - giving an object back by hand.
 *
 * Easy objects go on a list of the P (heap/freed.c), without a change of stacks. What is left comes here: large
 * objects, which are free at once; objects on which something hangs, which is dropped first, for which their span must be
 * swept; mistakes. What must stay as it is for the collector's sake (freed.c says which) is left to the next collection,
 * to which it is an object like any other that nothing refers to.
 */
#include "gc/special.h"
#include "gc/sweep.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/span.h"
#include "os/fatal.h"
#include "os/inside.h"
#include "sched/world.h"
#include "upcall.h"

static void no_object(const void *obj) {
    gm_os_printf("golem: gm_free of %p\n", obj);
    gm_fatal("gm_free: not the beginning of an object");
}

static void look_for_it(const void *obj) {
    gm_world_stop("looking for an object given back twice");
    bool found = gm_freed_has(obj);
    gm_world_start();
    if (found) gm_fatal("gm_free: the object was given back before");
}

static void free_here(void *obj) {
    char *base = gm_find_object(obj, NULL);
    if (!base || base != obj) no_object(obj);
    gm_span *s = gm_span_of((uintptr_t)obj);
    bool is_large = s->nelems == 1 && gm_shapes[s->shape].size == 0;
    if (!is_large && gm_freed_looks(obj)) {
        look_for_it(obj);
        return; /* a word of the program's own, by chance: left to the next collection */
    }
    gm_sweep_ensure(s);
    if (__atomic_load_n(&s->specials, __ATOMIC_RELAXED)) gm_specials_drop(s, (uintptr_t)base);
    if (!is_large)
        gm_freed_put((gm_mcache *)gm_getp(), obj);
    else if (!__atomic_load_n(&gm_marking, __ATOMIC_RELAXED)) /* else a marker may be inside it */
        gm_heap_free_large(s);
}

static __attribute__((noinline)) void give_inside(void *obj) {
    gm_need_thread("gm_free");
    GM_INSIDE();
    if (!obj || obj == (void *)&gm_zerobase || gm_freed_put((gm_mcache *)gm_getp(), obj)) return;
    gm_systemstack(free_here, obj);
}

GM_NO_SPLIT void gm_free(void *obj) {
    gm_mcache *c = (gm_mcache *)gm_getp();
    if (__builtin_expect(!c || gm_by_signal, 0) || !gm_freed_put_here(c, obj)) give_inside(obj);
}
