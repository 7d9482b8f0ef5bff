package main

import (
	"errors"
	"iter"
	"runtime"
	"strings"
)

// What a call hands over in memory, and what a statement copies through the frame, is garbage when the program has
// done with it, though the frame has other objects that it goes on using.

type block [1 << 18]byte

type node struct {
	mem  *block
	next *node
}

//go:noinline
func fresh() *node { return &node{mem: new(block)} }

//go:noinline
func heapKB() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

var total int

//go:noinline
func touch(a *[4]int) {
	a[0]++
	total += a[1] + a[2]
}

var before int

func report(name string, kb int) {
	if kb -= before; kb < 200 {
		println(name, "freed")
	} else {
		println(name, kb, "KB")
	}
}

//go:noinline
func use(n *node) int { return int(n.mem[0]) }

//go:noinline
func makes(fail bool) (*node, error) {
	if fail {
		return nil, errors.New("x")
	}
	return fresh(), nil
}

//go:noinline
func call() {
	var a [4]int
	touch(&a)
	p, err := makes(false)
	if err != nil {
		panic(err)
	}
	use(p)
	report("call", heapKB())
	touch(&a)
}

//go:noinline
func loop() {
	var a [4]int
	p, err := makes(false)
	if err != nil {
		panic(err)
	}
	use(p)
	for i := range 2 {
		if i == 1 {
			report("loop", heapKB())
		}
		touch(&a)
	}
}

//go:noinline
func ignored() {
	var a [4]int
	touch(&a)
	makes(false)
	report("ignored", heapKB())
	touch(&a)
}

//go:noinline
func blank() {
	var a [4]int
	touch(&a)
	_, err := makes(false)
	report("blank", heapKB())
	touch(&a)
	if err != nil {
		panic(err)
	}
}

type maker interface{ make(int) (*node, int, error) }
type m1 struct{ n int }

func (m *m1) make(k int) (*node, int, error) { return fresh(), m.n + k, nil }

//go:noinline
func byInterface(m maker) {
	var a [4]int
	touch(&a)
	p, n, err := m.make(1)
	use(p)
	report("interface", heapKB())
	touch(&a)
	println(n, err == nil)
}

//go:noinline
func byMethodValue(m maker) {
	var a [4]int
	touch(&a)
	f := m.make
	p, n, err := f(1)
	use(p)
	report("method value", heapKB())
	touch(&a)
	println(n, err == nil)
}

//go:noinline
func byClosure(k int) {
	var a [4]int
	touch(&a)
	f := func(fail bool) (*node, int, error) {
		k++
		return fresh(), k, nil
	}
	p, n, err := f(false)
	use(p)
	report("closure", heapKB())
	touch(&a)
	p, n, err = f(true)
	use(p)
	p = nil
	report("closure again", heapKB())
	touch(&a)
	println(n, err == nil)
}

//go:noinline
func take(p *node, err error) int { return use(p) }

//go:noinline
func spread() {
	var a [4]int
	touch(&a)
	take(makes(false))
	report("spread", heapKB())
	touch(&a)
}

//go:noinline
func hands() (p *node, err error) {
	p, err = makes(false)
	return p, err
}

type three struct {
	p    *node
	a, b int
}

//go:noinline
func big() three { return three{fresh(), 1, 2} }

//go:noinline
func structResult() {
	var a [4]int
	touch(&a)
	t := big()
	use(t.p)
	report("struct", heapKB())
	touch(&a)
}

//go:noinline
func structField() {
	var a [4]int
	touch(&a)
	p := big().p
	use(p)
	report("struct's field", heapKB())
	touch(&a)
}

//go:noinline
func structArg(t three) int { return use(t.p) }

//go:noinline
func structPassed() {
	var a [4]int
	touch(&a)
	structArg(big())
	report("struct passed", heapKB())
	touch(&a)
}

//go:noinline
func commaOkMap(m map[int]three) {
	var a [4]int
	touch(&a)
	v, ok := m[1]
	use(v.p)
	delete(m, 1)
	report("map", heapKB())
	touch(&a)
	println(ok)
}

//go:noinline
func commaOkRecv(c chan three) {
	var a [4]int
	touch(&a)
	v, ok := <-c
	use(v.p)
	report("receive", heapKB())
	touch(&a)
	println(ok)
}

//go:noinline
func recvPtr(c chan *node) {
	var a [4]int
	touch(&a)
	v, ok := <-c
	use(v)
	report("receive pointer", heapKB())
	touch(&a)
	println(ok)
}

//go:noinline
func recvOne(c chan *node) {
	var a [4]int
	touch(&a)
	use(<-c)
	report("receive one", heapKB())
	touch(&a)
}

//go:noinline
func sent(c chan *node) {
	var a [4]int
	touch(&a)
	c <- fresh()
	use(<-c)
	report("send", heapKB())
	touch(&a)
}

