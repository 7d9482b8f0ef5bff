/* switch_amd64.S - changing stacks on x86-64: goroutine to goroutine, goroutine to system stack.
 *
 * A G that does not run has its six callee-saved registers on its stack and g->sp pointing at them:
 *
 *     g->sp -> r15 r14 r13 r12 rbx rbp return-address
 *
 * Every way off a goroutine's stack leaves exactly this picture, and gm_gogo is the one way back. So
 * a goroutine that went to the system stack for a call may come back on its own thread, or may be
 * put on a run queue by that call and come back on another.
 *
 * Offsets into gm_tls, gm_g and gm_m are checked by _Static_assert in proc.c.
 */

#include "sched/sanitize.h"

#define TLS_G 0
#define TLS_M 8
#define G_SP 0
#define G_LIMIT 8
#define G_PREEMPT 24
#define M_SYS_SP 0
#define M_ON_SYSTEM 8
#define M_BLOCK_SP 16
#define M_BLOCK_REGS 24

        .text
/* A goroutine that a signal meets between here and gm_switch_end is on its way between two stacks (preempt.c). */
        .globl gm_switch_begin
        .hidden gm_switch_begin
gm_switch_begin:

/* Leaves the picture above; CFA follows in %rbp, which is saved, so that a trace taken on the system
 * stack leads on to the goroutine. */
.macro SAVE_REGS
        pushq %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
.endm

/* void gm_gogo(gm_g *g): goes on where g left off. Does not return. */
        .globl gm_gogo
        .hidden gm_gogo
        .type gm_gogo, @function
        .p2align 4
gm_gogo:
        .cfi_startproc
#ifdef GM_SANITIZED
        pushq %rdi
        .cfi_adjust_cfa_offset 8
        call gm_fiber_to_g
        popq %rdi
        .cfi_adjust_cfa_offset -8
#endif
        movq gm_tls_block@gottpoff(%rip), %rax
        movq %fs:TLS_M(%rax), %rcx
.Lresume:
        movl $0, M_ON_SYSTEM(%rcx)
        movq G_SP(%rdi), %rsp
        movq G_LIMIT(%rdi), %rax
        movq %rax, %fs:0x70
        cmpl $0, G_PREEMPT(%rdi)
        jne 2f
1:
        .cfi_def_cfa %rsp, 56
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
        .cfi_offset %r12, -32
        .cfi_offset %r13, -40
        .cfi_offset %r14, -48
        .cfi_offset %r15, -56
        popq %r15
        .cfi_adjust_cfa_offset -8
        popq %r14
        .cfi_adjust_cfa_offset -8
        popq %r13
        .cfi_adjust_cfa_offset -8
        popq %r12
        .cfi_adjust_cfa_offset -8
        popq %rbx
        .cfi_adjust_cfa_offset -8
        popq %rbp
        .cfi_adjust_cfa_offset -8
        ret
2:      movq $-1, %fs:0x70
        jmp 1b
        .cfi_endproc
        .size gm_gogo, .-gm_gogo

/* void gm_mcall(void (*fn)(gm_g *, void *), void *arg)
 * Leaves the goroutine and calls fn(g, arg) on the system stack; fn never returns. Comes back when
 * somebody does gm_gogo(g). */
        .globl gm_mcall
        .hidden gm_mcall
        .type gm_mcall, @function
        .p2align 4
gm_mcall:
        .cfi_startproc
        SAVE_REGS
        movq gm_tls_block@gottpoff(%rip), %rax
        movq %rdi, %rdx
        movq %fs:TLS_G(%rax), %rdi
        movq %fs:TLS_M(%rax), %rcx
        movq %rsp, G_SP(%rdi)
        movq M_SYS_SP(%rcx), %rsp
        movl $1, M_ON_SYSTEM(%rcx)
        movq $0, %fs:0x70
#ifdef GM_SANITIZED
        movq %rdi, %rbx
        movq %rsi, %r12
        movq %rdx, %r13
        movq %rcx, %rdi
        call gm_fiber_to_system
        movq %rbx, %rdi
        movq %r12, %rsi
        movq %r13, %rdx
#endif
        call *%rdx
        ud2
        .cfi_endproc
        .size gm_mcall, .-gm_mcall

/* void gm_systemstack(void (*fn)(void *), void *arg)
 * Calls fn(arg) on the system stack of this thread; on the spot if it is in use already, or if the
 * thread has none. */
        .globl gm_systemstack
        .hidden gm_systemstack
        .type gm_systemstack, @function
        .p2align 4
.Lhere: .cfi_startproc
        movq %rdi, %rax
        movq %rsi, %rdi
        jmp *%rax
        .cfi_endproc
        .p2align 4
