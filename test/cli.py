#!/usr/bin/env python3
"""The command as a person meets it: exit codes, messages, and bad input of every kind.

Each check_* function is a test. usage: cli.py [golem [check_...]...]; ends with "N passed, N failed".
"""
import gzip, json, os, random, re, resource, shutil, signal, subprocess, sys, tempfile, time, traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.path.join(ROOT, "golem")
TMP = None

HELLO = 'package main\n\nfunc main() { println("hello") }\n'


def write(name, text):
    path = os.path.join(TMP, name)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def golem(*args, env=None, timeout=60):
    e = dict(os.environ)
    e.update(env or {})
    p = subprocess.run([GOLEM, *args], cwd=TMP, env=e, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=timeout)
    return p.returncode, p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace")


def expect(got, status, err=None, out=None):
    assert got[0] == status, "status %s, want %s\nstdout: %s\nstderr: %s" % (got[0], status, got[1][:500], got[2][:500])
    if err is not None:
        assert re.search(err, got[2], re.M), "stderr %r does not match %r" % (got[2][:800], err)
    if out is not None:
        assert re.search(out, got[1], re.M), "stdout %r does not match %r" % (got[1][:800], out)


def bad_source(text, err, name="bad.go"):
    """A wrong program ends with status 1 and the message; it neither crashes nor hangs."""
    write(name, text)
    expect(golem("build", "-o", "bad.out", name), 1, err)
    assert not os.path.exists(os.path.join(TMP, "bad.out")), "an output was left behind"


def check_version_and_help():
    expect(golem("version"), 0, out=r"^golem version \d+\.\d+\.\d+ go1\.\d\d linux/")
    expect(golem("help"), 0, out="golem run")
    expect(golem("env"), 0, out="GOLEMINCLUDE=")


def check_goroot():
    """Looked for in $GOROOT, then where Debian or tools/get-goroot puts it; another release is refused by name."""
    write("f.go", 'package main\n\nimport "unicode/utf8"\n\nfunc main() { println(utf8.RuneLen(1)) }\n')
    expect(golem("env", "GOROOT"), 0, out="^/.*go-1")
    real = golem("env", "GOROOT")[1].strip()
    expect(golem("build", "-o", "f", "f.go", env={"GOROOT": real}), 0)
    expect(golem("build", "-o", "f", "f.go", env={"GOROOT": TMP}), 1, r"GOROOT=.* holds no source of Go")
    os.makedirs(os.path.join(TMP, "src/internal/goversion"))
    write("src/internal/goversion/goversion.go", "package goversion\n\nconst Version = 21\n")
    expect(golem("build", "-o", "f", "f.go", env={"GOROOT": TMP}), 1, r"source of Go 1\.21; Golem compiles that of Go 1\.\d\d")


def check_no_command():
    expect(golem(), 2, "Usage")
    expect(golem("fly"), 2, "unknown command fly")


def check_flags():
    expect(golem("build", "-zz", "x.go"), 2, "unknown flag -zz")
    expect(golem("build"), 1, "go.mod file not found")
    expect(golem("build", "-o"), 2, "needs an argument")
    expect(golem("build", "x.go", "x.txt"), 2, "not a .go file")
    expect(golem("build", "-race", "x.go"), 2, "race detector is not supported")


def check_run():
    write("hello.go", HELLO)
    expect(golem("run", "hello.go"), 0, "^hello$")


def check_build_names_the_output():
    write("hello.go", HELLO)
    expect(golem("build", "hello.go"), 0)
    assert subprocess.run([os.path.join(TMP, "hello")], stderr=subprocess.PIPE).stderr == b"hello\n"
    expect(golem("build", "-o", "other", "hello.go"), 0)
    assert os.access(os.path.join(TMP, "other"), os.X_OK)


def check_several_files():
    write("a.go", "package main\n\nfunc main() { println(answer()) }\n")
    write("b.go", "package main\n\nfunc answer() int { return 42 }\n")
    expect(golem("run", "a.go", "b.go"), 0, "^42$")


def check_print_c():
    write("hello.go", HELLO)
    read = golem("build", "-c", "hello.go")
    expect(read, 0, out=r"main\$main.* // hello\.go:\d+\n")
    assert "#line" not in read[1]
    expect(golem("build", "-c", "-o", "hello.c", "hello.go"), 0)
    assert "#line " in open(os.path.join(TMP, "hello.c")).read()
    assert "main$main" in open(os.path.join(TMP, "hello.c")).read()


def check_x_prints_commands():
    write("hello.go", HELLO)
    expect(golem("build", "-x", "-o", "h", "hello.go"), 0, r" -c -o ")


def check_exit_status_of_the_program():
    write("p.go", 'package main\n\nfunc f(m map[string]int) { m["x"] = 1 }\nfunc main() { f(nil) }\n')
    got = golem("run", "p.go")
    expect(got, 2, r"^panic: assignment to entry in nil map$")
    assert "goroutine 1 [running]:" in got[2]
    assert "main.f(" in got[2] and "main.main(" in got[2] and "p.go:3" in got[2], got[2]


def check_build_errors():
    got = bad_source('package main\n\nfunc main() {\n\tx := 1\n\tvar s string = 2\n}\n', r"^\./bad\.go:4:2: declared and not used: x$")
    bad_source("package main\nfunc main() { undefined1() }\n", r"bad\.go:2:15: undefined: undefined1")


def check_ten_errors_at_most():
    body = "".join("\tu%d()\n" % i for i in range(30))
    write("many.go", "package main\nfunc main() {\n%s}\n" % body)
    got = golem("build", "-o", "x", "many.go")
    expect(got, 1, "too many errors")
    assert got[2].count("undefined: ") == 10, got[2]


def check_errors_of_code_generation():
    """What has the right types, but no code can be made for it: in instances, too."""
    bad_source("package main\n\ntype S struct{ a int }\n\nfunc p[T any](x T) {\n\tprintln(x)\n}\n\nfunc main() {\n\tprint([1]int{})\n\tp(S{})\n}\n",
               r"^\./bad\.go:6:9: illegal types for operand: println\n\tS\n\./bad\.go:10:7: illegal types for operand: print\n\t\[1\]int$")


def check_language_version():
    text = "package main\n\nfunc f[T any]() {}\n\nfunc main() { f[int]() }\n"
    write("x.go", text)
    for build in ["build", "-gcflags=-lang=go1.17"], ["tool", "compile", "-lang=go1.17"]:
        expect(golem(*build, "x.go"), 1, r"x\.go:3:8: type parameter requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)$")
    expect(golem("run", "-gcflags=-lang=go1.18", "x.go"), 0)
    expect(golem("build", "-gcflags=-lang=go1.99", "x.go"), 2, 'invalid value "go1.99" for -lang: max known version is "go1.27"')
    expect(golem("build", "-gcflags=-lang=1.9", "x.go"), 2, 'invalid value "1.9" for -lang: should be something like "go1.12"')


def check_package_with_assembly():
    """A function without a body is no error there; everything else is."""
    tree({"go.mod": "module ex.com/m\n\ngo 1.21\n", "a/a.s": "", "a/a.go": 'package a\n\nimport "os"\n\nfunc F()\n\n//go:noescape\nfunc G() {}\n'})
    got = golem("build", "./a")
    expect(got, 1, r'^a/a\.go:3:8: "os" imported and not used$')
    assert "missing" not in got[2], got[2]
    write("a/a.go", "package a\n\nfunc F()\n\n//go:noescape\nfunc G() {}\n")
    expect(golem("build", "./a"), 1, r"^a/a\.go:6:6: can only use //go:noescape with external func implementations$")


def check_purego_is_for_packages_with_assembly():
    """Others mean other things by it (no unsafe), and get what Go gives them."""
    tree({"go.mod": "module ex.com/m\n\ngo 1.21\n", "main.go": "package main\n\nimport \"ex.com/m/a\"\n\nfunc main() { println(which, a.Which) }\n",
          "pure.go": "//go:build purego\n\npackage main\n\nconst which = \"pure\"\n",
          "impure.go": "//go:build !purego\n\npackage main\n\nconst which = \"impure\"\n",
          "a/pure.go": "//go:build purego || !amd64\n\npackage a\n\nconst Which = \"pure\"\n",
          "a/a_amd64.s": "//go:build !purego\n\nTEXT f(SB),4,$0\n\tRET\n",
          "a/a_amd64.go": "//go:build !purego\n\npackage a\n\nconst Which = \"impure\"\n\nfunc f()\n"})
    expect(golem("run", "."), 0, "^impure pure$")
    expect(golem("run", "-tags", "purego", "."), 0, "^pure pure$")
    write("a/a_amd64.s", "TEXT f(SB),4,$0\n\tRET\n")
    expect(golem("run", "."), 0, "^impure pure$")


def check_reserved_directives():
    """Those of Go's own runtime and of cgo; //go:linkname where it may not be."""
    head = "package main\n\nfunc main() {}\n\n"
    for line, why in ("//go:cgo_ldflag", "//go:cgo_ldflag only allowed in cgo-generated code"), \
                     ("//go:systemstack", "//go:systemstack only allowed in runtime"), \
                     ("//go:uintptrkeepalive", "//go:uintptrkeepalive is only allowed in the standard library"), \
                     ('//go:cgo_import_dynamic a b "-lm"', 'invalid library name "-lm" in cgo_import_dynamic directive'), \
                     ("//go:linkname f x.f", '//go:linkname only allowed in Go files that import "unsafe"'):
        bad_source(head + line + "\nfunc f() {}\n", r"^\./bad\.go:5:3: " + re.escape(why) + "$")
    bad_source(head.replace("\n\n", '\n\nimport _ "unsafe"\n', 1) + "//go:linknamestd f x.F[int]\nfunc f() {}\n",
               r"^\./bad\.go:6:3: //go:linknamestd reference of an instantiation is not allowed$")
    write("ok.go", head + '//go:cgo_import_dynamic a b "libc.so"\nfunc f() {}\n')
    expect(golem("build", "-o", "ok", "ok.go"), 0)


ASSEMBLY = """package main

type T struct{ next *T }

//go:noinline
func New(p *T) *T {
	return &T{p}
}

//go:noinline
func (t *T) add(m map[string]int) {
	t.next = nil
	m["a"]++
}

//go:noinline
func Sum[N int | float64](xs ...N) (s N) {
	for _, x := range xs {
		s += x
	}
	return s
}

func main() {
	New(nil).add(map[string]int{})
	println(Sum(1, 2), Sum(1.5))
}
"""


def check_assembly():
    """-S: each function by its Go name, each instruction with its line; what allocates calls newobject, and only that."""
    write("s.go", ASSEMBLY)
    got = golem("tool", "compile", "-S", "s.go")
    expect(got, 0)
    functions = dict(re.findall(r"^([^\s·]+)\S* STEXT\n((?:[\t ].*\n)*)", got[1], re.M))
    assert {"main.New", "main.(*T).add", "main.Sum[...]", "main.main"} <= set(functions), got[1][:2000]
    for name, lines in ("main.New", (6, 9)), ("main.(*T).add", (11, 15)), ("main.Sum[...]", (17, 23)):
        body = [l for l in functions[name].split("\n") if l and not re.match(r" +\.L\d+:$", l)]
        for l in body:
            m = re.match(r"\t\(s\.go:(\d+)\)\t[a-z]", l)
            assert m and lines[0] <= int(m[1]) < lines[1], "%s: %r" % (name, l)
    assert re.search(r"\(s\.go:7\)\tcall\truntime\.newobject$", functions["main.New"], re.M), functions["main.New"]
    assert re.search(r"\(s\.go:13\)\tcall\truntime\.mapassign_faststr$", functions["main.(*T).add"], re.M), functions["main.(*T).add"]
    assert re.search(r"\(s\.go:12\)\tcall\truntime\.gcWriteBarrier1$", functions["main.(*T).add"], re.M), functions["main.(*T).add"]
    assert "runtime.newobject" not in functions["main.Sum[...]"] + functions["main.(*T).add"]
    expect(golem("tool", "compile", "-p=main", "-complete", "-N", "-S", "s.go"), 0, "^$", r"^main\.New STEXT$")
    again = golem("build", "-gcflags=-S", "-o", "s", "s.go")  # what is in the cache is shown all the same
    expect(again, 0, r"^main\.New STEXT$", "^$")


def check_missing_file():
    expect(golem("run", "none.go"), 1, "none.go.*[Nn]o such file")


def check_directory_as_file():
    os.makedirs(os.path.join(TMP, "dir.go"), exist_ok=True)
    expect(golem("build", "dir.go"), 1, "dir.go")


def check_empty_file():
    bad_source("", r"bad\.go:1:1: syntax error: package statement must be first")


def check_only_comment():
    bad_source("// nothing\n", r"package statement must be first")


def check_binary_junk():
    bad_source(bytes(range(256)) * 64, r"bad\.go:1:")
    bad_source(b"\x7fELF" + os.urandom(4096), r"bad\.go:")


def check_nul_and_bad_utf8():
    bad_source(b"package main\nvar s = \"\x00\"\nfunc main() {}\n", "invalid NUL character")
    bad_source(b"package main\nvar s = \"\xff\xfe\"\nfunc main() {}\n", "invalid UTF-8 encoding")


