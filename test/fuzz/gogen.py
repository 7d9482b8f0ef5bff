"""Random Go programs for the differential fuzzer: valid, deterministic, terminating.

program(seed) is one program. It prints lines of numbers with println: hashes of values, which depend on everything that
was computed, and the texts of the panics that occurred. What keeps it well-behaved:

  - Loops have small fixed bounds or walk over a container; functions call only those made before them; a global
    amount of fuel bounds everything else.
  - What may panic stands in statements of its own (trap), so that it does not matter which of two panics comes first.
  - Maps are walked only to add things up. Goroutines hand over at once.
  - Closures call recover(), which keeps Go's inliner away from them: it would change the order of evaluation.

Types are objects; a value of type t is made by Gen.expr(t, depth), a statement by Gen.statement(depth). A new feature of
the language is one more entry in EXPRS or STATEMENTS: a method with a weight.
"""
import random

INTS = ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"]
BITS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64, "uint": 64, "uint8": 8, "uint16": 16, "uint32": 32,
        "uint64": 64}


class Const(str):
    """The text of a constant: two of them are never combined, for the compiler would refuse what overflows."""


class T:
    """A type: kind is basic's name, or struct, array, slice, map, ptr, chan, func, iface."""

    def __init__(self, kind, text, **kw):
        self.kind, self.text = kind, text
        self.elem = self.key = self.n = None
        self.fields, self.methods, self.embeds = [], [], []
        self.named, self.under = False, kind
        self.__dict__.update(kw)

    def is_int(self):
        return self.kind in BITS

    def is_float(self):
        return self.kind in ("float64", "float32")

    def is_complex(self):
        return self.kind in ("complex128", "complex64")

    def is_number(self):
        return self.is_int() or self.is_float() or self.is_complex()

    def comparable(self):
        if self.kind in ("slice", "map", "func"):
            return False
        if self.kind == "struct":
            return all(f.comparable() for _, f in self.fields)
        return self.kind != "array" or self.elem.comparable()

    def strictly_comparable(self):
        """Comparing cannot panic: no interfaces inside."""
        if self.kind == "iface" or not self.comparable():
            return False
        if self.kind == "struct":
            return all(f.strictly_comparable() for _, f in self.fields)
        return self.kind != "array" or self.elem.strictly_comparable()


class Var:
    def __init__(self, text, t, assignable=True, addressable=True):
        self.text, self.t, self.assignable, self.addressable = text, t, assignable, addressable


class Fn:
    def __init__(self, name, params, results, variadic=None):
        self.name, self.params, self.results, self.variadic = name, params, results, variadic


