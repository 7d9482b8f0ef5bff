package runtime

// Execution traces. They are made in the runtime (runtime/observe/exectrace.h); what package trace asks for stands here.

func startTrace() bool
func advanceTrace(stop bool)

// The next piece is copied to b if there is room; how long it is, 0: there is none yet, -1: the trace is over.
func readTrace(b []byte) int
func traceIsRead() bool

// StartTrace begins a trace, which ReadTrace reads.
func StartTrace() error {
	if !startTrace() {
		return errorString("tracing is already enabled")
	}
	return nil
}

// StopTrace ends it, and returns when all has been read.
func StopTrace() { traceAdvance(true) }

// ReadTrace returns the next piece of the trace, and waits for it if need be; nil: there are none any more. By one goroutine.
func ReadTrace() []byte {
	const soon, late = 1e6, 10e6
	for pause := int64(soon); ; pause = min(2*pause, late) {
		n := readTrace(nil)
		if n < 0 {
			return nil
		}
		if n > 0 {
			b := make([]byte, n)
			readTrace(b)
			return b
		}
		sleep(pause)
	}
}

// Ends a generation; it has been read when this returns.
//
//go:linkname traceAdvance
func traceAdvance(stop bool) {
	advanceTrace(stop)
	for !traceIsRead() {
		sleep(200e3)
	}
}
