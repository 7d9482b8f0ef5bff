#!/usr/bin/env python3
"""Runs Go's own test tree against Golem.

The tree is that of Go 1.27, beside the library's source that golem uses (golem env GOROOT). Each test says in its first
line what is to be done with it, as Go's cmd/internal/testdir reads it: run, errorcheck, compile, build, runoutput ...;
"X.go" with an action that ends in dir is about the files in X.dir, which are packages that import each other as "./a".
Go hands them to its compiler one by one, as packages test/a; here they become the packages of a module "test". A test
passes when the program's output is the .out file's and its status 0; when every ERROR comment is matched on its line
and nothing else is reported; when it compiles.

test/conformance.pass lists the tests that pass. A test on the list that fails fails this run; --update adds what passes
now. What Golem has no means for (assembly in Go's syntax, the race detector, what Go's back end says of its own
optimizations) is counted as skipped, with the reason under -v.

usage: conformance.py [-v] [--update] [--fast] [--env K=V]... [pattern...]
"""
import argparse, collections, concurrent.futures, fnmatch, os, re, shlex, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = os.path.join(ROOT, "golem")
PASS_LIST = os.path.join(ROOT, "test", "conformance.pass")
DIRS = [".", "ken", "chan", "interface", "syntax", "dwarf", "fixedbugs", "typeparam", "abi", "runtime", "stress"]
# flags of Go's compiler that change nothing that is judged here
FLAGS_MOOT = re.compile(r"-(N|B|C|e|std|dynlink|smallframes|c=\d+|p=.*|d=(panic|checkptr|ssa/check/.*|libfuzzer|softfloat|"
                        r"inlfuncswithclosures=1|ssa/insert_resched_checks/.*))$")
# what Go's compiler itself fails, as testdir's types2Failures says
GO_FAILS = {"shift1.go", "fixedbugs/issue10700.go", "fixedbugs/issue18331.go", "fixedbugs/issue18419.go",
            "fixedbugs/issue20233.go", "fixedbugs/issue20245.go", "fixedbugs/issue31053.go"}
TAGS = {"linux", "amd64", "unix", "gc", "cgo"}
BUILD_TIMEOUT = 300  # the first to import a package compiles it
TIMEOUT = 60  # four times that under --env: modes of stress make some programs slow

Result = collections.namedtuple("Result", "name status reason")  # status: pass fail skip


def find_tree():
    root = subprocess.run([GOLEM, "env", "GOROOT"], stdout=subprocess.PIPE, text=True).stdout.strip()
    tree = os.path.join(root, "test")
    if not os.path.isdir(os.path.join(tree, "fixedbugs")):
        sys.exit("conformance: Go's test tree is not installed (tools/get-goroot gets it); set GOROOT")
    return tree


def run(argv, cwd, env, timeout=None):
    """The status and the output, errors among it, of a command, ended with its children after the time-out."""
    p = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out, _ = p.communicate(timeout=timeout or TIMEOUT)
        return p.returncode, out.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, 9)
        p.communicate()
        return None, "timed out"


def selected(src):
    """Whether the //go:build or // +build lines before the package clause hold for linux/amd64."""
    def holds(expr):
        expr = re.sub(r"[\w.]+", lambda m: str(m[0] in TAGS or bool(re.fullmatch(r"go1\.(1?[0-9]|2[0-7])", m[0]))), expr)
        return eval(expr.replace("&&", " and ").replace("||", " or ").replace("!", " not "), {})
    for line in src.split("\n"):
        if line.startswith("package "):
            return True
        if line.startswith("//go:build "):
            return holds(line[11:])
    return True


Recipe = collections.namedtuple("Recipe", "action flags args wants_error settings why")  # why: it is skipped


