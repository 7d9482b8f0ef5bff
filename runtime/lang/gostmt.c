/* gostmt.c - the go statement, and package runtime's view of the scheduler. */
#include "lang/lang.h"
#include "sched/sched.h"
#include "sched/stack.h"

/* Code that was built without stack checks needs a stack that is large from the start. */
enum { UNCHECKED_STACK = 64 << 20 };

GM_ENTRY void gm_go_func(const gm_func *fn) {
    if (!fn) gm_throw_user("go of nil func value");
    void (*code)(void *) = (void (*)(void *))fn->code;
#ifdef GM_SPLIT_STACK
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    uintptr_t pc = (uintptr_t)__builtin_return_address(0);
    gm_go_start(code, (void *)fn, gm_stack_caller(pc, frame));
#else
    if (!gm_go_start_reserved(code, (void *)fn, UNCHECKED_STACK))
        gm_throw("out of memory (goroutine stacks)");
#endif
}

/* Around system calls that may take long, in package syscall. */
void runtime$entersyscall(void) {
    gm_syscall_enter();
}

void runtime$exitsyscall(void) {
    gm_syscall_leave();
}

/* --- stores behind the write barrier; here nobody is stopped by a signal --- */

void gm_store_ptr_slow(void *slot, const void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    *(const void **)slot = val;
}

void gm_store_typed_slow(const gm_type *t, void *slot, const void *val) {
    if (gm_wb_enabled) gm_wb_copy(t, slot, val);
    memcpy(slot, val, t->size);
}

void gm_store_two_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b) {
    uint64_t w[2] = {a, b};
    gm_store_typed_slow(t, slot, w);
}

void gm_store_three_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c) {
    uint64_t w[3] = {a, b, c};
    gm_store_typed_slow(t, slot, w);
}

void gm_store_four_slow(const gm_type *t, void *slot, uint64_t a, uint64_t b, uint64_t c,
                        uint64_t d) {
    uint64_t w[4] = {a, b, c, d};
    gm_store_typed_slow(t, slot, w);
}

void gm_atomic_store_ptr(void **slot, void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    __atomic_store_n(slot, val, __ATOMIC_SEQ_CST);
}

void *gm_atomic_swap_ptr(void **slot, void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    return __atomic_exchange_n(slot, val, __ATOMIC_SEQ_CST);
}

bool gm_atomic_cas_ptr(void **slot, void *old, void *val) {
    if (gm_wb_enabled) gm_wb_slot(slot, val);
    return __atomic_compare_exchange_n(slot, &old, val, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
