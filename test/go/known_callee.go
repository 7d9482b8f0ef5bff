package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Functions that are handed to functions which are inlined: the calls are those of what was handed over.

//go:noinline
func double(x int) int { return 2 * x }

//go:noinline
func fails(x int) int { panic(fmt.Sprint("called with ", x)) }

func apply(f func(int) int, x int) int { return f(x) }

func twice(f func(int) int, x int) int {
	g := f
	return g(g(x))
}

func reassigned(f func(int) int, x int) int {
	if x > 1 {
		f = double
	}
	return f(x)
}

func nothing(f func(int) int) (r any) {
	defer func() { r = recover() }()
	return f(1)
}

type op func(int) int

func named(o op, x int) int { return o(x) }

func first[T any](f func(T) T, x T) T { return f(x) }

//go:noinline
func same[T any](x T) T { return x }

type T struct{ n int }

//go:noinline
func (t T) add(x int) int { return t.n + x }

func text(f func(int) string, x int) string { return f(x) }

func upper(f func(string) string, s string) string { return f(s) }

func main() {
	fmt.Println(apply(double, 3), twice(double, 3), reassigned(fails, 5), named(double, 4))
	fmt.Println(first(double, 5), first(same, 6), first(same[string], "s"), apply(T{7}.add, 8))
	fmt.Println(text(strconv.Itoa, 9), upper(strings.ToUpper, "up"), nothing(nil), nothing(fails))

	// A file that is read into a local array: the array stays on the stack.
	f, err := os.Open("/dev/zero")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	var buf [64]byte
	n, err := f.Read(buf[:])
	fmt.Println(n, err)
}
