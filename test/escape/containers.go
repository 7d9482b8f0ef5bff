// Pointers put into something: a slice, a map, a channel, a struct that is returned.
package main

type node struct {
	next *node
	v    int
}

func intoSlice() []*int {
	x := 1
	return []*int{&x}
}

func intoLocalSlice() int {
	x := 2
	s := []*int{&x}
	return *s[0]
}

func intoMap(m map[string]*int) {
	x := 3
	m["x"] = &x
}

func intoChannel(c chan *int) {
	x := 4
	c <- &x
}

func list(n int) *node {
	var head *node
	for i := range n {
		head = &node{head, i}
	}
	return head
}

func pair() int {
	b := node{nil, 5}
	a := node{&b, 6}
	return a.next.v
}

func main() {
	m := map[string]*int{}
	intoMap(m)
	c := make(chan *int, 1)
	intoChannel(c)
	println(*intoSlice()[0], intoLocalSlice(), *m["x"], *<-c, list(3).v, pair())
}
