package main

import (
	"fmt"
	"time"
)

// A timer's field C is the program's to change.

func main() {
	c := make(chan time.Time, 1)
	f := time.AfterFunc(time.Hour, func() { c <- time.Now() })
	f.C = c
	fmt.Println(f.Stop(), f.Stop(), f.Reset(0))
	<-f.C
	fmt.Println(f.Stop(), f.Reset(time.Hour), f.Stop())

	t := time.NewTimer(time.Hour)
	was := t.C
	t.C = nil
	fmt.Println(t.Reset(time.Hour), t.Stop(), t.Stop(), t.Reset(0))
	<-was
	fmt.Println(t.Stop())

	tick := time.NewTicker(time.Millisecond)
	ticks := tick.C
	tick.C = c
	<-ticks
	<-ticks
	tick.Stop()
	select {
	case <-ticks:
		fmt.Println("ticks on")
	case <-time.After(5 * time.Millisecond):
	}
	tick.Reset(time.Millisecond)
	<-ticks
}
