package aes

import (
	"crypto/internal/fips140deps/cpu"
	"crypto/internal/impl"
)

var supportsAES = cpu.X86HasAES && cpu.X86HasSSE41 && cpu.X86HasSSSE3

func init() {
	impl.Register("aes", "AES-NI", &supportsAES)
}

// In C. Round keys are bytes there, in the key's order.

//go:noescape
func expandKeyNI(rounds int, key *byte, enc, dec *uint32)

//go:noescape
func encryptBlockNI(rounds int, enc *uint32, dst, src *byte)

//go:noescape
func decryptBlockNI(rounds int, dec *uint32, dst, src *byte)

// n blocks, up to eight.
//
//go:noescape
func ctrBlocksNI(rounds int, enc *uint32, dst, src *byte, n int, ivlo, ivhi uint64)

func newBlock(c *Block, key []byte) *Block {
	if !supportsAES {
		newBlockExpanded(&c.blockExpanded, key)
		return c
	}
	c.rounds = len(key)/4 + 6
	expandKeyNI(c.rounds, &key[0], &c.enc[0], &c.dec[0])
	return c
}

// EncryptionKeySchedule returns the round keys, for GCM.
func EncryptionKeySchedule(c *Block) []uint32 { return c.enc[:c.roundKeysSize()] }

func encryptBlock(c *Block, dst, src []byte) {
	if supportsAES {
		encryptBlockNI(c.rounds, &c.enc[0], &dst[0], &src[0])
	} else {
		encryptBlockGeneric(&c.blockExpanded, dst, src)
	}
}

func decryptBlock(c *Block, dst, src []byte) {
	if supportsAES {
		decryptBlockNI(c.rounds, &c.dec[0], &dst[0], &src[0])
	} else {
		decryptBlockGeneric(&c.blockExpanded, dst, src)
	}
}

func ctrSome(b *Block, dst, src []byte, ivlo, ivhi uint64) {
	if supportsAES {
		ctrBlocksNI(b.rounds, &b.enc[0], &dst[0], &src[0], len(src)/BlockSize, ivlo, ivhi)
	} else {
		ctrBlocks(b, dst, src, ivlo, ivhi)
	}
}

func ctrBlocks1(b *Block, dst, src *[BlockSize]byte, ivlo, ivhi uint64) {
	ctrSome(b, dst[:], src[:], ivlo, ivhi)
}

func ctrBlocks2(b *Block, dst, src *[2 * BlockSize]byte, ivlo, ivhi uint64) {
	ctrSome(b, dst[:], src[:], ivlo, ivhi)
}

func ctrBlocks4(b *Block, dst, src *[4 * BlockSize]byte, ivlo, ivhi uint64) {
	ctrSome(b, dst[:], src[:], ivlo, ivhi)
}

func ctrBlocks8(b *Block, dst, src *[8 * BlockSize]byte, ivlo, ivhi uint64) {
	ctrSome(b, dst[:], src[:], ivlo, ivhi)
}
