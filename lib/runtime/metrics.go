package runtime

import "unsafe"

// What package runtime/metrics reads. Names whose values the run time does not keep yet are answered
// as if they were not known: their samples have no kind.

// A metricSample is a metrics.Sample.
type metricSample struct {
	name   string
	kind   int
	scalar uint64
	other  unsafe.Pointer
}

const (
	metricBad = iota
	metricUint64
)

const countedPrefix = "/godebug/non-default-behavior/"

//go:linkname metrics_readMetrics runtime/metrics.runtime_readMetrics
func metrics_readMetrics(samples unsafe.Pointer, n, _ int) {
	st := new(MemStats)
	ReadMemStats(st)
	for i := 0; i < n; i++ {
		s := (*metricSample)(unsafe.Pointer(uintptr(samples) + uintptr(i)*unsafe.Sizeof(metricSample{})))
		s.kind, s.scalar, s.other = metricBad, 0, nil
		if v, ok := metricValue(s.name, st); ok {
			s.kind, s.scalar = metricUint64, v
		}
	}
}

func metricValue(name string, st *MemStats) (v uint64, ok bool) {
	switch name {
	case "/cgo/go-to-c-calls:calls":
		return 0, true
	case "/gc/cycles/automatic:gc-cycles":
		return uint64(st.NumGC - st.NumForcedGC), true
	case "/gc/cycles/forced:gc-cycles":
		return uint64(st.NumForcedGC), true
	case "/gc/cycles/total:gc-cycles":
		return uint64(st.NumGC), true
	case "/gc/gogc:percent":
		return gcPercent(), true
	case "/gc/gomemlimit:bytes":
		return memoryLimit(), true
	case "/gc/heap/allocs:bytes":
		return st.TotalAlloc, true
	case "/gc/heap/allocs:objects":
		return st.Mallocs, true
	case "/gc/heap/frees:bytes":
		return st.TotalAlloc - st.Alloc, true
	case "/gc/heap/frees:objects":
		return st.Frees, true
	case "/gc/heap/goal:bytes":
		return st.NextGC, true
	case "/gc/heap/objects:objects":
		return st.HeapObjects, true
	case "/memory/classes/heap/free:bytes":
		return st.HeapIdle - st.HeapReleased, true
	case "/memory/classes/heap/objects:bytes":
		return st.HeapAlloc, true
	case "/memory/classes/heap/released:bytes":
		return st.HeapReleased, true
	case "/memory/classes/heap/stacks:bytes":
		return st.StackInuse, true
	case "/memory/classes/heap/unused:bytes":
		return st.HeapInuse - st.HeapAlloc, true
	case "/memory/classes/metadata/mcache/free:bytes":
		return st.MCacheSys - st.MCacheInuse, true
	case "/memory/classes/metadata/mcache/inuse:bytes":
		return st.MCacheInuse, true
	case "/memory/classes/metadata/mspan/free:bytes":
		return st.MSpanSys - st.MSpanInuse, true
	case "/memory/classes/metadata/mspan/inuse:bytes":
		return st.MSpanInuse, true
	case "/memory/classes/metadata/other:bytes":
		return st.GCSys, true
	case "/memory/classes/os-stacks:bytes":
		return st.StackSys - st.StackInuse, true
	case "/memory/classes/other:bytes":
		return st.OtherSys, true
	case "/memory/classes/profiling/buckets:bytes":
		return st.BuckHashSys, true
	case "/memory/classes/total:bytes":
		return st.Sys, true
	case "/sched/gomaxprocs:threads":
		return uint64(GOMAXPROCS(0)), true
	case "/sched/goroutines:goroutines":
		return uint64(NumGoroutine()), true
	}
	if len(name) < len(countedPrefix) || name[:len(countedPrefix)] != countedPrefix {
		return 0, false
	}
	for c := countedSettings; c != nil; c = c.next {
		if c.name == name {
			return c.read(), true
		}
	}
	return 0, true // a setting that nobody has used, or that does not exist
}

func gcPercent() uint64
func memoryLimit() uint64
