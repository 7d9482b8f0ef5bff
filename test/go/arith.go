package main

// Integer and floating-point arithmetic: wrapping, shifts, division, conversions, constants.

var (
	i8  int8    = -128
	u8  uint8   = 255
	i16 int16   = 32767
	u16 uint16  = 65535
	i32 int32   = -2147483648
	u32 uint32  = 4294967295
	i64 int64   = -9223372036854775808
	u64 uint64  = 18446744073709551615
	m1          = -1
	f32 float32 = 16777216
	f64         = 1e300
	c64         = complex64(1 + 2i)
	c128        = 3 - 4i
	n           = 70
	un  uint    = 65
)

const (
	big   = 1 << 100
	small = big >> 98
	pi    = 3.14159265358979323846264338327950288419716939937510582097494459
	k     = iota
	s     = "const" + "ant"
)

type Celsius float64
type Bits uint8

const (
	A Bits = 1 << iota
	B
	C
)

func shifts(x int64, y uint64, s uint) {
	println(x<<s, x>>s, y<<s, y>>s, x<<(s&63), int8(x)<<s, uint16(y)>>s)
}

func main() {
	println(i8-1, i8/-1, -i8, i8*i8, u8+1, u8*u8, u8<<1, ^u8, -u8)
	println(i16+1, u16+1, u16*u16, i16<<1, i16*2)
	println(i32-1, -i32, i32/int32(m1), i32%int32(m1), u32+1, u32*u32, u32<<4)
	println(i64-1, -i64, i64/int64(m1), i64%int64(m1), u64+1, u64*u64)
	for _, s := range []uint{0, 1, 7, 8, 31, 63, 64, 100} {
		shifts(-5, 1<<63+5, s)
	}
	println(1<<un, int32(1)<<un, m1>>un, uint8(1)<<un, 1<<n>>n)
	println(7/2, -7/2, 7%3, -7%3, 7%-3, 7&^5, 6|9, 6^3, n&63)
	println(n/10, n%10, -n/10, -n%10, n/8, -n/8, n/m1)
	println(int8(n*3), uint8(m1), uint16(m1), uint32(m1), uint64(m1), int32(i64), int8(u64))
	println(uint64(i8), int64(u32), uint32(i8), int64(int32(u32)))
	println(f32+1, float32(f64), f64*f64, -f64*f64, f64/f32to64(0))
	println(int(f32), int64(1.99*f32to64(f32)/f32to64(f32)), int(-2.7*f32to64(f32/f32)), uint8(f32/f32+254))
	println(float64(i64), float32(u64), float64(u64), float64(n)/3)
	nan := f64*f64 - f64*f64
	println(nan == nan, nan != nan, nan < 1, !(nan >= 1), nan)
	negz := -1 / (f64 * f64)
	println(negz, 1/negz, negz == 0)
	println(c64*c64, c128/complex(1, 1), -c128, real(c128), imag(c64), c128 == 3-4i, c128 != c128)
	println(complex(f64, 1)*complex(0, 1), c128+1, complex128(c64)*c128)
	println(small, pi, s, k, big/(1<<97), float32(0.1), 0.1+0.2)
	println(A, B, C, A|C, ^B)
	var t Celsius = 36.6
	t *= 2
	t++
	println(t, int(t), Celsius(n)/7)
	var x uint8 = 200
	x += 100
	println(x)
	x <<= 3
	println(x)
	x &^= 0x60
	println(x)
	x %= 7
	println(x)
	y := -17
	y /= 4
	println(y)
	y %= 3
	println(y)
	y ^= 0xff
	y |= 1 << 20
	y >>= 2
	println(y)
	println('a'+1, 'z'-'a', "é"[0], len("日本語"), 1e3, 0x1p-2, 0b101, 0o17, 1_000_000)
	println(uint32(1<<32-1)+uint32(n), int64(-1)<<63, ^0, ^uint(0), -5>>1, -5/2)
	println(5.0/2, 5/2, 5/2.0, 7.0/2*2, 1/3.0)
	println(max64(), min64(), uint64(1)<<63>>un, (u64>>1)+1)
	var z int64 = 1 << 40
	println(int32(z), int16(z+5), z*z, float64(z)*float64(z))
	println(n > 3 && n < 100, n == 70, u8 >= 255, i8 < 0, f64 > 1, "a" < "b", "ab" > "abc", "" < "a")
	println(f32 == 16777216, f32+1 == f32, float64(f32)+1 == float64(f32))
}

func f32to64(f float32) float64 { return float64(f) }
func max64() int64              { return 1<<63 - 1 }
func min64() int64              { return -1 << 63 }
