unknown.go:5:11: make([]int, n) does not escape
unknown.go:12:11: make([]int, 10) does not escape
unknown.go:18:11: make([]int, 0, n) does not escape
unknown.go:20:13: append does not escape
unknown.go:26:13: make([]int, n) escapes to heap
