package main

// Control flow: switch, goto, labels, loops.

func classify(x int) string {
	switch {
	case x < 0:
		return "negative"
	case x == 0:
		return "zero"
	case x < 10:
		return "small"
	}
	return "large"
}

func fall(x int) (s string) {
	switch x {
	case 1:
		s += "one "
		fallthrough
	case 2:
		s += "two "
		fallthrough
	default:
		s += "default "
	case 3:
		s += "three "
	case 4, 5, 6:
		s += "many "
		if x == 5 {
			break
		}
		s += "not five "
	}
	return s
}

func strs(s string) int {
	switch s {
	case "a", "b":
		return 1
	case "hello":
		return 2
	case "":
		return 3
	default:
		return 4
	}
}

func chain(v interface{}, f float64) (n int) {
	switch v {
	case 1, "one":
		n = 1
		fallthrough
	case f:
		n += 10
	case nil:
		n = 5
	case struct{ a int }{3}:
		n = 6
	}
	return
}

type S struct{ a int }

func (s S) String() string { return "S" }

type Stringer interface{ String() string }

func types(x interface{}) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int:
		return "int " + string(rune('0'+v))
	case string, []byte:
		_ = v
		return "stringish"
	case error:
		return "error " + v.Error()
	case Stringer:
		return "stringer " + v.String()
	case func() int:
		return "func " + string(rune('0'+v()))
	case *int:
		*v = 9
		return "ptr"
	case [2]int:
		return "array " + string(rune('0'+v[1]))
	case map[string]int:
		return "map"
	default:
		return "other"
	}
}

func labels() (s string) {
outer:
	for i := 0; i < 4; i++ {
		for j := 0; ; j++ {
			switch {
			case j == 2:
				continue outer
			case i == 3:
				break outer
			case i == 1:
				break
			default:
				s += string(rune('0'+i)) + string(rune('a'+j)) + " "
			}
		}
	}
sw:
	switch s {
	default:
		for {
			s += "."
			if len(s) > 15 {
				break sw
			}
		}
	}
	if len(s) > 3 {
		goto end
	}
	s = "no"
end:
	return
}

func gotos(n int) (sum int) {
	i := 0
loop:
	if i < n {
		sum += i
		i++
		goto loop
	}
	if sum > 100 {
		goto done
	}
	sum *= 2
done:
	return sum
}

func collatz(n int) (steps int) {
	for n != 1 {
		steps++
		if n%2 == 0 {
			n /= 2
			continue
		}
		n = 3*n + 1
	}
	return
}

func ints(x uint8) int {
	switch x {
	case 0:
		return 1
	case 255:
		return 2
	case 'a':
		return 3
	}
	return 4
}

type MyErr string

func (e MyErr) Error() string { return string(e) }

func loops() {
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		print(i, j, " ")
	}
	println()
	k := 0
	for k < 3 {
		k++
	}
	for {
		k++
		if k > 5 {
			break
		}
	}
	println(k)
	for range [3]struct{}{} {
		k++
	}
	for i := range "añ日" {
		k += i
	}
	println(k)
	for i, r := range "a\xffñ日\xe6\x97" {
		print(i, ":", r, " ")
	}
	println()
	var key, val int
	for key, val = range []int{4, 5, 6} {
	}
	println(key, val)
	s := []int{1, 2, 3}
	for i, v := range s {
		if i == 0 {
			s = append(s, 4)
			s[1] = 20
		}
		print(v, " ")
	}
	println(len(s))
	for i := range s {
		s = s[:2]
		print(i, " ")
	}
	println(len(s))
	var nilp *[5]int
	n := 0
	for i := range nilp {
		n += i
	}
	println(n, len(nilp))
	c := make(chan int, 3)
	c <- 1
	c <- 2
	close(c)
	for v := range c {
		print(v, " ")
	}
	println()
	for i := 10; i > 0; i -= 3 {
		if i == 4 {
			continue
		}
		print(i, " ")
	}
	println()
}

func main() {
	println(classify(-1), classify(0), classify(5), classify(50))
	for i := 0; i < 8; i++ {
		println(fall(i))
	}
	println(strs("a"), strs("hello"), strs(""), strs("x"))
	println(chain(1, 0), chain("one", 0), chain(2.5, 2.5), chain(nil, 0), chain(struct{ a int }{3}, 0), chain(int8(1), 0))
	n := 1
	for _, v := range []interface{}{nil, 3, "x", []byte("y"), MyErr("bad"), S{1}, &S{2}, func() int { return n + 4 }, &n, [2]int{1, 2}, map[string]int{}, 1.5} {
		println(types(v))
	}
	println(n)
	println(labels())
	println(gotos(10), gotos(30))
	println(collatz(27))
	println(ints(0), ints(255), ints('a'), ints(7))
	loops()
	switch x := n; x {
	case 9:
		println("nine")
	}
	switch y := interface{}(n).(type) {
	case int:
		println(y + 1)
	}
	if a, b := n, n+1; a > b {
		println("no")
	} else if c := a + b; c > 100 {
		println("no")
	} else if d := c * 2; d > 1 {
		println(a, b, c, d)
	}
	switch {
	}
	switch f := func() int { n++; return n }; f() {
	case 11:
		println("eleven")
	case 10:
		println("ten", n)
	}
}

func continues() (s string) {
outer:
	for _, r := range "abc" {
		for i := range []int{1, 2, 3} {
			for {
				if i == 1 && r == 'b' {
					continue outer
				}
				break
			}
			s += string(r)
		}
	}
maps:
	for k := range map[string]int{"k": 1} {
		for i := 0; i < 3; i++ {
			s += k
			continue maps
		}
	}
	return
}

func init() { println(continues()) }
