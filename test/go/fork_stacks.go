// Processes are started from every distance to the end of a segment of the stack, while others allocate and yields are
// asked for: the child borrows the frames of its parent until it becomes another program.
package main

import (
	"runtime"
	"syscall"
)

var failures int

func start() int {
	pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "exit 7"}, &syscall.ProcAttr{})
	if err != nil {
		failures++
		return 0
	}
	var status syscall.WaitStatus
	for {
		_, err = syscall.Wait4(pid, &status, 0, nil)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil || !status.Exited() {
		failures++
		return 0
	}
	return status.ExitStatus()
}

//go:noinline
func at(depth int) int {
	var pad [5]int
	for i := range pad {
		pad[i] = depth + i
	}
	r := 0
	if depth == 0 {
		r = start()
	} else {
		r = at(depth - 1)
	}
	for i := range pad {
		if pad[i] != depth+i {
			failures++
		}
	}
	return r
}

// Nothing is started: the child finds no program, says so through a pipe, and ends.
func missing() bool {
	_, err := syscall.ForkExec("/no/such/program", []string{"x"}, &syscall.ProcAttr{})
	return err == syscall.ENOENT
}

type node struct{ next *node }

func main() {
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		var list *node
		for i := 0; ; i++ {
			list = &node{list}
			if i%1000 == 0 {
				list = nil
				runtime.Gosched()
			}
			select {
			case <-stop:
				stopped <- true
				return
			default:
			}
		}
	}()
	sum := 0
	results := make(chan int)
	for depth := 0; depth < 120; depth += 3 {
		go func(depth int) { results <- at(depth) }(depth)
		sum += <-results
		sum += at(depth)
	}
	println(sum, failures, missing())
	stop <- true
	<-stopped
}
