package main

// Parallel assignment: the values on the right are those from before the first store, also where the
// left side names only a part of what the right side reads.

type inner struct{ a, b int }

type pair struct {
	inner
	p *int
}

var global pair

func main() {
	v := pair{inner{1, 2}, new(int)}
	v.a, global = 7, v
	println(v.a, global.a)
	v.p, global = nil, v
	println(v.p == nil, global.p == nil)
	arr := [3]int{1, 2, 3}
	var brr [3]int
	i := 2
	arr[i], brr = 8, arr
	println(arr[2], brr[2])
	n := struct{ in [2]inner }{[2]inner{{1, 2}, {3, 4}}}
	m := n
	n.in[1].a, m = 9, n
	println(n.in[1].a, m.in[1].a)
	var e interface{}
	v.inner.b, e = 77, v
	println(v.b, e.(pair).b)
	c, d := complex(1, 2), complex(0, 0)
	c, d = 0, c
	println(c == 0, d == 1+2i)
	p := &v
	p.a, p, v.b = 5, nil, p.a
	println(v.a, v.b, p == nil)
}
