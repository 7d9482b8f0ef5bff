package reflect

import "unsafe"

// pkgPath is the package that an unexported name belongs to, where that is not its type's. The
// number behind the name leads from the name to the path.
func (n name) pkgPath() string {
	if n.bytes == nil || *n.data(0, "flags")&4 == 0 {
		return ""
	}
	size, length := n.readVarint(1)
	at := 1 + size + length
	if n.hasTag() {
		size, length = n.readVarint(at)
		at += size + length
	}
	var off int32
	copy((*[4]byte)(unsafe.Pointer(&off))[:], (*[4]byte)(unsafe.Pointer(n.data(at, "path")))[:])
	path := name{(*byte)(resolveNameOff(unsafe.Pointer(n.bytes), off))}
	return path.name()
}
