/* golem.h - Golem for C: Go's allocator and concurrent collector, as a library.
 *
 *     #include <golem.h>
 *
 *     typedef struct node { struct node *next; long value; } node;
 *     GM_DEFINE_TYPE(node_type, node, next);         // node, whose pointer field is next
 *     static node *list;                             // a root
 *
 *     int main(void) {
 *         gm_init(0);
 *         gm_register_roots(&list, &gm_pointer_type, 1);
 *         for (long i = 0; i < 1000000; i++) {
 *             node *n = gm_new(&node_type);
 *             n->value = i;
 *             n->next = list;                        // fresh memory: a plain store
 *             gm_store(&list, i % 1000 ? n : NULL);  // a root: a store with the barrier
 *         }
 *     }
 *
 * Link with libgolem.a (-lpthread -lm) or libgolem.so.
 *
 * What the collector sees
 *   Objects are found from roots: memory that you register, and the stacks and registers of
 * attached threads, which are searched word by word: whatever points into an object, also into its
 * middle, keeps it. Objects never move. Inside objects and registered memory only the words that
 * the type names as pointers are followed; they may point to the beginning or the middle of
 * objects, to memory that is not Golem's, or be NULL. Memory from malloc, thread-local variables
 * and unregistered globals are not seen. A pointer that stands only there does not keep its object.
 *
 * Threads
 *   Only attached threads may call functions marked [attached]; goroutines (golem/sched.h) and the
 *   library's own calls of finalizers and cleanups are attached. [any] may be called by all threads.
 *
 *   ATTACHED THREADS STOP ONLY AT SAFEPOINTS. A collection stops everybody for a moment when it
 *   begins and when it ends; nothing interrupts C, so everybody waits for the thread that comes last.
 *   Every allocation that leaves its fast path is a safepoint, and gm_safepoint is one. A long loop
 *   that does not allocate calls gm_safepoint now and then: it costs a load and a branch.
 *
 *   Before a thread waits for anything but this library (a mutex, input, pthread_join, a sleep), it
 *   enters a blocking region with gm_block_enter, and leaves it with gm_block_leave:
 *
 *       gm_block_enter();
 *       n = read(fd, buffer, sizeof buffer);       // buffer is the C library's or on the stack
 *       gm_block_leave();
 *
 *   Inside, the thread counts as stopped, for as long as it likes. What its stack and registers held
 *   at gm_block_enter stays alive; but it must not read or write objects or registered memory, nor
 *   call anything here but gm_block_leave, which waits if a collection has stopped everybody. Two
 *   threads deadlock if one waits for a lock outside a region while its holder is at a safepoint.
 *
 *   Signal handlers may interrupt the library anywhere, and must not call it. Handlers may run on the
 *   library's threads, whose stacks are small: give them SA_ONSTACK. SIGURG belongs to the library.
 *
 * The write barrier
 *   While the collector marks, a pointer that is overwritten must be told to it. So, into objects
 * and registered memory that others can see, store pointers with gm_store, gm_cas or gm_exchange, copy values that contain
 *   pointers with gm_copy_values. Not needed for: local variables, objects that were just allocated
 *   (since when this thread has not allocated, and which nobody else can reach yet), data without
 *   pointers, and programs that called gm_init(GM_NO_BARRIERS). A slot that other threads store into
 *   is read with gm_load. Beyond that objects are plain memory: who shares them, locks.
 *
 * Failure
 *   Each function says what it returns when it fails; those that say nothing do not fail. Allocation
 *   never returns NULL: when the system has no more memory the process ends with "fatal error: out of
 *   memory" and status 2, after saying how much was asked for. So it does in the functions that keep
 *   records (roots, pins, finalizers, weak pointers, pools, channels), and when a thread for goroutines
 *   cannot be made ("newosproc"). Misuse that is noticed is a fatal error too, which names the function;
 *   so is a GOGC or GOMEMLIMIT that makes no sense. Where a program can go on, failure is a result:
 *   gm_init, gm_attach_thread and gm_go return false, have changed nothing, and may be tried again.
 *
 * With the sanitizers
 *   Locals must be on the stack: with clang, build with -fsanitize-address-use-after-return=never.
 *
 * The environment is Go's: GOGC, GOMEMLIMIT, GODEBUG (gctrace=1 or 2, gcstoptheworld=1, gccheckmark=1,
 * clobberfree=1, gcstress=N: collect at every N-th allocation, madvdontneed=0,
 * gcperiod=MS: collect so long after the last time at the latest, 120000).
 */
#ifndef GOLEM_H
#define GOLEM_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- beginning and end --- */

enum { GM_NO_BARRIERS = 1 }; /* no barriers anywhere: marking stops the program, in parallel */

/* [any] Starts the library and attaches the calling thread. Call it before anything else, and before
 * other threads use the library. It counts: two libraries of one program may both call it, and
 * gm_shutdown each. flags: 0 or GM_NO_BARRIERS, which, once one of them has asked for it, holds for all, because
 * it is safe with barriers as well. False: the system gives no memory; nothing has begun. */
