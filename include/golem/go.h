/* go.h - the door between compiled Go and the runtime: what the printed C includes.
 *
 * Representation of Go's types in C
 *   bool, intN, uintN, floatN     bool, int8_t ... uint64_t, float, double; int is gm_int (int64_t)
 *   complex64, complex128         float _Complex, double _Complex (gm_cmul, gm_cdiv)
 *   string                        gm_string
 *   []T                           gm_slice (untyped; the printed C casts at each access)
 *   interfaces                    gm_eface (no methods), gm_iface (methods)
 *   map, chan                     gm_map *, gm_chan *
 *   func                          const gm_func *: a closure, whose first word is the code
 *   *T, unsafe.Pointer            T *, void *
 *   [N]T, struct                  C structs (the array's has the one member `a`)
 *   several results               a struct returned by value
 *
 * Calls. A declared function f(a, b) is a C function of the same parameters; a method takes its
 * receiver first. Code reached through a func value takes one more, last parameter: the closure
 * itself. Declared functions used as values get a static closure whose code is a thunk that drops
 * it. Code reached through an itab or a method table takes the interface's data word (void *) as
 * receiver.
 *
 * Panics unwind by running deferred calls on top of the panicking frame and then, if one recovered,
 * by jumping into the frame that deferred it (gm_frame). Functions here that do not return say so.
 *
 * Everything here may be called by any goroutine. "Panics" means a Go run-time panic.
 */
#ifndef GOLEM_GO_H
#define GOLEM_GO_H

#include <golem/alloc.h>
#include <golem/chan.h>
#include <golem/type.h>

typedef int64_t gm_int;
typedef uint64_t gm_uint;

#define GM_LIKELY(x)   __builtin_expect(!!(x), 1)
#define GM_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define GM_COLD        __attribute__((cold, noinline))
#define GM_NORETURN    __attribute__((cold, noinline, noreturn))
/* The code of each Go function stands in a section of its own, which the linker may drop; by their
 * names it puts those that it keeps side by side: only there may a goroutine be preempted. So whatever
 * calls Go functions must stand there as well, for the C compiler may inline them: thunks, wrappers,
 * initialisers. A function
 * that is like another stays one of its own (GM_OWN), so that a trace names the one that was called. */
#ifdef __clang__
#define GM_OWN
#else
#define GM_OWN __attribute__((no_icf))
#endif
#define GM_GO(name) __attribute__((section(".text.sorted.golem." #name))) GM_OWN
/* A function that the compiler of Go has inlined: the C compiler is to do it, and to tell debuggers. */
#define GM_INLINED static inline __attribute__((always_inline))

/* The program has done with x, a value in memory that the C compiler can see; of its words those with pointers are bits of
 * `words`, a plain hexadecimal number. The pass over gcc's assembly that knows what is live (compiler/frames) overwrites them
 * where they could be found. */
#if defined(__x86_64__) && !defined(__clang__)
#define GM_FORGET(x, words)   GM_FORGET_1(x, words)
#define GM_FORGET_1(x, words) __asm__ volatile("# gm_forget " #words " %0" : "=m"(x))
#else
#define GM_FORGET(x, words) ((void)0)
#endif

/* A function that other objects may define as well, of which the linker keeps one. gcc is not told, since it does not
 * inline what is weak; the assembler is. clang's assembler wants to know from the start. */
#ifdef __clang__
#define GM_SHARED      __attribute__((weak))
#define GM_SHARE(name) _Static_assert(1, #name)
#else
#define GM_SHARED
#define GM_SHARE(name) __asm__(".weak " #name)
#endif

/* The pointer map of a type too large for a flat bitmap: runs laid end to end from offset 0. */
typedef struct gm_gcrun {
    uint64_t nwords;     /* words in one copy of the pattern */
    uint64_t repeat;     /* copies, end to end */
    const uint8_t *bits; /* bitmap of nwords bits; NULL: no pointers */
} gm_gcrun;

typedef struct gm_gcprog {
    uint64_t nruns;
    gm_gcrun runs[];
} gm_gcprog;

typedef struct gm_string {
    const uint8_t *p;
    gm_int n;
} gm_string;
typedef struct gm_slice {
    void *p;
    gm_int len, cap;
} gm_slice;
typedef struct gm_func {
    void *code; /* captured variables follow */
} gm_func;
typedef struct gm_itab gm_itab;
typedef struct gm_eface {
    const gm_type *type; /* NULL: nil */
    void *data;
} gm_eface;
typedef struct gm_iface {
    const gm_itab *tab; /* NULL: nil */
    void *data;
} gm_iface;
typedef struct gm_map gm_map; /* first word: number of entries (gm_int) */

