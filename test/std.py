#!/usr/bin/env python3
"""Go's standard library: does every package compile, and does it pass its own tests?

  build   golem builds every package of `golem list std`, and one program that imports all that may be imported: nothing
          may be missing at the end. Packages in BUILD_FAILS, each with its reason, are expected to fail.
  test    golem test -short of each package that has tests, in the library's own module. test/std.pass lists those that
          pass: one of them that fails fails this run; --update adds what passes now.

Tests that count allocations, or wait until something is collected, need an optimised build. archive/zip fails where
Debian has altered the times in its test data.

usage: std.py [-v] [--update] [--fast] [-j N] [--env K=V]... build | test [PACKAGE-PATTERN...]
--fast: only packages on the list.
"""
import argparse, concurrent.futures, fnmatch, os, re, signal, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = os.path.join(ROOT, "golem")
PASS_LIST = os.path.join(ROOT, "test", "std.pass")
BUILD_FAILS = {}  # package: reason
# Tests of these start the go command, look into Go's own runtime, or need what only Go's distribution has.
LEFT_OUT = {"runtime": "the insides of Go's runtime"}
TIMEOUT = 600


def goroot():
    root = subprocess.run([GOLEM, "env", "GOROOT"], stdout=subprocess.PIPE, text=True).stdout.strip()
    if not os.path.isdir(os.path.join(root, "src", "strings")):
        sys.exit("std: the library's source is not installed (tools/get-goroot gets it); set GOROOT")
    return root


def run(argv, cwd, env, timeout):
    """Status (None: timed out) and output of a command, ended with its children."""
    p = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out = p.communicate(timeout=timeout)[0]
        return p.returncode, out.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        return None, p.communicate()[0].decode(errors="replace") + "\ntimed out after %d s" % timeout


def packages(env):
    out = subprocess.run([GOLEM, "list", "std"], env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    return out.split()


def build(a, env):
    names = packages(env)
    status, out = run([GOLEM, "build", "std"], "/", env, 7200)
    bad = set(re.findall(r"^# (\S+)$", out, re.M)) | set(re.findall(r"^golem: .* package (\S+)$", out, re.M))
    with tempfile.TemporaryDirectory(prefix="golem-std-") as tmp:
        main = os.path.join(tmp, "all.go")
        open(main, "w").write("package main\n\nimport (\n%s)\n\nfunc main() {}\n" % "".join(
            '\t_ "%s"\n' % p for p in names
            if p not in bad and not re.search(r"(^|/)(internal|vendor)(/|$)", p) and p != "builtin"))
        linked, link_out = run([GOLEM, "build", "-o", os.path.join(tmp, "all"), main], tmp, env, 3600)
    for p in sorted(bad | ({"?"} if status and not bad else set())):
        if p not in BUILD_FAILS:
            print("does not compile: %s" % p)
    if (bad - set(BUILD_FAILS)) or (status and not bad):
        print(out[-4000:])
    if linked:
        print("a program of all packages is not built:\n%s" % link_out[-4000:])
    print("std: %d of %d packages compile" % (len(names) - len(bad), len(names)))
    return 1 if linked or bad - set(BUILD_FAILS) or (status and not bad) else 0


def has_tests(root, path):
    d = os.path.join(root, "src", path)
    return os.path.isdir(d) and any(f.endswith("_test.go") for f in os.listdir(d))


def why(out):
    """The line that says most."""
    for pattern in (r"^--- FAIL.*", r"^panic: .*", r"^fatal error: .*", r".*\.go:\d+:\d+: .*", r".*undefined reference.*",
                    r"^golem: .*", r"^timed out.*"):
        found = re.findall(pattern, out, re.M)
        if found:
            return "; ".join(f.strip() for f in found[:5])
    lines = [l for l in out.strip().split("\n") if l]
    return lines[-1] if lines else "no output"


def test(a, env):
    root = goroot()
    names = [p for p in packages(env) if has_tests(root, p) and p not in LEFT_OUT and not p.startswith("vendor/")]
    if a.patterns:
        names = [n for n in names if any(fnmatch.fnmatch(n, p) for p in a.patterns)]
    expected = set(open(PASS_LIST).read().split()) if os.path.exists(PASS_LIST) else set()
    if a.fast:
        names = [n for n in names if n in expected]
    src = os.path.join(root, "src")

    def one(name):
        began = time.time()
        status, out = run([GOLEM, "test", "-short", "-count=1", name], src, env, TIMEOUT)
        if a.v and status != 0 and a.logs:
            open(os.path.join(a.logs, name.replace("/", "+")), "w").write(out)
        return name, status == 0, out, time.time() - began

    passed, broken, failed = [], [], 0
    with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
        for name, ok, out, took in pool.map(one, names):
            failed += not ok
            if ok:
                passed.append(name)
            elif name in expected:
                broken.append((name, out))
            if a.v:
                print("%s %s %.0f s%s" % ("ok  " if ok else "FAIL", name, took, "" if ok else ": " + why(out)), flush=True)
    if a.update:
        keep = (expected - {n for n, _ in broken}) | set(passed)
        open(PASS_LIST, "w").write("".join(n + "\n" for n in sorted(keep)))
    for name, out in broken:
        print("used to pass, fails now: %s: %s" % (name, why(out)))
    print("std: %d packages pass their tests, %d fail; %d on the list fail" % (len(passed), failed, len(broken)))
    return 1 if broken else 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("-v", action="store_true", help="say how each package went")
    ap.add_argument("--logs", help="with -v: a folder for what failing tests printed")
    ap.add_argument("--update", action="store_true", help="write test/std.pass anew")
    ap.add_argument("--fast", action="store_true", help="every package that is on the list, and no other")
    ap.add_argument("--env", action="append", default=[], help="K=V for golem and the tests")
    ap.add_argument("-j", type=int, default=os.cpu_count())
    ap.add_argument("what", choices=["build", "test"])
    ap.add_argument("patterns", nargs="*")
    a = ap.parse_args()
    env = dict(os.environ, GO111MODULE="", GOLEMCACHE=os.path.join(ROOT, "build", "cache"))
    env.update(kv.split("=", 1) for kv in a.env)
    return build(a, env) if a.what == "build" else test(a, env)


if __name__ == "__main__":
    sys.exit(main())
