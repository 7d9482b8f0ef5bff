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

/* void gm_call_above(uintptr_t saved, void (*fn)(void *), void *arg): calls fn(arg) here, in a frame
 * whose caller, to an unwinder, is the goroutine whose registers stand at `saved` (the picture that
 * switch_amd64.S describes). */
        .globl gm_call_above
        .type gm_call_above, @function
        .p2align 4
gm_call_above:
        .cfi_startproc
        pushq %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        movq %rdi, %rbx
        movq %rdx, %rdi
        .cfi_remember_state
        .cfi_def_cfa %rbx, 56
        .cfi_offset %rip, -8
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
        .cfi_offset %r12, -32
        .cfi_offset %r13, -40
        .cfi_offset %r14, -48
        .cfi_offset %r15, -56
        call *%rsi
        .cfi_restore_state
        popq %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        ret
        .cfi_endproc
        .size gm_call_above, .-gm_call_above

/* void gm_call_above_registers(const uint64_t *regs, void (*fn)(void *), void *arg): the same for a
 * goroutine that was interrupted, with its registers at regs (see gm_g_registers). In terms of DWARF:
 * register n is at the address rbx + 8 * its index, and the CFA is the value of rsp there. */
        .globl gm_call_above_registers
        .type gm_call_above_registers, @function
        .p2align 4
gm_call_above_registers:
        .cfi_startproc
        .cfi_signal_frame
        pushq %rbx
        .cfi_adjust_cfa_offset 8
        movq %rdi, %rbx
        movq %rdx, %rdi
        .cfi_remember_state
        .cfi_escape 0x0f, 0x04, 0x73, 0xf8, 0x00, 0x06 /* CFA: what stands in rsp */
        .cfi_escape 0x10, 0x00, 0x03, 0x73, 0xe8, 0x00 /* rax */
        .cfi_escape 0x10, 0x01, 0x03, 0x73, 0xe0, 0x00 /* rdx */
        .cfi_escape 0x10, 0x02, 0x03, 0x73, 0xf0, 0x00 /* rcx */
        .cfi_escape 0x10, 0x03, 0x03, 0x73, 0xd8, 0x00 /* rbx */
        .cfi_escape 0x10, 0x04, 0x03, 0x73, 0xc8, 0x00 /* rsi */
        .cfi_escape 0x10, 0x05, 0x03, 0x73, 0xc0, 0x00 /* rdi */
        .cfi_escape 0x10, 0x06, 0x03, 0x73, 0xd0, 0x00 /* rbp */
        .cfi_escape 0x10, 0x08, 0x02, 0x73, 0x00 /* r8 */
        .cfi_escape 0x10, 0x09, 0x02, 0x73, 0x08 /* r9 */
        .cfi_escape 0x10, 0x0a, 0x02, 0x73, 0x10 /* r10 */
        .cfi_escape 0x10, 0x0b, 0x02, 0x73, 0x18 /* r11 */
        .cfi_escape 0x10, 0x0c, 0x02, 0x73, 0x20 /* r12 */
        .cfi_escape 0x10, 0x0d, 0x02, 0x73, 0x28 /* r13 */
        .cfi_escape 0x10, 0x0e, 0x02, 0x73, 0x30 /* r14 */
        .cfi_escape 0x10, 0x0f, 0x02, 0x73, 0x38 /* r15 */
        .cfi_escape 0x10, 0x10, 0x03, 0x73, 0x80, 0x01 /* rip */
        call *%rsi
        .cfi_restore_state
        popq %rbx
        .cfi_adjust_cfa_offset -8
        ret
        .cfi_endproc
        .size gm_call_above_registers, .-gm_call_above_registers

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
