/* tls.h - who runs here: the current goroutine, thread record and processor.
 *
 * One thread-local block holds the three pointers. It is read by one load relative to %fs, in an
 * asm volatile, each time it is wanted. A compiler that saw an ordinary __thread variable would
 * compute its address once and use it again after a call; but a goroutine can go to sleep in that
 * call and wake on another thread, and the address would be that of the thread it left. So:
 *
 *   - nothing outside this file names gm_tls_block;
 *   - a value read here is stale after any call that can park, yield or enter a blocking region;
 *   - code on a thread's system stack stays on its thread and may keep what it read.
 *
 * The block is addressed by the initial-exec model: the offset comes from the global offset table,
 * which works in a program, in a position-independent program and in a shared library alike.
 *
 * The second half is the stack limit. gcc's and clang's -fsplit-stack prologues compare %rsp with
 * the word at %fs:0x70, which the C library sets aside for this and never touches. It is zero on
 * every new thread: no check fails on a thread's own stack.
 *
 * Machine: x86-64, Linux.
 */
#ifndef GM_OS_TLS_H
#define GM_OS_TLS_H

#include <stdint.h>

typedef struct gm_g gm_g;
typedef struct gm_m gm_m;
typedef struct gm_p gm_p;

typedef struct gm_tls {
    gm_g *g; /* offset 0: the goroutine that runs, or whose system-stack call runs */
    gm_m *m; /* offset 8: this thread's record; NULL: unknown to the runtime */
    gm_p *p; /* offset 16: the processor that this thread holds, or NULL */
} gm_tls;

extern __thread gm_tls gm_tls_block __attribute__((tls_model("initial-exec")));

#define GM_TLS_READ(type, offset)                                                                  \
    ({                                                                                             \
        type gm_value_;                                                                            \
        __asm__ volatile("movq gm_tls_block@gottpoff(%%rip), %0\n\t"                               \
                         "movq %%fs:" #offset "(%0), %0"                                           \
                         : "=r"(gm_value_));                                                       \
        gm_value_;                                                                                 \
    })

#define GM_TLS_WRITE(offset, value)                                                                \
    do {                                                                                           \
        void *gm_scratch_;                                                                         \
        __asm__ volatile("movq gm_tls_block@gottpoff(%%rip), %0\n\t"                               \
                         "movq %1, %%fs:" #offset "(%0)"                                           \
                         : "=&r"(gm_scratch_)                                                      \
                         : "r"(value)                                                              \
                         : "memory");                                                              \
    } while (0)

static inline gm_g *gm_getg(void) {
    return GM_TLS_READ(gm_g *, 0);
}
static inline gm_m *gm_getm(void) {
    return GM_TLS_READ(gm_m *, 8);
}
static inline gm_p *gm_getp(void) {
    return GM_TLS_READ(gm_p *, 16);
}

static inline void gm_setg(gm_g *g) {
    GM_TLS_WRITE(0, g);
}
static inline void gm_setm(gm_m *m) {
    GM_TLS_WRITE(8, m);
}
static inline void gm_setp(gm_p *p) {
    GM_TLS_WRITE(16, p);
}

static inline uintptr_t gm_get_limit(void) {
    uintptr_t limit;
    __asm__ volatile("movq %%fs:0x70, %0" : "=r"(limit));
    return limit;
}

static inline void gm_set_limit(uintptr_t limit) {
    __asm__ volatile("movq %0, %%fs:0x70" : : "r"(limit) : "memory");
}

/* The address of this thread's limit word, so that another thread can poison it. */
static inline uintptr_t *gm_limit_word(void) {
    uintptr_t self;
    __asm__ volatile("movq %%fs:0, %0" : "=r"(self));
    return (uintptr_t *)(self + 0x70);
}

static inline uintptr_t gm_get_sp(void) {
    uintptr_t sp;
    __asm__ volatile("movq %%rsp, %0" : "=r"(sp));
    return sp;
}

#endif
