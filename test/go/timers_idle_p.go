// A timer on a P that nobody holds goes off although every thread that is awake has work, and although
// the thread that waited for it was called away to a goroutine that is locked to another thread.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	runtime.GOMAXPROCS(2)
	var stop, rounds int32
	go func() {
		runtime.LockOSThread()
		for atomic.LoadInt32(&stop) == 0 {
			runtime.Gosched()
			atomic.AddInt32(&rounds, 1)
		}
		atomic.StoreInt32(&stop, 2)
	}()
	for i := 0; i < 300; i++ {
		time.Sleep(100 * time.Microsecond)
	}
	atomic.StoreInt32(&stop, 1)
	for atomic.LoadInt32(&stop) == 1 {
		time.Sleep(50 * time.Microsecond)
	}
	fmt.Println("done", rounds > 0)
}
