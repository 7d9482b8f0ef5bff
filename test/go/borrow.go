package main

import "runtime"

// Conversions that copy nothing, append of made elements without the temporary, and loops that only clear.

type key struct {
	s string
	n int
}

func mallocs(f func()) uint64 {
	var a, b runtime.MemStats
	runtime.ReadMemStats(&a)
	f()
	runtime.ReadMemStats(&b)
	return b.Mallocs - a.Mallocs
}

func allocated(f func()) uint64 {
	var a, b runtime.MemStats
	runtime.ReadMemStats(&a)
	f()
	runtime.ReadMemStats(&b)
	return b.TotalAlloc - a.TotalAlloc
}

type holder struct {
	b  []byte
	ps []*int
	in struct{ a [4]string }
}

func (h *holder) reset() {
	for i := range h.b {
		h.b[i] = 0
	}
	for i := range h.ps {
		h.ps[i] = nil
	}
	for i := range h.in.a {
		h.in.a[i] = ""
	}
}

var global = []int{1, 2, 3}
var sink []byte
var psink []*int

func main() {
	long := []byte("a key of more than thirty-two bytes, so that a copy would be on the heap")
	text := string(long)
	m := map[string]int{text: 1}
	mk := map[key]int{{text, 1}: 2}
	n := 0
	println(mallocs(func() {
		for i := 0; i < 100; i++ {
			n += m[string(long)] + mk[key{string(long), 1}]
			if v, ok := m[string(long)]; ok && string(long) == text && text >= string(long) {
				n += v
			}
			switch string(long) {
			case "a key of more than thirty-two bytes, so that a copy would be on the heap":
				n++
			case "":
				n = -1000
			}
			for _, c := range []byte(text) {
				n += int(c & 1)
			}
			n += m["x"+string(long[:3])]
		}
	}) < 20, n)

	// The borrowed key is not kept, and the sum of strings is its own.
	b := []byte("abc")
	m[string(b)] = 5
	m[string(b)]++
	s := "x" + string(b)
	t := string(b) + ""
	b[0] = 'z'
	println(m["abc"], m["zbc"], s, t, len(m))

	const size = 1 << 20
	println(allocated(func() { sink = append([]byte(nil), make([]byte, size)...) }) < size*3/2)
	println(allocated(func() { sink = append(sink[:10:10], make([]byte, size)...) }) < size*3/2)
	println(allocated(func() { psink = append(psink, make([]*int, size/8)...) }) < size*3/2)
	sink = append(sink[:0], 1, 2, 3, 4, 5)
	sink = append(sink[:2], make([]byte, 2)...)
	println(len(sink), sink[1], sink[2], sink[3], sink[:5][4])
	psink = append(psink[:0], &n, &n, &n)
	psink = append(psink[:1], make([]*int, len(b)-1)...)
	println(psink[0] == &n, psink[1] == nil, psink[2] == nil)
	func() {
		defer func() { println(recover().(error).Error()) }()
		n = -1
		sink = append(sink, make([]byte, n)...)
	}()

	h := &holder{b: []byte{1, 2}, ps: []*int{&n, &n}}
	h.in.a = [4]string{"a", "b", "c", "d"}
	h.reset()
	println(h.b[0], h.b[1], h.ps[0] == nil, h.ps[1] == nil, h.in.a[0] == "" && h.in.a[3] == "")
	local := global
	for i := range global {
		global[i] = 0
	}
	func() {
		for i := range local {
			local[i] += i
		}
		for i := range local {
			local[i] = 0
		}
	}()
	arr := [3]float64{1, 2, 3}
	p := &arr
	for i := range p {
		p[i] = 0
	}
	println(global[0], local[2], arr[0] == 0, arr[2] == 0)
	var es = []interface{}{1, "a"}
	for i := range es {
		es[i] = 0
	}
	println(es[0] == 0, es[1] == 0)
}
