package reflect

import (
	"internal/abi"
	"sync"
	"unsafe"
)

// A frameType describes the memory through which the arguments and results of a call pass. The run
// time reads the function's type from it, to know how they are passed in truth.
type frameType struct {
	rtype
	ftyp *funcType
	rcvr *rtype
}

// A makeFuncCtxt begins a closure that reflection makes. The run time knows its layout.
type makeFuncCtxt struct {
	fn     uintptr
	frame  *frameType
	method bool
}

func funcLayout(t *funcType, rcvr *rtype) (frametype *rtype, framePool *sync.Pool, abid abiDesc) {
	if t.Kind() != Func {
		panic("reflect: funcLayout of non-func type " + t.String())
	}
	if rcvr != nil && rcvr.Kind() == Interface {
		panic("reflect: funcLayout with interface receiver " + rcvr.String())
	}
	key := layoutKey{t, rcvr}
	known, ok := layoutCache.Load(key)
	if !ok {
		abid := newAbiDesc(t, rcvr)
		frame := &frameType{ftyp: t, rcvr: rcvr}
		frame.size = align(abid.retOffset+abid.ret.stackBytes, 8)
		frame.align = 8
		frame.kind = uint8(Struct)
		frame.ptrdata = uintptr(abid.stackPtrs.n) * 8
		if abid.stackPtrs.n > 0 {
			frame.gcdata = &abid.stackPtrs.data[0]
		}
		frame.str = resolveReflectName(newName("frame", "", false, false))
		pool := &sync.Pool{New: func() any { return unsafe_New(&frame.rtype) }}
		known, _ = layoutCache.LoadOrStore(key, layoutType{&frame.rtype, pool, abid})
	}
	layout := known.(layoutType)
	return layout.t, layout.framePool, layout.abid
}

// funcStub returns the code of closures of type t that reflection makes; 0 if t has too many
// parameters.
func funcStub(t *funcType) uintptr

func newMakeFuncCtxt(t *funcType, method bool) makeFuncCtxt {
	code := funcStub(t)
	if code == 0 {
		panic("reflect: too many parameters in " + t.String())
	}
	frame, _, _ := funcLayout(t, nil)
	return makeFuncCtxt{code, (*frameType)(unsafe.Pointer(frame)), method}
}

// MakeFunc returns a new function of the given type that wraps fn.
func MakeFunc(typ Type, fn func(args []Value) (results []Value)) Value {
	if typ.Kind() != Func {
		panic("reflect: call of MakeFunc with non-Func type")
	}
	t := typ.common()
	ftyp := (*funcType)(unsafe.Pointer(t))
	impl := &makeFuncImpl{newMakeFuncCtxt(ftyp, false), ftyp, fn}
	return Value{t, unsafe.Pointer(impl), flag(Func)}
}

// makeMethodValue turns a method of a value, which v stands for, into a function.
func makeMethodValue(op string, v Value) Value {
	if v.flag&flagMethod == 0 {
		panic("reflect: internal error: invalid use of makeMethodValue")
	}
	recv := Value{v.typ, v.ptr, v.flag&(flagRO|flagAddr|flagIndir) | flag(v.typ.Kind())}
	method := int(v.flag) >> flagMethodShift
	ftyp := (*funcType)(unsafe.Pointer(v.Type().(*rtype)))
	methodReceiver(op, recv, method) // panics now rather than at the call
	fv := &methodValue{newMakeFuncCtxt(ftyp, true), method, recv}
	return Value{&ftyp.rtype, unsafe.Pointer(fv), v.flag&flagRO | flag(Func)}
}

// The code that all method values share as far as Value.Pointer tells.
func methodValueCallCodePtr() uintptr { return methodValueCode() }

func methodValueCode() uintptr

// The run time puts arguments in the frame itself.
func moveMakeFuncArgPtrs() {}

// enterMakeFunc and enterMethodValue are called by the run time when a closure of theirs is.
//
//go:linkname enterMakeFunc
func enterMakeFunc(c *makeFuncImpl, frame unsafe.Pointer) {
	var valid bool
	var none abi.RegArgs
	callReflect(c, frame, &valid, &none)
}

//go:linkname enterMethodValue
func enterMethodValue(c *methodValue, frame unsafe.Pointer) {
	var valid bool
	var none abi.RegArgs
	callMethod(c, frame, &valid, &none)
}
