package main

// print writes floats in the shortest form that reads back as the same number.

func main() {
	println(1e5, 1e6, 123456789.0, 0.0001, 0.00001, 5e-324, 1.7976931348623157e+308, 2.2250738585072014e-308)
	println(0.1, 1.0/3, 9007199254740993.0, 4503599627370497.5, 1e23, 8.41e21, 5e-323, 2e-44)
	println(float32(0.1), float32(16777216), float32(3.4028234663852886e+38), float32(1e-45), float32(8388608.5))
	var zero float64
	println(-zero, 1/(-1/zero), 1/zero, -1/zero, zero/zero)
	println(complex(1, -2), complex64(complex(0.1, 2.5)), complex(zero/zero, 1/zero))
	for i, x := 0, 1.0; i < 60; i++ {
		print(x, " ", float32(x), " ")
		x *= -7.3
	}
	println()
}
