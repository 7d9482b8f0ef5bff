package main

// Constant contents of slices, maps and string switches as static data; what is made from them is fresh each time.

type point struct{ x, y int }

func ints() []int { return []int{1, 2, 3, 4, 5, 6, 7, 8, 20: 9} }

func points() []point { return []point{{1, 2}, {3, 4}, {5, 6}, {7, 8}} }

func values() []interface{} { return []interface{}{1, "a", 2.5, nil, point{1, 2}} }

func table() map[string]int {
	n := 100
	return map[string]int{
		"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10, "k": 11, "l": 12, "m": 13,
		"n": 14, "o": 15, "p": 16, "q": 17, "r": 18, "s": 19, "t": 20, "u": 21, "v": 22, "w": 23, "x": 24, "y": 25,
		"z": 26, "": 27, "more": n,
	}
}

var global = map[int]interface{}{
	1: 1, 2: "2", 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9, 10: point{1, 2}, 11: nil, 12: 12, 13: 13, 14: 14, 15: 15,
	16: 16, 17: 17, 18: 18, 19: 19, 20: 20, 21: 21, 22: 22, 23: 23, 24: 24, 25: 25, 26: 26, 27: 27,
}

type name string

func find(s name) int {
	switch s {
	case "break", "case", "chan":
		return 1
	case "const", "\x00", "continue":
		return 2
	case "":
		return 3
	case "default":
		fallthrough
	case "defer":
		return 4
	default:
		return -1
	case "else", "fallthrough":
		if len(s) > 4 {
			break
		}
		return 5
	}
	return 6
}

func main() {
	a, b := ints(), ints()
	a[0] = 77
	println(len(a), a[0], b[0], b[7], b[8], b[20])
	p := points()
	p[1].x = 9
	println(p[1].x, points()[1].x, points()[3].y)
	v := values()
	v[0] = 5
	println(v[0].(int), values()[0].(int), values()[4].(point).y, len(v))
	m := table()
	m["a"] = 50
	sum := 0
	for _, x := range table() {
		sum += x
	}
	println(len(m), m["a"], table()["a"], m[""], m["more"], sum)
	println(len(global), global[2].(string), global[10].(point).x, global[11] == nil, global[27].(int))
	for _, s := range []name{"break", "chan", "const", "\x00", "continue", "", "default", "defer", "else", "fallthrough", "x", "contin", "defes"} {
		print(find(s), " ")
	}
	println()
}