/* A string constant; the printed C has one object per distinct text. */
#define GM_STR(lit) ((gm_string){(const uint8_t *)(lit), sizeof(lit) - 1})

/* --- kind-specific descriptors: layouts as Go 1.27's internal/abi has them --- */

typedef struct gm_arraytype {
    gm_type t;
    const gm_type *elem, *slice;
    uintptr_t len;
} gm_arraytype;
typedef struct gm_chantype {
    gm_type t;
    const gm_type *elem;
    uintptr_t dir; /* 1 recv, 2 send, 3 both */
} gm_chantype;
typedef struct gm_functype { /* followed by gm_uncommon if any, then const gm_type *[in+out] */
    gm_type t;
    uint16_t in, out; /* top bit of out: variadic */
} gm_functype;
typedef struct gm_imethod {
    int32_t name, type; /* offsets from the interface's descriptor */
} gm_imethod;
typedef struct gm_interfacetype {
    gm_type t;
    const uint8_t *pkgpath; /* encoded name, or NULL */
    gm_imethod *methods;    /* sorted by name */
    intptr_t nmethods, cap;
} gm_interfacetype;
typedef struct gm_maptype {
    gm_type t;
    const gm_type *key, *elem;
    const gm_type *group;  /* struct { ctrl uint64; slots [8]struct { key K; elem E } }, K or E
                            * replaced by a pointer to it when larger than 128 bytes */
    const gm_func *hasher; /* func(p unsafe.Pointer, seed uintptr) uintptr */
    uintptr_t group_size;
    uintptr_t keys_off, key_stride;   /* of the slots in a group */
    uintptr_t elems_off, elem_stride; /* of the elements in a group */
    uintptr_t elem_off;               /* of the element in a slot */
    uint32_t flags;                   /* GM_MAP_* */
} gm_maptype;
enum {
    GM_MAP_NEED_KEY_UPDATE =
        1, /* overwriting must replace the key too (+0/-0, strings, interfaces) */
    GM_MAP_HASH_MIGHT_PANIC = 2,
    GM_MAP_INDIRECT_KEY = 4,
    GM_MAP_INDIRECT_ELEM = 8,
    GM_MAP_REFLEXIVE_KEY = 1 << 16, /* k == k for all k: the compiler's own knowledge */
};
typedef struct gm_ptrtype { /* also slices */
    gm_type t;
    const gm_type *elem;
} gm_ptrtype;
typedef gm_ptrtype gm_slicetype;
typedef struct gm_structfield {
    const uint8_t *name; /* encoded name; bit 3 of its first byte: embedded */
    const gm_type *type;
    uintptr_t offset;
} gm_structfield;
typedef struct gm_structtype {
    gm_type t;
    const uint8_t *pkgpath;
    gm_structfield *fields;
    intptr_t nfields, cap;
} gm_structtype;
typedef struct gm_method {
    int32_t name; /* name offset */
    int32_t
        mtyp; /* type offset: the signature without receiver; 0 where the method was not needed */
    int32_t ifn, tfn; /* text offsets: code for interface calls, for direct calls */
} gm_method;
typedef struct gm_uncommon {
    int32_t pkgpath;
    uint16_t mcount, xcount; /* methods, exported methods */
    uint32_t moff;           /* from this struct to gm_method[mcount], sorted by name */
    uint32_t unused;
} gm_uncommon;
/* An encoded name: flag byte (1 exported, 2 has tag, 4 has package path, 8 embedded), varint
 * length, bytes, and if flagged varint length and bytes of the tag, and an int32 that leads, as a type
 * offset does, from the name to a slot with the address of the path's encoded name. */

struct gm_itab { /* runtime.itab's layout */
    const gm_interfacetype *inter;
    const gm_type *type;
    uint32_t hash; /* copy of type->hash */
    uint32_t pad;
    void *fun[]; /* one for each method of inter; fun[0] == NULL: type does not implement inter */
};

const uint8_t *gm_resolve_name(const gm_type *t, int32_t off);
const gm_type *gm_resolve_type(const gm_type *t, int32_t off);
void *gm_resolve_text(const gm_type *t, int32_t off);
gm_string gm_type_string(const gm_type *t); /* as %T prints it */
gm_string gm_type_pkgpath(const gm_type *t);

/* --- a package, as the linker sees it --- */