class Gen:
    def __init__(self, seed, functions=10):
        self.r = random.Random(seed)
        self.functions = functions
        self.out = []
        self.types, self.by_text = [], {}
        self.decls, self.helpers, self.globals, self.fns = [], {}, [], []
        self.scope, self.depth, self.serial, self.obs_left = [], 0, 0, 0
        self.loops, self.results, self.breakable = [], None, 0
        self.top = None

    # --- small things ---

    def chance(self, p):
        return self.r.random() < p

    def pick(self, xs):
        return xs[self.r.randrange(len(xs))]

    def name(self, stem):
        self.serial += 1
        return "%s%d" % (stem, self.serial)

    def emit(self, line):
        self.out.append("\t" * self.depth + line)

    def weighted(self, table):
        total = sum(w for w, _ in table)
        x = self.r.random() * total
        for w, f in table:
            x -= w
            if x < 0:
                return f
        return table[-1][1]

    # --- types ---

    def add_type(self, t):
        if t.text in self.by_text:
            return self.by_text[t.text]
        self.types.append(t)
        self.by_text[t.text] = t
        return t

    def slice_of(self, e):
        return self.add_type(T("slice", "[]" + e.text, elem=e))

    def ptr_to(self, e):
        return self.add_type(T("ptr", "*" + e.text, elem=e))

    def make_types(self):
        for k in INTS + ["float64", "float32", "complex128", "complex64", "string", "bool"]:
            self.add_type(T(k, k))
        self.int, self.string, self.bool = (self.by_text[k] for k in ("int", "string", "bool"))
        self.any = self.add_type(T("iface", "interface{}"))
        self.shape = self.add_type(T("iface", "Shape", named=True, methods=["V", "W"]))
        self.teller = self.add_type(T("iface", "Teller", named=True, methods=["V"]))
        self.decls.append("type Teller interface{ V() int }\n\ntype Shape interface {\n\tTeller\n\tW(d int) string\n}\n")
        self.bytes = self.slice_of(self.by_text["uint8"])
        self.runes = self.slice_of(self.by_text["int32"])
        self.ints = self.slice_of(self.int)
        self.anys = self.slice_of(self.any)
        self.concrete = []  # types with both methods, by value: Shapes
        for i in range(3):
            base = self.pick([self.int, self.string, self.by_text["float64"], self.by_text["uint8"], self.by_text["int16"]])
            t = self.add_type(T(base.kind, "N%d" % i, named=True))
            self.decls.append("type N%d %s\n" % (i, base.text))
            self.concrete.append(t)
        structs = []
        for i in range(5):
            t = T("struct", "S%d" % i, named=True)
            lines = []
            if structs and self.chance(0.6):
                e = self.pick(structs)
                pointer = self.chance(0.4)
                t.fields.append((e.text, self.ptr_to(e) if pointer else e))
                t.embeds.append((e, pointer))
                lines.append("\t%s%s" % ("*" if pointer else "", e.text))
            for j in range(self.r.randint(1, 4)):
                f = self.some_type(2)
                t.fields.append(("f%d" % j, f))
                lines.append("\tf%d %s" % (j, f.text))
            if self.chance(0.2):
                lines.append("\t_ int16")
            if self.chance(0.4):
                t.fields.append(("next", self.ptr_to(t)))
                lines.append("\tnext *S%d" % i)
            self.add_type(t)
            self.decls.append("type S%d struct {\n%s\n}\n" % (i, "\n".join(lines)))
            structs.append(t)
            self.concrete.append(t)
        self.structs = structs
        for _ in range(8):
            self.some_type(3)
        for t in list(self.concrete):
            self.ptr_to(t)
            self.decls.append(self.methods(t))
        self.keys = [t for t in self.types if t.strictly_comparable() and t.kind not in ("ptr", "chan")]

    def some_type(self, depth):
        basic = ["int", "int", "string", "bool", "float64", "uint8", "int32", "uint64", "int16", "uint32", "complex128",
                 "float32", "int8", "interface{}", "Shape"]
        known = [t for t in self.types if t.named]
        if depth == 0 or self.chance(0.35):
            return self.by_text[self.pick(basic)]
        if known and self.chance(0.3):
            return self.pick(known)
        e = self.some_type(depth - 1)
        kind = self.pick(["slice", "slice", "array", "map", "ptr", "chan", "func", "struct"])
        if kind == "slice":
            return self.slice_of(e)
        if kind == "ptr":
            return self.ptr_to(e)
        if kind == "array":
            n = self.r.randint(0, 4)
            return self.add_type(T("array", "[%d]%s" % (n, e.text), elem=e, n=n))
        if kind == "map":
            keys = [t for t in self.types if t.strictly_comparable() and t.kind not in ("ptr", "chan")] + [self.any]
            k = self.pick(keys)
            return self.add_type(T("map", "map[%s]%s" % (k.text, e.text), elem=e, key=k))
        if kind == "chan":
            return self.add_type(T("chan", "chan " + ("(%s)" % e.text if e.text[0] == "<" else e.text), elem=e))
        if kind == "func":
            p = self.by_text[self.pick(basic)]
            return self.add_type(T("func", "func(%s) %s" % (p.text, e.text), key=p, elem=e))
        f = self.by_text[self.pick(basic)]
        return self.add_type(T("struct", "struct{ a %s; b %s }" % (e.text, f.text), fields=[("a", e), ("b", f)]))

    def methods(self, t):
        """V and W on values (so that T and *T are Shapes), P on pointers."""
        h = self.hash(t)
        v = "func (x %s) V() int { burn(); return int(%s(x, 3)%%1000) + %d }\n" % (t.text, h, self.r.randint(0, 9))
        w = "func (x %s) W(d int) string { burn(); return string(rune('a'+uint(d)%%26)) + small(x.V()+d) }\n" % t.text
        if t.kind == "struct":
            name, ft = t.fields[-1]
            body = "if x != nil { x.%s = %s }" % (name, self.literal(ft, 1))
        else:
            body = "if x != nil { *x = %s }" % self.literal(t, 0)
        p = "func (x *%s) P() int { burn(); %s; return %d }\n" % (t.text, body, self.r.randint(0, 99))
        return v + w + p

    # --- helpers that the program needs for a type, made on demand ---

    def helper(self, kind, t, text):
        key = (kind, t.text)
        if key not in self.helpers:
            name = "%s%d" % (kind, len(self.helpers))
            self.helpers[key] = (name, None)
            self.helpers[key] = (name, text(name))
        return self.helpers[key][0]

    def hash(self, t):
        """The name of a function (v T, depth int) uint64."""
        def text(name):
            head = "func %s(v %s, d int) uint64 {\n" % (name, t.text)
            return head + "\n".join("\t" + l for l in self.hash_body(t).split("\n")) + "\n}\n"
        return self.helper("h", t, text)

    def hash_body(self, t):
        if t.is_int():
            return "return mix(%d, uint64(v))" % BITS[t.kind]
        if t.kind == "float64":
            return "if v != v { return 77 }\nx := float64(v)\nreturn mix(5, *(*uint64)(unsafe.Pointer(&x)))"
        if t.kind == "float32":
            return "if v != v { return 78 }\nx := float32(v)\nreturn mix(6, uint64(*(*uint32)(unsafe.Pointer(&x))))"
        if t.is_complex():
            f = "float64" if t.kind == "complex128" else "float32"
            h = self.hash(self.by_text[f])
            return "return mix(%s(real(v), d), %s(imag(v), d))" % (h, h)
        if t.kind == "string":
            return "r := mix(9, uint64(len(v)))\nfor i := 0; i < len(v); i++ { r = mix(r, uint64(v[i])) }\nreturn r"
        if t.kind == "bool":
            return "if v { return 3 }\nreturn 4"
        if t.kind == "struct":
            lines = ["r := uint64(11)"]
            for name, f in t.fields:
                lines.append("r = mix(r, %s(v.%s, d))" % (self.hash(f), name))
            return "\n".join(lines + ["return r"])
        if t.kind in ("array", "slice"):
            nil = "if v == nil { return 15 }\n" if t.kind == "slice" else ""
            return nil + "r := mix(12, uint64(len(v)))\nfor _, x := range v { r = mix(r, %s(x, d)) }\nreturn r" % self.hash(t.elem)
        if t.kind == "map":
            return ("if v == nil { return 16 }\nvar r uint64\nfor k, x := range v { r += mix(%s(k, d), %s(x, d)) }\n"
                    "return mix(r, uint64(len(v)))" % (self.hash(t.key), self.hash(t.elem)))
        if t.kind == "ptr":
            return "if v == nil { return 17 }\nif d <= 0 { return 18 }\nreturn mix(19, %s(*v, d-1))" % self.hash(t.elem)
        if t.kind == "chan":
            return "if v == nil { return 20 }\nreturn mix(21, uint64(len(v)*16+cap(v)))"
        if t.kind == "func":
            return "if v == nil { return 22 }\nreturn 23"
        if t.methods:
            return "if v == nil || d <= 0 { return 24 }\nreturn mix(25, uint64(v.V()))"
        lines = ["if d <= 0 { return 26 }", "switch x := v.(type) {", "case nil:", "\treturn 27"]
        for i, u in enumerate(self.types):
            if u.kind != "iface" and u.kind not in ("func",):
                lines += ["case %s:" % u.text, "\treturn mix(%d, %s(x, d-1))" % (100 + i, self.hash(u))]
        return "\n".join(lines + ["}", "return 28"])

    def at(self, t):
        """func(s []T, i int) T, safe."""
        return self.helper("at", t, lambda n: "func %s(s %s, i int) (r %s) {\n\tif len(s) > 0 {\n\t\tr = s[uint(i)%%uint(len(s))]\n"
                           "\t}\n\treturn\n}\n" % (n, t.text, t.elem.text))

    def deref(self, t):
        return self.helper("deref", t, lambda n: "func %s(p %s) (r %s) {\n\tif p != nil {\n\t\tr = *p\n\t}\n\treturn\n}\n"
                           % (n, t.text, t.elem.text))

    def place(self, t):
        """func(p *T) *T, never nil."""
        return self.helper("place", t, lambda n: "func %s(p %s) %s {\n\tif p == nil {\n\t\tp = new(%s)\n\t}\n\treturn p\n}\n"
                           % (n, t.text, t.text, t.elem.text))

    def held(self, t):
        """func(e interface{}) T: the value or zero."""
        return self.helper("held", t, lambda n: "func %s(e interface{}) %s {\n\tr, ok := e.(%s)\n\tif !ok {\n\t\tburn()\n\t}\n\treturn r\n}\n"
                           % (n, t.text, t.text))

    def call_func(self, t):
        return self.helper("call", t, lambda n: "func %s(f %s, a %s) (r %s) {\n\tburn()\n\tif f != nil && fuel > 0 {\n\t\tr = f(a)\n\t}\n\treturn\n}\n"
                           % (n, t.text, t.key.text, t.elem.text))

    # --- expressions ---

    def literal(self, t, depth):
        r = self.r
        if t.is_int():
            b = BITS[t.kind]
            lo, hi = (0, 2**b - 1) if t.kind[0] == "u" else (-2**(b - 1), 2**(b - 1) - 1)
            v = self.pick([r.randint(0, 9), r.randint(0, 100), lo, hi, r.randint(lo, hi)])
            v = max(lo, min(hi, v))
            return Const(v) if not t.named and t.kind == "int" and v >= 0 else Const("%s(%d)" % (t.text, v))
        if t.is_float():
            return Const("%s(%s)" % (t.text, self.pick(["0", "1.5", "-2.25", "1e10", "0.1", "3", "1e-7", "16777217"])))
        if t.is_complex():
            return Const("%s(%s)" % (t.text, self.pick(["0", "1+2i", "-2.5i", "3", "0.5-1.25i"])))
        if t.kind == "string":
            s = self.pick(['""', '"a"', '"hello"', '"h\\u00e9\\u4e16"', '"\\xff\\x00z"', '"a longer string of more than thirty-two bytes"', "`raw`"])
            return Const(s if not t.named else "%s(%s)" % (t.text, s))
        if t.kind == "bool":
            return self.pick(["true", "false"])
        if depth <= 0 or (t.kind in ("ptr", "map", "slice", "chan") and self.chance(0.1)):
            return self.zero(t)
        if t.kind == "struct":
            fs = [f for f in t.fields if self.chance(0.8)]
            if len(fs) == len(t.fields) and self.chance(0.3) and "_ int16" not in "".join(self.decls[-9:]) and not t.named:
                return "%s{%s}" % (t.text, ", ".join(self.inner(f, depth - 1) for _, f in fs))
            r.shuffle(fs)
            return "%s{%s}" % (t.text, ", ".join("%s: %s" % (n, self.inner(f, depth - 1)) for n, f in fs))
        if t.kind in ("array", "slice"):
            n = t.n if t.kind == "array" else r.randint(0, 5)
            count = r.randint(0, n)
            if self.chance(0.25) and n:
                at = sorted(r.sample(range(n), r.randint(1, n)), key=lambda _: r.random())
                return "%s{%s}" % (t.text, ", ".join("%d: %s" % (i, self.inner(t.elem, depth - 1)) for i in at))
            if t.kind == "slice" and self.chance(0.08) and t.elem.is_int():
                return "%s{%s}" % (t.text, ", ".join(self.literal(t.elem, 0) for _ in range(r.randint(5, 30))))
            return "%s{%s}" % (t.text, ", ".join(self.inner(t.elem, depth - 1) for _ in range(count)))
        if t.kind == "map":
            keys, seen = [], set()
            for _ in range(r.randint(0, 3)):
                k = self.literal(t.key, 1)
                if k not in seen:
                    seen.add(k)
                    keys.append(k)
            if t.key.kind not in ("iface",) and len(keys) > 1 and not t.key.is_int() and t.key.kind != "string":
                keys = keys[:1]
            if t.key.is_int() or t.key.kind == "string" or t.key.kind == "iface":
                keys = self.distinct(keys)
            return "%s{%s}" % (t.text, ", ".join("%s: %s" % (k, self.inner(t.elem, depth - 1)) for k in keys))
        if t.kind == "ptr":
            if t.elem.kind == "struct" and self.chance(0.7):
                return "&" + self.literal(t.elem, depth)
            return "new(%s)" % t.elem.text
        if t.kind == "chan":
            return "make(%s, %d)" % (t.text, r.randint(0, 3))
        if t.kind == "func":
            return self.closure(t, depth - 1)
        return self.boxed(t, depth - 1)

    def distinct(self, keys):
        """Constant keys of equal value are refused by the compiler: keep one of each text of digits or characters."""
        seen, out = set(), []
        for k in keys:
            v = "".join(c for c in k.split("(")[-1] if c not in "()")
            if v not in seen:
                seen.add(v)
                out.append(k)
        return out[:1] if any("{" in k or k in ("nil", "true", "false") for k in out) else out

    def inner(self, t, depth):
        return self.expr(t, depth) if self.top else self.literal(t, depth)

    def zero(self, t):
        if t.is_number():
            return Const("%s(0)" % t.text)
        if t.kind == "string":
            return Const('%s("")' % t.text)
        if t.kind == "bool":
            return "false"
        if t.kind in ("struct", "array"):
            return "%s{}" % t.text
        return "%s(nil)" % (t.text if t.kind not in ("ptr", "chan", "func") else "(%s)" % t.text)

    def boxed(self, t, depth):
        if t.methods:
            u = self.pick(self.concrete)
            if self.chance(0.5):
                return "%s(%s)" % (t.text, self.expr_or_literal(u, depth))
            return "%s(%s)" % (t.text, self.place(self.ptr_to(u)) + "(" + self.expr_or_literal(self.ptr_to(u), depth) + ")")
        u = self.pick([u for u in self.types if u.kind not in ("iface", "func")])
        return "interface{}(%s)" % self.expr_or_literal(u, depth)

    def expr_or_literal(self, t, depth):
        return self.expr(t, depth) if self.top else self.literal(t, depth)

    def closure(self, t, depth):
        """A function literal of type func(K) E."""
        if not self.top:
            p = self.name("p")
            return "func(%s %s) %s { burn(); return %s }" % (p, t.key.text, t.elem.text, self.literal(t.elem, 1))
        p = self.name("p")
        saved, loops, results, brk = len(self.scope), self.loops, self.results, self.breakable
        self.loops, self.breakable = [], 0
        out, self.out = self.out, []
        outer_depth = self.depth
        self.depth += 1
        self.scope.append(Var(p, t.key))
        self.results = [t.elem]
        self.emit("burn()")
        self.emit("recover()")
        for _ in range(self.r.randint(0, 2)):
            self.statement(1)
        self.emit("return " + self.expr(t.elem, depth))
        body, self.out = self.out, out
        self.depth = outer_depth
        del self.scope[saved:]
        self.loops, self.results, self.breakable = loops, results, brk
        return "func(%s %s) %s {\n%s\n%s}" % (p, t.key.text, t.elem.text, "\n".join(body), "\t" * self.depth)

    def expr(self, t, depth):
        if depth <= 0:
            return self.leaf(t)
        table = [(3, self.e_leaf), (1, self.e_literal)]
        for w, accepts, f in EXPRS:
            if accepts(self, t):
                table.append((w, f))
        f = self.weighted(table)
        text = f(t, depth) if hasattr(f, "__self__") else f(self, t, depth)
        return text if text is not None else self.leaf(t)

    def e_leaf(self, t, depth):
        return self.leaf(t)

    def e_literal(self, t, depth):
        return self.literal(t, min(depth, 2))

    def leaf(self, t):
        found = self.places(t)
        return self.pick(found).text if found and self.chance(0.8) else self.literal(t, 1 if self.chance(0.3) else 0)

    def places(self, t):
        """Variables of type t, and parts of variables."""
        found = [v for v in self.scope + self.globals if v.t is t]
        for v in self.scope + self.globals:
            if v.t.kind == "struct":
                found += [Var(v.text + "." + n, f, v.assignable, v.addressable) for n, f in v.t.fields if f is t]
                for e, pointer in v.t.embeds:  # promoted fields
                    if not pointer:
                        own = {n for n, _ in v.t.fields}
                        found += [Var(v.text + "." + n, f, v.assignable, v.addressable) for n, f in e.fields if f is t and n not in own]
            elif v.t.kind == "array" and v.t.elem is t and v.t.n:
                found.append(Var("%s[%d]" % (v.text, self.r.randrange(v.t.n)), t, v.assignable, v.addressable))
        return found

    def targets(self, t):
        return [v for v in self.places(t) if v.assignable]

    # --- kinds of expressions: (self, type, depth) -> text or None ---

    def x_binary(self, t, d):
        if t.is_int():
            op = self.pick(["+", "-", "*", "&", "|", "^", "&^", "<<", ">>", "/", "%"])
            a = self.expr(t, d - 1)
            other = self.var_expr if isinstance(a, Const) else self.expr
            if op in ("<<", ">>"):
                return "(%s %s (%s & %d))" % (a, op, other(self.by_text["uint8"], d - 1), self.pick([7, 31, 127]))
            if op in "/%":
                return "(%s %s (%s | 1))" % (a, op, other(t, d - 1))
            return "(%s %s %s)" % (a, op, other(t, d - 1))
        if t.is_float():
            return "(%s %s %s)" % (self.expr(t, d - 1), self.pick("+-*/"), self.expr_nonconst(t, d - 1))
        if t.is_complex():
            return "(%s %s %s)" % (self.expr(t, d - 1), self.pick("+-*"), self.expr_nonconst(t, d - 1))
        return "(%s + %s)" % (self.expr(t, d - 1), self.expr(t, d - 1))

    def var_expr(self, t, d):
        """An expression that is no constant."""
        e = self.expr(t, d)
        return self.expr_nonconst(t, d) if isinstance(e, Const) else e

    def expr_nonconst(self, t, d):
        found = self.places(t)
        return self.pick(found).text if found else "%s(fuel)" % t.text if not t.is_complex() else "%s(complex(float%d(fuel), 1))" % (
            t.text, 64 if t.kind == "complex128" else 32)

    def x_unary(self, t, d):
        if t.kind == "bool":
            return "!(%s)" % self.expr(t, d - 1)
        return "(%s%s)" % (self.pick("-^" if t.is_int() else "-"), self.expr_nonconst(t, d - 1))

    def x_convert(self, t, d):
        if t.is_complex():
            f = self.by_text["float64" if t.kind == "complex128" else "float32"]
            return "%s(complex(%s, %s))" % (t.text, self.expr(f, d - 1), self.expr(f, d - 1))
        others = [u for u in self.types if (u.is_int() or (t.is_float() and u.is_float())) and u is not t]
        u = self.pick(others)
        return "%s(%s)" % (t.text, self.expr_nonconst(u, d - 1))

    def x_part(self, t, d):
        c = self.by_text["complex128" if t.kind == "float64" else "complex64"]
        return "%s(%s(%s))" % (t.text, self.pick(["real", "imag"]), self.expr(c, d - 1))

    def x_compare(self, t, d):
        u = self.pick([u for u in self.types if u.is_number() or u.kind in ("string", "bool") or u.strictly_comparable()])
        ops = ["==", "!="]
        if u.is_int() or u.is_float() or u.kind == "string":
            ops += ["<", "<=", ">", ">="]
        b = self.expr_nonconst(u, d - 1) if u.is_number() else self.expr(u, d - 1)
        return "(%s %s %s)" % (self.paren(u, self.expr(u, d - 1)), self.pick(ops), self.paren(u, b))

    def paren(self, t, text):
        return "(%s)" % text if t.kind in ("struct", "array", "ptr", "chan") else text

    def x_mixed(self, t, d):
        u = self.pick([u for u in self.types if u.strictly_comparable() and u.kind != "iface"])
        a, b = self.paren(u, self.expr(u, d - 1)), self.expr(self.any, d - 1)
        if u.is_number() or u.kind in ("bool", "string"):
            found = self.places(u)
            if not found:
                return None
            a = self.pick(found).text
        return "(%s %s %s)" % ((a, self.pick(["==", "!="]), self.held_any(b)) if self.chance(0.5) else (self.held_any(b), self.pick(["==", "!="]), a))

    def held_any(self, text):
        return "simple(%s)" % text

    def x_nil(self, t, d):
        u = self.pick([u for u in self.types if u.kind in ("slice", "map", "ptr", "func", "chan", "iface")])
        found = self.places(u)
        return "(%s %s nil)" % (self.pick(found).text, self.pick(["==", "!="])) if found else None

    def x_logic(self, t, d):
        return "(%s %s %s)" % (self.expr(t, d - 1), self.pick(["&&", "||"]), self.expr(t, d - 1))

    def x_len(self, t, d):
        u = self.pick([u for u in self.types if u.kind in ("slice", "map", "string", "array", "chan")])
        f = "cap" if u.kind == "chan" and self.chance(0.5) else "len"
        x = self.expr(u, d - 1)
        text = "%s(%s)" % (f, x)
        return Const(text) if u.kind == "array" or isinstance(x, Const) else text

    def x_index(self, t, d):
        us = [u for u in self.types if u.kind == "slice" and u.elem is t]
        if not us:
            return None
        u = self.pick(us)
        return "%s(%s, %s)" % (self.at(u), self.expr(u, d - 1), self.expr(self.int, d - 1))

    def x_array(self, t, d):
        us = [u for u in self.types if u.kind == "array" and u.elem is t and u.n in (1, 2, 4)]
        if not us:
            return None
        u = self.pick(us)
        found = self.places(u)
        if not found:
            return None
        return "%s[%s&%d]" % (self.pick(found).text, self.expr(self.int, d - 1), u.n - 1)

    def x_map(self, t, d):
        us = [u for u in self.types if u.kind == "map" and u.elem is t]
        if not us:
            return None
        u = self.pick(us)
        k = self.held_any(self.expr(u.key, d - 1)) if u.key.kind == "iface" else self.expr(u.key, d - 1)
        return "%s[%s]" % (self.paren_lit(self.expr(u, d - 1)), k)

    def paren_lit(self, text):
        return text if text.replace(".", "").replace("_", "").isalnum() else "(%s)" % text

    def x_deref(self, t, d):
        us = [u for u in self.types if u.kind == "ptr" and u.elem is t]
        if not us:
            return None
        u = self.pick(us)
        if self.chance(0.5):
            return "*%s(%s)" % (self.place(u), self.expr(u, d - 1))
        return "%s(%s)" % (self.deref(u), self.expr(u, d - 1))

    def x_field(self, t, d):
        us = [(u, n) for u in self.types if u.kind == "struct" for n, f in u.fields if f is t]
        if not us:
            return None
        u, n = self.pick(us)
        if u.named and self.chance(0.5):
            p = self.ptr_to(u)
            return "%s(%s).%s" % (self.place(p), self.expr(p, d - 1), n)
        return "%s.%s" % (self.paren_lit(self.expr(u, d - 1)), n)

    def x_call(self, t, d):
        fs = [f for f in self.fns if len(f.results) == 1 and f.results[0] is t]
        if not fs:
            return None
        f = self.pick(fs)
        return self.call(f, d)

    def call(self, f, d):
        args = [self.expr(p, d - 1) for p in f.params]
        if f.variadic:
            if self.chance(0.3):
                args.append(self.expr(self.slice_of(f.variadic), d - 1) + "...")
            else:
                args += [self.expr(f.variadic, d - 1) for _ in range(self.r.randint(0, 3))]
        multi = [g for g in self.fns if len(g.results) > 1 and g.results == f.params and not f.variadic]
        if multi and self.chance(0.5):
            args = [self.call(self.pick(multi), d - 1)]
        return "%s(%s)" % (f.name, ", ".join(args))

    def x_method(self, t, d):
        u = self.pick(self.concrete)
        m, args = ("V", "") if t.kind == "int" else ("W", self.expr(self.int, d - 1))
        how = self.r.randrange(7)
        if how == 0:
            return "%s.%s(%s)" % (self.paren_lit(self.expr(u, d - 1)), m, args)
        if how == 1:
            return "%s(%s).%s(%s)" % (self.place(self.ptr_to(u)), self.expr(self.ptr_to(u), d - 1), m, args)
        if how == 2:
            return "shaped(%s).%s(%s)" % (self.expr(self.shape, d - 1), m, args)
        if how == 3:
            return "%s.%s(%s%s)" % (u.text, m, self.expr(u, d - 1), ", " + args if args else "")
        if how == 4 and t.kind == "int":
            found = [v for v in self.places(u) if v.addressable and v.assignable]
            return "%s.P()" % self.pick(found).text if found else None
        if how == 5:
            return "Shape.%s(shaped(%s)%s)" % (m, self.expr(self.shape, d - 1), ", " + args if args else "")
        return "(*%s).%s(%s(%s)%s)" % (u.text, m, self.place(self.ptr_to(u)), self.expr(self.ptr_to(u), d - 1), ", " + args if args else "")

    def x_closure_call(self, t, d):
        us = [u for u in self.types if u.kind == "func" and u.elem is t]
        if not us:
            return None
        u = self.pick(us)
        if self.chance(0.3):
            return "%s(%s)" % (self.closure(u, d - 1), self.expr(u.key, d - 1))
        return "%s(%s, %s)" % (self.call_func(u), self.expr(u, d - 1), self.expr(u.key, d - 1))

    def x_assert(self, t, d):
        return "%s(%s)" % (self.held(t), self.expr(self.any, d - 1))

    def x_string(self, t, d):
        how = self.r.randrange(6)
        if how == 0:
            return "%s(%s)" % (t.text, self.expr(self.bytes, d - 1))
        if how == 1:
            return "%s(%s)" % (t.text, self.expr(self.runes, d - 1))
        if how == 2:
            return "%s(rune(%s))" % (t.text, self.expr(self.by_text["int32"], d - 1))
        if how == 3:
            return "%s(cut(string(%s), %s))" % (t.text, self.expr(t, d - 1), self.expr(self.int, d - 1))
        if how == 4:
            found = self.places(t)
            return "%s[:len(%s)/2]" % ((self.pick(found).text,) * 2) if found else None
        return "%s(%s)" % (t.text, self.expr(self.pick([u for u in self.types if u.kind == "string"]), d - 1))

    def x_slice(self, t, d):
        how = self.r.randrange(7)
        if how == 0 and t in (self.bytes, self.runes):
            return "%s(%s)" % (t.text, self.expr(self.string, d - 1))
        if how == 1:
            found = [v for u in self.types if u.kind == "array" and u.elem is t.elem for v in self.places(u) if v.addressable and v.assignable]
            return "%s[%s]" % (self.pick(found).text, self.pick([":", ":0", "0:0:0"])) if found else None
        if how == 2:
            found = self.places(t)
            if not found:
                return None
            v = self.pick(found).text
            return self.pick(["%s[len(%s)/2:]", "%s[:len(%s)/2]", "%s[len(%s):]"]) % (v, v)
        if how == 3:
            return "make(%s, %s&7%s)" % (t.text, self.expr(self.int, d - 1), self.pick(["", ", 9"]))
        if how == 4:
            return "append(%s, make(%s, %s&7)...)" % (self.capped(t, d), t.text, self.expr(self.int, d - 1))
        if how == 5:
            extra = "string(%s)..." % self.expr(self.string, d - 1) if t is self.bytes and self.chance(0.5) else "%s..." % self.expr(t, d - 1)
            return "append(%s, %s)" % (self.capped(t, d), extra)
        return "append(%s, %s)" % (self.capped(t, d), ", ".join(self.expr(t.elem, d - 1) for _ in range(self.r.randint(1, 3))))

    def capped(self, t, d):
        """Slices do not grow without bound: what append starts from is at most 40 long."""
        f = self.helper("capped", t, lambda n: "func %s(s %s) %s {\n\tif len(s) > 40 {\n\t\treturn s[:3]\n\t}\n\treturn s\n}\n" % (n, t.text, t.text))
        return "%s(%s)" % (f, self.expr(t, d - 1))

    def x_address(self, t, d):
        found = [v for v in self.places(t.elem) if v.addressable and v.assignable]
        return "&" + self.pick(found).text if found else None

    def x_box(self, t, d):
        return self.boxed(t, d - 1)

    def x_methodvalue(self, t, d):
        if t.text not in ("func(int) string",):
            return None
        u = self.pick(self.concrete)
        how = self.r.randrange(3)
        if how == 0:
            return "%s.W" % self.paren_lit(self.expr(u, d - 1))
        if how == 1:
            return "shaped(%s).W" % self.expr(self.shape, d - 1)
        return "%s(%s).W" % (self.place(self.ptr_to(u)), self.expr(self.ptr_to(u), d - 1))

    def x_func(self, t, d):
        fs = [f for f in self.fns if [p for p in f.params] == [t.key] and f.results == [t.elem] and not f.variadic]
        return self.pick(fs).name if fs else self.closure(t, d - 1)

    def x_copy(self, t, d):
        u = self.pick([u for u in self.types if u.kind == "slice"])
        src = self.expr(u, d - 1)
        if u is self.bytes and self.chance(0.4):
            src = "string(%s)" % self.expr(self.string, d - 1)
        return "copy(%s, %s)" % (self.expr(u, d - 1), src)

    # --- statements ---

    def observe(self, t, text):
        if self.obs_left > 0:
            self.obs_left -= 1
            self.emit("see(%d, %s(%s, 3))" % (self.r.randrange(1000), self.hash(t), text))

    def some_var(self):
        vs = [v for v in self.scope if v.text != "_"]
        return self.pick(vs) if vs else None

    def value_type(self):
        return self.pick([t for t in self.types])

    def s_define(self, d):
        t, v = self.value_type(), self.name("v")
        how = self.r.randrange(3)
        if how == 0:
            self.emit("var %s %s" % (v, t.text))
        elif how == 1:
            self.emit("var %s %s = %s" % (v, t.text, self.expr(t, 2)))
        else:
            e = self.expr(t, 2)
            self.emit("%s := %s" % (v, e if t.kind != "iface" else "%s(%s)" % (t.text, e)) if self.typed(t) else "var %s %s = %s" % (v, t.text, e))
        self.emit("_ = %s" % v)
        self.scope.append(Var(v, t))

    def typed(self, t):
        """Whether := gives exactly this type: expressions of basic types may be untyped constants."""
        return t.kind not in ("float64", "float32", "complex128", "complex64", "string", "bool") and not t.is_int() and t.kind != "func" and t.kind != "iface"

    def s_assign(self, d):
        t = self.value_type()
        ts = self.targets(t)
        if not ts:
            return self.s_define(d)
        v = self.pick(ts)
        if (t.is_number() or t.kind == "string") and self.chance(0.4):
            op = "+=" if t.kind == "string" else self.pick(["+=", "-=", "*="] + (["&=", "|=", "^=", "&^=", "<<=", ">>="] if t.is_int() else []))
            if op in ("<<=", ">>="):
                self.emit("%s %s %s & 15" % (v.text, op, self.expr(self.by_text["uint8"], 2)))
            elif t.kind == "string":
                self.emit("%s = %s(cut(string(%s + %s), 60))" % (v.text, t.text, v.text, self.expr(t, 2)))
            elif t.is_int() and self.chance(0.3):
                self.emit(v.text + self.pick(["++", "--"]))
            else:
                self.emit("%s %s %s" % (v.text, op, self.expr(t, 2)))
        else:
            self.emit("%s = %s" % (v.text, self.expr(t, 3)))

    def s_parallel(self, d):
        n = self.r.randint(2, 3)
        left, right = [], []
        for _ in range(n):
            t = self.value_type()
            ts = self.targets(t)
            if ts:
                left.append(self.target_text(t, ts))
                right.append(self.expr(t, 2))
        if left:
            self.emit("%s = %s" % (", ".join(left), ", ".join(right)))

    def target_text(self, t, ts):
        if self.chance(0.2):
            us = [u for u in self.types if u.kind == "ptr" and u.elem is t]
            if us:
                return "*%s(%s)" % (self.place(us[0]), self.expr(us[0], 1))
        return self.pick(ts).text if self.chance(0.95) else "_"

    def s_map(self, d):
        us = [u for u in self.types if u.kind == "map" and self.targets(u)]
        if not us:
            return self.s_assign(d)
        u = self.pick(us)
        m = self.pick(self.targets(u)).text
        k = self.held_any(self.expr(u.key, 2)) if u.key.kind == "iface" else self.expr(u.key, 2)
        how = self.r.randrange(6)
        if how == 0:
            self.emit("delete(%s, %s)" % (m, k))
            return
        self.emit("if %s == nil { %s = %s{} }" % (m, m, u.text))
        if how == 1:
            v, ok = self.name("v"), self.name("ok")
            self.emit("%s, %s := %s[%s]" % (v, ok, m, k))
            self.emit("_, _ = %s, %s" % (v, ok))
            self.scope += [Var(v, u.elem), Var(ok, self.bool)]
            return
        if how == 2:
            self.emit("for k := range %s { delete(%s, k) }" % (m, m))
            return
        self.emit("if len(%s) < 30 {" % m)
        if how == 3 and u.elem.is_number():
            self.emit("\t%s[%s] %s %s" % (m, k, self.pick(["+=", "-=", "*="]), self.expr(u.elem, 2)))
        elif how == 4 and u.elem.is_int():
            self.emit("\t%s[%s]++" % (m, k))
        elif how == 5 and u.elem.kind == "slice":
            self.emit("\t%s[%s] = append(%s[%s], %s)" % (m, k, m, k, self.expr(u.elem.elem, 1)))
        else:
            self.emit("\t%s[%s] = %s" % (m, k, self.expr(u.elem, 2)))
        self.emit("}")

    def s_slice(self, d):
        us = [u for u in self.types if u.kind == "slice" and self.targets(u)]
        if not us:
            return
        u = self.pick(us)
        s, i = self.pick(self.targets(u)).text, self.name("i")
        self.emit("if %s := int(uint(%s) %% 8); %s < len(%s) {" % (i, self.var_expr(self.int, 1), i, s))
        self.scope.append(Var(i, self.int))
        if u.elem.kind == "struct" and u.elem.fields and self.chance(0.4):
            n, f = self.pick(u.elem.fields)
            self.emit("\t%s[%s].%s = %s" % (s, i, n, self.pure(f)))
        else:
            self.emit("\t%s[%s] = %s" % (s, i, self.pure(u.elem)))
        self.scope.pop()
        self.emit("}")

    def pure(self, t):
        """A value whose computation cannot shorten anything that was checked."""
        return self.leaf(t)

    def s_tuple(self, d):
        fs = [f for f in self.fns if len(f.results) > 1]
        if not fs:
            return
        f = self.pick(fs)
        left, new = [], []
        for t in f.results:
            ts = self.targets(t)
            if ts and self.chance(0.5):
                left.append(self.pick(ts).text)
            else:
                left.append("_")
        if self.chance(0.5):
            names = [self.name("v") for _ in f.results]
            self.emit("%s := %s" % (", ".join(names), self.call(f, 2)))
            self.emit("%s = %s" % (", ".join("_" for _ in names), ", ".join(names)))
            self.scope += [Var(n, t) for n, t in zip(names, f.results)]
        else:
            self.emit("%s = %s" % (", ".join(left), self.call(f, 2)))

    def s_call(self, d):
        if not self.fns:
            return
        self.emit(self.call(self.pick(self.fns), 2))

    def block(self, d):
        saved = len(self.scope)
        self.depth += 1
        for _ in range(self.r.randint(1, 3)):
            self.statement(d - 1)
        self.depth -= 1
        del self.scope[saved:]

    def bare_block(self, d):
        """The body of a function literal without results."""
        saved = self.results, self.loops, self.breakable
        self.results, self.loops, self.breakable = None, [], 0
        self.block(d)
        self.results, self.loops, self.breakable = saved

    def s_if(self, d):
        saved = len(self.scope)
        init = ""
        if self.chance(0.3):
            t = self.pick([t for t in self.types if self.typed(t) and t.kind not in ("struct", "array", "slice", "map", "ptr")] or [self.int])
            if t is not self.int:
                v = self.name("v")
                init = "%s := (%s); " % (v, self.expr(t, 1))
                self.scope.append(Var(v, t))
        self.emit("if %s(%s) {" % (init, self.expr(self.bool, 2)))
        if init:
            self.emit("\t_ = " + v)
        self.block(d)
        while self.chance(0.3):
            self.emit("} else if (%s) {" % self.expr(self.bool, 2))
            self.block(d)
        if self.chance(0.4):
            self.emit("} else {")
            self.block(d)
        self.emit("}")
        if init:
            del self.scope[saved:]

    def loop(self, head, d, vars=()):
        saved = len(self.scope)
        label = self.name("L") if self.chance(0.3) else None
        if label:
            self.emit(label + ":")
        self.emit(head)
        self.scope += list(vars)
        self.loops.append(label)
        self.breakable += 1
        self.emit("\tif burn() { break }")
        for v in vars:
            self.emit("\t_ = %s" % v.text)
        self.block(d)
        if label:
            self.emit("\tif (%s) { %s %s }" % (self.expr(self.bool, 1), self.pick(["continue", "break"]), label))
        self.breakable -= 1
        self.loops.pop()
        self.emit("}")
        del self.scope[saved:]

    def s_for(self, d):
        i, n = self.name("i"), self.r.randint(1, 4)
        how = self.r.randrange(4)
        if how == 0:
            self.loop("for %s := 0; %s < %d; %s++ {" % (i, i, n, i), d, [Var(i, self.int, False, False)])
        elif how == 1:
            j = self.name("j")
            self.loop("for %s, %s := 0, %d; %s < %s && (%s || true); %s, %s = %s+1, %s-1 {" % (i, j, n, i, j, self.expr(self.bool, 1), i, j, i, j), d,
                      [Var(i, self.int, False, False), Var(j, self.int, False, False)])
        elif how == 2:
            self.emit("%s := %d" % (i, n))
            self.loop("for %s > 0 {\n%s\t%s--" % (i, "\t" * self.depth, i), d, [Var(i, self.int, False, False)])
        else:
            self.emit("%s := 0" % i)
            self.loop("for {\n%s\tif %s++; %s > %d { break }" % ("\t" * self.depth, i, i, n), d, [Var(i, self.int, False, False)])

    def s_range(self, d):
        us = [u for u in self.types if u.kind in ("slice", "array", "string") and u.elem is not self.any or u.kind == "string"]
        u = self.pick(us)
        x = self.expr(u, 2)
        i, e = self.name("i"), self.name("e")
        et = u.elem if u.kind != "string" else self.by_text["int32"]
        if "{" in x or "func" in x:
            x = "(%s)" % x
        how = self.r.randrange(7)
        if how == 5 and u.kind == "slice":
            vs = self.targets(u)
            if vs:
                s = self.pick(vs).text
                self.emit("for %s := range %s {" % (i, s))
                self.emit("\t%s[%s] = %s" % (s, i, self.zero(u.elem) if self.chance(0.6) else self.leaf(u.elem)))
                self.emit("}")
                return
        if how == 6 and self.targets(et):
            t = self.pick(self.targets(et)).text
            self.loop("for _, %s = range %s {" % (t, x), d)
            return
        if how == 0:
            self.loop("for %s := range %s {" % (i, x), d, [Var(i, self.int, False, False)])
        elif how == 1:
            self.loop("for range %s {" % x, d)
        elif how == 2:
            self.loop("for _, %s := range %s {" % (e, x), d, [Var(e, et)])
        elif how == 3 and u is self.string:
            self.loop("for %s, %s := range []byte(%s) {" % (i, e, x), d, [Var(i, self.int), Var(e, self.by_text["uint8"])])
        else:
            self.loop("for %s, %s := range %s {" % (i, e, x), d, [Var(i, self.int, self.chance(0.5)), Var(e, et)])

    def s_range_map(self, d):
        us = [u for u in self.types if u.kind == "map"]
        if not us:
            return
        u = self.pick(us)
        acc = self.name("acc")
        self.emit("var %s uint64" % acc)
        self.emit("for k, x := range (%s) {" % self.expr(u, 2))
        self.emit("\t%s += mix(%s(k, 2), %s(x, 2))" % (acc, self.hash(u.key), self.hash(u.elem)))
        self.emit("}")
        self.scope.append(Var(acc, self.by_text["uint64"]))

    def s_switch(self, d):
        t = self.pick([t for t in self.types if t.is_int() or t.kind in ("string", "float64") or t.is_complex() or t.kind == "bool"] + [self.any, None])
        if t is None:
            self.emit("switch {")
        else:
            tag = self.expr(t, 2)
            tag = self.held_any(tag) if t is self.any else tag
            self.emit("switch (%s) {" % tag)
        self.breakable += 1
        n, dflt, seen = self.r.randint(1, 5), self.r.randint(0, 6), set()
        for i in range(n):
            if i == dflt:
                self.emit("default:")
            else:
                xs = []
                for _ in range(self.r.randint(1, 2)):
                    if t is None:
                        x = "(%s)" % self.expr(self.bool, 2)
                    elif t is self.any:
                        x = self.held_any(self.expr(t, 1))
                    elif t.is_complex() or t.kind == "bool" or self.chance(0.15):
                        found = self.places(t)
                        x = self.pick(found).text if found else None
                    else:
                        x = self.literal(t, 0)
                        if self.chance(0.3) and t.is_int() and not t.named:
                            x = "%s(%d)" % (t.text, self.r.randint(0, 40))
                    v = x and x.split("(")[-1].strip(")")
                    if x and v not in seen:
                        seen.add(v)
                        xs.append(x)
                if not xs:
                    continue
                self.emit("case %s:" % ", ".join(xs))
            self.block(d)
            if i + 1 < n and self.chance(0.2) and i + 1 != dflt and False:
                self.emit("\tfallthrough")
            elif self.chance(0.15):
                self.emit("\tif (%s) { break }" % self.expr(self.bool, 1))
        self.breakable -= 1
        self.emit("}")

    def s_fallthrough(self, d):
        self.emit("switch %s & 3 {" % self.expr(self.int, 2))
        for k in range(3):
            self.emit("case %d:" % k)
            self.block(0)
            if k < 2 and self.chance(0.6):
                self.emit("\tfallthrough")
        self.emit("default:")
        self.block(0)
        self.emit("}")

    def s_typeswitch(self, d):
        x = self.expr(self.any if self.chance(0.7) else self.shape, 2)
        of_shape = x.startswith("Shape(")
        v = self.name("x")
        e = self.name("e")
        self.emit("var %s interface{} = %s" % (e, x))
        bind = self.chance(0.7)
        self.emit("switch %s%s.(type) {" % (v + " := " if bind else "", e))
        us = self.r.sample([u for u in self.types if u.text != "interface{}"], min(len(self.types) - 1, self.r.randint(1, 4)))
        self.breakable += 1
        for u in us:
            self.emit("case %s:" % u.text)
            saved = len(self.scope)
            if bind:
                self.scope.append(Var(v, u))
                self.emit("\t_ = %s" % v)
            self.block(d)
            del self.scope[saved:]
        if self.chance(0.5):
            taken = {u.text for u in us}
            rest = [u.text for u in self.types if u.text not in taken and u.text != "interface{}"][:2]
            self.emit("case nil%s:" % "".join(", " + r for r in rest))
            if bind:
                self.emit("\t_ = %s" % v)
            self.block(d)
        if self.chance(0.5):
            self.emit("default:")
            if bind:
                self.emit("\t_ = %s" % v)
            self.block(d)
        self.breakable -= 1
        self.emit("}")

    def s_assert(self, d):
        t = self.pick([u for u in self.types if u.text != "interface{}"])
        v, ok = self.name("v"), self.name("ok")
        self.emit("%s, %s := %s.(%s)" % (v, ok, "interface{}(%s)" % self.expr(self.any, 2), t.text))
        self.emit("_, _ = %s, %s" % (v, ok))
        self.scope += [Var(v, t), Var(ok, self.bool)]

    def s_chan(self, d):
        us = [u for u in self.types if u.kind == "chan"]
        if not us:
            return
        u = self.pick(us)
        c = self.name("c")
        self.emit("%s := make(%s, %d)" % (c, u.text, self.r.randint(2, 4)))
        self.emit("%s <- %s" % (c, self.expr(u.elem, 2)))
        how = self.r.randrange(5)
        if how == 0:
            v, ok = self.name("v"), self.name("ok")
            self.emit("%s, %s := <-%s" % (v, ok, c))
            self.emit("_, _ = %s, %s" % (v, ok))
            self.scope += [Var(v, u.elem), Var(ok, self.bool)]
        elif how == 1:
            e = self.name("e")
            self.emit("close(%s)" % c)
            self.loop("for %s := range %s {" % (e, c), d, [Var(e, u.elem)])
        elif how == 2:
            self.s_select(d, u, c)
        elif how == 3 and self.targets(u.elem):
            self.emit("%s = <-%s" % (self.pick(self.targets(u.elem)).text, c))
        else:
            self.emit("see(3, %s(<-%s, 2))" % (self.hash(u.elem), c))
        self.scope.append(Var(c, u, False, False))

    def s_select(self, d, u, c):
        """Exactly one case is ready."""
        v, ok = self.name("v"), self.name("ok")
        self.emit("select {")
        self.breakable += 1
        if self.chance(0.5):
            self.emit("case %s, %s := <-%s:" % (v, ok, c))
            self.emit("\t_, _ = %s, %s" % (v, ok))
            self.scope += [Var(v, u.elem), Var(ok, self.bool)]
            self.block(d)
            del self.scope[-2:]
        else:
            self.emit("case <-%s:" % c)
            self.block(d)
        if self.chance(0.5):
            self.emit("case (%s)(nil) <- %s:" % (u.text, self.expr(u.elem, 1)))
            self.block(0)
        if self.chance(0.4):
            self.emit("case <-(%s)(nil):" % u.text)
            self.block(0)
        if self.chance(0.5):
            self.emit("default:")
            self.block(0)
        self.breakable -= 1
        self.emit("}")

    def s_go(self, d):
        done = self.name("done")
        self.emit("%s := make(chan bool)" % done)
        t = self.value_type()
        a = self.name("a")
        if self.chance(0.3):
            self.emit("go finish(%s, %s)" % (done, self.expr(self.string, 2)))
        elif self.chance(0.3):
            self.emit("go func() {")
            self.bare_block(0)
            self.emit("\tclose(%s)" % done)
            self.emit("}()")
        else:
            self.emit("go func(%s %s, more ...interface{}) {" % (a, t.text))
            self.emit("\tsee(4, mix(%s(%s, 2), uint64(len(more))))" % (self.hash(t), a))
            self.emit("\tclose(%s)" % done)
            self.emit("}(%s, %s)" % (self.expr(t, 2), self.expr(self.any, 2)))
        self.emit("<-%s" % done)

    def s_defer(self, d):
        how = self.r.randrange(6)
        t = self.value_type()
        if how == 0:
            a = self.name("a")
            self.emit("defer func(%s %s) { see(5, %s(%s, 2)) }(%s)" % (a, t.text, self.hash(t), a, self.expr(t, 2)))
        elif how == 1:
            self.emit("defer func() {")
            self.bare_block(0)
            self.emit("}()")
        elif how == 2:
            self.emit("defer shaped(%s).W(%s)" % (self.expr(self.shape, 2), self.expr(self.int, 2)))
        elif how == 3:
            self.emit("defer println(%s, %s, %s)" % (self.expr(self.int, 2), self.expr(self.string, 1), self.expr(self.bool, 1)))
        elif how == 4:
            us = [u for u in self.types if u.kind == "map" and self.places(u) and u.key.kind != "iface"]
            if us:
                u = self.pick(us)
                self.emit("defer delete(%s, %s)" % (self.pick(self.places(u)).text, self.expr(u.key, 1)))
        else:
            self.emit("defer vary(%s)" % ", ".join(self.expr(self.any, 1) for _ in range(self.r.randint(0, 3))))

    def s_trap(self, d):
        """A statement that may panic, in a function that recovers."""
        how = self.r.randrange(9)
        self.emit("func() {")
        self.depth += 1
        self.emit("defer caught()")
        i = self.var_expr(self.int, 1)
        if how == 0:
            us = [u for u in self.types if u.kind == "slice"]
            u = self.pick(us)
            self.emit("x := %s" % self.expr(u, 1))
            self.emit("see(6, %s(x[%s], 2))" % (self.hash(u.elem), i))
        elif how == 1:
            u = self.pick([u for u in self.types if u.kind == "ptr"])
            self.emit("var p %s = %s" % (u.text, self.expr(u, 1)))
            self.emit("see(7, %s(*p, 2))" % self.hash(u.elem))
        elif how == 2:
            u = self.pick([u for u in self.types if u.text != "interface{}"])
            self.emit("var e interface{} = %s" % self.expr(self.any, 1))
            self.emit("see(8, %s(e.(%s), 2))" % (self.hash(u), u.text))
        elif how == 3:
            t = self.pick([t for t in self.types if t.is_int()])
            self.emit("var a, b %s = %s, %s" % (t.text, self.expr(t, 1), self.expr(t, 1)))
            self.emit("see(9, uint64(a %s (b &^ %s)))" % (self.pick("/%"), self.expr(t, 1)))
        elif how == 4:
            self.emit("var s string = %s" % self.expr(self.string, 1))
            self.emit("i, j := %s, %s" % (i, self.expr(self.int, 1)))
            self.emit("_, _ = i, j")
            self.emit("see(10, %s(s[i:j], 2))" % self.hash(self.string))
        elif how == 5:
            u = self.pick([u for u in self.types if u.kind == "slice"])
            self.emit("x := %s" % self.expr(u, 1))
            self.emit("i, j := %s, %s" % (i, self.expr(self.int, 1)))
            self.emit("_, _ = i, j")
            self.emit("see(11, %s(x[%s], 2))" % (self.hash(u), self.pick(["i:j", "i:", ":j", "i:j:j"])))
        elif how == 6:
            self.emit("panic(%s)" % self.expr(self.pick([self.any, self.string, self.int]), 2))
        elif how == 7:
            self.emit("var e, f interface{} = %s, %s" % (self.expr(self.any, 1), self.expr(self.any, 1)))
            self.emit("if e == f { see(12, 1) } else { see(12, 2) }")
        else:
            self.emit("var sh Shape = %s" % self.expr(self.shape, 1))
            self.emit("see(13, uint64(sh.V()))")
        self.depth -= 1
        self.emit("}()")

    def s_see(self, d):
        t = self.value_type()
        found = self.places(t)
        if found and self.obs_left > 0:
            self.observe(t, self.pick(found).text)

    def s_print(self, d):
        if self.obs_left > 0:
            self.obs_left -= 1
            ts = [self.pick([t for t in self.types if t.is_number() or t.kind in ("string", "bool")]) for _ in range(self.r.randint(1, 3))]
            self.emit("%s(%s)" % (self.pick(["println", "println", "print"]), ", ".join(self.expr(t, 2) for t in ts)))

    def s_closure(self, d):
        us = [u for u in self.types if u.kind == "func"]
        if not us:
            return
        u, f = self.pick(us), self.name("f")
        self.emit("var %s %s = %s" % (f, u.text, self.closure(u, 2)))
        self.emit("_ = %s" % f)
        self.scope.append(Var(f, u))

    def s_goto(self, d):
        label, i = self.name("G"), self.name("i")
        self.emit("{")
        self.emit("\t%s := 0" % i)
        self.emit(label + ":")
        self.emit("\tif %s < %d && !burn() {" % (i, self.r.randint(1, 3)))
        self.emit("\t\t%s++" % i)
        self.scope.append(Var(i, self.int, False, False))
        self.depth += 1
        self.block(0)
        self.depth -= 1
        self.scope.pop()
        self.emit("\t\tgoto " + label)
        self.emit("\t}")
        self.emit("}")

    def s_jump(self, d):
        if self.breakable and self.loops:
            self.emit("if (%s) { %s }" % (self.expr(self.bool, 1), self.pick(["break", "continue"])))

    def s_return(self, d):
        if self.results is not None:
            self.emit("if (%s) {" % self.expr(self.bool, 1))
            fs = [f for f in self.fns if f.results == self.results and len(f.results) > 1]
            if fs and self.chance(0.5):
                self.emit("\treturn " + self.call(self.pick(fs), 1))
            else:
                self.emit("\treturn " + ", ".join(self.expr(t, 2) for t in self.results))
            self.emit("}")

    def s_block(self, d):
        self.emit("{")
        self.block(d)
        self.emit("}")

    def statement(self, d):
        table = [(w, f) for w, deep, f in STATEMENTS if d > 0 or not deep]
        self.weighted(table)(self, d)

    # --- the program ---

    def function(self, i):
        params = [self.value_type() for _ in range(self.r.randint(0, 3))]
        results = [self.value_type() for _ in range(self.r.choice([0, 1, 1, 1, 2, 3]))]
        like = [f for f in self.fns if not f.variadic]
        if like and self.chance(0.3):  # share a signature, so that results fit parameters
            g = self.pick(like)
            params = list(g.results) if self.chance(0.5) else params
            results = list(g.results) if self.chance(0.3) else results
        variadic = self.pick([self.int, self.any, self.string]) if self.chance(0.2) else None
        f = Fn("fn%d" % i, params, results, variadic)
        self.scope, self.obs_left, self.results = [], 6, results
        named = self.chance(0.4) and results
        ps = []
        for t in params:
            n = self.name("p") if self.chance(0.9) else "_"
            ps.append("%s %s" % (n, t.text))
            if n != "_":
                self.scope.append(Var(n, t))
        if variadic:
            n = self.name("p")
            ps.append("%s ...%s" % (n, variadic.text))
            self.scope.append(Var(n, self.slice_of(variadic)))
        rs = []
        for t in results:
            n = self.name("r")
            rs.append("%s %s" % (n, t.text) if named else t.text)
            if named:
                self.scope.append(Var(n, t))
        self.top = True
        self.out.append("func %s(%s) (%s) {" % (f.name, ", ".join(ps), ", ".join(rs)))
        self.depth = 1
        if named:
            self.emit("if burn() { return }")
            if self.chance(0.4):
                self.emit("defer caught()")
        elif not results:
            self.emit("if burn() { return }")
        else:
            self.emit("burn()")
        if named:
            self.results = None if self.chance(0.3) else results
        for _ in range(self.r.randint(3, 8)):
            self.statement(2)
        for v in self.scope[:6]:
            self.observe(v.t, v.text)
        if results:
            self.emit("return" if named and self.chance(0.5) else "return " + ", ".join(self.expr(t, 2) for t in results))
        self.out.append("}\n")
        self.top = None
        self.fns.append(f)

    def program(self):
        self.make_types()
        for i in range(6):
            t, g = self.value_type(), "g%d" % i
            self.decls.append("var %s %s = %s\n" % (g, t.text, self.literal(t, 2)) if self.chance(0.8) else "var %s %s\n" % (g, t.text))
            self.globals.append(Var(g, t))
        for i in range(self.functions):
            self.function(i)
        late = []
        self.scope, self.top, self.depth = [], True, 0
        for i in range(3):  # initialisers that need code
            t = self.value_type()
            late.append("var late%d %s = %s\n" % (i, t.text, self.expr(t, 3)))
            self.hash(t)
        self.out.append("func init() {\n\tfuel = 2000\n}\n")
        self.out.append("func main() {")
        self.depth = 1
        for f in self.fns:
            self.emit("fuel = 3000")
            self.emit("func() {")
            self.emit("\tdefer caught()")
            names = ["r%d" % i for i in range(len(f.results))]
            args = [self.literal(p, 1) for p in f.params]
            text = "%s(%s)" % (f.name, ", ".join(args))
            if names:
                self.emit("\t%s := %s" % (", ".join(names), text))
                for n, t in zip(names, f.results):
                    self.emit("\tsee(1, %s(%s, 3))" % (self.hash(t), n))
            else:
                self.emit("\t" + text)
            self.emit("}()")
        for g in self.globals:
            self.emit("see(2, %s(%s, 3))" % (self.hash(g.t), g.text))
        for i in range(3):
            self.emit("see(2, %s(late%d, 2))" % (self.hash(self.by_text[late[i].split(" ", 2)[2].split(" = ")[0]]), i))
        self.emit('println("sum", sum)')
        self.out.append("}")
        helpers = [text for _, text in self.helpers.values()]
        return "package main\n\nimport \"unsafe\"\n\nvar _ unsafe.Pointer\n\n" + PRELUDE + "\n".join(self.decls + helpers + self.out + late) + "\n"


