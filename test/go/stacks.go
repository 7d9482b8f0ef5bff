package main

// runtime.Stack shows every goroutine.

import (
	"runtime"
	"strings"
)

//go:noinline
func waiter(c chan int) { <-c }

//go:noinline
func spinner(stop *bool) {
	for !*stop {
		runtime.Gosched()
	}
}

func main() {
	c := make(chan int)
	stop := false
	for i := 0; i < 3; i++ {
		go waiter(c)
	}
	go spinner(&stop)
	buf := make([]byte, 1<<16)
	for try := 1; ; try++ { // until the three have come to wait
		s := string(buf[:runtime.Stack(buf, true)])
		if strings.Count(s, "main.waiter(") == 3 && strings.Count(s, "[chan receive]:\n") == 3 &&
			strings.Count("\n"+s, "\ngoroutine ") == 5 && strings.HasPrefix(s, "goroutine 1 [running]:\n") {
			break
		}
		if try == 100000 {
			println(s)
			break
		}
		runtime.Gosched()
	}
	println(strings.Count(string(buf[:runtime.Stack(buf, false)]), "goroutine "))
	println(runtime.Stack(buf[:40], true))
	stop = true
	println("done")
}