typedef struct gm_root { /* package variables with pointers */
    void *base;
    const gm_type *type;
} gm_root;
/* One per package, registered before any initialiser runs, in the order of these. */
typedef struct gm_module {
    const char *path;
    void (*init)(void); /* runs the package's initialisers; NULL: it has none */
    const gm_root *roots;
    intptr_t nroots;
    const gm_itab *const *itabs; /* static itabs, so that the run-time table knows them */
    intptr_t nitabs;
    const gm_type *const *types; /* descriptors that reflection and dynamic lookups should find */
    intptr_t ntypes;
} gm_module;
void gm_register_module(const gm_module *m);
/* Starts the runtime, runs the packages' initialisers and then go_main on the main goroutine, ends the process as Go does. */
int gm_main(int argc, char **argv, char **envp, void (*go_main)(void));

/* --- allocation: zeroed unless said otherwise; never NULL; size 0 gives gm_zerobase --- */

void *gm_new(const gm_type *t);
void *gm_newarray(const gm_type *elem, gm_int n); /* panics when n is negative or too large */
void *gm_noscan(size_t n);
void *gm_noscan_raw(size_t n); /* not zeroed: the caller overwrites all of it at once */
extern uint64_t gm_zerobase;
extern uint8_t
    gm_zeroval[1024]; /* read-only zeroes, for interface data words and absent map entries */
extern const uint64_t gm_staticuint64s[256]; /* boxes for one-byte values */

/* --- the write barrier: for pointer slots that are not on a stack and not fresh memory --- */

extern uint32_t gm_wb_enabled;                   /* 1 while marking */
void gm_wb_slot(void *slot, const void *newval); /* shades *slot and newval; the caller stores */
void gm_wb_copy(const gm_type *t, void *dst,
                const void *src); /* one value: before dst is overwritten */
void gm_wb_copy_n(const gm_type *elem, void *dst, const void *src,
                  gm_int n); /* src NULL: before clearing */

/* The test of gm_wb_enabled and the store that follows must not be cut by a preemption, or the
 * collector could begin to mark between them. So each pair is one asm block, recorded in the section
 * gm_critical; a goroutine that a signal stops inside is set back to the beginning of the block (see
 * sched/preempt.c). The slow halves are functions of the runtime, where no signal stops anybody. */
#define GM_CRITICAL_BEGIN "1:\tcmpl $0, %[gm_on]\n\tjne %l[gm_slow_]\n\t"
#define GM_CRITICAL_END                                                                            \
    "2:\n\t.pushsection gm_critical, \"a\"\n\t.long 1b - ., 2b - .\n\t.popsection"
void gm_store_ptr_slow(void *slot, const void *val);
void gm_store_two_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b);
void gm_store_three_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c);
void gm_store_four_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c,
                        uint64_t d);
void gm_store_typed_slow(const gm_type *t, void *slot, const void *val);

void gm_atomic_store_ptr(void **slot, void *val);
void *gm_atomic_swap_ptr(void **slot, void *val);
bool gm_atomic_cas_ptr(void **slot, void *old, void *val);

#define gm_store_ptr(slot, val)                                                                    \
    ({                                                                                             \
        __label__ gm_slow_;                                                                        \
        __auto_type gm_slot_ = (slot);                                                             \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        __asm__ goto(GM_CRITICAL_BEGIN "movq %[gm_v], %[gm_s]\n" GM_CRITICAL_END                   \
                     :                                                                             \
                     : [gm_s] "m"(*gm_slot_), [gm_v] "r"(gm_val_), [gm_on] "m"(gm_wb_enabled)      \
                     : "memory", "cc"                                                              \
                     : gm_slow_);                                                                  \
        if (0) {                                                                                   \
        gm_slow_:                                                                                  \
            gm_store_ptr_slow((void *)gm_slot_, (const void *)gm_val_);                            \
        }                                                                                          \
    })