PRELUDE = '''var sum uint64
var fuel = 1000
var seen int

func mix(a, b uint64) uint64 {
	a ^= b + 0x9e3779b97f4a7c15 + a<<6 + a>>2
	return a * 0xff51afd7ed558ccd
}

func burn() bool {
	fuel--
	if fuel < -20000 {
		panic("out of fuel")
	}
	return fuel < 0
}

func see(tag int, h uint64) {
	sum = mix(sum, h)
	if seen < 400 {
		seen++
		println(tag, h)
	}
}

func caught() {
	switch e := recover().(type) {
	case nil:
	case error:
		println("panic:", e.Error())
	case string:
		println("panic:", e)
	case int:
		println("panic:", e)
	default:
		println("panic: some value")
	}
}

func finish(c chan bool, s string) {
	see(14, uint64(len(s)))
	close(c)
}

func vary(xs ...interface{}) int { return len(xs) }

func small(n int) string {
	if n < 0 {
		n = -n
	}
	return string([]byte{byte('0' + n%10), byte('0' + n/10%10)})
}

func cut(s string, n int) string {
	if n = int(uint(n) % 64); n < len(s) {
		return s[:n]
	}
	return s
}

func shaped(s Shape) Shape {
	if s == nil {
		return N0(%s)
	}
	return s
}

/* What may be compared and hashed. */
func simple(e interface{}) interface{} {
	switch e.(type) {
	case int, string, bool, float64, uint8, N0, N1, N2, int16, complex128:
		return e
	}
	return nil
}

'''.replace("/* What may be compared and hashed. */", "// simple leaves only what can be compared and hashed.").replace("N0(%s)", "*new(N0)")

