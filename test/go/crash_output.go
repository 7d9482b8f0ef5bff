// exit 2

// What a program says when it dies goes to debug.SetCrashOutput's file as well, what it prints before does not.
package main

import (
	"os"
	"runtime/debug"
	"strings"
)

func main() {
	if len(os.Args) == 1 && os.Getenv("CRASH_CHILD") == "" {
		parent()
		return
	}
	f, err := os.OpenFile(os.Getenv("CRASH_CHILD"), os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		panic(err)
	}
	f.Close()
	println("before")
	panic("the end")
}

func parent() {
	f, err := os.CreateTemp("", "crash")
	if err != nil {
		panic(err)
	}
	defer os.Remove(f.Name())
	null, _ := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	p, err := os.StartProcess("/proc/self/exe", os.Args, &os.ProcAttr{
		Env:   append(os.Environ(), "CRASH_CHILD="+f.Name()),
		Files: []*os.File{null, null, null},
	})
	if err != nil {
		panic(err)
	}
	state, _ := p.Wait()
	b, _ := os.ReadFile(f.Name())
	text := string(b)
	println(strings.HasPrefix(text, "panic: the end\n\ngoroutine 1 [running]:\nmain.main()"), strings.Contains(text, "before"))
	os.Remove(f.Name())
	os.Exit(state.ExitCode())
}
