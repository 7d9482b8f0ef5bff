package rtcov

import "unsafe"

// What the compiler tells of a package whose statements are counted (compiler/emit/cover.c).
type record struct {
	text     *byte
	size     uint32
	sum      [16]byte
	mode     uint8
	path     string
	counters *uint32
	words    uint64
}

// Those of the program, in the linker's order.
func records() []record

// Registers them, and tells each package's counters its number.
func init() {
	const perBlock = 1
	for _, r := range records() {
		id := AddMeta(unsafe.Pointer(r.text), r.size, r.sum, r.path, -1, r.mode, perBlock)
		words := unsafe.Slice(r.counters, r.words)
		for i := 0; i < len(words); i += 3 + int(words[i]) {
			words[i+1] = id
		}
	}
}

//go:linkname counterList internal/coverage/cfile.getCovCounterList
func counterList() []CovCounterBlob {
	var list []CovCounterBlob
	for _, r := range records() {
		list = append(list, CovCounterBlob{Counters: r.counters, Len: r.words})
	}
	return list
}
