// A full collection of 256 MB and of 4 GB of live objects: the cost of a byte and the longest stop.
package main

import (
	"runtime"
	"runtime/debug"
	"time"
)

type node struct {
	next *node
	n    [7]int64
}

const list = 1 << 10 // nodes of 64 bytes

func grow(all [][]*node, bytes int) {
	for i := range all {
		for len(all[i]) < bytes/len(all)/(64*list) {
			var l *node
			for j := 0; j < list; j++ {
				l = &node{next: l}
			}
			all[i] = append(all[i], l)
		}
	}
}

func measure(name string, bytes int) {
	runtime.GC()
	const times = 3
	best := int64(1) << 62
	var worst uint64
	for i := 0; i < times; i++ {
		t := time.Now()
		runtime.GC()
		if d := int64(time.Since(t)); d < best {
			best = d
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if p := m.PauseNs[(m.NumGC-1)%256]; p > worst {
			worst = p
		}
	}
	println("metric", name+"_cost", float64(best)/float64(bytes)*1024, "ns/KB")
	println("metric", name+"_pause", float64(worst)/1e3, "us")
}

func main() {
	debug.SetGCPercent(-1)
	all := make([][]*node, 64)
	grow(all, 256<<20)
	measure("256MB", 256<<20)
	grow(all, 4<<30)
	measure("4GB", 4<<30)
	n := 0
	for _, a := range all {
		n += len(a)
	}
	println(n)
}
