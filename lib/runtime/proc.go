package runtime

import _ "unsafe" // for go:linkname

// Compiler is what the library and tools know it by: go/build and go/types refuse any other name, and the tag gc holds.
const (
	GOOS     = "linux"
	GOARCH   = "amd64"
	Compiler = "gc"
)

// Version is the version of the language and its library.
func Version() string { return "go1.27.3" }

// GOROOT is where the standard library's source stands.
func GOROOT() string

// Gosched lets other goroutines run.
func Gosched()

// Goexit runs the goroutine's deferred calls and ends it.
func Goexit()

// GOMAXPROCS sets how many threads run Go code at once and returns the number before; n < 1 only
// asks.
func GOMAXPROCS(n int) int

// SetDefaultGOMAXPROCS sets what GOMAXPROCS is when nobody has set it: the processors that the process
// may use, by its affinity and by the limits of its cgroups, as they are now.
func SetDefaultGOMAXPROCS()

func NumCPU() int
func NumGoroutine() int
func NumCgoCall() int64 { return 0 }

// LockOSThread ties the goroutine to its thread until as many calls of UnlockOSThread.
func LockOSThread()
func UnlockOSThread()

// Breakpoint stops under a debugger.
func Breakpoint()

// haveHighResSleep tells the tests of package time that sleeping is exact to a millisecond.
//
//go:linkname haveHighResSleep
var haveHighResSleep = true
