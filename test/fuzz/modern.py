"""What random programs use of Go since 1.18: type parameters, range over functions and integers, and the new builtins.

EXPRS and STATEMENTS are as in expressions.py and statements.py; PRELUDE has the generic types, functions and iterators
that they refer to. A generic function of random statements has one type parameter, TP; while it is made, TP and the types
made of it are among the generator's types, and what a function needs for such a type is a generic function of PRELUDE.
"""
import re

from kinds import Fn, T, Var

OPEN = re.compile(r"\bTP\b")


class Modern:
    # --- types ---

    def box_of(self, e):
        return self.add_type(T("struct", "Box[%s]" % e.text, named=True, fields=[("v", e), ("more", self.slice_of(e))]))

    def pair_of(self, a, b):
        return self.add_type(T("struct", "Pair[%s, %s]" % (a.text, b.text), named=True, fields=[("a", a), ("b", b)]))

    def boxes(self):
        return [u for u in self.types if u.text.startswith("Box[")]

    def is_open(self, t):
        return bool(OPEN.search(t.text))

    # --- a generic function ---

    def open_types(self):
        """TP and what parameters are made of."""
        p = self.add_type(T("param", "TP", named=True))
        self.add_type(T("func", "func(int) TP", key=self.int, elem=p))
        return [p, self.slice_of(p), self.ptr_to(p), self.box_of(p)]

    def close_types(self):
        for t in [t for t in self.types if self.is_open(t)]:
            self.types.remove(t)
            del self.by_text[t.text]

    def instance(self, f, t):
        """The function that f is for TP = t."""
        def of(u):
            if not self.is_open(u):
                return u
            if u.kind == "param":
                return t
            if u.kind == "slice":
                return self.slice_of(t)
            if u.kind == "func":
                return self.add_type(T("func", "func(int) %s" % t.text, key=self.int, elem=t))
            return self.ptr_to(t) if u.kind == "ptr" else self.box_of(t)
        return Fn("%s[%s]" % (f.name, t.text), [of(p) for p in f.params], [of(r) for r in f.results], f.variadic)

    def generic_function(self, i):
        opened = self.open_types()
        known = list(self.fns)
        params = [self.pick(opened), self.pick(opened + [self.value_type()])]
        self.function(i, "[TP any]", params, [self.pick(opened)] + self.r.sample([self.int, self.any], self.r.randint(0, 1)))
        f, self.fns = self.fns[-1], known
        self.close_types()
        usable = [t for t in self.types if t.text.count("Box[") < 2]
        self.fns += [self.instance(f, t) for t in self.r.sample(usable, 2)]

    # --- expressions ---

    def x_pick(self, t, d):
        return "choose[%s](%s, %s, %s)" % (t.text, self.expr(self.bool, d - 1), self.expr(t, d - 1), self.expr(t, d - 1))

    def x_least(self, t, d):
        values = [self.var_expr(t, d - 1)] + [self.expr(t, d - 1) for _ in range(self.r.randint(1, 3))]
        self.r.shuffle(values)
        return "%s(%s)" % (self.pick(["min", "max", "least[%s]" % t.text]), ", ".join(values))

    def x_total(self, t, d):
        return "total[%s](%s)" % (t.text, ", ".join(self.expr(t, d - 1) for _ in range(self.r.randint(0, 3))))

    def x_turn(self, t, d):
        u = self.pick([u for u in self.types if u.is_int()])
        return "turned[%s, %s](%s)" % (t.text, u.text, self.expr(u, d - 1))

    def x_fold(self, t, d):
        us = [u for u in self.types if u.kind == "slice"]
        u, a, x = self.pick(us), self.name("a"), self.name("x")
        saved = len(self.scope)
        self.scope += [Var(a, t), Var(x, u.elem)]
        body = self.expr(t, d - 1)
        del self.scope[saved:]
        return "fold[%s, %s](%s, %s, func(%s %s, %s %s) %s { burn(); recover(); return %s })" % (
            u.elem.text, t.text, self.expr(u, d - 1), self.expr(t, d - 1), a, t.text, x, u.elem.text, t.text, body)

    def x_box(self, t, d):
        """A method of Box[t], called in one of the ways that methods are."""
        us = [u for u in self.boxes() if u.fields[0][1] is t]
        u = self.pick(us) if us else self.box_of(t)
        b = self.expr(u, d - 1)
        how = self.r.randrange(5)
        if how == 0:
            return "%s.Get()" % self.paren_lit(b)
        if how == 1:
            return "%s.Get(%s)" % (u.text, b)
        if how == 2:
            return "called(%s.Get)" % self.paren_lit(b)
        if how == 3:
            other = self.value_type()
            return "%s.With(%s(%s)).a" % (self.paren_lit(b), self.wrapped(other), self.expr(other, d - 1))
        return "(*%s)(nil).Put(%s).Put(%s).v" % (u.text, self.expr(t, d - 1), self.expr(t, d - 1))

    def wrapped(self, t):
        return "(%s)" % t.text if t.kind in ("ptr", "chan", "func", "iface") else t.text

    def x_boxed(self, t, d):
        v = t.fields[0][1]
        return "*%s(%s).Put(%s)" % (self.place(self.ptr_to(t)), self.expr(self.ptr_to(t), d - 1), self.expr(v, d - 1))

    def x_swap(self, t, d):
        a, b = (f for _, f in t.fields)
        return "%s.Swap()" % self.paren_lit(self.expr(self.pair_of(b, a), d - 1))

    def x_kind(self, t, d):
        u = self.value_type()
        return "kindof[%s](%s)" % (u.text, self.expr(u, d - 1))

    def x_same(self, t, d):
        u = self.pick([u for u in self.types if u.strictly_comparable()])
        return "same[%s](%s, %s)" % (u.text, self.expr(u, d - 1), self.expr(u, d - 1))

    def x_new(self, t, d):
        return "new(%s(%s))" % (self.wrapped(t.elem), self.expr(t.elem, d - 1))

    def x_from_slice(self, t, d):
        s = "padded(%s, %d)" % (self.expr(self.slice_of(t.elem), d - 1), t.n)
        return self.pick(["%s(%s)", "*(*%s)(%s)"]) % (t.text, s)

    def x_unsafe(self, t, d):
        return "%s(%s(%s))" % (t.text, "retold" if t.kind == "string" else "resliced", self.expr(t, d - 1))

    def x_told(self, t, d):
        """A method value, bound and called elsewhere."""
        u = self.pick(self.concrete)
        how = self.r.randrange(3)
        x = self.paren_lit(self.expr(u, d - 1))
        if how == 1:
            x = "shaped(%s)" % self.expr(self.shape, d - 1)
        elif how == 2:
            x = "%s(%s)" % (self.place(self.ptr_to(u)), self.expr(self.ptr_to(u), d - 1))
        return "%s(told(%s.W, %s))" % (t.text, x, self.expr(self.int, d - 1))

    def x_table(self, t, d):
        """A literal of many constants."""
        n = self.r.randint(9, 40)
        if t.kind == "map":
            keys = ["%d" % i for i in range(n)] if t.key.is_int() else ['"k%d"' % i for i in range(n)]
            entries = ["%s: %s" % (k, self.literal(t.elem, 0)) for k in keys]
            if self.chance(0.5):
                i = self.r.randrange(n)
                entries[i] = "%s: %s" % (keys[i], self.expr(t.elem, d - 1))
            return "%s{%s}" % (t.text, ", ".join(entries))
        return "%s{%s}" % (t.text, ", ".join(self.literal(t.elem, 1) for _ in range(n)))

    def x_promoted(self, t, d):
        """A struct literal with keys of an embedded struct's fields."""
        own = {n for n, _ in t.fields}
        found = [(e, n, f) for e, pointer in t.embeds if not pointer for n, f in e.fields if n not in own]
        if not found:
            return None
        e = self.pick(found)[0]
        keys = [(n, f) for x, n, f in found if x is e and self.chance(0.7)] + [(n, f) for n, f in t.fields if n != e.text and self.chance(0.5)]
        self.r.shuffle(keys)
        return "%s{%s}" % (t.text, ", ".join("%s: %s" % (n, self.inner(f, d - 1)) for n, f in keys))

    def x_spread(self, t, d):
        """append of what a function of two results gives."""
        return "append(both(%s, %s))" % (self.capped(t, d), self.expr(t.elem, d - 1))

    # --- statements ---

    def s_range_int(self, d):
        i = self.name("i")
        t = self.pick([t for t in self.types if t.is_int()])
        limit = self.pick(["%d" % self.r.randint(0, 4), "%s(%d)" % (t.text, self.r.randint(0, 5)), "%s & 3" % self.var_expr(t, 1)])
        if self.chance(0.2):
            self.loop("for range %s {" % limit, d)
        elif "&" in limit or "(" in limit:
            self.loop("for %s := range %s {" % (i, limit), d, [Var(i, t, self.chance(0.5))])
        else:
            self.loop("for %s := range %s {" % (i, limit), d, [Var(i, self.int, self.chance(0.5))])

    def sequence(self, d):
        """An iterator, and the types of what it yields."""
        how = self.r.randrange(8)
        u = self.pick([u for u in self.types if u.kind == "slice"])
        x = self.expr(u, 1)
        if how == 0:
            return "each(%s(%s))" % (u.text, x), [self.int, u.elem]
        if how == 1:
            return "backward(%s(%s))" % (u.text, x), [self.int, u.elem]
        if how == 2:
            return "upto(%s & 7)" % self.var_expr(self.int, 1), [self.int]
        if how == 3:
            return "values(%s(%s))" % (u.text, x), [u.elem]
        if how == 4:
            b = self.pick(self.boxes() or [self.box_of(self.int)])
            return "%s.All()" % self.paren_lit(self.expr(b, 1)), [self.int, b.fields[0][1]]
        if how == 5:
            return "chained(upto(%d), upto(%s & 3))" % (self.r.randint(0, 3), self.var_expr(self.int, 1)), [self.int]
        if how == 6:
            return "grown(%d).All()" % self.r.randint(0, 9), [self.int]
        return "twice", []

    def s_range_func(self, d):
        seq, types = self.sequence(d)
        seq = "(%s)" % seq if "{" in seq else seq
        n = self.r.randint(0, len(types))
        if n and self.chance(0.2) and all(self.targets(t) for t in types[:n]):
            self.loop("for %s = range %s {" % (", ".join(self.pick(self.targets(t)).text for t in types[:n]), seq), d)
            return
        names = [self.name("e") for _ in range(n)]
        head = "%s := range" % ", ".join(names) if n else "range"
        self.loop("for %s %s {" % (head, seq), d, [Var(e, t, self.chance(0.5)) for e, t in zip(names, types)])

    def s_misled(self, d):
        """An iterator that does not do as it is told, or panics; the function returns from within the loop's body."""
        self.emit("func() (r int) {")
        self.emit("\tdefer caught()")
        self.emit("\tfor i := range %s(%d) {" % (self.pick(["stubborn", "failing", "mending"]), self.r.randint(0, 4)))
        self.emit("\t\tsee(15, uint64(i))")
        self.emit("\t\tdefer func() { see(16, uint64(r)) }()")
        self.emit("\t\tif i == %d { %s }" % (self.r.randint(0, 4), self.pick(["break", "return i + 1", "continue", "panic(i)"])))
        self.emit("\t}")
        self.emit("\treturn 100")
        self.emit("}()")

    def s_pull(self, d):
        self.uses_iter = True
        u = self.pick([u for u in self.types if u.kind == "slice"])
        nxt, stop, v, ok = (self.name(n) for n in ("next", "stop", "v", "ok"))
        self.emit("%s, %s := iter.Pull(iter.Seq[%s](values(%s(%s))))" % (nxt, stop, u.elem.text, u.text, self.expr(u, 2)))
        self.emit("for %s, %s := %s(); %s && !burn(); %s, %s = %s() {" % (v, ok, nxt, ok, v, ok, nxt))
        self.emit("\tsee(17, %s(%s, 2))" % (self.hash(u.elem), v))
        self.emit("\tif (%s) { break }" % self.expr(self.bool, 1))
        self.emit("}")
        self.emit("%s()" % stop)

    def s_each_its_own(self, d):
        """Closures over the variables of a loop, called when it is over."""
        fs, i, j = self.name("fs"), self.name("i"), self.name("j")
        self.emit("var %s []func() int" % fs)
        self.emit("for %s, %s := 0, %s; %s < %d; %s++ {" % (i, j, self.expr(self.int, 1), i, self.r.randint(1, 4), i))
        if self.chance(0.3):
            self.emit("\tif %s == 1 { continue }" % i)
        self.emit("\t%s = append(%s, func() int { %s += 2; %s++; return %s*16 + %s })" % (fs, fs, i, j, i, j))
        if self.chance(0.4):
            self.emit("\t%s[len(%s)-1]()" % (fs, fs))
        self.emit("}")
        self.emit("for _, f := range %s { see(18, uint64(f() + f())) }" % fs)

    def s_clear(self, d):
        us = [u for u in self.types if u.kind in ("slice", "map") and self.targets(u)]
        if us:
            u = self.pick(us)
            x = self.pick(self.targets(u)).text
            self.emit(self.pick(["clear(%s)", "defer clear(%s)"]) % x)

    def s_in_place(self, d):
        """Appending to a place and shortening it."""
        us = [u for u in self.types if u.kind == "slice" and self.targets(u)]
        if not us:
            return
        u = self.pick(us)
        x = self.pick(self.targets(u)).text
        ps = [p for p in self.types if p.kind == "ptr" and p.elem.kind == "struct" and any(f is u for _, f in p.elem.fields)]
        if ps and self.chance(0.4):
            p = self.pick(ps)
            x = self.name("p")
            self.emit("%s := %s(%s)" % (x, self.place(p), self.expr(p, 1)))
            x += "." + self.pick([n for n, f in p.elem.fields if f is u])
        self.emit("if len(%s) < 40 {" % x)
        more = "%s..." % self.expr(u, 1) if self.chance(0.4) else ", ".join(self.expr(u.elem, 1) for _ in range(self.r.randint(1, 3)))
        self.emit("\t%s = append(%s, %s)" % (x, x, more))
        self.emit("}")
        if self.chance(0.5):
            self.emit("%s = %s[:len(%s)/%d]" % (x, x, x, self.r.randint(1, 3)))
        elif self.chance(0.3):
            self.emit("if len(%s) > 1 { %s = %s[1:2] }" % (x, x, x))

    def s_known(self, d):
        """A call through an interface of what is known to be in it."""
        u, v = self.pick(self.concrete), self.name("sh")
        self.emit("var %s Shape = %s" % (v, self.expr(u, 1)))
        self.emit("see(19, uint64(%s.V()))" % v)

    def s_late_builtin(self, d):
        us = [u for u in self.types if u.kind == "slice"]
        u = self.pick(us)
        self.emit(self.pick([
            "defer copy(%s(%s), %s(%s))" % (u.text, self.expr(u, 1), u.text, self.expr(u, 1)),
            "defer close(make(chan %s, len(%s(%s))))" % ("int", u.text, self.expr(u, 1)),
            "defer func(s %s) { see(20, uint64(cap(s[:len(s):len(s)]))) }(%s)" % (u.text, self.expr(u, 1))]))

    def s_send(self, d):
        us = [u for u in self.types if u.kind == "chan"]
        if not us:
            return
        u, c = self.pick(us), self.name("c")
        self.emit("%s := make(%s, 1)" % (c, u.text))
        self.emit("select {")
        self.emit("case %s <- %s:" % (c, self.expr(u.elem, 2)))
        self.emit("\tsee(21, uint64(len(%s)))" % c)
        self.emit("default:")
        self.emit("\tsee(22, 0)")
        self.emit("}")

    def s_recursive(self, d):
        f, t = self.name("f"), self.value_type()
        self.emit("var %s func(n int, x %s) uint64" % (f, t.text))
        self.emit("%s = func(n int, x %s) uint64 {" % (f, t.text))
        self.emit("\tif n == 0 || burn() { return %s(x, 2) }" % self.hash(t))
        self.emit("\treturn mix(%s(n-1, x), uint64(n))" % f)
        self.emit("}")
        self.emit("see(23, %s(%d, %s))" % (f, self.r.randint(0, 5), self.expr(t, 1)))


