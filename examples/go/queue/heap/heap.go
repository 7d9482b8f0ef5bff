// Package heap has a priority queue whose entries can be moved after they were put in.
package heap

import "iter"

// A Heap gives back what comes first by its order. The zero value is of no use: see New.
type Heap[T any] struct {
	less  func(a, b T) bool
	items []*Item[T]
}

// An Item is a value in a heap.
type Item[T any] struct {
	Value T
	at    int // its place; -1: it is in no heap any more
}

// New makes an empty heap of the order.
func New[T any](less func(a, b T) bool) *Heap[T] {
	return &Heap[T]{less: less}
}

func (h *Heap[T]) Len() int { return len(h.items) }

// Push puts a value in; the item is for Fix and Remove.
func (h *Heap[T]) Push(v T) *Item[T] {
	it := &Item[T]{v, len(h.items)}
	h.items = append(h.items, it)
	h.up(it.at)
	return it
}

// Pop takes the first value out; false: there is none.
func (h *Heap[T]) Pop() (v T, ok bool) {
	if len(h.items) == 0 {
		return v, false
	}
	it := h.items[0]
	h.Remove(it)
	return it.Value, true
}

// Fix finds the item's place again after its value has changed.
func (h *Heap[T]) Fix(it *Item[T]) {
	if it.at >= 0 && !h.down(it.at) {
		h.up(it.at)
	}
}

// Remove takes the item out, if it is still in.
func (h *Heap[T]) Remove(it *Item[T]) bool {
	if it.at < 0 {
		return false
	}
	last := len(h.items) - 1
	i := it.at
	h.swap(i, last)
	h.items[last] = nil
	h.items = h.items[:last]
	it.at = -1
	if i < last && !h.down(i) {
		h.up(i)
	}
	return true
}

// Drain takes the values out, the first one first, as long as the loop wants more.
func (h *Heap[T]) Drain() iter.Seq[T] {
	return func(yield func(T) bool) {
		for len(h.items) > 0 {
			if v, _ := h.Pop(); !yield(v) {
				return
			}
		}
	}
}

func (h *Heap[T]) swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.items[i].at, h.items[j].at = i, j
}

func (h *Heap[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h.less(h.items[i].Value, h.items[parent].Value) {
			return
		}
		h.swap(i, parent)
		i = parent
	}
}

// down reports whether the item moved.
func (h *Heap[T]) down(i int) bool {
	from := i
	for {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h.items); child++ {
			if h.less(h.items[child].Value, h.items[first].Value) {
				first = child
			}
		}
		if first == i {
			return i > from
		}
		h.swap(i, first)
		i = first
	}
}
