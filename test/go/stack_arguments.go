// Parameters that are passed on the stack count as room that the caller needs: large values are passed at
// every depth of small stacks, next to each other.
package main

import (
	"fmt"
	"sync"
)

type large [8192]byte
type middle [700]byte

//go:noinline
func taken(depth int, x large, y middle, a, b, c, d, e, f, g, h int) int {
	if depth == 0 {
		return int(x[0]) + int(x[8191]) + int(y[699]) + a + h
	}
	x[0]++
	return taken(depth-1, x, y, a, b, c, d, e, f, g, h) + int(y[0])
}

//go:noinline
func small(depth int, y middle) int {
	if depth == 0 {
		return int(y[0]) + int(y[699])
	}
	return small(depth-1, y) + middles(depth-1, y, y)
}

//go:noinline
func middles(depth int, y, z middle) int {
	if depth <= 0 {
		return int(y[0] - z[699])
	}
	y[1]++
	return middles(depth-1, z, y)
}

//go:noinline
func last(x large) int {
	sum := 0
	for i := range x {
		x[i] += byte(i)
		sum += int(x[i])
	}
	return sum
}

// A small frame itself, on the first 2 KiB of a goroutine.
//
//go:noinline
func pass(x *large) int {
	return last(*x) + last(*x)
}

func main() {
	var wg sync.WaitGroup
	start := make(chan bool)
	results := make(chan int)
	zero := new(large)
	for i := 0; i < 100; i++ {
		go func() {
			<-start
			results <- pass(zero)
		}()
	}
	for i := 0; i < 100; i++ {
		start <- true
		if sum := <-results; sum != 2*8192/256*(255*256/2) {
			panic(sum)
		}
	}
	sums := make([]int, 64)
	for i := range sums {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			var x large
			var y middle
			x[8191], y[0], y[699] = byte(i), 1, 2
			sums[i] = taken(i, x, y, 1, 2, 3, 4, 5, 6, 7, 8) + small(i, y)
		}(i)
	}
	wg.Wait()
	fmt.Println(sums)
}
