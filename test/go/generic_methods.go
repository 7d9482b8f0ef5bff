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
	values()
}

type pair[A, B any] struct {
	a A
	b B
}

func (p pair[A, B]) kinds[C, D any]() string {
	s := ""
	for _, v := range []any{p.a, p.b, *new(C), *new(D)} {
		switch v.(type) {
		case int8:
			s += "8"
		case int16:
			s += "16"
		case int32:
			s += "32"
		default:
			s += "?"
		}
	}
	return s
}

type holder struct{ pair[int8, int16] }

func expr[A, B, C, D any]() func(pair[A, B]) string { return pair[A, B].kinds[C, D] }
func value[A, B, C, D any]() func() string          { return pair[A, B]{}.kinds[C, D] }

// Each instance is a function of its own as a value, as an expression, and through an embedded field.
func values() {
	f, g := pair[int8, int16]{}.kinds[int32, string], pair[int8, int16]{}.kinds[string, int32]
	println(f(), g())
	h, i := pair[int8, int16].kinds[int32, string], pair[int8, int16].kinds[string, int32]
	println(h(pair[int8, int16]{}), i(pair[int8, int16]{}))
	j, k, l := holder.kinds[int8, int8], (*holder).kinds[int16, int8], holder{}.kinds[int8, int32]
	println(j(holder{}), k(&holder{}), l())
	println(expr[int8, int16, int32, int8]()(pair[int8, int16]{}), expr[int16, int8, int8, int32]()(pair[int16, int8]{}), value[int8, int32, int16, int8]()())
}
