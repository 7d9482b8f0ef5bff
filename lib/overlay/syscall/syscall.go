package syscall

// Syscall and Syscall6 make a system call that may block: meanwhile, other goroutines run.

//go:uintptrkeepalive
//go:linkname Syscall
func Syscall(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err Errno)

//go:uintptrkeepalive
//go:linkname Syscall6
func Syscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err Errno)
