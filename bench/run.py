#!/usr/bin/env python3
"""Times each program of bench/go compiled by Golem and by Go 1.27, in turn, and prints the ratios.

The output of the two must be the same before a time counts. Every figure is that of the whole process: wall
time, CPU time (user and system), peak resident memory; the median of several runs, and the ratio Golem / Go of the
medians: below 1 Golem is the better.

Go is the command named by $GO, else the one that ../shared/peers/get-go brings into build/peer, else `go` on the path.

usage: run.py [-n RUNS] [--env K=V]... [name...]
"""
import argparse, os, resource, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = os.path.join(ROOT, "bench", "go")


def find_go():
    if os.environ.get("GO"):
        return os.environ["GO"]
    peer = os.path.join(ROOT, "..", "shared", "peers", "get-go")
    if os.path.exists(peer):
        return subprocess.run([peer, os.path.join(ROOT, "build", "peer")], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip()
    return shutil.which("go") or sys.exit("bench: no Go to compare with; set GO to its command")


def measure(argv, env):
    """Wall seconds, CPU seconds, peak KiB, status, output."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
        _, status, use = os.wait4(p.pid, 0)
        wall = time.monotonic() - start
        p.returncode = status
        out.seek(0)
        return wall, use.ru_utime + use.ru_stime, use.ru_maxrss, os.waitstatus_to_exitcode(status), out.read()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("-n", type=int, default=5)
    ap.add_argument("--env", action="append", default=[])
    ap.add_argument("names", nargs="*")
    a = ap.parse_args()
    go = find_go()
    env = dict(os.environ, **dict(kv.split("=", 1) for kv in a.env))
    names = a.names or sorted(f[:-3] for f in os.listdir(PROGRAMS) if f.endswith(".go"))
    version = subprocess.run([go, "version"], stdout=subprocess.PIPE, text=True).stdout.strip()
    print("Golem against %s; medians of %d runs in turn; ratio Golem/Go" % (version, a.n))
    print("%-16s %18s %20s %22s   %s" % ("", "wall s", "cpu s", "peak MB", "ratio wall  cpu  peak"))
    bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        for name in names:
            src = os.path.join(PROGRAMS, name + ".go")
            ours, theirs = os.path.join(tmp, name + ".golem"), os.path.join(tmp, name + ".go")
            genv = dict(env, GO111MODULE="off", GOTOOLCHAIN="local", GOFLAGS="", GOCACHE=os.path.join(tmp, "cache"))
            if subprocess.run([os.path.join(ROOT, "golem"), "build", "-o", ours, src], env=env).returncode or \
               subprocess.run([go, "build", "-o", theirs, src], env=genv).returncode:
                print("%-16s does not build" % name)
                bad += 1
                continue
            first, second = measure([ours], env), measure([theirs], env)
            if first[3:] != second[3:]:
                print("%-16s wrong output or status: %s %r, Go: %s %r" % (name, first[3], first[4][:80], second[3], second[4][:80]))
                bad += 1
                continue
            runs = [(measure([ours], env), measure([theirs], env)) for _ in range(a.n)]
            m = [[statistics.median(r[side][k] for r in runs) for k in range(3)] for side in (0, 1)]
            print("%-16s %8.3f %8.3f   %8.3f %8.3f   %9.1f %9.1f     %6.2f %6.2f %6.2f" % (
                name, m[0][0], m[1][0], m[0][1], m[1][1], m[0][2] / 1024, m[1][2] / 1024,
                *(m[0][k] / m[1][k] for k in range(3))), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