bool gm_init(unsigned flags);
/* [attached] Undoes one gm_init; that of the last waits for a running collection, lets none begin any more (gm_gc returns at once), and
 * detaches the calling thread. All objects that can be reached now stay where they are until the process
 * ends. Other threads and goroutines may go on, and what they allocate stays, too. gm_init begins
 * anew. Not needed before exit. */
void gm_shutdown(void);

/* --- types --- */

#ifdef __cplusplus
#define GM_STATIC_ASSERT static_assert
#define GM_ALIGN         alignof
#else
#define GM_STATIC_ASSERT _Static_assert
#define GM_ALIGN         _Alignof
#endif

/* GM_DEFINE_TYPE(name, struct, field, ...): defines `static const gm_type name` for a struct of at
 * most 4 KiB, whose pointers are in the fields named (1 to 16). A field that is an array, or a
 * struct, counts as all pointers; that is safe. GM_DEFINE_PLAIN_TYPE: a type without pointers. */
#define GM_DEFINE_TYPE(name, T, ...)                                                               \
    GM_STATIC_ASSERT(sizeof(T) <= 4096 && sizeof(T) % 8 == 0, "size of " #T);                      \
    static const uint64_t name##_bits[8] = {                                                       \
        GM_MASK(T, 0, __VA_ARGS__), GM_MASK(T, 1, __VA_ARGS__), GM_MASK(T, 2, __VA_ARGS__),        \
        GM_MASK(T, 3, __VA_ARGS__), GM_MASK(T, 4, __VA_ARGS__), GM_MASK(T, 5, __VA_ARGS__),        \
        GM_MASK(T, 6, __VA_ARGS__), GM_MASK(T, 7, __VA_ARGS__)};                                   \
    static const gm_type name __attribute__((unused)) = GM_TYPE_OF(T, sizeof(T), name##_bits)
#define GM_DEFINE_PLAIN_TYPE(name, T)                                                              \
    static const gm_type name __attribute__((unused)) = GM_TYPE_OF(T, 0, NULL)
#define GM_TYPE_OF(T, pointers_within, bits)                                                       \
    {                                                                                              \
        .size = sizeof(T), .ptrdata = (pointers_within), .hash = 0, .tflag = GM_TFLAG_C,           \
        .align = GM_ALIGN(T), .field_align = GM_ALIGN(T), .kind = GM_STRUCT, .equal = NULL,        \
        .gcdata = (bits), .str = 0, .ptr_to_this = 0                                               \
    }

/* A single pointer, for arrays of pointers and for roots. */
extern const gm_type gm_pointer_type;

/* --- allocation. [attached]. Memory is zeroed unless said otherwise; aligned to 8 bytes, to 16
 * from 16 bytes on where the size is a multiple of 16. Size 0 gives a fixed address. --- */

void *gm_new(const gm_type *t);
/* n values of type elem, end to end. n that is negative or too large is a fatal error. */
void *gm_newarray(const gm_type *elem, intptr_t n);
/* Bytes without pointers; _raw: not zeroed. */
void *gm_alloc_noscan(size_t n);
void *gm_alloc_noscan_raw(size_t n);
/* Any word may be a pointer. */
void *gm_alloc_conservative(size_t n);
/* [any] What an allocation of n bytes really gives. */
size_t gm_round_size(size_t n);
/* [any] The object that p points into, and in *size, if size is not NULL, its size. NULL: none. Any word
 * may be asked about. */
void *gm_find_object(const void *p, size_t *size);
/* Gives an object back by hand, at once where that is easy, else at the next collection. obj is the
 * beginning of an object that nothing refers to any more; its finalizer does not run. */
void gm_free(void *obj);

/* --- stores. [attached] --- */

extern uint32_t gm_wb_enabled;
void gm_wb_slot(void *slot, const void *newval);
void gm_wb_pair(const void *oldval, const void *newval);
void gm_wb_copy_n(const gm_type *elem, void *dst, const void *src, int64_t n);

/* *slot = val, a pointer. */
#define gm_store(slot, val)                                                                        \
    do {                                                                                           \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        if (__builtin_expect(__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED), 0))                \
            gm_wb_slot((void *)gm_slot_, gm_val_);                                                 \
        __atomic_store_n(gm_slot_, gm_val_, __ATOMIC_RELEASE);                                     \
    } while (0)
/* Compare-and-swap: if *slot == *expected, stores val; else reads *slot into *expected. True: stored. */
#define gm_cas(slot, expected, val)                                                                \
    ({                                                                                             \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(expected) gm_want_ = (expected);                                                \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        if (__builtin_expect(__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED), 0))                \
            gm_wb_pair(*gm_want_, gm_val_);                                                        \
        __atomic_compare_exchange_n(gm_slot_, gm_want_, gm_val_, false, __ATOMIC_ACQ_REL,          \
                                    __ATOMIC_ACQUIRE);                                             \
    })
