// Goroutines of which each holds the channel that the next one waits for, started in no order: the first is held
// by main, so none of them waits for ever. The search for leaks follows the chain in one go.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
)

const n = 20000

func link(in, out chan int) {
	for v := range in {
		out <- v + 1
	}
	close(out)
}

func leaks() string {
	var b bytes.Buffer
	pprof.Lookup("goroutineleak").WriteTo(&b, 1)
	return strings.SplitN(b.String(), "\n", 2)[0]
}

func main() {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	s := uint32(1)
	for i := n - 1; i > 0; i-- {
		s = s*1664525 + 1013904223
		k := int(s>>8) % (i + 1)
		order[i], order[k] = order[k], order[i]
	}
	chans := make([]chan int, n+1)
	for i := range chans {
		chans[i] = make(chan int)
	}
	for _, i := range order {
		go link(chans[i], chans[i+1])
	}
	first, last := chans[0], chans[n]
	for i := range chans {
		chans[i] = nil
	}
	for i := 0; i < 100; i++ {
		runtime.Gosched()
	}
	fmt.Println(leaks())
	first <- 0
	fmt.Println(<-last)
	close(first)
	_, ok := <-last
	fmt.Println(ok)
}
