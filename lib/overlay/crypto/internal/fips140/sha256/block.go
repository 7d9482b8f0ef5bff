package sha256

import (
	"crypto/internal/fips140deps/cpu"
	"crypto/internal/impl"
)

var useSHANI = cpu.X86HasSHA && cpu.X86HasSSE41 && cpu.X86HasSSSE3

func init() {
	impl.Register("sha256", "SHA-NI", &useSHANI)
}

// In C, for n bytes, a multiple of a block's.
//
//go:noescape
func blockSHANI(h *[8]uint32, p *byte, n int)

// A goroutine does not give way in C, so it gets pieces.
func block(dig *Digest, p []byte) {
	const piece = 64 << 10
	if !useSHANI {
		blockGeneric(dig, p)
		return
	}
	for len(p) > piece {
		blockSHANI(&dig.h, &p[0], piece)
		p = p[piece:]
	}
	if len(p) > 0 {
		blockSHANI(&dig.h, &p[0], len(p))
	}
}
