// Matrix product: slices of slices of float64, the plain triple loop.
package main

func newMatrix(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = float64((i*31+j*17)%100) / 10
		}
	}
	return m
}

func multiply(a, b [][]float64) [][]float64 {
	n := len(a)
	c := newMatrix(n)
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			var sum float64
			for k := 0; k < n; k++ {
				sum += a[i][k] * b[k][j]
			}
			c[i][j] = sum
		}
	}
	return c
}

func main() {
	const n = 700
	a, b := newMatrix(n), newMatrix(n)
	c := multiply(a, b)
	var trace float64
	for i := range c {
		trace += c[i][i]
	}
	println(int64(trace))
	c = multiply(c, b)
	trace = 0
	for i := range c {
		trace += c[i][n-1-i]
	}
	println(int64(trace))
}
