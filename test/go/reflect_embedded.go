package main

import (
	"fmt"
	"reflect"
)

// reflect.StructOf asks a pointer's descriptor for names that its element's descriptor holds.

type number int

func (n number) Get() int   { return int(n) }
func (n number) Other() int { return -int(n) }
func (n *number) Set(x int) { *n = number(x) }

type Number = number

type pair struct{ a, b int }

func (p pair) Sum() int         { return p.a + p.b }
func (p *pair) Reset()          { *p = pair{} }
func (p *pair) Scale(x int) int { return (p.a + p.b) * x }

type Pointer *pair

func structOf(name string, t reflect.Type) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: name, Type: t, Anonymous: true}})
}

func main() {
	n := Number(3)
	for _, v := range []reflect.Value{reflect.ValueOf(&n), reflect.ValueOf(&pair{3, 4})} {
		t := structOf("Embedded", v.Type())
		s := reflect.New(t).Elem()
		s.Field(0).Set(v)
		for i := range v.Type().NumMethod() {
			fmt.Print(" ", v.Type().Method(i).Name)
		}
		fmt.Println(":", t.NumField(), t.Field(0).Type)
		if g, ok := s.Interface().(interface{ Get() int }); ok {
			fmt.Println(g.Get())
		}
		if g, ok := s.Interface().(interface{ Scale(int) int }); ok {
			fmt.Println(g.Scale(2))
		}
	}
	fmt.Println(reflect.TypeFor[Pointer](), reflect.TypeFor[Pointer]().Name(), reflect.TypeFor[*Pointer](), reflect.TypeFor[**pair]())
	t := structOf("Number", reflect.TypeOf(n))
	s := reflect.New(t).Elem()
	s.Field(0).SetInt(7)
	fmt.Println(s.Interface().(interface{ Get() int }).Get(), s.Interface().(interface{ Other() int }).Other())
}
