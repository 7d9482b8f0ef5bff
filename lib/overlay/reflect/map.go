package reflect

import "unsafe"

// A hiter is the run time's iterator over a map.
type hiter struct {
	key      unsafe.Pointer
	elem     unsafe.Pointer
	t        unsafe.Pointer
	m        unsafe.Pointer
	pointers [4]unsafe.Pointer
	words    [8]uintptr
}

// bucketOf describes a group of eight entries of a map: eight bytes of control, then the entries.
func bucketOf(ktyp, etyp *rtype) *rtype {
	if ktyp.size > maxKeySize {
		ktyp = PointerTo(ktyp).(*rtype)
	}
	if etyp.size > maxValSize {
		etyp = PointerTo(etyp).(*rtype)
	}
	elemAt := align(ktyp.size, uintptr(etyp.align))
	slotAlign := ktyp.align
	if etyp.align > slotAlign {
		slotAlign = etyp.align
	}
	slot := elemAt + etyp.size
	if etyp.size == 0 && slot > 0 {
		slot++ // as the compiler lays out a struct whose last field has no size
	}
	slot = align(slot, uintptr(slotAlign))
	group := &rtype{align: 8, fieldAlign: 8, kind: uint8(Struct), size: align(8+8*slot, 8)}
	group.str = resolveReflectName(newName("bucket("+ktyp.String()+","+etyp.String()+")", "", false, false))
	var bits bitVector
	for i := uintptr(0); i < 8; i++ {
		addTypeBits(&bits, 8+i*slot, ktyp)
		addTypeBits(&bits, 8+i*slot+elemAt, etyp)
	}
	if bits.n > 0 {
		group.ptrdata = uintptr(bits.n) * 8
		group.gcdata = &bits.data[0]
	}
	return group
}
