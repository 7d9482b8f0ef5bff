// Starting and ending goroutines: in batches of a thousand, and in a chain, each starting the next.
package main

import (
	"sync"
	"time"
)

const batches, batch = 2000, 1000

var count int

func chain(n int, done chan bool) {
	count++
	if n == 0 {
		done <- true
		return
	}
	go chain(n-1, done)
}

func main() {
	var wg sync.WaitGroup
	f := func() { wg.Done() }
	t := time.Now()
	for i := 0; i < batches; i++ {
		wg.Add(batch)
		for j := 0; j < batch; j++ {
			go f()
		}
		wg.Wait()
	}
	println("metric batch", float64(time.Since(t))/(batches*batch), "ns")
	done := make(chan bool)
	t = time.Now()
	go chain(batches*batch, done)
	<-done
	println("metric chain", float64(time.Since(t))/(batches*batch), "ns")
	println(count)
}
