"""Statements of random programs: Statements.statement(depth) prints one.

A new kind of statement is one more entry of STATEMENTS: a weight, whether it has statements inside, and a method.
"""
from kinds import Var


class Statements:
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
            if self.chance(0.15):
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

    def s_complex(self, d):
        """Products and quotients of complex numbers, in an assignment and in an expression."""
        t = self.by_text[self.pick(["complex128", "complex64"])]
        v = self.name("c")
        self.emit("%s := %s" % (v, self.var_expr(t, 2)))
        self.emit("%s %s= %s" % (v, self.pick("*/"), self.expr_nonconst(t, 1)))
        self.emit("see(4, %s(%s * %s, 2))" % (self.hash(t), v, self.expr(t, 1)))
        self.scope.append(Var(v, t))

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
        table = [(w, f) for w, deep, f in self.statements if d > 0 or not deep]
        self.weighted(table)(self, d)


STATEMENTS = [  # weight, whether it has statements inside, how
    (4, False, Statements.s_define),
    (6, False, Statements.s_assign),
    (3, False, Statements.s_parallel),
    (3, False, Statements.s_map),
    (2, False, Statements.s_slice),
    (2, False, Statements.s_tuple),
    (1, False, Statements.s_call),
    (3, False, Statements.s_see),
    (1, False, Statements.s_print),
    (0.5, False, Statements.s_complex),
    (1, False, Statements.s_assert),
    (1, False, Statements.s_trap),
    (0.7, False, Statements.s_jump),
    (0.7, False, Statements.s_return),
    (1, False, Statements.s_closure),
    (3, True, Statements.s_if),
    (2, True, Statements.s_for),
    (3, True, Statements.s_range),
    (1, True, Statements.s_range_map),
    (2, True, Statements.s_switch),
    (0.7, True, Statements.s_fallthrough),
    (2, True, Statements.s_typeswitch),
    (1.5, True, Statements.s_chan),
    (1, True, Statements.s_go),
    (1, True, Statements.s_defer),
    (0.7, True, Statements.s_goto),
    (0.5, True, Statements.s_block),
]
