package cpu

import _ "unsafe"

// The two instructions that the package has in assembly, as internal/cpu has them.

//go:linkname cpuid internal/cpu.cpuid
func cpuid(eaxArg, ecxArg uint32) (eax, ebx, ecx, edx uint32)

//go:linkname xgetbv internal/cpu.xgetbv
func xgetbv() (eax, edx uint32)
