// Signals that nobody asked for, that are asked for, ignored, and no longer asked for.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func send(s syscall.Signal) {
	syscall.Kill(os.Getpid(), s)
	time.Sleep(time.Millisecond)
}

// outside starts this program with SIGHUP ignored, as nohup does: there it is ignored again after it was asked for.
func outside() {
	signal.Ignore(syscall.SIGHUP)
	out, err := exec.Command("/proc/self/exe", "inside").Output()
	fmt.Printf("%s%v\n", out, err)
	signal.Reset(syscall.SIGHUP)
}

func inside() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	send(syscall.SIGHUP)
	fmt.Println(<-c)
	signal.Stop(c)
	send(syscall.SIGHUP)
	fmt.Println("still here")
}

// A signal that came before a channel is stopped is in the channel afterwards.
func stop() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 300 {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGUSR1)
		syscall.Tgkill(os.Getpid(), syscall.Gettid(), syscall.SIGUSR1)
		signal.Stop(c)
		if len(c) != 1 {
			fmt.Println("lost a signal")
		}
	}
}

// Goroutines that start programs at once share the lock of forks, and nothing else.
func fork() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if err := exec.Command("/bin/true").Run(); err != nil {
					fmt.Println(err)
				}
			}
		})
	}
	wg.Wait()
}

func main() {
	if len(os.Args) > 1 {
		inside()
		return
	}
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
	outside()
	stop()
	fork()
}
