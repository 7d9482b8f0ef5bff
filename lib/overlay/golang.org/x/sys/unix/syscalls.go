package unix

import (
	"syscall"
	"unsafe"
)

// What the package has in assembly: jumps to package syscall, and calls that the kernel does not refuse.

func Syscall(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	return syscall.Syscall(trap, a1, a2, a3)
}

func Syscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	return syscall.Syscall6(trap, a1, a2, a3, a4, a5, a6)
}

func RawSyscall(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	return syscall.RawSyscall(trap, a1, a2, a3)
}

func RawSyscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	return syscall.RawSyscall6(trap, a1, a2, a3, a4, a5, a6)
}

func SyscallNoError(trap, a1, a2, a3 uintptr) (r1, r2 uintptr) {
	r1, r2, err := syscall.Syscall(trap, a1, a2, a3)
	return asReturned(r1, err), r2
}

func RawSyscallNoError(trap, a1, a2, a3 uintptr) (r1, r2 uintptr) {
	r1, r2, err := syscall.RawSyscall(trap, a1, a2, a3)
	return asReturned(r1, err), r2
}

// asReturned undoes the split of the kernel's answer into a result and an error.
func asReturned(r1 uintptr, err syscall.Errno) uintptr {
	if err != 0 {
		return -uintptr(err)
	}
	return r1
}

func gettimeofday(timeval *Timeval) (err syscall.Errno) {
	_, _, err = syscall.RawSyscall(syscall.SYS_GETTIMEOFDAY, uintptr(unsafe.Pointer(timeval)), 0, 0)
	return err
}
