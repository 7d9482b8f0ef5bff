package main

import "runtime"

// A package variable that was filled by append and then let go: no copy of the slice stays behind in main's frame.

type user struct {
	id   int
	name string
	pad  [10]int
}

var cache []*user

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

func main() {
	for i := 0; i < 20000; i++ {
		cache = append(cache, &user{id: i})
	}
	full := heap() >= 1
	cache = nil
	runtime.GC()
	runtime.GC()
	println(full, heap() < 1)
}
