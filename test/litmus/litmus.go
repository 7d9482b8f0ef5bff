// Litmus tests of Go's memory model: what docs/memory-model.md promises, tried out. Two to four goroutines go through
// cells of one batch side by side, each doing its part on every cell; then every cell is looked at. An outcome that the
// model forbids ends the program with a message. Usage: litmus [rounds of each test]; prints a line for each test.
package main

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

const batch, stretch = 1000, 20 // cells; after each stretch the parts wait for one another

type cell struct {
	x, y       atomic.Int64
	data       int64 // plain
	p          atomic.Pointer[record]
	a, b, c, d int64 // what was read
	_          [64]byte
}

type record struct{ left, right int64 }

type test struct {
	name  string
	parts []func(c *cell, i int)
	bad   func(c *cell) bool
}

var cells [batch]cell

// run lets all parts begin each stretch of a batch together: where they meet on a cell is left to chance.
func run(t *test, rounds int) {
	for done := 0; done < rounds; done += batch {
		clear(cells[:])
		var ready [batch / stretch]atomic.Int32
		var wg sync.WaitGroup
		for _, part := range t.parts {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range cells {
					if i%stretch == 0 {
						meet := &ready[i/stretch]
						meet.Add(1)
						looks := 2000
						if i == 0 {
							looks = 50000 // another thread should have the time to wake up and come in beside this one
						}
						spinFor(looks, func() bool { return meet.Load() == int32(len(t.parts)) })
					}
					part(&cells[i], i)
				}
			}()
		}
		wg.Wait()
		for i := range cells {
			if t.bad(&cells[i]) {
				c := &cells[i]
				println("forbidden:", t.name, c.a, c.b, c.c, c.d)
				os.Exit(1)
			}
		}
	}
	println("ok", t.name)
}

func spin(ready func() bool) { spinFor(100, ready) }

// spinFor gives way after so many looks.
func spinFor(looks int, ready func() bool) {
	for n := 1; !ready(); n++ {
		if n%looks == 0 {
			runtime.Gosched()
		}
	}
}

var atomics = []test{
	// What is written before an atomic store is seen by who has seen the store.
	{"message passing", []func(*cell, int){
		func(c *cell, i int) { c.data = int64(i) + 1; c.x.Store(1) },
		func(c *cell, i int) {
			if c.x.Load() == 1 {
				c.a = c.data - int64(i)
			} else {
				c.a = 1
			}
		},
	}, func(c *cell) bool { return c.a != 1 }},
	// Atomic operations are in one order for all: of two that store and then load, one sees the other's store.
	{"store buffering", []func(*cell, int){
		func(c *cell, i int) { c.x.Store(1); c.a = c.y.Load() },
		func(c *cell, i int) { c.y.Store(1); c.b = c.x.Load() },
	}, func(c *cell) bool { return c.a == 0 && c.b == 0 }},
	// Nothing is read before it was written.
	{"load buffering", []func(*cell, int){
		func(c *cell, i int) { c.a = c.x.Load(); c.y.Store(1) },
		func(c *cell, i int) { c.b = c.y.Load(); c.x.Store(1) },
	}, func(c *cell) bool { return c.a == 1 && c.b == 1 }},
	// Two readers agree which of two independent writes came first.
	{"independent reads of independent writes", []func(*cell, int){
		func(c *cell, i int) { c.x.Store(1) },
		func(c *cell, i int) { c.y.Store(1) },
		func(c *cell, i int) { c.a = c.x.Load(); c.b = c.y.Load() },
		func(c *cell, i int) { c.c = c.y.Load(); c.d = c.x.Load() },
	}, func(c *cell) bool { return c.a == 1 && c.b == 0 && c.c == 1 && c.d == 0 }},
	// An object is whole for who gets its address from an atomic pointer.
	{"publication by an atomic pointer", []func(*cell, int){
		func(c *cell, i int) { c.p.Store(&record{int64(i), ^int64(i)}) },
		func(c *cell, i int) {
			if r := c.p.Load(); r != nil && (r.left != int64(i) || r.right != ^r.left) {
				c.a = 1
			}
		},
	}, func(c *cell) bool { return c.a != 0 }},
	// One add is never lost.
	{"atomic adds", []func(*cell, int){
		func(c *cell, i int) { c.x.Add(1) },
		func(c *cell, i int) { c.x.Add(1) },
		func(c *cell, i int) { c.x.Add(1) },
	}, func(c *cell) bool { return c.x.Load() != 3 }},
}