# What a generic function's helpers are for types that TP is in, by the kind of helper.
HELPERS = {"at": "at", "deref": "deref", "place": "place", "capped": "capped", "call": "callOpen", "held": "held[%s]", "h": "hashOpen[%s]"}

PRELUDE = '''type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type Box[T any] struct {
	v    T
	more []T
}

func (b Box[T]) Get() T { return b.v }

func (b *Box[T]) Put(x T) *Box[T] {
	if b == nil {
		return &Box[T]{v: x}
	}
	if len(b.more) < 20 {
		b.more = append(b.more, b.v)
	}
	b.v = x
	return b
}

func (b Box[T]) All() func(yield func(int, T) bool) {
	return func(yield func(int, T) bool) {
		if !yield(-1, b.v) {
			return
		}
		for i, x := range b.more {
			if !yield(i, x) {
				return
			}
		}
	}
}

func (b Box[T]) With[U any](u U) Pair[T, U] { return Pair[T, U]{b.v, u} }

type Pair[A, B any] struct {
	a A
	b B
}

func (p Pair[A, B]) Swap() Pair[B, A] { return Pair[B, A]{p.b, p.a} }

type Tree[T any] struct {
	l, r *Tree[T]
	v    T
}

func (t *Tree[T]) walk(yield func(T) bool) bool {
	return t == nil || t.l.walk(yield) && yield(t.v) && t.r.walk(yield)
}

func (t *Tree[T]) All() func(func(T) bool) { return func(yield func(T) bool) { t.walk(yield) } }

func grown(n int) *Tree[int] {
	if n <= 0 {
		return nil
	}
	return &Tree[int]{grown(n / 2), grown(n - n/2 - 1), n}
}

type Vec[T any] = []T

func choose[T any](c bool, a, b T) T {
	if c {
		return a
	}
	return b
}

func least[T Number | ~string](a T, more ...T) T {
	for _, x := range more {
		a = min(a, x)
	}
	return a
}

func total[T Number | ~string | ~complex64 | ~complex128](xs ...T) (s T) {
	for _, x := range xs {
		s += x
	}
	return
}

func turned[To, From Integer](x From) To { return To(x)<<1 ^ To(x>>1) }

func fold[T, A any](xs []T, a A, f func(A, T) A) A {
	for _, x := range xs {
		if fuel < 0 {
			break
		}
		a = f(a, x)
	}
	return a
}

func called[T any](f func() T) T { return f() }

func told(f func(int) string, n int) string {
	burn()
	return f(n)
}

func kindof[T any](x T) int {
	switch any(x).(type) {
	case int, string:
		return 1
	case []T:
		return 2
	case *T, Box[T]:
		return 3
	case Shape:
		return 4
	case nil:
		return 5
	}
	var p any = &x
	if _, ok := p.(*T); ok {
		return 6
	}
	return 7
}

func same[T comparable](a, b T) bool {
	m := map[T]int{a: 1}
	m[b]++
	return a == b && m[b] == 2
}

func padded[T any](s []T, n int) []T {
	for len(s) < n {
		s = append(s, *new(T))
	}
	return s
}

func both[T any](s []T, x T) ([]T, T) { return s, x }

func retold[S ~string](s S) string { return unsafe.String(unsafe.StringData(string(s)), len(s)) }

func resliced[S ~[]T, T any](s S) S {
	if len(s) == 0 {
		return s
	}
	p := (*T)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), unsafe.Sizeof(s[0])*uintptr(len(s)-1)))
	return append(unsafe.Slice(unsafe.SliceData(s), len(s)-1), *p)
}

func each[S ~[]T, T any](s S) func(func(int, T) bool) {
	return func(yield func(int, T) bool) {
		for i, x := range s {
			if !yield(i, x) {
				return
			}
		}
	}
}

func backward[S ~[]T, T any](s S) func(func(int, T) bool) {
	return func(yield func(int, T) bool) {
		for i := len(s) - 1; i >= 0; i-- {
			if !yield(i, s[i]) {
				return
			}
		}
	}
}

func values[S ~[]T, T any](s S) func(func(T) bool) {
	return func(yield func(T) bool) {
		defer see(24, uint64(len(s)))
		for _, x := range s {
			if !yield(x) {
				break
			}
		}
	}
}

func upto(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func chained[T any](seqs ...func(func(T) bool)) func(func(T) bool) {
	return func(yield func(T) bool) {
		for _, s := range seqs {
			for x := range s {
				if !yield(x) {
					return
				}
			}
		}
	}
}

func twice(yield func() bool) { _ = yield() && yield() }

// stubborn goes on when it is told to stop; failing panics at the end; mending takes the body's panics.
func stubborn(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			yield(i)
		}
	}
}

func failing(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				break
			}
		}
		panic("failed")
	}
}

func mending(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		defer func() {
			if e := recover(); e != nil {
				see(25, uint64(n))
			}
		}()
		upto(n)(yield)
	}
}

func at[T any](s []T, i int) (r T) {
	if len(s) > 0 {
		r = s[uint(i)%uint(len(s))]
	}
	return
}

func deref[T any](p *T) (r T) {
	if p != nil {
		r = *p
	}
	return
}

func place[T any](p *T) *T {
	if p == nil {
		p = new(T)
	}
	return p
}

func capped[T any](s []T) []T {
	if len(s) > 40 {
		return s[:3]
	}
	return s
}

func held[T any](e any) T {
	r, _ := e.(T)
	return r
}

func callOpen[A, B any](f func(A) B, a A) (r B) {
	burn()
	if f != nil && fuel > 0 {
		r = f(a)
	}
	return
}

func hashOpen[T any](v T, d int) uint64 { return HASH_ANY(any(v), d) }

'''

