/* morestack_amd64.S - what -fsplit-stack prologues call when the limit is passed.
 *
 * The prologue of a function reads, in gcc's form and in clang's,
 *
 *         cmpq %fs:0x70, %rsp           (or %rsp less a large frame)
 *         jb   1f
 *     2:  body
 *     1:  movl $frame, %r10d            bytes that the body will take
 *         movl $args, %r11d             bytes of parameters on the stack
 *         call __morestack
 *         ret                           one byte; the instruction after it leads to 2
 *
 * so __morestack calls "return address plus one" on a further segment, comes back when the body
 * returns, and returns itself to the ret. Its frame is an ordinary %rbp frame on the old segment,
 * and its unwind information says so: a trace passes from the new segment to the old.
 *
 * All registers that carry parameters (and %rax, which carries a static chain) reach the body
 * unchanged; %rax, %rdx, %xmm0 and %xmm1 come back unchanged.
 *
 * If the goroutine has a next segment that is large enough the switch is made here. Otherwise, or
 * if the limit is poisoned, gm_morestack_slow finds out what to do, on the system stack; while it
 * runs the parameters lie on the goroutine's stack where the collector sees them.
 *
 * Offsets are checked by _Static_assert in stack.c.
 */

#include "sched/sanitize.h"

#define TLS_G 0
#define G_LIMIT 8
#define G_SEG 16
#define G_PREEMPT 24
#define SEG_LO 0
#define SEG_HI 8
#define SEG_LIMIT 16
#define SEG_CALLER_SP 24
#define SEG_PREV 32
#define SEG_NEXT 40
#define SEG_USED 50

        .text
        .globl __morestack
        .type __morestack, @function
        .p2align 4
__morestack:
        .cfi_startproc
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq %rbx
        .cfi_offset %rbx, -24
        pushq %r10                      /* -16(%rbp): frame */
        pushq %r11                      /* -24(%rbp): stack parameters */
        movq gm_tls_block@gottpoff(%rip), %rbx
        movq %fs:TLS_G(%rbx), %rbx
        cmpq $-1, %fs:0x70
        je .Lslow
.Lgrow:
        movq G_SEG(%rbx), %r11
        movq SEG_NEXT(%r11), %r11
        testq %r11, %r11
        jz .Lslow
        movq SEG_HI(%r11), %r10
        subq SEG_LO(%r11), %r10         /* not the limit: the stress mode sets it out of reach */
        subq $(GM_STACK_SLACK + 64), %r10
        subq -16(%rbp), %r10
        jb .Lslow
        subq -24(%rbp), %r10
        jb .Lslow

        movq %rsp, SEG_CALLER_SP(%r11)
        movb $1, SEG_USED(%r11)
        movq %r11, G_SEG(%rbx)
        movq SEG_LIMIT(%r11), %r10
        movq %r10, G_LIMIT(%rbx)
        movq %r10, %fs:0x70
        movq SEG_HI(%r11), %r10
        movq -24(%rbp), %r11
        testq %r11, %r11
        jnz .Lcopy
.Lcall:
        movq 8(%rbp), %r11
        incq %r11
        movq %r10, %rsp
        call *%r11

        movq G_SEG(%rbx), %r11
        movq SEG_PREV(%r11), %r10
        movq %r10, G_SEG(%rbx)
        movq SEG_LIMIT(%r10), %r10
        movq %r10, G_LIMIT(%rbx)
        movq %r10, %fs:0x70
        cmpl $0, G_PREEMPT(%rbx)
        jne .Lpoison
.Lleave:
        leaq -8(%rbp), %rsp
        popq %rbx
        .cfi_restore %rbx
        popq %rbp
        .cfi_restore %rbp
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_def_cfa %rbp, 16
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
.Lpoison:
        movq $-1, %fs:0x70
        jmp .Lleave

        /* %r10 is the top of the new segment, %r11 the bytes of parameters above 24(%rbp). */
.Lcopy:
        pushq %rsi
        pushq %rdi
        pushq %rcx
        movq %r11, %rcx
        addq $15, %r11
        andq $-16, %r11
        subq %r11, %r10
        shrq $3, %rcx
        leaq 24(%rbp), %rsi
        movq %r10, %rdi
        cld
        rep movsq
        popq %rcx
        popq %rdi
        popq %rsi
        jmp .Lcall

.Lslow:
        pushq %rax
        pushq %rdi
        pushq %rsi
        pushq %rdx
        pushq %rcx
        pushq %r8
        pushq %r9
        subq $136, %rsp                 /* %rbp is 8 modulo 16; 24+56+136 below it is aligned */
        movups %xmm0, (%rsp)
        movups %xmm1, 16(%rsp)
        movups %xmm2, 32(%rsp)
        movups %xmm3, 48(%rsp)
        movups %xmm4, 64(%rsp)
        movups %xmm5, 80(%rsp)
        movups %xmm6, 96(%rsp)
        movups %xmm7, 112(%rsp)
        leaq -24(%rbp), %rsi            /* struct gm_morestack_call */
        leaq gm_morestack_slow(%rip), %rdi
        call gm_systemstack
        movups (%rsp), %xmm0
        movups 16(%rsp), %xmm1
        movups 32(%rsp), %xmm2
        movups 48(%rsp), %xmm3
        movups 64(%rsp), %xmm4
        movups 80(%rsp), %xmm5
        movups 96(%rsp), %xmm6
        movups 112(%rsp), %xmm7
        addq $136, %rsp
        popq %r9
        popq %r8
        popq %rcx
        popq %rdx
        popq %rsi
        popq %rdi
        popq %rax
        cmpq $0, -16(%rbp)              /* the frame's size, or all ones: there is room here */
        jge .Lgrow

        /* Go on in place, as if the prologue had found room. */
        movq %rbp, %rsp
        movq -8(%rbp), %rbx
        .cfi_restore %rbx
        popq %rbp
        .cfi_restore %rbp
        .cfi_def_cfa %rsp, 8
        popq %r11
        .cfi_def_cfa_offset 0
        .cfi_register %rip, %r11
        incq %r11
        jmp *%r11
        .cfi_endproc
        .size __morestack, .-__morestack
        .globl gm_morestack_end
        .hidden gm_morestack_end
gm_morestack_end:

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
