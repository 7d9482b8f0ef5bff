package main

import "fmt"

// Variables without a size are all in one place, wherever they are declared, and can do what others can.

type empty struct{}

func (e *empty) name() string { return "empty" }

var (
	x, y [0]byte
	s    empty
	a    [3]struct{}
	p, q = &x, &y
	f    = func() *empty { return &s }
	m    = map[empty]int{s: 4}
	i    interface{ name() string } = &s
)

func main() {
	fmt.Println(p == q, fmt.Sprintf("%p", &x) == fmt.Sprintf("%p", &s), f() == &s, len(a))
	s = empty{}
	a[1] = struct{}{}
	y = x
	for k := range a {
		a[k] = s
	}
	t := &a[2]
	*t = s
	fmt.Println(m[s], i.name(), s.name(), x == y, fmt.Sprintf("%p", t) == fmt.Sprintf("%p", new(empty)))
	func() { s, a[0] = a[0], s }()
	fmt.Println(s, a, x)
}
