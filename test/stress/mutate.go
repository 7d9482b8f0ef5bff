// The idea of graph.h as a Go program: goroutines that change a graph of objects, each of which
// carries its number, a checksum and the numbers of those it leads to, in pointers, slices, maps,
// interfaces, closures, arrays and channels; and that check what they meet. Finalizers count what
// was collected.
//
//	mutate [seconds [goroutines]]
package main

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type node struct {
	id, check uint64
	next      *node
	nextID    uint64
	links     []link
	byID      map[uint64]*node
	any       any
	anyID     uint64
	inside    *uint64 // into the middle of another node
	call      func() uint64
	tiny      *byte
	name      string
	array     *[40]link
}

type link struct {
	to *node
	id uint64
}

type boxed struct {
	pad [3]uint64
	n   *node
}

func sum(id uint64) uint64 { return id*0x9E3779B97F4A7C15 ^ 0x5bd1e995 }

var (
	lastID, made, finalizers, finalized, damaged, steps uint64
	stopAt                                               time.Time
)

func damage(what string, id uint64) {
	if atomic.AddUint64(&damaged, 1) < 10 {
		println("damaged:", what, "of", id)
	}
}

func (n *node) intact(id uint64) bool {
	if n.id != id || n.check != sum(id) {
		damage("node", id)
		return false
	}
	return true
}

// A part of the graph with a lock of its own.
type part struct {
	sync.Mutex
	roots [64]*node
	live  map[uint64]*node
}

type worker struct {
	r    uint64
	mine *part
	out  chan *node
	in   chan *node
}

func (w *worker) pick(n int) int {
	w.r ^= w.r << 13
	w.r ^= w.r >> 7
	w.r ^= w.r << 17
	return int((w.r >> 33) % uint64(n))
}

func (w *worker) make() *node {
	id := atomic.AddUint64(&lastID, 1)
	n := &node{id: id, check: sum(id)}
	atomic.AddUint64(&made, 1)
	switch w.pick(6) {
	case 0:
		n.byID = map[uint64]*node{}
	case 1:
		n.name = "node " + strconv.FormatUint(id, 10)
	case 2:
		n.tiny = new(byte)
		*n.tiny = byte(id)
	case 3:
		n.array = new([40]link)
	case 4:
		n.call = func() uint64 { return id + uint64(len(n.links)) - uint64(len(n.links)) }
	}
	if w.pick(100) == 0 {
		w.finalizer(id)
	}
	return n
}

type leaf struct {
	id, check uint64
	far       *link
}

func (w *worker) finalizer(id uint64) {
	l := &leaf{id, sum(id), &link{nil, id}}
	atomic.AddUint64(&finalizers, 1)
	runtime.SetFinalizer(l, func(l *leaf) {
		if l.check != sum(l.id) || l.far.id != l.id {
			damage("finalised leaf", l.id)
		}
		atomic.AddUint64(&finalized, 1)
	})
}

func (n *node) verify() {
	if !n.intact(n.id) {
		return
	}
	if n.name != "" && n.name != "node "+strconv.FormatUint(n.id, 10) {
		damage("name", n.id)
	}
	if n.tiny != nil && *n.tiny != byte(n.id) {
		damage("byte", n.id)
	}
	if n.call != nil && n.call() != n.id {
		damage("closure", n.id)
	}
	if n.next != nil {
		n.next.intact(n.nextID)
	}
	switch v := n.any.(type) {
	case *node:
		v.intact(n.anyID)
	case boxed:
		v.n.intact(n.anyID)
	case uint64:
		if v != n.anyID {
			damage("boxed number", n.id)
		}
	}
	if n.inside != nil && *n.inside != sum(n.anyID) {
		damage("interior pointer", n.id)
	}
	for id, m := range n.byID {
		m.intact(id)
	}
	if k := len(n.links); k > 0 {
		l := n.links[n.id%uint64(k)]
		l.to.intact(l.id)
	}
}

// Some node below a root, verified on the way.
func (w *worker) somewhere() *node {
	n := w.mine.roots[w.pick(64)]
	for i := w.pick(20); n != nil && i > 0; i-- {
		n.verify()
		var m *node
		switch k := w.pick(4); {
		case k == 0 && len(n.links) > 0:
			m = n.links[w.pick(len(n.links))].to
		case k == 1 && n.array != nil:
			m = n.array[w.pick(40)].to
		default:
			m = n.next
		}
		if m == nil {
			break
		}
		n = m
	}
	return n
}

