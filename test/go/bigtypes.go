// Types too large for a flat pointer map: package variables, heap objects, nested arrays and gaps.
package main

import (
	"runtime"
	"unsafe"
)

type cell struct {
	pad int
	p   *int
	s   string
}
type block struct {
	head  [3]int
	cells [2000]cell
	gap   [5000]int32
	grid  [40][300]*int
	tail  interface{}
	last  [9]byte
}

var global block
var table [100000]*int

func fill(b *block, base int) {
	for i := range b.cells {
		n := base + i
		b.cells[i].p = &n
		b.cells[i].s = string(rune('a'+i%26)) + "x"
	}
	for i := range b.grid {
		for j := range b.grid[i] {
			n := base + i*1000 + j
			b.grid[i][j] = &n
		}
	}
	b.tail = []int{base}
}

func sum(b *block) (n int) {
	for i := range b.cells {
		n += *b.cells[i].p + len(b.cells[i].s) + int(b.cells[i].s[0])
	}
	for i := range b.grid {
		for j := range b.grid[i] {
			n += *b.grid[i][j]
		}
	}
	return n + b.tail.([]int)[0]
}

var garbage [][]int

func churn() {
	for i := 0; i < 200; i++ {
		garbage = append(garbage, make([]int, 1000))
		if i%50 == 0 {
			garbage = nil
			runtime.GC()
		}
	}
}

// Pointers behind structs that end in many words without any.
type front struct {
	first *int
	table [5000]int
}

type behind struct {
	front
	pair [2]front
	last []int
}

var fronts []*behind

func afterGaps() {
	for i := 0; i < 20; i++ {
		b := new(behind)
		b.last = make([]int, 100)
		b.first, b.pair[0].first, b.pair[1].first = new(int), new(int), new(int)
		*b.first, *b.pair[0].first, *b.pair[1].first, b.last[99] = i, i, i, i
		fronts = append(fronts, b)
	}
	churn()
	for i := 0; i < 10000; i++ { // takes what is free
		again := make([]int, 100)
		again[99] = -1
		garbage = append(garbage[:0], again)
		one := new(int)
		*one = -1
		garbage[0] = unsafe.Slice(one, 1)
	}
	n := 0
	for _, b := range fronts {
		n += *b.first + *b.pair[0].first + *b.pair[1].first + b.last[99]
	}
	println(n)
}

func main() {
	fill(&global, 1)
	heap := new(block)
	fill(heap, 2)
	list := make([]block, 2)
	fill(&list[1], 3)
	for i := range table {
		n := i
		table[i] = &n
	}
	churn()
	n := 0
	for _, p := range table {
		n += *p
	}
	println(sum(&global), sum(heap), sum(&list[1]), n)
	copied := *heap
	*heap = block{}
	churn()
	println(sum(&copied), heap.tail == nil, heap.cells[1999].p == nil)
	global = copied
	churn()
	println(sum(&global))
	afterGaps()
}
