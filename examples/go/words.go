// Words counts the words of a made-up text and prints the most frequent: maps, slices, closures, interfaces, methods.
package main

type counter struct {
	word  string
	count int
}

type ranking []counter

func (r ranking) top(n int, better func(a, b counter) bool) ranking {
	for i := 0; i < n && i < len(r); i++ {
		best := i
		for j := i + 1; j < len(r); j++ {
			if better(r[j], r[best]) {
				best = j
			}
		}
		r[i], r[best] = r[best], r[i]
	}
	if n > len(r) {
		n = len(r)
	}
	return r[:n]
}

// text calls yield with each word of an endless-looking text, until yield says stop.
func text(words int, yield func(string) bool) {
	syllables := []string{"go", "lem", "a", "re", "na", "span", "mark", "sweep"}
	seed := uint32(1)
	next := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>16) % n
	}
	for i := 0; i < words; i++ {
		word := ""
		for j := next(3); j >= 0; j-- {
			word += syllables[next(len(syllables))]
		}
		if !yield(word) {
			return
		}
	}
}

func main() {
	counts := make(map[string]int)
	text(500000, func(word string) bool {
		counts[word]++
		return true
	})
	var all ranking
	for word, n := range counts {
		all = append(all, counter{word, n})
	}
	for _, c := range all.top(5, func(a, b counter) bool {
		return a.count > b.count || a.count == b.count && a.word < b.word
	}) {
		println(c.count, c.word)
	}
	defer func() {
		if err, ok := recover().(error); ok {
			println("recovered:", err.Error())
		}
	}()
	println(all[len(all)].word)
}
