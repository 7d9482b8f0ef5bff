"""Expressions of random programs: Expressions.expr(t, depth) is a value of type t.

A new kind of expression is one more entry of EXPRS: a weight, which types it can have, and a method (self, type,
depth) that returns its text, or None where there is nothing to make it of.
"""
from kinds import BITS, Const, Var


class Expressions:
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
            return Const("%s(%s)" % (t.text, self.pick(["0", "1.5", "-2.25", "1e10", "0.1", "3", "1e-7", "16777217", "3e38"])))
        if t.is_complex():
            return Const("%s(%s)" % (t.text, self.pick(["0", "1+2i", "-2.5i", "3", "0.5-1.25i", "3e38-2e38i", "1-3e38i"])))
        if t.kind == "string":
            s = self.pick(['""', '"a"', '"hello"', '"h\\u00e9\\u4e16"', '"\\xff\\x00z"', '"a longer string of more than thirty-two bytes"', "`raw`"])
            return Const(s if not t.named else "%s(%s)" % (t.text, s))
        if t.kind == "bool":
            return self.pick(["true", "false"])
        if t.kind == "param":
            return self.zero(t)
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
        if t.kind == "param":
            return "*new(%s)" % t.text
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
        for w, accepts, f in self.exprs:
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
        if t.is_complex() and (not found or self.chance(0.3)):
            return "%s(extreme(%d))" % (t.text, self.r.randint(0, 99))
        return self.pick(found).text if found else "%s(fuel)" % t.text

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


EXPRS = [  # weight, which types, how
    (3, lambda g, t: t.is_number() or t.kind == "string", Expressions.x_binary),
    (1, lambda g, t: t.is_number() or t.kind == "bool", Expressions.x_unary),
    (1, lambda g, t: t.is_number(), Expressions.x_convert),
    (1, lambda g, t: t.is_float(), Expressions.x_part),
    (2, lambda g, t: t.kind == "bool", Expressions.x_compare),
    (1, lambda g, t: t.kind == "bool", Expressions.x_mixed),
    (1, lambda g, t: t.kind == "bool", Expressions.x_nil),
    (2, lambda g, t: t.kind == "bool", Expressions.x_logic),
    (1, lambda g, t: t.text == "int", Expressions.x_len),
    (0.5, lambda g, t: t.text == "int", Expressions.x_copy),
    (1, lambda g, t: True, Expressions.x_index),
    (1, lambda g, t: True, Expressions.x_array),
    (1, lambda g, t: True, Expressions.x_map),
    (1, lambda g, t: True, Expressions.x_deref),
    (1, lambda g, t: True, Expressions.x_field),
    (2, lambda g, t: True, Expressions.x_call),
    (1.5, lambda g, t: t.text in ("int", "string"), Expressions.x_method),
    (1, lambda g, t: True, Expressions.x_closure_call),
    (0.5, lambda g, t: t.kind != "iface", Expressions.x_assert),
    (2, lambda g, t: t.kind == "string", Expressions.x_string),
    (3, lambda g, t: t.kind == "slice", Expressions.x_slice),
    (2, lambda g, t: t.kind == "ptr", Expressions.x_address),
    (2, lambda g, t: t.kind == "iface", Expressions.x_box),
    (3, lambda g, t: t.kind == "func", Expressions.x_methodvalue),
    (1, lambda g, t: t.kind == "func", Expressions.x_func),
]
