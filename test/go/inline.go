// Calls whose bodies stand in their place: what they mean must not change.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

type point struct{ x, y int }

func newPoint(x, y int) *point { return &point{x, y} }
func (p *point) add(q point)   { p.x += q.x; p.y += q.y }
func (p point) sum() int       { return p.x + p.y }
func (p *point) ref() *int     { return &p.x }
func swap(a, b int) (int, int) { return b, a }
func addr(x int) *int          { return &x }
func counter(k int) func() int { return func() int { k++; return k } }
func apply(f func(int), n int) { f(n) }
func first(xs ...int) int      { return xs[0] }
func length(xs ...any) int     { return len(xs) }
func named(n int) (r int, e error) {
	if n < 0 {
		e = errors.New("negative")
		return
	}
	r = n * 2
	return
}

type embedded struct {
	*point
	name string
}

var trail []string

func note(s string, v int) int {
	trail = append(trail, s)
	return v
}

// x is read after the call of bump, as with a call that is not inlined.
var global = 1

func bump(p *int) int { *p += 10; return *p }

func order() {
	x := 1
	y := x + bump(&x)
	fmt.Println(x, y)
	a, b := note("a", 1)+note("b", 2), note("c", 3)
	s, t := swap(note("d", a), note("e", b))
	fmt.Println(s, t, strings.Join(trail, ""))
	fmt.Println(global+bump(&global), global)
	m := map[int]int{}
	m[note("k", 1)], m[bump(&global)] = bump(&x), x
	fmt.Println(m, x)
}

// Each call and each iteration has variables of its own.
func lifetimes() {
	var ps []*int
	var fs []func() int
	for i := 0; i < 3; i++ {
		ps = append(ps, addr(i), newPoint(i*10, 0).ref())
		fs = append(fs, counter(i))
	}
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	for _, f := range fs {
		fmt.Print(f()+f(), " ")
	}
	q := addr(5)
	for i := 0; i < 3; i++ {
		r := addr(i)
		if *r > 0 {
			fmt.Print(*q+*r, *r, " ")
		}
		q = r
	}
	fmt.Println(*q)
}

func closures() {
	total := 0
	apply(func(n int) { total += n }, 3)
	add := func(n int) int { total += n; return total }
	fmt.Println(add(1), add(2), total)
	func() {
		total := total * 2
		total++
		fmt.Println(total)
	}()
	twice := func(f func(int) int) int { return f(1) + f(2) }
	fmt.Println(twice(add), twice(func(n int) int { return n * total }))
	each := func(xs []int, f func(int) bool) {
		for _, x := range xs {
			if !f(x) {
				return
			}
		}
	}
	sum := 0
	each([]int{1, 2, 3, 4}, func(x int) bool { sum += x; return x < 3 })
	fmt.Println(sum)
}

// Labels and results of bodies that are put in twice.
func search(xs []int, x int) (at int) {
	at = -1
loop:
	for i := range xs {
		switch {
		case xs[i] == x:
			at = i
			break loop
		case xs[i] < 0:
			continue loop
		}
	}
	return
}

func jump(n int) int {
again:
	if n%7 != 0 {
		n++
		goto again
	}
	return n
}

func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}
func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}
func fact(n int) int {
	if n < 2 {
		return 1
	}
	return n * fact(n-1)
}

func kind(v any) string {
	switch v := v.(type) {
	case int:
		return fmt.Sprint("int ", v)
	case nil:
		return "nil"
	}
	return "other"
}

func at(xs []int, i int) int     { return xs[i] }
func deep(xs []int, i int) int   { return at(xs, i) }
func explode(s string) int       { panic(s) }
func line() int                  { _, _, l, _ := runtime.Caller(0); return l }
func callerLine() int            { _, _, l, _ := runtime.Caller(1); return l }
func wrapped() (f string, l int) { return who() }
func who() (string, int) {
	pc := make([]uintptr, 4)
	frames := runtime.CallersFrames(pc[:runtime.Callers(1, pc)])
	frames.Next()
	f, _ := frames.Next()
	return f.Function, f.Line
}

func try(f func()) (s string) {
	defer func() { s = fmt.Sprint(recover()) }()
	f()
	return "fine"
}

func panics() {
	xs := []int{1, 2}
	fmt.Println(try(func() { deep(xs, 2) }))
	fmt.Println(try(func() { explode("bang") }))
	fmt.Println(try(func() { var p *point; p.add(point{1, 2}) }))
	fmt.Println(try(func() { var p *point; _ = p.sum() }))
	fmt.Println(try(func() { deep(xs, 1) }))
	done := ""
	func() {
		defer func() { done += fmt.Sprint(recover()) }()
		done = "before "
		done += fmt.Sprint(deep(xs, 5))
	}()
	fmt.Println(done)
	fmt.Println(line(), callerLine())
	fmt.Println(wrapped())
}

type number interface{ ~int | ~float64 }

func larger[T number](a, b T) T {
	if a > b {
		return a
	}
	return b
}
func mapped[S ~[]E, E, R any](s S, f func(E) R) []R {
	var out []R
	for _, x := range s {
		out = append(out, f(x))
	}
	return out
}

func main() {
	order()
	lifetimes()
	closures()
	fmt.Println(search([]int{4, -1, 9}, 9), search(nil, 1), search([]int{1, 2}, 1), jump(9), jump(15))
	fmt.Println(even(10), odd(10), fact(6))
	fmt.Println(kind(1), kind(nil), kind("s"))
	p := newPoint(1, 2)
	p.add(point{10, 20})
	e := embedded{p, "e"}
	e.add(*p)
	*e.ref() += 100
	f, g := p.sum, (*point).add
	g(p, point{1, 1})
	fmt.Println(p.sum(), e.sum(), f(), point.sum(*p), *p)
	fmt.Println(first(7, 8), length(), length(1, "a"), length([]any{1, 2, 3}...))
	fmt.Println(named(4))
	fmt.Println(named(-4))
	fmt.Println(swap(swap(1, 2)))
	fmt.Println(larger(1, 2), larger(2.5, 1), mapped([]int{1, 2}, func(i int) string { return fmt.Sprint(i * i) }))
	panics()
}
