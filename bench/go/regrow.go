// A heap that grows to 400 MB, is dropped, and grows again in other size classes: what the second growth costs, and the peak of
// the process.
package main

import (
	"runtime"
	"time"
)

type small struct {
	next *small
	_    [6]int64
}

var list *small
var blocks [][]byte

func main() {
	t := time.Now()
	for range 400 << 20 / 56 {
		list = &small{next: list}
	}
	println("metric first", float64(time.Since(t))/1e6, "ms")
	list = nil
	runtime.GC()
	t = time.Now()
	for range 400 << 20 / 3000 {
		b := make([]byte, 3000)
		b[0], b[2999] = 1, 1
		blocks = append(blocks, b)
	}
	println("metric second", float64(time.Since(t))/1e6, "ms")
	println("metric peak peak/1000000 MB")
	println(len(blocks))
}
