#!/usr/bin/env python3
"""What the memory system says of itself, and that it says the truth: tables, lines of GODEBUG, programs that count.

Each check_* function is a test. usage: memory.py [--long] [check...]; ends with "N passed, N failed".
"""
import glob, os, re, signal, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LONG = "--long" in sys.argv
GOLEM = os.path.join(ROOT, "golem")
TMP = None


def run(*argv, env=None, timeout=120):
    p = subprocess.run(argv, cwd=TMP, env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=timeout)
    return p.returncode, p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace")


def check_size_classes_are_what_is_generated():
    made = run(os.path.join(ROOT, "build/tools/sizeclass"))
    header = open(os.path.join(ROOT, "runtime/heap/sizeclass_table.h")).read()
    assert made == (0, header, ""), "runtime/heap/sizeclass_table.h is not what tools/sizeclass.c makes: make sizeclasses"


def check_size_classes_are_printed():
    """Rows as Go's own table has them, and every figure by its definition."""
    status, out, err = run(GOLEM, "tool", "sizeclasses")
    assert (status, err) == (0, ""), (status, err)
    rows = [l.split() for l in out.splitlines()[1:]]
    assert len(rows) == 67, len(rows)
    assert rows[0] == ["1", "8", "8192", "1024", "0", "87.50%", "8"], rows[0]
    assert rows[34] == ["35", "1408", "16384", "11", "896", "14.00%", "128"], rows[34]
    assert rows[66] == ["67", "32768", "32768", "1", "0", "12.50%", "8192"], rows[66]
    before = 0
    for row in rows:
        size, span, objects, tail, align = (int(row[i]) for i in (1, 2, 3, 4, 6))
        assert objects == span // size and tail == span % size and size % align == 0 and (size // align % 2 or align == 8192)
        assert row[5] == "%.2f%%" % (100 * (objects * (size - before - 1) + tail) / span), row
        before = size
    assert run(GOLEM, "tool", "sizeclasses", "x")[0] == 2


def build(name, text, *flags):
    src = os.path.join(TMP, name + ".go")
    open(src, "w").write(text)
    got = run(GOLEM, "build", *flags, "-o", name, src)
    assert got[0] == 0, got
    return os.path.join(TMP, name)


