package heap_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"example.org/queue/heap"
)

func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 50 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			h := heap.New(func(a, b int) bool { return a < b })
			var want []int
			var items []*heap.Item[int]
			for range n {
				v := r.IntN(20)
				items = append(items, h.Push(v))
				want = append(want, v)
			}
			for i := range n / 3 { // a third of them changes
				k := i * 3
				items[k].Value = r.IntN(20)
				h.Fix(items[k])
				want[k] = items[k].Value
			}
			if n > 4 { // and one goes
				if !h.Remove(items[4]) || h.Remove(items[4]) {
					t.Error("an item can be removed once")
				}
				want = slices.Delete(want, 4, 5)
			}
			slices.Sort(want)
			if got := slices.Collect(h.Drain()); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	h := heap.New(func(a, b string) bool { return a < b })
	if v, ok := h.Pop(); ok || v != "" {
		t.Errorf("Pop of an empty heap: %q, %v", v, ok)
	}
}

func ExampleHeap_Drain() {
	h := heap.New(func(a, b string) bool { return len(a) < len(b) })
	for _, w := range []string{"three", "a", "of", "words"} {
		h.Push(w)
	}
	for w := range h.Drain() {
		if len(w) > 2 {
			break
		}
		fmt.Println(w)
	}
	fmt.Println(h.Len(), "left")
	// Output:
	// a
	// of
	// 1 left
}

func BenchmarkPushPop(b *testing.B) {
	h := heap.New(func(a, b int) bool { return a < b })
	for i := 0; b.Loop(); i++ {
		h.Push(i * 7919 % 1000)
		if h.Len() > 100 {
			h.Pop()
		}
	}
}
