// What is too large for a stack: 64 KiB for what make and new give, 10 MB for variables (128 KiB since 1.24).
package main

func fits() int {
	s := make([]int, 8192)
	s[0] = 1
	return s[0] + len(s)
}

func doesNot() int {
	s := make([]int, 8193)
	s[0] = 1
	return s[0] + len(s)
}

func array() int {
	var a [16 << 10]int
	a[1] = 2
	return a[1] + len(a)
}

func largeArray() int {
	var a [17 << 10]int
	a[1] = 2
	return a[1] + len(a)
}

func newArray() int {
	p := new([8193]int)
	p[2] = 3
	return p[2] + len(p)
}

func main() {
	println(fits(), doesNot(), array(), largeArray(), newArray())
}
