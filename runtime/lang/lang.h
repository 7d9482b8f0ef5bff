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

#include "gc/barrier.h"
#include "observe/output.h"
#include "observe/text.h"
#include "observe/traceback.h"
#include "os/fatal.h"
#include "sched/preempt.h"

/* --- memory as values --- */

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

/* Does p point to a variable of the program that is none of the heap? */
bool gm_is_global(const void *p);

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
GM_NORETURN void gm_throw_user(const char *msg);
/* The two of a Go string, which may be cut short. */
GM_NORETURN void gm_throw_text(gm_string msg);
GM_NORETURN void gm_throw_user_text(gm_string msg);
/* gm_throw about a fault; f is shown. */
GM_NORETURN void gm_throw_signal(const char *msg, const gm_signal_note *f);
/* Panics that run deferred calls now, in all goroutines; and the end of a process after a panic. */
GM_NORETURN void gm_exit(int code);

/* --- start and arguments (start.c) --- */

extern int gm_argc;
extern char **gm_argv, **gm_envp;
const gm_module *const *gm_modules(int *n);

/* --- signals (signal.c) --- */

void gm_signals_init(void);
const char *gm_signal_name(int signo); /* "SIGQUIT: quit" */
/* What a signal does that the program has not asked for. */
void gm_signal_reset(int signo);
bool gm_set_panic_on_fault(bool on); /* returns what was set */

#endif