def check_unterminated():
    bad_source("package main\n/* never closed", r"bad\.go:2:1: comment not terminated")
    bad_source('package main\nvar s = "never closed\n', r"string( literal)? not terminated|newline in string")
    bad_source("package main\nvar s = `never closed\n", r"string( literal)? not terminated")
    bad_source("package main\nfunc main() {\n", r"bad\.go:.*unexpected EOF")


def check_deep_nesting():
    bad_source("package main\nvar x = " + "(" * 100000 + "1" + ")" * 100000 + "\nfunc main() {}\n", r"bad\.go:2:")
    bad_source("package main\nfunc main() " + "{" * 100000 + "}" * 100000 + "\n", r"bad\.go:2:")
    bad_source("package main\nvar x = " + "-" * 100001 + "1\nfunc main() {}\n", r"bad\.go:2:")
    bad_source("package main\nvar x " + "[]" * 100000 + "int\nfunc main() {}\n", r"bad\.go:2:")
    bad_source("package main\nvar x = " + "func() { _ = " * 50000 + "1" + "}" * 50000 + "\nfunc main() {}\n", r"bad\.go:2:")


def check_deep_programs():
    """What Go compiles, ours does."""
    n = 1000
    bodies = ("x := 0\n" + "if x >= 0 { x++; " * n + "}" * n,
              "x := %d\nif x < 0 {\n" % n + "".join("} else if x == %d { x++\n" % i for i in range(n + 1)) + "}",
              "x := 0\n" + "func() {\nx++\n" * n + "}()\n" * n)
    for i, body in enumerate(bodies):
        write("deep.go", "package main\n\nfunc main() {\n%s\nprintln(x)\n}\n" % body)
        expect(golem("run", "deep.go"), 0, r"^%d$" % (n + (i == 1)))


def check_long_line():
    write("long.go", "package main\n\nfunc main() { println(" + "+".join(["1"] * 500000) + ") }\n")
    status = golem("run", "long.go", timeout=120)[0]
    assert status in (0, 1), status
    bad_source("package main\nvar " + "x" * 1000000 + " = y\nfunc main() {}\n", r"bad\.go:2:\d+: undefined: y")


def check_unknown_import():
    bad_source('package main\nimport "no/such/package"\nfunc main() {}\n', r"bad\.go:2:8: .*no/such/package")
    bad_source('package main\nimport "../x"\nfunc main() {}\n', r"bad\.go:2:8: ")


def check_no_main_function():
    bad_source("package main\n\nfunc helper() {}\n",
               r"\A# command-line-arguments\nruntime\.main_main·f: function main is undeclared in the main package\n\Z")


def check_go_code_stands_in_its_section():
    """A goroutine can be preempted only in the section of compiled Go: what calls Go functions, into which the C
    compiler may inline them, must lie there as well. Outside are only functions that compare and hash values."""
    write("sections.go", """package main

type list struct{ next *list }

func walk(l *list) {
	for l != nil {
		l = l.next
	}
}

type base struct{ l *list }

func (b base) Walk()                  { walk(b.l) }
func (b *base) Two(a, c int) (int, int) { walk(b.l); return c, a }

type outer struct {
	x int
	base
}

type walker interface{ Walk() }

var first = func() int { walk(nil); return 1 }()

func init() { walk(nil) }

type key struct {
	s string
	a [3]interface{}
}

func main() {
	go walk(nil)
	go base{}.Walk()
	defer walk(nil)
	defer println("deferred", first)
	o := &outer{}
	var w walker = o
	f, g, h := w.Walk, o.Two, walker.Walk
	f()
	g(1, 2)
	h(o)
	outer.Walk(*o)
	defer w.Walk()
	(*outer).Walk(o)
	m := map[key]int{{"a", [3]interface{}{1, 2, 3}}: 1}
	for i := 0; i < 3; i++ {
		defer func(n int) { walk(nil) }(i)
	}
	println(m[key{}])
}
""")
    expect(golem("build", "-o", "sections", "sections.go"), 0)
    nm = subprocess.run(["nm", os.path.join(TMP, "sections")], stdout=subprocess.PIPE, check=True).stdout.decode()
    code = [(int(a, 16), name) for a, kind, name in re.findall(r"^([0-9a-f]+) ([tTwW]) (\S+)$", nm, re.M)]
    at = {name: a for a, name in code}
    start, stop = at["gm_gotext_start"], at["gm_gotext_stop"]
    go = [(a, name) for a, name in code if name == "go_main" or name.startswith("main$") or "$$" in name]
    assert len(go) > 20, go
    outside = [name for a, name in go if not start < a < stop and not re.match(r"(eq|hash)\$", name)]
    assert not outside, "outside the section of compiled Go: %s" % " ".join(outside)


def check_not_main():
    write("lib.go", "package lib\n\nfunc F() int { return 1 }\n")
    expect(golem("build", "lib.go"), 0)
    expect(golem("run", "lib.go"), 1, "not a main package")


def check_unwritable_output():
    write("hello.go", HELLO)
    expect(golem("build", "-o", "/nonexistent/dir/prog", "hello.go"), 1, "cannot write /nonexistent/dir/prog")
    os.makedirs(os.path.join(TMP, "adir"), exist_ok=True)
    expect(golem("build", "-o", "adir", "hello.go"), 0)
    assert os.access(os.path.join(TMP, "adir/hello"), os.X_OK)
    os.makedirs(os.path.join(TMP, "adir/hello2/x"), exist_ok=True)
    os.rename(os.path.join(TMP, "hello.go"), os.path.join(TMP, "hello2.go"))
    expect(golem("build", "-o", "adir", "hello2.go"), 1, "is a directory")
    expect(golem("build", "-c", "-o", "/dev/full", "hello2.go"), 1, "cannot write /dev/full")


def check_devices_as_output():
    write("hello.go", HELLO)
    expect(golem("build", "-o", "/dev/null", "hello.go"), 0)
    write("nolink.go", "package main\n\nfunc f()\n\nfunc main() { f() }\n")
    expect(golem("build", "-o", "/dev/null", "nolink.go"), 1)
    assert not os.path.isfile("/dev/null"), "/dev/null was replaced"
    expect(golem("build", "-o", "/dev/full", "hello.go"), 1, "cannot write /dev/full")


def check_no_c_compiler():
    write("hello.go", HELLO)
    expect(golem("build", "-o", "h", "hello.go", env={"PATH": "/nonexistent", "CC": ""}), 1, "no C compiler")
    expect(golem("build", "-o", "h", "hello.go", env={"CC": "no-such-cc"}), 1, "no-such-cc not found")
    expect(golem("build", "-o", "h", "hello.go", env={"CC": "/bin/false", "GOLEMCACHE": "off"}), 1, "C compiler failed")


def check_launcher_of_the_compiler_is_left_out():
    write("dies.go", "package main\n\nfunc main() {\n\tvar p *int\n\t*p = 1\n}\n")
    r = golem("run", "dies.go", env={"CC": "ccache gcc -O1"})
    expect(r, 2, r"main\.main\(\)\n.*dies\.go:5 ")


def check_linker_is_gnus():
    write("hello.go", HELLO)
    expect(golem("run", "hello.go", env={"CC": "gcc -fuse-ld=gold"}), 0, "^hello$")


def check_clang_compiles_too():
    write("hello.go", HELLO)
    expect(golem("run", "hello.go", env={"CC": "clang"}), 0, "^hello$")
    tree({"mod/go.mod": "module ex.com/m\n\ngo 1.21\n", "mod/a/a.go": "package a\n\nfunc Max[N int | string](a, b N) N {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n\nfunc F() string { return Max(\"a\", \"b\") }\n",
          "mod/main.go": 'package main\n\nimport "ex.com/m/a"\n\nfunc main() { println(a.F(), a.Max("c", "d"), a.Max(1, 2)) }\n'})
    expect(golem("run", "-C", "mod", ".", env={"CC": "clang"}), 0, "^b d 2$")


def check_no_cache_directory():
    write("hello.go", HELLO)
    expect(golem("run", "hello.go", env={"GOLEMCACHE": "/proc/none"}), 0, "^hello$")
    expect(golem("run", "hello.go", env={"GOLEMCACHE": "off"}), 0, "^hello$")


def check_no_temporary_directory():
    write("hello.go", HELLO)
    expect(golem("build", "-o", "h", "hello.go", env={"TMPDIR": "/nonexistent"}), 1, "work directory")


def check_work_directory_is_removed():
    write("hello.go", HELLO)
    tmp = os.path.join(TMP, "tmp")
    os.makedirs(tmp, exist_ok=True)
    expect(golem("run", "hello.go", env={"TMPDIR": tmp}), 0)
    expect(golem("build", "-o", "h", "hello.go", env={"TMPDIR": tmp}), 0)
    expect(golem("run", "none.go", env={"TMPDIR": tmp}), 1)
    assert os.listdir(tmp) == [], os.listdir(tmp)


def check_small_builds_leave_nothing():
    """Also when every package comes from the cache, and the program is only linked."""
    write("lib.go", 'package main\n\nimport "strings"\n\nfunc main() { println(strings.ToUpper("hi")) }\n')
    tmp = os.path.join(TMP, "tmp")
    os.makedirs(tmp)
    env = {"TMPDIR": tmp, "GOLEMCACHE": os.path.join(TMP, "c")}
    for args in (("build", "-o", "p"), ("run",), ("build", "-o", "p"), ("run",)):
        expect(golem(*args, "lib.go", env=env, timeout=120), 0)
        assert os.listdir(tmp) == [], os.listdir(tmp)


def check_failed_writes_leave_nothing():
    """A limit on the size of files stands for a full disk."""
    write("hello.go", HELLO + "".join("func f%d() int { return %d }\n" % (i, i) for i in range(100)))
    tmp = os.path.join(TMP, "tmp")
    os.makedirs(tmp)

    def limited(*args):
        script = 'ulimit -f 1; trap "" XFSZ; exec "$0" "$@"'  # 1 KiB
        p = subprocess.run(["bash", "-c", script, GOLEM, *args], cwd=TMP, stderr=subprocess.PIPE,
                           env=dict(os.environ, TMPDIR=tmp, GOLEMCACHE="off"))
        return p.returncode, "", p.stderr.decode()
    expect(limited("build", "-c", "-o", "big.c", "hello.go"), 1, r"cannot write big\.c: File too large")
    assert not os.path.exists(os.path.join(TMP, "big.c")), "half a file was left"
    expect(limited("build", "-o", "hello", "hello.go"), 1)
    assert not os.path.exists(os.path.join(TMP, "hello")), "half a program was left"
    assert os.listdir(tmp) == [], os.listdir(tmp)


def check_killed_linker_leaves_nothing():
    write("hello.go", HELLO)
    cc = write("cc", '#!/bin/sh\ncase " $* " in\n*" -c "* | *print-file-name*) exec gcc "$@" ;;\nesac\n'
               'while [ "$1" != -o ]; do shift; done\nhead -c 5000 /dev/zero >"$2"\nkill -9 $$\n')
    os.chmod(cc, 0o755)
    expect(golem("build", "-o", "hello", "hello.go", env={"CC": cc}), 1, "linking hello failed")
    assert not os.path.exists(os.path.join(TMP, "hello")), "half a program was left"


