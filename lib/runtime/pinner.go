package runtime

import "unsafe"

// A Pinner keeps objects where they are, and alive, until it is unpinned. Golem never moves objects.
type Pinner struct {
	*pinner
}

type pinner struct {
	refs []unsafe.Pointer
}

// Pin pins the object that pointer, a pointer of any type, points into.
func (p *Pinner) Pin(pointer any) {
	if p.pinner == nil {
		p.pinner = new(pinner)
		SetFinalizer(p.pinner, func(p *pinner) {
			if len(p.refs) != 0 {
				panic(errorString("runtime.Pinner: found leaking pinned pointer; forgot to call Unpin?"))
			}
		})
	}
	if pointer == nil {
		panic(errorString("runtime.Pinner: argument is nil"))
	}
	ref, ok := pointerIn(pointer)
	if !ok {
		panic(errorString("runtime.Pinner: argument is not a pointer: " + typeString(pointer)))
	}
	if pinObject(ref) {
		p.refs = append(p.refs, ref)
	}
}

// Unpin ends the pinning of all objects of the Pinner.
func (p *Pinner) Unpin() {
	if p.pinner == nil {
		return
	}
	for _, ref := range p.refs {
		unpinObject(ref)
	}
	p.refs = nil
}

func typeString(v any) string

// pinObject says whether p is an object of the collected heap.
func pinObject(p unsafe.Pointer) bool
func unpinObject(p unsafe.Pointer)
