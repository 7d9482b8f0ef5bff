// Package reflect: types, values, making types, calling, making functions, maps, channels, select.
package main

import (
	"fmt"
	"reflect"
	"strings"
)

type small struct{ A, B int8 }
type big struct {
	S string
	N [3]int
	F float64
}
type mixed struct {
	F float32
	I int32
	D float64
}
type inner struct{ V int }
type T struct {
	Name   string `json:"name" xml:"n"`
	hidden int
	inner
	P *T
}

func (t T) Get(prefix string, n int) string { return fmt.Sprint(prefix, t.Name, n) }
func (t *T) Set(s string)                   { t.Name = s }
func (t T) Variadic(xs ...int) (sum int) {
	for _, x := range xs {
		sum += x
	}
	return
}

type Getter interface {
	Get(string, int) string
}

func many(a int, b string, c float64, d small, e big, f mixed, g []int, h any, i error, j complex128, k bool, l float32, m map[string]int, n [2]float64) (string, big, float64, error) {
	return fmt.Sprint(a, b, c, d, e, f, g, h, i, j, k, l, m, n), e, c * 2, fmt.Errorf("e")
}
func two(m mixed) (mixed, bool) { return mixed{m.F + 1, m.I + 1, m.D + 1}, true }
func cplx(a complex64, b complex128) (complex128, complex64) {
	return complex128(a) + b, complex64(b)
}
func none(struct{}, [0]int)  {}
func floats(a, b, c, d, e, f, g, h, i, j float64) float64 { return a + b*2 + j*100 + i*10 }

