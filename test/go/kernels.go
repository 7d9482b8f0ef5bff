// What is done by the processor's own instructions against the definition, on random inputs: hashes, checksums, big numbers.
package main

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"math/big"
	"math/bits"
	"math/rand"
)

// The message with the padding that SHA-1 and SHA-256 give it.
func padded(p []byte) []byte {
	n := len(p)
	p = append(append([]byte{}, p...), 0x80)
	for len(p)%64 != 56 {
		p = append(p, 0)
	}
	return binary.BigEndian.AppendUint64(p, uint64(n)*8)
}

func ones(p []byte) (h [5]uint32) {
	h = [5]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}
	for p = padded(p); len(p) > 0; p = p[64:] {
		var w [80]uint32
		for i := range w {
			if i < 16 {
				w[i] = binary.BigEndian.Uint32(p[4*i:])
			} else {
				w[i] = bits.RotateLeft32(w[i-3]^w[i-8]^w[i-14]^w[i-16], 1)
			}
		}
		a, b, c, d, e := h[0], h[1], h[2], h[3], h[4]
		for i := range w {
			f, k := b&c|^b&d, uint32(0x5a827999)
			switch i / 20 {
			case 1:
				f, k = b^c^d, 0x6ed9eba1
			case 2:
				f, k = b&c|b&d|c&d, 0x8f1bbcdc
			case 3:
				f, k = b^c^d, 0xca62c1d6
			}
			a, b, c, d, e = bits.RotateLeft32(a, 5)+f+e+k+w[i], a, bits.RotateLeft32(b, 30), c, d
		}
		for i, x := range []uint32{a, b, c, d, e} {
			h[i] += x
		}
	}
	return h
}

// The first bits behind the point of the n-th root (square or cubic) of the first primes.
func roots(count, power int) (w []uint32) {
next:
	for p := int64(2); len(w) < count; p++ {
		for q := int64(2); q*q <= p; q++ {
			if p%q == 0 {
				continue next
			}
		}
		want := new(big.Int).Lsh(big.NewInt(p), uint(32*power))
		r := new(big.Int)
		for bit := 40; bit >= 0; bit-- {
			r.SetBit(r, bit, 1)
			if new(big.Int).Exp(r, big.NewInt(int64(power)), nil).Cmp(want) > 0 {
				r.SetBit(r, bit, 0)
			}
		}
		w = append(w, uint32(r.Uint64()))
	}
	return w
}

var k256, h256 = roots(64, 3), roots(8, 2)

func twos(p []byte) []uint32 {
	h := append([]uint32{}, h256...)
	r := func(x uint32, n int) uint32 { return bits.RotateLeft32(x, -n) }
	for p = padded(p); len(p) > 0; p = p[64:] {
		var w [64]uint32
		s := append([]uint32{}, h...)
		for i := range w {
			if i < 16 {
				w[i] = binary.BigEndian.Uint32(p[4*i:])
			} else {
				x, y := w[i-15], w[i-2]
				w[i] = w[i-16] + (r(x, 7) ^ r(x, 18) ^ x>>3) + w[i-7] + (r(y, 17) ^ r(y, 19) ^ y>>10)
			}
			a, e := s[0], s[4]
			t := s[7] + (r(e, 6) ^ r(e, 11) ^ r(e, 25)) + (e&s[5] ^ ^e&s[6]) + k256[i] + w[i]
			u := (r(a, 2) ^ r(a, 13) ^ r(a, 22)) + (a&s[1] ^ a&s[2] ^ s[1]&s[2])
			s = []uint32{t + u, a, s[1], s[2], s[3] + t, e, s[5], s[6]}
		}
		for i := range h {
			h[i] += s[i]
		}
	}
	return h
}

func crc(p []byte, poly uint32) uint32 {
	c := ^uint32(0)
	for _, b := range p {
		c ^= uint32(b)
		for range 8 {
			c = c>>1 ^ poly&-(c&1)
		}
	}
	return ^c
}

func random(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(rand.Int())
	}
	return p
}

