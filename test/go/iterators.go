package main

import "runtime"

type Seq[V any] func(yield func(V) bool)
type Seq2[K, V any] func(yield func(K, V) bool)

func Values[S ~[]E, E any](s S) Seq[E] {
	return func(yield func(E) bool) {
		for _, v := range s {
			if !yield(v) {
				return
			}
		}
	}
}

func Keys[M ~map[K]V, K comparable, V any](m M) Seq[K] {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func fields(s, sep string, keep int) Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := 0
			for i < len(s) && s[i] != sep[0] {
				i++
			}
			if i == len(s) {
				break
			}
			if !yield(s[:i+keep]) {
				return
			}
			s = s[i+1:]
		}
		yield(s)
	}
}

func Fields(s, sep string) Seq[string] { return fields(s, sep, 0) }

type List[T any] struct {
	v    T
	next *List[T]
}

func (l *List[T]) All() Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		for n := l; n != nil; n = n.next {
			if !yield(i, n.v) {
				return
			}
			i++
		}
	}
}

func (l List[T]) Each(yield func(T) bool) {
	if !yield(l.v) {
		return
	}
	for n := l.next; n != nil; n = n.next {
		if !yield(n.v) {
			return
		}
	}
}

func find(s []int, want int) (at int, found bool) {
	for v := range Values(s) {
		if v == want {
			return at, true
		}
		at++
	}
	return -1, false
}

func plain() {
	s := []int{1, 2, 3, 4, 5}
	for v := range Values(s) {
		if v == 2 {
			continue
		}
		if v == 5 {
			break
		}
		s = append(s, v)
		s[4] = 50
		print(v, " ")
	}
	println(len(s))
	println(find(s, 3))
	println(find(s, 99))
	m := map[string]int{"only": 1}
	for k := range Keys(m) {
		print(k, " ")
	}
	for f := range Fields("a,bb,,c", ",") {
		print(f, ";")
	}
	var last string
	for last = range Fields("x y z", " ") {
		if last == "y" {
			break
		}
	}
	println(last)
	for f := range fields("1-2-3", "-", 1) {
		switch f {
		case "2-":
			continue
		}
		print(f, " ")
	}
	println()
}

func lists() {
	l := &List[string]{"p", &List[string]{"q", &List[string]{"r", nil}}}
	for i, v := range l.All() {
		print(i, v, " ")
	}
	for i := range l.All() {
		print(i, " ")
	}
	for range l.All() {
		print("- ")
	}
	for v := range l.Each {
		print(v, " ")
	}
	for v := range l.next.Each {
		print(v, " ")
	}
	println()
}

func nested() {
	n := 0
outer:
	for a := range Values([]int{1, 2, 3}) {
		for b := range Values([]int{10, 20, 30}) {
			for f := range Fields("x.y", ".") {
				n++
				if f == "y" && b == 20 {
					continue outer
				}
				if a == 3 {
					break outer
				}
				print(a, b, f, " ")
			}
		}
	}
	println(n)
}

func closures() {
	var fs []func() string
	for f := range Fields("a b c", " ") {
		n := len(fs)
		fs = append(fs, func() string { f += "!"; n++; return f })
	}
	for f := range Values(fs) {
		print(f(), f(), " ")
	}
	println()
	for v := range Values([]int{1, 2}) {
		defer func() { println("deferred", v) }()
	}
	dyn := Values([]int{7, 8})
	for v := range Values([]int{1, 2}) {
		for w := range dyn {
			if w == 8 {
				continue
			}
			print(v*w, " ")
		}
	}
	for f := range Fields("p q", " ") {
		for w := range dyn {
			if w == 8 {
				break
			}
			print(f, w, " ")
		}
	}
	println()
}

func allocates() {
	s := make([]int, 100)
	l := &List[int]{1, &List[int]{2, nil}}
	m := map[int]int{1: 2}
	var before, after runtime.MemStats
	total := 0
	runtime.ReadMemStats(&before)
	for range 100 {
		for v := range Values(s) {
			total += v + 1
		}
		for _, v := range l.All() {
			total += v
		}
		for f := range Fields("a b c", " ") {
			total += len(f)
		}
		for k := range Keys(m) {
			total += k
		}
	}
	runtime.ReadMemStats(&after)
	println(total, after.Mallocs-before.Mallocs < 50)
}

func nilReceiver() {
	defer func() { println(recover().(error).Error()) }()
	var l *List[int]
	for range l.All() {
		println("never")
	}
	for range l.Each {
		println("never")
	}
}

func recovers() {
	defer func() {
		for v := range Values([]int{1}) {
			println(v, recover() == nil)
		}
		println(recover() != nil)
	}()
	panic("x")
}

func main() {
	plain()
	lists()
	nested()
	closures()
	allocates()
	nilReceiver()
	recovers()
}
