package main

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func pairs(xs ...string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for i, x := range xs {
			if !yield(i, x) {
				println("stopped at", i)
				return
			}
		}
		println("end")
	}
}

func twice(yield func() bool) {
	_ = yield() && yield()
}

type List struct {
	v    int
	next *List
}

func (l *List) All(yield func(*List) bool) {
	for ; l != nil; l = l.next {
		if !yield(l) {
			return
		}
	}
}

func basics() {
	for i := range count(3) {
		print(i, " ")
	}
	for range count(2) {
		print("x ")
	}
	for range twice {
		print("t ")
	}
	for i := range count(10) {
		if i == 2 {
			continue
		}
		if i == 5 {
			break
		}
		print(i, " ")
	}
	println()
	for i, s := range pairs("a", "b", "c") {
		print(i, s, " ")
	}
	for _, s := range pairs("a", "b", "c") {
		if s == "b" {
			break
		}
	}
	var i int
	var a [3]any
	for i, a[i] = range pairs("p", "q", "r") {
	}
	println(i, a[0].(string), a[1].(string), a[2] == nil)
	l := &List{1, &List{2, &List{3, nil}}}
	sum := 0
	for x := range l.All {
		sum += x.v
	}
	println(sum)
	for x := range (*List)(nil).All {
		println("never", x.v)
	}
}

func find(want int) (int, bool) {
	for i := range count(100) {
		for j := range count(100) {
			if i*j == want {
				return i, j > 10
			}
		}
	}
	return -1, false
}

func named(want int) (res int, err string) {
	defer func() { err += "!" }()
	for i := range count(10) {
		res = i
		if i == want {
			err = "found"
			return
		}
		if i == want-100 {
			return i * 2, "early"
		}
	}
	return -1, "none"
}

func blank(stop bool) (_ int, s string) {
	s = "s"
	for i := range count(5) {
		if i == 2 && stop {
			return
		}
		if i == 3 {
			return 7, "three"
		}
	}
	return
}

func many() (a, b, c int) {
	three := func() (int, int, int) { return 1, 2, 3 }
	for range count(1) {
		return three()
	}
	return
}

func iface() (e any, err error) {
	for i := range count(3) {
		if i == 1 {
			return i, nil
		}
	}
	return
}

func labels() {
outer:
	for i := range count(4) {
		for j := 0; ; j++ {
			for k := range count(4) {
				if k == 2 {
					break
				}
				if j == 1 {
					continue outer
				}
				if i == 3 {
					break outer
				}
				print(i, j, k, " ")
			}
		}
	}
	println()
plain:
	for i := 0; i < 4; i++ {
		for j := range count(4) {
			switch {
			case j == 1:
				continue plain
			case i == 2:
				break plain
			}
			print(i, j, " ")
		}
	}
	println()
	n := 0
again:
	for i := range count(5) {
		n++
		if n == 2 {
			goto again
		}
		if n > 5 {
			goto done
		}
		print(i, " ")
		if i > 0 {
			goto local
		}
		continue
	local:
		print("l ")
	}
done:
	println("done", n)
	switch {
	default:
		for i := range count(3) {
			if i == 1 {
				break
			}
			print("in switch ")
		}
		println()
	}
}

func defers() (s string) {
	defer func() { println("first deferred, last run", s) }()
	for i := range count(3) {
		defer func() { println("deferred", i) }()
		defer println("direct", i)
	}
	println("body done")
	return "result"
}

func recovers() {
	defer func() {
		for range count(1) {
			println("in the body of a loop:", recover() == nil)
		}
		println("recovered", recover().(string))
	}()
	for i := range count(3) {
		defer func() {
			if i == 1 {
				println("one:", recover() != nil)
				panic("second")
			}
		}()
	}
	panic("first")
}

func panics() {
	defer func() { println("outer recovered:", recover().(string)) }()
	for i := range count(3) {
		defer func() { println("cleanup", i) }()
		if i == 1 {
			panic("from the body")
		}
	}
}

func try(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			if err, ok := e.(error); ok {
				println(name+":", err.Error())
			} else {
				println(name+":", e.(string))
			}
		} else {
			println(name+":", "no panic")
		}
	}()
	f()
}

func bad(yield func(int) bool) {
	yield(1)
	yield(2)
}

var saved func(int) bool

func save(yield func(int) bool) {
	saved = yield
	yield(0)
}

func swallow(yield func(int) bool) {
	defer func() { recover() }()
	yield(1)
}

func swallowAndGoOn(yield func(int) bool) {
	func() {
		defer func() { recover() }()
		yield(1)
	}()
	yield(2)
}

func checks() {
	try("done", func() {
		for range bad {
			break
		}
	})
	try("exhausted", func() {
		for range save {
		}
		saved(1)
	})
	try("swallowed", func() {
		for range swallow {
			panic("lost")
		}
	})
	try("went on", func() {
		for range swallowAndGoOn {
			panic("lost")
		}
	})
	try("inner", func() {
		for i := range count(2) {
			for range bad {
				if i == 1 {
					break
				}
			}
		}
	})
	try("return", func() {
		for range bad {
			return
		}
	})
	try("nil", func() {
		var f func(func() bool)
		for range f {
		}
	})
	try("fine", func() {
		for i := range count(2) {
			for range count(i) {
				continue
			}
		}
	})
}

func closures() {
	var fs []func() int
	for i := range count(3) {
		x := i * 10
		fs = append(fs, func() int { i++; x++; return i + x })
	}
	for _, f := range fs {
		print(f(), " ", f(), " ")
	}
	println()
	total := 0
	add := func(n int) { total += n }
	for i := range count(4) {
		func() {
			for j := range count(i) {
				add(i*10 + j)
			}
		}()
	}
	println(total)
}

var global = func() (n int) {
	for i := range count(5) {
		n += i
	}
	return
}()

func spread() {
	for i := range count(3) {
		go func() {}()
		var s any = i
		switch v := s.(type) {
		case string:
		case int:
			if v == 1 {
				break
			}
			print(v, " ")
		}
		select {
		default:
			if i == 1 {
				break
			}
			print("s", i, " ")
		}
	}
	println()
}

func walk(n int, yield func(int) bool) bool {
	if n == 0 {
		return true
	}
	return walk(n-1, yield) && yield(n) && walk(n-1, yield)
}

func tree(n int) func(func(int) bool) {
	return func(yield func(int) bool) { walk(n, yield) }
}

func main() {
	basics()
	println(find(35))
	println(find(9 * 11))
	println(find(1000003))
	println(named(3))
	println(named(103))
	println(named(50))
	println(blank(true))
	println(blank(false))
	println(many())
	e, err := iface()
	println(e.(int), err == nil)
	labels()
	println(defers())
	recovers()
	panics()
	checks()
	closures()
	println(global)
	spread()
	for i := range tree(4) {
		print(i, " ")
		if i == 4 {
			break
		}
	}
	println()
}
