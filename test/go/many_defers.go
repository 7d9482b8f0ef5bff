package main

import "fmt"

// Many deferred literals in one function share their records' array: order, captured variables, results, recovery and
// panics in deferred calls are as ever.

var order []int

func many(fail bool) (s string) {
	k := 0
	if fail {
		defer func() { s += "first" }()
	}
	defer func() { k++; order = append(order, 0*100+k) }()
	defer func() { k++; order = append(order, 1*100+k) }()
	defer func() { k++; order = append(order, 2*100+k) }()
	defer func() { k++; order = append(order, 3*100+k) }()
	defer func() { k++; order = append(order, 4*100+k) }()
	defer func() { k++; order = append(order, 5*100+k) }()
	defer func() { k++; order = append(order, 6*100+k) }()
	defer func() { k++; order = append(order, 7*100+k) }()
	defer func() { k++; order = append(order, 8*100+k) }()
	defer func() { k++; order = append(order, 9*100+k) }()
	defer func() { k++; order = append(order, 10*100+k) }()
	defer func() { k++; order = append(order, 11*100+k) }()
	defer func() { k++; order = append(order, 12*100+k) }()
	defer func() { k++; order = append(order, 13*100+k) }()
	defer func() { k++; order = append(order, 14*100+k) }()
	defer func() { k++; order = append(order, 15*100+k) }()
	defer func() { k++; order = append(order, 16*100+k) }()
	defer func() { k++; order = append(order, 17*100+k) }()
	defer func() { k++; order = append(order, 18*100+k) }()
	defer func() { k++; order = append(order, 19*100+k) }()
	for j := range 3 {
		defer func() { order = append(order, 1000+j) }()
	}
	defer func() { k++; order = append(order, 21*100+k) }()
	defer func() { k++; order = append(order, 22*100+k) }()
	defer func() { k++; order = append(order, 23*100+k) }()
	defer func() { k++; order = append(order, 24*100+k) }()
	defer func() { k++; order = append(order, 25*100+k) }()
	defer func() { k++; order = append(order, 26*100+k) }()
	defer func() { k++; order = append(order, 27*100+k) }()
	defer func() { k++; order = append(order, 28*100+k) }()
	defer func() { k++; order = append(order, 29*100+k) }()
	defer func() { s += fmt.Sprint(recover(), ";") }()
	defer func() { k++; order = append(order, 31*100+k) }()
	defer func() { k++; order = append(order, 32*100+k) }()
	defer func() { k++; order = append(order, 33*100+k) }()
	defer func() { k++; order = append(order, 34*100+k) }()
	defer func() {
		if fail {
			panic("second")
		}
	}()
	defer func() { k++; order = append(order, 36*100+k) }()
	defer func() { k++; order = append(order, 37*100+k) }()
	defer func() { k++; order = append(order, 38*100+k) }()
	defer func() { k++; order = append(order, 39*100+k) }()
	if fail {
		panic("one")
	}
	return "returned "
}

func main() {
	fmt.Println(many(false))
	fmt.Println(order)
	order = nil
	fmt.Println(many(true))
	fmt.Println(order)
}