// Plain data handed over in four ways: the receiver sees what the sender wrote.
func handOver(rounds int) {
	c, back := make(chan *record), make(chan int64, 1)
	go func() {
		for r := range c {
			back <- r.left ^ r.right
		}
		close(back)
	}()
	for i := range rounds {
		c <- &record{int64(i), ^int64(i)}
		if <-back != -1 {
			fail("publication by a channel")
		}
	}
	close(c)
	println("ok publication by a channel")

	var mu sync.Mutex
	var shared [3]int64
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range rounds / 3 {
				mu.Lock()
				if shared[0] != shared[1] || shared[1] != shared[2] {
					fail("publication by a lock")
				}
				for k := range shared {
					shared[k] = int64(i)
				}
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	println("ok publication by a lock")

	for i := range rounds / 100 {
		var once sync.Once
		var value *record
		var group sync.WaitGroup
		for range 2 {
			group.Add(1)
			go func() {
				defer group.Done()
				once.Do(func() { value = &record{int64(i), ^int64(i)} })
				if value.left != int64(i) || value.right != ^value.left {
					fail("publication by a once")
				}
			}()
		}
		group.Wait()
		if value.left != int64(i) {
			fail("the end of a WaitGroup")
		}
	}
	println("ok publication by a once, the start of a goroutine, a WaitGroup")
}

func fail(what string) {
	println("forbidden:", what)
	os.Exit(1)
}

type named interface{ sum() int64 }

func (r *record) sum() int64 { return r.left + r.right }

type other struct{ one int64 }

func (o other) sum() int64 { return o.one }

// Values of more than one word, changed by one goroutine and read by another under a lock: never half of each. Words
// (integers, pointers) are whole even in a race.
func tearing(rounds int) {
	texts := []string{"", "a longer text", "short"}
	slices := [][]int64{nil, {1}, make([]int64, 100)}
	names := []named{&record{1, 2}, other{3}, &record{4, 5}}
	var mu sync.RWMutex
	var text string
	var slice []int64
	var name named = names[0]
	var word atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; !stop.Load(); i++ {
			mu.Lock()
			text, slice, name = texts[i%3], slices[i%3], names[i%3]
			mu.Unlock()
			word.Store(int64(i%2) * -1)
			if i%16 == 0 {
				runtime.Gosched()
			}
		}
	}()
	for range rounds {
		mu.RLock()
		s, v, n := text, slice, name
		mu.RUnlock()
		if s != texts[0] && s != texts[1] && s != texts[2] {
			fail("a torn string")
		}
		if len(v) != 0 && len(v) != 1 && len(v) != 100 || len(v) == 1 && v[0] != 1 {
			fail("a torn slice")
		}
		if sum := n.sum(); sum != 3 && sum != 9 {
			fail("a torn interface")
		}
		if w := word.Load(); w != 0 && w != -1 {
			fail("a torn word")
		}
	}
	stop.Store(true)
	wg.Wait()
	println("ok values of several words")

	var v atomic.Value
	v.Store(names[0])
	stop.Store(false)
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; !stop.Load(); i++ {
			v.Store(names[i%2*2])
			if i%16 == 0 {
				runtime.Gosched()
			}
		}
	}()
	for range rounds {
		if sum := v.Load().(named).sum(); sum != 3 && sum != 9 {
			fail("a torn atomic.Value")
		}
	}
	stop.Store(true)
	wg.Wait()
	println("ok atomic.Value")
}

func main() {
	rounds := 20000
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	if runtime.GOMAXPROCS(0) < 4 {
		runtime.GOMAXPROCS(4)
	}
	for i := range atomics {
		run(&atomics[i], rounds)
	}
	handOver(rounds)
	tearing(rounds)
}
