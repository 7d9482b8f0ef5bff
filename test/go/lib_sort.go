// Packages sort, container/heap, container/list, container/ring, math/rand.
package main

import (
	"container/heap"
	"container/list"
	"container/ring"
	"fmt"
	"math/rand"
	"sort"
)

type byLen []string

func (s byLen) Len() int           { return len(s) }
func (s byLen) Less(i, j int) bool { return len(s[i]) < len(s[j]) }
func (s byLen) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

type queue []int

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i] < q[j] }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(int)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

type rec struct {
	key, seq int
	pad      [3]string
}

func main() {
	words := []string{"pear", "fig", "banana", "apple", "kiwi", "date", "plum"}
	sort.Stable(byLen(words))
	fmt.Println(words)
	sort.Strings(words)
	fmt.Println(words, sort.SearchStrings(words, "fig"), sort.StringsAreSorted(words))
	sort.Sort(sort.Reverse(sort.StringSlice(words)))
	fmt.Println(words)
	rnd := rand.New(rand.NewSource(42))
	xs := make([]int, 1000)
	for i := range xs {
		xs[i] = rnd.Intn(100000)
	}
	fmt.Println(xs[:5], rnd.Float64(), rnd.Perm(5), rnd.Int63(), rnd.NormFloat64())
	sort.Ints(xs)
	fmt.Println(sort.IntsAreSorted(xs), xs[0], xs[999])
	recs := make([]rec, 500)
	for i := range recs {
		recs[i] = rec{rnd.Intn(20), i, [3]string{"a", "b", "c"}}
	}
	sort.SliceStable(recs, func(i, j int) bool { return recs[i].key < recs[j].key })
	ok := true
	for i := 1; i < len(recs); i++ {
		if recs[i-1].key > recs[i].key || recs[i-1].key == recs[i].key && recs[i-1].seq > recs[i].seq {
			ok = false
		}
	}
	fmt.Println(ok)
	sort.Slice(recs, func(i, j int) bool { return recs[i].seq > recs[j].seq })
	fmt.Println(recs[0].seq, recs[499].seq, recs[7].pad)
	fmt.Println(sort.Search(1000, func(i int) bool { return i*i >= 500 }))

	q := &queue{5, 2, 8}
	heap.Init(q)
	heap.Push(q, 3)
	for q.Len() > 0 {
		fmt.Print(heap.Pop(q), " ")
	}
	fmt.Println()
	l := list.New()
	e := l.PushBack(1)
	l.PushFront(0)
	l.InsertAfter("x", e)
	for x := l.Front(); x != nil; x = x.Next() {
		fmt.Print(x.Value, " ")
	}
	fmt.Println(l.Len())
	r := ring.New(3)
	for i := 0; i < 3; i++ {
		r.Value = i
		r = r.Next()
	}
	r.Do(func(v any) { fmt.Print(v, " ") })
	fmt.Println()
	n := rand.Intn(1000)
	fmt.Println(n >= 0 && n < 1000)
}
