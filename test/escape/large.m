large.go:5:11: make([]int, 8192) does not escape
large.go:11:11: make([]int, 8193) escapes to heap
large.go:23:6: moved to heap: a
large.go:29:10: new([8193]int) escapes to heap
