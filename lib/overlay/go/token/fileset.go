package token

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// A FileSet is a set of source files. Golem's differs from the original in the type of its cache,
// which there is an instance of a generic one.
type FileSet struct {
	mutex sync.RWMutex
	base  int
	files []*File
	last  lastFile
}

// lastFile remembers the file that was looked up last.
type lastFile struct {
	p unsafe.Pointer
}

func (l *lastFile) Load() *File   { return (*File)(atomic.LoadPointer(&l.p)) }
func (l *lastFile) Store(f *File) { atomic.StorePointer(&l.p, unsafe.Pointer(f)) }
