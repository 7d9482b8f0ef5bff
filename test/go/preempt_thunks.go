package main

import "runtime"

// Loops without calls that the C compiler may inline into a thunk, a wrapper or an initialiser can be preempted.

type list struct{ next *list }

func walk(l *list) {
	for l != nil {
		l = l.next
	}
}

type base struct{ l *list }

func (b base) Walk() { walk(b.l) }

type outer struct {
	x int
	base
}

var ring = func() *list { l := &list{}; l.next = l; return l }()

func collect() {
	for i := 0; i < 3; i++ {
		runtime.Gosched()
		runtime.GC()
	}
}

func deferred() {
	defer walk(ring)
}

func init() {
	go walk(ring)
	collect()
}

func main() {
	var w interface{ Walk() } = outer{1, base{ring}}
	go w.Walk()
	go deferred()
	collect()
	println("collected")
}