EXPRS = [  # weight, which types, how
    (3, lambda g, t: t.is_number() or t.kind == "string", Gen.x_binary),
    (1, lambda g, t: t.is_number() or t.kind == "bool", Gen.x_unary),
    (1, lambda g, t: t.is_number(), Gen.x_convert),
    (1, lambda g, t: t.is_float(), Gen.x_part),
    (2, lambda g, t: t.kind == "bool", Gen.x_compare),
    (1, lambda g, t: t.kind == "bool", Gen.x_mixed),
    (1, lambda g, t: t.kind == "bool", Gen.x_nil),
    (2, lambda g, t: t.kind == "bool", Gen.x_logic),
    (1, lambda g, t: t.text == "int", Gen.x_len),
    (0.5, lambda g, t: t.text == "int", Gen.x_copy),
    (1, lambda g, t: True, Gen.x_index),
    (1, lambda g, t: True, Gen.x_array),
    (1, lambda g, t: True, Gen.x_map),
    (1, lambda g, t: True, Gen.x_deref),
    (1, lambda g, t: True, Gen.x_field),
    (2, lambda g, t: True, Gen.x_call),
    (1.5, lambda g, t: t.text in ("int", "string"), Gen.x_method),
    (1, lambda g, t: True, Gen.x_closure_call),
    (0.5, lambda g, t: t.kind != "iface", Gen.x_assert),
    (2, lambda g, t: t.kind == "string", Gen.x_string),
    (3, lambda g, t: t.kind == "slice", Gen.x_slice),
    (2, lambda g, t: t.kind == "ptr", Gen.x_address),
    (2, lambda g, t: t.kind == "iface", Gen.x_box),
    (3, lambda g, t: t.kind == "func", Gen.x_methodvalue),
    (1, lambda g, t: t.kind == "func", Gen.x_func),
]

