package main

// Closures: what they capture and how long it lives.

type big struct{ v [40]int }

func counter() (func() int, func(int)) {
	n := 0
	return func() int { n++; return n }, func(v int) { n = v }
}

func fact() func(int) int {
	var f func(int) int
	f = func(n int) int {
		if n <= 1 {
			return 1
		}
		return n * f(n-1)
	}
	return f
}

func byValue(x int, s string, b big) func() int {
	return func() int { return x + len(s) + b.v[39] }
}

func nested(a int) func(int) func(int) int {
	return func(b int) func(int) int {
		c := a * b
		return func(d int) int {
			a++
			return a + b + c + d
		}
	}
}

func named() (x int, err string) {
	defer func() {
		x *= 2
		err += "!"
	}()
	return 21, "done"
}

type T struct{ n int }

func (t T) val(d int) int  { return t.n + d }
func (t *T) ptr(d int) int { t.n += d; return t.n }

type I interface{ val(int) int }

func apply(f func(int) int, x int) int { return f(x) }

func plain(x int) int { return x + 1 }

type fn func(int) int

func (f fn) twice(x int) int { return f(f(x)) }

type E struct {
	*T
	k int
}

func params(a int, b ...string) (n int) {
	func() {
		a++
		n += a
		b = append(b, "z")
	}()
	return n + len(b)
}

func main() {
	inc, set := counter()
	inc()
	inc()
	println(inc())
	set(10)
	println(inc())
	println(fact()(10))
	var b big
	b.v[39] = 5
	f := byValue(1, "abc", b)
	b.v[39] = 100
	println(f())
	g := nested(2)(3)
	println(g(4), g(4))
	x, s := named()
	println(x, s)

	var fs []func() int
	for i := 0; i < 3; i++ {
		j := i * i
		fs = append(fs, func() int { j++; return j })
	}
	for _, f := range fs {
		println(f(), f())
	}

	t := T{1}
	v, p := t.val, t.ptr
	t.n = 10
	println(v(1), p(1), t.n, v(1))
	var i I = t
	m := i.val
	i = T{1000}
	println(m(5))
	println(T.val(t, 2), (*T).ptr(&t, 3), (*T).val(&t, 4), I.val(i, 5))
	h := (*T).ptr
	println(h(&t, 1), t.n)
	println(apply(plain, 1), apply(func(x int) int { return x * x }, 7), apply(t.ptr, 1))
	println(fn(plain).twice(5))
	e := E{&t, 1}
	ep := e.ptr
	println(ep(1), t.n, E.val(e, 1))
	println(params(1), params(2, "x", "y"))

	func() {
		defer func(n int) { println("deferred", n, t.n) }(t.n)
		t.n = -1
	}()
	var nilf func()
	println(nilf == nil, inc != nil)

	acc := 0
	for k, v := range []int{5, 6, 7} {
		func(d int) { acc += k * d }(v)
	}
	println(acc)
	y := 0
	add := func() { y++ }
	add()
	add()
	z := &y
	*z += 10
	add()
	println(y)
	rec := struct {
		f func(string) int
		n int
	}{f: func(s string) int { return len(s) }, n: 2}
	println(rec.f("four") + rec.n)
	arr := [2]func() int{func() int { return 1 }, func() int { return 2 }}
	println(arr[0]() + arr[1]())
	fm := map[string]func(int, int) int{
		"+": func(a, b int) int { return a + b },
		"-": func(a, b int) int { return a - b },
	}
	println(fm["+"](3, 4), fm["-"](3, 4))
}
