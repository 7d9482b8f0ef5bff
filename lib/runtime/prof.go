package runtime

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
