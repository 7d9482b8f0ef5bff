#!/usr/bin/env python3
"""The order of the house: a floor of the runtime, and a room of the compiler, uses what comes before it.

Three looks: at the #include lines, at what the objects under build/ want from each other, and at the functions of the C
API, which must count where threads are stopped by signal. Calls upwards go to the
names of runtime/upcall.h, thirteen at most. Only os/ makes system calls (package syscall's own, in lang/pkg_os.c, are the
program's).

usage: order.py [--self-test]   prints what is out of order; the last line is "N passed, N failed"
"""
import collections, functools, glob, os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("B", "build")

FLOORS = ["os", "heap", "sched", "gc", "chan", "observe", "lang", "front"]
MOST_UPCALLS = 13
OF_THE_COMPILER = {"__morestack"}  # called by every prologue

# Each room with what it may use besides itself.
ROOMS = {"base": [], "syntax": ["base"], "types": ["base", "syntax"], "check": ["base", "syntax", "types"]}
ROOMS["lower"] = ["base", "syntax", "types", "check"]
ROOMS["mod"] = ["base"]
ROOMS["frames"] = ["base"]
ROOMS["load"] = ["base", "syntax", "types", "check", "mod"]
ROOMS["escape"] = ROOMS["lower"] + ["lower"]
ROOMS["emit"] = ROOMS["escape"] + ["escape", "frames"]

SYSTEM_CALLS = set("""syscall mmap munmap mprotect madvise open read write close ioctl fcntl pipe pipe2 eventfd epoll_create1
epoll_ctl epoll_wait poll select futex nanosleep clock_gettime gettimeofday getrandom getpid gettid sched_yield
sched_getaffinity pause _exit pthread_create pthread_kill pthread_sigmask sigaction sigprocmask sigaltstack signal raise
kill tgkill setitimer timer_create getrlimit""".split())
MAY_CALL_SYSTEM = {"lang/pkg_os"}


def floors():
    return {f: FLOORS[:i] for i, f in enumerate(FLOORS)}


def upcalls(root):
    text = open(os.path.join(root, "runtime/upcall.h")).read()
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    text = re.sub(r"static inline .*?\n}\n", "", text, flags=re.S)
    names = re.findall(r"\b(gm_\w+)\s*\([^;{}]*?\)[^;()]*?(?:__attribute__\(\(\w+\)\))?;", text) + \
        re.findall(r"\(\*(gm_\w+)\)\s*\(", text)
    return {n for n in names if n != "gm_range_fn"}


def includes(root, top, allowed, everywhere):
    bad = []
    for room in allowed:
        for path in sorted(glob.glob(os.path.join(root, top, room, "*.[chS]"))):
            for number, line in enumerate(open(path, errors="replace"), 1):
                m = re.match(r'\s*#\s*include\s+"(\w+)/', line)
                if m and m[1] in everywhere and m[1] != room and m[1] not in allowed[room]:
                    bad.append("%s:%d: %s/ may not include from %s/" % (os.path.relpath(path, root), number, room, m[1]))
    return bad


@functools.lru_cache(maxsize=None)
def symbols(folder):
    """Of each object in the folder's rooms, by its path from there without the suffix: what it defines and what it wants."""
    found = {}
    paths = sorted(glob.glob(os.path.join(folder, "*", "*.o")))
    for line in subprocess.run(["nm", "-A"] + paths, capture_output=True, text=True).stdout.splitlines() if paths else ():
        path, rest = line.split(":", 1)
        words = rest.split()
        defines, wants = found.setdefault(os.path.relpath(path, folder)[:-2], ([], []))
        if words[-2] in "Uw":
            wants.append(words[-1].split("@")[0])
        elif words[-2] in "TDBRVWGS":
            defines.append(words[-1])
    return found


def objects(root, top):
    """Those whose source is there; others are left over from one that is gone."""
    for name, (defines, wants) in symbols(os.path.realpath(os.path.join(root, BUILD, top))).items():
        if any(os.path.exists(os.path.join(root, top, name + e)) for e in (".c", ".S")):
            yield name, defines, wants


def calls(root, top, allowed, excused):
    bad, home, wanted = [], {}, collections.OrderedDict()
    for name, defines, wants in objects(root, top):
        wanted[name] = wants
        for symbol in defines:
            home[symbol] = name
    for name, wants in wanted.items():
        room = name.split("/")[0]
        if room not in allowed:
            bad.append("%s/%s: no place in the order (test/order.py)" % (top, room))
            continue
        for symbol in wants:
            other = home.get(symbol, name).split("/")[0]
            if other != room and other not in allowed[room] and symbol not in excused:
                bad.append("%s/%s uses %s of %s" % (top, name, symbol, home[symbol]))
            if top == "runtime" and symbol in SYSTEM_CALLS and room != "os" and name not in MAY_CALL_SYSTEM:
                bad.append("%s/%s makes a system call: %s" % (top, name, symbol))
    if not wanted:
        bad.append("no objects under %s/%s: build first" % (BUILD, top))
    return bad


