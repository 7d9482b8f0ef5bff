package runtime

import (
	"internal/profilerecord"
	"unsafe"
)

// Profiles. What is counted, and where, is the runtime's (runtime/observe); here it takes the forms that package pprof
// and users of this package know. Stacks are of return addresses, each of which stands for all functions inlined there.

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

// The kinds of buckets.
const (
	bucketMemory = iota
	bucketBlock
	bucketMutex
)

// A bucket is a call stack with what was counted for it.
type bucket struct{}

const maxProfStack = 128

// The bucket after b; nil: the first, and the last.
func nextBucket(kind int, b *bucket) *bucket

// What b counts, and the length of its stack, which is copied to stack as far as that goes. Memory: the size of an
// object, and how many of that were allocated and freed. Others: 0, how often, and for how long.
//
//go:noescape
func readBucket(b *bucket, stack []uintptr) (size, count, other int64, depth int)

// Has the buckets count up to the last collection.
func flushMemProfile()

// Calls add for the buckets of a kind that are wanted if there is room for all of them; n: how many they are. stack
// is good until add returns.
func eachBucket(kind, room int, wanted func(count, other int64) bool, add func(i int, size, count, other int64, stack []uintptr)) (n int, ok bool) {
	newest := nextBucket(kind, nil) // there will be newer ones
	for b := newest; b != nil; b = nextBucket(kind, b) {
		if _, count, other, _ := readBucket(b, nil); wanted(count, other) {
			n++
		}
	}
	if n > room {
		return n, false
	}
	var stack [maxProfStack]uintptr
	i := 0
	for b := newest; b != nil && i < n; b = nextBucket(kind, b) {
		size, count, other, depth := readBucket(b, stack[:])
		if wanted(count, other) {
			add(i, size, count, other, stack[:depth])
			i++
		}
	}
	return i, true
}

func fill(record *[32]uintptr, stack []uintptr) {
	n := copy(record[:], stack)
	clear(record[n:])
}

func copyStack(stack []uintptr) []uintptr { return append([]uintptr(nil), stack...) }

// MemProfile tells of what was allocated and freed up to the last collection, by call stacks; inuseZero: of those of
// which nothing is left, too.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return memProfile(len(p), inuseZero, func(i int, size, allocs, frees int64, stack []uintptr) {
		r := &p[i]
		r.AllocObjects, r.AllocBytes = allocs, allocs*size
		r.FreeObjects, r.FreeBytes = frees, frees*size
		fill(&r.Stack0, stack)
	})
}

func memProfile(room int, inuseZero bool, add func(i int, size, allocs, frees int64, stack []uintptr)) (n int, ok bool) {
	flushMemProfile()
	return eachBucket(bucketMemory, room, func(allocs, frees int64) bool { return inuseZero || allocs != frees }, add)
}

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	return memProfile(len(p), inuseZero, func(i int, size, allocs, frees int64, stack []uintptr) {
		p[i] = profilerecord.MemProfileRecord{ObjectSize: size, AllocObjects: allocs, FreeObjects: frees, Stack: copyStack(stack)}
	})
}

// BlockProfile tells where goroutines waited, MutexProfile where they let others wait.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return waitProfile(bucketBlock, p) }
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return waitProfile(bucketMutex, p) }

func anyCount(count, other int64) bool { return count != 0 }

func waitProfile(kind int, p []BlockProfileRecord) (n int, ok bool) {
	return eachBucket(kind, len(p), anyCount, func(i int, _, count, cycles int64, stack []uintptr) {
		p[i].Count, p[i].Cycles = count, cycles
		fill(&p[i].Stack0, stack)
	})
}

func waitProfileInternal(kind int, p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return eachBucket(kind, len(p), anyCount, func(i int, _, count, cycles int64, stack []uintptr) {
		p[i] = profilerecord.BlockProfileRecord{Count: count, Cycles: cycles, Stack: copyStack(stack)}
	})
}

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return waitProfileInternal(bucketBlock, p)
}

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return waitProfileInternal(bucketMutex, p)
}

// SetBlockProfileRate has one event recorded for every rate nanoseconds of waiting, in the mean.
func SetBlockProfileRate(rate int)

