/* unwind_amd64.S - frames from which an unwinder goes on into a goroutine that stands still.
 *
 * Machine: x86-64.
 */
        .text

/* void gm_call_above(uintptr_t saved, void (*fn)(void *), void *arg): calls fn(arg) here, in a frame
 * whose caller, to an unwinder, is the goroutine whose registers stand at `saved` (the picture that
 * switch_amd64.S describes). */
        .globl gm_call_above
        .hidden gm_call_above
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
        .hidden gm_call_above_registers
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