func main() {
	t := T{"n", 1, inner{5}, nil}
	typ := reflect.TypeOf(t)
	fmt.Println(typ, typ.Kind(), typ.NumField(), typ.NumMethod(), typ.Size(), typ.PkgPath(), typ.Name(), typ.String())
	for i := 0; i < typ.NumField(); i++ {
		f := typ.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag.Get("json"), f.Offset, f.Index, f.Anonymous, f.PkgPath, f.IsExported())
	}
	pt := reflect.TypeOf(&t)
	for i := 0; i < pt.NumMethod(); i++ {
		m := pt.Method(i)
		fmt.Println(m.Name, m.Type, m.Index)
	}
	f, ok := typ.FieldByName("V")
	fmt.Println(f.Name, f.Index, ok, typ.Implements(reflect.TypeOf((*Getter)(nil)).Elem()), pt.Elem() == typ)
	fmt.Println(reflect.TypeOf(many), reflect.TypeOf(many).NumIn(), reflect.TypeOf(T.Variadic).IsVariadic(), reflect.TypeOf(map[string][]*int{}), reflect.TypeOf(make(<-chan int)))

	v := reflect.ValueOf(&t).Elem()
	v.Field(0).SetString("changed")
	v.FieldByName("V").SetInt(9)
	fmt.Println(t, v.Field(1).CanSet(), v.Addr().Interface() == any(&t), v.NumField())
	r := v.MethodByName("Get").Call([]reflect.Value{reflect.ValueOf("p:"), reflect.ValueOf(3)})
	fmt.Println(r[0], r[0].Kind())
	v.Addr().MethodByName("Set").Call([]reflect.Value{reflect.ValueOf("set")})
	fmt.Println(t.Name, v.MethodByName("Variadic").Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf(2)})[0],
		v.MethodByName("Variadic").CallSlice([]reflect.Value{reflect.ValueOf([]int{4, 5})})[0])
	var g Getter = t
	fmt.Println(reflect.ValueOf(&g).Elem().Method(0).Call([]reflect.Value{reflect.ValueOf("i"), reflect.ValueOf(1)})[0])
	out := reflect.ValueOf(many).Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf("b"), reflect.ValueOf(2.5), reflect.ValueOf(small{1, 2}),
		reflect.ValueOf(big{"s", [3]int{1, 2, 3}, 4.5}), reflect.ValueOf(mixed{1.5, 2, 3.5}), reflect.ValueOf([]int{7}), reflect.ValueOf("any"),
		reflect.Zero(reflect.TypeOf((*error)(nil)).Elem()), reflect.ValueOf(1 + 2i), reflect.ValueOf(true), reflect.ValueOf(float32(0.5)),
		reflect.ValueOf(map[string]int{"k": 1}), reflect.ValueOf([2]float64{1, 2})})
	fmt.Println(out[0], out[1], out[2], out[3])
	out = reflect.ValueOf(two).Call([]reflect.Value{reflect.ValueOf(mixed{1, 2, 3})})
	fmt.Println(out[0], out[1])
	out = reflect.ValueOf(cplx).Call([]reflect.Value{reflect.ValueOf(complex64(1 + 2i)), reflect.ValueOf(3 + 4i)})
	fmt.Println(out[0], out[1], len(reflect.ValueOf(none).Call([]reflect.Value{reflect.ValueOf(struct{}{}), reflect.ValueOf([0]int{})})))
	var fl []reflect.Value
	for i := 1; i <= 10; i++ {
		fl = append(fl, reflect.ValueOf(float64(i)))
	}
	fmt.Println(reflect.ValueOf(floats).Call(fl)[0])

	// functions made by reflection, entered from compiled code
	swap := func(in []reflect.Value) []reflect.Value { return []reflect.Value{in[1], in[0]} }
	var is func(int, int) (int, int)
	reflect.ValueOf(&is).Elem().Set(reflect.MakeFunc(reflect.TypeOf(is), swap))
	fmt.Println(is(1, 2))
	var ss func(string, big) (big, string)
	reflect.ValueOf(&ss).Elem().Set(reflect.MakeFunc(reflect.TypeOf(ss), swap))
	fmt.Println(ss("x", big{"y", [3]int{1}, 2}))
	var mm func(mixed, float64, float64, float64, float64, float64, float64, float64, float64, int, int, int, int, int, string, small) (string, small)
	reflect.ValueOf(&mm).Elem().Set(reflect.MakeFunc(reflect.TypeOf(mm), func(in []reflect.Value) []reflect.Value {
		var b strings.Builder
		for _, x := range in {
			fmt.Fprint(&b, x, " ")
		}
		return []reflect.Value{reflect.ValueOf(b.String()), in[len(in)-1]}
	}))
	fmt.Println(mm(mixed{1, 2, 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, "str", small{3, 4}))
	get := v.Method(0).Interface().(func(string, int) string)
	fmt.Println(get("mv:", 2), reflect.ValueOf(T.Get).Call([]reflect.Value{v, reflect.ValueOf("me:"), reflect.ValueOf(8)})[0])

	// types made by reflection
	st := reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeOf(0), Tag: `k:"v"`}, {Name: "Y", Type: reflect.TypeOf("")}})
	sv := reflect.New(st).Elem()
	sv.Field(0).SetInt(3)
	sv.Field(1).SetString("why")
	fmt.Printf("%v %+v %T\n", sv, sv.Interface(), sv.Interface())
	mt := reflect.MapOf(reflect.TypeOf(""), reflect.TypeOf(big{}))
	mv := reflect.MakeMap(mt)
	for i := 0; i < 100; i++ {
		mv.SetMapIndex(reflect.ValueOf(fmt.Sprint("k", i)), reflect.ValueOf(big{fmt.Sprint(i), [3]int{i}, 0}))
	}
	mv.SetMapIndex(reflect.ValueOf("k1"), reflect.Value{})
	fmt.Println(mt, mv.Len(), mv.MapIndex(reflect.ValueOf("k42")), mv.MapIndex(reflect.ValueOf("k1")).IsValid())
	sum, n := 0, 0
	for it := mv.MapRange(); it.Next(); n++ {
		sum += int(it.Value().Field(1).Index(0).Int()) + len(it.Key().String())*0
	}
	fmt.Println(sum, n, len(mv.MapKeys()), reflect.TypeOf(map[string]int{}) == reflect.MapOf(reflect.TypeOf(""), reflect.TypeOf(0)))
	av := reflect.New(reflect.ArrayOf(5, reflect.TypeOf(t))).Elem()
	av.Index(2).Field(0).SetString("third")
	fmt.Println(av.Len(), av.Index(2).Field(0), av.Type())
	sl := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(1.5)), 2, 2)
	sl = reflect.Append(sl, reflect.ValueOf(2.5))
	fmt.Println(sl, sl.Len(), sl.Slice(1, 3), sl.Type(), reflect.PtrTo(st).Kind(), reflect.FuncOf([]reflect.Type{st}, nil, false))
	reflect.Swapper([]int{1})(0, 0)

	// channels
	ch := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, reflect.TypeOf("")), 1)
	ch.Send(reflect.ValueOf("sent"))
	fmt.Println(ch.TrySend(reflect.ValueOf("full")), ch.Len(), ch.Cap())
	x, ok := ch.Recv()
	fmt.Println(x, ok)
	c2 := make(chan int, 1)
	c2 <- 5
	chosen, rv, ok := reflect.Select([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: ch}, {Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c2)}})
	fmt.Println(chosen, rv, ok)
	chosen, _, _ = reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: ch}, {Dir: reflect.SelectDefault}})
	fmt.Println(chosen)
	chosen, _, _ = reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c2)}, {Dir: reflect.SelectSend, Chan: ch, Send: reflect.ValueOf("s")}})
	fmt.Println(chosen)

	fmt.Println(reflect.DeepEqual(map[string][]int{"a": {1}}, map[string][]int{"a": {1}}), reflect.DeepEqual([]int{1}, []int{2}),
		reflect.ValueOf(3).Convert(reflect.TypeOf(1.5)), reflect.Indirect(reflect.ValueOf(&t)).Type(), reflect.Zero(typ))
	func() {
		defer func() { fmt.Println(recover()) }()
		reflect.ValueOf(1).SetInt(2)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		reflect.ValueOf(many).Call(nil)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		reflect.ValueOf(func() { panic("inside") }).Call(nil)
	}()
}