def check_damaged_cache():
    write("hello.go", HELLO)
    cache = os.path.join(TMP, "c")

    def damage(how):
        objects = [os.path.join(d, f) for d, _, names in os.walk(cache) for f in names if f.endswith(".o")]
        assert objects
        for o in objects:
            data = bytearray(open(o, "rb").read())
            open(o, "wb").write(how(data))

    def flip(data):
        data[len(data) // 2] ^= 0x55
        return data
    for how in (lambda d: d[:100], lambda d: b"", flip, lambda d: bytes(len(d))):
        expect(golem("build", "-o", "h", "hello.go", env={"GOLEMCACHE": cache}), 0)
        damage(how)
        expect(golem("run", "hello.go", env={"GOLEMCACHE": cache}), 0, "^hello$")


# Of a, b's importers see an inlined body, a constant, a generic body, an iterator, a local type in an inlined body, and a
# function that keeps or does not keep what it gets; deep is imported by a body only.
LAYERS = {
    "go.mod": "module ex.com/l\n\ngo 1.27\n",
    "deep/deep.go": "package deep\n\nfunc Sum(x []int) (n int) {\n\tdefer func() {}()\n\tfor _, v := range x {\n\t\tn += v\n\t}\n\treturn n\n}\n",
    "a/a.go": """package a

import "ex.com/l/deep"

const Size = 3

type Num interface{ ~int | ~string }

type Wide struct{ b byte }

var kept *int

func Small(x int) int { return x + 1 }

func big(x []int) int {
	type local struct{ n int }
	defer func() { recover() }()
	return deep.Sum(x) + local{1}.n
}

func Big(x []int) int {
	defer func() { recover() }()
	return big(x)
}

func Typed(x int) any {
	type local struct{ n int }
	return local{x}
}

func Keep(p *int) {
	for i := range 2 {
		println("keep", i, *p)
		defer println("kept")
	}
}

func Twice[T Num](x T) T { return plus(x, x) }

func plus[T Num](x, y T) T {
	defer func() {}()
	return x + y
}

func Count(yield func(int) bool) {
	for i := 0; i < Size; i++ {
		if !yield(i) {
			return
		}
	}
}
""",
    "b/b.go": """package b

import "ex.com/l/a"

type Pair[T a.Num] struct{ X, Y T }

func (p Pair[T]) Sum() T { return a.Twice(p.X) + p.Y }

func Run() {
	n := 5
	a.Keep(&n)
	println(a.Small(n), a.Big([]int{1, 2, a.Size}), a.Twice("ab"), Pair[int]{1, 2}.Sum())
	for i := range a.Count {
		print(i, " ")
	}
	println()
}
""",
    "main.go": """package main

import (
	"ex.com/l/a"
	"ex.com/l/b"
	"unsafe"
)

func main() {
	b.Run()
	println(unsafe.Sizeof(a.Wide{}), a.Typed(1) == a.Typed(1), b.Pair[string]{"x", "y"}.Sum(), a.Twice(4), b.Pair[int]{1, 2}.Sum())
}
""",
}
LAYERS_SAY = ["keep 0 5", "keep 1 5", "kept", "kept", "6 7 abab 4", "0 1 2 ", "1 true xxy 8 4"]


def build_layers(cache):
    """Builds and runs the module; which packages were compiled, and what the program printed."""
    got = golem("build", "-v", "-o", "layers", ".", env={"GOLEMCACHE": os.path.join(TMP, cache)})
    expect(got, 0)
    p = subprocess.run([os.path.join(TMP, "layers")], capture_output=True, text=True, timeout=60)
    assert p.returncode == 0, p.stderr
    return [w.replace("ex.com/l", ".") for w in got[2].split() if w.startswith("ex.com/l")], p.stderr.splitlines()


def change(name, old, new):
    text = open(os.path.join(TMP, name)).read()
    assert old in text
    write(name, text.replace(old, new))


def check_changes_of_imports():
    """What follows from a change is compiled again, and nothing else; the program is that of a build from nothing."""
    tree(LAYERS)
    assert build_layers("c") == (["./deep", "./a", "./b", "."], LAYERS_SAY)
    assert build_layers("c") == ([], LAYERS_SAY)
    say = list(LAYERS_SAY)
    for name, old, new, compiled, line, text in (
            ("main.go", "a.Twice(4)", "a.Twice(5)", ["."], 6, "1 true xxy 10 4"),
            ("a/a.go", "return x + 1", "return x + 2", ["./a", "./b"], 4, "7 7 abab 4"),
            ("a/a.go", "Size = 3", "Size = 4", ["./a", "./b"], 4, "7 8 abab 4"),
            ("a/a.go", "b byte", "b int16", ["./a", "."], 6, "2 true xxy 10 4"),
            ("a/a.go", "return x + y\n", "return x + y + x\n", ["./b"], 4, "7 8 ababab 5"),
            ("a/a.go", 'defer println("kept")', "kept = p", ["./a", "./b"], 2, None),
            ("deep/deep.go", "n += v", "n -= v", ["./deep"], 2, "7 -6 ababab 5")):
        change(name, old, new)
        if text:
            say[line] = text
        else:
            del say[line:line + 2]
        said = build_layers("c")
        if "Size" in old:
            say[5] = "0 1 2 3 "
        if "x + y" in old:
            say[6] = "2 true xxxy 15 5"
        assert set(said[0]) == set(compiled), (name, new, said[0])
        assert said[1] == say, (name, new, said[1])
    program = open(os.path.join(TMP, "layers"), "rb").read()
    fresh = build_layers("fresh")
    assert fresh[1] == said[1], (fresh, said)
    assert open(os.path.join(TMP, "layers"), "rb").read() == program


def check_outlines_serve():
    """A package is read as an outline after it was compiled, and printed for its importers the same; one that is damaged,
    or missing, is made again."""
    tree(LAYERS)
    cache = os.path.join(TMP, "c")
    build_layers("c")
    outlines = sorted(f for f in os.listdir(cache) if f.endswith(".out"))
    assert len(outlines) >= 4, outlines
    for damage in (lambda f: write(f, b"x" * 100), lambda f: write(f, b""), lambda f: write(f, open(f, "rb").read()[1:])):
        for f in outlines:
            damage(os.path.join(cache, f))
        write("main.go", LAYERS["main.go"] + "\n// changed: %d\n" % len(os.listdir(cache)))
        got = build_layers("c")
        assert got[1] == LAYERS_SAY and got[0] in ([], ["."]), got
        whole = [f for f in outlines if b"golemobj" in open(os.path.join(cache, f), "rb").read()[-24:]]
        assert len(whole) == len(outlines) - 1, whole  # main's own is of another action now


def check_outlines_print_the_same():
    """Whatever is printed again finds its object, and the same is kept of it, whether imports are loaded whole or not."""
    def kept():
        return {f: open(os.path.join(cache, f), "rb").read() for f in os.listdir(cache) if not f.endswith(".act")}
    tree(LAYERS)
    cache = os.path.join(TMP, "c")
    build_layers("c")
    before, acts, rnd = kept(), sorted(f for f in os.listdir(cache) if f.endswith(".act")), random.Random(1)
    for forgotten in (1, 2, 3, len(acts) // 2, len(acts)):
        for f in rnd.sample(acts, forgotten):
            os.unlink(os.path.join(cache, f))
        build_layers("c")
        assert sorted(f for f in os.listdir(cache) if f.endswith(".act")) == acts
        after = kept()
        assert after == before, [f for f in after if after[f] != before.get(f)]


def check_killed_builds():
    """A build that is killed leaves nothing behind that a later one would believe."""
    tree(LAYERS)
    build_layers("c")
    env, rnd = dict(os.environ, GOLEMCACHE=os.path.join(TMP, "c"), TMPDIR=TMP), random.Random(2)
    for step in range(5):
        change("a/a.go", "return x + %d" % (step + 1), "return x + %d" % (step + 2))
        change("deep/deep.go", "func Sum", "// again\nfunc Sum")
        for _ in range(2):
            p = subprocess.Popen([GOLEM, "build", "-o", "layers", "."], cwd=TMP, env=env, start_new_session=True)
            time.sleep(rnd.random() * 0.5)
            os.killpg(p.pid, 9)
            p.wait()
        assert build_layers("c")[1] == LAYERS_SAY[:4] + ["%d 7 abab 4" % (7 + step)] + LAYERS_SAY[5:]
    program = open(os.path.join(TMP, "layers"), "rb").read()
    build_layers("fresh")
    assert open(os.path.join(TMP, "layers"), "rb").read() == program


def check_two_builds_at_once():
    tree(LAYERS)
    env = dict(os.environ, GOLEMCACHE=os.path.join(TMP, "c"))
    for step in range(3):
        builds = [subprocess.Popen([GOLEM, "build", "-o", "two%d" % i, "."], cwd=TMP, env=env) for i in range(2)]
        assert [b.wait(timeout=120) for b in builds] == [0, 0]
        for i in range(2):
            p = subprocess.run([os.path.join(TMP, "two%d" % i)], capture_output=True, text=True, timeout=60)
            assert p.returncode == 0 and p.stderr.splitlines()[4].split()[0] == str(6 + step), p.stderr
        change("a/a.go", "return x + %d" % (step + 1), "return x + %d" % (step + 2))


def check_closed_descriptors():
    write("hello.go", HELLO)
    for closed in ("2>&-", "<&- >&- 2>&-"):
        for args in ("build -o h", "run"):
            status = subprocess.run(["sh", "-c", '"$0" %s hello.go %s' % (args, closed), GOLEM], cwd=TMP).returncode
            assert status == 0, (args, closed, status)


def check_quotes_in_paths():
    root = os.path.join(TMP, "it's \"quoted\"")
    os.makedirs(root + "/build")
    for name in ("include", "lib", "build/libgolem.a"):
        os.symlink(os.path.join(ROOT, name), os.path.join(root, name))
    write("hello.go", HELLO)
    expect(golem("run", "hello.go", env={"GOLEMROOT": root, "GOLEMCACHE": "off"}), 0, "^hello$")
    os.rename(os.path.join(TMP, "hello.go"), os.path.join(root, "hello.go"))
    expect(golem("run", os.path.join(root, "hello.go"), env={"GOLEMCACHE": "off"}), 0, "^hello$")


def check_silent_c_compiler():
    """One that succeeds without writing anything has not compiled."""
    write("hello.go", HELLO)
    expect(golem("build", "-o", "h", "hello.go", env={"CC": "/bin/true", "GOLEMCACHE": os.path.join(TMP, "c")}), 1,
           "wrote no object")
    assert not os.path.exists(os.path.join(TMP, "h"))


def check_golemcflags_reach_the_link():
    write("hello.go", HELLO)
    got = golem("build", "-x", "-o", "h", "hello.go", env={"GOLEMCFLAGS": "-Wl,-Map=h.map"})
    expect(got, 0)
    assert os.path.exists(os.path.join(TMP, "h.map")), got[2]


# --- packages and modules ---

def tree(files):
    """Writes files, given as {name: text}; a text without a package clause gets that of its folder."""
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(TMP, name)), exist_ok=True)
        write(name, text)


MODULE = {
    "go.mod": "module ex.com/m // a comment\n\ngo 1.21\n",
    "main.go": 'package main\n\nimport (\n\t"ex.com/m/a"\n\tother "ex.com/m/b/c"\n)\n\nfunc main() { println(a.Name(), other.N) }\n',
    "a/a.go": 'package a\n\nimport "ex.com/m/a/internal/deep"\n\nfunc Name() string { return deep.S }\n',
    "a/a_test.go": "package a\n\nthis is not looked at\n",
    "a/a_windows.go": "package a\n\nneither is this\n",
    "a/internal/deep/d.go": 'package deep\n\nconst S = "deep"\n',
    "b/c/c.go": "package c\n\nvar N = 7\n",
    "testdata/x.go": "package broken !\n",
    "cmd/tool/t.go": 'package main\n\nimport "ex.com/m/b/c"\n\nfunc main() { println("tool", c.N) }\n',
}


def check_module():
    tree(MODULE)
    expect(golem("run", "."), 0, "^deep 7$")
    expect(golem("run", "ex.com/m/cmd/tool"), 0, "^tool 7$")
    expect(golem("build"), 0)
    assert subprocess.run([os.path.join(TMP, "m")], stderr=subprocess.PIPE).stderr == b"deep 7\n"
    expect(golem("build", "./..."), 0)
    expect(golem("build", "-o", "bin/", "./..."), 0)
    assert sorted(os.listdir(os.path.join(TMP, "bin"))) == ["m", "tool"]
    expect(golem("run", "-C", "cmd/tool", "."), 0, "^tool 7$")
    expect(golem("build", "-v", "-a", "./b/..."), 0, "^ex.com/m/b/c$")
    expect(golem("build", "./nothere"), 1, "nothere: directory not found")
    expect(golem("run", "./a"), 1, "package ex.com/m/a is not a main package")
    expect(golem("build", "ex.com/m/zzz"), 1, r"package ex\.com/m/zzz is not in the main module \(ex\.com/m\)")


def check_errors_by_package():
    """Each package has a header of its own and ten errors; what imports it is left alone."""
    tree(MODULE)
    write("a/internal/deep/d.go", "package deep\n\nfunc f() {\n%s}\n" % "".join("\tu%d()\n" % i for i in range(12)))
    write("b/c/c.go", 'package c\n\nvar N int = "x"\n')
    got = golem("build", "./...")
    expect(got, 1, r"^# ex\.com/m/b/c\nb/c/c\.go:3:13: cannot use \"x\"")
    assert got[2].count("undefined: ") == 10 and got[2].count("too many errors") == 1 and got[2].count("# ") == 2, got[2]


def check_import_faults():
    tree(MODULE)
    write("b/c/c.go", 'package c\n\nimport _ "ex.com/m/a"\n')
    write("a/internal/deep/d.go", 'package deep\n\nimport (\n\t_ "ex.com/m/b/c"\n)\n')
    expect(golem("build", "./a"), 1, r"^package ex.com/m/a\n\timports ex.com/m/a/internal/deep from a.go\n\timports ex.com/m/b/c from d.go\n"
           r"\timports ex.com/m/a from c.go: import cycle not allowed$")
    write("b/c/c.go", 'package c\n\nimport _ "ex.com/m/a/internal/deep"\n')
    expect(golem("build", "./b/c"), 1, r"^package ex.com/m/b/c\n\tb/c/c.go:3:8: use of internal package ex.com/m/a/internal/deep not allowed$")
    write("b/c/c.go", 'package c\n\nimport "github.com/x/y"\nimport "C"\n')
    expect(golem("build", "./b/c"), 1, r'^b/c/c.go:4:8: import "C": Golem does not compile cgo$')
    write("b/c/d.go", 'package c\n\nimport "github.com/x/y"\n')
    expect(golem("build", "./b/c"), 1, r"^b/c/d.go:3:8: no required module provides package github.com/x/y; to add it:\n\tgo get github.com/x/y$")
    write("b/c/d.go", "package other\n")
    write("b/c/c.go", "package c\n")
    expect(golem("build", "./b/c"), 1, r"^found packages c \(c.go\) and other \(d.go\) in /")
    os.remove(os.path.join(TMP, "b/c/d.go"))
    write("a/internal/deep/d.go", 'package deep\n\nconst S = ""\n')
    write("b/c/c.go", "//go:build windows\n\npackage c\n")
    expect(golem("build", "./b/c"), 1, r"^package ex.com/m/b/c: build constraints exclude all Go files in /")
    expect(golem("build", "."), 1, r"^package ex.com/m\n\timports ex.com/m/b/c: build constraints exclude all Go files in /")


