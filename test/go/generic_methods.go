package main

// Methods with type parameters of their own are in no method set: neither descriptors nor tables of methods hold them.

import "math/rand/v2"

type box[T any] struct{ v T }

func (b *box[T]) Map(x int) T               { return b.v }
func (b *box[T]) Conv[U any](f func(T) U) U { return f(b.v) }

type num struct{ n int }

func (n num) As[U ~int | ~int64]() U { return U(n.n) }
func (n num) N() int              { return n.n }

type outer struct {
	num
	*box[string]
}

func main() {
	var r any = rand.New(rand.NewPCG(1, 2))
	println(r.(*rand.Rand).Uint64() != 0)
	var x any = outer{num{3}, &box[string]{"abc"}}
	println(x.(interface{ N() int }).N(), x.(interface{ Map(int) string }).Map(1))
	_, ok := x.(interface{ As() int })
	println(ok, x.(outer).As[int64](), x.(outer).Conv[int](func(s string) int { return len(s) }))
}
