// Everything at once, for as long as is wanted: goroutines that are started and end, channels, select,
// maps, panics that are recovered, deep recursion, timers, locks, pools, finalizers, while the heap is
// collected as fast as it goes. Each activity knows what its sums must be and checks them; the
// program is silent about what is right and ends with status 1 if anything was wrong.
//
//	soak [seconds]
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	stopAt time.Time
	wrong  int64
)

func check(ok bool, what string, args ...any) {
	if !ok && atomic.AddInt64(&wrong, 1) < 20 {
		println("wrong:", fmt.Sprintf(what, args...))
	}
}

// random numbers of one goroutine
type dice uint64

func (d *dice) roll(n int) int {
	*d ^= *d << 13
	*d ^= *d >> 7
	*d ^= *d << 17
	return int(uint64(*d) % uint64(n))
}

// --- goroutines that come and go ---

func spawn(d *dice) {
	n := 1 + d.roll(300)
	var sum int64
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		all.Add(1)
		kept := []int{i, i * i}
		go func(i int) {
			defer all.Done()
			if i%7 == 0 {
				runtime.Gosched()
			}
			if i%50 == 49 {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
			}
			atomic.AddInt64(&sum, int64(kept[1]-i*i+kept[0]))
			if i%31 == 30 {
				runtime.Goexit()
			}
		}(i)
	}
	all.Wait()
	check(sum == int64(n)*int64(n-1)/2, "spawn: %d of %d", sum, n)
}

// --- a line of goroutines, each of which passes on what it gets ---

func pipeline(d *dice) {
	type parcel struct {
		n    int
		text string
	}
	n, stages := 200, 2+d.roll(20)
	first := make(chan *parcel, d.roll(3))
	last := first
	for s := 0; s < stages; s++ {
		from, to := last, make(chan *parcel, d.roll(5))
		go func() {
			for p := range from {
				to <- &parcel{p.n + 1, p.text + "."}
			}
			close(to)
		}()
		last = to
	}
	go func() {
		for i := 0; i < n; i++ {
			first <- &parcel{i, strconv.Itoa(i)}
		}
		close(first)
	}()
	i := 0
	for p := range last {
		check(p.n == i+stages && p.text == strconv.Itoa(i)+strings.Repeat(".", stages), "pipeline: %v at %d", *p, i)
		i++
	}
	check(i == n, "pipeline: %d parcels", i)
}

// --- select ---

func selects(d *dice) {
	const each = 100
	in := [4]chan int{}
	for i := range in {
		in[i] = make(chan int, i)
		go func(c chan int, i int) {
			for k := 0; k < each; k++ {
				select {
				case c <- i*1000 + k:
				case <-time.After(10 * time.Second):
					check(false, "selects: nobody received for 10 s")
				}
			}
			close(c)
		}(in[i], i)
	}
	next := [4]int{}
	got := func(i, v int, ok bool) {
		if !ok {
			check(next[i] == each, "selects: %d closed after %d", i, next[i])
			in[i] = nil
			return
		}
		check(v == i*1000+next[i], "selects: %d from %d", v, i)
		next[i]++
	}
	for in[0] != nil || in[1] != nil || in[2] != nil || in[3] != nil {
		select {
		case v, ok := <-in[0]:
			got(0, v, ok)
		case v, ok := <-in[1]:
			got(1, v, ok)
		case v, ok := <-in[2]:
			got(2, v, ok)
		case v, ok := <-in[3]:
			got(3, v, ok)
		}
	}
	select {
	case <-in[0]:
		check(false, "selects: something from nil")
	default:
	}
}

// --- maps ---