def check_build_constraints():
    tree({"go.mod": "module m\n\ngo 1.21\n",
          "main.go": "package main\n\nvar list []string\n\nfunc add(s string) bool { list = append(list, s); return true }\n\n"
                     "func main() { for _, s := range list { print(s, \" \") } }\n"})
    lines = {"linux": True, "windows": False, "!windows && amd64": True, "go1.18": True, "go1.99": False, "special": False,
             "(a || linux) && !b": True, "a || b": False, "unix && !cgo": True}
    for i, line in enumerate(lines):
        write("f%d.go" % i, '// head\n\n//go:build %s\n\npackage main\n\nvar _ = add("%d")\n' % (line, i))
    for name, text in {"x_linux.go": "a", "x_wasip1.go": "b", "x_amd64.go": "c", "x_linux_amd64.go": "d", "x_linux_arm64.go": "e",
                       "linux.go": "f", "_x.go": "g"}.items():
        write(name, 'package main\n\nvar _ = add("%s")\n' % text)
    write("old.go", '// +build linux,special darwin\n// +build amd64\n\npackage main\n\nvar _ = add("old")\n')
    on = {str(i) for i, v in enumerate(lines.values()) if v} | set("acdf")
    assert set(golem("run", ".")[2].split()) == on
    special = str(list(lines).index("special"))
    assert set(golem("run", "-tags", "special,x", ".")[2].split()) == on | {special, "old"}
    assert set(golem("run", ".", env={"GOFLAGS": "-tags=special"})[2].split()) == on | {special, "old"}


def module_cache(modules):
    """A module cache in TMP/modcache with these {path@version: {file: text}}."""
    for at, files in modules.items():
        path, version = at.split("@")
        tree({"modcache/%s/%s" % (at, f): t for f, t in files.items()})
        tree({"modcache/cache/download/%s/@v/%s.mod" % (path, version): files["go.mod"]})
    return {"GOMODCACHE": os.path.join(TMP, "modcache")}


def lib(path, version, go="1.21", requires="", imports="", value=None):
    """A package that tells its version and what it imports."""
    name = path.split("/")[-1]
    uses = "".join(', " ", %s.V()' % i.split("/")[-1] for i in imports.split())
    return {"go.mod": "module %s\n\ngo %s\n\n%s\n" % (path, go, "\n".join("require " + r for r in requires.split(", ") if r)),
            name + ".go": "package %s\n\n%s\nfunc V() string { return cat(\"%s%s\"%s) }\n\n"
                          "func cat(s ...string) (t string) {\n\tfor _, x := range s {\n\t\tt += x\n\t}\n\treturn\n}\n"
                          % (name, "".join('import "%s"\n' % i for i in imports.split()), name, version, uses)}


def check_go_sum():
    """A module of the cache whose archive had another hash than go.sum has is not built; what is not listed is."""
    env = module_cache({"ex.com/a@v1.0.0": lib("ex.com/a", "v1.0.0")})
    tree({"go.mod": "module ex.com/m\n\ngo 1.21\n\nrequire ex.com/a v1.0.0\n",
          "main.go": 'package main\n\nimport "ex.com/a"\n\nfunc main() { println(a.V()) }\n'})
    expect(golem("run", ".", env=env), 0, "^av1.0.0$")
    tree({"modcache/cache/download/ex.com/a/@v/v1.0.0.ziphash": "h1:aaaa=",
          "go.sum": "ex.com/a v1.0.0/go.mod h1:cccc=\nex.com/a v1.0.0 h1:aaaa=\n"})
    expect(golem("run", ".", env=env), 0, "^av1.0.0$")
    write("go.sum", "ex.com/a v1.0.0/go.mod h1:aaaa=\nex.com/a v1.0.0 h1:bbbb=\n")
    expect(golem("run", ".", env=env), 1, r"verifying ex\.com/a@v1\.0\.0: checksum mismatch\n\tmodule cache: h1:aaaa=\n\tgo\.sum:       h1:bbbb=$")


def check_module_versions():
    """The greatest version that somebody requires; go.mod of 1.17 and later lists what is needed."""
    env = module_cache({
        "ex.com/a@v1.0.0": lib("ex.com/a", "v1.0.0", "1.16", "ex.com/c v1.1.0", "ex.com/c"),
        "ex.com/b@v1.0.0": lib("ex.com/b", "v1.0.0", "1.16", "ex.com/c v1.10.0", "ex.com/c"),
        "ex.com/c@v1.1.0": lib("ex.com/c", "v1.1.0"),
        "ex.com/c@v1.10.0": lib("ex.com/c", "v1.10.0"),
        "ex.com/c@v1.9.0": lib("ex.com/c", "v1.9.0"),
        "ex.com/!upper@v1.0.0": lib("ex.com/Upper", "v1.0.0"),
    })
    main = 'package main\n\nimport (\n\t"ex.com/a"\n\t"ex.com/b"\n)\n\nfunc main() { println(a.V(), b.V()) }\n'
    tree({"go.mod": "module m\n\ngo 1.16\n\nrequire (\n\tex.com/a v1.0.0\n\tex.com/b v1.0.0\n)\n", "main.go": main})
    expect(golem("run", ".", env=env), 0, r"^av1.0.0 cv1.10.0 bv1.0.0 cv1.10.0$")
    write("go.mod", "module m\n\ngo 1.21\n\nrequire (\n\tex.com/a v1.0.0\n\tex.com/b v1.0.0\n\tex.com/c v1.9.0 // indirect\n)\n")
    expect(golem("run", ".", env=env), 0, r"^av1.0.0 cv1.9.0 bv1.0.0 cv1.9.0$")
    write("go.mod", "module m\n\ngo 1.16\n\nrequire (\n\tex.com/a v1.0.0\n\tex.com/b v1.0.0\n)\nexclude ex.com/c v1.10.0\n")
    expect(golem("run", ".", env=env), 0, r"^av1.0.0 cv1.1.0 bv1.0.0 cv1.1.0$")
    write("go.mod", "module m\n\ngo 1.21\n\nrequire (\n\tex.com/a v1.0.0\n\tex.com/b v1.0.0\n)\n"
                    "replace ex.com/c => ./c\nreplace ex.com/b v1.0.0 => ./b\n")
    tree({"c/" + f: t for f, t in lib("ex.com/c", "here").items()})
    tree({"b/" + f: t for f, t in lib("ex.com/b", "here", imports="ex.com/c", requires="ex.com/c v1.0.0").items()})
    expect(golem("run", ".", env=env), 0, r"^av1.0.0 chere bhere chere$")
    write("main.go", 'package main\n\nimport "ex.com/Upper"\n\nfunc main() { println(Upper.V()) }\n')
    write("go.mod", "module m\n\ngo 1.21\n\nrequire ex.com/Upper v1.0.0\n")
    expect(golem("run", ".", env=env), 0, "^Upperv1.0.0$")
    write("go.mod", "module m\n\ngo 1.21\n\nrequire ex.com/Upper v1.2.0\n")
    expect(golem("run", ".", env=env), 1, r"^main.go:3:8: ex.com/Upper@v1.2.0: not in the module cache .*\n\tgo mod download ex.com/Upper@v1.2.0$")


def check_bad_go_mod():
    for text, err in (("module m\nmodule n\n", r"go.mod:2: repeated module statement"), ("modul m\n", r"go.mod:1: unknown directive: modul"),
                      ("module m\nrequire x\n", r"go.mod:2: usage: require module/path v1.2.3"), ("module m\nrequire (\n", "unterminated block"),
                      ("module m\nrequire x.com/y 1.0\n", 'go.mod:2: .*version "1.0" invalid'), ("go 1.21\n", "missing module declaration"),
                      ("module m\ngo one\n", "go.mod:2: invalid go version 'one'"), ('module "m\n', "go.mod:1: unexpected newline in string"),
                      ("module m\nreplace x.com/y => z.com/w\n", "go.mod:2: replacement module without version must be directory path")):
        tree({"go.mod": text, "m.go": HELLO})
        expect(golem("build", "."), 1, err)
    for i in range(20):
        tree({"go.mod": os.urandom(200) if i else b"", "m.go": HELLO})
        assert golem("build", ".")[0] in (0, 1)


def check_vendor():
    main = 'package main\n\nimport "ex.com/a"\n\nfunc main() { println(a.V()) }\n'
    mod = "module m\n\ngo 1.23\n\nrequire ex.com/a v1.0.0\n\nrequire ex.com/c v1.1.0 // indirect\n"
    tree({"go.mod": mod, "main.go": main,
          "vendor/modules.txt": "# ex.com/a v1.0.0\n## explicit; go 1.21\nex.com/a\n# ex.com/c v1.1.0\n## explicit; go 1.21\nex.com/c\n",
          "vendor/ex.com/a/a.go": lib("ex.com/a", "-vendored", imports="ex.com/c")["a.go"],
          "vendor/ex.com/c/c.go": lib("ex.com/c", "-vendored")["c.go"]})
    expect(golem("run", "."), 0, "^a-vendored c-vendored$")
    expect(golem("build", "-mod=mod", ".", env={"GOMODCACHE": os.path.join(TMP, "none")}), 1, "ex.com/a@v1.0.0: not in the module cache")
    write("go.mod", mod.replace("a v1.0.0", "a v1.5.0"))
    expect(golem("run", "."), 1, r"^golem: inconsistent vendoring in /.*:\n\tex.com/a@v1.5.0: is explicitly required in go.mod, but vendor/modules.txt "
           r"indicates ex.com/a@v1.0.0\n")
    write("go.mod", mod)
    write("main.go", main.replace("ex.com/a", "ex.com/x"))
    expect(golem("run", "."), 1, "^main.go:3:8: cannot find module providing package ex.com/x: import lookup disabled by -mod=vendor$")


def check_workspace():
    tree({"go.work": "go 1.21\n\nuse (\n\t./m\n\t./lib\n)\n", "m/go.mod": "module ex.com/m\n\ngo 1.21\n\nrequire ex.com/lib v1.0.0\n",
          "m/main.go": 'package main\n\nimport "ex.com/lib"\n\nfunc main() { println(lib.V()) }\n'})
    tree({"lib/" + f: t for f, t in lib("ex.com/lib", "-work").items()})
    expect(golem("run", "./m"), 0, "^lib-work$")
    expect(golem("run", "-C", "m", ".", env={"GOWORK": "off", "GOMODCACHE": os.path.join(TMP, "none")}), 1, "ex.com/lib@v1.0.0: not in the module cache")
    write("go.work", "go 1.21\n\nuse ./nothere\n")
    expect(golem("run", "./m"), 1, "cannot load module .*nothere listed in go.work file")


def check_gopath():
    tree({"go1/src/prog/main.go": 'package main\n\nimport (\n\t"ex.com/a"\n\t"ex.com/v/v2"\n)\n\nfunc main() { println(a.V(), v.V()) }\n',
          "go1/src/prog/go.mod": "module prog\n", "go1/src/prog/vendor/ex.com/c/c.go": lib("ex.com/c", "-vendored")["c.go"],
          "go1/src/ex.com/a/a.go": lib("ex.com/a", "1", imports="ex.com/c")["a.go"], "go2/src/ex.com/c/c.go": lib("ex.com/c", "2")["c.go"],
          "go1/src/ex.com/v/v.go": lib("ex.com/v", "2")["v.go"], "go1/src/ex.com/v/go.mod": "module ex.com/v/v2\n"})
    env = {"GO111MODULE": "off", "GOPATH": os.path.join(TMP, "go1") + ":" + os.path.join(TMP, "go2")}
    expect(golem("run", "prog", env=env), 0, "^a1 c2 v2$")
    expect(golem("run", "-C", "go1/src/prog", ".", env=env), 0, "^a1 c2 v2$")
    write("go1/src/prog/main.go", 'package main\n\nimport "ex.com/c"\n\nfunc main() { println(c.V()) }\n')
    expect(golem("run", "prog", env=env), 0, "^c-vendored$")
    expect(golem("build", "ex.com/none", env=env), 1, r"^cannot find package \"ex.com/none\" in any of:\n\t.*GOROOT\)\n\t.*go1/src/ex.com/none")


def check_initialisation_order():
    """Since Go 1.21: packages sorted by path, each when its imports are done."""
    pkg = 'package %s\n\n%s\nfunc init() { println("%s") }\n'
    tree({"go.mod": "module m\n\ngo 1.21\n", "main.go": 'package main\n\nimport (\n\t_ "m/z"\n\t_ "m/b"\n\t_ "m/a"\n)\n\nfunc main() {}\n',
          "z/z.go": pkg % ("z", "", "z"), "a/a.go": pkg % ("a", 'import _ "m/y"\n', "a"), "b/b.go": pkg % ("b", "", "b"),
          "y/y.go": pkg % ("y", "", "y")})
    assert golem("run", ".")[2].split() == ["b", "y", "a", "z"]


