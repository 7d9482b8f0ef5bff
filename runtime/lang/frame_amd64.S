/* frame_amd64.S - entering a frame that defers, and coming back to it.
 *
 * gm_frame_enter is a setjmp that also links the frame into its goroutine's list. gm_frame_resume
 * makes it return a second time, with 1. Layout of gm_frame: rbx rbp r12 r13 r14 r15 rsp rip, then
 * defers, link, results. Offsets are checked by _Static_assert in panic.c.
 */

#define F_RBX 0
#define F_RBP 8
#define F_R12 16
#define F_R13 24
#define F_R14 32
#define F_R15 40
#define F_RSP 48
#define F_RIP 56
#define F_DEFERS 64
#define F_LINK 72
#define F_RESULTS 80
#define G_DEFERS 64

        .text

/* int gm_frame_enter(gm_frame *f, void *results) */
        .globl gm_frame_enter
        .hidden gm_frame_enter
        .type gm_frame_enter, @function
        .p2align 4
gm_frame_enter:
        .cfi_startproc
        movq gm_tls_block@gottpoff(%rip), %rax
        movq %fs:0(%rax), %rax
        movq %rbx, F_RBX(%rdi)
        movq %rbp, F_RBP(%rdi)
        movq %r12, F_R12(%rdi)
        movq %r13, F_R13(%rdi)
        movq %r14, F_R14(%rdi)
        movq %r15, F_R15(%rdi)
        leaq 8(%rsp), %rdx
        movq %rdx, F_RSP(%rdi)
        movq (%rsp), %rdx
        movq %rdx, F_RIP(%rdi)
        movq $0, F_DEFERS(%rdi)
        movq %rsi, F_RESULTS(%rdi)
        movq G_DEFERS(%rax), %rcx
        movq %rcx, F_LINK(%rdi)
        movq %rdi, G_DEFERS(%rax)
        xorl %eax, %eax
        ret
        .cfi_endproc
        .size gm_frame_enter, .-gm_frame_enter

/* void gm_frame_resume(gm_frame *f): does not return here. */
        .globl gm_frame_resume
        .hidden gm_frame_resume
        .type gm_frame_resume, @function
        .p2align 4
gm_frame_resume:
        .cfi_startproc
        movq F_RBX(%rdi), %rbx
        movq F_RBP(%rdi), %rbp
        movq F_R12(%rdi), %r12
        movq F_R13(%rdi), %r13
        movq F_R14(%rdi), %r14
        movq F_R15(%rdi), %r15
        movq F_RSP(%rdi), %rsp
        movl $1, %eax
        jmp *F_RIP(%rdi)
        .cfi_endproc
        .size gm_frame_resume, .-gm_frame_resume

/* A fault in compiled code continues here, as if the faulting instruction had called it: the signal
 * handler has stepped over the red zone, pushed the instruction's address, and put gm_fault_panic's
 * arguments into its registers. Unwinding takes the caller for what a signal interrupted. */
        .globl gm_fault_entry
        .hidden gm_fault_entry
        .type gm_fault_entry, @function
        .p2align 4
        .cfi_startproc
        .cfi_signal_frame
        .cfi_def_cfa_offset 136
        .cfi_offset %rip, -136
        nop
gm_fault_entry:
        pushq %rbp
        .cfi_def_cfa_offset 144
        .cfi_offset %rbp, -144
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        andq $-16, %rsp
        call gm_fault_panic
        ud2
        .cfi_endproc
        .size gm_fault_entry, .-gm_fault_entry

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
