package runtime

// A Func is a function of the running program.
type Func struct {
	entry uintptr
	name  string
}

// FuncForPC gives the function that holds the code address pc, or nil.
func FuncForPC(pc uintptr) *Func {
	entry, name, ok := funcInfo(pc)
	if !ok {
		return nil
	}
	return theFunc(entry, name)
}

func (f *Func) Name() string {
	if f == nil {
		return ""
	}
	return f.name
}

func (f *Func) Entry() uintptr { return f.entry }

func (f *Func) FileLine(pc uintptr) (file string, line int) { return pcLine(pc) }

// The function that holds pc: where it begins, and its Go name.
func funcInfo(pc uintptr) (entry uintptr, name string, ok bool)

// The only Func of a function: programs compare them.
//
//go:noescape
func theFunc(entry uintptr, name string) *Func

// The line of source that pc came from; "", 0 when it is not known.
func pcLine(pc uintptr) (file string, line int)

// Caller tells who called: skip 0 is the caller of Caller.
func Caller(skip int) (pc uintptr, file string, line int, ok bool) {
	var pcs [1]uintptr
	if Callers(skip+2, pcs[:]) == 0 {
		return
	}
	pc = pcs[0]
	file, line = pcLine(pc - 1)
	return pc, file, line, true
}

// Callers fills pc with the return addresses of the calling goroutine's calls: skip 0 is Callers
// itself, 1 its caller.
//
//go:noescape
func Callers(skip int, pc []uintptr) int

// Stack writes a trace of this goroutine, or of all, to buf and returns its length.
//
//go:noescape
func Stack(buf []byte, all bool) int

// Frames gives the frames of return addresses: of those that Callers found, which stand for one function each, or
// of plain ones, as profiles have them, with all functions that were inlined there.
type Frames struct {
	callers []uintptr
	n       int // frames of the first address that were given
}

type Frame struct {
	PC       uintptr
	Func     *Func // nil: inlined
	Function string
	File     string
	Line     int
	Entry    uintptr
}

func CallersFrames(callers []uintptr) *Frames { return &Frames{callers: callers} }

// The n-th frame at the return address pc; more: there is another.
func frameAt(pc uintptr, n int) (at, entry uintptr, name, file string, line int, inlined, more, ok bool)

func (f *Frames) Next() (frame Frame, more bool) {
	for len(f.callers) > 0 {
		at, entry, name, file, line, inlined, more, ok := frameAt(f.callers[0], f.n)
		f.n++
		if !more {
			f.callers = f.callers[1:]
			f.n = 0
		}
		if !ok && len(f.callers) > 0 {
			continue
		}
		frame = Frame{PC: at, Function: name, File: file, Line: line, Entry: entry}
		if ok && !inlined {
			frame.Func = theFunc(entry, name)
		}
		return frame, len(f.callers) > 0
	}
	return Frame{}, false
}