func maps(d *dice) {
	byNumber, byName := map[int]*[3]int{}, map[string]int{}
	sum, n := 0, 200+d.roll(3000)
	for i := 0; i < n; i++ {
		k := d.roll(n)
		if old := byNumber[k]; old != nil {
			sum -= old[1]
		}
		if d.roll(3) == 0 {
			delete(byNumber, k)
			delete(byName, "k"+strconv.Itoa(k))
			continue
		}
		byNumber[k] = &[3]int{k, i, ^k}
		byName["k"+strconv.Itoa(k)] = i
		sum += i
	}
	check(len(byNumber) == len(byName), "maps: %d and %d", len(byNumber), len(byName))
	for k, v := range byNumber {
		check(v[0] == k && v[2] == ^k && byName["k"+strconv.Itoa(k)] == v[1], "maps: %d: %v", k, *v)
		sum -= v[1]
	}
	check(sum == 0, "maps: %d too much", sum)
	keys := make([]string, 0, len(byName))
	for k := range byName {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	check(sort.StringsAreSorted(keys), "maps: not sorted")
}

// --- panics ---

type trouble struct{ depth int }

func (t *trouble) Error() string { return "trouble at " + strconv.Itoa(t.depth) }

var nothing *[3]int

func fail(how, depth int, left *int) {
	*left++
	defer func() { *left-- }()
	if depth > 0 {
		pad := [4]int{depth, depth + 1, depth + 2, depth + 3}
		fail(how, depth-1, left)
		check(pad[3] == 0, "panics: fell through")
	}
	var m map[string]int
	var list []int
	zero := *left - *left
	switch how {
	case 0:
		panic(&trouble{*left})
	case 1:
		list[*left] = 1
	case 2:
		m["x"] = 1
	case 3:
		nothing[1]++
	case 4:
		println(1 / zero)
	case 5:
		var e any = how
		_ = e.(string)
	}
}

func panics(d *dice) {
	for i := 0; i < 30; i++ {
		how, depth, left := d.roll(6), d.roll(200), 0
		func() {
			defer func() {
				defer func() { check(recover() == "second", "panics: lost the second") }()
				r := recover()
				err, ok := r.(error)
				check(ok && left == 0, "panics: %v, %d left", r, left)
				var t *trouble
				check((how == 0) == errors.As(err, &t) && (how != 0 || t.depth == depth+1), "panics: %d is %v", how, err)
				panic("second")
			}()
			fail(how, depth, &left)
		}()
	}
}

// --- depth ---

func descend(n int, above *int) int {
	here := [6]int{n, n ^ 1, n ^ 2, n ^ 3, n ^ 4, n ^ 5}
	if n == 0 {
		runtime.Gosched()
		return *above
	}
	sum := descend(n-1, &here[n%6])
	check(here[n%6] == n^(n%6), "depth: frame %d is damaged", n)
	return sum + 1
}

func depths(d *dice) {
	n, top := 100<<d.roll(11), 5
	if n%2 == 0 {
		done := make(chan int)
		go func() { done <- descend(n, &top) }()
		check(<-done == n, "depth: %d", n)
		return
	}
	check(descend(n, &top) == n, "depth: %d", n)
}

// --- timers ---

func timers(d *dice) {
	var fired int64
	stopped, n := 0, 20
	all := make([]*time.Timer, n)
	for i := range all {
		all[i] = time.AfterFunc(time.Duration(d.roll(3000))*time.Microsecond, func() { atomic.AddInt64(&fired, 1) })
	}
	before := time.Now()
	tick := time.NewTicker(500 * time.Microsecond)
	for i := 0; i < 3; i++ {
		<-tick.C
	}
	tick.Stop()
	check(time.Since(before) >= 1000*time.Microsecond, "timers: three ticks too soon")
	for _, t := range all {
		if t.Stop() {
			stopped++
		}
	}
	for i := 0; i < 5000 && atomic.LoadInt64(&fired)+int64(stopped) < int64(n); i++ {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Millisecond)
	check(atomic.LoadInt64(&fired)+int64(stopped) == int64(n), "timers: %d fired, %d stopped, of %d", fired, stopped, n)
}

// --- locks ---

var (
	bank  [16]int
	guard sync.RWMutex
	queue = sync.NewCond(&sync.Mutex{})
	slots = 3
)

func locks(d *dice) {
	for i := 0; i < 200; i++ {
		if d.roll(4) > 0 {
			guard.RLock()
			sum := 0
			for _, v := range bank {
				sum += v
			}
			guard.RUnlock()
			check(sum == 0, "locks: the sum is %d", sum)
			continue
		}
		guard.Lock()
		a, b, n := d.roll(16), d.roll(16), d.roll(100)
		bank[a] += n
		bank[b] -= n
		guard.Unlock()
	}
	queue.L.Lock()
	for slots == 0 {
		queue.Wait()
	}
	slots--
	check(slots >= 0 && slots < 3, "locks: %d slots", slots)
	queue.L.Unlock()
	runtime.Gosched()
	queue.L.Lock()
	slots++
	queue.L.Unlock()
	queue.Signal()
}

// --- pools, strings, slices ---

var buffers = sync.Pool{New: func() any { return new([64]int) }}

func values(d *dice) {
	b := buffers.Get().(*[64]int)
	for i, v := range b {
		check(v == 0, "values: a buffer that is not clean: %d at %d", v, i)
		b[i] = i
	}
	list, text := []string(nil), ""
	for i := 0; i < 100; i++ {
		text += string(rune('a' + b[i%26]%26))
		list = append(list, text[i/2:])
	}
	for i, s := range list {
		check(len(s) == i+1-i/2 && s[0] == byte('a'+i/2%26), "values: %q at %d", s, i)
	}
	*b = [64]int{}
	buffers.Put(b)
}

// --- finalizers ---

var finalizable, finalized int64

func finalizers(d *dice) {
	type held struct {
		self, number int64
		next         *held
	}
	for i := 0; i < 50; i++ {
		n := atomic.AddInt64(&finalizable, 1)
		h := &held{self: n, number: ^n}
		runtime.SetFinalizer(h, func(h *held) {
			check(h.self == ^h.number, "finalizers: damaged %d", h.self)
			atomic.AddInt64(&finalized, 1)
		})
	}
}

// --- collection ---

func collect(d *dice) {
	switch d.roll(12) {
	case 0:
		debug.FreeOSMemory()
	case 1:
		runtime.GOMAXPROCS(1 + d.roll(4))
	case 2:
		var st runtime.MemStats
		runtime.ReadMemStats(&st)
		check(st.Mallocs >= st.Frees && st.HeapAlloc < 1<<31, "collect: %d made, %d freed, %d bytes", st.Mallocs, st.Frees, st.HeapAlloc)
	case 3:
		debug.SetGCPercent([]int{5, 20, 50, 100}[d.roll(4)])
	default:
		runtime.GC()
	}
}

func main() {
	seconds := 5.0
	if len(os.Args) > 1 {
		seconds, _ = strconv.ParseFloat(os.Args[1], 64)
	}
	debug.SetGCPercent(20)
	stopAt = time.Now().Add(time.Duration(seconds * float64(time.Second)))
	activities := []func(*dice){spawn, pipeline, selects, maps, panics, depths, timers, locks, locks, locks, values, finalizers, collect}
	rounds := make([]int64, len(activities))
	var all sync.WaitGroup
	for i := range activities {
		for k := 0; k < 2; k++ {
			all.Add(1)
			go func(i int, d dice) {
				defer all.Done()
				for time.Now().Before(stopAt) {
					activities[i](&d)
					atomic.AddInt64(&rounds[i], 1)
				}
			}(i, dice(i*2+k+1)*0x9E3779B97F4A7C15)
		}
	}
	all.Wait()
	for i := 0; i < 200 && atomic.LoadInt64(&finalized)*20 < finalizable*19; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	check(finalized*20 >= finalizable*19 && finalized <= finalizable, "finalizers: %d of %d ran", finalized, finalizable)
	check(runtime.NumGoroutine() < 10, "%d goroutines left", runtime.NumGoroutine())
	for i, n := range rounds {
		check(n > 0, "activity %d never finished a round", i)
	}
	println("soak:", fmt.Sprint(rounds), "rounds,", finalized, "finalised,", wrong, "wrong")
	if wrong != 0 {
		os.Exit(1)
	}
}
