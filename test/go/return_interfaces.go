package main

// return f() hands on several results: interfaces among them get the methods of the type they become.

type reader interface{ read() int }

type readCloser interface {
	close() int
	read() int
}

type file struct{ n int }

func (f *file) close() int { return -1 }
func (f *file) read() int  { return f.n }

func open(n int) (readCloser, error) { return &file{n}, nil }

func direct() (reader, error)       { return open(3) }
func named() (r reader, err error)  { return open(4) }
func anything() (any, error)        { return open(5) }
func same() (readCloser, error)     { return open(6) }
func take(r reader, err error) int  { return r.read() }
func deferred() (r reader, e error) { defer func() { e = nil }(); return open(7) }

func main() {
	r, _ := direct()
	println(r.read())
	r, _ = named()
	println(r.read())
	a, _ := anything()
	println(a.(reader).read())
	c, _ := same()
	println(c.read(), c.close())
	r, _ = deferred()
	println(r.read(), take(open(8)))
	f := func() (reader, error) { return same() }
	r, _ = f()
	println(r.read())
}