def check_other_commands():
    for name in ("fmt", "vet", "generate", "get", "mod"):
        expect(golem(name), 2, r"^golem %s: .*\S" % name)
    expect(golem("env", "GOMOD"), 0, out="^/dev/null$")
    write("go.mod", "module m\n")
    expect(golem("env", "GOMOD"), 0, out="^/.*/go.mod$")
    tree(MODULE)
    expect(golem("install", "./...", env={"GOBIN": os.path.join(TMP, "gobin")}), 0)
    assert sorted(os.listdir(os.path.join(TMP, "gobin"))) == ["m", "tool"]
    cache = os.path.join(TMP, "c")
    expect(golem("build", "./b/...", env={"GOLEMCACHE": cache}), 0)
    assert [f for f in os.listdir(cache) if f.endswith(".o")]
    expect(golem("clean", "-cache", env={"GOLEMCACHE": cache}), 0)
    assert not [f for f in os.listdir(cache) if f.endswith(".o")]


def check_embed():
    """Files in variables: what a pattern takes, and what the compiler refuses."""
    main = ('package main\n\nimport "embed"\n\n//go:embed %s\nvar v %s\n\nvar _ embed.FS\n\nfunc main() { %s }\n')
    walk = 'fs.WalkDir(v, ".", func(p string, d fs.DirEntry, err error) error { print(p, " "); return err })'
    tree({"go.mod": "module m\n\ngo 1.20\n", "one.txt": "single", "s/a.txt": "a", "s/sub/b.txt": "b", "s/.h/c": "c", "s/_d": "d",
          "s/other/go.mod": "module n\n", "s/other/x": "x", "empty.txt": "", "n.bin": b"\0\xff\n"})

    def run(pattern, kind, body, imports=""):
        write("main.go", (main % (pattern, kind, body)).replace('import "embed"', 'import ("embed"; %s)' % imports))
        return golem("run", ".", timeout=120)
    expect(run("one.txt", "string", "println(v)"), 0, "^single$")
    expect(run("one.txt", "[]byte", 'v[0] = 83; println(string(v), len(v))'), 0, "^Single 6$")
    expect(run("n.bin", "string", "println(len(v), v[1])"), 0, "^3 255$")
    expect(run("empty.txt", "string", "println(len(v))"), 0, "^0$")
    expect(run("s", "embed.FS", walk, '"io/fs"'), 0, "^. s s/a.txt s/sub s/sub/b.txt $")
    expect(run("all:s", "embed.FS", walk, '"io/fs"'), 0, "^. s s/.h s/.h/c s/_d s/a.txt s/sub s/sub/b.txt $")
    expect(run('s/*.txt "one.txt" `n.bin`', "embed.FS", walk, '"io/fs"'), 0, "^. n.bin one.txt s s/a.txt $")
    expect(run("none*", "string", ""), 1, r"main.go:5:\d+: pattern none\*: no matching files found")
    expect(run("../x", "string", ""), 1, r"main.go:5:\d+: pattern ../x: invalid pattern syntax")
    expect(run("s/other", "embed.FS", ""), 1, "cannot embed directory s/other: in different module")
    expect(run("one.txt n.bin", "string", ""), 1, "invalid go:embed: multiple files for type string")
    expect(run("one.txt", "int", ""), 1, "go:embed cannot apply to var of type int")
    expect(run("one.txt", 'string = ""', ""), 1, "go:embed cannot apply to var with initializer")
    write("one.txt", "changed")
    expect(run("one.txt", "string", "println(v)"), 0, "^changed$")


def check_link_flags():
    tree({"go.mod": "module ex.com/m\n\ngo 1.20\n", "v/v.go": 'package v\n\nvar V, W = "a" + "b", "c"\nvar N = len(V)\n',
          "main.go": 'package main\n\nimport "ex.com/m/v"\n\nvar s string\nvar t = v.V\n\nfunc main() { println(s, t, v.V, v.W, v.N) }\n'})
    expect(golem("run", "."), 0, "^ ab ab c 2$")
    expect(golem("run", "-ldflags", "-s -w -X main.s=1 -X 'ex.com/m/v.V=two \"words\"' -X main.t=no -X ex.com/m/v.N=7 -X=ex.com/m/v.none=x", "."), 0,
           '^1 two "words" two "words" c 11$')
    expect(golem("build", "-ldflags", "-q", "."), 2, "unknown flag -q")
    expect(golem("build", "-static", "-o", "s", "."), 0)
    assert b"INTERP" not in subprocess.run(["readelf", "-l", os.path.join(TMP, "s")], stdout=subprocess.PIPE).stdout


def check_build_information():
    env = module_cache({"ex.com/a@v1.0.0": lib("ex.com/a", "v1.0.0")})
    tree({"go.mod": "module ex.com/m\n\ngo 1.21\n\nrequire (\n\tex.com/a v1.0.0\n\tex.com/b v1.0.0\n)\n\nreplace ex.com/b => ./b\n",
          "go.sum": "ex.com/a v1.0.0 h1:abc=\n", "main.go": 'package main\n\nimport (\n\t_ "ex.com/a"\n\t_ "ex.com/b"\n)\n\nfunc main() {}\n'})
    tree({"b/" + f: t for f, t in lib("ex.com/b", "x").items()})
    expect(golem("build", "-tags", "x", "-o", "m", ".", env=env), 0)
    expect(golem("version", "-m", "m"), 0, out=r"^m: go1.\d+\n\tpath\tex.com/m\n\tmod\tex.com/m\t\(devel\)\t\n\tdep\tex.com/a\tv1.0.0\th1:abc=\n"
           r"\tdep\tex.com/b\tv1.0.0\n\t=>\t./b\t\(devel\)\t\n\tbuild\t-compiler=golem\n\tbuild\t-tags=x\n")
    expect(golem("version", "go.mod"), 1, "go.mod: not a Go executable")


def check_incremental_builds():
    """A package is compiled again exactly if it, or what it imports, has changed."""
    tree(MODULE)
    env = {"GOLEMCACHE": os.path.join(TMP, "c")}

    def compiled():
        got = golem("build", "-v", "-o", "m", ".", env=env, timeout=120)
        expect(got, 0)
        return sorted(l for l in got[2].split("\n") if l.startswith("ex.com"))

    def says(want):
        assert subprocess.run([os.path.join(TMP, "m")], stderr=subprocess.PIPE).stderr.decode() == want + "\n"
    assert compiled() == ["ex.com/m", "ex.com/m/a", "ex.com/m/a/internal/deep", "ex.com/m/b/c"]
    assert compiled() == []
    write("b/c/c.go", "package c\n\nvar N = 8\n")
    assert compiled() == ["ex.com/m/b/c"]  # what it gives to others is as it was
    says("deep 8")
    write("a/internal/deep/d.go", 'package deep\n\nconst S = "deeper"\n')
    assert "ex.com/m/a" in compiled()
    says("deeper 8")
    write("b/c/c.go", "package c\n\nvar N = 7\n")
    assert compiled() == []
    says("deeper 7")
    write("b/c/c.go", 'package c\n\nvar N = "s"\n')
    assert "ex.com/m" in compiled()
    write("main.go", "package main\n\nfunc helper() {}\n")
    for _ in range(2):
        expect(golem("build", ".", env=env), 1, "function main is undeclared in the main package")
    write("main.go", "package main\n\nfunc main() { x := 1 }\n")
    for _ in range(2):
        expect(golem("build", ".", env=env), 1, "declared and not used: x")
    builds = [subprocess.Popen([GOLEM, "build", "-a", "-o", "m%d" % i, "./cmd/tool"], cwd=TMP, env=dict(os.environ, **env)) for i in range(3)]
    assert [b.wait() for b in builds] == [0, 0, 0]


def check_list():
    tree(MODULE)
    expect(golem("list", "./..."), 0, out=r"\Aex.com/m\nex.com/m/a\nex.com/m/a/internal/deep\nex.com/m/b/c\nex.com/m/cmd/tool\n\Z")
    expect(golem("list"), 0, out=r"\Aex.com/m\n\Z")
    expect(golem("list", "-f", '{{.Name}}:{{join .Imports ","}}:{{len .GoFiles}}{{range .TestGoFiles}} {{.}}{{else}} none{{end}}'
                 '{{if and .Module.Main (not .Standard)}} main{{end}}', "./a", "."), 0,
           out=r"\Aa:ex.com/m/a/internal/deep:1 a_test.go main\nmain:ex.com/m/a,ex.com/m/b/c:1 none main\n\Z")
    expect(golem("list", "-deps", "-f", "{{.ImportPath}} {{.DepOnly}}", "./a"), 0, out=r"\Aex.com/m/a/internal/deep true\nex.com/m/a false\n\Z")
    import json
    got = json.loads(golem("list", "-json", "./a")[1])
    assert got["GoFiles"] == ["a.go"] and got["IgnoredGoFiles"] == ["a_windows.go"] and got["Module"]["GoVersion"] == "1.21", got
    expect(golem("list", "-f", "{{.Nope}}", "."), 1, "can't evaluate field Nope")
    expect(golem("list", "-f", "{{if}", "."), 1, "template: ")
    expect(golem("list", "-m"), 0, out="^ex.com/m$")


TESTED = {
    "go.mod": "module ex.com/t\n\ngo 1.18\n",
    "a/a.go": "package a\n\nfunc Add(x, y int) int { return x + y }\n\nfunc hidden() string { return \"h\" }\n",
    "a/a_test.go": 'package a\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("bad")\n\t}\n'
                   '\tt.Run("sub", func(t *testing.T) { t.Parallel(); t.Log("in sub", hidden()) })\n}\n\n'
                   'func TestSkip(t *testing.T) {\n\tif !testing.Testing() {\n\t\tt.Error("not testing")\n\t}\n\tt.Skip("why")\n}\n\nfunc Testing() {}\n\n'
                   'func BenchmarkAdd(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tAdd(i, i)\n\t}\n}\n\n'
                   'func Exported() string { return "from a test file" }\n',
    "a/x_test.go": 'package a_test\n\nimport (\n\t"ex.com/t/a"\n\t"ex.com/t/b"\n\t"fmt"\n\t"testing"\n)\n\n'
                   'func TestX(t *testing.T) {\n\tif a.Exported() == "" || b.B() != 5 {\n\t\tt.Error("x")\n\t}\n}\n\n'
                   'func ExampleAdd() {\n\tfmt.Println(a.Add(2, 2))\n\t// Output: 4\n}\n\n'
                   'func ExampleAdd_two() {\n\tfmt.Println("one")\n\tfmt.Println("two")\n\t// Unordered output:\n\t// two\n\t// one\n}\n\n'
                   'func Example_none() { panic("not run") }\n',
    "b/b.go": 'package b\n\nimport "ex.com/t/a"\n\nfunc B() int { return a.Add(2, 3) }\n',
    "c/c_test.go": 'package c\n\nimport "testing"\n\nfunc TestFail(t *testing.T) { t.Errorf("no %d", 1) }\n\nfunc TestOK(t *testing.T) {}\n',
    "d/d_test.go": 'package d\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) {\n\tprintln("main")\n\tos.Exit(m.Run())\n}\n\n'
                   'func TestOK(t *testing.T) { os.Getenv("XX"); os.ReadFile("file") }\n\n'
                   'func TestPWD(t *testing.T) {\n\tif len(os.Getenv("PWD")) < 3 || os.Getenv("PWD")[len(os.Getenv("PWD"))-2:] != "/d" {\n\t\tt.Error(os.Getenv("PWD"))\n\t}\n}\n\n',
}


