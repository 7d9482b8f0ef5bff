package main

import "runtime/debug"

// A large struct that a literal makes on the heap is filled where it lies, not built on the stack first.

type part struct {
	n, m int
	list []string
}

type large struct {
	head  [1 << 17]byte
	part  part
	next  *large
	table [1 << 15]uint32
}

func make1(n int, next *large) *large {
	return &large{part: part{n: n, list: []string{"a", "b"}}, next: next}
}

func main() {
	debug.SetMaxStack(1 << 16)
	done := make(chan *large)
	go func() { done <- make1(7, make1(8, nil)) }()
	l := <-done
	println(l.part.n, l.part.m, len(l.part.list), l.part.list[1], l.next.part.n, l.next.next == nil, l.head[5], l.table[9])
}
