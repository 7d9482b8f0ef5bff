// Calls: fib(40), each with its stack check. The leaves are counted, which makes every call one with an effect: a
// compiler that finds the function pure replaces most calls by sums of results it has, and then measures nothing.
package main

import "os"

var leaves int

func fib(n int) int {
	if n < 2 {
		leaves++
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	println(fib(39+len(os.Args)), leaves)
}
