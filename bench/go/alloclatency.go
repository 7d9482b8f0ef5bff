// What single allocations cost: 5 million objects of 1 KiB, of which the last 200,000 stay alive.
package main

import (
	"runtime"
	"time"
)

const total, window = 5000000, 200000

// A histogram with 32 steps for each power of two.
var histogram [64 * 32]int

func bucket(ns int64) int {
	e := 0
	for ns>>uint(e) >= 64 {
		e++
	}
	return e*32 + int(ns>>uint(e))
}

func upper(b int) int64 {
	if b < 64 {
		return int64(b)
	}
	e := uint(b/32 - 1)
	return int64(b%32+33)<<e - 1
}

func percentile(p float64) int64 {
	left := int(p * total)
	for b, n := range histogram {
		if left -= n; left < 0 {
			return upper(b)
		}
	}
	return 0
}

func main() {
	live := make([]*[1024]byte, window)
	start := time.Now()
	last, worst := int64(0), int64(0)
	for i := 0; i < total; i++ {
		before := int64(time.Since(start))
		p := new([1024]byte)
		last = int64(time.Since(start)) - before
		p[0] = byte(i)
		live[i%window] = p
		histogram[bucket(last)]++
		if last > worst {
			worst = last
		}
	}
	sum := 0
	for _, p := range live {
		sum += int(p[0])
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var pause uint64
	for _, p := range m.PauseNs {
		if p > pause {
			pause = p
		}
	}
	println("metric p50", percentile(0.5), "ns")
	println("metric p99", percentile(0.99), "ns")
	println("metric p99.99", percentile(0.9999), "ns")
	println("metric max", worst, "ns")
	println("metric pause_max", float64(pause)/1e3, "us")
	println(sum)
}
