// Equality and hashing of every kind of comparable value; padding and blank fields do not count.
package main

type padded struct {
	a int8
	b int64
	c int16
}
type blanks struct {
	a int32
	_ int32
	s string
	_ string
	f float32
}
type nested struct {
	p padded
	i interface{}
	a [2]blanks
}
type key struct {
	name string
	pos  [2]int
}
type point struct{ x, y int }
type huge struct{ a [50]int }

func poison(b byte) (x [256]byte) {
	for i := range x {
		x[i] = b
	}
	return
}

//go:noinline
func makePadded(a int8, b int64, c int16) padded {
	var p padded
	p.a, p.b, p.c = a, b, c
	return p
}

func panics(f func()) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = e.(error).Error()
		}
	}()
	f()
	return "no panic"
}

func main() {
	_ = poison(1)
	p := makePadded(1, 2, 3)
	_ = poison(2)
	q := makePadded(1, 2, 3)
	println(p == q, p != makePadded(1, 2, 4), interface{}(p) == interface{}(q))
	mp := map[padded]int{p: 1}
	mp[q]++
	println(len(mp), mp[q])

	a := blanks{a: 1, s: "x", f: 0}
	z := float32(0)
	b := blanks{a: 1, s: string([]byte{'x'}), f: -z}
	println(a == b)
	mb := map[blanks]string{a: "found"}
	println(mb[b])
	nan := z / z
	b.f = nan
	println(b == b, len(map[blanks]int{b: 1, a: 2}))
	m := map[float32]int{}
	m[nan] = 1
	m[nan] = 2
	_, ok := m[nan]
	println(len(m), ok)

	n1 := nested{p, "s", [2]blanks{a, a}}
	n2 := nested{q, "s", [2]blanks{a, {a: 1, s: "x"}}}
	println(n1 == n2, map[nested]bool{n1: true}[n2])
	n2.i = []int{1}
	println(n1 == n2)
	n1.i = []int{1}
	println(panics(func() { println(n1 == n2) }))
	println(panics(func() { _ = map[nested]bool{n1: true} }))
	println(panics(func() { _ = map[interface{}]int{func() {}: 1} }))

	mk := map[key]int{}
	for i := 0; i < 1000; i++ {
		mk[key{string(rune('a' + i%26)), [2]int{i % 10, i % 7}}]++
	}
	sum := 0
	for k, v := range mk {
		if mk[k] != v {
			println("lost", k.name)
		}
		sum += v
	}
	println(len(mk), sum)

	mi := map[interface{}]string{1: "int", int8(1): "int8", "1": "string", 1.0: "float", point{1, 2}: "point",
		[2]int{1, 2}: "array", true: "bool", nil: "nil", 2i: "complex", &p: "pointer", struct{}{}: "empty"}
	println(len(mi), mi[1], mi[int8(1)], mi["1"], mi[1.0], mi[point{1, 2}], mi[[2]int{1, 2}], mi[true], mi[nil], mi[2i],
		mi[&p], mi[struct{}{}])

	mh := map[huge]huge{}
	var h huge
	h.a[49] = 7
	mh[h] = h
	println(len(mh), mh[h].a[49], mh[huge{}].a[49])
	me := map[string]struct{}{"a": {}, "b": {}}
	_, in := me["b"]
	println(len(me), in)

	x, y := [3]string{"a", "b", "c"}, [3]string{"a", "b", "c"}
	println(x == y, x != [3]string{})
	var e1, e2 [2]interface{}
	e1[0], e2[0] = []int{}, []int{}
	e1[1], e2[1] = 1, "1"
	println(panics(func() { println(e1 == e2) })) // in order: the first pair panics
	e1[0], e2[0] = 0, "0"
	e1[1], e2[1] = []int{}, []int{}
	println(panics(func() { println(e1 == e2) })) // and the second is not reached
	c1, c2 := make(chan int), make(chan int)
	println(c1 == c1, c1 == c2, struct{ c chan int }{c1} == struct{ c chan int }{c1})
}
