/* memory.h - allocation, stores, roots. Part of golem.h, whose head tells the rules. */
#ifndef GOLEM_MEMORY_H
#define GOLEM_MEMORY_H

#include <golem/type.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* --- allocation. [attached]. Memory is zeroed unless said otherwise; aligned to 8 bytes, to 16
 * from 16 bytes on where the size is a multiple of 16. Size 0 gives a fixed address. --- */

void *gm_new(const gm_type *t);
/* n values of type elem, end to end. n that is negative or too large is a fatal error. */
void *gm_newarray(const gm_type *elem, intptr_t n);
/* A struct whose type has a tail (GM_DEFINE_FLEX_TYPE), with n values there. */
void *gm_new_flex(const gm_type *t, size_t n);
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
/* The type by which an object was allocated; of an array, of its elements. NULL: it has no pointers, or p points into no
 * object. Conservative memory: gm_pointer_type. */
const gm_type *gm_object_type(const void *p);
/* Gives an object back by hand: the memory is used again at once, or after the next collection where the collector
 * may still need it as it is: while it marks, objects with pointers; always, objects with a trace callback. obj is
 * NULL, or the beginning of an object that nothing refers to any more, nor an ephemeron; its finalizer does not run. Until it is
 * used again gm_find_object may find it. Any thread may give back what another has allocated. Giving back twice is a fatal error
 * where it is noticed. */
void gm_free(void *obj);
/* As realloc: the object with n bytes, here or elsewhere, and then obj is given back; nothing else may refer to it. It stays what it
 * was: bytes, conservative memory, or an array (or a tail) of the same type, n being a whole number of values. New values
 * are zero, new bytes are not. obj NULL, or of size 0, be it of an array of values: bytes (begin with one value, or a struct with a
 * tail). n 0: gives obj back. */
void *gm_realloc(void *obj, size_t n);
/* Zeroed memory at a multiple of align, a power of two up to 8192. */
void *gm_memalign(size_t align, size_t n);
void *gm_memalign_conservative(size_t align, size_t n);
char *gm_strdup(const char *s);
char *gm_strndup(const char *s, size_t n); /* n bytes at most */

/* When the system has no more memory for an object, fn(bytes, arg) is asked before the process ends. It may drop what the
 * program can do without, give objects back, call gm_gc, and return true: the allocation is tried again, a hundred times at
 * most; or false. It runs on the thread that allocates, and does not allocate objects itself. fn NULL: nobody is asked. Memory
 * for the library's own records is not asked for in this way. [any] */
void gm_on_out_of_memory(bool (*fn)(size_t bytes, void *arg), void *arg);

/* Calls fn once for each object that the last collection found alive or that was allocated since (call gm_gc before, and these
 * are the live ones): its beginning, its size as rounded up, and what gm_object_type says. The library's own are among
 * them: channels, weak pointers. Everybody else is stopped meanwhile. fn may read objects, write what is no
 * pointer, and call gm_find_object and gm_object_type, nothing else of the library; and it leaves by returning. False: no memory. */
typedef void gm_walk_fn(void *obj, size_t size, const gm_type *type, void *arg);
bool gm_walk_heap(gm_walk_fn *fn, void *arg);

/* --- stores. [attached] --- */

/* What the stores below are made of. gm_store_guard is not 0 while a collection marks, and always under GM_STOP_BY_SIGNAL, where
 * the test of gm_wb_enabled and the store must not be cut in two: then they are functions of the library, or stand between
 * gm_store_begin and gm_store_end. */
extern uint32_t gm_wb_enabled, gm_store_guard;
void gm_wb_slot(void *slot, const void *newval);
void gm_wb_pair(const void *oldval, const void *newval);
void gm_wb_copy_n(const gm_type *elem, void *dst, const void *src, int64_t n);
void gm_store_guarded(void *slot, const void *val);
bool gm_cas_guarded(void *slot, void *expected, const void *val);
void *gm_exchange_guarded(void *slot, const void *val);
void gm_store_begin(void);
void gm_store_end(void);
#define GM_GUARDED __builtin_expect(__atomic_load_n(&gm_store_guard, __ATOMIC_RELAXED), 0)

