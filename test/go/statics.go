// Package variables: constant initialisers, order of initialisation, addresses, binary strings.
package main

import "unsafe"

type node struct {
	name string
	next *node
	kids []*node
	any  interface{}
}

type op func(int, int) int

type inner struct {
	a int8
	_ int64
	z struct{}
}
type layout struct {
	b  bool
	i  inner
	s  []string
	e  struct{}
	c  complex64
	zs [0]int64
}

var (
	table  = [...]string{2: "two", 0: "zero", 5: "five\x00\xff\"\\\n☺"}
	list   = []int{1, 2, 9: 10}
	tree   = &node{name: "root", next: &leaf, kids: []*node{&leaf, {name: "kid", any: 3.5}}, any: leafName}
	leaf   = node{name: leafName}
	matrix = [2][3]float64{{1, 2}, {3, 4, 5e-300}}
	ops    = map[string]op{"add": add, "sub": func(a, b int) int { return a - b }}
	fns    = []op{add, func(a, b int) int { return a * b }}
	ptr    = &matrix[1][2]
	boxed  = []interface{}{1, "s", nil, 2.5, int8(-3), [2]int{1, 2}, &leaf, 'x', true, inner{a: 4}}
	big    = uint64(1<<63 + 5)
	small  = -1 << 63
	cplx   = 1.5 - 2i
	odd    = "a" + "\x00b"
	quest  = "??=??/" // no trigraphs
	method = (*node).Name
	bound  = leaf.Name
)

const leafName = "leaf"

var first = second + 1
var second = compute()
var third, fourth = pair()
var _ = note("blank")

func compute() int        { note("compute"); return len(list) }
func pair() (int, string) { note("pair"); return first, "p" }
func note(s string) int   { println("init", s); return 0 }

func add(a, b int) int       { return a + b }
func (n *node) Name() string { return n.name }

func init() { println("init 1", first, second) }
func init() { println("init 2", third, fourth) }

func main() {
	for i, s := range table {
		println(i, len(s), s)
	}
	println(len(list), cap(list), list[9], tree.next == &leaf, tree.kids[1].name, tree.any.(string), leaf.name)
	println(matrix[0][1], matrix[1][2] > 0, *ptr == 5e-300, ops["add"](1, 2), ops["sub"](1, 2), fns[0](3, 4), fns[1](3, 4))
	println(len(boxed), boxed[1].(string), boxed[4].(int8), boxed[5].([2]int)[1], boxed[6].(*node).name, boxed[9] == inner{a: 4})
	println(big, small, real(cplx), imag(cplx), len(odd), quest, method(tree), bound())
	tree.kids[1].next = &node{name: "fresh"}
	leaf.kids = append(leaf.kids, tree)
	list[0] = 77
	println(tree.kids[1].next.name, leaf.kids[0].name, list[0])
	var l layout
	println(unsafe.Sizeof(l), unsafe.Sizeof(l.i), unsafe.Offsetof(l.i), unsafe.Offsetof(l.s), unsafe.Offsetof(l.e),
		unsafe.Offsetof(l.c), unsafe.Offsetof(l.zs), unsafe.Alignof(l))
	var linux, int, register, _t, gm_new, NULL = 1, 2, 3, 4, 5, 6
	var été, 世界 = "summer", "world"
	println(linux, int, register, _t, gm_new, NULL, été, 世界)
}
