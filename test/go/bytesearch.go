// Counting and finding bytes against plain loops, at all alignments and around the sizes of vectors.
package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
)

func count(b []byte, c byte) (n int) {
	for _, x := range b {
		if x == c {
			n++
		}
	}
	return n
}

func find(a, b []byte) int {
	for i := 0; i+len(b) <= len(a); i++ {
		k := 0
		for k < len(b) && a[i+k] == b[k] {
			k++
		}
		if k == len(b) {
			return i
		}
	}
	return -1
}

func main() {
	r := rand.New(rand.NewSource(1))
	bad := 0
	for round := 0; round < 20000; round++ {
		letters := 1 + r.Intn(4)
		n := r.Intn(120)
		if round%50 == 0 {
			n = r.Intn(20000)
		}
		buf := make([]byte, 64+n)
		for i := range buf {
			buf[i] = 'a' + byte(r.Intn(letters))
		}
		at := r.Intn(33)
		a := buf[at : at+n]
		k := 2 + r.Intn(62)
		b := make([]byte, k)
		for i := range b {
			b[i] = 'a' + byte(r.Intn(letters))
		}
		if len(a) >= k && r.Intn(2) == 0 {
			from := r.Intn(len(a) - k + 1)
			copy(b, a[from:])
		}
		if bytes.Count(a, b[:1]) != count(a, b[0]) || strings.Count(string(a), string(b[:1])) != count(a, b[0]) {
			fmt.Println("count", len(a), at)
			bad++
		}
		if bytes.Index(a, b) != find(a, b) || strings.Index(string(a), string(b)) != find(a, b) {
			fmt.Println("index", len(a), at, k, bytes.Index(a, b), find(a, b))
			bad++
		}
	}
	all := bytes.Repeat([]byte{'x'}, 1<<20+5)
	fmt.Println(bad, bytes.Count(all, []byte("x")), bytes.Count(all, []byte("y")), bytes.Index(append(all, "yz"...), []byte("yz")))
}
