package runtime

// MemStats is what ReadMemStats fills in: bytes and counts as Go documents them.
type MemStats struct {
	Alloc      uint64 // bytes of objects allocated and not yet freed; HeapAlloc
	TotalAlloc uint64 // bytes ever allocated
	Sys        uint64 // bytes obtained from the system: the sum of the fields named Sys
	Lookups    uint64 // always 0
	Mallocs    uint64 // objects ever allocated
	Frees      uint64 // objects ever freed

	HeapAlloc    uint64
	HeapSys      uint64 // address space reserved for the heap and touched
	HeapIdle     uint64 // in spans without objects
	HeapInuse    uint64 // in spans with objects
	HeapReleased uint64 // idle and given back to the system
	HeapObjects  uint64 // Mallocs - Frees

	StackInuse  uint64
	StackSys    uint64
	MSpanInuse  uint64
	MSpanSys    uint64
	MCacheInuse uint64
	MCacheSys   uint64
	BuckHashSys uint64
	GCSys       uint64
	OtherSys    uint64

	NextGC        uint64 // heap size at which the next cycle is to be done
	LastGC        uint64 // end of the last cycle, nanoseconds since 1970
	PauseTotalNs  uint64
	PauseNs       [256]uint64 // ring: the latest at [(NumGC+255)%256]
	PauseEnd      [256]uint64
	NumGC         uint32
	NumForcedGC   uint32
	GCCPUFraction float64
	EnableGC      bool
	DebugGC       bool

	BySize [61]struct {
		Size    uint32
		Mallocs uint64
		Frees   uint64
	}
}

// ReadMemStats stops the world for a moment to take consistent figures.
//
//go:noescape
func ReadMemStats(m *MemStats)

// GC runs a whole collection and returns when it is swept.
func GC()

// SetFinalizer has finalizer called, once, with obj when obj has become unreachable.
func SetFinalizer(obj, finalizer any)

// KeepAlive marks a place up to which x is reachable.
func KeepAlive(x any) { keepAlive(x) }

//go:noescape
func keepAlive(x any)

// MemProfileRate is the mean number of bytes between two samples of the heap profile.
var MemProfileRate int = 512 * 1024
