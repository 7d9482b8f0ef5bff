// Package internal/poll on the runtime's poller: deadlines set and moved while somebody waits,
// closing while somebody waits, descriptors used again, files that cannot be polled.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What an error says, without names that change from run to run.
func text(err error) string {
	if err == nil {
		return "nil"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}

func pair() (net.Conn, net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	b, err := l.Accept()
	if err != nil {
		panic(err)
	}
	return a, b
}

// Waits until as many goroutines as that are blocked in a system call's wait.
func blocked(n int) {
	for {
		buf := make([]byte, 1<<16)
		if strings.Count(string(buf[:runtime.Stack(buf, true)]), "[IO wait") >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func pipes() {
	r, w, _ := os.Pipe()
	buf := make([]byte, 10)
	fmt.Println(r.SetReadDeadline(time.Now().Add(-time.Second)))
	_, err := r.Read(buf)
	fmt.Println(text(err), errors.Is(err, os.ErrDeadlineExceeded))
	w.Write([]byte("x"))
	_, err = r.Read(buf) // the deadline counts although there is something to read
	fmt.Println(text(err))
	r.SetDeadline(time.Time{})
	n, err := r.Read(buf)
	fmt.Println(n, text(err))

	done := make(chan string)
	read := func() {
		n, err := r.Read(buf)
		done <- fmt.Sprint(n, " ", text(err))
	}
	go read() // a deadline that is set while it waits
	blocked(1)
	r.SetReadDeadline(time.Now().Add(time.Millisecond))
	fmt.Println(<-done)
	r.SetReadDeadline(time.Now().Add(time.Hour))
	go read() // and one that is moved to the past
	blocked(1)
	r.SetReadDeadline(time.Unix(1, 0))
	fmt.Println(<-done)
	r.SetReadDeadline(time.Time{})
	go read() // and one that is taken away
	blocked(1)
	r.SetReadDeadline(time.Now().Add(time.Second))
	r.SetReadDeadline(time.Time{})
	time.Sleep(1100 * time.Millisecond)
	w.Write([]byte("abc"))
	fmt.Println(<-done)
	go read() // and the other end is closed
	blocked(1)
	w.Close()
	fmt.Println(<-done)
	go func() { r.Close() }()
	for err == nil || err == io.EOF {
		_, err = r.Read(buf)
	}
	fmt.Println(text(err))

	r, w, _ = os.Pipe()
	go read()
	blocked(1)
	fmt.Println(r.Close())
	fmt.Println(<-done)
	fmt.Println(text(r.Close()), text(r.SetDeadline(time.Now())))
	_, err = w.Write(buf)
	fmt.Println(text(err))
	w.Close()
	_, err = w.Write(buf)
	fmt.Println(text(err))
}

// Nobody runs out of work, and still somebody asks for events.
func besideALoop() {
	procs := runtime.GOMAXPROCS(1)
	r, w, _ := os.Pipe()
	var got int32
	go func() {
		for i := int32(1); i <= 3; i++ {
			r.Read(make([]byte, 1))
			atomic.StoreInt32(&got, i)
		}
	}()
	buf := make([]byte, 1<<16)
	for i := int32(1); i <= 3; i++ {
		for !strings.Contains(string(buf[:runtime.Stack(buf, true)]), "[IO wait") {
			runtime.Gosched()
		}
		w.Write([]byte("x"))
		for atomic.LoadInt32(&got) < i {
		}
	}
	fmt.Println("read beside a loop")
	runtime.GOMAXPROCS(procs)
}

func sockets() {
	a, b := pair()
	buf := make([]byte, 10)
	done := make(chan string)
	read := func(c net.Conn) {
		_, err := c.Read(make([]byte, 1))
		done <- text(err)
	}
	go read(a)
	blocked(1)
	a.Close()
	fmt.Println(<-done)
	_, err := a.Read(buf)
	fmt.Println(text(err))
	_, err = a.Write(buf)
	fmt.Println(text(err))
	n, err := b.Read(buf)
	fmt.Println(n, text(err))
	b.Close()

	// A full socket: the writer waits, until its deadline passes, or somebody reads.
	a, b = pair()
	big := make([]byte, 64<<20)
	a.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	n, err = a.Write(big)
	fmt.Println(n > 0 && n < len(big), text(err), err.(net.Error).Timeout())
	got := make(chan int64)
	go func() {
		n, _ := io.Copy(io.Discard, b)
		got <- n
	}()
	a.SetDeadline(time.Time{})
	m, err := a.Write(big)
	fmt.Println(m == len(big), text(err))
	a.Close()
	fmt.Println(<-got == int64(n+m))
	b.Close()

	// Both directions at once, on one deadline.
	a, b = pair()
	a.Write(big[:1<<10])
	a.SetDeadline(time.Now().Add(300 * time.Millisecond))
	go read(a)
	_, err = a.Write(big)
	fmt.Println(text(err), "/", <-done)
	a.Close()
	b.Close()

	l, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		_, err := l.Accept()
		done <- text(err)
	}()
	blocked(1)
	l.(*net.TCPListener).SetDeadline(time.Now())
	fmt.Println(<-done)
	l.Close()
	_, err = l.Accept()
	fmt.Println(text(err))
	_, err = net.DialTimeout("tcp", l.Addr().String(), time.Second)
	fmt.Println(strings.HasSuffix(text(err), "connection refused"))
}

// Descriptors are closed and their numbers used again while others still wait and deadlines run.
func churn() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	kinds := map[string]int{}
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func(g int) {
			defer wg.Done()
			for i := 0; i < 100; i++ {
				r, w, err := os.Pipe()
				if err != nil {
					panic(err)
				}
				r.SetReadDeadline(time.Now().Add(time.Hour))
				done := make(chan string)
				go func() {
					buf := make([]byte, 4)
					n, err := r.Read(buf)
					done <- fmt.Sprint(string(buf[:n]), " ", text(err))
				}()
				var want string
				switch (i + g) % 4 {
				case 0:
					w.Write([]byte("data"))
					want = "data nil"
				case 1:
					r.SetReadDeadline(time.Now().Add(time.Duration(i) * time.Microsecond))
					want = " read |0: i/o timeout"
				case 2:
					r.Close()
					want = " read |0: file already closed"
				case 3:
					w.Close()
					want = " EOF"
				}
				if s := <-done; s != want {
					fmt.Printf("%q, not %q\n", s, want)
				}
				mu.Lock()
				kinds[want]++
				mu.Unlock()
				r.Close()
				w.Close()
			}
		}(g)
	}
	wg.Wait()
	fmt.Println(kinds)
}

