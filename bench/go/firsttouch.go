// The first touch of fresh memory, in objects of 1 MiB and of 64 MiB, and of memory that was given back before.
package main

import (
	"runtime/debug"
	"time"
)

var kept [][]byte

func touch(name string, objects, size int) {
	kept = nil
	debug.FreeOSMemory()
	t := time.Now()
	for range objects {
		b := make([]byte, size)
		for i := 0; i < size; i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
	println("metric", name, float64(time.Since(t))/float64(objects*size/4096), "ns/page")
}

func main() {
	touch("fresh_1M", 256, 1<<20)
	touch("again_1M", 256, 1<<20)
	touch("again_64M", 4, 64<<20)
	// In other size classes than before: pages that were released are taken for them.
	touch("again_24K", 256<<20/(24<<10), 24<<10)
	println(len(kept))
}
