package reflect

import (
	"internal/abi"
	"sync"
	"unsafe"
)

// A frameType describes the memory through which the arguments and results of a call pass. The run
// time reads the function's type from it, to know how they are passed in truth.
type frameType struct {
	abi.Type
	ftyp *funcType
	rcvr *abi.Type
	next *frameType
}

// The run time remembers types by their addresses, so none may be collected, whatever becomes of layoutCache.
var (
	framesLock sync.Mutex
	frames     *frameType
)

func keep(f *frameType) {
	framesLock.Lock()
	defer framesLock.Unlock()
	f.next, frames = frames, f
}

// A makeFuncCtxt begins a closure that reflection makes. The run time knows its layout.
type makeFuncCtxt struct {
	fn     uintptr
	frame  *frameType
	method bool
}

func funcLayout(t *funcType, rcvr *abi.Type) (frametype *abi.Type, framePool *sync.Pool, abid abiDesc) {
	if t.Kind() != abi.Func {
		panic("reflect: funcLayout of non-func type " + stringFor(&t.Type))
	}
	if rcvr != nil && rcvr.Kind() == abi.Interface {
		panic("reflect: funcLayout with interface receiver " + stringFor(rcvr))
	}
	key := layoutKey{t, rcvr}
	known, ok := layoutCache.Load(key)
	if !ok {
		abid := newAbiDesc(t, rcvr)
		frame := &frameType{ftyp: t, rcvr: rcvr}
		frame.Size_ = align(abid.retOffset+abid.ret.stackBytes, 8)
		frame.Align_ = 8
		frame.Kind_ = abi.Struct
		frame.PtrBytes = uintptr(abid.stackPtrs.n) * 8
		if abid.stackPtrs.n > 0 {
			frame.GCData = &abid.stackPtrs.data[0]
		}
		frame.Str = resolveReflectName(newName("frame", "", false, false))
		pool := &sync.Pool{New: func() any { return unsafe_New(&frame.Type) }}
		keep(frame)
		known, _ = layoutCache.LoadOrStore(key, layoutType{&frame.Type, pool, abid})
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
		panic("reflect: too many parameters in " + stringFor(&t.Type))
	}
	frame, _, _ := funcLayout(t, nil)
	return makeFuncCtxt{code, (*frameType)(unsafe.Pointer(frame)), method}
}

// MakeFunc returns a new function of the given type that wraps fn.
func MakeFunc(typ Type, fn func(args []Value) (results []Value)) Value {
	t := typ.common()
	typ = toType(t) // the type itself, whatever methods typ shadows
	if typ.Kind() != Func {
		panic("reflect: call of MakeFunc with non-Func type")
	}
	ftyp := (*funcType)(unsafe.Pointer(t))
	impl := &makeFuncImpl{newMakeFuncCtxt(ftyp, false), ftyp, fn}
	return Value{t, unsafe.Pointer(impl), flag(Func)}
}

// makeMethodValue turns a method of a value, which v stands for, into a function.
func makeMethodValue(op string, v Value) Value {
	if v.flag&flagMethod == 0 {
		panic("reflect: internal error: invalid use of makeMethodValue")
	}
	recv := Value{v.typ(), v.ptr, v.flag&(flagRO|flagAddr|flagIndir) | flag(v.typ().Kind())}
	method := int(v.flag) >> flagMethodShift
	ftyp := (*funcType)(unsafe.Pointer(v.Type().(*rtype)))
	methodReceiver(op, recv, method) // panics now rather than at the call
	fv := &methodValue{newMakeFuncCtxt(ftyp, true), method, recv}
	return Value{&ftyp.Type, unsafe.Pointer(fv), v.flag&flagRO | flag(Func)}
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
