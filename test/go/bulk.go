// Copying, growing, clearing and comparing much memory, while collections begin in the middle of it.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
)

type node struct {
	id   int
	next *node
}

type big struct {
	head *node
	a    [30000]int
	tail *node
}

const n = 60000

func fill(s []*node) {
	for i := range s {
		s[i] = &node{i, &node{id: ^i}}
	}
}

func check(what string, s []*node, from int) {
	for i, p := range s {
		if p == nil || p.id != from+i || p.next.id != ^p.id {
			fmt.Println(what, "wrong at", i)
			return
		}
	}
	fmt.Println(what, "ok")
}

//go:noinline
func byValue(b big) big {
	b.a[7]++
	return b
}

func main() {
	stop := make(chan bool)
	ended := make(chan bool)
	go func() {
		var garbage []*node
		for {
			select {
			case <-stop:
				close(ended)
				return
			default:
				garbage = make([]*node, 1000)
				fill(garbage)
				runtime.GC()
			}
		}
	}()

	s := make([]*node, n)
	fill(s)
	t := make([]*node, n)
	for round := 0; round < 5; round++ {
		copy(t, s)
		check("copy", t, 0)
		copy(t[:n-1], t[1:])
		check("down", t[:n-1], 1)
		copy(t, s)
		copy(t[1:], t[:n-1])
		check("up", t[1:], 0)
		g := append(s[:n:n], t[0])
		check("growth", g[:n], 0)
		clear := t[:]
		for i := range clear {
			clear[i] = nil
		}
		for i := range t {
			if t[i] != nil {
				fmt.Println("not cleared")
			}
		}
	}

	b := new(big)
	b.head, b.tail = s[1], s[2]
	c := new(big)
	for round := 0; round < 5; round++ {
		*c = byValue(*b)
		*b = *c
	}
	fmt.Println(b.head.id, b.tail.id, b.a[7], c.tail.next.id)

	m := map[int]*node{}
	for i := 0; i < 20000; i++ {
		m[i] = s[i]
	}
	for k := range m {
		delete(m, k)
	}
	fmt.Println(len(m))

	text := strings.Repeat("0123456789abcdeé", 20000)
	again := string([]byte(text))
	fmt.Println(text == again, string([]rune(text)) == text, text+"x" > text, strings.Count(text, "é"))
	fmt.Println(strings.Index(text+"needle", "needle"), bytes.IndexByte([]byte(text), 'z'), strings.IndexByte(text+"z", 'z'))
	long := map[string]int{text: 1}
	fmt.Println(long[again], long[again+"x"])
	close(stop)
	<-ended
}
