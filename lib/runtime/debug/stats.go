package debug

import (
	"runtime"
	"time"
)

// GCStats tells of the collections so far, the most recent first.
type GCStats struct {
	LastGC         time.Time
	NumGC          int64
	PauseTotal     time.Duration
	Pause          []time.Duration
	PauseEnd       []time.Time
	PauseQuantiles []time.Duration
}

// ReadGCStats fills in stats. If PauseQuantiles is not empty, it gets the least pause, the greatest,
// and evenly spaced ones between.
func ReadGCStats(stats *GCStats) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	stats.NumGC = int64(m.NumGC)
	stats.PauseTotal = time.Duration(m.PauseTotalNs)
	stats.LastGC = time.Unix(0, int64(m.LastGC))
	n := int(m.NumGC)
	if n > len(m.PauseNs) {
		n = len(m.PauseNs)
	}
	stats.Pause = stats.Pause[:0]
	stats.PauseEnd = stats.PauseEnd[:0]
	for i := 0; i < n; i++ {
		at := (int(m.NumGC) - 1 - i) % len(m.PauseNs)
		stats.Pause = append(stats.Pause, time.Duration(m.PauseNs[at]))
		stats.PauseEnd = append(stats.PauseEnd, time.Unix(0, int64(m.PauseEnd[at])))
	}
	fillQuantiles(stats.PauseQuantiles, stats.Pause)
}

func fillQuantiles(q, pauses []time.Duration) {
	if len(q) == 0 {
		return
	}
	if len(pauses) == 0 {
		for i := range q {
			q[i] = 0
		}
		return
	}
	sorted := append([]time.Duration(nil), pauses...)
	for i := 1; i < len(sorted); i++ {
		for j := i; j > 0 && sorted[j-1] > sorted[j]; j-- {
			sorted[j-1], sorted[j] = sorted[j], sorted[j-1]
		}
	}
	last := len(q) - 1
	for i := 0; i < last; i++ {
		q[i] = sorted[len(sorted)*i/last]
	}
	q[last] = sorted[len(sorted)-1]
}

var maxThreads = 10000

// SetMaxThreads sets how many threads a program may need before it is taken for broken, and returns
// the number before. Golem's scheduler has a limit of its own and keeps this number only.
func SetMaxThreads(threads int) int {
	old := maxThreads
	maxThreads = threads
	return old
}

// SetTraceback sets how much is shown when the program dies, in the words of the environment variable GOTRACEBACK,
// which is the least.
func SetTraceback(level string)

// BuildInfo would tell what modules a program was built from.
type BuildInfo struct {
	GoVersion string
	Path      string
	Main      Module
	Deps      []*Module
	Settings  []BuildSetting
}

type Module struct {
	Path    string
	Version string
	Sum     string
	Replace *Module
}

type BuildSetting struct {
	Key, Value string
}

// ReadBuildInfo reports false: Golem compiles files, not modules.
func ReadBuildInfo() (info *BuildInfo, ok bool) { return nil, false }
