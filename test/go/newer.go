package main

import "unsafe"

type E8 uint8

func loops() {
	for i := range 3 {
		print(i, " ")
	}
	for range 2 {
		print("x ")
	}
	var e E8
	for e = range 4 {
	}
	println(e)
	n := int8(3)
	for i := range n {
		i += 10
		n = 100
		print(i, " ")
	}
	for i := range E8(2) {
		print(uint8(i), " ")
	}
	const big = 1 << 3
	for i := range big {
		if i == 2 {
			continue
		}
		if i > 4 {
			break
		}
		print(i, " ")
	}
	println()
	for range -5 {
		println("never")
	}
}

func distinct() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		print(f(), " ", f(), " ")
	}
	println()
	var ps []*int
	for i, j := 0, 10; i < 6; i, j = i+1, j-1 {
		if i == 2 {
			i++
			continue
		}
		ps = append(ps, &i, &j)
	}
	for _, p := range ps {
		print(*p, " ")
	}
	println()
	var gs []func()
	for i := range 3 {
		gs = append(gs, func() { print(i, " "); i++ })
	}
	for k, s := range []string{"a", "b"} {
		gs = append(gs, func() { print(k, s, " "); s += "!" })
	}
	for k, v := range map[int]int{7: 8} {
		gs = append(gs, func() { print(k, v, " ") })
	}
	for range 2 {
		for _, g := range gs {
			g()
		}
	}
	println()
outer:
	for i := 0; ; i++ {
		f := func() int { return i }
		for j := 0; j < 5; j++ {
			g := func() bool { return j > 1 && i < 2 }
			if g() {
				continue outer
			}
			if f() == 3 {
				break outer
			}
		}
		print(f(), ";")
	}
	println()
	// the condition and the post statement see the variable of the iteration
	var last func() int
	for i := 0; func() bool { last = func() int { return i }; return i < 3 }(); func() { i++ }() {
	}
	println(last())
}

func minmax() {
	zero, one := 0.0, 1.0
	nan := zero / zero
	negzero := -zero
	negzero = 1 / (-one / zero)
	println(min(3, 1, 2), max(3, 1, 2), int(min(2.5, 1)), max("a", "c", "b"))
	x, y := 7, 4
	println(min(x, y, 5), max(x, y, 5), min(x), max(uint8(200), 3))
	println(1/min(zero, negzero) < 0, 1/min(negzero, zero) < 0, 1/max(zero, negzero) > 0, 1/max(negzero, zero) > 0)
	m := min(one, nan)
	println(m != m, max(nan, 5) != max(nan, 5), min(float32(one), 0.5) == 0.5)
	s, t := "hello", "help"
	println(min(s, t), max(s, t, "aaa"), min(s, "h"))
	const c = max(1, 2.5, 'a')
	println(c == 97)
}

func clears() {
	zero := 0.0
	nan := zero / zero
	m := map[float64]int{1: 1, nan: 2, nan: 3}
	println(len(m))
	clear(m)
	println(len(m))
	var nilmap map[string]int
	clear(nilmap)
	s := []int{1, 2, 3}
	clear(s[1:])
	println(s[0], s[1], s[2], len(s))
	p := []*int{&s[0], &s[1]}
	clear(p)
	println(p[0] == nil, p[1] == nil)
	clear([]string(nil))
}

func arrays() {
	s := []int{1, 2, 3, 4}
	a := [3]int(s)
	s[0] = 9
	println(a[0], a[1], a[2], (*[2]int)(s)[0])
	_ = [0]int([]int(nil))
	func() {
		defer func() { println(recover().(error).Error()) }()
		_ = [5]int(s)
	}()
	b := (*[4]int)(s)
	*b = [4]int(append([]int{0}, b[:3]...))
	println(s[0], s[1], s[2], s[3])
}

func unsafes() {
	b := []byte("bytes")
	str := unsafe.String(&b[1], 3)
	println(str, unsafe.StringData("hi") != nil, *unsafe.StringData(str), *unsafe.SliceData(b))
	var p *byte
	println(unsafe.String(p, 0) == "")
	n := 1
	for range 2 {
		func() {
			defer func() { println(recover().(error).Error()) }()
			println(unsafe.String(p, n))
		}()
		n = -1
	}
	func() {
		defer func() { println(recover().(error).Error()) }()
		_ = unsafe.Slice(p, 3)
	}()
}

type Big struct {
	a, b int
	s    string
}

func news() {
	p := new(42)
	q := new("text")
	*p++
	println(*p, *q, *new(min(3, 4)))
	b := Big{1, 2, "three"}
	c := new(b)
	b.a = 100
	println(c.a, c.b, c.s)
	e := new(any(*c))
	println((*e).(Big).s)
	var list []*int
	for i := range 3 {
		list = append(list, new(i*i))
	}
	println(*list[0], *list[1], *list[2])
	f := new(func() int { return 5 })
	println((*f)())
}

func main() {
	loops()
	distinct()
	minmax()
	clears()
	arrays()
	unsafes()
	news()
	promoted()
	lengths()
}

type Base struct{ ID, Rank int }
type Mid struct {
	Base
	Name string
}
type Top struct {
	Mid
	*Big
	X any
}

var top = Top{ID: 7, Name: "static", X: 1}

func trace(s string, n int) int { print(s, " "); return n }

func promoted() {
	t := Top{ID: trace("a", 1), X: trace("b", 2), Rank: trace("c", 3), Name: "n"}
	println(t.ID, t.X.(int), t.Rank, t.Name, t.Big == nil)
	p := &Top{Rank: 4, Big: &Big{a: 5}}
	println(p.ID, p.Rank, p.a, top.ID, top.Name, top.Rank, Mid{ID: 3}.ID)
}

//go:noinline
func nilArray() *[4]int { return nil }

func lengths() {
	println(len(nilArray()), cap(nilArray()))
	defer func() { println(recover() != nil) }()
	println(len(*nilArray()))
}
