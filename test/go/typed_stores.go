// Values of two to six words with pointers in them, stored into the heap while the collector runs all the time.
package main

import "runtime"

type two struct {
	p *int
	n int
}
type three struct {
	n int
	p *int
	s []int
}
type four struct {
	a, b string
}
type mixed struct {
	n    int
	f    float64
	name string
}
type six struct {
	s string
	i interface{}
	m map[string]int
	p *int
}

func number(n int) *int { return &n }

func text(n int) string { return string([]byte{byte('a' + n%26), byte('a' + n/26%26)}) }

func main() {
	const n = 500
	as, bs, cs, ds, es := make([]two, n), make([]three, n), make([]four, n), make([]mixed, n), make([]six, n)
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				stop <- true
				return
			default:
				runtime.GC()
			}
		}
	}()
	for round := 0; round < 200; round++ {
		for i := range as {
			j := (i*7 + round) % n
			as[i] = two{number(j), j}
			bs[i] = three{j, number(j), []int{j}}
			cs[i] = four{text(j), text(j + 1)}
			ds[i] = mixed{j, float64(j), text(j)}
			es[i] = six{text(j), j, map[string]int{text(j): j}, number(j)}
		}
		for i := range as { // swaps: the values pass through this stack only
			j := (i*13 + 5) % n
			as[i], as[j] = as[j], as[i]
			bs[i], bs[j] = bs[j], bs[i]
			cs[i], cs[j] = cs[j], cs[i]
			ds[i], ds[j] = ds[j], ds[i]
			es[i], es[j] = es[j], es[i]
		}
		for i := range as {
			j := as[i].n
			ok := *as[i].p == j && bs[i].n == j && *bs[i].p == j && bs[i].s[0] == j && cs[i].a == text(j) && cs[i].b == text(j+1) &&
				ds[i].n == j && ds[i].f == float64(j) && ds[i].name == text(j) && es[i].s == text(j) && es[i].i == j &&
				es[i].m[text(j)] == j && *es[i].p == j
			if !ok {
				println("damaged", round, i, j)
				return
			}
		}
	}
	stop <- true
	<-stop
	println("ok")
}
