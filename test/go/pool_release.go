package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// What a sync.Pool holds is dropped by the second collection at the latest, and found dead in it.

var cleaned atomic.Int32

//go:noinline
func fill(p *sync.Pool) {
	for i := 0; i < 100; i++ {
		v := new(string)
		runtime.AddCleanup(v, func(int) { cleaned.Add(1) }, 0)
		p.Put(v)
	}
}

func main() {
	var p sync.Pool
	fill(&p)
	runtime.GC()
	runtime.GC()
	for i := 0; i < 500 && cleaned.Load() < 99; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println(cleaned.Load() >= 99)
	runtime.KeepAlive(&p)
}
