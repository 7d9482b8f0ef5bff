package main

import "unsafe"

func text(p *int, n int) (s string) {
	defer func() { s = recover().(error).Error() }()
	println(len(unsafe.Slice(p, n)))
	return
}

func main() {
	x := 1
	println(text(nil, 3))
	println(text(&x, -1))
	println(text(&x, 1<<62))
	println(len(unsafe.Slice((*int)(nil), 0)), len(unsafe.Slice(&x, 1)))
}