/* Two words: strings and interfaces. */
static inline void gm_store_two(const gm_type *t, void *slot, uint64_t a, uint64_t b) {
    __asm__ goto(GM_CRITICAL_BEGIN
                 "movq %[gm_a], (%[gm_s])\n\tmovq %[gm_b], 8(%[gm_s])\n" GM_CRITICAL_END
                 :
                 : [gm_s] "r"(slot), [gm_a] "r"(a), [gm_b] "r"(b), [gm_on] "m"(gm_wb_enabled)
                 : "memory", "cc"
                 : gm_slow_);
    return;
gm_slow_:
    gm_store_two_slow(t, slot, a, b);
}
/* Three words: slices. */
static inline void gm_store_three(const gm_type *t, void *slot, uint64_t a, uint64_t b,
                                  uint64_t c) {
    __asm__ goto(
        GM_CRITICAL_BEGIN "movq %[gm_a], (%[gm_s])\n\tmovq %[gm_b], 8(%[gm_s])\n\t"
                          "movq %[gm_c], 16(%[gm_s])\n" GM_CRITICAL_END
        :
        : [gm_s] "r"(slot), [gm_a] "r"(a), [gm_b] "r"(b), [gm_c] "r"(c), [gm_on] "m"(gm_wb_enabled)
        : "memory", "cc"
        : gm_slow_);
    return;
gm_slow_:
    gm_store_three_slow(t, slot, a, b, c);
}
/* Four words: two strings, small structs. */
static inline void gm_store_four(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c,
                                 uint64_t d) {
    __asm__ goto(GM_CRITICAL_BEGIN
                 "movq %[gm_a], (%[gm_s])\n\tmovq %[gm_b], 8(%[gm_s])\n\t"
                 "movq %[gm_c], 16(%[gm_s])\n\tmovq %[gm_d], 24(%[gm_s])\n" GM_CRITICAL_END
                 :
                 : [gm_s] "r"(slot), [gm_a] "r"(a), [gm_b] "r"(b), [gm_c] "r"(c), [gm_d] "r"(d),
                   [gm_on] "m"(gm_wb_enabled)
                 : "memory", "cc"
                 : gm_slow_);
    return;
gm_slow_:
    gm_store_four_slow(t, slot, a, b, c, d);
}
/* *slot = val for a value with pointers inside; t is its descriptor. Large values are stored by the
 * runtime. */
#define gm_store_typed(t, slot, val)                                                               \
    ({                                                                                             \
        __auto_type gm_slot_ = (slot);                                                             \
        __typeof__(*gm_slot_) gm_val_ = (val);                                                     \
        uint64_t gm_w_[4];                                                                         \
        if (sizeof gm_val_ == 16) {                                                                \
            __builtin_memcpy(gm_w_, &gm_val_, sizeof gm_val_ == 16 ? 16 : 0);                      \
            gm_store_two((t), (void *)gm_slot_, gm_w_[0], gm_w_[1]);                               \
        } else if (sizeof gm_val_ == 24) {                                                         \
            __builtin_memcpy(gm_w_, &gm_val_, sizeof gm_val_ == 24 ? 24 : 0);                      \
            gm_store_three((t), (void *)gm_slot_, gm_w_[0], gm_w_[1], gm_w_[2]);                   \
        } else if (sizeof gm_val_ == 32) {                                                         \
            __builtin_memcpy(gm_w_, &gm_val_, sizeof gm_val_ == 32 ? 32 : 0);                      \
            gm_store_four((t), (void *)gm_slot_, gm_w_[0], gm_w_[1], gm_w_[2], gm_w_[3]);          \
        } else {                                                                                   \
            gm_store_typed_slow((t), (void *)gm_slot_, &gm_val_);                                  \
        }                                                                                          \
    })

/* --- run-time panics: each raises the runtime.Error that Go raises, with its text --- */

GM_NORETURN void gm_panic_nil(void);
GM_NORETURN void gm_panic_index(gm_int i, gm_int len);
GM_NORETURN void gm_panic_index_u(gm_uint i, gm_int len); /* unsigned index */
/* What was out of range, and how Go writes it. */
enum gm_bounds {
    GM_BOUNDS_INDEX,
    GM_BOUNDS_ALEN,   /* s[?:x] of an array or string: x > its length */
    GM_BOUNDS_ACAP,   /* s[?:x] of a slice: x > its capacity */
    GM_BOUNDS_B,      /* s[x:y]: x > y */
    GM_BOUNDS_3ALEN,  /* s[::x] of an array */
    GM_BOUNDS_3ACAP,  /* s[::x] of a slice */
    GM_BOUNDS_3B,     /* s[:x:y] */
    GM_BOUNDS_3C,     /* s[x:y:] */
    GM_BOUNDS_CONVERT /* a slice of length y as a pointer to an array of x elements */
};
/* x is out of range, y the limit; is_signed says how the bits of x are to be read */
GM_NORETURN void gm_panic_bounds(int64_t x, gm_int y, bool is_signed, enum gm_bounds code);
GM_NORETURN void gm_panic_divide(void);
GM_NORETURN void gm_panic_shift(void);
GM_NORETURN void gm_panic_makeslice_len(void);
GM_NORETURN void gm_panic_makeslice_cap(void);
GM_NORETURN void gm_panic_unsafe_slice_len(void);
GM_NORETURN void gm_panic_unsafe_slice_nil(void);
GM_NORETURN void gm_panic_unsafe_string_len(void);
GM_NORETURN void gm_panic_unsafe_string_nil(void);
GM_NORETURN void gm_panic_nil_map(void);
/* A loop over a function whose body is called in this state: see compiler/lower/rangefunc.c */
GM_NORETURN void gm_panic_range(gm_int state);
/* x.(T) failed: have NULL for a nil interface; missing NULL for a concrete T */
GM_NORETURN void gm_panic_assert(const gm_type *iface, const gm_type *have, const gm_type *want,
                                 const gm_type *missing_in);
