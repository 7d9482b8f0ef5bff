package main

// Interfaces, methods, embedding, conversions between interfaces.

type Shape interface {
	Area() int
	Name() string
}
type Namer interface{ Name() string }
type Setter interface {
	Namer
	Set(string)
}
type Base struct{ name string }

func (b Base) Name() string   { return b.name }
func (b *Base) Set(s string)  { b.name = s }
func (b Base) hidden() string { return "hidden " + b.name }

type Sq struct {
	Base
	n int
}

func (s Sq) Area() int { return s.n * s.n }

type Circle struct {
	*Base
	r int
}

func (c *Circle) Area() int { return 3 * c.r * c.r }

type Wrap struct{ Shape }

func (w Wrap) Name() string { return "wrap(" + w.Shape.Name() + ")" }

type Int int

func (i Int) Area() int    { return int(i) }
func (i Int) Name() string { return "Int" }

type Fn func() string

func (f Fn) Name() string { return f() }

type Arr [2]string

func (a Arr) Name() string { return a[0] + a[1] }

type Mp map[string]string

func (m Mp) Name() string { return m["name"] }

type Ch chan string

func (c Ch) Name() string { return <-c }

type Empty struct{}

func (Empty) Name() string { return "empty" }

type One struct{ p *int }

func (o One) Name() string { *o.p++; return "one" }

type OneArr [1]func() string

func (o OneArr) Name() string { return o[0]() }

type Float float32

func (f Float) Name() string { return "float" }

type Err struct{ msg string }

func (e *Err) Error() string { return e.msg }

func mayFail(f bool) error {
	var e *Err
	if f {
		e = &Err{"failed"}
		return e
	}
	return nil
}

func typedNil() error {
	var e *Err
	return e
}

type private interface{ hidden() string }

type Embeds struct {
	Namer
	Inner
}
type Inner struct{ Deep }
type Deep struct{ v int }

func (d *Deep) Inc() int { d.v++; return d.v }
func (d Deep) Get() int  { return d.v }

type Incer interface {
	Inc() int
	Get() int
}

type T1 struct{ n int }
type T2 struct{ T1 }

func (t T1) M() int  { return t.n }
func (t *T2) M2() int { return t.T1.M() + 1 }

func main() {
	shapes := []Shape{Sq{Base{"sq"}, 3}, &Circle{&Base{"circle"}, 2}, Int(7), Wrap{Int(8)}, &Sq{Base{"psq"}, 4}}
	for _, s := range shapes {
		println(s.Name(), s.Area())
	}
	x := 0
	c := make(Ch, 1)
	c <- "chan"
	names := []Namer{shapes[0], Fn(func() string { return "fn" }), Arr{"a", "rr"}, Mp{"name": "map"}, c, Empty{}, One{&x}, OneArr{func() string { return "onearr" }}, Float(1)}
	for _, n := range names {
		print(n.Name(), " ")
	}
	println(x)
	sq := Sq{Base{"b"}, 1}
	var st Setter = &sq
	st.Set("changed")
	println(sq.name, st.Name(), sq.hidden())
	var p private = sq
	println(p.hidden())
	n := Namer(st)
	_, isShape := n.(Shape)
	_, isSetter := n.(Setter)
	_, isInt := n.(Int)
	ps, isSq := n.(*Sq)
	println(isShape, isSetter, isInt, isSq, ps == &sq)
	var any interface{} = sq
	nm, ok := any.(Namer)
	println(nm.Name(), ok)
	_, ok = any.(Setter)
	println(ok)

	println(mayFail(true).Error(), mayFail(false) == nil, typedNil() == nil, typedNil() != nil)
	var e1, e2 interface{} = 1, 1
	println(e1 == e2, e1 == 1, e1 != "1", e1 == nil, e1 == int64(1))
	e1 = Arr{"x", "y"}
	println(e1 == Arr{"x", "y"}, e1 == Namer(Arr{"x", "y"}), Namer(Arr{"x", "y"}) == e1)
	var n1, n2 Namer
	println(n1 == n2, n1 == nil)
	n1, n2 = Empty{}, Empty{}
	println(n1 == n2, n1 == Namer(Int(1)))
	e1, e2 = &x, &x
	println(e1 == e2)
	var f interface{} = float32(0.5)
	println(f == float32(0.5), f == 0.5)

	em := Embeds{Int(3), Inner{Deep{10}}}
	println(em.Name(), em.Inc(), em.Get(), em.v)
	var inc Incer = &em
	inc.Inc()
	println(inc.Get(), em.Inner.Deep.v)
	get := inc.Get
	inc.Inc()
	println(get(), Incer.Get(inc), (*Embeds).Inc(&em), Embeds.Get(em))
	t2 := &T2{T1{4}}
	println(t2.M(), t2.M2(), (*T2).M2(t2), T2.M(*t2))
	type local struct{ Shape }
	l := local{Int(5)}
	println(l.Area(), Shape(l).Name())
	var sh Shape = l
	switch v := sh.(type) {
	case Int:
		println("no", v)
	case local:
		println("local", v.Area())
	}
	as := any.(Sq)
	as.name = "copy"
	println(any.(Sq).name, as.name)
	func(ns ...Namer) {
		println(len(ns), ns[1].Name())
	}(Int(1), Fn(func() string { return "variadic" }))
	m := map[Namer]int{Int(1): 1, Float(2): 2}
	m[Int(1)]++
	println(m[Int(1)], m[Float(2)], m[Int(2)])
	cmp := struct {
		a interface{}
		b Namer
	}{1, Int(2)}
	cmp2 := cmp
	println(cmp == cmp2)
	cmp2.b = Float(2)
	println(cmp == cmp2)
	bytes := []interface{}{byte(200), true, int8(-1), 'x', 300, ""}
	println(bytes[0].(byte), bytes[1].(bool), bytes[2].(int8), bytes[3].(rune), bytes[4].(int), bytes[5].(string) == "")
}
