package gcm

import (
	"crypto/internal/fips140/aes"
	"crypto/internal/fips140/subtle"
	"crypto/internal/fips140deps/byteorder"
	"crypto/internal/fips140deps/cpu"
	"crypto/internal/impl"
)

var supportsAESGCM = cpu.X86HasAES && cpu.X86HasPCLMULQDQ && cpu.X86HasSSE41 && cpu.X86HasSSSE3

func init() {
	impl.Register("gcm", "AES-NI", &supportsAESGCM)
}

type powers [8 * gcmBlockSize]byte

// In C, of n blocks each.

//go:noescape
func cryptNI(rounds int, keys *uint32, dst, src *byte, n int, counter *[gcmBlockSize]byte)

//go:noescape
func hashNI(h *powers, sum *[gcmBlockSize]byte, data *byte, n int)

//go:noescape
func powersNI(h *powers, key *[gcmBlockSize]byte)

// What one call gets: a goroutine does not give way in C, and what was encrypted is still near when it is hashed.
const piece = 8 << 10

type gcmPlatformData struct {
	h powers
}

func initGCM(g *GCM) {
	if !supportsAESGCM {
		return
	}
	var key [gcmBlockSize]byte
	aes.EncryptBlockInternal(&g.cipher, key[:], key[:])
	powersNI(&g.h, &key)
}

// Goes on with data, whose last block is filled up with zeros.
func (g *GCM) hash(sum *[gcmBlockSize]byte, data []byte) {
	for len(data) >= gcmBlockSize {
		n := min(len(data)/gcmBlockSize, piece/gcmBlockSize)
		hashNI(&g.h, sum, &data[0], n)
		data = data[n*gcmBlockSize:]
	}
	if len(data) > 0 {
		var last [gcmBlockSize]byte
		copy(last[:], data)
		hashNI(&g.h, sum, &last[0], 1)
	}
}

// Ends with the lengths, in bytes.
func (g *GCM) hashLengths(sum *[gcmBlockSize]byte, a, b int) {
	var lengths [gcmBlockSize]byte
	byteorder.BEPutUint64(lengths[:8], uint64(a)*8)
	byteorder.BEPutUint64(lengths[8:], uint64(b)*8)
	g.hash(sum, lengths[:])
}

func (g *GCM) crypt(dst, src []byte, counter *[gcmBlockSize]byte) {
	if n := len(src) / gcmBlockSize; n > 0 {
		keys := aes.EncryptionKeySchedule(&g.cipher)
		cryptNI(len(keys)/4-1, &keys[0], &dst[0], &src[0], n, counter)
		dst, src = dst[n*gcmBlockSize:], src[n*gcmBlockSize:]
	}
	gcmCounterCryptGeneric(&g.cipher, dst, src, counter)
}

// The counter for the first block of the message, and what the tag is masked with.
func (g *GCM) begin(nonce []byte) (counter, mask [gcmBlockSize]byte) {
	if len(nonce) == gcmStandardNonceSize {
		copy(counter[:], nonce)
		counter[gcmBlockSize-1] = 1
	} else {
		g.hash(&counter, nonce)
		g.hashLengths(&counter, 0, len(nonce))
	}
	gcmCounterCryptGeneric(&g.cipher, mask[:], mask[:], &counter)
	return counter, mask
}

func seal(out []byte, g *GCM, nonce, plaintext, data []byte) {
	if !supportsAESGCM {
		sealGeneric(out, g, nonce, plaintext, data)
		return
	}
	counter, mask := g.begin(nonce)
	size := len(plaintext)
	var sum [gcmTagSize]byte
	g.hash(&sum, data)
	for len(plaintext) > 0 {
		n := min(len(plaintext), piece)
		g.crypt(out[:n], plaintext[:n], &counter)
		g.hash(&sum, out[:n])
		out, plaintext = out[n:], plaintext[n:]
	}
	g.hashLengths(&sum, len(data), size)
	subtle.XORBytes(sum[:], sum[:], mask[:])
	copy(out, sum[:])
}

func open(out []byte, g *GCM, nonce, ciphertext, data []byte) error {
	if !supportsAESGCM {
		return openGeneric(out, g, nonce, ciphertext, data)
	}
	tag := ciphertext[len(ciphertext)-g.tagSize:]
	ciphertext = ciphertext[:len(ciphertext)-g.tagSize]
	counter, mask := g.begin(nonce)
	size := len(ciphertext)
	var sum [gcmTagSize]byte
	g.hash(&sum, data)
	for len(ciphertext) > 0 {
		n := min(len(ciphertext), piece)
		g.hash(&sum, ciphertext[:n])
		g.crypt(out[:n], ciphertext[:n], &counter)
		out, ciphertext = out[n:], ciphertext[n:]
	}
	g.hashLengths(&sum, len(data), size)
	subtle.XORBytes(sum[:], sum[:], mask[:])
	if subtle.ConstantTimeCompare(sum[:g.tagSize], tag) != 1 {
		return errOpen
	}
	return nil
}
