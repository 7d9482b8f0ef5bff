"""What random programs are made of: types, variables, functions, and the texts of constants."""

INTS = ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"]
BITS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64, "uint": 64, "uint8": 8, "uint16": 16, "uint32": 32,
        "uint64": 64}


class Const(str):
    """The text of a constant: two of them are never combined, for the compiler would refuse what overflows."""


class T:
    """A type: kind is basic's name, or struct, array, slice, map, ptr, chan, func, iface, param."""

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
        if self.kind in ("slice", "map", "func", "param"):
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
