// AES and GCM by the processor's own instructions against their definitions, on random inputs.
package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand"
)

func times(a, b byte) (p byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			p ^= a
		}
		high := a >> 7
		a = a<<1 ^ high*0x1b
	}
	return p
}

var box = func() (s [256]byte) {
	for i := range s {
		inverse := byte(0)
		for j := range 256 {
			if times(byte(i), byte(j)) == 1 {
				inverse = byte(j)
			}
		}
		for k := range 5 {
			s[i] ^= inverse<<k | inverse>>(8-k)
		}
		s[i] ^= 0x63
	}
	return s
}()

func schedule(key []byte) (w [][4]byte) {
	nk := len(key) / 4
	power := byte(1)
	for i := range 4 * (nk + 7) {
		if i < nk {
			w = append(w, [4]byte(key[4*i:]))
			continue
		}
		t := w[i-1]
		if i%nk == 0 {
			t = [4]byte{box[t[1]] ^ power, box[t[2]], box[t[3]], box[t[0]]}
			power = times(power, 2)
		} else if nk > 6 && i%nk == 4 {
			t = [4]byte{box[t[0]], box[t[1]], box[t[2]], box[t[3]]}
		}
		for j := range t {
			t[j] ^= w[i-nk][j]
		}
		w = append(w, t)
	}
	return w
}

func encrypt(w [][4]byte, in []byte) (s [16]byte) {
	copy(s[:], in)
	for round := range len(w) / 4 {
		if round > 0 {
			var t [16]byte
			for i := range t {
				t[i] = box[s[(i+i%4*4)%16]]
			}
			s = t
			for c := 0; c < 16 && round < len(w)/4-1; c += 4 {
				for r := range 4 {
					s[c+r] = times(t[c+r], 2) ^ times(t[c+(r+1)%4], 3) ^ t[c+(r+2)%4] ^ t[c+(r+3)%4]
				}
			}
		}
		for i := range s {
			s[i] ^= w[4*round+i/4][i%4]
		}
	}
	return s
}

func exclusive(a []byte, b []byte) []byte {
	r := append([]byte{}, a...)
	for i := range r {
		r[i] ^= b[i]
	}
	return r
}

// From a first counter, of whose bytes the last `width` count.
func stream(w [][4]byte, counter []byte, width int, p []byte) (out []byte) {
	c := append([]byte{}, counter...)
	for len(p) > 0 {
		k := encrypt(w, c)
		n := min(16, len(p))
		out = append(out, exclusive(p[:n], k[:n])...)
		p = p[n:]
		for i := 15; i >= 16-width; i-- {
			if c[i]++; c[i] != 0 {
				break
			}
		}
	}
	return out
}

// The product in GCM's field: bit 0 is the first byte's highest.
func product(x, y [16]byte) (z [16]byte) {
	for i := range 128 {
		if x[i/8]>>(7-i%8)&1 != 0 {
			z = [16]byte(exclusive(z[:], y[:]))
		}
		low := y[15] & 1
		for j := 15; j > 0; j-- {
			y[j] = y[j]>>1 | y[j-1]<<7
		}
		y[0] = y[0]>>1 ^ low*0xe1
	}
	return z
}

func hash(h [16]byte, a, c []byte) (y [16]byte) {
	var text []byte
	for _, p := range [][]byte{a, c} {
		text = append(text, p...)
		for len(text)%16 != 0 {
			text = append(text, 0)
		}
	}
	text = binary.BigEndian.AppendUint64(text, uint64(len(a))*8)
	text = binary.BigEndian.AppendUint64(text, uint64(len(c))*8)
	for ; len(text) > 0; text = text[16:] {
		y = product([16]byte(exclusive(y[:], text[:16])), h)
	}
	return y
}

