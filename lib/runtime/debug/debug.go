// Package debug turns the knobs of the collector and prints stacks.
package debug

import "runtime"

// SetGCPercent sets how much the heap may grow between collections, in percent of what was live;
// negative turns the collector off. It returns the setting before.
func SetGCPercent(percent int) int

// SetMemoryLimit sets the soft limit of the run time's memory in bytes and returns the one before;
// a negative limit only asks.
func SetMemoryLimit(limit int64) int64

// FreeOSMemory collects and gives back as much memory as it can.
func FreeOSMemory()

// SetMaxStack sets the largest size of one goroutine's stack and returns the one before.
func SetMaxStack(bytes int) int

// PrintStack prints the trace of this goroutine to standard error.
func PrintStack() { print(string(Stack())) }

// Stack returns a trace of this goroutine.
func Stack() []byte {
	for n := 1024; ; n *= 2 {
		buf := make([]byte, n)
		if k := runtime.Stack(buf, false); k < n {
			return buf[:k]
		}
	}
}

// SetPanicOnFault makes a fault at an address that is not near nil a panic that can be recovered,
// and returns the setting before.
func SetPanicOnFault(enabled bool) bool
