/* collect.h - tuning, finalizers, weak pointers, pools, statistics. Part of golem.h, whose head tells the rules. */
#ifndef GOLEM_COLLECT_H
#define GOLEM_COLLECT_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- tuning --- */

/* [attached] A full collection, finished and swept when it returns. Finalizers have not run yet. */
void gm_gc(void);
/* [any] GOGC: how far, in percent of the live heap, the heap may grow before the next collection is
 * done; negative: never. Returns the value before. */
int gm_gc_set_percent(int percent);
/* [any] GOMEMLIMIT: bytes that the library should not exceed as a whole. Returns the value before;
 * negative: only asks. */
int64_t gm_gc_set_memory_limit(int64_t limit);
/* [attached] A full collection, and all free memory back to the system. */
void gm_free_os_memory(void);

/* fn(event, arg) when a collection begins, before anybody is stopped for it, and when its marking has ended and all go on. It runs on
 * whatever thread collects, and must not call the library, nor wait for a thread that does. gm_off_cycle takes it back, and returns
 * when it does not run any more. False: fn was not registered with arg. [attached] */
enum gm_cycle_event { GM_CYCLE_BEGINS, GM_CYCLE_ENDS };
typedef void gm_cycle_fn(enum gm_cycle_event event, void *arg);
void gm_on_cycle(gm_cycle_fn *fn, void *arg);
bool gm_off_cycle(gm_cycle_fn *fn, void *arg);

/* Between the two, which count for each thread or goroutine, no collection begins, whoever asks for one. One that is under way goes
 * on, as its marking disturbs nobody. For short pieces of work: meanwhile the heap grows beyond its goal and beyond
 * GOMEMLIMIT. In such a region gm_gc returns at once; elsewhere it waits until there is none. A thread that ends leaves its regions. [attached] */
void gm_no_cycle_enter(void);
void gm_no_cycle_leave(void);

/* --- finalizers, cleanups, weak pointers, pools. [attached] --- */

/* fn(obj, arg) will be called, on a thread of the library, once obj was found unreachable; obj is
 * alive again meanwhile and is freed by a later collection, unless fn has stored it somewhere. If
 * one object with a finalizer leads to another, the other's runs later; rings of them are never
 * finalised. fn NULL takes it away. False: obj is not the beginning of an object, or has one. */
bool gm_set_finalizer(void *obj, void (*fn)(void *obj, void *arg), void *arg);
void gm_clear_finalizer(void *obj);

/* fn(arg) once obj is gone, after its finalizer if it has one; arg must not lead to obj. Any number
 * for one object. Returns a handle to stop it with, or NULL if obj points into no object. */
typedef struct gm_special gm_cleanup;
gm_cleanup *gm_add_cleanup(void *obj, void (*fn)(void *arg), void *arg);
void gm_cleanup_stop(void *obj, gm_cleanup *c);

/* A weak pointer: does not keep obj. There is one for each object; it is an object itself. NULL if
 * obj points into no object. */
typedef struct gm_weak gm_weak;
gm_weak *gm_weak_make(void *obj);
/* obj, or NULL once it was found unreachable. */
void *gm_weak_get(gm_weak *w);

/* An ephemeron: a weak pointer to key, with a value that lives through it as long as both it and the key are reachable otherwise; the
 * key may be reachable from the value. Tables of them have keys that are weak. It is an object itself, and may be dropped. */
typedef struct gm_ephemeron gm_ephemeron;
gm_ephemeron *gm_ephemeron_new(void *key, void *value);
/* NULL once the key was found unreachable. */
void *gm_ephemeron_key(const gm_ephemeron *e);
void *gm_ephemeron_value(const gm_ephemeron *e);
/* Another value; NULL lets go of it. */
void gm_ephemeron_set(gm_ephemeron *e, void *value);

/* A pool of objects to be used again. What lies unused in it through two collections is freed. */
typedef struct gm_pool gm_pool;
/* make: makes an object for gm_pool_get when the pool is empty; NULL: gm_pool_get returns NULL. The
 * pool itself lives for ever. */
gm_pool *gm_pool_new(void *(*make)(void));
void *gm_pool_get(gm_pool *p);
void gm_pool_put(gm_pool *p, void *obj);

/* --- statistics --- */

/* Go's runtime.MemStats, field for field: bytes, counts, nanoseconds. */
typedef struct gm_mem_stats {
    uint64_t alloc, total_alloc, sys, lookups, mallocs, frees;
    uint64_t heap_alloc, heap_sys, heap_idle, heap_inuse, heap_released, heap_objects;
    uint64_t stack_inuse, stack_sys, mspan_inuse, mspan_sys, mcache_inuse, mcache_sys;
    uint64_t buckhash_sys, gc_sys, other_sys;
    uint64_t next_gc, last_gc, pause_total_ns, pause_ns[256], pause_end[256];
    uint32_t num_gc, num_forced_gc;
    double gc_cpu_fraction;
    bool enable_gc, debug_gc;
    struct {
        uint32_t size;
        uint64_t mallocs, frees;
    } by_size[61];
} gm_mem_stats;
/* [attached] Stops everybody for a moment. */
void gm_read_mem_stats(gm_mem_stats *st);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
