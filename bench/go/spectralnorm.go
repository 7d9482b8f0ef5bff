// Spectral norm: the power method on an implicit matrix; division and nested loops over slices.
package main

import "math"

func a(i, j int) float64 { return 1 / float64((i+j)*(i+j+1)/2+i+1) }

func mulAv(v, out []float64) {
	for i := range out {
		var sum float64
		for j := range v {
			sum += a(i, j) * v[j]
		}
		out[i] = sum
	}
}

func mulAtv(v, out []float64) {
	for i := range out {
		var sum float64
		for j := range v {
			sum += a(j, i) * v[j]
		}
		out[i] = sum
	}
}

func main() {
	const n = 3000
	u, v, tmp := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range u {
		u[i] = 1
	}
	for i := 0; i < 10; i++ {
		mulAv(u, tmp)
		mulAtv(tmp, v)
		mulAv(v, tmp)
		mulAtv(tmp, u)
	}
	var vBv, vv float64
	for i := range u {
		vBv += u[i] * v[i]
		vv += v[i] * v[i]
	}
	println(int64(math.Sqrt(vBv/vv) * 1e9))
}
