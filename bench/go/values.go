// A value in the frame against one on the heap, and passing by value against passing by pointer, from 8 to 1024 bytes.
package main

import "time"

type v8 [1]int64
type v16 [2]int64
type v32 [4]int64
type v64 [8]int64
type v128 [16]int64
type v256 [32]int64
type v512 [64]int64
type v1024 [128]int64

var (
	kept8 *v8
	kept16 *v16
	kept32 *v32
	kept64 *v64
	kept128 *v128
	kept256 *v256
	kept512 *v512
	kept1024 *v1024
)

//go:noinline
func use8(p *v8) int64 { p[0]++; return p[0] }

//go:noinline
func value8(v v8) int64 { return v[0] + v[0] }

//go:noinline
func pointer8(p *v8) int64 { return p[0] + p[0] }

func frame8(n int) (sum int64) {
	for i := range n {
		var v v8
		v[0] = int64(i)
		sum += use8(&v)
	}
	return sum
}

func heap8(n int) (sum int64) {
	for i := range n {
		v := new(v8)
		v[0] = int64(i)
		sum += use8(v)
		kept8 = v
	}
	return sum
}

func byValue8(n int) (sum int64) {
	var v v8
	for i := range n {
		v[0] = int64(i)
		sum += value8(v)
	}
	return sum
}

func byPointer8(n int) (sum int64) {
	var v v8
	for i := range n {
		v[0] = int64(i)
		sum += pointer8(&v)
	}
	return sum
}

//go:noinline
func use16(p *v16) int64 { p[0]++; return p[1] }

//go:noinline
func value16(v v16) int64 { return v[0] + v[1] }

//go:noinline
func pointer16(p *v16) int64 { return p[0] + p[1] }

func frame16(n int) (sum int64) {
	for i := range n {
		var v v16
		v[1] = int64(i)
		sum += use16(&v)
	}
	return sum
}

func heap16(n int) (sum int64) {
	for i := range n {
		v := new(v16)
		v[1] = int64(i)
		sum += use16(v)
		kept16 = v
	}
	return sum
}

func byValue16(n int) (sum int64) {
	var v v16
	for i := range n {
		v[1] = int64(i)
		sum += value16(v)
	}
	return sum
}

func byPointer16(n int) (sum int64) {
	var v v16
	for i := range n {
		v[1] = int64(i)
		sum += pointer16(&v)
	}
	return sum
}

//go:noinline
func use32(p *v32) int64 { p[0]++; return p[3] }

//go:noinline
func value32(v v32) int64 { return v[0] + v[3] }

//go:noinline
func pointer32(p *v32) int64 { return p[0] + p[3] }

func frame32(n int) (sum int64) {
	for i := range n {
		var v v32
		v[3] = int64(i)
		sum += use32(&v)
	}
	return sum
}

func heap32(n int) (sum int64) {
	for i := range n {
		v := new(v32)
		v[3] = int64(i)
		sum += use32(v)
		kept32 = v
	}
	return sum
}

func byValue32(n int) (sum int64) {
	var v v32
	for i := range n {
		v[3] = int64(i)
		sum += value32(v)
	}
	return sum
}

func byPointer32(n int) (sum int64) {
	var v v32
	for i := range n {
		v[3] = int64(i)
		sum += pointer32(&v)
	}
	return sum
}

//go:noinline
func use64(p *v64) int64 { p[0]++; return p[7] }

//go:noinline
func value64(v v64) int64 { return v[0] + v[7] }

//go:noinline
func pointer64(p *v64) int64 { return p[0] + p[7] }

func frame64(n int) (sum int64) {
	for i := range n {
		var v v64
		v[7] = int64(i)
		sum += use64(&v)
	}
	return sum
}

func heap64(n int) (sum int64) {
	for i := range n {
		v := new(v64)
		v[7] = int64(i)
		sum += use64(v)
		kept64 = v
	}
	return sum
}

func byValue64(n int) (sum int64) {
	var v v64
	for i := range n {
		v[7] = int64(i)
		sum += value64(v)
	}
	return sum
}

func byPointer64(n int) (sum int64) {
	var v v64
	for i := range n {
		v[7] = int64(i)
		sum += pointer64(&v)
	}
	return sum
}

//go:noinline
func use128(p *v128) int64 { p[0]++; return p[15] }

//go:noinline
func value128(v v128) int64 { return v[0] + v[15] }

//go:noinline
func pointer128(p *v128) int64 { return p[0] + p[15] }

func frame128(n int) (sum int64) {
	for i := range n {
		var v v128
		v[15] = int64(i)
		sum += use128(&v)
	}
	return sum
}

func heap128(n int) (sum int64) {
	for i := range n {
		v := new(v128)
		v[15] = int64(i)
		sum += use128(v)
		kept128 = v
	}
	return sum
}

