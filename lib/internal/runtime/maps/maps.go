// Package maps is the run time's maps as package reflect looks through them, and what hash/maphash
// asks about their hash functions. The maps themselves are written in C (runtime/lang/map.h).
package maps

import (
	"internal/abi"
	"unsafe"
)

// Use64BitHash says that the hash functions of the run time give 64 good bits.
const Use64BitHash = true

// A Map is what a value of map type points to.
type Map struct {
	used uint64
}

// Used is the number of entries.
func (m *Map) Used() uint64 { return m.used }

// An Iter is the run time's iterator over a map: its layout is gm_mapiter's.
type Iter struct {
	key      unsafe.Pointer
	elem     unsafe.Pointer
	typ      *abi.MapType
	m        *Map
	pointers [4]unsafe.Pointer
	words    [4]uintptr
	begun    bool // ours alone
}

// Init makes the iterator one over m, before its first entry.
func (it *Iter) Init(t *abi.MapType, m *Map) { it.typ, it.m = t, m }

// Initialized says whether Init has been called.
func (it *Iter) Initialized() bool { return it.typ != nil }

// Map is what the iterator goes over; nil for a map without entries.
func (it *Iter) Map() *Map { return it.m }

// Key points to the key of the current entry; nil at the end.
func (it *Iter) Key() unsafe.Pointer { return it.key }

// Elem points to the element of the current entry.
func (it *Iter) Elem() unsafe.Pointer { return it.elem }

// Next goes on to the next entry, at first to the first.
func (it *Iter) Next() {
	if it.begun {
		iterNext(it)
		return
	}
	it.begun = true
	iterInit(it.typ, it.m, it) // goes to the first entry
}

func iterInit(t *abi.MapType, m *Map, it *Iter)
func iterNext(it *Iter)
