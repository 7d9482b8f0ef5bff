package main

// An iterator with two yields takes two copies of the loop's body; literals in the copies have loops over functions as well.

type box struct {
	first int
	more  []int
}

func (b box) all(yield func(int) bool) {
	if !yield(b.first) {
		return
	}
	for _, x := range b.more {
		if !yield(x) {
			return
		}
	}
}

func upto(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func main() {
	sum := 0
	for x := range (box{1, []int{2, 3}}).all {
		f := func() (r int) {
			for i := range upto(x) {
				defer func() { r += i }()
				func() {
					for j := range upto(i) {
						sum += j
					}
				}()
			}
			return x * 100
		}
		println(f(), sum)
	}
}