// SetMutexProfileFraction has one of rate events recorded; negative: changes nothing. It returns what it was.
func SetMutexProfileFraction(rate int) int

// ThreadCreateProfile tells of the threads that run goroutines. Where they were made is not known.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) {
	n = threads()
	if n > len(p) {
		return n, false
	}
	clear(p[:n])
	return n, true
}

func threads() int

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) {
	n = threads()
	if n > len(p) {
		return n, false
	}
	clear(p[:n])
	return n, true
}

// The stacks of all goroutines, or of those that the last search for such found to be leaked, one after the other, each
// behind its length; words: what they take. They are complete if there was room for that and for as many labels.
func goroutineStacks(stacks []uintptr, labels []unsafe.Pointer, leaked bool) (n, words int)

func goroutineProfile(room int, labels []unsafe.Pointer, leaked bool, add func(i int, stack []uintptr)) (n int, ok bool) {
	n, words := goroutineStacks(nil, nil, leaked)
	for n <= room {
		stacks := make([]uintptr, words+words/8+maxProfStack)
		all := make([]unsafe.Pointer, room)
		n, words = goroutineStacks(stacks, all, leaked)
		if n > room || words > len(stacks) {
			continue
		}
		copy(labels, all[:n])
		for i := 0; i < n; i++ {
			depth := int(stacks[0])
			add(i, stacks[1:1+depth])
			stacks = stacks[1+depth:]
		}
		return n, true
	}
	return n, false
}

// GoroutineProfile puts the calls of each goroutine into p, or only tells how many there are when p
// is too short for them.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	return goroutineProfile(len(p), nil, false, func(i int, stack []uintptr) { fill(&p[i].Stack0, stack) })
}

func pprofGoroutines(p []profilerecord.StackRecord, labels []unsafe.Pointer, leaked bool) (n int, ok bool) {
	return goroutineProfile(len(p), labels, leaked, func(i int, stack []uintptr) { p[i].Stack = copyStack(stack) })
}

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
	n, _ := goroutineStacks(nil, nil, true)
	return n
}

//go:linkname pprof_fpunwindExpand
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, maxProfStack) }

//go:linkname pprof_FrameStartLine runtime/pprof.runtime_FrameStartLine
func pprof_FrameStartLine(f *Frame) int { return 0 } // not known

//go:linkname pprof_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func pprof_FrameSymbolName(f *Frame) string { return f.Function }

// Processor time. While a profile is taken, its rate; what was asked for first, and that the end was told.
var cpuProfile struct {
	hz    int
	begun bool
}

func setCPUProfileRate(hz int)
func takeCPUProfile(words []uint64) int
func sleep(ns int64)

// SetCPUProfileRate has so many samples taken in a second of processor time, 0: none any more.
func SetCPUProfileRate(hz int) {
	if hz < 0 {
		hz = 0
	}
	if hz > 1000000 {
		hz = 1000000
	}
	if hz > 0 && cpuProfile.hz > 0 {
		println("runtime: cannot set CPU profile rate until previous profile has finished.")
		return
	}
	if hz > 0 {
		cpuProfile.begun = false
	}
	cpuProfile.hz = hz
	setCPUProfileRate(hz)
}

// The records of a profile: the first tells the rate; then those of samples. It waits until there are some. Labels are not
// known.
//
//go:linkname pprof_readProfile runtime/pprof.readProfile
func pprof_readProfile() (data []uint64, tags []unsafe.Pointer, eof bool) {
	if !cpuProfile.begun {
		cpuProfile.begun = true
		return []uint64{3, 0, uint64(cpuProfile.hz)}, make([]unsafe.Pointer, 1), false
	}
	words := make([]uint64, 1<<16)
	for {
		hz := cpuProfile.hz
		if n := takeCPUProfile(words); n > 0 {
			records := 0
			for i := 0; i < n; i += int(words[i]) {
				records++
			}
			return words[:n], make([]unsafe.Pointer, records), false
		}
		if hz == 0 {
			return nil, nil, true
		}
		sleep(100e6)
	}
}

func CPUProfile() []byte { return nil }
