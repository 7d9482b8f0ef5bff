"""golem-gdb.py - gdb's view of programs with Golem: values of Go, and goroutines.

    source .../golem-gdb.py         in ~/.gdbinit; `golem env GOLEMLIB` says where it lies. With libgolem.so, gdb finds it by itself.

    info goroutines                 number, state and place of each
    goroutine N COMMAND             the command where goroutine N stands: goroutine 7 bt. "all" for N: each of them.
    goprint NAME                    a package variable that holds pointers, by its Go name: goprint main.table

print shows strings, slices, maps, interfaces and channels as Go writes them. The printed C does not say what a slice or a map holds; descriptors do,
so elements are shown where one leads to them: of package variables, of what is in interfaces, and of channels. Values and states are read from
memory, so core files will do; but where a goroutine stands that does not run is found by setting registers, which a core file does not allow.
"""
import gdb
import struct

MOST = 64  # elements, bytes of a text times 8
DEEP = 6

(BOOL, INT, INT8, INT16, INT32, INT64, UINT, UINT8, UINT16, UINT32, UINT64, UINTPTR, FLOAT32, FLOAT64, COMPLEX64, COMPLEX128, ARRAY,
 CHAN, FUNC, INTERFACE, MAP, POINTER, SLICE, STRING, STRUCT, UNSAFE_POINTER) = range(1, 27)
DIRECT_IFACE, EXTRA_STAR = 32, 2

SIMPLE = {BOOL: "?", INT: "q", INT8: "b", INT16: "h", INT32: "i", INT64: "q", UINT: "Q", UINT8: "B", UINT16: "H", UINT32: "I",
          UINT64: "Q", UINTPTR: "Q", FLOAT32: "f", FLOAT64: "d"}


# --- memory ---

def memory(address, n):
    return bytes(gdb.selected_inferior().read_memory(address, n))


def word(address):
    return struct.unpack("<Q", memory(address, 8))[0]


def number(address, form):
    return struct.unpack("<" + form, memory(address, struct.calcsize("<" + form)))[0]


def at(type_name, address):
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer()).dereference()


def quoted(address, n):
    data = memory(address, min(n, 8 * MOST)) if n > 0 else b""
    text = data.decode("utf-8", "backslashreplace").replace("\\", "\\\\") if b"\\" in data else data.decode("utf-8", "backslashreplace")
    text = text.replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"%s"%s' % (text, "..." if n > len(data) else "")


# --- descriptors ---

class Type:
    """A gm_type in the program's memory."""
    known = {}

    def __new__(cls, address):
        t = cls.known.get(address)
        if t is None:
            t = object.__new__(cls)
            t.address = address
            base = at("gm_type", address)
            t.kind, t.size, t.tflag = int(base["kind"]), int(base["size"]), int(base["tflag"])
            t.str = int(base["str"])
            cls.known[address] = t
        return t

    def of(self, form):
        return at(form, self.address)

    def elem(self):
        form = {ARRAY: "gm_arraytype", CHAN: "gm_chantype", MAP: "gm_maptype"}.get(self.kind, "gm_ptrtype")
        return Type(int(self.of(form)["elem"]))

    def name(self):
        if self.str <= 0:
            return "?"
        owner = self.elem() if self.kind == POINTER and self.str & 1 else self
        text = encoded_name(owner.address + self.str)
        return text[1:] if self.tflag & EXTRA_STAR else text


def encoded_name(address):
    address += 1
    n = shift = 0
    while True:
        byte = number(address, "B")
        address += 1
        n |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return memory(address, n).decode("utf-8", "replace")


# --- values, by their descriptors ---

def listed(parts, more):
    return ", ".join(parts) + (", ..." if more and parts else "")


def elements(t, address, n, depth):
    return listed([show(t, address + i * t.size, depth) for i in range(min(n, MOST))], n > MOST)


