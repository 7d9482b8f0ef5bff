// Conway's life on a torus, as a generic grid: the same rules over a dense field and over a set of
// living cells; both are followed for some generations and compared.
package main

import (
	"fmt"
	"strings"
)

type Point struct{ X, Y int }

// Field is where cells live.
type Field interface {
	Alive(Point) bool
	Set(Point, bool)
	Size() (w, h int)
}

// Dense has a bit for each cell.
type Dense struct {
	w, h int
	bits []uint64
}

func NewDense(w, h int) *Dense { return &Dense{w, h, make([]uint64, (w*h+63)/64)} }

func wrap(i, n int) int { return ((i % n) + n) % n }

func (d *Dense) at(p Point) (int, uint64) {
	i := wrap(p.Y, d.h)*d.w + wrap(p.X, d.w)
	return i / 64, 1 << (i % 64)
}

func (d *Dense) Alive(p Point) bool {
	i, bit := d.at(p)
	return d.bits[i]&bit != 0
}

func (d *Dense) Set(p Point, alive bool) {
	i, bit := d.at(p)
	if alive {
		d.bits[i] |= bit
	} else {
		d.bits[i] &^= bit
	}
}

func (d *Dense) Size() (int, int) { return d.w, d.h }

// Sparse knows the living cells only.
type Sparse struct {
	w, h  int
	cells map[Point]struct{}
}

func NewSparse(w, h int) *Sparse { return &Sparse{w, h, map[Point]struct{}{}} }

func (s *Sparse) norm(p Point) Point { return Point{wrap(p.X, s.w), wrap(p.Y, s.h)} }

func (s *Sparse) Alive(p Point) bool {
	_, ok := s.cells[s.norm(p)]
	return ok
}

func (s *Sparse) Set(p Point, alive bool) {
	if alive {
		s.cells[s.norm(p)] = struct{}{}
	} else {
		delete(s.cells, s.norm(p))
	}
}

func (s *Sparse) Size() (int, int) { return s.w, s.h }

// Cells ranges over all places of a field, row by row.
func Cells[F Field](f F) func(func(Point) bool) {
	return func(yield func(Point) bool) {
		w, h := f.Size()
		for y := range h {
			for x := range w {
				if !yield(Point{x, y}) {
					return
				}
			}
		}
	}
}

// Around ranges over the eight neighbours.
func (p Point) Around(yield func(Point) bool) {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if (dx != 0 || dy != 0) && !yield(Point{p.X + dx, p.Y + dy}) {
				return
			}
		}
	}
}

func Neighbours[F Field](f F, p Point) (n int) {
	for q := range p.Around {
		if f.Alive(q) {
			n++
		}
	}
	return
}

// Step computes the next generation into a field that make gives.
func Step[F Field](f F, make func(w, h int) F) F {
	next := make(f.Size())
	for p := range Cells(f) {
		n := Neighbours(f, p)
		if n == 3 || n == 2 && f.Alive(p) {
			next.Set(p, true)
		}
	}
	return next
}

func Put[F Field](f F, at Point, rows ...string) F {
	for y, row := range rows {
		for x, c := range row {
			f.Set(Point{at.X + x, at.Y + y}, c == '#')
		}
	}
	return f
}

func Draw[F Field](f F) string {
	var b strings.Builder
	w, _ := f.Size()
	for p := range Cells(f) {
		if f.Alive(p) {
			b.WriteByte('#')
		} else {
			b.WriteByte('.')
		}
		if p.X == w-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func Population[F Field](f F) (n int) {
	for p := range Cells(f) {
		if f.Alive(p) {
			n++
		}
	}
	return
}

func main() {
	glider := []string{".#.", "..#", "###"}
	rpentomino := []string{".##", "##.", ".#."}
	d := Put(Put(NewDense(24, 12), Point{1, 1}, glider...), Point{14, 5}, rpentomino...)
	s := Put(Put(NewSparse(24, 12), Point{1, 1}, glider...), Point{14, 5}, rpentomino...)
	for gen := range 41 {
		if gen%20 == 0 {
			fmt.Printf("generation %d, population %d\n%s", gen, Population(d), Draw(d))
		}
		if Draw(d) != Draw(s) {
			fmt.Println("the fields differ in generation", gen)
			return
		}
		d, s = Step(d, NewDense), Step(s, NewSparse)
	}
	fmt.Println(len(s.cells) == Population(s), len(s.cells) == Population(d))
}
