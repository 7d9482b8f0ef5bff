// Package net over the loopback, deadlines, os/exec, os/signal.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

func serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			fmt.Println("accept ended:", errors.Is(err, net.ErrClosed))
			return
		}
		go func() {
			defer c.Close()
			r := bufio.NewReader(c)
			for {
				s, err := r.ReadString('\n')
				if err != nil {
					return
				}
				fmt.Fprint(c, strings.ToUpper(s))
			}
		}()
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan bool)
	go func() { serve(l); ended <- true }()
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				return
			}
			defer c.Close()
			r := bufio.NewReader(c)
			for j := 0; j < 20; j++ {
				fmt.Fprintf(c, "hello %d %d\n", i, j)
				s, err := r.ReadString('\n')
				if err != nil || s != fmt.Sprintf("HELLO %d %d\n", i, j) {
					fmt.Println("bad reply", s, err)
				}
				mu.Lock()
				total += len(s)
				mu.Unlock()
			}
		}(i)
	}
	wg.Wait()
	fmt.Println(total)
	c, err := net.Dial("tcp", l.Addr().String())
	fmt.Println(err, c.RemoteAddr().Network())
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), err.(net.Error).Timeout())
	c.SetReadDeadline(time.Time{})
	go func() { time.Sleep(10 * time.Millisecond); c.Close() }()
	_, err = c.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, net.ErrClosed))
	l.Close()
	<-ended
	_, err = net.Dial("tcp", l.Addr().String())
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))

	a, _ := net.ResolveUDPAddr("udp", "127.0.0.1:0")
	u, err := net.ListenUDP("udp", a)
	fmt.Println(err)
	w, _ := net.Dial("udp", u.LocalAddr().String())
	w.Write([]byte("datagram"))
	buf := make([]byte, 100)
	n, _, err := u.ReadFrom(buf)
	fmt.Println(string(buf[:n]), err)
	p, q := net.Pipe()
	go p.Write([]byte("piped"))
	io.ReadFull(q, buf[:5])
	fmt.Println(string(buf[:5]), net.ParseIP("::1"), net.JoinHostPort("::1", "80"))

	r, pw, _ := os.Pipe()
	r.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, err = r.Read(buf)
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), pw.Close())

	out, err := exec.Command("/bin/sh", "-c", "echo from the shell; cat; exit 3").Output()
	fmt.Printf("%q %v\n", out, err)
	cmd := exec.Command("tr", "a-z", "A-Z")
	cmd.Stdin = strings.NewReader("filter me")
	cmd.Env = append(os.Environ(), "A=b")
	out, err = cmd.CombinedOutput()
	fmt.Printf("%q %v\n", out, err)
	_, err = exec.LookPath("no-such-command-here")
	fmt.Println(errors.Is(err, exec.ErrNotFound))

	sig := make(chan os.Signal, 1)
	signal.Notify(sig, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-sig)
	signal.Stop(sig)
}
