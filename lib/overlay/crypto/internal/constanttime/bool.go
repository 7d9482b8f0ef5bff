package constanttime

import "unsafe"

// boolToUint8 takes the byte as it is, without a branch: in the package it is the compiler's to supply.
func boolToUint8(b bool) uint8 { return *(*uint8)(unsafe.Pointer(&b)) }
