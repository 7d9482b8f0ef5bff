// Sorting structs: quicksort through an interface and through a function value, on records with a string in them.
package main

type record struct {
	id    int
	score float64
	name  string
}

type sorter interface {
	Len() int
	Less(i, j int) bool
	Swap(i, j int)
}

type byScore []record

func (r byScore) Len() int           { return len(r) }
func (r byScore) Less(i, j int) bool { return r[i].score < r[j].score }
func (r byScore) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }

func quick(s sorter, lo, hi int) {
	for hi-lo > 12 {
		mid := lo + (hi-lo)/2
		if s.Less(mid, lo) {
			s.Swap(mid, lo)
		}
		if s.Less(hi-1, mid) {
			s.Swap(hi-1, mid)
			if s.Less(mid, lo) {
				s.Swap(mid, lo)
			}
		}
		s.Swap(mid, lo)
		i, j := lo+1, hi-1
		for {
			for i <= j && s.Less(i, lo) {
				i++
			}
			for i <= j && s.Less(lo, j) {
				j--
			}
			if i >= j {
				break
			}
			s.Swap(i, j)
			i++
			j--
		}
		s.Swap(lo, j)
		if j-lo < hi-j-1 {
			quick(s, lo, j)
			lo = j + 1
		} else {
			quick(s, j+1, hi)
			hi = j
		}
	}
	for i := lo + 1; i < hi; i++ {
		for j := i; j > lo && s.Less(j, j-1); j-- {
			s.Swap(j, j-1)
		}
	}
}

func insertionMerge(r, tmp []record, less func(a, b *record) bool) {
	if len(r) < 2 {
		return
	}
	mid := len(r) / 2
	insertionMerge(r[:mid], tmp[:mid], less)
	insertionMerge(r[mid:], tmp[mid:], less)
	copy(tmp, r)
	i, j := 0, mid
	for k := range r {
		if j >= len(r) || i < mid && !less(&tmp[j], &tmp[i]) {
			r[k] = tmp[i]
			i++
		} else {
			r[k] = tmp[j]
			j++
		}
	}
}

func fill(n int) []record {
	names := []string{"ada", "brian", "carol", "dennis", "edsger", "frances", "grace"}
	r := make([]record, n)
	seed := uint32(7)
	for i := range r {
		seed = seed*1664525 + 1013904223
		r[i] = record{i, float64(seed>>9) / 1000, names[seed%uint32(len(names))]}
	}
	return r
}

func main() {
	const n = 1000000
	r := fill(n)
	quick(byScore(r), 0, n)
	ok := true
	for i := 1; i < n; i++ {
		ok = ok && r[i-1].score <= r[i].score
	}
	println(ok, r[0].id, r[n-1].id)
	r = fill(n)
	insertionMerge(r, make([]record, n), func(a, b *record) bool {
		return a.name < b.name || a.name == b.name && a.id < b.id
	})
	println(r[0].id, r[n/2].id, r[n-1].id, r[n/2].name)
}
