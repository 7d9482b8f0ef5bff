// sync.Pool's contract with the collector ("two collections and it is gone"): pools are used while collections
// begin all the time, in the middle of a pool's own allocations too; afterwards everything in them must go.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

type thing struct {
	id  int
	pad [64]byte
}

var (
	ps   [400]sync.Pool
	mu   sync.Mutex
	gone int
	sink []byte
)

func finalized(*thing) {
	mu.Lock()
	gone++
	mu.Unlock()
}

//go:noinline
func use(rounds int) (made int) {
	for r := 0; r < rounds; r++ {
		for i := range ps {
			t, _ := ps[i].Get().(*thing)
			if t == nil {
				t = &thing{id: i}
				made++
				runtime.SetFinalizer(t, finalized)
			}
			ps[i].Put(t)
			if i%4 == 0 {
				sink = make([]byte, 512)
			}
		}
	}
	return
}

//go:noinline
func clean(n int) int {
	var b [100]int
	b[n%100] = n
	if n == 0 {
		return 0
	}
	return clean(n-1) + b[n%100]
}

func main() {
	debug.SetGCPercent(5)
	made := use(300)
	clean(60)
	for i := 0; i < 100; i++ {
		runtime.GC()
		mu.Lock()
		left := made - gone
		mu.Unlock()
		if left == 0 {
			fmt.Println("all gone")
			return
		}
		runtime.Gosched()
	}
	fmt.Println("left:", made-gone)
}