/* A method called through a nil pointer by a generated wrapper: "value method main.T.m called using
 * nil *T pointer" */
GM_NORETURN void gm_panic_wrap(const char *pkg, const char *type, const char *method);
GM_NORETURN void gm_unreachable(void); /* control reached the end of a function that cannot end */

static inline void gm_check_nil(const void *p) {
    if (GM_UNLIKELY(!p)) gm_panic_nil();
}
/* p, checked: (*gm_not_nil(p)).field */
#define gm_not_nil(p)                                                                              \
    ({                                                                                             \
        __auto_type gm_p_ = (p);                                                                   \
        if (GM_UNLIKELY(!gm_p_)) gm_panic_nil();                                                   \
        gm_p_;                                                                                     \
    })
/* i, checked against len: one unsigned comparison serves both ends */
static inline gm_int gm_index(gm_int i, gm_int len) {
    if (GM_UNLIKELY((gm_uint)i >= (gm_uint)len)) gm_panic_index(i, len);
    return i;
}

/* --- panic, defer, recover (lang/panic.c) --- */

typedef struct gm_defer gm_defer;
/* One active call of a function that defers. It lives on the C stack of that call. */
typedef struct gm_frame {
    void *regs[8];         /* callee-saved registers, stack pointer and return address, saved by
                              gm_frame_enter */
    gm_defer *defers;      /* this call's deferred calls, last first */
    struct gm_frame *link; /* the next older frame of the goroutine */
    void *results; /* address of the result variables: makes the C compiler keep them in memory */
} gm_frame;
struct gm_defer { /* the printed C embeds it first in a struct that holds the arguments */
    gm_defer *link;
    /* Makes the deferred call. `panicking`: the call is made by a panic, so recover may stop it:
     * the thunk then calls gm_defer_callee(code) directly before the call, with the address of the
     * function that it is about to enter. */
    void (*run)(gm_defer *d, bool panicking);
};
/* Returns 0 at first; returns again, with 1, when a deferred call of this frame has recovered a
 * panic: go to the function's end, which calls gm_frame_leave and returns the results. */
int gm_frame_enter(gm_frame *f, void *results) __attribute__((returns_twice));
static inline void gm_defer_push(gm_frame *f, gm_defer *d) {
    d->link = f->defers;
    f->defers = d;
}
void gm_frame_leave(gm_frame *f); /* runs the deferred calls, last first, and unlinks the frame */
void gm_defer_callee(void *code);
/* Called by each function that contains recover(), once, at its entry. True: the function was called by a panic, to make
 * a deferred call, and so its recover() works. `code` is the function's address as defer thunks, closures and itabs
 * know it. Does not park. */
bool gm_recover_entry(void *code);
/* In wrapper methods: hands the right to recover on from the wrapper to the wrapped method. */
void gm_recover_wrapper(void *wrapper, void *wrapped);
/* recover(): the value of the panic that is under way, which it ends; nil if there is none. may: what
 * gm_recover_entry said at the function's entry; it holds for the whole call. */
gm_eface gm_recover(bool may);
GM_NORETURN void gm_panic(gm_eface v);
GM_NORETURN void gm_goexit(void);
GM_NORETURN void gm_throw(const char *msg); /* "fatal error: msg", trace, exit 2 */

/* --- arithmetic that C leaves open --- */