def show_dynamic(t, data_at, depth):
    """The value in an interface, whose second word lies at data_at."""
    where = data_at if t.tflag & DIRECT_IFACE else word(data_at)
    return "%s(%s)" % (t.name(), show(t, where, depth))


def show_iface(address, methods, depth):
    first = word(address)
    if first == 0:
        return "nil"
    t = Type(int(at("gm_itab", first)["type"]) if methods else first)
    return show_dynamic(t, address + 8, depth)


def show_struct(t, address, depth):
    s = t.of("gm_structtype")
    fields = []
    for i in range(int(s["nfields"])):
        f = s["fields"][i]
        fields.append("%s: %s" % (encoded_name(int(f["name"])), show(Type(int(f["type"])), address + int(f["offset"]), depth + 1)))
    return "{%s}" % listed(fields, False)


def map_slots(m, t):
    """Addresses of the slots in use. Groups of an old table that are behind `moved` still hold theirs."""
    size, offset, stride = int(t["group_size"]), int(t["keys_off"]), int(t["key_stride"])
    tables = [(int(m["groups"]), int(m["mask"]), 0)]
    if int(m["old"]):
        old = m["old"].dereference()
        tables.append((int(old["groups"]), int(old["mask"]), int(old["moved"])))
    for groups, mask, first in tables:
        for g in range(first, mask + 1 if groups else 0):
            group = groups + g * size
            for i, c in enumerate(memory(group, 8)):
                if c & 0x80:
                    yield group + offset + i * stride


def show_map(t, address, depth):
    m = at("struct gm_map", address)
    mt = t.of("gm_maptype")
    key, elem, flags = Type(int(mt["key"])), Type(int(mt["elem"])), int(mt["flags"])
    parts = []
    for slot in map_slots(m, mt):
        if len(parts) == MOST:
            break
        k, e = slot, slot + int(mt["elem_off"])
        k, e = word(k) if flags & 4 else k, word(e) if flags & 8 else e
        parts.append("%s: %s" % (show(key, k, depth + 1), show(elem, e, depth + 1)))
    return "map[%s]" % listed(sorted(parts), int(m["count"]) > MOST)


def show_chan(address, depth):
    c = at("struct gm_chan", address)
    cap = int(c["cap"])
    parts = []
    n = 0
    if cap and int(c["recv"]):
        end = gdb.lookup_type("struct gm_chan_end").pointer()
        taken = int(c["recv"]["at"])
        sent = int((c.address + 1).cast(end)["at"])
        n = (sent - taken) % (2 * cap)
        if int(c["elem"]) and int(c["elem_size"]):
            t = Type(int(c["elem"]))
            parts = [show(t, int(c["buf"]) + (taken + i) % cap * t.size, depth + 1) for i in range(min(n, MOST))]
    said = "chan %d/%d" % (n, cap)
    waiting = [what for what in ("receivers", "senders") if int(c[what])]
    if bool(c["closed"]):
        said += " closed"
    if waiting:
        said += ", %s wait" % " and ".join(waiting)
    return "%s {%s}" % (said, listed(parts, n > MOST)) if parts else said


def function_name(code):
    block = gdb.block_for_pc(code)
    name = block.function.print_name if block and block.function else None
    if name is None:
        name = str(gdb.parse_and_eval("(void *)%d" % code)).split("<")[-1].split("+")[0].rstrip(">")
    return go_name(name)