def check_test_command():
    """Its lines and statuses are those of go test."""
    tree(TESTED)

    def test(*args, **env):
        return golem("test", *args, env=dict(env, GOLEMCFLAGS="-O0"), timeout=900)
    got = test("./...")
    expect(got, 1, out=r"\Aok  \tex.com/t/a\t[\d.]+s\n\?   \tex.com/t/b\t\[no test files\]\n--- FAIL: TestFail \([\d.]+s\)\n    c_test.go:5: no 1\n"
           r"FAIL\nexit status 1\nFAIL\tex.com/t/c\t[\d.]+s\nok  \tex.com/t/d\t[\d.]+s\nFAIL\n\Z")
    expect(test("./a", "./d"), 0, out=r"\Aok  \tex.com/t/a\t\(cached\)\nok  \tex.com/t/d\t\(cached\)\n\Z")
    expect(test("./d", XX="1"), 0, out=r"\Aok  \tex.com/t/d\t[\d.]+s\n\Z")
    expect(test("./d"), 0, out=r"\Aok  \tex.com/t/d\t[\d.]+s\n\Z")
    write("d/file", "x")
    expect(test("./d"), 0, out=r"\Aok  \tex.com/t/d\t[\d.]+s\n\Z")
    expect(test("-count=1", "./d"), 0, out=r"\Aok  \tex.com/t/d\t[\d.]+s\n\Z")
    expect(test("-v", "-run", "Add|Ex", "./a"), 0,
           out=r"=== RUN   TestAdd/sub\n(.*\n)*    a_test.go:9: in sub h\n--- PASS: TestAdd .*\n    --- PASS: TestAdd/sub .*\n"
               r"=== RUN   ExampleAdd\n--- PASS: ExampleAdd .*\n=== RUN   ExampleAdd_two\n--- PASS: ExampleAdd_two .*\nPASS\nok  \tex.com/t/a\t")
    expect(test("-run", "none", "./a"), 0, out=r"^ok  \tex.com/t/a\t[\d.]+s \[no tests to run\]$")
    expect(test("-C", "a", "-bench", ".", "-benchtime", "5x", "-run", "none"), 0, out=r"^BenchmarkAdd.*\s5\s.*ns/op\nPASS\nok  \tex.com/t/a\t")
    expect(test("-c", "-o", "a.test", "./a"), 0)
    p = subprocess.run([os.path.join(TMP, "a.test"), "-test.run=TestX"], stdout=subprocess.PIPE)
    assert p.stdout == b"PASS\n", p.stdout
    write("b/b_test.go", "package b\n\nvar x int = \"\"\n")
    expect(test("./b", "./d"), 1, r"^# ex.com/t/b \[ex.com/t/b.test\]\nb/b_test.go:3:13: cannot use",
           out=r"^FAIL\tex.com/t/b \[build failed\]\nok  \tex.com/t/d\t.*\nFAIL$")
    write("b/b_test.go", 'package b\n\nimport _ "no/such"\n')
    expect(test("./b"), 1, "^b/b_test.go:3:8: package no/such is not in std", out=r"^FAIL\tex.com/t/b \[(setup|build) failed\]\nFAIL$")


def check_test_coverage():
    """Profiles and percentages are those of go test -cover; counters of generic and inlined code are the package's own."""
    tree(dict(TESTED, **{
        "a/a.go": 'package a\n\nfunc Add(x, y int) int { return x + y }\n\nfunc hidden() string {\n\tif Max(1, 2) == 1 {\n\t\treturn "no"\n\t}\n\treturn "h"\n}\n\n'
                  'func Max[T int | string](x, y T) T {\n\tif x > y {\n\t\treturn x\n\t}\n\treturn y\n}\n',
        "b/b.go": 'package b\n\nimport "ex.com/t/a"\n\nfunc B() int { return a.Add(2, a.Max(3, 1)) }\n'}))

    def cover(status, out, profile, *args):
        got = golem("test", "-coverprofile", "c.out", *args, env={"GOLEMCFLAGS": "-O0"}, timeout=900)
        expect(got, status, out=out)
        lines = open(os.path.join(TMP, "c.out")).read().split("\n")
        assert [lines[0]] + sorted(lines[1:-1]) == profile, lines
        return got
    lines = ["ex.com/t/a/a.go:%s %s" % l for l in (("13.2,13.11 1", "1"), ("14.3,15.1 1", "1"), ("16.2,16.10 1", "1"), ("3.26,3.40 1", "1"),
                                                  ("6.2,6.20 1", "1"), ("7.3,8.1 1", "0"), ("9.2,9.12 1", "1"))]
    only_b = [l[:-1] + str(int(n in (0, 1, 3))) for n, l in enumerate(lines)]
    cover(0, r"\Aok  \tex.com/t/a\t[\d.]+s\tcoverage: 85.7% of statements\n\tex.com/t/b\t\tcoverage: 0.0% of statements\n\Z",
          ["mode: set"] + lines + ["ex.com/t/b/b.go:5.16,5.46 1 0"], "./a", "./b")
    write("b/b_test.go", 'package b\n\nimport "testing"\n\nfunc TestB(t *testing.T) { B(); B() }\n')
    cover(0, r"\Aok  \tex.com/t/b\t[\d.]+s\tcoverage: 50.0% of statements in ./...\n\Z",
          ["mode: count"] + [l[:-1] + str(2 * int(l[-1])) for l in only_b] + ["ex.com/t/b/b.go:5.16,5.46 1 2"], "-covermode=count", "-coverpkg=./...", "./b")
    got = golem("test", "-covermode=atomic", "-C", "b", env={"GOLEMCFLAGS": "-O0"}, timeout=900)
    expect(got, 0, out=r"\APASS\ncoverage: 100.0% of statements\nok  \tex.com/t/b\t[\d.]+s\n\Z")
    expect(golem("test", "-covermode=all", "./b"), 2, 'invalid value "all" for flag -covermode')
    expect(golem("build", "-cover", "./b"), 2, "golem: -cover: ")


def check_test_json():
    """Events as go test -json has them: of one package live, of several one after another, of a failed build."""
    tree(dict(TESTED, **{"b/b_test.go": 'package b\n\nvar x int = ""\n'}))

    def events(*args):
        got = golem("test", "-json", *args, env={"GOLEMCFLAGS": "-O0"}, timeout=900)
        return got[0], [json.loads(line) for line in got[1].splitlines()]
    status, all = events("-run", "TestAdd", "./a")
    assert status == 0 and all[0]["Action"] == "start" and all[-1]["Action"] == "pass" and "Elapsed" in all[-1], all
    assert [e["Action"] for e in all if e.get("Test") == "TestAdd/sub" and e["Action"] != "output"] == ["run", "pause", "cont", "pass"], all
    assert [e["Output"] for e in all if e.get("Test") == "TestAdd/sub" and "h" in e.get("Output", "")] == ["    a_test.go:9: in sub h\n"], all
    assert all[-2]["Output"].startswith("ok  \tex.com/t/a\t"), all
    status, all = events("./b", "./c", "./d")
    assert status == 1 and {e.get("Package") for e in all} == {None, "ex.com/t/b", "ex.com/t/c", "ex.com/t/d"}, all
    assert [e["Output"] for e in all if e["Action"] == "build-output"][0] == "# ex.com/t/b [ex.com/t/b.test]\n", all
    ends = {e["Package"]: e for e in all if e["Action"] in ("pass", "fail") and "Test" not in e}
    assert [ends["ex.com/t/" + p]["Action"] for p in "bcd"] == ["fail", "fail", "pass"] and "FailedBuild" in ends["ex.com/t/b"], ends
    error = [e for e in all if e.get("Test") == "TestFail" and "no 1" in e.get("Output", "")]
    assert error and error[0]["OutputType"] == "error", error
    write("printed", "\x16=== RUN   TestX\nline\n\x16--- FAIL: TestX (1.50s)\n\x16FAIL\n")
    p = subprocess.run([GOLEM, "tool", "test2json", "-p", "x"], stdin=open(os.path.join(TMP, "printed")), stdout=subprocess.PIPE, text=True)
    assert [json.loads(l)["Action"] for l in p.stdout.splitlines()] == ["start", "run", "output", "output", "output", "fail", "output", "fail"], p.stdout


def check_same_bytes():
    """The same source gives the same program, wherever it lies and whatever the cache holds."""
    programs = []
    for place, cache in (("p1", "c1"), ("p2", "c2"), ("p2", "c1")):
        tree({place + "/" + f: t for f, t in MODULE.items()})
        expect(golem("build", "-C", place, "-trimpath", "-o", "../" + place + cache, ".", env={"GOLEMCACHE": os.path.join(TMP, cache)}), 0)
        programs.append(open(os.path.join(TMP, place + cache), "rb").read())
    assert programs[0] == programs[1] == programs[2]


def check_escape_diagnostics():
    write("e.go", "package main\n\nvar g *int\n\nfunc main() {\n\tx := 1\n\tg = &x\n\ty := 2\n\tp := &y\n\t_ = *p\n}\n")
    got = golem("build", "-m", "-l", "-o", "e", "e.go")
    expect(got, 0, r"^(\./)?e\.go:6:2: moved to heap: x$")
    assert "moved to heap: y" not in got[2], got[2]


def check_inlining_diagnostics():
    write("i.go", "package main\n\ntype T struct{ a int }\n\nfunc newT(a int) *T { return &T{a} }\nfunc (t *T) get() int { return t.a }\n"
          "func call(f func(int) int, x int) int { return f(x) }\n\n//go:noinline\nfunc never() int { return 1 }\n\n"
          "func main() {\n\tt := newT(never())\n\tprintln(t.get(), call(func(x int) int { return x + t.a }, 1))\n}\n")
    got = golem("build", "-m", "-o", "i", "i.go")
    expect(got, 0)
    lines = sorted(re.sub(r"^(\./)?i.go:", "", l) for l in got[2].split("\n") if "inlin" in l or "&T" in l)
    want = ["5:6: can inline newT", "5:30: &T{...} escapes to heap", "6:6: can inline (*T).get", "7:6: can inline call",
            "13:11: inlining call to newT", "13:11: &T{...} does not escape", "14:15: inlining call to (*T).get",
            "14:24: can inline main.func1",
            "14:23: inlining call to call", "14:23: inlining call to main.func1"]
    assert lines == sorted(want), got[2]
    assert "func literal" not in got[2], got[2]  # it is not made at all
    got = golem("build", "-m", "-l", "-o", "i", "i.go")
    assert "inlin" not in got[2], got[2]
    write("k.go", "package main\n\n//go:noinline\nfunc sum(p []byte) int { return len(p) }\n\n"
          "func retry(f func(p []byte) int, p []byte) int {\n\tfor {\n\t\tif n := f(p); n != 0 {\n\t\t\treturn n\n\t\t}\n\t}\n}\n\n"
          "func read(p []byte) int { return retry(sum, p) }\n\nfunc main() { println(read(make([]byte, 9))) }\n")
    expect(golem("build", "-m", "-o", "k", "k.go"), 0, r"^(\./)?k.go:14:11: p does not escape$")  # the function behind f is known
    got = golem("build", "-gcflags=-m -d=inlbudget=1", "-o", "i", "i.go")
    assert "can inline newT" not in got[2], got[2]


def check_gctrace():
    write("g.go", "package main\n\nimport \"runtime\"\n\nvar keep [][]byte\n\nfunc main() {\n\tfor i := 0; i < 100; i++ {\n"
          "\t\tkeep = append(keep, make([]byte, 100000))\n\t}\n\truntime.GC()\n}\n")
    expect(golem("run", "g.go", env={"GODEBUG": "gctrace=1"}), 0,
           r"^gc \d+ @[\d.]+s \d+%: [\d.+]+ ms clock, [\d.+/]+ ms cpu, \d+->\d+->\d+ MB, \d+ MB goal, \d+ MB stacks, \d+ MB globals, \d+ P")


DYING = """package main

import (
	"os"
	"runtime/debug"
	"syscall"
	"time"
)

func main() {
	go func() { select {} }()
	time.Sleep(time.Millisecond)
	switch os.Args[1] {
	case "panic":
		panic("x")
	case "loud":
		debug.SetTraceback("all")
		panic("x")
	case "deadlock":
		select {}
	}
	syscall.Kill(os.Getpid(), map[string]syscall.Signal{"quit": 3, "ill": 4, "trap": 5, "abort": 6, "bus": 7, "fpe": 8, "segv": 11,
		"stkflt": 16, "sys": 31}[os.Args[1]])
	time.Sleep(time.Minute)
}
"""


def check_unchanged_is_not_linked():
    """A program that would come out the same is taken from the cache, and a result of a test without its program."""
    cc = write("cc", '#!/bin/sh\ncase "$*" in *" -c "*) ;; *) echo "$@" >>links;; esac\nexec gcc "$@"\n')
    os.chmod(cc, 0o755)
    env = {"CC": cc, "GOLEMCACHE": os.path.join(TMP, "cache")}

    def links(*args, out=None, err=None):
        before = links.n
        expect(golem(*args, env=env, timeout=300), 0, err, out)
        with open(os.path.join(TMP, "links")) as f:
            links.n = len(re.findall("-o ", f.read()))
        return links.n - before

    links.n = 0
    write("go.mod", "module m\n\ngo 1.27\n")
    write("m.go", 'package main\n\nvar s = "one"\n\nfunc main() { println(s) }\n')
    write("m_test.go", 'package main\n\nimport "testing"\n\nfunc TestS(t *testing.T) { println(s) }\n')
    assert links("build", "-o", "p") == 1
    os.unlink(os.path.join(TMP, "p"))
    assert links("build", "-o", "q") == 0 and links("run", ".", err="^one$") == 0
    assert subprocess.run([os.path.join(TMP, "q")], stderr=subprocess.PIPE).stderr == b"one\n"
    assert links("build", "-ldflags=-s", "-o", "q") == 1 and links("build", "-a", "-o", "q") == 1
    write("m.go", 'package main\n\nvar s = "two"\n\nfunc main() { println(s) }\n')
    assert links("run", ".", err="^two$") == 1 and links("run", ".", err="^two$") == 0
    assert links("build", "-o", "/dev/null") == 0 and links("run", ".", err="^two$") == 0
    assert links("test", ".") == 1 and links("test", ".", out=r"\(cached\)") == 0
    assert links("test", "-o", "kept", ".", out=r"\(cached\)") == 1 and os.path.exists(os.path.join(TMP, "kept"))
    with open([e.path for e in os.scandir(env["GOLEMCACHE"]) if e.name.endswith(".prog")][0], "r+b") as f:
        f.truncate(5000)
    assert links("run", ".", err="^two$") == 1


