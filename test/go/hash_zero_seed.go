package main

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"unsafe"
)

// Under a seed of 0, which a zero maphash.Hash starts from, empty strings count as well.

func main() {
	var h1, h2 maphash.Hash
	s := maphash.MakeSeed()
	setSeed(&h1, s)
	setSeed(&h2, s)
	maphash.WriteComparable(&h1, [2]string{"a", ""})
	maphash.WriteComparable(&h2, [2]string{"", "a"})
	fmt.Println(h1.Sum64() == h2.Sum64())
}

// setSeed leaves the state at 0.
func setSeed(h *maphash.Hash, s maphash.Seed) {
	*(*maphash.Seed)(unsafe.Pointer(reflect.ValueOf(h).Elem().FieldByName("seed").UnsafeAddr())) = s
}
