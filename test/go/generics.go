package main

import "unsafe"

type Number interface {
	~int | ~int8 | ~float64
}

func Sum[T Number](xs ...T) (s T) {
	for _, x := range xs {
		s += x
	}
	return s + 1 - 1
}

func Map[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p Pair[K, V]) Swap() (V, K) { return p.Val, p.Key }

type List[T any] struct {
	head, tail *node[T]
	n          int
}

type node[T any] struct {
	v    T
	next *node[T]
}

func (l *List[T]) Push(v T) *List[T] {
	n := &node[T]{v: v}
	if l.tail == nil {
		l.head = n
	} else {
		l.tail.next = n
	}
	l.tail = n
	l.n++
	return l
}

func (l *List[T]) All(yield func(int, T) bool) {
	i := 0
	for n := l.head; n != nil; n = n.next {
		if !yield(i, n.v) {
			return
		}
		i++
	}
}

func (l *List[T]) Each(f func(T)) {
	for _, v := range l.All {
		f(v)
	}
}

type Stringer interface{ String() string }

type Name string

func (n Name) String() string { return "name " + string(n) }

type Counter struct{ n int }

func (c *Counter) String() string { c.n++; return "counter" }
func (c *Counter) Add(n int)      { c.n += n }

func Join[T Stringer](xs []T) (s string) {
	for _, x := range xs {
		s += x.String() + ";"
	}
	return
}

type Adder[T any] interface {
	*T
	Add(int)
}

func Make[T any, P Adder[T]](n int) *T {
	var t T
	P(&t).Add(n)
	p := P(&t)
	p.Add(1)
	return &t
}

func Kind[T any](x T) string {
	switch any(x).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case []T:
		return "slice of it"
	case error:
		return "error"
	case T:
		return "itself"
	}
	return "?"
}

func Is[T any](x any) bool {
	_, ok := x.(T)
	return ok
}

func Eq[T comparable](a, b T) bool { return a == b }

func Zero[T any]() (z T) { return }

func Fact[T Number](n T) T {
	if n <= 1 {
		return 1
	}
	return n * Fact(n-1)
}

type Tree[T interface{ Less(T) bool }] struct {
	l, r *Tree[T]
	v    T
}

func (t *Tree[T]) Insert(v T) *Tree[T] {
	if t == nil {
		return &Tree[T]{v: v}
	}
	if v.Less(t.v) {
		t.l = t.l.Insert(v)
	} else {
		t.r = t.r.Insert(v)
	}
	return t
}

func (t *Tree[T]) Walk(f func(T)) {
	if t != nil {
		t.l.Walk(f)
		f(t.v)
		t.r.Walk(f)
	}
}

type Int int

func (i Int) Less(j Int) bool { return i < j }

func Counter2[T any](start T, next func(T) T) func() T {
	cur := start
	return func() T {
		v := cur
		cur = next(cur)
		return v
	}
}

