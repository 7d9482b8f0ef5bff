pointer.go:9:15: leaking param: name
pointer.go:10:2: moved to heap: u
pointer.go:14:20: leaking param: name to result ~r0 level=0
pointer.go:19:15: u does not escape
