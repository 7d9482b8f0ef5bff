// Large types that package reflect makes: their pointers are found by the collector, whatever they are made of.
package main

import (
	"fmt"
	"reflect"
	"runtime"
)

type odd struct { // 5000 words with pointers, laid out in several runs
	a [2000]struct {
		p *int
		n int
	}
	n [500]int
	q [4000]*int
	b byte
}

type pair struct {
	n int
	p *int
}

func number(i int) *int {
	p := new(int)
	*p = i
	return p
}

// fill sets every pointer in v to a number, from n up, and returns the next.
func fill(v reflect.Value, n int) int {
	switch v.Kind() {
	case reflect.Ptr:
		v.Set(reflect.ValueOf(number(n)))
		return n + 1
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			f := v.Field(i)
			if !f.CanSet() {
				f = reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
			}
			n = fill(f, n)
		}
	case reflect.Array:
		if k := v.Type().Elem().Kind(); k == reflect.Ptr || k == reflect.Struct || k == reflect.Array {
			for i := 0; i < v.Len(); i++ {
				n = fill(v.Index(i), n)
			}
		}
	}
	return n
}

func sum(v reflect.Value) (s, count int) {
	switch v.Kind() {
	case reflect.Ptr:
		return int(v.Elem().Int()), 1
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			a, b := sum(v.Field(i))
			s, count = s+a, count+b
		}
	case reflect.Array:
		if k := v.Type().Elem().Kind(); k == reflect.Ptr || k == reflect.Struct || k == reflect.Array {
			for i := 0; i < v.Len(); i++ {
				a, b := sum(v.Index(i))
				s, count = s+a, count+b
			}
		}
	}
	return
}

func structOf(types ...reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for i, t := range types {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", i), Type: t})
	}
	return reflect.StructOf(fields)
}

var kept []reflect.Value

func main() {
	ptr, byt, prs := reflect.TypeOf((*int)(nil)), reflect.TypeOf(byte(0)), reflect.TypeOf(pair{})
	big := reflect.ArrayOf(16500, ptr)
	types := []reflect.Type{
		reflect.ArrayOf(1000, ptr),
		big,
		reflect.ArrayOf(9000, prs),
		reflect.ArrayOf(3, big),
		structOf(byt, big),
		structOf(ptr, byt, big, byt),
		structOf(reflect.ArrayOf(100, ptr), byt, big),
		structOf(byt, reflect.TypeOf(odd{}), ptr),
		reflect.ArrayOf(2, reflect.TypeOf(odd{})),
		reflect.ArrayOf(3, structOf(byt, big, prs)),
		structOf(reflect.ArrayOf(70000, byt), ptr),
	}
	for _, t := range types {
		v := reflect.New(t).Elem()
		n := fill(v, 1)
		kept = append(kept, v)
		fmt.Println(len(t.String()), t.Size(), n-1)
	}
	for i := 0; i < 3; i++ {
		runtime.GC()
		for j := 0; j < 200000; j++ {
			number(-1)
		}
	}
	for _, v := range kept {
		s, n := sum(v)
		fmt.Println(n, s == n*(n+1)/2)
	}
}
