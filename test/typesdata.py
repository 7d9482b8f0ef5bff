#!/usr/bin/env python3
"""Judges the checker by Go's own test data: $GOROOT/src/internal/types/testdata.

A file (or folder) of it is a package; comments `/* ERROR "text" */` and `/* ERRORx "regular expression" */` stand behind
the token where an error is to be reported. As in Go's own test, an error must be on that line and have the text, its
column may differ by some; every error must be expected. The data is read where it is installed. build/checkgo
(test/types/checkgo.c, made on demand) does the checking.

The predeclared functions assert and trace, which Go defines for its test only, are unknown here: complaints about them
are dropped.

usage: typesdata.py [-v] [-p PERCENT] [pattern...]     -p: fail if fewer of the files pass (95)
"""
import argparse, ast, collections, concurrent.futures, fnmatch, os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKGO = os.path.join(ROOT, "build", "checkgo")
TOLERANCE = {"check": 50, "spec": 20, "examples": 125, "fixedbugs": 100}
RELEASE = 27
# Labels and branches are the parser's in Go's compiler, with words of its own; the data has go/types'.
LABELS = [(r"^(label \w+) defined and not used$", r"\1 declared and not used"),
          (r"^(label \w+) not defined$", r"\1 not declared"),
          (r"^(label \w+) already defined at .*", r"\1 already declared"),
          (r"^(goto \w+ jumps over) declaration of \w+ at .*?:(\d+):\d+$", r"\1 variable declaration at line \2")]
TAGS = {"linux", "amd64", "unix", "gc", "goexperiment.jsonv2"}

TOKEN = re.compile(r"""
    (?P<space>[ \t\r]+)|(?P<newline>\n)|(?P<line>//[^\n]*)|(?P<block>/\*.*?\*/)|
    (?P<raw>`[^`]*`)|(?P<string>"(?:[^"\\\n]|\\.)*"?)|(?P<rune>'(?:[^'\\\n]|\\.)+'?)|
    (?P<word>[\w.]+)|(?P<op><<=|>>=|&\^=|\.\.\.|&&|\|\||<-|\+\+|--|==|!=|<=|>=|:=|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|&\^|.)
    """, re.X | re.S)


def find_goroot():
    golem = os.path.join(ROOT, "golem")
    ours = subprocess.run([golem, "env", "GOROOT"], capture_output=True, text=True).stdout.strip() if os.path.exists(golem) else ""
    for r in [os.environ.get("GOROOT"), ours, "/usr/share/go-1.27", "/usr/lib/go-1.27"]:
        if r and os.path.exists(os.path.join(r, "src/internal/types/testdata/fixedbugs/issue79832.go")):
            return r
    sys.exit("typesdata: the source of Go 1.27 is not installed; set GOROOT")


def words(text, line, col):
    """A word with dots is several tokens: numbers stay whole."""
    if re.match(r"\d|\.\d", text):
        return [(line, col)]
    return [(line, col + m.start()) for m in re.finditer(r"\.|[^.]+", text)]


def expected(src):
    """line -> [(column, is regular expression, text)]"""
    out, line, start, prev = collections.defaultdict(list), 1, 0, (0, 0)
    for m in TOKEN.finditer(src):
        text, kind = m[0], m.lastgroup
        col = len(src[start:m.start()].encode()) + 1
        if kind in ("line", "block"):
            body = text[2:-2] if kind == "block" else text[2:]
            e = re.match(r" (ERRORx?) (.*)", body.strip("\n\r"), re.S)
            if e:
                lit = e[2].strip()
                value = lit[1:-1] if lit[0] == "`" else ast.literal_eval(lit)
                out[prev[0]].append((prev[1], e[1] == "ERRORx", value))
        elif kind not in ("space", "newline"):
            prev = words(text, line, col)[-1] if kind == "word" else (line, col)
        n = text.count("\n")
        if n:
            line += n
            start = m.start() + text.rindex("\n") + 1
    return out


def selected(src):
    def holds(expr):
        def tag(m):
            v = re.fullmatch(r"go1\.(\d+)", m[0])
            return str(int(v[1]) <= RELEASE if v else m[0] in TAGS)
        expr = re.sub(r"[\w.]+", tag, expr)
        return eval(expr.replace("&&", " and ").replace("||", " or ").replace("!", " not "), {})
    for line in src.split("\n"):
        if line.startswith("package "):
            return True
        if line.startswith("//go:build "):
            return holds(line[11:])
    return True


OS = set("aix android darwin dragonfly freebsd hurd illumos ios js nacl netbsd openbsd plan9 solaris wasip1 windows zos".split())
ARCH = set("""386 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64
ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm""".split())


