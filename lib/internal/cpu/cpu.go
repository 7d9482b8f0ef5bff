// Package cpu tells what the processor has beyond its architecture's base, for packages that choose
// between assembly routines. Golem uses none of those, so everything is absent.
package cpu

// CacheLinePad keeps what stands before and after it on different cache lines.
type CacheLinePad struct{ _ [CacheLinePadSize]byte }

const (
	CacheLinePadSize = 64
	CacheLineSize    = 64
)

var X86 struct {
	HasAES, HasADX, HasAVX, HasAVX2, HasBMI1, HasBMI2, HasERMS, HasFMA, HasOSXSAVE, HasPCLMULQDQ,
	HasPOPCNT, HasRDTSCP, HasSSE3, HasSSSE3, HasSSE41, HasSSE42 bool
}

var ARM64 struct {
	HasAES, HasPMULL, HasSHA1, HasSHA2, HasCRC32, HasATOMICS, HasCPUID, IsNeoverseN1 bool
}

var S390X struct {
	HasZARCH, HasSTFLE, HasLDISP, HasEIMM, HasDFP, HasETF3EH, HasMSA, HasAES, HasAESCBC, HasAESCTR,
	HasAESGCM, HasGHASH, HasSHA1, HasSHA256, HasSHA512, HasSHA3, HasVX, HasVXE, HasKDSA, HasECDSA,
	HasEDDSA bool
}

var PPC64 struct {
	IsPOWER8, IsPOWER9 bool
}

// Name is the processor's name, where it is known.
func Name() string { return "" }

// Initialize looks at the processor.
func Initialize(env string) {}
