/* gc.h - the collector as the floors above see it. */
#ifndef GM_GC_GC_H
#define GM_GC_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <golem/type.h>

/* Reads GOGC, GOMEMLIMIT and GODEBUG; called once after gm_heap_init. */
void gm_gc_init(void);

/* Before the first collection: the program has no write barriers; marking stops the world. */
void gm_gc_without_barriers(void);

/* runtime.GC: a full collection, swept, before it returns. */
void gm_gc(void);
/* Starts the collector's background threads, once the program has begun to run. */
void gm_gc_start_background(void);

/* --- roots --- */

/* Memory outside the heap that may hold heap pointers: n values of type elem from base. Precise,
 * for ever (or until gm_unregister_roots with the same base). */
void gm_register_roots(void *base, const gm_type *elem, size_t n);
/* The same, scanned conservatively. */
void gm_register_roots_conservative(void *base, size_t bytes);
void gm_unregister_roots(void *base);

/* --- the write barrier --- */

extern uint32_t gm_wb_enabled; /* 1 while marking is under way concurrently */
/* Before *slot = newval; shades both. */
void gm_wb_slot(void *slot, const void *newval);
/* Before a value of type t at dst is overwritten by src; before n of them are. src NULL: by zero.
 */
void gm_wb_copy(const gm_type *t, void *dst, const void *src);
void gm_wb_copy_n(const gm_type *elem, void *dst, const void *src, int64_t n);
/* Shades one object: for the scheduler when it hands a pointer from one stack to another. */
void gm_shade(const void *p);

/* --- tuning --- */

int gm_gc_set_percent(int percent);            /* returns the old; negative: off */
int64_t gm_gc_set_memory_limit(int64_t limit); /* returns the old; negative: only asks */
void gm_free_os_memory(void);

/* --- finalizers --- */

/* A finalizer in C: fn(obj, arg) once obj was found unreachable; obj is alive again meanwhile.
 * fn NULL takes it away. False: obj is not the start of an object, or already has one. */
bool gm_set_finalizer(void *obj, void (*fn)(void *obj, void *arg), void *arg);
/* runtime.SetFinalizer with checked arguments: f a Go func value of a function of arg_type. */
bool gm_set_go_finalizer(void *obj, const gm_type *obj_type, const void *f,
                         const gm_type *arg_type);
void gm_clear_finalizer(void *obj);

/* --- cleanups --- */

/* fn(arg) once obj is unreachable and its finalizer, if it has one, has run; obj is gone by then,
 * so arg must not lead to it. Any number for one object. Returns a handle for gm_cleanup_stop, or
 * NULL if obj points into no object. */
typedef struct gm_special gm_cleanup;
gm_cleanup *gm_add_cleanup(void *obj, void (*fn)(void *arg), void *arg);
/* The same for a Go func(): f is its func value. */
gm_cleanup *gm_add_go_cleanup(void *obj, const void *f);
void gm_cleanup_stop(void *obj, gm_cleanup *c);

/* --- weak pointers --- */

/* A weak pointer to obj: one handle for each object, itself a collected object that is alive as
 * long as obj is or somebody holds it. NULL if obj points into no object. */
typedef struct gm_weak gm_weak;
gm_weak *gm_weak_make(void *obj);
/* The object, or NULL once it was found unreachable. */
void *gm_weak_get(gm_weak *w);

/* --- statistics: runtime.MemStats, field for field --- */

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

void gm_read_mem_stats(gm_mem_stats *st);

/* --- GODEBUG, parsed once --- */

typedef struct gm_debug_vars {
    int gctrace, gcstoptheworld, gccheckmark, clobberfree, madvdontneed, gcpacertrace, scavtrace,
        gcshrinkstackoff;
    int64_t gcstress;
} gm_debug_vars;
extern gm_debug_vars gm_debug;
/* Value of any other setting of GODEBUG, or dflt. */
int64_t gm_debug_get(const char *name, int64_t dflt);

#endif
