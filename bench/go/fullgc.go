// Full collections of a live tree of 16.8 million objects of 32 bytes, built in order of the addresses and in
// shuffled order. Wall and CPU time a live object; longest stop.
package main

import (
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

type node struct {
	left, right *node
	a, b        int64
}

const depth = 24
const objects = 1<<depth - 1
const collections = 5

func build(d int) *node {
	if d == 1 {
		return &node{a: 1}
	}
	return &node{left: build(d - 1), right: build(d - 1), a: 1}
}

// The same tree, its nodes allocated one after another and then linked in random order.
func buildShuffled() *node {
	all := make([]*node, objects)
	for i := range all {
		all[i] = &node{a: 1}
	}
	seed := uint64(88172645463325252)
	for i := len(all) - 1; i > 0; i-- {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		j := int(seed % uint64(i+1))
		all[i], all[j] = all[j], all[i]
	}
	for i := 0; 2*i+2 < len(all); i++ {
		all[i].left, all[i].right = all[2*i+1], all[2*i+2]
	}
	return all[0]
}

func (n *node) sum() int64 {
	if n == nil {
		return 0
	}
	return n.a + n.left.sum() + n.right.sum()
}

func cpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return (u.Utime.Sec+u.Stime.Sec)*1e9 + (u.Utime.Usec+u.Stime.Usec)*1e3
}

func median(v []int64) int64 {
	for i := range v {
		for j := i; j > 0 && v[j] < v[j-1]; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
	return v[len(v)/2]
}

func measure(name string, root *node) {
	runtime.GC()
	var wall, used []int64
	for i := 0; i < collections; i++ {
		c, t := cpu(), time.Now()
		runtime.GC()
		wall = append(wall, int64(time.Since(t)))
		used = append(used, cpu()-c)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var worst uint64
	for i := uint32(0); i < collections; i++ {
		if p := m.PauseNs[(m.NumGC-1-i)%256]; p > worst {
			worst = p
		}
	}
	println("metric", name+"_wall", float64(median(wall))/objects, "ns/object")
	println("metric", name+"_cpu", float64(median(used))/objects, "ns/object")
	println("metric", name+"_pause", float64(worst)/1e3, "us")
	println(name, root.sum())
}

func main() {
	debug.SetGCPercent(-1)
	measure("ordered", build(depth))
	runtime.GC()
	measure("shuffled", buildShuffled())
}
