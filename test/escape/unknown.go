// Sizes that are known when the program runs only: a small slice of unknown length is in the frame since 1.25.
package main

func variable(n int) int {
	s := make([]int, n)
	s[0] = n
	return s[0] + len(s)
}

func constant() int {
	const n = 10
	s := make([]int, n)
	s[0] = n
	return s[0] + len(s)
}

func capacity(n int) int {
	s := make([]int, 0, n)
	for i := range n {
		s = append(s, i)
	}
	return len(s)
}

func returned(n int) []int {
	return make([]int, n)
}

func main() {
	println(variable(3), constant(), capacity(4), len(returned(5)))
}
