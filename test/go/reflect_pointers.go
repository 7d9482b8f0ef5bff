package main

// A pointer type with methods is found through the type it points to, although no code mentions it.

import (
	"fmt"
	"reflect"
)

type inner struct{ n int }

func (i *inner) Get() int { return i.n }

type gen[T any] struct{ v T }

func (g *gen[T]) Val() T { return g.v }

type local interface{ Get() int }

func main() {
	x := struct{ inner }{inner{5}}
	p := reflect.New(reflect.TypeOf(x))
	p.Elem().Set(reflect.ValueOf(x))
	l, ok := p.Interface().(local)
	fmt.Println(ok, reflect.PointerTo(reflect.TypeOf(x)).NumMethod())
	if ok {
		fmt.Println(l.Get())
	}
	g := reflect.TypeOf(gen[string]{"s"})
	fmt.Println(reflect.PointerTo(g).NumMethod(), g.NumMethod())
	fmt.Println(reflect.New(g).MethodByName("Val").Call(nil)[0].Len())
	_, ok = reflect.New(reflect.TypeOf(struct {
		A int
		*inner
	}{})).Interface().(local)
	fmt.Println(ok)
}
