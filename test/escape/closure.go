// Closures: returned with what they captured, called where they are made, started as goroutines.
package main

func counter() func() int {
	n := 0
	return func() int {
		n++
		return n
	}
}

func sum(xs []int) int {
	s := 0
	add := func(x int) { s += x }
	for _, x := range xs {
		add(x)
	}
	return s
}

func background(done chan int) {
	x := 1
	go func() {
		x++
		done <- x
	}()
}

func main() {
	next := counter()
	next()
	done := make(chan int)
	background(done)
	println(next(), sum([]int{1, 2, 3}), <-done)
}
