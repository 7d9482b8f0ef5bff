// Packages sync, sync/atomic, time, context: goroutines that share, wait and time out.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

type counter struct {
	mu sync.Mutex
	n  int
}

func main() {
	var wg sync.WaitGroup
	var c counter
	var a int64
	var u atomic.Uint32
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for j := 0; j < 1000; j++ {
				c.mu.Lock()
				c.n++
				c.mu.Unlock()
				atomic.AddInt64(&a, 2)
				u.Add(1)
				if j%100 == 0 {
					runtime.Gosched()
				}
			}
		}(i)
	}
	wg.Wait()
	fmt.Println(c.n, a, u.Load())

	var rw sync.RWMutex
	m := map[int]int{}
	for i := 0; i < 10; i++ {
		wg.Add(2)
		go func(i int) { defer wg.Done(); rw.Lock(); m[i] = i * i; rw.Unlock() }(i)
		go func() { defer wg.Done(); rw.RLock(); _ = len(m); rw.RUnlock() }()
	}
	wg.Wait()
	fmt.Println(len(m), m[9])

	var once sync.Once
	for i := 0; i < 3; i++ {
		once.Do(func() { fmt.Println("once") })
	}
	cond := sync.NewCond(&sync.Mutex{})
	ready, woken := false, 0
	for i := 0; i < 5; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			cond.L.Lock()
			for !ready {
				cond.Wait()
			}
			woken++
			cond.L.Unlock()
		}()
	}
	cond.L.Lock()
	ready = true
	cond.Broadcast()
	cond.L.Unlock()
	wg.Wait()
	fmt.Println(woken)

	pool := sync.Pool{New: func() any { return new([64]byte) }}
	for i := 0; i < 100; i++ {
		p := pool.Get().(*[64]byte)
		p[0] = 1
		pool.Put(p)
		if i%30 == 0 {
			runtime.GC()
		}
	}
	var sm sync.Map
	for i := 0; i < 100; i++ {
		sm.Store(i, i*2)
	}
	sm.Delete(5)
	v, ok := sm.Load(7)
	_, gone := sm.Load(5)
	n := 0
	sm.Range(func(k, v any) bool { n++; return true })
	fmt.Println(v, ok, gone, n)
	var val atomic.Value
	val.Store([]int{1, 2})
	fmt.Println(val.Load().([]int)[1])

	start := time.Now()
	time.Sleep(20 * time.Millisecond)
	el := time.Since(start)
	fmt.Println(el >= 20*time.Millisecond, el < 5*time.Second)
	select {
	case <-time.After(10 * time.Millisecond):
		fmt.Println("after")
	case <-time.After(10 * time.Second):
		fmt.Println("wrong")
	}
	t := time.NewTimer(time.Hour)
	fmt.Println(t.Stop(), t.Stop(), t.Reset(time.Millisecond))
	<-t.C
	tick := time.NewTicker(2 * time.Millisecond)
	for i := 0; i < 3; i++ {
		<-tick.C
	}
	tick.Stop()
	done := make(chan string)
	time.AfterFunc(time.Millisecond, func() { done <- "afterfunc" })
	fmt.Println(<-done)
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), "k", "v"), 5*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), ctx.Value("k"))

	d := time.Date(2024, time.February, 29, 13, 4, 5, 678000000, time.UTC)
	fmt.Println(d, d.Weekday(), d.YearDay(), d.Unix(), d.AddDate(1, 0, 0).Format(time.RFC1123), d.Add(36*time.Hour).Format("2006-01-02 15:04:05.000"))
	p, err := time.Parse(time.RFC3339, "2020-01-02T03:04:05+02:00")
	fmt.Println(p.UTC(), err, d.Sub(p), 90*time.Minute, time.Duration(1500)*time.Microsecond)
	_, err = time.Parse("2006", "x")
	fmt.Println(err)
	q, err := time.ParseDuration("1h15m30.5s")
	fmt.Println(q, err, q.Seconds(), d.Truncate(time.Hour).Equal(d), d.Before(p), d.IsZero())
	loc, err := time.LoadLocation("UTC")
	fmt.Println(loc, err, d.In(time.FixedZone("X", 3600)))
	defer fmt.Println("end")
	defer func() { fmt.Println("recovered:", recover()) }()
	var neg sync.WaitGroup
	neg.Done()
}
