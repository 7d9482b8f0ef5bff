// The prime sieve: a chain of 3,000 goroutines, each of which drops the multiples of its prime.
package main

const primes = 3000

func generate(out chan<- int) {
	for i := 2; ; i++ {
		out <- i
	}
}

func filter(in <-chan int, out chan<- int, prime int) {
	for {
		if i := <-in; i%prime != 0 {
			out <- i
		}
	}
}

func main() {
	c := make(chan int)
	go generate(c)
	last := 0
	for i := 0; i < primes; i++ {
		last = <-c
		next := make(chan int)
		go filter(c, next, last)
		c = next
	}
	println(last)
}
