// A word-frequency pipeline made of iterators: text is split into words, words are cleaned, filtered,
// grouped and counted; nothing is kept in between but the counts.
package main

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// Seq and Seq2 are what a loop ranges over.
type Seq[V any] func(yield func(V) bool)
type Seq2[K, V any] func(yield func(K, V) bool)

const text = `It is a truth universally acknowledged, that a single man in possession
of a good fortune, must be in want of a wife. However little known the feelings or views
of such a man may be on his first entering a neighbourhood, this truth is so well fixed in
the minds of the surrounding families, that he is considered the rightful property of some
one or other of their daughters.`

// Lines yields the lines of s with their numbers.
func Lines(s string) Seq2[int, string] {
	return func(yield func(int, string) bool) {
		rest := s
		for n := 1; len(rest) > 0; n++ {
			line := rest
			if i := strings.IndexByte(rest, '\n'); i >= 0 {
				line, rest = rest[:i], rest[i+1:]
			} else {
				rest = ""
			}
			if !yield(n, line) {
				return
			}
		}
	}
}

// Words yields what lies between characters that are no letters.
func Words(s string) Seq[string] {
	return func(yield func(string) bool) {
		start := -1
		for i, r := range s {
			if unicode.IsLetter(r) {
				if start < 0 {
					start = i
				}
				continue
			}
			if start >= 0 {
				if !yield(s[start:i]) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(s[start:])
		}
	}
}

func Map[A, B any](seq Seq[A], f func(A) B) Seq[B] {
	return func(yield func(B) bool) {
		for a := range seq {
			if !yield(f(a)) {
				return
			}
		}
	}
}

func Filter[V any](seq Seq[V], keep func(V) bool) Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func FlatMap[K, A, B any](seq Seq2[K, A], f func(A) Seq[B]) Seq[B] {
	return func(yield func(B) bool) {
		for _, a := range seq {
			for b := range f(a) {
				if !yield(b) {
					return
				}
			}
		}
	}
}

func Take[V any](seq Seq[V], n int) Seq[V] {
	return func(yield func(V) bool) {
		if n <= 0 {
			return
		}
		left := n
		for v := range seq {
			if !yield(v) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// Windows yields every run of n values; the slice is used again.
func Windows[V any](seq Seq[V], n int) Seq[[]V] {
	return func(yield func([]V) bool) {
		var w []V
		for v := range seq {
			if len(w) == n {
				w = append(w[:0], w[1:]...)
			}
			w = append(w, v)
			if len(w) == n && !yield(w) {
				return
			}
		}
	}
}

// Count counts equal values.
func Count[V comparable](seq Seq[V]) map[V]int {
	m := make(map[V]int)
	for v := range seq {
		m[v]++
	}
	return m
}

// ByValue yields the entries of a map, the largest values first, equal ones by key.
func ByValue[M ~map[K]V, K ~string, V ~int](m M) Seq2[K, V] {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		return m[a] > m[b] || m[a] == m[b] && a < b
	})
	return func(yield func(K, V) bool) {
		for _, k := range keys {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

func Group[V any, K comparable](seq Seq[V], key func(V) K) map[K][]V {
	m := make(map[K][]V)
	for v := range seq {
		k := key(v)
		m[k] = append(m[k], v)
	}
	return m
}

func main() {
	words := Map(FlatMap(Lines(text), Words), strings.ToLower)
	counts := Count(words)
	total := 0
	for range words {
		total++
	}
	fmt.Println(total, "words,", len(counts), "different")
	shown := 0
	for w, n := range ByValue(counts) {
		if shown++; shown > 6 {
			break
		}
		fmt.Printf("%4d %-8s %s\n", n, w, strings.Repeat("#", n))
	}

	long := Filter(words, func(w string) bool { return len(w) > 8 })
	for w := range Take(long, 5) {
		fmt.Print(w, " ")
	}
	fmt.Println()

	byLength := Group(words, func(w string) int { return len(w) })
	for n := range 14 {
		if ws := byLength[n]; len(ws) > 0 {
			fmt.Printf("%2d: %2d, first %q\n", n, len(ws), ws[0])
		}
	}

	pairs := Count(Map(Windows(words, 2), func(w []string) string { return strings.Join(w, " ") }))
	for p, n := range ByValue(pairs) {
		if n < 2 {
			break
		}
		fmt.Println(n, p)
	}

lines:
	for n, line := range Lines(text) {
		for w := range Words(line) {
			switch w {
			case "fixed":
				fmt.Println("found on line", n)
				break lines
			case "wife":
				fmt.Println("no need to look further on line", n)
				continue lines
			}
		}
	}
}
