package main

import (
	"fmt"
	"unsafe"
)

// What C leaves undefined and Go does not: arrays that overlap, stores before a fault, and what
// memory a comparison may touch; and bounds of unsigned types.

func try(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(what, r)
		}
	}()
	f()
	fmt.Println(what, "no panic")
}

func bounds() {
	s, str, arr := make([]int, 3, 5), "abc", [3]int{}
	huge := ^uint64(0)
	var up uintptr = 1<<63 + 1
	three := uint(3)
	try("s[:u]", func() { _ = s[:huge] })
	try("s[u:]", func() { _ = s[huge:] })
	try("s[u:2]", func() { _ = s[up:2] })
	try("s[u:2:3]", func() { _ = s[huge:2:3] })
	try("s[:u:3]", func() { _ = s[:huge:3] })
	try("s[::u]", func() { _ = s[0:1:huge] })
	try("a[:u]", func() { _ = arr[:huge] })
	try("a[::u]", func() { _ = arr[0:1:up] })
	try("str[:u]", func() { _ = str[:huge] })
	try("str[u:]", func() { _ = str[huge:] })
	try("str[u:2]", func() { _ = str[three:2] })
	try("s[u:3]", func() { _ = s[three:3] })
	try("s[:-1]", func() { n := -1; _ = s[:n] })
}

//go:noinline
func shift(s []byte, to, from int) {
	*(*[32]byte)(s[to:]) = *(*[32]byte)(s[from:])
}

func overlaps() {
	for _, d := range []int{1, 4, 8, 15, 17} {
		var x, y [64]byte
		for i := range x {
			x[i] = byte(i)
		}
		y = x
		shift(x[:], d, 0)
		shift(y[:], 0, d)
		bad := 0
		for i := 0; i < 32; i++ {
			if x[d+i] != byte(i) || y[i] != byte(i+d) {
				bad++
			}
		}
		fmt.Println("overlap", d, bad)
	}
}

//go:noinline
func count(list []*int) (n, sum int, err error) {
	defer func() {
		err, _ = recover().(error)
	}()
	for _, p := range list {
		n++
		sum += *p
	}
	return
}

type header struct {
	data uintptr
	len  int
}

func badString(at uintptr, n int) (s string) {
	*(*header)(unsafe.Pointer(&s)) = header{at, n}
	return
}

type stringInt struct {
	s string
	i int
}
type twoStrings struct{ s, t string }
type nested struct {
	in twoStrings
	b  bool
}

//go:noinline
func differ(a, b stringInt) bool { return a != b }

func comparisons() {
	p, q := badString(8, 3), badString(16, 3)
	fmt.Println(differ(stringInt{p, 1}, stringInt{q, 2}))
	fmt.Println(twoStrings{p, "a"} == twoStrings{q, "aa"}, twoStrings{"a", p} == twoStrings{"b", q})
	var x, y interface{} = nested{twoStrings{p, "a"}, true}, nested{twoStrings{q, "a"}, false}
	fmt.Println(x == y)
	fmt.Println(twoStrings{"a", "b"} == twoStrings{"a", "b"}, twoStrings{"a", "b"} == twoStrings{"a", "c"})
}

func main() {
	bounds()
	overlaps()
	one := 1
	fmt.Println(count([]*int{&one, &one, nil, &one}))
	comparisons()
}
