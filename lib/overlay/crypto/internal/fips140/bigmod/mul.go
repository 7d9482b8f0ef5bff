package bigmod

// In C: z += x * y, of n words; what is carried out. The time depends on n alone.
//
//go:noescape
func addMulWords(z, x *uint, n int, y uint) uint

func addMulVVW(z, x []uint, y uint) (carry uint) {
	_ = x[len(z)-1]
	return addMulWords(&z[0], &x[0], len(z), y)
}
