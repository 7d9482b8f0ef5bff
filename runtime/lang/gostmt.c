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
