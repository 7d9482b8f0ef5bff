#!/usr/bin/env python3
"""The command as a person meets it: exit codes, messages, and bad input of every kind.

Each check_* function is a test. usage: cli.py [golem]; ends with "N passed, N failed".
"""
import os, re, resource, signal, subprocess, sys, tempfile, traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "golem")
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
    expect(golem("version"), 0, out=r"^golem version \d+\.\d+\.\d+ go1\.19 linux/")
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
    expect(golem("build"), 2, "no Go files")
    expect(golem("build", "-o"), 2, "needs an argument")
    expect(golem("build", "x.txt"), 2, "not a .go file")


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
    expect(golem("build", "-c", "hello.go"), 0, out=r"main\$main")
    expect(golem("build", "-c", "-o", "hello.c", "hello.go"), 0)
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
    got = bad_source('package main\n\nfunc main() {\n\tx := 1\n\tvar s string = 2\n}\n', r"^bad\.go:4:2: declared and not used: x$")
    bad_source("package main\nfunc main() { undefined1() }\n", r"bad\.go:2:15: undefined: undefined1")


def check_ten_errors_at_most():
    body = "".join("\tu%d()\n" % i for i in range(30))
    write("many.go", "package main\nfunc main() {\n%s}\n" % body)
    got = golem("build", "-o", "x", "many.go")
    expect(got, 1, "too many errors")
    assert got[2].count("undefined: ") == 10, got[2]


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
    bad_source("package main\nvar x = " + "(" * 10000 + "1" + ")" * 10000 + "\nfunc main() {}\n", r"bad\.go:2:")
    bad_source("package main\nfunc main() " + "{" * 100000 + "}" * 100000 + "\n", r"bad\.go:2:")
    bad_source("package main\nvar x = " + "-" * 100001 + "1\nfunc main() {}\n", r"bad\.go:2:")
    bad_source("package main\nvar x " + "[]" * 100000 + "int\nfunc main() {}\n", r"bad\.go:2:")
    bad_source("package main\nvar x = " + "func() { _ = " * 50000 + "1" + "}" * 50000 + "\nfunc main() {}\n", r"bad\.go:2:")


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
               r"\Aruntime\.main_main·f: function main is undeclared in the main package\n\Z")


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
    expect(golem("build", "-o", "adir", "hello.go"), 1, "is a directory")
    expect(golem("build", "-c", "-o", "/dev/full", "hello.go"), 1, "cannot write /dev/full")


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


def check_clang_compiles_too():
    write("hello.go", HELLO)
    expect(golem("run", "hello.go", env={"CC": "clang"}), 0, "^hello$")


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


def check_escape_diagnostics():
    write("e.go", "package main\n\nvar g *int\n\nfunc main() {\n\tx := 1\n\tg = &x\n\ty := 2\n\tp := &y\n\t_ = *p\n}\n")
    got = golem("build", "-m", "-l", "-o", "e", "e.go")
    expect(got, 0, r"^(\./)?e\.go:6:2: moved to heap: x$")
    assert "moved to heap: y" not in got[2], got[2]


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


def main():
    global TMP
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("check_"):
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
