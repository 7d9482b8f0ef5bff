package main

// Keys of array literals in any order: a value goes where its key says, also when the key equals its position.

func f(x int) [3]int { return [3]int{2: x, 1: x + 1} }

func main() {
	a := f(5)
	println(a[0], a[1], a[2])
	x := a[2] - 2
	b := [6]int{4: x, 1: x + 1, 2: x + 2, 3, 0: x}
	println(b[0], b[1], b[2], b[3], b[4], b[5])
	c := []int{4: x, 0: x}
	println(len(c), c[0], c[1], c[4])
}
