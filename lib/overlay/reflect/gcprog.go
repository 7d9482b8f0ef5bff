package reflect

import "unsafe"

// The pointer map of a large type of the program: see gm_gcprog in golem/type.h. Where zero is not zero, a large type
// made at run time has a program in Go's form instead.
type gcRuns struct {
	zero, n uint32
	first   gcRun
}

type gcRun struct {
	words, repeat uintptr
	bits          *byte
}

// appendGCProg appends the instructions for the words of a value of typ up to its last pointer.
func appendGCProg(dst []byte, typ *rtype) []byte {
	words := typ.ptrdata / 8
	if typ.kind&kindGCProg == 0 {
		return appendBits(dst, typ.gcdata, words)
	}
	runs := (*gcRuns)(unsafe.Pointer(typ.gcdata))
	if runs.zero != 0 {
		n := uintptr(runs.zero)
		return append(dst, typ.gcSlice(4, 4+n-1)...) // without the end
	}
	for i := uintptr(0); i < uintptr(runs.n) && words > 0; i++ {
		r := (*gcRun)(add(unsafe.Pointer(&runs.first), i*unsafe.Sizeof(gcRun{}), "the table has n runs"))
		whole := r.repeat
		if whole > words/r.words {
			whole = words / r.words
		}
		dst = appendRun(dst, r, whole)
		words -= whole * r.words
		if whole < r.repeat {
			dst = appendRun(dst, &gcRun{words, 1, r.bits}, 1)
			words = 0
		}
	}
	return dst
}

func appendRun(dst []byte, r *gcRun, times uintptr) []byte {
	if r.words == 0 || times == 0 {
		return dst
	}
	if r.bits == nil {
		dst = append(dst, 1, 0, 0x81) // a zero, and again
		return appendVarint(dst, r.words*times-1)
	}
	dst = appendBits(dst, r.bits, r.words)
	if times > 1 {
		dst = append(dst, 0x80)
		dst = appendVarint(dst, r.words)
		dst = appendVarint(dst, times-1)
	}
	return dst
}

// appendBits appends n bits as they stand; an instruction takes up to 127, whole bytes but for the last.
func appendBits(dst []byte, bits *byte, n uintptr) []byte {
	for n > 0 {
		step := n
		if step > 120 {
			step = 120
		}
		dst = append(dst, byte(step))
		for i := uintptr(0); i < (step+7)/8; i++ {
			dst = append(dst, *bits)
			bits = (*byte)(add(unsafe.Pointer(bits), 1, "the map has n bits"))
		}
		n -= step
	}
	return dst
}