def show(t, address, depth=0):
    """The value of type t at an address, as Go writes it."""
    k = t.kind
    if depth > DEEP:
        return "..."
    if k in SIMPLE:
        v = number(address, SIMPLE[k])
        return str(v).lower() if k == BOOL else str(v)
    if k in (COMPLEX64, COMPLEX128):
        form, half = ("f", 4) if k == COMPLEX64 else ("d", 8)
        return "(%s+%si)" % (number(address, form), number(address + half, form))
    if k == STRING:
        return quoted(word(address), number(address + 8, "q"))
    if k == ARRAY:
        return "[%s]" % elements(t.elem(), address, int(t.of("gm_arraytype")["len"]), depth + 1)
    if k == SLICE:
        p, n = word(address), number(address + 8, "q")
        return "nil" if p == 0 else "[%s]" % elements(t.elem(), p, n, depth + 1)
    if k == STRUCT:
        return show_struct(t, address, depth)
    if k == INTERFACE:
        return show_iface(address, int(t.of("gm_interfacetype")["nmethods"]) > 0, depth + 1)
    p = word(address)
    if p == 0:
        return "nil"
    if k == MAP:
        return show_map(t, p, depth)
    if k == CHAN:
        return show_chan(p, depth)
    if k == FUNC:
        return function_name(word(p))
    if k == POINTER and t.elem().kind == STRUCT and depth < 2:
        return "&" + show(t.elem(), p, depth + 1)
    return "0x%x" % p


# --- package variables ---

def root_types():
    """Address -> descriptor of each package variable that the program has registered."""
    found = {}
    n = int(gdb.parse_and_eval("'start.c'::nmodules"))
    modules = gdb.parse_and_eval("'start.c'::modules")
    for i in range(n):
        m = modules[i].dereference()
        for k in range(int(m["nroots"])):
            root = m["roots"][k]
            found[int(root["base"])] = int(root["type"])
    return found


def type_of_variable(address):
    try:
        t = root_types().get(address)
    except gdb.error:
        return None
    return Type(t) if t else None


def symbol_of(name):
    """main.table -> main$table, encoding/json.x -> encoding$0json$x"""
    path, dot, last = name.rpartition(".")
    return path.replace("/", "$0") + "$" + last if dot else name


def go_name(symbol):
    """The other way round, for what is shown: main$4T$m -> main.(*T).m"""
    symbol = symbol.split(".constprop")[0].split(".isra")[0].split(".part")[0]
    if "$" not in symbol:
        return symbol
    package, _, rest = symbol.replace("$0", "/").partition("$")
    if rest.startswith("4"):
        rest = "(*" + rest[1:].replace("$", ").", 1)
    return package + "." + rest.replace("$$", ".").replace("$", ".")


class PrintVariable(gdb.Command):
    """goprint NAME: a package variable that holds pointers, by its Go name."""

    def __init__(self):
        super().__init__("goprint", gdb.COMMAND_DATA)

    def invoke(self, arg, from_tty):
        name = arg.strip()
        if not name:
            raise gdb.GdbError("goprint: which variable? (goprint main.table)")
        try:
            address = int(gdb.parse_and_eval("(unsigned long)&'%s'" % symbol_of(name)))
        except gdb.error as e:
            raise gdb.GdbError("goprint: %s: %s" % (name, e))
        t = type_of_variable(address)
        if t is None:
            raise gdb.GdbError("goprint: %s: no descriptor is known: it holds no pointers, or is not a variable of the program" % name)
        print("%s %s = %s" % (name, t.name(), show(t, address)))


# --- pretty-printers ---

class Printer:
    def __init__(self, value):
        self.value = value

    def address(self):
        return int(self.value.address) if self.value.address is not None else 0


class StringPrinter(Printer):
    def to_string(self):
        return quoted(int(self.value["p"]), int(self.value["n"]))


class SlicePrinter(Printer):
    def to_string(self):
        t = type_of_variable(self.address())
        if t is not None:
            return show(t, self.address())
        return "nil" if not int(self.value["p"]) else "slice at 0x%x, len %d, cap %d" % (
            int(self.value["p"]), int(self.value["len"]), int(self.value["cap"]))


