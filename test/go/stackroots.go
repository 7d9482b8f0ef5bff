// Objects that only goroutines' stacks hold, while the collector runs all the time: parked in every
// way, handed from one stack to another, created, dying, deep, and come back from the system.
package main

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

type node struct {
	next *node
	n, check uint64
}

const magic = 0x9e3779b97f4a7c15

func list(k, from int) *node {
	var l *node
	for i := 0; i < k; i++ {
		l = &node{next: l, n: uint64(from + i), check: uint64(from+i) * magic}
	}
	return l
}

func sum(l *node) (s uint64) {
	for ; l != nil; l = l.next {
		if l.check != l.n*magic {
			panic("an object was lost")
		}
		s += l.n
	}
	return s
}

func want(k, from int) uint64 { return uint64(k*from + k*(k-1)/2) }

var wrong, done int32

func verify(l *node, k, from int) {
	if sum(l) != want(k, from) {
		atomic.AddInt32(&wrong, 1)
	}
	atomic.AddInt32(&done, 1)
}

// Every frame holds a list of its own across the wait at the bottom.
func deep(depth, from int, wait func()) {
	l := list(3, from)
	if depth > 0 {
		deep(depth-1, from+1, wait)
	} else {
		wait()
	}
	if sum(l) != want(3, from) {
		atomic.AddInt32(&wrong, 1)
	}
}

func churn(stop chan bool, ended *sync.WaitGroup) {
	defer ended.Done()
	var keep [64]*node
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		keep[i%64] = list(20, i)
		if i%5000 == 0 {
			runtime.Gosched()
		}
	}
}

// Each takes a list from its left, keeps it over a wait, and passes it on.
func ring(n, rounds int) {
	first := make(chan *node)
	in := first
	var ended sync.WaitGroup
	for i := 0; i < n; i++ {
		out := make(chan *node, i%3)
		ended.Add(1)
		go func(in, out chan *node, i int) {
			defer ended.Done()
			for r := 0; r < rounds; r++ {
				l := <-in
				if i%7 == 0 {
					time.Sleep(time.Microsecond)
				}
				out <- &node{next: l, n: 0}
			}
		}(in, out, i)
		in = out
	}
	go func() {
		for r := 0; r < rounds; r++ {
			first <- list(10, r)
		}
	}()
	for r := 0; r < rounds; r++ {
		verify(<-in, 10, r)
	}
	ended.Wait()
}

func parked(n int) {
	gate := make(chan bool)
	never := make(chan *node)
	var mu sync.Mutex
	var wg sync.WaitGroup
	mu.Lock()
	wg.Add(n)
	var ready sync.WaitGroup
	ready.Add(n)
	for i := 0; i < n; i++ {
		go func(i int) {
			defer wg.Done()
			l := list(5, i)
			defer func() { verify(l, 5, i) }()
			ready.Done()
			switch i % 6 {
			case 0:
				<-gate
			case 1:
				select {
				case <-gate:
				case v := <-never:
					l = v
				}
			case 2:
				mu.Lock()
				mu.Unlock()
			case 3:
				time.Sleep(time.Duration(20+i%10) * time.Millisecond)
			case 4:
				deep(i%200, i, func() { <-gate })
			case 5:
				defer func() { recover() }()
				m := list(4, i)
				deep(20, i, func() { <-gate })
				if sum(m) != want(4, i) {
					atomic.AddInt32(&wrong, 1)
				}
				panic(m)
			}
		}(i)
	}
	ready.Wait()
	time.Sleep(40 * time.Millisecond)
	mu.Unlock()
	close(gate)
	wg.Wait()
}

// Goroutines that are born and die while marking goes on, with arguments that nothing else holds.
func brief(n int) {
	results := make(chan *node, 16)
	go func() {
		for i := 0; i < n; i++ {
			go func(l *node) { results <- &node{next: l} }(list(4, i))
		}
	}()
	var s uint64
	for i := 0; i < n; i++ {
		s += sum(<-results)
	}
	var all uint64
	for i := 0; i < n; i++ {
		all += want(4, i)
	}
	if s != all {
		atomic.AddInt32(&wrong, 1)
	}
}

// Timers that only the scheduler's tables hold.
func timers(n int) {
	var fired sync.WaitGroup
	fired.Add(n)
	for i := 0; i < n; i++ {
		l, i := list(3, i), i
		time.AfterFunc(time.Duration(1+i%15)*time.Millisecond, func() {
			verify(l, 3, i)
			fired.Done()
		})
	}
	var kept []*time.Timer
	for i := 0; i < n; i++ {
		kept = append(kept, time.AfterFunc(time.Hour, func() { panic("too early") }))
	}
	for _, t := range kept {
		t.Stop()
	}
	fired.Wait()
}

func main() {
	debug.SetGCPercent(5)
	stop := make(chan bool)
	var ended sync.WaitGroup
	ended.Add(1)
	go churn(stop, &ended)
	for i := 0; i < 3; i++ {
		parked(600)
		ring(50, 60)
		brief(1500)
		timers(1500)
		runtime.GC()
	}
	close(stop)
	ended.Wait()
	println(wrong, done)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	println(m.NumGC > 10)
}
