package pprof

import (
	"io"
	"runtime"
	"sync"
	"unsafe"
)

// The profile "goroutineleak", which Go has since 1.26: goroutines that wait for ever. Writing it
// looks for them first; its count is that of the last search.
var goroutineLeakProfile = &Profile{
	name:  "goroutineleak",
	count: countGoroutineLeak,
	write: writeGoroutineLeak,
}

// leakLock keeps one search from changing what another one writes.
var leakLock sync.Mutex

func runtime_findGoroutineLeaks() int
func runtime_goroutineLeakProfile(p []runtime.StackRecord, labels []unsafe.Pointer) (n int, ok bool)

func countGoroutineLeak() int {
	n, _ := runtime_goroutineLeakProfile(nil, nil)
	return n
}

func writeGoroutineLeak(w io.Writer, debug int) error {
	leakLock.Lock()
	defer leakLock.Unlock()
	runtime_findGoroutineLeaks()
	if debug >= 2 {
		return writeGoroutineStacks(w)
	}
	return writeRuntimeProfile(w, debug, "goroutineleak", runtime_goroutineLeakProfile)
}

func lockProfiles() {
	profiles.mu.Lock()
	if profiles.m == nil {
		profiles.m = map[string]*Profile{
			"goroutine":     goroutineProfile,
			"goroutineleak": goroutineLeakProfile,
			"threadcreate":  threadcreateProfile,
			"heap":          heapProfile,
			"allocs":        allocsProfile,
			"block":         blockProfile,
			"mutex":         mutexProfile,
		}
	}
}
