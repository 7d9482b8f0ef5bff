package main

// The least int32 stays an int32 in C; a struct literal keeps the fields that stand beside one without size.

type void struct{}

type mixed struct {
	p     *int
	none  [0][]float64
	n     int
	empty void
	s     string
}

func main() {
	n := int32(len("abc"))
	switch -2147483648 * n {
	case -2147483648:
		println("wraps")
	default:
		println("is wide")
	}
	println(int64(-2147483648*n) < 0, -2147483648-n, (-2147483648-n)/2)
	x := 5
	m := mixed{n: x, none: [0][]float64{}, s: "s", empty: void{}}
	println(m.n, m.s, m.p == nil)
	k := []mixed{{n: 7, none: [0][]float64{}}, {s: "t", n: 8, empty: void{}}}
	println(k[0].n, k[1].n, k[1].s)
}
