#!/usr/bin/env python3
"""Random programs (gogen.py) compiled by Golem and by Go: the same output and status, or the seed is reported.

Where no Go is found (GO=, go on the path), Golem's own build is compared with those at -O0 and without the C compiler's
inlining. Programs that differ are kept, with both outputs, in the directory --keep (build/fuzz/diff).

usage: diff.py [--seeds FIRST-LAST | --seeds COUNT] [--keep DIR] [--functions N] [-j JOBS] [golem]
"""
import argparse, concurrent.futures, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import gogen


# What a program that dies says of its stack, which is each compiler's own.
TRACE = re.compile(rb"^(\[signal .*\n|\ngoroutine \d+ \[running\]:\n[\s\S]*)", re.M)


def run(argv, env=None, timeout=120):
    e = dict(os.environ, **(env or {}))
    try:
        p = subprocess.run(argv, env=e, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
        return p.returncode, p.stdout
    except subprocess.TimeoutExpired:
        return None, b"timed out"


def find_go():
    go = os.environ.get("GO") or shutil.which("go")
    if not go:
        return None
    status, out = run([go, "version"], {"GOTOOLCHAIN": "local"})
    return go if status == 0 else None


def outcome(build, program, env=None):
    """What building and running gives: status and output; a build that fails is an outcome too."""
    status, out = run(build, env)
    if status != 0:
        return "build", status, out
    status, out = run([program], timeout=30)
    os.unlink(program)
    return "run", status, TRACE.sub(b"", out)


class Judge:
    def __init__(self, golem, go, keep, functions):
        self.golem, self.go, self.keep, self.functions = golem, go, keep, functions

    def builds(self, src, tmp):
        """(name, command, program, environment) of every build to compare; the first is Golem's own."""
        p = os.path.join(tmp, "p")
        golem = [self.golem, "build", "-o"]
        yield "golem", golem + [p + "0", src], p + "0", None
        if self.go:  # without inlining, which changes the order of evaluation
            yield "go", [self.go, "build", "-gcflags=-l", "-o", p + "1", src], p + "1", {
                "GOTOOLCHAIN": "local", "GO111MODULE": "", "GOFLAGS": ""}  # modules: as Golem takes a file
            return
        yield "O0", golem + [p + "1", src], p + "1", {"GOLEMCFLAGS": "-O0"}
        yield "no-inline", golem + [p + "2", src], p + "2", {"GOLEMCFLAGS": "-fno-inline"}

    def seed(self, n):
        """None, or what differs."""
        with tempfile.TemporaryDirectory(prefix="golem-diff-") as tmp:
            src = os.path.join(tmp, "s%d.go" % n)
            with open(src, "w") as f:
                f.write(gogen.program(n, self.functions))
            got = [(name, outcome(cmd, program, env)) for name, cmd, program, env in self.builds(src, tmp)]
            first = got[0][1]
            if all(o == first for _, o in got) and first[0] == "run":
                return None
            os.makedirs(self.keep, exist_ok=True)
            shutil.copy(src, self.keep)
            for name, (_, status, out) in got:
                with open(os.path.join(self.keep, "s%d.%s.out" % (n, name)), "wb") as f:
                    f.write(out + b"status %s\n" % str(status).encode())
            return ", ".join("%s: %s %s" % (name, o[0], o[1]) for name, o in got)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--seeds", default="100")
    ap.add_argument("--keep", default=os.path.join(ROOT, "build", "fuzz", "diff"))
    ap.add_argument("--functions", type=int, default=10)
    ap.add_argument("-j", type=int, default=os.cpu_count() or 2)
    ap.add_argument("golem", nargs="?", default=os.path.join(ROOT, "golem"))
    a = ap.parse_args()
    first, _, last = a.seeds.partition("-")
    seeds = range(int(first), int(last) + 1) if last else range(1, int(first) + 1)
    judge = Judge(a.golem, find_go(), a.keep, a.functions)
    print("compared with %s" % (judge.go or "builds at -O0 and without inlining"), flush=True)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
        for n, why in zip(seeds, pool.map(judge.seed, seeds)):
            if why:
                bad += 1
                print("DIFFERS seed %d: %s" % (n, why), flush=True)
    print("%d passed, %d failed" % (len(seeds) - bad, bad))
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