func byValue128(n int) (sum int64) {
	var v v128
	for i := range n {
		v[15] = int64(i)
		sum += value128(v)
	}
	return sum
}

func byPointer128(n int) (sum int64) {
	var v v128
	for i := range n {
		v[15] = int64(i)
		sum += pointer128(&v)
	}
	return sum
}

//go:noinline
func use256(p *v256) int64 { p[0]++; return p[31] }

//go:noinline
func value256(v v256) int64 { return v[0] + v[31] }

//go:noinline
func pointer256(p *v256) int64 { return p[0] + p[31] }

func frame256(n int) (sum int64) {
	for i := range n {
		var v v256
		v[31] = int64(i)
		sum += use256(&v)
	}
	return sum
}

func heap256(n int) (sum int64) {
	for i := range n {
		v := new(v256)
		v[31] = int64(i)
		sum += use256(v)
		kept256 = v
	}
	return sum
}

func byValue256(n int) (sum int64) {
	var v v256
	for i := range n {
		v[31] = int64(i)
		sum += value256(v)
	}
	return sum
}

func byPointer256(n int) (sum int64) {
	var v v256
	for i := range n {
		v[31] = int64(i)
		sum += pointer256(&v)
	}
	return sum
}

//go:noinline
func use512(p *v512) int64 { p[0]++; return p[63] }

//go:noinline
func value512(v v512) int64 { return v[0] + v[63] }

//go:noinline
func pointer512(p *v512) int64 { return p[0] + p[63] }

func frame512(n int) (sum int64) {
	for i := range n {
		var v v512
		v[63] = int64(i)
		sum += use512(&v)
	}
	return sum
}

func heap512(n int) (sum int64) {
	for i := range n {
		v := new(v512)
		v[63] = int64(i)
		sum += use512(v)
		kept512 = v
	}
	return sum
}

func byValue512(n int) (sum int64) {
	var v v512
	for i := range n {
		v[63] = int64(i)
		sum += value512(v)
	}
	return sum
}

func byPointer512(n int) (sum int64) {
	var v v512
	for i := range n {
		v[63] = int64(i)
		sum += pointer512(&v)
	}
	return sum
}

//go:noinline
func use1024(p *v1024) int64 { p[0]++; return p[127] }

//go:noinline
func value1024(v v1024) int64 { return v[0] + v[127] }

//go:noinline
func pointer1024(p *v1024) int64 { return p[0] + p[127] }

func frame1024(n int) (sum int64) {
	for i := range n {
		var v v1024
		v[127] = int64(i)
		sum += use1024(&v)
	}
	return sum
}

func heap1024(n int) (sum int64) {
	for i := range n {
		v := new(v1024)
		v[127] = int64(i)
		sum += use1024(v)
		kept1024 = v
	}
	return sum
}

func byValue1024(n int) (sum int64) {
	var v v1024
	for i := range n {
		v[127] = int64(i)
		sum += value1024(v)
	}
	return sum
}

func byPointer1024(n int) (sum int64) {
	var v v1024
	for i := range n {
		v[127] = int64(i)
		sum += pointer1024(&v)
	}
	return sum
}

func measure(name string, n int, f func(int) int64) {
	f(n / 10)
	t := time.Now()
	sum := f(n)
	println("metric", name, float64(time.Since(t))/float64(n), "ns")
	println(name, sum)
}

func main() {
	measure("frame8", 20000000, frame8)
	measure("heap8", 29826161, heap8)
	measure("value8", 20000000, byValue8)
	measure("pointer8", 20000000, byPointer8)
	measure("frame16", 20000000, frame16)
	measure("heap16", 26843545, heap16)
	measure("value16", 20000000, byValue16)
	measure("pointer16", 20000000, byPointer16)
	measure("frame32", 20000000, frame32)
	measure("heap32", 22369621, heap32)
	measure("value32", 20000000, byValue32)
	measure("pointer32", 20000000, byPointer32)
	measure("frame64", 20000000, frame64)
	measure("heap64", 16777216, heap64)
	measure("value64", 20000000, byValue64)
	measure("pointer64", 20000000, byPointer64)
	measure("frame128", 20000000, frame128)
	measure("heap128", 11184810, heap128)
	measure("value128", 20000000, byValue128)
	measure("pointer128", 20000000, byPointer128)
	measure("frame256", 20000000, frame256)
	measure("heap256", 6710886, heap256)
	measure("value256", 20000000, byValue256)
	measure("pointer256", 20000000, byPointer256)
	measure("frame512", 20000000, frame512)
	measure("heap512", 3728270, heap512)
	measure("value512", 20000000, byValue512)
	measure("pointer512", 20000000, byPointer512)
	measure("frame1024", 20000000, frame1024)
	measure("heap1024", 1973790, heap1024)
	measure("value1024", 20000000, byValue1024)
	measure("pointer1024", 20000000, byPointer1024)
}
