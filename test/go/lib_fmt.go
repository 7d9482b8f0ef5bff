// Package fmt: every verb, values of every kind, interfaces that it looks for, scanning.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

type point struct{ X, Y int }
type named struct {
	Name string
	Tags []string
	In   map[string]point
	P    *point
	F    func()
	any
}
type stringer int

func (s stringer) String() string { return fmt.Sprintf("stringer(%d)", int(s)) }

type formatter struct{}

func (formatter) Format(f fmt.State, c rune) {
	w, wok := f.Width()
	p, pok := f.Precision()
	fmt.Fprintf(f, "[%c %d %t %d %t %t]", c, w, wok, p, pok, f.Flag('+'))
}

type goer struct{}

func (goer) GoString() string { return "goer!" }

type failing struct{}

func (failing) String() string { panic("no string") }

func main() {
	fmt.Println("a", 1, 2, "b", "c", 3.5, nil, true, 'x', 1+2i, []byte("hi"), [3]bool{true})
	fmt.Printf("%d %5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U|%#U\n",
		7, 42, 42, 42, 42, 42, 255, 255, 255, 8, 8, 8, 5, 'A', 'A', 'A', 0x1F600)
	fmt.Printf("%e|%E|%f|%F|%g|%G|%8.3f|%-8.2f|%+.1e|%08.3f|%x|%b\n",
		12345.678, 12345.678, 1.5, 1.5, 1e-10, 1e21, 3.14159, 2.0, 12345.0, -3.14159, 1.0, 1.0)
	fmt.Printf("%s|%q|%x|%X|% x|%#q|%10s|%-10s|%.2s|%+q\n", "go", "a\tb", "hex", "hex", "hex", "raw", "right", "left", "cut", "ü")
	fmt.Printf("%t|%v|%p|%v\n", true, false, nil, nil)
	fmt.Printf("%v|%+v|%#v|%T\n", point{1, 2}, point{1, 2}, point{1, 2}, point{1, 2})
	n := named{"n", []string{"x", "y"}, map[string]point{"b": {3, 4}, "a": {1, 2}}, &point{5, 6}, nil, 17}
	n.P = nil
	fmt.Printf("%v\n%+v\n", n, n)
	fmt.Printf("%#v\n", n)
	fmt.Printf("%v %d %s %x\n", stringer(3), stringer(3), stringer(3), stringer(3))
	fmt.Printf("%v|%+8.3z\n", formatter{}, formatter{})
	fmt.Printf("%#v %v %v\n", goer{}, goer{}, &point{7, 8})
	fmt.Printf("%s\n", failing{})
	fmt.Printf("%d %s\n", "str", 5)
	fmt.Printf("%d\n", 1, 2)
	fmt.Printf("%d %d\n", 1)
	fmt.Printf("%[2]d %[1]d %[3]*.[2]*[1]f|\n", 1, 2, 3)
	fmt.Printf("%!|%z|%", 1)
	fmt.Println()
	fmt.Printf("%v %v %v\n", map[int]string{3: "c", 1: "a", 2: "b"}, map[point]int{{2, 1}: 1, {1, 2}: 2}, map[any]int{3: 1, 2: 2, 1: 3})
	fmt.Printf("%v %v\n", []any{1, "a", nil, 2.5}, [][]int{{1}, {2, 3}, nil})
	fmt.Printf("%6.2f|%v|%+v\n", []float64{1, 2.345}, struct{ a, b any }{1, "x"}, struct{ E error }{errors.New("bad")})
	fmt.Printf("%x %X %s %q\n", []byte("abc"), [3]byte{1, 2, 255}, []string{"a", "b"}, []string{"a", "b"})
	fmt.Printf("%08b|%-8q|%#v|%#v|%#v|%#v\n", 5, 'x', "s", []int{1}, map[string]bool{"k": true}, uint8(3))
	fmt.Printf("%v %v %v %v\n", int8(-5), uint64(1<<63), uintptr(10), complex64(1-1i))
	fmt.Printf("%t %v\n", "x", struct{}{})
	err := fmt.Errorf("outer %d: %w", 1, os.ErrNotExist)
	fmt.Println(err, errors.Is(err, os.ErrNotExist), errors.Unwrap(err) == os.ErrNotExist)
	fmt.Fprintln(os.Stdout, fmt.Sprint("a", "b", 1, 2, "c"), fmt.Sprintln("x", 1) == "x 1\n")

	var a, b int
	var s, u string
	var f float64
	var r rune
	c, e := fmt.Sscanf("10-abc 2.5 z", "%d-%s %g %c", &a, &s, &f, &r)
	fmt.Println(c, e, a, s, f, string(r))
	c, e = fmt.Sscan("7 8 word", &a, &b, &u)
	fmt.Println(c, e, a, b, u)
	c, e = fmt.Sscanf("ff 0x1f 077", "%x %v %o", &a, &b, &r)
	fmt.Println(c, e, a, b, r)
	c, e = fmt.Fscanln(strings.NewReader("1 x\n2"), &a, &s)
	fmt.Println(c, e, a, s)
	_, e = fmt.Sscan("word", &a)
	fmt.Println(e)
}
