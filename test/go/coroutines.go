// The coroutines on which package iter stands: two goroutines that hand one thread back and forth.
package main

import (
	"runtime"
	_ "unsafe" // for linkname
)

type coro struct{}

//go:linkname newcoro runtime.newcoro
func newcoro(func(*coro)) *coro

//go:linkname coroswitch runtime.coroswitch
func coroswitch(*coro)

type pull struct {
	c    *coro
	v    int
	done bool
}

func numbers(n int) *pull {
	p := new(pull)
	p.c = newcoro(func(c *coro) {
		defer func() { p.done = true }()
		for i := 0; i < n; i++ {
			p.v = i
			coroswitch(c)
		}
	})
	return p
}

func (p *pull) next() (int, bool) {
	coroswitch(p.c)
	return p.v, !p.done
}

func main() {
	p := numbers(4)
	for {
		v, ok := p.next()
		if !ok {
			break
		}
		println(v)
	}

	before := runtime.NumGoroutine()
	sum := 0
	for i := 0; i < 20000; i++ {
		q := numbers(2)
		for v, ok := q.next(); ok; v, ok = q.next() {
			sum += v
		}
	}
	println("sum", sum, "left", runtime.NumGoroutine()-before)

	c := newcoro(func(c *coro) { // Goexit gives the thread back as well
		defer println("deferred")
		runtime.Goexit()
	})
	coroswitch(c)
	println("back")

	done := make(chan int) // several at once, each in the hands of one goroutine
	for k := 0; k < 8; k++ {
		go func(k int) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			q, sum := numbers(1000), 0
			for v, ok := q.next(); ok; v, ok = q.next() {
				sum += v * k
				if v%100 == 0 {
					runtime.Gosched()
				}
			}
			done <- sum
		}(k)
	}
	all := 0
	for k := 0; k < 8; k++ {
		all += <-done
	}
	println("all", all)

	runtime.SetDefaultGOMAXPROCS()
	println(runtime.GOMAXPROCS(1) >= 1)
	runtime.SetDefaultGOMAXPROCS()
	println(runtime.GOMAXPROCS(0) == runtime.NumCPU() || runtime.GOMAXPROCS(0) >= 2)
}
