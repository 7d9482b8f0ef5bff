package runtime

import "unsafe"

// A Cleanup is a function that AddCleanup has registered.
type Cleanup struct {
	id  uint64 // 0: there is nothing to stop
	ptr uintptr
}

// AddCleanup has cleanup called with arg, once, some time after the object that ptr points into has
// become unreachable. An object may have any number of cleanups.
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	if ptr == nil {
		panic("runtime.AddCleanup: ptr is nil")
	}
	p := unsafe.Pointer(ptr)
	if word, ok := pointerIn(any(arg)); ok {
		if word == p {
			panic("runtime.AddCleanup: ptr is equal to arg, cleanup will never run")
		}
		if sameObject(word, p) {
			panic("runtime.AddCleanup: ptr is within arg, cleanup will never run")
		}
	}
	if closesOver(*(*unsafe.Pointer)(unsafe.Pointer(&cleanup)), p) {
		panic("runtime.AddCleanup: cleanup function closes over ptr, cleanup will never run")
	}
	id, ok := addCleanup(p, func() { cleanup(arg) })
	if !ok {
		panic("runtime.AddCleanup: ptr not in allocated block")
	}
	return Cleanup{id, uintptr(p)}
}

// Stop keeps the cleanup from being called, if it has not been yet.
func (c Cleanup) Stop() {
	if c.id != 0 {
		stopCleanup(c.ptr, c.id)
	}
}

// pointerIn is the pointer that v is, if it is one.
func pointerIn(v any) (unsafe.Pointer, bool)

// sameObject says whether p and q point into one object, which is not one of several that share a block.
func sameObject(p, q unsafe.Pointer) bool

// closesOver says whether the closure fn holds a pointer into the object of p.
func closesOver(fn, p unsafe.Pointer) bool

// addCleanup gives 0 for what is never freed, and not ok for what is no object.
func addCleanup(p unsafe.Pointer, fn func()) (id uint64, ok bool)
func stopCleanup(p uintptr, id uint64)
