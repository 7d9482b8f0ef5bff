// GOMAXPROCS shrinks and grows while goroutines use a pool, whose parts belong to the Ps.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

func main() {
	var pools [50]sync.Pool
	var wg sync.WaitGroup
	var stop int32
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for n := i; atomic.LoadInt32(&stop) == 0; n++ {
				p := &pools[n%len(pools)]
				if v, ok := p.Get().(*int); ok && *v != n%len(pools) {
					panic("from another pool")
				}
				v := n % len(pools)
				p.Put(&v)
			}
		}(i)
	}
	for i := 0; i < 300; i++ {
		runtime.GOMAXPROCS(1 + i%4)
		if i%10 == 0 {
			runtime.GC() // empties the pools, so that they are laid out anew
		}
	}
	atomic.StoreInt32(&stop, 1)
	wg.Wait()
	fmt.Println("done")
}
