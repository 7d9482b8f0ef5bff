// runtime.Stack shows every goroutine, whatever it does: running without calls, allocating, away in
// the system, parked for any reason.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

var sum int
var sink []byte

func spin() {
	for i := 0; ; i++ {
		sum += i
	}
}

func alloc() {
	for {
		sink = make([]byte, 100)
	}
}

type T struct{ c chan int }

func (t *T) wait()       { <-t.c }
func sleep()             { time.Sleep(time.Hour) }
func poll(r *os.File)    { r.Read(make([]byte, 1)) }
func away(fd int)        { syscall.Read(fd, make([]byte, 1)) }
func hold()              { runtime.LockOSThread(); select {} }
func lock(m *sync.Mutex) { m.Lock() }
func cond(c *sync.Cond)  { c.L.Lock(); c.Wait() }
func send(c chan int)    { c <- 1 }
func choose(c chan int) {
	select {
	case <-c:
	case c <- 1:
	}
}

// The part of a dump that tells of the goroutine in which fn is the first call in this file.
func part(dump, fn string) string {
	for _, g := range strings.Split(dump, "\n\n") {
		if strings.Contains(g, "\nmain."+fn+"(") {
			head, rest, _ := strings.Cut(g, "\n")
			_, state, _ := strings.Cut(head, " [")
			created := "main thread"
			if _, by, ok := strings.Cut(rest, "created by "); ok {
				created, _, _ = strings.Cut(by, "\n")
			}
			return "[" + state + " " + created
		}
	}
	return "missing"
}

func main() {
	runtime.GOMAXPROCS(4)
	r, w, _ := os.Pipe()
	defer w.Close()
	var fds [2]int
	syscall.Pipe(fds[:])
	var mu sync.Mutex
	mu.Lock()
	var wg sync.WaitGroup
	wg.Add(1)
	names := []string{"spin", "alloc", "(*T).wait", "sleep", "poll", "away", "hold", "lock", "cond", "send", "choose"}
	start := []func(){
		func() { go spin() }, func() { go alloc() }, func() { go (&T{make(chan int)}).wait() },
		func() { go sleep() }, func() { go poll(r) }, func() { go away(fds[0]) },
		func() { go hold() }, func() { go lock(&mu) },
		func() { go cond(sync.NewCond(&sync.Mutex{})) },
		func() { go send(make(chan int)) }, func() { go choose(make(chan int)) },
	}
	for _, f := range start {
		f()
	}
	running := map[string]bool{"spin": true, "alloc": true}
	buf := make([]byte, 1<<16)
	for _, name := range names {
		got := ""
		for { // until it has begun, or waits
			got = part(string(buf[:runtime.Stack(buf, true)]), name)
			if got != "missing" && (running[name] || !strings.Contains(got, "[run")) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if running[name] { // where it was stopped is a matter of chance; it may be about a collection
			_, created, _ := strings.Cut(got, "]")
			got = "[runnable]" + created
		}
		fmt.Println(name, got)
	}
	for i := 0; i < 200; i++ {
		s := string(buf[:runtime.Stack(buf, true)])
		if strings.Count(s, "\n\n") != len(names) {
			fmt.Println(s)
		}
	}
	s := string(buf[:runtime.Stack(buf, true)])
	fmt.Println(part(s, "main"), strings.Contains(s, "unavailable"), runtime.NumGoroutine())
}
