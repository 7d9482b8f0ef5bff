closure.go:5:2: moved to heap: n
closure.go:6:9: func literal escapes to heap
closure.go:12:10: xs does not escape
closure.go:14:9: func literal does not escape
closure.go:21:17: leaking param: done
closure.go:22:2: moved to heap: x
closure.go:23:5: func literal escapes to heap
closure.go:34:27: []int{...} does not escape
