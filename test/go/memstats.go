// The counts by size in MemStats.
package main

import "runtime"

var keep [][]byte

func main() {
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	for i := 0; i < 100000; i++ {
		b := make([]byte, 100)
		if i%10 == 0 {
			keep = append(keep, b)
		}
	}
	runtime.ReadMemStats(&m1)
	for i := range m1.BySize {
		if m1.BySize[i].Size == 112 {
			println(m1.BySize[i].Mallocs-m0.BySize[i].Mallocs >= 100000, m1.BySize[i].Mallocs-m0.BySize[i].Mallocs < 100100)
		}
		if m1.BySize[i].Mallocs < m1.BySize[i].Frees {
			println("bad", i)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&m1)
	for i := range m1.BySize {
		if m1.BySize[i].Size == 112 {
			live := m1.BySize[i].Mallocs - m1.BySize[i].Frees
			println(live >= 10000 && live < 10200)
		}
	}
	println(m1.Mallocs-m1.Frees == m1.HeapObjects)
}
