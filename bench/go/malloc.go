// Allocation of objects of eight sizes, with and without pointers, by one goroutine and by two at once.
package main

import (
	"sync"
	"time"
	"unsafe"
)

// Where the last objects are kept; each goroutine has its own cache lines.
type slots struct {
	p [8]unsafe.Pointer
	_ [128]byte
}

var kept [2]slots

func scan8(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([1]*byte))
	}
}

func noscan8(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([1]int64))
	}
}

func scan16(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([2]*byte))
	}
}

func noscan16(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([2]int64))
	}
}

func scan32(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([4]*byte))
	}
}

func noscan32(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([4]int64))
	}
}

func scan64(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([8]*byte))
	}
}

func noscan64(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([8]int64))
	}
}

func scan128(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([16]*byte))
	}
}

func noscan128(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([16]int64))
	}
}

func scan512(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([64]*byte))
	}
}

func noscan512(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([64]int64))
	}
}

func scan1024(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([128]*byte))
	}
}

func noscan1024(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([128]int64))
	}
}

func scan4096(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([512]*byte))
	}
}

func noscan4096(s *slots, n int) {
	for i := 0; i < n; i++ {
		s.p[i&7] = unsafe.Pointer(new([512]int64))
	}
}

func measure(name string, size int, f func(*slots, int)) {
	n := 1 << 28 / (size + 64)
	f(&kept[0], n/10)
	t := time.Now()
	f(&kept[0], n)
	println("metric", name+"_1", float64(time.Since(t))/float64(n), "ns")
	var wg sync.WaitGroup
	wg.Add(2)
	t = time.Now()
	for i := 0; i < 2; i++ {
		s := &kept[i]
		go func() {
			f(s, n/2)
			wg.Done()
		}()
	}
	wg.Wait()
	println("metric", name+"_2", float64(time.Since(t))/float64(n), "ns")
}

func main() {
	measure("scan8", 8, scan8)
	measure("noscan8", 8, noscan8)
	measure("scan16", 16, scan16)
	measure("noscan16", 16, noscan16)
	measure("scan32", 32, scan32)
	measure("noscan32", 32, noscan32)
	measure("scan64", 64, scan64)
	measure("noscan64", 64, noscan64)
	measure("scan128", 128, scan128)
	measure("noscan128", 128, noscan128)
	measure("scan512", 512, scan512)
	measure("noscan512", 512, noscan512)
	measure("scan1024", 1024, scan1024)
	measure("noscan1024", 1024, noscan1024)
	measure("scan4096", 4096, scan4096)
	measure("noscan4096", 4096, noscan4096)
}
