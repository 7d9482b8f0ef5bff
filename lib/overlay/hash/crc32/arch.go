package crc32

import "internal/cpu"

// In C, of n bytes: a multiple of 16, 64 at least. The sums go in and come out complemented.
//
//go:noescape
func foldIEEE(crc uint32, p *byte, n int) uint32

//go:noescape
func foldCastagnoli(crc uint32, p *byte, n int) uint32

// Of any n bytes.
//
//go:noescape
func stepCastagnoli(crc uint32, p *byte, n int) uint32

const (
	worthIt = 64
	piece   = 256 << 10 // a goroutine does not give way in C
)

var foldTable *slicing8Table

func archAvailableIEEE() bool { return cpu.X86.HasPCLMULQDQ && cpu.X86.HasSSE41 }

func archInitIEEE() { foldTable = slicingMakeTable(IEEE) }

func archUpdateIEEE(crc uint32, p []byte) uint32 {
	for len(p) >= worthIt {
		n := min(len(p)&^15, piece)
		crc = ^foldIEEE(^crc, &p[0], n)
		p = p[n:]
	}
	if len(p) == 0 {
		return crc
	}
	return slicingUpdate(crc, foldTable, p)
}

func archAvailableCastagnoli() bool {
	return cpu.X86.HasPCLMULQDQ && cpu.X86.HasSSE41 && cpu.X86.HasSSE42
}

func archInitCastagnoli() {}

func archUpdateCastagnoli(crc uint32, p []byte) uint32 {
	for len(p) >= 2*worthIt {
		n := min(len(p)&^15, piece)
		crc = ^foldCastagnoli(^crc, &p[0], n)
		p = p[n:]
	}
	if len(p) == 0 {
		return crc
	}
	return ^stepCastagnoli(^crc, &p[0], len(p))
}
