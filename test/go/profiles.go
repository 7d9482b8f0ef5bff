// The profiles of runtime/pprof: at rate 1 the heap's counts are exact, and each kind names the functions that it is about.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

type node struct {
	next *node
	pad  [7]uint64
}

var (
	list, last *node
	big        []byte
)

//go:noinline
func keep() {
	for i := 0; i < 100000; i++ {
		list = &node{next: list}
	}
}

//go:noinline
func drop() {
	for i := 0; i < 200000; i++ {
		last = &node{}
	}
}

//go:noinline
func large() { big = make([]byte, 20<<20) }

func inlined() *node { return &node{} }

//go:noinline
func inliner() { last = inlined() }

func heap() {
	p := make([]runtime.MemProfileRecord, 10000)
	n, ok := runtime.MemProfile(p, true)
	if !ok {
		println("no room for", n, "records")
	}
	for _, name := range []string{"main.keep", "main.drop", "main.large", "main.inlined"} {
		for i := range p[:n] {
			frames := runtime.CallersFrames(p[i].Stack())
			f, _ := frames.Next()
			if f.Function != name {
				continue
			}
			r := &p[i]
			caller, _ := frames.Next()
			println(name, "from", caller.Function, r.AllocObjects, r.AllocBytes, r.InUseObjects() == r.AllocObjects, r.InUseObjects() < 10)
		}
	}
}

// All that a profile says, its strings among it.
func text(name string, debug int) string {
	var b bytes.Buffer
	if err := pprof.Lookup(name).WriteTo(&b, debug); err != nil {
		return err.Error()
	}
	if debug > 0 {
		return b.String()
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		return err.Error()
	}
	all, err := io.ReadAll(z)
	if err != nil {
		return err.Error()
	}
	return string(all)
}

func says(name string, words ...string) {
	for debug := 0; debug < 2; debug++ {
		t := text(name, debug)
		for _, w := range words {
			if !strings.Contains(t, w) {
				println(name, debug, "does not tell of", w)
				println(t)
			}
		}
	}
	println(name)
}

//go:noinline
func waits(mu *sync.Mutex, c chan int) {
	mu.Lock()
	mu.Unlock()
	c <- 1
}

//go:noinline
func letsWait(mu *sync.Mutex) { mu.Unlock() }

//go:noinline
func stands(c chan int) { <-c }

//go:noinline
func spins(until time.Duration) (x uint64) {
	for began := time.Now(); time.Since(began) < until; {
		for i := 0; i < 100000; i++ {
			x = x*6364136223846793005 + 1442695040888963407
		}
	}
	return x
}

// Spins until a sample met it: how much of the time this program runs is not known.
func processor() {
	for tries := 0; tries < 100; tries++ {
		var b bytes.Buffer
		if err := pprof.StartCPUProfile(&b); err != nil {
			println(err.Error())
		}
		if pprof.StartCPUProfile(&b) == nil {
			println("a second profile was begun")
		}
		spins(100 * time.Millisecond)
		pprof.StopCPUProfile()
		z, err := gzip.NewReader(&b)
		if err != nil {
			println(err.Error())
		}
		if t, _ := io.ReadAll(z); strings.Contains(string(t), "main.spins") && strings.Contains(string(t), "main.processor") {
			println("cpu")
			return
		}
	}
}

func main() {
	runtime.MemProfileRate = 1
	keep()
	drop()
	large()
	inliner()
	runtime.GC()
	heap()
	says("heap", "main.keep", "main.large", "runtime/pprof")
	says("allocs", "main.drop")

	runtime.SetBlockProfileRate(1)
	println(runtime.SetMutexProfileFraction(1), runtime.SetMutexProfileFraction(-1))
	var mu sync.Mutex
	c := make(chan int)
	mu.Lock()
	go waits(&mu, c)
	time.Sleep(20 * time.Millisecond)
	letsWait(&mu)
	<-c
	says("block", "main.waits")
	says("mutex", "main.letsWait")

	go pprof.Do(context.Background(), pprof.Labels("who", "labelled"), func(context.Context) { stands(c) })
	for !strings.Contains(text("goroutine", 1), "main.stands") {
		time.Sleep(time.Millisecond)
	}
	says("goroutine", "main.main", "main.stands", "labelled")
	says("threadcreate", "threadcreate")
	runtime.MemProfileRate = 0
	processor()
	runtime.KeepAlive(list)
}
