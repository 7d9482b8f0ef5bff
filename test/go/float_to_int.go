package main

// What does not fit is converted as the processor does it, for constants that come to light only by inlining as well.

func i64(x float64) int64  { return int64(x) }
func i32(x float64) int32  { return int32(x) }
func i16(x float32) int16  { return int16(x) }
func u64(x float64) uint64 { return uint64(x) }
func big(x float32) int    { return int(x) }

//go:noinline
func id(x float64) float64 { return x }

func main() {
	println(i64(1e38) == i64(id(1e38)), i64(-1e38) == i64(id(-1e38)), i64(1e38))
	println(i32(1e38) == i32(id(1e38)), i16(1e38) == i16(float32(id(1e38))), big(3.4028234e38))
	println(u64(1e38) == u64(id(1e38)), i64(-3.9), i32(2.9), u64(1<<63+2048))
}
