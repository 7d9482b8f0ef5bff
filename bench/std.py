"""The standard library's own benchmarks, compiled by Golem and by Go: group `std` of run.py.

A package's test binary is built by each; both run the same benchmarks in turn, several rounds, with the same number
of processors. A row is one benchmark's median ns/op on either side. A benchmark that only one side ran is an error, and so is
a failure; nothing is left out. Below the rows of each package, and of all, stand the geometric mean of the ratios, and at the end
the rows slower than SLOW times Go's and those that allocate more.
"""
import math, os, re, statistics, subprocess

PACKAGES = """strings bytes strconv fmt sort slices maps bufio encoding/json encoding/json/v2 encoding/xml encoding/gob
encoding/binary encoding/base64 regexp text/template html compress/flate hash/crc32 crypto/sha256 math/big go/parser go/types
time unicode/utf8 container/heap container/list container/ring sync context net/url""".split()
SLOW = 1.2
LINE = re.compile(r"^(Benchmark\S*?)(?:-\d+)?\s+\d+\s+([\d.e+]+) ns/op(.*)$", re.M)


def geomean(ratios):
    return math.exp(sum(math.log(r) for r in ratios) / len(ratios)) if ratios else float("nan")


class Side:
    """One of the two compilers: how it builds a package's test binary, and the results of its rounds."""

    def __init__(self, name, command, root, env):
        self.name, self.command, self.root, self.env = name, command, root, env

    def source(self, package):
        return os.path.join(self.root, "src", package)

    def build(self, package, out):
        """The first lines of what went wrong, or None."""
        p = subprocess.run([self.command, "test", "-c", "-o", out, package], cwd=self.source(package), env=self.env,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        return None if p.returncode == 0 else " ".join(p.stdout.split("\n")[:2])

    def run(self, package, binary, pattern, benchtime):
        """{benchmark: (ns, bytes, allocations)} of one round; raises RuntimeError."""
        p = subprocess.run([binary, "-test.run=^$", "-test.bench=" + pattern, "-test.benchtime=" + benchtime,
                            "-test.benchmem", "-test.timeout=1h"], cwd=self.source(package), env=self.env,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if p.returncode:
            raise RuntimeError("%s: status %d: %s" % (self.name, p.returncode, " ".join(p.stdout.split("\n")[-6:])[:200]))
        found = {}
        for name, ns, rest in LINE.findall(p.stdout):
            number = {unit: float(v) for v, unit in re.findall(r"([\d.e+]+) (\S+/\S+)", rest)}
            found[name[9:]] = (float(ns), number.get("B/op", 0), number.get("allocs/op", 0))
        return found


class Summary:
    def __init__(self):
        self.ratios, self.slow, self.more = [], [], []

    def add(self, name, ours, theirs):
        ratio = ours[0] / theirs[0] if theirs[0] else 1.0
        self.ratios.append(ratio)
        if ratio > SLOW:
            self.slow.append((ratio, name))
        if ours[1] > theirs[1] or ours[2] > theirs[2]:
            self.more.append("%s (%g B, %g allocs; Go %g B, %g)" % (name, ours[1], ours[2], theirs[1], theirs[2]))
        return ratio

    def print(self):
        n = len(self.ratios)
        if not n:
            return
        print("\n%d rows, geometric mean %.3f; slower than %.1f: %d (%.1f %%); allocate more: %d (%.1f %%)" % (
            n, geomean(self.ratios), SLOW, len(self.slow), 100 * len(self.slow) / n, len(self.more), 100 * len(self.more) / n))
        for ratio, name in sorted(self.slow, reverse=True):
            print("  %-50s %7.2f" % (name, ratio))
        for line in self.more:
            print("  more: " + line)


def bench_package(sides, package, pattern, table, summary, rounds, benchtime, tmp):
    binaries = [os.path.join(tmp, "%s.%s.test" % (package.replace("/", "_"), s.name)) for s in sides]
    for side, binary in zip(sides, binaries):
        wrong = side.build(package, binary)
        if wrong:
            return table.fail("std/" + package, "does not build with %s: %s" % (side.name, wrong))
    results = [{}, {}]
    try:
        for _ in range(rounds):
            for i, side in enumerate(sides):
                for name, values in side.run(package, binaries[i], pattern, benchtime).items():
                    results[i].setdefault(name, []).append(values)
    except RuntimeError as e:
        return table.fail("std/" + package, str(e))
    finally:
        for binary in binaries:
            os.path.exists(binary) and os.unlink(binary)
    ratios = []
    for name in list(dict.fromkeys([*results[0], *results[1]])):
        row = "%s:%s" % (package, name)
        if name not in results[0] or name not in results[1]:
            table.fail(row, "not run by " + sides[name in results[0]].name)
            continue
        ours, theirs = ([statistics.median(column) for column in zip(*r[name])] for r in results)
        table.row(row, ours[0], theirs[0], "ns/op")
        ratios.append(summary.add(row, ours, theirs))
    if ratios:
        print("%-26s %12s %12s  %-10s %7.2f" % ("std/" + package, "", "", "geomean", geomean(ratios)), flush=True)


def bench_std(wanted, sides, table, rounds, benchtime, tmp):
    """wanted: {package: pattern of benchmarks}."""
    summary = Summary()
    for package, pattern in wanted.items():
        bench_package(sides, package, pattern, table, summary, rounds, benchtime, tmp)
    summary.print()


def parse(name):
    """What `std`, `std/PACKAGE` or `std/PACKAGE:PATTERN` asks for, or None."""
    if name == "std":
        return {p: "." for p in PACKAGES}
    if not name.startswith("std/"):
        return None
    package, _, pattern = name[4:].partition(":")
    return {package: pattern or "."}
