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
	return assertionText(e.iface, e.concrete, e.asserted, e.missingMethod)
}

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
	code   uint8 // which; runtime/lang/error.c
}

func (e boundsError) RuntimeError() {}

func (e boundsError) Error() string { return boundsText(e.x, e.y, e.signed, e.code) }

// The texts, in C, where programs without this package need them too.

func assertionText(iface, concrete, asserted unsafe.Pointer, missing string) string

func boundsText(x int64, y int, signed bool, code uint8) string

// math/bits panics with these.
//
//go:linkname overflowError
var overflowError = error(errorString("integer overflow"))

//go:linkname divideError
var divideError = error(errorString("integer divide by zero"))

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
