package abi

// Reflection hands arguments over in memory; the run time, which follows the calling convention of
// C, puts them where they belong.
const IntArgRegs = 0
const FloatArgRegs = 0
const EffectiveFloatRegSize = 0

// EscapeNonString has what v leads to live on the heap. Strings in it may stay where they are, but need
// not.
func EscapeNonString[T any](v T) { Escape(v) }

// EscapeToResultNonString has what v leads to live as long as the result.
func EscapeToResultNonString[T any](v T) T { return v }
