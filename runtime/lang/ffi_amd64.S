/* ffi_amd64.S - the two ends of calls whose types are known only at run time. See ffi.c.
 *
 * Offsets are checked by _Static_assert there.
 */

#define C_CODE 0
#define C_GP 8
#define C_FP 56
#define C_NSTACK 120
#define C_STACK 128
#define C_RET_GP 136
#define C_RET_FP 152

        .text

/* void gm_ffi_enter(ffi_call *c): loads the registers, pushes the words, calls, keeps the results.
 * What it pushes may be long, so it checks the stack as -fsplit-stack code does. */
        .globl gm_ffi_enter
        .hidden gm_ffi_enter
        .type gm_ffi_enter, @function
        .p2align 4
gm_ffi_enter:
        .cfi_startproc
        movq C_NSTACK(%rdi), %rax
        leaq 128(,%rax,8), %r10
        movq %rsp, %r11
        subq %r10, %r11
        cmpq %fs:0x70, %r11
        jae .Lenough
        xorl %r11d, %r11d
        call __morestack
        ret
.Lenough:
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq %rbx
        .cfi_offset %rbx, -24
        pushq %rax
        movq %rdi, %rbx
        movq C_NSTACK(%rbx), %rcx
        leaq 1(%rcx), %rax
        andq $-2, %rax                  /* an even number of words keeps %rsp aligned */
        shlq $3, %rax
        subq %rax, %rsp
        movq C_STACK(%rbx), %rsi
        movq %rsp, %rdi
        rep movsq
        movsd C_FP(%rbx), %xmm0
        movsd 8+C_FP(%rbx), %xmm1
        movsd 16+C_FP(%rbx), %xmm2
        movsd 24+C_FP(%rbx), %xmm3
        movsd 32+C_FP(%rbx), %xmm4
        movsd 40+C_FP(%rbx), %xmm5
        movsd 48+C_FP(%rbx), %xmm6
        movsd 56+C_FP(%rbx), %xmm7
        movq C_GP(%rbx), %rdi
        movq 8+C_GP(%rbx), %rsi
        movq 16+C_GP(%rbx), %rdx
        movq 24+C_GP(%rbx), %rcx
        movq 32+C_GP(%rbx), %r8
        movq 40+C_GP(%rbx), %r9
        call *C_CODE(%rbx)
        movq %rax, C_RET_GP(%rbx)
        movq %rdx, 8+C_RET_GP(%rbx)
        movsd %xmm0, C_RET_FP(%rbx)
        movsd %xmm1, 8+C_RET_FP(%rbx)
        leaq -8(%rbp), %rsp
        popq %rbx
        .cfi_restore %rbx
        popq %rbp
        .cfi_restore %rbp
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size gm_ffi_enter, .-gm_ffi_enter

/* One stub for each place where the closure can be: six registers, then words of the stack. Each
 * is 16 bytes long. */
#define E_FP 48
#define E_RET_GP 112
#define E_RET_FP 128
#define E_STACK 144
#define E_PLACE 152
#define E_SIZE 160

        .globl gm_ffi_stubs
        .hidden gm_ffi_stubs
        .type gm_ffi_stubs, @function
        .p2align 4
gm_ffi_stubs:
        .set place, 0
        .rept 512
        .p2align 4
        movl $place, %r11d
        jmp .Lentered
        .set place, place+1
        .endr
        .size gm_ffi_stubs, .-gm_ffi_stubs

        .type ffi_entered, @function
        .p2align 4
ffi_entered:
.Lentered:
        .cfi_startproc
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq $E_SIZE, %rsp
        movq %rdi, (%rsp)
        movq %rsi, 8(%rsp)
        movq %rdx, 16(%rsp)
        movq %rcx, 24(%rsp)
        movq %r8, 32(%rsp)
        movq %r9, 40(%rsp)
        movsd %xmm0, E_FP(%rsp)
        movsd %xmm1, 8+E_FP(%rsp)
        movsd %xmm2, 16+E_FP(%rsp)
        movsd %xmm3, 24+E_FP(%rsp)
        movsd %xmm4, 32+E_FP(%rsp)
        movsd %xmm5, 40+E_FP(%rsp)
        movsd %xmm6, 48+E_FP(%rsp)
        movsd %xmm7, 56+E_FP(%rsp)
        leaq 16(%rbp), %rax
        movq %rax, E_STACK(%rsp)
        movq %r11, E_PLACE(%rsp)
        movq %rsp, %rdi
        call gm_ffi_entered
        movq E_RET_GP(%rsp), %rax
        movq 8+E_RET_GP(%rsp), %rdx
        movsd E_RET_FP(%rsp), %xmm0
        movsd 8+E_RET_FP(%rsp), %xmm1
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size ffi_entered, .-ffi_entered

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