class InterfacePrinter(Printer):
    """gm_eface and gm_iface, wherever they stand: their words may be registers."""

    def to_string(self):
        methods = "tab" in [f.name for f in self.value.type.strip_typedefs().fields()]
        first, data = int(self.value["tab" if methods else "type"]), int(self.value["data"])
        if first == 0:
            return "nil"
        t = Type(int(at("gm_itab", first)["type"]) if methods else first)
        if not t.tflag & DIRECT_IFACE:
            return "%s(%s)" % (t.name(), show(t, data))
        if t.kind == POINTER and data and t.elem().kind == STRUCT:
            return "%s(&%s)" % (t.name(), show(t.elem(), data, 1))
        return "%s(%s)" % (t.name(), show_chan(data, 0) if t.kind == CHAN and data else "0x%x" % data)


class MapPrinter(Printer):
    def to_string(self):
        if not int(self.value):
            return "nil"
        t = type_of_variable(self.address())
        return show(t, self.address()) if t is not None else "map of %d at 0x%x" % (int(self.value["count"]), int(self.value))


class ChanPrinter(Printer):
    def to_string(self):
        return show_chan(int(self.value), 0) if int(self.value) else "nil"


def find_printer(value):
    t = value.type
    name = t.name or t.strip_typedefs().name
    if name in ("gm_string", "gm_slice"):
        return (StringPrinter if name == "gm_string" else SlicePrinter)(value)
    if name in ("gm_eface", "gm_iface"):
        return InterfacePrinter(value)
    t = t.strip_typedefs()
    if t.code == gdb.TYPE_CODE_PTR:
        to = t.target().unqualified().strip_typedefs().name
        if to in ("gm_map", "gm_chan"):
            return (MapPrinter if to == "gm_map" else ChanPrinter)(value)
    return None


find_printer.name = "golem"

# --- goroutines ---

STATES = ["idle", "runnable", "running", "syscall", "waiting", "dead"]
RUNNABLE, RUNNING, BLOCKED, WAITING, DEAD = 1, 2, 3, 4, 5
THREAD, SYSTEM = 1, 2
# of a ucontext: where each register stands among gregs
CONTEXT = ["r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx", "rsp", "rip"]
CONTEXT_AT = 40
PICTURE = ["r15", "r14", "r13", "r12", "rbx", "rbp"]  # what gm_switch leaves at g->sp; then where to go on


def wait_text(reason):
    try:
        text = gdb.parse_and_eval("'gm_wait_text'::text[%d]" % reason)
        return text.string() if int(text) else "waiting"
    except gdb.error:
        return "waiting"


