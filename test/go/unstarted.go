// The trace of a goroutine that has not run yet names the function that it begins with.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

type T struct{ a int }

func (t *T) run(c chan int) { c <- t.a }

func main() {
	runtime.GOMAXPROCS(1)
	c, t := make(chan int), &T{3}
	go t.run(c)
	go func() { c <- 2 }()
	b := make([]byte, 10000)
	text := string(b[:runtime.Stack(b, true)])
	for _, name := range []string{"main.main.gowrap1(", "main.main.func1("} {
		fmt.Println(strings.Count(text, name))
	}
	fmt.Println(<-c + <-c)
}
