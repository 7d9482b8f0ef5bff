package runtime

// The pauses and their ends, the latest first, then the time of the last collection, how many there
// were, and the sum of the pauses: package debug made room for all of it.
//
//go:linkname debug_readGCStats runtime/debug.readGCStats
func debug_readGCStats(pauses *[]uint64) {
	var st MemStats
	ReadMemStats(&st)
	n := int(st.NumGC)
	if n > len(st.PauseNs) {
		n = len(st.PauseNs)
	}
	p := (*pauses)[:2*n+3]
	for i := 0; i < n; i++ {
		j := (int(st.NumGC) - 1 - i) % len(st.PauseNs)
		p[i] = st.PauseNs[j]
		p[n+i] = st.PauseEnd[j]
	}
	p[2*n] = st.LastGC
	p[2*n+1] = uint64(st.NumGC)
	p[2*n+2] = st.PauseTotalNs
	*pauses = p
}

//go:linkname debug_WriteHeapDump runtime/debug.WriteHeapDump
func debug_WriteHeapDump(fd uintptr) {
	writeHeapDump(int32(fd))
}

func writeHeapDump(fd int32)
