/* lang.h - what the files of this floor share among themselves.
 *
 * Everything here runs on goroutine stacks: frames are small, nothing allocates from the C library
 * and nothing calls a function of the C library that is hungry for stack. What needs more (the
 * reading of debug information) goes through gm_systemstack.
 */
#ifndef GM_LANG_LANG_H
#define GM_LANG_LANG_H

#include <string.h>

#include <golem/go.h>

/* The largest block that may be asked for: 2^48 bytes, the address space of a program. */
#define GM_MAX_ALLOC ((uintptr_t)1 << 48)

/* A function that compiled Go calls often: where it does, a request to yield is met before the function
 * begins. So nothing of the runtime may call such a function as its last act while it holds a
 * lock or anything else of its P. See sched/preempt.c. */
#define GM_ENTRY __attribute__((section("gm_entry")))

/* --- memory as values --- */

static inline bool gm_has_pointers(const gm_type *t) {
    return t->ptrdata != 0;
}
/* Before n values at dst are overwritten by those at src (NULL: by zero). */
static inline void gm_barrier_n(const gm_type *t, void *dst, const void *src, gm_int n) {
    if (GM_UNLIKELY(gm_wb_enabled) && gm_has_pointers(t)) gm_wb_copy_n(t, dst, src, n);
}
static inline void gm_barrier(const gm_type *t, void *dst, const void *src) {
    if (GM_UNLIKELY(gm_wb_enabled) && gm_has_pointers(t)) gm_wb_copy(t, dst, src);
}
/* memmove and memset of n values, with the barrier (bulk.c). */
void gm_move_values(const gm_type *elem, void *dst, const void *src, gm_int n);
void gm_clear_values(const gm_type *elem, void *p, gm_int n);
/* As in C, for memory of any size without pointers, or fresh: see bulk.c. What else goes through much
 * memory calls gm_give_way after each GM_BULK_PIECE bytes. */
void *gm_memset(void *p, int c, size_t n);
void *gm_memmove(void *dst, const void *src, size_t n);
int gm_memcmp(const void *a, const void *b, size_t n);
const void *gm_memchr(const void *p, int c, size_t n);
enum { GM_BULK_PIECE = 64 << 10 };
/* Does p point into the calling goroutine's stack? */
bool gm_on_stack(const void *p);

/* --- calls of function values --- */

typedef bool gm_equal_fn(const void *p, const void *q, const gm_func *self);
typedef uintptr_t gm_hash_fn(const void *p, uintptr_t seed, const gm_func *self);

static inline bool gm_call_equal(const gm_func *f, const void *p, const void *q) {
    return ((gm_equal_fn *)f->code)(p, q, f);
}
static inline uintptr_t gm_call_hash(const gm_func *f, const void *p, uintptr_t seed) {
    return ((gm_hash_fn *)f->code)(p, seed, f);
}

/* --- hashing: the functions that alg.c and the maps must agree on --- */

#define GM_HASH_K0 0xa0761d6478bd642fu
#define GM_HASH_K1 0xe7037ed1a0b428dbu

static inline uint64_t gm_mum(uint64_t a, uint64_t b) {
    __uint128_t m = (__uint128_t)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}
static inline uint64_t gm_hash64(uint64_t v, uint64_t seed) {
    return gm_mum(v ^ seed, GM_HASH_K0);
}
uint64_t gm_hash_bytes(const void *p, size_t n, uint64_t seed);

/* --- descriptors (typeinfo.c) --- */

typedef struct gm_name {
    uint8_t flags; /* 1 exported, 2 tag, 4 package path, 8 embedded */
    gm_string text;
} gm_name;

gm_name gm_read_name(const uint8_t *encoded);
const gm_uncommon *gm_type_uncommon(const gm_type *t); /* NULL: no methods, no package */
const gm_method *gm_type_methods(const gm_type *t, int *n);
/* Of a function type: how many parameters and results; both are numbered from 0, in one list. */
int gm_func_ins(const gm_type *f), gm_func_outs(const gm_type *f);
bool gm_func_variadic(const gm_type *f);
const gm_type *gm_func_param(const gm_type *f, int i);
/* Are these descriptors of one type? Packages that mention an unnamed type each have one of it. */
bool gm_type_same(const gm_type *a, const gm_type *b);

/* What reflect registered under a negative offset (pkg_reflect.c). */
const void *gm_reflect_off(int32_t off);

/* --- strings made in C: short texts collected in a buffer that the caller owns --- */

typedef struct gm_text {
    char *p;
    size_t n, cap; /* what does not fit is dropped */
} gm_text;

