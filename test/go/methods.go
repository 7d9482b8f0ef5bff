// Method sets: promotion, wrappers, method values and expressions, itabs, nil receivers.
package main

type Adder interface{ Add(n int) int }
type Namer interface{ Name() string }
type Both interface {
	Adder
	Namer
}

type counter struct{ n int }

func (c *counter) Add(n int) int { c.n += n; return c.n }
func (c counter) Get() int       { return c.n }

type label string

func (l label) Name() string { return "label " + string(l) }

type outer struct {
	*counter
	label
}

type deep struct {
	pad [3]int
	outer
}

type viaIface struct {
	Both
	extra int
}

type fn func(int) int

func (f fn) Add(n int) int { return f(n) }

type one struct{ p *int } // pointer-shaped: stands in the interface itself

func (o one) Add(n int) int { *o.p += n; return *o.p }

type arr1 [1]map[string]int

func (a arr1) Add(n int) int { a[0]["k"] += n; return a[0]["k"] }

type empty struct{}

func (empty) Add(n int) int { return -n }

type big struct{ a [40]int }

func (b big) Add(n int) int { b.a[0] += n; return b.a[0] + b.a[39] }

type tiny uint8

func (t tiny) Add(n int) int { return int(t) + n }

func try(what string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			println(what, "panics:", e.(error).Error())
		}
	}()
	f()
	println(what, "is fine")
}

//go:noinline
func call(a Adder) { a.Add(1) }

func recovers() (ok bool) {
	defer func() { ok = recover() != nil }()
	panic("x")
}

type rec struct{}

func (rec) Stop()   { println("value method recovers:", recover() != nil) }
func (*rec) StopP() { println("pointer method recovers:", recover() != nil) }

type stopper interface {
	Stop()
	StopP()
}
type embedsRec struct{ rec }
type embedsIface struct{ stopper }

func deferred(s stopper) {
	func() {
		defer s.Stop()
		panic(1)
	}()
	func() {
		defer s.StopP()
		panic(2)
	}()
}

func main() {
	d := deep{outer: outer{&counter{10}, "x"}}
	println(d.Add(1), d.Get(), d.Name(), d.n)
	var b Both = d
	println(b.Add(1), b.Name())
	b = &d
	println(b.Add(1), b.Name())
	v := viaIface{b, 7}
	b = v
	println(b.Add(1), b.Name(), v.extra)
	b = &v
	println(b.Add(1), b.Name())
	_, isGet := b.(interface{ Get() int })
	_, isGet2 := interface{}(d).(interface{ Get() int })
	println(isGet, isGet2)

	x := 5
	for i, a := range []Adder{fn(func(n int) int { return n * 2 }), one{&x}, &one{&x}, arr1{{"k": 1}}, empty{}, &empty{},
		big{[40]int{1, 39: 2}}, &big{}, tiny(250), new(tiny)} {
		println(i, a.Add(3))
	}

	f := d.Add
	g := (*counter).Add
	h := counter.Get
	k := (*counter).Get
	m := Both.Name
	n := deep.Name
	o := (*deep).Get
	p := b.Add
	d.counter = &counter{100}
	println(f(1), g(d.counter, 1), h(*d.counter), k(d.counter), m(b), n(d), o(&d), p(1))
	var nilAdder Adder
	var nilBig *big
	var nilDeep *deep
	try("method value of nil interface", func() { _ = nilAdder.Add })
	try("method of nil interface", func() { nilAdder.Add(1) })
	try("value method by nil pointer", func() { call(nilBig) })
	try("promoted through nil", func() { nilDeep.Add(1) })
	try("pointer method on nil", func() { var e *empty; (*empty).Add(e, 1) })
	try("method value of nil pointer", func() { _ = nilBig.Add })

	deferred(&rec{})
	deferred(&embedsRec{})
	deferred(embedsIface{&rec{}})
	deferred(&embedsIface{&embedsRec{}})
	func() {
		defer rec.Stop(rec{})
		panic(3)
	}()
	func() {
		stop := (&rec{}).StopP
		defer stop()
		panic(4)
	}()
	println(recovers())

	local()
}

func local() {
	type T struct {
		*counter
		Namer
	}
	t := T{&counter{1}, label("in")}
	var b Both = t
	println(b.Add(1), b.Name())
	s := struct {
		Adder
		label
	}{t, "anon"}
	b = s
	println(b.Add(1), b.Name())
	b = &s
	println(b.Add(1), b.Name())
	println(s.Name(), struct{ *counter }.Add(struct{ *counter }{t.counter}, 5))
}