/* Stores val into *slot, and gives what was there. */
#define gm_exchange(slot, val)                                                                     \
    ({                                                                                             \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        __typeof__(*gm_slot_) gm_old_ = __atomic_exchange_n(gm_slot_, gm_val_, __ATOMIC_ACQ_REL);  \
        if (__builtin_expect(__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED), 0))                \
            gm_wb_pair(gm_old_, gm_val_);                                                          \
        gm_old_;                                                                                   \
    })
/* *slot, a pointer that other threads may store meanwhile: what it leads to is seen as it was when it
 * was stored. */
#define gm_load(slot) __atomic_load_n((slot), __ATOMIC_ACQUIRE)
/* memmove of n values of type elem; they may overlap. src NULL: clears them. The calling thread may be stopped
 * in the middle of a long one. */
void gm_copy_values(const gm_type *elem, void *dst, const void *src, size_t n);

/* --- threads --- */

/* [any] Makes the calling thread known. False: no memory; it may not use what is marked [attached]. Once
 * is enough: on a thread that is attached it returns true, and one gm_detach_thread undoes it. */
bool gm_attach_thread(void);
/* [any] Outside blocking regions. From then on the thread's stack keeps nothing. Does nothing on a thread that
 * is not attached, or that is the library's own. A thread that ends while it is attached, even in a blocking
 * region, is detached by that: after the destructors of its thread-specific data. */
void gm_detach_thread(void);
/* [any] true: a thread that is not attached and calls what is marked [attached] is attached by that, as if by
 * gm_attach_thread, instead of ending the process. It stays attached until it ends. */
void gm_attach_foreign_threads(bool yes);
/* [any] A point at which the thread may be stopped. */
void gm_safepoint(void);
/* [any] The thread may be away for long, and does not touch objects; and is back (see Threads, above).
 * Regions do not nest. Nothing on threads that are not attached. */
void gm_block_enter(void);
void gm_block_leave(void);

/* --- roots. [any] --- */

/* n values of type elem from base, until they are unregistered by the same base, after which nothing
 * reads the memory any more. Registering takes memory that is not given back. */
void gm_register_roots(void *base, const gm_type *elem, size_t n);
void gm_register_roots_conservative(void *base, size_t bytes);
void gm_unregister_roots(void *base);
/* [attached] Keeps an object whatever refers to it; counts: as many gm_unpin_object undo it. */
void gm_pin_object(void *obj);
void gm_unpin_object(void *obj);

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

/* --- how GM_DEFINE_TYPE counts: bits of the words that a field covers, by groups of 64 words ---
 */

#define GM_FIRST(T, f) (offsetof(T, f) / 8)
#define GM_LAST(T, f)  ((offsetof(T, f) + sizeof(((T *)0)->f) - 1) / 8)
/* bits from a to b (inclusive) of a word, a and b from -64 to 127 */
#define GM_UP(b)          ((b) >= 63 ? ~UINT64_C(0) : (b) < 0 ? UINT64_C(0) : (UINT64_C(2) << ((b)&63)) - 1)
#define GM_SPAN(a, b)     (GM_UP(b) & ~GM_UP((a)-1))
#define GM_FIELD(T, w, f) GM_SPAN((int)GM_FIRST(T, f) - 64 * (w), (int)GM_LAST(T, f) - 64 * (w))
#define GM_MASK(T, w, ...)                                                                         \
    GM_PICK(__VA_ARGS__, GM_16, GM_15, GM_14, GM_13, GM_12, GM_11, GM_10, GM_9, GM_8, GM_7, GM_6,  \
            GM_5, GM_4, GM_3, GM_2, GM_1)                                                          \
    (T, w, __VA_ARGS__)
#define GM_PICK(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, macro, ...) macro
#define GM_1(T, w, f)                                                       GM_FIELD(T, w, f)
#define GM_2(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_1(T, w, __VA_ARGS__)
#define GM_3(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_2(T, w, __VA_ARGS__)
#define GM_4(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_3(T, w, __VA_ARGS__)
#define GM_5(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_4(T, w, __VA_ARGS__)
#define GM_6(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_5(T, w, __VA_ARGS__)
#define GM_7(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_6(T, w, __VA_ARGS__)
#define GM_8(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_7(T, w, __VA_ARGS__)
#define GM_9(T, w, f, ...)                                                  GM_FIELD(T, w, f) | GM_8(T, w, __VA_ARGS__)
#define GM_10(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_9(T, w, __VA_ARGS__)
#define GM_11(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_10(T, w, __VA_ARGS__)
#define GM_12(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_11(T, w, __VA_ARGS__)
#define GM_13(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_12(T, w, __VA_ARGS__)
#define GM_14(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_13(T, w, __VA_ARGS__)
#define GM_15(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_14(T, w, __VA_ARGS__)
#define GM_16(T, w, f, ...)                                                 GM_FIELD(T, w, f) | GM_15(T, w, __VA_ARGS__)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#include <golem/sched.h>

#endif
