package main

import (
	"syscall"
	_ "unsafe"
)

// A goroutine in the system has no processor: a request to yield waits until it is back, whosever prologue meets it.

//go:linkname entersyscall runtime.entersyscall
func entersyscall()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()

//go:noinline
func raw() uintptr {
	var big [4000]byte
	pid, _, _ := syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	big[pid%4000] = 1
	return uintptr(len(big)) + pid - pid
}

func main() {
	stop := make(chan bool)
	for i := 0; i < 3; i++ {
		go func() {
			for j := 0; ; j++ {
				select {
				case stop <- true:
					return
				default:
				}
			}
		}()
	}
	n := uintptr(0)
	for i := 0; i < 20000; i++ {
		entersyscall()
		n += raw()
		exitsyscall()
	}
	for i := 0; i < 3; i++ {
		<-stop
	}
	println(n)
}
