/* syscall_amd64.S - the way into the system for package syscall. */

        .text

/* intptr_t gm_raw_syscall(trap, a1 … a6): the kernel's own result, negative for errors. */
        .globl gm_raw_syscall
        .hidden gm_raw_syscall
        .type gm_raw_syscall, @function
        .p2align 4
gm_raw_syscall:
        .cfi_startproc
        movq %rdi, %rax
        movq %rsi, %rdi
        movq %rdx, %rsi
        movq %rcx, %rdx
        movq %r8, %r10
        movq %r9, %r8
        movq 8(%rsp), %r9
        syscall
        ret
        .cfi_endproc
        .size gm_raw_syscall, .-gm_raw_syscall

/* (r1 uintptr, err Errno) syscall.rawVforkSyscall(trap, a1 uintptr). The child returns first, on the
 * parent's stack, and goes on to use it, while the parent waits; gm_vfork_save keeps what the parent
 * will need of it, and gm_vfork_restore puts it back, the return address included. */
        .globl "syscall$rawVforkSyscall"
        .type "syscall$rawVforkSyscall", @function
        .p2align 4
"syscall$rawVforkSyscall":
        .cfi_startproc
        pushq %rdi
        .cfi_adjust_cfa_offset 8
        pushq %rsi
        .cfi_adjust_cfa_offset 8
        leaq 16(%rsp), %rdi
        subq $8, %rsp
        .cfi_adjust_cfa_offset 8
        call gm_vfork_save
        addq $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq %rdi
        .cfi_adjust_cfa_offset -8
        popq %rax
        .cfi_adjust_cfa_offset -8
        xorl %esi, %esi
        xorl %edx, %edx
        xorl %r10d, %r10d
        xorl %r8d, %r8d
        syscall
        testq %rax, %rax
        jz 1f
        pushq %rax
        .cfi_adjust_cfa_offset 8
        call gm_vfork_restore
        popq %rax
        .cfi_adjust_cfa_offset -8
        cmpq $-4095, %rax
        jae 2f
1:      xorl %edx, %edx
        ret
2:      negq %rax
        movq %rax, %rdx
        movq $-1, %rax
        ret
        .cfi_endproc
        .size "syscall$rawVforkSyscall", .-"syscall$rawVforkSyscall"

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
