package main

// Complex products without C's recovery of infinities, also by assignment; complex64 rounds once.

func main() {
	z := 0.0
	inf := 1 / z
	a, b := complex(inf, 1), complex(1, inf)
	c := a * b
	a *= b
	println(c, a)
	x := complex(inf, z/z)
	y := x * complex(2, 0)
	x *= complex(2, 0)
	println(y, x)
	var k, l complex64 = 987.4676 - 52.60125i, 3.3 - 7.1i
	m := k * l * k
	k *= l * k
	println(real(m) == real(k), imag(m) == imag(k), m)
	s := []complex128{complex(inf, inf)}
	t := s[0] * (1 + 2i)
	s[0] *= 1 + 2i
	println(t, s[0])
}
