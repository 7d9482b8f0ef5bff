// testing/synctest: a bubble's clock, what blocks in it, what its timers do, and what is said of one that is stuck.
package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func clock(t *testing.T) {
	fmt.Println(time.Now().UTC())
	start := time.Now()
	var order []string
	for i := range 3 {
		go func() {
			time.Sleep(time.Duration(3-i) * time.Hour)
			order = append(order, fmt.Sprint(i, " ", time.Since(start)))
		}()
	}
	time.Sleep(24 * time.Hour)
	fmt.Println(order)
}

func wait(t *testing.T) {
	c := make(chan int)
	many := make(chan *int, 100)
	got := 0
	go func() {
		for v := range c {
			got += v
		}
		close(many)
	}()
	c <- 1
	c <- 2
	synctest.Wait()
	fmt.Println(got)
	close(c)
	_, ok := <-many
	fmt.Println(ok)

	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() { time.Sleep(time.Duration(i) * time.Minute) })
	}
	start := time.Now()
	wg.Wait()
	fmt.Println(time.Since(start))
}

func timers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(25 * time.Second)
	defer tick.Stop()
	n := 0
loop:
	for {
		select {
		case <-tick.C:
			n++
		case <-ctx.Done():
			break loop
		}
	}
	fmt.Println(n, ctx.Err())

	ran := false
	f := time.AfterFunc(time.Second, func() { ran = true })
	time.Sleep(time.Second - 1)
	synctest.Wait()
	fmt.Println(ran)
	time.Sleep(1)
	synctest.Wait()
	fmt.Println(ran, f.Stop())
}

func stuck(t *testing.T) {
	go func() { select {} }()
}

func main() {
	for _, f := range []func(*testing.T){clock, wait, timers, stuck} {
		func() {
			defer func() {
				if e := recover(); e != nil {
					fmt.Println(e)
				}
			}()
			done := make(chan any)
			go func() {
				defer func() { done <- recover() }()
				var t testing.T
				synctest.Test(&t, f)
			}()
			if e := <-done; e != nil {
				panic(e)
			}
		}()
	}
}
