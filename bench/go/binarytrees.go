// Binary trees: many short-lived and one long-lived tree of small nodes; allocation and collection.
package main

type node struct{ left, right *node }

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{build(depth - 1), build(depth - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func main() {
	const minDepth, maxDepth = 4, 18
	println("stretch", build(maxDepth+1).count())
	long := build(maxDepth)
	for depth := minDepth; depth <= maxDepth; depth += 2 {
		rounds := 1 << uint(maxDepth-depth+minDepth)
		check := 0
		for i := 0; i < rounds; i++ {
			check += build(depth).count()
		}
		println(rounds, depth, check)
	}
	println("long", long.count())
}
