// Signals that nobody asked for, that are asked for, ignored, and no longer asked for.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func send(s syscall.Signal) {
	syscall.Kill(os.Getpid(), s)
	time.Sleep(time.Millisecond)
}

func main() {
	mean := []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGPIPE, syscall.SIGALRM, syscall.SIGCHLD,
		syscall.SIGCONT, syscall.SIGURG, syscall.SIGXCPU, syscall.SIGXFSZ, syscall.SIGVTALRM, syscall.SIGPROF,
		syscall.SIGWINCH, syscall.SIGIO, syscall.SIGPWR, 35, 50, 64}
	for _, s := range mean {
		send(s)
	}
	fmt.Println("nothing happened")

	c := make(chan os.Signal, 4)
	signal.Notify(c, syscall.SIGUSR1, syscall.SIGABRT, syscall.Signal(40))
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGABRT, 40} {
		send(s)
		fmt.Println(<-c == s)
	}
	signal.Ignore(syscall.SIGABRT)
	fmt.Println(signal.Ignored(syscall.SIGABRT))
	send(syscall.SIGABRT)
	signal.Reset()
	send(syscall.SIGUSR1)
	fmt.Println(len(c), signal.Ignored(syscall.SIGUSR1))

	// A program that is started from here begins with the system's ways.
	err := exec.Command("/bin/sh", "-c", "kill -PIPE $$; echo still here").Run()
	fmt.Println(err)
	err = exec.Command("/bin/sh", "-c", "kill -USR1 $$; echo still here").Run()
	fmt.Println(err)
}
