package main

import (
	"runtime"
	"strings"
)

// Objects of a frame, arrays, structs, iterators whose address was made, hold nothing once no instruction to come names
// them and no live pointer leads to them; and they hold what they have as long as one does.

type block [1 << 17]byte

type node struct {
	mem  *block
	next *node
}

type holder struct {
	n    *node
	pad  [6]int
	many [3]*node
}

//go:noinline
func fresh() *node { return &node{mem: new(block)} }

//go:noinline
func heapKB() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

//go:noinline
func touch(h *holder) int { return int(h.n.mem[1]) }

//go:noinline
func sum(s []*node) (n int) {
	for _, x := range s {
		n += int(x.mem[2])
	}
	return
}

//go:noinline
func deadStruct() int {
	h := holder{n: fresh()}
	n := touch(&h)
	return heapKB() + n
}

//go:noinline
func deadSlice() int {
	s := []*node{fresh(), fresh(), fresh(), fresh()}
	n := sum(s)
	return heapKB() + n
}

//go:noinline
func deadMap() int {
	m := map[int]*node{}
	for i := range 4 {
		m[i] = fresh()
	}
	n := 0
	for _, x := range m {
		n += int(x.mem[0])
	}
	return heapKB() + n
}

//go:noinline
func deadBuilder() int {
	var b strings.Builder
	for range 20000 {
		b.WriteString("some text that is not short at all")
	}
	n := len(b.String())
	return heapKB() + n - n
}

//go:noinline
func collectThen(h *holder) int {
	runtime.GC()
	runtime.GC()
	return touch(h)
}

// The callee alone has the pointer, and what it leads to is in the caller's frame.
//
//go:noinline
func heldByCallee() int {
	h := holder{n: fresh()}
	h.n.mem[1] = 7
	return collectThen(&h)
}

//go:noinline
func collectThenFollow(pp **holder) int {
	runtime.GC()
	_ = fresh()
	return touch(*pp)
}

// By way of another object of the frame.
//
//go:noinline
func heldByObject() int {
	h := holder{n: fresh()}
	h.n.mem[1] = 8
	p := &h
	return collectThenFollow(&p)
}

//go:noinline
func collectThenSum(s []*node, pad [40]int) int {
	runtime.GC()
	_ = fresh()
	return sum(s) + pad[39]
}

// A slice of the caller's frame, passed with a long parameter that is copied.
//
//go:noinline
func heldBySlice(x int) int {
	s := []*node{fresh(), fresh()}
	s[0].mem[2], s[1].mem[2] = 1, 2
	var pad [40]int
	pad[x] = 3
	return collectThenSum(s, pad)
}

type wide struct {
	pad [40]int
	n   *node
}

//go:noinline
func collectThenWide(a int, w wide) int {
	runtime.GC()
	_ = fresh()
	return a + int(w.n.mem[3]) + w.pad[39]
}

// A parameter that only the caller's frame holds.
//
//go:noinline
func heldByParameter(x int) int {
	w := wide{n: fresh()}
	w.n.mem[3] = 4
	w.pad[x] = 5
	return collectThenWide(1, w)
}

//go:noinline
func parked(c chan *node, done chan bool) int {
	var got [1]*node
	h := holder{n: fresh()}
	h.n.mem[1] = 9
	select {
	case got[0] = <-c:
	case <-done:
	}
	c <- h.n
	return int(got[0].mem[0])
}

func channels() int {
	c, done, result := make(chan *node), make(chan bool), make(chan int)
	go func() { result <- parked(c, done) }()
	runtime.Gosched()
	runtime.GC()
	x := fresh()
	x.mem[0] = 1
	c <- x
	x = nil
	for range 3 {
		runtime.Gosched()
		runtime.GC()
		_ = fresh()
	}
	back := <-c
	return int(back.mem[1]) + <-result
}

//go:noinline
func deferred() (n int) {
	h := holder{n: fresh()}
	h.n.mem[1] = 6
	p := &h
	defer func() {
		recover()
		runtime.GC()
		_ = fresh()
		n = touch(p)
	}()
	runtime.GC()
	panic("x")
}

func main() {
	println(deadStruct() < 100, deadSlice() < 100, deadMap() < 100, deadBuilder() < 100)
	println(heldByCallee(), heldByObject(), heldBySlice(39), heldByParameter(39), channels(), deferred())
}