func Local[T any](x T) any {
	type box struct{ v T }
	type named [2]T
	_ = named{x, x}
	return box{x}
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(v T)           { s[v] = struct{}{} }
func (s Set[T]) Has(v T) bool      { _, ok := s[v]; return ok }
func SetOf[T comparable](xs ...T) Set[T] {
	s := make(Set[T])
	for _, x := range xs {
		s.Add(x)
	}
	return s
}

type Opt[T any] func(*T)

func Apply[T any](t *T, opts ...Opt[T]) {
	for _, o := range opts {
		o(t)
	}
}

type Shape interface{ Area() float64 }
type Sq[T Number] struct{ s T }

func (q Sq[T]) Area() float64 { return float64(q.s) * float64(q.s) }

type Outer[T any] struct {
	List[T]
	*Inner[T]
}
type Inner[T any] struct{ x T }

func (i *Inner[T]) Get() T  { return i.x }
func (i *Inner[T]) Set(x T) { i.x = x }

func conv[T ~[]byte | ~string](x T) string {
	n := 0
	for range len(x) {
		n++
	}
	s := ""
	for i := 0; i < len(x); i++ {
		s += string(rune(x[i] + 1))
	}
	return s + string(x)
}

func consts[T ~int8 | ~float32 | ~uint64]() (T, T, T) {
	const c = 100
	x := T(7)
	y := c / T(3)
	return x, y, 2*x + c - 100
}
func consts2[T ~int8 | ~float32 | ~uint64]() (T, T) {
	x := T(7)
	return x, 100 / T(3)
}

func arr[T any, A ~[3]T](a A) (t []T) {
	for i := range a {
		t = append(t, a[i])
	}
	for _, x := range a[:2] {
		t = append(t, x)
	}
	return t
}

func ch[C ~chan T, T any](c C, xs ...T) (out []T) {
	go func() {
		for _, x := range xs {
			c <- x
		}
		close(c)
	}()
	for x := range c {
		out = append(out, x)
	}
	return
}

type Num[T Number] struct{ v T }

func (n Num[T]) Plus(m Num[T]) Num[T] { return Num[T]{n.v + m.v} }

func (l *List[T]) Map2(f func(T) T) *List[T] {
	out := new(List[T])
	l.Each(func(v T) { out.Push(f(v)) })
	return out
}

var global = Map([]int{1, 2}, func(i int) string { return "g" })
var table = Pair[string, []List[int]]{Key: "k"}

func id[T any](x T) T { return x }

type Offsets[T any] struct {
	a T
	b int
	Pair[string, T]
}

func sizes[T any](x T) (uintptr, uintptr, uintptr, uintptr) {
	var o Offsets[T]
	p := &o
	return unsafe.Sizeof(x), unsafe.Alignof(x), unsafe.Offsetof(o.b), unsafe.Offsetof(p.Val)
}

func guarded[T any](x any) (v T, err string) {
	defer func() {
		if e := recover(); e != nil {
			err = e.(error).Error()
		}
	}()
	return x.(T), "none"
}

func main() {
	println(Sum(1, 2, 3), Sum[int8](100, 27, 1), int(Sum(1.5, 2.5)))
	for _, s := range Map([]int{1, 2, 3}, func(i int) string { return string(rune('a' + i)) }) {
		print(s, " ")
	}
	println()
	v, k := Pair[string, int]{"k", 7}.Swap()
	println(v, k)
	var l List[string]
	l.Push("x").Push("y").Push("z")
	for i, s := range l.All {
		print(i, s, " ")
	}
	l.Map2(func(s string) string { return s + s }).Each(func(s string) { print(s, " ") })
	println(l.n)
	println(Join([]Name{"a", "b"}), Join([]*Counter{{}, {}}), Join([]Stringer{Name("i"), &Counter{}}))
	println(Make[Counter](41).n)
	println(Kind(1), Kind("s"), Kind(2.5), Kind([]int{}), Kind(any(3)))
	println(Is[int](3), Is[string](3), Is[Stringer](Name("")), Is[any](nil))
	println(Eq(1, 1), Eq("a", "b"), Eq[any](1, 1.0), Eq(Pair[int, int]{1, 2}, Pair[int, int]{1, 2}))
	println(Zero[int](), Zero[string]() == "", Zero[*int]() == nil, Zero[Stringer]() == nil)
	println(Fact(5), Fact[int8](5), int(Fact(6.0)))
	var t *Tree[Int]
	for _, i := range []Int{5, 2, 8, 1} {
		t = t.Insert(i)
	}
	t.Walk(func(i Int) { print(i, " ") })
	println()
	next := Counter2(1, func(i int) int { return i * 3 })
	println(next(), next(), next())
	a, b := Local(1), Local("s")
	println(a == Local(1), a == b, b == Local("s"), a == Local(int8(1)))
	s := SetOf(1, 2, 3)
	println(s.Has(2), s.Has(5), len(s))
	var c Counter
	Apply(&c, func(c *Counter) { c.n = 3 }, func(c *Counter) { c.n *= 2 })
	println(c.n)
	var sh Shape = Sq[int8]{3}
	println(int(sh.Area()))
	o := Outer[string]{Inner: &Inner[string]{}}
	o.Set("set")
	o.Push("pushed")
	get := o.Get
	o.Set("again")
	println(o.Get(), get(), o.n)
	println(conv("abc"), conv([]byte("xyz")))
	x1, x2, x3 := consts[int8]()
	println(x1, x2, x3)
	y1, y2 := consts2[float32]()
	println(int(y1), int(y2*100))
	z1, z2 := consts2[uint64]()
	println(z1, z2)
	println(len(arr([3]int{1, 2, 3})))
	for _, x := range ch(make(chan int), 1, 2, 3) {
		print(x, " ")
	}
	println()
	println(Num[int]{1}.Plus(Num[int]{2}).v)
	println(global[0], global[1], table.Key, len(table.Val))
	println(sizes(int8(1)))
	println(sizes("s"))
	println(guarded[int](3))
	println(guarded[string](3))
	f := id[string]
	g := Num[int].Plus
	h := (*List[int]).Push
	println(f("value"), g(Num[int]{3}, Num[int]{4}).v, h(new(List[int]), 3).n)
	var fs []func(int) int
	fs = append(fs, id[int])
	fs[0] = id
	println(fs[0](9))
	defer func() {
		println(recover().(error).Error())
	}()
	var np *Inner[int]
	println(np.Get())
}