//go:noinline
func sel(c chan *node, d chan int) {
	var a [4]int
	touch(&a)
	select {
	case p, ok := <-c:
		use(p)
		println(ok)
	case <-d:
	}
	report("select", heapKB())
	touch(&a)
}

//go:noinline
func selLoop(c chan *node, d chan int) {
	for i := range 3 {
		select {
		case p := <-c:
			use(p)
		case d <- 1:
		default:
		}
		if i == 2 {
			report("select in a loop", heapKB())
		}
	}
}

//go:noinline
func boxed(x int) any {
	if x > 1 {
		return three{fresh(), 1, 2}
	}
	return nil
}

//go:noinline
func assertion() {
	var a [4]int
	touch(&a)
	t, ok := boxed(2).(three)
	use(t.p)
	report("assertion", heapKB())
	touch(&a)
	println(ok)
}

//go:noinline
func typeSwitch() {
	var a [4]int
	touch(&a)
	switch t := boxed(2).(type) {
	case three:
		use(t.p)
	case int:
	}
	report("type switch", heapKB())
	touch(&a)
}

func all(n int) iter.Seq2[*node, error] {
	return func(yield func(*node, error) bool) {
		for range n {
			if !yield(fresh(), nil) {
				return
			}
		}
	}
}

//go:noinline
func seqs(s iter.Seq2[*node, error]) {
	var a [4]int
	touch(&a)
	for p, err := range s {
		use(p)
		if err != nil {
			break
		}
	}
	report("range over func", heapKB())
	touch(&a)
}

//go:noinline
func pulled(s iter.Seq2[*node, error]) {
	var a [4]int
	touch(&a)
	next, stop := iter.Pull2(s)
	p, err, ok := next()
	use(p)
	stop()
	report("pulled", heapKB())
	touch(&a)
	println(err == nil, ok)
}

//go:noinline
func deferred() {
	var a [4]int
	touch(&a)
	func() {
		p := fresh()
		defer func(p *node, err error) { use(p) }(p, nil)
	}()
	report("deferred", heapKB())
	touch(&a)
}

//go:noinline
func mapRange() {
	var a [4]int
	touch(&a)
	m := map[int]three{}
	for i := range 4 {
		m[i] = three{p: fresh()}
	}
	for _, t := range m {
		use(t.p)
	}
	m = nil
	report("map range", heapKB())
	touch(&a)
}

//go:noinline
func mapStored() {
	var a [4]int
	touch(&a)
	m := map[string]*node{}
	m["a"] = fresh()
	m["b"], m["c"] = fresh(), fresh()
	clear(m)
	report("map cleared", heapKB())
	touch(&a)
}

//go:noinline
func build() (s string, err error) {
	var b strings.Builder
	for range 20000 {
		b.WriteString("some text that is not short at all")
	}
	return b.String(), nil
}

//go:noinline
func text() {
	var a [4]int
	touch(&a)
	s, err := build()
	n := len(s)
	report("string", heapKB())
	touch(&a)
	println(n, err == nil)
}

//go:noinline
func swapped() {
	var a [4]int
	touch(&a)
	var p, q *node
	var err, e2 error
	p, err = makes(false)
	q, e2 = makes(false)
	p, q, err, e2 = q, p, e2, err
	use(p)
	use(q)
	report("swapped", heapKB())
	touch(&a)
}

func main() {
	before = heapKB()
	call()
	before = heapKB()
	loop()
	before = heapKB()
	ignored()
	before = heapKB()
	blank()
	before = heapKB()
	byInterface(&m1{1})
	before = heapKB()
	byMethodValue(&m1{1})
	before = heapKB()
	byClosure(1)
	before = heapKB()
	spread()
	before = heapKB()
	hands()
	before = heapKB()
	structResult()
	before = heapKB()
	structField()
	before = heapKB()
	structPassed()
	before = heapKB()
	commaOkMap(map[int]three{1: {fresh(), 1, 2}})
	c := make(chan three, 1)
	before = heapKB()
	c <- three{fresh(), 1, 2}
	commaOkRecv(c)
	d := make(chan *node, 1)
	before = heapKB()
	d <- fresh()
	recvPtr(d)
	before = heapKB()
	d <- fresh()
	recvOne(d)
	before = heapKB()
	sent(d)
	before = heapKB()
	d <- fresh()
	sel(d, nil)
	before = heapKB()
	d <- fresh()
	selLoop(d, nil)
	before = heapKB()
	assertion()
	before = heapKB()
	typeSwitch()
	before = heapKB()
	seqs(all(2))
	before = heapKB()
	pulled(all(2))
	before = heapKB()
	deferred()
	before = heapKB()
	mapRange()
	before = heapKB()
	mapStored()
	before = heapKB()
	text()
	before = heapKB()
	swapped()
}
