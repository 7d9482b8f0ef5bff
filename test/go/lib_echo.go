// A thousand connections over the loopback at once, each echoing, in one process.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

func threads() int {
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		var n int
		if _, err := fmt.Sscanf(l, "Threads: %d", &n); err == nil {
			return n
		}
	}
	return -1
}

func main() {
	const conns, rounds = 1000, 20
	var lim syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim)
	lim.Cur = lim.Max
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	var served sync.WaitGroup
	served.Add(conns)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer served.Done()
				defer c.Close()
				io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
			}()
		}
	}()
	var bytes int64
	var bad int32
	var all, ready sync.WaitGroup
	start := make(chan bool)
	for i := 0; i < conns; i++ {
		all.Add(1)
		ready.Add(1)
		go func(i int) {
			defer all.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			ready.Done()
			if err != nil {
				atomic.AddInt32(&bad, 1)
				return
			}
			defer c.Close()
			<-start
			msg := []byte(fmt.Sprintf("connection %d says hello", i))
			buf := make([]byte, len(msg))
			for j := 0; j < rounds; j++ {
				if _, err := c.Write(msg); err != nil {
					atomic.AddInt32(&bad, 1)
					return
				}
				if _, err := io.ReadFull(c, buf); err != nil || string(buf) != string(msg) {
					atomic.AddInt32(&bad, 1)
					return
				}
				atomic.AddInt64(&bytes, int64(len(buf)))
			}
		}(i)
	}
	ready.Wait()
	few := threads() < 100
	close(start)
	all.Wait()
	served.Wait()
	l.Close()
	fmt.Println(bytes, bad, few)
}
