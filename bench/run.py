#!/usr/bin/env python3
"""Times each program of bench/go compiled by Golem and by Go 1.27, in turn, and prints the ratios; and each
program of bench/c on libgolem, on the Boehm collector (libgc-dev) and on malloc and free.

The output of the two must be the same before a time counts. The first row of a program is that of the whole
process: wall time, CPU time (user and system), peak resident memory. Programs that measure themselves print lines

    metric NAME VALUE UNIT

(to stdout or stderr) that are not compared but become rows of their own; the value `peak/N` stands for the peak
memory of the process in bytes, divided by N. All figures are medians of several runs, and the ratio is Golem / the
other: below 1 Golem is the better.

Go is the command named by $GO, else the one that ../shared/peers/get-go brings into build/peer, else `go` on the path.

`std` runs the library's own benchmarks, which takes hours (so it is not among what is run when nothing is named),
`std/PACKAGE` those of one package, `std/PACKAGE:PATTERN` those that match (std.py).

usage: run.py [-n RUNS] [-t BENCHTIME] [--env K=V]... [heap|memory|sched|lang|c|std|NAME]...
"""
import argparse, os, shutil, statistics, subprocess, sys, tempfile

import std

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GO_DIR, C_DIR = os.path.join(ROOT, "bench", "go"), os.path.join(ROOT, "bench", "c")
GROUPS = {
    "heap": ["binarytrees", "fullgc", "biglive", "alloclatency", "pauses", "malloc"],
    "sched": ["parked", "spawn", "pingpong", "buffered", "selects", "mutex", "sieve", "fib", "pauses100k"],
    "memory": ["values", "firsttouch", "malloc", "allocmany", "regrow", "c/allocsizes"],
    "lang": ["fannkuch", "intmap", "matmul", "nbody", "nqueens", "spectralnorm", "stringmap", "structsort"],
}
TIME_LIMIT = 300


