// A mutex that four goroutines on two Ps want at once, with a little work inside and outside of it.
package main

import (
	"runtime"
	"sync"
	"time"
)

const goroutines, n = 4, 2000000

func main() {
	runtime.GOMAXPROCS(2)
	var mu sync.Mutex
	var wg sync.WaitGroup
	shared := 0
	t := time.Now()
	for g := 0; g < goroutines; g++ {
		wg.Add(1)
		go func() {
			own := 0
			for i := 0; i < n; i++ {
				mu.Lock()
				shared++
				mu.Unlock()
				for j := 0; j < 10; j++ {
					own += j * i
				}
			}
			mu.Lock()
			shared += own & 0
			mu.Unlock()
			wg.Done()
		}()
	}
	wg.Wait()
	println("metric lock_unlock", float64(time.Since(t))/(goroutines*n), "ns")
	println(shared)
}
