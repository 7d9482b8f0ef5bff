package main

import "runtime"

type Box[T any] struct{ v T }

func name() string {
	pc, _, _, _ := runtime.Caller(1)
	return runtime.FuncForPC(pc).Name()
}

//go:noinline
func (b *Box[T]) Ptr() string { return name() }

//go:noinline
func (b Box[T]) Val() (s string) {
	func() { s = name() }()
	return
}

//go:noinline
func F[T any](x T) (a, b string) {
	f := func() string { return func() string { return name() }() }
	return name(), f()
}

func main() {
	println((&Box[int]{}).Ptr())
	println(Box[string]{}.Val())
	a, b := F([]Box[int]{})
	println(a, b)
}