# Functions of the C API that do not count (os/inside.h), each with its reason.
UNCOUNTED = dict(
    gm_attach_foreign_threads="stores one word", gm_attach_thread="is not attached, counts itself",
    gm_detach_thread="counts by hand, for the record goes", gm_init="holds only what is waited for in regions",
    gm_shutdown="the same, and detaches", gm_safepoint="is where who counts stops", gm_block_enter="gm_block_enter_saved counts",
    gm_stack_switch="gm_stack_switch_saved counts", gm_stack_bounds="gm_stack_bounds_saved counts",
    gm_chan_capacity="reads one word", gm_chan_length="reads one word", gm_num_goroutine="adds up words",
    gm_round_size="computes", gm_version="computes", gm_mu_try_lock="is one instruction",
    gm_wait_group_done="gm_wait_group_add counts", gm_strdup="gm_strndup counts",
    gm_store_guarded="is a recorded sequence", gm_store_begin="is how to count", gm_store_end="is how to count",
    gm_trace="the collector's", gm_trace_words="the collector's", gm_trace_values="the collector's",
    gm_trace_conservative="the collector's")


def uncounted(root):
    """Functions of the C API that a signal could stop in the middle."""
    api = re.findall(r"^    (gm_\w+);", open(os.path.join(root, "runtime/libgolem.map")).read(), re.M)
    text = "\n".join(open(p).read() for p in sorted(glob.glob(os.path.join(root, "runtime/*/*.c"))))
    counted = set(re.findall(r"^GM_DOOR\((\w+)", text, re.M))
    for name, body in re.findall(r"^[a-zA-Z_][^\n;{}]*?\b(gm_\w+)\([^;{}]*\) \{\n(.*?)^\}", text, re.M | re.S):
        if "GM_INSIDE()" in body or "_inside(" in body or name in UNCOUNTED:
            counted.add(name)
    data = set(re.findall(r"^(?:const )?(?:gm_type|uint32_t) ((?:gm_\w+(?:, )?)+)", text, re.M))
    data = {n for line in data for n in line.split(", ")}
    return ["%s does not count as inside (os/inside.h)" % n for n in api
            if n not in counted and n not in data and n not in UNCOUNTED]


def check(root):
    up = upcalls(root)
    bad = []
    if not 0 < len(up) <= MOST_UPCALLS:
        bad.append("runtime/upcall.h has %d names, more than %d: %s" % (len(up), MOST_UPCALLS, " ".join(sorted(up))))
    bad += includes(root, "runtime", floors(), FLOORS)
    bad += includes(root, "compiler", ROOMS, ROOMS)
    bad += calls(root, "runtime", floors(), up | OF_THE_COMPILER)
    bad += calls(root, "compiler", ROOMS, set())
    bad += uncounted(root)
    return bad


def self_test(root):
    """Each of these changes must be found."""
    missed = []

    def tampered(path, old, new):
        with tempfile.TemporaryDirectory() as tmp:
            for top in ("runtime", "compiler"):
                shutil.copytree(os.path.join(root, top), os.path.join(tmp, top))
            os.symlink(os.path.join(root, BUILD), os.path.join(tmp, BUILD))
            target = os.path.join(tmp, path)
            text = open(target).read()
            open(target, "w").write(text.replace(old, new, 1))
            if text == open(target).read() or not check(tmp):
                missed.append("not found: %r in %s" % (new, path))

    tampered("runtime/heap/mheap.c", "#include", '#include "gc/gc.h"\n#include')
    tampered("runtime/os/sync.c", "#include", '#include "sched/sched.h"\n#include')
    tampered("compiler/types/lookup.c", "#include", '#include "escape/escape.h"\n#include')
    tampered("compiler/load/load.c", "#include", '#include "emit/emit.h"\n#include')
    tampered("runtime/gc/pool.c", "GM_INSIDE();", "")
    tampered("runtime/upcall.h", "bool gm_up_cycle_end(void);", "")
    return missed


def main():
    bad = check(ROOT)
    if "--self-test" in sys.argv and not bad:
        bad = self_test(ROOT)
    for line in bad:
        print(line)
    print("%d passed, %d failed" % (not bad, len(bad)))
    return 1 if bad else 0


sys.exit(main())