PROFILED = """package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var sink [][]byte

//go:noinline
func grow() {
	for range 1000 {
		sink = append(sink, make([]byte, 10000))
	}
}

func main() {
	runtime.MemProfileRate = 1
	grow()
	runtime.GC()
	f, _ := os.Create("heap.pb.gz")
	pprof.Lookup("heap").WriteTo(f, 0)
	f.Close()
}
"""


def check_tools_of_the_library():
    """Made from the library's cmd/ at first use, and kept: the second call builds nothing."""
    deps = golem("list", "-deps", "cmd/trace")
    expect(deps, 0, "^$", "^cmd/vendor/golang.org/x/telemetry/counter$")
    write("profiled.go", PROFILED)
    expect(golem("run", "profiled.go"), 0)
    for env in {}, {"CC": "/nothing/cc"}:
        got = golem("tool", "pprof", "-sample_index=alloc_space", "-top", "heap.pb.gz", env=env, timeout=600)
        expect(got, 0, None, r" 9\.8\dMB .* main\.grow$")
    expect(golem("tool", "pprof", "nothing.pb.gz"), 2, "nothing.pb.gz: no such file")
    expect(golem("tool", "nm"), 2, "^golem: tool: only compile, cover, pprof, ")


def die(how, traceback=None):
    """Status of a dying program, its first line, and how many goroutines it shows."""
    env = {k: v for k, v in os.environ.items() if k != "GOTRACEBACK"}
    if traceback is not None:
        env["GOTRACEBACK"] = traceback
    p = subprocess.run([os.path.join(TMP, "dying"), how], env=env, stderr=subprocess.PIPE, timeout=60,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    err = p.stderr.decode(errors="replace")
    return p.returncode, err.split("\n")[0], len(re.findall(r"^goroutine \d+ \[", err, re.M))


def check_gotraceback():
    write("dying.go", DYING)
    expect(golem("build", "-o", "dying", "dying.go"), 0)
    one = "panic: x"
    for how, setting, want in [
        ("panic", None, (2, one, 1)), ("panic", "", (2, one, 1)), ("panic", "single", (2, one, 1)), ("panic", "none", (2, one, 0)),
        ("panic", "0", (2, one, 0)), ("panic", "1", (2, one, 2)), ("panic", "all", (2, one, 2)), ("panic", "junk", (2, one, 0)),
        ("panic", "system", (2, one, 2)), ("panic", "crash", (-signal.SIGABRT, one, 2)),
        ("loud", None, (2, one, 2)), ("loud", "crash", (-signal.SIGABRT, one, 2)),
    ]:
        got = die(how, setting)
        assert got == want, "%s, GOTRACEBACK=%s: %s, want %s" % (how, setting, got, want)
    got = die("deadlock", "none")
    assert got == (2, "fatal error: all goroutines are asleep - deadlock!", 0), got


def check_signals_that_end():
    write("dying.go", DYING)
    expect(golem("build", "-o", "dying", "dying.go"), 0)
    for how, line in [
        ("quit", "SIGQUIT: quit"), ("ill", "SIGILL: illegal instruction"), ("trap", "SIGTRAP: trace trap"),
        ("abort", "SIGABRT: abort"), ("bus", "SIGBUS: bus error"), ("fpe", "SIGFPE: floating-point exception"),
        ("segv", "SIGSEGV: segmentation violation"), ("stkflt", "SIGSTKFLT: stack fault"), ("sys", "SIGSYS: bad system call"),
    ]:
        got = die(how)
        assert got == (2, line, 2), "%s: %s" % (how, got)


DEBUGGED = """package main

type oops struct{ s string }

func (o *oops) Error() string { return o.s }

type point struct {
	X, Y int
	Name string
}

type shape interface{ Area() float64 }

func (p *point) Area() float64 { return float64(p.X * p.Y) }

var text = "hello \\"world\\""
var numbers = []int{1, 2, 3}
var table = map[string][]int{"one": {1}, "two": {2, 2}}
var many = map[int]bool{}
var anything any = 42
var some shape = &point{3, 4, "p"}
var queue = make(chan int, 4)
var nothing map[int]int
var failed error
var call = stop

//go:noinline
func stop(s string, xs []int, e any, sh shape, c chan int) int {
	return len(s) + len(xs) + len(c)
}

func wait(c chan string) { <-c }

func main() {
	for i := 5; i < 9; i++ {
		queue <- i
	}
	<-queue
	<-queue
	queue <- 9
	c := make(chan string)
	for i := 0; i < 3; i++ {
		go wait(c)
	}
	for i := 0; i < 2000; i++ {
		many[i] = i%2 == 0
	}
	for i := 30; i < 2000; i++ {
		delete(many, i)
	}
	failed = &oops{"bad"}
	println(stop(text, numbers, anything, some, queue))
	c <- "x"
}
"""


def check_debugger():
    """lib/golem-gdb.py: values of Go, and goroutines, on a program as it is built and on one built for debugging."""
    script = os.path.join(golem("env", "GOLEMLIB")[1].strip(), "golem-gdb.py")
    write("debugged.go", DEBUGGED)

    def gdb(program, *commands):
        argv = ["gdb", "-nx", "-batch", "-ex", "source " + script, "-ex", "break main$stop", "-ex", "run"]
        for c in commands:
            argv += ["-ex", c]
        p = subprocess.run(argv + [program], cwd=TMP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           timeout=120)
        assert "Python Exception" not in p.stdout and "Error occurred" not in p.stdout, p.stdout
        return p.stdout

    expect(golem("build", "-o", "debugged", "debugged.go"), 0)
    values = {
        "text": 'string = "hello \\"world\\""',
        "numbers": "[]int = [1, 2, 3]",
        "table": 'map[string][]int = map["one": [1], "two": [2, 2]]',
        "anything": "interface {} = int(42)",
        "some": 'main.shape = *main.point(&{X: 3, Y: 4, Name: "p"})',
        "queue": "chan int = chan 3/4 {7, 8, 9}",
        "nothing": "map[int]int = nil",
        "failed": 'error = *main.oops(&{s: "bad"})',
        "call": "func(string, []int, interface {}, main.shape, chan int) int = main.stop",
    }
    out = gdb("debugged", *["goprint main." + name for name in values], "goprint main.many", "goprint main.no", "info goroutines",
              "goroutine 1 bt", "goroutine 99 bt", "goroutine all bt 3", "bt 1", "continue")
    for name, want in values.items():
        assert "main.%s %s\n" % (name, want) in out, (name, want, out)
    many = re.search(r"^main\.many map\[int\]bool = map\[(.*)\]$", out, re.M)[1]
    assert sorted(many.split(", ")) == sorted("%d: %s" % (i, "true" if i % 2 == 0 else "false") for i in range(30)), many
    assert re.search(r"^goprint: main\.no: ", out, re.M) and "there is no goroutine 99\n" in out, out
    assert re.search(r"^\* 1 running  main\.stop \S+debugged\.go:\d+$", out, re.M), out
    assert len(re.findall(r"^  \d+ (?:chan receive|runnable)  main\.(?:wait|main\S*) \S+debugged\.go:\d+$", out, re.M)) == 3, out
    assert re.search(r"^goroutine \d+ \[chan receive\]:\n(?:#.*\n)*#\d .*main\$wait \(\) at", out, re.M), out
    assert out.index("there is no goroutine") < out.rindex("main$stop ()") and "exited normally" in out, out

    expect(golem("build", "-o", "slow", "debugged.go", env={"GOLEMCFLAGS": "-g -O1"}), 0)
    out = gdb("slow", "info args", "print main$table")
    for want in ("xs = slice at 0x", ", len 3, cap 3\n", "e = int(42)\n", 'sh = *main.point(&{X: 3, Y: 4, Name: "p"})\n',
                 "c = chan 3/4 {7, 8, 9}\n", '= map["one": [1], "two": [2, 2]]\n'):
        assert want in out, (want, out)


def check_ancestors_of_goroutines():
    """The forms and the lines of Go 1.27, but for addresses and how goroutines are numbered."""
    write("anc.go", """package main

import "time"

func leaf()       { panic("x") }
func mid()        { go leaf(); time.Sleep(time.Second) }
func start(n int) { go mid(); time.Sleep(time.Second) }
func main()       { start(3) }
""")
    expect(golem("build", "-o", "anc", "anc.go"), 0)

    def trace(n):
        p = subprocess.run([os.path.join(TMP, "anc")], env=dict(os.environ, GODEBUG="tracebackancestors=%d" % n), stderr=subprocess.PIPE,
                           text=True)
        assert p.returncode == 2, p
        text = re.sub(r" \+0x[0-9a-f]+", "", p.stderr).replace(TMP + "/", "")
        ids = re.search(r"in goroutine (\d+)", text)[1]
        return re.sub(r"\bgoroutine %s\b" % ids, "goroutine M", text)

    both = trace(5)
    one = ("created by main.mid in goroutine M\n\tanc.go:6\n[originating from goroutine M]:\nmain.mid(...)\n\tanc.go:6\n"
           "created by main.start\n\tanc.go:7\n")
    assert both.endswith(one + "[originating from goroutine 1]:\nmain.start(...)\n\tanc.go:7\nmain.main(...)\n\tanc.go:8\n"), both
    assert trace(1).endswith(one)
    assert trace(0).endswith("created by main.mid in goroutine M\n\tanc.go:6\n")


WHY = """package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

type point struct{ x, y int }
type large struct{ a [40]int }

var sink *point
var all [][]byte
var two [2]any

func make1(n int) *point {
	p := &point{n, n}
	%s
	return p
}

func pair(i int) { two[0], two[1] = &large{}, &point{i, i} }

func work() (sum int) {
	for i := 0; i < 3000; i++ {
		b := make([]byte, 100+i%%2)
		all = append(all, b)
		sum += make1(i).x + len(fmt.Sprintf("item %%d", i))
		pair(i)
		v := i
		f := func() { v++ }
		go f()
	}
	return sum
}

func main() {
	runtime.MemProfileRate = 1
	println(work())
	runtime.GC()
	f, _ := os.Create(os.Args[1])
	pprof.Lookup("heap").WriteTo(f, 0)
	f.Close()
}
"""


HEAP = """package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

type entry struct {
	next *entry
	id   int
}

type cache struct {
	byName map[string]*entry
	list   *entry
}

var sessions = &cache{byName: map[string]*entry{}}

var header []byte

func wait(c chan int, e *entry) {
	<-c
	fmt.Println(e.id)
}

//go:noinline
func fill() {
	for i := 0; i < 1000; i++ {
		e := &entry{id: i}
		sessions.byName[fmt.Sprint("s", i)] = e
		sessions.list = e
	}
	header = make([]byte, 1<<20)[:10]
	go wait(make(chan int), &entry{id: 1})
}

//go:noinline
func clear() {
	var pad [4096]byte
	fmt.Sscan(string(pad[:1]), &pad[0])
}

var freed = make(chan bool, 1)

//go:noinline
func cut(last **entry) {
	e := &entry{id: -1}
	runtime.SetFinalizer(e, func(*entry) { freed <- true })
	sessions.list = e
	*last = e
}

func main() {
	fill()
	runtime.Gosched()
	if len(os.Args) > 1 {
		var e *entry
		cut(&e)
		println("at", e)
		e = nil
		clear()
		f, _ := os.Create(os.Args[1])
		defer f.Close()
		runtime.GC()
		snapshot(f)
		select {
		case <-freed:
			println("too early")
		default:
		}
		sessions.list = nil
		for i := 0; i < 50; i++ {
			runtime.GC()
			select {
			case <-freed:
				println("freed")
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
		println("held")
	}
	debug.FreeOSMemory()
}
"""


def snapshot_of(name, text, env=None):
    write(name + ".go", text)
    expect(golem("build", "-o", name, name + ".go"), 0)
    e = dict(os.environ, GODEBUG="heapsnapshot=%s.snap" % name, **(env or {}))
    subprocess.run([os.path.join(TMP, name)], cwd=TMP, env=e, stderr=subprocess.PIPE, check=True)


def check_heap():
    text = HEAP.replace("snapshot(f)", "_ = f")
    snapshot_of("heap", text)
    got = golem("heap", "heap.snap")
    expect(got, 0, out=r"\A\d+ objects, ")
    for line in (r"1000  main.entry$", r"^ +\S+ \S+ main.sessions$", r"^ +1048.6 kB main.header$", r" \.byName -> map\[string\]\*main.entry$",
                 r" 1  map\[string\]\*main.entry \(table\)$"):
        assert re.search(line, golem("heap", "-n", "0", "heap.snap")[1], re.M), (line, got[1])
    way = golem("heap", "-n", "1", "-type", "chan int", "heap.snap")
    expect(way, 0, out=r"goroutine \d+ \[chan receive\] in main.wait \(found conservatively\)")
    expect(golem("heap", "-type", "map[string]*main.entry", "heap.snap"), 0,
           out=r"(?s)main.sessions\n +main.cache 0x[0-9a-f]+ .*\.byName -> .*cut: without main.cache.byName it would be free")
    # growth
    snapshot_of("more", text.replace("i < 1000", "i < 1500"))
    grown = golem("heap", "-diff", "heap.snap", "more.snap")
    expect(grown, 0, out=r"\+500 +1500  main.entry\n")
    expect(grown, 0, out=r"main.sessions holds main.cache|main.cache holds main.entry")
    expect(golem("heap", "-diff", "heap.snap", "heap.snap"), 0, out="(?s)by type\n +nothing\n.* +nothing\n")
    # pages
    expect(golem("heap", "-html", "heap.html", "-chrome", "heap.heapsnapshot", "heap.snap"), 0)
    assert "main.sessions" in open(os.path.join(TMP, "heap.html")).read()
    chrome_snapshot(os.path.join(TMP, "heap.heapsnapshot"), 1000)


def chrome_snapshot(path, entries):
    """The form that DevTools reads: fields and counts agree, edges stand in the order of their nodes and lead to nodes."""
    j = json.load(open(path))
    meta = j["snapshot"]["meta"]
    nf, ef = meta["node_fields"], meta["edge_fields"]
    assert nf[:5] == ["type", "name", "id", "self_size", "edge_count"] and ef == ["type", "name_or_index", "to_node"]
    nodes, edges, strings = j["nodes"], j["edges"], j["strings"]
    assert len(nodes) == len(nf) * j["snapshot"]["node_count"] and len(edges) == 3 * j["snapshot"]["edge_count"]
    assert sum(nodes[4::len(nf)]) == j["snapshot"]["edge_count"]
    assert len(set(nodes[2::len(nf)])) == j["snapshot"]["node_count"]
    assert all(t % len(nf) == 0 and t < len(nodes) for t in edges[2::3])
    kinds = meta["edge_types"][0]
    assert all(kinds[k] == "element" or n < len(strings) for k, n in zip(edges[0::3], edges[1::3]))
    names = [strings[n] for n in nodes[1::len(nf)]]
    assert names.count("main.entry") >= entries and meta["node_types"][0][nodes[0]] == "synthetic"


def check_heap_cut():
    text = HEAP.replace("snapshot(f)", "signalled()").replace("func main()", """func signalled() {
	syscall.Kill(syscall.Getpid(), syscall.SIGUSR1)
	for {
		if b, err := os.ReadFile(os.Args[1]); err == nil && len(b) > 0 && b[len(b)-1] == 'Z' {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func main()""").replace('"os"\n', '"os"\n\t"syscall"\n').replace("f, _ := os.Create(os.Args[1])\n\t\tdefer f.Close()\n", "")
    write("cut.go", text)
    expect(golem("build", "-o", "cut", "cut.go"), 0)
    p = subprocess.run([os.path.join(TMP, "cut"), "cut.snap.1"], cwd=TMP, stderr=subprocess.PIPE, timeout=60,
                       env=dict(os.environ, GODEBUG="heapsnapshot=cut.snap,heapsnapshotsignal=10"))
    said = p.stderr.decode()
    assert p.returncode == 0 and said.endswith("freed\n") and "early" not in said, said
    at = re.search(r"at (0x[0-9a-f]+)", said)[1]
    way = golem("heap", "-path", at, "cut.snap.1")
    expect(way, 0, out=r"(?s)main.sessions\n.*\.list -> main.entry .*cut: without main.cache.list it would be free")


DUMP = """package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
)

type node struct {
	next *node
	id   int
}

var list *node

func wait(c chan int) { <-c }

func main() {
	for i := 0; i < 1000; i++ {
		list = &node{list, 12345}
	}
	go wait(make(chan int))
	runtime.Gosched()
	if p := pprof.Lookup("goroutineleak"); p != nil {
		p.WriteTo(os.Stderr, 1)
	}
	f, _ := os.Create(os.Args[1])
	debug.WriteHeapDump(f.Fd())
	f.Close()
	fmt.Printf("%p %p", list, &list)
}
"""


def read_go_dump(data):
    """The records of debug.WriteHeapDump's form, which golang.org/wiki/heapdump15-through-heapdump17 tells."""
    assert data.startswith(b"go1.7 heap dump\n")
    at = len(b"go1.7 heap dump\n")

    def number():
        nonlocal at
        v = s = 0
        while True:
            v |= (data[at] & 127) << s
            s += 7
            at += 1
            if data[at - 1] < 128:
                return v

    def text():
        nonlocal at
        n = number()
        at += n
        assert at <= len(data)
        return data[at - n:at]

    def fields():
        found = []
        while number():
            found.append(number())
        return found
    objects, pieces, frames, goroutines, stats = {}, {}, [], 0, None
    while True:
        tag = number()
        if tag == 0:
            assert at == len(data)
            return objects, pieces, frames, goroutines, stats
        elif tag in (1, 12):
            address = number()
            (objects if tag == 1 else pieces)[address] = (text(), fields())
        elif tag == 2:
            text(), number()
        elif tag == 4:
            goroutines += 1
            [number() for _ in range(8)], text(), [number() for _ in range(4)]
        elif tag == 5:
            number(), number(), number(), text(), number(), number(), number()
            frames.append(text())
            fields()
        elif tag == 6:
            assert [number(), number()] == [0, 8] and number() < number()
            assert text() == b"amd64" and text().startswith(b"golem")
            number()
        elif tag == 10:
            stats = [number() for _ in range(24 + 256 + 1)]
        else:
            raise AssertionError("record %d at %d" % (tag, at))


def check_go_heap_dump():
    write("dump.go", DUMP)
    expect(golem("build", "-o", "dump", "dump.go"), 0)
    p = subprocess.run([os.path.join(TMP, "dump"), "dump.out"], cwd=TMP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert p.returncode == 0, p.stderr
    first, root = (int(w, 16) for w in p.stdout.split())
    objects, pieces, frames, goroutines, stats = read_go_dump(open(os.path.join(TMP, "dump.out"), "rb").read())

    def word(b, i):
        return int.from_bytes(b[i:i + 8], "little")
    assert word(pieces[root][0], 0) == first and pieces[root][1] == [0]
    n, node = 0, first
    while node:
        body, pointers = objects[node]
        assert word(body, 8) == 12345 and pointers == ([0] if word(body, 0) else [])
        n, node = n + 1, word(body, 0)
    assert n == 1000 and goroutines >= 2 and b"main.wait" in frames and b"main.main" in frames
    assert sum(len(b) for b, _ in objects.values()) <= stats[0] + 100000


def check_heap_bad_input():
    snapshot_of("heap", HEAP.replace("snapshot(f)", "_ = f"))
    data = open(os.path.join(TMP, "heap.snap"), "rb").read()
    expect(golem("heap"), 2, "which snapshot")
    expect(golem("heap", "a", "b"), 2, "one snapshot")
    expect(golem("heap", "none.snap"), 1, "none.snap: No such file")
    write("x.snap", "golem")
    expect(golem("heap", "x.snap"), 1, "x.snap: not a snapshot")
    expect(golem("heap", "-path", "zz", "heap.snap"), 2, "not an address")
    expect(golem("heap", "-path", "0x10", "heap.snap"), 1, "no object is there")
    expect(golem("heap", "-type", "main.none", "heap.snap"), 1, "no object of type main.none")
    for cut in (30, len(data) // 2, len(data) - 1):
        write("cut.snap", data[:cut])
        expect(golem("heap", "cut.snap"), 1, "cut.snap: the snapshot is (not whole|damaged)")
    rand = random.Random(15)
    for i in range(60):
        bad = bytearray(data)
        for _ in range(1 + i % 5):
            bad[rand.randrange(22, len(bad))] = rand.randrange(256)
        write("bad.snap", bytes(bad))
        got = golem("heap", "bad.snap")
        assert got[0] in (0, 1) and (got[0] == 0 or "damaged" in got[2] or "not whole" in got[2]), got


def why_program(name, text):
    write(name + ".go", text)
    expect(golem("build", "-o", name, name + ".go"), 0)
    subprocess.run([os.path.join(TMP, name), name + ".pb.gz"], cwd=TMP, stderr=subprocess.PIPE, check=True)


def profile_sum(path, kind):
    """The sum of the values of sample type number kind, read without golem."""
    def fields(b):
        def varint(i):
            v = s = 0
            while True:
                v |= (b[i] & 127) << s
                s += 7
                i += 1
                if b[i - 1] < 128:
                    return v, i
        i = 0
        while i < len(b):
            key, i = varint(i)
            n, i = varint(i)
            if key & 7 == 2:
                yield key >> 3, b[i:i + n]
                i += n
            else:
                yield key >> 3, n
    total = 0
    for number, piece in fields(gzip.open(path).read()):
        if number == 2:
            values = next(v for k, v in fields(piece) if k == 2)
            decoded, v, s = [], 0, 0
            for c in values:
                v |= (c & 127) << s
                s += 7
                if c < 128:
                    decoded.append(v)
                    v = s = 0
            total += decoded[kind]
    return total


WHY_LINE = r"^([^\s:]+):(\d+)(?::(\d+))? ([\d.]+) % of bytes \((\d+) in (\d+) objects\) in (\S+): (.*)$"


def check_why():
    why_program("why", WHY % "sink = p")
    got = golem("why", "-n", "0", "why.pb.gz", "why.go")
    expect(got, 0)
    sites = re.findall(WHY_LINE, got[1], re.M)
    total = profile_sum(os.path.join(TMP, "why.pb.gz"), 1)
    assert sum(int(s[4]) for s in sites) == total and got[1].endswith("alloc_space: %d bytes in all\n" % total), got[1]
    assert abs(sum(float(s[3]) for s in sites) - 100) < 0.05 * len(sites) + 0.01, got[1]
    assert all(abs(float(s[3]) - 100 * int(s[4]) / total) < 0.051 for s in sites), got[1]
    # each verdict stands in -m, at that place or where it was inlined
    said = golem("build", "-n", "-gcflags=-m", "why.go")[2]
    mine = [s for s in sites if s[0] == "why.go" and not s[7].startswith("no escape")]
    assert len(mine) >= 6, got[1]
    for file, line, col, _, _, _, _, why in mine:
        verdict = why.split(" because ")[0]
        assert re.search(r"^\./%s:%s:%s: %s$" % (file, line, col, re.escape(verdict)), said, re.M), (line, col, why, said)
    lines = (WHY % "sink = p").split("\n")
    n = range(2400, 3001)  # what a cache had ready when the rate was set is not sampled
    for text, why in (("p := &point", "stored in sink (why.go:"), ("v := i", "moved to heap: v because captured"),
                         ("b := make", "its size is known only when it runs"),
                         ("f := func", "f goes to a goroutine")):
        at = next(i for i, l in enumerate(lines, 1) if text in l)
        assert any(int(s[1]) == at and int(s[5]) in n and why in s[7] for s in mine), (text, got[1])
    # two on one line, by their columns
    at = next(i for i, l in enumerate(lines, 1) if l.startswith("func pair"))
    pair = {int(s[2]): s for s in mine if int(s[1]) == at}
    assert len(pair) == 2, got[1]
    for col, s in pair.items():
        assert lines[at - 1][col - 1:].startswith("&large" if int(s[4]) == 320 * int(s[5]) else "&point") and int(s[5]) in n, s
    # without the escape the site is gone
    why_program("less", WHY % "_ = p.x")
    got = golem("why", "-n", "0", "less.pb.gz", "less.go")
    expect(got, 0)
    assert "stored in sink" not in got[1] and "func pair" not in got[1], got[1]
    assert not [s for s in re.findall(WHY_LINE, got[1], re.M) if s[6] == "main.make1"], got[1]


def check_why_page_and_bad_input():
    why_program("why", WHY % "sink = p")
    expect(golem("why", "-html", "page.html", "why.pb.gz", "why.go"), 0)
    page = open(os.path.join(TMP, "page.html")).read()
    assert "p := &amp;point{n, n}" in page and "stored in sink" in page and "http" not in page.replace("net/http", ""), page[:2000]
    expect(golem("why", "-inuse", "-n", "1", "why.pb.gz", "why.go"), 0, out="^inuse_space: ")
    expect(golem("why"), 2, "which profile")
    expect(golem("why", "none.pb.gz", "why.go"), 1, "none.pb.gz: No such file")
    write("x.pb.gz", "no profile")
    expect(golem("why", "x.pb.gz", "why.go"), 1, "not a profile")
    data = open(os.path.join(TMP, "why.pb.gz"), "rb").read()
    plain = gzip.decompress(data)
    write("plain.pb", plain)
    assert golem("why", "plain.pb", "why.go") == golem("why", "why.pb.gz", "why.go")
    write("cut.pb.gz", data[:len(data) // 2])
    expect(golem("why", "cut.pb.gz", "why.go"), 1, "damaged")
    rand = random.Random(15)
    for i in range(20):
        bad = bytearray(data if i % 2 else plain)
        for _ in range(1 + i % 5):
            bad[rand.randrange(len(bad))] = rand.randrange(256)
        write("bad.pb.gz", bytes(bad))
        assert golem("why", "bad.pb.gz", "missing.go")[0] == 1


def main():
    global TMP
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("check_") or (sys.argv[2:] and name not in sys.argv[2:]):
            continue
        with tempfile.TemporaryDirectory(prefix="golem-cli-") as TMP:
            try:
                test()
                passed += 1
            except (AssertionError, subprocess.TimeoutExpired, OSError) as e:
                failed += 1
                print("FAIL %s: %s" % (name, e))
    print("cli: %d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
