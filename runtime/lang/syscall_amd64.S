/* syscall_amd64.S - the way into the system for package syscall. */

        .text

/* intptr_t gm_raw_syscall(trap, a1 … a6): the kernel's own result, negative for errors. */
        .globl gm_raw_syscall
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
 * parent's stack, and goes on to use it: the return address is kept in a register meanwhile. */
        .globl "syscall$rawVforkSyscall"
        .type "syscall$rawVforkSyscall", @function
        .p2align 4
"syscall$rawVforkSyscall":
        .cfi_startproc
        movq %rdi, %rax
        movq %rsi, %rdi
        xorl %esi, %esi
        xorl %edx, %edx
        xorl %r10d, %r10d
        xorl %r8d, %r8d
        popq %r9
        .cfi_adjust_cfa_offset -8
        .cfi_register %rip, %r9
        syscall
        pushq %r9
        .cfi_adjust_cfa_offset 8
        .cfi_offset %rip, -8
        cmpq $-4095, %rax
        jae 1f
        xorl %edx, %edx
        ret
1:      negq %rax
        movq %rax, %rdx
        movq $-1, %rax
        ret
        .cfi_endproc
        .size "syscall$rawVforkSyscall", .-"syscall$rawVforkSyscall"

        .section .note.GNU-stack,"",@progbits
        .section .note.GNU-split-stack,"",@progbits