STATEMENTS = [  # weight, whether it has statements inside, how
    (4, False, Gen.s_define),
    (6, False, Gen.s_assign),
    (3, False, Gen.s_parallel),
    (3, False, Gen.s_map),
    (2, False, Gen.s_slice),
    (2, False, Gen.s_tuple),
    (1, False, Gen.s_call),
    (3, False, Gen.s_see),
    (1, False, Gen.s_print),
    (1, False, Gen.s_assert),
    (1, False, Gen.s_trap),
    (0.7, False, Gen.s_jump),
    (0.7, False, Gen.s_return),
    (1, False, Gen.s_closure),
    (3, True, Gen.s_if),
    (2, True, Gen.s_for),
    (3, True, Gen.s_range),
    (1, True, Gen.s_range_map),
    (2, True, Gen.s_switch),
    (0.7, True, Gen.s_fallthrough),
    (2, True, Gen.s_typeswitch),
    (1.5, True, Gen.s_chan),
    (1, True, Gen.s_go),
    (1, True, Gen.s_defer),
    (0.7, True, Gen.s_goto),
    (0.5, True, Gen.s_block),
]


def program(seed, functions=10):
    return Gen(seed, functions).program()


if __name__ == "__main__":
    import sys
    print(program(int(sys.argv[1])), end="")
