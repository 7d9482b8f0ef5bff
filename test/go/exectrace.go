package main

// An execution trace, taken apart: batches, tables, and what the events tell of goroutines and collections.

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
	"time"
)

// How many numbers follow the time of each event.
var arguments = [...]int{9: 2, 2, 0, 3, 2, 3, 1, 2, 0, 0, 2, 2, 3, 2, 0, 0, 3, 2, 0, 1, 2, 1, 1, 1, 2, 1, 1, 0, 1, 1, 1, 4, 2, 3, 3, 4, 2, 2, 3, 4}

const (
	evCreate, evStart, evDestroy, evBlock, evUnblock = 14, 16, 17, 20, 21
	evSTWBegin, evSTWEnd, evGCBegin, evGCEnd         = 26, 27, 29, 30
	evTaskBegin, evRegionBegin, evRegionEnd, evLog   = 40, 42, 43, 44
)

type event struct {
	kind byte
	time uint64
	args []uint64
}

type generation struct {
	events  map[uint64][]event // by threads
	strings map[uint64]string
	stacks  map[uint64][]uint64 // the functions' names
	clock   bool
}

func must(ok bool, what string, args ...any) {
	if !ok {
		fmt.Printf(what+"\n", args...)
		os.Exit(3)
	}
}

type reader struct{ b []byte }

func (r *reader) byte() byte {
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	must(n > 0, "no number")
	r.b = r.b[n:]
	return v
}

func (r *reader) take(n uint64) *reader {
	t := &reader{r.b[:n]}
	r.b = r.b[n:]
	return t
}

func (g *generation) batch(thread, time uint64, r *reader) {
	switch kind := r.b[0]; kind {
	case 2:
		r.byte()
		for len(r.b) > 0 {
			must(r.byte() == 3, "no stack")
			id := r.number()
			must(id > 0 && g.stacks[id] == nil, "stack %d twice", id)
			stack := []uint64{}
			for n := r.number(); n > 0; n-- {
				r.number()
				stack = append(stack, r.number())
				r.number()
				r.number()
			}
			g.stacks[id] = stack
		}
	case 4:
		r.byte()
		for len(r.b) > 0 {
			must(r.byte() == 5, "no string")
			id := r.number()
			g.strings[id] = string(r.take(r.number()).b)
		}
	case 50:
		g.clock = true
	default:
		for len(r.b) > 0 {
			e := event{kind: r.byte()}
			must(e.kind >= 9 && int(e.kind) < len(arguments), "event %d", e.kind)
			time += r.number()
			e.time = time
			for n := arguments[e.kind]; n > 0; n-- {
				e.args = append(e.args, r.number())
			}
			g.events[thread] = append(g.events[thread], e)
		}
	}
}

func parse(data []byte) (all []*generation) {
	must(string(data[:16]) == "go 1.26 trace\x00\x00\x00", "head")
	r := &reader{data[16:]}
	fresh := func() *generation {
		return &generation{map[uint64][]event{}, map[uint64]string{}, map[uint64][]uint64{}, false}
	}
	g, number := fresh(), uint64(0)
	for len(r.b) > 0 {
		if kind := r.byte(); kind == 52 {
			must(g.clock, "no clock")
			all, g, number = append(all, g), fresh(), 0
			continue
		} else {
			must(kind == 1, "batch of kind %d", kind)
		}
		n := r.number()
		must(number == 0 || n == number, "generations mixed")
		number = n
		thread, time := r.number(), r.number()
		g.batch(thread, time, r.take(r.number()))
	}
	must(number == 0, "the last generation has no end")
	return all
}

// Between these two, whatever a scheduler and a collector can do happens.
func work(ctx context.Context) {
	ctx, task := trace.NewTask(ctx, "a task")
	defer task.End()
	ch := make(chan int, 3)
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go consumer(ch, &group)
	}
	trace.WithRegion(ctx, "a region", func() {
		for i := range 400 {
			ch <- i
		}
		trace.Log(ctx, "key", strings.Repeat("long ", 400))
	})
	close(ch)
	group.Wait()
	runtime.GC()
}

