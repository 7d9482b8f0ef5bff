package main

// Slices, strings, maps.

type K struct {
	a int
	s string
}

func sum(xs ...int) (n int) {
	for _, x := range xs {
		n += x
	}
	return
}

func varargs(pre string, xs ...interface{}) int {
	if xs == nil {
		return -len(pre)
	}
	return len(xs)
}

func slices() {
	var s []int
	println(s == nil, len(s), cap(s), len(s[:]), s[:] == nil)
	prev := -1
	for i := 0; i < 2000; i++ {
		s = append(s, i)
		if cap(s) != prev {
			prev = cap(s)
			print(prev, " ")
		}
	}
	println()
	t := s[10:20:30]
	println(len(t), cap(t), t[0], t[9])
	t = append(t, -1)
	println(s[20], len(t), cap(t))
	t = t[:cap(t)]
	t[19] = 7
	println(s[29])
	t = append(t, 1, 2, 3)
	t[0] = -5
	println(s[10], len(t))
	println(copy(s, s[5:8]), s[0], s[1], s[2], s[3])
	println(copy(s[1:], s), s[1], s[2], s[3], s[4])
	b := []byte("hello")
	println(copy(b[1:], "ipp"), string(b))
	b = append(b, " world"...)
	b = append(b, '!')
	println(string(b), len(b))
	b = append(b[:0], b[6:]...)
	println(string(b))
	println(sum(), sum(1), sum(1, 2, 3), sum(s[:4]...), sum([]int{}...))
	println(varargs("ab"), varargs("a", 1, "x", nil), varargs("a", nil), varargs("", []interface{}{1, 2}...))
	e := make([]string, 2, 5)
	e = append(e, "x")
	println(len(e), cap(e), e[0] == "", e[2])
	em := []int{}
	println(em == nil, len(em))
	m := make([][]int, 3)
	for i := range m {
		m[i] = make([]int, i+1)
		for j := range m[i] {
			m[i][j] = i * j
		}
	}
	println(m[2][2], len(m[1]))
	m[1], m[2] = m[2], m[1]
	println(len(m[1]), len(m[2]))
	p := (*[3]int)(s[4:])
	p[0] = 99
	println(s[4], len(p))
	arr := [5]int{1, 2, 3, 4, 5}
	q := arr[1:3]
	q = append(q, 40)
	println(arr[3], cap(q), len(arr[:0]), len(arr[5:]))
	var nils []int
	nils = append(nils, nils...)
	println(nils == nil)
	grow := append([]byte(nil), make([]byte, 33)...)
	println(len(grow), cap(grow))
	g2 := append([]string{"a", "b", "c"}, "d")
	println(len(g2), cap(g2))
}

func strings() {
	s := "héllo, 世界"
	println(len(s), s[1], s[2:4] == "\xa9l", s[7:])
	r := []rune(s)
	println(len(r), string(r[7:]), string(r[1]), r[8])
	r[0] = 'H'
	println(string(r), string(rune(0x10ffff+1)) == "\ufffd", string(rune(-1)))
	b := []byte(s)
	b[0] = 'J'
	println(string(b), s)
	t := ""
	for i := 0; i < 5; i++ {
		t += string(rune('a'+i)) + "-"
	}
	println(t, t+s+t == t+(s+t), t < s, t > "a", t >= "a-b-c-d-e-", "a"+t[:2])
	x := "abc"
	y := x[:2] + x[2:]
	println(x == y, x != y, x <= y, len(x[3:]), x[1:1] == "")
	const c = "const\x00\n\"quoted\"\t'"
	println(len(c), c[5] == 0, c[6:])
	raw := `raw \n
string`
	println(len(raw), raw)
	n := 0
	for range s {
		n++
	}
	println(n)
	type my string
	var ms my = "my" + my(x)
	println(ms, string(ms[0]), len([]byte(ms)))
	switch string(b[:1]) {
	case "J":
		println("J")
	}
	mm := map[string]int{"Jé": 3}
	println(mm[string(b[:3])])
}

func maps() {
	m := map[string]int{"one": 1, "two": 2, "three": 3}
	v, ok := m["two"]
	w, ok2 := m["four"]
	println(v, ok, w, ok2, len(m))
	m["four"]++
	m["one"] += 10
	m["two"] <<= 3
	delete(m, "three")
	delete(m, "none")
	println(m["four"], m["one"], m["two"], len(m))
	sum := 0
	for k, v := range m {
		sum += v * len(k)
	}
	println(sum)
	for k := range m {
		delete(m, k)
	}
	println(len(m))
	km := map[K][]int{}
	km[K{1, "a"}] = append(km[K{1, "a"}], 1, 2)
	km[K{1, "a"}] = append(km[K{1, "a"}], 3)
	println(len(km[K{1, "a"}]), len(km[K{2, "a"}]))
	fm := map[float64]string{0: "zero", 1.5: "x"}
	nan := 0.0
	nan = nan / nan
	fm[nan] = "nan"
	fm[nan] = "nan2"
	_, ok = fm[nan]
	negz := 0.0
	negz = -negz
	println(len(fm), fm[negz], ok)
	im := map[interface{}]int{1: 1, "1": 2, 1.0: 3, K{1, "x"}: 4, [2]int{1, 2}: 5, nil: 6}
	println(im[1], im["1"], im[1.0], im[K{1, "x"}], im[[2]int{1, 2}], im[nil], im[int8(1)])
	big := map[int]int{}
	for i := 0; i < 10000; i++ {
		big[i*7] = i
	}
	for i := 0; i < 10000; i += 2 {
		delete(big, i*7)
	}
	n, t := 0, 0
	for k, v := range big {
		n++
		t += k - v*7
	}
	println(len(big), n, t)
	var nm map[int]bool
	println(len(nm), nm[1], nm == nil)
	for range nm {
		println("never")
	}
	pm := map[*int]string{}
	a, b := 1, 1
	pm[&a] = "a"
	pm[&b] = "b"
	println(pm[&a], pm[&b], len(pm))
	mm := map[string]map[string]int{"x": {"y": 1}}
	mm["x"]["z"] = 2
	println(len(mm["x"]), mm["q"]["r"])
	sm := map[string]K{"k": {1, "s"}}
	k := sm["k"]
	k.a = 5
	println(sm["k"].a, k.a, sm["none"].s == "")
	bm := map[bool]int8{true: 1}
	bm[false]--
	println(bm[true], bm[false])
	lm := map[[40]int]int{}
	var key [40]int
	key[39] = 4
	lm[key] = 8
	println(lm[key], lm[[40]int{}])
	vm := map[int][40]int{}
	vm[3] = key
	println(vm[3][39], vm[4][39])
	seen := map[int]bool{}
	grow := map[int]int{1: 1}
	for i := range grow {
		if i < 50 {
			grow[i+1] = i
		}
		seen[i] = true
	}
	println(seen[1], len(grow) >= 2)
	um := map[uint32]uint64{1 << 31: 1 << 63}
	um[7] |= 5
	println(um[1<<31], um[7])
	em := map[struct{}]int{{}: 3}
	em[struct{}{}]++
	println(em[struct{}{}], len(em))
}

func main() {
	slices()
	strings()
	maps()
}