/* Division: zero is checked by gm_div_check; MIN / -1 wraps. */
#define GM_DEFINE_DIV(N)                                                                           \
    static inline int##N##_t gm_div##N(int##N##_t x, int##N##_t y) {                               \
        if (GM_UNLIKELY(y == 0)) gm_panic_divide();                                                \
        return y == -1 ? (int##N##_t)(0 - (uint##N##_t)x) : (int##N##_t)(x / y);                   \
    }                                                                                              \
    static inline int##N##_t gm_rem##N(int##N##_t x, int##N##_t y) {                               \
        if (GM_UNLIKELY(y == 0)) gm_panic_divide();                                                \
        return y == -1 ? 0 : (int##N##_t)(x % y);                                                  \
    }                                                                                              \
    static inline uint##N##_t gm_divu##N(uint##N##_t x, uint##N##_t y) {                           \
        if (GM_UNLIKELY(y == 0)) gm_panic_divide();                                                \
        return (uint##N##_t)(x / y);                                                               \
    }                                                                                              \
    static inline uint##N##_t gm_remu##N(uint##N##_t x, uint##N##_t y) {                           \
        if (GM_UNLIKELY(y == 0)) gm_panic_divide();                                                \
        return (uint##N##_t)(x % y);                                                               \
    }                                                                                              \
    static inline uint##N##_t gm_shlu##N(uint##N##_t x, uint64_t n) {                              \
        return n < N ? (uint##N##_t)(x << n) : 0;                                                  \
    }                                                                                              \
    static inline int##N##_t gm_shl##N(int##N##_t x, uint64_t n) {                                 \
        return n < N ? (int##N##_t)((uint##N##_t)x << n) : 0;                                      \
    }                                                                                              \
    static inline uint##N##_t gm_shru##N(uint##N##_t x, uint64_t n) {                              \
        return n < N ? (uint##N##_t)(x >> n) : 0;                                                  \
    }                                                                                              \
    static inline int##N##_t gm_shr##N(int##N##_t x, uint64_t n) {                                 \
        return (int##N##_t)(x >> (n < N ? n : N - 1));                                             \
    }
GM_DEFINE_DIV(8)
GM_DEFINE_DIV(16)
GM_DEFINE_DIV(32)
GM_DEFINE_DIV(64)
#undef GM_DEFINE_DIV
/* A signed shift count: negative panics. */
static inline uint64_t gm_shift_count(int64_t n) {
    if (GM_UNLIKELY(n < 0)) gm_panic_shift();
    return (uint64_t)n;
}
/* Conversions as amd64 Go makes them: out of range gives the smallest integer. */
int64_t gm_f64_to_i64(double x);
uint64_t gm_f64_to_u64(double x);
int32_t gm_f64_to_i32(double x);
uint32_t gm_f64_to_u32(double x);
double _Complex gm_cdiv(double _Complex n, double _Complex d);
/* The product as Go defines it, without C's recovery of infinities. */
static inline double _Complex gm_cmul(double _Complex x, double _Complex y) {
    double a = __real__ x, b = __imag__ x, c = __real__ y, d = __imag__ y;
    return __builtin_complex(a * c - b * d, a * d + b * c);
}

/* --- strings (lang/string.c). buf: 32 bytes on the caller's stack for a result that does not
 * escape, or NULL --- */

gm_string gm_concat(void *buf, const gm_string *parts, gm_int n);
int gm_string_cmp(gm_string a, gm_string b); /* <0, 0, >0 */
static inline bool gm_string_eq(gm_string a, gm_string b) {
    return a.n == b.n && (a.p == b.p || __builtin_memcmp(a.p, b.p, (size_t)a.n) == 0);
}
/* The place of s, from 1, in a table sorted by length and then by bytes; 0: it is not there. */
gm_int gm_string_find(const gm_string *table, gm_int n, gm_string s);
/* Decodes the rune at i (i < s.n): returns the index after it; invalid bytes give U+FFFD and i+1.
 */
gm_int gm_decode_rune(gm_string s, gm_int i, int32_t *rune);
gm_string gm_string_from_bytes(void *buf, const void *p, gm_int n);
gm_string gm_string_from_runes(void *buf, gm_slice runes);
gm_string gm_string_from_rune(void *buf, int64_t r);
gm_slice gm_bytes_from_string(void *buf, gm_string s);
gm_slice gm_runes_from_string(gm_string s);

/* --- slices (lang/slice.c) --- */

void *gm_makeslice(const gm_type *elem, gm_int len, gm_int cap); /* panics as make does */
/* Growth takes a slice apart, so that it travels in registers: a copy in memory would stay in the
 * caller's frame and keep the old array for as long as the frame lives. */
typedef struct gm_grown {
    void *p;
    gm_int cap;
} gm_grown;
/* p[:len:cap] with room for need elements (need > cap); growth as Go's append; the new part beyond
 * len is zero where elem has pointers. */
gm_grown gm_grow(const gm_type *elem, void *p, gm_int len, gm_int cap, gm_int need);
/* p[:len:cap] with src[:n] behind it. */
gm_grown gm_grow_append(const gm_type *elem, void *p, gm_int len, gm_int cap, const void *src,
                        gm_int n);