def check_escape_is_told_as_go_tells_it():
    """test/escape: the programs that show escape, what Go 1.27 prints of them with -m -l (.m), and what they print (.out). Where
    Golem prints something else as yet, it stands beside it (.golem), until it is the same."""
    programs = sorted(glob.glob(os.path.join(ROOT, "test/escape/*.go")))
    assert len(programs) >= 6, programs
    for src in programs:
        p = subprocess.run([GOLEM, "tool", "compile", "-m", "-l", "-o", os.path.join(TMP, "prog"), os.path.basename(src)],
                           cwd=os.path.dirname(src), capture_output=True, text=True, timeout=300)
        said = [l[2:] if l.startswith("./") else l for l in (p.stdout + p.stderr).splitlines() if not l.startswith("#")]
        want = open(src[:-3] + ".m").read().splitlines()
        if os.path.exists(src[:-3] + ".golem"):
            assert said != want, src + ": nothing differs any more: remove .golem"
            want = open(src[:-3] + ".golem").read().splitlines()
        assert p.returncode == 0 and said == want, "%s: %s" % (src, "\n".join(set(said) ^ set(want)))
        p = subprocess.run([os.path.join(TMP, "prog")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        assert (p.returncode, p.stdout) == (0, open(src[:-3] + ".out").read()), (src, p.returncode, p.stdout)


STATS = """package main

import (
	"runtime"
	"runtime/debug"
)

var kept []byte

func main() {
	var a, b runtime.MemStats
	kept = make([]byte, 32<<20)
	for i := range kept {
		kept[i] = 1
	}
	runtime.ReadMemStats(&a)
	println(a.Sys == a.HeapSys+a.StackSys+a.MSpanSys+a.MCacheSys+a.BuckHashSys+a.GCSys+a.OtherSys)
	println(a.HeapSys == a.HeapInuse+a.HeapIdle, a.StackInuse > 0, a.HeapReleased <= a.HeapIdle)
	kept = nil
	debug.FreeOSMemory()
	runtime.ReadMemStats(&b)
	println(b.HeapReleased >= a.HeapReleased+30<<20, b.HeapInuse+30<<20 <= a.HeapInuse)
}
"""


def check_statistics_add_up():
    got = run(build("stats", STATS))
    assert got == (0, "", "true\ntrue true true\ntrue true\n"), got


POOL = """package main

import (
	"runtime"
	"sync"
)

type object struct{ a [10]int }

func main() {
	runtime.GOMAXPROCS(1)
	made := 0
	pool := sync.Pool{New: func() any { made++; return new(object) }}
	pool.Put(pool.Get())
	runtime.GC()
	x := pool.Get()
	println(made) // the victim's
	pool.Put(x)
	x = nil
	runtime.GC()
	runtime.GC()
	pool.Get()
	println(made)
}
"""


def check_pools_keep_for_one_cycle():
    got = run(build("pool", POOL))
    assert got == (0, "", "1\n2\n"), got


STOPS = """package main

import "runtime"

type node struct{ left, right *node }

var globals [1 << 18]*node // 2 MB
var wait = make(chan int)

func tree(n int) *node {
	if n == 0 {
		return new(node)
	}
	return &node{tree(n - 1), tree(n - 1)}
}

func main() {
	root := tree(DEPTH)
	for range GOROUTINES {
		go func() { <-wait }()
	}
	for i := range GLOBALS {
		globals[i] = root
	}
	for range 4 {
		runtime.GC()
	}
	runtime.KeepAlive(root)
}
"""


def stop_work(depth, goroutines, globals_):
    text = STOPS.replace("DEPTH", str(depth)).replace("GOROUTINES", str(goroutines)).replace("GLOBALS", str(globals_))
    status, _, err = run(build("stops", text), env={"GODEBUG": "gctrace=2"})
    work = [int(n) for n in re.findall(r"tries; (\d+) bytes scanned", err)]
    assert status == 0 and len(work) >= 4, err
    return min(work[-4:])  # those that were asked for: the goroutines exist by then


def check_work_in_a_stop_is_bounded():
    """Bytes scanned while the world stands still: 128 MB of heap, 10,000 goroutines, 2 MB of globals make no more of it."""
    small, large = stop_work(4, 1, 1), stop_work(21, 10000, 1 << 18)
    assert large <= small + (256 << 10), (small, large)


def check_settings_that_are_missing_are_told():
    prog = build("hello", 'package main\n\nfunc main() { println("hello") }\n')
    status, out, err = run(prog, env={"GODEBUG": "efence=1,gcpacertrace=0,madvdontneed=1,nosuch=1"})
    assert (status, err.count("efence"), err.count("\n"), err.endswith("hello\n")) == (0, 1, 2, True), err
    assert run(prog) == (0, "", "hello\n")


def check_lines_about_initialisers():
    """One for each package that has some, in their order, with what they allocate."""
    prog = build("inits", """package main

import _ "unicode"

var kept = make([]int, n())

//go:noinline
func n() int { return 1000 }

func main() { println(len(kept)) }
""")
    status, _, err = run(prog, env={"GODEBUG": "inittrace=1"})
    lines = err.splitlines()
    assert status == 0 and lines.pop() == "1000", err
    assert all(re.fullmatch(r"init \S+ @[\d.]+ ms, [\d.]+ ms clock, \d+ bytes, \d+ allocs", each) for each in lines), err
    names = [each.split()[1] for each in lines]
    assert names[-1] == "main" and "unicode" in names and len(set(names)) == len(names), err
    size, count = re.search(r"(\d+) bytes, (\d+) allocs", lines[-1]).groups()
    assert int(size) >= 8000 and int(count) >= 1, err
    assert run(prog)[2] == "1000\n"


def check_lines_about_the_scheduler():
    prog = build("waits", """package main

import "time"

func main() {
	ch := make(chan int)
	go func() { <-ch }()
	time.Sleep(300 * time.Millisecond)
}
""")
    line = (r"SCHED \d+ms: gomaxprocs=3 idleprocs=\d threads=\d+ spinningthreads=\d needspinning=0 idlethreads=\d+ runqueue=\d+")
    status, _, err = run(prog, env={"GODEBUG": "schedtrace=10", "GOMAXPROCS": "3"})
    lines = err.splitlines()
    assert status == 0 and len(lines) > 1, err
    assert all(re.fullmatch(line + r" \[ \d+ \d+ \d+ \] schedticks=\[ \d+ \d+ \d+ \]", each) for each in lines), err
    status, _, err = run(prog, env={"GODEBUG": "schedtrace=10,scheddetail=1", "GOMAXPROCS": "3"})
    assert status == 0 and re.search("^" + line + " gcwaiting=", err, re.M), err
    for each in (r"  P2: status=\d schedtick=\d+ ", r"  M1: p=\w+ curg=\w+ ", r"  G1: status=4\(sleep\) m=nil lockedm=nil$",
                 r"  G\d+: status=4\(chan receive\) m=nil lockedm=nil$"):
        assert re.search("^" + each, err, re.M), (each, err)


PACED = """package main

import "runtime/debug"

var kept [][]byte

func main() {
	for round := 0; round < 20; round++ {
		for i := 0; i < 200; i++ {
			kept = append(kept, make([]byte, 100000))
		}
		kept = nil
	}
	debug.FreeOSMemory()
}
"""


def check_pacer_and_scavenger_tell_as_go_does():
    prog = build("paced", PACED)
    status, out, err = run(prog, env={"GODEBUG": "gcpacertrace=1,scavtrace=1,gctrace=1"})
    assert status == 0, err
    number = r"(?:\d+(?:\.\d+)?(?:e[-+]\d+)?)"
    forms = {
        "begin": r"pacer: assist ratio=%s \(scan \d+ MB in \d+->\d+ MB\) workers=\d+\+%s" % (number, number),
        "end": r"pacer: \d+%% CPU \(25 exp\.\) for \d+\+\d+\+\d+ B work \(\d+ B exp\.\) in \d+ B -> \d+ B "
               r"\(∆goal -?\d+, cons/mark %s\)" % number,
        "swept": r"pacer: sweep done at heap size \d+MB; allocated \d+MB during sweep; swept \d+ pages at %s pages/byte" % number,
        "scav": r"scav \d+ KiB work \(bg\), \d+ KiB work \(eager\), \d+ KiB now, \d+% util( \(forced\))?",
        "gc": r"gc \d+ @.*",
    }
    kinds = []
    for line in err.splitlines():
        kind = [k for k, form in forms.items() if re.fullmatch(form, line)]
        assert len(kind) == 1, line
        kinds += kind
    cycles = kinds.count("gc")
    assert cycles > 3 and kinds.count("begin") == kinds.count("end") == cycles, kinds
    assert kinds.count("swept") == kinds.count("scav") - 1 and cycles - 1 <= kinds.count("swept") <= cycles, kinds
    assert err.count("(forced)") >= 1 and kinds[-1] == "scav", err
    assert run(prog)[2] == ""


HEAPMAP = """package main

import (
	"os"
	"time"
)

type node struct {
	next *node
	rest [6]int
}

var (
	nodes []*node
	bytes [][]byte
	maps  = map[int]string{}
	c     = make(chan int)
)

func deep(n int) int {
	var room [64]int
	if n == 0 {
		return <-c
	}
	return deep(n-1) + room[n%%64]
}

func main() {
	%s
	println("ready")
	if len(os.Args) > 1 {
		os.Exit(3)
	}
	time.Sleep(time.Hour)
}
"""

HEAPMAP_KINDS = {
    "small objects": "for i := 0; i < 600000; i++ { n := new(node); if i % 3 == 0 { nodes = append(nodes, n) } }",
    "large, half touched": "b := make([]byte, 96<<20); for i := 0; i < len(b)/2; i++ { b[i] = 1 }; bytes = append(bytes, b)",
    "garbage": "for i := 0; i < 2000; i++ { b := make([]byte, 100000); b[i] = 1; if i % 50 == 0 { bytes = append(bytes, b) } }",
    "goroutines": "for i := 0; i < 3000; i++ { go deep(20) }; time.Sleep(300 * time.Millisecond)",
    "a map": "for i := 0; i < 300000; i++ { maps[i] = string(rune(i)) }",
}


def parts_of(account):
    """Lines of "n kB p %  what"."""
    rows = re.findall(r"^ +(\d+) kB +([\d.]+) %  (.+)$", account, re.M)
    return {what: int(kb) for kb, _, what in rows}


def check_heapmap_adds_up_to_what_the_system_says():
    for kind, text in HEAPMAP_KINDS.items():
        prog = build("heapmap", HEAPMAP % text)
        p = subprocess.Popen([prog], env=dict(os.environ, GODEBUG="heapmapsignal=10"), stderr=subprocess.PIPE, text=True)
        try:
            assert p.stderr.readline() == "ready\n"
            os.kill(p.pid, signal.SIGUSR1)
            lines = []
            while not re.match("addresses:", lines[-1] if lines else ""):
                lines.append(p.stderr.readline())
            status = open("/proc/%d/status" % p.pid).read()
        finally:
            p.kill()
            p.wait()
        says = int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        parts = parts_of("".join(lines))
        total = parts.pop("all that is in memory")
        assert abs(sum(parts.values()) - total) <= total // 50 and abs(total - says) <= says // 50, (kind, parts, total, says)
        heavy = max(parts, key=parts.get)
        want = "stacks of goroutines" if kind == "goroutines" else "live objects"
        assert heavy == want or kind == "garbage", (kind, parts)


def check_heapmap_at_the_end_and_its_map():
    prog = build("heapmap", HEAPMAP % HEAPMAP_KINDS["small objects"])
    status, out, err = run(prog, "x", env={"GODEBUG": "heapmap=1"})
    assert status == 3 and parts_of(err)["live objects"] > 200000 * 56 >> 10, err
    row = next(l.split() for l in err.splitlines() if l.split()[:1] == ["64"])
    assert int(row[2]) in range(200000, 200100), row
    err = run(prog, "x", env={"GODEBUG": "heapmap=2"})[2]
    assert re.search(r"^  0x[0-9a-f]+ [0-9s.]{8,}$", err, re.M) and re.search(r"^arena 0x", err, re.M), err
    assert " Golem's heap\n" in err and " [stack]\n" in err and prog in err, err
    assert run(prog, "x")[2] == "ready\n"


def check_litmus():
    """The memory model, tried out: a moment each, or with --long a million rounds each, also under stress."""
    prog = os.path.join(TMP, "litmus")
    got = run(GOLEM, "build", "-o", prog, os.path.join(ROOT, "test/litmus/litmus.go"), timeout=300)
    assert got[0] == 0, got
    for mode in ("", "gcstress=50", "preemptstress=7"):
        status, out, err = run(prog, "1000000" if LONG else "5000", env={"GODEBUG": mode}, timeout=3600)
        assert status == 0 and err.count("ok ") == len(err.splitlines()) == 11, (mode, status, err)


def main():
    global TMP
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("check_") or not (set(sys.argv) & {name, name[6:]} or len(sys.argv) == 1 + LONG):
            continue
        with tempfile.TemporaryDirectory(prefix="golem-memory-") as TMP:
            try:
                test()
                passed += 1
            except (AssertionError, subprocess.TimeoutExpired, OSError) as e:
                failed += 1
                print("FAIL %s: %s" % (name, e))
    print("memory: %d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
