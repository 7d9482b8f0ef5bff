package main

// The texts of run-time errors.

type T struct {
	a [100]int
	b int
}
type I interface{ M() }
type J interface {
	M()
	N()
}
type V int

func (V) M() {}

type P struct{}

func (*P) M() {}

type S string

var zero, one, ten = 0, 1, 10
var neg = -1
var sl = []int{1, 2, 3}
var str = "hello"
var arr [4]int
var np *T
var nm map[string]int
var ni I
var ne interface{}
var nf func()

func try(name string, f func()) {
	defer func() {
		r := recover()
		if e, ok := r.(error); ok {
			println(name+":", e.Error())
		} else if s, ok := r.(string); ok {
			println(name+": string", s)
		} else {
			println(name+": no error", r == nil)
		}
	}()
	f()
}

func main() {
	try("index", func() { _ = sl[ten] })
	try("index -1", func() { _ = sl[neg] })
	try("index store", func() { sl[ten] = 1 })
	try("uint64 index", func() { _ = sl[uint64(1<<63)+uint64(one)] })
	try("uint8 index", func() { _ = sl[uint8(200+zero)] })
	try("string index", func() { _ = str[ten] })
	try("array index", func() { _ = arr[ten] })
	try("array ptr index", func() { _ = (&arr)[neg] })
	try("slice high", func() { _ = sl[:ten] })
	try("slice low", func() { _ = sl[ten:] })
	try("slice both", func() { _ = sl[one+1 : one] })
	try("slice neg", func() { _ = sl[neg:] })
	try("slice3 max", func() { _ = sl[0:0:ten] })
	try("slice3 high", func() { _ = sl[0:ten:3] })
	try("slice3 low", func() { _ = sl[3:2+zero:3] })
	try("string slice", func() { _ = str[ten:] })
	try("string slice high", func() { _ = str[one:ten] })
	try("string slice both", func() { _ = str[3:one] })
	try("array slice", func() { _ = arr[:ten] })
	try("divide", func() { _ = one / zero })
	try("mod", func() { _ = uint8(one) % uint8(zero) })
	try("nil deref", func() { _ = *np })
	try("nil field", func() { np.b = 1 })
	try("nil field read", func() { _ = np.b })
	try("nil field addr", func() { _ = &np.b })
	try("nil array", func() { var p *[4]int; p[one] = 1 })
	try("nil array slice", func() { var p *[4]int; _ = p[:] })
	try("nil map", func() { nm["a"] = 1 })
	try("nil map op", func() { nm["a"]++ })
	try("nil map read", func() { _ = nm["a"] })
	try("nil func", func() { nf() })
	try("nil iface call", func() { ni.M() })
	try("nil method value", func() { _ = ni.M })
	try("shift", func() { _ = one << neg })
	try("make len", func() { _ = make([]int, neg) })
	try("make cap", func() { _ = make([]int, one, zero) })
	try("make huge", func() { _ = make([]int, 1<<40<<(20*one)) })
	try("chan neg", func() { _ = make(chan int, neg) })
	try("close nil", func() { var c chan int; close(c) })
	try("close closed", func() { c := make(chan int); close(c); close(c) })
	try("send closed", func() { c := make(chan int); close(c); c <- 1 })
	try("assert nil", func() { _ = ne.(int) })
	try("assert type", func() { ne = "x"; _ = ne.(int) })
	try("assert named", func() { ne = S("x"); _ = ne.(string) })
	try("assert iface", func() { ne = 5; _ = ne.(I) })
	try("assert missing", func() { ni = V(1); _ = ni.(J) })
	try("assert concrete", func() { ni = V(1); _ = ni.(*P) })
	try("assert nil iface", func() { ni = nil; _ = ni.(J) })
	try("assert nil iface concrete", func() { _ = ni.(V) })
	try("assert ok", func() { ne = 5; _, ok := ne.(string); println(ok) })
	try("compare", func() { var a, b interface{} = sl, sl; _ = a == b })
	try("compare struct", func() {
		type t struct {
			a int
			f interface{}
		}
		println(t{1, nf} == t{2, nf})
		_ = t{1, sl} == t{1, sl}
	})
	try("map key", func() { m := map[interface{}]int{}; m[nm] = 1 })
	try("slice to array", func() { _ = (*[5]int)(sl) })
	try("value method", func() { var p *V; var i I = p; i.M() })
	try("panic string", func() { panic("text") })
	try("panic nothing", func() {})
	try("unhashable read", func() { m := map[interface{}]int{}; _ = m[sl] })
	try("append ok", func() { println(len(append(sl[:1:1], 2))) })
	try("append too much", func() { huge := make([]struct{}, int(^uint(0)>>1)); _ = append(huge, struct{}{}) })
}