def unit_size(slab, g_type):
    """Units lie one behind the other, each with its record at the end, which knows where the unit begins."""
    first, record = slab + 64, g_type.sizeof
    lo = [f.bitpos // 8 for f in g_type.fields() if f.name == "seg0"][0]
    for size in range((record + 2048) // 16 * 16, 70000, 16):
        try:
            if word(first + size - record + lo) == first:
                return size
        except gdb.MemoryError:
            break
    raise gdb.GdbError("golem: the records of goroutines are not where they are expected")


def goroutines():
    """All that live, by number."""
    g_type = gdb.lookup_type("struct gm_g")
    found = []
    slab = gdb.parse_and_eval("'slab.c'::slabs")
    size = None
    while int(slab):
        carved = int(slab["carved"])
        if carved and size is None:
            size = unit_size(int(slab), g_type)
        found += [at("struct gm_g", int(slab) + 64 + (i + 1) * size - g_type.sizeof) for i in range(carved)]
        slab = slab["next"]
    record = gdb.parse_and_eval("'slab.c'::reserved_all")
    while int(record):
        found.append(record["g"])
        record = record["next_all"]
    alive = [g for g in found if int(g["status"]) not in (0, DEAD)]
    return sorted(alive, key=lambda g: int(g["id"]))


def state_of(g):
    status = int(g["status"])
    return wait_text(int(g["wait_reason"])) if status == WAITING else STATES[status]


def thread_of(g):
    """The thread that runs it, or NULL."""
    if int(g["status"]) not in (RUNNING, BLOCKED) or not int(g["m"]):
        return None
    tid = int(g["m"]["tid"])
    for t in gdb.selected_inferior().threads():
        if t.ptid[1] == tid or (tid == 0 and t.num == 1):
            return t
    return None


def registers_of(g):
    """Of one that stands on its stack."""
    if int(g["sig_context"]):
        gregs = int(g["sig_context"]) + CONTEXT_AT
        return {name: word(gregs + 8 * i) for i, name in enumerate(CONTEXT)}
    sp = int(g["sp"])
    if not sp:
        return None
    regs = {name: word(sp + 8 * i) for i, name in enumerate(PICTURE)}
    regs["rip"], regs["rsp"] = word(sp + 48), sp + 56
    return regs


class there:
    """With it gdb looks at where a goroutine stands."""

    def __init__(self, g):
        self.g = g

    def __enter__(self):
        self.thread, self.frame, self.saved = gdb.selected_thread(), gdb.selected_frame(), None
        t = thread_of(self.g)
        if t is not None:
            t.switch()
            gdb.newest_frame().select()
            return
        regs = registers_of(self.g)
        if regs is None:
            raise gdb.GdbError("goroutine %d: it is not known where it stands" % int(self.g["id"]))
        gdb.newest_frame().select()
        saved = {name: int(gdb.parse_and_eval("(unsigned long)$%s" % name)) for name in regs}
        try:
            self.set(regs)
        except gdb.error:
            raise gdb.GdbError("goroutine %d does not run, and registers cannot be set" % int(self.g["id"]))
        self.saved = saved

    def set(self, regs):
        for name in [r for r in regs if r not in ("rip", "rsp")] + ["rsp", "rip"]:
            gdb.execute("set $%s = %d" % (name, regs[name]), to_string=True)

    def __exit__(self, *_):
        if self.saved:
            gdb.newest_frame().select()
            self.set(self.saved)
        if self.thread is not None:
            self.thread.switch()
        gdb.newest_frame().select()


def is_go(frame):
    name = frame.name()
    return name is not None and "$" in name


def place_of(g):
    """The innermost function of Go where it stands."""
    try:
        with there(g):
            frame = gdb.selected_frame()
            while frame is not None:
                if is_go(frame):
                    sal = frame.find_sal()
                    file = sal.symtab.filename if sal.symtab else "?"
                    return "%s %s:%d" % (go_name(frame.name()), file, sal.line)
                frame = frame.older()
    except (gdb.error, gdb.GdbError):
        pass
    return "?"


def shown(g):
    return not int(g["flags"]) & (SYSTEM | THREAD)


class InfoGoroutines(gdb.Command):
    """info goroutines: number, state and place of each; * runs on the selected thread."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        now = gdb.selected_thread()
        for g in goroutines():
            if not shown(g):
                continue
            t = thread_of(g)
            mark = "*" if t is not None and now is not None and t.num == now.num else " "
            print("%s %d %s  %s" % (mark, int(g["id"]), state_of(g), place_of(g)))


class Goroutine(gdb.Command):
    """goroutine N COMMAND: the command where goroutine N stands (goroutine 7 bt); all for N: for each."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        which, _, command = arg.strip().partition(" ")
        if not command or not (which == "all" or which.isdigit()):
            raise gdb.GdbError("goroutine N COMMAND, or goroutine all COMMAND")
        for g in goroutines():
            if which == "all" and shown(g) or which == str(int(g["id"])):
                if which == "all":
                    print("goroutine %d [%s]:" % (int(g["id"]), state_of(g)))
                with there(g):
                    gdb.execute(command, from_tty)
                if which != "all":
                    return
        if which != "all":
            raise gdb.GdbError("there is no goroutine %s" % which)


gdb.pretty_printers.append(find_printer)
PrintVariable()
InfoGoroutines()
Goroutine()