def recipe(src):
    """What the first line that is no build constraint says, as the words of testdir's switch."""
    words = []
    for line in src.split("\n"):
        if re.match(r"//\s*(go:build|\+build)\b", line):
            continue
        try:
            words = shlex.split(line[2:]) if line.startswith("//") else []
        except ValueError:
            pass
        break
    action, rest = (words[0], words[1:]) if words else (None, [])
    flags, settings, why = [], {}, None
    wants_error = action in ("errorcheck", "errorcheckwithauto", "errorcheckdir", "errorcheckoutput")
    while rest and rest[0].startswith("-"):
        w = rest.pop(0)
        if w in ("-0", "-1"):  # errors are wanted or not
            wants_error = w == "-1"
        elif w in ("-t", "-gomodversion"):
            settings[w] = rest.pop(0)
        elif w == "-s":
            settings[w] = True
        elif w in ("-goexperiment", "-godebug"):
            why = "%s %s" % (w, rest.pop(0))
        elif w == "-gcflags":
            flags.append("-gcflags=" + rest.pop(0))
        elif w == "-ldflags":
            rest = []
        elif not FLAGS_MOOT.match(w):
            flags.append(w)
    return Recipe(action, flags, rest, wants_error, settings, why)


def wanted_errors(path, short):
    want = []
    for i, line in enumerate(open(path, encoding="utf-8", errors="replace").read().split("\n"), 1):
        if "////" in line:
            continue
        m = re.search(r"// (?:GC_)?ERROR(?:AUTO)? (.*)", line)
        if not m:
            continue
        auto = "ERRORAUTO" in m[0]
        for rx in re.findall(r'"([^"]*)"', m[1]):
            rx = re.sub(r"LINE(?:([+-])(\d+))?",
                        lambda k: "%s:%d" % (short, i + (int(k[1] + k[2]) if k[1] else 0)), rx)
            want.append(("<autogenerated>" if auto else "%s:%d" % (short, i), rx))
    return want


def reported(err, shorts, auto):
    """Diagnostics as (place, text); continuation lines belong to the one before."""
    lines = []
    for line in err.split("\n"):
        if line.startswith("\t") and lines:
            lines[-1] += "\n" + line
        elif line and not line.startswith("#") and (auto or not line.startswith("<autogenerated>")):
            lines.append(line)
    out = []
    for line in lines:
        m = re.match(r"(?:[^\n:]*/)?([^\n:/]+:\d+)(?::\d+)?: (.*)", line, re.S)
        if m:
            out.append((m[1], m[2]))
        elif line.startswith("<autogenerated>"):
            out.append(("<autogenerated>", line.split(": ", 1)[1]))
        else:
            out.append(("", line))
    # instances of another package's functions speak of its files
    return [(at, text) for at, text in out if at.split(":")[0] in shorts or at in ("", "<autogenerated>")]


def error_check(paths, err, auto=False):
    shorts = [os.path.basename(p) for p in paths]
    for path, short in zip(paths, shorts):
        err = err.replace(path, short)
    have, problems = reported(err, shorts, auto), []
    for place, rx in [w for p, short in zip(paths, shorts) for w in wanted_errors(p, short)]:
        at = [h for h in have if h[0] == place]
        if not at:
            problems.append("%s: missing error %r" % (place, rx))
            continue
        have = [h for h in have if h[0] != place]
        left = [h for h in at if not re.search(rx, h[1])]
        if len(left) == len(at):
            problems.append("%s: no match for %r in %r" % (place, rx, at[0][1]))
        have += left
    return problems + ["unexpected: %s: %s" % h for h in have]


def verdict_of_errors(paths, err, auto=False):
    problems = error_check(paths, err, auto)
    return ("fail", "\n  ".join(problems)) if problems else ("pass", "")


class Skip(Exception):
    """The test asks for what is not there."""


class Fail(Exception):
    """It did not come as far as its verdict."""


