#!/usr/bin/env python3
"""Runs Go's own test tree against Golem.

The tree is that of Go 1.27, beside the library's source that golem uses (golem env GOROOT). Each test says in its first
line what is to be done with it: run, errorcheck, compile, build, runoutput. A test passes when the program's output is
the .out file's and its status 0; when every ERROR comment is matched on its line and nothing else is
reported; when it compiles.

test/conformance.pass lists the tests that pass. A test on the list that fails fails this run; --update adds what passes
now. A kind of test that Golem has no means for yet (packages in a directory, the gc compiler's own flags) is counted
as skipped, with the reason under -v.

usage: conformance.py [-v] [--update] [--fast] [--env K=V]... [pattern...]
"""
import argparse, collections, concurrent.futures, fnmatch, os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = os.path.join(ROOT, "golem")
PASS_LIST = os.path.join(ROOT, "test", "conformance.pass")
DIRS = [".", "ken", "chan", "interface", "syntax", "dwarf", "fixedbugs", "typeparam", "abi", "runtime", "stress"]
FLAGS_KNOWN = {"-0", "-m", "-l", "-e", "-C", "-d=panic", "-+"}
SKIPPED_ACTIONS = {"compiledir", "rundir", "errorcheckdir", "runindir", "builddir", "buildrundir", "buildrun",
                   "errorcheckandrundiag", "asmcheck", "errorcheckoutput", "errorcheckwithauto"}
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
    """The status, standard output and standard error of a command, ended with its children after the time-out."""
    p = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = p.communicate(timeout=timeout or TIMEOUT)
        return p.returncode, out.decode(errors="replace"), err.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, 9)
        p.communicate()
        return None, "", "timed out"


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


def header(src):
    """The action and its words."""
    line = src.split("\n", 1)[0]
    if line.startswith("//go:build") or line.startswith("// +build"):  # the action stands below
        for line in src.split("\n")[1:]:
            if line.startswith("//") and not line.startswith("//go:build") and not line.startswith("// +build"):
                break
            if line.strip() and not line.startswith("//"):
                return None, []
    if not line.startswith("//"):
        return None, []
    words = line[2:].split()
    return (words[0], words[1:]) if words else (None, [])


def wanted_errors(path, short):
    want = []
    for i, line in enumerate(open(path, encoding="utf-8", errors="replace").read().split("\n"), 1):
        if "////" in line:
            continue
        m = re.search(r"// (?:GC_)?ERROR (.*)", line)
        if not m:
            continue
        for rx in re.findall(r'"([^"]*)"', m[1]):
            rx = re.sub(r"LINE(?:([+-])(\d+))?",
                        lambda k: "%s:%d" % (short, i + (int(k[1] + k[2]) if k[1] else 0)), rx)
            want.append((i, rx))
    return want


def reported(err, short):
    """Diagnostics as (line, text); continuation lines belong to the one before."""
    lines = []
    for line in err.split("\n"):
        if line.startswith("\t") and lines:
            lines[-1] += "\n" + line
        elif line and not line.startswith("#"):
            lines.append(line)
    out = []
    for line in lines:
        m = re.match(r"(?:[^\n:]*/)?%s:(\d+)(?::\d+)?: (.*)" % re.escape(short), line, re.S)
        out.append((int(m[1]), m[2]) if m else (0, line))
    return out


def error_check(path, err):
    short = os.path.basename(path)
    have, problems = reported(err, short), []
    for line, rx in wanted_errors(path, short):
        at = [h for h in have if h[0] == line]
        if not at:
            problems.append("%s:%d: missing error %r" % (short, line, rx))
            continue
        have = [h for h in have if h[0] != line]
        left = [h for h in at if not re.search(rx, h[1])]
        if len(left) == len(at):
            problems.append("%s:%d: no match for %r in %r" % (short, line, rx, at[0][1]))
        have += left
    return problems + ["unexpected: %s:%d: %s" % (short, h[0], h[1]) for h in have]


class Suite:
    def __init__(self, tree, env):
        self.tree, self.env = tree, env

    def compiles(self, path, tmp):
        """As go tool compile: functions without a body are no error, nothing is linked."""
        c = os.path.join(tmp, "out.c")
        status, _, err = run([GOLEM, "build", "-c", "-e", "-o", c, path], tmp, self.env, BUILD_TIMEOUT)
        if status == 0:
            status, _, err = run([os.environ.get("CC") or "gcc", "-std=gnu11", "-w", "-fsyntax-only",
                                  "-I" + os.path.join(ROOT, "include"), c], tmp, self.env)
        return ("pass", "") if status == 0 else ("fail", err[:600])

    def check(self, path, words, tmp):
        bad = [w for w in words if w.startswith("-") and w not in FLAGS_KNOWN]
        if bad:
            return "skip", "flag " + bad[0]
        flags = [w for w in words if w in ("-m", "-l")]
        status, _, err = run([GOLEM, "build", "-c", "-e", *flags, "-o", os.path.join(tmp, "out.c"), path], tmp, self.env)
        if status not in (0, 1):
            return "fail", "compiler ended with %s: %s" % (status, err[-300:])
        if "-0" not in words and "-m" not in words and status == 0:
            return "fail", "compiled without error"
        problems = error_check(path, err.replace(path, os.path.basename(path)))
        return ("fail", "\n  ".join(problems)) if problems else ("pass", "")

    def program(self, path, words, tmp):
        """Builds and runs: (None, output) or (status, reason)."""
        args = [w for w in words if not w.startswith("-")]
        if any(w.startswith("-") for w in words):
            return ("skip", "flag " + " ".join(words)), None
        extra = [os.path.join(self.tree, a) for a in args if a.endswith(".go")]
        status, _, err = run([GOLEM, "build", "-e", "-o", os.path.join(tmp, "prog"), path, *extra], tmp, self.env,
                             BUILD_TIMEOUT)
        if status != 0:
            return ("fail", "build: " + err[:600]), None
        status, out, err = run([os.path.join(tmp, "prog"), *[a for a in args if not a.endswith(".go")]],
                               os.path.dirname(path) if not extra else tmp, self.env)
        if status != 0:
            return ("fail", "status %s: %s%s" % (status, out[-300:], err[-600:])), None
        return None, out + err

    def one(self, name):
        path = os.path.join(self.tree, name)
        src = open(path, encoding="utf-8", errors="replace").read()
        action, words = header(src)
        if action in (None, "skip", "ignore") or not selected(src):
            return Result(name, "skip", "not a test here")
        if action in SKIPPED_ACTIONS:
            return Result(name, "skip", action)
        with tempfile.TemporaryDirectory(prefix="golem-test-") as tmp:
            return Result(name, *self.act(action, words, path, tmp))

    def act(self, action, words, path, tmp):
        if action == "errorcheck":
            return self.check(path, words, tmp)
        if action in ("compile", "build"):
            if words:
                return "skip", "flag " + " ".join(words)
            return self.compiles(path, tmp)
        if action == "run":
            verdict, out = self.program(path, words, tmp)
            if verdict:
                return verdict
            want = path[:-3] + ".out"
            want = open(want, errors="replace").read() if os.path.exists(want) else ""
            return ("pass", "") if out.replace("\r\n", "\n") == want else ("fail", "output differs: " + out[:300])
        if action == "runoutput":
            verdict, out = self.program(path, words, tmp)
            if verdict:
                return verdict
            made = os.path.join(tmp, "tmp__.go")
            open(made, "w").write(out)
            verdict, _ = self.program(made, [], tmp)
            return verdict or ("pass", "")
        return "skip", "action " + action


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
