package pprof

import (
	"errors"
	"io"
)

// In Golem's profiles an address stands for all functions inlined there, and is expanded where it is written.
func expandInlinedFrames(dst, pcs []uintptr) int { return copy(dst, pcs) }

// StartCPUProfile fails: Golem takes no samples of processor time yet.
func StartCPUProfile(w io.Writer) error {
	return errors.New("pprof: CPU profiles are not supported yet")
}

// StopCPUProfile stops nothing, as none can have been started.
func StopCPUProfile() {}