def build_flags(flags):
    """golem's flags for those of Go's compiler (-l) and of go build (-gcflags=-l, -tags=x)."""
    out, compiler = [], []
    for w in flags:
        if w.startswith("-gcflags="):
            compiler += re.sub(r"^all=", "", w[9:]).split()
        elif re.match(r"-(tags|trimpath)\b", w):
            out.append(w)
        else:
            compiler.append(w)
    compiler = [w for w in compiler if not FLAGS_MOOT.match(w)]
    for w in compiler:
        if not re.fullmatch(r"-(m|l|\+|m=\d|l=4|lang=.*)", w):
            raise Skip("flag " + w)
    compiler = [w for w in compiler if w not in ("-+", "-l=4")]
    return out + (["-gcflags=" + " ".join(compiler)] if compiler else [])


def package_name(path):
    m = re.search(r"^\s*package\s+(\w+)", re.sub(r"/\*.*?\*/|//[^\n]*", "", open(path, errors="replace").read(), flags=re.S), re.M)
    return m[1] if m else "?"


def packages(folder, single):
    """The packages of a folder: (name, files), in the order in which they are compiled."""
    out = {}
    for f in sorted(os.listdir(folder)):
        if f.endswith(".go"):
            name = package_name(os.path.join(folder, f))
            out.setdefault((name, f) if single else name, (name, []))[1].append(f)
    return list(out.values())


def lay_out(folder, pkgs, tmp):
    """Makes the module "test" of them in tmp; returns what names them on the command line."""
    open(os.path.join(tmp, "go.mod"), "w").write("module test\n\ngo 1.27\n")
    places = []
    for name, files in pkgs:
        place = files[0][:-3]
        os.makedirs(os.path.join(tmp, place), exist_ok=True)
        for f in files:
            src = open(os.path.join(folder, f), encoding="utf-8", errors="surrogateescape").read()
            src = re.sub(r'^(\s*(?:import\s*)?(?:[\w.]+\s+)?)"\./([^"]+)"', r'\1"test/\2"', src, flags=re.M)
            f = f.replace("_test.go", "_test_.go")  # Go's compiler does not mind its name
            open(os.path.join(tmp, place, f), "w", encoding="utf-8", errors="surrogateescape").write(src)
        open(os.path.join(tmp, place, "empty.s"), "w")  # as go tool compile: functions without a body are no error
        places.append("./" + place)
    return places + ["errors"]  # of several packages none is linked, whether it is a program or not