void gm_text_str(gm_text *t, gm_string s);
void gm_text_c(gm_text *t, const char *s);
void gm_text_int(gm_text *t, int64_t v);
void gm_text_uint(gm_text *t, uint64_t v);
void gm_text_hex(gm_text *t, uint64_t v); /* with 0x */
gm_string gm_text_copy(const gm_text *t); /* on the heap */

static inline gm_string gm_cstr(const char *s) {
    return (gm_string){(const uint8_t *)s, (gm_int)strlen(s)};
}

/* --- run-time errors (error.c) --- */

GM_NORETURN void gm_panic_error(gm_string text);       /* "runtime error: " text */
GM_NORETURN void gm_panic_plain_error(gm_string text); /* the text as it stands */
GM_NORETURN void gm_panic_mem(void);                   /* a fault near address 0 */
GM_NORETURN void gm_panic_mem_addr(uintptr_t addr);    /* any fault, under SetPanicOnFault */
GM_NORETURN void gm_panic_overflow(void);
GM_NORETURN void gm_panic_float(void);
/* The text of a value whose type has a method Error or String; false for others. */
bool gm_value_text(gm_eface v, gm_string *text);
/* The name of the first method of inter that t lacks, or an empty string. */
gm_string gm_missing_method(const gm_interfacetype *inter, const gm_type *t);

/* --- panics (panic.c) --- */

/* What a signal handler leaves for the trace: "[signal SIGSEGV: …]". */
typedef struct gm_signal_note {
    int signo, code;
    uintptr_t addr, pc;
} gm_signal_note;
/* The same for what is the program's own fault and not the runtime's. */
GM_NORETURN void gm_fatal(const char *msg);
/* gm_throw about a fault; f is shown. */
GM_NORETURN void gm_throw_signal(const char *msg, const gm_signal_note *f);
/* Panics that run deferred calls now, in all goroutines; and the end of a process after a panic. */
GM_NORETURN void gm_exit(int code);

/* --- traces (traceback.c, symbol.c) --- */

/* One function at one place; inlined functions come as frames of their own, innermost first. */
typedef struct gm_place {
    uintptr_t pc;
    uintptr_t entry;      /* start of the symbol that holds pc, or 0 */
    const char *symbol;   /* as the linker knows it, or NULL */
    const char *function; /* as debug information knows it, or NULL */
    const char *file;     /* or NULL */
    int line;
    bool inlined; /* into the place that follows */
} gm_place;

typedef bool gm_place_fn(void *arg, const gm_place *place); /* false: enough */
/* Calls fn for every function that pc stands for. Hungry for stack. False: fn said enough. */
bool gm_symbolize(uintptr_t pc, gm_place_fn *fn, void *arg);
/* Does a symbol name a function that stands in Go source? "$$" marks those that the compiler made. */
bool gm_is_go_symbol(const char *symbol);
/* And is it to be seen among the calls of a goroutine? */
bool gm_is_called_symbol(const char *symbol);
bool gm_is_panic_frame(const char *name);
/* main$4T$m -> main.(*T).m, by the rules of emit.h; false if it is not a symbol of compiled Go. */
bool gm_go_name(const char *symbol, gm_text *out);
/* Calls fn for every return address (exact: the address itself, of something interrupted) of the
 * calling goroutine, innermost first; on the system stack. */
void gm_walk_self(bool (*fn)(void *arg, uintptr_t pc, bool exact), void *arg);
/* The same for any goroutine that stands still, on the system stack already. False: it runs. */
typedef struct gm_g gm_g;
bool gm_walk_goroutine(gm_g *g, bool (*fn)(void *arg, uintptr_t pc, bool exact), void *arg);
/* Its calls, as runtime.Callers gives them. Returns how many. */
gm_int gm_goroutine_callers(gm_g *g, uintptr_t *pcs, gm_int max);
/* "goroutine 1 [running]:" and the calls of the calling goroutine, into a buffer; what does not fit is dropped. Returns the length. */
size_t gm_stack_text(char *buf, size_t cap, bool all);

/* --- start and arguments (start.c) --- */

extern int gm_argc;
extern char **gm_argv, **gm_envp;
const gm_module *const *gm_modules(int *n);

/* --- signals (signal.c) --- */

void gm_signals_init(void);
const char *gm_signal_name(int signo); /* "SIGQUIT: quit" */
/* What a signal does that the program has not asked for. */
void gm_signal_reset(int signo);
void gm_signal_stack_init(void);     /* for the calling thread */
bool gm_set_panic_on_fault(bool on); /* returns what was set */

#endif
