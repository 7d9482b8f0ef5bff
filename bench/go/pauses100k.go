// Stops of the world beside 100,000 parked goroutines while one allocates.
package main

import "runtime"

const parked, cycles = 100000, 20

type node struct {
	next *node
	n    [7]int64
}

func wait(depth int, gate, done chan int) int {
	if depth > 0 {
		return 1 + wait(depth-1, gate, done)
	}
	done <- 0
	return <-gate
}

func main() {
	gate, done := make(chan int), make(chan int)
	for i := 0; i < parked; i++ {
		go func() { done <- wait(5, gate, done) }()
	}
	for i := 0; i < parked; i++ {
		<-done
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	first := m.NumGC
	ring := make([]*node, 1<<16)
	for i := 0; m.NumGC < first+cycles; i++ {
		for j := range ring {
			ring[j] = &node{next: ring[(j+i)&(len(ring)-1)]}
			if (i+j)%16 == 0 {
				ring[j].next = nil
			}
		}
		runtime.ReadMemStats(&m)
	}
	var stops []uint64
	for i := first; i < m.NumGC; i++ {
		stops = append(stops, m.PauseNs[i%256])
		for j := len(stops) - 1; j > 0 && stops[j] < stops[j-1]; j-- {
			stops[j], stops[j-1] = stops[j-1], stops[j]
		}
	}
	println("metric pause_median", float64(stops[len(stops)/2])/1e3, "us")
	println("metric pause_max", float64(stops[len(stops)-1])/1e3, "us")
	close(gate)
	sum := 0
	for i := 0; i < parked; i++ {
		sum += <-done
	}
	println(sum)
}
