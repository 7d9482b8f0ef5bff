// Round trips over two unbuffered channels, with one P and with two.
package main

import (
	"runtime"
	"time"
)

const n = 1000000

func run() float64 {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	t := time.Now()
	sum := 0
	for i := 0; i < n; i++ {
		ping <- i
		sum += <-pong
	}
	d := time.Since(t)
	close(ping)
	<-pong
	println(sum)
	return float64(d) / n
}

func main() {
	runtime.GOMAXPROCS(1)
	println("metric one_p", run(), "ns")
	runtime.GOMAXPROCS(2)
	println("metric two_p", run(), "ns")
}
