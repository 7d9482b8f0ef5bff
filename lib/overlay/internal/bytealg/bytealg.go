package bytealg

// Searching and counting bytes is the C library's work, or the C compiler's.

// MaxBruteForce: texts up to this length are searched by Index whatever the length of what is
// sought.
const MaxBruteForce = 64

// MaxLen is the longest text that Index looks for.
var MaxLen int = 64

// Cutover is how many misses of the first byte are tolerable before Index is the better way.
func Cutover(n int) int { return (n + 16) / 8 }

//go:noescape
func Index(a, b []byte) int

//go:noescape
func IndexString(a, b string) int

//go:noescape
func IndexByte(b []byte, c byte) int

//go:noescape
func IndexByteString(s string, c byte) int

//go:noescape
func Count(b []byte, c byte) int

//go:noescape
func CountString(s string, c byte) int

//go:noescape
func Compare(a, b []byte) int

//go:noescape
func Equal(a, b []byte) bool
