package main

// Orders of evaluation that the language leaves open, as Go's compiler has them: what has an effect goes first, with
// len, slicing, && and the like in between; then variables, fields, elements, map entries, conversions are read.

type pair struct{ a, b int }

func (p pair) sum() int  { return p.a + p.b }
func (p *pair) inc() int { p.a++; return p.a }

func bump(p *int) int { *p += 10; return *p }

func show(xs ...interface{}) {
	for _, x := range xs {
		switch x := x.(type) {
		case int:
			print(x, " ")
		case bool:
			print(x, " ")
		case string:
			print(x, " ")
		case pair:
			print(x.a, "/", x.b, " ")
		case []int:
			for _, y := range x {
				print(y, ",")
			}
			print(" ")
		case map[string]int:
			print(x["a"], ",", x["b"], ",", x["c"], " ")
		}
	}
	println()
}

func three(a, b, c int) { println(a, b, c) }

var glob int

func results(p *int) (int, int, int) { return *p, bump(p), *p }

func main() {
	x := 1
	show(x, bump(&x), x)
	show([]int{x, bump(&x), x})
	three(x, bump(&x), x)
	println(x, bump(&x), x+bump(&x), bump(&x)+x)
	a, b, c := x, bump(&x), x
	println(a, b, c)
	show(map[string]int{"a": x, "b": bump(&x), "c": x})
	println(results(&x))
	x += bump(&x)
	println(x)

	p := &pair{1, 2}
	q := pair{1, 2}
	show(p.a, p.inc(), *p, q, q.inc(), q.sum())
	other := func() int { p = &pair{7, 8}; return 1 }
	show(p.a, other())
	m := map[int]int{1: 5}
	add := func() int { m[1]++; return m[1] }
	show(m[1], len(m), add(), m[1])
	m[1] += add()
	println(m[1])
	mp := map[pair]int{{1, 2}: 1, {3, 4}: 2}
	kq := pair{1, 2}
	next := func() int { defer println("next"); kq = pair{3, 4}; return 0 }
	show(mp[kq], next())

	s := []int{1, 2, 3, 4}
	grow := func() int { s = []int{9, 8}; return 1 }
	show(s, s[0], s[1:], len(s), grow(), s[0])
	s[grow()], s = 5, []int{6}
	println(s[0])
	t := []int{1, 2, 3, 4}
	println(t[1], copy(t, t[2:]))
	println(t[0], cap(append(t[:0], 77)) > 0, t[0])
	t[0], x = t[1], bump(&x)
	println(t[0])

	str := "abc"
	cut := func() int { str = "xyz"; return 1 }
	show(str, len(str), str[1:], cut(), str)
	by := []byte("abc")
	println(string(by), copy(by, "xyz"))
	f := by[0] == 'x'
	no := func() bool { defer println("no"); f = false; return true }
	show(f, f && len(by) == 3, f == true, no())

	var e interface{} = 3
	set := func() int { e = "four"; return 4 }
	show(e, e.(int), set(), e)
	g := p.inc
	show(p.a, g(), p.a)
	func() {
		defer three(x, bump(&x), x)
		x = 0
	}()
	ch := make(chan int, 1)
	ch <- x + bump(&x)
	println(<-ch, x)
	var arr [3]int
	i := 0
	arr[i%3], i = bump(&i), 2
	println(arr[1], i)
	i = 1
	arr[bump(&i)-10], arr[i-11] = 8, 9
	println(arr[0], arr[1])
	if x < bump(&x) {
		println("read first")
	}
}
