package main

import "runtime"

// A queue or list whose first cell does not escape: what was taken off it is garbage.

type cell struct {
	next *cell
	pad  [125]int
}

type tree struct {
	kids [2]*tree
	pad  [126]int
}

func heapKB() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

//go:noinline
func literal(n int) int {
	head := &cell{}
	tail := head
	for i := 0; i < n; i++ {
		tail.next = &cell{}
		tail = tail.next
		head = head.next
	}
	kb := heapKB()
	if head != tail {
		println("broken chain")
	}
	return kb
}

//go:noinline
func variable(n int) int {
	var first cell
	tail := &first
	head := tail
	for i := 0; i < n; i++ {
		tail.next = new(cell)
		tail, head = tail.next, head.next
	}
	kb := heapKB()
	if head != tail {
		println("broken chain")
	}
	return kb
}

//go:noinline
func made(n int) int {
	p := new(tree)
	for i := 0; i < n; i++ {
		p.kids[i&1] = &tree{}
		p = p.kids[i&1]
	}
	kb := heapKB()
	if p.kids[0] != nil {
		println("broken chain")
	}
	return kb
}

// The first cell is still wanted: all of the chain is.
//
//go:noinline
func kept(n int) int {
	first := cell{}
	tail := &first
	for i := 0; i < n; i++ {
		tail.next = &cell{}
		tail = tail.next
	}
	kb := heapKB()
	for c := first.next; c != nil; c = c.next {
		n--
	}
	if n != 0 {
		println("broken chain")
	}
	return kb
}

func main() {
	println(literal(500) < 200, variable(500) < 200, made(500) < 200, kept(500) > 400)
}
