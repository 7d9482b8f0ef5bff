package runtime

import (
	"internal/profilerecord"
	"unsafe"
)

// Golem takes no samples of allocations, of blocking or of processor time yet. Profiles that a
// program only reads are empty; asking for one to be taken ends in a panic that says so.

func noProfile(what string) {
	panic(plainError("runtime: " + what + " is not supported yet"))
}

// A StackRecord is one call stack of a profile.
type StackRecord struct {
	Stack0 [32]uintptr // ends at the first 0
}

func (r *StackRecord) Stack() []uintptr { return untilZero(r.Stack0[:]) }

// A MemProfileRecord tells of the allocations of one call stack.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

func (r *MemProfileRecord) InUseBytes() int64   { return r.AllocBytes - r.FreeBytes }
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }
func (r *MemProfileRecord) Stack() []uintptr    { return untilZero(r.Stack0[:]) }

// A BlockProfileRecord tells of the waiting of one call stack.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

func untilZero(pcs []uintptr) []uintptr {
	for i, pc := range pcs {
		if pc == 0 {
			return pcs[:i]
		}
	}
	return pcs
}

func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) { return 0, true }
func BlockProfile(p []BlockProfileRecord) (n int, ok bool)             { return 0, true }
func MutexProfile(p []BlockProfileRecord) (n int, ok bool)             { return 0, true }
func ThreadCreateProfile(p []StackRecord) (n int, ok bool)             { return 0, true }

// GoroutineProfile puts the calls of each goroutine into p, or only tells how many there are when p
// is too short for them.
func GoroutineProfile(p []StackRecord) (n int, ok bool) { return goroutineProfile(p) }

func goroutineProfile(p []StackRecord) (n int, ok bool)

// The same for package pprof, whose records have no limit of their own; leaked: only goroutines that the
// last search for such found.
func pprofGoroutines(p []profilerecord.StackRecord, labels []unsafe.Pointer, leaked bool) (n int, ok bool) {
	records := make([]StackRecord, len(p))
	n, ok = goroutineProfileWithLabels(records, labels, leaked)
	if ok {
		for i := range records[:n] {
			p[i].Stack = records[i].Stack()
		}
	}
	return n, ok
}

func goroutineProfileWithLabels(p []StackRecord, labels []unsafe.Pointer, leaked bool) (n int, ok bool)

//go:linkname pprof_goroutineProfileWithLabels
func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return pprofGoroutines(p, labels, false)
}

//go:linkname pprof_goroutineLeakProfileWithLabels
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return pprofGoroutines(p, labels, true)
}

//go:linkname pprof_goroutineleakcount runtime/pprof.runtime_goroutineleakcount
func pprof_goroutineleakcount() int {
	n, _ := goroutineProfileWithLabels(nil, nil, true)
	return n
}

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return 0, true
}

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_fpunwindExpand
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, 128) }

//go:linkname pprof_FrameStartLine runtime/pprof.runtime_FrameStartLine
func pprof_FrameStartLine(f *Frame) int { return 0 } // not known

//go:linkname pprof_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func pprof_FrameSymbolName(f *Frame) string { return f.Function }

func SetBlockProfileRate(rate int) {
	if rate > 0 {
		noProfile("block profiling")
	}
}

func SetMutexProfileFraction(rate int) int {
	if rate > 0 {
		noProfile("mutex profiling")
	}
	return 0
}

func SetCPUProfileRate(hz int) {
	if hz > 0 {
		noProfile("CPU profiling")
	}
}

func CPUProfile() []byte { return nil }

func StartTrace() error { return errorString("tracing is not supported yet") }
func StopTrace()        {}
func ReadTrace() []byte { return nil }