gm_systemstack:
        .cfi_startproc
        movq gm_tls_block@gottpoff(%rip), %rax
        movq %fs:TLS_M(%rax), %rcx
        testq %rcx, %rcx
        jz .Lhere
        cmpl $0, M_ON_SYSTEM(%rcx)
        jne .Lhere
        SAVE_REGS
        movq %rdi, %rdx
        movq %fs:TLS_G(%rax), %rbx
        movq %rsp, G_SP(%rbx)
        movq M_SYS_SP(%rcx), %rsp
        movl $1, M_ON_SYSTEM(%rcx)
        movq $0, %fs:0x70
        movq %rcx, %r12
#ifdef GM_SANITIZED
        movq %rdx, %r13
        movq %rsi, %r14
        movq %rcx, %rdi
        call gm_fiber_to_system
        movq %r13, %rdx
        movq %r14, %rsi
#endif
        movq %rsi, %rdi
        call *%rdx
#ifdef GM_SANITIZED
        movq %rbx, %rdi
        call gm_fiber_to_g
#endif
        movq %rbx, %rdi
        movq %r12, %rcx
        jmp .Lresume
        .cfi_endproc
        .size gm_systemstack, .-gm_systemstack

/* The first instruction of every goroutine: gm_gogo "returns" here with the function in %rbx and its
 * argument in %r12; what is in %r13 comes second. The return address is undefined, so that traces end here. */
        .globl gm_go_entry
        .hidden gm_go_entry
        .type gm_go_entry, @function
        .p2align 4
gm_go_entry:
        .cfi_startproc
        .cfi_undefined %rip
        nop
        movq %r12, %rdi
        movq %r13, %rsi
        call *%rbx
        call gm_goroutine_end
        ud2
        .cfi_endproc
        .size gm_go_entry, .-gm_go_entry

/* void gm_system_base(gm_m *m, void (*fn)(void)): makes the stack below this frame the
 * system stack of m and calls fn on it, which does not return. */
        .globl gm_system_base
        .hidden gm_system_base
        .type gm_system_base, @function
        .p2align 4
gm_system_base:
        .cfi_startproc
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        andq $-64, %rsp
        movq %rsp, M_SYS_SP(%rdi)
        movl $1, M_ON_SYSTEM(%rdi)
        call *%rsi
        ud2
        .cfi_endproc
        .size gm_system_base, .-gm_system_base

/* Keeps the caller's stack pointer and callee-saved registers in the thread's record, before anything
 * can overwrite them: they may hold pointers that stand nowhere else. Then goes on in C. */
.macro LEAVE_WORLD then, unknown=
        .cfi_startproc
        movq gm_tls_block@gottpoff(%rip), %rax
        movq %fs:TLS_M(%rax), %rcx
        testq %rcx, %rcx
        jz 1f
        movq %rsp, M_BLOCK_SP(%rcx)
        movq %rbx, M_BLOCK_REGS(%rcx)
        movq %rbp, 8+M_BLOCK_REGS(%rcx)
        movq %r12, 16+M_BLOCK_REGS(%rcx)
        movq %r13, 24+M_BLOCK_REGS(%rcx)
        movq %r14, 32+M_BLOCK_REGS(%rcx)
        movq %r15, 40+M_BLOCK_REGS(%rcx)
        jmp \then
1:
.ifb \unknown
        ret
.else
        jmp \unknown
.endif
        .cfi_endproc
.endm

/* void gm_away_enter(void): the thread says that it may be away for long; the P stays with it. */
        .globl gm_away_enter
        .hidden gm_away_enter
        .type gm_away_enter, @function
        .p2align 4
gm_away_enter:
        LEAVE_WORLD gm_away_enter_saved
        .size gm_away_enter, .-gm_away_enter

/* void gm_block_enter(void): the same for the program; a goroutine's P may be given to others. */
        .globl gm_block_enter
        .type gm_block_enter, @function
        .p2align 4
gm_block_enter:
        LEAVE_WORLD gm_block_enter_saved
        .size gm_block_enter, .-gm_block_enter

/* void gm_syscall_enter(void): the same for a goroutine, on its own stack, in front of a system call
 * made by compiled code; the P may be given to others. */
        .globl gm_syscall_enter
        .hidden gm_syscall_enter
        .type gm_syscall_enter, @function
        .p2align 4
gm_syscall_enter:
        LEAVE_WORLD gm_syscall_enter_saved
        .size gm_syscall_enter, .-gm_syscall_enter

/* void gm_stack_switch(gm_stack *s), void gm_stack_bounds(void *memory, size_t size): ustack.c */
        .globl gm_stack_switch
        .type gm_stack_switch, @function
        .p2align 4
gm_stack_switch:
        LEAVE_WORLD gm_stack_switch_saved, gm_stack_switch_saved
        .size gm_stack_switch, .-gm_stack_switch

        .globl gm_stack_bounds
        .type gm_stack_bounds, @function
        .p2align 4
gm_stack_bounds:
        LEAVE_WORLD gm_stack_bounds_saved, gm_stack_bounds_saved
        .size gm_stack_bounds, .-gm_stack_bounds

        .globl gm_switch_end
        .hidden gm_switch_end
gm_switch_end:

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
