#!/usr/bin/env python3
"""What the memory system says of itself, and that it says the truth: tables, lines of GODEBUG, programs that count.

Each check_* function is a test. usage: memory.py [golem]; ends with "N passed, N failed".
"""
import os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "golem")
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


def main():
    global TMP
    passed = failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("check_"):
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