class Suite:
    def __init__(self, tree, env):
        self.tree, self.env = tree, env

    def run(self, argv, cwd, timeout=None):
        return run(argv, cwd, self.env, timeout)

    def golem(self, *argv, cwd, timeout=BUILD_TIMEOUT):
        """The status and messages of a command of golem that may find errors."""
        status, err = self.run([GOLEM, *argv], cwd, timeout)
        if status not in (0, 1):
            raise Fail("golem ended with %s: %s" % (status, err[-300:]))
        return status, err

    def must(self, *argv, cwd):
        status, err = self.golem(*argv, cwd=cwd)
        if status != 0:
            raise Fail("build: " + err[:600])

    def output(self, argv, cwd, timeout=None):
        status, out = self.run(argv, cwd, timeout)
        if status != 0:
            raise Fail("status %s: %s" % (status, out[-800:]))
        return out

    def compare(self, out, path):
        want = path[:-3] + ".out"
        want = open(want, errors="replace").read() if os.path.exists(want) else ""
        return ("pass", "") if out.replace("\r\n", "\n") == want else ("fail", "output differs: " + out[:300])

    def compile(self, r, path, tmp):
        """As go tool compile: functions without a body are no error, nothing is linked."""
        c = os.path.join(tmp, "out.c")
        self.must("build", "-c", "-e", *build_flags(r.flags), "-o", c, path, cwd=tmp)
        cc = os.environ.get("CC") or "gcc"
        status, err = self.run([cc, "-std=gnu11", "-w", "-fsyntax-only", "-I" + os.path.join(ROOT, "include"), c], tmp)
        return ("pass", "") if status == 0 else ("fail", err[:600])

    def errorcheck(self, r, path, tmp):
        alone = ["-c", "-o", os.path.join(tmp, "out.c")]  # functions without a body are no error
        if "-complete" in r.flags:
            alone = ["-o", os.path.join(tmp, "prog")]
        flags = build_flags([w for w in r.flags if w not in ("-complete", "-e=0")])
        every = [] if "-e=0" in r.flags else ["-e"]
        status, err = self.golem("build", *alone, *every, *flags, path, cwd=tmp, timeout=TIMEOUT)
        if (status != 0) != r.wants_error:
            return "fail", "compiled without error" if r.wants_error else "does not compile: " + err[:600]
        return verdict_of_errors([path], err, r.action == "errorcheckwithauto")

    def program(self, r, path, tmp):
        """Builds and runs it; returns the output."""
        extra = [os.path.join(self.tree, a) for a in r.args if a.endswith(".go")]
        self.must("build", "-e", *build_flags(r.flags), "-o", os.path.join(tmp, "prog"), path, *extra, cwd=tmp)
        args = [a for a in r.args if not a.endswith(".go")]
        return self.output([os.path.join(tmp, "prog"), *args], self.tree,
                           int(r.settings.get("-t", TIMEOUT)))

    def folder(self, r, path, tmp):
        """compiledir, rundir, errorcheckdir, errorcheckandrundir."""
        folder = path[:-3] + ".dir"
        pkgs = packages(folder, "-s" in r.settings)
        places = lay_out(folder, pkgs, tmp)
        flags = build_flags(r.flags)
        if "check" in r.action:
            status, err = self.golem("build", "-e", *flags, *places, cwd=tmp)
            if (status != 0) != r.wants_error:
                return "fail", "compiled without error" if r.wants_error else "does not compile: " + err[:600]
            problems = error_check([os.path.join(folder, f) for _, files in pkgs for f in files], err,
                                   "auto" in r.action)
            if problems or r.action == "errorcheckdir":
                return ("fail", "\n  ".join(problems)) if problems else ("pass", "")
        if r.action == "compiledir":
            self.must("build", "-e", *flags, *places, cwd=tmp)
            return "pass", ""
        prog = os.path.join(tmp, "a.exe")
        self.must("build", "-e", *flags, "-o", prog, places[-2], cwd=tmp)
        return self.compare(self.output([prog, *r.args], tmp), path)

    def one_package(self, r, path, tmp):
        """builddir, buildrundir: all files of the folder are one package main."""
        folder, prog = path[:-3] + ".dir", os.path.join(tmp, "a.exe")
        if any(f.endswith(".s") for f in os.listdir(folder)):
            raise Skip("assembly in Go's syntax")
        files = [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".go")]
        self.must("build", "-e", *build_flags(r.flags), "-o", prog, *files, cwd=tmp)
        return ("pass", "") if r.action == "builddir" else self.compare(self.output([prog], tmp), path)

    def in_folder(self, r, path, tmp):
        """runindir: a copy of the folder is a module, named as the folder is."""
        folder = path[:-3] + ".dir"
        module = os.path.join(tmp, "src", os.path.basename(folder))
        shutil.copytree(folder, module)
        if any(f.endswith(".s") for _, _, files in os.walk(module) for f in files):
            raise Skip("assembly in Go's syntax")
        open(os.path.join(module, "go.mod"), "w").write(
            "module %s\ngo %s\n" % (os.path.basename(folder), r.settings.get("-gomodversion", "1.14")))
        return self.compare(self.output([GOLEM, "run", *build_flags(r.flags), "."], module, BUILD_TIMEOUT), path)

    def made(self, r, path, tmp):
        """runoutput, errorcheckoutput: the program prints a program."""
        made = os.path.join(tmp, "tmp__.go")
        open(made, "w").write(self.program(r._replace(flags=[]), path, tmp))
        if r.action == "errorcheckoutput":
            return self.errorcheck(r, made, tmp)
        return self.compare(self.program(r._replace(args=[]), made, tmp), path)

    def ran(self, r, path, tmp):
        return self.compare(self.program(r, path, tmp), path)

    ACTIONS = {"run": ran, "buildrun": ran, "compile": compile, "build": compile, "errorcheck": errorcheck,
               "errorcheckwithauto": errorcheck, "runoutput": made, "errorcheckoutput": made, "compiledir": folder,
               "rundir": folder, "errorcheckdir": folder, "errorcheckandrundir": folder, "builddir": one_package,
               "buildrundir": one_package, "runindir": in_folder}

    def one(self, name):
        path = os.path.join(self.tree, name)
        src = open(path, encoding="utf-8", errors="replace").read()
        r = recipe(src)
        act = self.ACTIONS.get(r.action)
        if re.search(r'^import "C"', src, re.M):
            return Result(name, "skip", "cgo")
        if r.action in (None, "skip", "ignore") or not selected(src):
            return Result(name, "skip", "not a test here")
        if name in GO_FAILS:
            return Result(name, "skip", "Go's compiler fails it")
        if not act or r.why:
            return Result(name, "skip", r.why or "action " + r.action)
        with tempfile.TemporaryDirectory(prefix="golem-test-") as tmp:
            try:
                return Result(name, *act(self, r, path, tmp))
            except Fail as e:
                return Result(name, "fail", str(e))
            except Skip as e:
                return Result(name, "skip", str(e))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("-v", action="store_true")
    ap.add_argument("--update", action="store_true", help="add newly passing tests to the list")
    ap.add_argument("--fast", action="store_true", help="every test that is on the list, and no other")
    ap.add_argument("--env", action="append", default=[], help="K=V for the programs")
    ap.add_argument("-j", type=int, default=os.cpu_count())
    ap.add_argument("patterns", nargs="*")
    a = ap.parse_args()
    global TIMEOUT
    if a.env:
        TIMEOUT *= 4
    tree = find_tree()
    env = dict(os.environ, GOLEMCACHE=os.path.join(ROOT, "build", "cache"))
    env.update(kv.split("=", 1) for kv in a.env)
    tools = tempfile.TemporaryDirectory(prefix="golem-go-")  # some tests run the go command
    os.symlink(GOLEM, os.path.join(tools.name, "go"))
    env["PATH"] = tools.name + ":" + env["PATH"]
    names = [os.path.normpath(os.path.join(d, f)) for d in DIRS for f in sorted(os.listdir(os.path.join(tree, d)) if os.path.isdir(os.path.join(tree, d)) else [])
             if f.endswith(".go") and not f.startswith(".")]
    if a.patterns:
        names = [n for n in names if any(fnmatch.fnmatch(n, p) for p in a.patterns)]
    expected = set(open(PASS_LIST).read().split()) if os.path.exists(PASS_LIST) else set()
    if a.fast:
        names = [n for n in names if n in expected]
    count, passed, broken = collections.Counter(), [], []
    suite = Suite(tree, env)
    with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
        for r in pool.map(suite.one, names):
            count[r.status] += 1
            if r.status == "pass":
                passed.append(r.name)
            elif r.name in expected:
                broken.append(r)
            if a.v and r.status != "pass":
                print("%s %s: %s" % (r.status, r.name, r.reason), flush=True)
    if a.update:
        keep = (expected - {r.name for r in broken}) | set(passed)
        open(PASS_LIST, "w").write("".join(n + "\n" for n in sorted(keep)))
    for r in broken:
        print("used to pass, fails now: %s: %s" % (r.name, r.reason))
    print("conformance: %d passed, %d failed, %d skipped; %d on the list fail" %
          (count["pass"], count["fail"], count["skip"], len(broken)))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
