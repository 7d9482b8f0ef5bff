package main

// Value semantics of structs and arrays; assignment; addressing; comparison.

type P struct{ x, y int }
type Q struct {
	P
	name string
	arr  [3]P
	in   interface{}
}
type R struct {
	*P
	*Q2
	z int
}
type Q2 struct{ deep struct{ v [2]int } }
type E struct{}
type Rec struct {
	next *Rec
	kids []Rec
	m    map[string]Rec
	f    func(Rec) *Rec
}

func modify(a [3]int, p P, s []int) { a[0] = 100; p.x = 100; s[0] = 100 }
func mkP(x int) P                     { return P{x, x + 1} }
func mkA() [3]int                     { return [3]int{7, 8, 9} }
func swap(a, b *P)                    { *a, *b = *b, *a }

var g = Q{P{1, 2}, "g", [3]P{{3, 4}, {5, 6}}, 5}
var ga = [...]string{2: "two", 0: "zero", 4: "four"}
var gp = &g.arr[1]
var table = []struct {
	k string
	v int
	f func(int) int
}{{"a", 1, nil}, {"b", 2, double}, {k: "c"}}

func double(x int) int { return 2 * x }

func main() {
	a := [3]int{1, 2, 3}
	b := a
	b[0] = 9
	p := P{1, 2}
	q := p
	q.x = 9
	s := a[:]
	modify(a, p, b[:])
	println(a[0], b[0], p.x, q.x, s[0], a == [3]int{1, 2, 3}, a != b)
	s[1] = 55
	println(a[1])
	println(mkP(3).y, mkA()[2], len(mkA()), mkP(1) == P{1, 2})
	g2 := g
	g2.arr[1].x = 50
	gp.y = 60
	println(g.arr[1].x, g.arr[1].y, g2.arr[1].x, g2.arr[1].y, g2.x, g2.P.y, g2 == g, g == g)
	g2 = g
	println(g2 == g)
	g2.in = "s"
	println(g2 == g)
	println(len(ga), ga[2], ga[1] == "", ga[4])
	println(table[1].f(21), table[2].v, table[0].f == nil)

	x, y := P{1, 1}, P{2, 2}
	swap(&x, &y)
	println(x.x, y.x)
	x, y = y, x
	println(x.x, y.x)
	x.x, x.y = x.y+10, x.x+20
	println(x.x, x.y)
	a[0], a[1], a[2] = a[2], a[0], a[1]
	println(a[0], a[1], a[2])
	a = [3]int{a[2], a[1], a[0]}
	println(a[0], a[1], a[2])
	i := 0
	i, a[i] = 2, 77
	a[i], i = 88, 1
	println(a[0], a[2], i)

	r := R{&P{1, 2}, &Q2{}, 3}
	r.x = 10
	r.deep.v[1] = 5
	r2 := r
	r2.y = 20
	r2.deep.v[0]++
	println(r.x, r.y, r.deep.v[0], r.deep.v[1], r2 == r)
	rp := &r
	rp.x++
	(*rp).P.x++
	pp := &rp
	(*pp).x++
	println(r.x, (**pp).z)
	px := &r.P.x
	*px *= 2
	println(r.x)

	e, e2 := E{}, E{}
	println(e == e2, [0]int{} == [0]int{}, len([0]int{}))
	var ee []E
	ee = append(ee, e, e2)
	println(len(ee))
	es := struct {
		a int
		e E
	}{1, e}
	println(es.a, es.e == e)

	rec := Rec{kids: []Rec{{}, {next: &Rec{}}}, m: map[string]Rec{"a": {}}}
	rec.f = func(r Rec) *Rec { return r.kids[1].next }
	println(rec.f(rec) == rec.kids[1].next, len(rec.m))
	rec.kids[0].next = &rec
	println(rec.kids[0].next.kids[1].next != nil)

	mat := [3][4]int{{1, 2}, {3}}
	row := mat[0]
	row[0] = 100
	mat[2] = row
	m2 := &mat
	m2[1][3] = 7
	sum := 0
	for _, r := range mat {
		for j, v := range r {
			sum += v * (j + 1)
		}
	}
	println(sum, mat[0][0], len(m2), len(m2[0]), cap(m2[0][1:3]))
	for i := range mat {
		mat[i][0] = i
	}
	for i, r := range mat {
		mat[2][1] = 1000
		if i == 2 {
			println(r[0], r[1])
		}
	}
	for i, r := range &mat {
		mat[2][1] = 2000
		if i == 2 {
			println(r[0], r[1])
		}
	}
	anon := struct{ x, y int }{3, 4}
	p = anon
	anon = P(q)
	println(p.x, anon.x)
	type L struct{ x, y int }
	l := L(p)
	lp := (*P)(&l)
	lp.x = 1234
	println(l.x, l.y)
	ptrs := []*P{{1, 2}, {3, 4}}
	mp := map[P]string{{1, 2}: "a", {3, 4}: "b"}
	println(ptrs[1].y, mp[*ptrs[1]], mp[P{1, 2}], len(mp[P{}]))
	ma := map[[2]string]int{{"a", "b"}: 1}
	ma[[2]string{"a", "b"}] += 5
	println(ma[[2]string{"a", "b"}])
	var iface interface{} = p
	p.x = 0
	println(iface.(P).x, iface == P{3, 4}, iface != nil)
	v := new(int)
	*v += 3
	w := *v
	*v = 4
	println(w, *v)
	const c = len(a) + cap([5]int{}) + len("abc")
	println(c)
	var big [1000]int
	for i := range big {
		big[i] = i
	}
	cp := big
	big[999] = 0
	println(cp[999], big[999], cp == big)
}