type node struct {
	next *node
	data [200]byte
}

func consumer(ch chan int, group *sync.WaitGroup) {
	defer group.Done()
	var list *node
	for i := range ch {
		for range 100 {
			list = &node{next: list}
		}
		if i%16 == 0 {
			list = nil
			time.Sleep(100 * time.Microsecond)
		}
		if i%100 == 0 {
			exec.Command("/bin/true").Run() // forks, waits in the system
		}
	}
}

func numbers() (gcs uint32, pauses uint64) {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.NumGC, s.PauseTotalNs
}

func main() {
	runtime.GOMAXPROCS(3)
	var out, recorded bytes.Buffer
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	must(recorder.Start() == nil, "recorder")
	runtime.GC()
	gcs, pauses := numbers()
	must(trace.Start(&out) == nil, "Start")
	must(trace.Start(&out) != nil, "a second Start")
	for range 3 {
		work(context.Background())
		_, err := recorder.WriteTo(&recorded) // ends a generation
		must(err == nil, "WriteTo: %v", err)
	}
	runtime.GC()
	trace.Stop()
	recorder.Stop()
	gcs2, pauses2 := numbers()
	gcs, pauses = gcs2-gcs, pauses2-pauses

	all := parse(out.Bytes())
	fmt.Println("several generations:", len(all) > 3)
	count := map[byte]int{}
	var stopped, began uint64
	names := map[string]bool{}
	running := map[uint64]bool{}
	for _, g := range all {
		name := func(id uint64) string {
			s, ok := g.strings[id]
			must(ok, "no string %d", id)
			return s
		}
		for _, stack := range g.stacks {
			for _, f := range stack {
				names[name(f)] = true
			}
		}
		for _, events := range g.events {
			inGC := false
			for _, e := range events {
				count[e.kind]++
				switch e.kind {
				case evSTWBegin:
					inGC = strings.HasPrefix(name(e.args[0]), "GC ")
					began = e.time
				case evSTWEnd:
					if inGC {
						stopped += e.time - began
					}
				case evBlock:
					names["wait: "+name(e.args[0])] = true
					must(e.args[1] == 0 || g.stacks[e.args[1]] != nil, "no stack %d", e.args[1])
				case evRegionBegin, evRegionEnd:
					names["region: "+name(e.args[1])] = true
				case evLog:
					names["log: "+fmt.Sprint(len(name(e.args[2])))] = true
				case evCreate:
					must(!running[e.args[0]], "goroutine %d again", e.args[0])
					running[e.args[0]] = true
				}
			}
		}
	}
	if strings.Contains(os.Getenv("GODEBUG"), "gcstress") {
		gcs = uint32(count[evGCBegin]) // there are more before Start and after Stop
	}
	fmt.Println("collections:", count[evGCBegin] == int(gcs), count[evGCEnd] == int(gcs))
	if strings.Contains(os.Getenv("GODEBUG"), "gcstress") {
		pauses = stopped
	}
	fmt.Println("pauses:", stopped >= pauses*98/100 && stopped <= pauses*102/100)
	fmt.Println("tasks:", count[evTaskBegin], "regions:", count[evRegionBegin], count[evRegionEnd], "logs:", count[evLog])
	fmt.Println("started, blocked, unblocked, ended:", count[evStart] > 100, count[evBlock] > 100, count[evUnblock] > 100, count[evDestroy] >= 12)
	for _, want := range []string{"main.work", "main.work.func1", "main.consumer", "runtime/trace.WithRegion", "wait: chan receive", "wait: chan send",
		"wait: sleep", "wait: sync", "region: a region", "log: 1024"} {
		fmt.Println(want, names[want])
	}
	parse(recorded.Bytes()[:lastHead(recorded.Bytes())])
}

// Each WriteTo writes a trace of its own: where the second begins.
func lastHead(b []byte) int { return 1 + bytes.Index(b[1:], []byte("go 1.26 trace\x00")) }
