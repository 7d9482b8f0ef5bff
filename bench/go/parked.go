// A million goroutines, parked on one channel: memory of each (peak of the process), starting, waking and ending.
package main

import (
	"runtime"
	"time"
)

const n = 1000000

func main() {
	gate, done := make(chan int), make(chan int)
	t := time.Now()
	for i := 0; i < n; i++ {
		go func() { done <- 1 + <-gate }()
	}
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
	println("metric spawn", float64(time.Since(t))/n, "ns")
	println("metric memory peak/1000000 B")
	t = time.Now()
	go close(gate)
	sum := 0
	for i := 0; i < n; i++ {
		sum += <-done
	}
	println("metric wake_and_end", float64(time.Since(t))/n, "ns")
	println(sum)
}
