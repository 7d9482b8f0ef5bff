// Allocation of 64 bytes by one goroutine and by more of them at once, all together the same number of objects.
package main

import (
	"sync"
	"time"
)

type object struct {
	next *object
	_    [7]int64
}

// A goroutine's last objects.
type slots struct {
	p [8]*object
	_ [64]byte
}

var kept [256]slots

func measure(name string, goroutines int) {
	const n = 1 << 23
	var wg sync.WaitGroup
	t := time.Now()
	for g := range goroutines {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s := &kept[g]
			for i := range n / goroutines {
				s.p[i&7] = new(object)
			}
		}()
	}
	wg.Wait()
	println("metric", name, float64(time.Since(t))/n, "ns")
}

func main() {
	measure("warm", 1)
	measure("goroutines1", 1)
	measure("goroutines2", 2)
	measure("goroutines4", 4)
	measure("goroutines16", 16)
	measure("goroutines256", 256)
}
