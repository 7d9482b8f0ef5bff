package cpu

// The value of GODEBUG, in which cpu.NAME=off turns NAME off.
func environment() string

// Go's runtime calls it before any package; here it is this package's own first act, and those that ask come later.
func init() { Initialize(environment()) }
