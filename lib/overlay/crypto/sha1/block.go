package sha1

import (
	"crypto/internal/impl"
	"internal/cpu"
)

var useSHANI = cpu.X86.HasSHA && cpu.X86.HasSSE41 && cpu.X86.HasSSSE3

func init() {
	impl.Register("sha1", "SHA-NI", &useSHANI)
}

// In C, for n bytes, a multiple of a block's.
//
//go:noescape
func blockSHANI(h *[5]uint32, p *byte, n int)

// A goroutine does not give way in C, so it gets pieces.
func block(dig *digest, p []byte) {
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
