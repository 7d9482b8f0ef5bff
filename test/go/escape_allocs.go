// What does not escape costs no heap allocation; what does costs what it must. Counted, not believed.
package main

import "runtime"

type point struct{ x, y int }

func (p *point) sum() int { return p.x + p.y }

type summer interface{ sum() int }

var (
	sinkPoint *point
	sinkFunc  func() int
	sinkAny   interface{}
	sinkBytes []byte
	sinkInt   int
)

func literal()        { p := &point{1, 2}; sinkInt += p.x }
func newObject()      { p := new(point); p.y = 3; sinkInt += p.y }
func addressOf()      { var p point; q := &p; q.x = 4; sinkInt += p.x }
func sliceLiteral()   { s := []int{1, 2, 3}; sinkInt += s[1] }
func makeSlice()      { s := make([]int, 100); s[7] = 1; sinkInt += len(s) }
func closure()        { n := 0; add := func(k int) { n += k }; add(2); add(3); sinkInt += n }
func inLoop()         { for i := 0; i < 3; i++ { p := &point{i, i}; sinkInt += p.sum() } }
func methodValue()    { p := &point{5, 6}; f := p.sum; sinkInt += f() }
func boxed()          { var v interface{} = point{7, 8}; sinkInt += v.(point).y }
func dynamicCall()    { var s summer = &point{1, 1}; sinkInt += s.sum() }
func total(n ...int) int {
	t := 0
	for _, k := range n {
		t += k
	}
	return t
}
func variadic() { sinkInt += total(1, 2, 3, 4) }
func through(p *point) *point {
	p.x++
	return p
}
func passedOn()  { sinkInt += through(&point{1, 2}).x }
func deferred()  { p := point{1, 2}; defer func() { sinkInt += p.x }(); p.x = 9 }
func arrayPart() { var a [64]int; s := a[:10]; s[3] = 5; sinkInt += a[3] }
func concat(a, b string) {
	if a+b == "goroutines" {
		sinkInt++
	}
}
func bytesOf(s string) { b := []byte(s); sinkInt += int(b[0]) }

func escapes()          { sinkPoint = &point{1, 2} }
func returned() *point  { return &point{3, 4} }
func escapingClosure()  { n := 1; sinkFunc = func() int { n++; return n } }
func boxEscapes(p point) { sinkAny = p }
func outOfLoop() {
	var last *point
	for i := 0; i < 4; i++ {
		last = &point{i, i}
	}
	sinkInt += last.x
}
func bigMake(n int) { sinkBytes = make([]byte, n) }

func count(name string, f func()) {
	f()
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < runs; i++ {
		f()
	}
	runtime.ReadMemStats(&after)
	println(name, (after.Mallocs-before.Mallocs)/runs)
}

func main() {
	count("literal", literal)
	count("newObject", newObject)
	count("addressOf", addressOf)
	count("sliceLiteral", sliceLiteral)
	count("makeSlice", makeSlice)
	count("closure", closure)
	count("inLoop", inLoop)
	count("methodValue", methodValue)
	count("boxed", boxed)
	count("dynamicCall", dynamicCall)
	count("variadic", variadic)
	count("passedOn", passedOn)
	count("deferred", deferred)
	count("arrayPart", arrayPart)
	count("concat", func() { concat("gorou", "tines") })
	count("bytesOf", func() { bytesOf("short") })
	println("--")
	count("escapes", escapes)
	count("returned", func() { sinkPoint = returned() })
	count("escapingClosure", escapingClosure)
	count("boxEscapes", func() { boxEscapes(point{1, 2}) })
	count("outOfLoop", outOfLoop)
	count("bigMake", func() { bigMake(1000) })
}
