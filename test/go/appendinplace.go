// x = append(x, ...) and x = x[:n] on places in memory: what is appended is taken first, and a panic leaves x alone.
package main

import "fmt"

type S []S
type T struct {
	b    []byte
	s    S
	p    []*int
	next *T
	e    []struct{}
	str  []string
}

var global []int

func try(what string, f func()) {
	defer func() { fmt.Println(what, recover()) }()
	f()
}

func named() (r []int) {
	defer func() { r = append(r, len(r)) }()
	r = append(r, 7, 8)
	r = r[:1]
	return r
}

func move(t **T, to *T) byte {
	*t = to
	return 'm'
}

func main() {
	t := &T{}
	for i := 0; i < 20; i++ {
		t.b = append(t.b, byte('a'+i))
	}
	t.b = append(t.b, t.b...)
	t.b = append(t.b, "xyz"...)
	t.b = append(t.b, t.b[0], t.b[1], t.b[len(t.b)-1])
	fmt.Println(string(t.b), len(t.b))
	t.b = t.b[:cap(t.b)]
	t.b = t.b[:3]
	fmt.Println(string(t.b))
	t.s = append(t.s, t.s)
	t.s = append(t.s, t.s)
	fmt.Println(len(t.s), len(t.s[0]), len(t.s[1]), t.s[0] == nil)
	try("index", func() { t.b = append(t.b, t.b[9]) })
	try("slice", func() { t.b = t.b[:1<<20] })
	try("negative", func() { n := -1; t.b = t.b[:n] })
	try("nil", func() { t.next.b = append(t.next.b, 1) })
	fmt.Println(string(t.b), len(t.b))
	x := 5
	p := &t.p
	for i := 0; i < 9; i++ {
		*p = append(*p, &x, nil)
	}
	fmt.Println(len(t.p), *t.p[16], t.p[17] == nil)
	u, old := &T{}, t
	t.b = append(t.b, move(&t, u))
	fmt.Println(string(t.b), string(u.b), string(old.b))
	for i := 0; i < 5; i++ {
		t.e = append(t.e, struct{}{}, struct{}{})
		t.str = append(t.str, fmt.Sprint(i), "c")
		global = append(global, i, i+1)
	}
	global = global[:7]
	fmt.Println(len(t.e), t.str, global, named())
	local := []int{1}
	ptr := &local
	local = append(local, local[0], len(*ptr))
	*ptr = append(*ptr, local...)
	f := func() { local = append(local, 9); local = local[:len(local)-2] }
	f()
	fmt.Println(local, len(*ptr))
}
