package main

// Goroutines, channels and select as statements of the language.

func producer(n int, c chan<- int) {
	for i := 0; i < n; i++ {
		c <- i
	}
	close(c)
}

type T struct{ n int }

func (t *T) run(d int, done chan bool) { t.n += d; done <- true }

type Runner interface{ run(int, chan bool) }

func sel(a, b chan int, quit chan bool) (s string) {
	for {
		select {
		case v := <-a:
			s += "a" + string(rune('0'+v))
		case v, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			s += "b" + string(rune('0'+v))
		case <-quit:
			return s + "quit"
		}
	}
}

func main() {
	c := make(chan int)
	go producer(5, c)
	sum := 0
	for v := range c {
		sum += v
	}
	v, ok := <-c
	println(sum, v, ok)

	done := make(chan bool)
	t := &T{}
	go t.run(1, done)
	<-done
	var r Runner = t
	go r.run(10, done)
	<-done
	f := t.run
	go f(100, done)
	<-done
	go func(x int) { t.n += x; done <- false }(1000)
	println(<-done, t.n)
	go close(done)
	_, ok = <-done
	println(ok)

	a, b, quit := make(chan int), make(chan int), make(chan bool)
	go func() {
		a <- 1
		b <- 2
		a <- 3
		close(b)
		quit <- true
	}()
	println(sel(a, b, quit))

	buf := make(chan string, 2)
	for i := 0; i < 3; i++ {
		select {
		case buf <- "x":
			print("sent ")
		default:
			print("full ")
		}
	}
	println(len(buf), cap(buf))
	select {
	case s := <-buf:
		println(s)
	default:
		println("none")
	}
	var nilc chan int
	select {
	case <-nilc:
		println("no")
	case nilc <- 1:
		println("no")
	default:
		println("default")
	}
	arr := [2]int{}
	ch := make(chan int, 1)
	ch <- 7
	i := 1
	select {
	case arr[i] = <-ch:
	}
	println(arr[1])
	m := map[string]bool{}
	cl := make(chan int)
	close(cl)
	select {
	case _, m["x"] = <-cl:
	case ch <- 5:
		<-ch
	}
	println(m["x"])

	results := make(chan chan int, 1)
	go func() {
		inner := make(chan int, 1)
		inner <- 42
		results <- inner
	}()
	println(<-<-results)

	type pair struct {
		a int
		s string
	}
	pc := make(chan pair, 1)
	pc <- pair{1, "p"}
	println((<-pc).s)
	ec := make(chan struct{}, 1)
	ec <- struct{}{}
	println(<-ec == struct{}{})
	ic := make(chan interface{}, 2)
	ic <- 1
	ic <- "s"
	println((<-ic).(int), (<-ic).(string))
	n := 0
	workers := make(chan int, 10)
	for i := 0; i < 10; i++ {
		i := i
		go func() { workers <- i * i }()
	}
	for i := 0; i < 10; i++ {
		n += <-workers
	}
	println(n)
loop:
	for {
		select {
		case workers <- 1:
			if len(workers) == 3 {
				break loop
			}
		default:
			break
		}
	}
	println(len(workers))
	func() {
		defer func() { println(recover().(error).Error()) }()
		cl <- 1
	}()
}
