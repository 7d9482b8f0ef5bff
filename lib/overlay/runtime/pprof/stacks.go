package pprof

import "runtime"

// In Golem's profiles an address stands for all functions inlined there, and is expanded where it is written.
func expandInlinedFrames(dst, pcs []uintptr) int { return copy(dst, pcs) }

// The frames at an address. Functions of C may have a name without a line: that is good enough, and who reads the
// profile is not to look up the addresses again, which would give compiled Go the names that the linker knows.
func allFrames(addr uintptr) ([]runtime.Frame, symbolizeFlag) {
	frames := runtime.CallersFrames([]uintptr{addr})
	var all []runtime.Frame
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		all = append(all, f)
	}
	result := lookupTried
	if all[0].Function == "" {
		result |= lookupFailed
		all[0].PC = addr - 1
	}
	return all, result
}
