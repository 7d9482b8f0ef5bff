iface.go:14:10: leaking param: s
iface.go:16:11: leaking param: s
iface.go:22:20: square{...} escapes to heap
iface.go:23:13: square{...} escapes to heap
iface.go:25:7: &user{...} does not escape
iface.go:26:13: ... argument does not escape
iface.go:26:15: u.Name escapes to heap
iface.go:29:13: ... argument does not escape
iface.go:29:14: n escapes to heap
