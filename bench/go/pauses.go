// Stops of the world beside 1 GB of live objects, part of which is replaced all the time.
package main

import "runtime"

type node struct {
	next *node
	kids [4]*node
	n    [3]int64
}

const lists, length, cycles = 1 << 16, 256, 20 // 64 bytes each: 1 GB

func list(n int) *node {
	var l *node
	for i := 0; i < n; i++ {
		l = &node{next: l, n: [3]int64{int64(i)}}
	}
	return l
}

func sorted(v []uint64) []uint64 {
	for i := range v {
		for j := i; j > 0 && v[j] < v[j-1]; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
	return v
}

func main() {
	all := make([]*node, lists)
	for i := range all {
		all[i] = list(length)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	first := m.NumGC
	seed := uint32(1)
	for m.NumGC < first+cycles {
		for i := 0; i < 2000; i++ {
			seed = seed*1664525 + 1013904223
			all[seed%lists] = list(length)
			seed = seed*1664525 + 1013904223
			all[seed%lists].kids[seed>>30] = all[(seed>>8)%lists]
		}
		runtime.ReadMemStats(&m)
	}
	var stops []uint64
	for i := first; i < m.NumGC; i++ {
		stops = append(stops, m.PauseNs[i%256])
	}
	stops = sorted(stops)
	println("metric pause_median", float64(stops[len(stops)/2])/1e3, "us")
	println("metric pause_max", float64(stops[len(stops)-1])/1e3, "us")
	sum := 0
	for _, l := range all {
		for ; l != nil; l = l.next {
			sum++
		}
	}
	println(sum)
}
