// String-keyed map: building keys, counting, looking up, deleting.
package main

func key(i int) string {
	var buf [16]byte
	p := len(buf)
	for {
		p--
		buf[p] = byte('0' + i%10)
		i /= 10
		if i == 0 {
			break
		}
	}
	return "key" + string(buf[p:])
}

func main() {
	counts := map[string]int{}
	seed := uint32(42)
	for i := 0; i < 3000000; i++ {
		seed = seed*1664525 + 1013904223
		counts[key(int(seed>>8)%200000)]++
	}
	most, sum := 0, 0
	for _, n := range counts {
		if n > most {
			most = n
		}
		sum += n
	}
	println(len(counts), most, sum)
	hits := 0
	for i := 0; i < 3000000; i++ {
		if _, ok := counts[key(i%400000)]; ok {
			hits++
		}
	}
	println(hits)
	for i := 0; i < 100000; i++ {
		delete(counts, key(i))
	}
	println(len(counts))
}
