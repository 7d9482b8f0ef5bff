// A map[int]int of 2 million entries: put all, get all, delete all.
package main

import "time"

const n = 2000000

func main() {
	m := make(map[int]int)
	t := time.Now()
	for i := 0; i < n; i++ {
		m[i*0x9E3779B1&0xffffffffff] = i
	}
	println("metric put", float64(time.Since(t))/n, "ns")
	t = time.Now()
	sum := 0
	for i := 0; i < n; i++ {
		sum += m[i*0x9E3779B1&0xffffffffff]
	}
	println("metric get", float64(time.Since(t))/n, "ns")
	t = time.Now()
	for k, v := range m {
		sum += k ^ v
	}
	println("metric range", float64(time.Since(t))/n, "ns")
	t = time.Now()
	for i := 0; i < n; i++ {
		delete(m, i*0x9E3779B1&0xffffffffff)
	}
	println("metric delete", float64(time.Since(t))/n, "ns")
	println(len(m), sum)
}
