// Functions of Go's runtime that packages reach by go:linkname, called as those packages call them.
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"sort"
	"unsafe"
)

// Go's old hiter, of which callers keep copies.
type hiter struct {
	key, elem, t, h, buckets, bptr, overflow, oldoverflow unsafe.Pointer
	startBucket                                           uintptr
	small                                                 [4]byte
	bucket, checkBucket                                   uintptr
}

//go:linkname mapiterinit runtime.mapiterinit
func mapiterinit(t, m unsafe.Pointer, it *hiter)

//go:linkname mapiternext runtime.mapiternext
func mapiternext(it *hiter)

//go:linkname reflectIterinit reflect.mapiterinit
func reflectIterinit(t, m unsafe.Pointer, it *hiter)

//go:linkname reflectIternext reflect.mapiternext
func reflectIternext(it *hiter)

//go:linkname reflectIterkey reflect.mapiterkey
func reflectIterkey(it *hiter) unsafe.Pointer

//go:linkname mapassign runtime.mapassign
func mapassign(t, m, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapassignStr runtime.mapassign_faststr
func mapassignStr(t, m unsafe.Pointer, key string) unsafe.Pointer

//go:linkname mapaccess2 runtime.mapaccess2
func mapaccess2(t, m, key unsafe.Pointer) (unsafe.Pointer, bool)

//go:linkname mapaccess2Str runtime.mapaccess2_faststr
func mapaccess2Str(t, m unsafe.Pointer, key string) (unsafe.Pointer, bool)

//go:linkname mapdelete runtime.mapdelete
func mapdelete(t, m, key unsafe.Pointer)

//go:linkname makemap runtime.makemap
func makemap(t unsafe.Pointer, size int, m unsafe.Pointer) unsafe.Pointer

//go:linkname mallocgc runtime.mallocgc
func mallocgc(size uintptr, t unsafe.Pointer, zero bool) unsafe.Pointer

//go:linkname newarray runtime.newarray
func newarray(t unsafe.Pointer, n int) unsafe.Pointer

//go:linkname typelinks reflect.typelinks
func typelinks() (sections []unsafe.Pointer, offsets [][]int32)

//go:linkname resolveTypeOff reflect.resolveTypeOff
func resolveTypeOff(in unsafe.Pointer, off int32) unsafe.Pointer

type node struct {
	next *node
	n    int
}

type eface struct{ typ, data unsafe.Pointer }

func descriptor(x any) unsafe.Pointer { return (*eface)(unsafe.Pointer(&x)).typ }

func maps() {
	t := descriptor(map[string]*node{})
	p := makemap(t, 10, nil)
	m := *(*map[string]*node)(unsafe.Pointer(&p))
	for i := 0; i < 3; i++ {
		key := fmt.Sprint("k", i)
		*(**node)(mapassign(t, p, unsafe.Pointer(&key))) = &node{n: i}
	}
	*(**node)(mapassignStr(t, p, "s")) = &node{n: 7}
	runtime.GC()
	e, ok := mapaccess2Str(t, p, "s")
	fmt.Println((*(**node)(e)).n, ok, m["k2"].n)
	no := "no"
	e, ok = mapaccess2(t, p, unsafe.Pointer(&no))
	fmt.Println(*(**node)(e) == nil, ok)
	one := "k1"
	mapdelete(t, p, unsafe.Pointer(&one))
	var seen []string
	it := new(hiter)
	for mapiterinit(t, p, it); it.key != nil; mapiternext(it) {
		runtime.GC()
		seen = append(seen, fmt.Sprint(*(*string)(it.key), (*(**node)(it.elem)).n))
	}
	var again hiter
	n := 0
	for reflectIterinit(t, p, &again); reflectIterkey(&again) != nil; reflectIternext(&again) {
		n++
	}
	sort.Strings(seen)
	fmt.Println(seen, n, len(m))
}

func memory() {
	t := descriptor(node{})
	list := (*node)(mallocgc(16, t, true))
	list.next = &node{n: 5}
	array := unsafe.Slice((*node)(newarray(t, 3)), 3)
	array[2].next = &node{n: 6}
	text := unsafe.Slice((*byte)(mallocgc(40, nil, true)), 40)
	runtime.GC()
	fmt.Println(list.next.n, array[2].next.n, text[39])
}

type listed struct{ x int }

func types() {
	found := false
	var obj any = reflect.TypeOf(&listed{})
	want := obj.(reflect.Type)
	sections, offsets := typelinks()
	for i, offs := range offsets {
		for _, off := range offs {
			(*eface)(unsafe.Pointer(&obj)).data = resolveTypeOff(sections[i], off)
			found = found || obj.(reflect.Type) == want
		}
	}
	fmt.Println(len(sections) == len(offsets), found)
}

func main() {
	maps()
	memory()
	types()
}
