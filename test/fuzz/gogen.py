"""Random Go programs for the differential fuzzer: valid, deterministic, terminating.

program(seed) is one program. It prints lines of numbers with println: hashes of values, which depend on everything that
was computed, and the texts of the panics that occurred. What keeps it well-behaved:

  - Loops have small fixed bounds or walk over a container; functions call only those made before them; a global
    amount of fuel bounds everything else.
  - What may panic stands in statements of its own (trap), so that it does not matter which of two panics comes first.
  - Maps are walked only to add things up. Goroutines hand over at once.
  - Closures call recover(), which keeps Go's inliner away from them: it would change the order of evaluation.

Types are objects; a value of type t is made by Gen.expr(t, depth), a statement by Gen.statement(depth). A new feature of
the language is one more entry in the EXPRS or STATEMENTS of expressions.py, statements.py and modern.py.
"""
import random

import expressions
import modern
import statements
from kinds import BITS, Fn, INTS, T, Var


class Gen(expressions.Expressions, statements.Statements, modern.Modern):
    exprs = expressions.EXPRS + modern.EXPRS
    statements = statements.STATEMENTS + modern.STATEMENTS

    def __init__(self, seed, functions=10):
        self.r = random.Random(seed)
        self.functions = functions
        self.out = []
        self.types, self.by_text = [], {}
        self.decls, self.helpers, self.globals, self.fns = [], {}, [], []
        self.scope, self.depth, self.serial, self.obs_left = [], 0, 0, 0
        self.loops, self.results, self.breakable = [], None, 0
        self.top = None
        self.uses_iter = False

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
        kind = self.pick(["slice", "slice", "array", "map", "ptr", "chan", "func", "struct", "box", "pair"])
        if kind == "box" and e.text.count("Box[") < 2:
            return self.box_of(e)
        if kind == "pair":
            return self.pair_of(e, self.by_text[self.pick(basic)])
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
        if self.is_open(t):
            name = modern.HELPERS[kind]
            return name % t.text if "%" in name else name
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

    # --- the program ---

    def signature(self):
        params = [self.value_type() for _ in range(self.r.randint(0, 3))]
        results = [self.value_type() for _ in range(self.r.choice([0, 1, 1, 1, 2, 3]))]
        like = [f for f in self.fns if not f.variadic]
        if like and self.chance(0.3):  # share a signature, so that results fit parameters
            g = self.pick(like)
            params = list(g.results) if self.chance(0.5) else params
            results = list(g.results) if self.chance(0.3) else results
        return params, results

    def function(self, i, tparams="", params=None, results=None):
        if params is None:
            params, results = self.signature()
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
        self.out.append("func %s%s(%s) (%s) {" % (f.name, tparams, ", ".join(ps), ", ".join(rs)))
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
        any_hash = self.hash(self.any)
        for i in range(6):
            t, g = self.value_type(), "g%d" % i
            self.decls.append("var %s %s = %s\n" % (g, t.text, self.literal(t, 2)) if self.chance(0.8) else "var %s %s\n" % (g, t.text))
            self.globals.append(Var(g, t))
        for i in range(self.functions):
            if self.chance(0.2):
                self.generic_function(i)
            else:
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
        imports = ("import \"iter\"\n" if self.uses_iter else "") + "import \"unsafe\"\n\nvar _ unsafe.Pointer\n\n"
        return "package main\n\n" + imports + PRELUDE + modern.PRELUDE.replace("HASH_ANY", any_hash) + "\n".join(self.decls + helpers + self.out + late) + "\n"


PRELUDE = '''var sum uint64
var fuel = 1000
var seen int

func mix(a, b uint64) uint64 {
	a ^= b + 0x9e3779b97f4a7c15 + a<<6 + a>>2
	return a * 0xff51afd7ed558ccd
}

var zero float64

// A finite, an infinite or no number in each part, or a product that leaves the range.
func extreme(i int) complex128 {
	parts := [...]float64{1 / zero, 1, 0, -1 / zero, 1e308, -2.5, zero / zero, 1e-300}
	return complex(parts[uint(i)%8], parts[uint(i)/8%8])
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


def program(seed, functions=10):
    return Gen(seed, functions).program()


if __name__ == "__main__":
    import sys
    print(program(int(sys.argv[1])), end="")
