package main

// The order in which operands are evaluated.

var trace string

func f(name string, v int) int {
	trace += name + " "
	return v
}

func show(what string) {
	println(what+":", trace)
	trace = ""
}

func three(a, b, c int) int { return a*100 + b*10 + c }

func pair(name string) (int, int) {
	trace += name + " "
	return 1, 2
}

type T struct{ a, b int }

func (t T) m(x int) int   { trace += "m "; return t.a + x }
func (t *T) pm(x int) int { trace += "pm "; return t.b + x }

func newT(name string) *T {
	trace += name + " "
	return &T{1, 2}
}

func m(name string) map[int]int {
	trace += name + " "
	return map[int]int{1: 10}
}

func ch(name string, v int) chan int {
	trace += name + " "
	c := make(chan int, 1)
	c <- v
	return c
}

func fn(name string) func(int, int) int {
	trace += name + " "
	return func(a, b int) int { trace += "called "; return a - b }
}

func b(name string, v bool) bool {
	trace += name + " "
	return v
}

func arr(name string) *[3]int {
	trace += name + " "
	return &[3]int{1, 2, 3}
}

func main() {
	println(three(f("a", 1), f("b", 2), f("c", 3)))
	show("args")
	println(f("a", 1) + f("b", 2)*f("c", 3) - f("d", 4))
	show("arith")
	println(newT("t").m(f("x", 1)), newT("u").pm(f("y", 2)))
	show("methods")
	println(fn("fn")(f("a", 5), f("b", 3)))
	show("func value")
	m("m")[f("k", 1)] = f("v", 2)
	show("map assign")
	m("m")[f("k", 1)] += f("v", 2)
	show("map op assign")
	arr("p")[f("i", 1)] = f("v", 2)
	show("index assign")
	arr("p")[f("i", 1)], m("m")[f("k", 2)] = f("v", 2), f("w", 3)
	show("parallel")
	println(<-ch("c", 4)+f("a", 1), f("b", 2)-<-ch("d", 9))
	show("receive")
	println(b("x", false) && b("y", true) || b("z", true) && b("w", false))
	show("logic")
	if b("p", true) && (b("q", false) || f("r", 1) == 1) {
		show("if")
	}
	s := []int{f("0", 0), 5: f("5", 5), f("6", 6)}
	println(len(s), s[5], s[6])
	show("slice literal")
	t := T{b: f("b", 1), a: f("a", 2)}
	println(t.a, t.b)
	show("struct literal")
	mm := map[int]int{f("k1", 1): f("v1", 1), f("k2", 2): f("v2", 2)}
	println(len(mm))
	show("map literal")
	x, y := pair("pair")
	println(x, y)
	show("pair")
	switch f("tag", 2) {
	case f("c1", 1), f("c2", 2), f("c3", 3):
		println("two")
	case f("c4", 4):
	}
	show("switch")
	for i := f("init", 0); i < f("cond", 2); i += f("post", 1) {
		trace += "body "
	}
	show("for")
	for i := range arr("range") {
		trace += string(rune('0' + i))
		_ = i
	}
	show("range")
	select {
	case ch("s1", 0) <- f("v", 1):
	case <-ch("r1", 2):
		println("received")
	}
	show("select")
	defer println(f("deferred", 1))
	show("defer")
	sl := make([]int, f("len", 2), 4)
	sl = append(sl, f("x", 1), f("y", 2), f("z", 3))
	println(len(sl), sl[2], sl[3], sl[4])
	show("append")
	i := 0
	i, sl[i] = 1, 42
	println(i, sl[0], sl[1])
	sl[0], sl[1], sl[2] = sl[2], sl[0], sl[1]
	println(sl[0], sl[1], sl[2])
	p, q := &t, &T{7, 8}
	p, p.a, q = q, 9, p
	println(t.a, p.a, q.a)
	var e interface{} = f("iface", 3)
	println(e.(int) == f("cmp", 3), e == interface{}(f("box", 3)))
	show("interfaces")
	println(f("big", 1)<<f("shift", 3), -f("neg", 1), ^f("not", 1))
	show("unary")
	str := "x"
	str += string(rune(f("r", 'y'))) + str
	println(str)
	show("concat")
}
