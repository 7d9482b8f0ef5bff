package main

import (
	"os"
	"os/signal"
	"syscall"
)

// A program that asked for SIGPIPE goes on when standard output has no reader.
func main() {
	r, w, _ := os.Pipe()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	r.Close()
	syscall.Dup2(int(w.Fd()), 1)
	_, err := os.Stdout.Write([]byte("x"))
	println(err.Error())
}
