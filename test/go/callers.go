package main

import (
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
)

// What a program sees of its own calls while a panic makes deferred ones.

func failing(n int) { panic(n) }

func deferring() {
	defer func() {
		for i := 0; i < 5; i++ {
			pc, _, line, ok := runtime.Caller(i)
			name := runtime.FuncForPC(pc).Name()
			if name == "runtime.gopanic" {
				line = 0 // a line of the runtime
			}
			println(i, name, line, ok)
		}
		for _, l := range strings.Split(string(debug.Stack()), "\n") {
			if strings.HasPrefix(l, "main.main") || strings.HasPrefix(l, "panic") {
				println(strings.HasPrefix(l, "panic("), l == "main.main()")
			}
		}
		println(recover().(int))
	}()
	failing(3)
}

func main() {
	deferring()
	buf := make([]byte, 1000)
	println(strings.Contains(string(buf[:runtime.Stack(buf, false)]), "\nmain.main()\n\t"))
	pc, _, _, _ := runtime.Caller(0)
	println(runtime.FuncForPC(pc) == runtime.FuncForPC(reflect.ValueOf(main).Pointer()), runtime.FuncForPC(1) == nil)
}