func (w *worker) step() {
	p := w.mine
	p.Lock()
	defer p.Unlock()
	a, b, n := w.somewhere(), w.somewhere(), w.make()
	if a != nil {
		n.next, n.nextID = a, a.id
	}
	switch w.pick(16) {
	case 0, 1, 2:
		p.roots[w.pick(64)] = n
	case 3:
		if b != nil { // appended while marking
			b.links = append(b.links, link{n, n.id})
			if len(b.links) > 500 {
				b.links = append([]link(nil), b.links[400:]...)
			}
		}
	case 4:
		if b != nil && b.byID != nil {
			b.byID[n.id] = n
			for id := range b.byID {
				if len(b.byID) > 60 {
					delete(b.byID, id)
				}
			}
		}
	case 5:
		if b != nil {
			b.any, b.anyID, b.inside = n, n.id, nil
		}
	case 6:
		if b != nil {
			b.any, b.anyID, b.inside = boxed{n: n}, n.id, nil
		}
	case 7:
		if b != nil { // the only way to n
			b.any, b.anyID, b.inside = nil, n.id, &n.check
		}
	case 8:
		if b != nil && b.array != nil {
			i := w.pick(40)
			b.array[i] = link{n, n.id}
			copy(b.array[w.pick(40):], b.array[i:])
		}
	case 9:
		if a != nil && len(a.links) > 4 {
			copy(a.links[1:], a.links[:len(a.links)-2])
		}
	case 10:
		select {
		case w.out <- w.make(): // its part of the graph is the receiver's
		default:
		}
	case 11:
		select {
		case m := <-w.in:
			m.verify()
			p.roots[w.pick(64)] = m
		default:
		}
	case 12:
		if w.pick(20) == 0 {
			p.roots[w.pick(64)] = nil
		}
	case 13:
		if b != nil {
			p.live[b.id%512] = b
		}
	default:
		if b != nil {
			b.next, b.nextID = n, n.id
		}
	}
}

func deep(n int, m *node) uint64 {
	var room [20]uint64
	room[n%20] = m.id
	if n == 0 {
		return m.id
	}
	return deep(n-1, m) + room[(n+1)%20]
}

func (w *worker) run(done *sync.WaitGroup) {
	defer done.Done()
	for time.Now().Before(stopAt) && atomic.LoadUint64(&damaged) == 0 {
		for i := 0; i < 200; i++ {
			w.step()
		}
		atomic.AddUint64(&steps, 200)
		if m := w.make(); deep(w.pick(3000), m) < m.id {
			damage("stack", m.id)
		}
		if w.pick(30) == 0 {
			runtime.GC()
		}
		w.mine.Lock()
		if len(w.mine.live) > 400 {
			w.mine.live = map[uint64]*node{}
			for i := range w.mine.roots {
				if i%2 == 0 {
					w.mine.roots[i] = nil
				}
			}
		}
		for id, n := range w.mine.live {
			if n.id%512 != id {
				damage("map", n.id)
			}
			n.verify()
		}
		w.mine.Unlock()
	}
	*w.mine = part{}
}

func argument(i, otherwise int) int {
	if len(os.Args) > i {
		if n, err := strconv.Atoi(os.Args[i]); err == nil {
			return n
		}
	}
	return otherwise
}

func mutate(seconds, goroutines int) {
	stopAt = time.Now().Add(time.Duration(seconds) * time.Second)
	var done sync.WaitGroup
	pipes := make([]chan *node, goroutines)
	for i := range pipes {
		pipes[i] = make(chan *node, 8)
	}
	for i := 0; i < goroutines; i++ {
		w := &worker{r: uint64(i)*77777 + 12345, mine: &part{live: map[uint64]*node{}}, out: pipes[i], in: pipes[(i+1)%goroutines]}
		done.Add(1)
		go w.run(&done)
	}
	done.Wait()
}

func main() {
	mutate(argument(1, 3), argument(2, 6))
	for i := 0; i < 4 || i < 50 && atomic.LoadUint64(&finalized) < finalizers; i++ {
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
	}
	var st runtime.MemStats
	runtime.ReadMemStats(&st)
	println(steps, "steps,", made, "nodes,", st.NumGC, "collections,", atomic.LoadUint64(&finalized), "of", finalizers, "finalised,", st.HeapObjects, "objects left")
	// A stale word on a stack may keep a node, and what it leads to.
	if atomic.LoadUint64(&finalized)*20 < finalizers*19 || st.HeapObjects > made/20+5000 {
		println("too much was not collected")
		os.Exit(1)
	}
	if damaged != 0 {
		os.Exit(1)
	}
}