static inline __attribute__((always_inline)) gm_slice gm_growslice(const gm_type *elem, gm_slice s,
                                                                   gm_int need) {
    gm_grown g = gm_grow(elem, s.p, s.len, s.cap, need);
    return (gm_slice){g.p, s.len, g.cap};
}
/* append(s, src[:n]...) */
static inline __attribute__((always_inline)) gm_slice gm_append(const gm_type *elem, gm_slice s,
                                                                const void *src, gm_int n) {
    gm_grown g = gm_grow_append(elem, s.p, s.len, s.cap, src, n);
    return (gm_slice){g.p, s.len + n, g.cap};
}
/* *s, which is in memory, with room for `more` elements behind those it has, more than fit; its length stays. */
void gm_grow_in_place(const gm_type *elem, gm_slice *s, gm_int more);
void gm_append_growing(const gm_type *elem, gm_slice *s, const void *src, gm_int n);
/* *s = append(*s, src[:n]...) for elements of size bytes without pointers */
static inline __attribute__((always_inline)) void
gm_append_in_place(const gm_type *elem, gm_int size, gm_slice *s, const void *src, gm_int n) {
    if (GM_UNLIKELY(n > s->cap - s->len)) {
        gm_append_growing(elem, s, src, n);
        return;
    }
    __builtin_memmove((char *)s->p + s->len * size, src, (size_t)(n * size));
    s->len += n;
}
/* p[:len:cap] with n zero elements behind it. */
gm_grown gm_grow_zero(const gm_type *elem, void *p, gm_int len, gm_int cap, gm_int n);
/* append(s, make([]T, n)...) */
static inline __attribute__((always_inline)) gm_slice gm_extend(const gm_type *elem, gm_slice s,
                                                                gm_int n) {
    gm_grown g = gm_grow_zero(elem, s.p, s.len, s.cap, n);
    return (gm_slice){g.p, s.len + n, g.cap};
}
void gm_slice_clear(const gm_type *elem, gm_slice s);
gm_int gm_copy(const gm_type *elem, gm_slice dst, const void *src,
               gm_int n); /* copy; with barriers where needed */
/* The same for elements of size bytes without pointers. */
static inline gm_int gm_copy_plain(size_t size, gm_slice dst, const void *src, gm_int n) {
    if (n > dst.len) n = dst.len;
    if (n > 0) __builtin_memmove(dst.p, src, (size_t)n * size);
    return n;
}

/* --- equality and hashing (lang/alg.c) --- */

bool gm_eface_eq(gm_eface a, gm_eface b); /* panics on uncomparable dynamic types */
bool gm_iface_eq(gm_iface a, gm_iface b);
uintptr_t gm_memhash(const void *p, uintptr_t seed, uintptr_t size);
uintptr_t gm_strhash(const void *p, uintptr_t seed); /* p: gm_string * */
uintptr_t gm_f32hash(const void *p, uintptr_t seed), gm_f64hash(const void *p, uintptr_t seed),
    gm_c64hash(const void *p, uintptr_t seed), gm_c128hash(const void *p, uintptr_t seed),
    gm_efacehash(const void *p, uintptr_t seed), gm_ifacehash(const void *p, uintptr_t seed);
uintptr_t gm_typehash(const gm_type *t, const void *p, uintptr_t seed);
/* Function values for descriptors: equality by size of memory, and of the kinds that need more;
 * hashers likewise. */
extern const gm_func gm_memequal0_fv, gm_memequal8_fv, gm_memequal16_fv, gm_memequal32_fv,
    gm_memequal64_fv, gm_memequal128_fv, gm_strequal_fv, gm_f32equal_fv, gm_f64equal_fv,
    gm_c64equal_fv, gm_c128equal_fv, gm_efaceequal_fv, gm_ifaceequal_fv;
extern const gm_func gm_memhash8_fv, gm_memhash16_fv, gm_memhash32_fv, gm_memhash64_fv,
    gm_memhash128_fv, gm_strhash_fv, gm_f32hash_fv, gm_f64hash_fv, gm_c64hash_fv, gm_c128hash_fv,
    gm_efacehash_fv, gm_ifacehash_fv;

/* --- maps (lang/map.c). Keys are passed by address; find returns the entry's element or NULL ---
 */

gm_map *gm_makemap(const gm_maptype *t, gm_int hint);
void *gm_map_find(const gm_maptype *t, gm_map *m, const void *key);
void *gm_map_assign(const gm_maptype *t, gm_map *m,
                    const void *key); /* element slot; panics on a nil map */
void gm_map_delete(const gm_maptype *t, gm_map *m, const void *key);
void gm_map_clear(const gm_maptype *t, gm_map *m);
void *gm_map_find32(const gm_maptype *t, gm_map *m,
                    uint32_t key); /* any 4-byte memory-comparable key */