def find_go():
    if os.environ.get("GO"):
        return os.environ["GO"]
    peer = os.path.join(ROOT, "..", "shared", "peers", "get-go")
    if os.path.exists(peer):
        return subprocess.run([peer, os.path.join(ROOT, "build", "peer")], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip()
    return shutil.which("go") or sys.exit("bench: no Go to compare with; set GO to its command")


class Run:
    """One run of a program: what the process used, its metrics, and the rest of its output."""

    launcher = None  # bench/measure.c, built

    def __init__(self, argv, env):
        with tempfile.TemporaryFile() as out:
            r, w = os.pipe()
            p = subprocess.Popen(["/bin/sh", "-c", 'exec "$@" 3>&%d' % w, "sh", self.launcher, str(TIME_LIMIT), *argv],
                                 stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, pass_fds=[w])
            os.close(w)
            with os.fdopen(r) as result:
                wall, cpu, peak, status = result.read().split()
            p.wait()
            out.seek(0)
            lines = out.read().decode(errors="replace").split("\n")
        self.wall, self.cpu, self.peak, self.status = float(wall), float(cpu), int(peak), int(status)
        self.metrics = {}
        for name, value, unit in (l.split(" ")[1:] for l in lines if l.startswith("metric ")):
            value = self.peak / int(value[5:]) if value.startswith("peak/") else float(value)
            self.metrics[name] = (value, unit)
        self.output = [l for l in lines if not l.startswith("metric ")]


class Table:
    def __init__(self, other):
        self.bad = 0
        print("%-26s %12s %12s  %-10s %7s" % ("", "Golem", other, "", "ratio"))

    def row(self, name, ours, theirs, unit):
        ratio = "%7.2f" % (ours / theirs) if theirs else "      -"
        print("%-26s %12.5g %12.5g  %-10s %s" % (name, ours, theirs, unit, ratio), flush=True)

    def fail(self, name, why):
        self.bad += 1
        print("%-26s %s" % (name, why), flush=True)

    def compare(self, name, ours, theirs, runs, env):
        """Runs the two commands in turn and prints their medians."""
        first, second = Run(ours, env), Run(theirs, env)
        for who, r in (("", first), ("the other: ", second)):
            if r.status == 137:
                return self.fail(name, "%skilled, or not done after %d s" % (who, TIME_LIMIT))
        if (first.status, first.output) != (second.status, second.output):
            return self.fail(name, "wrong output or status: %s %r, the other: %s %r" % (
                first.status, " ".join(first.output)[:80], second.status, " ".join(second.output)[:80]))
        pairs = [(Run(ours, env), Run(theirs, env)) for _ in range(runs)]

        def medians(get):
            return [statistics.median(get(p[side]) for p in pairs) for side in (0, 1)]
        self.row(name + " wall", *medians(lambda r: r.wall), "s")
        self.row(name + " cpu", *medians(lambda r: r.cpu), "s")
        self.row(name + " peak", *medians(lambda r: r.peak / 1e6), "MB")
        for metric, (_, unit) in first.metrics.items():
            self.row("  " + metric, *medians(lambda r: r.metrics[metric][0]), unit)


def bench_go(names, runs, env, tmp):
    go = find_go()
    version = subprocess.run([go, "version"], stdout=subprocess.PIPE, text=True).stdout.strip()
    print("Golem against %s; medians of %d runs in turn" % (version, runs))
    table = Table("Go")
    genv = dict(env, GO111MODULE="off", GOTOOLCHAIN="local", GOFLAGS="", GOCACHE=os.path.join(tmp, "cache"))
    for name in names:
        src = os.path.join(GO_DIR, name + ".go")
        ours, theirs = os.path.join(tmp, name + ".golem"), os.path.join(tmp, name + ".go")
        for who, argv, e in (("Golem", [os.path.join(ROOT, "golem")], env), ("Go", [go], genv)):
            p = subprocess.run([*argv, "build", "-o", ours if who == "Golem" else theirs, src], env=e,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            if p.returncode:
                table.fail(name, "does not build with %s: %s" % (who, " ".join(p.stdout.split("\n")[:2])))
                break
        else:
            table.compare(name, [ours], [theirs], runs, env)
    return table.bad


def bench_library(wanted, a, env, tmp):
    go, golem = find_go(), os.path.join(ROOT, "golem")
    env = dict(env, GO111MODULE="", GOFLAGS="", GOTOOLCHAIN="local", GOCACHE=os.path.join(tmp, "gocache"))

    def root(command):
        return subprocess.run([command, "env", "GOROOT"], env=env, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    sides = [std.Side("Golem", golem, root(golem), env), std.Side("Go", go, root(go), env)]
    print("\nThe library's benchmarks; medians of %d rounds of %s in turn" % (a.n, a.t))
    table = Table("Go")
    std.bench_std(wanted, sides, table, a.n, a.t, tmp)
    return table.bad


def bench_c(names, runs, env, tmp):
    """bench/c/NAME.c, built with -DGOLEM, -DBOEHM and -DMALLOC; NOT_FOR_MALLOC in it says that this makes no sense."""
    lib = ["-I" + os.path.join(ROOT, "include"), os.path.join(ROOT, "build/libgolem.a"), "-lm", "-lpthread"]
    bad = 0
    for other, flags in (("Boehm", ["-DBOEHM", "-lgc"]), ("malloc", ["-DMALLOC"])):
        print("\nlibgolem against %s; medians of %d runs in turn" % (other, runs))
        table = Table(other)
        for name in names:
            src, progs = os.path.join(C_DIR, name + ".c"), []
            if "NOT_FOR_" + other.upper() in open(src).read():
                continue
            for kind, f in (("golem", ["-DGOLEM", *lib]), (other, flags)):
                progs.append(os.path.join(tmp, name + "." + kind))
                p = subprocess.run([os.environ.get("CC", "gcc"), "-std=gnu11", "-O2", "-o", progs[-1], src, *f],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
                if p.returncode:
                    table.fail(name, "does not build for %s: %s" % (kind, " ".join(p.stdout.split("\n")[:2])))
                    break
            else:
                table.compare(name, [progs[0]], [progs[1]], runs, env)
        bad += table.bad
    return bad


def main():
    ap = argparse.ArgumentParser(usage=__doc__[__doc__.index("usage: ") + 7:].strip())
    ap.add_argument("-n", type=int, default=5)
    ap.add_argument("-t", default="100ms")
    ap.add_argument("--env", action="append", default=[])
    ap.add_argument("names", nargs="*")
    a = ap.parse_args()
    env = dict(os.environ, **dict(kv.split("=", 1) for kv in a.env))
    listed = list(dict.fromkeys(n for g in GROUPS.values() for n in g if not n.startswith("c/")))
    go_all = listed + sorted(f[:-3] for f in os.listdir(GO_DIR) if f.endswith(".go") and f[:-3] not in listed)
    c_all = sorted(f[:-2] for f in os.listdir(C_DIR) if f.endswith(".c"))
    go_names, c_names, library = [], [], {}
    for n in a.names or ["go", "c"]:  # std takes hours
        if std.parse(n):
            library.update(std.parse(n))
        elif n in ("go", "c"):
            go_names += go_all if n == "go" else []
            c_names += c_all if n == "c" else []
        elif n in GROUPS:
            go_names += [m for m in GROUPS[n] if not m.startswith("c/")]
            c_names += [m[2:] for m in GROUPS[n] if m.startswith("c/")]
        elif n in go_all:
            go_names.append(n)
        elif n.startswith("c/") and n[2:] in c_all:
            c_names.append(n[2:])
        else:
            sys.exit("bench: there is no %s; programs: %s %s" % (n, " ".join(go_all), " ".join("c/" + c for c in c_all)))
    bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        Run.launcher = os.path.join(tmp, "measure")
        subprocess.run([os.environ.get("CC", "gcc"), "-O1", "-o", Run.launcher, os.path.join(ROOT, "bench", "measure.c")],
                       check=True)
        if go_names:
            bad += bench_go(go_names, a.n, env, tmp)
        if library:
            bad += bench_library(library, a, env, tmp)
        if c_names:
            bad += bench_c(c_names, a.n, env, tmp)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