// Many goroutines set one deadline at once; in the end the last one holds.
func race() {
	r, w, _ := os.Pipe()
	for i := 0; i < 50; i++ {
		var wg sync.WaitGroup
		for j := 0; j < 4; j++ {
			wg.Add(1)
			go func(j int) {
				defer wg.Done()
				r.SetReadDeadline(time.Now().Add(time.Duration(j) * time.Microsecond))
			}(j)
		}
		_, err := r.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			fmt.Println("read ended with", err)
		}
		wg.Wait()
		r.SetReadDeadline(time.Time{})
	}
	w.Write([]byte("y"))
	n, err := r.Read(make([]byte, 1))
	fmt.Println(n, err)
}

func files() {
	f, err := os.CreateTemp("", "poll")
	if err != nil {
		panic(err)
	}
	defer os.Remove(f.Name())
	fmt.Println(errors.Is(f.SetDeadline(time.Now().Add(time.Hour)), os.ErrNoDeadline))
	f.WriteString("contents")
	f.Seek(0, 0)
	b, err := io.ReadAll(f)
	fmt.Println(string(b), err, f.Close())
	null, _ := os.Open(os.DevNull)
	fmt.Println(errors.Is(null.SetDeadline(time.Now()), os.ErrNoDeadline))
	d, _ := os.Open("/")
	fmt.Println(errors.Is(d.SetDeadline(time.Now()), os.ErrNoDeadline))
}

func main() {
	pipes()
	besideALoop()
	sockets()
	churn()
	race()
	files()
	// All wait for the network, or for each other: no deadlock as long as one waits for a file.
	r, w, _ := os.Pipe()
	c := make(chan int)
	go func() {
		n, _ := r.Read(make([]byte, 4))
		c <- n
	}()
	go func() {
		sh, _ := os.StartProcess("/bin/sh", []string{"sh", "-c", "sleep 0.1; echo abc"},
			&os.ProcAttr{Files: []*os.File{nil, w, nil}})
		w.Close()
		_ = sh
	}()
	fmt.Println(<-c)
}