void *gm_map_find64(const gm_maptype *t, gm_map *m, uint64_t key);
void *gm_map_findstr(const gm_maptype *t, gm_map *m, gm_string key);
void *gm_map_assign32(const gm_maptype *t, gm_map *m, uint32_t key);
void *gm_map_assign64(const gm_maptype *t, gm_map *m, uint64_t key);
void *gm_map_assign64ptr(const gm_maptype *t, gm_map *m, void *key);
void *gm_map_assignstr(const gm_maptype *t, gm_map *m, gm_string key);
static inline gm_int gm_map_len(const gm_map *m) {
    return m ? *(const gm_int *)m : 0;
}
typedef struct gm_mapiter {
    void *key; /* NULL: the end */
    void *elem;
    const gm_maptype *t;
    gm_map *m;
    uintptr_t opaque[8]; /* as large as reflect's hiter */
} gm_mapiter;
#define GM_MAPITER_POINTERS 0xfb /* for GM_FORGET */
void gm_mapiter_init(const gm_maptype *t, gm_map *m,
                     gm_mapiter *it); /* at the first entry; order is random */
void gm_mapiter_next(gm_mapiter *it);

/* --- interfaces (lang/iface.c) --- */

/* The itab of (inter, type), made at need; panic with Go's text / NULL when type does not implement
 * inter. */
const gm_itab *gm_getitab(const gm_interfacetype *inter, const gm_type *type);
const gm_itab *gm_getitab_or_null(const gm_interfacetype *inter, const gm_type *type);
/* x.(inter) where type is x's dynamic type (NULL: x is nil) */
const gm_itab *gm_assert_itab(const gm_interfacetype *inter, const gm_type *type); /* panics */
const gm_itab *gm_assert_itab2(const gm_interfacetype *inter,
                               const gm_type *type); /* NULL if not */
static inline const gm_type *gm_iface_type(gm_iface i) {
    return i.tab ? i.tab->type : NULL;
}
void *
gm_box(const gm_type *t,
       const void *p); /* data word for the value at p, on the heap (or static for small values) */

/* --- goroutines, channels, select (sched/, chan/, lang/gochan.c) --- */

void gm_go_func(
    const gm_func *fn); /* go fn(): fn is a closure without parameters and results; on the heap */
/* Channels (golem/chan.h) as Go has them: what fails panics. */
gm_chan *gm_go_chan_make(const gm_chantype *t, gm_int size);
void gm_go_chan_close(gm_chan *c);
GM_NORETURN void gm_panic_send_closed(void);
static inline void gm_go_chan_send(gm_chan *c, const void *elem) {
    if (GM_UNLIKELY(!gm_chan_send(c, elem))) gm_panic_send_closed();
}
/* Of a select with one case and a default: whether the case was chosen. */
static inline bool gm_go_chan_try_send(gm_chan *c, const void *elem) {
    enum gm_chan_result r = gm_chan_try_send(c, elem);
    if (GM_UNLIKELY(r == GM_CHAN_CLOSED)) gm_panic_send_closed();
    return r == GM_CHAN_OK;
}
static inline bool gm_go_chan_try_recv(gm_chan *c, void *elem, bool *received) {
    enum gm_chan_result r = gm_chan_try_recv(c, elem);
    *received = r == GM_CHAN_OK;
    return r != GM_CHAN_WOULD_WAIT;
}
typedef struct gm_scase {
    gm_chan *c;
    void *elem; /* sent from or received into; NULL allowed for receives */
} gm_scase;
/* cases: the sends first (nsends), then the receives. Returns the index of the case chosen, -1 for
 * default (block false). *received tells for a receive whether a value came. */
gm_int gm_go_select(gm_scase *cases, gm_int nsends, gm_int nrecvs, bool block, bool *received);
void gm_block(void); /* select {} */

/* --- print and println (lang/print.c): to standard error, as Go's --- */

void gm_print_lock(void), gm_print_unlock(void), gm_print_sp(void), gm_print_nl(void);
void gm_print_bool(bool b), gm_print_int(int64_t i), gm_print_uint(uint64_t u),
    gm_print_float64(double d), gm_print_float32(float f), gm_print_complex128(double _Complex c),
    gm_print_complex64(float _Complex c), gm_print_string(gm_string s),
    gm_print_pointer(const void *p), gm_print_slice(gm_slice s), gm_print_eface(gm_eface e),
    gm_print_iface(gm_iface i);

#include <golem/ops.h>

#endif
