// debug.FreeOSMemory gives back the stacks of goroutines that have ended, at once and to the last.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.StackInuse
}

//go:noinline
func deep(n int) int {
	var b [64]int
	b[n%64] = n
	if n == 0 {
		return b[0]
	}
	return deep(n-1) + b[n%64]
}

func burst(n int) (peak uint64) {
	var wg sync.WaitGroup
	gate := make(chan bool)
	started := make(chan bool)
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			if i%16 == 0 {
				deep(10)
			}
			started <- true
			<-gate
		}(i)
	}
	for i := 0; i < n; i++ {
		<-started
	}
	peak = inUse()
	close(gate)
	wg.Wait()
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	return peak
}

func main() {
	for i := 0; i < 2; i++ {
		peak := burst(20000)
		debug.FreeOSMemory()
		left := inUse()
		fmt.Println(peak > 20000*2048, left < peak/20)
	}
}