/* *slot = val, a pointer. */
#define gm_store(slot, val)                                                                        \
    do {                                                                                           \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        if (GM_GUARDED)                                                                            \
            gm_store_guarded((void *)gm_slot_, gm_val_);                                           \
        else                                                                                       \
            __atomic_store_n(gm_slot_, gm_val_, __ATOMIC_RELEASE);                                 \
    } while (0)
/* Compare-and-swap: if *slot == *expected, stores val; else reads *slot into *expected. True: stored. */
#define gm_cas(slot, expected, val)                                                                \
    __extension__({                                                                                \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(expected) gm_want_ = (expected);                                                \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        GM_GUARDED ? gm_cas_guarded((void *)gm_slot_, (void *)gm_want_, gm_val_)                   \
                   : __atomic_compare_exchange_n(gm_slot_, gm_want_, gm_val_, false,               \
                                                 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);              \
    })
/* Stores val into *slot, and gives what was there. */
#define gm_exchange(slot, val)                                                                     \
    __extension__({                                                                                \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        GM_GUARDED ? (__typeof__(*gm_slot_))gm_exchange_guarded((void *)gm_slot_, gm_val_)         \
                   : __atomic_exchange_n(gm_slot_, gm_val_, __ATOMIC_ACQ_REL);                     \
    })
/* The same for a slot that holds a value in a form of its own (GM_DEFINE_VALUE_TYPE), of 8 or 4 bytes, that the
 * function `decode` understands: compiled in place if it is inline. */
#define gm_store_value(slot, word, decode)                                                         \
    do {                                                                                           \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(*gm_slot_) gm_val_ = (word);                                                    \
        if (GM_GUARDED) {                                                                          \
            gm_store_begin();                                                                      \
            if (__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED))                                 \
                gm_wb_pair(decode(__atomic_load_n(gm_slot_, __ATOMIC_RELAXED)), decode(gm_val_));  \
            __atomic_store_n(gm_slot_, gm_val_, __ATOMIC_RELEASE);                                 \
            gm_store_end();                                                                        \
        } else                                                                                     \
            __atomic_store_n(gm_slot_, gm_val_, __ATOMIC_RELEASE);                                 \
    } while (0)
#define gm_cas_value(slot, expected, word, decode)                                                 \
    __extension__({                                                                                \
        __typeof__(slot) gm_slot_ = (slot);                                                        \
        __typeof__(expected) gm_want_ = (expected);                                                \
        __typeof__(*gm_slot_) gm_val_ = (word);                                                    \
        bool gm_guarded_ = GM_GUARDED, gm_done_;                                                   \
        if (gm_guarded_) {                                                                         \
            gm_store_begin();                                                                      \
            if (__atomic_load_n(&gm_wb_enabled, __ATOMIC_RELAXED))                                 \
                gm_wb_pair(decode(*gm_want_), decode(gm_val_));                                    \
        }                                                                                          \
        gm_done_ = __atomic_compare_exchange_n(gm_slot_, gm_want_, gm_val_, false,                 \
                                               __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);                \
        if (gm_guarded_) gm_store_end();                                                           \
        gm_done_;                                                                                  \
    })
/* *slot, a pointer that other threads may store meanwhile: what it leads to is seen as it was when it
 * was stored. */
#define gm_load(slot) __atomic_load_n((slot), __ATOMIC_ACQUIRE)
/* memmove of n values of type elem; they may overlap. src NULL: clears them. The calling thread may be stopped
 * in the middle of a long one. */
void gm_copy_values(const gm_type *elem, void *dst, const void *src, size_t n);

/* --- roots. [any] --- */

/* n values of type elem from base, until they are unregistered by the same base, after which nothing
 * reads the memory any more. Registering takes memory that is not given back. */
void gm_register_roots(void *base, const gm_type *elem, size_t n);
void gm_register_roots_conservative(void *base, size_t bytes);
void gm_unregister_roots(void *base);
/* [attached] Keeps an object whatever refers to it; counts: as many gm_unpin_object undo it. */
void gm_pin_object(void *obj);
void gm_unpin_object(void *obj);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
