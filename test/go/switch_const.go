package main

// A switch whose tag is a constant of a wide type: the cases keep their width.

func main() {
	switch int64(7) {
	case -1 << 63, 7:
		println("seven")
	case 0:
		println("zero")
	}
	switch uint64(1 << 40) {
	case 0:
		println("zero")
	case 1 << 40:
		println("wide")
	}
}
