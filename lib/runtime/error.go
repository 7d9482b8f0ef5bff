// Package runtime is what a Go program can ask of Golem's run time: the collector, its statistics,
// goroutines, the call stack, and the types of run-time errors.
//
// Functions without a body are written in C (runtime/lang/pkg_runtime.c of the library) under the
// symbol runtime$Name. Functions that carry a linkname of their own name are the other direction:
// the C side calls them to make the values that run-time panics raise.
package runtime

import "unsafe"

// Error identifies a run-time error.
type Error interface {
	error
	RuntimeError() // tells run-time errors from ordinary ones, and does nothing else
}

// A TypeAssertionError says why a type assertion failed.
type TypeAssertionError struct {
	iface         unsafe.Pointer // descriptors, as the C side has them
	concrete      unsafe.Pointer
	asserted      unsafe.Pointer
	missingMethod string
}

func (*TypeAssertionError) RuntimeError() {}

func (e *TypeAssertionError) Error() string {
	const head = "interface conversion: "
	inter := "interface"
	if e.iface != nil {
		inter = typeString(e.iface)
	}
	as := typeString(e.asserted)
	if e.concrete == nil {
		return head + inter + " is nil, not " + as
	}
	cs := typeString(e.concrete)
	if e.missingMethod != "" {
		return head + cs + " is not " + as + ": missing method " + e.missingMethod
	}
	msg := head + inter + " is " + cs + ", not " + as
	if cs != as {
		return msg
	}
	if typePkgPath(e.concrete) != typePkgPath(e.asserted) {
		return msg + " (types from different packages)"
	}
	return msg + " (types from different scopes)"
}

// The string and the package path of a type descriptor.
func typeString(t unsafe.Pointer) string
func typePkgPath(t unsafe.Pointer) string

// An errorString is a run-time error that one text describes.
type errorString string

func (e errorString) RuntimeError() {}

func (e errorString) Error() string { return "runtime error: " + string(e) }

// A plainError prints without the words "runtime error: ".
type plainError string

func (e plainError) RuntimeError() {}

func (e plainError) Error() string { return string(e) }

// An errorAddressString is raised for a fault of the memory at addr.
type errorAddressString struct {
	msg  string
	addr uintptr
}

func (e errorAddressString) RuntimeError() {}

func (e errorAddressString) Error() string { return "runtime error: " + e.msg }

func (e errorAddressString) Addr() uintptr { return e.addr }

// A boundsError is an index or a slice bound out of range.
type boundsError struct {
	x      int64
	y      int
	signed bool
	code   uint8 // index of boundsTexts
}

// The texts by code: x is the offending value, y the limit. The second is for negative x.
var boundsTexts = [...]struct{ text, negative string }{
	0: {"index out of range [%x] with length %y", "index out of range [%x]"},
	1: {"slice bounds out of range [:%x] with length %y", "slice bounds out of range [:%x]"},
	2: {"slice bounds out of range [:%x] with capacity %y", "slice bounds out of range [:%x]"},
	3: {"slice bounds out of range [%x:%y]", "slice bounds out of range [%x:]"},
	4: {"slice bounds out of range [::%x] with length %y", "slice bounds out of range [::%x]"},
	5: {"slice bounds out of range [::%x] with capacity %y", "slice bounds out of range [::%x]"},
	6: {"slice bounds out of range [:%x:%y]", "slice bounds out of range [:%x:]"},
	7: {"slice bounds out of range [%x:%y:]", "slice bounds out of range [%x::]"},
	8: {"cannot convert slice with length %y to pointer to array with length %x", ""},
}

func (e boundsError) RuntimeError() {}

func (e boundsError) Error() string {
	text := boundsTexts[e.code].text
	if e.signed && e.x < 0 {
		text = boundsTexts[e.code].negative
	}
	b := make([]byte, 0, 100)
	b = append(b, "runtime error: "...)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b = append(b, text[i])
			continue
		}
		i++
		if text[i] == 'x' {
			b = appendInt(b, e.x, e.signed)
		} else {
			b = appendInt(b, int64(e.y), true)
		}
	}
	return string(b)
}

func appendInt(b []byte, v int64, signed bool) []byte {
	u := uint64(v)
	if signed && v < 0 {
		b = append(b, '-')
		u = -u
	}
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + u%10)
		u /= 10
		if u == 0 {
			return append(b, digits[i:]...)
		}
	}
}

// --- made for the C side ---

//go:linkname newBoundsError
func newBoundsError(x int64, y int, signed bool, code uint8) any {
	return boundsError{x, y, signed, code}
}

// kind 0: errorString (text without "runtime error: "), 1: plainError, 2: errorAddressString.
//
//go:linkname newError
func newError(kind int, text string, addr uintptr) any {
	switch kind {
	case 0:
		return errorString(text)
	case 1:
		return plainError(text)
	}
	return errorAddressString{text, addr}
}

// iface nil: an unnamed interface; concrete nil: the interface was nil; missing "": asserted is a
// concrete type.
//
//go:linkname newTypeAssertionError
func newTypeAssertionError(iface, concrete, asserted unsafe.Pointer, missing string) any {
	return &TypeAssertionError{iface, concrete, asserted, missing}
}

// What a panic value prints as: the text of an error or a stringer, else the value itself. The
// second result says that it was replaced.
//
//go:linkname panicText
func panicText(v any) (any, bool) {
	switch x := v.(type) {
	case error:
		return x.Error(), true
	case interface{ String() string }:
		return x.String(), true
	}
	return v, false
}

// Whether v is a run-time error.
//
//go:linkname isRuntimeError
func isRuntimeError(v any) bool {
	_, ok := v.(Error)
	return ok
}
