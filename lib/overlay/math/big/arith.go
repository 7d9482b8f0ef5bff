package big

// In C, of n words; the vectors may be the same. The last parameter comes in from below, the result goes on to above.

//go:noescape
func addWords(z, x, y *Word, n int, c Word) Word

//go:noescape
func subWords(z, x, y *Word, n int, c Word) Word

//go:noescape
func mulWords(z, x *Word, n int, m, a Word) Word

//go:noescape
func addMulWords(z, x, y *Word, n int, m, a Word) Word

// A goroutine does not give way in C, so it gets pieces: some microseconds each.
const piece = 4096

func addVV(z, x, y []Word) (c Word) {
	if len(x) != len(z) || len(y) != len(z) {
		panic("addVV len")
	}
	for len(z) > 0 {
		n := min(len(z), piece)
		c = addWords(&z[0], &x[0], &y[0], n, c)
		z, x, y = z[n:], x[n:], y[n:]
	}
	return c
}

func subVV(z, x, y []Word) (c Word) {
	if len(x) != len(z) || len(y) != len(z) {
		panic("subVV len")
	}
	for len(z) > 0 {
		n := min(len(z), piece)
		c = subWords(&z[0], &x[0], &y[0], n, c)
		z, x, y = z[n:], x[n:], y[n:]
	}
	return c
}

func mulAddVWW(z, x []Word, m, a Word) (c Word) {
	if len(x) != len(z) {
		panic("mulAddVWW len")
	}
	c = a
	for len(z) > 0 {
		n := min(len(z), piece)
		c = mulWords(&z[0], &x[0], n, m, c)
		z, x = z[n:], x[n:]
	}
	return c
}

func addMulVVWW(z, x, y []Word, m, a Word) (c Word) {
	if len(x) != len(z) || len(y) != len(z) {
		panic("addMulVVWW len")
	}
	c = a
	for len(z) > 0 {
		n := min(len(z), piece)
		c = addMulWords(&z[0], &x[0], &y[0], n, m, c)
		z, x, y = z[n:], x[n:], y[n:]
	}
	return c
}