// In pieces of random lengths.
func write(h hash.Hash, p []byte) []byte {
	for len(p) > 0 {
		n := 1 + rand.Intn(len(p))
		h.Write(p[:n])
		p = p[n:]
	}
	return h.Sum(nil)
}

func words(w []uint32) (p []byte) {
	for _, x := range w {
		p = binary.BigEndian.AppendUint32(p, x)
	}
	return p
}

func hashes() {
	for i := range 300 {
		n := i
		if i > 250 {
			n = rand.Intn(150000)
		}
		p := random(n)
		one, two := ones(p), twos(p)
		if string(write(sha1.New(), p)) != string(words(one[:])) {
			fmt.Println("SHA-1 of", n, "bytes")
		}
		if string(write(sha256.New(), p)) != string(words(two)) {
			fmt.Println("SHA-256 of", n, "bytes")
		}
		for _, poly := range []uint32{crc32.IEEE, crc32.Castagnoli, crc32.Koopman} {
			got := binary.BigEndian.Uint32(write(crc32.New(crc32.MakeTable(poly)), p))
			if want := crc(p, poly); got != want {
				fmt.Printf("CRC %x of %d bytes: %x, not %x\n", poly, n, got, want)
			}
		}
	}
}

// A number of n words, of which many are all zeros or all ones.
func number(n int) *big.Int {
	w := make([]big.Word, n)
	for i := range w {
		w[i] = big.Word(rand.Uint64())
		if k := rand.Intn(3); k < 2 {
			w[i] = -big.Word(k)
		}
	}
	return new(big.Int).SetBits(w)
}

// Small enough that each step fits a machine word, so no carry of the vectors is involved.
func digits(x *big.Int) (d []uint64) {
	for _, w := range x.Bits() {
		d = append(d, uint64(w&0xffffffff), uint64(w>>32))
	}
	return d
}

func fromDigits(d []uint64) *big.Int {
	w := make([]big.Word, (len(d)+1)/2)
	for i, x := range d {
		w[i/2] |= big.Word(x << (i % 2 * 32))
	}
	return new(big.Int).SetBits(w)
}

func sum(a, b []uint64) []uint64 {
	s := make([]uint64, max(len(a), len(b))+1)
	carry := uint64(0)
	for i := range s {
		if i < len(a) {
			carry += a[i]
		}
		if i < len(b) {
			carry += b[i]
		}
		s[i] = carry & 0xffffffff
		carry >>= 32
	}
	return s
}

func product(a, b []uint64) []uint64 {
	p := make([]uint64, len(a)+len(b)+1)
	for i, x := range a {
		carry := uint64(0)
		for j, y := range b {
			carry += x*y + p[i+j]
			p[i+j] = carry & 0xffffffff
			carry >>= 32
		}
		p[i+len(b)] = carry
	}
	return p
}

func numbers() {
	for i := range 400 {
		a, b := number(i%40), number(rand.Intn(40))
		s, p := new(big.Int).Add(a, b), new(big.Int).Mul(a, b)
		if s.Cmp(fromDigits(sum(digits(a), digits(b)))) != 0 {
			fmt.Println("sum", a, b)
		}
		if p.Cmp(fromDigits(product(digits(a), digits(b)))) != 0 {
			fmt.Println("product", a, b)
		}
		if new(big.Int).Sub(s, b).Cmp(a) != 0 {
			fmt.Println("difference", s, b)
		}
		if b.Sign() != 0 {
			q, r := new(big.Int).QuoRem(new(big.Int).Add(p, big.NewInt(0)), b, new(big.Int))
			if q.Cmp(a) != 0 || r.Sign() != 0 {
				fmt.Println("quotient", p, b)
			}
		}
	}
	long := number(10000)
	if twice := new(big.Int).Add(long, long); twice.Cmp(new(big.Int).Lsh(long, 1)) != 0 {
		fmt.Println("sum of long numbers")
	}
}

func main() {
	hashes()
	numbers()
	fmt.Println("done")
}