def package_files(folder):
    files = []
    for n in sorted(os.listdir(folder)):
        parts = n[:-3].split("_")[1:]
        if not n.endswith(".go") or n[0] in "_." or parts[-1:] == ["test"] or set(parts[-2:]) & (OS | ARCH):
            continue
        path = os.path.join(folder, n)
        if selected(open(path, encoding="utf-8", errors="replace").read()):
            files.append(path)
    return files


def imports(path):
    src = open(path, encoding="utf-8", errors="replace").read()
    head = re.split(r"^(?:func|type|var|const)\b", src, maxsplit=1, flags=re.M)[0]
    return re.findall(r'"([\w./-]+)"', head)


def add_packages(goroot, paths, manifest):
    for p in paths:
        folder = os.path.join(goroot, "src", p)
        if not os.path.isdir(folder):
            p = "vendor/" + p
            folder = os.path.join(goroot, "src", p)
        if p in manifest or p == "unsafe" or not os.path.isdir(folder):
            continue
        manifest[p] = package_files(folder)
        for f in manifest[p]:
            add_packages(goroot, imports(f), manifest)


def flags(src):
    m = re.match(r"//\s*(-[^\n]*)", src)
    return m[1].split() if m else []


def problems(files, manifest, tolerance):
    want, argv = {}, [CHECKGO, "-m", manifest]
    for f in files:
        src = open(f, "rb").read().decode("utf-8", errors="replace")
        want[f] = expected(src)
        if f == files[0]:
            argv += [w for w in flags(src) if w.startswith("-lang=")]
    try:
        p = subprocess.run(argv + files, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return ["timed out"]
    if p.returncode not in (0, 1):
        return ["checkgo ended with %d: %s" % (p.returncode, p.stderr.decode(errors="replace")[-300:])]
    out, errors = [], []
    for line in p.stdout.decode(errors="replace").split("\n"):
        m = re.match(r"([^\s:][^:]*):(\d+):(\d+): (.*)", line)
        if m:
            errors.append([m[1], int(m[2]), int(m[3]), m[4]])
        elif errors and line:
            errors[-1][3] += "\n" + line
    for f, line, col, text in errors:
        if text in ("undefined: assert", "undefined: trace") or "go.dev/issue/56103" in text:
            continue  # the latter is the compiler's, not its checker's
        for rx, words in LABELS:
            text = re.sub(rx, words, text)
        here = want.get(f, {}).get(line, [])
        fit = [e for e in here if (re.search(e[2], text) if e[1] else e[2] in text)]
        if not fit:
            out.append("%s:%d:%d: not expected: %s" % (os.path.basename(f), line, col, text))
            continue
        best = min(fit, key=lambda e: abs(e[0] - col))
        if abs(best[0] - col) > tolerance:
            out.append("%s:%d:%d: column %d wanted: %s" % (os.path.basename(f), line, col, best[0], text))
        here.remove(best)
    for f, line, col, text in errors:  # of equal texts on a line, one is printed
        if f in want and line in want[f]:
            want[f][line] = [e for e in want[f][line] if not (re.search(e[2], text) if e[1] else e[2] in text)]
    for f, lines in want.items():
        for line, left in sorted(lines.items()):
            out += ["%s:%d:%d: missing: %s" % (os.path.basename(f), line, e[0], e[2]) for e in left]
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("-v", action="store_true")
    ap.add_argument("-p", type=float, default=95)
    ap.add_argument("pattern", nargs="*")
    opt = ap.parse_args()
    goroot = find_goroot()
    if subprocess.call(["make", "-s", "DEPS=no", "build/checkgo"], cwd=ROOT):
        sys.exit("typesdata: cannot make build/checkgo")
    data = os.path.join(goroot, "src/internal/types/testdata")
    tests, manifest = [], {}
    for part in TOLERANCE:
        for n in sorted(os.listdir(os.path.join(data, part))):
            path, name = os.path.join(data, part, n), part + "/" + n
            files = [os.path.join(path, f) for f in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
            files = [f for f in files if selected(open(f, encoding="utf-8", errors="replace").read())]
            if files and (not opt.pattern or any(fnmatch.fnmatch(name, "*%s*" % p) for p in opt.pattern)):
                tests.append((name, part, files))
                for f in files:
                    add_packages(goroot, imports(f), manifest)
    passed = 0
    with tempfile.NamedTemporaryFile("w", suffix=".manifest") as m:
        m.write("".join("%s %s\n" % (p, " ".join(f)) for p, f in manifest.items()))
        m.flush()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda t: problems(t[2], m.name, TOLERANCE[t[1]]), tests))
    for (name, _, _), out in zip(tests, results):
        passed += not out
        if out and opt.v:
            print("FAIL %s\n    %s" % (name, "\n    ".join(out)))
    print("types data: %d of %d files pass" % (passed, len(tests)))
    sys.exit(passed * 100 < opt.p * len(tests))


if __name__ == "__main__":
    main()