func seal(w [][4]byte, nonce, text, data []byte) []byte {
	h := encrypt(w, make([]byte, 16))
	counter := [16]byte{15: 1}
	if len(nonce) == 12 {
		copy(counter[:], nonce)
	} else {
		counter = hash(h, nil, nonce)
	}
	all := stream(w, counter[:], 4, append(make([]byte, 16), text...))
	sum := hash(h, data, all[16:])
	return append(all[16:], exclusive(sum[:], all[:16])...)
}

func random(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(rand.Int())
	}
	return p
}

func check(ok bool, what ...any) {
	if !ok {
		fmt.Println(what...)
	}
}

func blocks(c cipher.Block, w [][4]byte) {
	p, q := random(16), make([]byte, 16)
	want := encrypt(w, p)
	c.Encrypt(q, p)
	check(bytes.Equal(q, want[:]), "encrypted", p)
	c.Decrypt(q, q)
	check(bytes.Equal(q, p), "decrypted", p)
}

func counters(c cipher.Block, w [][4]byte) {
	iv, p := random(16), random(rand.Intn(700))
	if rand.Intn(2) == 0 {
		copy(iv[8-rand.Intn(8):], bytes.Repeat([]byte{255}, 16))
		iv[15] -= byte(rand.Intn(20))
	}
	want := stream(w, iv, 16, p)
	s := cipher.NewCTR(c, iv)
	for at := 0; at < len(p); {
		n := 1 + rand.Intn(len(p)-at)
		s.XORKeyStream(p[at:at+n], p[at:at+n])
		at += n
	}
	check(bytes.Equal(p, want), "counters from", iv, len(p))
}

func gcm(c cipher.Block, w [][4]byte, size int) {
	nonce := random(12)
	if rand.Intn(3) == 0 {
		nonce = random(1 + rand.Intn(70))
	}
	g, _ := cipher.NewGCMWithNonceSize(c, len(nonce))
	text, data := random(size), random(rand.Intn(100))
	got := g.Seal(nil, nonce, text, data)
	check(bytes.Equal(got, seal(w, nonce, text, data)), "sealed", size, len(nonce), len(data))
	back, err := g.Open(nil, nonce, got, data)
	check(err == nil && bytes.Equal(back, text), "opened", size, err)
	at := rand.Intn(len(got))
	got[at] ^= 1 << rand.Intn(8)
	_, err = g.Open(nil, nonce, got, data)
	check(err != nil, "a forgery was opened", size, at)
}

// Whose counter passes 2^32 within the text: the nonce is one whose hash ends so.
func wrapped(c cipher.Block, w [][4]byte) {
	h := encrypt(w, make([]byte, 16))
	want := [16]byte(append(random(12), 255, 255, 255, 250))
	// counter = (nonce * h ^ lengths) * h, and h^(2^128-2) is 1/h
	one := [16]byte{0: 0x80}
	inverse, e := one, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(2))
	for i := e.BitLen() - 1; i >= 0; i-- {
		inverse = product(inverse, inverse)
		if e.Bit(i) != 0 {
			inverse = product(inverse, h)
		}
	}
	var lengths [16]byte
	lengths[15] = 128
	x := product(want, inverse)
	nonce := product([16]byte(exclusive(x[:], lengths[:])), inverse)
	g, _ := cipher.NewGCMWithNonceSize(c, 16)
	text := random(300)
	got := g.Seal(nil, nonce[:], text, nil)
	check(bytes.Equal(got, seal(w, nonce[:], text, nil)), "wrapped")
	check(bytes.Equal(got[:300], stream(w, append(want[:15:15], 251), 4, text)), "not wrapped")
}

func main() {
	for i := range 90 {
		key := random(16 + i%3*8)
		c, _ := aes.NewCipher(key)
		w := schedule(key)
		blocks(c, w)
		counters(c, w)
		gcm(c, w, i*3)
		if i < 3 {
			gcm(c, w, 8180+rand.Intn(30))
			wrapped(c, w)
		}
	}
	fmt.Println("done")
}
