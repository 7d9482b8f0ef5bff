package main

import "runtime"

// What a frame has no use for any more is garbage while the frame goes on: words that the C compiler spilled,
// registers that a callee saved for it, parameters of earlier calls. In each function a block of memory dies before
// the collection, which also runs while other goroutines wait.

type block [1 << 18]byte

type node struct {
	next *node
	mem  *block
}

//go:noinline
func fresh() *node { return &node{mem: new(block)} }

//go:noinline
func use(n *node, i int) int { return int(n.mem[0]) + i }

//go:noinline
func heapKB() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

func report(name string, kb int) {
	if kb < 200 {
		println(name, "freed")
	} else {
		println(name, kb, "KB")
	}
}

//go:noinline
func grown(n int) int {
	var s []*node
	for i := 0; i < n; i++ {
		s = append(s, fresh())
	}
	sum := len(s)
	s = nil
	report("grown", heapKB())
	return sum
}

var pair []*node

//go:noinline
func fill() { pair = []*node{fresh(), fresh()} }

//go:noinline
func spread(n int) int {
	var s []*node
	fill()
	for i := 0; i < n; i++ {
		s = append(s, pair...)
	}
	sum := len(s)
	s, pair = nil, nil
	report("spread", heapKB())
	return sum
}

//go:noinline
func spilled(k int) int {
	a, b, c, d, e, f, g, h := fresh(), fresh(), fresh(), fresh(), fresh(), fresh(), fresh(), fresh()
	sum := 0
	for i := 0; i < k; i++ {
		sum += use(a, i) + use(b, i) + use(c, i) + use(d, i) + use(e, i) + use(f, i) + use(g, i) + use(h, i)
	}
	report("spilled", heapKB())
	for i := 0; i < k; i++ {
		sum += i
	}
	return sum
}

//go:noinline
func list(k int) int {
	var head *node
	for i := 0; i < k; i++ {
		n := fresh()
		n.next, head = head, n
	}
	sum := 0
	for n := head; n != nil; n = n.next {
		sum += use(n, 1)
	}
	report("list", heapKB())
	return sum
}

//go:noinline
func branch(k int) int {
	n := fresh()
	if k > 100 {
		return use(n, k)
	}
	for i := 0; i < k; i++ {
		report("branch", heapKB())
	}
	return k
}

//go:noinline
func deferred(k int) (sum int) {
	defer func() { sum++ }()
	n := fresh()
	sum = use(n, k)
	report("deferred", heapKB())
	return
}

//go:noinline
func kept(k int) int {
	n := fresh()
	if kb := heapKB(); kb < 200 {
		println("kept: freed too early")
	}
	return use(n, k)
}

//go:noinline
func recovered(k int) (sum int) {
	n := fresh()
	func() {
		defer func() {
			recover()
			if kb := heapKB(); kb < 200 {
				println("recovered: freed too early")
			}
		}()
		var p *node
		sum = use(p, k)
	}()
	sum += use(n, k)
	report("recovered", heapKB())
	return
}

//go:noinline
func waits(ready, done chan int, k int) int {
	n := fresh()
	sum := use(n, k)
	ready <- 1
	return sum + <-done
}

func main() {
	println(grown(20), spread(10), spilled(3), list(5), branch(1), deferred(1), kept(1), recovered(1))
	ready, done := make(chan int), make(chan int)
	for i := 0; i < 4; i++ {
		go func() { ready <- waits(ready, done, i) }()
	}
	for i := 0; i < 4; i++ {
		<-ready
	}
	for i := 0; i < 100; i++ { // until all of them wait
		runtime.Gosched()
	}
	report("waiting", heapKB())
	sum := 0
	for i := 0; i < 4; i++ {
		done <- 1
		sum += <-ready
	}
	println(sum > 0)
}
