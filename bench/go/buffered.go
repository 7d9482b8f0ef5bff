// Elements through a channel with a buffer of 128, with one P and with two.
package main

import (
	"runtime"
	"time"
)

const n = 10000000

func run() float64 {
	c := make(chan int, 128)
	t := time.Now()
	go func() {
		for i := 0; i < n; i++ {
			c <- i
		}
		close(c)
	}()
	sum := 0
	for v := range c {
		sum += v
	}
	d := time.Since(t)
	println(sum)
	return float64(d) / n
}

func main() {
	runtime.GOMAXPROCS(1)
	println("metric one_p", run(), "ns")
	runtime.GOMAXPROCS(2)
	println("metric two_p", run(), "ns")
}
