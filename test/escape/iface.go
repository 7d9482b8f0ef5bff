// A value in an interface: called through it, kept in it, printed by fmt.
package main

import "fmt"

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int { return s.side * s.side }

var kept shape

func ask(s shape) int { return s.area() }

func keep(s shape) { kept = s }

type user struct{ Name string }

func main() {
	println(square{3}.area())
	println(ask(square{4}))
	keep(square{5})
	println(kept.area())
	u := &user{"Ann"}
	fmt.Println(u.Name)
	n := 42
	n++
	fmt.Println(n)
}
