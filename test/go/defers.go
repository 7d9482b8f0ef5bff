package main

import "runtime"

// defer, panic, recover.

type E struct{ code int }

func (e E) Error() string { return "error E" }

func div(a, b int) (q int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
			q = -1
		}
	}()
	return a / b, nil
}

func loop(n int) (s string) {
	for i := 0; i < n; i++ {
		defer func(i int) { s += string(rune('a' + i)) }(i)
	}
	return "="
}

func nestedPanic() (r interface{}) {
	defer func() { r = recover() }()
	defer func() { panic("second") }()
	panic("first")
}

func rethrow() (s string) {
	defer func() { s += recover().(string) }()
	defer func() {
		r := recover()
		s = "caught " + r.(string) + ", "
		panic("again")
	}()
	panic("once")
}

func notDirect() (s string) {
	defer func() {
		if recover() != nil {
			s += "outer"
		}
	}()
	defer func() {
		func() {
			if recover() != nil {
				s += "inner"
			}
		}()
	}()
	panic(1)
}

func helper() interface{} { return recover() }

func viaHelper() (s string) {
	defer func() {
		if recover() != nil {
			s = "function recovered"
		}
	}()
	defer func() {
		if helper() != nil {
			s = "helper recovered"
		}
	}()
	panic(1)
}

type T struct{ s string }

func (t *T) rec()  { t.s = "method " + recover().(string) }
func (t T) rec2(p *string) { *p = "value method " + recover().(string) + t.s }

type R interface{ rec() }

func methods() (a, b, c string) {
	var t T
	func() {
		defer t.rec()
		panic("x")
	}()
	a = t.s
	func() {
		defer T{"!"}.rec2(&b)
		panic("y")
	}()
	var r R = &t
	func() {
		defer r.rec()
		panic("z")
	}()
	c = t.s
	return
}

func order() {
	defer println("one")
	defer func() {
		defer println("inner")
		println("two")
	}()
	for i := range [2]int{} {
		defer print("loop ", i, "\n")
	}
	println("body")
}

func goexit() {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { println("recover in Goexit:", recover() == nil) }()
		runtime.Goexit()
	}()
	<-done
}

func recoverTwice() (n int) {
	for i := 0; i < 3; i++ {
		func() {
			defer func() {
				if recover() != nil {
					n++
				}
			}()
			var m map[string]int
			m["a"] = 1
		}()
	}
	return
}

func results() (a int, b string, c [3]int) {
	defer func() {
		recover()
		c[1]++
	}()
	a = 1
	b = "set"
	c[1] = 5
	var p *E
	a = p.code
	return 9, "not reached", c
}

func closureResult() (f func() int) {
	x := 1
	defer func() { x = 100 }()
	return func() int { return x }
}

func deferredBuiltins() {
	m := map[int]int{1: 1, 2: 2}
	c := make(chan int, 1)
	func() {
		defer delete(m, 1)
		defer close(c)
		defer print("printed ", len(m), "\n")
		c <- 5
	}()
	v, ok := <-c
	w, ok2 := <-c
	println(len(m), v, ok, w, ok2)
	func() {
		defer func() { println(recover().(string)) }()
		defer recover() // not called by a deferred function: no effect
		defer panic("quiet")
	}()
}

func main() {
	q, err := div(7, 2)
	println(q, err == nil)
	q, err = div(7, 0)
	println(q, err.Error())
	_, isRuntime := err.(runtime.Error)
	println(isRuntime)
	println(loop(4))
	println(nestedPanic().(string))
	println(rethrow())
	println(notDirect())
	println(viaHelper())
	a, b, c := methods()
	println(a, b, c)
	order()
	goexit()
	println(recoverTwice())
	x, y, z := results()
	println(x, y, z[1])
	println(closureResult()())
	deferredBuiltins()
	defer func() {
		r := recover()
		println("last deferred", r.(E).code)
	}()
	defer func() {
		panic(E{3})
	}()
	panic("final")
}