EXPRS = [  # weight, which types, how
    (1, lambda g, t: True, Modern.x_pick),
    (1, lambda g, t: t.is_int() or t.is_float() or t.kind == "string", Modern.x_least),
    (0.7, lambda g, t: t.is_number() or t.kind == "string", Modern.x_total),
    (0.5, lambda g, t: t.is_int(), Modern.x_turn),
    (0.7, lambda g, t: True, Modern.x_fold),
    (1, lambda g, t: t.text.count("Box[") < 2, Modern.x_box),
    (2, lambda g, t: t.text.startswith("Box["), Modern.x_boxed),
    (1, lambda g, t: t.text.startswith("Pair["), Modern.x_swap),
    (0.5, lambda g, t: t.text == "int", Modern.x_kind),
    (0.7, lambda g, t: t.text == "bool", Modern.x_same),
    (1.5, lambda g, t: t.kind == "ptr", Modern.x_new),
    (1, lambda g, t: t.kind == "array", Modern.x_from_slice),
    (0.5, lambda g, t: t.kind in ("string", "slice"), Modern.x_unsafe),
    (1, lambda g, t: t.kind == "string", Modern.x_told),
    (0.1, lambda g, t: t.kind == "slice" or t.kind == "map" and not t.key.named and (t.key.is_int() or t.key.kind == "string"), Modern.x_table),
    (2, lambda g, t: t.kind == "struct" and bool(t.embeds), Modern.x_promoted),
    (0.7, lambda g, t: t.kind == "slice", Modern.x_spread),
]

STATEMENTS = [  # weight, whether it has statements inside, how
    (2, True, Modern.s_range_int),
    (3, True, Modern.s_range_func),
    (1, False, Modern.s_misled),
    (0.4, False, Modern.s_pull),
    (1, False, Modern.s_each_its_own),
    (0.7, False, Modern.s_clear),
    (2, False, Modern.s_in_place),
    (0.7, False, Modern.s_known),
    (0.7, False, Modern.s_late_builtin),
    (0.5, False, Modern.s_send),
    (0.5, False, Modern.s_recursive),
]
