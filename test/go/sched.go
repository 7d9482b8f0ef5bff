// Corners of the scheduler: one P, threads that belong to a goroutine, loops that live in the runtime, ends by Goexit.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Two goroutines tied to their threads pass a number to and fro on one P.
func tied() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	a, b := make(chan int), make(chan int)
	go func() {
		runtime.LockOSThread()
		for v := range a {
			b <- v + 1
		}
		close(b)
	}()
	sum := 0
	for i := 0; i < 500; i++ {
		a <- i
		sum += <-b
	}
	close(a)
	_, ok := <-b
	fmt.Println("tied", sum, ok)
}

// Goroutines that are tied and yield, among others that end while they are tied.
func tiedCrowd() {
	var wg sync.WaitGroup
	for i := 0; i < 12; i++ {
		wg.Add(1)
		go func() {
			runtime.LockOSThread()
			for j := 0; j < 30; j++ {
				runtime.Gosched()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	fmt.Println("tied crowd")
}

var stop bool // read and written by turns on one P only

// Loops that spend their time in the runtime give way, to timers and to the collector.
func loops() {
	c := make(chan int, 1)
	m := map[string]int{}
	keys := []string{"a", "bb", "ccc"}
	var ends sync.WaitGroup
	loop := func(f func(i int)) {
		ends.Add(1)
		go func() {
			for i := 0; !stop; i++ {
				f(i)
			}
			ends.Done()
		}()
	}
	loop(func(int) {
		select {
		case c <- 1:
		default:
		}
		select {
		case <-c:
		default:
		}
	})
	loop(func(i int) { m[keys[i%3]]++ })
	loop(func(i int) { _ = strings.Repeat("x", i%50) + keys[i%3] })
	for i := 0; i < 3; i++ {
		time.Sleep(time.Millisecond)
		runtime.GC()
	}
	fired := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { fired <- true })
	fmt.Println("loops", <-fired)
	stop = true
	ends.Wait()
}

func goexits() {
	var wg sync.WaitGroup
	var first, second any
	reached := false
	wg.Add(2)
	go func() {
		defer wg.Done()
		defer func() { first = recover() }()
		defer func() { panic("in a deferred call") }()
		runtime.Goexit()
	}()
	go func() {
		defer wg.Done()
		defer func() { second = recover() }()
		func() {
			defer func() {
				recover()
				runtime.Goexit()
			}()
			panic("dropped")
		}()
		reached = true
	}()
	wg.Wait()
	fmt.Println("goexits", first, second, reached)
}

type link struct {
	next *link
	rest [6]int
}

// Who waits for a collection leaves the processor to others.
func besideCollections() {
	old := runtime.GOMAXPROCS(1)
	var list *link
	for i := 0; i < 1<<19; i++ {
		list = &link{next: list}
	}
	var collecting, met int32 // what the other sees, and how often it sees a collection
	ended := make(chan bool)
	const enough = 1000
	go func() {
		for atomic.LoadInt32(&met) < enough {
			atomic.AddInt32(&met, atomic.LoadInt32(&collecting))
			runtime.Gosched()
		}
		ended <- true
	}()
	for i := 0; i < 300 && atomic.LoadInt32(&met) < enough; i++ {
		atomic.StoreInt32(&collecting, 1)
		runtime.GC()
		atomic.StoreInt32(&collecting, 0)
	}
	ran := atomic.SwapInt32(&met, enough) >= enough
	stopped := strings.Contains(os.Getenv("GODEBUG"), "gcstoptheworld")
	fmt.Println("beside collections", ran || stopped, <-ended, list.rest[0])
	runtime.GOMAXPROCS(old)
}

// GOMAXPROCS changes while goroutines run.
func procs() {
	var wg sync.WaitGroup
	for i := 1; i <= 4; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for k := 0; k < 20; k++ {
				runtime.GOMAXPROCS(1 + (i+k)%4)
				runtime.Gosched()
			}
		}(i)
	}
	wg.Wait()
	fmt.Println("procs")
}

// Every element of a large buffer arrives once, whoever sends and receives.
func crowd() {
	c, sums := make(chan int, 64), make(chan int)
	var senders sync.WaitGroup
	for i := 0; i < 3; i++ {
		senders.Add(1)
		go func() {
			defer senders.Done()
			for k := 1; k <= 3000; k++ {
				select {
				case c <- k:
				case <-sums:
					panic("a sum before the end")
				}
			}
		}()
		go func() {
			sum := 0
			for v := range c {
				sum += v
			}
			sums <- sum
		}()
	}
	go func() {
		for k := 0; k < 1000; k++ {
			if n := len(c); n < 0 || n > cap(c) {
				panic(n)
			}
			runtime.Gosched()
		}
	}()
	senders.Wait()
	close(c)
	fmt.Println("crowd", <-sums+<-sums+<-sums)
}

func main() {
	runtime.GOMAXPROCS(1)
	tied()
	loops()
	tiedCrowd()
	goexits()
	runtime.GOMAXPROCS(2)
	tied()
	crowd()
	procs()
	besideCollections()
}
