package abi

// Reflection hands arguments over in memory; the run time, which follows the calling convention of
// C, puts them where they belong.
const (
	IntArgRegs   = 0
	FloatArgRegs = 0
)
