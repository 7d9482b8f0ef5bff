// N queens: recursion with slices that are passed and undone.
package main

type board struct {
	n               int
	cols, up, down  []bool
	solutions, work int
}

func (b *board) place(row int) {
	if row == b.n {
		b.solutions++
		return
	}
	for c := 0; c < b.n; c++ {
		b.work++
		if b.cols[c] || b.up[row+c] || b.down[row-c+b.n-1] {
			continue
		}
		b.cols[c], b.up[row+c], b.down[row-c+b.n-1] = true, true, true
		b.place(row + 1)
		b.cols[c], b.up[row+c], b.down[row-c+b.n-1] = false, false, false
	}
}

func main() {
	for n := 8; n <= 13; n++ {
		b := &board{n: n, cols: make([]bool, n), up: make([]bool, 2*n-1), down: make([]bool, 2*n-1)}
		b.place(0)
		println(n, b.solutions, b.work)
	}
}
