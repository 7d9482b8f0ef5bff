/* store_amd64.S - void gm_store_guarded(void *slot, const void *val): *slot = val where a signal may stop the thread at any
 * instruction. It is recorded as a critical sequence (sched/preempt.c): a thread that is stopped between the test of the
 * barrier and the store tests again.
 *
 * Machine: x86-64.
 */
        .text
        .globl gm_store_guarded
        .type gm_store_guarded, @function
        .p2align 4
gm_store_guarded:
        .cfi_startproc
1:      movq gm_wb_enabled@gotpcrel(%rip), %rax
        cmpl $0, (%rax)
        jne 3f
        movq %rsi, (%rdi)
2:      ret
3:      jmp gm_store_marking
        .cfi_endproc
        .size gm_store_guarded, .-gm_store_guarded

        .pushsection gm_critical, "a"
        .long 1b - ., 2b - .
        .popsection

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
