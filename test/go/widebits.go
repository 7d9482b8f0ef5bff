// Products, sums and differences of math/bits with two results, against the same by halves; as values of functions, too.
package main

import (
	"fmt"
	"math/bits"
	"math/rand"
)

func product(x, y uint64) (hi, lo uint64) {
	a, b, c, d := x>>32, x&0xffffffff, y>>32, y&0xffffffff
	mid := a*d + b*d>>32
	low := b*c + mid&0xffffffff
	return a*c + mid>>32 + low>>32, x * y
}

func sum(x, y, c uint64) (uint64, uint64) {
	low := x&0xffffffff + y&0xffffffff + c
	return x + y + c, (x>>32 + y>>32 + low>>32) >> 32
}

func difference(x, y, b uint64) (uint64, uint64) {
	borrow := uint64(0)
	if x < y || x == y && b == 1 {
		borrow = 1
	}
	return x - y - b, borrow
}

var edges = []uint64{0, 1, 2, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 2, 1<<64 - 1}

func any64() uint64 {
	if rand.Intn(3) == 0 {
		return edges[rand.Intn(len(edges))]
	}
	return rand.Uint64()
}

type op func(x, y, c uint64) (uint64, uint64)

func main() {
	mul := bits.Mul64
	ops := []struct {
		name      string
		got, want op
	}{
		{"add", bits.Add64, sum}, {"sub", bits.Sub64, difference},
		{"mul", func(x, y, _ uint64) (uint64, uint64) { return mul(x, y) }, func(x, y, _ uint64) (uint64, uint64) { return product(x, y) }},
		{"mul64", func(x, y, _ uint64) (uint64, uint64) { return bits.Mul64(x, y) }, func(x, y, _ uint64) (uint64, uint64) { return product(x, y) }},
		{"add64", func(x, y, c uint64) (uint64, uint64) { return bits.Add64(x, y, c) }, sum},
		{"sub64", func(x, y, c uint64) (uint64, uint64) { return bits.Sub64(x, y, c) }, difference},
		{"add uint", func(x, y, c uint64) (uint64, uint64) {
			s, o := bits.Add(uint(x), uint(y), uint(c))
			return uint64(s), uint64(o)
		}, sum},
		{"no carry", func(x, y, c uint64) (uint64, uint64) { return bits.Add64(x, y, 0) }, func(x, y, _ uint64) (uint64, uint64) { return sum(x, y, 0) }},
	}
	for range 20000 {
		x, y, c := any64(), any64(), uint64(rand.Intn(2))
		for _, o := range ops {
			a, b := o.got(x, y, c)
			if p, q := o.want(x, y, c); a != p || b != q {
				fmt.Println(o.name, x, y, c, "gives", a, b, "not", p, q)
				return
			}
		}
	}
	hi, lo := bits.Mul64(1<<63+5, 77)
	q, r := bits.Div64(hi, lo, 99)
	fmt.Println(hi, lo, q, r)
}
